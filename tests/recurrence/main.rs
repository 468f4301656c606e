//! Mixers that keep a state of a fixed size: delta rules, state spaces, linear
//! attention, short convolutions, RWKV.
//!
//! Each recurrence is done here once more, number by number, with numbers that
//! count what is done with them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod configs;
mod tally;

use common::*;
use picojoule::energy::Counted;
use picojoule::model::{Model, Phase};
use picojoule::movement::{Direction, MovementOptions, Role};
use picojoule::primitive::Primitive::{Add, Mul};
use tally::{Num, tally};

/// Tokens.
const N: usize = 5;
/// Width of the model.
const D: usize = 12;

/// A model of `block` alone, with the numbers given.
fn alone(block: &str, numbers: &[(&str, usize)]) -> Model {
    let dims: Vec<String> = (numbers.iter())
        .map(|(name, value)| format!("{name} = {value}\n"))
        .collect();
    model(&format!(
        "name = 'm'\ntokens = 'n'\ninputs = {{ x = 'b n d' }}\n[dims]\nb = 1\nn = {N}\nd = {D}\n\
         {}[[op]]\nname = 'mixed'\nblock = '{block}'\ninputs = ['x']\n",
        dims.concat()
    ))
}

fn decoding(model: &Model, context: usize) -> Counted {
    let model = model.clone().in_phase(Phase::Decode);
    let model = model.unwrap_or_else(|problems| panic!("{problems}"));
    let variant = model.variant_names()[0].to_owned();
    counted(&model, &variant, &set(&[("context", context)]))
}

/// What the stages given do, together.
fn of_stages(counted: &Counted, stages: &[&str]) -> Counts {
    let mut all = Counts::new();
    for (stage, counts) in by_stage(counted) {
        if stages.contains(&stage.as_str()) {
            for (primitive, count) in counts {
                *all.entry(primitive).or_default() += count;
            }
        }
    }
    all.retain(|_, count| *count != whole(0));
    all
}

const RECURRENCE: [&str; 3] = ["decay", "state-update", "state-read"];

/// Bytes of states that a step reads and writes, in fp32.
fn state_bytes(counted: &Counted) -> (u64, u64) {
    use picojoule::movement::{Hierarchy, Movement, Sizes, traffic};
    let hierarchy = Hierarchy {
        movement: Movement::Compulsory,
        options: MovementOptions::default(),
        capacities: vec![None],
    };
    let found = traffic(&counted.graph, format("fp32"), &hierarchy, Sizes::Open);
    let values = counted.graph.values();
    let of = |direction: Direction| {
        let states = found.accesses.iter();
        let states = states.filter(|access| access.role == Role::State);
        let states = states.filter(|access| access.direction == direction);
        let bits = states.map(|access| access.bits.evaluate(&values).unwrap());
        let bytes = bits.sum::<num_rational::BigRational>() / whole(8);
        bytes.to_integer().try_into().unwrap()
    };
    (of(Direction::Read), of(Direction::Write))
}

/// Any numbers.
fn some(count: usize) -> Vec<Num> {
    (0..count).map(|at| Num(0.1 + at as f64 % 0.7)).collect()
}

fn dot(a: impl Iterator<Item = Num>, b: &[Num]) -> Num {
    a.zip(b).fold(Num(0.0), |sum, (a, b)| sum + a * *b)
}

/// log(1 + exp(x)).
fn softplus(x: Num) -> Num {
    (Num(1.0) + x.exp()).log()
}

/// The gated delta rule, by its definition: S is K × V for every head of values.
/// Of every token and head: an exponential of the step and one of the rate, a
/// sum with the bias, 1 + exp, a logarithm, a product and a sign, an exponential;
/// K·V products that forget, K·V multiply–accumulates that read under the key, V
/// differences, V products with β, K·V that write, K·V that read under the query.
fn delta_rule([hk, hv, k, v]: [usize; 4], by_channel: bool) {
    let (rate, bias) = (some(hv), some(hv * k));
    let mut states = vec![vec![Num(0.0); k * v]; hv];
    // The rates follow from weights alone: once for all tokens.
    let rates: Vec<Num> = rate.iter().map(|rate| -rate.exp()).collect();
    for _ in 0..N {
        let (keys, queries, values) = (some(hk * k), some(hk * k), some(hv * v));
        let (steps, beta) = (some(hv * k), some(hv));
        for (head, state) in states.iter_mut().enumerate() {
            let of_keys = head / (hv / hk) * k;
            let key = &keys[of_keys..of_keys + k];
            let query = &queries[of_keys..of_keys + k];
            let forgetting = |channel: usize| {
                let at = head * k + channel;
                (rates[head] * softplus(steps[at] + bias[at])).exp()
            };
            let shared = (!by_channel).then(|| forgetting(0));
            for channel in 0..k {
                let factor = shared.unwrap_or_else(|| forgetting(channel));
                for state in &mut state[channel * v..(channel + 1) * v] {
                    *state = factor * *state;
                }
            }
            for column in 0..v {
                let held = dot((0..k).map(|row| state[row * v + column]), key);
                let delta = beta[head] * (values[head * v + column] - held);
                for row in 0..k {
                    state[row * v + column] = state[row * v + column] + key[row] * delta;
                }
                dot((0..k).map(|row| state[row * v + column]), query);
            }
        }
    }
}

#[test]
fn the_gated_delta_rule_is_counted_token_by_token() {
    let sizes = [2, 4, 3, 5];
    let done = tally(|| delta_rule(sizes, false));
    // Of 4 heads of 3 × 5 and 5 tokens: 60 products that forget, 180 in sums and
    // 20 with β a token, and one of the rate for each head: 5 · 264.
    assert_eq!(done[&Mul], whole(5 * 264));
    let [hk, hv, k, v] = sizes;
    let numbers = [
        ("key_heads", hk),
        ("value_heads", hv),
        ("key", k),
        ("value", v),
        ("taps", 4),
    ];
    let model = alone("delta-net", &numbers);
    let counted = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(of_stages(&counted, &RECURRENCE), done);
    // Queries and keys 12·6, values and their gate 12·20, β and the step 12·4, out
    // 20·12, 32 channels of 4 taps, a bias and a rate for each head, a gain for
    // each column.
    let weights = 2 * 72 + 2 * 240 + 2 * 48 + 240 + 32 * 4 + 2 * 4 + 5;
    assert_eq!(counted.parameters, whole(weights));
    // A step reads 4·3·5 numbers of the state and 3 earlier ones of each of 32
    // channels, and writes the state and one of each channel.
    let step = decoding(&model, 100);
    assert_eq!(state_bytes(&step), ((60 + 96) * 4, (60 + 32) * 4));
    assert_eq!(step.macs * whole(N), counted.macs);
}

/// The same where every channel of the keys forgets by itself.
#[test]
fn kimis_delta_rule_forgets_by_channel() {
    let (h, k) = (3, 4);
    let done = tally(|| delta_rule([h, h, k, k], true));
    let model = alone("kimi-delta", &[("key_heads", h), ("key", k), ("taps", 4)]);
    let counted = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(of_stages(&counted, &RECURRENCE), done);
    // q, k, v and out 12·12, β 12·3, two gates 12·4 + 4·12, 36 channels of 4 taps,
    // 3 rates, 12 biases, 4 gains.
    let weights = 4 * 144 + 36 + 2 * 96 + 36 * 4 + 3 + 12 + 4;
    assert_eq!(counted.parameters, whole(weights));
    // 3 heads of 4 × 4, and 3 earlier numbers of 36 channels.
    let step = decoding(&model, 7);
    assert_eq!(state_bytes(&step), ((48 + 108) * 4, (48 + 36) * 4));
}

/// Linear attention that forgets by a fixed factor: of H heads of K × K and each
/// token K·K products that forget, K·K multiply–accumulates that write and K·K
/// that read.
#[test]
fn lightning_attention_is_linear() {
    let (h, k) = (3, 4);
    let done = tally(|| {
        let decays = some(h);
        let mut states = vec![vec![Num(0.0); k * k]; h];
        for _ in 0..N {
            let (keys, queries, values) = (some(k), some(k), some(k));
            for (state, decay) in states.iter_mut().zip(&decays) {
                for (row, key) in state.chunks_mut(k).zip(&keys) {
                    for (state, value) in row.iter_mut().zip(&values) {
                        *state = *decay * *state;
                        *state = *state + *key * *value;
                    }
                }
                for column in 0..k {
                    dot((0..k).map(|row| state[row * k + column]), &queries);
                }
            }
        }
    });
    assert_eq!(done[&Mul], whole(N * h * 3 * k * k));
    let model = alone("lightning", &[("h", h)]);
    let counted = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(of_stages(&counted, &RECURRENCE), done);
    // q, k, v, a gate and out 12·12, a gain of 12.
    assert_eq!(counted.parameters, whole(5 * 144 + 12));
    assert_eq!(state_bytes(&decoding(&model, 7)), (48 * 4, 48 * 4));
}

/// Mamba: of C channels, each with S numbers, and every token: Δ·A, an
/// exponential of its negative and a product that forgets, for each number; Δ·x
/// for each channel; a multiply–accumulate that writes and one that reads for
/// each number; D·x and an addition for each channel. A is an exponential of
/// weights alone.
#[test]
fn mamba_keeps_a_few_numbers_for_every_channel() {
    let (c, s, rank) = (8, 3, 2);
    let done = tally(|| {
        let (a_log, skip) = (some(c * s), some(c));
        let rates: Vec<Num> = a_log.iter().map(|a| a.exp()).collect();
        let mut states = vec![Num(0.0); c * s];
        for _ in 0..N {
            let (steps, x, into, from) = (some(c), some(c), some(s), some(s));
            for channel in 0..c {
                let added = steps[channel] * x[channel];
                for at in 0..s {
                    let state = &mut states[channel * s + at];
                    let factor = (-(steps[channel] * rates[channel * s + at])).exp();
                    *state = factor * *state;
                    *state = *state + added * into[at];
                }
                let read = dot((0..s).map(|at| states[channel * s + at]), &from);
                let _ = read + x[channel] * skip[channel];
            }
        }
    });
    assert_eq!(done[&Mul], whole(N * (4 * c * s + 2 * c)));
    let numbers = [("inner", c), ("state_size", s), ("rank", rank), ("taps", 4)];
    let model = alone("mamba", &numbers);
    let counted = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(of_stages(&counted, &RECURRENCE), done);
    // In 12·16, out 8·12, 8 channels of 4 taps and a bias, 8·(2 + 2·3) and 2·8 + 8
    // of what a token chooses, 8·3 rates, 8 that pass by the state.
    let weights = 192 + 96 + 8 * 5 + 8 * 8 + 24 + 24 + 8;
    assert_eq!(counted.parameters, whole(weights));
    let step = decoding(&model, 7);
    assert_eq!(state_bytes(&step), ((24 + 3 * 8) * 4, (24 + 8) * 4));
}

/// Mamba 2: of H heads of C × S and every token: one Δ·A, sign and exponential a
/// head, with the exponential of the weight; C·S products that forget; C of Δ·x;
/// C·S multiply–accumulates that write and C·S that read; C products and
/// additions that pass by.
#[test]
fn mamba_2_forgets_head_by_head() {
    let (h, c, s, groups) = (4, 2, 3, 2);
    let done = tally(|| {
        let (a_log, skip) = (some(h), some(h));
        let rates: Vec<Num> = a_log.iter().map(|a| a.exp()).collect();
        let mut states = vec![Num(0.0); h * c * s];
        for _ in 0..N {
            let (steps, x) = (some(h), some(h * c));
            let (into, from) = (some(groups * s), some(groups * s));
            for head in 0..h {
                let of_group = head / (h / groups) * s;
                let factor = (-(steps[head] * rates[head])).exp();
                for channel in 0..c {
                    let x = x[head * c + channel];
                    let added = x * steps[head];
                    let first = (head * c + channel) * s;
                    for at in 0..s {
                        let state = &mut states[first + at];
                        *state = factor * *state;
                        *state = *state + added * into[of_group + at];
                    }
                    let state = (0..s).map(|at| states[first + at]);
                    let read = dot(state, &from[of_group..of_group + s]);
                    let _ = read + x * skip[head];
                }
            }
        }
    });
    assert_eq!(done[&Mul], whole(N * (h + 3 * h * c * s + 2 * h * c)));
    let numbers = [
        ("heads", h),
        ("columns", c),
        ("state_size", s),
        ("groups", groups),
        ("taps", 4),
    ];
    let model = alone("mamba2", &numbers);
    let counted = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(of_stages(&counted, &RECURRENCE), done);
    // In 12·(8 + 8 + 6 + 6 + 4), out 8·12, 20 channels of 4 taps and a bias, a
    // rate, a bias and a number that passes by for each head, 8 gains.
    let weights = 12 * 32 + 96 + 20 * 5 + 3 * 4 + 8;
    assert_eq!(counted.parameters, whole(weights));
    let step = decoding(&model, 7);
    assert_eq!(state_bytes(&step), ((24 + 3 * 20) * 4, (24 + 20) * 4));
    assert_eq!(step.macs * whole(N), counted.macs);
}

/// The gated unit of Griffin: h ← a·h + √(1 − a²)·(i·x), log a = −8·r·softplus(Λ):
/// of every channel and token two products of the logarithm, an exponential; a
/// product, an exponential, a difference and a root; two products; a
/// multiply–accumulate. Λ is a weight: its softplus is of weights alone.
#[test]
fn griffins_unit_keeps_one_number_for_every_channel() {
    let (h, lru) = (3, 6);
    let done = tally(|| {
        let rates: Vec<Num> = some(lru).into_iter().map(softplus).collect();
        let mut states = vec![Num(0.0); lru];
        for _ in 0..N {
            let (x, let_in, left) = (some(lru), some(lru), some(lru));
            for channel in 0..lru {
                let log = Num(-8.0) * left[channel] * rates[channel];
                let kept = (Num(1.0) - (Num(2.0) * log).exp()).sqrt();
                let added = x[channel] * let_in[channel] * kept;
                states[channel] = added + states[channel] * log.exp();
            }
        }
    });
    let model = alone("rg-lru", &[("h", h), ("lru", lru), ("taps", 4)]);
    let counted = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(of_stages(&counted, &RECURRENCE), done);
    // In 12·6 + 6 twice, out 6·12 + 12, 6 channels of 4 taps and a bias, two gates
    // of 3 · 2·2 and 6, 6 rates.
    let weights = 2 * 78 + 84 + 6 * 5 + 2 * (12 + 6) + 6;
    assert_eq!(counted.parameters, whole(weights));
    assert_eq!(
        state_bytes(&decoding(&model, 7)),
        ((6 + 18) * 4, (6 + 6) * 4)
    );
}

/// RWKV 4 keeps a numerator, a denominator and their scale of every channel, and
/// the last token.
#[test]
fn rwkv_keeps_a_mean_and_the_last_token() {
    let inner = 6;
    let done = tally(|| {
        let (first, decay) = (some(inner), some(inner));
        let decays: Vec<Num> = decay.iter().map(|decay| decay.exp()).collect();
        let [mut numerator, mut denominator, mut top] = [(); 3].map(|()| some(inner));
        for _ in 0..N {
            let (k, v) = (some(inner), some(inner));
            for at in 0..inner {
                let bonus = k[at] + first[at];
                let largest = top[at].max(bonus);
                let (old, own) = ((top[at] - largest).exp(), (bonus - largest).exp());
                let above = old * numerator[at] + own * v[at];
                let _ = above / (old * denominator[at] + own);
                let faded = top[at] - decays[at];
                top[at] = faded.max(k[at]);
                let (old, own) = ((faded - top[at]).exp(), (k[at] - top[at]).exp());
                numerator[at] = old * numerator[at] + own * v[at];
                denominator[at] = old * denominator[at] + own;
            }
        }
    });
    let model = alone("rwkv-time", &[("inner", inner)]);
    let counted = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(of_stages(&counted, &RECURRENCE), done);
    // Keys, values, receptance and out 12·6, three shares of 12, two numbers for
    // each channel.
    assert_eq!(counted.parameters, whole(4 * 72 + 3 * 12 + 2 * 6));
    let all = (12 + 3 * 6) * 4;
    assert_eq!(state_bytes(&decoding(&model, 7)), (all, all));
    let model = alone("rwkv-channel", &[("ffn", 20)]);
    // 12·20 and back, a gate of 12·12, two shares of 12.
    let counted = common::counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(counted.parameters, whole(2 * 240 + 144 + 24));
    assert_eq!(state_bytes(&decoding(&model, 7)), (12 * 4, 12 * 4));
}

/// Three taps over 5 tokens of 12 channels, what stands before the first in full:
/// 5·12·3 products. Two places behind the last, where they are asked for, make it
/// 7·12·3. A step has 12·3 and keeps 2 of every channel, be there as many or not.
#[test]
fn a_short_convolution_keeps_what_its_window_looks_back_over() {
    let model = alone("gated-conv", &[("taps", 3)]);
    let counted = |settings: &[(&str, usize)]| counted(&model, "m", &set(settings));
    let conv = |counted: &Counted| by_stage(counted)["conv"][&Mul].clone();
    assert_eq!(conv(&counted(&[])), whole(5 * 36));
    assert_eq!(conv(&counted(&[("tail", 2)])), whole(7 * 36));
    // Three projections to the gates and the convolution, one out, the taps.
    assert_eq!(counted(&[]).parameters, whole(4 * 144 + 36));
    for context in [0, 1, 50] {
        let step = decoding(&model, context);
        assert_eq!(conv(&step), whole(36), "{context}");
        assert_eq!(state_bytes(&step), (24 * 4, 12 * 4), "{context}");
    }
}

/// Taps that skip tokens look back further: of 3 that take every second, 5.
#[test]
fn a_window_that_skips_looks_back_further() {
    let text = "name = 'm'\ntokens = 'n'\ninputs = { x = 'b n c' }\n[dims]\nb = 1\nn = 9\nc = 2\n\
        [[op]]\nname = 'conv'\neinsum = 'b (t + 2*j - 4) c, c j -> b t c'\naxes = { t = 'n' }\n\
        inputs = ['x', { weight = 'c 3' }]\n";
    let step = decoding(&model(text), 20);
    assert_eq!(totals(&step)[&Mul], whole(6));
    assert_eq!(state_bytes(&step), (4 * 2 * 4, 2 * 4));
    // A window that looks ahead cannot decode.
    let ahead = model(&text.replace("- 4", "- 3"))
        .in_phase(Phase::Decode)
        .unwrap();
    let told = picojoule::graph::lower(&ahead, "m", &[], picojoule::Unfold::No);
    let told = told.map(drop).unwrap_err().to_string();
    assert!(
        told.contains("`conv` slides a window over tokens"),
        "{told}"
    );
}

const SUM: &str = "name = 'm'\ninputs = { a = 'n k', b = 'n v', s = 'n k v' }\n[dims]\nn = 2\nk = 3\n\
    v = 4\n[[op]]\nname = 'sum'\neinsum = 'n k, n v -> n k v'\naccumulate = true\n\
    inputs = ['a', 'b', 's']\n";

/// 24 products, each added to a number that is there: 24 multiply–accumulates,
/// by whichever convention additions of sums are counted.
#[test]
fn what_is_added_to_a_state_is_a_sum() {
    for dot_adds in [
        picojoule::census::DotAdds::K,
        picojoule::census::DotAdds::KMinusOne,
    ] {
        let counted = counted_by(&model(SUM), "m", &set::<u8>(&[]), dot_adds);
        assert_eq!(totals(&counted), counts(&[(Mul, 24), (Add, 24)]));
        assert_eq!(counted.macs, whole(24));
    }
}

#[test]
fn what_cannot_be_added_to_is_told_with_its_place() {
    let source = |text: &str| picojoule::source::Source::new("model.toml", text);
    let refused = |text: &str| {
        let read = Model::read(&source(text), &picojoule::loader::Loader::shipped());
        let lowered = read.and_then(|model| {
            picojoule::graph::lower(&model, "m", &[], picojoule::Unfold::No).map(drop)
        });
        lowered.unwrap_err().to_string()
    };
    for (from, to, part) in [
        (
            "s = 'n k v'",
            "s = 'n v k'",
            "`sum` gives [n, k, v], but its sums start at [n, v, k]",
        ),
        (
            "accumulate",
            "reduce = 'max'\naccumulate",
            "`sum` adds nothing up",
        ),
        (
            "accumulate",
            "bias = 1\naccumulate",
            "`sum` has both a `bias` and `accumulate`",
        ),
        (
            "accumulate = true",
            "accumulate = 1",
            "expected `true` or `false`",
        ),
    ] {
        let text = SUM.replace(from, to);
        assert_ne!(text, SUM);
        let told = refused(&text);
        assert!(
            told.contains(part) && told.contains("model.toml:"),
            "{told}"
        );
    }
}

//! Blocks that repeat: a repeat costs what the same rounds cost written out,
//! whatever their values do on the way, and a formula over the number of rounds
//! holds where the graph says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;
use std::sync::Arc;

use common::rounds::COUNTING;
use common::{
    Counts, cases, counts, format, graph, model, parameters, priced, ratio, set, table, totals,
    whole,
};
use num_rational::BigRational;
use picojoule::domain::Domain;
use picojoule::energy::Counted;
use picojoule::graph::{OpGraph, Unfold};
use picojoule::model::{Densities, Model};
use picojoule::movement::{
    Direction, Hierarchy, Movement, MovementOptions, Role, Sizes, Tiles, traffic,
};
use picojoule::primitive::Primitive::{Add, Compare, Mul, Negate, Select, Shift};
use picojoule::source::Source;
use picojoule::symbolic::{Expr, Symbol};
use proptest::prelude::*;

fn of(graph: OpGraph) -> Counted {
    Counted::new(graph, Default::default()).unwrap()
}

fn folded(model: &Model, layers: u64) -> Counted {
    of(graph(model, "net", &set(&[("layers", layers)]), Unfold::No))
}

/// The names of the instances of blocks.
fn regions(counted: &Counted) -> Vec<String> {
    let regions = counted.graph.regions().skip(1);
    regions.map(|(_, region)| region.name.clone()).collect()
}

/// What `COUNTING` takes. In each round 4·8·8 = 256 products, as many additions
/// of them, and 32 comparisons and additions: a product with a bit is a
/// selection, one with 0, 1 or 2 a shift, and then a multiplication.
fn counting(layers: u64) -> Counts {
    counts(&[
        (Select, 256 * layers.min(1)),
        (Shift, 256 * layers.saturating_sub(1).min(1)),
        (Mul, 256 * layers.saturating_sub(2)),
        (Add, (256 + 32) * layers),
        (Compare, 32 * layers),
    ])
}

#[test]
fn each_round_has_the_values_that_the_one_before_it_gives() {
    let model = model(COUNTING);
    for layers in 1..8 {
        let counted = folded(&model, layers);
        assert_eq!(totals(&counted), counting(layers), "{layers} rounds");
        assert_eq!(parameters(&counted), whole(64 * layers));
    }
    // 0.9 pJ for an addition or a comparison, and the table's energies of a
    // selection and a shift.
    let table = table("45nm");
    let pj = |primitive| {
        let entry = table.entry(primitive, picojoule::format::NumberFormat::FP32);
        entry.unwrap().pj.clone()
    };
    let expected = ratio(9, 10) * whole(576 + 64) + (pj(Select) + pj(Shift)) * whole(256);
    assert_eq!(energy(&folded(&model, 2)), expected);
}

#[test]
fn rounds_of_equal_values_stay_one_repeat() {
    let model = model(COUNTING);
    assert_eq!(regions(&folded(&model, 1)), ["l"]);
    assert_eq!(regions(&folded(&model, 3)), ["l.0", "l.1", "l.2"]);
    assert_eq!(regions(&folded(&model, 4)), ["l.0", "l.1", "l.2", "l.3"]);
    assert_eq!(
        regions(&folded(&model, 12)),
        ["l.0", "l.1", "l.2", "l.3..11"]
    );
    // Whole numbers stay whole numbers, and so all rounds are equal.
    let settled = common::model(&COUNTING.replace("'binary'", "'integer'"));
    assert_eq!(regions(&folded(&settled, 12)), ["l"]);
}

#[test]
fn the_graph_says_for_which_numbers_of_rounds_it_holds() {
    let model = model(COUNTING);
    let counted = folded(&model, 6);
    assert!(counted.graph.switches().contains(&Symbol::new("layers")));
    // The formulas of the graph of 6 rounds hold for 9, which has the same
    // rounds before those that are equal; 3 has not.
    let mut values = counted.graph.values();
    values.set(Symbol::new("layers"), whole(9));
    counted.graph.check(&values).unwrap();
    let mut nine = Counts::new();
    for demand in &counted.census.demands {
        *nine.entry(demand.primitive().unwrap()).or_default() +=
            demand.count.evaluate(&values).unwrap();
    }
    assert_eq!(nine, counting(9));
    values.set(Symbol::new("layers"), whole(3));
    let refused = counted.graph.check(&values).unwrap_err().to_string();
    assert!(
        refused.contains("the repeats of `l`, less the 3"),
        "{refused}"
    );
    // All rounds of equal values: one graph for any number.
    let settled = common::model(&COUNTING.replace("'binary'", "'integer'"));
    assert!(folded(&settled, 6).graph.switches().is_empty());
}

#[test]
fn a_sweep_over_the_rounds_is_the_estimate_at_each() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("net.toml"), COUNTING).unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
            .current_dir(folder.path())
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let estimate = |layers: u64, n: u64| {
        let (layers, n) = (format!("layers={layers}"), format!("n={n}"));
        let once = run(&[
            "estimate", "net.toml", "--set", &layers, "--set", &n, "-o", "json",
        ]);
        let once: serde_json::Value = serde_json::from_str(&once).unwrap();
        once["total_pj"].as_f64().unwrap()
    };
    // Beside another dim, and alone.
    let both: Vec<(u64, u64)> = (1..8)
        .flat_map(|layers| [(layers, 4), (layers, 5)])
        .collect();
    let alone: Vec<(u64, u64)> = (1..8).map(|layers| (layers, 4)).collect();
    for (over, sizes) in [
        (vec!["--over", "layers=1..7", "--over", "n=4..5"], both),
        (vec!["--over", "layers=1..7"], alone),
    ] {
        let args = [&["sweep", "net.toml", "-o", "json"][..], &over].concat();
        let swept = run(&args);
        assert_eq!(swept.lines().count(), sizes.len());
        for (line, (layers, n)) in swept.lines().zip(sizes) {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(row["layers"], layers as f64);
            common::assert_close(row["model_net_pj"].as_f64().unwrap(), estimate(layers, n));
        }
    }
}

fn with(mut model: Model, shares: &str) -> Model {
    let text = format!("source = 'a test'\n[densities]\n{shares}");
    let read = Densities::read(&Source::new("rates.toml", text));
    model.densities = Some(Arc::new(read.unwrap_or_else(|wrong| panic!("{wrong}"))));
    model
}

#[test]
fn a_density_of_one_round_leaves_the_others_alone() {
    // Every spike is set, which is what a round without a density counts.
    for layers in [2, 3, 5] {
        for round in 0..layers {
            let named = with(model(COUNTING), &format!("'l.{round}/s' = 1"));
            assert_eq!(totals(&folded(&named, layers)), counting(layers));
        }
    }
    // Of the 256 products of the third round a quarter is not skipped.
    let named = with(model(COUNTING), "'l.1/y' = 0.25");
    let mut expected = counting(4);
    *expected.get_mut(&Mul).unwrap() -= whole(192);
    *expected.get_mut(&Add).unwrap() -= whole(192);
    assert_eq!(totals(&folded(&named, 4)), expected);
}

#[test]
fn a_density_may_be_of_several_rounds() {
    // Products of the third to the fifth round, and of the fourth alone.
    let named = with(model(COUNTING), "'l.1..3/y' = 0.25\n'l.4/y' = 0.5");
    let mut expected = counting(6);
    *expected.get_mut(&Mul).unwrap() -= whole(3 * 192 + 128);
    *expected.get_mut(&Add).unwrap() -= whole(3 * 192 + 128);
    assert_eq!(totals(&folded(&named, 6)), expected);
    let refused = |shares: &str, layers| {
        let named = with(model(COUNTING), shares);
        let settings = set(&[("layers", layers)]);
        let lowered = picojoule::graph::lower(&named, "net", &settings, Unfold::No);
        lowered.unwrap_err().to_string()
    };
    let told = refused("'l.1..3/y' = 0.25", 3);
    assert!(told.contains("no op `l.1..3/y`"), "{told}");
    let told = refused("'l.1..3/y' = 0.25\n'l.2/y' = 0.5", 6);
    assert!(told.contains("densities of the same tensor"), "{told}");
}

/// A value that changes its sign in every round, and a number of either sign
/// times it.
const ALTERNATING: &str = "
name = 'net'
inputs = { x = { shape = '5', domain = 'binary' }, m = '5' }
params = { layers = 2 }

[[op]]
name = 'l'
block = 'b'
repeat = 'layers'
inputs = ['x', 'm']

[[block]]
name = 'b'
inputs = { x = 'n', m = 'n' }

[[block.op]]
name = 'p'
apply = 'x * m'

[[block.op]]
name = 'y'
apply = '-x'
";

#[test]
fn values_that_never_settle_are_joined_in_the_end() {
    let model = model(ALTERNATING);
    // Five selections and five changes of sign in each round, and five more
    // changes of sign in every second one, where x is 0 or −1.
    let by_hand = |layers: u64| {
        counts(&[
            (Select, 5 * layers),
            (Negate, 5 * layers + 5 * (layers / 2)),
        ])
    };
    for layers in [1, 2, 7, 32] {
        assert_eq!(totals(&folded(&model, layers)), by_hand(layers));
    }
    // After 32 rounds x counts as −1, 0 or 1 in all that follow.
    let expected = counts(&[(Select, 500), (Negate, 500 + 5 * (16 + 68))]);
    let counted = folded(&model, 100);
    assert_eq!(totals(&counted), expected);
    let last = counted.graph.regions().last().unwrap().1;
    assert_eq!(last.name, "l.32..99");
    // Values that grow without end are any number in the end.
    let growing = common::model(&ALTERNATING.replace("'-x'", "'x * 3'"));
    assert_eq!(totals(&folded(&growing, 1_000_000))[&Mul], {
        // Five for x·3 in each round but the 32 that are followed one by one,
        // where x is 0 or one number, and 0 or three times it is chosen; and
        // for x·m where x is neither bits nor powers of two: in all but the
        // first.
        whole(5 * (1_000_000_i64 - 32)) + whole(5 * 999_999_i64)
    });
}

#[test]
fn repeats_within_repeats_end() {
    let mut text = ALTERNATING.replace("block = 'b'", "block = 'b9'");
    for at in 0..10 {
        let inner = match at {
            0 => "b".to_owned(),
            at => format!("b{}", at - 1),
        };
        let _ = write!(
            text,
            "\n[[block]]\nname = 'b{at}'\ninputs = {{ x = 'n', m = 'n' }}\n\
             [[block.op]]\nname = 'o'\nblock = '{inner}'\nrepeat = 101\ninputs = ['x', 'm']\n"
        );
    }
    let model = model(&text);
    let lowered = picojoule::graph::lower(&model, "net", &[], Unfold::No);
    if let Err(refused) = lowered {
        assert!(refused.to_string().contains("too large"), "{refused}");
    }
}

#[test]
fn a_share_is_no_round() {
    // Three rounds of which a quarter of the runs counts: the weights are those
    // of three rounds.
    let text = COUNTING.replace("repeat = 'layers'", "repeat = 'layers'\ntimes = 0.25");
    let counted = folded(&model(&text), 3);
    assert_eq!(parameters(&counted), whole(3 * 64));
    let quarter: Counts = counting(3)
        .into_iter()
        .map(|(primitive, count)| (primitive, count * ratio(1, 4)))
        .collect();
    assert_eq!(totals(&counted), quarter);
    for (_, region) in counted.graph.regions().skip(1) {
        assert_eq!(region.rounds.to_string(), "1");
        assert_eq!(region.share.as_constant(), Some(ratio(1, 4)));
    }
}

/// What is known of a tensor when a small block begins.
const DOMAINS: [&str; 5] = ["real", "integer", "binary", "sign", "ternary"];

/// An op of a small block, from two tensors before it.
fn op(kind: usize, name: &str, a: &str, b: &str) -> String {
    let apply = |formula: String| format!("apply = '{formula}'");
    let linear = |domain: &str, bias: bool| {
        format!(
            "einsum = 'n d, d e -> n e'\ninputs = ['{a}', {{ weight = 'd d', domain = '{domain}' }}]\n\
             bias = {bias}"
        )
    };
    match kind {
        0 => linear("real", true),
        1 => linear("sign", false),
        2 => linear("binary", false),
        3 => apply(format!("{a} >= 1")),
        4 => apply(format!("{a} + {b}")),
        5 => apply(format!("{a} * {b}")),
        6 => apply(format!("clip({a}, -1, 1)")),
        7 => apply(format!("round(clip({a}, 0, 2))")),
        8 => apply(format!("-{a}")),
        9 => apply(format!("sign({a})")),
        10 => apply(format!("{a} * 2")),
        11 => format!("einsum = 'n d, n d -> n d'\ninputs = ['{a}', '{b}']"),
        13 => format!(
            "einsum = 'n d, m d -> n m'\ninputs = ['{a}', '{b}']\n[[block.op]]\nname = '{name}'\neinsum = 'n m, m d -> n d'\ninputs = ['{name}s', '{b}']"
        ),
        _ => apply(format!("max({a}, {b})")),
    }
}

fn small_block(ops: &[(usize, usize, usize)]) -> String {
    let mut names = vec!["x".to_owned(), "m".to_owned()];
    let mut text = "[[block]]\nname = 'b'\ninputs = { x = 'n d', m = 'n d' }\n".to_owned();
    for (at, (kind, a, b)) in ops.iter().enumerate() {
        let (a, b) = (&names[a % names.len()], &names[b % names.len()]);
        let name = format!("o{at}");
        let first = if *kind == 13 {
            format!("{name}s")
        } else {
            name.clone()
        };
        let _ = write!(
            text,
            "[[block.op]]\nname = '{first}'\n{}\n",
            op(*kind, &name, a, b)
        );
        names.push(name);
    }
    text
}

fn head(domain: usize, memory: usize) -> String {
    format!(
        "name = 'net'\ndims = {{ n = 2, d = 3 }}\n\
         inputs = {{ x = {{ shape = 'n d', domain = '{}' }}, m = {{ shape = 'n d', domain = '{}' }} }}\n",
        DOMAINS[domain], DOMAINS[memory]
    )
}

fn energy(counted: &Counted) -> BigRational {
    let estimate = priced(counted, &table("45nm"), format("fp32"), common::NONE_FREE);
    estimate
        .lines
        .iter()
        .filter_map(|line| line.picojoules.as_ref())
        .sum()
}

proptest! {
    #![proptest_config(cases(48))]

    /// Folded, unfolded and written out by hand as a chain: the same counts,
    /// parameters and energy.
    #[test]
    fn a_repeat_is_the_chain_of_its_rounds(
        ops in prop::collection::vec((0usize..13, 0usize..8, 0usize..8), 1..6),
        domain in 0usize..5, memory in 0usize..5, rounds in 1u64..7
    ) {
        let (head, block) = (head(domain, memory), small_block(&ops));
        let repeated = format!(
            "{head}params = {{ layers = {rounds} }}\n\
             [[op]]\nname = 'l'\nblock = 'b'\nrepeat = 'layers'\ninputs = ['x', 'm']\n{block}"
        );
        let mut chain = head;
        let mut last = "x".to_owned();
        for round in 0..rounds {
            let _ = write!(chain, "[[op]]\nname = 'l{round}'\nblock = 'b'\ninputs = ['{last}', 'm']\n");
            last = format!("l{round}");
        }
        let chain = of(graph(&model(&(chain + &block)), "net", &set::<u64>(&[]), Unfold::No));
        for unfold in [Unfold::No, Unfold::Yes] {
            let repeat = of(graph(&model(&repeated), "net", &set::<u64>(&[]), unfold));
            prop_assert_eq!(totals(&repeat), totals(&chain), "{:?}\n{}", unfold, repeated);
            prop_assert_eq!(parameters(&repeat), parameters(&chain));
            prop_assert_eq!(&repeat.macs, &chain.macs);
            prop_assert_eq!(energy(&repeat), energy(&chain));
            let result = |counted: &Counted| -> Domain {
                counted.graph.ops().node_weights().last().unwrap().output.domain.clone()
            };
            prop_assert_eq!(result(&repeat), result(&chain));
        }
    }

    /// The same of all that moves, by all conventions and through levels of all
    /// sizes.
    #[test]
    fn a_repeat_moves_what_the_chain_of_its_rounds_moves(
        ops in prop::collection::vec((0usize..14, 0usize..8, 0usize..8), 1..6),
        domain in 0usize..5, memory in 0usize..5, rounds in 1u64..7,
        (before, behind) in (0usize..4, 0usize..4),
        sizes in prop::collection::vec(0usize..5, 0..3)
    ) {
        let (head, block) = (head(domain, memory), small_block(&ops));
        let head = head + BEFORE[before];
        let (x, m) = (if before == 0 { "x" } else { "y" }, "m");
        let repeated = format!(
            "{head}[[op]]\nname = 'l'\nblock = 'b'\nrepeat = '{rounds}'\ninputs = ['{x}', '{m}']\n{}{block}",
            BEHIND[behind].replace("LAST", "l")
        );
        let mut chain = head;
        let mut last = x.to_owned();
        for round in 0..rounds {
            let _ = write!(chain, "[[op]]\nname = 'l{round}'\nblock = 'b'\ninputs = ['{last}', '{m}']\n");
            last = format!("l{round}");
        }
        let chain = chain + &BEHIND[behind].replace("LAST", &last) + &block;
        let mut sizes: Vec<i64> = sizes.into_iter().map(|size| [160, 600, 1000, 4000, 100_000][size]).collect();
        sizes.sort_unstable();
        same_traffic(&repeated, &chain, &sizes)?;
    }
}

/// What may stand before a repeated block, and behind it.
const BEFORE: [&str; 4] = [
    "",
    "[[op]]\nname = 'y'\napply = '-x'\n",
    "[[op]]\nname = 'y'\neinsum = 'n d, d e -> n e'\ninputs = ['x', { weight = 'd d' }]\n",
    "[[op]]\nname = 'z'\neinsum = 'n d -> d n'\ninputs = ['x']\n\
     [[op]]\nname = 'y'\neinsum = 'd n -> n d'\ninputs = ['z']\n",
];
const BEHIND: [&str; 4] = [
    "",
    "[[op]]\nname = 'o'\napply = 'LAST + x'\n",
    "[[op]]\nname = 'o'\neinsum = 'n d, d e -> n e'\ninputs = ['LAST', { weight = 'd d' }]\n",
    "[[op]]\nname = 'o'\neinsum = 'n d, m d -> n m'\ninputs = ['LAST', 'x']\n\
     [[op]]\nname = 'p'\napply = 'LAST + 1'\n",
];

/// Bits by level, role and direction, and the bound.
type Bits = (
    BTreeMap<(usize, Role, Direction), BigRational>,
    Option<BigRational>,
);

fn moved(graph: &OpGraph, movement: Movement, sizes: &[i64]) -> Bits {
    let mut capacities: Vec<Option<Expr>> =
        sizes.iter().map(|size| Some(Expr::whole(*size))).collect();
    capacities.push(None);
    let hierarchy = Hierarchy {
        movement,
        options: MovementOptions::default(),
        capacities,
    };
    let values = graph.values();
    let found = traffic(graph, format("fp32"), &hierarchy, Sizes::Open);
    let mut bits = BTreeMap::new();
    for access in found.accesses {
        let key = (access.level, access.role, access.direction);
        *bits.entry(key).or_insert_with(|| whole(0)) += access.bits.evaluate(&values).unwrap();
    }
    bits.retain(|_, bits| *bits != whole(0));
    let bound = found
        .lower_bound
        .map(|bound| bound.evaluate(&values).unwrap());
    (bits, bound)
}

fn same_traffic(repeated: &str, chain: &str, sizes: &[i64]) -> Result<(), TestCaseError> {
    let chain = graph(&model(chain), "net", &set::<u64>(&[]), Unfold::No);
    for unfold in [Unfold::No, Unfold::Yes] {
        let repeat = graph(&model(repeated), "net", &set::<u64>(&[]), unfold);
        for movement in [
            Movement::NoReuse,
            Movement::Compulsory,
            Movement::Tiled(Tiles::Any),
        ] {
            prop_assert_eq!(
                moved(&repeat, movement, sizes),
                moved(&chain, movement, sizes),
                "{:?} {:?} {:?}\n{}",
                movement,
                unfold,
                sizes,
                repeated
            );
        }
    }
    Ok(())
}

/// Three rounds of x + 1 on 2·3 numbers of 32 bits, from a memory that is not
/// on the die: each round reads 192 bits and writes as many, and what the first
/// two write is what the others read.
#[test]
fn each_round_reads_what_the_one_before_it_wrote() {
    let text = format!(
        "{}[[op]]\nname = 'l'\nblock = 'b'\nrepeat = 3\ninputs = ['x', 'm']\n\
         [[block]]\nname = 'b'\ninputs = {{ x = 'n d', m = 'n d' }}\n\
         [[block.op]]\nname = 'o'\napply = 'x + 1'\n",
        head(0, 0)
    );
    let graph = graph(&model(&text), "net", &set::<u64>(&[]), Unfold::No);
    let (bits, _) = moved(&graph, Movement::Compulsory, &[]);
    let expected = [Direction::Read, Direction::Write]
        .map(|direction| ((0, Role::Activation, direction), whole(3 * 192)));
    assert_eq!(bits, BTreeMap::from(expected));
}

/// Repeats within repeats, a weight that all rounds share, and a result that
/// a view leads to: the same written out.
#[test]
fn rounds_within_rounds_hand_on_too() {
    let head = "name = 'net'\ndims = { n = 2, d = 3 }\n\
        inputs = { x = 'n d' }\nweights = { w = 'd d' }\n";
    let blocks = "[[block]]\nname = 'inner'\ninputs = { x = 'n d', w = 'd e' }\n\
        [[block.op]]\nname = 'p'\neinsum = 'n d, d e -> n e'\ninputs = ['x', 'w']\n\
        [[block.op]]\nname = 'r'\napply = 'max(p + x, 0)'\n\
        [[block.op]]\nname = 't'\neinsum = 'n d -> d n'\ninputs = ['r']\n\
        [[block.op]]\nname = 'u'\neinsum = 'd n -> n d'\ninputs = ['t']\n";
    let outer = "[[block]]\nname = 'outer'\ninputs = { x = 'n d', w = 'd e' }\n\
        [[block.op]]\nname = 'i'\nblock = 'inner'\nrepeat = 2\ninputs = ['x', 'w']\n";
    let repeated = format!(
        "{head}[[op]]\nname = 'l'\nblock = 'outer'\nrepeat = 3\ninputs = ['x', 'w']\n{blocks}{outer}"
    );
    let mut chain = head.to_owned();
    let mut last = "x".to_owned();
    for round in 0..6 {
        let _ = write!(
            chain,
            "[[op]]\nname = 'l{round}'\nblock = 'inner'\ninputs = ['{last}', 'w']\n"
        );
        last = format!("l{round}");
    }
    chain += blocks;
    for sizes in [&[][..], &[300], &[700], &[1200], &[300, 100_000]] {
        same_traffic(&repeated, &chain, sizes).unwrap();
    }
}

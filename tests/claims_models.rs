//! The models that published claims of energy rest on: every count derived by
//! hand, and held against what the papers print.
//!
//! Nothing here prices an op but with the few picojoules that a paper gives.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::*;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use picojoule::census::DotAdds;
use picojoule::energy::{Counted, Estimate};
use picojoule::primitive::Primitive::{self, Add, And, Mul, Negate, Popcount, Select};

/// How many of `primitive` the stages have.
fn count(counted: &Counted, stages: &[&str], primitive: Primitive) -> BigRational {
    let found = by_stage(counted);
    (stages.iter())
        .map(|stage| {
            let counts = found.get(*stage);
            let count = counts.and_then(|counts| counts.get(&primitive));
            count.cloned().unwrap_or_default()
        })
        .sum()
}

/// The energy of these stages in picojoules, exactly.
fn spent(estimate: &Estimate, stages: &[&str]) -> BigRational {
    let lines = estimate.lines.iter();
    let chosen = lines.filter(|line| stages.contains(&&*line.stage));
    chosen.filter_map(|line| line.picojoules.as_ref()).sum()
}

/// Fails unless `found` is `published` to as many decimals.
#[track_caller]
fn assert_prints(found: f64, published: &str) {
    let decimals = published.split_once('.').map_or(0, |(_, end)| end.len());
    assert_eq!(format!("{found:.decimals$}"), published);
}

fn float(value: &BigRational) -> f64 {
    value.to_f64().unwrap()
}

const LINEARS: [&str; 6] = [
    "q-proj", "k-proj", "v-proj", "out-proj", "ffn-up", "ffn-down",
];
const ATTENTION: [&str; 2] = ["score", "context"];

// BitNet, arXiv 2310.11453, table 1, 6.7B at 512 tokens.
//
// n = 512, d = 4096, n·d = 2097152, 32 heads, 32 layers. With k − 1 additions
// a product takes as many as it has multiplications, less one an element.
//
//   linear     mul  (4 + 4 + 4)·n·d²          = 12·8589934592 = 103079215104
//              less (4 + 4 + 1)·n·d           = 9·2097152     =     18874368
//   attention  mul  2·n²·d                    = 2·1073741824  =   2147483648
//              less 32·n² + n·d               = 8388608 + 2097152 = 10485760
//   rescale    in (4 + 1 + 4)·n·d, out as many: 18·2097152    =     37748736
//   and 32 layers
#[test]
fn bitnet_at_6_7_billion() {
    let model = shipped("bitnet");
    let [full, one_bit] = ["full", "w1a8"]
        .map(|variant| counted_by(&model, variant, &set::<u8>(&[]), DotAdds::KMinusOne));
    let linear = 32 * 103_079_215_104_i64;
    let linear_adds = linear - 32 * 18_874_368;
    let attention = 32 * 2_147_483_648_i64;
    let attention_adds = attention - 32 * 10_485_760;
    let rescale = 32 * 37_748_736_i64;
    assert_eq!(count(&full, &LINEARS, Mul), whole(linear));
    assert_eq!(count(&full, &LINEARS, Add), whole(linear_adds));
    for variant in [&full, &one_bit] {
        assert_eq!(count(variant, &ATTENTION, Mul), whole(attention));
        assert_eq!(count(variant, &ATTENTION, Add), whole(attention_adds));
    }
    assert_eq!(full.macs, whole(linear + attention));
    assert_eq!(count(&one_bit, &LINEARS, Mul), whole(0));
    assert_eq!(count(&one_bit, &LINEARS, Negate), whole(linear));
    assert_eq!(count(&one_bit, &LINEARS, Add), whole(linear_adds));
    assert_eq!(count(&one_bit, &["rescale"], Mul), whole(rescale));
    assert_eq!(one_bit.macs, whole(attention));

    // Joules of multiplications and additions, 7 nm and 45 nm.
    let mul = (linear + attention) as f64 * 1e-12;
    let add = (linear_adds + attention_adds) as f64 * 1e-12;
    let few = (rescale + attention) as f64 * 1e-12;
    let [linear_adds, attention_adds] =
        [linear_adds, attention_adds].map(|adds| adds as f64 * 1e-12);
    for (found, published) in [
        (mul * 1.31, "4.41"),
        (add * 0.38, "1.28"),
        (mul * 3.7, "12.46"),
        (add * 0.9, "3.03"),
        (mul * 0.34, "1.14"),
        (add * 0.16, "0.54"),
        (mul * 1.1, "3.70"),
        (add * 0.4, "1.35"),
        (few * 0.34, "0.02"),
        // Published: 0.04.
        (linear_adds * 0.007 + attention_adds * 0.16, "0.03"),
        (few * 1.1, "0.08"),
        (linear_adds * 0.03 + attention_adds * 0.4, "0.13"),
    ] {
        assert_prints(found, published);
    }
}

// The same at 13B: d = 5120, 40 heads, 40 layers, n·d = 2621440.
//
//   linear     12·512·5120² = 161061273600, less 9·2621440 = 23592960
//   attention  2·512²·5120  =   2684354560, less 40·512² + 2621440 = 13107200
//   rescale    18·2621440   =     47185920
#[test]
fn bitnet_at_13_billion() {
    let model = shipped("bitnet");
    let settings = set(&[("d", 5120), ("h", 40), ("layers", 40)]);
    let full = counted_by(&model, "full", &settings, DotAdds::KMinusOne);
    let one_bit = counted_by(&model, "w1a8", &settings, DotAdds::KMinusOne);
    let linear = 40 * 161_061_273_600_i64;
    let attention = 40 * 2_684_354_560_i64;
    assert_eq!(count(&full, &LINEARS, Mul), whole(linear));
    let fewer = linear - 40 * 23_592_960;
    assert_eq!(count(&one_bit, &LINEARS, Add), whole(fewer));
    let attention_adds = attention - 40 * 13_107_200;
    assert_eq!(count(&full, &ATTENTION, Add), whole(attention_adds));
    let rescale = 40 * 47_185_920_i64;
    assert_eq!(count(&one_bit, &["rescale"], Mul), whole(rescale));
    let mul = (linear + attention) as f64 * 1e-12;
    let add = (fewer + attention_adds) as f64 * 1e-12;
    let few = (rescale + attention) as f64 * 1e-12;
    for (found, published) in [
        (mul * 1.31, "8.58"),
        (add * 0.38, "2.49"),
        (mul * 3.7, "24.23"),
        (add * 0.9, "5.89"),
        (mul * 0.34, "2.23"),
        (add * 0.16, "1.05"),
        (mul * 1.1, "7.20"),
        (add * 0.4, "2.62"),
        (few * 0.34, "0.04"),
        (
            fewer as f64 * 7e-15 + attention_adds as f64 * 1.6e-13,
            "0.06",
        ),
        (few * 1.1, "0.12"),
        (fewer as f64 * 3e-14 + attention_adds as f64 * 4e-13, "0.24"),
    ] {
        assert_prints(found, published);
    }
}

// BitNet b1.58, arXiv 2402.17764: 71.4 times less for matrix products at 7 nm,
// (0.34 + 0.16) / 0.007. With sums of 32 bits, 0.5 / 0.03.
#[test]
fn ternary_weights_take_a_71st() {
    let model = shipped("bitnet");
    let seven = table("7nm");
    let energy = |variant: &str| {
        let counted = counted(&model, variant, &set::<u8>(&[]));
        let estimate = priced(&counted, &seven, format("fp16"), NONE_FREE);
        spent(&estimate, &LINEARS)
    };
    assert_eq!(energy("full") / energy("b1.58"), ratio(500, 7));
    assert_eq!(energy("full") / energy("b1.58-int32"), ratio(50, 3));
}

/// The sizes of PVTv2: widths, depths, ratios of the feed-forward layers.
struct Size {
    name: &'static str,
    d: [i64; 4],
    depth: [i64; 4],
    wide: [i64; 4],
    /// Multiplications and additions in thousand millions, millijoules.
    published: Option<[&'static str; 3]>,
}

const WIDE: [i64; 4] = [64, 128, 320, 512];

const SIZES: [Size; 6] = [
    Size {
        name: "B0",
        d: [32, 64, 160, 256],
        depth: [2, 2, 2, 2],
        wide: [8, 8, 4, 4],
        published: Some(["0.54", "0.56", "2.5"]),
    },
    Size {
        name: "B1",
        d: WIDE,
        depth: [2, 2, 2, 2],
        wide: [8, 8, 4, 4],
        published: Some(["2.03", "2.09", "9.4"]),
    },
    Size {
        name: "B2",
        d: WIDE,
        depth: [3, 4, 6, 3],
        wide: [8, 8, 4, 4],
        published: Some(["3.85", "3.97", "17.8"]),
    },
    Size {
        name: "B3",
        d: WIDE,
        depth: [3, 4, 18, 3],
        wide: [8, 8, 4, 4],
        // Published are 6.75 additions, with which 30.25 mJ do not come out.
        published: Some(["6.54", "6.72", "30.25"]),
    },
    Size {
        name: "B4",
        d: WIDE,
        depth: [3, 8, 27, 3],
        wide: [8, 8, 4, 4],
        published: Some(["9.57", "9.82", "44.25"]),
    },
    Size {
        name: "B5",
        d: WIDE,
        depth: [3, 6, 40, 3],
        wide: [4, 4, 4, 4],
        published: None,
    },
];

#[derive(Clone, Copy, PartialEq)]
enum Attention {
    Full,
    Reduced,
    Hashed,
}

/// What a counter of multiply–accumulates and the authors' terms for attention
/// make of PVTv2 at 224 px, module by module: multiplications and additions.
fn as_counted(size: &Size, attention: Attention) -> (i64, i64) {
    let (mut both, mut mul, mut add) = (0, 0, 0);
    let mut channels = 3;
    for i in 0..4 {
        let side = [56, 28, 14, 7][i];
        let (n, d, h) = (side * side, size.d[i], [1, 2, 5, 8][i]);
        let window = if i == 0 { 7 * 7 } else { 3 * 3 };
        both += n * d * channels * window + n * d; // patches and their bias
        both += 2 * (2 * n * d); // normalisation before and after the layers
        for _ in 0..size.depth[i] {
            let f = size.wide[i] * d;
            both += 2 * (2 * n * d); // two normalisations
            both += n * d * f + (n * f * 9 + n * f) + n * f * d; // up, 3×3 each, down
            both += n * d * d; // out
            match attention {
                Attention::Hashed if i < 3 => {
                    let (m, k, c) = (25, 16, d / h);
                    both += 2 * n * d * d;
                    mul += h * n * (2 * m + m * k + k + 1 + c);
                    add += h * n * (2 * m * c + m * k + 2 * k + 2 * k * c + c);
                }
                Attention::Reduced if i < 3 => {
                    let r = [8, 4, 2][i];
                    let m = n / (r * r);
                    both += m * d * d * r * r + m * d + 2 * m * d;
                    both += n * d * d + 2 * m * d * d;
                    mul += 2 * n * m * d + h * n * m;
                    add += 2 * n * m * d;
                }
                _ => {
                    both += 3 * n * d * d;
                    mul += 2 * n * n * d + h * n * n;
                    add += 2 * n * n * d;
                }
            }
        }
        channels = d;
    }
    both += size.d[3] * 1000;
    (both + mul, both + add)
}

/// PVTv2 of one size with one attention, counted in the scope `as-counted`.
fn pvt(size: &Size, variant: &str) -> (BigRational, BigRational) {
    let mut settings = Vec::new();
    for i in 0..4 {
        settings.push((["d1", "d2", "d3", "d4"][i], size.d[i]));
        settings.push((["depth1", "depth2", "depth3", "depth4"][i], size.depth[i]));
        settings.push((["wide1", "wide2", "wide3", "wide4"][i], size.wide[i]));
    }
    let counted = counted(&shipped("pvt-v2"), variant, &set(&settings));
    let scopes = counted.graph.scopes();
    let scope = scopes.iter().find(|scope| scope.name == "as-counted");
    let stages: Vec<&str> = scope.unwrap().stages.iter().map(String::as_str).collect();
    (count(&counted, &stages, Mul), count(&counted, &stages, Add))
}

// The terms of B0 with EcoFormer's attention, written out once.
//
// Stages of 3136, 784, 196, 49 tokens and 32, 64, 160, 256 channels:
// n·d = 100352, 50176, 31360, 12544.
//
//   patches   100352·(147 + 1) + 50176·(288 + 1) + 31360·(576 + 1) + 12544·(1440 + 1)
//             = 14852096 + 14500864 + 18094720 + 18075904            =  65523584
//   norms     (2 + 2·2)·2·n·d = 12·194432                            =   2333184
//   feed-forward, 2 layers each: 2·n·f·d + 10·n·f with f = 256, 512, 640, 1024
//             n·f = 802816, 401408, 125440, 50176
//             2·(802816·74 + 401408·138 + 125440·330 + 50176·522)
//             = 2·(59408384 + 55394304 + 41395200 + 26191872)        = 364779520
//   projections, 2 layers each: 3·n·d² and 4·n·d² in the last stage
//             2·(3·(3211264 + 3211264 + 5017600) + 4·3211264)        =  94330880
//   head      256·1000                                               =    256000
//   both                                                               527223168
//   hashed, 2 layers each, m = 25, k = 16, c = 32:
//             h·n = 3136, 1568, 980: 5684 in all
//             mul  2·5684·(50 + 400 + 16 + 1 + 32)     = 11368·499   =   5672632
//             add  2·5684·(1600 + 400 + 32 + 1024 + 32) = 11368·3088 =  35104384
//   last stage, 2 layers: 2·49²·256 = 1229312, scale 8·49² = 19208
//             mul  2·(1229312 + 19208)                               =   2497040
//             add  2·1229312                                         =   2458624
#[test]
fn pvt_v2_b0_with_hashed_attention() {
    let both = 65_523_584 + 2_333_184 + 364_779_520 + 94_330_880 + 256_000;
    let mul = both + 5_672_632 + 2_497_040;
    let add = both + 35_104_384 + 2_458_624;
    assert_eq!(
        pvt(&SIZES[0], "ecoformer-as-counted"),
        (whole(mul), whole(add))
    );
}

// EcoFormer, NeurIPS 2022: all sizes, all three attentions.
#[test]
fn pvt_v2_as_the_authors_of_ecoformer_count() {
    for size in &SIZES {
        let mut energies = Vec::new();
        for (variant, attention) in [
            ("msa-as-counted", Attention::Full),
            ("spatial-reduction-as-counted", Attention::Reduced),
            ("ecoformer-as-counted", Attention::Hashed),
        ] {
            let (mul, add) = as_counted(size, attention);
            let found = pvt(size, variant);
            assert_eq!(found, (whole(mul), whole(add)), "{} {variant}", size.name);
            let energy = (3.7 * mul as f64 + 0.9 * add as f64) * 1e-9;
            energies.push(energy);
            if let (Attention::Hashed, Some([muls, adds, joules])) = (attention, size.published) {
                assert_prints(mul as f64 * 1e-9, muls);
                assert_prints(add as f64 * 1e-9, adds);
                assert_prints(energy, joules);
            }
        }
        // Three quarters of what full attention takes in B0, where nobody uses
        // it; a twentieth of what is used.
        let [full, reduced, hashed] = energies[..] else {
            panic!("three attentions")
        };
        if size.name == "B0" {
            assert_prints(100.0 * (1.0 - hashed / full), "73.1");
        }
        let saved = 100.0 * (1.0 - hashed / reduced);
        match size.name {
            "B0" => assert_prints(saved, "5.38"),
            "B1" => assert_prints(saved, "3.70"),
            "B2" => assert_prints(saved, "4.22"),
            "B3" => assert_prints(saved, "5.02"),
            "B4" => assert_prints(saved, "5.10"),
            _ => {}
        }
    }
}

// What EcoFormer saves of PVTv2 as deployed is a small difference of large
// numbers, so that digits left off show: 2.489261 of 2.630773 mJ, 9.389555 of
// 9.749974 and 17.823878 of 18.609832 are 5.4, 3.7 and 4.2 %, but 2.49 of 2.63,
// 9.39 of 9.75 and 17.8 of 18.6 are 5.3, 3.7 and 4.3 %.
#[test]
fn savings_of_rounded_energies_are_others() {
    let rounded = [
        (2.49, 2.63, "5.3"),
        (9.39, 9.75, "3.7"),
        (17.8, 18.6, "4.3"),
    ];
    for (size, (hashed, reduced, saved)) in SIZES.iter().zip(rounded) {
        for (variant, rounded) in [
            ("ecoformer-as-counted", hashed),
            ("spatial-reduction-as-counted", reduced),
        ] {
            let (mul, add) = pvt(size, variant);
            let energy = (3.7 * float(&mul) + 0.9 * float(&add)) * 1e-9;
            let digits = 2 - energy.log10().floor() as usize;
            assert_prints(energy, &format!("{rounded:.digits$}"));
        }
        assert_prints(100.0 * (1.0 - hashed / reduced), saved);
    }
}

// PVTv2-B0 as deployed: its paper gives 0.6 GFLOPs.
//
// From the terms above: patches without bias 65523584 − 194432 = 65329152,
// feed-forward without bias 364779520 − 2·1379840 = 362019840, head 256000.
// Attention, 2 layers each, with 49 keys in every stage:
//   q, out      2·n·d²                 4·(3·3211264 + 5017600)                 = 58605568
//   k, v        2·2·49·d²              4·49·(1024 + 4096 + 25600 + 65536)      = 18866176
//   reduction   2·49·d²·r²             98·(65536 + 65536 + 102400)             = 22880256
//   score, context  2·2·n·49·d         4·49·194432                             = 38108672
#[test]
fn pvt_v2_b0_as_deployed() {
    let model = shipped("pvt-v2");
    let found = counted(&model, "spatial-reduction", &set::<u8>(&[]));
    let attention = 58_605_568 + 18_866_176 + 22_880_256 + 38_108_672;
    assert_eq!(
        found.macs,
        whole(65_329_152 + 362_019_840 + 256_000 + attention)
    );
    assert_prints(float(&found.macs) * 1e-9, "0.6");
}

// What EcoFormer computes beside what its authors count: squares of distances,
// lengths and sums of ±1.
//
// One layer of stage 1: 3136 tokens, one head of 32 channels, 25 anchors, 16
// bits. n·d = 100352, n·m = 78400, n·k = 50176.
//
//   projections  3·n·d² = 9633792 each of mul and add
//   hash    mul  squares n·d, unit n·d, distances n·m·32 = 2508800, exponents
//                n·m, mixtures n·m·16 = 1254400         = 4042304
//           add  lengths n·d, distances 2508800, means n·m, mixtures 1254400
//                                                       = 3941952
//   normaliser   mul n·d; negate n·k; add k_total n·k, similarity n·k, n
//   context      mul v·17 n·d; negate 2·n·k·32 = 3211264; add as many and n·d
#[test]
fn ecoformer_as_computed() {
    let block = "name = \"one\"\ninputs = { x = \"b n d\" }\n\
        [dims]\nb = 1\nn = 3136\nd = 32\nh = 1\n\
        [[op]]\nname = \"attention\"\nblock = \"ecoformer\"\ninputs = [\"x\", \"x\"]\n";
    let found = counted(&model(block), "one", &set::<u8>(&[]));
    let totals = totals(&found);
    let mul = 9_633_792 + 4_042_304 + 100_352 + 100_352;
    let add = 9_633_792 + 3_941_952 + (2 * 50_176 + 3_136) + (3_211_264 + 100_352);
    assert_eq!(totals[&Mul], whole(mul));
    assert_eq!(totals[&Add], whole(add));
    assert_eq!(totals[&Negate], whole(50_176 + 3_211_264));
    assert_eq!(totals[&Primitive::Sub], whole(2_508_800 + 78_400));
    assert_eq!(totals[&Primitive::Exp], whole(78_400));
    assert_eq!(totals[&Primitive::Compare], whole(50_176));
}

// Spikformer, arXiv 2209.15425, table 2.
//
// The first convolution, 3 → d/8 channels at 224², runs in each of 4 steps:
//   d = 512   4·50176·27·64 = 346816512
//   d = 384   4·50176·27·48 = 260112384
// 4.6 pJ for each, and 0.9 pJ for each of the published synaptic operations.
#[test]
fn spikformer_recomputes_from_its_first_convolution() {
    let model = shipped("spikformer");
    let encode = |settings: &[(&str, i64)]| {
        let found = counted(&model, "spikformer", &set(settings));
        let mul = count(&found, &["encode"], Mul);
        assert_eq!(count(&found, &["encode"], Add), mul);
        mul
    };
    let wide = encode(&[]);
    assert_eq!(wide, whole(346_816_512));
    let narrow = encode(&[("d", 384)]);
    assert_eq!(narrow, whole(260_112_384));
    // Also 8-384 and 8-768 were published with the first convolution of 512.
    for (layers, d, operations, published) in [
        (8, 384, 6.82, 7.734),
        (6, 512, 8.69, 9.417),
        (8, 512, 11.09, 11.577),
        (10, 512, 13.67, 13.899),
        (8, 768, 22.09, 21.477),
    ] {
        let first = encode(&[("layers", layers), ("d", d), ("first", 64)]);
        assert_eq!(first, wide);
        let energy = 4.6e-9 * float(&first) + 0.9 * operations;
        assert!((energy - published).abs() < 0.001, "{layers}-{d}: {energy}");
    }
    assert_prints(4.6e-9 * float(&narrow) + 0.9 * 6.82, "7.335");
}

// Spikformer-8-512 with a share ρ of neurons firing, 4 steps, 196 tokens.
//
//   stem    112²·64·128·9 = 56²·128·256·9 = 28²·256·512·9 = 924844032
//           position 14²·512²·9                            = 462422016
//           together 3·924844032 + 462422016               = 3236954112
//   layers  8·12·196·512²                                  = 4932501504
//   4 steps 4·(3236954112 + 4932501504)                    = 32677822464
//   Kᵀ·V, Q·(Kᵀ·V)  4·8·196·512·64                         = 205520896 each
// The first of the two is of bits by bits, in gates that skip none; the second
// of bits by numbers.
//
// Where a residual addition gives 0, 1, 2, …, products by it stay
// multiplications: q, k, v and the first linear layer,
// 4·8·(3 + 4)·196·512² = 11509170176.
#[test]
fn spikformer_8_512() {
    let model = shipped("spikformer");
    let quarter = set(&[("rho", "0.25")]);
    let spikes = counted(&model, "spikformer", &quarter);
    let all = 32_677_822_464_i64;
    assert_eq!(count(&spikes, &["conv"], Select), whole(all));
    assert_eq!(count(&spikes, &["conv"], Add), whole(all / 4));
    assert_eq!(count(&spikes, &["conv"], Mul), whole(0));
    let products = 205_520_896_i64;
    for bits in [And, Popcount] {
        assert_eq!(count(&spikes, &["context"], bits), whole(products));
    }
    assert_eq!(count(&spikes, &["context"], Add), whole(products / 4));

    let sums = counted(&model, "spikformer-counts", &quarter);
    let by_sums = 11_509_170_176_i64;
    assert_eq!(count(&sums, &["conv"], Mul), whole(by_sums / 4));
    assert_eq!(count(&sums, &["conv"], Select), whole(all - by_sums));
    assert_eq!(count(&sums, &["conv"], Add), whole(all / 4));
}

// The twin without spikes: one step of the same stem, 8 layers with attention
// in full, and the classes.
//
//   86704128 + 3236954112 + 8·(12·196·512² + 2·196²·512) + 512·1000
//   = 86704128 + 3236954112 + 8·655900672 + 512000 = 8571375616
//
// Published are 8.33 G: the digits of 38.340 mJ come out with a quarter of the
// attention's products and without the classes.
#[test]
fn the_twin_of_spikformer_8_512() {
    let model = shipped("spikformer");
    let found = counted(&model, "ann", &set::<u8>(&[]));
    assert_eq!(found.macs, whole(8_571_375_616_i64));
    let attention = 8 * 2 * 196 * 196 * 512_i64;
    let published = 8_571_375_616 - 512_000 - attention * 3 / 4;
    assert_prints(4.6e-9 * published as f64, "38.340");
}

// Baselines of the spiking literature at 4.6 pJ for a MAC: BERT base with 128
// tokens 51.41 mJ (its MACs are derived elsewhere), ViT-B/16 with 384 px
// 254.84 mJ.
//
// 577 tokens, 12 layers, d = 768:
//   patches 576·768·768                =   339738624
//   4·577·768²     = 4·340328448       =  1361313792
//   2·577²·768     = 2·255689472       =   511378944
//   2·577·768·3072                     =  2722627584
//   12 layers      12·4595320320       = 55143843840
//   head                                      768000
#[test]
fn baselines_of_the_spiking_literature() {
    let bert = counted(&shipped("bert-base"), "vanilla", &set::<u8>(&[]));
    assert_prints(4.6e-9 * float(&bert.macs), "51.40");
    let vit = counted(&shipped("vit-b-16"), "vanilla", &set(&[("img", 384)]));
    assert_eq!(vit.macs, whole(55_484_350_464_i64));
    assert_prints(4.6e-9 * float(&vit.macs), "255.23");
}

// L-Mul, arXiv 2410.00907, at 45 nm: 1 − 0.05/1.1 element by element, and
// 1 − (0.1 + 0.9)/(3.7 + 0.9) or 1 − (0.05 + 0.4)/(1.1 + 0.4) in a sum.
#[test]
fn l_mul_saves_what_its_table_gives() {
    let model = shipped("l-mul");
    let table = table("45nm");
    let energy = |variant: &str, precision: &str, stage: &str| {
        let counted = counted(&model, variant, &set::<u8>(&[]));
        let estimate = priced(&counted, &table, format(precision), NONE_FREE);
        spent(&estimate, &[stage])
    };
    let left = |bits: &str, stage: &str| {
        let precision = format!("fp{bits}");
        energy(&format!("l-mul-{bits}"), &precision, stage) / energy("full", &precision, stage)
    };
    assert_eq!(left("16", "elements"), ratio(5, 110));
    assert_eq!(left("32", "sums"), ratio(10, 46));
    assert_eq!(left("16", "sums"), ratio(45, 150));
    assert_prints(100.0 * (1.0 - float(&left("16", "elements"))), "95.5");
    assert_prints(100.0 * (1.0 - float(&left("32", "sums"))), "78.3");
}

// OPT-6.7B, one token: 32·12·4096² + 4096·50272 = 6442450944 + 205914112
// weights are multiplied, 6.648 G, and 2·32·4096 = 262144 products of one
// score with one value.
#[test]
fn opt_6_7b_for_one_token() {
    let found = counted(&shipped("opt-6.7b"), "vanilla", &set(&[("n", 1)]));
    assert_eq!(found.macs, whole(6_648_365_056_i64 + 262_144));
    // With gains and biases of 65 normalisations, the linear layers' biases and
    // 2050 rows of positions, however few are used: the public count.
    let biases = 32 * (5 * 4096 + 16_384);
    let held = 6_648_365_056 + 65 * 2 * 4096 + biases;
    assert_eq!(parameters(&found), whole(held + 2050 * 4096));
    assert_eq!(held + 2050 * 4096, 6_658_473_984_i64);
}

// AlexNet's convolutions, 665.8 M MACs:
//   55²·96·3·11²        = 105415200
//   27²·256·48·5²       = 223948800
//   13²·384·256·3²      = 149520384
//   13²·384·192·3²      = 112140288
//   13²·256·192·3²      =  74760192
// and linear layers 9216·4096 + 4096² + 4096·1000 = 58621952.
#[test]
fn alexnet_at_227_pixels() {
    let found = counted(&shipped("alexnet"), "alexnet", &set::<u8>(&[]));
    let convolutions = 105_415_200 + 223_948_800 + 149_520_384 + 112_140_288 + 74_760_192;
    assert_eq!(convolutions, 665_784_864);
    assert_eq!(count(&found, &["conv"], Mul), whole(convolutions));
    assert_eq!(found.macs, whole(convolutions + 58_621_952));
    // Normalisation over 5 channels at 55²·96 and 27²·256, 477024 elements: a
    // square, the factor of the sum, the product of two roots.
    assert_eq!(count(&found, &["norm"], Mul), whole(3 * 477_024));
    assert_eq!(count(&found, &["norm"], Add), whole(6 * 477_024));
    // Measured on Eyeriss: 8.01 mJ, eight times as much.
    assert_prints(1.5e-9 * convolutions as f64, "1.00");
    assert_prints(8.01 / (1.5e-9 * convolutions as f64), "8.0");
}

// VGG-16: one convolution after the other.
//
//   224²  3 → 64         86704128, 64 → 64        1849688064
//   112²  64 → 128      924844032, 128 → 128      1849688064
//    56²  128 → 256     924844032, 256 → 256 twice 3699376128
//    28²  256 → 512     924844032, 512 → 512 twice 3699376128
//    14²  512 → 512 thrice 3·462422016          = 1387266048
//   together 15346630656
// and linear layers 25088·4096 + 4096² + 4096·1000 = 123633664: 15.47 G in all.
#[test]
fn vgg_16_at_224_pixels() {
    let found = counted(&shipped("vgg-16"), "vgg-16", &set::<u8>(&[]));
    let convolutions =
        86_704_128 + 2 * 1_849_688_064 + 3 * 924_844_032 + 2 * 3_699_376_128 + 1_387_266_048_i64;
    assert_eq!(convolutions, 15_346_630_656);
    assert_eq!(count(&found, &["conv"], Mul), whole(convolutions));
    assert_eq!(found.macs, whole(convolutions + 123_633_664));
    // Measured on Eyeriss: 339 mJ.
    assert_prints(339.0 / (1.5e-9 * convolutions as f64), "14.7");
}

// Spike-driven Transformer, structure of its authors' code, at 224 px, 14² tokens, 8
// layers, 4 steps.
//
// Parameters of width d:
//
//   stem    convolutions 3·3·(3·d/8 + d²/32 + d²/8 + d²/2 + d²)
//           normalisation 2·(d/8 + d/4 + d/2 + d + d)
//   layer   12·d² of convolutions, 6·d of biases, 2·9·d of normalisation
//   head    1000·d + 1000
//
//   384:    2199312 +  2208 + 8·( 1769472 +  9216) + 385000 = 16816024
//   512:    3909312 +  2944 + 8·( 3145728 + 12288) + 513000 = 29689384
//   768:    8794656 +  4416 + 8·( 7077888 + 18432) + 769000 = 66338632
//
// Products of spikes in a step: 9·d²/32·112² three times and half of it once in the
// stem, 12·196·d² in each layer, 1000·d in the head.
//
//   512:    924844032·3.5 + 8·616562688 + 512000 = 8169967616
//
// Attention: an and for every key and value, and for every query, 2·196·d in each layer,
// and a bit to count for every key. Neurons in a layer: 5·196·d of the input, queries,
// keys, values and before up, 4·196·d before down, d of the mask. In the stem d/8·224²,
// d/4·112², d/2·56² and d·14², and d before the head.
#[test]
fn spike_driven_transformer_has_no_products_in_attention() {
    let model = shipped("spike-driven");
    for (d, parameters) in [
        ("384", 16_816_024),
        ("512", 29_689_384),
        ("768", 66_338_632),
    ] {
        let counted = counted(&model, "spike-driven", &set(&[("d", d)]));
        assert_eq!(common::parameters(&counted), whole(parameters), "{d}");
    }
    for steps in [1_i64, 4] {
        let settings = set(&[("steps", steps), ("rho", 1)]);
        let counted = counted(&model, "spike-driven", &settings);
        assert_eq!(counted.macs, whole(steps * 27 * 64 * 50_176));
        let spikes = ["conv", "head"];
        assert_eq!(
            count(&counted, &spikes, Select),
            whole(steps * 8_169_967_616)
        );
        let attention = ["attention"];
        assert_eq!(
            count(&counted, &attention, And),
            whole(steps * 8 * 2 * 100_352)
        );
        assert_eq!(
            count(&counted, &attention, Popcount),
            whole(steps * 8 * 100_352)
        );
        assert_eq!(count(&counted, &attention, Mul), whole(0));
        assert_eq!(count(&counted, &attention, Add), whole(0));
        let stem = 64 * 50_176 + 128 * 12_544 + 256 * 3_136 + 512 * 196;
        let layers = 8 * (9 * 100_352 + 512);
        let neurons = stem + layers + 512;
        assert_eq!(count(&counted, &["neuron"], Mul), whole(steps * neurons));
    }
}

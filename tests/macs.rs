//! Multiply–accumulates and parameters of the shipped models, each derived by
//! hand, term by term, and where possible held against what is publicly known.
//!
//! A MAC is a multiplication with the addition of its product in a matrix
//! product or a convolution as written; a bias is none, and padding counts as
//! data. With n tokens, width d, feed-forward width w, one layer of a
//! Transformer has 4·n·d² (q, k, v, out), 2·n²·d (score, context) and 2·n·d·w.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::*;
use picojoule::primitive::Primitive::{Add, Mul};

/// MACs at the sizes that the model file gives.
fn macs(name: &str) -> num_rational::BigRational {
    let model = shipped(name);
    counted(&model, baseline(&model), &set::<u8>(&[])).macs
}

fn baseline(model: &picojoule::model::Model) -> &str {
    model.variant_names()[0]
}

#[test]
fn bert_base_at_128_tokens() {
    // d = 768, w = 3072, 12 layers.
    //   4·128·768²      = 4·75497472  = 301989888
    //   2·128²·768      = 2·12582912  =  25165824
    //   2·128·768·3072                = 603979776
    //   a layer                         931135488
    //   12 layers                     11173625856; the embedding only looks up
    assert_eq!(macs("bert-base"), whole(11_173_625_856_i64));
}

#[test]
fn gpt2_at_1024_tokens() {
    // d = 768, w = 3072, 12 layers, 50257 subwords.
    //   4·1024·768²     = 4·603979776 =  2415919104
    //   2·1024²·768     = 2·805306368 =  1610612736
    //   2·1024·768·3072               =  4831838208
    //   a layer                          8858370048
    //   12 layers                      106300440576
    //   head 1024·768·50257             39523713024
    //   all                            145824153600
    assert_eq!(macs("gpt2"), whole(145_824_153_600_i64));
}

#[test]
fn vit_b_16_at_224_pixels() {
    // 14² = 196 patches of 16²·3 = 768 numbers, one class token: n = 197.
    //   patches 196·768·768           =   115605504
    //   4·197·768²      = 4·116195328 =   464781312
    //   2·197²·768      = 2·29805312  =    59610624
    //   2·197·768·3072                =   929562624
    //   a layer                          1453954560
    //   12 layers                       17447454720
    //   head, class token alone, 768·1000    768000
    //   all                             17563828224
    assert_eq!(macs("vit-b-16"), whole(17_563_828_224_i64));
}

#[test]
fn resnet_50_at_224_pixels() {
    // Pixels: stem 112² = 12544; layers 56² = 3136, 28² = 784, 14² = 196, 7² = 49.
    //
    // stem  12544·64·(3·7²)                                    =  118013952
    //
    // A bottleneck that keeps its shape costs the same in all four layers: the
    // width doubles where the pixels become a quarter. In layer 1:
    //   1×1 256→64  3136·256·64   = 51380224
    //   3×3  64→64  3136·64·64·9  = 115605504
    //   1×1  64→256 3136·64·256   = 51380224          together 218365952
    // The first of layer 1 (64 channels come in, no stride):
    //   12845056 + 115605504 + 51380224, shortcut 51380224     =  231211008
    // The first of layers 2, 3, 4 (1×1 before the stride, so at the larger size):
    //   1×1 256→128 3136·256·128  = 102760448
    //   3×3 128→128 784·128·128·9 = 115605504
    //   1×1 128→512 784·128·512   = 51380224
    //   shortcut    784·256·512   = 102760448         together 372506624
    //
    // layer 1  231211008 + 2·218365952                         =  667942912
    // layer 2  372506624 + 3·218365952                         = 1027604480
    // layer 3  372506624 + 5·218365952                         = 1464336384
    // layer 4  372506624 + 2·218365952                         =  809238528
    // classes  2048·1000                                       =    2048000
    // all                                                      = 4089184256
    assert_eq!(macs("resnet-50"), whole(4_089_184_256_i64));
    // A normalisation multiplies and adds once for every element, unless it is
    // folded. Stem 112²·64 = 802816; a bottleneck 56²·(64 + 64 + 256) = 1204224
    // in layer 1, half of that in each next one; the first 1×1 of layers 2 to 4
    // is before the stride, at four times the pixels: three times 28²·128,
    // 14²·256, 7²·512 more; shortcuts 56²·256, 28²·512, 14²·1024, 7²·2048. The
    // pool multiplies 2048 times.
    let normalised = 802_816
        + (3 * 1_204_224 + 4 * 602_112 + 6 * 301_056 + 3 * 150_528)
        + 3 * (100_352 + 50_176 + 25_088)
        + (802_816 + 401_408 + 200_704 + 100_352);
    assert_eq!(normalised, 11_113_984);
    let model = shipped("resnet-50");
    for (variant, norm) in [("batch-norm", normalised), ("folded-norm", 0)] {
        let counted = counted(&model, variant, &set::<u8>(&[]));
        assert_eq!(counted.macs, whole(4_089_184_256_i64));
        let apart = by_stage(&counted).remove("norm").unwrap_or_default();
        assert_eq!(apart, counts(&[(Mul, norm), (Add, norm)]), "{variant}");
        let all = totals(&counted).remove(&Mul);
        let expected = whole(4_089_184_256_i64 + 2048 + norm);
        assert_eq!(all, Some(expected), "{variant}");
    }
}

#[test]
fn transformer_base_at_25_and_25_tokens() {
    // n = m = 25, d = 512, w = 2048, 6 + 6 layers, 37000 subwords.
    //   4·25·512²                  = 26214400
    //   2·25²·512                  =   640000
    //   2·25·512·2048              = 52428800
    //   an encoder layer             79283200
    //   a decoder layer has attention twice: 2·26214400 + 2·640000 + 52428800 = 106137600
    //   6·(79283200 + 106137600)   = 1112524800
    //   head 25·512·37000          =  473600000
    //   all                          1586124800
    assert_eq!(macs("transformer-base"), whole(1_586_124_800_i64));
    // With n = 7 source and m = 3 target tokens, term by term:
    //   encoder  4·7·512² + 2·7²·512 + 2·7·512·2048     = 7340032 + 50176 + 14680064 = 22070272
    //   decoder  self  4·3·512² + 2·3²·512              = 3145728 + 9216             =  3154944
    //            cross 2·3·512² + 2·7·512² + 2·3·7·512  = 1572864 + 3670016 + 21504  =  5264384
    //            feed-forward 2·3·512·2048                                           =  6291456
    //   6·(22070272 + 3154944 + 5264384 + 6291456)                                   = 220686336
    //   head 3·512·37000                                                             =  56832000
    let model = shipped("transformer-base");
    let short = counted(&model, "vanilla", &set(&[("n", 7), ("m", 3)]));
    assert_eq!(short.macs, whole(220_686_336 + 56_832_000));
}

#[test]
fn llama_3_1_8b_at_1024_tokens() {
    // d = 4096 in 32 heads of 128; 8 of them for keys and values, so 1024 columns.
    //   q, out   2·1024·4096²         =   34359738368
    //   k, v     2·1024·4096·1024     =    8589934592
    //   score, context 2·1024²·4096   =    8589934592  (each of 32 query heads in full)
    //   gate, up, down 3·1024·4096·14336 = 180388626432
    //   a layer                           231928233984
    //   32 layers                        7421703487488
    //   head 1024·4096·128256             537944653824
    //   all                              7959648141312
    assert_eq!(macs("llama-3.1-8b"), whole(7_959_648_141_312_i64));
}

#[test]
fn half_of_the_scores_is_half_of_their_macs() {
    // gpt2 with share = 1/2 keeps all but half of 12·2·1024²·768 = 19327352832.
    let model = shipped("gpt2");
    let causal = counted(&model, "vanilla", &set(&[("share", "0.5")]));
    assert_eq!(causal.macs, whole(145_824_153_600_i64 - 9_663_676_416));
    // The weights stay the same.
    let full = counted(&model, "vanilla", &set::<u8>(&[]));
    assert_eq!(parameters(&causal), parameters(&full));
}

/// Parameters at the sizes that the model file gives.
fn parameters_of(name: &str) -> num_rational::BigRational {
    let model = shipped(name);
    parameters(&counted(&model, baseline(&model), &set::<u8>(&[])))
}

#[test]
fn llama_has_its_8030261248_parameters() {
    // No biases: the public count to the last digit.
    //   q, out 2·4096² = 33554432, k, v 2·4096·1024 = 8388608,
    //   gate, up, down 3·4096·14336 = 176160768, two norms 2·4096 = 8192:
    //   a layer 218112000, 32 layers 6979584000
    //   embedding and head 2·128256·4096 = 1050673152, last norm 4096
    assert_eq!(parameters_of("llama-3.1-8b"), whole(8_030_261_248_i64));
}

#[test]
fn resnet_50_has_its_25557032_parameters() {
    // Convolutions 23454912, gains and shifts of the normalisations 53120,
    // classes 2048·1000 + 1000.
    assert_eq!(parameters_of("resnet-50"), whole(25_557_032));
    assert_eq!(23_454_912 + 53_120 + 2_048_000 + 1_000, 25_557_032);
    // Folded, a filter has a bias: half of these.
    let model = shipped("resnet-50");
    let folded = counted(&model, "folded-norm", &set::<u8>(&[])).parameters;
    assert_eq!(folded, whole(25_530_472));
    assert_eq!(23_454_912 + 26_560 + 2_048_000 + 1_000, 25_530_472);
}

/// What the linear layers of one Transformer layer of width 768 hold as biases:
/// q, k, v, out, down 768 each and up 3072.
const BIASES_768: i64 = 5 * 768 + 3072;

#[test]
fn vit_b_16_has_its_86567656_parameters() {
    // Of them biases of the patches (768), of 12 layers, of the classes (1000).
    assert_eq!(768 + 12 * BIASES_768 + 1000, 84_712);
    assert_eq!(parameters_of("vit-b-16"), whole(86_567_656));
}

#[test]
fn gpt2_has_its_124439808_parameters() {
    // One matrix 50257×768 for embedding and head, 1024 positions:
    //   38597376 + 786432 + 12·(4·768² + 2·768·3072 + 4·768 + biases) + 2·768
    let layer = 4 * 768 * 768 + 2 * 768 * 3072 + 4 * 768 + BIASES_768;
    assert_eq!(50_257 * 768 + 1024 * 768 + 12 * layer + 1536, 124_439_808);
    assert_eq!(parameters_of("gpt2"), whole(124_439_808));
}

#[test]
fn bert_base_has_its_108891648_parameters() {
    // Public: 109482240 with the pooler, whose 768² + 768 = 590592 are not in
    // this model.
    assert_eq!(109_482_240 - 590_592, 108_891_648);
    assert_eq!(parameters_of("bert-base"), whole(108_891_648));
}

#[test]
fn positions_are_parameters_whether_or_not_they_are_used() {
    for name in ["bert-base", "gpt2"] {
        let model = shipped(name);
        let short = counted(&model, "vanilla", &set(&[("n", 5)]));
        assert_eq!(parameters(&short), parameters_of(name), "{name}");
    }
}

#[test]
fn transformer_base_has_its_65_million_parameters() {
    // Encoder layer 4·512² + 2·512·2048 + 2·2·512 = 3147776,
    // decoder layer 8·512² + 2·512·2048 + 3·2·512 = 4197376, six of each: 44070912.
    // Biases 6·(4608 + 6656) = 67584, and one matrix 37000·512 for source,
    // target and head. Positions are sines. That is the paper's "65 million".
    let expected = 44_070_912 + 67_584 + 37_000 * 512;
    assert_eq!(expected, 63_082_496);
    assert_eq!(parameters_of("transformer-base"), whole(expected));
}

#[test]
fn a_bias_has_as_many_numbers_as_its_weight_has_outputs() {
    let op = |inputs: &str, rest: &str| {
        format!(
            "name = \"m\"\ninputs = {{ {inputs} }}\n[weights]\ntied = \"5 4\"\n\
             [[op]]\nname = \"y\"\n{rest}\nbias = true\n"
        )
    };
    for (inputs, rest, expected) in [
        // A linear layer, of any rank and any batch: 4·5 + 5.
        (
            "x = \"7 4\"",
            "einsum = \"... d, d e -> ... e\"\ninputs = [\"x\", { weight = \"4 5\" }]",
            25,
        ),
        // A table that others have too.
        (
            "x = \"7 4\"",
            "einsum = \"b d, e d -> b e\"\ninputs = [\"x\", \"tied\"]",
            25,
        ),
        // A convolution: 6·4·3 + 6.
        (
            "x = \"2 4 9\"",
            "einsum = \"b c (y + k), o c k -> b o y\"\ninputs = [\"x\", { weight = \"6 4 3\" }]",
            78,
        ),
        // Three heads, each with its own: 3·4·5 + 3·5.
        (
            "x = \"7 3 4\"",
            "einsum = \"b h d, h d e -> b h e\"\ninputs = [\"x\", { weight = \"3 4 5\" }]",
            75,
        ),
        // One output in all: 4 + 1.
        (
            "x = \"7 4\"",
            "einsum = \"b d, d -> b\"\ninputs = [\"x\", { weight = \"4\" }]",
            5,
        ),
        // Nothing that was learnt, so nothing that a bias could be learnt with.
        (
            "x = \"7 4\", z = \"4 5\"",
            "einsum = \"b d, d e -> b e\"\ninputs = [\"x\", \"z\"]",
            0,
        ),
    ] {
        let text = op(inputs, rest);
        let found = counted(&model(&text), "m", &set::<u8>(&[]));
        assert_eq!(parameters(&found), whole(expected), "{text}");
    }
}

#[test]
fn more_than_ten_to_the_23_operations_are_exact() {
    // Primes, so that nothing cancels, against 128-bit integers.
    let (b, n, d, e) = (999_999_937_u128, 998_244_353, 65_537, 65_539);
    let wide = model(
        "name = \"wide\"\ninputs = { x = \"b n d\" }\n[dims]\nb = 1\nn = 1\nd = 1\ne = 1\n\
         [[op]]\nname = \"y\"\neinsum = \"b n d, d e -> b n e\"\n\
         inputs = [\"x\", { weight = \"d e\" }]\nbias = true\n",
    );
    let settings = set(&[("b", b), ("n", n), ("d", d), ("e", e)]);
    let found = counted(&wide, "wide", &settings);
    let products = b * n * d * e;
    assert!(products > 10_u128.pow(23));
    assert_eq!(totals(&found), counts(&[(Mul, products), (Add, products)]));
    assert_eq!(found.macs, whole(products));
    // k − 1 between the products and one more for the bias: k again.
    let fewer = counted_by(&wide, "wide", &settings, "k-1".parse().unwrap());
    assert_eq!(totals(&fewer), totals(&found));

    // A Transformer that reads a hundred thousand million tokens.
    let n = 100_000_000_003_u128;
    let bert = counted(&shipped("bert-base"), "vanilla", &set(&[("n", n)]));
    let layer = 4 * n * 768 * 768 + 2 * n * n * 768 + 2 * n * 768 * 3072;
    assert!(12 * layer > 10_u128.pow(23));
    assert_eq!(bert.macs, whole(12 * layer));
}

#[test]
fn opt_has_6658473984_parameters_whatever_the_length() {
    // Words 50272·4096, of the head, too; 2048 + 2 rows of positions; 32 layers
    // of four matrices of 4096², two of 4096·16384, their biases and two norms;
    // a norm at the end.
    let (d, ffn) = (4096_i64, 16_384);
    let layer = 4 * (d * d + d) + 2 * d * ffn + ffn + d + 4 * d;
    let right = 50_272 * d + 2050 * d + 32 * layer + 2 * d;
    assert_eq!(right, 6_658_473_984);
    for n in [1, 1024, 2048] {
        let found = counted(&shipped("opt-6.7b"), "vanilla", &set(&[("n", n)]));
        assert_eq!(found.parameters, whole(right), "{n}");
    }
}

#[test]
fn mobilenet_v1_at_224_pixels() {
    // Pixels: 112² = 12544, 56² = 3136, 28² = 784, 14² = 196, 7² = 49. A block is
    // 9·c for each pixel of its result, and c·out.
    //   stem       12544·32·27               =  10838016
    //   block 1    12544·32·(9 + 64)         =  29302784
    //   block 2    3136·64·(9 + 128)         =  27496448
    //   block 3    3136·128·(9 + 128)        =  54992896
    //   block 4    784·128·(9 + 256)         =  26593280
    //   block 5    784·256·(9 + 256)         =  53186560
    //   block 6    196·256·(9 + 512)         =  26141696
    //   7 to 11    5·196·512·(9 + 512)       = 261416960
    //   block 12   49·512·(9 + 1024)         =  25915904
    //   block 13   49·1024·(9 + 1024)        =  51831808
    //   head       1024·1000                 =   1024000
    //   all                                    568740352; its paper says 569 M
    assert_eq!(macs("mobilenet-v1"), whole(568_740_352));
}

#[test]
fn mobilenet_v2_at_224_pixels() {
    // A block of t times c channels, at p pixels before its stride and q after it,
    // is p·c·tc (nothing where t is 1) + 9·q·tc + q·tc·out.
    let block = |p: i64, q: i64, c: i64, t: i64, out: i64| {
        let expand = if t == 1 { 0 } else { p * c * t * c };
        expand + q * t * c * (9 + out)
    };
    let all = 12544 * 32 * 27
        + block(12544, 12544, 32, 1, 16)
        + block(12544, 3136, 16, 6, 24)
        + block(3136, 3136, 24, 6, 24)
        + block(3136, 784, 24, 6, 32)
        + 2 * block(784, 784, 32, 6, 32)
        + block(784, 196, 32, 6, 64)
        + 3 * block(196, 196, 64, 6, 64)
        + block(196, 196, 64, 6, 96)
        + 2 * block(196, 196, 96, 6, 96)
        + block(196, 49, 96, 6, 160)
        + 2 * block(49, 49, 160, 6, 160)
        + block(49, 49, 160, 6, 320)
        + 49 * 320 * 1280
        + 1280 * 1000;
    assert_eq!(all, 300_774_272); // Its paper says 300 M.
    assert_eq!(macs("mobilenet-v2"), whole(all));
}

/// Widths are rounded to a multiple of eight, but not down by more than a tenth.
#[test]
fn mobilenet_v2_at_other_widths() {
    // What public listings give at 224 pixels, with 1000 classes: 59 M, 97 M,
    // 209 M, 509 M and 582 M.
    for (alpha, millions) in [
        ("0.35", 59),
        ("0.5", 97),
        ("0.75", 209),
        ("1.3", 509),
        ("1.4", 582),
    ] {
        let model = shipped("mobilenet-v2");
        let counted = counted(&model, baseline(&model), &set(&[("alpha", alpha)]));
        let rounded = (counted.macs / whole(1_000_000)).round();
        assert_eq!(rounded, whole(millions), "{alpha}");
    }
}

#[test]
fn the_networks_of_mlperf_tiny() {
    // Autoencoder: 2·640·128 + 6·128² + 2·128·8 = 163840 + 98304 + 2048.
    assert_eq!(macs("mlperf-tiny-ad"), whole(264_192));
    // DS-CNN at 25 · 5 places: 125·64·(40 + 4·(9 + 64)) + 64·12
    //   = 8000·332 + 768.
    assert_eq!(macs("mlperf-tiny-kws"), whole(2_656_768));
    // ResNet-8: 1024·16·27 + 2·1024·16·144 = 442368 + 4718592; at 16 × 16
    // 256·32·(144 + 288 + 16) = 3670016; at 8 × 8 64·64·(288 + 576 + 32) = 3670016;
    // and 64·10.
    assert_eq!(macs("mlperf-tiny-ic"), whole(12_501_632));
    // MobileNet v1 at a quarter of the width, 48² = 2304, 24² = 576, 12² = 144,
    // 6² = 36, 3² = 9 pixels:
    //   2304·8·27 + 2304·8·(9 + 16) + 576·16·(9 + 32) + 576·32·(9 + 32)
    //     = 497664 + 460800 + 377856 + 755712
    //   144·32·(9 + 64) + 144·64·(9 + 64) = 336384 + 672768
    //   36·64·(9 + 128) + 5·36·128·(9 + 128) = 315648 + 3156480
    //   9·128·(9 + 256) + 9·256·(9 + 256) + 256·2 = 305280 + 610560 + 512
    assert_eq!(macs("mlperf-tiny-vww"), whole(7_489_664));
}

//! What goes with a movement: attention in one pass, and spikes as events,
//! against numbers by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::buffers::{bits, crossing, memory, moved, table};
use common::program::run;
use common::{counted, model, set, shipped, whole};
use num_rational::BigRational;
use picojoule::energy::{CostModel, Counted, entry_values, estimate, priced};
use picojoule::movement::{Direction, Fuse, Movement, MovementOptions, Role, Spikes, Tiles};
use picojoule::symbolic::Symbol;

const FUSED: MovementOptions = MovementOptions {
    fuse: Fuse::Attention,
    spikes: Spikes::Bits,
};
const EVENTS: MovementOptions = MovementOptions {
    fuse: Fuse::None,
    spikes: Spikes::Events,
};

/// With 768 columns queries and keys have 768/12 = 64 of them, of which each of 12
/// heads has 5⅓. No bound is known of that; what crosses has a number all the same.
#[test]
fn what_is_not_whole_has_no_lower_bound() {
    let line = "estimate attention --variant e-att --set d=768 --set h=12 \
                --movement tiled --output json";
    let (code, told, mistake) = run(line);
    assert_eq!(code, 0, "{mistake}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert!(told["lower_bound_bits"].is_null());
    assert!(told["movement_pj"].as_f64().unwrap() > 0.0);
}

/// Where one memory is all there is, no tile is kept before it.
#[test]
fn one_memory_alone_holds_no_tiles() {
    let (_, told, _) =
        run("estimate attention --table tpu-v5e --format bf16 --static --movement tiled");
    let told: Vec<&str> = told.split_whitespace().collect();
    assert!(told.join(" ").contains("` is the only memory here"));
}

/// Elements of a byte that cross below a buffer of so many.
fn elements(text: &str, tiles: Tiles, options: MovementOptions, buffer: u64) -> BigRational {
    let table = table();
    let counted = counted(&model(text), "one", &set::<u8>(&[]));
    let memory = memory(&table, Movement::Tiled(tiles), options, Some(8 * buffer));
    crossing(&counted, &table, &memory) / whole(8)
}

/// Eight heads of 128 tokens, 64 wide, with what is between scores and context.
fn heads(between: &str, weighs: &str) -> String {
    format!(
        "name = \"one\"\ninputs = {{ q = \"h m k\", keys = \"h n k\", v = \"h n c\" }}\n\
         [dims]\nh = 8\nm = 128\nn = 128\nk = 64\nc = 64\n\
         [[op]]\nname = \"score\"\neinsum = \"h m k, h n k -> h m n\"\ninputs = [\"q\", \"keys\"]\n\
         {between}\
         [[op]]\nname = \"context\"\neinsum = \"h m n, h n c -> h m c\"\ninputs = [\"{weighs}\", \"v\"]\n"
    )
}

const SOFTMAX: &str = "[[op]]\nname = \"weights\"\nblock = \"softmax\"\ninputs = [\"score\"]\n";

/// With u = 65 536 elements, as many as queries, keys, values and results have
/// each, and twice as many scores. Without a softmax a tile of x·y scores, with
/// x + y beside it, moves ⌈128/y⌉·u queries, 2·⌈128/x⌉·u keys and values and
/// (2·⌈128/y⌉ − 1)·u results:
///
/// | elements | x·y | u | by divisors | u |
/// |---|---|---|---|---|
/// | 4096 | 62×64 | 2 + 6 + 3 | 32×64 | 2 + 8 + 3 |
/// | 8192 | 62×128 | 1 + 6 + 1 | 64×64 | 2 + 4 + 3 |
/// | 32 768 | 128×128 | 1 + 2 + 1 | 128×128 | 1 + 2 + 1 |
///
/// By divisors it is what AccelForge's search finds.
#[test]
fn attention_in_one_pass() {
    let text = heads("", "score");
    for (buffer, any, divisors) in [(4096, 11, 13), (8192, 8, 9), (32_768, 4, 4)] {
        for (tiles, units) in [(Tiles::Any, any), (Tiles::Divisors, divisors)] {
            let found = elements(&text, tiles, FUSED, buffer);
            assert_eq!(found, whole(65_536 * units), "{buffer} {tiles:?}");
        }
    }
    let apart = [917_504, 655_360, 524_288];
    for (buffer, apart) in [4096, 8192, 32_768].into_iter().zip(apart) {
        let found = elements(&text, Tiles::Divisors, MovementOptions::default(), buffer);
        assert_eq!(found, whole(apart));
    }
}

/// A softmax needs whole rows: x·128 + x + 128 elements. 30 rows in 4096, 62 in
/// 8192: 5 and 3 tiles of rows, each of which loads all keys and values. In
/// 1024 only 6 rows fit, so that 22 tiles of them moved 46·u; op by op it is
/// less, and stays so.
#[test]
fn a_softmax_needs_whole_rows() {
    let text = heads(SOFTMAX, "weights");
    for (buffer, units) in [(4096, 12), (8192, 8), (32_768, 4)] {
        let found = elements(&text, Tiles::Any, FUSED, buffer);
        assert_eq!(found, whole(65_536 * units), "{buffer}");
    }
    let of = |options| elements(&text, Tiles::Any, options, 1024);
    assert_eq!(of(FUSED), of(MovementOptions::default()));
    // A buffer smaller than a row.
    let of = |options| elements(&text, Tiles::Any, options, 100);
    assert_eq!(of(FUSED), of(MovementOptions::default()));
}

/// The bound is everything but the scores once; and with room for one head's
/// scores, that is what moves.
#[test]
fn scores_that_stay_are_not_in_the_bound() {
    let text = heads(SOFTMAX, "weights");
    let table = table();
    let counted = counted(&model(&text), "one", &set::<u8>(&[]));
    let memory = memory(&table, Movement::Tiled(Tiles::Any), FUSED, Some(8 * 32_768));
    let moved = moved(&counted, &table, &memory);
    assert_eq!(moved.lower_bound_bits, Some(whole(8 * 4 * 65_536)));
    // The datapath still writes 131 072 scores to the buffer, and as many
    // weights; of results 65 536.
    let buffer = bits(&moved, "buffer");
    let written = &buffer[&(Role::Activation, Direction::Write)] / whole(8);
    assert_eq!(written, whole(2 * 131_072 + 65_536 + 3 * 65_536));
}

/// Four queries that share keys and values are rows of one pass: 2·4 queries
/// and results of 64, 2·1024 keys and values.
#[test]
fn grouped_queries_share_a_pass() {
    let text = "name = \"one\"\n\
        inputs = { q = \"(h * g) k\", keys = \"h n k\", v = \"h n c\" }\n\
        [dims]\nh = 2\ng = 4\nn = 1024\nk = 64\nc = 64\n\
        [[op]]\nname = \"score\"\neinsum = \"(h g) k, h n k -> h g n\"\ninputs = [\"q\", \"keys\"]\naxes = { g = \"g\" }\n\
        [[op]]\nname = \"weights\"\nblock = \"softmax\"\ninputs = [\"score\"]\n\
        [[op]]\nname = \"context\"\neinsum = \"h g n, h n c -> h g c\"\ninputs = [\"weights\", \"v\"]\n";
    let found = elements(text, Tiles::Any, FUSED, 8192);
    assert_eq!(found, whole(2 * 8 * 64 + 2 * 2 * 1024 * 64));
}

/// What only shows scores in another shape or order changes nothing: joined
/// rows around the softmax, heads behind queries, a row of its own for each.
#[test]
fn views_of_scores_are_fused() {
    let softmax = |of: &str| SOFTMAX.replace("\"score\"", of);
    let plain = heads(SOFTMAX, "weights");
    let joined = format!(
        "[[op]]\nname = \"rows\"\nreshape = \"(h * m) n\"\ninputs = [\"score\"]\n{}\
         [[op]]\nname = \"apart\"\nreshape = \"h m n\"\ninputs = [\"weights\"]\n",
        softmax("\"rows\"")
    );
    let turned = format!(
        "[[op]]\nname = \"turned\"\neinsum = \"h m n -> m h n\"\ninputs = [\"score\"]\n{}\
         [[op]]\nname = \"back\"\neinsum = \"m h n -> h m n\"\ninputs = [\"weights\"]\n",
        softmax("\"turned\"")
    );
    let by_rows = format!(
        "[[op]]\nname = \"rows\"\neinsum = \"h m n -> (h m) n\"\ninputs = [\"score\"]\n{}",
        softmax("\"rows\"")
    );
    let by_rows = heads(&by_rows, "weights").replace("\"h m n, h n c", "\"(h m) n, h n c");
    let texts = [heads(&joined, "apart"), heads(&turned, "back"), by_rows];
    for buffer in [1024, 4096, 8192, 32_768] {
        let expected = elements(&plain, Tiles::Any, FUSED, buffer);
        for text in &texts {
            assert_eq!(
                elements(text, Tiles::Any, FUSED, buffer),
                expected,
                "{text}"
            );
        }
    }
    // A softmax along the queries, and context over keys, is no such pass.
    let across = format!(
        "[[op]]\nname = \"turned\"\neinsum = \"h m n -> h n m\"\ninputs = [\"score\"]\n{}\
         [[op]]\nname = \"back\"\neinsum = \"h n m -> h m n\"\ninputs = [\"weights\"]\n",
        softmax("\"turned\"")
    );
    let across = heads(&across, "back");
    let of = |options| elements(&across, Tiles::Any, options, 8192);
    assert_eq!(of(FUSED), of(MovementOptions::default()));
}

/// Scores that another op reads leave the die whatever is done.
#[test]
fn scores_that_are_read_twice_are_not_fused() {
    let more = format!(
        "{SOFTMAX}[[op]]\nname = \"sums\"\neinsum = \"h m n -> h m\"\ninputs = [\"weights\"]\n"
    );
    let text = heads(&more, "weights");
    let of = |options| elements(&text, Tiles::Any, options, 8192);
    assert_eq!(of(FUSED), of(MovementOptions::default()));
}

/// Single estimates are what the expressions give that sweeps evaluate.
#[test]
fn expressions_of_options_are_their_estimates() {
    let table = table();
    let spikes = "name = \"one\"\ninputs = { x = \"m k\" }\n[params]\nrho = 0.125\n\
        [dims]\nn = 16\nm = 5\nk = 64\n\
        [[op]]\nname = \"fired\"\napply = \"x > 0\"\ndensity = \"rho\"\n\
        [[op]]\nname = \"sums\"\neinsum = \"m k, k n -> m n\"\ninputs = [\"fired\", { weight = \"k n\" }]\n";
    let cases = [
        (shipped("attention"), "vanilla", FUSED, 40_000_u64),
        (model(spikes), "one", EVENTS, 2000),
    ];
    for (model, variant, options, buffer) in cases {
        let at = |n: u32| -> Counted { counted(&model, variant, &set(&[("n", n)])) };
        let open = at(16);
        let memory = memory(&table, Movement::Tiled(Tiles::Any), options, Some(buffer));
        let pricing = CostModel {
            table: &table,
            format: common::format("int8"),
            zero_cost: common::NONE_FREE,
            memory: Some(&memory),
            static_energy: false,
        };
        let stages: Vec<String> = open
            .graph
            .stages()
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        let formula = priced(&open, &pricing, &stages).unwrap();
        let mut values = open.graph.values();
        entry_values(&pricing, &mut values);
        for n in [1, 7, 16, 61, 200] {
            values.set(Symbol::new("n"), whole(n));
            let single = estimate(&at(n), &pricing, &[]).unwrap().total();
            let swept = formula.evaluate(&values).unwrap();
            common::assert_close(picojoule::number::to_f64(&swept), single.picojoules());
        }
    }
}

/// 16 × 64 places of which an eighth fires: 128 events, each an address of 10
/// bits. Each fetches a row of 16 weights of a byte, 2048 bytes in all, where
/// the 1024 do not fit beside; each adds 16 numbers to sums, 2048 less the 256
/// firsts, which read nothing.
#[test]
fn spikes_are_addresses() {
    let text = "name = \"one\"\ninputs = { x = \"m k\" }\n[params]\nrho = 0.125\n\
        [dims]\nm = 16\nk = 64\nn = 16\n\
        [[op]]\nname = \"fired\"\napply = \"x > 0\"\ndensity = \"rho\"\n\
        [[op]]\nname = \"sums\"\neinsum = \"m k, k n -> m n\"\ninputs = [\"fired\", { weight = \"k n\" }]\n";
    let table = table();
    let counted = counted(&model(text), "one", &set::<u8>(&[]));
    let at = |movement, options, buffer| {
        let memory = memory(&table, movement, options, Some(buffer));
        moved(&counted, &table, &memory)
    };
    let tiled = Movement::Tiled(Tiles::Any);
    // 8192 bits hold 16 columns of a weight and a sum, but not all weights.
    let found = at(tiled, EVENTS, 8192);
    let dram = bits(&found, "dram");
    assert_eq!(dram[&(Role::Weight, Direction::Read)], whole(8 * 2048));
    assert_eq!(
        dram[&(Role::Activation, Direction::Read)],
        whole(8 * 1024 + 1280)
    );
    assert_eq!(
        dram[&(Role::Activation, Direction::Write)],
        whole(1280 + 8 * 256)
    );
    let buffer = bits(&found, "buffer");
    assert_eq!(buffer[&(Role::Weight, Direction::Read)], whole(8 * 2048));
    assert_eq!(
        buffer[&(Role::Partial, Direction::Read)],
        whole(8 * (2048 - 256))
    );
    assert_eq!(
        buffer[&(Role::Partial, Direction::Write)],
        whole(8 * (2048 - 256))
    );
    // Where they fit, each comes once, and so do the events, from the die.
    let dram = bits(&at(tiled, EVENTS, 8 * 1024 + 1280 + 8 * 1024), "dram");
    assert_eq!(dram[&(Role::Weight, Direction::Read)], whole(8 * 1024));
    assert_eq!(dram[&(Role::Activation, Direction::Read)], whole(8 * 1024));
    assert_eq!(dram[&(Role::Activation, Direction::Write)], whole(8 * 256));
    // 128 bits hold an event and 7 columns: the events come three times.
    let dram = bits(&at(tiled, EVENTS, 128), "dram");
    assert_eq!(
        dram[&(Role::Activation, Direction::Read)],
        whole(8 * 1024 + 3 * 1280)
    );
    // As bits there are 1024 of them, read and written.
    let dram = bits(
        &at(Movement::Compulsory, MovementOptions::default(), 8),
        "dram",
    );
    assert_eq!(
        dram[&(Role::Activation, Direction::Write)],
        whole(1024 + 8 * 256)
    );
    let dram = bits(&at(Movement::Compulsory, EVENTS, 8), "dram");
    assert_eq!(
        dram[&(Role::Activation, Direction::Write)],
        whole(1280 + 8 * 256)
    );
    // Without reuse an event is read once, and its row of weights with it.
    let nearest = bits(&at(Movement::NoReuse, EVENTS, 8192), "buffer");
    assert_eq!(nearest[&(Role::Weight, Direction::Read)], whole(8 * 2048));
    assert_eq!(
        nearest[&(Role::Activation, Direction::Read)],
        whole(8 * 1024 + 1280)
    );
}

/// A buffer that does not hold an event with a weight and a sum is told.
#[test]
fn too_small_for_an_event() {
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
            .args([
                "estimate",
                "spikformer",
                "--variant",
                "spikformer",
                "--movement",
            ])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let small = ["--set", "sram.kib=0.01"];
    let told = run(&[&["tiled", "--spikes", "events"][..], &small].concat());
    assert!(told.contains("it holds 81 bits, and an event"), "{told}");
    assert!(run(&["tiled", "--spikes", "event"]).contains("did you mean `events`?"));
    assert!(run(&["tiled", "--fuse", "attn"]).contains("no kind of pass"));
    assert!(
        run(&["compulsory", "--fuse", "attention"])
            .contains("`--movement compulsory` has no tiles")
    );
    assert!(run(&["none", "--spikes", "events"]).contains("data movement is not counted"));
}

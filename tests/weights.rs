//! Files of weights: their heads as models, and the bytes that move.
//!
//! `tests/weights/small.py` writes the files byte by byte and counts, with the
//! sizes of blocks of its own, how many numbers and bytes each holds.

#![allow(clippy::unwrap_used)]

#[path = "common/program.rs"]
#[allow(dead_code)]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use num_rational::BigRational;
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::number::whole;
use program::{estimated, picojoule, printed, refused};
use serde_json::Value;

fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weights/small")
}

/// The model file of an import, and what it was told with.
fn imported(file: &str) -> (String, String) {
    let output = picojoule(&small(), &["import", file]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{file}: {errors}");
    (String::from_utf8(output.stdout).unwrap(), errors)
}

fn model(text: &str) -> Model {
    let source = picojoule::source::Source::new("weights.toml", text.to_owned());
    Model::read(&source, &Loader::shipped()).unwrap()
}

/// Every file: as many numbers as its structure has, and all bytes of them.
#[test]
fn heads_give_the_numbers_and_the_bytes_of_their_files() {
    let expected = fs::read_to_string(small().join("expected.csv")).unwrap();
    let mut files = 0;
    for line in expected.lines().skip(1) {
        let [file, numbers, bytes] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        // Its architecture is told of below.
        if file == "unknown.gguf" {
            continue;
        }
        let (text, notes) = imported(file);
        let stored = model(&text).root.stored.clone();
        let all: u64 = stored.iter().map(|kind| kind.numbers.unwrap()).sum();
        assert_eq!(all.to_string(), numbers, "{file}");
        let bits: BigRational = (stored.iter())
            .map(|kind| &kind.bits * whole(kind.numbers.unwrap()))
            .sum();
        let eight = whole(8);
        assert_eq!(bits / eight, whole(bytes.parse::<u64>().unwrap()), "{file}");
        // What the structure has otherwise would be told.
        let apart = notes.contains("The file of weights has");
        assert_eq!(apart, file == "short.gguf", "{file}: {notes}");
        let estimate = estimated(&small(), file, "").unwrap();
        let parameters = estimate["parameters"].clone();
        if file != "short.gguf" {
            assert_eq!(parameters.to_string(), numbers, "{file}");
        }
        files += 1;
    }
    assert_eq!(files, 47);
}

/// Bits that are read of weights from the farthest memory.
fn weight_bits(estimate: &Value) -> f64 {
    let rows = estimate["traffic"].as_array().unwrap().iter();
    let rows = rows.filter(|row| {
        row["level"] == "dram" && row["role"] == "weight" && row["direction"] == "read"
    });
    rows.map(|row| row["bits"].as_f64().unwrap()).sum()
}

/// A token of a Llama of 2 layers in q4_0, 18 bytes for 32 numbers, by hand.
///
/// Numbers of a layer: queries 64·64, keys and values 2·64·32, out 64·64, gate, up
/// and down 3·64·128, together 36 864 of 4.5 bits: 20 736 bytes, for two layers
/// 41 472. Gains of two norms a layer and of the last one, 5·64 of 4 bytes: 1280.
/// The head is in q8_0, 34 bytes for 32: 96·64/32·34 = 6528. Of the table of words
/// one row of 64: 36. Together 49 316 bytes.
#[test]
fn a_token_reads_the_bytes_of_the_file_whatever_it_is_computed_in() {
    for format in ["fp32", "bf16", "int8/int32"] {
        for movement in ["compulsory", "tiled"] {
            let settings = format!(
                "--phase=decode context=16 --table=45nm --movement={movement} --format={format}"
            );
            let estimate = estimated(&small(), "llama-q4_0.gguf", &settings).unwrap();
            assert_eq!(
                weight_bits(&estimate),
                49_316.0 * 8.0,
                "{movement} {format}"
            );
        }
    }
}

/// Of four experts in mxfp4 a token of gpt-oss reads two.
///
/// A layer, in bytes: queries 64·128, keys and values 2·64·64, out 128·64 of 2
/// bytes: 49 152; their biases 128 + 64 + 64 + 64 and 4 sinks of 4 bytes: 1296; the
/// router, 64·4 numbers and 4 biases of 4 bytes: 1040; two norms of 64: 512; and of
/// the experts 2 of 3·64·32 numbers in 17 bytes for 32, 6528, with 2·(32 + 32 + 64)
/// biases of 4 bytes, 1024. That is 59 552, for two layers 119 104. The last norm is
/// 256, the head 96·64·2 = 12 288, a row of words 128: 131 776 bytes.
#[test]
fn a_token_reads_the_experts_that_it_chooses() {
    let settings = "--phase=decode context=4 --table=45nm --movement=compulsory";
    let estimate = estimated(&small(), "gpt-oss-mxfp4.gguf", settings).unwrap();
    assert_eq!(weight_bits(&estimate), 131_776.0 * 8.0);
}

/// Of eight experts a token reads two, and all of the one that is shared: each in
/// its own bits.
///
/// A layer of the GGUF file: queries and out 64·64, keys and values 64·32, together
/// 12 288 numbers in 34 bytes for 32, 13 056 bytes; their biases 64 + 32 + 32 of 4
/// bytes, 512; two norms of 64, 512; the router 64·8, 2048, and the number of the
/// shared expert 64, 256; two experts of 3·64·32 in 18 bytes for 32, 6912; the
/// shared one, 3·64·64 in 34 for 32, 13 056. Together 36 352, for two layers 72 704.
/// The last norm is 256, the head 96·64 in 34 for 32 6528, a row of words 68: 79 556.
///
/// The other one, all of 2 bytes but the experts in 1: 12 288 + 128 + 512 + 64 + 128
/// numbers are 26 240 bytes, two experts 12 288, the shared one 24 576: 63 104, for
/// two layers 126 208. The last norm 128, the head 12 288, a row 128: 138 752.
#[test]
fn chosen_and_shared_experts_take_bits_of_their_own() {
    let settings = "--phase=decode context=4 --table=45nm --movement=compulsory";
    for (file, bytes) in [
        ("shared-expert.gguf", 79_556.0),
        ("mixture/model.safetensors", 138_752.0),
    ] {
        let estimate = estimated(&small(), file, settings).unwrap();
        assert_eq!(weight_bits(&estimate), bytes * 8.0, "{file}");
    }
    let (text, _) = imported("shared-expert.gguf");
    let chosen = "stages = [\"ffn-up\"]\nops = [\"up_weights\", \"up_biases\"]\nbits = 4.5 # q4_0";
    assert!(text.contains(chosen), "{text}");
}

/// Words in q8_0 are the table of the head, too, and stand in the stage of
/// positions, which are in f32.
///
/// A layer of GPT-2: queries, keys and values 64·192, out 64·64, up and down
/// 2·64·128, together 32 768 numbers in 34 bytes for 32, 34 816; biases
/// 192 + 64 + 128 + 64 of 4 bytes, 1792; two norms of 2·64, 1024. Together 37 632,
/// for two layers 75 264. The last norm is 512, the table 96·64 in 34 for 32 6528, a
/// row of it 68, a row of positions 64·4 = 256: 82 628.
#[test]
fn words_and_positions_take_bits_of_their_own() {
    let settings = "--phase=decode context=4 --table=45nm --movement=compulsory";
    let estimate = estimated(&small(), "families/gpt2.gguf", settings).unwrap();
    assert_eq!(weight_bits(&estimate), 82_628.0 * 8.0);
}

#[test]
fn empty_files_are_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["none.gguf", "none.safetensors"] {
        std::fs::write(folder.path().join(name), b"").unwrap();
        let told = refused(folder.path(), &["estimate", name]);
        assert!(told.contains("the file is empty"), "{told}");
    }
}

/// A file with the words of a tokenizer alone, and one with an empty list.
#[test]
fn files_without_weights_say_so() {
    let told = "holds no weights: all are counted in the format of the estimate.";
    let (text, notes) = imported("vocabulary.gguf");
    assert!(notes.contains(told), "{notes}");
    assert!(model(&text).root.stored.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let config = small().join("plain/config.json");
    fs::copy(config, folder.path().join("config.json")).unwrap();
    let mut empty = 2_u64.to_le_bytes().to_vec();
    empty.extend(b"{}");
    fs::write(folder.path().join("model.safetensors"), empty).unwrap();
    let output = picojoule(folder.path(), &["import", "model.safetensors"]);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains(told), "{notes}");
    assert!(!notes.contains("end before"), "{notes}");
}

/// The committed files are heads. With all of their data, by the sum of the tensors
/// in `expected.csv`, nothing is said; a byte less is. Data of a GGUF file begin at
/// a multiple of 32.
#[test]
fn files_that_end_before_their_tensors_say_so() {
    let expected = fs::read_to_string(small().join("expected.csv")).unwrap();
    for file in ["mixtral-q4_0.gguf", "plain/model.safetensors"] {
        let row = expected
            .lines()
            .find(|line| line.starts_with(file))
            .unwrap();
        let data: u64 = row.rsplit(',').next().unwrap().parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let name = Path::new(file).file_name().unwrap();
        let path = folder.path().join(name);
        fs::copy(small().join(file), &path).unwrap();
        let config = small().join("plain/config.json");
        if !file.ends_with("gguf") {
            fs::copy(config, folder.path().join("config.json")).unwrap();
        }
        let head = fs::metadata(&path).unwrap().len();
        let start = match file.ends_with("gguf") {
            true => head.next_multiple_of(32),
            false => head,
        };
        let all = start + data;
        for (length, is_cut) in [
            (all, false),
            (all - 1, true),
            (head, true),
            (all + 9, false),
        ] {
            let resized = fs::File::options().write(true).open(&path).unwrap();
            resized.set_len(length).unwrap();
            let output = picojoule(folder.path(), &["import", name.to_str().unwrap()]);
            assert!(output.status.success());
            let notes = String::from_utf8(output.stderr).unwrap();
            let told = format!("({length} of {all} bytes)");
            assert_eq!(notes.contains(&told), is_cut, "{file} {length}: {notes}");
            assert_eq!(notes.contains("end before"), is_cut, "{notes}");
        }
    }
}

/// A group of 32 numbers in GPTQ: 32·4 bits, a scale of 16 and an offset of 4; and
/// 32 bits a row for the order of the rows, which are in the file.
///
/// By the head: 36 864 numbers a layer with 4 + 20/32 = 4.625 bits, and rows of 64
/// five times, of 128 once, of 64 in out: 6·64 + 128 = 512 orders of 4 bytes. By the
/// config alone orders are not known of.
#[test]
fn a_config_alone_says_almost_what_its_file_says() {
    let (text, _) = imported("gptq/model.safetensors");
    let stored = model(&text).root.stored.clone();
    let linear = stored.iter().filter(|kind| {
        kind.stages
            .iter()
            .any(|stage| stage.value.ends_with("-proj") || stage.value.starts_with("ffn"))
    });
    let bits: BigRational = linear
        .map(|kind| &kind.bits * whole(kind.numbers.unwrap()))
        .sum();
    let numbers = whole(2 * 36_864);
    let exact = &numbers * (whole(37) / whole(8)) + whole(2 * 512 * 32);
    assert_eq!(bits, exact);
    let (text, notes) = imported("gptq/config.json");
    let config = model(&text);
    assert!(config.root.stored.is_empty());
    let linear = config.root.linear.clone().unwrap();
    assert_eq!(
        (linear.format, linear.bits),
        (None, Some(whole(37) / whole(8)))
    );
    assert!(notes.contains("In memory each takes 4.625 bits"), "{notes}");
}

/// What tools save beside numbers that they pack, by hand for 64 rows of 64 numbers:
///
/// AWQ            4 bits, a scale of 16 and an offset of 4 for 32
/// compressed     4 bits, 16 for 32, two numbers of 64 bits for the shape;
///                8 bits, 16 for a row; 4 bits, 8 for 16, two of 32 for all
/// bitsandbytes   4 bits, 32 for 64, 16 values of 32 bits, 88 bytes of text; with
///                scales of 8 bits instead one of 32 for 256 of them, and 256 values;
///                8 bits, 32 for a row and a byte
/// gpt-oss        4 bits, 8 for 32
#[test]
fn packed_numbers_take_what_stands_beside_them() {
    let all = 64.0 * 64.0;
    for (folder, stage, bits) in [
        ("awq", "q-proj", 4.0 + 20.0 / 32.0),
        ("w4a16", "q-proj", 4.0 + 16.0 / 32.0 + 128.0 / all),
        ("w8a8", "q-proj", 8.0 + 16.0 / 64.0),
        ("nvfp4", "q-proj", 4.0 + 8.0 / 16.0 + 64.0 / all),
        ("nf4", "q-proj", 4.0 + 32.0 / 64.0 + (512.0 + 704.0) / all),
        (
            "nf4-twice",
            "q-proj",
            4.0 + 8.0 / 64.0 + (32.0 + 8192.0 + 512.0 + 704.0) / all,
        ),
        ("int8", "q-proj", 8.0 + 32.0 / 64.0 + 8.0 / all),
        ("mxfp4", "ffn-down", 4.0 + 8.0 / 32.0),
    ] {
        let (text, notes) = imported(&format!("{folder}/model.safetensors"));
        let stored = model(&text).root.stored.clone();
        let found = stored.iter().find(|kind| {
            let is_it = kind.stages.iter().any(|known| known.value == stage);
            is_it && kind.vectors != Some(true)
        });
        let found = picojoule::number::to_f64(&found.unwrap().bits);
        assert_eq!(found, bits, "{folder}: {text}");
        assert!(!notes.contains("no stage"), "{folder}: {notes}");
    }
}

/// A token of an OPT reads of its words a row and, for scores, all 96; of positions,
/// which are in f32, a row: 64 · 32 bits.
///
/// A layer: four matrices of 64·64 and two of 64·128, biases 4·64 + 128 + 64, two
/// norms of 2·64: 33 472 numbers of 2 bytes, for two layers 133 888 bytes; the last
/// norm 256, words 97·64·2 = 12 416, positions 256: 146 816 bytes.
#[test]
fn positions_of_their_own_name_are_read_by_the_row() {
    let settings = "--phase=decode context=4 --table=45nm --movement=compulsory";
    let estimate = estimated(&small(), "opt/model.safetensors", settings).unwrap();
    assert_eq!(weight_bits(&estimate), 146_816.0 * 8.0);
    let (_, notes) = imported("opt/model.safetensors");
    assert!(!notes.contains("no stage"), "{notes}");
}

/// `MatMulNBits` of 4 bits in blocks of 32, by the tensors of the file: for 64 by 64
/// numbers 64·2·16 bytes, 64·2 scales of 4 bytes and 64 bytes of zero points, 2624
/// in all, 5.125 bits a number.
#[test]
fn packed_weights_of_a_graph_take_their_bytes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = printed(root, &["import", "tests/onnx/enc_4bit.onnx"]);
    assert!(
        text.contains("{ weight = \"64 64\", bits = 5.125 }"),
        "{text}"
    );
}

#[test]
fn versions_orders_of_bytes_and_parts_come_to_the_same() {
    let body = |file: &str| {
        let (text, _) = imported(file);
        let from = text.find("about =").unwrap();
        text[from..].to_owned()
    };
    let whole = body("llama-q4_0.gguf");
    for file in [
        "v2.gguf",
        "big-endian.gguf",
        "split-00001-of-00002.gguf",
        "split-00002-of-00002.gguf",
    ] {
        assert_eq!(body(file), whole, "{file}");
    }
    let (_, notes) = imported("big-endian.gguf");
    assert!(notes.contains("highest byte of a number first"), "{notes}");
}

#[test]
fn a_folder_stands_for_the_weights_in_it() {
    let folder = imported("./sharded").0;
    let own = imported("./sharded/model.safetensors.index.json").0;
    assert_eq!(folder, own);
    // What is imported is a path, with or without a slash.
    assert_eq!(
        imported("sharded").0,
        imported("sharded/model.safetensors.index.json").0
    );
    let empty = tempfile::tempdir().unwrap();
    let told = refused(empty.path(), &["estimate", "./"]);
    assert!(told.contains("cannot read `./`: it is a folder"), "{told}");
    assert!(
        told.contains("no `config.json` in it makes it a model"),
        "{told}"
    );
    let told = refused(&small(), &["estimate", "alone.safetensors"]);
    assert!(
        told.contains("`config.json` of the model in the same folder"),
        "{told}"
    );
    let text = printed(&small(), &["import", "beside/model.gguf"]);
    assert!(
        text.contains("stages = [\"q-proj\"]\nbits = 4.5 # q4_0"),
        "{text}"
    );
}

/// A folder is its config; weights in it of another kind are named.
#[test]
fn a_folder_says_which_weights_it_is_not_read_from() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::copy(small().join("plain/config.json"), here.join("config.json")).unwrap();
    let noted = |path: &str| {
        let output = picojoule(here, &["import", path]);
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(!noted("./").contains("besides"));
    fs::copy(small().join("llama-q4_0.gguf"), here.join("m.gguf")).unwrap();
    let told = "The folder has `m.gguf` besides, which is not read: `./m.gguf` would be.";
    assert!(noted("./").contains(told), "{}", noted("./"));
    fs::copy(small().join("llama-q4_0.gguf"), here.join("n.gguf")).unwrap();
    assert!(noted("./").contains("has `m.gguf` and another besides"));
    // Whoever names the config means it.
    assert!(!noted("./config.json").contains("besides"));
}

/// Nothing is waited for.
#[test]
#[cfg(unix)]
fn a_pipe_is_no_file_of_weights() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x.gguf", "x.safetensors", "x.onnx", "x.nir"] {
        let path = folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let told = refused(folder.path(), &["estimate", name]);
        assert!(told.contains("it is a pipe or a device"), "{told}");
    }
}

#[test]
fn what_is_no_model_here_says_what_would_be() {
    let told = refused(&small(), &["estimate", "unknown.gguf"]);
    assert!(
        told.contains("of the architecture `acme`, which is not known here"),
        "{told}"
    );
    assert!(told.contains("with the `config.json`"), "{told}");
}

#[test]
fn tensors_that_differ_from_the_structure_are_named() {
    // 64·128 + 64·96 numbers instead of 2·64·128.
    let (_, notes) = imported("short.gguf");
    let apart = "The file of weights has 14336 numbers for `ffn-up` (blk.*.ffn_up.weight), and the model 16384.";
    assert!(notes.contains(apart), "{notes}");
    let output = picojoule(&small(), &["estimate", "short.gguf"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.matches(apart).count(), 1, "{told}");
    let (_, notes) = imported("llama-q4_0.gguf");
    assert!(
        notes.contains(
            "no stage is known to take, and whose bytes are not counted: rope_freqs.weight."
        ),
        "{notes}"
    );
}

/// A model of one product with a bias, of 4 rows of 8 by 8·16, in int8.
fn product(weight: &str, rest: &str) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "name = \"net\"\ninputs = {{ x = \"n d\" }}\ndims = {{ n = 4, d = 8 }}\n{rest}\n\
         [[op]]\nname = \"layer\"\nstage = \"up\"\neinsum = \"n d, d e -> n e\"\nbias = true\n\
         inputs = [\"x\", {{ weight = \"d 16\"{weight} }}]\n"
    );
    fs::write(folder.path().join("net.toml"), text).unwrap();
    let settings = "--table=45nm --movement=compulsory --format=int8";
    weight_bits(&estimated(folder.path(), "net.toml", settings).unwrap())
}

/// 128 numbers of the weight, 16 of the bias.
#[test]
fn a_weight_takes_the_bits_that_the_nearest_word_gives_it() {
    let linear = "[linear]\nbits = \"17/4\"";
    let stage = "[[stored]]\nstages = [\"down\", \"up\"]\nbits = 5.5\nvectors = false";
    let vectors = "[[stored]]\nstages = [\"up\"]\nbits = 32\nvectors = true";
    let all = "[[stored]]\nstages = [\"up\"]\nbits = 6";
    let other = "[[stored]]\nstages = [\"down\"]\nbits = 6";
    let own = "[[stored]]\nstages = [\"up\"]\nops = [\"layer\"]\nbits = 7";
    let none = "[[stored]]\nstages = [\"up\"]\nops = [\"up\"]\nbits = 7";
    for (weight, rest, bits) in [
        ("", String::new(), 128.0 * 8.0 + 16.0 * 8.0),
        ("", other.to_owned(), 128.0 * 8.0 + 16.0 * 8.0),
        ("", linear.to_owned(), 128.0 * 4.25 + 16.0 * 8.0),
        ("", stage.to_owned(), 128.0 * 5.5 + 16.0 * 8.0),
        (
            "",
            format!("{linear}\n{stage}\n{vectors}"),
            128.0 * 5.5 + 16.0 * 32.0,
        ),
        ("", all.to_owned(), 144.0 * 6.0),
        ("", format!("{own}\n{all}"), 144.0 * 7.0),
        ("", format!("{none}\n{all}"), 144.0 * 6.0),
        (
            ", bits = 3",
            format!("{linear}\n{stage}"),
            128.0 * 3.0 + 16.0 * 8.0,
        ),
    ] {
        assert_eq!(product(weight, &rest), bits, "{weight} {rest}");
    }
}

/// Half a head, and heads with single bytes changed: whatever they say, there is an
/// answer, and none of it takes long.
mod hostile {
    use super::*;
    use picojoule::import::weights::Head;

    fn bytes(file: &str) -> Vec<u8> {
        fs::read(small().join(file)).unwrap()
    }

    fn read(bytes: &[u8]) -> Result<(), String> {
        let head = match bytes.starts_with(b"GGUF") {
            true => Head::of_gguf(&bytes, "a.gguf"),
            false => Head::of_safetensors(&bytes, "a.safetensors"),
        };
        let head = head.map_err(|mistake| mistake.message().to_owned())?;
        // What it says of the model may be wrong; it says so.
        let read = head
            .import(None, "a")
            .map_err(|mistakes| mistakes.to_string());
        read.map(drop)
    }

    #[test]
    fn heads_that_are_cut_off_are_refused() {
        for file in [
            "llama-q4_0.gguf",
            "big-endian.gguf",
            "plain/model.safetensors",
        ] {
            let whole = bytes(file);
            for length in (0..whole.len()).step_by(7) {
                let cut = &whole[..length];
                let told = match length {
                    0..4 => continue,
                    _ => read(cut).unwrap_err(),
                };
                assert!(told.contains("at byte "), "{file} {length}: {told}");
            }
        }
    }

    #[test]
    fn heads_with_other_bytes_do_no_harm() {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).unwrap()
        };
        for file in [
            "llama-q4_0.gguf",
            "gpt-oss-mxfp4.gguf",
            "mamba-q8_0.gguf",
            "gptq/model.safetensors",
        ] {
            let whole = bytes(file);
            for _ in 0..1000 {
                let mut changed = whole.clone();
                for _ in 0..=next(3) {
                    let at = next(changed.len());
                    changed[at] = match next(4) {
                        0 => 0xff,
                        1 => 0,
                        2 => 0x80,
                        _ => changed[at].wrapping_add(1),
                    };
                }
                let _ = read(&changed);
            }
        }
    }

    /// The start of a GGUF file, and what follows.
    fn gguf(version: u32, tensors: u64, keys: u64, rest: &[&[u8]]) -> Vec<u8> {
        let mut all = b"GGUF".to_vec();
        all.extend(version.to_le_bytes());
        all.extend(tensors.to_le_bytes());
        all.extend(keys.to_le_bytes());
        rest.iter().for_each(|part| all.extend(*part));
        all
    }

    fn text(text: &str) -> Vec<u8> {
        let mut all = (text.len() as u64).to_le_bytes().to_vec();
        all.extend(text.as_bytes());
        all
    }

    fn number(key: &str, value: u32) -> Vec<u8> {
        [
            text(key),
            4_u32.to_le_bytes().to_vec(),
            value.to_le_bytes().to_vec(),
        ]
        .concat()
    }

    fn tensor(name: &str, shape: &[u64], kind: u32) -> Vec<u8> {
        let mut all = text(name);
        all.extend(u32::try_from(shape.len()).unwrap().to_le_bytes());
        shape
            .iter()
            .for_each(|extent| all.extend(extent.to_le_bytes()));
        all.extend(kind.to_le_bytes());
        all.extend(0_u64.to_le_bytes());
        all
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let huge = (1_u64 << 63).to_le_bytes();
        let array = |kind: u32, count: &[u8]| {
            [
                &text("a.b"),
                &9_u32.to_le_bytes()[..],
                &kind.to_le_bytes(),
                count,
            ]
            .concat()
        };
        let mut deep = text("a.b");
        deep.extend(9_u32.to_le_bytes());
        for _ in 0..40 {
            deep.extend(9_u32.to_le_bytes());
            deep.extend(1_u64.to_le_bytes());
        }
        for (file, told) in [
            (gguf(1, 0, 0, &[]), "version 1, whose lengths have 32 bits"),
            (gguf(4, 0, 0, &[]), "version 4; versions 2 and 3 are read"),
            (gguf(3, 1 << 40, 0, &[]), "1048576 and 65536 are the most"),
            (
                gguf(3, 0, 1, &[&huge]),
                "a key of 9223372036854775808 bytes",
            ),
            (
                gguf(3, 0, 1, &[&text("k"), &8_u32.to_le_bytes(), &huge]),
                "9223372036854775808 bytes should follow",
            ),
            (
                gguf(3, 0, 1, &[&array(8, &huge)]),
                "an array of 9223372036854775808 items",
            ),
            (
                gguf(3, 0, 1, &[&array(4, &huge)]),
                "an array of 9223372036854775808 items",
            ),
            (gguf(3, 0, 1, &[&deep]), "arrays in arrays"),
            (
                gguf(3, 0, 1, &[&text("k"), &99_u32.to_le_bytes()]),
                "no type of values has the number 99",
            ),
            (
                gguf(3, 0, 1, &[&text("k"), &7_u32.to_le_bytes(), &[2]]),
                "neither true (1) nor false (0)",
            ),
            (
                gguf(3, 0, 2, &[&number("k", 1), &number("k", 2)]),
                "the key `k` is there twice",
            ),
            (
                gguf(3, 2, 0, &[&tensor("t", &[32], 0), &tensor("t", &[32], 0)]),
                "the tensor `t` is there twice",
            ),
            (
                gguf(3, 1, 0, &[&tensor("t", &[1 << 62, 1 << 62], 0)]),
                "`t` is larger than any file",
            ),
            (
                gguf(3, 1, 0, &[&tensor("t", &[1 << 62, 1 << 62, 0], 0)]),
                "`t` is larger than any file",
            ),
            // 2⁵⁰ numbers of 4 bytes, in one tensor or in two.
            (
                gguf(3, 1, 0, &[&tensor("t", &[1 << 50], 0)]),
                "its tensors take 4503599627370496 bytes together",
            ),
            (
                gguf(
                    3,
                    2,
                    0,
                    &[&tensor("t", &[1 << 44], 0), &tensor("u", &[1 << 44], 0)],
                ),
                "its tensors take 140737488355328 bytes together",
            ),
            (
                gguf(3, 1, 0, &[&tensor("t", &[33], 2)]),
                "rows of 33 numbers, and blocks of `q4_0` have 32",
            ),
            (
                gguf(3, 1, 0, &[&tensor("t", &[1; 9], 0)]),
                "`t` has 9 axes, and 4 is the most",
            ),
            (
                gguf(3, 1, 0, &[&tensor("t", &[32], 4)]),
                "type 4, a type that files no longer have",
            ),
            (
                gguf(3, 1, 0, &[&tensor("t", &[32], 1000)]),
                "type 1000, which is not known here",
            ),
        ] {
            let error = read(&file).unwrap_err();
            assert!(error.contains(told), "{told}: {error}");
            assert!(error.contains("at byte "), "{error}");
        }
        let error = Head::of_gguf(&&b"GGML"[..], "a.gguf")
            .unwrap_err()
            .message()
            .to_owned();
        assert!(error.contains("at byte 0: no GGUF file"), "{error}");
        let error = read(&gguf(3, 0, 0, &[])).unwrap_err();
        assert!(error.contains("says no `general.architecture`"), "{error}");
    }

    fn safetensors(text: &str) -> Vec<u8> {
        let mut all = (text.len() as u64).to_le_bytes().to_vec();
        all.extend(text.as_bytes());
        all
    }

    #[test]
    fn heads_of_safetensors_are_checked() {
        let one = |shape: &str, from: u64, to: u64, kind: &str| {
            safetensors(&format!(
                "{{\"t\": {{\"dtype\": \"{kind}\", \"shape\": {shape}, \"data_offsets\": [{from}, {to}]}}}}"
            ))
        };
        let twice = "{\"t\": {\"dtype\": \"F32\", \"shape\": [], \"data_offsets\": [0, 4]}, \
                     \"t\": {\"dtype\": \"F32\", \"shape\": [], \"data_offsets\": [0, 4]}}";
        let deep = "[".repeat(100_000);
        for (file, told) in [
            (
                one("[4611686018427387904, 4]", 0, 8, "F32"),
                "`t` is larger than any file",
            ),
            (
                one("[1125899906842624]", 0, 1 << 52, "F32"),
                "its tensors take 4503599627370496 bytes together",
            ),
            (one("[2]", 8, 0, "F32"), "`t` ends before it begins"),
            (
                one("[2]", 0, 4, "F32"),
                "`t` has 2 numbers of 32 bits, and 4 bytes for them",
            ),
            (
                one("[2]", 0, 8, "F99"),
                "`t` is stored in `F99`, which is not known here",
            ),
            (one("[-1]", 0, 8, "F32"), "no list of tensors"),
            (safetensors(twice), "`t` is there twice"),
            (safetensors(&deep), "no list of tensors"),
            (
                safetensors(&format!("{{\"t\": {deep}")),
                "no list of tensors",
            ),
            (safetensors("[]"), "no list of tensors"),
            (
                u64::MAX.to_le_bytes().to_vec(),
                "its head would be 18446744073709551615 bytes long",
            ),
            (
                99_u64.to_le_bytes().to_vec(),
                "99 bytes should follow, and there are 0",
            ),
        ] {
            let error = read(&file).unwrap_err();
            assert!(error.contains(told), "{told}: {error}");
        }
    }

    /// A file of 40 GB that holds nothing but its head, and one that claims to hold
    /// texts without end.
    #[test]
    fn a_large_file_takes_as_long_as_its_head() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.gguf");
        fs::write(&path, bytes("llama-q4_0.gguf")).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        if file.set_len(40_000_000_000).is_err() {
            return;
        }
        let started = std::time::Instant::now();
        let output = picojoule(folder.path(), &["import", "large.gguf"]);
        assert!(output.status.success());
        assert!(started.elapsed().as_secs() < 20);
        // Zeros are texts of no length, five thousand million of them.
        let count = 4_000_000_000_u64.to_le_bytes();
        let list = [
            &text("a.b"),
            &9_u32.to_le_bytes()[..],
            &8_u32.to_le_bytes(),
            &count,
        ];
        fs::write(&path, gguf(3, 0, 1, &list)).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_len(40_000_000_000).unwrap();
        let told = refused(folder.path(), &["import", "large.gguf"]);
        assert!(told.contains("an array of 4000000000 items"), "{told}");
    }
}

//! The phase wherever it is asked for and shown: keys of claim and report files,
//! audits, plots, and the command line.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn picojoule(folder: &Path, arguments: &str) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A folder with these files, and with a model of two layers on n tokens and one
/// of attention alone.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let models = [("two.toml", TWO), ("look.toml", LOOK)];
    for (name, text) in models.iter().chain(files) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// 4 rows through 8 × 16 and 16 × 2 weights: 512 and 128 products.
const TWO: &str = "name = \"two\"\ninputs = { x = \"n d\" }\n[dims]\nn = 4\nd = 8\n\
    [[op]]\nname = \"wide\"\neinsum = \"n d, d e -> n e\"\ninputs = [\"x\", { weight = \"d 16\" }]\n\
    [[op]]\nname = \"y\"\neinsum = \"n e, e c -> n c\"\ninputs = [\"wide\", { weight = \"16 2\" }]\n";

/// Eight numbers of every token are multiplied with those of all, and weigh them.
const LOOK: &str = "name = \"look\"\ntokens = \"n\"\ninputs = { x = \"n d\" }\n[dims]\nn = 4\nd = 8\n\
    [[op]]\nname = \"keys\"\nstage = \"keys\"\neinsum = \"n d, d e -> n e\"\ninputs = [\"x\", { weight = \"d d\" }]\n\
    [[op]]\nname = \"score\"\nstage = \"look\"\neinsum = \"n e, m e -> n m\"\ninputs = [\"x\", \"keys\"]\n\
    [[op]]\nname = \"out\"\nstage = \"look\"\neinsum = \"n m, m e -> n e\"\ninputs = [\"score\", \"keys\"]\n\
    [scopes]\nall = [\"keys\", \"look\"]\n\
    [[variant]]\nname = \"one\"\n[[variant]]\nname = \"two\"\n";

const CLAIMS: &str = "name = \"own\"\ntitle = \"A claim\"\n\
    [source]\ntitle = \"A paper\"\nidentifier = \"none\"\nat = \"table 1\"\n";

/// Training multiplies for the result, 512 + 128, for the gradients of both
/// weights as often, and for that of the second layer's input 128 times more:
/// 1408. A step after two tokens takes 64 for the new key, and 3 · 8 for scores
/// and context each: 112.
#[test]
fn a_claim_asks_for_a_phase() {
    let claims = format!(
        "{CLAIMS}[estimates]\n\
         trained = {{ model = \"./two.toml\", phase = \"train\", optimizer = \"adam\", activations = \"stored\" }}\n\
         decoded = {{ model = \"./look.toml\", phase = \"decode\", set = {{ context = 2 }} }}\n\
         [[claim]]\nname = \"training\"\npublished = \"1408 op\"\nformula = \"trained.macs\"\nexpect = \"holds\"\n\
         [[claim]]\nname = \"decoding\"\npublished = \"112 op\"\nformula = \"decoded.macs\"\nexpect = \"holds\"\n"
    );
    let folder = folder(&[("own.toml", &claims)]);
    let (code, out, told) = picojoule(folder.path(), "claims ./own.toml --output json");
    assert_eq!(code, Some(0), "{told}");
    let ledger: Value = serde_json::from_str(&out).unwrap();
    let claims = ledger[0]["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 2);
    for claim in claims {
        assert_eq!(claim["verdict"], "holds", "{claim}");
        assert_eq!(claim["published"], claim["computed"]);
    }
}

/// Mistakes stand where they were made.
#[test]
fn a_wrong_phase_is_told_with_its_place() {
    for (fields, parts) in [
        (
            "phase = \"decoding\"",
            ["`decoding` is no phase", "`decode`"],
        ),
        (
            "phase = \"decode\", optimizer = \"sgd\"",
            [
                "`optimizer` is given, but the phase is `decode`",
                "own.toml:7",
            ],
        ),
        (
            "phase = \"train\", optimizer = \"lion\"",
            ["`lion` is no optimiser", "`adam`"],
        ),
        (
            "phase = \"decode\"",
            ["`two` cannot decode", "two.toml:1:1"],
        ),
    ] {
        let claims = format!(
            "{CLAIMS}[estimates]\ne = {{ model = \"./two.toml\", {fields} }}\n\
             [[claim]]\nname = \"c\"\npublished = \"1 op\"\nformula = \"e.macs\"\nexpect = \"holds\"\n"
        );
        let report = format!(
            "name = \"own\"\ntitle = \"A report\"\nmodel = \"./two.toml\"\n\n\n\n{}\n\
             [[price]]\ntable = \"45nm\"\nformat = \"fp32\"\n\
             [[section]]\ntitle = \"Energy\"\nshow = \"stages\"\nscope = \"model\"\n",
            fields.replace(", ", "\n")
        );
        let folder = folder(&[("own.toml", &claims), ("report.toml", &report)]);
        for (command, file) in [
            ("claims ./own.toml", "own"),
            ("report ./report.toml", "report"),
        ] {
            let (code, _, told) = picojoule(folder.path(), command);
            assert_eq!(code, Some(2), "{command} {fields}: {told}");
            for part in parts {
                let part = part.replace("own.toml:7", &format!("{file}.toml:"));
                assert!(told.contains(&part), "{command} {fields}: {told}");
            }
        }
    }
}

/// A report of two variants of one model, each of which decodes.
fn report() -> String {
    let head = "name = \"own\"\ntitle = \"A report\"\nmodel = \"./look.toml\"\nphase = \"decode\"\n\
        variants = [\"one\", \"two\"]\nset = { context = 2 }\n";
    let price = "[[price]]\ntable = \"45nm\"\nformat = \"fp32\"\n";
    let target = "[[target]]\nname = \"all\"\nwords = \"saved\"\nscope = \"all\"\npercent = 0\n";
    let section = "[[section]]\ntitle = \"Energy\"\nshow = \"stages\"\nscope = \"all\"\n";
    format!("{head}{price}{target}{section}")
}

/// A multiplication of 3.7 pJ and an addition of 0.9 pJ, 64 times for the key of
/// the new token, 294.4 pJ, and 48 times for three scores and what they weigh,
/// 220.8 pJ.
#[test]
fn a_report_asks_for_a_phase_and_prints_it() {
    let folder = folder(&[("own.toml", &report())]);
    let (code, _, told) = picojoule(folder.path(), "report ./own.toml --out pages");
    assert_eq!(code, Some(0), "{told}");
    let read =
        |name: &str| std::fs::read_to_string(folder.path().join("pages").join(name)).unwrap();
    let page = read("README.md");
    assert!(page.contains("phase: decode"), "{page}");
    assert!(
        page.contains("| keys | 294.4 pJ |") && page.contains("| look | 220.8 pJ |"),
        "{page}"
    );
}

/// 64 weights of 32 bits and a cache of two tokens of 8 numbers, with one token
/// appended, are 2048 + 512 + 256 bits from dram at 45 nm, 1950 pJ for 64 of
/// them, the middle of 1300 and 2600: 85 800 pJ beside 515.2.
#[test]
fn an_audit_counts_caches_and_names_the_phase() {
    let folder = folder(&[("own.toml", &report())]);
    let (code, out, told) = picojoule(folder.path(), "audit ./own.toml");
    assert_eq!(code, Some(1), "{told}");
    let words: Vec<&str> = out.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("Phases: `one`: decode; `two`: decode."),
        "{out}"
    );
    let (_, out, _) = picojoule(folder.path(), "audit ./own.toml --output json");
    let warnings: Vec<Value> = serde_json::from_str(&out).unwrap();
    let memory = warnings.iter().find(|one| one["warning"] == "no memory");
    let why = memory.unwrap()["why"].as_str().unwrap();
    let expected = "weights and caches of one token from dram, a floor, would be 99.4 % of";
    assert!(why.starts_with(expected), "{why}");
}

/// The words of a picture, whatever lines they stand in.
fn words_of(svg: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in svg.chars() {
        match letter {
            '<' => (is_tag, _) = (true, text.push(' ')),
            '>' => is_tag = false,
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn plots_print_the_phase() {
    let folder = folder(&[]);
    for (command, phase) in [
        (
            "estimate gpt2 --phase decode --set context=0",
            "phase: decode",
        ),
        (
            "estimate gpt2 --phase decode --movement compulsory",
            "phase: decode",
        ),
        (
            "estimate gpt2 --phase train --movement compulsory --by op",
            "phase: train by sgd, activations stored",
        ),
        ("compare gpt2 --phase decode", "phase: decode"),
        (
            "compare gpt2 --phase decode --movement compulsory",
            "phase: decode",
        ),
    ] {
        let (code, _, told) = picojoule(folder.path(), &format!("{command} --plot plot.svg"));
        assert_eq!(code, Some(0), "{command}: {told}");
        let svg = std::fs::read_to_string(folder.path().join("plot.svg")).unwrap();
        assert!(
            words_of(&svg).contains(phase),
            "{command}: {}",
            words_of(&svg)
        );
    }
}

/// The first token: keys and values of 768 numbers of 4 bytes in 12 layers are
/// written, and none is there to be read.
#[test]
fn the_first_token_has_no_context() {
    let (code, out, told) = picojoule(
        Path::new("."),
        "estimate gpt2 --phase decode --set context=0 --movement compulsory --output json",
    );
    assert_eq!(code, Some(0), "{told}");
    let first: Value = serde_json::from_str(&out).unwrap();
    let rows = first["traffic"].as_array().unwrap().iter();
    let states: Vec<(&str, u64)> = rows
        .filter(|row| row["role"] == "state")
        .map(|row| {
            (
                row["direction"].as_str().unwrap(),
                row["bits"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(states, [("write", 12 * 2 * 768 * 32)]);
}

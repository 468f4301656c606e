//! The ledger of published claims: what ships comes out as it says, and what is
//! wrong with a claim file is told where it stands.
//!
//! `UPDATE_CLAIMS=1 cargo test --test claims` writes the page anew.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn ledger() -> Vec<Value> {
    let output = run(&root(), &["claims", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// Published and computed digits and the verdict of every claim of one file.
fn rows(ledger: &[Value], name: &str) -> Vec<(String, String, String)> {
    let file = ledger.iter().find(|file| file["name"] == name).expect(name);
    let claims = file["claims"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    claims
        .iter()
        .map(|claim| {
            (
                text(&claim["published"]),
                text(&claim["computed"]),
                text(&claim["verdict"]),
            )
        })
        .collect()
}

/// The value of a finding, as it is shown.
fn finding(ledger: &[Value], file: &str, name: &str) -> String {
    let file = ledger.iter().find(|one| one["name"] == file).expect(file);
    let findings = file["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["name"] == name).expect(name);
    found["shown"].as_str().unwrap().to_owned()
}

#[test]
fn every_published_number_is_what_the_ledger_says() {
    let ledger = ledger();
    assert_eq!(ledger.len(), 19);
    let differing: Vec<(String, String, String)> = ledger
        .iter()
        .filter(|file| file["name"] != "eyeriss-layers")
        .flat_map(|file| rows(&ledger, file["name"].as_str().unwrap()))
        .filter(|(.., verdict)| verdict == "differs")
        .collect();
    let published: Vec<&str> = differing.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(
        published,
        [
            "0.04 J",
            "6.75 Gop",
            "7.734 mJ",
            "8.33 GMAC",
            "6.52 GSOP",
            "13.68 mJ",
            "12.514 GSOP",
            "16.81 Mweight",
            "29.68 Mweight",
            "0.943 mJ",
            "0.816 mJ",
            "0.753 mJ",
            "0.822 mJ",
            "0.651 mJ",
            "0.523 mJ",
            "0.393 mJ",
            "0.748 mJ",
            "0.584 mJ",
            "3346 byte",
            "51.41 mJ",
            "254.84 mJ",
            "80 %",
            "41.17 Mop",
            "1573.4 mJ",
            "8.01 mJ",
            "339 mJ",
            "> 6×",
            "6.4 %",
            "5.7 %"
        ]
    );
    let computed: Vec<&str> = differing.iter().map(|row| row.1.as_str()).collect();
    assert_eq!(
        computed,
        [
            "0.03 J",
            "6.72 Gop",
            "7.335 mJ",
            "8.57 GMAC",
            "6.51 GSOP",
            "13.65 mJ",
            "12.507 GSOP",
            "16.82 Mweight",
            "29.69 Mweight",
            "1.667 mJ",
            "1.405 mJ",
            "1.394 mJ",
            "1.723 mJ",
            "1.448 mJ",
            "1.067 mJ",
            "0.850 mJ",
            "1.563 mJ",
            "1.295 mJ",
            "33496 byte",
            "51.40 mJ",
            "255.23 mJ",
            "78 %",
            "40.81 Mop",
            "1330.0 mJ",
            "1.00 mJ",
            "23 mJ",
            "2×",
            "3.2 %",
            "3.2 %"
        ]
    );
}

/// Megabytes to and from DRAM are at least those of every tensor once, at 2 bytes
/// a number, and of activations of which a share z is zero (1 − z) · 4/3 of that;
/// images and what the last layers give are not packed. VGG-16 1-1 with 3 images
/// has 3·3·224² inputs, 64·3·9 weights and 3·64·224² results, 47.7 % of them zeros:
/// 0.90 + 0.00 + 13.44 = 14.3 Mbyte; 5-3 has 3·512·14² inputs, of which 88.5 % are,
/// as many results and 512²·9 weights: 0.09 + 0.60 + 4.72 = 5.4; AlexNet C1 with 4
/// images has 4·3·227², 96·3·121 and 4·96·55² with 38.7 %: 1.24 + 0.07 + 1.90 = 3.2;
/// C5 has 4·384·13² with 77.6 %, 256·192·9 and 4·256·13²: 0.16 + 0.88 + 0.35 = 1.4.
#[test]
fn no_layer_of_eyeriss_moves_less_than_everything_once() {
    let ledger = ledger();
    let rows = rows(&ledger, "eyeriss-layers");
    assert_eq!(rows.len(), 42);
    let moved = |published: &str| -> f64 {
        let row = rows.iter().find(|row| row.0 == published).expect(published);
        row.1.strip_suffix(" Mbyte").unwrap().parse().unwrap()
    };
    for (published, once) in [
        ("15.4 Mbyte", 14.3),
        ("5.6 Mbyte", 5.4),
        ("5.0 Mbyte", 3.2),
        ("1.3 Mbyte", 1.3),
    ] {
        let moved = moved(published);
        assert!(moved >= once && moved < 2.0 * once, "{published}: {moved}");
    }
}

/// One layer of 256 channels, 2304 additions an output; 0.3125 pJ a bit at 45 nm.
/// At T = 10 and 4 bits of activations a multiply–accumulate of the twin takes
/// 12 · 0.3125 + 0.23 = 3.98 pJ, 10 silent steps 10 · 0.3125 = 3.125, a spike
/// 8 · 0.3125 + 0.03 = 2.53: (3.98 − 3.125) / 25.3 = 3.4 %, of which potentials
/// take 0.2. At T = 5 and 3 bits (3.668 − 1.5625) / 12.65 = 16.6 %. Of memories of
/// 1 MiB a number of 32 bits takes 100 pJ: (203.2 / 6 − 12.5) / 100.1 = 0.21.
///
/// 71.43 = 0.5 / 0.007, 50 = 1.5 / 0.03, 16.7 = 0.5 / 0.03, 15 = 1.5 / 0.1;
/// 37.4 = 18.39 · 4.6 / (2.51 · 0.9); 1.92 mJ = 8.33 G · 0.23 pJ; 70 % = 1 −
/// 0.45 / 1.5; 4.3 = 1 / 0.23; 84.5 % = 6.648 G · 200 pJ / 1573.4 mJ.
///
/// 9.9 % = (4.50 − 346 816 512 · 4.6e-9) / (32 679 870 464 · 0.9e-9); 21.8 % = (3.90 −
/// 65 028 096 · 4.6e-9) / (18 377 048 064 · 0.9e-9); 5.6 % = (6.09 − 520 224 768 · 4.6e-9)
/// / (73 523 601 408 · 0.9e-9); 21.2 % = 0.94 / (2 · 12 · 196 · 512² · 4 · 0.9e-9); 1.75 % =
/// (4 · 196 · 512² + 2 · 196² · 512) · 4.6 / 87.2 / (4 · 4 · 196 · 512² · 0.9).
///
/// 1.56 = (2.75 · 4.6 + 0.5 · 0.9) / (1.82 · 4.6); 0.419 mJ = 1.82 G · 0.23 pJ. Sums
/// of spikes go into four 3×3 convolutions of 115 605 504 products, into three of
/// half as many and three 1×1 of 6 422 528, each in 4 steps: 2 620 391 424. 0.486 =
/// 0.753 / 1.549; 71.7 % = (3836 − 32 · 48 − 48 · 2) / (96 · 32); 73.9 % = 1 − 0.06 /
/// 0.23.
#[test]
fn the_findings_come_out() {
    let ledger = ledger();
    for (file, name, shown) in [
        ("bitnet-b1.58", "at 45 nm", "50.0×"),
        ("bitnet-b1.58", "int32 accumulators, 7 nm", "16.7×"),
        ("bitnet-b1.58", "int32 accumulators, 45 nm", "15.0×"),
        ("ecoformer", "B0 against full attention", "73.1 %"),
        ("ecoformer", "B1 against full attention", "59.3 %"),
        ("ecoformer", "B2 against full attention", "55.1 %"),
        (
            "spikformer",
            "8-384, first convolution of 8-512",
            "7.733 mJ",
        ),
        ("spikformer", "ANN at int8", "1.92 mJ"),
        ("spike-driven", "multiplications of attention", "0 op"),
        ("spike-driven", "8-512, mean rate", "9.9 %"),
        (
            "spike-driven",
            "8-384, mean rate, first convolution once",
            "21.8 %",
        ),
        ("spike-driven", "8-768, mean rate", "5.6 %"),
        ("spike-driven", "rate in layers 7 and 8", "21.2 %"),
        ("spike-driven", "rate for 87.2 times", "1.75 %"),
        ("syops", "SEW against no spikes", "1.56×"),
        ("syops", "MACs of sums of spikes", "2.62 GMAC"),
        ("syops", "ResNet-18 at int8", "0.419 mJ"),
        (
            "fwformer",
            "energy of an operation, CIFAR10-DVS",
            "0.486 pJ/op",
        ),
        ("neurobench", "channels with spikes, of 96", "71.7 %"),
        (
            "addernet",
            "saving of a multiply–accumulate, int8",
            "73.9 %",
        ),
        ("spiking-baselines", "BERT-base, MACs", "11.1736 GMAC"),
        ("l-mul", "dot products in fp16", "70.0 %"),
        ("l-mul", "int8 MAC against L-Mul", "4.3×"),
        ("shiftaddllm", "share of weight traffic", "84.5 %"),
        ("double-count", "rate applied once", "37.4×"),
        ("spike-rate", "rate at T = 10", "3.17 %"),
        ("spike-rate", "rate at T = 5", "16.4 %"),
        ("lemaire", "arithmetic alone, one spike a neuron", "32.0"),
        ("lemaire", "spikes a neuron for 6 times, 1 MiB", "0.20"),
        ("eyeriss", "AlexNet: measured over counted", "8.02"),
        ("eyeriss", "VGG-16: measured over counted", "14.7"),
    ] {
        assert_eq!(finding(&ledger, file, name), shown, "{file}: {name}");
    }
}

/// The rates of the ledger are where a crossover finds them: for activations of 8
/// bits a multiply–accumulate of the twin takes 16 · 0.3125 + 0.23 = 5.23 pJ, so that
/// at T = 10 (5.23 − 3.125) / 25.3 = 8.3 % may fire, less 0.2 for potentials. At a
/// rate of 6.4 % T may be 10, and at 5.7 % 11. Where everything is tiled there is
/// none.
#[test]
fn spike_rates_are_crossovers() {
    let crossings = |over: &str, set: &str, movement: &str| -> Vec<f64> {
        let fixed = "crossover spiking-layer --between quantised,spiking --table 45nm --format int8 \
                     --output json";
        let arguments = format!("{fixed} --over {over} --set {set} --movement {movement}");
        let output = run(&root(), &arguments.split_whitespace().collect::<Vec<_>>());
        let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let crossings = found["results"][0]["crossings"].as_array().unwrap();
        crossings
            .iter()
            .map(|at| at["value"].as_f64().unwrap())
            .collect()
    };
    let of_nothing = "no-reuse";
    let rate = crossings("rho=0..1", "spiking.steps=10", of_nothing);
    assert_eq!(rate.len(), 1);
    let shown = finding(&ledger(), "spike-rate", "T = 10, activations of 8 bits");
    assert_eq!(format!("{:.2} %", 100.0 * rate[0]), shown);
    for (published, steps) in [("0.064", 10), ("0.057", 11)] {
        let set = format!("spiking.rho={published}");
        let most = crossings("spiking.steps=1..20", &set, of_nothing);
        assert_eq!(most[0].floor(), f64::from(steps), "{published}");
    }
    assert!(crossings("rho=0..1", "spiking.steps=10", "tiled").is_empty());
}

/// The convolutions of Spikingformer-8-512 add a weight wherever a spike comes in. Of
/// the last layer, as logged: three of 512 · 512 · 196 products in 4 steps at
/// 31.7671993 %, one at 9.47712146 %, and two of four times as many at 29.9233030 and
/// 1.37684836 %: 205 520 896 · (3 · 0.317671993 + 0.0947712146 + 4 · 0.3130015136) =
/// 472 655 568.9.
#[test]
fn rates_of_a_log_ship() {
    let line = "estimate spikingformer --densities spikingformer-8-512 --by op --output csv";
    let output = run(&root(), &line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let csv = stdout(&output);
    let mut rows = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let column = |name: &str| head.iter().position(|one| *one == name).unwrap();
    let (op, adds) = (column("op"), column("add.fp32"));
    let of_layer =
        |row: &Vec<&str>| row[op].starts_with("layers_out.7/") && row[op].ends_with("/conv");
    let total: f64 = rows
        .filter(of_layer)
        .map(|row| row[adds].parse::<f64>().unwrap())
        .sum();
    assert!((total - 472_655_568.9).abs() < 1.0, "{total}");
}

/// Of 8-768, by the rates of its log: 8 323 596 288 products three times and
/// 4 161 798 144 once in the stem, at 0.19796546, 0.131895378, 0.120846457 and
/// 0.130084657; 768 · 768 · 196 in 4 steps, 462 422 016, in each layer three times
/// for queries, keys and values, once behind them, and four times up and down, which
/// the rates make 17.687656 times; 38 535 168 for each query and key, at rates of
/// 0.6561205 and 0.2546170 together. That is 12.507 G, without the biases that the
/// log's 12.514 G have, and 0.520993768 G multiply-accumulates.
#[test]
fn a_log_that_does_not_lead_to_what_is_published() {
    let rows = rows(&ledger(), "spikingformer");
    let differs = |published: &str, computed: &str| {
        let row = (
            published.to_owned(),
            computed.to_owned(),
            "differs".to_owned(),
        );
        assert!(rows.contains(&row), "{row:?} in {rows:?}");
    };
    differs("12.514 GSOP", "12.507 GSOP");
    differs("13.68 mJ", "13.65 mJ");
}

#[test]
fn the_page_is_up_to_date() {
    let path = root().join("docs/claims.md");
    let output = run(&root(), &["claims", "--page"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    if std::env::var_os("UPDATE_CLAIMS").is_some() {
        std::fs::write(&path, stdout(&output)).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap();
    assert!(
        page == stdout(&output),
        "docs/claims.md has drifted: UPDATE_CLAIMS=1 cargo test --test claims"
    );
}

#[test]
fn every_format_writes_every_claim() {
    for format in ["text", "markdown", "csv", "latex", "json"] {
        let output = run(&root(), &["claims", "l-mul", "--output", format]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        for part in ["l-mul", "dot products", "differs"] {
            assert!(stdout(&output).contains(part), "{format}: {part}");
        }
    }
    let csv = stdout(&run(&root(), &["claims", "double-count", "-o", "csv"]));
    assert!(csv.contains("273.77,274.14"), "{csv}");
}

#[test]
fn plots_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["claims", "--plot", "claims.svg"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let svg = std::fs::read_to_string(folder.path().join("claims.svg")).unwrap();
    for text in ["6-512", "273.77× → 274.14×", "holds", "differs"] {
        assert!(svg.contains(text), "{text}");
    }
    let wrong = run(folder.path(), &["claims", "--plot", "claims.gif"]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// A claim file with one claim: fp32 multiplications at 45 nm.
fn claim(published: &str, expect: &str, known: &str) -> String {
    format!(
        "name = \"own\"\ntitle = \"A product\"\n\
         [source]\ntitle = \"A paper\"\nidentifier = \"none\"\nat = \"table 1\"\n\
         [[convention]]\nabout = \"node\"\nvalue = \"45 nm\"\nknown = \"{known}\"\n\
         [[claim]]\nname = \"a product\"\npublished = \"{published}\"\n\
         formula = \"45nm.fp32.mul\"\nexpect = \"{expect}\"\n"
    )
}

#[test]
fn a_claim_that_is_not_what_its_file_says_is_a_no() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    for (published, expect, known, code, verdict) in [
        ("3.7 pJ/op", "holds", "stated", 0, "holds"),
        ("3.7 pJ/op", "holds", "inferred", 0, "holds if: node"),
        ("3.8 pJ/op", "differs", "stated", 0, "differs"),
        ("3.8 pJ/op", "holds", "stated", 1, "does not expect"),
        ("3.7 pJ/op", "differs", "stated", 1, "does not expect"),
        ("> 3 pJ/op", "holds", "code", 0, "holds"),
        ("< 3 pJ/op", "holds", "code", 1, "differs"),
    ] {
        std::fs::write(&file, claim(published, expect, known)).unwrap();
        let output = run(folder.path(), &["claims", "./own.toml"]);
        let (text, errors) = (stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(code), "{published}: {errors}");
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(verdict), "{published}: {text}");
    }
}

#[test]
fn a_broken_file_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.toml"), "name = \"broken\"\n").unwrap();
    let output = run(folder.path(), &["claims", "./broken.toml", "l-mul"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("dot products"));
    assert!(stderr(&output).contains("a claim file has no `source`"));
    let unknown = run(folder.path(), &["claims", "l-mull"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean `l-mul`?"));
}

/// What a fixture wants: `#! text` wants a mistake on its line that holds
/// `text`, `#! :17 text` at column 17.
fn wanted(text: &str) -> Vec<(usize, Option<usize>, String)> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for note in line.split("#! ").skip(1) {
            let note = note.trim();
            match note.strip_prefix(':').and_then(|n| n.split_once(' ')) {
                Some((column, text)) => {
                    all.push((at + 1, Some(column.parse().unwrap()), text.to_owned()));
                }
                None => all.push((at + 1, None, note.to_owned())),
            }
        }
    }
    all
}

#[test]
fn every_mistake_is_told_where_it_stands() {
    let folder = root().join("tests/bad/claims");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        let output = run(&folder, &["claims", &format!("./{name}")]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let errors = stderr(&output);
        let told: Vec<&str> = errors.split("error: ").skip(1).collect();
        let wanted = wanted(&text);
        for (line, column, text) in &wanted {
            let place = match column {
                Some(column) => format!("{name}:{line}:{column}\n"),
                None => format!("{name}:{line}:"),
            };
            let met = told
                .iter()
                .any(|one| one.contains(&place) && one.contains(text));
            assert!(met, "{name}:{line}: no mistake with `{text}`\n{errors}");
        }
        assert_eq!(told.len(), wanted.len(), "{name}\n{errors}");
        seen += 1;
    }
    assert_eq!(seen, 8);
}

/// The file that the documentation shows does what it says.
#[test]
fn the_claim_file_shown_works() {
    let text = std::fs::read_to_string(root().join("docs/claim-files.md")).unwrap();
    let (_, block) = text.split_once("```toml\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("my-paper.toml"), block).unwrap();
    let output = run(folder.path(), &["claims", "./my-paper.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let audit = run(folder.path(), &["audit", "./my-paper.toml"]);
    let text = stdout(&audit);
    assert_eq!(audit.status.code(), Some(1), "{text}");
    for warning in ["wide baseline", "left out of the whole", "no memory"] {
        assert!(text.contains(warning), "{text}");
    }
}

//! The parts of the model language that imported models are written in, with
//! counts worked out by hand.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::PathBuf;
use std::process::{Command, Output};

use common::{
    NONE_FREE, counted, counts, format, graph, model, parameters, priced, set, totals, whole,
};
use picojoule::domain::Domain;
use picojoule::graph::{OpGraph, OpKind, Tensor, Unfold};
use picojoule::primitive::Primitive::{Add, Mul, Select};

/// The result of the op of this name.
fn result<'g>(graph: &'g OpGraph, name: &str) -> &'g Tensor {
    let found = graph.iter().find(|(_, op)| &*op.name == name);
    &found.expect("an op of this name").1.output
}

fn shape(graph: &OpGraph, name: &str) -> String {
    let axes = &result(graph, name).shape;
    axes.iter().map(|axis| format!("[{axis}]")).collect()
}

/// A folder with one file, and the path of that file.
struct File {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn file(text: &str) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.toml");
    std::fs::write(&path, text).unwrap();
    File {
        path,
        _folder: folder,
    }
}

fn run(command: &str, file: &File, rest: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .arg(command)
        .arg(&file.path)
        .args(rest)
        .output()
        .unwrap()
}

/// What a command prints, which must be done.
#[track_caller]
fn printed(command: &str, file: &File, rest: &[&str]) -> String {
    let output = run(command, file, rest);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command} {rest:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command is told that must be refused.
#[track_caller]
fn refused(command: &str, file: &File, rest: &[&str]) -> String {
    let output = run(command, file, rest);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{command} {rest:?}: {told}");
    assert!(output.stdout.is_empty(), "{command} {rest:?} printed");
    told
}

// Moves.

#[test]
fn a_move_takes_the_shape_given_and_the_values_of_its_input() {
    let model = model(
        "name = 'm'\ninputs = { x = { shape = 'b n d', domain = 'binary', density = 0.25 } }\n\
         dims = { b = 2, n = 3, d = 8, h = 4 }\n\
         [[op]]\nname = 'view'\nreshape = 'b n h ((d + h - h) / h)'\ninputs = ['x']\n\
         [[op]]\nname = 'p'\neinsum = 'b n h k, k e -> b n h e'\n\
         inputs = ['view', { weight = '(d / h) 5' }]\n",
    );
    let graph = graph(&model, "m", &[], Unfold::No);
    assert_eq!(shape(&graph, "view"), "[b][n][h][d/h]");
    assert!(result(&graph, "view").domain.is_binary());
    // 2 · 3 · 4 · 2 · 5 = 240 combinations; of the input a quarter is 1.
    let counted = counted(&model, "m", &[]);
    assert_eq!(totals(&counted), counts(&[(Select, 240), (Add, 60)]));
}

#[test]
fn a_move_of_several_inputs_joins_their_values_and_of_none_is_real() {
    let model = model(
        "name = 'm'\n\
         inputs = { s = { shape = 'n', domain = 'sign' }, t = { shape = 'n', domain = 'ternary', density = 0.5 } }\n\
         dims = { n = 3 }\n\
         [[op]]\nname = 'both'\nreshape = '(2 * n)'\ninputs = ['s', 't']\n\
         [[op]]\nname = 'fresh'\nreshape = ''\n",
    );
    let graph = graph(&model, "m", &[], Unfold::No);
    assert!(result(&graph, "both").domain.is_ternary());
    // Of the signs none is 0, of the others half: (3 · 1 + 3 · 0.5) / 6.
    let density = result(&graph, "both").density.clone();
    assert_eq!(density.unwrap().as_constant(), Some(common::ratio(3, 4)));
    assert_eq!(result(&graph, "fresh").domain, Domain::Real);
    assert_eq!(shape(&graph, "fresh"), "");
    assert!(totals(&counted(&model, "m", &[])).is_empty());
}

#[test]
fn a_move_in_a_block_knows_the_axes_of_its_inputs() {
    let blocks = common::Blocks::shipped().with(
        "flat",
        "name = 'flat'\ninputs = { x = 'r c' }\n\
         [[op]]\nname = 'f'\nreshape = '(r * c)'\ninputs = ['x']\n",
    );
    let model = common::model_with(
        "name = 'm'\ninputs = { x = 'n d' }\ndims = { n = 3, d = 5 }\n\
         [[op]]\nname = 'a'\nblock = 'flat'\ninputs = ['x']\n",
        &blocks,
    );
    assert_eq!(shape(&graph(&model, "m", &[], Unfold::No), "f"), "[d·n]");
}

// Operators that are not known.

const UNKNOWN: &str = "name = 'm'\ninputs = { x = { shape = 'n', domain = 'binary' } }\n\
     dims = { n = 8, l = 3 }\n\
     [slots]\nmiddle = 'one'\n\
     [[variant]]\nname = 'one'\n\
     [[variant]]\nname = 'two'\nset = { again = 2 }\n\
     [params]\nagain = 1\n\
     [[op]]\nname = 'odd'\nreshape = 'n'\nuncounted = 'com.acme.FooBar'\ninputs = ['x']\ntimes = 'l * again'\n\
     [[op]]\nname = 'last'\napply = 'odd * x'\n";

/// The slot of [`UNKNOWN`] only makes it a model of two variants.
fn unknown() -> String {
    UNKNOWN.replace("[slots]\nmiddle = 'one'\n", "")
}

#[test]
fn what_an_unknown_operator_gives_may_be_anything() {
    let model = model(&unknown());
    let graph = graph(&model, "one", &[], Unfold::No);
    assert_eq!(result(&graph, "odd").domain, Domain::Real);
    let (_, op) = graph.iter().find(|(_, op)| &*op.name == "odd").unwrap();
    assert_eq!(op.kind, OpKind::Unsupported("com.acme.FooBar".to_owned()));
}

#[test]
fn unknown_operators_are_listed_with_how_often_they_run() {
    let model = model(&unknown());
    for (variant, l, times) in [("one", 3, 3), ("two", 3, 6), ("two", 10, 20)] {
        let counted = counted(&model, variant, &set(&[("l", l)]));
        let estimate = priced(&counted, &common::table("45nm"), format("fp32"), NONE_FREE);
        let [unknown] = estimate.unsupported.as_slice() else {
            panic!("{:?}", estimate.unsupported);
        };
        assert_eq!(unknown.operator, "com.acme.FooBar");
        assert_eq!(unknown.count, whole(times));
    }
}

#[test]
fn every_result_says_what_it_leaves_out() {
    let file = file(&unknown());
    let note = "Left out: 3 × com.acme.FooBar (unknown operator).";
    for output in ["text", "markdown", "latex"] {
        let text = printed("estimate", &file, &["--output", output]);
        let text = text.replace("$\\times$", "×").replace("\\allowbreak{}", "");
        assert!(text.contains(note), "{output}: {text}");
    }
    let text = printed("estimate", &file, &["--formula"]);
    assert_eq!(text.matches(note).count(), 2, "{text}");
    let json = printed("estimate", &file, &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected =
        serde_json::json!([{ "operator": "com.acme.FooBar", "count": 3, "energy_pj": null }]);
    assert_eq!(json["left_out"], expected);

    let of_two = "Left out of two: 6 × com.acme.FooBar (unknown operator).";
    let text = printed("compare", &file, &["--table", "45nm"]);
    assert!(
        text.contains("Left out of one: 3 ×") && text.contains(of_two),
        "{text}"
    );
    let json = printed("compare", &file, &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["left_out"]["two"][0]["count"], 6);
    let text = printed("sensitivity", &file, &[]);
    assert!(text.contains(of_two), "{text}");
    let json = printed("sensitivity", &file, &["--output", "json"]);
    assert!(json.contains("com.acme.FooBar"), "{json}");

    // How often is a formula where a dim of it varies.
    let text = printed("sweep", &file, &["--over", "l=1..4", "--over", "n=1..4"]);
    assert!(
        text.contains("Left out of two: 2·l × com.acme.FooBar"),
        "{text}"
    );
    let rest = ["--between", "one,two", "--over", "n", "--at", "energy"];
    let text = run("crossover", &file, &rest).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains(of_two), "{text}");
    let rest = ["--over", "n=1..4", "--output", "csv"];
    let told = String::from_utf8(run("sweep", &file, &rest).stderr).unwrap();
    assert!(told.contains(of_two), "{told}");
    let dot = printed("graph", &file, &[]);
    assert!(dot.contains("com.acme.FooBar: unknown, left out"), "{dot}");
}

/// What is not counted is not zero: a dash, an empty field, `null`. The stage
/// `odd` is one unknown operator; `last`, 8 selections at 0, does cost 0.
#[test]
fn what_is_left_out_has_no_energy() {
    let file = file(&unknown());
    let text = printed("estimate", &file, &[]);
    let row = |text: &str, name: &str| {
        let mut lines = text.lines();
        let found = lines.find(|line| line.split_whitespace().next() == Some(name));
        found.unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    let odd = row(&text, "odd");
    assert!(odd.contains("3 com.acme.FooBar (not supported)"), "{odd}");
    assert!(odd.trim_end().ends_with('—'), "{odd}");
    assert!(row(&text, "last").contains("0 pJ"), "{text}");
    assert!(text.contains("data movement: — (not counted)"), "{text}");
    for by in ["op", "layer", "primitive"] {
        let name = if by == "primitive" {
            "com.acme.FooBar"
        } else {
            "odd"
        };
        let text = printed("estimate", &file, &["--by", by]);
        assert!(row(&text, name).trim_end().ends_with('—'), "{by}: {text}");
    }
    let csv = printed("estimate", &file, &["--output", "csv"]);
    let odd = csv.lines().find(|line| line.contains(",odd,")).unwrap();
    assert!(odd.ends_with(','), "{csv}");
    let json = printed("estimate", &file, &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["movement_pj"], serde_json::Value::Null);
    let stages = json["stages"].as_array().unwrap();
    for stage in stages {
        assert_eq!(stage["movement_pj"], serde_json::Value::Null);
        match stage["stage"].as_str() {
            Some("odd") => assert_eq!(stage["compute_pj"], serde_json::Value::Null),
            _ => assert_eq!(stage["compute_pj"], 0.0),
        }
    }
    let json = printed("compare", &file, &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let odd = (json["stages"].as_array().unwrap().iter()).filter(|row| row["stage"] == "odd");
    let odd: Vec<_> = odd.collect();
    assert_eq!(odd.len() % 2, 0);
    for row in odd {
        for key in ["energy_pj", "baseline_pj", "saving"] {
            assert_eq!(row[key], serde_json::Value::Null, "{row}");
        }
    }
}

#[test]
fn strict_refuses_what_is_not_known() {
    let file = file(&unknown());
    for (command, rest) in [
        ("estimate", &[][..]),
        ("compare", &[]),
        ("graph", &[]),
        ("sensitivity", &[]),
        ("sweep", &["--over", "n=1..4"]),
        (
            "crossover",
            &["--between", "one,two", "--over", "n", "--at", "energy"],
        ),
        ("require", &["--over", "n", "--saving", "0.5"]),
    ] {
        let rest = [rest, &["--strict"]].concat();
        let told = refused(command, &file, &rest);
        assert!(
            told.contains("the operator `com.acme.FooBar` is not known"),
            "{told}"
        );
        assert!(told.contains("model.toml:"), "{told}");
    }
    let known = std::fs::read_to_string(&file.path).unwrap();
    let known = known.replace("uncounted = 'com.acme.FooBar'\n", "");
    let file = self::file(&known);
    assert!(!printed("estimate", &file, &["--strict"]).contains("eft out"));
}

#[test]
fn a_report_says_what_it_leaves_out() {
    let model = file(&unknown().replace(
        "[[op]]\nname = 'last'\n",
        "[scopes]\nall = ['last']\n[[op]]\nname = 'last'\n",
    ));
    let report = model.path.with_file_name("report.toml");
    let text = "name = 'r'\ntitle = 'R'\nmodel = 'MODEL'\n[[price]]\ntable = '45nm'\nformat = 'fp32'\n\
                [[section]]\ntitle = 'S'\nshow = 'stages'\nscope = 'all'\n";
    std::fs::write(&report, text.replace("MODEL", model.path.to_str().unwrap())).unwrap();
    let run = |strict: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picojoule"));
        command
            .arg("report")
            .arg(&report)
            .args(strict)
            .output()
            .unwrap()
    };
    let output = run(&[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        text.contains("Left out of two: 6 × com.acme.FooBar"),
        "{text}"
    );
    assert_eq!(run(&["--strict"]).status.code(), Some(2));
}

// Weights with names.

#[test]
fn tied_weights_are_parameters_once() {
    let text = "name = 'm'\ninputs = { ids = 'b n' }\n\
         dims = { b = 2, n = 3, d = 4, vocab = 10 }\n\
         [weights]\nwte = 'vocab d'\nwpe = { shape = 'n d', constant = true }\n\
         [[op]]\nname = 'embed'\ngather = 'b n, v d -> b n d'\ninputs = ['ids', 'wte']\n\
         [[op]]\nname = 'h'\napply = 'embed * 2'\n\
         [[op]]\nname = 'head'\neinsum = 'b n d, v d -> b n v'\ninputs = ['h', 'wte']\n";
    let model = model(text);
    let counted = counted(&model, "m", &[]);
    // wte alone: no op takes the positions, and they are constant anyway.
    assert_eq!(parameters(&counted), whole(40));
    // 2 · 3 · 4 doubled, then 2 · 3 · 4 · 10 products.
    assert_eq!(totals(&counted), counts(&[(Mul, 24 + 240), (Add, 240)]));
    let weights = |kind: &OpKind| {
        counted
            .graph
            .iter()
            .filter(|(_, op)| op.kind == *kind)
            .count()
    };
    assert_eq!(weights(&OpKind::Weight), 1);
    let json = printed("graph", &file(text), &[]);
    assert_eq!(json.matches("weight wte [vocab, d]").count(), 2, "{json}");
}

#[test]
fn a_named_weight_has_values_and_may_be_constant() {
    let model = model(
        "name = 'm'\ninputs = { x = 'b d' }\ndims = { b = 2, d = 4 }\nparams = { rho = 0.5 }\n\
         [weights]\n\
         t = { shape = 'd 6', domain = 'ternary', density = 'rho' }\n\
         mask = { shape = 'b 6', constant = true }\n\
         [[op]]\nname = 'p'\neinsum = 'b d, d e -> b e'\ninputs = ['x', 't']\n\
         [[op]]\nname = 'masked'\napply = 'p + mask'\n",
    );
    let counted = counted(&model, "m", &[]);
    assert_eq!(parameters(&counted), whole(24));
    // 2 · 4 · 6 = 48 selections, half of them added; then 12 masks.
    assert_eq!(totals(&counted), counts(&[(Select, 48), (Add, 24 + 12)]));
}

#[test]
fn a_repeated_block_has_as_many_named_weights_as_repeats() {
    let blocks = common::Blocks::shipped().with(
        "layer",
        "name = 'layer'\ninputs = { x = 'b d' }\n[weights]\nw = 'd d'\n\
         [[op]]\nname = 'one'\neinsum = 'b d, d e -> b e'\ninputs = ['x', 'w']\n\
         [[op]]\nname = 'two'\neinsum = 'b d, d e -> b e'\ninputs = ['one', 'w']\n",
    );
    let model = common::model_with(
        "name = 'm'\ninputs = { x = 'b d' }\ndims = { b = 1, d = 5, l = 7 }\n\
         [[op]]\nname = 'layers'\nblock = 'layer'\nrepeat = 'l'\ninputs = ['x']\n",
        &blocks,
    );
    for unfold in [Unfold::No, Unfold::Yes] {
        let graph = graph(&model, "m", &[], unfold);
        let counted = picojoule::energy::Counted::new(graph, Default::default()).unwrap();
        assert_eq!(parameters(&counted), whole(7 * 25));
        assert_eq!(totals(&counted), counts(&[(Mul, 350), (Add, 350)]));
    }
}

#[test]
fn a_weight_that_only_skipped_ops_take_is_not_there() {
    let model = model(
        "name = 'm'\ninputs = { x = 'b d' }\ndims = { b = 1, d = 5 }\nparams = { on = 0 }\n\
         [weights]\nw = 'd d'\n\
         [[op]]\nname = 'a'\nwhen = 'on'\neinsum = 'd e, b d -> b e'\ninputs = ['w', 'x']\n\
         [[op]]\nname = 'last'\napply = 'a + 1'\n",
    );
    assert_eq!(parameters(&counted(&model, "m", &[])), whole(0));
    assert_eq!(totals(&counted(&model, "m", &[])), counts(&[(Add, 5)]));
    let on = counted(&model, "m", &set(&[("on", 1)]));
    assert_eq!(parameters(&on), whole(25));
}

// Blocks in the file of the model.

const OWN_BLOCKS: &str = "name = 'm'\ninputs = { x = 'b d' }\ndims = { b = 2, d = 3, l = 4 }\n\
     [slots]\nf = 'softmax'\n\
     [[op]]\nname = 'layers'\nblock = 'layer'\nrepeat = 'l'\ninputs = ['x']\n\
     [[op]]\nname = 'act'\nslot = 'f'\ninputs = ['layers']\n\
     [[block]]\nname = 'layer'\ninputs = { x = 'b d' }\nneeds = ['l']\n\
     [block.dims]\nwide = 'd * l'\n\
     [block.weights]\nw = 'd wide'\n\
     [[block.op]]\nname = 'up'\neinsum = 'b d, d e -> b e'\ninputs = ['x', 'w']\n\
     [[block.op]]\nname = 'down'\neinsum = 'b e, e d -> b d'\ninputs = ['up', { weight = 'wide d' }]\n\
     [[block]]\nname = 'softmax'\ninputs = { x = 'b d' }\n\
     [[block.op]]\nname = 'only'\napply = 'x + 1'\n\
     [[block]]\nname = 'double'\ninputs = { x = 'b d' }\nparams = { by = 2 }\n\
     [[block.op]]\nname = 'only'\napply = 'x * by'\n";

#[test]
fn blocks_stand_in_the_file_of_the_model() {
    let model = model(OWN_BLOCKS);
    let counted = counted(&model, "m", &[]);
    // Four times 2 · 3 · 12 products up and down; and the file's own softmax,
    // which is an addition.
    assert_eq!(
        totals(&counted),
        counts(&[(Mul, 4 * 144), (Add, 4 * 144 + 6)])
    );
    assert_eq!(parameters(&counted), whole(4 * 72));
    // A block that nothing names cannot be set.
    assert!(!picojoule::graph::settable(&model).contains("by"));
}

#[test]
fn a_block_of_the_file_can_be_tried_as_a_variant() {
    let file = file(OWN_BLOCKS);
    let rest = ["--variant", "double", "--set", "by=3", "--output", "json"];
    let json = printed("estimate", &file, &rest);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["stages"][2]["counts"]["mul.fp32"], 6);
    // The library's blocks are found as before; this one takes three axes.
    let told = refused("estimate", &file, &["--variant", "encoder-layer"]);
    assert!(
        told.contains("`x` of block `encoder-layer` has 3 axes"),
        "{told}"
    );
    let told = refused("estimate", &file, &["--variant", "duble"]);
    assert!(told.contains("did you mean `double`?"), "{told}");
}

#[test]
fn a_block_of_the_library_calls_those_of_the_library() {
    let blocks = common::Blocks::shipped()
        .with(
            "outer",
            "name = 'outer'\ninputs = { x = 'b d' }\n\
             [[op]]\nname = 'o'\nblock = 'inner'\ninputs = ['x']\n",
        )
        .with(
            "inner",
            "name = 'inner'\ninputs = { x = 'b d' }\n[[op]]\nname = 'i'\napply = 'x * 2'\n",
        );
    let text = "name = 'm'\ninputs = { x = 'b d' }\ndims = { b = 2, d = 3 }\n\
         [[op]]\nname = 'a'\nblock = 'outer'\ninputs = ['x']\n\
         [[op]]\nname = 'c'\nblock = 'inner'\ninputs = ['a']\n\
         [[block]]\nname = 'inner'\ninputs = { x = 'b d' }\n\
         [[block.op]]\nname = 'i'\napply = 'x + 1'\n";
    let counted = counted(&common::model_with(text, &blocks), "m", &[]);
    assert_eq!(totals(&counted), counts(&[(Mul, 6), (Add, 6)]));
}

// Dims that must be given.

const NEEDS: &str = "name = 'm'\ninputs = { x = 'batch seq d' }\nneeds = ['batch', 'seq']\n\
     [dims]\nd = 4\nhalf = 'd / 2'\n\
     [[variant]]\nname = 'one'\n\
     [[variant]]\nname = 'two'\nset = { wide = 0 }\n\
     [params]\nwide = 1\n\
     [[op]]\nname = 'p'\neinsum = 'batch seq d, d e -> batch seq e'\ninputs = ['x', { weight = 'd half' }]\n\
     [[op]]\nname = 'q'\nwhen = 'wide'\nstage = 'q'\neinsum = 'batch n d, batch m d -> batch n m'\ninputs = ['x', 'x']\n\
     [[op]]\nname = 'r'\napply = 'p + 1'\n";

#[test]
fn what_a_model_needs_is_set_and_stays_a_symbol() {
    let model = model(NEEDS);
    let given = counted(&model, "one", &set(&[("batch", "2"), ("seq", "3 * batch")]));
    // 2 · 6 · 4 · 2 products, 2 · 6 · 6 · 4 more, and an addition for each of
    // 2 · 6 · 2 results.
    assert_eq!(
        totals(&given),
        counts(&[(Mul, 96 + 288), (Add, 96 + 288 + 24)])
    );
    assert_eq!(shape(&given.graph, "p"), "[batch][3·batch][d/2]");
}

#[test]
fn what_a_model_needs_and_nobody_gives_is_told_at_once() {
    let file = file(NEEDS);
    for command in ["estimate", "compare", "graph", "sensitivity"] {
        let told = refused(command, &file, &[]);
        assert!(
            told.contains("`m` needs a value for `batch`, `seq`"),
            "{told}"
        );
        assert!(told.contains("--set batch=… --set seq=…"), "{told}");
        assert_eq!(told.matches("error:").count(), 1, "{told}");
    }
    let told = refused("estimate", &file, &["--set", "batch=1"]);
    assert!(told.contains("needs a value for `seq`"), "{told}");
    assert!(!told.contains("--set batch"), "{told}");
    let told = refused("estimate", &file, &["--set", "batch=1.5", "--set", "seq=1"]);
    assert!(
        told.contains("dim `batch` is 1.5: not a whole number"),
        "{told}"
    );
    let told = refused("estimate", &file, &["--set", "bacth=1", "--set", "seq=1"]);
    assert!(told.contains("did you mean `batch`?"), "{told}");
}

#[test]
fn what_a_model_needs_can_be_swept_and_solved_for() {
    let file = file(NEEDS);
    let both = ["--set", "batch=2", "--set", "seq=3"];
    for command in ["estimate", "compare", "graph", "sensitivity"] {
        printed(command, &file, &both);
    }
    let formula = printed("estimate", &file, &[&both[..], &["--formula"]].concat());
    assert!(formula.contains("batch·seq"), "{formula}");
    let csv = printed(
        "sweep",
        &file,
        &[
            "--over",
            "batch=1,2",
            "--over",
            "seq=1..3",
            "--output",
            "csv",
        ],
    );
    assert_eq!(csv.lines().count(), 1 + 6, "{csv}");
    // The first variant does 8·seq + 4·seq² products and as many additions, and
    // 2·seq additions; the second lacks those of seq². Half is saved where
    // 4·seq² · (3.7 + 0.9) ≥ 8·seq · 4.6 + 2·seq · 0.9, from 2.1 on.
    let over = [
        "--variants",
        "one,two",
        "--over",
        "seq=1..100",
        "--saving",
        "0.5",
        "--table",
        "45nm",
        "--format",
        "fp32",
        "--set",
        "batch=1",
        "--output",
        "json",
    ];
    let json = printed("require", &file, &over);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["results"][0]["holds"][0]["from"], 3, "{json}");
    assert!(json["results"][0]["now"].is_null(), "{json}");
    assert!(json["results"][0]["saving_now"].is_null(), "{json}");
}

// How large a model may be.

#[test]
fn whoever_wrote_it_a_model_may_be_as_large() {
    use picojoule::source::Source;
    let text = |ops: usize| {
        let mut text = "name = 'm'\ninputs = { x = '2' }\n".to_owned();
        for at in 0..ops {
            text.push_str(&format!("[[op]]\nname='o{at}'\nreshape='2'\n"));
        }
        text
    };
    let library = common::Blocks::shipped();
    let read = |source| picojoule::model::Model::read(&source, &library);
    for source in [
        Source::new("m.toml", text(10_001)),
        Source::generated("m.toml", text(10_001)),
    ] {
        let model = read(source).unwrap();
        assert_eq!(
            graph(&model, "m", &[], Unfold::No).ops().node_count(),
            10_002
        );
    }
    let told = read(Source::new("m.toml", text(200_001))).unwrap_err();
    assert!(
        told.to_string().contains("200001 ops; at most 200000"),
        "{told}"
    );
    let long = " ".repeat(Source::max_model_bytes()) + "name = 'm'";
    let told = read(Source::new("m.toml", long)).unwrap_err();
    assert!(told.to_string().contains("larger than 12 MiB"), "{told}");
}

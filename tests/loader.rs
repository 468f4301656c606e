//! Files that name files, through the command line: by the name of what ships,
//! or by a path relative to the file that the name stands in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// An L1 attention under another name.
fn block(name: &str) -> String {
    let text = include_str!("../models/blocks/l1.toml");
    text.replacen("name = \"l1\"", &format!("name = \"{name}\""), 1)
}

/// 45nm with another price for an fp32 multiplication, in a folder of its own,
/// and a table in a second folder that extends it; an attention block, an ONNX
/// graph, a config, and densities.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, bytes: &[u8]| write(folder.path(), path, bytes);
    put(
        "vendor/base.toml",
        b"name = 'base'\nextends = '45nm'\n[source.v]\ntitle = 'Vendor'\nwhere = 'a note'\n\
          [fp32]\nmul = { pj = 1, source = 'v', confidence = 'low' }\n",
    );
    put(
        "chips/chip.toml",
        b"name = 'chip'\nextends = '../vendor/base.toml'\n",
    );
    put("blocks/mine.toml", block("mine").as_bytes());
    put("nets/net.onnx", include_bytes!("onnx/bitlinear_ts17.onnx"));
    put("nets/config.json", include_bytes!("huggingface/gpt2.json"));
    put(
        "nets/model.toml",
        b"name = 'net'\ninputs = { x = '4 8' }\n\
          [[op]]\nname = 'a'\napply = 'x > 0'\n\
          [[op]]\nname = 'y'\neinsum = 'b i, i o -> b o'\n\
          inputs = ['a', { weight = '8 2' }]\n",
    );
    folder
}

fn write(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// What a command that succeeds prints.
#[track_caller]
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that is refused says.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str], text: &str) {
    let output = run(folder, arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert!(told.contains(text), "{arguments:?} lacks {text:?}:\n{told}");
}

/// A report over two tables, with all kinds of sections.
fn report(variants: &str) -> String {
    let prices = "[[price]]\ntable = '../chips/chip.toml'\nformat = 'fp32'\n\
                  [[price]]\ntable = '45nm'\nformat = 'fp32'\n";
    format!(
        "name = 'own'\ntitle = 'Own'\nmodel = 'attention'\nvariants = [{variants}]\n{prices}\
         [[target]]\nname = 'attention'\nwords = 'saved'\nscope = 'attention'\npercent = 66\n\
         [[section]]\ntitle = 'Head'\nshow = 'headline'\n\
         [[section]]\ntitle = 'Stages'\nshow = 'stages'\nscope = 'attention'\n\
         [[section]]\ntitle = 'Curve'\nshow = 'curve'\n\
         over = {{ dim = 'n', from = 1, to = 4, label = 'n' }}\n\
         [[section]]\ntitle = 'Cases'\nshow = 'cases'\n\
         [[section.case]]\nname = 'with all'\nadd = ['out-proj']\n\
         price = {{ table = '../chips/chip.toml', format = 'fp32' }}\n"
    )
}

/// The rows of a CSV file without its head, by columns.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    text.lines().skip(1).map(cells).collect()
}

#[test]
fn a_report_finds_tables_and_variants_by_paths_beside_it() {
    let folder = folder();
    let text = report("'vanilla', '../blocks/mine.toml'");
    write(folder.path(), "work/own.toml", text);
    // Relative to the report, not to where it is run.
    printed(folder.path(), &["report", "work/own.toml"]);
    let headline = rows(&folder.path().join("work/own/headline.csv"));
    let tables: Vec<&str> = headline.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(tables, ["chip", "45nm"]);
    // The q, k and v projections of attention (n = 25, d = 512) and score and
    // context: (3·25·512² + 2·25²·512) products and additions; on `chip` of
    // 1 + 0.9 pJ, on 45nm of 3.7 + 0.9 pJ.
    let macs = f64::from(3 * 25 * 512 * 512 + 2 * 25 * 25 * 512);
    for (row, pj) in headline.iter().zip([1.9, 4.6]) {
        let energy: f64 = row[2].parse().unwrap();
        assert!((energy / (macs * pj) - 1.0).abs() < 1e-3, "{row:?}");
    }
    let stages = std::fs::read_to_string(folder.path().join("work/own/stages.csv")).unwrap();
    assert!(
        stages.starts_with("table,format,stage,vanilla_pj,mine_pj,"),
        "{stages}"
    );
    let cases = rows(&folder.path().join("work/own/cases.csv"));
    assert_eq!(cases[0][..3], ["with all", "chip", "fp32"]);
}

#[test]
fn a_report_shows_every_variant_that_it_names() {
    let folder = folder();
    let text = report("'vanilla', 'e-att', '../blocks/mine.toml', 'two=../blocks/mine.toml'");
    write(folder.path(), "work/own.toml", text);
    let page = printed(folder.path(), &["report", "work/own.toml"]);
    assert!(
        page.contains("What was published is read as said of e-att."),
        "{page}"
    );
    let of = |file: &str, column: usize| -> Vec<String> {
        let rows = rows(&folder.path().join("work/own").join(file));
        rows.into_iter()
            .map(|mut row| row.swap_remove(column))
            .collect()
    };
    let each = ["e-att", "mine", "two"];
    assert_eq!(of("headline.csv", 2), [each, each].concat());
    assert_eq!(of("cases.csv", 3), each);
    // Each reading of the one target, and of all targets together, for each variant
    // on each table.
    let four = each.map(|variant| [variant; 4]).concat();
    assert_eq!(of("regions.csv", 1), [four.clone(), four].concat());
    for variant in each {
        let plot = folder
            .path()
            .join(format!("work/own/saving-attention-{variant}.svg"));
        let plot = std::fs::read_to_string(plot).unwrap();
        assert!(plot.contains(&format!("Saving over the attention: {variant}")));
    }
    let bars = std::fs::read_to_string(folder.path().join("work/own/stages.svg")).unwrap();
    assert!(each.iter().all(|variant| bars.contains(variant)));
    // An audit calls them by the same names.
    let output = run(folder.path(), &["audit", "work/own.toml"]);
    let warnings = String::from_utf8(output.stdout).unwrap();
    assert!(warnings.contains("chip fp32"), "{warnings}");
    assert!(!warnings.contains(".toml"), "{warnings}");
}

/// A claim file with the estimates `e`.
fn claims(estimates: &str) -> String {
    format!(
        "name = 'own'\ntitle = 'Own claims'\n\
         [source]\ntitle = 'A paper'\nidentifier = 'none'\nat = 'table 1'\n\
         [estimates]\n{estimates}\n\
         [[claim]]\nname = 'one'\npublished = '1.0 times'\nformula = 'e.energy / e.energy'\n\
         expect = 'holds'\n\
         [[finding]]\nname = 'products'\nformula = 'e.count.mul'\nunit = 'op'\n"
    )
}

#[test]
fn a_claim_file_finds_models_of_every_kind_tables_densities_and_variants() {
    let folder = folder();
    let rates = "source = 'measured'\n[densities]\na = 0.25\n";
    write(folder.path(), "work/rates.toml", rates);
    let price = "table = '../chips/chip.toml', format = 'fp32'";
    let estimates = [
        // A graph, a config and a model file beside the claims' folder.
        format!("e = {{ model = '../nets/net.onnx', {price} }}"),
        format!("e = {{ model = '../nets/config.json', {price} }}"),
        format!("e = {{ model = '../nets/model.toml', densities = './rates.toml', {price} }}"),
        format!("e = {{ model = 'attention', variant = '../blocks/mine.toml', {price} }}"),
    ];
    for estimate in estimates {
        write(folder.path(), "work/own.toml", claims(&estimate));
        let output = run(folder.path(), &["claims", "work/own.toml"]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{estimate}: {told}");
    }
    // A page says where the user's own file lies.
    let page = printed(folder.path(), &["claims", "work/own.toml", "--page"]);
    assert!(page.contains("from `work/own.toml`:"), "{page}");
    assert!(page.contains("written by `picojoule claims work/own.toml --page`"));
    assert!(!page.contains("reports/claims"), "{page}");
}

#[test]
fn densities_are_found_beside_whatever_names_them() {
    let folder = folder();
    let rates = "source = 'measured'\n[densities]\na = 0.25\n";
    write(folder.path(), "work/rates.toml", rates);
    let model = std::fs::read_to_string(folder.path().join("nets/model.toml")).unwrap();
    let named = format!("densities = '../work/rates.toml'\n{model}");
    write(folder.path(), "nets/named.toml", named);
    let by_flag = printed(
        folder.path(),
        &[
            "estimate",
            "nets/model.toml",
            "--densities",
            "work/rates.toml",
            "--output",
            "csv",
        ],
    );
    let by_model = printed(
        folder.path(),
        &["estimate", "nets/named.toml", "--output", "csv"],
    );
    assert_eq!(by_flag, by_model);
    // 4 × 8 bits of which a quarter is set choose rows of 2: 16 additions.
    assert!(by_flag.contains(",16,"), "{by_flag}");
    refused(
        folder.path(),
        &[
            "estimate",
            "nets/model.toml",
            "--densities",
            "nets/rates.toml",
        ],
        "cannot read `nets/rates.toml`",
    );
}

#[test]
fn variants_are_called_by_the_names_of_their_blocks_or_as_one_says() {
    let folder = folder();
    write(folder.path(), "blocks/e-att.toml", block("e-att"));
    let compare = |variants: &str| {
        let arguments = [
            "compare",
            "attention",
            "--variants",
            variants,
            "--output",
            "csv",
        ];
        let text = printed(folder.path(), &arguments);
        text.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        compare("vanilla,./blocks/mine.toml,other=blocks/e-att.toml,base=vanilla"),
        "scope,table,format,vanilla_pj,mine_pj,mine_saving,other_pj,other_saving,base_pj,base_saving"
    );
    for (variants, text) in [
        (
            "./blocks/e-att.toml",
            "two variants would be called `e-att`",
        ),
        (
            "vanilla,./blocks/mine.toml,blocks/mine.toml",
            "`NAME=blocks/mine.toml`",
        ),
        ("vanilla,vanilla", "variant `vanilla` is given twice"),
        ("vanilla,mine=", "`mine=` names no variant"),
        ("vanilla,mine=e-at", "did you mean `e-att`?"),
    ] {
        refused(
            folder.path(),
            &["compare", "attention", "--variants", variants],
            text,
        );
    }
    // A model of one variant, and a block in its slot, in either order.
    let model = "name = 'one'\ninputs = { x = 'b n d' }\n[dims]\nb = 1\nn = 4\nd = 8\nh = 2\n\
                 [slots]\nattention = 'vanilla'\n\
                 [[op]]\nname = 'y'\nslot = 'attention'\ninputs = ['x', 'x']\nwith = { h = 'h' }\n";
    write(folder.path(), "one.toml", model);
    for variants in ["one,mine=./blocks/mine.toml", "mine=./blocks/mine.toml,one"] {
        let arguments = ["compare", "./one.toml", "--variants", variants];
        let text = printed(folder.path(), &arguments);
        assert!(text.contains("mine"), "{text}");
    }
}

#[test]
fn what_is_missing_is_told_as_it_was_looked_for_and_where_it_is_named() {
    let folder = folder();
    let report = report("'vanilla', './none.toml'").replace("chips/chip.toml", "chips/none.toml");
    write(folder.path(), "work/own.toml", report);
    for missing in ["work/../chips/none.toml", "work/none.toml"] {
        refused(
            folder.path(),
            &["report", "work/own.toml"],
            &format!("cannot read `{missing}`"),
        );
    }
    refused(
        folder.path(),
        &["report", "work/own.toml"],
        "work/own.toml:6:9",
    );
    write(
        folder.path(),
        "chips/chip.toml",
        "name = 'chip'\nextends = './chip.toml'\n",
    );
    refused(
        folder.path(),
        &["table", "show", "chips/chip.toml"],
        "the table extends itself: chips/chip.toml → chips/chip.toml",
    );
}

#[test]
fn results_are_titled_by_the_name_of_the_model() {
    let folder = folder();
    write(
        folder.path(),
        "nets/other.toml",
        "name = 'other'\ninputs = { x = '4' }\n\
        [[op]]\nname = 'y'\napply = 'x + 1'\n",
    );
    write(
        folder.path(),
        "work/other.toml",
        "name = 'other'\ninputs = { x = '4' }\n\
        [[op]]\nname = 'y'\napply = 'x * 2'\n",
    );
    let attention = include_str!("../models/attention.toml");
    write(folder.path(), "my-file.toml", attention);
    let sweep = printed(
        folder.path(),
        &["sweep", "./my-file.toml", "--over", "n=1..4"],
    );
    assert!(sweep.starts_with("attention: "), "{sweep}");
    let compare = |arguments: &[&str]| {
        let all = [&["compare"], arguments, &["--output", "csv"]].concat();
        let text = printed(folder.path(), &all);
        text.lines().next().unwrap().to_owned()
    };
    // By their names; by their files too where these are the same.
    assert_eq!(
        compare(&["nets/model.toml", "nets/other.toml"]),
        "scope,table,format,net_pj,other_pj,other_saving"
    );
    assert_eq!(
        compare(&["nets/other.toml", "work/other.toml"]),
        "scope,table,format,other (nets/other.toml)_pj,other (work/other.toml)_pj,\
         other (work/other.toml)_saving"
    );
    refused(
        folder.path(),
        &["compare", "nets/other.toml", "nets/other.toml"],
        "model `nets/other.toml` is given twice",
    );
}

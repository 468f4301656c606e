//! `picojoule calibrate` and `picojoule validate`, as they are typed: tables that
//! are fitted are used, and what is wrong is told without a file left behind.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Convolutions of 2 pJ a multiply–accumulate and 30 pJ a byte, by hand: `c`
/// channels to as many, 1×1, 8 × 8. So 64·c² products; c² bytes of weights and
/// 64·c of the input are read from the memory, and 64·c written there.
fn joules(c: u64) -> f64 {
    (2 * 64 * c * c + 30 * (c * c + 128 * c)) as f64 * 1e-12
}

const HEADER: &str = "model,format,set.k,set.p,set.rows,set.cols,set.c,set.out,joules,device\n";

fn row(c: u64, joules: f64, device: &str) -> String {
    format!("convolution,int8/int32,1,0,8,8,{c},{c},{joules},{device}\n")
}

/// Where data moves, and nothing has a price.
const BASE: &str = "name = \"bare\"\nkind = \"assumed\"\nboundary = \"all-in\"\n\
    [[memory]]\nlevel = \"dram\"\nper = \"byte\"\npj = 0\nconfidence = \"assumed\"\nwhy = \"open\"\n\
    [[hierarchy]]\nname = \"all\"\nlevels = [\"dram\"]\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(runs: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        std::fs::write(folder.path("runs.csv"), runs).unwrap();
        std::fs::write(folder.path("bare.toml"), BASE).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_picojoule"));
        command.current_dir(self.0.path());
        command.args(line.split(' ')).output().unwrap()
    }

    /// What it prints as JSON.
    fn json(&self, line: &str) -> Value {
        let output = self.run(&format!("{line} --output json"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What it says of a mistake, with exit code 2 and nothing printed.
    fn mistake(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(output.stdout.is_empty(), "{line}");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn grid() -> String {
    let mut text = HEADER.to_owned();
    for c in [8, 16, 32, 64, 128] {
        text.push_str(&row(c, joules(c), if c < 32 { "small" } else { "large" }));
    }
    text
}

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value / expected - 1.0).abs() < 1e-5, "{value} {expected}");
}

#[test]
fn a_table_is_fitted_and_predicts() {
    let folder = Folder::new(&grid());
    let line = "calibrate runs.csv --base bare.toml --movement compulsory --leave-out device";
    let fit = folder.json(&format!("{line} -o fitted.toml"));
    let coefficients = fit["coefficients"].as_array().unwrap();
    assert_eq!(coefficients[0]["name"], "mul.int8");
    near(&coefficients[0]["value"], 2.0);
    assert_eq!(coefficients[1]["name"], "dram");
    near(&coefficients[1]["value"], 30.0);
    assert!(fit["errors"][1]["worst_error"].as_f64().unwrap() < 1e-9);
    let line = "validate runs.csv --table fitted.toml --movement compulsory --group device";
    let errors = folder.json(line);
    let groups = errors["groups"].as_array().unwrap();
    let names: Vec<&Value> = groups.iter().map(|group| &group["group"]).collect();
    assert_eq!(names, ["small", "large", "all"]);
    assert!(groups[2]["worst_error"].as_f64().unwrap() < 1e-5);
    assert_eq!(groups[2]["runs"], 5);
    near(&errors["runs"][4]["measured_j"], joules(128));
    // It is a table like any.
    let estimate = "estimate convolution --set k=1 --set p=0 --set rows=8 --set cols=8 --set c=32 --set out=32 \
        --format int8/int32 --table fitted.toml --movement compulsory";
    near(&folder.json(estimate)["total_pj"], joules(32) * 1e12);
    let sensitivity = folder.run("sensitivity convolution --format int8/int32 --table fitted.toml");
    assert!(sensitivity.status.success());
}

/// One op, so that its launch is what an inference takes beside: 5 µJ, which are
/// as many µs at the one watt of `bare-board`.
#[test]
fn launches_and_inferences_are_fitted() {
    let mut runs = HEADER.to_owned();
    for c in [8, 16, 32, 64, 128] {
        runs.push_str(&row(c, joules(c) + 5e-6, "a"));
    }
    let folder = Folder::new(&runs);
    let base = "--movement compulsory --base bare-board";
    for (fit, value) in [("launch", 5e-6), ("inference", 5e-6)] {
        let line = format!("calibrate runs.csv {base} --fit mac.int8,dram,{fit} -o fitted.toml");
        let fitted = folder.json(&line);
        let coefficients = fitted["coefficients"].as_array().unwrap();
        near(&coefficients[0]["value"], 2.0);
        near(&coefficients[1]["value"], 30.0);
        near(&coefficients[2]["value"], value);
        let line = "validate runs.csv --table fitted.toml --movement compulsory";
        let errors = folder.json(&format!("{line} --static"));
        let worst = errors["groups"][0]["worst_error"].as_f64().unwrap();
        assert!(worst < 1e-4, "{fit}: {worst}");
        let told = String::from_utf8(folder.run(line).stdout).unwrap();
        assert!(told.contains("`--static` counts"), "{told}");
    }
}

/// On a board that says itself how long a launch takes, what a clock said of the
/// runs is no time of its own: a second more or less changes nothing.
#[test]
fn a_board_with_launches_goes_by_these() {
    let mut lines = grid().lines().map(str::to_owned).collect::<Vec<_>>();
    for (at, line) in lines.iter_mut().enumerate() {
        line.push_str(if at == 0 { ",seconds" } else { ",0.01" });
    }
    let folder = Folder::new(&(lines.join("\n") + "\n"));
    let line =
        "calibrate runs.csv --base bare-board --movement compulsory --fit mac.int8,dram,launch";
    let fitted = folder.json(line);
    near(&fitted["coefficients"][0]["value"], 2.0);
    near(&fitted["coefficients"][1]["value"], 30.0);
}

/// The runs multiply in int8 and nothing else: what a product in fp32 costs, or a
/// selection that stands in its place, is unknown, and not 0.
#[test]
fn products_that_no_run_has_stay_unknown() {
    let folder = Folder::new(&grid());
    folder.json("calibrate runs.csv --fit mac.int8 -o fitted.toml");
    let told = folder.mistake("estimate convolution --format fp32 --table fitted.toml");
    assert!(told.contains("mul"), "{told}");
    let told = folder.mistake("compare attention --format int8/int32 --table fitted.toml");
    assert!(told.contains("select"), "{told}");
}

#[test]
fn a_fit_takes_the_place_of_nothing_that_it_read() {
    let folder = Folder::new(&grid());
    let told = folder.mistake("calibrate runs.csv --fit mac.int8 -o ./runs.csv");
    assert!(told.contains("would take the place"), "{told}");
    let line = "calibrate runs.csv --base bare.toml --movement compulsory -o ./bare.toml";
    let told = folder.mistake(line);
    assert!(told.contains("would take the place"), "{told}");
    assert_eq!(
        std::fs::read_to_string(folder.path("runs.csv")).unwrap(),
        grid()
    );
    assert_eq!(
        std::fs::read_to_string(folder.path("bare.toml")).unwrap(),
        BASE
    );
}

#[test]
fn one_output_that_cannot_be_written_leaves_none() {
    let folder = Folder::new(&grid());
    for line in [
        "calibrate runs.csv --plot p.svg --residuals no/x.png -o fitted.toml",
        "calibrate runs.csv --plot p.svg -o no/fitted.toml",
        "profile attention --plot p.svg --folded no/x",
    ] {
        let told = folder.mistake(line);
        assert!(told.contains("cannot write `no/"), "{told}");
        assert!(!folder.path("p.svg").exists(), "{line}");
        assert!(!folder.path("fitted.toml").exists(), "{line}");
    }
}

/// What a link leads to is written, and the link stays one.
#[cfg(unix)]
#[test]
fn links_stay_links() {
    let folder = Folder::new(&grid());
    std::fs::write(folder.path("real.toml"), "").unwrap();
    std::os::unix::fs::symlink("real.toml", folder.path("link.toml")).unwrap();
    folder.json("calibrate runs.csv --fit mac.int8 -o link.toml");
    let text = std::fs::read_to_string(folder.path("real.toml")).unwrap();
    assert!(text.contains("kind = \"fitted\""), "{text}");
    assert!(folder.path("link.toml").is_symlink());
}

/// Into a pipe the table is written, instead of a file in its place.
#[cfg(unix)]
#[test]
fn pipes_stay_pipes() {
    let folder = Folder::new(&grid());
    let script = format!(
        "mkfifo pipe && (timeout 20 cat pipe > copy.toml & {} calibrate runs.csv --fit mac.int8 \
         -o pipe; wait; test -p pipe)",
        env!("CARGO_BIN_EXE_picojoule")
    );
    let mut shell = Command::new("sh");
    shell.current_dir(folder.0.path()).args(["-c", &script]);
    assert!(shell.output().unwrap().status.success());
    let text = std::fs::read_to_string(folder.path("copy.toml")).unwrap();
    assert!(text.contains("kind = \"fitted\""), "{text}");
}

/// Of a base with static power that is not counted, the energy is in the prices,
/// so that the fitted table must not charge it again.
#[test]
fn what_was_measured_with_idling_is_not_charged_twice() {
    let folder = Folder::new(&grid().replace("int8/int32", "bf16"));
    folder.json(
        "calibrate runs.csv --base h100 --movement compulsory --fit mac.bf16,hbm3 -o fitted.toml",
    );
    let line = "validate runs.csv --table fitted.toml --movement compulsory";
    let (without, counted) = (folder.json(line), folder.json(&format!("{line} --static")));
    assert_eq!(
        without["runs"][4]["predicted_j"],
        counted["runs"][4]["predicted_j"]
    );
}

/// Three watts for as long as each run took, whatever it computed.
#[test]
fn static_power_goes_with_the_seconds_of_a_run() {
    let runs = "model,joules,milliseconds\nalexnet,0.03,10\nvgg-16,0.6,200\nalexnet,0.06,20\n";
    let folder = Folder::new(runs);
    let fitted = folder.json("calibrate runs.csv --fit static -o fitted.toml");
    near(&fitted["coefficients"][0]["value"], 3.0);
    let errors = folder.json("validate runs.csv --table fitted.toml --static");
    assert!(errors["groups"][0]["worst_error"].as_f64().unwrap() < 1e-5);
}

/// Whoever predicts with a fitted table counts what the fit counted: its title says
/// how.
#[test]
fn the_title_has_all_options() {
    let folder = Folder::new(&grid());
    let options = "--dot-adds k-1 --bias counted --causal skipped --movement compulsory";
    folder.json(&format!(
        "calibrate runs.csv --base bare.toml {options} -o fitted.toml"
    ));
    let text = std::fs::read_to_string(folder.path("fitted.toml")).unwrap();
    let title = text.lines().find(|line| line.starts_with("title"));
    assert!(title.unwrap().contains(options), "{text}");
}

#[test]
fn a_base_by_its_path_is_found_from_the_fitted_table() {
    let folder = Folder::new(&grid());
    std::fs::create_dir(folder.path("out")).unwrap();
    folder.json("calibrate runs.csv --base ./bare.toml --movement compulsory -o out/fitted.toml");
    let text = std::fs::read_to_string(folder.path("out/fitted.toml")).unwrap();
    assert!(text.contains("extends = \"./../bare.toml\""), "{text}");
    assert!(text.contains("kind = \"fitted\""), "{text}");
    folder.json("validate runs.csv --table out/fitted.toml --movement compulsory");
}

/// With one size alone products and bytes go together in all runs.
#[test]
fn what_goes_together_is_named() {
    let alike =
        HEADER.to_owned() + &row(8, 1e-9, "a") + &row(8, 1.1e-9, "b") + &row(8, 0.9e-9, "c");
    let folder = Folder::new(&alike);
    let line = "calibrate runs.csv --base bare.toml --movement compulsory -o fitted.toml";
    let told = String::from_utf8(folder.run(line).stdout).unwrap();
    assert!(
        told.contains("not fitted: goes with `mul.int8` in all runs"),
        "{told}"
    );
    let text = std::fs::read_to_string(folder.path("fitted.toml")).unwrap();
    assert!(
        text.contains("not fitted: in all runs it goes with `mul.int8`"),
        "{text}"
    );
}

/// A byte that costs less the more of them there are would fit best below 0.
#[test]
fn what_ends_at_0_is_said() {
    let sinking =
        HEADER.to_owned() + &row(8, 1e-9, "a") + &row(16, 9e-9, "b") + &row(64, 5e-7, "c");
    let folder = Folder::new(&sinking);
    let line = "calibrate runs.csv --base bare.toml --movement compulsory -o fitted.toml";
    let told = String::from_utf8(folder.run(line).stdout).unwrap();
    assert!(told.contains("at its bound"), "{told}");
    let text = std::fs::read_to_string(folder.path("fitted.toml")).unwrap();
    assert!(text.contains("at its bound"), "{text}");
    folder.json("validate runs.csv --table fitted.toml --movement compulsory");
}

#[test]
fn wrong_input_is_told_and_nothing_is_written() {
    let good = grid();
    let bad = |from: &str, to: &str| good.replacen(from, to, 1);
    let few = HEADER.to_owned() + &row(8, 1e-9, "a");
    let moved = "--base bare.toml --movement compulsory";
    for (runs, options, message, place) in [
        (
            bad("convolution", "convolutoin"),
            "",
            "did you mean `convolution`?",
            "runs.csv:2:1",
        ),
        (
            bad(",joules", ",energy"),
            "",
            "`energy` does not say its unit",
            "runs.csv:1:",
        ),
        (
            bad("large", "large,x"),
            "",
            "11 cells under 10 columns",
            "runs.csv:4:1",
        ),
        (good.replace("0.0", "-0.0"), "", "below 0", "runs.csv:2:"),
        (
            few,
            moved,
            "1 run is too few to fit 2 coefficients",
            "RUNS runs.csv",
        ),
        (good.clone(), "--base 7nm --format int4", "int4", ""),
        (
            good.clone(),
            "--fit macs.int8",
            "names nothing that can be fitted",
            "--fit macs.int8",
        ),
        (
            good.clone(),
            "--fit dram",
            "data movement is not counted",
            "",
        ),
        (
            good.clone(),
            "--fit static",
            "does not say how long it took",
            "runs.csv:2:",
        ),
        (
            good.clone(),
            "--base bare-board --fit static,launch",
            "cannot be fitted together",
            "",
        ),
        (
            good.clone(),
            "--fit mac.fp16",
            "no run asks for anything",
            "",
        ),
        (good.clone(), "--fit mac.int8,mul.int8", "fitted twice", ""),
        (
            good.clone(),
            "--movement compulsory",
            "name one with --base",
            "",
        ),
        (
            good.clone(),
            "--base 45nm --fit mac.int8",
            "prices its halves",
            "",
        ),
        (
            good.clone(),
            "--leave-out devise",
            "did you mean `device`?",
            "--leave-out devise",
        ),
        (
            good.clone(),
            "--plot p.gif",
            "must end in .svg, .png or .pdf",
            "",
        ),
        (
            bad("int8/int32", "int4"),
            "--base 7nm --fit mul.int8",
            "int4",
            "runs.csv:2:13",
        ),
    ] {
        let folder = Folder::new(&runs);
        let line = format!("calibrate runs.csv -o fitted.toml {options}");
        let told = folder.mistake(line.trim_end());
        assert!(told.contains(message), "{options}: {told}");
        assert!(told.contains(place), "{options}: {told}");
        assert!(!folder.path("fitted.toml").exists(), "{options}");
    }
}

#[test]
fn validate_tells_what_is_wrong() {
    let folder = Folder::new(&grid());
    let told = folder.mistake("validate runs.csv --table 45nm,7nm");
    assert!(told.contains("one table"), "{told}");
    let told = folder.mistake("validate nothing.csv");
    assert!(told.contains("cannot read `nothing.csv`"), "{told}");
    let told = folder.mistake("validate runs.csv --table eyeriss");
    assert!(told.contains("runs.csv:2:13"), "{told}");
    let told = folder.mistake("validate runs.csv --group box");
    assert!(told.contains("known: one of `model`, `device`"), "{told}");
}

#[test]
fn plots_are_drawn() {
    let folder = Folder::new(&grid());
    let line = "calibrate runs.csv --fit mac.int8 --plot parity.svg --residuals residuals.png -o fitted.toml";
    assert!(folder.run(line).status.success());
    let parity = std::fs::read_to_string(folder.path("parity.svg")).unwrap();
    assert!(parity.contains("as measured"), "{parity}");
    // Both axes are logarithmic, say so, and count in the unit that fits.
    assert_eq!(
        parity.matches(" of an inference, log axis</text>").count(),
        2
    );
    assert!(!parity.contains("joules of an inference"), "{parity}");
    assert!(is_png(&folder.path("residuals.png")));
    assert!(
        folder
            .run("validate runs.csv --table fitted.toml --plot p.png")
            .status
            .success()
    );
    assert!(is_png(&folder.path("p.png")));
}

fn is_png(path: &Path) -> bool {
    std::fs::read(path).unwrap().starts_with(b"\x89PNG")
}

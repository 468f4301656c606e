//! What the program prints of time and static energy, and what it refuses.

use std::path::PathBuf;

use picojoule::number::plain;
use picojoule::table::DeviceNumber;

use super::common::assert_close;
use super::*;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn here(arguments: &[&str]) -> String {
    let (status, out, told) = run(arguments);
    assert_eq!(status, Some(0), "{arguments:?}: {told}");
    out
}

fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&here(&[arguments, &["--output", "json"]].concat())).unwrap()
}

/// The table of the tests above as a file.
fn file(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("dev.toml");
    let sram = "[[memory]]\nlevel = \"sram\"\nsize_kib = 8\nper = \"byte\"\npj = 1\nsource = \"s\"\n\
        confidence = \"high\"\nbandwidth = { gb_s = 900, source = \"s\", confidence = \"high\" }\n";
    let device = DEVICE.replace("9e-7", "5000");
    let dram = DRAM
        .replace("mb_s = 4e-4", "gb_s = 60")
        .replace("[\"dram\"]", "[\"sram\", \"dram\"]");
    std::fs::write(
        &path,
        text(&format!("[fp32]\n{PRICES}{device}{sram}{dram}")),
    )
    .unwrap();
    path
}

/// The scores of l1 take three operations where those of vanilla take two: 960 000,
/// 9.6 µs at 10¹¹ a second. Both move 2·25·512 + 8·25² numbers of 4 bytes: 122 400
/// bytes take as long at 12.75 GB/s. Up to there both wait for memory and cost the
/// same; beyond, l1 costs more.
#[test]
fn bandwidths_have_crossovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let common = [
        "--table",
        path,
        "--static",
        "--movement",
        "tiled",
        "--set",
        "fp32.tops=0.1",
    ];
    let asked = [
        "crossover",
        "attention",
        "--between",
        "vanilla,l1",
        "--over",
        "dram.gb_s=1..100000",
    ];
    let found = json(&[&asked[..], &common].concat());
    let crossing = &found["results"][0]["crossings"][0];
    assert_eq!(crossing["exact"], true);
    let root = crossing["value"].as_f64().unwrap();
    assert_eq!(root, 12.75);
    let at = |rate: f64, variant: &str| {
        let set = format!("dram.gb_s={rate}");
        let asked = ["estimate", "attention", "--variant", variant, "--set", &set];
        json(&[&asked[..], &common].concat())["static_pj"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(at(root * 0.99, "vanilla"), at(root * 0.99, "l1"));
    assert!(at(root * 1.01, "vanilla") < at(root * 1.01, "l1"));
}

/// Every row of a sweep over a length, a peak and a bandwidth is what an estimate
/// with these settings gives.
#[test]
fn sweeps_are_estimates() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let common = [
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "tiled",
    ];
    let sweep = [
        "sweep",
        "--over",
        "n=1..400:57",
        "--over",
        "fp32.tops=0.1..9.1:3",
        "--over",
        "dram.gb_s=5,60,4000",
        "--over",
        "static.watts=0,80",
        "--scope",
        "model",
        "--variant",
        "vanilla",
        "--output",
        "csv",
    ];
    let rows = here(&[&sweep[..1], &common, &sweep[1..]].concat());
    let mut lines = rows.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| {
        let found = names.iter().position(|known| *known == name);
        found.unwrap_or_else(|| panic!("{name}: {names:?}"))
    };
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 8 * 4 * 3 * 2);
    for row in rows.iter().step_by(23) {
        let set = |name: &str, column: &str| format!("{name}={}", row[at(column)]);
        let set = [
            set("n", "n"),
            set("fp32.tops", "dev_fp32_tops"),
            set("dram.gb_s", "dev_dram_gb_s"),
            set("static.watts", "dev_static_watts"),
        ];
        let mut arguments = vec!["estimate"];
        arguments.extend(common);
        for one in &set {
            arguments.extend(["--set", one]);
        }
        let single = json(&arguments);
        assert_close(
            row[at("model_vanilla_pj")].parse().unwrap(),
            single["total_pj"].as_f64().unwrap(),
        );
    }
}

/// The parts stand beside each other, and add up; JSON has the time, and `null`
/// where there is none.
#[test]
fn outputs_have_a_third_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let shown = here(&["compare", "attention", "--table", path, "--static"]);
    for scope in [
        "alignment, arithmetic",
        "alignment, static",
        "static energy: 100 W × time of arithmetic alone",
    ] {
        assert!(shown.contains(scope), "{scope}: {shown}");
    }
    assert!(!shown.contains("alignment, movement"), "{shown}");
    let all = json(&[
        "estimate",
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "tiled",
    ]);
    let part = |name: &str| all[name].as_f64().unwrap();
    assert_close(
        part("total_pj"),
        part("compute_pj") + part("movement_pj") + part("static_pj"),
    );
    assert_close(part("static_pj"), 100.0 * part("seconds") * 1e12);
    let stages = all["stages"].as_array().unwrap();
    assert_close(
        stages
            .iter()
            .map(|stage| stage["seconds"].as_f64().unwrap())
            .sum(),
        part("seconds"),
    );
    assert_close(
        stages
            .iter()
            .map(|stage| stage["static_pj"].as_f64().unwrap())
            .sum(),
        part("static_pj"),
    );
    // Each layer has the same parts.
    for name in ["compute_pj", "movement_pj", "static_pj"] {
        let layers = all["layers"].as_array().unwrap().iter();
        assert_close(
            layers.map(|one| one[name].as_f64().unwrap()).sum(),
            part(name),
        );
    }
    let none = json(&["estimate", "attention", "--table", "45nm", "--static"]);
    assert!(none["seconds"].is_null() && none["static_pj"].is_null());
    assert_eq!(none["static_unknown"], "table `45nm` has no static power");
    assert_eq!(none["total_pj"], none["compute_pj"]);
    let plain = json(&["estimate", "attention", "--table", "45nm"]);
    assert!(plain.get("static_pj").is_none());
    let left_out = here(&["estimate", "attention", "--table", path]);
    assert!(
        left_out
            .contains("Left out: static energy, of which table `dev` says how much (`--static`)."),
        "{left_out}"
    );
    let formula = here(&[
        "estimate",
        "attention",
        "--table",
        path,
        "--static",
        "--formula",
    ]);
    // 2·b·n²·d operations at 5·10¹² a second.
    assert!(formula.contains("0.0000000000004·b·n²·d"), "{formula}");
}

/// A power moves an energy by the time, and an interval holds the whole range.
#[test]
fn sensitivities_know_the_device() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let common = [
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "compulsory",
        "--variant",
        "vanilla",
        "--scope",
        "model",
    ];
    let found = json(&[&["sensitivity"], &common[..]].concat());
    let result = &found["results"][0];
    let input = |name: &str| {
        result["inputs"]
            .as_array()
            .unwrap()
            .iter()
            .find(|input| input["name"] == name)
            .unwrap()
            .clone()
    };
    let single = json(&[
        "estimate",
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "compulsory",
    ]);
    let seconds = single["seconds"].as_f64().unwrap();
    let watts = input("dev.static.watts");
    assert_eq!(watts["kind"], "device");
    assert_close(watts["derivative"].as_f64().unwrap(), seconds * 1e12);
    // From 50 to 150 W, all else as sure as it can be but the bandwidth (medium).
    let others = single["total_pj"].as_f64().unwrap() - single["static_pj"].as_f64().unwrap();
    assert_close(
        watts["at_from"].as_f64().unwrap(),
        others + 50.0 * seconds * 1e12,
    );
    let (least, most) = (
        result["least"].as_f64().unwrap(),
        result["most"].as_f64().unwrap(),
    );
    assert!(
        least <= watts["at_from"].as_f64().unwrap() && watts["at_to"].as_f64().unwrap() <= most
    );
    let bandwidth = input("dev.dram.gb_s");
    assert!(bandwidth["derivative"].as_f64().unwrap() < 0.0);
    assert_close(bandwidth["from"].as_f64().unwrap(), 54.0);
}

#[test]
fn wrong_numbers_of_a_device_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let told = |arguments: &[&str]| {
        let (status, out, told) =
            run(&[&["estimate", "attention", "--table", path], arguments].concat());
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}");
        told
    };
    let without = told(&["--set", "static.watts=5"]);
    assert!(
        without.contains("`static.watts` changes nothing: static energy is not counted"),
        "{without}"
    );
    let zero = told(&["--static", "--set", "fp32.tops=0"]);
    assert!(
        zero.contains("a peak is above 0, in operations a second"),
        "{zero}"
    );
    let twice = told(&[
        "--static",
        "--set",
        "static.watts=5",
        "--set",
        "dev.static.watts=6",
    ]);
    assert!(twice.contains("given twice"), "{twice}");
    let unknown = told(&["--static", "--set", "def.static.watts=5"]);
    assert!(
        unknown.contains("no table `def` is in use") && unknown.contains("did you mean `dev`?"),
        "{unknown}"
    );
    let level = told(&["--movement", "tiled", "--set", "dram.gb_s=5"]);
    assert!(
        level.contains("`dram.gb_s` changes nothing: static energy is not counted"),
        "{level}"
    );
    let level = told(&["--static", "--movement", "tiled", "--set", "dram.gb_s=0"]);
    assert!(level.contains("a bandwidth is above 0"), "{level}");
    let (status, _, swept) = run(&[
        "sweep",
        "attention",
        "--table",
        path,
        "--static",
        "--over",
        "fp32.tops=0..3",
    ]);
    assert_eq!(status, Some(2));
    assert!(swept.contains("a peak is above 0"), "{swept}");
    let (status, _, swept) = run(&["sweep", "attention", "--static", "--over", "n=1..3"]);
    assert_eq!(status, Some(2));
    assert!(
        swept.contains("table `45nm` has no static power"),
        "{swept}"
    );
    let (status, _, swept) = run(&[
        "sweep",
        "attention",
        "--table",
        path,
        "--static",
        "--over",
        "launch.seconds=1..3",
    ]);
    assert_eq!(status, Some(2));
    assert!(
        swept.contains("table `dev` has no `launch.seconds`"),
        "{swept}"
    );
}

/// The tables of devices load, name their sources, and give a time.
#[test]
fn devices_that_ship_give_times() {
    let powers = [
        ("a100", "fp32,bf16,int8,fp16", Some("62")),
        ("h100", "fp32,bf16,fp8,int8", Some("72.5")),
        ("h200", "bf16,fp8", Some("77")),
        ("b200", "bf16,fp8", Some("140")),
        ("tpu-v5e", "bf16,int8", None),
        ("jetson-orin", "int8", None),
        ("tpu-v4i", "bf16,int8", Some("55")),
    ];
    for (name, formats, watts) in powers {
        let table = super::common::table(name);
        for (number, figure) in table.device_numbers() {
            assert!(
                table.source(figure.provenance.source().unwrap()).is_some(),
                "{name} {number}"
            );
        }
        let power = table
            .device(DeviceNumber::Static)
            .map(|power| plain(&power.value));
        assert_eq!(power.as_deref(), watts, "{name}");
        for format in formats.split(',') {
            let found = json(&[
                "estimate",
                "attention",
                "--table",
                name,
                "--format",
                format,
                "--static",
                "--movement",
                "compulsory",
            ]);
            assert!(found["seconds"].as_f64().unwrap() > 0.0, "{name} {format}");
            // Nothing has an energy there: that is not 0 of it.
            let has_energy = watts.is_some();
            assert_eq!(found["total_pj"].is_null(), !has_energy, "{name} {format}");
            assert_eq!(
                found["static_pj"].is_null(),
                watts.is_none(),
                "{name} {format}"
            );
        }
    }
}

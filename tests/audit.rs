//! What an audit warns of: each fault once where it is, and not where it is
//! not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A warning: its name, the number as it stands, the number without the fault.
type Told = (String, String, String);

fn audit(folder: &Path, name: &str) -> Vec<Told> {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(["audit", name, "--output", "json"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let warnings: Vec<Value> = serde_json::from_slice(&output.stdout).expect(&errors);
    let code = i32::from(!warnings.is_empty());
    assert_eq!(output.status.code(), Some(code), "{errors}");
    let text = |warning: &Value, field: &str| warning[field].as_str().unwrap().to_owned();
    (warnings.iter())
        .map(|one| (text(one, "warning"), text(one, "was"), text(one, "without")))
        .collect()
}

const HEAD: &str = "name = \"own\"\ntitle = \"A claim\"\n\
    [source]\ntitle = \"A paper\"\nidentifier = \"none\"\nat = \"table 1\"\n\
    [[convention]]\nabout = \"memory\"\nvalue = \"none\"\nknown = \"stated\"\n";

/// The warnings of a claim file with these parts, in a folder with `tables`.
fn of(parts: &str, tables: &[(&str, &str)]) -> Vec<Told> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in tables {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let text = format!("{HEAD}{parts}\nexpect = \"holds\"\n");
    std::fs::write(folder.path().join("own.toml"), text).unwrap();
    audit(folder.path(), "./own.toml")
}

fn told(warning: &str, was: &str, without: &str) -> Vec<Told> {
    vec![(warning.to_owned(), was.to_owned(), without.to_owned())]
}

const OPS: &str = "[inputs]\nann_ops = \"18.39 Mop\"\nsnn_ops = \"2.51 Mop\"\n\
    rate = \"0.1366 ratio\"\n[[claim]]\nname = \"ratio\"\npublished = \"273.77 times\"\n";

#[test]
fn a_rate_that_is_applied_twice() {
    let mac = "(45nm.fp32.mul + 45nm.fp32.add)";
    let ratio = |under: &str| format!("{OPS}formula = \"ann_ops * {mac} / ({under})\"");
    let twice = ratio("snn_ops * 45nm.fp32.add * rate");
    // 18.39 · 4.6 / (2.51 · 0.9) = 37.448
    assert_eq!(of(&twice, &[]), told("applied twice", "273.77×", "37.4×"));
    let squared = ratio("ann_ops * rate * rate * 45nm.fp32.add");
    assert_eq!(of(&squared, &[]).len(), 1);
    assert_eq!(of(&ratio("snn_ops * 45nm.fp32.add"), &[]), []);
    assert_eq!(of(&ratio("ann_ops * rate * 45nm.fp32.add"), &[]), []);
    // A rate that divides undoes what it is applied to.
    assert_eq!(of(&ratio("snn_ops / rate * 45nm.fp32.add"), &[]), []);
}

#[test]
fn a_rate_that_a_model_holds_already() {
    let claim = |formula: &str| {
        format!(
            "[inputs]\nrate = \"0.25 ratio\"\n[estimates]\nspikes = {{ model = \"spikformer\", \
             variant = \"spikformer\", set = {{ rho = 0.25 }}, stages = [\"conv\"], \
             table = \"45nm\", format = \"fp32\" }}\n[[claim]]\nname = \"energy\"\n\
             published = \"1.84 mJ\"\nformula = \"{formula}\""
        )
    };
    // 32677822464 selections, of which a quarter are added at 0.9 pJ.
    let warnings = of(&claim("spikes.energy * rate"), &[]);
    assert_eq!(warnings, told("applied twice", "1.84 mJ", "7.35 mJ"));
    assert_eq!(of(&claim("spikes.energy"), &[]), []);
}

/// A saving of the attention layer's second variant over its first.
fn saving(conditions: &str, claim: &str) -> String {
    format!(
        "[estimates]\na = {{ model = \"attention\", variant = \"vanilla\", {conditions} }}\n\
         b = {{ model = \"attention\", variant = \"e-att\", {conditions} }}\n\
         [[claim]]\nname = \"saving\"\npublished = \"66 %\"\n\
         formula = \"1 - b.energy / a.energy\"\n{claim}"
    )
}

#[test]
fn a_baseline_in_a_wider_format_than_it_would_be_deployed_in() {
    let at = |format: &str, claim: &str| {
        let conditions = format!("table = \"45nm\", format = \"{format}\", scope = \"attention\"");
        of(&saving(&conditions, claim), &[])
    };
    // 93.38 µJ at fp32, 4.669 µJ at int8; e-att 32.44 µJ: 1 − 32.44 / 4.669.
    let warnings = at("fp32", "baseline = \"a\"");
    assert_eq!(warnings, told("wide baseline", "66 %", "−595 %"));
    assert_eq!(at("fp32", ""), []);
    assert_eq!(at("fp32", "baseline = \"a\"\ndeployed = \"fp32\""), []);
    assert_eq!(at("int8/int32", "baseline = \"a\""), []);
}

#[test]
fn a_whole_without_its_projections_and_a_part_that_stands_for_more() {
    let at = |scope: &str, named: &str| {
        let conditions = format!("table = \"45nm\", format = \"fp32\", scope = \"{scope}\"");
        of(&saving(&conditions, &format!("named = \"{named}\"")), &[])
    };
    let warnings = at("attention", "attention-full");
    // 1 − 62.82 / 123.8
    assert_eq!(warnings, told("left out of the whole", "66 %", "49.2 %"));
    assert_eq!(at("attention-full", "attention-full"), []);
    assert_eq!(at("attention", "attention"), []);
    let layers = "[estimates]\na = { model = \"bitnet\", variant = \"full\", \
        scope = \"attention-products\", table = \"7nm\", format = \"fp16\" }\n[[claim]]\n\
        name = \"energy\"\npublished = \"34 mJ\"\nformula = \"a.energy\"\n";
    // All of the layers, in which projections are.
    let named = |scope: &str| of(&format!("{layers}named = \"{scope}\""), &[]);
    assert_eq!(named("matrix-products")[0].0, "left out of the whole");
    assert_eq!(named("attention-products"), []);
    let linears = layers.replace("attention-products", "linears");
    let warnings = of(&format!("{linears}named = \"matrix-products\""), &[]);
    assert_eq!(warnings[0].0, "smaller scope");
}

#[test]
fn sums_that_their_accumulator_cannot_hold() {
    let at = |variant: &str| {
        let parts = format!(
            "[estimates]\na = {{ model = \"bitnet\", variant = \"full\", scope = \"linears\", \
             table = \"7nm\", format = \"fp16\" }}\nb = {{ model = \"bitnet\", \
             variant = \"{variant}\", scope = \"linears\", table = \"7nm\", format = \"fp16\" }}\n\
             [[claim]]\nname = \"ratio\"\npublished = \"71.4 times\"\n\
             formula = \"a.energy / b.energy\""
        );
        of(&parts, &[])
    };
    // 0.5 / 0.007 in int8, 0.5 / 0.03 in int32.
    assert_eq!(at("b1.58"), told("narrow accumulators", "71.4×", "16.7×"));
    assert_eq!(at("b1.58-int32"), []);
}

#[test]
fn memory_that_the_table_has() {
    let conditions = "table = \"45nm\", format = \"fp32\", scope = \"attention\"";
    let silent = HEAD.replace("memory", "sequence");
    let parts = saving(conditions, "");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    std::fs::write(&file, format!("{silent}{parts}\nexpect = \"holds\"\n")).unwrap();
    // 767 µJ for the baseline's weights, 319 µJ for those of e-att:
    // 1 − (32.4 + 319.5) / (93.4 + 766.8).
    let warnings = audit(folder.path(), "./own.toml");
    assert_eq!(warnings, told("no memory", "66 %", "59.1 %"));
    // Stated to be left out.
    assert_eq!(of(&parts, &[]), []);
}

const TABLE: &str = "name = \"chip\"\nboundary = \"functional unit\"\nkind = \"measured\"\n\
    [source.bench]\ntitle = \"A bench\"\nwhere = \"here\"\n[fp32]\n\
    mul = { pj = 3, source = \"bench\", confidence = \"high\" }\n";

/// A matrix product on a table with this entry for additions.
fn on_chip(add: &str, set: &str) -> Vec<Told> {
    let model = "name = \"product\"\ninputs = { x = \"n d\" }\n[dims]\nn = 4\nd = 8\n\
        [[op]]\nname = \"y\"\nstage = \"y\"\neinsum = \"n d, d e -> n e\"\n\
        inputs = [\"x\", { weight = \"d d\" }]\n";
    let parts = format!(
        "[estimates]\na = {{ model = \"./product.toml\", table = \"./chip.toml\", \
         format = \"fp32\"{set} }}\n[[claim]]\nname = \"energy\"\npublished = \"1 nJ\"\n\
         formula = \"a.energy\""
    );
    let table = format!("{TABLE}add = {add}\n");
    of(&parts, &[("product.toml", model), ("chip.toml", &table)])
}

#[test]
fn all_in_entries_beside_those_of_single_operations() {
    let whole = "{ pj = 26, source = \"bench\", confidence = \"high\", boundary = \"all-in\" }";
    // 256 additions at 26 pJ.
    let warnings = on_chip(whole, "");
    assert_eq!(warnings, told("all-in entries added", "1 nJ", "6.66 nJ"));
    assert_eq!(on_chip(whole, ", free = [\"mul\"]"), []);
    let single = "{ pj = 1, source = \"bench\", confidence = \"high\" }";
    assert_eq!(on_chip(single, ""), []);
}

#[test]
fn entries_that_are_assumed() {
    let assumed = |pj: &str| {
        on_chip(
            &format!("{{ pj = {pj}, confidence = \"assumed\", why = \"a guess\" }}"),
            "",
        )
    };
    // 256 multiplications at 3 pJ are left; a quarter was assumed.
    assert_eq!(assumed("1"), told("assumed entries", "1 nJ", "0.768 nJ"));
    // 0.1 / 3.1 is 3 %.
    assert_eq!(assumed("0.1"), []);
}

#[test]
fn entries_of_two_tables() {
    let sum = |add: &str| {
        let parts = format!(
            "[[claim]]\nname = \"mac\"\npublished = \"4.08 pJ/op\"\n\
             formula = \"45nm.fp32.mul + {add}\""
        );
        of(&parts, &[])
    };
    let both = "45nm alone: 4.60 pJ/op, 7nm alone: 1.69 pJ/op";
    assert_eq!(sum("7nm.fp32.add"), told("two tables", "4.08 pJ/op", both));
    assert_eq!(sum("45nm.fp32.add"), []);
}

/// Reports are audited by their targets.
#[test]
fn a_report_is_audited_too() {
    let warnings = audit(Path::new("."), "e-att");
    let whole = "left out of the whole".to_owned();
    let found = warnings.iter().find(|(name, ..)| *name == whole).unwrap();
    assert_eq!(found.2, "49.2 %");
    // int8 is among its formats.
    assert!(warnings.iter().all(|(name, ..)| name != "wide baseline"));
}

#[test]
fn a_correct_file_prints_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["audit", "training-energy"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    let double = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["audit", "double-count"])
        .output()
        .unwrap();
    assert_eq!(double.status.code(), Some(1));
    let text = String::from_utf8(double.stdout).unwrap();
    let line = text.lines().find(|line| line.contains("273.77×")).unwrap();
    assert!(line.contains("37.4×"), "{text}");
}

//! What an audit warns of: each fault once where it is, and not where it is
//! not.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A warning: its name, the number as it stands, the number without the fault.
type Told = (String, String, String);

fn run(folder: &Path, arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .arg("audit")
        .args(arguments)
        .output()
        .unwrap()
}

fn warnings(folder: &Path, name: &str) -> Vec<Value> {
    let output = run(folder, &[name, "--output", "json"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let warnings: Vec<Value> = serde_json::from_slice(&output.stdout).expect(&errors);
    let code = i32::from(!warnings.is_empty());
    assert_eq!(output.status.code(), Some(code), "{errors}");
    warnings
}

fn text<'v>(warning: &'v Value, field: &str) -> &'v str {
    warning[field].as_str().unwrap_or("")
}

fn audit(folder: &Path, name: &str) -> Vec<Told> {
    let own = |warning: &Value, field: &str| text(warning, field).to_owned();
    (warnings(folder, name).iter())
        .map(|one| (own(one, "warning"), own(one, "was"), own(one, "without")))
        .collect()
}

const HEAD: &str = "name = \"own\"\ntitle = \"A claim\"\n\
    [source]\ntitle = \"A paper\"\nidentifier = \"none\"\nat = \"table 1\"\n\
    [[convention]]\nabout = \"memory\"\nvalue = \"none\"\nknown = \"stated\"\n";

/// A folder with `own.toml`, a claim file with these parts, and other files.
fn folder(head: &str, parts: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let text = format!("{head}{parts}\nexpect = \"holds\"\n");
    std::fs::write(folder.path().join("own.toml"), text).unwrap();
    folder
}

/// The warnings of a claim file with these parts, in a folder with `files`.
fn of(parts: &str, files: &[(&str, &str)]) -> Vec<Told> {
    audit(folder(HEAD, parts, files).path(), "./own.toml")
}

/// The mistakes of one that cannot be audited.
fn refused(parts: &str) -> String {
    let output = run(folder(HEAD, parts, &[]).path(), &["./own.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

/// x·W with 4 rows of 8 and 8 × 8 weights: 256 multiplications and additions.
const PRODUCT: &str = "name = \"product\"\ninputs = { x = \"n d\" }\n[dims]\nn = 4\nd = 8\n\
    [[op]]\nname = \"y\"\nstage = \"y\"\neinsum = \"n d, d e -> n e\"\n\
    inputs = [\"x\", { weight = \"d d\" }]\n";

/// A claim about estimates of that product, each with these fields.
fn product(
    head: &str,
    estimates: &[(&str, &str)],
    claim: &str,
    files: &[(&str, &str)],
) -> Vec<Told> {
    let estimates: Vec<String> = (estimates.iter())
        .map(|(name, fields)| format!("{name} = {{ model = \"./product.toml\"{fields} }}\n"))
        .collect();
    let parts = format!(
        "[estimates]\n{}[[claim]]\nname = \"claim\"\n{claim}",
        estimates.concat()
    );
    let files = [&[("product.toml", PRODUCT)], files].concat();
    audit(folder(head, &parts, &files).path(), "./own.toml")
}

/// A table and a format as fields of an estimate.
fn at(table: &str, format: &str) -> String {
    format!(", table = \"{table}\", format = \"{format}\"")
}

/// What a claim publishes and how it is computed.
fn claim(published: &str, formula: &str) -> String {
    format!("published = \"{published}\"\nformula = \"{formula}\"")
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
    // 4.6 / (0.1366 · 0.9) = 37.417: once, not never.
    let squared = ratio("ann_ops * rate * rate * 45nm.fp32.add");
    assert_eq!(of(&squared, &[]), told("applied twice", "273.77×", "37.4×"));
    // By way of a quantity that is named twice.
    let named = |formula: &str| {
        let quantities = "[quantities]\nshare = \"rate\"\nspikes = \"ann_ops * share\"\n";
        ratio(formula).replace("[[claim]]", &format!("{quantities}[[claim]]"))
    };
    let twice = named("spikes * share * 45nm.fp32.add");
    assert_eq!(of(&twice, &[]), told("applied twice", "273.77×", "37.4×"));
    assert_eq!(of(&named("spikes * 45nm.fp32.add"), &[]), []);
    assert_eq!(of(&ratio("snn_ops * 45nm.fp32.add"), &[]), []);
    assert_eq!(of(&ratio("ann_ops * rate * 45nm.fp32.add"), &[]), []);
    // A rate that divides undoes what it is applied to.
    assert_eq!(of(&ratio("snn_ops / rate * 45nm.fp32.add"), &[]), []);
}

/// 1.549 G of 0.9 pJ are 1.3941 mJ, more than the 0.753 mJ that are published;
/// 0.8366 G are 0.75294 mJ, which the last digits leave open.
#[test]
fn an_energy_below_what_its_operations_take() {
    let claim = |ops: &str, formula: &str| {
        format!(
            "[inputs]\nops = \"{ops}\"\nmacs = \"0.100 GMAC\"\nrate = \"0.5 ratio\"\n\
             [[claim]]\nname = \"all\"\npublished = \"0.753 mJ\"\nformula = \"{formula}\""
        )
    };
    let add = "ops * 45nm.fp32.add";
    let cheap = |was: &str| told("less than its operations", "0.753 mJ", was);
    assert_eq!(of(&claim("1.549 Gop", add), &[]), cheap("1.39 mJ"));
    assert_eq!(of(&claim("0.8366 Gop", add), &[]), []);
    assert_eq!(of(&claim("0.8375 Gop", add), &[]), cheap("0.754 mJ"));
    // 0.46 mJ of 0.100 G multiply-accumulates beside 0.45 mJ.
    let both = "macs * (45nm.fp32.mul + 45nm.fp32.add) + ops * 45nm.fp32.add";
    assert_eq!(of(&claim("0.5 Gop", both), &[]), cheap("0.910 mJ"));
    // With a rate that the energy may have, or what it is less, nobody knows.
    let rated = format!("{add} * rate");
    assert_eq!(of(&claim("1.549 Gop", &rated), &[]), []);
    let less = "ops * 45nm.fp32.add - macs * 45nm.fp32.add";
    assert_eq!(of(&claim("1.549 Gop", less), &[]), []);
}

#[test]
fn a_share_of_zeros_that_is_applied_twice() {
    let ratio = |under: &str| {
        let parts = OPS.replace("rate = \"0.1366 ratio\"", "zeros = \"86.34 %\"");
        let mac = "(45nm.fp32.mul + 45nm.fp32.add)";
        of(
            &format!("{parts}formula = \"ann_ops * {mac} / ({under} * 45nm.fp32.add)\""),
            &[],
        )
    };
    // 4.6 / (0.1366 · 0.9), and 18.39 · 4.6 / (2.51 · 0.9).
    let twice = told("applied twice", "273.77×", "37.4×");
    assert_eq!(ratio("ann_ops * (1 - zeros) * (1 - zeros)"), twice);
    assert_eq!(ratio("snn_ops * (1 - zeros)"), twice);
    assert_eq!(ratio("ann_ops * (1 - zeros)"), []);
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
    // The first convolution sees the image, which has no zeros to skip.
    let first = claim("spikes.energy * rate").replace("[\"conv\"]", "[\"encode\"]");
    assert_eq!(of(&first, &[]), []);
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
fn a_baseline_in_fp16_and_one_that_is_narrow_already() {
    let (fp16, int8) = (at("45nm", "fp16"), at("45nm", "int8/int32"));
    let ratio = |baseline: &str| {
        let claim = claim("5 times", "a.energy / b.energy");
        let claim = format!("{claim}\nbaseline = \"{baseline}\"");
        product(HEAD, &[("a", &fp16), ("b", &int8)], &claim, &[])
    };
    // (1.1 + 0.4) / (0.2 + 0.1) is 5; 0.2 + 0.03 in int8: 0.23 / 0.3.
    assert_eq!(ratio("a")[0], told("wide baseline", "5×", "0.767×")[0]);
    assert_eq!(ratio("b"), []);
    // int8 products with sums of 32 bits are an int8 baseline.
    let of_macs = |mul: &str| {
        let parts = format!(
            "[quantities]\nmac = \"45nm.{mul}.mul + 45nm.int32.add\"\n[[claim]]\n\
             name = \"ratio\"\npublished = \"3 times\"\nformula = \"mac / 45nm.int32.add\"\n\
             baseline = \"mac\""
        );
        of(&parts, &[])
    };
    assert_eq!(of_macs("int8"), []);
    // (0.2 + 0.03) / 0.1
    assert_eq!(of_macs("int32"), told("wide baseline", "3×", "2.30×"));
    // What the model fixes to int8 stays what it is.
    let fixed = "[estimates]\nb = { model = \"bitnet\", variant = \"b1.58-int32\", \
        scope = \"linears\", table = \"7nm\", format = \"fp16\" }\n[[claim]]\n\
        name = \"energy\"\npublished = \"1 J\"\nformula = \"b.energy\"\nbaseline = \"b\"";
    assert_eq!(of(fixed, &[]), []);
}

#[test]
fn names_that_are_not_there() {
    let conditions = "table = \"45nm\", format = \"fp32\", scope = \"attention\"";
    let scope = refused(&saving(conditions, "named = \"attention-ful\""));
    assert!(scope.contains("did you mean `attention-full`?"), "{scope}");
    assert!(scope.contains("own.toml:"), "{scope}");
    let parts = saving(conditions, "baseline = \"c\"");
    let third = "[estimates]\nc = { model = \"attention\" }";
    let baseline = refused(&parts.replace("[estimates]", third));
    assert!(baseline.contains("does not rest on `c`"), "{baseline}");
    let zero = "[estimates]\na = { model = \"bitnet\", variant = \"b1.58\", \
        scope = \"linears\", table = \"7nm\", format = \"fp16\" }\n[[claim]]\n\
        name = \"ratio\"\npublished = \"2 times\"\nformula = \"a.energy / a.energy.mul\"";
    let zero = refused(zero);
    assert!(zero.contains("division by zero"), "{zero}");
}

#[test]
fn projections_and_softmax_left_out_of_a_whole() {
    let conditions = "table = \"45nm\", format = \"fp32\", scope = \"attention\"";
    let parts = saving(conditions, "named = \"attention-full\"");
    let all = warnings(folder(HEAD, &parts, &[]).path(), "./own.toml");
    assert_eq!(all.len(), 1);
    // n = 25, d = 512, h = 8. Vanilla: 4·n·d² + 2·n²·d = 26 854 400 MACs at 4.6
    // pJ, and n²·h = 5000 scores scaled (3.7) and normalised (43.77): 123.77 µJ.
    // E-Att: 13 427 200 MACs, 12 800 comparisons (0.9), 819 200 additions of q
    // and k (0.9), 40 000 distances (1.8), the same scores: 62.82 µJ.
    // 1 − 62.823 / 123.768 = 49.24 %.
    assert_eq!(text(&all[0], "without"), "49.2 %");
    let why = text(&all[0], "why");
    assert!(why.ends_with("without scale, softmax, out-proj"), "{why}");
    // By counts: multiply–accumulates have no softmax. 1 − 13 427 200 /
    // 26 854 400 = 50 %.
    let mac = "(45nm.fp32.mul + 45nm.fp32.add)";
    let counted = parts.replace(
        "b.energy / a.energy",
        &format!("b.macs * {mac} / (a.macs * {mac})"),
    );
    let all = warnings(folder(HEAD, &counted, &[]).path(), "./own.toml");
    assert_eq!(text(&all[0], "without"), "50.0 %");
    let why = text(&all[0], "why");
    assert!(why.ends_with("without out-proj"), "{why}");
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
fn sums_of_counts_that_a_formula_prices() {
    let sums = |formula: &str| product(HEAD, &[("a", "")], &claim("58.88 pJ", formula), &[]);
    let int8 = "a.macs * (45nm.int8.mul + 45nm.int8.add)";
    // Products of 16 bits, 8 of them: 19 bits, so int32. 256 · (0.2 + 0.1) pJ.
    let narrow = told("narrow accumulators", "58.88 pJ", "76.8 pJ");
    assert_eq!(sums(int8), narrow);
    assert_eq!(
        sums("a.count.mul * 45nm.int8.mul + a.count.add * 45nm.int8.add"),
        narrow
    );
    assert_eq!(sums("a.macs * (45nm.int8.mul + 45nm.int32.add)"), []);
    assert_eq!(sums("a.macs * (45nm.fp32.mul + 45nm.fp32.add)"), []);
    // In a ratio both sides or none: (0.2 + 0.1) / (0.1 + 0.05).
    let ratio = |under: &str| {
        let head = format!("{HEAD}[inputs]\nrate = \"0.25 ratio\"\n");
        let claim = claim("7.67 times", &format!("{int8} / ({under})"));
        product(&head, &[("a", "")], &claim, &[])
    };
    let both = told("narrow accumulators", "7.67×", "2.00×");
    assert_eq!(
        ratio("a.macs * 45nm.int32.add + a.count.add * 45nm.int16.add"),
        both
    );
    assert_eq!(ratio("a.macs * rate * 45nm.int8.add"), []);
    // The same by the energy of an estimate.
    let own = at("45nm", "int8");
    let energy = product(HEAD, &[("a", &own)], &claim("58.88 pJ", "a.energy"), &[]);
    assert_eq!(energy, narrow);
    // How wide the terms of additions are is not known: 8 of one bit take 4.
    assert_eq!(sums("a.count.add * 45nm.int8.add"), []);
    let wide = ", set = { d = 512 }";
    let adds = claim("31.5 nJ", "a.count.add * 45nm.int8.add");
    // 512 of one bit take 10: int16, at 4 · 512 · 512 · 0.05 pJ.
    let at_least = told("narrow accumulators", "31.5 nJ", "52.4 nJ");
    assert_eq!(product(HEAD, &[("a", wide)], &adds, &[]), at_least);
    let adds = claim("105 nJ", "a.count.add * 45nm.int32.add");
    assert_eq!(product(HEAD, &[("a", wide)], &adds, &[]), []);
}

#[test]
fn sums_in_every_kind_of_format() {
    let energy = |format: &str, set: &str, published: &str| {
        let own = format!("{}{set}", at("45nm", format));
        product(HEAD, &[("a", &own)], &claim(published, "a.energy"), &[])
    };
    let narrow = |was: &str, without: &str| told("narrow accumulators", was, without);
    // Rounded products: 8 of 8 bits take 11, so fix32: 256 · (0.2 + 0.1) pJ.
    assert_eq!(
        energy("fix8", "", "58.88 pJ"),
        narrow("58.88 pJ", "76.8 pJ")
    );
    assert_eq!(energy("fix8/fix32", "", "76.8 pJ"), []);
    // 64 + 3 bits, for which there is no format.
    let unpriced = "not priced by the table";
    assert_eq!(
        energy("int32", "", "819.2 pJ"),
        narrow("819.2 pJ", unpriced)
    );
    // 16 + 15 bits are held, 16 + 17 are not.
    assert_eq!(energy("int8/int32", ", set = { d = 32768 }", "1.29 mJ"), []);
    let long = energy("int8/int32", ", set = { d = 131072 }", "20.6 mJ");
    assert_eq!(long, narrow("20.6 mJ", unpriced));
    let huge = energy("int8/int32", ", set = { d = 1000000000000000 }", "1.2e18 J");
    assert_eq!(huge, narrow("1.2e18 J", unpriced));
    assert_eq!(energy("fp16", "", "384 pJ"), []);
    // One model in two formats: (3.7 + 0.9) / (0.2 + 0.1).
    let (fp32, int8) = (at("45nm", "fp32"), at("45nm", "int8"));
    let ratio = claim("20 times", "a.energy / b.energy");
    let both = product(HEAD, &[("a", &fp32), ("b", &int8)], &ratio, &[]);
    assert_eq!(both, narrow("20×", "15.3×"));
}

/// A sum of bits is as narrow as its bits: 8 ones take 4 bits, 512 take 10.
#[test]
fn sums_of_bits() {
    let model = "name = \"ones\"\ninputs = { x = \"n d\" }\n[dims]\nn = 4\nd = 8\n\
        [[op]]\nname = \"bits\"\nstage = \"bits\"\napply = \"x > 0\"\n\
        [[op]]\nname = \"y\"\nstage = \"y\"\neinsum = \"n d -> n\"\ninputs = [\"bits\"]\n";
    let sum = |set: &str| {
        let parts = format!(
            "[estimates]\na = {{ model = \"./ones.toml\", stages = [\"y\"], table = \"45nm\", \
             format = \"int8\"{set} }}\n[[claim]]\nname = \"energy\"\n\
             published = \"61.4 pJ\"\nformula = \"a.energy\""
        );
        of(&parts, &[("ones.toml", model)])
    };
    assert_eq!(sum(""), []);
    // 4 · 512 additions at 0.05 pJ in int16.
    let narrow = told("narrow accumulators", "61.4 pJ", "102 pJ");
    assert_eq!(sum(", set = { d = 512 }"), narrow);
}

#[test]
fn memory_of_counts_that_a_formula_prices() {
    let silent = HEAD.replace("memory", "sequence");
    let mac = "(45nm.fp32.mul + 45nm.fp32.add)";
    let energy = |formula: &str| product(&silent, &[("a", "")], &claim("1.18 nJ", formula), &[]);
    // 64 weights of 32 bits at 1950 / 64 pJ: 62.4 nJ, beside 256 · 4.6 pJ.
    let floor = told("no memory", "1.18 nJ", "63.6 nJ");
    assert_eq!(energy(&format!("a.macs * {mac}")), floor);
    let own = at("45nm", "fp32");
    let same = claim("1.18 nJ", "a.energy");
    assert_eq!(product(&silent, &[("a", &own)], &same, &[]), floor);
    // Half of it, of which the weights are not known; and a formula with a
    // number of operations, whose weights nobody knows.
    assert_eq!(energy(&format!("a.macs * {mac} / (1 + 1)")), []);
    let other = claim("1.18 nJ", &format!("a.macs * {mac} + ops * 45nm.fp32.add"));
    let head = format!("{silent}[inputs]\nops = \"1 op\"\n");
    assert_eq!(product(&head, &[("a", "")], &other, &[]), []);
    assert_eq!(
        energy("a.macs * (45nm.fp32.mul + 7nm.fp32.add)")[0].0,
        "two tables"
    );
    // A ratio: (1177.6 + 62400) / (58.88 + 64 · 8 · 1950 / 64) = 4.058.
    let ratio = format!("a.macs * {mac} / (a.macs * (45nm.int8.mul + 45nm.int32.add))");
    let ratio = product(&silent, &[("a", "")], &claim("15.3 times", &ratio), &[]);
    // int32 sums: 76.8 + 15600.
    assert_eq!(ratio, told("no memory", "15.3×", "4.06×"));
    // With a rate the other side's weights are not known.
    let head = format!("{silent}[inputs]\nrate = \"0.25 ratio\"\n");
    let ratio = format!("a.macs * {mac} / (a.macs * rate * 45nm.fp32.add)");
    let ratio = claim("20.4 times", &ratio);
    assert_eq!(product(&head, &[("a", "")], &ratio, &[]), []);
    // Counts alone have no energy.
    assert_eq!(
        product(&silent, &[("a", "")], &claim("256 MAC", "a.macs"), &[]),
        []
    );
}

#[test]
fn memory_that_the_table_has() {
    let conditions = "table = \"45nm\", format = \"fp32\", scope = \"attention\"";
    let silent = HEAD.replace("memory", "sequence");
    let parts = saving(conditions, "");
    // 3·d² weights of 32 bits at 1950 / 64 pJ: 766.8 µJ for the baseline. E-Att
    // has d² and twice d²/8 of them: 319.5 µJ.
    // 1 − (32.4 + 319.5) / (93.4 + 766.8).
    let warnings = audit(folder(&silent, &parts, &[]).path(), "./own.toml");
    assert_eq!(warnings, told("no memory", "66 %", "59.1 %"));
    // Stated to be left out.
    assert_eq!(of(&parts, &[]), []);
}

const TABLE: &str = "name = \"chip\"\nboundary = \"functional unit\"\nkind = \"measured\"\n\
    [source.bench]\ntitle = \"A bench\"\nwhere = \"here\"\n[fp32]\n\
    mul = { pj = 3, source = \"bench\", confidence = \"high\" }\n";

/// That product on a table with this entry for additions.
fn on_chip(add: &str, set: &str) -> Vec<Told> {
    chip(add, set, &claim("1 nJ", "a.energy"))
}

fn chip(add: &str, set: &str, claim: &str) -> Vec<Told> {
    let table = format!("{TABLE}add = {add}\n");
    let own = format!("{}{set}", at("./chip.toml", "fp32"));
    product(HEAD, &[("a", &own)], claim, &[("chip.toml", &table)])
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
    // Added by a formula, and held against each other.
    let sum = claim("7.42 nJ", "a.macs * (chip.fp32.mul + chip.fp32.add)");
    let added = told("all-in entries added", "7.42 nJ", "6.66 nJ");
    assert_eq!(chip(whole, "", &sum), added);
    let ratio = claim(
        "8.67 times",
        "a.macs * chip.fp32.add / (a.macs * chip.fp32.mul)",
    );
    assert_eq!(chip(whole, "", &ratio), []);
    // 29 / 3: only the sum above is wrong, 26 / 3.
    let ratio = claim(
        "9.67 times",
        "(chip.fp32.mul + chip.fp32.add) / chip.fp32.mul",
    );
    let added = told("all-in entries added", "9.67×", "8.67×");
    assert_eq!(chip(whole, "", &ratio), added);
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
    // 0.1545 / 3.1545 is 4.9 %, 0.1613 / 3.1613 is 5.1 %.
    assert_eq!(assumed("0.1545"), []);
    assert_eq!(
        assumed("0.1613"),
        told("assumed entries", "1 nJ", "0.768 nJ")
    );
    // Multiplications alone do not rest on it, and without it additions cost
    // nothing.
    let guess = "{ pj = 1, confidence = \"assumed\", why = \"a guess\" }";
    assert_eq!(chip(guess, "", &claim("0.768 nJ", "a.energy.mul")), []);
    let ratio = chip(guess, "", &claim("4 times", "a.energy / a.energy.add"));
    assert_eq!(ratio, told("assumed entries", "4×", "divides by 0"));
    // All of a number that may hardly move.
    let entry = "[[claim]]\nname = \"entry\"\npublished = \"0.79 pJ/op\"\n\
        formula = \"45nm.int16.mul\"";
    let all = told("assumed entries", "0.79 pJ/op", "0.775 pJ/op");
    assert_eq!(of(entry, &[]), all);
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

/// A table that extends 45nm with one entry of its own.
#[test]
fn entries_of_a_table_and_of_the_one_it_extends() {
    let with = |format: &str, formula: &str| {
        let table = TABLE.replace("boundary", "extends = \"45nm\"\nboundary");
        let table = table.replace("[fp32]", &format!("[{format}]"));
        let files = [("chip.toml", table.as_str())];
        let own = at("./chip.toml", "fp32");
        product(HEAD, &[("a", &own)], &claim("1 nJ", formula), &files)
    };
    // Its multiplication at 3 and an addition of 45nm at 0.9; 256 · 4.6 pJ on
    // 45nm.
    let mixed = told("two tables", "1 nJ", "45nm alone: 1.18 nJ");
    assert_eq!(with("fp32", "a.energy"), mixed);
    assert_eq!(with("fp32", "a.energy.mul"), []);
    // The entry of another format is not in it, and what is inherited is the
    // same in both.
    assert_eq!(with("fp16", "a.energy"), []);
    assert_eq!(with("fp16", "a.macs * (chip.fp32.mul + 45nm.fp32.add)"), []);
}

const REPORT: &str = "name = \"own\"\ntitle = \"A report\"\nmodel = \"attention\"\n\
    variants = [\"vanilla\", \"e-att\", \"l1\"]\n\
    [[price]]\ntable = \"45nm\"\nformat = \"fp32\"\n\
    [[target]]\nname = \"attention\"\nwords = \"saved over the whole attention\"\n\
    scope = \"attention\"\nnamed = \"attention-full\"\npercent = 66\n\
    [[convention]]\nabout = \"memory\"\nvalue = \"not counted\"\nknown = \"stated\"\n\
    [[section]]\ntitle = \"Numbers\"\nshow = \"headline\"\n";

/// Every variant of a report against the first, told in one row.
#[test]
fn every_variant_of_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let of = |report: &str| {
        std::fs::write(folder.path().join("own.toml"), report).unwrap();
        let all = warnings(folder.path(), "./own.toml");
        let fields = ["variant", "was", "without"];
        let left_out = all
            .into_iter()
            .filter(|one| text(one, "warning") == "left out of the whole");
        left_out
            .map(|one| fields.map(|field| text(&one, field).to_owned()))
            .collect::<Vec<_>>()
    };
    // L1 scores cost 1.8 pJ instead of 4.6 for each of n²·d = 320 000 terms:
    // 0.896 µJ of 93.384 over attention, of 123.768 with the projection.
    let e_att = ["e-att", "66 %", "49.2 %"].map(str::to_owned);
    let l1 = ["l1", "0.959 %", "0.724 %"].map(str::to_owned);
    assert_eq!(of(REPORT), [e_att.clone(), l1.clone()]);
    let output = run(folder.path(), &["./own.toml"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    for warning in ["left out of", "wide baseline"] {
        assert_eq!(shown.matches(warning).count(), 1, "{shown}");
    }
    assert!(shown.contains("e-att, l1:"), "{shown}");
    let csv = run(folder.path(), &["./own.toml", "--output", "csv"]);
    let csv = String::from_utf8(csv.stdout).unwrap();
    // 1 − 62.823/123.768 and 0.896/123.768, each in a row of its own.
    let without = |variant: &str| {
        let start = format!("left out of the whole,\"attention, 45nm fp32\",{variant},");
        let row = csv.lines().find(|line| line.starts_with(&start)).unwrap();
        let number = row.split(',').rev().nth(2).unwrap();
        number.parse::<f64>().unwrap()
    };
    assert!((without("e-att") - 49.24).abs() < 0.01, "{csv}");
    assert!((without("l1") - 0.724).abs() < 0.001, "{csv}");
    // Those of the model where the report names none.
    let unnamed = REPORT.replace("variants = [\"vanilla\", \"e-att\", \"l1\"]\n", "");
    assert_eq!(of(&unnamed), [e_att.clone(), l1]);
    let second = REPORT.replace(", \"l1\"", "");
    assert_eq!(of(&second), [e_att]);
    assert_eq!(
        of(&REPORT.replace("scope = \"attention\"", "scope = \"attention-full\"")),
        Vec::<[String; 3]>::new()
    );
    let unnamed = REPORT.replace("named = \"attention-full\"\n", "");
    assert_eq!(of(&unnamed), Vec::<[String; 3]>::new());
}

/// What a report says in its own words decides nothing: a `paper` in them is
/// no statement of the paper, and `whole` names no scope.
#[test]
fn the_words_of_a_report_decide_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let has = |report: &str, fault: &str| {
        std::fs::write(folder.path().join("own.toml"), report).unwrap();
        let all = audit(folder.path(), "./own.toml");
        all.iter().any(|(name, ..)| name == fault)
    };
    let known = |known: &str| REPORT.replace("\"stated\"", &format!("\"{known}\""));
    for (words, is_warned) in [
        ("stated", false),
        ("code", false),
        ("the authors' code", false),
        ("inferred", true),
        ("no paper says so", true),
        ("decoded from the digits", true),
    ] {
        assert_eq!(has(&known(words), "no memory"), is_warned, "{words}");
    }
    // A topic is a word of its own, not one within others.
    let other = REPORT.replace("about = \"memory\"", "about = \"memory of the past\"");
    assert!(has(&other, "no memory"));
    let whole = REPORT.replace("named = \"attention-full\"\n", "");
    assert!(!has(&whole, "left out of the whole"));
    let unsaid = REPORT.replace("the whole attention", "attention");
    assert!(has(&unsaid, "left out of the whole"));
}

/// A slip in what a report states is a mistake, with what would be right.
#[test]
fn slips_in_what_a_report_states() {
    let folder = tempfile::tempdir().unwrap();
    for (old, new, message) in [
        ("\"stated\"", "\"sated\"", "did you mean `stated`?"),
        ("-full", "-ful", "did you mean `attention-full`?"),
    ] {
        std::fs::write(folder.path().join("own.toml"), REPORT.replace(old, new)).unwrap();
        let output = run(folder.path(), &["./own.toml"]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(message), "{errors}");
        assert!(errors.contains("own.toml:"), "{errors}");
        assert_eq!(errors.matches("error:").count(), 1, "{errors}");
    }
}

#[test]
fn what_cannot_be_audited_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("empty.toml", ""),
        ("model.toml", PRODUCT),
        ("broken.toml", "name = \n"),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    for (name, message) in [
        ("./empty.toml", "./empty.toml:1:1"),
        ("./empty.toml", "neither a claim file nor a report"),
        ("./model.toml", "neither a claim file nor a report"),
        ("./broken.toml", "./broken.toml:1:"),
        ("./none.toml", "cannot read `./none.toml`"),
        ("./inner", "cannot read `./inner`"),
        ("inner", "`inner` is a directory"),
        (".", "`.` is a directory"),
        ("l-mull", "did you mean `l-mul`?"),
    ] {
        let output = run(folder.path(), &[name]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {errors}");
        assert!(output.stdout.is_empty());
        assert_eq!(errors.matches("error:").count(), 1, "{errors}");
        assert!(errors.contains(message), "{errors}");
    }
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

/// Two estimates of one network, one with bits that a file of densities gives.
#[test]
fn a_share_that_a_file_of_densities_gives() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "net.toml",
        "name = 'net'\ninputs = { x = 'n d' }\ndims = { n = 4, d = 10 }\n\
         [[op]]\nname = 'act'\napply = 'x > 0'\n\
         [[op]]\nname = 'linear'\neinsum = 'n d, d e -> n e'\n\
         inputs = ['act', { weight = 'd d' }]\n",
    );
    write(
        "rates.toml",
        "source = 'a test'\n[densities]\n'act' = 0.25\n",
    );
    // 400 additions, of which a quarter is left: 100 of 0.9 pJ.
    write(
        "own.toml",
        "name = 'own'\ntitle = 'Additions'\n\
         source = { title = 'A paper', identifier = 'none', at = 'table 1' }\n\
         [inputs]\nrate = '0.25 ratio'\n\
         [estimates]\n\
         sparse = { model = './net.toml', densities = './rates.toml', table = '45nm', \
         format = 'fp32', stages = ['linear'] }\n\
         dense = { model = './net.toml', table = '45nm', format = 'fp32', stages = ['linear'] }\n\
         [[convention]]\nabout = 'memory'\nvalue = 'left out'\nknown = 'stated'\n\
         [[claim]]\nname = 'twice'\npublished = '22.5 pJ'\n\
         formula = 'sparse.energy.add * rate'\nexpect = 'holds'\n\
         [[claim]]\nname = 'once'\npublished = '90 pJ'\n\
         formula = 'dense.energy.add * rate'\nexpect = 'holds'\n",
    );
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder.path())
        .args(["audit", "./own.toml", "--output", "json"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let warnings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let warnings = warnings.as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["warning"], "applied twice");
    assert_eq!(warnings[0]["of"], "twice");
    assert_eq!(warnings[0]["without"], "90.0 pJ");
    let why = warnings[0]["why"].as_str().unwrap();
    assert!(why.contains("by the densities of"), "{why}");
    assert!(why.contains("rates.toml"), "{why}");
}

#[test]
fn a_ratio_of_which_one_side_is_unknown() {
    let of = |divisor: &str| {
        let parts = format!(
            "[inputs]\nrate = \"0.5 ratio\"\n[estimates]\n\
             a = {{ model = \"attention\", table = \"45nm\", format = \"int8\" }}\n\
             b = {{ model = \"attention\" }}\n[[claim]]\nname = \"ratio\"\n\
             published = \"10 times\"\nformula = \"a.energy / ({divisor})\""
        );
        of(&parts, &[])
    };
    let has = |all: &[(String, String, String)], fault: &str| all.iter().any(|one| one.0 == fault);
    let known = of("b.macs * 45nm.int8.add");
    assert!(has(&known, "narrow accumulators"), "{known:?}");
    // Of what the rate is, nobody says: neither side is changed.
    let unknown = of("b.macs * rate * 45nm.int8.add");
    assert!(!has(&unknown, "narrow accumulators"), "{unknown:?}");
}

//! Numbers of a device as a whole: their units, their ranges, what a table that
//! extends another takes over, and every mistake.

use super::*;
use crate::table::{Confidence, DeviceNumber, FigureKind, Provenance};

const DEVICE: &str = "[device]\n\
    static = { watts = 72.5, range = [70, 75], source = \"s\", confidence = \"low\" }\n\
    launch = { microseconds = [3, 6], confidence = \"assumed\", why = \"of this order\" }\n\
    inference = { millijoules = 3, source = \"s\", confidence = \"low\", kind = \"fitted\" }\n\
    [device.peak]\n\
    bf16 = { tops = 989, source = \"s\", confidence = \"high\" }\n\
    int8 = { gops = 500, source = \"s\", confidence = \"medium\" }\n";

const HBM: &str = "[[memory]]\nlevel = \"hbm\"\n\
    bandwidth = { gb_s = 3350, range = [3000, 3350], source = \"s\", confidence = \"high\" }\n";

/// 3 to 6 µs are 0.0045 ms in the middle; 500 gops are half of a tops.
#[test]
fn figures_are_kept_in_one_unit_each() {
    let table = read(&table_text(DEVICE)).unwrap();
    let figure = |name: &str| {
        let (first, unit) = name.split_once('.').unwrap();
        let number = DeviceNumber::parse(first, unit).unwrap();
        assert_eq!(table.device_symbol(number), format!("t.{name}"));
        table.device(number).unwrap()
    };
    let power = figure("static.watts");
    assert_eq!(power.value, exact("72.5"));
    assert_eq!(power.range, Some((exact("70"), exact("75"))));
    assert_eq!(power.confidence, Confidence::Low);
    assert_eq!(power.kind, FigureKind::Measured);
    assert_eq!(power.provenance.source(), Some("s"));
    let launch = figure("launch.seconds");
    assert_eq!(launch.value, exact("0.0000045"));
    assert_eq!(launch.range, Some((exact("0.000003"), exact("0.000006"))));
    assert_eq!(launch.provenance, Provenance::Assumed);
    assert_eq!(launch.kind, FigureKind::Assumed);
    assert_eq!(
        launch.note.as_deref(),
        Some("the middle of the range; of this order")
    );
    let inference = figure("inference.joules");
    assert_eq!(inference.value, exact("0.003"));
    assert_eq!(inference.kind, FigureKind::Fitted);
    assert_eq!(figure("bf16.tops").value, exact("989"));
    assert_eq!(figure("int8.tops").value, exact("0.5"));
    assert_eq!(DeviceNumber::parse("static", "joules"), None);
    assert_eq!(DeviceNumber::parse("bf16", "watts"), None);
}

/// A format is there where its peak is, though nothing is priced in it.
#[test]
fn a_peak_alone_makes_a_format() {
    let table = read(&table_text(DEVICE)).unwrap();
    let formats: Vec<String> = table.formats().map(|format| format.to_string()).collect();
    assert_eq!(formats, ["bf16", "int8"]);
    assert_eq!(table.default_formats()[0].to_string(), "bf16");
    assert_eq!(table.entries().count(), 0);
}

/// What a table extends it takes over number by number; a price goes to a row
/// that had a bandwidth alone, and the other way round.
#[test]
fn a_fit_extends_a_data_sheet() {
    let sheet = table_text(&format!("{DEVICE}{HBM}"));
    let fit = "name = \"fit\"\nextends = \"t\"\nkind = \"fitted\"\n\
        [source.f]\ntitle = \"A fit\"\nwhere = \"here\"\n\
        [bf16]\nmac = { pj = 0.5, range = [0.4, 0.6], source = \"f\", confidence = \"medium\" }\n\
        [device]\nstatic = { watts = 100, source = \"f\", confidence = \"medium\" }\n\
        [[memory]]\nlevel = \"hbm\"\nper = \"byte\"\npj = 40\n\
        source = \"f\"\nconfidence = \"medium\"\n";
    let finder = Named(|name: &str| (name == "t").then(|| Source::new("t.toml", sheet.clone())));
    let table = EnergyTable::read(&Source::new("fit.toml", fit), &finder).unwrap();
    let power = table.device(DeviceNumber::Static).unwrap();
    assert_eq!(
        (power.value.clone(), power.kind),
        (exact("100"), FigureKind::Fitted)
    );
    let launch = table.device(DeviceNumber::Launch).unwrap();
    assert_eq!(launch.value, exact("0.0000045"));
    assert_eq!(entry(&table, "bf16.mac").unwrap().kind, FigureKind::Fitted);
    let [hbm] = table.memories() else {
        panic!("one row")
    };
    assert_eq!(hbm.bytes_per_second(), Some(exact("3350000000000")));
    assert_eq!(hbm.pj_per_bit(), Some(exact("5")));
    // A row that says what the memory is without a price or a speed.
    let rows =
        "[[memory]]\nlevel = \"l2\"\nsize_kib = 51200\nsource = \"s\"\nconfidence = \"low\"\n";
    let table = read(&table_text(rows)).unwrap();
    assert_eq!(table.memories()[0].price, None);
    assert_eq!(
        table.memories()[0]
            .about
            .as_ref()
            .unwrap()
            .source
            .as_deref(),
        Some("s")
    );
}

#[test]
fn what_is_set_by_hand_says_so() {
    let table = read(&table_text(DEVICE)).unwrap();
    let table = table
        .with_device(DeviceNumber::Static, exact("50"))
        .unwrap();
    let power = table.device(DeviceNumber::Static).unwrap();
    assert_eq!(
        (power.value.clone(), power.range.clone()),
        (exact("50"), None)
    );
    assert_eq!(power.provenance, Provenance::Set);
    assert!(
        table
            .with_device(DeviceNumber::Static, exact("-1"))
            .is_none()
    );
    let peak = DeviceNumber::parse("bf16", "tops").unwrap();
    assert!(table.with_device(peak, exact("0")).is_none());
}

#[test]
fn figures_have_units_sources_and_sense() {
    let rest = |line: &str| table_text(&format!("[device]\n{line}\n"));
    let source = "source = \"s\", confidence = \"low\"";
    let mut wrong = Vec::new();
    for (line, told) in [
        (
            "static = 72".to_owned(),
            "t.toml:8:10: `device.static` is the number 72: without a unit or a source",
        ),
        (
            format!("static = {{ value = 72, {source} }}"),
            "t.toml:8:10: `device.static` has no value with a unit",
        ),
        (
            format!("static = {{ watts = -1, {source} }}"),
            "t.toml:8:20: a power is 0 or more, in watts, and at most 10¹⁸",
        ),
        (
            format!("static = {{ joules = 1, {source} }}"),
            "t.toml:8:12: the figure `device.static` has no field `joules`",
        ),
        (
            format!("launch = {{ seconds = 1, milliseconds = 1, {source} }}"),
            "t.toml:8:40: `device.launch` is given in two units",
        ),
        (
            format!("launch = {{ seconds = 5, range = [1, 2], {source} }}"),
            "t.toml:8:22: 5 is outside its range from 1 to 2",
        ),
        (
            format!("launch = {{ microseconds = [2, 1], {source} }}"),
            "t.toml:8:28: the range from 2 to 1 is reversed",
        ),
        (
            format!("launch = {{ microseconds = [-1, 1], {source} }}"),
            "t.toml:8:28: a time is 0 or more, in seconds, and at most 10¹⁸",
        ),
        (
            format!("launch = {{ microseconds = [1], {source} }}"),
            "t.toml:8:27: a range has two ends",
        ),
        (
            format!("inference = {{ joules = \"1\", {source} }}"),
            "t.toml:8:24: expected a number, found the string \"1\"",
        ),
        (
            "inference = { joules = 1, confidence = \"low\" }".to_owned(),
            "t.toml:8:13: `device.inference` has no `source`",
        ),
        (
            format!("static = {{ watts = 1e400, {source} }}"),
            "t.toml:8:20: a power is 0 or more, in watts, and at most 10¹⁸",
        ),
        (
            "inference = { joules = 1, source = \"s\" }".to_owned(),
            "t.toml:8:13: `device.inference` has no `confidence`",
        ),
        (
            "inference = { joules = 1, source = \"q\", confidence = \"low\" }".to_owned(),
            "t.toml:8:36: no source `q`",
        ),
        (
            format!("power = {{ watts = 1, {source} }}"),
            "t.toml:8:1: a device has no field `power`",
        ),
        (
            format!("[device.peak]\nbf16 = {{ tops = 0, {source} }}"),
            "t.toml:9:17: a peak is above 0, in operations a second, and at most 10¹⁸",
        ),
        (
            format!("[device.peak]\nbf16 = {{ tops = -3, {source} }}"),
            "t.toml:9:17: a peak is above 0, in operations a second, and at most 10¹⁸",
        ),
        (
            format!("[device.peak]\nmul = {{ tops = 3, {source} }}"),
            "t.toml:9:1: `mul` is no number format; formats look like fp32, bf16, \
             int8, fix8, or int8/int32 for operand and accumulator",
        ),
        (
            format!("[[memory]]\nlevel = \"m\"\nbandwidth = {{ gb_s = 0, {source} }}"),
            "t.toml:10:22: a bandwidth is above 0, in gigabytes of 10⁹ bytes a second, and at most 10¹⁸",
        ),
        (
            "[[memory]]\nlevel = \"m\"\nbandwidth_gb_s = 5".to_owned(),
            "t.toml:8:1: `m` has no `confidence`",
        ),
        (
            "[[memory]]\nlevel = \"m\"\nsize_kib = 5".to_owned(),
            "t.toml:8:1: `m` has no `confidence`",
        ),
        (
            format!(
                "[[memory]]\nlevel = \"m\"\nbandwidth_gb_s = 5\nbandwidth = {{ gb_s = 1, {source} }}"
            ),
            "t.toml:10:18: `m` has two bandwidths",
        ),
    ] {
        let found = mistakes(&rest(&line));
        if !found.contains(&told.to_owned()) {
            wrong.push(format!("{line}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! Every mistake: what is said, at which line and column, and what would be
//! right.
//!
//! In most cases the text given here begins on line 7, after a sound beginning
//! ([`table_text`]).

use super::*;

#[test]
fn prices_are_at_least_zero_and_finite() {
    one_in(
        "[fp32]\nadd = { pj = -0.5, source = \"s\", confidence = \"high\" }\n",
        "t.toml:8:14: a price of -0.5: nothing costs less than 0",
        "write 0 or more",
    );
    for wrong in ["nan", "inf", "-inf", "1e9999"] {
        let rest =
            format!("[fp32]\nadd = {{ pj = {wrong}, source = \"s\", confidence = \"high\" }}\n");
        assert_eq!(
            mistakes(&table_text(&rest)),
            [
                "t.toml:8:14: expected a number, found a number that is infinite, \
                 not a number or out of range"
            ],
            "{wrong}"
        );
    }
    one_in(
        "[fp32]\nmul = { pj = 1, source = \"s\", confidence = \"high\" }\nadd = \"mul - 2\"\n",
        "t.toml:9:8: a price of -1: nothing costs less than 0",
        "write 0 or more",
    );
}

#[test]
fn ranges_are_in_order_and_hold_the_value() {
    let entry = |range: &str| {
        format!(
            "[fp32]\nadd = {{ pj = 3, range = {range}, source = \"s\", confidence = \"low\" }}\n"
        )
    };
    one_in(
        &entry("[4, 2]"),
        "t.toml:8:26: the range from 4 to 2 is reversed",
        "the least comes first: `[least, most]`",
    );
    one_in(
        &entry("[4, 5]"),
        "t.toml:8:14: 3 is outside its range from 4 to 5",
        "the range holds the value: widen it or correct the value",
    );
    one_in(
        &entry("[4]"),
        "t.toml:8:25: a range has two ends",
        "write `[least, most]`",
    );
    one_in(
        &entry("[-1, 5]"),
        "t.toml:8:26: a price of -1: nothing costs less than 0",
        "write 0 or more",
    );
}

#[test]
fn units_are_known_and_meant() {
    let text = |unit: &str, field: &str| {
        format!(
            "unit = \"{unit}\"\n{}",
            table_text(&format!(
                "[fp32]\nadd = {{ {field} = 1, source = \"s\", confidence = \"low\" }}\n"
            ))
        )
    };
    one(
        &text("pj", "pj"),
        "t.toml:1:8: `pj` is no unit of a table",
        "did you mean `pJ`?",
    );
    one(
        &text("erg", "pj"),
        "t.toml:1:8: `erg` is no unit of a table",
        "known: one of `fJ`, `pJ`, `nJ`",
    );
    one(
        &text("fJ", "pj"),
        "t.toml:9:14: `pj` in a table whose unit is fJ",
        "write `fj`, or `unit = \"pJ\"` at the top of the file",
    );
    let table = read(&text("nJ", "nj")).unwrap();
    assert_eq!(pj(&table, "fp32.add"), "1000");
}

#[test]
fn unknown_names_are_told_with_the_nearest_known() {
    one_in(
        "[fp32]\nadd = { pj = 1, sourc = \"s\", source = \"s\", confidence = \"low\" }\n",
        "t.toml:8:17: the entry `fp32.add` has no field `sourc`",
        "did you mean `source`?",
    );
    one_in(
        "[fp32]\nmull = { pj = 1, source = \"s\", confidence = \"low\" }\n",
        "t.toml:8:1: unknown primitive `mull`",
        "did you mean `mul`?",
    );
    one_in(
        "[fp32]\nmul = { pj = 1, source = \"ss\", confidence = \"low\" }\n",
        "t.toml:8:26: no source `ss`",
        "did you mean `s`?",
    );
    one_in(
        "[fp32]\nmul = { pj = 1, source = \"s\", confidence = \"hihg\" }\n",
        "t.toml:8:44: `hihg` is no confidence",
        "did you mean `high`?",
    );
    one_in(
        "[fp32]\nmul = { pj = 1, source = \"s\", confidence = \"low\", kind = \"synthesized\" }\n",
        "t.toml:8:58: `synthesized` is no kind of figure",
        "did you mean `synthesised`?",
    );
    one_in(
        "[fp32]\nmul = { pj = 1, source = \"s\", confidence = \"low\", boundary = \"allin\" }\n",
        "t.toml:8:62: `allin` is no boundary",
        "did you mean `all-in`?",
    );
    one_in(
        "[source.x]\ntitle = \"A\"\nwere = \"B\"\nwhere = \"B\"\n",
        "t.toml:9:1: the source `x` has no field `were`",
        "did you mean `where`?",
    );
}

#[test]
fn sections_are_number_formats() {
    let found = mistakes(&table_text("[float32]\n[memori]\n"));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("t.toml:7:2: `float32` is no number format"));
    assert!(found[1].starts_with("t.toml:8:2: `memori` is no number format"));
    let shown = read(&table_text("[memori]\n")).unwrap_err().render(false);
    assert!(shown.contains("did you mean `memory`?"), "{shown}");
    one_in(
        "[int8]\nadd = { pj = 1, source = \"s\", confidence = \"low\" }\n\
         [[memory]]\nlevel = 3\nper = \"bit\"\npj = 1\nsource = \"s\"\nconfidence = \"low\"\n",
        "t.toml:10:9: expected a string, found the number 3",
        "",
    );
    one(
        &format!("formats = [\"int16\"]\n{}", table_text("[int8]\n")),
        "t.toml:1:12: the table prices nothing in `int16`",
        "known: only `int8`",
    );
}

#[test]
fn a_number_without_a_source_does_not_enter() {
    one_in(
        "[fp32]\nadd = 0.9\n",
        "t.toml:8:7: `fp32.add` does not say where it comes from",
        "write `{ pj = 0.9, source = \"…\", confidence = \"…\" }`",
    );
    one_in(
        "[fp32]\nadd = { pj = 0.9, confidence = \"high\" }\n",
        "t.toml:8:7: `fp32.add` has no `source`",
        "name a [source.…] of the file",
    );
    one_in(
        "[fp32]\nadd = { pj = 0.9, confidence = \"assumed\" }\n",
        "t.toml:8:7: `fp32.add` has no `source`",
        "an assumption without a source says `why`",
    );
    one_in(
        "[fp32]\nadd = { pj = 0.9, source = \"s\" }\n",
        "t.toml:8:7: `fp32.add` has no `confidence`",
        "one of `high`, `medium`, `low`, `unverified`, `assumed`",
    );
    one_in(
        "[fp32]\nadd = { source = \"s\", confidence = \"low\" }\n",
        "t.toml:8:7: `fp32.add` has no price",
        "give `pj = …`, `range = [least, most]`, or a formula",
    );
    let why = "[fp32]\nadd = { pj = 0.9, confidence = \"assumed\", why = \"a guess\" }\n";
    let table = read(&table_text(why)).unwrap();
    assert_eq!(
        entry(&table, "fp32.add").unwrap().provenance,
        crate::table::Provenance::Assumed
    );
}

#[test]
fn a_table_says_what_its_numbers_are() {
    one(
        "kind = \"measured\"\nboundary = \"device\"\n",
        "t.toml:1:1: the table has no `name`",
        "begin with `name = \"…\"`",
    );
    one(
        "name = \"t\"\nkind = \"measured\"\n",
        "t.toml:1:8: the table has no `boundary`",
        "one of `functional unit`, `device`, `measured path`, `all-in`, `unstated`",
    );
    one(
        "name = \"t\"\nboundary = \"device\"\n",
        "t.toml:1:8: the table has no `kind`",
        "one of `measured`, `synthesised`, `simulated`, `composed`, `fitted`, `assumed`, `unstated`",
    );
}

#[test]
fn memories_are_told_apart_and_priced_per_something() {
    let row = |fields: &str| {
        format!("[[memory]]\nlevel = \"dram\"\nsource = \"s\"\nconfidence = \"low\"\n{fields}\n")
    };
    let sound = row("pj = 1\nper = \"bit\"");
    one_in(
        &format!("{sound}{sound}"),
        "t.toml:13:1: the memory `dram` is here twice",
        "keep one of them, or give them different names or sizes",
    );
    let sized = row("pj = 1\nper = \"bit\"\nsize_kib = 8");
    let table = read(&table_text(&format!("{sound}{sized}"))).unwrap();
    assert_eq!(table.memories().len(), 2);
    one_in(
        &row("pj = 1\nper = \"64 bits\""),
        "t.toml:12:7: `64 bits` is nothing that a memory is priced per",
        "write `bit`, `byte`, or, for example, `64-bit access` or `64-bit read`",
    );
    one_in(
        &row("pj = 1\nper = \"bit\"\nsize_kib = 0"),
        "t.toml:13:12: a memory has a size above 0",
        "leave `size_kib` out",
    );
    one_in(
        &row("range = [\"add\", 3]\nper = \"bit\""),
        "t.toml:11:11: a memory has no formula with names",
        "its price and range are numbers",
    );
}

/// A read and a write may have prices of their own; an access has one.
#[test]
fn writes_have_a_price_of_their_own_or_none() {
    let row = |fields: &str| {
        format!(
            "[[memory]]\nlevel = \"rf\"\nsource = \"s\"\nconfidence = \"low\"\npj = 2\n{fields}\n"
        )
    };
    let write = "write = { pj = 3, source = \"s\", confidence = \"low\" }";
    let memory = |fields: &str| {
        let table = read(&table_text(&row(fields))).unwrap();
        table.memories()[0].clone()
    };
    let both = memory("per = \"16-bit access\"");
    assert_eq!(both.pj_per_bit_written(), both.pj_per_bit());
    let apart = memory(&format!("per = \"16-bit read\"\n{write}"));
    let sixteenth = |n: i64| num_rational::BigRational::new(n.into(), 16.into());
    assert_eq!(apart.pj_per_bit(), Some(sixteenth(2)));
    assert_eq!(apart.pj_per_bit_written(), Some(sixteenth(3)));
    assert_eq!(memory("per = \"16-bit read\"").pj_per_bit_written(), None);
    one_in(
        &row(&format!("per = \"16-bit access\"\n{write}")),
        "t.toml:13:9: a write to `rf` has two prices",
        "an access is either: write `per = \"16-bit read\"`",
    );
}

/// Levels are named nearest first, each once, and hold more and more.
#[test]
fn hierarchies_are_in_order() {
    let row = |size: &str| {
        format!(
            "[[memory]]\nlevel = \"sram\"\n{size}per = \"bit\"\npj = 1\nsource = \"s\"\nconfidence = \"low\"\n"
        )
    };
    let rows = format!(
        "{}{}{}",
        row("size_kib = 8\n"),
        row("size_kib = 1024\n"),
        row("").replace("sram", "dram")
    );
    let table = read(&table_text(&rows)).unwrap();
    let levels = |text: &str| match table.levels(Some(text)) {
        Ok(levels) => levels
            .iter()
            .map(|level| level.name())
            .collect::<Vec<_>>()
            .join(" < "),
        Err(mistake) => mistake.message().to_owned(),
    };
    assert_eq!(levels("sram 8 KiB, dram"), "sram 8 KiB < dram");
    assert_eq!(
        levels("sram 8KiB,sram 1 MiB,dram"),
        "sram 8 KiB < sram 1024 KiB < dram"
    );
    assert_eq!(
        levels("sram,dram"),
        "`sram` has several sizes: `sram 8 KiB`, `sram 1024 KiB`"
    );
    assert_eq!(levels("sran 8 KiB"), "no memory is called `sran 8 KiB`");
    assert_eq!(levels("dram,dram"), "the level `dram` is there twice");
    assert_eq!(
        levels("sram 1024 KiB,sram 8 KiB"),
        "`sram 8 KiB` stands behind `sram 1024 KiB`, and holds no more"
    );
    assert_eq!(
        levels("dram,sram 8 KiB"),
        "`dram` stands before `sram 8 KiB`, and has no size"
    );
    assert!(table.levels(None).is_err());
    one_in(
        &format!("{rows}[[hierarchy]]\nname = \"h\"\nlevels = [\"sram 8 KiB\", \"dran\"]\n"),
        "t.toml:29:25: no memory is called `dran`",
        "did you mean `dram`?",
    );
}

/// A law goes from a size that is known, with a power that memories can have.
#[test]
fn laws_and_bandwidths_are_sound() {
    let row = |fields: &str| {
        format!(
            "[[memory]]\nlevel = \"m\"\nper = \"bit\"\npj = 1\nsource = \"s\"\nconfidence = \"low\"\n{fields}\n"
        )
    };
    let sound = read(&table_text(&row(
        "size_kib = 8\nlaw = 0.5\nbandwidth_gb_s = 1.5",
    )))
    .unwrap();
    let bytes = sound.memories()[0].bytes_per_second();
    assert_eq!(bytes, Some(exact("1500000000")));
    one_in(
        &row("law = 0.5"),
        "t.toml:7:1: `m` has a `law` and no `size_kib`",
        "a law says how the price goes with the size, from one that is known",
    );
    for law in ["-0.5", "2.5"] {
        one_in(
            &row(&format!("size_kib = 8\nlaw = {law}")),
            "t.toml:14:7: a law is a power between 0 and 2",
            "`law = 0.5` is a price that goes with the square root of the size",
        );
    }
    let told = mistakes(&table_text(&row("bandwidth_gb_s = 0")));
    let expected = "t.toml:13:18: a bandwidth is above 0, in gigabytes of 10⁹ bytes a second, and at most 10¹⁸";
    assert_eq!(told, [expected]);
    let hierarchy = "[[hierarchy]]\nname = \"h\"\nlevels = [\"m\"]\n";
    one_in(
        &format!("{}{hierarchy}{hierarchy}", row("")),
        "t.toml:18:8: the hierarchy `h` is here twice",
        "keep one of them, or give them different names",
    );
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let rest = "unit = 3\n[fp32]\nmul = { pj = -1, source = \"q\", confidence = \"hihg\" }\n\
                add = 7\nsub = \"add\"\ndiv = \"mul\"\nabs = true\n";
    // `unit` stands in [source.s] here: tables end only where others begin.
    assert_eq!(
        mistakes(&table_text(rest)),
        [
            "t.toml:7:1: the source `s` has no field `unit`",
            "t.toml:9:45: `hihg` is no confidence",
            "t.toml:9:27: no source `q`",
            "t.toml:10:7: `fp32.add` does not say where it comes from",
            "t.toml:13:7: expected a price for `fp32.abs`, found `true`",
            "t.toml:9:14: a price of -1: nothing costs less than 0",
        ]
    );
}

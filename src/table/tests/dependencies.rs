//! Mistakes in what depends on what: formulas that name other entries, rules
//! for every format, tables that extend others.

use super::*;

/// `mul` is priced, `add` is not.
const MUL: &str = "[fp32]\nmul = { pj = 4, source = \"s\", confidence = \"low\" }\n";

#[test]
fn derived_entries_come_out() {
    one_in(
        &format!("{MUL}sub = \"2 * add\"\n"),
        "t.toml:9:12: `fp32.sub` is derived from `fp32.add`, which has no price",
        "the entries of `fp32`: only `mul`",
    );
    one_in(
        &format!("{MUL}sub = \"int8.add\"\n"),
        "t.toml:9:8: `fp32.sub` is derived from `int8.add`, which has no price",
        "the entries of `int8`: none",
    );
    one_in(
        &format!("{MUL}div = \"7 * mull\"\n"),
        "t.toml:9:12: unknown primitive `mull`",
        "did you mean `mul`?",
    );
    one_in(
        &format!("{MUL}div = \"mul * mul / (mul - 4)\"\n"),
        "t.toml:9:20: division by zero",
        "",
    );
    one_in(
        &format!("{MUL}div = \"7 mul\"\n"),
        "t.toml:9:10: formula `7 mul`: expected an operator before `mul`",
        "",
    );
    one_in(
        &format!("{MUL}div = {{ is = \"7 * mul\", confidence = \"high\" }}\n"),
        "t.toml:9:38: a derived entry cannot have a confidence of its own",
        "it is always `assumed`: leave `confidence` out",
    );
    one_in(
        &format!("{MUL}div = {{ is = \"7 * mul\", pj = 3, source = \"s\" }}\n"),
        "t.toml:9:14: `fp32.div` has a number and a formula",
        "keep one of `pj` and `is`",
    );
    one_in(
        &format!("{MUL}div = {{ is = \"7 * mul\", why = \"a\", note = \"b\" }}\n"),
        "t.toml:9:43: `fp32.div` has a `note` and a `why`",
        "one remark is enough",
    );
}

#[test]
fn nothing_is_derived_from_itself() {
    let help = "give one of them a price that does not depend on the others";
    one_in(
        &format!("{MUL}add = \"add\"\n"),
        "t.toml:9:8: derived from itself: fp32.add from fp32.add",
        help,
    );
    // Entries are worked out by primitive: add, sub, compare.
    one_in(
        &format!(
            "{MUL}add = \"sub\"\nsub = \"2 * compare\"\ncompare = \"fp32.add\"\nabs = \"add\"\n"
        ),
        "t.toml:11:12: derived from itself: fp32.add from fp32.sub from fp32.compare from fp32.add",
        help,
    );
}

#[test]
fn a_rule_for_every_format_comes_out_somewhere() {
    one_in(
        &format!("{MUL}[every]\nsub = \"add\"\n"),
        "t.toml:10:8: `fp32.sub` is derived from `fp32.add`, which has no price",
        "the entries of `fp32`: only `mul`",
    );
    one_in(
        &format!("{MUL}[every]\nsub = \"negate\"\nnegate = \"sub\"\n"),
        "t.toml:11:11: derived from itself: fp32.sub from fp32.negate from fp32.sub",
        "give one of them",
    );
    // It need not come out everywhere.
    let table = read(&table_text(&format!(
        "{MUL}[int8]\nadd = {{ pj = 1, source = \"s\", confidence = \"low\" }}\n\
         [every]\nsub = \"add\"\ndiv = \"7 * mul\"\n"
    )))
    .unwrap();
    assert_eq!(pj(&table, "int8.sub"), "1");
    assert_eq!(pj(&table, "fp32.sub"), "-");
    assert_eq!(pj(&table, "fp32.div"), "28");
    assert_eq!(pj(&table, "int8.div"), "-");
}

#[test]
fn tables_extend_tables_that_are_there() {
    let extending =
        |base: &str| Source::new("t.toml", format!("name = \"t\"\nextends = \"{base}\"\n"));
    let found = |source: &Arc<Source>, finder: &dyn Finder| {
        let problems = EnergyTable::read(source, finder).unwrap_err();
        let told: Vec<String> = problems.iter().map(told).collect();
        (told, problems.render(false))
    };
    let (told, shown) = found(&extending("46nm"), &Named(shipped));
    assert_eq!(told, ["t.toml:2:11: no table `46nm` ships"]);
    assert!(shown.contains("did you mean `45nm`?"), "{shown}");

    let (told, _) = found(&extending("t"), &Named(|_: &str| Some(extending("t"))));
    assert_eq!(
        told,
        ["t.toml:2:11: the table extends itself: t.toml → t.toml"]
    );

    // A cycle among bases, and a chain without end.
    let pair = |name: &str| {
        let other = if name == "a" { "b" } else { "a" };
        Some(Source::new(
            name,
            format!("name = \"{name}\"\nextends = \"{other}\"\n"),
        ))
    };
    let (told, _) = found(&extending("a"), &Named(pair));
    assert_eq!(
        told,
        ["b:2:11: the table extends itself: t.toml → a → b → a"]
    );
    let longer = |name: &str| {
        Some(Source::new(
            name,
            format!("name = \"{name}\"\nextends = \"{name}x\"\n"),
        ))
    };
    let (told, _) = found(&extending("x"), &Named(longer));
    assert_eq!(told.len(), 1);
    assert!(
        told[0].ends_with("more than 16 tables extend one another"),
        "{told:?}"
    );
}

#[test]
fn a_mistake_in_a_base_is_told_there_and_those_of_the_file_with_it() {
    let base = table_text("[fp32]\nadd = { pj = -1, source = \"s\", confidence = \"low\" }\n");
    let own = "name = \"o\"\nextends = \"t\"\n[fp32]\nmull = \"add\"\n\
               sub = \"add\"\nmul = { pj = 1, source = \"s\", confidence = \"low\" }\n";
    let find = |_: &str| Some(Source::new("base.toml", base.clone()));
    let problems = EnergyTable::read(&Source::new("o.toml", own), &Named(find)).unwrap_err();
    let told: Vec<String> = problems.iter().map(told).collect();
    // Neither `sub` nor the source `s`, which only the base has, is blamed.
    assert_eq!(
        told,
        [
            "base.toml:8:14: a price of -1: nothing costs less than 0",
            "o.toml:4:1: unknown primitive `mull`",
        ]
    );
}

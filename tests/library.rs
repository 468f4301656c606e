//! The library as its front page shows it: from a model that ships to joules by stage.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use picojoule::{By, Problems};

/// The lines of the example on the front page, as a reader sees them.
fn example() -> Vec<&'static str> {
    let page = include_str!("../src/lib.rs").lines();
    let page = page.map_while(|line| line.strip_prefix("//!"));
    let mut parts = page.map(str::trim).skip_while(|line| *line != "```");
    parts.next();
    let code = parts.take_while(|line| *line != "```");
    code.filter(|line| !line.is_empty() && !line.starts_with("# "))
        .collect()
}

/// This file's copy of the example, which runs here.
fn energies() -> Result<Vec<(String, f64)>, Problems> {
    let mut energies = Vec::new();
    // The front page from here on.
    use picojoule::{Format, Loader, Scenario};
    let loader = Loader::shipped();
    let model = loader.model("attention")?;
    let table = loader.table("45nm")?;
    let scenario = Scenario::new(&model).variant("e-att").set("n", 1024);
    for stage in scenario.estimate(&table, Format::FP32)?.by(By::Stage) {
        // Nothing where the stage has no operator that is supported.
        if let Some(energy) = stage.energy() {
            energies.push((stage.name.clone(), energy.joules()));
        }
    }
    // The front page up to here.
    Ok(energies)
}

#[test]
fn the_example_on_the_front_page_is_short_and_is_what_runs_here() {
    let shown = example();
    assert!((1..=12).contains(&shown.len()), "{} lines", shown.len());
    let own = include_str!("library.rs").lines().map(str::trim);
    let own: Vec<&str> = own
        .skip_while(|line| *line != "// The front page from here on.")
        .take_while(|line| *line != "// The front page up to here.")
        .collect();
    for line in shown.iter().filter(|line| !line.starts_with("use ")) {
        assert!(line.starts_with("println!") || own.contains(line), "{line}");
    }
}

#[test]
fn the_readme_shows_the_same_example() {
    let readme = include_str!("../README.md");
    let (_, after) = readme.split_once("```rust\n").unwrap();
    let (block, _) = after.split_once("```").unwrap();
    let block = block.lines().map(str::trim).filter(|line| !line.is_empty());
    assert_eq!(block.collect::<Vec<_>>(), example());
}

/// One layer of width 512 with 8 heads of 64 columns, 1024 tokens; queries and keys
/// have 512 / 8 = 64 columns in all and are made of bits, half of which are ones. On
/// the table 45nm a multiplication in fp32 takes 3.7 pJ and an addition 0.9; a
/// subtraction and a comparison are additions, an absolute value and a selection are
/// 0, a division is 7.1 and an exponential 4 multiplications.
///
/// | stage | steps | each | pJ |
/// |---|---|---|---|
/// | binarise | 1024 · 512 = 524 288 | 0.9 | 471 859.2 |
/// | q-proj, k-proj | 1024 · 512 · 64 / 2 = 16 777 216 | 0.9 | 15 099 494.4 |
/// | v-proj, out-proj | 1024 · 512² = 268 435 456 | 3.7 + 0.9 | 1 234 803 097.6 |
/// | score | 1024² · 64 = 67 108 864 | 0.9 + 0 + 0.9 | 120 795 955.2 |
/// | scale | 8 · 1024² = 8 388 608 | 3.7 | 31 037 849.6 |
/// | softmax | 8 388 608 | 0.9 + 2 · 0.9 + 7.1 · 3.7 + 4 · 3.7 = 43.77 | 367 169 372.16 |
/// | context | 1024² · 512 = 536 870 912 | 3.7 + 0.9 | 2 469 606 195.2 |
#[test]
fn its_energies_are_those_of_a_pocket_calculator() {
    let energies = energies().unwrap();
    let expected = [
        ("binarise", 471_859.2),
        ("q-proj", 15_099_494.4),
        ("k-proj", 15_099_494.4),
        ("v-proj", 1_234_803_097.6),
        ("score", 120_795_955.2),
        ("scale", 31_037_849.6),
        ("softmax", 367_169_372.16),
        ("context", 2_469_606_195.2),
        ("out-proj", 1_234_803_097.6),
    ];
    assert_eq!(energies.len(), expected.len());
    for ((stage, joules), (name, picojoules)) in energies.iter().zip(expected) {
        assert_eq!(stage, name);
        let off = joules / (picojoules * 1e-12) - 1.0;
        assert!(off.abs() < 1e-12, "{stage}: {joules} J");
    }
}

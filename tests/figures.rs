//! Figures as the program draws them: for print, in colours that stay, with labels
//! that say what they are of.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::program::{printed, refused};

/// The picture that a command draws, as SVG.
fn svg(arguments: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    svg_in(folder.path(), arguments)
}

fn svg_in(folder: &Path, arguments: &str) -> String {
    let mut words: Vec<&str> = arguments.split_whitespace().collect();
    words.extend(["--plot", "figure.svg"]);
    printed(folder, &words);
    std::fs::read_to_string(folder.join("figure.svg")).unwrap()
}

/// All texts of a picture, in the order in which they are drawn.
fn texts(svg: &str) -> Vec<String> {
    let elements = svg.lines().filter(|line| line.starts_with("<text "));
    elements
        .map(|element| {
            let text = element.split(['<', '>']).nth(2).unwrap();
            text.replace("&lt;", "<").replace("&gt;", ">")
        })
        .collect()
}

fn says(svg: &str, wanted: &str) -> bool {
    texts(svg).iter().any(|text| text == wanted)
}

fn attribute<'e>(element: &'e str, name: &str) -> Option<&'e str> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    element[start..].split('"').next()
}

/// The colour of the sample before every name of the legend: the last shape before
/// the name, hatching aside.
fn legend(svg: &str) -> BTreeMap<String, String> {
    let mut colours = BTreeMap::new();
    let mut last = None;
    for line in svg.lines() {
        let is_sample = line.starts_with("<rect ") && attribute(line, "width") == Some("11");
        if is_sample || line.starts_with("<circle ") || line.starts_with("<polygon ") {
            let colour = attribute(line, "fill").unwrap();
            if colour != "#ffffff" {
                last = Some(colour.to_owned());
            }
        } else if line.starts_with("<text ")
            && let Some(colour) = last.take()
        {
            let name = line.split(['<', '>']).nth(2).unwrap();
            colours.entry(name.to_owned()).or_insert(colour);
        }
    }
    colours
}

const ON: &str = "--table 45nm --format fp32";

#[test]
fn every_command_with_a_plot_takes_a_width_a_size_and_a_title() {
    for command in [
        format!("estimate attention {ON}"),
        format!("estimate attention {ON} --by layer"),
        format!("estimate attention {ON} --by op"),
        format!("estimate attention {ON} --by primitive"),
        format!("estimate attention {ON} --by op --movement tiled"),
        format!("compare attention {ON}"),
        format!("compare attention {ON} --movement tiled --scope attention"),
        format!("sweep attention --over n=1..16 {ON} --scope attention"),
        format!(
            "sweep attention --over n=1..4 --over d=512,1024 --variant vanilla,e-att {ON} --scope attention"
        ),
        format!("sensitivity attention {ON}"),
        format!("profile attention {ON}"),
        "claims".to_owned(),
    ] {
        let picture = svg(&format!(
            "{command} --width 84mm --font-size 9pt --title Mine"
        ));
        let page = picture.lines().next().unwrap();
        assert_eq!(attribute(page, "width"), Some("84mm"), "{command}");
        assert!(says(&picture, "Mine"), "{command}");
        // 9 pt of names: 84 mm are 84 / 25.4 · 72 points, and as many units as the
        // page is wide.
        let view = attribute(page, "viewBox").unwrap();
        let units: f64 = view.split(' ').nth(2).unwrap().parse().unwrap();
        let points = 84.0 / 25.4 * 72.0 / units;
        let sizes = picture.lines().filter(|line| line.starts_with("<text "));
        let sizes: Vec<f64> = sizes
            .map(|text| {
                attribute(text, "font-size")
                    .unwrap()
                    .parse::<f64>()
                    .unwrap()
                    * points
            })
            .collect();
        assert!(
            sizes.iter().all(|size| *size >= 6.0),
            "{command}: {sizes:?}"
        );
        assert!(
            sizes.iter().any(|size| (size - 9.0).abs() < 0.01),
            "{command}"
        );
    }
}

#[test]
fn widths_and_sizes_that_no_figure_has_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mistake = |flags: &[&str]| {
        let mut words = vec!["estimate", "attention", "--plot", "a.svg"];
        words.extend(flags);
        let told = refused(folder.path(), &words);
        assert!(!folder.path().join("a.svg").exists());
        told
    };
    for width in ["0", "0mm", "-5mm", "1e9mm", "84", "wide"] {
        let told = mistake(&[&format!("--width={width}")]);
        assert!(told.contains("40 mm to 1000 mm"), "{told}");
    }
    for size in ["0", "5pt", "1000pt"] {
        let told = mistake(&[&format!("--font-size={size}")]);
        assert!(told.contains("7pt to 48pt"), "{told}");
    }
    let told = mistake(&["--width", "84mm", "--font-size", "20pt"]);
    assert!(told.contains("it takes 141.2 mm or more"), "{told}");
    let told = mistake(&["--title", &"x".repeat(1001)]);
    assert!(told.contains("at most 1000 characters"), "{told}");
    let told = refused(folder.path(), &["estimate", "attention", "--width", "84mm"]);
    assert!(told.contains("--plot"), "{told}");
}

#[test]
fn a_title_of_500_characters_wraps_and_an_empty_one_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |title: &str| {
        let mut words = vec!["estimate", "attention", "--width", "84mm"];
        words.extend(["--title", title, "--plot", "figure.svg"]);
        printed(folder.path(), &words);
        std::fs::read_to_string(folder.path().join("figure.svg")).unwrap()
    };
    for long in ["word ".repeat(100), "x".repeat(500)] {
        let picture = draw(&long);
        let kept: String = texts(&picture).concat();
        let letters = |text: &str| text.matches(long.chars().next().unwrap()).count();
        assert!(letters(&kept) >= letters(&long));
    }
    let none = draw("");
    assert!(
        !texts(&none)
            .iter()
            .any(|text| text.starts_with("Energy of"))
    );
}

/// The text of a PDF, by pdftotext where it is installed. That its glyphs have
/// characters is checked without it where PDFs are written.
fn text_of(pdf: &Path) -> Option<String> {
    let output = Command::new("pdftotext")
        .arg("-layout")
        .arg(pdf)
        .arg("-")
        .output();
    if output.is_err() {
        println!("skipped: pdftotext is not installed");
    }
    Some(String::from_utf8(output.ok()?.stdout).unwrap())
}

#[test]
fn a_pdf_has_its_text_and_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |name: &str| {
        let mut words = vec![
            "compare",
            "attention",
            "--table",
            "45nm",
            "--format",
            "fp32",
        ];
        words.extend(["--width", "84mm", "--plot", name]);
        printed(folder.path(), &words);
        std::fs::read(folder.path().join(name)).unwrap()
    };
    let first = draw("a.pdf");
    assert!(first.starts_with(b"%PDF-"));
    assert_eq!(first, draw("b.pdf"));
    let Some(text) = text_of(&folder.path().join("a.pdf")) else {
        return;
    };
    for part in ["vanilla", "saved 49.24 %", "µJ", "q-proj"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_stage_has_one_colour_in_every_figure_of_a_model() {
    let compared = legend(&svg(&format!("compare attention {ON}")));
    assert!(compared.len() > 5);
    for command in [
        format!("compare attention {ON} --scope alignment"),
        format!("compare attention {ON} --variant vanilla,l1"),
        format!("estimate attention {ON}"),
        format!("estimate attention --variant e-att {ON}"),
        format!("estimate attention --variant e-att {ON} --by op"),
        format!("estimate attention --variant l1 {ON} --by layer"),
        format!("estimate attention {ON} --by op --movement tiled"),
        format!("profile attention --variant e-att {ON}"),
    ] {
        let own = legend(&svg(&command));
        let shared = own.iter().filter(|(name, _)| compared.contains_key(*name));
        let mut count = 0;
        for (stage, colour) in shared {
            assert_eq!(colour, &compared[stage], "{stage} in {command}");
            count += 1;
        }
        assert!(count >= 2, "{command}: {own:?}");
    }
}

/// The table says 65.26 % under `saved`, against vanilla; so does the figure.
#[test]
fn a_saving_reads_the_same_in_plot_and_table() {
    let folder = tempfile::tempdir().unwrap();
    let words = format!("compare attention {ON} --scope attention");
    let table = printed(folder.path(), &words.split(' ').collect::<Vec<_>>());
    assert!(table.contains("saved against vanilla") && table.contains("65.26 %"));
    let picture = svg(&words);
    assert!(says(&picture, "saved 65.26 %"), "{:?}", texts(&picture));
    let title = texts(&picture).join(" ");
    assert!(
        title.contains("and what is saved against vanilla"),
        "{title}"
    );
}

/// fp32 takes some 20 times as much as int8 on the 45 nm table.
#[test]
fn formats_of_very_different_size_have_an_axis_each_or_a_logarithmic_one() {
    let bars = svg("compare attention --table 45nm --format fp32,int8");
    let own = texts(&bars)
        .into_iter()
        .filter(|text| text.ends_with(", own axis"));
    assert_eq!(own.count(), 2);
    let bars = svg("compare attention --table 45nm,7nm --format fp32");
    assert!(says(&bars, "Energy in µJ"));
    let lines = svg(
        "sweep attention --over n=1..8 --table 45nm --format fp32,int8 --variant vanilla --scope attention",
    );
    assert!(
        says(&lines, "energy in µJ, log axis"),
        "{:?}",
        texts(&lines)
    );
}

/// Two variants on two tables: two colours and two strokes, and what all lines are of
/// in the title.
#[test]
fn sweeps_group_colours_by_variant_and_say_what_is_common_once() {
    let picture =
        svg("sweep attention --over n=1..64 --table 45nm,7nm --format fp32 --scope attention");
    assert!(says(
        &picture,
        "attention: what is saved against vanilla (scope attention, fp32)"
    ));
    for label in ["e-att, 45nm", "e-att, 7nm", "l1, 45nm", "l1, 7nm"] {
        assert!(says(&picture, label), "{label}: {:?}", texts(&picture));
    }
    for (colour, other) in [("#0072b2", "#d55e00"), ("#d55e00", "#0072b2")] {
        assert!(picture.contains(colour) && picture.contains(other));
    }
    assert!(!picture.contains("#009e73"), "a third colour");
}

#[test]
fn axes_of_entries_have_their_unit() {
    for (axis, unit) in [
        ("45nm.fp32.mul=1..5", "45nm.fp32.mul in pJ"),
        ("n=1..5", "n"),
        ("rho=0.1..0.9:0.1", "rho"),
    ] {
        let picture = svg(&format!(
            "sweep attention --over {axis} {ON} --scope attention"
        ));
        assert!(says(&picture, unit), "{axis}: {:?}", texts(&picture));
    }
    let picture = svg(&format!(
        "sweep attention --over sram.kib=16..64:16 --movement tiled {ON} --scope attention"
    ));
    assert!(
        says(&picture, "45nm.sram.kib in KiB"),
        "{:?}",
        texts(&picture)
    );
}

/// 16 · 2ⁱ for i from 0 to 8; the axis is logarithmic by itself, another when asked.
#[test]
fn logarithmic_ranges_have_logarithmic_axes() {
    let folder = tempfile::tempdir().unwrap();
    let over = "sweep attention --over n=16..4096:log:9 --variant vanilla --scope attention";
    let rows = format!("{over} {ON} --output csv");
    let rows = printed(folder.path(), &rows.split(' ').collect::<Vec<_>>());
    let values: Vec<&str> = (rows.lines().skip(1))
        .map(|row| row.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(
        values,
        [
            "16", "32", "64", "128", "256", "512", "1024", "2048", "4096"
        ]
    );
    let picture = svg(&format!("{over} {ON}"));
    assert!(says(&picture, "n, log axis") && says(&picture, "4096"));
    let linear =
        format!("sweep attention --over n=16..64 --variant vanilla --scope attention {ON}");
    assert!(says(&svg(&linear), "n"));
    let both = svg(&format!("{linear} --log-axis x,y"));
    assert!(says(&both, "n, log axis") && says(&both, "energy in µJ, log axis"));
    // Entries are no whole numbers: √(1 · 10) to six digits.
    let rows = format!(
        "sweep attention --over 45nm.fp32.mul=1..10:log:3 --variant vanilla --scope attention {ON} --output csv"
    );
    let rows = printed(folder.path(), &rows.split(' ').collect::<Vec<_>>());
    assert!(rows.contains(",3.16228,"), "{rows}");
    for (range, told) in [
        ("n=0..4:log:3", "cannot begin at 0"),
        ("n=1..4:log:1", "2 to 500 values"),
        ("n=1..4:log:501", "2 to 500 values"),
        ("n=4..1:log:3", "is reversed"),
        ("n=1..4:log:", "2 to 500 values"),
    ] {
        let words = ["sweep", "attention", "--over", range];
        let errors = refused(folder.path(), &words);
        assert!(errors.contains(told), "{range}: {errors}");
    }
}

#[test]
fn the_middle_of_a_tornado_is_the_result_as_it_is() {
    let picture = svg(&format!("sensitivity attention {ON} --scope attention"));
    let all = texts(&picture);
    assert!(
        all.iter().any(|text| text.starts_with("as it is: 65.26 %")),
        "{all:?}"
    );
    assert!(!all.iter().any(|text| text.contains("baseline")));
}

/// The whole by layer and by op is the whole by stage.
#[test]
fn layers_and_ops_are_bars_with_their_shares() {
    let layers = svg("estimate gpt2 --set n=16 --table 45nm --format fp32 --by layer");
    assert!(says(
        &layers,
        "Energy by layer: gpt2, vanilla on 45nm, fp32"
    ));
    assert!(says(&layers, "decoder (×12)"));
    let ops = svg("estimate gpt2 --set n=16 --table 45nm --format fp32 --by op");
    let others = texts(&ops)
        .into_iter()
        .filter(|text| text.ends_with(" other ops"));
    assert_eq!(others.count(), 1);
}

/// Names with mark-up, quotes, newlines and marks that turn the direction of text.
#[test]
fn hostile_names_are_drawn_as_they_are_and_run_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let net = r#"
name = "<script>alert(1)</script>"
inputs = { x = "n 8" }
dims = { n = 2 }

[[op]]
name = "a\"b' & <c>"
stage = "stage \u202Eegats <img onerror=x>\nnext"
einsum = "n i, i j -> n j"
inputs = ["x", { weight = "8 8" }]
"#;
    std::fs::write(folder.path().join("net.toml"), net).unwrap();
    for by in ["stage", "op", "layer"] {
        printed(
            folder.path(),
            &[
                "estimate", "net.toml", "--by", by, "--width", "84mm", "--plot", "a.svg",
            ],
        );
        let picture = std::fs::read_to_string(folder.path().join("a.svg")).unwrap();
        for bad in ["<script>alert", "<img", "\u{202e}", "onerror=x>"] {
            assert!(!picture.contains(bad), "{bad} by {by}");
        }
    }
}

#[test]
fn labels_are_names_and_no_paths() {
    let folder = tempfile::tempdir().unwrap();
    let nets = folder.path().join("nets");
    std::fs::create_dir(&nets).unwrap();
    let net = |size: u32| {
        format!(
            "name = 'net'\ninputs = {{ x = 'n {size}' }}\ndims = {{ n = 2 }}\n[[op]]\nname = 'up'\n\
             einsum = 'n i, i j -> n j'\ninputs = ['x', {{ weight = '{size} 8' }}]\n"
        )
    };
    std::fs::write(nets.join("small.toml"), net(8)).unwrap();
    std::fs::write(nets.join("large.toml"), net(16)).unwrap();
    let picture = svg_in(
        folder.path(),
        "compare nets/small.toml nets/large.toml --table 45nm --format fp32",
    );
    assert!(says(&picture, "net (small)") && says(&picture, "net (large)"));
    assert!(!picture.contains(".toml") && !picture.contains("nets/"));
}

const REPORT: &str = r#"
name = "mine"
title = "Mine"
model = "attention"
variants = ["vanilla", "e-att"]

[figure]
width = "84mm"
font_size = "9pt"

[[price]]
table = "45nm"
format = "fp32"

[[target]]
name = "attention"
words = "saved"
scope = "attention"
percent = 66

[[section]]
title = "Stages"
show = "stages"
scope = "attention"

[[section]]
title = "Curve"
show = "curve"
over = { dim = "n", from = 16, to = 4096, points = 9, label = "tokens n" }
"#;

#[test]
fn a_report_sets_its_figures_and_writes_all_three_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), REPORT).unwrap();
    printed(folder.path(), &["report", "mine.toml", "--out", "out"]);
    let out = folder.path().join("out");
    for name in ["stages", "saving-attention"] {
        let picture = std::fs::read_to_string(out.join(format!("{name}.svg"))).unwrap();
        assert!(picture.starts_with("<svg "));
        assert_eq!(
            attribute(picture.lines().next().unwrap(), "width"),
            Some("84mm")
        );
        let pdf = std::fs::read(out.join(format!("{name}.pdf"))).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        assert!(
            std::fs::read(out.join(format!("{name}.png")))
                .unwrap()
                .starts_with(b"\x89PNG")
        );
    }
    let page = std::fs::read_to_string(out.join("README.md")).unwrap();
    assert!(page.contains("[stages.pdf](stages.pdf)"));
    assert!(
        page.contains("computed exactly at 9 values from 16 to 4096"),
        "{page}"
    );
    // The same stage, the same colour as from the command line.
    let stages = std::fs::read_to_string(out.join("stages.svg")).unwrap();
    let compared = legend(&svg(&format!("compare attention {ON}")));
    for (stage, colour) in legend(&stages) {
        assert_eq!(colour, compared[&stage], "{stage}");
    }
}

#[test]
fn wrong_figures_of_a_report_are_told_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, told) in [
        ("\"84mm\"", "\"0mm\"", "40 mm to 1000 mm"),
        ("\"9pt\"", "\"3pt\"", "7pt to 48pt"),
        ("\"9pt\"", "\"40pt\"", "too narrow for type of 40 pt"),
        ("font_size", "font", "font_size"),
        ("points = 9", "points = 1", "2 to 500"),
    ] {
        let text = REPORT.replacen(from, to, 1);
        std::fs::write(folder.path().join("mine.toml"), text).unwrap();
        let errors = refused(folder.path(), &["report", "mine.toml"]);
        assert!(
            errors.contains(told) && errors.contains("mine.toml:"),
            "{errors}"
        );
    }
}

//! Stacked bars.

use super::*;
use crate::units::Energy;

fn bar(label: &str, segments: &[f64], note: Option<&str>) -> Bar {
    let segments = segments.iter().copied().map(Energy::from_picojoules);
    Bar {
        label: label.into(),
        segments: segments.collect(),
        note: note.map(String::from),
    }
}

fn bars(legend: &[&str], groups: Vec<BarGroup>) -> StackedBars {
    StackedBars {
        title: "Energy by stage".into(),
        subtitle: Some("n = 128 < 512 & d = 512".into()),
        legend: (legend.iter().enumerate())
            .map(|(number, name)| Segment {
                name: (*name).into(),
                fill: SegmentFill::Stage(number),
            })
            .collect(),
        groups,
        caption: vec!["Softmax is counted.".into()],
    }
}

fn group(label: &str, bars: Vec<Bar>) -> BarGroup {
    BarGroup {
        label: label.into(),
        bars,
    }
}

/// Two groups of two bars whose lengths are easy to work out.
pub fn attention() -> StackedBars {
    attention_and(0.01)
}

/// The same with a second group so many times as large as the first.
pub fn attention_and(second: f64) -> StackedBars {
    let group = |label, scale: f64| {
        group(
            label,
            vec![
                bar("vanilla", &[3e8 * scale, 0.0, 1e8 * scale], None),
                bar(
                    "e-att",
                    &[1e8 * scale, 1e5 * scale, 0.0],
                    Some("saved 75.0 %"),
                ),
            ],
        )
    };
    let groups = vec![group("45nm · fp32", 1.0), group("7nm · int8", second)];
    bars(&["q-proj", "softmax", "out-proj"], groups)
}

#[test]
fn fourteen_segments_in_twelve_groups_are_legible() {
    let names: Vec<String> = (0..14).map(|index| format!("stage {index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let groups = (0..12).map(|table| {
        let bars = (0..4).map(|variant| {
            let label = format!("a variant with quite a long name {variant}");
            bar(&label, &[1e6 / f64::from(1 + table); 14], Some("−12.5 %"))
        });
        group("a-table-of-many-words · int8/int32", bars.collect())
    });
    let svg = stacked_bars(&bars(&names, groups.collect())).unwrap();
    assert_legible(&svg);
    for name in names {
        assert!(says(&svg, name), "{name} is missing");
    }
}

#[test]
fn segments_are_as_long_as_their_energies() {
    let svg = stacked_bars(&attention_and(0.2)).unwrap();
    // Bars are 17 high, unlike swatches and the grounds of totals, which are white.
    let lengths = |colour: &str| -> Vec<f64> {
        let rects = elements(&svg, "rect").into_iter();
        let bars = rects.filter(|rect| attribute(rect, "height") == Some("17"));
        let same = bars.filter(|rect| attribute(rect, "fill") == Some(colour));
        same.map(|rect| number(rect, "width")).collect()
    };
    // The first and third colour: q-proj with 3, 1, 0.6 and 0.2 hundreds of µJ, and
    // out-proj with 1, 0 (not drawn), 0.2 and 0 (not drawn).
    let (q, out) = (lengths("#332288"), lengths("#117733"));
    assert_eq!((q.len(), out.len()), (4, 2));
    let unit = q[0] / 3.0;
    let expected = [
        (q[1], 1.0),
        (q[2], 0.6),
        (q[3], 0.2),
        (out[0], 1.0),
        (out[1], 0.2),
    ];
    for (length, energy) in expected {
        // Both ends of a segment are rounded to the grid of 1/20 pixel.
        assert!(
            (length - energy * unit).abs() <= 0.0701,
            "{length} for {energy}"
        );
    }
}

#[test]
fn totals_notes_and_legend_are_written_out() {
    let svg = stacked_bars(&attention()).unwrap();
    // 3e8 + 1e8 pJ = 400 µJ; 1e8 + 1e5 = 100.1 µJ; and a hundredth of each.
    for text in [
        "400 µJ",
        "100 µJ",
        "4.00 µJ",
        "1.00 µJ",
        "saved 75.0 %",
        "q-proj",
        "softmax",
        "out-proj",
        "45nm · fp32",
        "vanilla",
        "Energy in µJ, own axis",
        "n = 128 < 512 & d = 512",
    ] {
        assert!(says(&svg, text), "'{text}' is missing");
    }
}

#[test]
fn a_total_too_small_for_the_unit_of_the_axis_has_its_own() {
    let bars_of = vec![bar("a", &[5e8], None), bar("b", &[1e3], None)];
    let svg = stacked_bars(&bars(&["all"], vec![group("", bars_of)])).unwrap();
    // 1e3 pJ would be 0.00100 µJ.
    assert!(says(&svg, "500 µJ") && says(&svg, "1.00 nJ"));
}

#[test]
fn energies_that_cannot_be_stacked_are_refused() {
    let one = |energy| {
        stacked_bars(&bars(
            &["all"],
            vec![group("g", vec![bar("b", energy, None)])],
        ))
    };
    assert!(matches!(one(&[f64::NAN]), Err(ChartError::NotFinite(_))));
    assert!(matches!(
        one(&[f64::INFINITY]),
        Err(ChartError::NotFinite(_))
    ));
    assert_eq!(
        one(&[-1.0]).unwrap_err().to_string(),
        "'all' of bar 'b' is negative and cannot be part of a stack"
    );
    assert_eq!(
        one(&[1.0, 2.0]).unwrap_err().to_string(),
        "bar 'b' has 2 segments, the legend names 1"
    );
    assert!(matches!(
        stacked_bars(&bars(&["all"], vec![])),
        Err(ChartError::Empty(_))
    ));
    let huge = vec![group("g", vec![bar("b", &[f64::MAX, f64::MAX], None)])];
    assert!(matches!(
        stacked_bars(&bars(&["a", "b"], huge)),
        Err(ChartError::NotFinite(_))
    ));
}

#[test]
fn bars_of_nothing_and_of_any_size_are_drawn() {
    for energy in [0.0, f64::MIN_POSITIVE, 5e-324, 1e-9, 1e18, 1e30, 1e300] {
        let one = vec![bar("b", &[energy], None), bar("zero", &[0.0], None)];
        let svg = stacked_bars(&bars(&["all"], vec![group("g", one)])).unwrap();
        assert_legible(&svg);
    }
    // No segments at all is a bar of nothing.
    assert!(stacked_bars(&bars(&[], vec![group("", vec![bar("", &[], None)])])).is_ok());
}

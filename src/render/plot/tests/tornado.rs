//! Tornadoes.

use super::*;

fn bar(label: &str, (low, high): (f64, f64), ends: (&str, &str), note: Option<&str>) -> TornadoBar {
    TornadoBar {
        label: label.into(),
        low,
        high,
        low_label: ends.0.into(),
        high_label: ends.1.into(),
        note: note.map(String::from),
    }
}

/// Inputs of a saving: both directions, one side only, and no effect at all.
pub fn inputs() -> Tornado {
    Tornado {
        title: "What moves the saving".into(),
        subtitle: Some("E-Att against vanilla attention, 45nm · fp32".into()),
        baseline: 0.657,
        value: ValueKind::Share,
        bars: vec![
            bar("n", (0.665, 0.585), ("1", "512"), Some("sentence lengths")),
            bar(
                "45nm.fp32.mul",
                (0.621, 0.681),
                ("1.85 pJ", "7.4 pJ"),
                Some("half to double"),
            ),
            bar(
                "45nm.fp32.add",
                (0.677, 0.637),
                ("0.45 pJ", "1.8 pJ"),
                Some("half to double"),
            ),
            bar("d", (0.628, 0.665), ("128", "2048"), None),
            bar(
                "rho",
                (0.659, 0.655),
                ("0.25", "0.75"),
                Some("share of ones, assumed"),
            ),
            bar("f", (0.661, 0.664), ("4", "16"), None),
            bar(
                "45nm.fp32.compare",
                (0.6564, 0.6561),
                ("0.1 pJ", "0.9 pJ"),
                None,
            ),
            bar("h", (0.657, 0.657), ("4", "16"), None),
        ],
        x_label: "energy saved over the attention".into(),
        caption: vec!["One input at a time, all others as in the table.".into()],
    }
}

/// The bars of a colour: left edge, upper edge, width and height.
fn rects(svg: &Svg, colour: &str) -> Vec<[f64; 4]> {
    let rects = elements(svg, "rect").into_iter();
    let same = rects.filter(|rect| attribute(rect, "fill") == Some(colour));
    // The first is the sample in the legend.
    same.skip(1)
        .map(|rect| ["x", "y", "width", "height"].map(|name| number(rect, name)))
        .collect()
}

const LOW: &str = "#0072b2";
const HIGH: &str = "#e69f00";

#[test]
fn bars_are_as_long_as_the_result_moves() {
    let mut chart = inputs();
    chart.bars.truncate(4);
    let svg = tornado(&chart).unwrap();
    let (low, high) = (rects(&svg, LOW), rects(&svg, HIGH));
    assert_eq!((low.len(), high.len()), (4, 4));
    // In thousandths: 665, 621, 677 and 628 less 657, and 585, 681, 637 and 665.
    let moves = [
        (&low, [8.0, 36.0, 20.0, 29.0]),
        (&high, [72.0, 24.0, 20.0, 8.0]),
    ];
    let unit = high[0][2] / 72.0;
    for (side, expected) in moves {
        for (rect, thousandths) in side.iter().zip(expected) {
            // Both ends are rounded to the grid of 1/20 pixel.
            assert!((rect[2] - thousandths * unit).abs() <= 0.1001, "{rect:?}");
        }
    }
    // The sides meet at the baseline: the high side of n ends where its low side begins.
    assert!((high[0][0] + high[0][2] - low[0][0]).abs() < 0.01);
    assert!((low[1][0] + low[1][2] - high[1][0]).abs() < 0.01);
}

#[test]
fn two_sides_in_one_direction_take_half_the_thickness_each() {
    let mut chart = inputs();
    chart.bars = vec![bar("f", (0.661, 0.664), ("4", "16"), None)];
    let svg = tornado(&chart).unwrap();
    let (low, high) = (rects(&svg, LOW)[0], rects(&svg, HIGH)[0]);
    assert_eq!((low[3], high[3]), (8.5, 8.5));
    assert_eq!((low[0], low[1] + 8.5), (high[0], high[1]));
    assert!((low[2] / high[2] - 4.0 / 7.0).abs() < 1e-3);
    assert!(says(&svg, "4, 16"));
}

#[test]
fn labels_stand_beyond_the_ends_of_their_bars() {
    let svg = tornado(&inputs()).unwrap();
    let bars: Vec<[f64; 4]> = [rects(&svg, LOW), rects(&svg, HIGH)].concat();
    for (text, [left, top, right, bottom]) in texts(&svg) {
        for [x, y, width, height] in &bars {
            let apart = right <= *x || left >= x + width || bottom <= *y || top >= y + height;
            assert!(apart, "'{text}' lies on a bar");
        }
    }
    // The low end of n is above the baseline, so its label is at the right.
    let place = |wanted: &str| texts(&svg).into_iter().find(|(text, _)| text == wanted);
    assert!(place("1").unwrap().1[0] > place("512").unwrap().1[2]);
}

#[test]
fn baseline_names_and_notes_are_written_out() {
    let svg = tornado(&inputs()).unwrap();
    for text in [
        "as it is: 65.70 %",
        "input at its low end",
        "input at its high end",
        "45nm.fp32.mul",
        "1.85 pJ",
        "7.4 pJ",
        "half to double",
        "share of ones, assumed",
        "energy saved over the attention",
        "60 %",
    ] {
        assert!(says(&svg, text), "'{text}' is missing");
    }
    let mut energy = inputs();
    energy.value = ValueKind::Energy;
    energy.baseline = 2e6;
    energy.bars = vec![bar("mul", (1e6, 3e6), ("low", "high"), None)];
    let svg = tornado(&energy).unwrap();
    // 2·10⁶ pJ are 2 µJ.
    assert!(says(&svg, "as it is: 2.00 µJ"));
    assert!(says(&svg, "energy saved over the attention in µJ"));
}

#[test]
fn no_share_above_one_is_on_the_axis_unless_a_result_is() {
    let mut chart = inputs();
    chart.baseline = 0.99;
    chart.bars = vec![bar(
        "n",
        (0.985, 0.999),
        ("a long label", "a long label"),
        None,
    )];
    assert!(says(&tornado(&chart).unwrap(), "100.0 %"));
    assert!(!says(&tornado(&chart).unwrap(), "100.5 %"));
}

#[test]
fn tornadoes_of_nothing_and_of_any_size_are_drawn() {
    let extents = [
        (0.0, 0.0, 0.0),
        (0.5, 0.5, 0.5),
        (0.5, 0.5, 0.5 + f64::EPSILON),
        (0.0, 5e-324, -5e-324),
        (1e300, -1e300, 0.0),
        (-5.0, -6.0, -4.0),
    ];
    for (baseline, low, high) in extents {
        for value in [ValueKind::Share, ValueKind::Energy] {
            let mut chart = inputs();
            (chart.baseline, chart.value) = (baseline, value);
            chart.bars = vec![bar("n", (low, high), ("low", "high"), None)];
            assert_legible(&tornado(&chart).unwrap());
        }
    }
    let mut many = inputs();
    let names = (0..25).map(|index| format!("an input with quite a long name {index}"));
    let bars = names.map(|name| bar(&name, (0.6, 0.7), ("low", "high"), Some("a note to it")));
    many.bars = bars.collect();
    assert_legible(&tornado(&many).unwrap());
}

#[test]
fn results_that_have_no_place_are_refused() {
    let one = |baseline: f64, low: f64, high: f64| {
        let mut chart = inputs();
        chart.baseline = baseline;
        chart.bars = vec![bar("n", (low, high), ("", ""), None)];
        tornado(&chart)
    };
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for result in [one(bad, 0.0, 0.0), one(0.0, bad, 0.0), one(0.0, 0.0, bad)] {
            assert!(matches!(result, Err(ChartError::NotFinite(_))));
        }
    }
    assert!(matches!(
        one(0.0, -f64::MAX, f64::MAX),
        Err(ChartError::Span(_))
    ));
    assert!(matches!(
        one(f64::MAX, -f64::MAX, 0.0),
        Err(ChartError::Span(_))
    ));
    let mut empty = inputs();
    empty.bars.clear();
    assert!(matches!(tornado(&empty), Err(ChartError::Empty(_))));
}

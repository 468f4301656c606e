//! Lines.

use super::*;

fn axis(label: &str, scale: Scale, unit: AxisUnit) -> ChartAxis {
    ChartAxis {
        label: label.into(),
        scale,
        range: None,
        unit,
    }
}

pub fn series(label: &str, colour: usize, points: &[(f64, f64)]) -> Series {
    Series {
        label: label.into(),
        points: points.to_vec(),
        style: SeriesStyle {
            colour: SeriesColour::Line(colour),
            stroke: match colour % 2 {
                1 => Stroke::Dashed,
                _ => Stroke::Solid,
            },
        },
    }
}

pub fn chart(scale: Scale, series: Vec<Series>) -> LineChart {
    LineChart {
        title: "Saving".into(),
        subtitle: None,
        x: axis("n", scale, AxisUnit::Plain),
        y: axis("energy saved", Scale::Linear, AxisUnit::Percent),
        series,
        marks: vec![],
        regions: vec![],
        caption: vec![],
    }
}

/// Eight lines, a mark and two regions that overlap.
pub fn saving() -> LineChart {
    let lengths = || (0..10).map(|power| 2f64.powi(power));
    let line = |label: &str, colour: usize, loss: f64| {
        let points: Vec<(f64, f64)> = lengths().map(|n| (n, 0.665 - loss * n / 512.0)).collect();
        series(label, colour, &points)
    };
    LineChart {
        marks: vec![Mark {
            value: 0.66,
            label: "66 % (claimed)".into(),
        }],
        regions: vec![
            Region {
                from: f64::NEG_INFINITY,
                to: 50.0,
                label: "sentences".into(),
            },
            Region {
                from: 40.0,
                to: 64.0,
                label: "paragraphs of a page".into(),
            },
        ],
        ..chart(
            Scale::Log2,
            (0..8)
                .map(|index| line(&format!("table {index}"), index, 0.08))
                .collect(),
        )
    }
}

#[test]
fn lengths_are_plain_powers_of_two_and_savings_percentages() {
    let svg = lines(&saving()).unwrap();
    for text in [
        "1",
        "2",
        "4",
        "256",
        "512",
        "66 %",
        "66 % (claimed)",
        "sentences",
    ] {
        assert!(says(&svg, text), "'{text}' is missing");
    }
    for index in 0..8 {
        assert!(says(&svg, &format!("table {index}")));
    }
}

#[test]
fn a_band_encloses_its_line_in_its_colour() {
    let points = [(0.0, 0.5), (1.0, 0.5), (2.0, 0.5)];
    let chart = chart(Scale::Linear, vec![series("s", 0, &points)]);
    let points = points.map(|(x, y)| (x, y - 0.1 * x, y + 0.2 * x));
    let band = |points: &[(f64, f64, f64)]| Band {
        series: 0,
        points: points.to_vec(),
    };
    let svg = lines_with_bands(&chart, &[band(&points)]).unwrap();
    assert_legible(&svg);
    let [polygon] = elements(&svg, "polygon")[..] else {
        panic!("one band");
    };
    assert_eq!(attribute(polygon, "fill"), Some("#0072b2"));
    assert_eq!(attribute(polygon, "fill-opacity"), Some("0.16"));
    let corners = attribute(polygon, "points").unwrap().split([' ', ',']);
    let corners: Vec<f64> = corners.map(|number| number.parse().unwrap()).collect();
    // Along the lower edge 0.5, 0.4 and 0.3, and back along the upper edge 0.9, 0.7
    // and 0.5: heights on the page, which grow downwards, from the common 0.5.
    let rises: Vec<f64> = (0..6).map(|i| corners[1] - corners[2 * i + 1]).collect();
    let tenth = rises[3] / 4.0;
    for (rise, tenths) in rises.iter().zip([0.0, -1.0, -2.0, 4.0, 2.0, 0.0]) {
        assert!((rise - tenths * tenth).abs() <= 0.1001, "{rises:?}");
    }
    assert_eq!(lines(&chart), lines_with_bands(&chart, &[]));
    assert_legible(&lines_with_bands(&chart, &[band(&points[2..])]).unwrap());
}

#[test]
fn bands_that_have_no_place_are_refused() {
    let chart = saving();
    let one = |series, points: &[(f64, f64, f64)]| {
        let points = points.to_vec();
        lines_with_bands(&chart, &[Band { series, points }])
    };
    assert!(matches!(one(0, &[]), Err(ChartError::Empty(_))));
    assert!(matches!(
        one(8, &[(1.0, 0.0, 1.0)]),
        Err(ChartError::Empty(_))
    ));
    for point in [
        (f64::NAN, 0.0, 1.0),
        (1.0, f64::NEG_INFINITY, 1.0),
        (1.0, 0.0, f64::NAN),
    ] {
        assert!(matches!(one(0, &[point]), Err(ChartError::NotFinite(_))));
    }
    // The axis of this chart is logarithmic.
    let zero = one(0, &[(0.0, 0.0, 1.0)]);
    assert!(matches!(zero, Err(ChartError::NotPositive { .. })));
}

#[test]
fn points_that_have_no_place_are_refused() {
    let one = |scale, x, y| lines(&chart(scale, vec![series("s", 0, &[(x, y)])]));
    assert!(matches!(
        one(Scale::Linear, f64::NAN, 0.0),
        Err(ChartError::NotFinite(_))
    ));
    assert!(matches!(
        one(Scale::Linear, 0.0, f64::INFINITY),
        Err(ChartError::NotFinite(_))
    ));
    assert!(matches!(
        one(Scale::Log2, 0.0, 0.0),
        Err(ChartError::NotPositive { .. })
    ));
    assert!(matches!(
        one(Scale::Log10, -1.0, 0.0),
        Err(ChartError::NotPositive { .. })
    ));
    assert!(matches!(
        lines(&chart(Scale::Linear, vec![])),
        Err(ChartError::Empty(_))
    ));
    let empty = chart(Scale::Linear, vec![series("s", 0, &[])]);
    assert_eq!(
        lines(&empty).unwrap_err().to_string(),
        "there is nothing to draw: series 's' has no points"
    );
    let far = chart(
        Scale::Linear,
        vec![series("s", 0, &[(-1e308, 0.0), (1e308, 0.0)])],
    );
    assert!(matches!(lines(&far), Err(ChartError::Span(_))));
}

#[test]
fn marks_and_regions_must_have_a_place() {
    let mut chart = saving();
    chart.marks[0].value = f64::NAN;
    assert!(matches!(lines(&chart), Err(ChartError::NotFinite(_))));
    for (from, to) in [
        (1000.0, 2000.0),
        (20.0, 10.0),
        (f64::NAN, 10.0),
        (10.0, f64::NAN),
    ] {
        let mut chart = saving();
        (chart.regions[0].from, chart.regions[0].to) = (from, to);
        assert!(
            matches!(lines(&chart), Err(ChartError::Region(_))),
            "{from} to {to}"
        );
    }
}

#[test]
fn lines_of_any_extent_are_drawn() {
    let wide = [1e-300, 1e300];
    let close = [1.0, 1.0 + f64::EPSILON];
    for scale in [Scale::Linear, Scale::Log2, Scale::Log10] {
        for xs in [
            wide,
            close,
            [3.0, 3.5],
            [7.0, 7.0],
            [1e-320, 2e-320],
            [1.0, 2f64.powi(40)],
        ] {
            for ys in [[0.0, 0.0], [0.5, 0.50000001], [-1e9, 1e9], [0.97, 1.0]] {
                let points = [(xs[0], ys[0]), (xs[1], ys[1])];
                let chart = chart(scale, vec![series("s", 0, &points)]);
                match lines(&chart) {
                    Ok(svg) => assert_legible(&svg),
                    Err(error) => assert!(matches!(error, ChartError::Span(_)), "{error}"),
                }
            }
        }
        let single = chart(scale, vec![series("s", 0, &[(5.0, 0.5)])]);
        assert_legible(&lines(&single).unwrap());
    }
}

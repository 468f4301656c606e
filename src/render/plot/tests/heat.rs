//! Heat maps.

use super::*;

fn axis(label: &str, scale: Scale) -> ChartAxis {
    ChartAxis {
        label: label.into(),
        scale,
        range: None,
        unit: AxisUnit::Plain,
    }
}

fn map(columns: &[f64], rows: &[f64], cells: &[&[Option<f64>]]) -> HeatMap {
    HeatMap {
        title: "Saving".into(),
        subtitle: None,
        x: axis("n", Scale::Linear),
        y: axis("d", Scale::Linear),
        columns: columns.to_vec(),
        rows: rows.to_vec(),
        cells: cells.iter().map(|row| row.to_vec()).collect(),
        value: ValueKind::Share,
        target: None,
        caption: vec![],
    }
}

/// A map of the columns `0..side` and as many rows.
pub fn square(side: u32, cell: impl Fn(u32, u32) -> Option<f64>) -> HeatMap {
    let values: Vec<f64> = (0..side).map(f64::from).collect();
    let row = |y| (0..side).map(|x| cell(x, y)).collect();
    HeatMap {
        cells: (0..side).map(row).collect(),
        ..map(&values, &values, &[])
    }
}

/// Savings over sentence length and width, with a target, refused where a sentence is
/// four times as long as the model is wide.
pub fn grid() -> HeatMap {
    let columns: Vec<f64> = (0..10).map(|power| 2f64.powi(power)).collect();
    let rows: Vec<f64> = (0..15).map(|step| 128.0 + 64.0 * f64::from(step)).collect();
    let saving =
        |n: f64, d: f64| (n <= 2.0 * d).then(|| (2.66 * d + 0.1 * n) / (4.0 * d + 2.0 * n));
    let row = |d: &f64| columns.iter().map(|n| saving(*n, *d)).collect();
    HeatMap {
        title: "Saving over the attention".into(),
        subtitle: Some("E-Att against vanilla attention, 45nm · fp32".into()),
        x: axis("sentence length n (tokens)", Scale::Log2),
        y: axis("model width d", Scale::Linear),
        cells: rows.iter().map(row).collect(),
        target: Some(HeatTarget {
            from: 0.655,
            to: 0.665,
            label: "reads as 66 %".into(),
        }),
        caption: vec!["Arithmetic alone, no memory.".into()],
        ..map(&columns, &rows, &[])
    }
}

/// The rectangles of a path: left, top, width, height.
fn path_rects(path: &str) -> Vec<[f64; 4]> {
    let rects = attribute(path, "d").unwrap().split('z');
    let rects = rects.filter(|rect| !rect.is_empty());
    rects
        .map(|rect| {
            let numbers: Vec<f64> = rect
                .split(['M', ' ', 'h', 'v'])
                .filter(|part| !part.is_empty())
                .map(|part| part.parse().unwrap())
                .collect();
            [numbers[0], numbers[1], numbers[2], numbers[3]]
        })
        .collect()
}

/// The rectangles of the cells of a colour, which are one path, before that of the bar.
fn patches(svg: &Svg, colour: &str) -> Vec<[f64; 4]> {
    let paths = elements(svg, "path").into_iter();
    let mut same = paths.filter(|path| attribute(path, "fill") == Some(colour));
    path_rects(same.next().unwrap())
}

const LEAST: &str = "#2c1262";
const MOST: &str = "#f8ed60";

#[test]
fn rows_rise_and_columns_run_to_the_right() {
    let (low, high) = (Some(0.0), Some(1.0));
    let chart = map(&[1.0, 2.0], &[1.0, 2.0], &[&[low, low], &[low, high]]);
    let svg = heat_map(&chart).unwrap();
    // The greatest value is at the upper right: as wide and as high as half of the plot.
    let most = patches(&svg, MOST);
    let least = patches(&svg, LEAST);
    let [x, y, width, height] = most[0];
    // Upper left alone, both lower cells as one.
    assert_eq!(
        least,
        [
            [x - width, y, width, height],
            [x - width, y + height, 2.0 * width, height]
        ]
    );
    assert_eq!(most.len(), 1);
}

#[test]
fn cells_reach_halfway_to_their_neighbours() {
    // On a logarithmic axis 1, 2 and 8 lie at 0, 1 and 3; cells reach to −0.5, 0.5, 2
    // and 4, so of 4.5 they take 1, 1.5 and 2.
    let cells = [Some(0.0), Some(0.5), Some(1.0)];
    let mut chart = map(&[1.0, 2.0, 8.0], &[1.0], &[&cells]);
    chart.x.scale = Scale::Log2;
    let svg = heat_map(&chart).unwrap();
    // The middle of the map is its sixth anchor.
    let widths = [LEAST, "#20979e", MOST].map(|colour| patches(&svg, colour)[0][2]);
    let whole: f64 = widths.iter().sum();
    for (width, part) in widths.iter().zip([1.0, 1.5, 2.0]) {
        // Both edges are rounded to whole pixels.
        assert!((width - whole * part / 4.5).abs() <= 1.0, "{widths:?}");
    }
}

#[test]
fn ticks_stand_at_the_middles_of_few_cells() {
    let svg = heat_map(&grid()).unwrap();
    for text in [
        "1",
        "2",
        "256",
        "512",
        "128",
        "192",
        "1024",
        "reads as 66 %",
        "refused by the model",
    ] {
        assert!(says(&svg, text), "'{text}' is missing");
    }
    // 1 and 64 stand at the middles of cells of equal width, six widths apart.
    let middle = |wanted: &str| {
        let all = texts(&svg);
        let (_, [left, _, right, _]) = all.iter().find(|(text, _)| text == wanted).unwrap().clone();
        (left + right) / 2.0
    };
    let width = (middle("64") - middle("1")) / 6.0;
    assert!((middle("2") - middle("1") - width).abs() < 0.1);
    assert_eq!(width.round(), (width * 10.0).round() / 10.0, "whole pixels");
    // Thirds are no short numbers, so an even axis has its own ticks.
    let thirds = [1.0 / 3.0, 2.0 / 3.0, 4.0 / 3.0];
    let svg = heat_map(&map(&thirds, &[1.0], &[&[Some(0.0); 3]])).unwrap();
    assert!(says(&svg, "0.4") && !says(&svg, "0.333"));
}

#[test]
fn a_target_is_outlined_where_its_values_are() {
    let chart = HeatMap {
        // The end itself does not count.
        target: Some(HeatTarget {
            from: 4.0,
            to: 5.0,
            label: "four".into(),
        }),
        ..square(3, |x, y| Some(f64::from(3 * y + x)))
    };
    let svg = heat_map(&chart).unwrap();
    // The value 4 is in the middle of nine cells, whose corners all four lines share.
    let paths = elements(&svg, "path");
    let ink = paths
        .iter()
        .find(|path| attribute(path, "fill") == Some("#222222"))
        .unwrap();
    let lines = path_rects(ink);
    assert_eq!(lines.len(), 4);
    let [left, top] = [0, 1].map(|i| {
        lines
            .iter()
            .map(|line| line[i])
            .fold(f64::INFINITY, f64::min)
    });
    let right = lines
        .iter()
        .map(|line| line[0] + line[2])
        .fold(0.0, f64::max);
    let bottom = lines
        .iter()
        .map(|line| line[1] + line[3])
        .fold(0.0, f64::max);
    // Lines 1.8 wide lie half outside of the cell; 4 of 0 to 8 is the middle colour.
    let [x, y, width, height] = patches(&svg, "#20979e")[0];
    let expected = [x - 0.9, y - 0.9, x + width + 0.9, y + height + 0.9];
    for (edge, expected) in [left, top, right, bottom].into_iter().zip(expected) {
        assert!((edge - expected).abs() < 0.051, "{edge} for {expected}");
    }
    // Nothing is refused, so the legend has nothing to say of it.
    assert!(says(&svg, "four") && !says(&svg, "refused by the model"));
}

#[test]
fn a_target_without_a_cell_says_so() {
    let mut chart = grid();
    chart.target = Some(HeatTarget {
        from: 0.9,
        to: f64::INFINITY,
        label: "nearly all".into(),
    });
    assert!(says(&heat_map(&chart).unwrap(), "nearly all: no cell"));
}

#[test]
fn values_of_both_signs_have_colours_in_two_directions() {
    // From −2 to 2: −2 has the first of eleven colours, 0 the sixth, and 1 lies two and
    // a half steps further, halfway between #76adeb and #4386ce.
    let chart = map(
        &[1.0, 2.0, 3.0],
        &[1.0],
        &[&[Some(-2.0), Some(0.0), Some(1.0)]],
    );
    let svg = heat_map(&chart).unwrap();
    for colour in ["#6c2d00", "#f3f3f3", "#5d9add"] {
        assert_eq!(patches(&svg, colour).len(), 1);
    }
}

#[test]
fn energies_are_named_with_their_unit() {
    let mut chart = map(&[1.0, 2.0], &[1.0], &[&[Some(1e6), Some(5e6)]]);
    chart.value = ValueKind::Energy;
    let svg = heat_map(&chart).unwrap();
    // 10⁶ pJ are 1 µJ.
    for text in ["Energy in µJ", "1", "5"] {
        assert!(says(&svg, text), "'{text}' is missing");
    }
}

#[test]
fn fine_grids_stay_small() {
    // A plane has no two neighbours in a row alike; noise has none at all.
    let plane = heat_map(&square(512, |x, y| Some(f64::from(x + y)))).unwrap();
    assert!(plane.as_str().len() < 500_000, "{}", plane.as_str().len());
    let noise = |x: u32, y: u32| {
        let mixed = (x * 512 + y).wrapping_mul(2_654_435_761) >> 16;
        (!mixed.is_multiple_of(7)).then(|| f64::from(mixed))
    };
    let noise = heat_map(&square(512, noise)).unwrap();
    assert!(noise.as_str().len() < 4_000_000, "{}", noise.as_str().len());
    assert_legible(&plane);
    assert_legible(&noise);
}

#[test]
fn degenerate_maps_are_drawn() {
    let single = heat_map(&square(1, |_, _| Some(0.5))).unwrap();
    assert_legible(&single);
    // Its column is called 0, in the middle of the cell.
    let [x, _, width, _] = patches(&single, "#20979e")[0];
    let zero = |(text, [left, _, right, _]): &(String, [f64; 4])| {
        text == "0" && ((left + right) / 2.0 - x - width / 2.0).abs() < 0.1
    };
    assert!(texts(&single).iter().any(zero));
    let refused = heat_map(&square(4, |_, _| None)).unwrap();
    assert_legible(&refused);
    assert!(says(&refused, "refused by the model"));
    for value in [
        0.0,
        0.66,
        -1.0,
        5e-324,
        1e300,
        f64::MAX / 4.0,
        f64::MIN_POSITIVE,
    ] {
        for kind in [ValueKind::Share, ValueKind::Energy] {
            for other in [0.0, value, -value] {
                let mut chart = square(3, |x, _| Some(if x == 1 { value } else { other }));
                chart.value = kind;
                // Half of the least number there is cannot be said.
                match heat_map(&chart) {
                    Ok(svg) => assert_legible(&svg),
                    Err(error) => assert!(matches!(error, ChartError::Span(_)), "{error}"),
                }
            }
        }
    }
    for columns in [
        [1e-300, 1.0, 1e300],
        [1.0, 1.0 + f64::EPSILON, 2.0],
        [5.0, 7.0, 1e9],
    ] {
        for scale in [Scale::Linear, Scale::Log2, Scale::Log10] {
            let mut chart = map(&columns, &[3.5], &[&[Some(0.1), None, Some(0.2)]]);
            chart.x.scale = scale;
            assert_legible(&heat_map(&chart).unwrap());
        }
    }
}

#[test]
fn grids_that_have_no_place_are_refused() {
    let one = |columns: &[f64], cells: &[&[Option<f64>]]| heat_map(&map(columns, &[1.0], cells));
    assert!(matches!(one(&[], &[&[]]), Err(ChartError::Empty(_))));
    assert!(matches!(
        heat_map(&map(&[1.0], &[], &[])),
        Err(ChartError::Empty(_))
    ));
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(
            one(&[1.0], &[&[Some(bad)]]),
            Err(ChartError::NotFinite(_))
        ));
        assert!(matches!(
            one(&[bad], &[&[None]]),
            Err(ChartError::NotFinite(_))
        ));
    }
    let two = [Some(0.0), Some(1.0)];
    assert!(matches!(
        one(&[2.0, 1.0], &[&two]),
        Err(ChartError::Order(_))
    ));
    assert!(matches!(
        one(&[1.0, 1.0], &[&two]),
        Err(ChartError::Order(_))
    ));
    assert_eq!(
        one(&[1.0, 2.0, 3.0], &[&two]).unwrap_err().to_string(),
        "there are 2 cells in the row of 1, the axis has 3 values"
    );
    assert_eq!(
        one(&[1.0, 2.0], &[&two, &two]).unwrap_err().to_string(),
        "there are 2 rows, the axis has 1 values"
    );
    let far = [Some(-f64::MAX), Some(f64::MAX)];
    assert!(matches!(
        one(&[1.0, 2.0], &[&far]),
        Err(ChartError::Span(_))
    ));
    let mut chart = map(&[0.0, 1.0], &[1.0], &[&two]);
    chart.x.scale = Scale::Log10;
    assert!(matches!(
        heat_map(&chart),
        Err(ChartError::NotPositive { .. })
    ));
    for (from, to) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::NAN)] {
        let mut chart = grid();
        chart.target = Some(HeatTarget {
            from,
            to,
            label: "t".into(),
        });
        assert!(matches!(heat_map(&chart), Err(ChartError::Target(_))));
    }
}

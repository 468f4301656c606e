//! Figures for print: as wide as they were asked for, with type that is read there.

use super::icicle::tree;
use super::*;
use crate::units::Energy;

fn style(width: &str, font: Option<&str>) -> FigureStyle {
    FigureStyle {
        width: Some(width.parse().unwrap()),
        font: font.map(|font| font.parse().unwrap()),
        title: None,
    }
}

/// One chart of each kind.
fn all(style: &FigureStyle) -> Vec<(&'static str, Svg)> {
    vec![
        (
            "bars",
            super::super::stacked_bars(&attention(), style).unwrap(),
        ),
        ("lines", super::super::lines(&saving(), style).unwrap()),
        ("tornado", super::super::tornado(&inputs(), style).unwrap()),
        ("heat", super::super::heat_map(&grid(), style).unwrap()),
        ("dots", super::super::dots(&claims(), style).unwrap()),
        ("icicle", super::super::icicle(&tree(), style).unwrap()),
    ]
}

/// Claims with long names and notes.
fn claims() -> DotPlot {
    let dot = |label: &str, value: f64, kind| Dot {
        label: label.into(),
        value,
        note: "1234 µJ → 1240 µJ".into(),
        kind,
    };
    DotPlot {
        title: "Published claims".into(),
        subtitle: None,
        kinds: vec!["holds".into(), "holds if".into(), "differs".into()],
        groups: vec![DotGroup {
            name: "a paper with a long name, 2021".into(),
            dots: vec![
                dot(
                    "energy of the attention against that of the baseline",
                    1.0,
                    0,
                ),
                dot("alignment", 1.3, 1),
                dot("all of it", 0.7, 2),
            ],
        }],
        axis: ChartAxis {
            label: "computed / published".into(),
            scale: Scale::Log10,
            range: Some((0.5, 2.0)),
            unit: AxisUnit::Plain,
        },
        reference: 1.0,
        caption: vec!["At the right: published → computed.".into()],
    }
}

/// The smallest type of a picture in points, at the width that it has in print.
fn smallest(svg: &Svg) -> f64 {
    let page = elements(svg, "svg")[0];
    let millimetres = attribute(page, "width")
        .unwrap()
        .strip_suffix("mm")
        .unwrap();
    let points = millimetres.parse::<f64>().unwrap() / 25.4 * 72.0;
    let (units, _) = page_of(svg);
    let sizes = elements(svg, "text").into_iter();
    let sizes = sizes.map(|text| number(text, "font-size") * points / units);
    sizes.fold(f64::INFINITY, f64::min)
}

#[test]
fn a_figure_is_as_wide_as_it_was_asked_for() {
    // 3.5 in are 88.9 mm; a slide leaves 254 mm.
    for (asked, expected) in [
        ("84mm", "84mm"),
        ("17.4cm", "174mm"),
        ("3.5in", "88.9mm"),
        ("slide", "254mm"),
    ] {
        for (kind, svg) in all(&style(asked, None)) {
            let page = elements(&svg, "svg")[0];
            assert_eq!(attribute(page, "width"), Some(expected), "{kind}");
        }
    }
}

/// Names and numbers are 11.5 units, so that 8 pt are 8 · 84/25.4 · 72 / 238.11 of
/// them; the small print is 10 units: 10/11.5 of 7 pt are 6.09 pt.
#[test]
fn no_type_is_below_six_points_and_names_are_as_large_as_asked() {
    for width in ["60mm", "84mm", "174mm", "slide"] {
        for font in ["7pt", "8pt"] {
            for (kind, svg) in all(&style(width, Some(font))) {
                let smallest = smallest(&svg);
                assert!(smallest >= 6.0, "{kind} at {width}, {font}: {smallest} pt");
                let points: f64 = font.strip_suffix("pt").unwrap().parse().unwrap();
                assert!((smallest - points * 10.0 / 11.5).abs() < points * 0.06);
            }
        }
    }
}

#[test]
fn narrow_figures_are_laid_out_anew_and_legible() {
    for (width, font) in [
        ("49.5mm", Some("7pt")),
        ("60mm", Some("8pt")),
        ("84mm", None),
        ("84mm", Some("10pt")),
        ("129mm", None),
        ("174mm", None),
        ("slide", None),
    ] {
        for (kind, svg) in all(&style(width, font)) {
            eprintln!("{kind} at {width}");
            assert_legible(&svg);
        }
    }
}

/// Names that nobody chose to be short, and titles of 500 characters, with and without
/// a place to break.
#[test]
fn long_and_hostile_names_stay_on_narrow_pages() {
    for name in [
        "long".repeat(60),
        "<script>alert(1)</script> \"&' \u{202e}gnp".to_owned(),
        "a\nb\tc\u{0}\u{7}".to_owned(),
        "能量😀".repeat(30),
        "word ".repeat(100),
    ] {
        let mut bars = attention();
        bars.title = name.clone();
        bars.groups[0].label = name.clone();
        bars.groups[0].bars[0].label = name.clone();
        bars.groups[0].bars[1].note = Some(name.clone());
        bars.legend[1].name = name.clone();
        bars.caption = vec![name.clone()];
        let mut lines = saving();
        lines.title = name.clone();
        lines.series[0].label = name.clone();
        lines.x.label = name.clone();
        lines.y.label = name.clone();
        lines.marks[0].label = name.clone();
        lines.regions[0].label = name.clone();
        let mut tornado = inputs();
        tornado.bars[0].label = name.clone();
        tornado.bars[1].low_label = name.clone();
        tornado.bars[2].note = Some(name.clone());
        tornado.x_label = name.clone();
        let mut heat = grid();
        heat.title = name.clone();
        heat.x.label = name.clone();
        heat.y.label = name.clone();
        heat.target.as_mut().unwrap().label = name.clone();
        let mut dots = claims();
        dots.groups[0].name = name.clone();
        dots.groups[0].dots[0].label = name.clone();
        dots.groups[0].dots[0].note = name.clone();
        for style in [
            style("60mm", None),
            style("174mm", None),
            FigureStyle::default(),
        ] {
            let pictures = [
                super::super::stacked_bars(&bars, &style),
                super::super::lines(&lines, &style),
                super::super::tornado(&tornado, &style),
                super::super::heat_map(&heat, &style),
                super::super::dots(&dots, &style),
            ];
            for svg in pictures {
                let svg = svg.unwrap();
                assert_legible(&svg);
                assert!(!svg.as_str().contains("<script>alert"));
                assert!(!svg.as_str().contains('\u{202e}'));
            }
        }
    }
}

#[test]
fn a_title_is_ones_own_or_none() {
    let with = |title: &str| FigureStyle {
        title: Some(title.into()),
        ..style("84mm", None)
    };
    let own = super::super::stacked_bars(&attention(), &with("Mine")).unwrap();
    assert!(says(&own, "Mine") && !says(&own, "Energy by stage"));
    assert!(own.as_str().contains("<title>Mine</title>"));
    let none = super::super::stacked_bars(&attention(), &with("")).unwrap();
    assert!(!says(&none, "Energy by stage"));
    // For those who cannot see the picture there is still a name.
    assert!(none.as_str().contains("<title>Energy by stage</title>"));
    assert!(page_of(&none).1 < page_of(&own).1);
    let long = super::super::stacked_bars(&attention(), &with(&"word ".repeat(100))).unwrap();
    assert_legible(&long);
    assert!(page_of(&long).1 > page_of(&own).1);
}

/// 84 mm at 300 pixels to an inch are 992.1 pixels.
#[test]
fn a_png_for_print_has_300_pixels_to_an_inch() {
    let svg = super::super::stacked_bars(&attention(), &style("84mm", None)).unwrap();
    let png = svg.png().unwrap();
    let wide = u32::from_be_bytes(png[16..20].try_into().unwrap());
    assert_eq!(wide, 993);
}

/// Groups of which the larger is more than ten times the smaller have an axis each,
/// and its name says so; others share one.
#[test]
fn groups_of_very_different_size_do_not_share_an_axis() {
    let with = |small: f64| {
        let mut chart = attention();
        for bar in &mut chart.groups[1].bars {
            for energy in &mut bar.segments {
                *energy = Energy::from_picojoules(energy.picojoules() * small);
            }
        }
        stacked_bars(&chart).unwrap()
    };
    // 400 µJ beside 4 µJ, and beside 60 µJ.
    let apart = with(1.0);
    let own = |svg: &Svg| {
        let all = texts(svg).into_iter();
        all.filter(|(text, _)| text == "Energy in µJ, own axis")
            .count()
    };
    assert_eq!(own(&apart), 2);
    assert!(!says(&apart, "Energy in µJ"));
    let near = with(15.0);
    assert_eq!(own(&near), 0);
    assert!(says(&near, "Energy in µJ"));
    // On its own axis the longest bar of each group is as long as it can be.
    let longest = |svg: &Svg| {
        let rects = elements(svg, "rect").into_iter();
        let bars = rects.filter(|rect| {
            attribute(rect, "height") == Some("17") && attribute(rect, "fill") == Some("#332288")
        });
        bars.map(|rect| number(rect, "width")).collect::<Vec<f64>>()
    };
    let lengths = longest(&apart);
    assert!((lengths[0] - lengths[2]).abs() < 40.0, "{lengths:?}");
}

/// A logarithmic axis says that it is one.
#[test]
fn logarithmic_axes_are_marked() {
    assert!(says(&lines(&saving()).unwrap(), "n, log axis"));
    assert!(says(
        &heat_map(&grid()).unwrap(),
        "sentence length n (tokens), log axis"
    ));
    let dots = super::super::dots(&claims(), &FigureStyle::default()).unwrap();
    assert!(says(&dots, "computed / published, log axis"));
}

/// The fill of the stage of a number is its colour wherever it is drawn.
#[test]
fn a_stage_has_one_colour_in_bars_icicles_and_points() {
    let mut chart = attention();
    chart.legend[0].fill = SegmentFill::Stage(4);
    let bars = stacked_bars(&chart).unwrap();
    let mut points = lines::chart(
        Scale::Linear,
        vec![lines::series("q-proj", 0, &[(1.0, 0.5), (2.0, 0.6)])],
    );
    points.series[0].style = SeriesStyle {
        colour: SeriesColour::Stage(4),
        stroke: Stroke::Dots,
    };
    let points = super::lines(&points).unwrap();
    let mut boxes = tree();
    boxes.root.tone = IcicleTone::Segment {
        index: 4,
        lighter: 0,
    };
    let boxes = icicle(&boxes).unwrap();
    for svg in [bars, points, boxes] {
        assert!(svg.as_str().contains(r##"fill="#cc6677""##));
    }
}

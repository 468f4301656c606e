//! Icicles.

use super::*;

fn part(label: &str, size: f64, children: Vec<IcicleBox>) -> IcicleBox {
    IcicleBox {
        label: label.into(),
        note: format!("{size} pJ"),
        detail: format!("all of {label}: {size} pJ"),
        size,
        tone: IcicleTone::Segment {
            index: children.len() + 8,
            lighter: 1,
        },
        children,
    }
}

fn chart(root: IcicleBox) -> Icicle {
    Icicle {
        title: format!("Where the energy goes: {}", root.label),
        subtitle: Some("n = 8".into()),
        legend: vec![(root.label.clone(), IcicleTone::Neutral)],
        root,
        caption: vec!["Conventions: none.".into()],
    }
}

/// Every text lies within the rectangle before it that is a box.
fn assert_within_boxes(svg: &Svg) {
    let all = texts(svg);
    let boxes = svg.as_str().split("<g class=\"box\"").skip(1);
    let mut checked = 0;
    for one in boxes {
        let (one, _) = one.split_once("</g>").unwrap();
        let Some(text) = one.lines().find(|line| line.starts_with("<text ")) else {
            continue;
        };
        let rect = one.lines().find(|line| line.starts_with("<rect ")).unwrap();
        let words = text.split(['<', '>']).nth(2).unwrap();
        let words = words.replace("&lt;", "<").replace("&amp;", "&");
        let x = number(text, "x");
        let found = all.iter().find(|(known, at)| *known == words && at[0] == x);
        let (_, [left, top, right, bottom]) = found.unwrap();
        let (from, upper) = (number(rect, "x"), number(rect, "y"));
        assert!(
            *left >= from && *right <= from + number(rect, "width"),
            "{words}"
        );
        assert!(
            *top >= upper && *bottom <= upper + number(rect, "height"),
            "{words}"
        );
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn names_are_shortened_to_their_boxes() {
    let long = "a name that is far too long for the box that it names";
    let parts = vec![
        part(
            long,
            10.0,
            vec![part("x", 1.0, vec![]), part(long, 9.0, vec![])],
        ),
        part("short", 80.0, vec![part(&"w".repeat(5000), 80.0, vec![])]),
        part("能量能量能量能量", 5.0, vec![]),
        part("none", 1.0, vec![]),
    ];
    let svg = icicle(&chart(part("net", 96.0, parts))).unwrap();
    assert_legible(&svg);
    assert_within_boxes(&svg);
    assert!(says(&svg, "short  80 pJ"));
    assert!(
        svg.as_str()
            .contains(&format!("all of {long}: 10 pJ</title>"))
    );
}

#[test]
fn nothing_in_a_name_is_more_than_text() {
    let name = "</title><script>alert(1)</script>\" onload=\"alert(2)\n]]>&amp;'\u{202e}\u{1b}";
    let svg = icicle(&chart(part(name, 1.0, vec![part(name, 1.0, vec![])]))).unwrap();
    // One script, our own, and no more elements than a harmless name has.
    assert_eq!(svg.as_str().matches("<script").count(), 1);
    assert_eq!(svg.as_str().matches("</title>").count(), 3);
    assert!(!svg.as_str().contains(" onload=\"alert"));
    assert!(!svg.as_str().contains('\u{202e}'));
    // It is well-formed: the reader of XML behind the rasteriser takes it.
    assert!(svg.to_png(1.0).is_ok());
    assert_legible(&svg);
    // Two names of vocabularies, and nothing to fetch.
    assert_eq!(svg.as_str().matches("http").count(), 2);
}

/// Of 10 000 boxes of 0.0968 px none is drawn by itself.
#[test]
fn boxes_too_narrow_to_draw_are_folded_and_that_is_said() {
    let ops = (0..10_000).map(|at| part(&format!("op{at}"), 1.0, vec![]));
    let mut ops: Vec<IcicleBox> = ops.collect();
    ops.push(part("large", 10_000.0, vec![]));
    // What costs nothing is not folded, it is not there.
    ops.push(part("free", 0.0, vec![]));
    let svg = icicle(&chart(part("net", 20_000.0, ops))).unwrap();
    assert!(svg.as_str().len() < 50_000, "{}", svg.as_str().len());
    assert!(svg.as_str().contains("10000 boxes too narrow to draw"));
    assert!(
        svg.as_str()
            .contains("<title>10000 boxes too narrow to draw</title>")
    );
    assert!(says(&svg, "10000 more"));
    assert!(says(&svg, "large  10000 pJ"));
    assert_legible(&svg);
}

#[test]
fn a_whole_of_no_size_is_drawn_alone() {
    let svg = icicle(&chart(part("net", 0.0, vec![part("free", 0.0, vec![])]))).unwrap();
    assert!(says(&svg, "net  0 pJ"));
    assert!(!svg.as_str().contains("too narrow"));
    let wrong = |size| icicle(&chart(part("net", size, vec![])));
    assert!(matches!(wrong(f64::NAN), Err(ChartError::NotFinite(_))));
    assert!(matches!(wrong(-1.0), Err(ChartError::Negative(_))));
}

/// A model of two layers of two stages.
pub fn tree() -> Icicle {
    let layer = |name: &str| {
        let stages = vec![part("q-proj", 3.0, vec![]), part("softmax", 1.0, vec![])];
        part(name, 4.0, stages)
    };
    chart(part("net", 8.0, vec![layer("layer.0"), layer("layer.1")]))
}

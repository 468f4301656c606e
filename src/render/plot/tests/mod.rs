//! What holds for every picture, checked on the SVG as a viewer would read it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bars;
mod heat;
mod icicle;
mod lines;
mod pdf;
mod print;
mod tornado;

use self::bars::attention;
use self::heat::grid;
use self::lines::saving;
use self::tornado::inputs;
use super::font::{Fonts, Type};
use super::*;
use crate::render::chart::*;

/// Pictures for screens.
fn stacked_bars(chart: &StackedBars) -> Result<Svg, ChartError> {
    super::stacked_bars(chart, &FigureStyle::default())
}

fn lines(chart: &LineChart) -> Result<Svg, ChartError> {
    super::lines(chart, &FigureStyle::default())
}

fn lines_with_bands(chart: &LineChart, bands: &[Band]) -> Result<Svg, ChartError> {
    super::lines_with_bands(chart, bands, &FigureStyle::default())
}

fn tornado(chart: &Tornado) -> Result<Svg, ChartError> {
    super::tornado(chart, &FigureStyle::default())
}

fn heat_map(chart: &HeatMap) -> Result<Svg, ChartError> {
    super::heat_map(chart, &FigureStyle::default())
}

fn icicle(chart: &Icicle) -> Result<Svg, ChartError> {
    super::icicle(chart, &FigureStyle::default())
}

/// The value of an attribute of an SVG element.
fn attribute<'e>(element: &'e str, name: &str) -> Option<&'e str> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    element[start..].split('"').next()
}

fn number(element: &str, name: &str) -> f64 {
    attribute(element, name).unwrap().parse().unwrap()
}

fn elements<'s>(svg: &'s Svg, name: &str) -> Vec<&'s str> {
    let open = format!("<{name} ");
    let lines = svg.as_str().lines();
    lines.filter(|line| line.starts_with(&open)).collect()
}

/// A text and the box around it: left, top, right, bottom.
fn texts(svg: &Svg) -> Vec<(String, [f64; 4])> {
    let fonts = Fonts::embedded().unwrap();
    let mut texts = Vec::new();
    for element in elements(svg, "text") {
        let text = element.split(['<', '>']).nth(2).unwrap();
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        let text = text.replace("&quot;", "\"").replace("&amp;", "&");
        let size = number(element, "font-size");
        let style = Type {
            size,
            bold: attribute(element, "font-weight").is_some(),
            colour: plotters::style::BLACK,
        };
        let width = fonts.width(&text, style);
        let (x, y) = (number(element, "x"), number(element, "y"));
        let before = match attribute(element, "text-anchor") {
            None => 0.0,
            Some("middle") => width / 2.0,
            Some("end") => width,
            other => panic!("anchor {other:?}"),
        };
        let around = match attribute(element, "transform") {
            // Upwards: what ran to the right runs to the top.
            Some(_) => [
                x - 0.76 * size,
                y + before - width,
                x + 0.24 * size,
                y + before,
            ],
            None => [
                x - before,
                y - 0.76 * size,
                x - before + width,
                y + 0.24 * size,
            ],
        };
        texts.push((text, around));
    }
    texts
}

/// Width and height of the page, in the units in which it is drawn.
fn page_of(svg: &Svg) -> (f64, f64) {
    let page = elements(svg, "svg")[0];
    let view = attribute(page, "viewBox").unwrap().split(' ');
    let numbers: Vec<f64> = view.map(|number| number.parse().unwrap()).collect();
    (numbers[2], numbers[3])
}

/// No text leaves the page, and no two texts overlap.
fn assert_legible(svg: &Svg) {
    let (width, height) = page_of(svg);
    let texts = texts(svg);
    for (text, [left, top, right, bottom]) in &texts {
        assert!(
            *left >= 0.0 && *right <= width,
            "'{text}' leaves the page at a side"
        );
        assert!(
            *top >= 0.0 && *bottom <= height,
            "'{text}' leaves the page above or below"
        );
    }
    for (index, (a, here)) in texts.iter().enumerate() {
        for (b, there) in &texts[index + 1..] {
            // Up to a pixel of the empty parts of two lines may meet.
            let apart = here[2] <= there[0]
                || there[2] <= here[0]
                || here[3] <= there[1] + 1.0
                || there[3] <= here[1] + 1.0;
            assert!(apart, "'{a}' and '{b}' overlap");
        }
    }
}

fn says(svg: &Svg, wanted: &str) -> bool {
    texts(svg).iter().any(|(text, _)| text == wanted)
}

#[test]
fn a_chart_is_the_same_file_every_time() {
    assert_eq!(stacked_bars(&attention()), stacked_bars(&attention()));
    assert_eq!(lines(&saving()), lines(&saving()));
    assert_eq!(tornado(&inputs()), tornado(&inputs()));
    assert_eq!(heat_map(&grid()), heat_map(&grid()));
    let svg = lines(&saving()).unwrap();
    assert_eq!(svg.to_png(1.0), svg.to_png(1.0));
}

#[test]
fn all_texts_are_on_the_page_and_apart() {
    assert_legible(&stacked_bars(&attention()).unwrap());
    assert_legible(&lines(&saving()).unwrap());
    assert_legible(&tornado(&inputs()).unwrap());
    assert_legible(&heat_map(&grid()).unwrap());
}

#[test]
fn names_of_any_length_stay_on_the_page() {
    let long = "long".repeat(60);
    let mut chart = attention();
    chart.groups[0].label = long.clone();
    chart.groups[0].bars[0].label = long.clone();
    chart.groups[0].bars[0].note = Some(long.clone());
    chart.legend[1].name = long.clone();
    chart.caption = vec![long.clone()];
    assert_legible(&stacked_bars(&chart).unwrap());

    let mut chart = saving();
    chart.series[0].label = long.clone();
    chart.x.label = long.clone();
    chart.y.label = long.clone();
    chart.regions[0].label = long.clone();
    chart.marks[0].label = long.clone();
    assert_legible(&lines(&chart).unwrap());

    let mut chart = inputs();
    chart.x_label = long.clone();
    chart.bars[0].label = long.clone();
    chart.bars[1].low_label = long.clone();
    chart.bars[1].high_label = long.clone();
    chart.bars[2].note = Some(long.clone());
    assert_legible(&tornado(&chart).unwrap());

    let mut chart = grid();
    chart.title = long.clone();
    chart.x.label = long.clone();
    chart.y.label = long.clone();
    chart.target.as_mut().unwrap().label = long;
    assert_legible(&heat_map(&chart).unwrap());
}

#[test]
fn a_png_has_the_size_of_the_page_times_the_scale() {
    let svg = stacked_bars(&attention()).unwrap();
    let png = svg.to_png(2.0).unwrap();
    // The header chunk of a PNG holds width and height as big-endian words.
    let word = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let page = elements(&svg, "svg")[0];
    assert_eq!(f64::from(word(16)), 2.0 * number(page, "width"));
    assert_eq!(f64::from(word(20)), 2.0 * number(page, "height"));
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e6] {
        assert!(
            matches!(svg.to_png(scale), Err(ChartError::Raster(_))),
            "{scale}"
        );
    }
}

#[test]
fn nothing_of_the_last_picture_is_left_on_a_canvas() {
    let pictures = [
        lines(&saving()).unwrap(),
        tornado(&inputs()).unwrap(),
        stacked_bars(&attention()).unwrap(),
    ];
    let mut canvas = Canvas::default();
    for svg in pictures.iter().chain(pictures.iter().rev()) {
        let own = [svg.pdf().unwrap(), svg.png().unwrap()];
        assert!(svg.pdf_and_png(&mut canvas).unwrap() == own);
    }
}

#[test]
fn text_in_the_png_is_drawn() {
    // The same chart without its words has fewer inked pixels, so it packs smaller.
    let mut silent = attention();
    silent.title.clear();
    let size = |chart: &StackedBars| stacked_bars(chart).unwrap().to_png(1.0).unwrap().len();
    assert!(size(&attention()) > size(&silent));
}

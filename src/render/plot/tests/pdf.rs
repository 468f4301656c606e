//! PDF: text that can be found, fonts that are in the file, the same bytes.

use miniz_oxide::inflate::decompress_to_vec_zlib;

use super::*;

fn print(title: &str) -> Vec<u8> {
    let mut chart = attention();
    chart.title = title.to_owned();
    let style = FigureStyle {
        width: Some("84mm".parse().unwrap()),
        ..FigureStyle::default()
    };
    super::super::stacked_bars(&chart, &style)
        .unwrap()
        .pdf()
        .unwrap()
}

/// A PDF as text, its compressed streams unpacked.
fn unpacked(pdf: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = pdf;
    let find = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).position(|w| w == wanted);
    while let Some(at) = find(rest, b"stream\n") {
        let (head, body) = (&rest[..at], &rest[at + 7..]);
        out += &String::from_utf8_lossy(head);
        let end = find(body, b"\nendstream").unwrap();
        let bytes = match decompress_to_vec_zlib(&body[..end]) {
            Ok(bytes) => bytes,
            Err(_) => body[..end].to_vec(),
        };
        out += &String::from_utf8_lossy(&bytes);
        rest = &body[end + 10..];
    }
    out + &String::from_utf8_lossy(rest)
}

#[test]
fn a_pdf_is_as_large_as_its_figure() {
    let pdf = unpacked(&print("Energy"));
    // 84 mm are 84 / 25.4 · 72 = 238.110 points.
    assert!(pdf.contains("/MediaBox [0 0 238.11 "), "{pdf}");
}

#[test]
fn fonts_are_in_the_file_and_their_glyphs_have_characters() {
    let pdf = unpacked(&print("Energy"));
    assert_eq!(pdf.matches("/FontFile2").count(), 2);
    assert_eq!(pdf.matches("/ToUnicode").count(), 2);
    assert!(pdf.contains("+DejaVuSans-Bold") && pdf.contains("+DejaVuSans\n"));
    // The micro sign, U+00B5, is among them.
    assert!(pdf.contains("<00B5>") || pdf.contains("<00b5>"));
    // Text is shown as text, not as outlines.
    assert!(pdf.matches(" Tj").count() > 10);
}

#[test]
fn the_same_chart_is_the_same_pdf() {
    assert_eq!(print("Energy"), print("Energy"));
    let pdf = unpacked(&print("Energy"));
    for changing in ["/CreationDate", "/ModDate", "/ID"] {
        assert!(!pdf.contains(changing), "{changing}");
    }
}

/// What the font lacks is shown by a sign, and still found and copied.
#[test]
fn characters_that_the_font_lacks_are_kept_beside_the_text() {
    let pdf = unpacked(&print("能量 (energy) \\"));
    assert!(pdf.contains("/ActualText"));
    assert!(!unpacked(&print("Energy")).contains("/ActualText"));
}

#[test]
fn every_kind_of_chart_can_be_a_pdf() {
    for svg in [
        lines(&saving()).unwrap(),
        tornado(&inputs()).unwrap(),
        heat_map(&grid()).unwrap(),
        icicle(&super::icicle::tree()).unwrap(),
    ] {
        let pdf = svg.pdf().unwrap();
        assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 5_000);
    }
}

//! How wide text is in print, before anything is typeset.
//!
//! The widths are those of Computer Modern, the widest of the usual fonts, or a
//! little more: what is found to fit, does.

use super::escape::pieces;

/// `\footnotesize` of a paper in ten points, over ten points; small sizes of this
/// font are a little wider than that.
pub(super) const SIZE: f64 = 0.85;

/// The width of a space, in points.
const SPACE: f64 = 3.4 * SIZE;

/// The width of `text` on one line in `\footnotesize`, in points.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(advance).sum::<f64>() * SIZE
}

/// The width of the longest piece of `text` that no line end may break.
pub(super) fn longest_piece(text: &str) -> f64 {
    let words = text.split(' ');
    let pieces = words.flat_map(|word| pieces(word).into_iter());
    pieces.map(|piece| width(&piece)).fold(0.0, f64::max)
}

/// The lines of `text` that are at most so wide, as far as its words allow.
pub(super) fn lines(text: &str, limit: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut filled) = (String::new(), 0.0);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        for (at, piece) in pieces(word).into_iter().enumerate() {
            let own = width(&piece);
            let space = match at {
                0 if !line.is_empty() => SPACE,
                _ => 0.0,
            };
            if !line.is_empty() && filled + space + own > limit {
                lines.push(std::mem::take(&mut line));
                filled = 0.0;
            } else if space > 0.0 {
                line.push(' ');
                filled += space;
            }
            line.push_str(&piece);
            filled += own;
        }
    }
    lines.push(line);
    lines
}

/// How far a character goes at ten points.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '·' => 3.1,
        ' ' | '-' | 'f' | 'I' | '_' => 3.6,
        'r' | 's' | 't' | '(' | ')' | '[' | ']' => 4.0,
        'c' | 'e' | 'z' => 4.5,
        '0'..='9' | 'a' | 'g' | 'o' | '"' | '*' | '–' | '/' => 5.0,
        'b' | 'd' | 'h' | 'k' | 'n' | 'p' | 'q' | 'u' | 'v' | 'x' | 'y' | 'S' | 'J' | '`' => 5.6,
        'µ' | 'μ' => 6.4,
        'w' | 'B' | 'C' | 'E' | 'F' | 'L' | 'P' | 'R' | 'T' | 'Z' => 7.3,
        'm' | '%' | '#' | '&' | '@' | '+' | '=' | '<' | '>' | '×' | '−' => 8.4,
        'M' | 'W' | '—' | '→' | '∞' | '…' => 10.3,
        '\u{202f}' | '\u{2009}' => 1.7,
        c if c.is_ascii() => 7.9,
        // In pdfTeX its number stands in its place.
        c if u32::from(c) > 0x2e80 => 42.0,
        _ => 8.4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_long_names_end_them_at_joints() {
        // At 10 points a character here takes about 5.
        assert_eq!(lines("a bc def", 500.0), ["a bc def"]);
        assert_eq!(lines("aaaa aaaa", 18.0), ["aaaa", "aaaa"]);
        assert_eq!(lines("layer_one", 25.0), ["layer_", "one"]);
        assert_eq!(lines("", 25.0), [""]);
    }

    #[test]
    fn a_number_takes_its_digits() {
        // Seven digits of 5 and two thin spaces of 1.7 at ten points.
        let expected = (7.0 * 5.0 + 2.0 * 1.7) * SIZE;
        assert!((width("8\u{202f}388\u{202f}608") - expected).abs() < 1e-9);
        assert_eq!(longest_piece("mul.fp32 of q"), width("mul."));
    }
}

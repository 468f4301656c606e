//! Breaking a text into lines that fit.
//!
//! A terminal measures in columns and a chart in pixels, so the measure is an
//! argument. Words are never broken: half an identifier is worth less than a line
//! that is too long, and whoever lays out can ask for the longest word first. Only
//! the plain space separates words; no-break spaces hold `8 388 608` together.

/// The lines of `text`, each at most `limit` wide by `measure` unless a single word
/// is wider. Line breaks in `text` are kept. A line that fits is left as it is; one
/// that does not is filled word by word, its indentation repeated on every part.
pub fn wrap(text: &str, limit: f64, measure: impl Fn(&str) -> f64) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let line = line.replace(char::is_control, " ");
        let line = line.trim_end_matches(' ');
        if measure(line) <= limit {
            lines.push(line.to_string());
            continue;
        }
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        let mut filled = String::new();
        for word in words(line) {
            let longer = format!("{filled} {word}");
            if filled.is_empty() {
                filled = format!("{indent}{word}");
            } else if measure(&longer) <= limit {
                filled = longer;
            } else {
                lines.push(filled);
                filled = format!("{indent}{word}");
            }
        }
        lines.push(filled);
    }
    lines
}

/// The words of `text`, between which [`wrap`] may break.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\n']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, limit: usize) -> Vec<String> {
        wrap(text, limit as f64, |line| line.chars().count() as f64)
    }

    #[test]
    fn words_fill_the_lines() {
        assert_eq!(lines("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(lines("one\ntwo", 10), ["one", "two"]);
        assert_eq!(lines("", 10), [""]);
    }

    #[test]
    fn a_long_word_stays_whole() {
        assert_eq!(lines("a softmax_output b", 5), ["a", "softmax_output", "b"]);
    }

    #[test]
    fn a_grouped_number_stays_whole() {
        let number = "8\u{202f}388\u{202f}608";
        assert_eq!(lines(&format!("n {number}"), 4), ["n", number]);
    }

    #[test]
    fn indentation_is_kept_on_every_line() {
        assert_eq!(lines("  key value", 6), ["  key", "  value"]);
        assert_eq!(lines("  key", 9), ["  key"]);
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        assert_eq!(lines("a\tb\u{1b}c", 9), ["a b c"]);
    }
}

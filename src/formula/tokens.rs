//! The numbers, names and signs that a formula is made of.

use std::ops::Range;

use num_rational::BigRational;

use crate::number;

/// A formula that does not follow the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, for a user to read.
    pub message: String,
    /// The bytes of the text at which it is wrong.
    pub span: Range<usize>,
}

/// Whether `text` can be a name in a formula: letters, digits and `_`, not
/// starting with a digit.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// The smallest part of a formula that means something.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(BigRational),
    Name(String),
    Sign(&'static str),
}

impl Token {
    pub(super) fn describe(&self) -> String {
        match self {
            Token::Number(value) => format!("`{}`", number::plain(value)),
            Token::Name(name) => format!("`{name}`"),
            Token::Sign(sign) => format!("`{sign}`"),
        }
    }
}

const SIGNS: [&str; 13] = [
    "<=", ">=", "==", "<", ">", "+", "-", "*", "/", "^", "(", ")", ",",
];

/// A token and its bytes in the formula's text.
pub(super) type PlacedToken = (Token, Range<usize>);

/// The tokens of `text`, in order.
///
/// # Errors
/// Fails at the first character that begins no token, and at a number that is
/// badly written.
pub(super) fn tokens(text: &str) -> Result<Vec<PlacedToken>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = if let Some(length) = numbered_name(rest) {
            (Token::Name(rest[..length].to_owned()), length)
        } else if first.is_ascii_digit() || first == '.' {
            number_token(rest, at)?
        } else if first.is_alphabetic() || first == '_' {
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(rest.len());
            (Token::Name(rest[..length].to_owned()), length)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(SyntaxError {
                message: format!("`{first}` means nothing in a formula"),
                span: at..at + first.len_utf8(),
            });
        };
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

/// The length of a dotted name that begins with a number, such as
/// `45nm.fp32.mul`.
fn numbered_name(rest: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    let (first, _) = rest[..length].split_once('.')?;
    let letters = first.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_name = letters.len() < first.len() && is_name(letters);
    // `1e3.` is a number, if a wrong one.
    let is_exponent = letters
        .strip_prefix(['e', 'E'])
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    (is_name && !is_exponent).then_some(length)
}

fn number_token(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let bytes = rest.as_bytes();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        let exponent_sign =
            matches!(byte, b'+' | b'-') && length > 0 && matches!(bytes[length - 1], b'e' | b'E');
        // `2e` followed by a letter is not an exponent, so `e` counts only
        // where digits (or a sign and digits) follow.
        let exponent = matches!(byte, b'e' | b'E')
            && matches!(bytes.get(length + 1), Some(b'0'..=b'9' | b'+' | b'-'));
        if byte.is_ascii_digit() || matches!(byte, b'.' | b'_') || exponent || exponent_sign {
            length += 1;
        } else {
            break;
        }
    }
    match number::parse_decimal(&rest[..length]) {
        Some(value) => Ok((Token::Number(value), length)),
        None => Err(SyntaxError {
            message: format!("`{}` is not a number", &rest[..length]),
            span: at..at + length,
        }),
    }
}

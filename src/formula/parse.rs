//! Text to tree, with the place of every part.

use std::ops::Range;

use num_rational::BigRational;

use crate::number;
use crate::source::{Diagnostic, Place, Problems};

/// Longer formulas are refused.
const MAX_LENGTH: usize = 1024;
/// Deeper nesting is refused, so that no formula can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// A part of a formula and its bytes in the formula's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// What it is.
    pub node: Node,
    /// Where it stands in the text.
    pub span: Range<usize>,
}

/// What a part of a formula can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A decimal number, exact.
    Number(BigRational),
    /// A name, dotted parts included (`int8.add`).
    Name(String),
    /// `-x`.
    Negate(Box<Ast>),
    /// Two operands and what is done with them.
    Binary(BinaryOp, Box<Ast>, Box<Ast>),
    /// `f(x, …)`.
    Call(String, Vec<Ast>),
}

/// What is done with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `^`
    Pow,
    /// `<`, `<=`, `>`, `>=` or `==`: 1 where it holds, 0 elsewhere.
    Compare,
}

/// A formula that does not follow the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where in the text.
    pub span: Range<usize>,
}

/// A formula with its text and the place where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The tree.
    pub ast: Ast,
    /// The text as written.
    pub text: String,
    /// Where the text stands.
    pub place: Place,
}

impl Formula {
    /// Reads the formula `text` that stands at `place`; a mistake is shown in
    /// the formula itself.
    pub fn read(text: &str, place: &Place, problems: &mut Problems) -> Option<Formula> {
        match parse(text) {
            Ok(ast) => Some(Formula {
                ast,
                text: text.to_owned(),
                place: place.clone(),
            }),
            Err(error) => {
                let at = inner_place(place, text, &error.span);
                problems.push(Diagnostic::at(
                    &at,
                    format!("formula `{}`: {}", shorten(text.trim()), error.message),
                ));
                None
            }
        }
    }

    /// A formula that is a plain number.
    pub fn number(value: BigRational, place: &Place) -> Formula {
        let text = number::plain(&value);
        Formula {
            ast: Ast {
                node: Node::Number(value),
                span: 0..text.len(),
            },
            text,
            place: place.clone(),
        }
    }

    /// The place of one part of the formula.
    pub fn place_of(&self, part: &Ast) -> Place {
        inner_place(&self.place, &self.text, &part.span)
    }

    /// The text with some of its names replaced.
    pub fn renamed(&self, new_name: impl Fn(&str) -> Option<String>) -> String {
        let mut names: Vec<(Range<usize>, String)> = Vec::new();
        self.ast.visit(&mut |part| {
            if let Node::Name(name) = &part.node
                && let Some(new) = new_name(name)
            {
                names.push((part.span.clone(), new));
            }
        });
        let mut text = self.text.clone();
        for (span, new) in names.into_iter().rev() {
            text.replace_range(span, &new);
        }
        text
    }

    /// Every name in it, with its place.
    pub fn names(&self) -> Vec<(String, Place)> {
        let mut names = Vec::new();
        self.ast.visit(&mut |part| {
            if let Node::Name(name) = &part.node {
                names.push((name.clone(), self.place_of(part)));
            }
        });
        names
    }
}

/// The start of a formula too long to show in a sentence.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where `span` of a formula stands; the whole value where the file's text
/// differs from the formula (escapes), since offsets then mean nothing.
fn inner_place(place: &Place, text: &str, span: &Range<usize>) -> Place {
    if place.span().len() == text.len() {
        place.part(span.clone())
    } else {
        place.clone()
    }
}

impl Ast {
    /// Calls `see` on this part and all parts in it.
    pub fn visit(&self, see: &mut impl FnMut(&Ast)) {
        see(self);
        match &self.node {
            Node::Number(_) | Node::Name(_) => {}
            Node::Negate(inner) => inner.visit(see),
            Node::Binary(_, left, right) => {
                left.visit(see);
                right.visit(see);
            }
            Node::Call(_, arguments) => arguments.iter().for_each(|part| part.visit(see)),
        }
    }
}

/// Whether `text` can be a name in a formula: letters, digits and `_`, not
/// starting with a digit.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// Reads a formula.
///
/// # Errors
/// The first place at which the text leaves the grammar, or a formula that is
/// too long or too deeply nested.
pub fn parse(text: &str) -> Result<Ast, SyntaxError> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxError {
            message: format!("longer than {MAX_LENGTH} characters"),
            span: 0..text.len(),
        });
    }
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        end: text.len(),
        depth: 0,
    };
    let ast = parser.compare()?;
    match parser.peek() {
        None => Ok(ast),
        Some((token, span)) => Err(SyntaxError {
            message: format!("expected an operator before {}", token.describe()),
            span,
        }),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(BigRational),
    Name(String),
    Sign(&'static str),
}

impl Token {
    fn describe(&self) -> String {
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

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, SyntaxError> {
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

struct Parser<'t> {
    tokens: &'t [(Token, Range<usize>)],
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<(&Token, Range<usize>)> {
        self.tokens
            .get(self.at)
            .map(|(token, span)| (token, span.clone()))
    }

    /// Takes the next token if it is one of `signs`.
    fn sign(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        match self.peek()? {
            (Token::Sign(sign), _) if signs.contains(sign) => {
                let sign = *sign;
                self.at += 1;
                Some(sign)
            }
            _ => None,
        }
    }

    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let span = self.peek().map_or(self.end..self.end, |(_, span)| span);
            return Err(SyntaxError {
                message: format!("nested more than {MAX_DEPTH} deep"),
                span,
            });
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn compare(&mut self) -> Result<Ast, SyntaxError> {
        let left = self.sum()?;
        if self.sign(&["<", "<=", ">", ">=", "=="]).is_none() {
            return Ok(left);
        }
        let right = self.sum()?;
        Ok(binary(BinaryOp::Compare, left, right))
    }

    fn sum(&mut self) -> Result<Ast, SyntaxError> {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&["+", "-"]) {
            let right = self.product()?;
            let op = if sign == "+" {
                BinaryOp::Add
            } else {
                BinaryOp::Sub
            };
            left = binary(op, left, right);
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Ast, SyntaxError> {
        let mut left = self.unary()?;
        while let Some(sign) = self.sign(&["*", "/"]) {
            let right = self.unary()?;
            let op = if sign == "*" {
                BinaryOp::Mul
            } else {
                BinaryOp::Div
            };
            left = binary(op, left, right);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Ast, SyntaxError> {
        let start = self.peek().map_or(self.end, |(_, span)| span.start);
        if self.sign(&["-"]).is_none() {
            return self.power();
        }
        let inner = self.nested(Self::unary)?;
        let span = start..inner.span.end;
        Ok(Ast {
            node: Node::Negate(Box::new(inner)),
            span,
        })
    }

    fn power(&mut self) -> Result<Ast, SyntaxError> {
        let base = self.atom()?;
        if self.sign(&["^"]).is_none() {
            return Ok(base);
        }
        let exponent = self.nested(Self::unary)?;
        Ok(binary(BinaryOp::Pow, base, exponent))
    }

    fn atom(&mut self) -> Result<Ast, SyntaxError> {
        let Some((token, span)) = self.peek() else {
            return Err(SyntaxError {
                message: "ends where a value should stand".to_owned(),
                span: self.end.saturating_sub(1)..self.end,
            });
        };
        let token = token.clone();
        self.at += 1;
        match token {
            Token::Number(value) => Ok(Ast {
                node: Node::Number(value),
                span,
            }),
            Token::Name(name) => match self.sign(&["("]) {
                Some(_) => {
                    let arguments = self.nested(Self::arguments)?;
                    let end = self.close()?;
                    Ok(Ast {
                        node: Node::Call(name, arguments),
                        span: span.start..end,
                    })
                }
                None => Ok(Ast {
                    node: Node::Name(name),
                    span,
                }),
            },
            Token::Sign("(") => {
                let inner = self.nested(Self::compare)?;
                let end = self.close()?;
                Ok(Ast {
                    node: inner.node,
                    span: span.start..end,
                })
            }
            other => Err(SyntaxError {
                message: format!("expected a value, found {}", other.describe()),
                span,
            }),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Ast>, SyntaxError> {
        let mut arguments = vec![self.compare()?];
        while self.sign(&[","]).is_some() {
            arguments.push(self.compare()?);
        }
        Ok(arguments)
    }

    fn close(&mut self) -> Result<usize, SyntaxError> {
        let (found, span) = match self.peek() {
            Some((Token::Sign(")"), span)) => {
                self.at += 1;
                return Ok(span.end);
            }
            Some((token, span)) => (token.describe(), span),
            None => ("the end".to_owned(), self.end.saturating_sub(1)..self.end),
        };
        Err(SyntaxError {
            message: format!("expected `)`, found {found}"),
            span,
        })
    }
}

fn binary(op: BinaryOp, left: Ast, right: Ast) -> Ast {
    let span = left.span.start..right.span.end;
    Ast {
        node: Node::Binary(op, Box::new(left), Box::new(right)),
        span,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The tree in prefix form, which shows precedence and nothing else.
    fn prefix(ast: &Ast) -> String {
        match &ast.node {
            Node::Number(value) => number::plain(value),
            Node::Name(name) => name.clone(),
            Node::Negate(inner) => format!("(neg {})", prefix(inner)),
            Node::Binary(op, left, right) => {
                let sign = match op {
                    BinaryOp::Add => "+",
                    BinaryOp::Sub => "-",
                    BinaryOp::Mul => "*",
                    BinaryOp::Div => "/",
                    BinaryOp::Pow => "^",
                    BinaryOp::Compare => "?",
                };
                format!("({sign} {} {})", prefix(left), prefix(right))
            }
            Node::Call(name, arguments) => {
                let inner: Vec<String> = arguments.iter().map(prefix).collect();
                format!("({name} {})", inner.join(" "))
            }
        }
    }

    #[test]
    fn operators_bind_as_in_mathematics() {
        let read = |text| prefix(&parse(text).unwrap());
        assert_eq!(read("a + b * c"), "(+ a (* b c))");
        assert_eq!(read("a / b / c"), "(/ (/ a b) c)");
        assert_eq!(read("-a ^ 2"), "(neg (^ a 2))");
        assert_eq!(read("a ^ b ^ c"), "(^ a (^ b c))");
        assert_eq!(read("x - 1 > 0"), "(? (- x 1) 0)");
        assert_eq!(read("max(a, 2.5e1)"), "(max a 25)");
        assert_eq!(read("4 * int8.add"), "(* 4 int8.add)");
    }

    #[test]
    fn mistakes_point_into_the_formula() {
        let wrong = |text| {
            let error = parse(text).unwrap_err();
            (error.message, error.span)
        };
        assert_eq!(
            wrong("d / "),
            ("ends where a value should stand".into(), 3..4)
        );
        assert_eq!(
            wrong("d // h"),
            ("expected a value, found `/`".into(), 3..4)
        );
        assert_eq!(
            wrong("d h"),
            ("expected an operator before `h`".into(), 2..3)
        );
        assert_eq!(wrong("(d"), ("expected `)`, found the end".into(), 1..2));
        assert_eq!(
            wrong("d $ h"),
            ("`$` means nothing in a formula".into(), 2..3)
        );
        assert_eq!(wrong("1.2.3"), ("`1.2.3` is not a number".into(), 0..5));
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!("{}d{}", "(".repeat(5000), ")".repeat(5000));
        assert!(parse(&deep).unwrap_err().message.contains("longer"));
        let deep = format!("{}d{}", "(".repeat(100), ")".repeat(100));
        assert!(parse(&deep).unwrap_err().message.contains("nested"));
        assert!(parse(&"-".repeat(1000)).is_err());
        assert!(parse(&"2^".repeat(500)).is_err());
    }
}

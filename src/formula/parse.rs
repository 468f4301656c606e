//! Text to tree, by recursive descent.

use std::ops::Range;

use super::ast::{Ast, AstNode, BinaryOp};
use super::tokens::{PlacedToken, SyntaxError, Token, tokens};

/// The longest formula that is read, in bytes.
const MAX_LENGTH: usize = 1024;
/// The deepest nesting that is read, so that no formula can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Reads a formula into a tree.
///
/// # Errors
/// Fails at the first place at which the text leaves the grammar, and for a
/// formula that is too long or too deeply nested.
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

struct Parser<'t> {
    tokens: &'t [PlacedToken],
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
            node: AstNode::Negate(Box::new(inner)),
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
                node: AstNode::Number(value),
                span,
            }),
            Token::Name(name) => match self.sign(&["("]) {
                Some(_) => {
                    let arguments = self.nested(Self::arguments)?;
                    let end = self.close()?;
                    Ok(Ast {
                        node: AstNode::Call(name, arguments),
                        span: span.start..end,
                    })
                }
                None => Ok(Ast {
                    node: AstNode::Name(name),
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
        node: AstNode::Binary(op, Box::new(left), Box::new(right)),
        span,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::number;

    /// The tree in prefix form, which shows precedence and nothing else.
    fn prefix(ast: &Ast) -> String {
        match &ast.node {
            AstNode::Number(value) => number::plain(value),
            AstNode::Name(name) => name.clone(),
            AstNode::Negate(inner) => format!("(neg {})", prefix(inner)),
            AstNode::Binary(op, left, right) => {
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
            AstNode::Call(name, arguments) => {
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

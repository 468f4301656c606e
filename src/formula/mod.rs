//! Formulas as users write them: `d / h`, `0.5 * mul`, `x > 0`.
//!
//! One small grammar serves dims, table entries and elementwise ops. What a
//! name stands for is up to the reader of the tree: a dim, an entry, a tensor.
//!
//! ```text
//! compare := sum (("<" | "<=" | ">" | ">=" | "==") sum)?
//! sum     := product (("+" | "-") product)*
//! product := unary (("*" | "/") unary)*
//! unary   := "-" unary | power
//! power   := atom ("^" unary)?
//! atom    := number | name | name "(" compare ("," compare)* ")" | "(" compare ")"
//! ```
//!
//! A name has dots where it names a part (`int8.add`, `45nm.fp32.mul`); only
//! then may it begin with a digit.

mod ast;
mod parse;
mod tokens;
mod written;

pub use self::ast::{Ast, AstNode, BinaryOp};
pub use self::parse::parse;
pub use self::tokens::{SyntaxError, is_name};
pub use self::written::Formula;

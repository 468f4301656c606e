//! Numbers that follow from others, step by step.

use std::collections::BTreeMap;

use super::module::Number;
use crate::formula::{Ast, AstNode};
use crate::source::{Diagnostic, Problems};

/// Steps from a number to the end of what it is computed from.
const DEPTH: usize = 600;

/// Refuses numbers that lead to others in a chain so long that following it
/// would exhaust the stack. Numbers that lead back to themselves are
/// reported where they are worked out.
pub(super) fn check_chains(numbers: &[Number], problems: &mut Problems) {
    let index: BTreeMap<&str, usize> = numbers
        .iter()
        .enumerate()
        .map(|(at, number)| (number.name.value.as_str(), at))
        .collect();
    let mut depths: Vec<Option<usize>> = vec![None; numbers.len()];
    let mut open = vec![false; numbers.len()];
    for start in 0..numbers.len() {
        let mut stack = vec![start];
        while let Some(&at) = stack.last() {
            if depths[at].is_some() {
                stack.pop();
                continue;
            }
            let mut needed = Vec::new();
            numbers[at].formula.ast.visit(&mut |part| {
                if let AstNode::Name(name) = &part.node {
                    needed.extend(index.get(name.as_str()).copied());
                }
            });
            open[at] = true;
            let next = needed
                .iter()
                .find(|other| depths[**other].is_none() && !open[**other]);
            if let Some(next) = next {
                stack.push(*next);
                continue;
            }
            let below = needed.iter().filter_map(|other| depths[*other]).max();
            let depth = depth(&numbers[at].formula.ast) + below.unwrap_or(0);
            depths[at] = Some(depth.min(DEPTH));
            if depth >= DEPTH && below.unwrap_or(0) < DEPTH {
                problems.push(Diagnostic::at(
                    &numbers[at].formula.place,
                    format!(
                        "`{}` follows from others in more than {DEPTH} steps",
                        numbers[at].name.value
                    ),
                ));
            }
            stack.pop();
        }
    }
}

/// How deep the parts of a formula are nested.
fn depth(ast: &Ast) -> usize {
    let inner = match &ast.node {
        AstNode::Number(_) | AstNode::Name(_) => 0,
        AstNode::Negate(inner) => depth(inner),
        AstNode::Binary(_, left, right) => depth(left).max(depth(right)),
        AstNode::Call(_, arguments) => arguments.iter().map(depth).max().unwrap_or(0),
    };
    inner + 1
}

//! What a model is used for: the phase that its graph is of.
//!
//! A model file describes a forward pass over all tokens, which is `prefill`.
//! The other phases follow from it. A model that generates says with `causal`
//! which of its dims counts tokens, none of which sees a later one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Model, Module, Number, NumberRole};
use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::number::whole;
use crate::source::{Diagnostic, Place, Problems, Spanned};

/// The dim that says how many tokens came before the new one.
pub const CONTEXT: &str = "context";

/// What a model is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// A forward pass over all tokens, as the file describes it.
    #[default]
    Prefill,
    /// One new token after `context` earlier ones, of which keys and values are
    /// kept.
    Decode,
}

impl Phase {
    /// The names of all phases.
    pub const NAMES: [&'static str; 2] = ["prefill", "decode"];

    /// Its name in arguments and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Prefill => "prefill",
            Phase::Decode => "decode",
        }
    }
}

/// A name that no phase has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownPhase;

impl FromStr for Phase {
    type Err = UnknownPhase;

    fn from_str(text: &str) -> Result<Phase, UnknownPhase> {
        match text {
            "prefill" => Ok(Phase::Prefill),
            "decode" => Ok(Phase::Decode),
            _ => Err(UnknownPhase),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Model {
    /// The phase that its graphs are of.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The same model in another phase. One that decodes has a dim more: the
    /// number of earlier tokens, one less than those of a prefill unless set.
    ///
    /// # Errors
    /// A model that cannot be used so: decoding needs causal attention.
    pub fn in_phase(mut self, phase: Phase) -> Result<Model, Problems> {
        if phase == Phase::Decode {
            let context = self.context()?;
            let mut root = Module::clone(&self.root);
            root.emptiable.push(context.name.clone());
            root.numbers.push(context);
            self.root = Arc::new(root);
        }
        self.phase = phase;
        Ok(self)
    }

    /// The dim of earlier tokens.
    fn context(&self) -> Result<Number, Diagnostic> {
        let root = &self.root;
        let Some(tokens) = &root.causal else {
            let message = format!(
                "`{}` cannot decode: nothing says that its attention is causal",
                root.name
            );
            return Err(
                Diagnostic::at(&Place::new(&root.source, 0..0), message).help(
                    "a model whose tokens see no later ones names the dim that counts them: \
                     `causal = \"n\"`",
                ),
            );
        };
        let mut numbers = root.numbers.iter().map(|number| &number.name);
        if let Some(own) = numbers.find(|name| name.value == CONTEXT) {
            let message = format!("`{CONTEXT}` is the number of earlier tokens when decoding");
            return Err(Diagnostic::at(&own.place, message)
                .help("give this one another name")
                .and(&tokens.place, "tokens are counted here"));
        }
        Ok(Number {
            name: Spanned::new(CONTEXT.to_owned(), tokens.place.clone()),
            role: NumberRole::Dim,
            formula: one_less(tokens),
        })
    }
}

/// `n - 1`
fn one_less(name: &Spanned<String>) -> Formula {
    let end = name.value.len();
    let part = |node, span| Box::new(Ast { node, span });
    let tokens = part(AstNode::Name(name.value.clone()), 0..end);
    let one = part(AstNode::Number(whole(1)), end + 3..end + 4);
    Formula {
        ast: Ast {
            node: AstNode::Binary(BinaryOp::Sub, tokens, one),
            span: 0..end + 4,
        },
        text: format!("{} - 1", name.value),
        place: name.place.clone(),
        is_text: false,
    }
}

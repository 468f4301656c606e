//! What a model is used for: the phase that its graph is of.
//!
//! A model file describes a forward pass over all tokens, which is `prefill`.
//! The other phases follow from it. A model that generates says with `tokens`
//! which of its dims counts them, none of which sees a later one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Model, Module, Number, NumberRole, TokenAxis};
use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::number::whole;
use crate::source::{Diagnostic, Fields, Place, Problems, Spanned};

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
    /// A forward pass, the backward ops that follow from it, and the update of
    /// all weights.
    Train(Training),
}

/// How a model is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Training {
    /// What updates the weights.
    pub optimiser: Optimiser,
    /// Whether results of the forward pass are kept for the backward ops.
    pub activations: Activations,
}

/// What updates the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Optimiser {
    /// The gradient, times a number.
    #[default]
    Sgd,
    /// A mean of gradients that decays.
    Momentum,
    /// The same over the root of a mean of their squares.
    Adam,
}

/// Whether results of the forward pass are kept for the backward ops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activations {
    /// All of them are.
    #[default]
    Stored,
    /// What goes into a block is; the rest is computed again.
    Recomputed,
}

impl Optimiser {
    /// The names of all.
    pub const NAMES: [&'static str; 3] = ["sgd", "momentum", "adam"];

    /// Its name in arguments and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Optimiser::Sgd => "sgd",
            Optimiser::Momentum => "momentum",
            Optimiser::Adam => "adam",
        }
    }

    /// The optimiser of this name.
    pub fn named(name: &str) -> Option<Optimiser> {
        let all = [Optimiser::Sgd, Optimiser::Momentum, Optimiser::Adam];
        all.into_iter().find(|optimiser| optimiser.name() == name)
    }
}

impl Activations {
    /// The names of both.
    pub const NAMES: [&'static str; 2] = ["stored", "recomputed"];

    /// Its name in arguments and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Activations::Stored => "stored",
            Activations::Recomputed => "recomputed",
        }
    }

    /// What is meant by this name.
    pub fn named(name: &str) -> Option<Activations> {
        let all = [Activations::Stored, Activations::Recomputed];
        all.into_iter()
            .find(|activations| activations.name() == name)
    }
}

impl Phase {
    /// The names of all phases.
    pub const NAMES: [&'static str; 3] = ["prefill", "decode", "train"];

    /// The phase that `phase`, `optimizer` and `activations` of a file ask for.
    pub fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Phase {
        let start = Spanned::new("prefill".to_owned(), fields.place().clone());
        let phase = fields.text("phase", problems).unwrap_or(start);
        let optimiser = fields.text("optimizer", problems);
        let activations = fields.text("activations", problems);
        match Phase::of_words(&phase, optimiser, activations) {
            Ok(phase) => phase,
            Err(mistake) => {
                problems.push(mistake);
                Phase::Prefill
            }
        }
    }

    /// The phase of this name, with the names of an optimiser and of what is
    /// done with activations.
    ///
    /// # Errors
    /// Words that mean nothing, or nothing for the phase.
    pub fn of_words(
        name: &Spanned<String>,
        optimiser: Option<Spanned<String>>,
        activations: Option<Spanned<String>>,
    ) -> Result<Phase, Diagnostic> {
        let unknown = |word: &Spanned<String>, message: String, known: &[&str]| {
            let mistake = Diagnostic::at(&word.place, message);
            mistake.known(&word.value, known.iter().copied())
        };
        let phase: Phase = name.value.parse().map_err(|UnknownPhase| {
            let message = format!("`{}` is no phase", name.value);
            unknown(name, message, &Phase::NAMES)
        })?;
        let Phase::Train(mut training) = phase else {
            for (what, word) in [("optimizer", &optimiser), ("activations", &activations)] {
                if let Some(word) = word {
                    let message = format!("`{what}` is given, but the phase is `{phase}`");
                    let mistake = Diagnostic::at(&word.place, message);
                    return Err(mistake.help("it belongs to the phase `train`"));
                }
            }
            return Ok(phase);
        };
        if let Some(word) = &optimiser {
            training.optimiser = Optimiser::named(&word.value).ok_or_else(|| {
                let message = format!("`{}` is no optimiser", word.value);
                unknown(word, message, &Optimiser::NAMES)
            })?;
        }
        if let Some(word) = &activations {
            training.activations = Activations::named(&word.value).ok_or_else(|| {
                let message = format!("activations are not `{}`", word.value);
                unknown(word, message, &Activations::NAMES)
            })?;
        }
        Ok(Phase::Train(training))
    }

    /// Its name in arguments and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Prefill => "prefill",
            Phase::Decode => "decode",
            Phase::Train(_) => "train",
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
            "train" => Ok(Phase::Train(Training::default())),
            _ => Err(UnknownPhase),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Phase::Train(training) => {
                let (optimiser, activations) = (training.optimiser, training.activations);
                write!(
                    f,
                    " by {}, activations {}",
                    optimiser.name(),
                    activations.name()
                )
            }
            Phase::Prefill | Phase::Decode => Ok(()),
        }
    }
}

impl Model {
    /// The phase that its graphs are of.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The same model in another phase. One that decodes has a dim more: the
    /// number of earlier tokens, one less than those of a prefill unless set;
    /// and its parameters have the values that it gives them for that.
    ///
    /// # Errors
    /// A model that cannot be used so: decoding needs causal attention.
    pub fn in_phase(mut self, phase: Phase) -> Result<Model, Problems> {
        if phase == Phase::Decode {
            let context = self.context()?;
            let mut root = Module::clone(&self.root);
            root.emptiable.push(context.name.clone());
            for (name, formula) in &root.decode {
                let own = |number: &&mut Number| number.name.value == name.value;
                if let Some(number) = root.numbers.iter_mut().find(own) {
                    number.formula = formula.clone();
                }
            }
            root.numbers.push(context);
            self.root = Arc::new(root);
        }
        self.phase = phase;
        Ok(self)
    }

    /// The dim of earlier tokens.
    fn context(&self) -> Result<Number, Diagnostic> {
        let root = &self.root;
        let Some(tokens) = &root.tokens else {
            let message = format!(
                "`{}` cannot decode: nothing says that its attention is causal",
                root.name
            );
            return Err(
                Diagnostic::at(&Place::new(&root.source, 0..0), message).help(
                    "a model whose tokens see no later ones names the dim that counts them: \
                     `tokens = \"n\"`",
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
        let formula = match &tokens.value {
            TokenAxis::Dim(name) => one_less(
                &Ast {
                    node: AstNode::Name(name.clone()),
                    span: 0..name.len(),
                },
                name,
                &tokens.place,
            ),
            TokenAxis::Axis(at) => {
                let mut axes = root
                    .inputs
                    .iter()
                    .filter_map(|input| input.shape.axes.get(*at));
                let axis = axes.next().ok_or_else(|| {
                    let message = format!("no input of `{}` has an axis {at}", root.name);
                    Diagnostic::at(&tokens.place, message).help("the first axis is 0")
                })?;
                one_less(&axis.ast, &axis.text, &axis.place)
            }
        };
        Ok(Number {
            name: Spanned::new(CONTEXT.to_owned(), tokens.place.clone()),
            role: NumberRole::Dim,
            formula,
        })
    }
}

/// `n - 1`
fn one_less(tokens: &Ast, text: &str, place: &Place) -> Formula {
    let end = text.len();
    let one = Ast {
        node: AstNode::Number(whole(1)),
        span: end + 3..end + 4,
    };
    let (tokens, one) = (Box::new(tokens.clone()), Box::new(one));
    Formula {
        ast: Ast {
            node: AstNode::Binary(BinaryOp::Sub, tokens, one),
            span: 0..end + 4,
        },
        text: format!("{text} - 1"),
        place: place.clone(),
        is_text: false,
    }
}

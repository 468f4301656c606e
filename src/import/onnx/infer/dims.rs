//! The dims of a graph, by the names that its file gives them.

use std::collections::BTreeMap;

use super::extent::is_whole;
use super::name::name_of;
use crate::formula::Formula;
use crate::import::imported::Given;
use crate::import::onnx::net::NamedDim;
use crate::import::onnx::proto::{Dim, ValueInfo};
use crate::source::{Diagnostic, Place, Problems, Source};
use crate::symbolic::{Expr, build};

/// Longer names are no formulas over other dims.
const MAX_FORMULA: usize = 64;

/// The dims of a graph, by the names that its file gives them.
#[derive(Debug)]
pub(crate) struct Dims<'m> {
    /// What was set.
    given: &'m Given,
    /// The dims of the graph's inputs: by the names that the file has for them
    /// and by those that the model file has, the former.
    of_inputs: BTreeMap<String, String>,
    known: BTreeMap<String, Expr>,
    /// Dims whose formulas are being followed.
    followed: Vec<String>,
    /// The dims of the model file, in order of appearance.
    pub(crate) named: Vec<NamedDim>,
}

impl<'m> Dims<'m> {
    /// The dims of a graph with these inputs, of which some are given.
    pub(crate) fn new(given: &'m Given, inputs: &'m [ValueInfo]) -> Dims<'m> {
        let mut of_inputs = BTreeMap::new();
        for input in inputs {
            for (at, dim) in input.shape.iter().flatten().enumerate() {
                let text = match dim {
                    Dim::Param(text) => text.clone(),
                    _ => unnamed(&input.name, at),
                };
                of_inputs.entry(name_of(&text)).or_insert(text.clone());
                of_inputs.insert(text.clone(), text);
            }
        }
        Dims {
            given,
            of_inputs,
            known: BTreeMap::new(),
            followed: Vec::new(),
            named: Vec::new(),
        }
    }

    /// The extent that a file claims. One of −1, as some writers put it, is
    /// not known, and is a dim of the tensor's own.
    ///
    /// # Errors
    /// A negative number, or a size that was set and contradicts others; in
    /// words.
    pub(crate) fn extent(&mut self, dim: &Dim, of: &str, at: usize) -> Result<Expr, String> {
        match dim {
            Dim::Value(value) if *value >= 0 => Ok(Expr::whole(*value)),
            Dim::Unknown | Dim::Value(-1) => self.named(&unnamed(of, at)),
            Dim::Value(value) => Err(format!("axis {at} of `{of}` has {value} elements")),
            Dim::Param(text) => self.named(text),
        }
    }

    /// Whether an extent is a number, or a dim that an input has.
    pub(crate) fn is_known(&self, dim: &Dim) -> bool {
        match dim {
            Dim::Value(value) => *value != -1,
            Dim::Param(text) => self.known.contains_key(text),
            Dim::Unknown => false,
        }
    }

    /// What a number that is no dim, but an input by itself, is set to. It
    /// stands among the dims of the model file, which tells of what cannot be
    /// one.
    ///
    /// # Errors
    /// A size that contradicts others; in words.
    pub(crate) fn number(&mut self, input: &str) -> Result<Option<Expr>, String> {
        let is_dim = self.of_inputs.contains_key(input);
        let is_set = self.given.names(input) || self.given.names(&name_of(input));
        match !is_dim && is_set {
            true => self.named(input).map(Some),
            false => Ok(None),
        }
    }

    /// The dim of this name. What is no name by itself (`2*seq`, `dim-0`) is
    /// made one, unless it follows from other dims.
    fn named(&mut self, text: &str) -> Result<Expr, String> {
        if let Some(known) = self.known.get(text) {
            return Ok(known.clone());
        }
        if self.followed.iter().any(|followed| followed == text) {
            return Err(format!("the dim `{text}` follows from itself"));
        }
        let follows = self.following(text);
        let mut name = name_of(text);
        let set = self.set(text, &name);
        while self.named.iter().any(|dim| dim.name == name) {
            name.push('_');
        }
        let is_set = set.is_some();
        let extent = match (follows, set) {
            // Nobody needs to give it.
            (Some(follows), None) => {
                self.known.insert(text.to_owned(), follows.clone());
                return Ok(follows);
            }
            (follows, Some(size)) => {
                let other = follows.filter(|follows| follows.as_constant().is_some());
                if let Some(other) = other.filter(|other| *other != size) {
                    return Err(format!(
                        "the dim `{text}` is set to {size}, but is {other} by the other dims"
                    ));
                }
                size
            }
            (None, None) => Expr::symbol(&name),
        };
        self.known.insert(text.to_owned(), extent.clone());
        let value = is_set.then(|| extent.clone());
        self.named.push(NamedDim {
            name,
            text: text.to_owned(),
            value,
            may_be_empty: false,
        });
        Ok(extent)
    }

    /// What a dim is set to, where that is a size: a number, or a formula over
    /// dims of the inputs. What else it is set to is told where the model is
    /// lowered.
    fn set(&mut self, text: &str, name: &str) -> Option<Expr> {
        let formula = self.given.get(text).or_else(|| self.given.get(name))?;
        self.followed.push(text.to_owned());
        let size = build(formula, &mut |name, place| {
            let mistake = |why: String| Diagnostic::at(place, why);
            let text = self.of_inputs.get(name).cloned();
            let text = text.ok_or_else(|| mistake(format!("no input has a dim `{name}`")))?;
            self.named(&text).map_err(mistake)
        });
        self.followed.pop();
        let is_size = |size: &Expr| (size.as_constant()).is_none_or(|size| Given::is_size(&size));
        size.ok().filter(is_size)
    }

    /// What a name says where it is a formula over dims of the inputs, as in
    /// `past_sequence_length + 1`.
    fn following(&mut self, text: &str) -> Option<Expr> {
        let is_formula = text.len() <= MAX_FORMULA && !text.contains('^');
        if !is_formula || text.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let source = Source::new("dim", text.to_owned());
        let place = Place::new(&source, 0..text.len());
        let formula = Formula::read(text, &place, &mut Problems::new())?;
        let names = formula.names();
        // A name by itself, dots or not, follows from nothing.
        let is_other = |name: &str| name != text && self.of_inputs.contains_key(name);
        if names.is_empty() || !names.iter().all(|(name, _)| is_other(name)) {
            return None;
        }
        let value = build(&formula, &mut |name, place| {
            self.named(name).map_err(|why| Diagnostic::at(place, why))
        });
        value.ok().filter(is_whole)
    }
}

/// What a dim without a name is called: after its tensor.
fn unnamed(tensor: &str, at: usize) -> String {
    format!("{tensor}_axis{at}")
}

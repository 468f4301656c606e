//! The dims of a graph, by the names that its file gives them.

use std::collections::BTreeMap;

use super::name::name_of;
use crate::import::onnx::proto::Dim;
use crate::symbolic::Expr;

/// The dims of a graph, by the names that its file gives them.
#[derive(Debug, Default)]
pub(crate) struct Dims {
    known: BTreeMap<String, Expr>,
    /// The names in the model file, in order of appearance.
    pub(crate) names: Vec<String>,
}

impl Dims {
    /// The extent that a file claims, if it can be one.
    ///
    /// # Errors
    /// A negative number, in words.
    pub(crate) fn extent(&mut self, dim: &Dim, of: &str, at: usize) -> Result<Expr, String> {
        match dim {
            Dim::Value(value) if *value >= 0 => Ok(Expr::whole(*value)),
            Dim::Value(value) => Err(format!("axis {at} of `{of}` has {value} elements")),
            Dim::Param(text) => Ok(self.named(text)),
            Dim::Unknown => Ok(self.named(&format!("{of}_axis{at}"))),
        }
    }

    /// Whether an extent is a number, or a dim that an input has.
    pub(crate) fn is_known(&self, dim: &Dim) -> bool {
        match dim {
            Dim::Value(_) => true,
            Dim::Param(text) => self.known.contains_key(text),
            Dim::Unknown => false,
        }
    }

    /// The dim of this name. What is no name by itself (`2*seq`, `dim-0`) is
    /// made one.
    fn named(&mut self, text: &str) -> Expr {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let mut name = name_of(text);
        while self.names.contains(&name) {
            name.push('_');
        }
        let symbol = Expr::symbol(&name);
        self.known.insert(text.to_owned(), symbol.clone());
        self.names.push(name);
        symbol
    }
}

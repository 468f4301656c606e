//! Which tokens the axes of tensors count when one is decoded after others.

use crate::symbolic::{Expr, Symbol};

/// What an axis that counts tokens counts when decoding.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tokens {
    /// The new token.
    New,
    /// So many tokens: those before it that are kept, and itself.
    Kept(Expr),
}

/// How many tokens there are: in the file, and when decoding.
#[derive(Debug)]
pub(super) struct Count {
    /// The dim that counts them in the file.
    pub(super) symbol: Symbol,
    /// How many come before the new one.
    pub(super) context: Expr,
}

impl Count {
    /// All tokens: those before and the new one.
    pub(super) fn all(&self) -> Expr {
        &self.context + &Expr::one()
    }

    /// Whether an extent depends on how many tokens there are.
    pub(super) fn is_in(&self, extent: &Expr) -> bool {
        extent.symbols().contains(&self.symbol)
    }

    /// `expr` for another number of tokens.
    pub(super) fn put(&self, expr: &Expr, tokens: &Expr) -> Expr {
        let changed =
            expr.substitute(&|symbol| (*symbol == self.symbol).then(|| tokens.clone()));
        // Only a division by no tokens at all has no value; there is one.
        changed.unwrap_or_else(|| expr.clone())
    }

    /// An extent that counts these tokens.
    pub(super) fn extent(&self, extent: &Expr, tokens: Option<&Tokens>) -> Expr {
        match tokens {
            None => extent.clone(),
            Some(Tokens::New) => self.put(extent, &Expr::one()),
            Some(Tokens::Kept(count)) => self.put(extent, count),
        }
    }

    /// How many of all tokens an op looks at whose `share` says so, such as
    /// those of a window: min(window, n) of n are min(window, context + 1).
    pub(super) fn seen(&self, share: &Expr) -> Expr {
        let tokens = Expr::symbol(self.symbol.name());
        self.put(&(share * &tokens), &self.all())
    }
}

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
    /// How many there are in the file: a dim, or a number.
    tokens: Expr,
    /// The dim, where it is one.
    symbol: Option<Symbol>,
    /// How many come before the new one.
    context: Expr,
}

impl Count {
    pub(super) fn new(tokens: Expr, context: Expr) -> Count {
        let mut symbols = tokens.symbols();
        let symbol = symbols.pop_first();
        Count {
            symbol: symbol.filter(|symbol| tokens == Expr::symbol(symbol.name())),
            tokens,
            context,
        }
    }

    /// All tokens: those before and the new one.
    pub(super) fn all(&self) -> Expr {
        &self.context + &Expr::one()
    }

    /// How many tokens there are in the file.
    pub(super) fn in_file(&self) -> &Expr {
        &self.tokens
    }

    /// Whether an extent counts tokens wherever it stands: not where dims are
    /// numbers, of which any may be the same.
    pub(super) fn shows_in(&self, extent: &Expr) -> bool {
        let symbol = self.symbol.as_ref();
        symbol.is_some_and(|symbol| extent.symbols().contains(symbol))
    }

    /// Whether an extent may depend on how many tokens there are.
    pub(super) fn is_in(&self, extent: &Expr) -> bool {
        if self.symbol.is_some() {
            return self.shows_in(extent);
        }
        let times = extent
            .divide(&self.tokens)
            .and_then(|times| times.as_constant());
        times.is_some_and(|times| times.is_integer())
    }

    /// Whether an extent is that of all tokens and some more.
    fn is_longer(&self, extent: &Expr) -> bool {
        self.shows_in(extent) && !self.shows_in(&(extent - &self.tokens))
    }

    /// `expr` for another number of tokens.
    fn put(&self, expr: &Expr, tokens: &Expr) -> Expr {
        let changed = match &self.symbol {
            Some(own) => expr.substitute(&|symbol| (symbol == own).then(|| tokens.clone())),
            None => expr.divide(&self.tokens).map(|times| &times * tokens),
        };
        // Only a division by no tokens at all has no value; there is one.
        changed.unwrap_or_else(|| expr.clone())
    }

    /// An extent that counts these tokens.
    pub(super) fn extent(&self, extent: &Expr, tokens: Option<&Tokens>) -> Expr {
        match tokens {
            None => extent.clone(),
            // Places beyond the tokens, as padding makes them, are for none.
            Some(Tokens::New) if self.is_longer(extent) => Expr::one(),
            Some(Tokens::New) => self.put(extent, &Expr::one()),
            Some(Tokens::Kept(count)) => self.put(extent, count),
        }
    }

    /// A share of runs, with all tokens there are.
    pub(super) fn share(&self, share: &Expr) -> Expr {
        match self.shows_in(share) {
            true => self.put(share, &self.all()),
            false => share.clone(),
        }
    }

    /// How many of all tokens an op looks at whose `share` says so, such as
    /// those of a window: min(window, n) of n are min(window, context + 1).
    pub(super) fn seen(&self, share: &Expr) -> Expr {
        self.put(&(share * &self.tokens), &self.all())
    }
}

//! Instances of blocks: where an op stands, and how often it runs there.
//!
//! Two numbers say how often, and are kept apart. *Rounds* are whole: a block
//! of 12 rounds follows 12 times upon itself, and has 12 copies of its weights.
//! A *share* is any factor: half of the tokens that take a branch, 8 of 64
//! experts, 5 heads that share what they read. It changes how often an op runs,
//! not how many weights there are.

use petgraph::graph::NodeIndex;

use crate::symbolic::Expr;

/// An index of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(pub(super) usize);

impl RegionId {
    /// The model itself.
    pub const ROOT: RegionId = RegionId(0);

    /// Its number, in the order of [`OpGraph::regions`].
    ///
    /// [`OpGraph::regions`]: super::OpGraph::regions
    pub fn index(self) -> usize {
        self.0
    }
}

/// An instance of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The name of the op that calls the block; of one round `layers.0`, of
    /// several `layers.1..11`, where the rounds of a block are told apart.
    pub name: String,
    /// The instance that the call stands in; the model itself has none.
    pub parent: Option<RegionId>,
    /// How often the block follows upon itself: a whole number.
    pub rounds: Expr,
    /// A factor on how often its ops run, beside the rounds.
    pub share: Expr,
    /// The op that makes the first input of the first round, where what each
    /// round gives is that of the next.
    pub(super) carries: Option<NodeIndex>,
    /// The op that makes what each round but the last gives to the next.
    pub(super) hands_on: Option<NodeIndex>,
    /// The rounds of this block and all around it.
    copies: Expr,
    /// The same times all shares.
    runs: Expr,
    /// The part of them that no causal mask hides.
    unmasked: Expr,
}

impl Region {
    /// The model itself.
    pub(super) fn root(name: &str) -> Region {
        Region {
            name: name.to_owned(),
            parent: None,
            rounds: Expr::one(),
            share: Expr::one(),
            carries: None,
            hands_on: None,
            copies: Expr::one(),
            runs: Expr::one(),
            unmasked: Expr::one(),
        }
    }

    /// A block within `around`, whose index is `parent`.
    pub(super) fn within(
        (parent, around): (RegionId, &Region),
        name: String,
        rounds: Expr,
        (share, masked): (Expr, &Expr),
    ) -> Region {
        let copies = &around.copies * &rounds;
        let runs = &(&around.runs * &rounds) * &share;
        let unmasked = &around.unmasked * &(&Expr::one() - masked);
        Region {
            name,
            parent: Some(parent),
            rounds,
            share,
            carries: None,
            hands_on: None,
            copies,
            runs,
            unmasked,
        }
    }

    /// The op that makes the first input of the first round, where what each
    /// round gives is that of the next.
    pub fn carries(&self) -> Option<NodeIndex> {
        self.carries
    }

    /// The op that makes what each round but the last gives to the next; nothing
    /// where there is one round.
    pub fn hands_on(&self) -> Option<NodeIndex> {
        self.hands_on
    }

    /// How many copies of a weight there are that stands in it once.
    pub(crate) fn copies(&self) -> &Expr {
        &self.copies
    }

    /// The part of what its ops do that no causal mask hides.
    pub(super) fn unmasked(&self) -> &Expr {
        &self.unmasked
    }

    /// How often an op runs that stands in it once.
    pub(super) fn runs(&self) -> &Expr {
        &self.runs
    }
}

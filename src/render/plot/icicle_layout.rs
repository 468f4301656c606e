//! Where the boxes of an icicle lie, and which are too narrow to be drawn.

use crate::render::chart::{IcicleBox, IcicleTone};

/// Narrower boxes are folded, in pixels.
const NARROWEST: f64 = 3.0;

/// A box with its place: its row, and its edges within the plot.
pub struct Placed<'c> {
    /// The row, from the top.
    pub row: usize,
    /// The left edge.
    pub left: f64,
    /// The right edge.
    pub right: f64,
    /// What is drawn.
    pub content: Content<'c>,
}

/// What is drawn in a place.
pub enum Content<'c> {
    /// A box.
    Box(&'c IcicleBox),
    /// So many boxes that are too narrow to be drawn one by one.
    Folded(usize),
}

impl Placed<'_> {
    /// Its colour.
    pub fn tone(&self) -> IcicleTone {
        match self.content {
            Content::Box(own) => own.tone,
            Content::Folded(_) => IcicleTone::Neutral,
        }
    }
}

/// The boxes of a plot.
pub struct Layout<'c> {
    /// All that are drawn.
    pub placed: Vec<Placed<'c>>,
    /// How many rows they take.
    pub rows: usize,
    /// How many boxes are folded, with those that they hold.
    pub folded: usize,
}

/// Lays the boxes out on a plot `width` wide.
pub fn layout(root: &IcicleBox, width: f64) -> Layout<'_> {
    let mut layout = Layout {
        placed: Vec::new(),
        rows: 0,
        folded: 0,
    };
    let per_size = if root.size > 0.0 {
        width / root.size
    } else {
        0.0
    };
    layout.place(root, 0, (0.0, width), per_size);
    layout
}

impl<'c> Layout<'c> {
    fn place(&mut self, own: &'c IcicleBox, row: usize, (left, right): (f64, f64), per_size: f64) {
        self.rows = self.rows.max(row + 1);
        self.placed.push(Placed {
            row,
            left,
            right,
            content: Content::Box(own),
        });
        let mut x = left;
        let (mut folded, mut narrow) = (0, 0.0);
        for child in &own.children {
            let width = child.size * per_size;
            if width < NARROWEST {
                // What costs nothing is not there to be seen.
                folded += usize::from(child.size > 0.0);
                self.folded += costing(child);
                narrow += width;
                continue;
            }
            self.place(child, row + 1, (x, x + width), per_size);
            x += width;
        }
        if folded > 0 && narrow >= 0.5 {
            self.rows = self.rows.max(row + 2);
            self.placed.push(Placed {
                row: row + 1,
                left: x,
                right: (x + narrow).min(right),
                content: Content::Folded(folded),
            });
        }
    }
}

/// How many boxes there are from here down, without those of no size.
fn costing(own: &IcicleBox) -> usize {
    let below = own.children.iter().map(costing).sum::<usize>();
    usize::from(own.size > 0.0) + below
}

//! What each node makes of a tensor of some shape, or why it cannot take it.

use super::flat::Work;
use super::node::{Conv, Padding, Pool, Shape};

/// What a node makes of a tensor.
pub(super) struct Accepted {
    pub(super) taken: Shape,
    pub(super) given: Shape,
    pub(super) note: Option<String>,
}

impl Accepted {
    fn new(taken: &[u64], given: Shape) -> Accepted {
        Accepted {
            taken: taken.to_vec(),
            given,
            note: None,
        }
    }

    fn alike(taken: &[u64]) -> Accepted {
        Accepted::new(taken, taken.to_vec())
    }

    fn noted(mut self, note: String) -> Accepted {
        self.note = Some(note);
        self
    }
}

/// What a node makes of a tensor of this shape, or why it cannot.
pub(super) fn accept(work: &Work, comes: &[u64]) -> Result<Accepted, String> {
    match work {
        Work::Input(_) | Work::Sum => Ok(Accepted::alike(comes)),
        Work::Output(claimed) if claimed == comes || claimed.ends_with(comes) => {
            Ok(Accepted::alike(comes))
        }
        Work::Output(claimed) => Ok(Accepted::alike(comes).noted(format!(
            "has the shape {claimed:?} in the file, and {comes:?} comes in"
        ))),
        Work::Linear { weight, .. } => linear(weight, comes),
        Work::Conv(conv) => convolved(conv, comes),
        Work::Pool(pool) => pooled(pool, comes),
        Work::Flatten { first, last } => flattened(*first, *last, comes),
        Work::Scale(shape) | Work::Threshold(shape) | Work::Delay(shape) => alike(shape, comes),
        Work::Neuron(neuron) => alike(&neuron.shape, comes),
    }
}

pub(super) fn linear_takes(weight: &[u64]) -> Option<Shape> {
    let [front @ .., _, inputs] = weight else {
        return None;
    };
    Some([front, &[*inputs]].concat())
}

fn linear(weight: &[u64], comes: &[u64]) -> Result<Accepted, String> {
    let takes = linear_takes(weight).unwrap_or_default();
    let [front @ .., outputs, _] = weight else {
        return Err(format!("has a weight of shape {weight:?}"));
    };
    if comes.ends_with(&takes) {
        let before = comes.len() - takes.len();
        let before = comes.get(..before).unwrap_or(&[]);
        let given = [before, front, &[*outputs]].concat();
        return Ok(Accepted::new(comes, given));
    }
    if product(comes) == product(&takes) {
        let given = [front, &[*outputs]].concat();
        return Ok(Accepted::new(&takes, given).noted(reshaped(&takes, comes)));
    }
    Err(refused(&takes, comes))
}

fn reshaped(takes: &[u64], comes: &[u64]) -> String {
    format!("takes {takes:?}, and {comes:?} comes in: taken as if it was flattened before")
}

fn refused(takes: &[u64], comes: &[u64]) -> String {
    format!("takes {takes:?}, and {comes:?} comes in")
}

/// How many channels a convolution takes.
pub(super) fn channels(conv: &Conv) -> Option<u64> {
    conv.weight.get(1)?.checked_mul(conv.groups)
}

fn convolved(conv: &Conv, comes: &[u64]) -> Result<Accepted, String> {
    let axes = conv.weight.len().saturating_sub(2);
    let kernel = conv.weight.get(2..).unwrap_or(&[]);
    let channels = channels(conv).ok_or("has more channels than can be counted")?;
    let split = comes.len().checked_sub(axes + 1);
    let split = split.and_then(|at| Some((comes.get(..at)?, comes.get(at)?, comes.get(at + 1..)?)));
    let Some((before, found, along)) = split.filter(|(_, found, _)| **found == channels) else {
        return Err(format!(
            "takes {channels} channels ({} groups of {}) along {axes} axes, and {comes:?} comes in",
            conv.groups,
            channels / conv.groups.max(1)
        ));
    };
    let mut given = before.to_vec();
    given.push(conv.weight.first().copied().unwrap_or(*found));
    for (axis, extent) in along.iter().enumerate() {
        let of = |shape: &[u64]| shape.get(axis).copied().unwrap_or(1);
        let window = Window {
            kernel: of(kernel),
            stride: of(&conv.stride),
            dilation: of(&conv.dilation),
        };
        given.push(match &conv.padding {
            Padding::Same => *extent,
            Padding::Of(padding) => window.fits(*extent, of(padding), comes)?,
        });
    }
    let accepted = Accepted::new(comes, given);
    Ok(match &conv.along {
        Some(claimed) if claimed != along => accepted.noted(format!(
            "has the input shape {claimed:?} in the file, and {along:?} comes in"
        )),
        _ => accepted,
    })
}

/// What goes over an axis.
struct Window {
    kernel: u64,
    stride: u64,
    dilation: u64,
}

impl Window {
    /// How often it fits.
    fn fits(&self, extent: u64, padding: u64, comes: &[u64]) -> Result<u64, String> {
        let covers = self.dilation.checked_mul(self.kernel.saturating_sub(1));
        let room = padding
            .checked_mul(2)
            .and_then(|both| both.checked_add(extent));
        let over = room
            .zip(covers)
            .and_then(|(room, covers)| room.checked_sub(covers)?.checked_sub(1));
        match over {
            Some(over) => Ok(over / self.stride.max(1) + 1),
            None => Err(format!("has a kernel that does not fit into {comes:?}")),
        }
    }
}

fn pooled(pool: &Pool, comes: &[u64]) -> Result<Accepted, String> {
    let [before @ .., rows, columns] = comes else {
        return Err(format!("takes rows and columns, and {comes:?} comes in"));
    };
    let mut given = before.to_vec();
    for (axis, extent) in [rows, columns].into_iter().enumerate() {
        let of = |shape: &[u64]| shape.get(axis).copied().unwrap_or(1);
        let window = Window {
            kernel: of(&pool.kernel),
            stride: of(&pool.stride),
            dilation: 1,
        };
        given.push(window.fits(*extent, of(&pool.padding), comes)?);
    }
    Ok(Accepted::new(comes, given))
}

fn flattened(first: i64, last: i64, comes: &[u64]) -> Result<Accepted, String> {
    let rank = comes.len() as i64;
    let axis = |at: i64| {
        let at = if at < 0 {
            at.checked_add(rank)
        } else {
            Some(at)
        };
        at.filter(|at| (0..rank).contains(at)).map(|at| at as usize)
    };
    let ends = axis(first)
        .zip(axis(last))
        .filter(|(first, last)| first <= last);
    let parts = ends.and_then(|(first, last)| {
        Some((
            comes.get(..first)?,
            comes.get(first..=last)?,
            comes.get(last + 1..)?,
        ))
    });
    let Some((before, joined, behind)) = parts else {
        return Err(format!(
            "joins the axes {first} to {last}, which {comes:?} has not"
        ));
    };
    let joined = product(joined).ok_or("gives more numbers than can be counted")?;
    Ok(Accepted::new(comes, [before, &[joined], behind].concat()))
}

/// What has parameters of its own shape for each element.
fn alike(own: &[u64], comes: &[u64]) -> Result<Accepted, String> {
    match broadcast(own, comes) {
        Some(both) if both == comes => return Ok(Accepted::alike(comes)),
        Some(both) => {
            let note = format!("has parameters of {own:?}, and {comes:?} comes in for all of them");
            return Ok(Accepted::new(comes, both).noted(note));
        }
        None => {}
    }
    if let ([channels], [first, _, ..]) = (own, comes)
        && channels == first
    {
        let note =
            format!("has parameters of {own:?}, and {comes:?} comes in: one for each channel");
        return Ok(Accepted::alike(comes).noted(note));
    }
    if product(own) == product(comes) {
        return Ok(Accepted::alike(own).noted(reshaped(own, comes)));
    }
    Err(format!("has parameters of {own:?}, and {comes:?} comes in"))
}

fn product(shape: &[u64]) -> Option<u64> {
    shape
        .iter()
        .try_fold(1_u64, |all, extent| all.checked_mul(*extent))
}

/// The shape of two tensors together, aligned at their last axes, where an
/// extent of 1 stretches.
pub(super) fn broadcast(a: &[u64], b: &[u64]) -> Option<Shape> {
    let rank = a.len().max(b.len());
    let extent = |shape: &[u64], axis: usize| {
        let at = (axis + shape.len()).checked_sub(rank);
        at.and_then(|at| shape.get(at).copied()).unwrap_or(1)
    };
    let both = (0..rank).map(|axis| match (extent(a, axis), extent(b, axis)) {
        (x, y) if x == y || y == 1 => Some(x),
        (1, y) => Some(y),
        _ => None,
    });
    both.collect()
}

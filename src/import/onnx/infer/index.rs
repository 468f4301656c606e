//! Where the elements of a tensor stand that are known one by one: row by
//! row, the last axis first.

use super::extent::{MAX_VALUES, few};

/// How far apart neighbours are along each axis.
pub(crate) fn strides(extents: &[i64]) -> Vec<i64> {
    let mut strides = vec![1i64; extents.len()];
    for at in (1..extents.len()).rev() {
        strides[at - 1] = strides[at].saturating_mul(extents[at]);
    }
    strides
}

/// The places of all elements of a shape, from `first` on with a step along
/// each axis; `None` where they are many.
pub(crate) fn walk(extents: &[i64], first: i64, steps: &[i64]) -> Option<Vec<usize>> {
    let mut places = vec![first];
    for (extent, step) in extents.iter().zip(steps) {
        let all = (places.len() as i64).saturating_mul(*extent);
        if !(0..=MAX_VALUES as i64).contains(&all) {
            return None;
        }
        // Beyond all places if it is too far.
        let along =
            |place: i64| (0..*extent).map(move |at| place.saturating_add(at.saturating_mul(*step)));
        places = places.into_iter().flat_map(along).collect();
    }
    places
        .into_iter()
        .map(|place| usize::try_from(place).ok())
        .collect()
}

/// The indices of all elements of a shape, row by row; `None` where they are
/// many.
pub(crate) fn indices(extents: &[i64]) -> Option<Vec<Vec<i64>>> {
    let count = few(extents)? as i64;
    let index = |flat: i64| {
        let mut rest = flat;
        let mut index = vec![0; extents.len()];
        for (at, extent) in extents.iter().enumerate().rev() {
            index[at] = rest % extent;
            rest /= extent;
        }
        index
    };
    Some((0..count).map(index).collect())
}

/// The place of the element at `index`, if the shape has one there.
pub(crate) fn place_of(index: &[i64], extents: &[i64]) -> Option<usize> {
    let within = |(at, extent): (&i64, &i64)| (0..*extent).contains(at);
    if index.len() != extents.len() || !index.iter().zip(extents).all(within) {
        return None;
    }
    let place = (index.iter().zip(extents)).fold(0i64, |place, (at, extent)| {
        place.saturating_mul(*extent).saturating_add(*at)
    });
    usize::try_from(place).ok()
}

/// For each element of `target` its place among those of `own`.
pub(crate) fn broadcast_places(own: &[i64], target: &[i64]) -> Option<Vec<usize>> {
    let missing = target.len().checked_sub(own.len())?;
    let count = few(target)?;
    let mut places = Vec::with_capacity(count);
    for flat in 0..count as i64 {
        let (mut rest, mut place, mut stride) = (flat, 0, 1);
        for at in (0..target.len()).rev() {
            let index = rest % target[at];
            rest /= target[at];
            if at >= missing {
                let extent = own[at - missing];
                if extent != 1 {
                    place += index * stride;
                }
                stride *= extent;
            }
        }
        places.push(usize::try_from(place).ok()?);
    }
    Some(places)
}

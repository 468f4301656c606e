//! The sizes of tiles that are worth a look.

/// Which tiles there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Tiles {
    /// Of any size; the last one of a row may be ragged.
    #[default]
    Any,
    /// Of sizes that divide the extent, as many mappers have them.
    Divisors,
}

impl Tiles {
    /// The setting as arguments and outputs write it.
    pub fn name(self) -> &'static str {
        match self {
            Tiles::Any => "any",
            Tiles::Divisors => "divisors",
        }
    }
}

/// Of tiles of an extent: the smallest of each number of tiles, in rising
/// order; about 2·√`extent` of them. Or its divisors.
pub(super) fn steps(extent: u64, tiles: Tiles) -> Vec<u64> {
    match tiles {
        Tiles::Any => any(extent),
        Tiles::Divisors => divisors(extent),
    }
}

fn any(extent: u64) -> Vec<u64> {
    let mut sizes = Vec::new();
    let mut size = 1;
    while size <= extent {
        sizes.push(size);
        let count = extent.div_ceil(size);
        if count == 1 {
            break;
        }
        // The next size with fewer tiles.
        size = extent.div_ceil(count - 1);
    }
    sizes
}

fn divisors(extent: u64) -> Vec<u64> {
    let below = (1..).take_while(|size| size * size <= extent);
    let small: Vec<u64> = below.filter(|size| extent.is_multiple_of(*size)).collect();
    let large: Vec<u64> = small.iter().rev().map(|size| extent / size).collect();
    let mut all = small;
    all.extend(large);
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10 in tiles of 1, 2, 3, 4, 5 and 10 has 10, 5, 4, 3, 2 and 1 of them.
    #[test]
    fn steps_are_where_the_number_of_tiles_changes() {
        assert_eq!(steps(10, Tiles::Any), [1, 2, 3, 4, 5, 10]);
        assert_eq!(steps(12, Tiles::Divisors), [1, 2, 3, 4, 6, 12]);
        assert_eq!(steps(9, Tiles::Divisors), [1, 3, 9]);
        assert_eq!(steps(1, Tiles::Any), [1]);
        assert!(steps(0, Tiles::Any).is_empty());
        for extent in 1..200_u64 {
            let mut counts: Vec<u64> = (1..=extent).map(|size| extent.div_ceil(size)).collect();
            counts.dedup();
            let found = steps(extent, Tiles::Any);
            let of_steps: Vec<u64> = found.iter().map(|size| extent.div_ceil(*size)).collect();
            assert_eq!(of_steps, counts, "{extent}");
        }
    }
}

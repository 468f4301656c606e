//! What the weights of a tensor hold: only bits, signs or powers of two, and
//! how many zeros.
//!
//! A binarised network is exported with weights of `float` that are all −1 or
//! 1, or that times a factor, or times one for each channel. Nothing in the file
//! says so; it shows only when all of them are read, some kilobytes at a time.

use std::fmt;

use super::tally::Tally;
pub use super::tally::{Pattern, WeightScan};
use crate::import::onnx::proto::{Number, Payload, Tensor};
use crate::import::onnx::wire::{self, Bytes};

/// How many elements of a typed list are looked at together.
const MANY: usize = 4096;

/// Opens the file of weights that a model calls so, unless something keeps it
/// from that, in words. See [`resolve`](super::external::resolve).
pub type Open<'o> = &'o dyn Fn(&str) -> Result<Box<dyn Bytes>, String>;

/// Why weights could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unscanned {
    /// The tensor.
    pub tensor: String,
    /// What keeps it from being read.
    pub why: String,
}

impl fmt::Display for Unscanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tensor `{}`: {}", self.tensor, self.why)
    }
}

impl std::error::Error for Unscanned {}

/// Looks at all elements of `tensor` in the file of its model, or in another
/// that `open` opens. `None` if they are nowhere, or no numbers. It stops where
/// nothing can be found any more, which most weights tell by their first row.
///
/// # Errors
///
/// If they cannot be read, or are more or fewer than the shape says.
pub fn scan(
    tensor: &Tensor,
    model: &dyn Bytes,
    open: Open<'_>,
) -> Result<Option<WeightScan>, Unscanned> {
    let wrong = |why: String| Unscanned {
        tensor: tensor.name.clone(),
        why,
    };
    if tensor.payload == Payload::Absent || tensor.element.step().is_none() {
        return Ok(None);
    }
    let (Some(total), Some(bytes)) = (tensor.elements(), tensor.bytes()) else {
        return Err(wrong("its shape is none".to_owned()));
    };
    let extents: Vec<u64> = (tensor.dims.iter())
        .map(|extent| extent.unsigned_abs())
        .collect();
    let mut tally = Tally::new(&extents, total);
    match &tensor.payload {
        Payload::Absent => {}
        Payload::Ints(values) => {
            let whole = |value: &i64| Number::Whole(i128::from(*value)).as_real();
            tally.add(&values.iter().map(whole).collect::<Vec<_>>());
        }
        Payload::Floats(values) => tally.add(values),
        Payload::Raw(range) => tally
            .add_raw(range.clone(), tensor.element, model)
            .map_err(wrong)?,
        Payload::Packed(range) => {
            let mut values = Vec::new();
            let mut add = |bytes: &[u8]| {
                values.extend(tensor.element.decode(bytes).map(Number::as_real));
                tally.cut(&mut values, tensor.element);
                if values.len() >= MANY {
                    tally.add(&values);
                    values.clear();
                }
            };
            wire::read_packed(range, tensor.element, model, &mut add)
                .map_err(|malformed| wrong(malformed.to_string()))?;
            tally.add(&values);
        }
        Payload::External {
            location,
            offset,
            length,
        } => {
            if length.is_some_and(|length| length != bytes) {
                return Err(wrong(format!(
                    "its elements take {bytes} bytes in `{location}`"
                )));
            }
            let Some(end) = offset.checked_add(bytes) else {
                return Err(wrong(format!("it ends beyond `{location}`")));
            };
            let file = open(location).map_err(wrong)?;
            tally
                .add_raw(*offset..end, tensor.element, &*file)
                .map_err(wrong)?;
        }
    }
    tally.finish().map(Some).map_err(wrong)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::scale::Scale;
    use super::*;
    use crate::import::onnx::proto::ElementType;
    use ElementType as E;

    fn never(location: &str) -> Result<Box<dyn Bytes>, String> {
        Err(format!("opened `{location}`"))
    }

    fn tensor(element: ElementType, count: usize, payload: Payload) -> Tensor {
        Tensor {
            name: "w".to_owned(),
            dims: vec![count as i64],
            element,
            payload,
        }
    }

    /// What `count` elements in these bytes hold, a few bytes into a file.
    fn raw(element: ElementType, count: usize, bytes: &[u8]) -> WeightScan {
        let file = [&[7; 3], bytes, &[7; 3]].concat();
        let range = 3..3 + bytes.len() as u64;
        let tensor = tensor(element, count, Payload::Raw(range));
        scan(&tensor, &file, &never).unwrap().unwrap()
    }

    fn floats(values: &[f32]) -> WeightScan {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        raw(E::Float, values.len(), &bytes)
    }

    #[test]
    fn few_values_are_told_apart() {
        let pattern = |values: &[f32]| {
            let found = floats(values);
            (found.pattern, found.scale, found.powers_of_two)
        };
        assert_eq!(pattern(&[0.0, 1.0, 1.0]), (Some(Pattern::Bits), None, true));
        assert_eq!(pattern(&[-1.0, 1.0]), (Some(Pattern::Signs), None, true));
        assert_eq!(pattern(&[-1.0, -1.0]), (Some(Pattern::Signs), None, true));
        let ternary = (Some(Pattern::Ternary), None, true);
        assert_eq!(pattern(&[-1.0, 0.0, 1.0]), ternary);
        assert_eq!(pattern(&[-1.0, -0.0]), ternary);
        assert_eq!(pattern(&[0.0, 0.0]), (Some(Pattern::Bits), None, true));
        // With a factor, which is a power of two or is not.
        assert_eq!(
            pattern(&[-0.5, 0.5]),
            (Some(Pattern::Signs), Some(Scale::Single), true)
        );
        assert_eq!(
            pattern(&[-3.0, 0.0, 3.0]),
            (Some(Pattern::Ternary), Some(Scale::Single), false)
        );
        // Many sizes.
        assert_eq!(pattern(&[-0.25, 0.0, 2.0]), (None, None, true));
        assert_eq!(pattern(&[1.0, 1.5]), (None, None, false));
        assert_eq!(pattern(&[]), (None, None, true));
    }

    /// What a matrix of three columns holds.
    fn columns(values: &[f32]) -> (Option<Pattern>, Option<Scale>) {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut tensor = tensor(E::Float, 0, Payload::Raw(0..bytes.len() as u64));
        tensor.dims = vec![values.len() as i64 / 3, 3];
        let found = scan(&tensor, &bytes, &never).unwrap().unwrap();
        (found.pattern, found.scale)
    }

    #[test]
    fn few_values_times_a_number_for_each_index_of_an_axis() {
        let along = |pattern, axis| (Some(pattern), Some(Scale::Along(axis)));
        let columns_scaled = [0.3, 0.5, 0.7, -0.3, 0.5, -0.7];
        assert_eq!(columns(&columns_scaled), along(Pattern::Signs, 1));
        let rows_scaled = [0.3, -0.3, 0.3, 0.5, 0.0, -0.5];
        assert_eq!(columns(&rows_scaled), along(Pattern::Ternary, 0));
        // Nothing is known of a first row of zeros.
        let late = [0.0, 0.0, 0.0, 0.3, 0.5, 0.7, 0.3, 0.5, 0.0];
        assert_eq!(columns(&late), along(Pattern::Bits, 1));
        // One element of each size says nothing, and one other one all.
        assert_eq!(columns(&[0.3, 0.0, 0.0, 0.0, 0.5, 0.0]), (None, None));
        assert_eq!(columns(&[0.3, 0.5, 0.7, 0.3, 0.5, 0.6]), (None, None));
        assert_eq!(columns(&[0.3, f32::NAN, 0.7, 0.3, 0.5, 0.7]), (None, None));
    }

    #[test]
    fn what_is_no_number_fits_no_pattern() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let found = floats(&[value, value, 0.0]);
            assert_eq!((found.pattern, found.powers_of_two), (None, false));
            assert_eq!((found.zeros, found.total), (Some(1), 3));
        }
    }

    #[test]
    fn elements_of_other_types() {
        let int8 = raw(E::Int8, 3, &[0xff, 0, 1]);
        assert_eq!(int8.pattern, Some(Pattern::Ternary));
        // −1, 1 and, beyond the last, a half of a byte that is no element.
        let int4 = raw(E::Int4, 3, &[0x1f, 0x01]);
        assert_eq!((int4.pattern, int4.zeros), (Some(Pattern::Signs), Some(0)));
        let half = raw(E::Float16, 2, &[0x00, 0x3c, 0x00, 0xbc]);
        assert_eq!(half.pattern, Some(Pattern::Signs));
        let truth = raw(E::Bool, 2, &[0, 1]);
        assert_eq!(truth.pattern, Some(Pattern::Bits));
        // 2^53 + 1 is next to a power of two and would round to it.
        let odd = (1i64 << 53) + 1;
        let int64 = raw(E::Int64, 1, &odd.to_le_bytes());
        assert!(!int64.powers_of_two);
    }

    #[test]
    fn zeros_are_counted_where_the_values_are_few() {
        // More than is read at a time.
        let count = |first: [f32; 3]| {
            let mut values = vec![0f32; 100_000];
            values[..3].copy_from_slice(&first);
            floats(&values).zeros
        };
        assert_eq!(count([1.0, -1.0, 1.0]), Some(99_997));
        assert_eq!(count([0.25, -8.0, 1.0]), Some(99_997));
        assert_eq!(count([0.3, 0.7, -0.1]), None);
    }

    /// An element that was not written whole.
    #[test]
    fn a_last_element_that_is_cut_short_is_told() {
        let file = vec![0u8; 9];
        let two = tensor(E::Float, 2, Payload::Raw(0..9));
        let error = scan(&two, &file, &never).unwrap_err();
        assert_eq!(error.why, "its last element is cut short");
    }

    /// Every kind that has a loop of its own gives what elements alone give.
    #[test]
    fn loops_of_kinds_give_what_their_elements_give() {
        let mixed = |at: u32| (at.wrapping_mul(2_654_435_761) >> 7) as u8;
        let bytes: Vec<u8> = (0..4096).map(mixed).collect();
        for element in [
            E::Float,
            E::Double,
            E::Bfloat16,
            E::Int8,
            E::Uint8,
            E::Int32,
        ] {
            let mut all = Vec::new();
            element.decode_all(&bytes, &mut all);
            let alone = bytes.chunks(element.step().unwrap());
            let alone = alone.flat_map(|step| element.decode(step).map(Number::as_real));
            let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(all), bits(alone.collect()), "{element:?}");
        }
    }

    #[test]
    fn elements_that_were_read_and_typed_lists() {
        let few = tensor(E::Int64, 3, Payload::Ints(vec![0, 1, 1]));
        let found = scan(&few, &Vec::new(), &never).unwrap().unwrap();
        assert_eq!((found.pattern, found.zeros), (Some(Pattern::Bits), Some(1)));
        // The field `int32_data`: −1 in ten bytes, then 1.
        let mut file = vec![5 << 3 | 2, 11];
        file.extend([0xff; 9]);
        file.extend([1, 1]);
        let packed = Payload::Packed(0..file.len() as u64);
        let signs = tensor(E::Int8, 2, packed.clone());
        let found = scan(&signs, &file, &never).unwrap().unwrap();
        assert_eq!(found.pattern, Some(Pattern::Signs));
        let error = scan(&tensor(E::Int8, 3, packed), &file, &never).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the tensor `w`: it has 2 elements, while its shape has 3"
        );
    }

    #[test]
    fn elements_in_another_file() {
        let there = |offset, length| {
            let payload = Payload::External {
                location: "w.bin".to_owned(),
                offset,
                length,
            };
            let open = |location: &str| -> Result<Box<dyn Bytes>, String> {
                assert_eq!(location, "w.bin");
                Ok(Box::new(vec![9u8, 0, 1, 0xff]))
            };
            scan(&tensor(E::Int8, 3, payload), &Vec::new(), &open)
                .map(|found| found.unwrap().pattern)
                .map_err(|error| error.why)
        };
        assert_eq!(there(1, Some(3)), Ok(Some(Pattern::Ternary)));
        assert_eq!(there(1, None), Ok(Some(Pattern::Ternary)));
        let wrong = |offset, length| there(offset, length).unwrap_err();
        assert_eq!(wrong(2, None), "it ends at byte 5 of a file of 4");
        assert_eq!(wrong(0, Some(4)), "its elements take 3 bytes in `w.bin`");
        assert_eq!(wrong(u64::MAX, None), "it ends beyond `w.bin`");
        let payload = Payload::External {
            location: "../w.bin".to_owned(),
            offset: 0,
            length: None,
        };
        let error = scan(&tensor(E::Int8, 3, payload), &Vec::new(), &never).unwrap_err();
        assert_eq!(error.why, "opened `../w.bin`");
    }

    #[test]
    fn what_is_not_there_or_no_number_is_not_looked_at() {
        let none = |tensor: &Tensor| scan(tensor, &Vec::new(), &never).unwrap();
        assert_eq!(none(&tensor(E::Float, 3, Payload::Absent)), None);
        assert_eq!(none(&tensor(E::String, 3, Payload::Raw(0..3))), None);
        assert_eq!(none(&tensor(E::Complex64, 3, Payload::Raw(0..3))), None);
        let mut endless = tensor(E::Float, 3, Payload::Raw(0..3));
        endless.dims = vec![-1];
        assert!(scan(&endless, &Vec::new(), &never).is_err());
    }
}

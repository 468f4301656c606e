//! The types of tensors in GGUF files: numbers, and blocks of numbers that share
//! scales.
//!
//! A block of n numbers takes so many bytes, scales and offsets included. What a
//! block holds, one after the other:
//!
//! | type | a block |
//! |---|---|
//! | `q4_0` | 32 of 4 bits, a scale of 16 bits |
//! | `q4_1` | 32 of 4 bits, a scale and an offset of 16 bits |
//! | `q5_0`, `q5_1` | the same with a fifth bit of each |
//! | `q8_0` | 32 of 8 bits, a scale of 16 bits |
//! | `q8_1` | 32 of 8 bits, a scale and a sum of 16 bits |
//! | `q2_k` | 256 of 2 bits, 16 scales and offsets of 4 bits, two of 16 bits over them |
//! | `q3_k` | 256 of 3 bits, 16 scales of 6 bits, one of 16 bits |
//! | `q4_k`, `q5_k` | 256 of 4 or 5 bits, 8 scales and offsets of 6 bits, two of 16 bits |
//! | `q6_k` | 256 of 6 bits, 16 scales of 8 bits, one of 16 bits |
//! | `q8_k` | 256 of 8 bits, a scale of 32 bits, 16 sums of 16 bits |
//! | `iq…` | 256 as places in tables, with signs and scales |
//! | `tq1_0` | 256 of −1, 0 and 1, five to a byte and 16 in four more, a scale of 16 bits |
//! | `tq2_0` | 256 of 2 bits, a scale of 16 bits |
//! | `mxfp4` | 32 of 4 bits, an exponent of 8 bits |
//! | `nvfp4` | 64 of 4 bits, 4 scales of 8 bits |
//! | `q1_0` | 128 of 1 bit, a scale of 16 bits |

/// A type of tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockType {
    /// The number that stands for it in a file.
    pub id: u32,
    /// Its name.
    pub name: &'static str,
    /// How many numbers a block has.
    pub length: u64,
    /// How many bytes a block takes.
    pub bytes: u64,
}

const fn row(id: u32, name: &'static str, length: u64, bytes: u64) -> BlockType {
    BlockType {
        id,
        name,
        length,
        bytes,
    }
}

/// All that are known.
pub const BLOCK_TYPES: [BlockType; 34] = [
    row(0, "f32", 1, 4),
    row(1, "f16", 1, 2),
    row(2, "q4_0", 32, 2 + 16),
    row(3, "q4_1", 32, 2 + 2 + 16),
    row(6, "q5_0", 32, 2 + 4 + 16),
    row(7, "q5_1", 32, 2 + 2 + 4 + 16),
    row(8, "q8_0", 32, 2 + 32),
    row(9, "q8_1", 32, 2 + 2 + 32),
    row(10, "q2_k", 256, 16 + 64 + 2 + 2),
    row(11, "q3_k", 256, 32 + 64 + 12 + 2),
    row(12, "q4_k", 256, 2 + 2 + 12 + 128),
    row(13, "q5_k", 256, 2 + 2 + 12 + 32 + 128),
    row(14, "q6_k", 256, 128 + 64 + 16 + 2),
    row(15, "q8_k", 256, 4 + 256 + 32),
    row(16, "iq2_xxs", 256, 2 + 64),
    row(17, "iq2_xs", 256, 2 + 64 + 8),
    row(18, "iq3_xxs", 256, 2 + 96),
    row(19, "iq1_s", 256, 2 + 32 + 16),
    row(20, "iq4_nl", 32, 2 + 16),
    row(21, "iq3_s", 256, 2 + 64 + 8 + 32 + 4),
    row(22, "iq2_s", 256, 2 + 64 + 8 + 8),
    row(23, "iq4_xs", 256, 2 + 2 + 4 + 128),
    row(24, "i8", 1, 1),
    row(25, "i16", 1, 2),
    row(26, "i32", 1, 4),
    row(27, "i64", 1, 8),
    row(28, "f64", 1, 8),
    row(29, "iq1_m", 256, 32 + 16 + 8),
    row(30, "bf16", 1, 2),
    row(34, "tq1_0", 256, 48 + 4 + 2),
    row(35, "tq2_0", 256, 64 + 2),
    row(39, "mxfp4", 32, 1 + 16),
    row(40, "nvfp4", 64, 4 + 32),
    row(41, "q1_0", 128, 2 + 16),
];

/// The types that files had before, by their numbers: `q4_2`, `q4_3`, and blocks
/// in an order for some processors, which are made when a file is loaded now.
pub(super) const GONE: [u32; 8] = [4, 5, 31, 32, 33, 36, 37, 38];

impl BlockType {
    /// The type of this number.
    pub fn of(id: u32) -> Option<BlockType> {
        BLOCK_TYPES.into_iter().find(|known| known.id == id)
    }
}

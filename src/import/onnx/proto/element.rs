//! The types of elements: their names, and how wide they are.

use std::fmt;

/// What the elements of a tensor are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names of the specification.
pub enum ElementType {
    #[default]
    Undefined,
    Float,
    Uint8,
    Int8,
    Uint16,
    Int16,
    Int32,
    Int64,
    String,
    Bool,
    Float16,
    Double,
    Uint32,
    Uint64,
    Complex64,
    Complex128,
    Bfloat16,
    Float8E4M3Fn,
    Float8E4M3Fnuz,
    Float8E5M2,
    Float8E5M2Fnuz,
    Uint4,
    Int4,
    Float4E2M1,
    Float8E8M0,
    Uint2,
    Int2,
    /// A number that the specification did not know when this was written.
    Other(i32),
}

impl ElementType {
    /// The names, by the numbers that stand for them in a file.
    const ALL: [(ElementType, &'static str); 27] = [
        (ElementType::Undefined, "undefined"),
        (ElementType::Float, "float"),
        (ElementType::Uint8, "uint8"),
        (ElementType::Int8, "int8"),
        (ElementType::Uint16, "uint16"),
        (ElementType::Int16, "int16"),
        (ElementType::Int32, "int32"),
        (ElementType::Int64, "int64"),
        (ElementType::String, "string"),
        (ElementType::Bool, "bool"),
        (ElementType::Float16, "float16"),
        (ElementType::Double, "double"),
        (ElementType::Uint32, "uint32"),
        (ElementType::Uint64, "uint64"),
        (ElementType::Complex64, "complex64"),
        (ElementType::Complex128, "complex128"),
        (ElementType::Bfloat16, "bfloat16"),
        (ElementType::Float8E4M3Fn, "float8e4m3fn"),
        (ElementType::Float8E4M3Fnuz, "float8e4m3fnuz"),
        (ElementType::Float8E5M2, "float8e5m2"),
        (ElementType::Float8E5M2Fnuz, "float8e5m2fnuz"),
        (ElementType::Uint4, "uint4"),
        (ElementType::Int4, "int4"),
        (ElementType::Float4E2M1, "float4e2m1"),
        (ElementType::Float8E8M0, "float8e8m0"),
        (ElementType::Uint2, "uint2"),
        (ElementType::Int2, "int2"),
    ];

    /// The type that a file means by `number`.
    pub fn from_number(number: i32) -> ElementType {
        usize::try_from(number)
            .ok()
            .and_then(|index| ElementType::ALL.get(index))
            .map_or(ElementType::Other(number), |(element, _)| *element)
    }

    /// How many bits an element takes, where that is known and the same for all.
    pub fn bits(self) -> Option<u32> {
        use ElementType as E;
        Some(match self {
            E::Undefined | E::String | E::Other(_) => return None,
            E::Uint2 | E::Int2 => 2,
            E::Uint4 | E::Int4 | E::Float4E2M1 => 4,
            E::Uint8 | E::Int8 | E::Bool => 8,
            E::Float8E4M3Fn | E::Float8E4M3Fnuz | E::Float8E5M2 | E::Float8E5M2Fnuz => 8,
            E::Float8E8M0 => 8,
            E::Uint16 | E::Int16 | E::Float16 | E::Bfloat16 => 16,
            E::Float | E::Int32 | E::Uint32 => 32,
            E::Int64 | E::Double | E::Uint64 | E::Complex64 => 64,
            E::Complex128 => 128,
        })
    }

    /// Whether its elements are whole numbers or truth values.
    pub fn is_whole(self) -> bool {
        use ElementType as E;
        matches!(
            self,
            E::Uint2
                | E::Int2
                | E::Uint4
                | E::Int4
                | E::Uint8
                | E::Int8
                | E::Bool
                | E::Uint16
                | E::Int16
                | E::Int32
                | E::Uint32
                | E::Int64
                | E::Uint64
        )
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ElementType::Other(number) => f.pad(&format!("type {number}")),
            known => f.pad(
                ElementType::ALL
                    .iter()
                    .find(|(element, _)| element == known)
                    .map_or("", |(_, name)| name),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ElementType as E;

    #[test]
    fn numbers_of_the_specification_name_types() {
        assert_eq!(E::from_number(1), E::Float);
        assert_eq!(E::from_number(10), E::Float16);
        assert_eq!(E::from_number(16), E::Bfloat16);
        assert_eq!(E::from_number(22), E::Int4);
        assert_eq!(E::from_number(23), E::Float4E2M1);
        assert_eq!(E::from_number(26), E::Int2);
        assert_eq!(E::from_number(99), E::Other(99));
        assert_eq!(E::from_number(-1), E::Other(-1));
        assert_eq!(E::Other(99).to_string(), "type 99");
    }
}

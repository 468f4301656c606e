//! Shapes and indices as a model file has them.

/// The extents of a tensor.
pub(super) fn axes(shape: &[u64]) -> String {
    let extents: Vec<String> = shape.iter().map(u64::to_string).collect();
    extents.join(" ")
}

/// Text of which nothing needs to be escaped.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// An index times a factor.
pub(super) fn times(factor: u64, index: &str) -> String {
    match factor {
        1 => index.to_owned(),
        factor => format!("{factor}*{index}"),
    }
}

/// Where a window looks.
pub(super) fn window(place: &str, within: &str, padding: u64) -> String {
    match padding {
        0 => format!("({place} + {within})"),
        padding => format!("({place} + {within} - {padding})"),
    }
}

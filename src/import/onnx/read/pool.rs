//! Poolings: windows that are averaged, or of which the largest is taken.

use super::constant::extents;
use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::extent::floor;
use crate::import::onnx::net::FoldKind;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `MaxPool`, `AveragePool`: padded elements are counted in full.
pub(super) fn pool(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let input = reader.shape(x)?;
    let Some(kernel) = call.ints("kernel_shape") else {
        return Err(Trouble::Wrong("it has no `kernel_shape`".to_owned()));
    };
    if input.len() != kernel.len() + 2 {
        return Err(Trouble::Wrong(
            "the window and the input have different axes".to_owned(),
        ));
    }
    let slides = reader.slides(call, kernel)?;
    let ceil = call.int_or("ceil_mode", 0) != 0;
    let mut shape = input[..2].to_vec();
    for (slide, extent) in slides.iter().zip(&input[2..]) {
        shape.push(slide.windows(extent, ceil));
    }
    let sides: Vec<Expr> = kernel.iter().map(|extent| Expr::whole(*extent)).collect();
    let size: Expr = sides.iter().product();
    let counts = if call.node.op_type == "AveragePool" {
        vec![(Primitive::Mul, Expr::one()), (Primitive::Add, size)]
    } else {
        vec![(Primitive::Compare, size)]
    };
    let result = reader.each(&counts, &[x], shape, reader.element(x))?;
    stage(reader, result);
    Ok(vec![result])
}

/// `GlobalAveragePool`, `GlobalMaxPool`
pub(super) fn global(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let rank = reader.shape(x)?.len();
    let reduced = (0..rank).map(|at| at >= 2).collect();
    let kind = if call.node.op_type == "GlobalMaxPool" {
        FoldKind::Max
    } else {
        FoldKind::Mean
    };
    let result = reader.fold(kind, x, reduced, true)?;
    stage(reader, result);
    Ok(vec![result])
}

fn stage(reader: &mut Reader<'_>, result: usize) {
    if let Some(node) = reader.last(result) {
        node.stage = Some("pool");
    }
}

/// `Resize`, `Upsample`: nearest elements cost nothing, interpolation a sum of
/// 2, 4, 8 (linear) or 4, 16, 64 (cubic) products for each element.
pub(super) fn resize(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let input = reader.shape(x)?;
    let (scales, sizes) = match call.node.op_type.as_str() {
        "Upsample" => (call.optional(1), None),
        _ if call.version < 11 => (call.optional(1), None),
        _ => (call.optional(2), call.optional(3)),
    };
    let axes = match call.ints("axes") {
        Some(axes) => (axes.iter())
            .map(|axis| super::reduce::axis_at(*axis, input.len()))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..input.len()).collect(),
    };
    let mut shape = input.clone();
    if let Some(sizes) = sizes {
        for (at, size) in axes.iter().zip(reader.whole(sizes)?) {
            shape[*at] = size;
        }
    } else if let Some(scales) = scales {
        let value = reader.net.tensors[scales].value.clone();
        let scales = value.and_then(|value| value.reals());
        let Some(scales) = scales else {
            return Err(Trouble::Unknown(
                "the scales are known only while it runs".to_owned(),
            ));
        };
        for (at, scale) in axes.iter().zip(scales) {
            let scale = num_rational::BigRational::from_float(scale)
                .ok_or_else(|| Trouble::Wrong("a scale that is no number".to_owned()))?;
            shape[*at] = floor(&input[*at].scale(&scale));
        }
    }
    let changed = shape.iter().zip(&input).filter(|(a, b)| a != b).count() as u32;
    let taps = match call.text("mode").unwrap_or("nearest") {
        "linear" => 2i64.pow(changed.min(16)),
        "cubic" => 4i64.pow(changed.min(16)),
        _ => 1,
    };
    let element = reader.element(x);
    if taps == 1 || extents(&shape) == extents(&input) && extents(&input).is_some() {
        let moved = crate::import::onnx::net::Work::Move;
        return Ok(vec![reader.compute(moved, &[x], shape, element)?]);
    }
    let counts = [
        (Primitive::Mul, Expr::whole(taps)),
        (Primitive::Add, Expr::whole(taps - 1)),
    ];
    let result = reader.each(&counts, &[x], shape, element)?;
    Ok(vec![result])
}

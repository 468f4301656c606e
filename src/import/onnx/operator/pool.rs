//! Poolings: windows that are averaged, or of which the largest is taken.

use super::call::Call;
use super::window::slides;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::bounds::{larger, smaller};
use crate::import::onnx::infer::extent::{axis_at, extents, floor};
use crate::import::onnx::net::{FoldKind, TensorId};
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `MaxPool`, `AveragePool`, `LpPool`: padded elements are counted in full.
pub(crate) fn pool(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let input = builder.shape(x)?;
    let Some(kernel) = call.ints("kernel_shape") else {
        return Err(ImportError::Invalid("it has no `kernel_shape`".to_owned()));
    };
    if input.len() != kernel.len() + 2 {
        return Err(ImportError::Invalid(
            "the window and the input have different axes".to_owned(),
        ));
    }
    let slides = slides(call, kernel)?;
    let ceil = call.int_or("ceil_mode", 0) != 0;
    let mut shape = input[..2].to_vec();
    for (slide, extent) in slides.iter().zip(&input[2..]) {
        shape.push(slide.windows(extent, ceil));
    }
    let sides: Vec<Expr> = kernel.iter().map(|extent| Expr::whole(*extent)).collect();
    let size: Expr = sides.iter().product();
    let counts = match (call.node.op_type.as_str(), call.int_or("p", 2)) {
        ("AveragePool", _) => vec![(Primitive::Mul, Expr::one()), (Primitive::Add, size)],
        ("LpPool", 1) => vec![(Primitive::Abs, size.clone()), (Primitive::Add, size)],
        ("LpPool", 2) => vec![
            (Primitive::Mul, size.clone()),
            (Primitive::Add, size),
            (Primitive::Sqrt, Expr::one()),
        ],
        // A power is the exponential of a multiple of the logarithm.
        ("LpPool", _) => {
            let powers = &size + &Expr::one();
            vec![
                (Primitive::Abs, size.clone()),
                (Primitive::Log, powers.clone()),
                (Primitive::Mul, powers.clone()),
                (Primitive::Exp, powers),
                (Primitive::Add, size),
            ]
        }
        // MaxPool
        _ => vec![(Primitive::Compare, size)],
    };
    let result = builder.per_element(&counts, &[x], shape, builder.element(x))?;
    stage(builder, result);
    Ok(vec![result])
}

/// `GlobalAveragePool`, `GlobalMaxPool`
pub(crate) fn global(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let rank = builder.shape(x)?.len();
    let reduced = (0..rank).map(|at| at >= 2).collect();
    let kind = if call.node.op_type == "GlobalMaxPool" {
        FoldKind::Max
    } else {
        FoldKind::Mean
    };
    let result = builder.fold(kind, x, reduced, true)?;
    stage(builder, result);
    Ok(vec![result])
}

fn stage(builder: &mut NetBuilder, result: usize) {
    builder.set_stage(result, "pool");
}

/// `Resize`, `Upsample`: nearest elements cost nothing, interpolation a sum of
/// 2, 4, 8 (linear) or 4, 16, 64 (cubic) products for each element.
pub(crate) fn resize(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let input = builder.shape(x)?;
    let (scales, sizes) = match call.node.op_type.as_str() {
        "Upsample" => (call.optional(1), None),
        _ if call.version < 11 => (call.optional(1), None),
        _ => (call.optional(2), call.optional(3)),
    };
    let found = resized_shape(builder, call, &input, scales, sizes);
    let shape = call.or_told(found, |told| Some(told.to_vec()))?;
    let changed = shape.iter().zip(&input).filter(|(a, b)| a != b).count() as u32;
    let taps = match call.text("mode").unwrap_or("nearest") {
        "linear" => 2i64.pow(changed.min(16)),
        "cubic" => 4i64.pow(changed.min(16)),
        _ => 1,
    };
    let element = builder.element(x);
    if taps == 1 || extents(&shape) == extents(&input) && extents(&input).is_some() {
        let moved = crate::import::onnx::net::Work::Move;
        return Ok(vec![builder.compute(moved, &[x], shape, element)?]);
    }
    let counts = [
        (Primitive::Mul, Expr::whole(taps)),
        (Primitive::Add, Expr::whole(taps - 1)),
    ];
    let result = builder.per_element(&counts, &[x], shape, element)?;
    Ok(vec![result])
}

/// The shape that scales or sizes give.
fn resized_shape(
    builder: &NetBuilder,
    call: &Call<'_>,
    input: &[Expr],
    scales: Option<TensorId>,
    sizes: Option<TensorId>,
) -> Result<Vec<Expr>, ImportError> {
    let axes = match call.ints("axes") {
        Some(axes) => (axes.iter())
            .map(|axis| axis_at(*axis, input.len()))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..input.len()).collect(),
    };
    let mut shape = input.to_vec();
    if let Some(sizes) = sizes {
        let wanted = builder.whole(sizes)?;
        let policy = call.text("keep_aspect_ratio_policy").unwrap_or("stretch");
        let extents = axes.iter().map(|at| &input[*at]);
        for (at, size) in axes.iter().zip(resized(policy, extents, wanted)?) {
            shape[*at] = size;
        }
    } else if let Some(scales) = scales {
        let Some(scales) = builder.exprs(scales) else {
            return Err(ImportError::Unsupported(
                "the scales are known only while it runs".to_owned(),
            ));
        };
        for (at, scale) in axes.iter().zip(scales) {
            shape[*at] = floor(&(&input[*at] * &scale));
        }
    }
    Ok(shape)
}

/// The extents that a `Resize` to these sizes gives: the sizes, or where the
/// picture keeps its form those of one scale, the smallest or the largest.
fn resized<'e>(
    policy: &str,
    extents: impl Iterator<Item = &'e Expr>,
    wanted: Vec<Expr>,
) -> Result<Vec<Expr>, ImportError> {
    let of: fn(&Expr, &Expr) -> Expr = match policy {
        "not_larger" => smaller,
        "not_smaller" => larger,
        _ => return Ok(wanted),
    };
    let extents: Vec<&Expr> = extents.collect();
    let scales = wanted
        .iter()
        .zip(&extents)
        .map(|(size, extent)| size.divide(extent));
    let scale = (scales.flatten()).reduce(|a, b| of(&a, &b));
    let scale = scale.ok_or_else(|| ImportError::Invalid("nothing to resize".to_owned()))?;
    let half = Expr::constant(whole(1) / whole(2));
    let rounded = |extent: &&Expr| floor(&(&(*extent * &scale) + &half));
    Ok(extents.iter().map(rounded).collect())
}

/// `MaxUnpool`: every element at the place where it was the largest, among
/// zeros.
pub(crate) fn unpool(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, at) = (call.input(0)?, call.input(1)?);
    let shape = match call.optional(2) {
        Some(shape) => {
            let shape = builder.whole(shape);
            call.or_told(shape, |told| Some(told.to_vec()))?
        }
        None => {
            let input = builder.shape(x)?;
            let kernel = call.ints("kernel_shape").unwrap_or(&[]);
            if input.len() != kernel.len() + 2 {
                let message = "the window and the input have different axes";
                return Err(ImportError::Invalid(message.to_owned()));
            }
            let slides = slides(call, kernel)?;
            let places = slides.iter().zip(&input[2..]);
            let places = places.map(|(slide, extent)| slide.laid_down(extent, 0));
            input[..2].iter().cloned().chain(places).collect()
        }
    };
    Ok(vec![builder.moved(&[x, at], shape)?])
}

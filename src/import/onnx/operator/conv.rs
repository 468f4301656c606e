//! Convolutions: grouped, dilated, transposed, of any number of axes.

use super::call::Call;
use super::window::{Padding, Slide, slides};
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::extents;
use crate::import::onnx::net::{Block, Product, ProductAxis, TensorId, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::symbolic::Expr;

pub(super) const BATCH: u16 = 0;
pub(super) const GROUP: u16 = 1;
pub(super) const CHANNEL: u16 = 2;
pub(super) const OUTPUT: u16 = 3;
/// The first of the axes of places and windows, in turn.
const FIRST: u16 = 4;
/// The first of the axes of places between those of the input.
const PHASE: u16 = 40;

/// A convolution of `x` (batch, channels, places) with `weight` (outputs,
/// channels of a group, window).
pub(crate) fn convolve(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
    weight: TensorId,
    element: ElementType,
) -> Result<TensorId, ImportError> {
    let (input, kernel) = (builder.shape(x)?, builder.shape(weight)?);
    if input.len() != kernel.len() || input.len() < 3 {
        return Err(ImportError::Invalid(
            "the input and the weight have different axes".to_owned(),
        ));
    }
    let group = call.int_or("group", 1);
    check_channels(&input[1], &kernel[1], group)?;
    let windows = extents(&kernel[2..])
        .ok_or_else(|| ImportError::Unsupported("the window has no fixed size".to_owned()))?;
    let slides = slides(call, &windows)?;
    let mut shape = vec![input[0].clone(), kernel[0].clone()];
    let mut given_extents = Vec::new();
    if group != 1 {
        given_extents.push((GROUP, Expr::whole(group)));
    }
    for (at, slide) in slides.iter().enumerate() {
        let places = slide.windows(&input[at + 2], false);
        // The notation takes padding to be alike on both sides, unless it is
        // told how many places there are.
        if !matches!(slide.padding, Padding::Given(before, after) if before == after) {
            given_extents.push((place(at), places.clone()));
        }
        shape.push(places);
    }
    let grouped = |axis| channels(group, axis);
    let mut operands = [
        vec![ProductAxis::Index(BATCH), grouped(CHANNEL)],
        vec![grouped(OUTPUT), ProductAxis::Index(CHANNEL)],
    ];
    let mut result = vec![ProductAxis::Index(BATCH), grouped(OUTPUT)];
    for (at, slide) in slides.iter().enumerate() {
        let within = place(at) + 1;
        operands[0].push(ProductAxis::Window {
            place: place(at),
            stride: slide.stride,
            within,
            dilation: slide.dilation,
            padding: slide.before(&input[at + 2]),
        });
        operands[1].push(ProductAxis::Index(within));
        result.push(ProductAxis::Index(place(at)));
    }
    let product = Product::multiplied(operands.into(), result, given_extents);
    builder.compute(Work::Product(product), &[x, weight], shape, element)
}

/// The axis of the places along an axis of the input.
fn place(at: usize) -> u16 {
    FIRST + 2 * at as u16
}

pub(super) fn check_channels(channels: &Expr, own: &Expr, group: i64) -> Result<(), ImportError> {
    let fits = group >= 1 && own.scale(&whole(group)) == *channels;
    if fits || channels.as_constant().is_none() && group >= 1 {
        return Ok(());
    }
    Err(ImportError::Invalid(format!(
        "{channels} channels in {group} groups, but the weight is for {own} in each"
    )))
}

/// `Conv`
pub(crate) fn conv(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let factors = builder.factors(call.input(0)?, call.input(1)?);
    let element = builder.element(factors.a);
    let product = convolve(builder, call, factors.a, factors.b, element)?;
    let bias = call.optional(2);
    let result = builder.finished_with(product, &factors, |builder, product| {
        builder.with_channel_bias(product, bias)
    })?;
    Ok(vec![result])
}

/// `ConvTranspose`: every element of the input times the whole window, summed
/// where windows overlap.
pub(crate) fn transposed(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let factors = builder.factors(call.input(0)?, call.input(1)?);
    let (x, weight) = (factors.a, factors.b);
    let (input, kernel) = (builder.shape(x)?, builder.shape(weight)?);
    if input.len() != kernel.len() || input.len() < 3 {
        return Err(ImportError::Invalid(
            "the input and the weight have different axes".to_owned(),
        ));
    }
    let group = call.int_or("group", 1);
    check_channels(
        &input[1],
        &kernel[0].scale(&(whole(1) / whole(group.max(1)))),
        group,
    )?;
    let windows = extents(&kernel[2..])
        .ok_or_else(|| ImportError::Unsupported("the window has no fixed size".to_owned()))?;
    let slides = slides(call, &windows)?;
    let outputs = kernel[1].scale(&whole(group));
    let mut shape = vec![input[0].clone(), outputs];
    let extra = call.ints("output_padding").unwrap_or(&[]);
    let given = call.ints("output_shape");
    for (at, slide) in slides.iter().enumerate() {
        let given = given.and_then(|given| given.get(at));
        let beyond = extra.get(at).copied().unwrap_or(0);
        shape.push(given.map_or_else(
            || slide.laid_down(&input[at + 2], beyond),
            |given| Expr::whole(*given),
        ));
    }
    let (mut product, laid) = laid_down(&slides, &input, &shape, group);
    product.sums = sums(&slides, &input, &shape, &laid);
    let element = builder.element(x);
    let all = builder.compute(Work::Product(product), &[x, weight], laid.clone(), element)?;
    let bias = call.optional(2);
    let all = builder.finished_with(all, &factors, |builder, all| {
        builder.with_channel_bias(all, bias)
    })?;
    if laid == shape {
        return Ok(vec![all]);
    }
    let result = builder.moved(&[all], shape)?;
    let kept = (0..input.len()).map(|at| (at < 2).then_some(at));
    builder.keeps_axes(result, kept.collect());
    Ok(vec![result])
}

/// The product of a transposed convolution, and its shape. Where strides divide
/// the windows and the extents of the result, every place of the result is one
/// sum; else the windows are laid down one by one.
fn laid_down(
    slides: &[Slide],
    input: &[Expr],
    output: &[Expr],
    group: i64,
) -> (Product, Vec<Expr>) {
    let grouped = |axis| channels(group, axis);
    let mut operands = [
        vec![ProductAxis::Index(BATCH), grouped(CHANNEL)],
        vec![grouped(CHANNEL), ProductAxis::Index(OUTPUT)],
    ];
    let mut result = vec![ProductAxis::Index(BATCH), grouped(OUTPUT)];
    let mut shape = output[..2].to_vec();
    let mut given_extents = Vec::new();
    if group != 1 {
        given_extents.push((GROUP, Expr::whole(group)));
    }
    let axes = || slides.iter().zip(&input[2..]).zip(&output[2..]);
    let in_sums = axes().all(|((slide, before), after)| slide.tiles(before, after));
    for (at, ((slide, extent), _)) in axes().enumerate() {
        let (place, within) = (FIRST + 2 * at as u16, FIRST + 1 + 2 * at as u16);
        operands[0].push(ProductAxis::Index(place));
        result.push(ProductAxis::Index(place));
        shape.push(extent.clone());
        if in_sums && slide.stride == 1 {
            operands[1].push(ProductAxis::Index(within));
        } else if in_sums && slide.stride < slide.kernel {
            let phase = PHASE + at as u16;
            operands[1].push(ProductAxis::Split(within, phase));
            result.push(ProductAxis::Index(phase));
            given_extents.push((phase, Expr::whole(slide.stride)));
            shape.push(Expr::whole(slide.stride));
        } else {
            operands[1].push(ProductAxis::Index(within));
            result.push(ProductAxis::Index(within));
            shape.push(Expr::whole(slide.kernel));
        }
    }
    let product = Product {
        lays_down: true,
        ..Product::multiplied(operands.into(), result, given_extents)
    };
    (product, shape)
}

/// How many sums the windows give that are laid down one by one: places of the
/// result on which at least one of them lies.
fn sums(slides: &[Slide], input: &[Expr], output: &[Expr], laid: &[Expr]) -> Option<Expr> {
    let all = |shape: &[Expr]| shape.iter().product::<Expr>();
    if all(laid) == all(output) {
        return None;
    }
    let axes = slides.iter().zip(&input[2..]).zip(&output[2..]);
    let covered: Vec<Expr> = axes
        .map(|((slide, before), after)| slide.covered(before, after))
        .collect();
    let sums = &all(&output[..2]) * &all(&covered);
    (sums != all(laid)).then_some(sums)
}

/// `CausalConvWithState`: every channel over the last places of its own, of
/// which the first stand in the state or are zero.
pub(crate) fn causal(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, weight) = (call.input(0)?, call.input(1)?);
    let [batch, channels, length] = builder.shape_of_rank::<3>(x)?;
    let [_, _, window] = builder.shape_of_rank::<3>(weight)?;
    let before = &window - &Expr::one();
    let mut joined: Vec<TensorId> = call.optional(3).into_iter().collect();
    joined.push(x);
    let all = vec![batch.clone(), channels.clone(), &before + &length];
    let all = builder.moved(&joined, all)?;
    let (place, within) = (FIRST, FIRST + 1);
    let slid = ProductAxis::Window {
        place,
        stride: 1,
        within,
        dilation: 1,
        padding: Expr::zero(),
    };
    let index = ProductAxis::Index;
    let product = Product::multiplied(
        vec![
            vec![index(BATCH), index(CHANNEL), slid],
            vec![index(CHANNEL), ProductAxis::One, index(within)],
        ],
        vec![index(BATCH), index(CHANNEL), index(place)],
        vec![],
    );
    let shape = vec![batch.clone(), channels.clone(), length];
    let element = builder.element(x);
    let sums = builder.compute(Work::Product(product), &[all, weight], shape, element)?;
    let mut result = builder.with_channel_bias(sums, call.optional(2))?;
    if matches!(call.text("activation"), Some("silu" | "swish")) {
        result = builder.block(Block::Silu, &[result])?;
    }
    let state = builder.moved(&[all], vec![batch, channels, before])?;
    Ok(vec![result, state])
}

/// An axis of channels, by groups where there are several.
pub(super) fn channels(group: i64, axis: u16) -> ProductAxis {
    match group {
        1 => ProductAxis::Index(axis),
        _ => ProductAxis::Split(GROUP, axis),
    }
}

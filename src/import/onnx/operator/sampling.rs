//! Pictures read at places that are computed, between their elements:
//! `GridSample`, `DeformConv`.

use super::call::Call;
use super::conv::{BATCH, CHANNEL, GROUP, OUTPUT, channels, check_channels};
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Product, ProductAxis, TensorId, Work};
use crate::primitive::Primitive::{Add, Compare, Mul, Round, Sub};
use crate::symbolic::Expr;

const WITHIN: u16 = 4;
/// The first of the axes of places.
const FIRST: u16 = 5;

/// How elements that stand around a place are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The next one is taken.
    Nearest,
    /// The two on either side of each axis.
    Linear,
    /// The four around it on each axis, by polynomials.
    Cubic,
}

impl Mode {
    /// How many elements stand around a place of so many axes.
    fn taps(self, axes: usize) -> i64 {
        let axes = u32::try_from(axes.min(16)).unwrap_or(16);
        match self {
            Mode::Nearest => 1,
            Mode::Linear => 2i64.pow(axes),
            Mode::Cubic => 4i64.pow(axes),
        }
    }
}

/// What is computed of the coordinates of places: `coordinates` has as many
/// elements as they are numbers, `places` is the shape of the places. A number
/// is compared with the two ends of its axis and rounded; what is left of it
/// gives the factors of the elements on that axis, of which each place takes
/// the products.
fn factors(
    builder: &mut NetBuilder,
    coordinates: TensorId,
    places: Vec<Expr>,
    axes: usize,
    mode: Mode,
) -> Result<TensorId, ImportError> {
    let on_axis: &[_] = match mode {
        Mode::Nearest => &[(Round, 1), (Compare, 2)],
        // The fraction f, and 1 − f.
        Mode::Linear => &[(Round, 1), (Sub, 2), (Compare, 2)],
        // The fraction; four polynomials ((a·f + b)·f + c)·f + d.
        Mode::Cubic => &[(Round, 1), (Sub, 1), (Mul, 12), (Add, 12), (Compare, 2)],
    };
    let of_axes = builder.per_element_of(coordinates, on_axis)?;
    let element = builder.element(coordinates);
    let products = match mode {
        Mode::Nearest => 0,
        _ => mode.taps(axes) * (axes as i64 - 1),
    };
    match products {
        0 => builder.moved(&[of_axes], places),
        _ => builder.per_element(&[(Mul, Expr::whole(products))], &[of_axes], places, element),
    }
}

/// Elements of `x` between its places: a sum of products of those around.
fn sampled(
    builder: &mut NetBuilder,
    x: TensorId,
    factors: TensorId,
    shape: Vec<Expr>,
    taps: i64,
) -> Result<TensorId, ImportError> {
    let element = builder.element(x);
    if taps == 1 {
        return builder.moved(&[x, factors], shape);
    }
    let sums = [(Mul, Expr::whole(taps)), (Add, Expr::whole(taps - 1))];
    builder.per_element(&sums, &[x, factors], shape, element)
}

/// `GridSample`: x (batch, channels, places) at the places of the grid (batch,
/// places of the result, a coordinate for each axis), from −1 to 1.
pub(crate) fn grid(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, grid) = (call.input(0)?, call.input(1)?);
    let (input, places) = (builder.shape(x)?, builder.shape(grid)?);
    if input.len() < 3 || input.len() != places.len() {
        let message = "the input and the grid have different axes";
        return Err(ImportError::Invalid(message.to_owned()));
    }
    let axes = input.len() - 2;
    let mode = match call.text("mode").unwrap_or("linear") {
        "nearest" => Mode::Nearest,
        "linear" | "bilinear" => Mode::Linear,
        "cubic" | "bicubic" => Mode::Cubic,
        other => return Err(ImportError::Unsupported(format!("the mode `{other}`"))),
    };
    let places = places[..axes + 1].to_vec();
    let mut shape = input[..2].to_vec();
    shape.extend(places[1..].iter().cloned());
    // From −1 … 1 to elements: a factor and a summand.
    let coordinates = builder.per_element_of(grid, &[(Mul, 1), (Add, 1)])?;
    let factors = factors(builder, coordinates, places, axes, mode)?;
    Ok(vec![sampled(builder, x, factors, shape, mode.taps(axes))?])
}

/// `AffineGrid`: the places of a picture of the size told, (batch, places, a
/// coordinate for each axis): every place with a 1 behind it, times a matrix.
pub(crate) fn affine(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let theta = call.input(0)?;
    let [batch, axes, columns] = builder.shape_of_rank::<3>(theta)?;
    let size = builder.whole(call.input(1)?);
    let size = size.map(|size| size.into_iter().skip(2).collect());
    let places: Vec<Expr> = call.or_told(size, |told| {
        let (_, places) = told.split_first()?;
        Some(places.split_last()?.1.to_vec())
    })?;
    let index = ProductAxis::Index;
    let of_places: Vec<ProductAxis> = (0..places.len() as u16)
        .map(|at| index(FIRST + at))
        .collect();
    let grid = [of_places.clone(), vec![index(WITHIN)]].concat();
    let matrix = vec![index(BATCH), index(OUTPUT), index(WITHIN)];
    let result = [vec![index(BATCH)], of_places, vec![index(OUTPUT)]].concat();
    let product = Product::multiplied(vec![grid, matrix], result, vec![]);
    let element = builder.element(theta);
    let grid = [places.clone(), vec![columns]].concat();
    let grid = builder.add_constant("grid", grid, element);
    let shape = [vec![batch], places, vec![axes]].concat();
    let product = Work::Product(product);
    Ok(vec![builder.compute(
        product,
        &[grid, theta],
        shape,
        element,
    )?])
}

/// `DeformConv`: a convolution of elements at places moved by an offset of
/// each, (batch, groups · window · axes, places), and with a factor of each.
pub(crate) fn deformed(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, weight, offset) = (call.input(0)?, call.input(1)?, call.input(2)?);
    let (input, kernel) = (builder.shape(x)?, builder.shape(weight)?);
    let moves = builder.shape(offset)?;
    if input.len() < 3 || input.len() != kernel.len() || input.len() != moves.len() {
        let message = "the input, the weight and the offset have different axes";
        return Err(ImportError::Invalid(message.to_owned()));
    }
    let group = call.int_or("group", 1);
    check_channels(&input[1], &kernel[1], group)?;
    let axes = input.len() - 2;
    let window: Expr = kernel[2..].iter().product();
    let groups = &Expr::whole(call.int_or("offset_group", 1)) * &window;
    let places = &moves[2..];
    let with_places = |front: Vec<Expr>| [front, places.to_vec()].concat();
    let coordinates = builder.per_element_of(offset, &[(Add, 1)])?;
    let of_groups = with_places(vec![input[0].clone(), groups]);
    let mut factors = factors(builder, coordinates, of_groups, axes, Mode::Linear)?;
    if let Some(mask) = call.optional(4) {
        let one = [(Mul, Expr::whole(Mode::Linear.taps(axes)))];
        let (shape, element) = (builder.shape(factors)?, builder.element(factors));
        factors = builder.per_element(&one, &[factors, mask], shape, element)?;
    }
    let columns = with_places(vec![input[0].clone(), input[1].clone(), window.clone()]);
    let columns = sampled(builder, x, factors, columns, Mode::Linear.taps(axes))?;
    let flat = vec![kernel[0].clone(), kernel[1].clone(), window];
    let weight = builder.reshaped(weight, flat)?;
    let product = windows_of(group, axes);
    let shape = with_places(vec![input[0].clone(), kernel[0].clone()]);
    let element = builder.element(x);
    let sums = builder.compute(Work::Product(product), &[columns, weight], shape, element)?;
    Ok(vec![builder.with_channel_bias(sums, call.optional(3))?])
}

/// Columns (batch, channels, window, places) times a weight (outputs, channels
/// of a group, window).
fn windows_of(group: i64, axes: usize) -> Product {
    let index = ProductAxis::Index;
    let places = || (0..axes as u16).map(|at| index(FIRST + at));
    let mut columns = vec![index(BATCH), channels(group, CHANNEL), index(WITHIN)];
    columns.extend(places());
    let weight = vec![channels(group, OUTPUT), index(CHANNEL), index(WITHIN)];
    let mut result = vec![index(BATCH), channels(group, OUTPUT)];
    result.extend(places());
    let given = match group {
        1 => vec![],
        _ => vec![(GROUP, Expr::whole(group))],
    };
    Product::multiplied(vec![columns, weight], result, given)
}

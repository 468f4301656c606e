//! Operators that read graphs or tensors of the file themselves: branches,
//! loops, constants.

use super::aside::Aside;
use super::capture::{hands_on, size};
use super::graph::GraphReader;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, number};
use crate::import::onnx::net::{KnownValue, Making, Origin, TensorId, Work};
use crate::import::onnx::operator::call::Call;
use crate::import::onnx::operator::concat;
use crate::import::onnx::proto::{AttributeValue, ElementType, Graph};
use crate::symbolic::Expr;

/// `If`: the branch that is taken, where shapes and weights tell; else how much
/// either is.
pub(super) fn branch<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    let Some(condition) = reader.builder.scalar(call.input(0)?) else {
        reader.note_open_numbers();
        let mut why = "the condition is known only while it runs".to_owned();
        let branches = ["then_branch", "else_branch"].map(|name| {
            let graph = call.graph(name)?;
            put_aside(reader, |reader| reader.body(graph))
        });
        if let [Some(yes), Some(no)] = branches {
            why = format!(
                "{why}: {} MACs if it holds; {} else",
                yes.products, no.products
            );
            reader.aside.results = yes.results_as(&no);
        }
        return Err(ImportError::Unsupported(why));
    };
    let name = if condition == 0.0 {
        "else_branch"
    } else {
        "then_branch"
    };
    match call.graph(name) {
        Some(graph) => reader.body(graph),
        None => Err(ImportError::Invalid(format!("it has no `{name}`"))),
    }
}

/// What `read` reads, taken back; nothing where that cannot be read.
fn put_aside<'m>(
    reader: &mut GraphReader<'m>,
    read: impl FnOnce(&mut GraphReader<'m>) -> Results,
) -> Option<Aside> {
    let (mark, depth) = (reader.builder.mark(), reader.names.depth());
    let (active, within) = (reader.active.len(), reader.depth);
    let notes = reader.builder.notes().clone();
    let results = read(reader);
    let builder = &mut reader.builder;
    let aside = results.ok().map(|results| Aside {
        products: builder.products_since(mark),
        results: (results.into_iter())
            .map(|result| Some((builder.shape(result).ok()?, builder.element(result))))
            .collect(),
    });
    let weights = builder.constants_since(mark);
    builder.rewind(mark);
    *builder.notes() = notes;
    reader.aside.weights.extend(weights);
    // What is wrong in what is not put in place is no matter.
    reader.names.leave_to(depth);
    reader.active.truncate(active);
    reader.depth = within;
    aside
}

/// Bodies are written out to so many nodes.
const MAX_WRITTEN_OUT: usize = 10_000;

/// Why a body cannot be written out.
fn too_long(turns: i64, body: &Graph) -> ImportError {
    let nodes = size(body);
    ImportError::Unsupported(format!(
        "{turns} turns of {nodes} nodes are more than {MAX_WRITTEN_OUT}"
    ))
}

/// Whether the turns since a `start` are not too long, with all that loops in
/// them wrote out.
fn within_limit(reader: &GraphReader<'_>, start: usize) -> Result<(), ImportError> {
    match reader.steps - start > MAX_WRITTEN_OUT {
        true => Err(ImportError::Unsupported(format!(
            "its turns, written out, are more than {MAX_WRITTEN_OUT} nodes"
        ))),
        false => Ok(()),
    }
}

/// Whether so many turns of a body are written out.
fn is_short(turns: i64, body: &Graph) -> bool {
    let turns = usize::try_from(turns.max(0)).unwrap_or(usize::MAX);
    turns.saturating_mul(size(body)) <= MAX_WRITTEN_OUT
}

/// The body of a `Loop` or `Scan`.
pub(super) fn body_of<'m>(call: &Call<'m>) -> Result<&'m Graph, ImportError> {
    let body = call.graph("body");
    body.ok_or_else(|| ImportError::Invalid("it has no `body`".to_owned()))
}

/// `Loop`: its body as often as shapes and weights tell.
pub(super) fn repeated<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    let body = body_of(call)?;
    run(reader, call, body).map_err(|why| match why {
        ImportError::Unsupported(why) => {
            reader.note_open_numbers();
            let each = one_turn(reader, call, body);
            let each = each.map(|turn| format!(": {} MACs a turn", turn.products));
            ImportError::Unsupported(why + &each.unwrap_or_default())
        }
        why => why,
    })
}

/// One turn of a `Loop`, put aside: what keeps its shape has it at the end, too.
fn one_turn<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>, body: &'m Graph) -> Option<Aside> {
    let builder = &mut reader.builder;
    let turn = builder.add_tensor("turn", Some(vec![]), ElementType::Int64);
    let goes_on = builder.add_tensor("goes_on", Some(vec![]), ElementType::Bool);
    let given: Vec<TensorId> = call.inputs.iter().skip(2).flatten().copied().collect();
    let found = put_aside(reader, |reader| {
        reader.enter(body)?;
        let states = given.iter().enumerate();
        let states =
            states.map(|(at, state)| at_first(reader, *state, hands_on(body, at + 2, at + 1)));
        let inputs: Vec<TensorId> = [turn, goes_on].into_iter().chain(states).collect();
        reader.turn(body, &inputs)
    })?;
    let before = given.iter().map(|state| reader.builder.shape(*state).ok());
    let pairs = found.results.iter().skip(1).zip(before);
    reader.aside.results = pairs
        .map(|(after, before)| {
            let same = after
                .as_ref()
                .filter(|(shape, _)| Some(shape) == before.as_ref());
            same.cloned()
        })
        .collect();
    Some(found)
}

fn run<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>, body: &'m Graph) -> Results {
    let turns = match call.optional(0) {
        Some(turns) => Some(one_number(reader, turns)?),
        None => None,
    };
    if let Some(turns) = turns.filter(|turns| !is_short(*turns, body)) {
        return Err(too_long(turns, body));
    }
    let mark = reader.builder.mark();
    reader.enter(body)?;
    let ran = turns_of_loop(reader, call, body, turns);
    reader.leave();
    let (carried, rows) = match ran {
        Ok(ran) => ran,
        Err(why) => {
            reader.builder.rewind(mark);
            return Err(why);
        }
    };
    let stacked = stacked(reader, call.results(), &carried, &rows, &[])?;
    Ok([carried, stacked].concat())
}

/// The one number that a tensor holds.
fn one_number(reader: &GraphReader<'_>, tensor: TensorId) -> Result<i64, ImportError> {
    let found = match reader.builder.value(tensor) {
        Some(_) => reader.builder.numbers(tensor)?,
        None => return Err(open_end()),
    };
    found.first().copied().ok_or_else(open_end)
}

fn open_end() -> ImportError {
    ImportError::Unsupported("how often it runs is known only while it runs".to_owned())
}

/// Why it is not known after how many turns a loop ends.
fn no_end(turns: Option<i64>) -> ImportError {
    let most = turns.map_or(String::new(), |turns| format!(" of at most {turns}"));
    ImportError::Unsupported(format!(
        "after which turn{most} it ends is known only while it runs"
    ))
}

/// What all turns carried on to the end, and what each gave besides.
type Ran = (Vec<TensorId>, Vec<Vec<TensorId>>);

fn turns_of_loop<'m>(
    reader: &mut GraphReader<'m>,
    call: &Call<'m>,
    body: &'m Graph,
    turns: Option<i64>,
) -> Result<Ran, ImportError> {
    let truth = KnownValue::ints(&[1]);
    let mut goes_on = match call.optional(1) {
        Some(condition) => condition,
        None => reader.builder.known(truth, vec![], ElementType::Bool),
    };
    let states = call.inputs.iter().skip(2).flatten().enumerate();
    let mut carried: Vec<TensorId> = states
        .map(|(at, state)| at_first(reader, *state, hands_on(body, at + 2, at + 1)))
        .collect();
    let mut rows: Vec<Vec<TensorId>> = Vec::new();
    let mut turn = 0;
    let start = reader.steps;
    while turns.is_none_or(|turns| turn < turns) {
        let goes = one_number(reader, goes_on).map_err(|_| no_end(turns))?;
        if goes == 0 {
            break;
        }
        if !is_short(turn, body) {
            return Err(too_long(turn, body));
        }
        within_limit(reader, start)?;
        let at = KnownValue::ints(&[turn]);
        let at = reader.builder.known(at, vec![], ElementType::Int64);
        let inputs = [vec![at, goes_on], carried.clone()].concat();
        let mut results = reader.turn(body, &inputs)?.into_iter();
        goes_on = (results.next())
            .ok_or_else(|| ImportError::Invalid("its body gives nothing".to_owned()))?;
        carried = results.by_ref().take(carried.len()).collect();
        rows.push(results.collect());
        turn += 1;
    }
    Ok((carried, rows))
}

/// A state as the first turn finds it. Every turn computes the same: a state of
/// fractions counts as computed, also where the first one is a constant, which
/// is no weight, and what that holds, mostly zeros, is not followed. What all
/// turns hand on as it is stays what it is.
fn at_first(reader: &mut GraphReader<'_>, state: TensorId, handed_on: bool) -> TensorId {
    let builder = &mut reader.builder;
    let (element, shape) = (builder.element(state), builder.shape(state));
    match shape {
        Ok(shape) if builder.is_constant(state) && !element.is_whole() && !shape.is_empty() => {
            if handed_on {
                return state;
            }
            let origin = &mut builder.tensor_mut(state).origin;
            if *origin == Some(Origin::Unsaid) {
                *origin = Some(Origin::Derived);
            }
            let given = builder.add_constant("", shape.clone(), element);
            let stored = builder.is_stored(state);
            let constant = builder.tensor_mut(given);
            constant.stored = stored;
            constant.made_of = vec![state];
            constant.making = Making::Linear;
            let first = builder.add_tensor("state", Some(shape), element);
            builder.push(Work::Move, vec![given], first);
            first
        }
        _ => state,
    }
}

/// What the turns gave besides what they carry on, stacked along an axis each.
fn stacked(
    reader: &mut GraphReader<'_>,
    results: usize,
    carried: &[TensorId],
    rows: &[Vec<TensorId>],
    axes: &[i64],
) -> Results {
    let columns = results.saturating_sub(carried.len());
    let mut column = |at: usize| -> Result<TensorId, ImportError> {
        let parts: Option<Vec<TensorId>> = rows.iter().map(|row| row.get(at).copied()).collect();
        let missing = || ImportError::Invalid("its body gives too few results".to_owned());
        let parts = parts.ok_or_else(missing)?;
        let Some(first) = parts.first() else {
            // Of no turns not even the shape is known.
            return Ok(reader.builder.add_tensor("", None, ElementType::Float));
        };
        let Ok(shape) = reader.builder.shape(*first) else {
            let whole = reader
                .builder
                .add_tensor("", None, reader.builder.element(*first));
            reader.builder.push(Work::Move, parts, whole);
            return Ok(whole);
        };
        let rank = shape.len();
        let axis = axis_at(axes.get(at).copied().unwrap_or(0), rank + 1)?;
        concat::stack(&mut reader.builder, &parts, axis)
    };
    (0..columns).map(&mut column).collect()
}

/// `Scan`: its body for each slice of its inputs.
pub(super) fn scanned<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    let body = body_of(call)?;
    if call.version < 9 {
        return Err(ImportError::Unsupported("of a version before 9".to_owned()));
    }
    let wrong = || ImportError::Invalid("`num_scan_inputs` does not fit".to_owned());
    let scanned = call
        .int("num_scan_inputs")
        .and_then(|count| usize::try_from(count).ok());
    let first = scanned.and_then(|scanned| call.inputs.len().checked_sub(scanned));
    let first = first
        .filter(|first| *first < call.inputs.len())
        .ok_or_else(wrong)?;
    let axes = call.ints("scan_input_axes").unwrap_or(&[]);
    let directions = call.ints("scan_input_directions").unwrap_or(&[]);
    let mut columns = Vec::new();
    for at in 0..call.inputs.len() - first {
        let x = call.input(first + at)?;
        let shape = reader.builder.shape(x)?;
        let axis = axis_at(axes.get(at).copied().unwrap_or(0), shape.len())?;
        let turns = number(&shape[axis])?;
        if !is_short(turns, body) {
            return Err(too_long(turns, body));
        }
        let charged = reader.charge(turns.unsigned_abs() as usize);
        charged.map_err(ImportError::Invalid)?;
        let mut slices = concat::slices(&mut reader.builder, x, axis, turns)?;
        if directions.get(at) == Some(&1) {
            slices.reverse();
        }
        columns.push(slices);
    }
    let states: Vec<TensorId> = (0..first)
        .map(|at| call.input(at))
        .collect::<Result<_, _>>()?;
    let carried: Vec<TensorId> = (states.into_iter().enumerate())
        .map(|(at, state)| at_first(reader, state, hands_on(body, at, at)))
        .collect();
    let mark = reader.builder.mark();
    reader.enter(body)?;
    let ran = turns_of_scan(reader, body, carried, &columns);
    reader.leave();
    let (carried, rows) = match ran {
        Ok(ran) => ran,
        Err(why) => {
            reader.builder.rewind(mark);
            return Err(why);
        }
    };
    let axes = call.ints("scan_output_axes").unwrap_or(&[]);
    let stacked = stacked(reader, call.results(), &carried, &rows, axes)?;
    Ok([carried, stacked].concat())
}

/// The turns of a `Scan`, each of one slice of every column.
fn turns_of_scan<'m>(
    reader: &mut GraphReader<'m>,
    body: &'m Graph,
    mut carried: Vec<TensorId>,
    columns: &[Vec<TensorId>],
) -> Result<Ran, ImportError> {
    let turns = columns.iter().map(Vec::len).min().unwrap_or(0);
    let mut rows = Vec::new();
    let start = reader.steps;
    for turn in 0..turns {
        within_limit(reader, start)?;
        let slices = columns.iter().map(|slices| slices[turn]);
        let inputs: Vec<TensorId> = carried.iter().copied().chain(slices).collect();
        let mut results = reader.turn(body, &inputs)?.into_iter();
        carried = results.by_ref().take(carried.len()).collect();
        rows.push(results.collect());
    }
    Ok((carried, rows))
}

/// `Constant`
pub(super) fn constant<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    if let Some(tensor) = call.tensor("value") {
        let tensor = reader.tensor_of_file(tensor);
        return Ok(vec![tensor.map_err(ImportError::Invalid)?]);
    }
    let length = |count: usize| vec![Expr::whole(count as i64)];
    let (value, shape, element) = match call.first_attribute() {
        Some(AttributeValue::Int(value)) => {
            (KnownValue::ints(&[*value]), vec![], ElementType::Int64)
        }
        Some(AttributeValue::Ints(values)) => (
            KnownValue::ints(values),
            length(values.len()),
            ElementType::Int64,
        ),
        Some(AttributeValue::Float(value)) => {
            let value = KnownValue::Real(vec![f64::from(*value)]);
            (value, vec![], ElementType::Float)
        }
        Some(AttributeValue::Floats(values)) => {
            let value = values.iter().map(|value| f64::from(*value)).collect();
            (
                KnownValue::Real(value),
                length(values.len()),
                ElementType::Float,
            )
        }
        _ => {
            let why = "a constant of text".to_owned();
            return Err(ImportError::Unsupported(why));
        }
    };
    Ok(vec![reader.builder.known(value, shape, element)])
}

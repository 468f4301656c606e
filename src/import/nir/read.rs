//! From the tree of a file to its graph of nodes.

use super::fields::Fields;
use super::fit::broadcast;
use super::hdf5::{Budget, Group};
use super::node::{Conv, Graph, Kind, NEURONS, Neuron, Node, Padding, Pool, Shape};
use crate::source::{Diagnostic, Problems};

/// The types of nodes.
const TYPES: [&str; 18] = [
    "Affine",
    "AvgPool2d",
    "Conv1d",
    "Conv2d",
    "CubaLI",
    "CubaLIF",
    "Delay",
    "Flatten",
    "I",
    "IF",
    "Input",
    "LI",
    "LIF",
    "Linear",
    "Output",
    "Scale",
    "SumPool2d",
    "Threshold",
];
const GRAPH: &str = "NIRGraph";

/// The graph of a file, and the version of the format.
pub(super) fn file(root: &Group) -> Result<(Graph, Option<String>), Problems> {
    let budget = Budget::new();
    let top = Fields::new(root, "", &budget);
    let Some(group) = top.group("node") else {
        let message = "this HDF5 file has no group `node`, which holds a NIR graph";
        return Err(Diagnostic::new(message).into());
    };
    let version = top.text("version").ok();
    let graph = match kind(&Fields::new(group, "/node", &budget))? {
        Kind::Graph(graph) => graph,
        // A file may hold a node by itself.
        kind => Graph {
            nodes: vec![Node {
                name: "node".to_owned(),
                kind,
            }],
            edges: Vec::new(),
        },
    };
    Ok((graph, version))
}

/// Which type of node it is, with what its fields say.
fn kind(fields: &Fields<'_>) -> Result<Kind, Problems> {
    let name = fields.text("type")?;
    if let Some(model) = NEURONS.iter().find(|model| model.name == name) {
        let mut names = vec!["r"];
        if model.has_current {
            names.extend(["tau_syn", "tau_mem"]);
        } else if model.leaks {
            names.push("tau");
        }
        if model.leaks {
            names.push("v_leak");
        }
        if model.fires {
            names.push("v_threshold");
        }
        let mut shape = Shape::new();
        // Before version 1 there was no potential to reset to, and `w_in` may
        // be missing.
        let more = ["v_reset", "w_in"]
            .into_iter()
            .filter(|name| fields.data(name).is_some());
        for name in names.into_iter().chain(more) {
            let own = fields.shape_of(name)?;
            shape = broadcast(&shape, &own).ok_or_else(|| {
                let message = format!("`{name}` has the shape {own:?}, and others {shape:?}");
                fields.mistake(&message)
            })?;
        }
        return Ok(Kind::Neuron(Neuron {
            model: *model,
            shape,
            drifts: model.leaks && fields.is_nonzero("v_leak"),
        }));
    }
    Ok(match name.as_str() {
        "Input" => Kind::Input(fields.shape("shape")?),
        "Output" => Kind::Output(fields.shape("shape")?),
        "Affine" | "Linear" => linear(fields, name == "Affine")?,
        "Conv1d" => Kind::Conv(conv(fields, 1)?),
        "Conv2d" => Kind::Conv(conv(fields, 2)?),
        "AvgPool2d" => Kind::Pool(pool(fields, true)?),
        "SumPool2d" => Kind::Pool(pool(fields, false)?),
        "Flatten" => Kind::Flatten {
            first: fields.whole("start_dim")?,
            last: fields.whole("end_dim")?,
        },
        "Scale" => Kind::Scale(fields.shape_of("scale")?),
        "Threshold" => Kind::Threshold(fields.shape_of("threshold")?),
        "Delay" => Kind::Delay(fields.shape_of("delay")?),
        GRAPH => Kind::Graph(graph(fields)?),
        other => {
            let known = TYPES.into_iter().chain([GRAPH]);
            let mistake = fields.mistake(&format!("there is no type of node `{other}`"));
            return Err(mistake.known(other, known).into());
        }
    })
}

fn graph(fields: &Fields<'_>) -> Result<Graph, Problems> {
    let mut problems = Problems::new();
    let mut nodes = Vec::new();
    match fields.group("nodes") {
        None => problems.push(fields.mistake("the graph has no group `nodes`")),
        Some(group) => {
            for name in group.entries.keys() {
                let path = format!("{}/nodes/{name}", fields.path);
                let Some(inner) = group.group(name) else {
                    problems.push(Diagnostic::new(format!(
                        "`{path}` is no group, as a node is"
                    )));
                    continue;
                };
                let read = kind(&Fields::new(inner, &path, fields.budget));
                nodes.extend(problems.note(read).map(|kind| Node {
                    name: name.clone(),
                    kind,
                }));
            }
        }
    }
    let edges = problems.note(edges(fields)).unwrap_or_default();
    problems.or(Graph { nodes, edges })
}

/// Pairs of names.
fn edges(fields: &Fields<'_>) -> Result<Vec<(String, String)>, Problems> {
    let path = format!("{}/edges", fields.path);
    let wrong =
        |message: &str| -> Problems { Diagnostic::new(format!("`{path}`: {message}")).into() };
    let data = fields
        .data("edges")
        .ok_or_else(|| wrong("there are no edges"))?;
    match data.shape() {
        // An empty list has no second axis.
        [0, ..] => Ok(Vec::new()),
        [_, 2] => {
            let texts = data.texts(fields.budget).map_err(|error| wrong(&error))?;
            let pairs = texts.chunks_exact(2);
            Ok(pairs
                .filter_map(|pair| match pair {
                    [from, to] => Some((from.clone(), to.clone())),
                    _ => None,
                })
                .collect())
        }
        shape => Err(wrong(&format!(
            "expected pairs of names, found a shape of {shape:?}"
        ))),
    }
}

fn linear(fields: &Fields<'_>, has_bias: bool) -> Result<Kind, Problems> {
    let weight = fields.shape_of("weight")?;
    let [.., outputs, _] = weight.as_slice() else {
        let message = format!("a weight of shape {weight:?} has not outputs and inputs");
        return Err(fields.mistake(&message).into());
    };
    let bias = has_bias && bias(fields, *outputs)?;
    Ok(Kind::Linear { weight, bias })
}

/// Whether there is a bias, which has a number for each output.
fn bias(fields: &Fields<'_>, outputs: u64) -> Result<bool, Problems> {
    if fields.data("bias").is_none() {
        return Ok(false);
    }
    let shape = fields.shape_of("bias")?;
    let fits = shape
        .last()
        .is_none_or(|last| *last == outputs || *last == 1);
    if !fits {
        let message = format!("the bias has the shape {shape:?}, and there are {outputs} outputs");
        return Err(fields.mistake(&message).into());
    }
    Ok(true)
}

fn conv(fields: &Fields<'_>, axes: usize) -> Result<Conv, Problems> {
    let weight = fields.shape_of("weight")?;
    if weight.len() != axes + 2 {
        let message = format!(
            "expected a weight of {} axes, found a shape of {weight:?}",
            axes + 2
        );
        return Err(fields.mistake(&message).into());
    }
    let stride = fields.along("stride", axes, 1)?;
    let padding = match fields.data("padding").is_some_and(|data| data.is_text()) {
        false => Padding::Of(fields.along("padding", axes, 0)?),
        true => match fields.text("padding")?.as_str() {
            "valid" => Padding::Of(vec![0; axes]),
            "same" if stride.iter().all(|stride| *stride == 1) => Padding::Same,
            "same" => {
                let message = format!("padding `same` has no meaning with a stride of {stride:?}");
                return Err(fields.mistake(&message).into());
            }
            other => {
                let message = format!("there is no padding `{other}`");
                let mistake = fields.mistake(&message).known(other, ["same", "valid"]);
                return Err(mistake.into());
            }
        },
    };
    let groups = fields.along("groups", 1, 1)?.iter().product();
    let outputs = weight.first().copied().unwrap_or(0);
    if !outputs.is_multiple_of(groups) {
        let message = format!("{outputs} channels are not to be divided by {groups} groups");
        return Err(fields.mistake(&message).into());
    }
    let along = match fields.data("input_shape") {
        Some(data) if !data.is_text() && !data.shape().contains(&0) => {
            Some(fields.along("input_shape", axes, 1)?)
        }
        _ => None,
    };
    Ok(Conv {
        bias: bias(fields, outputs)?,
        dilation: fields.along("dilation", axes, 1)?,
        weight,
        stride,
        padding,
        groups,
        along,
    })
}

fn pool(fields: &Fields<'_>, is_mean: bool) -> Result<Pool, Problems> {
    Ok(Pool {
        kernel: fields.along("kernel_size", 2, 1)?,
        stride: fields.along("stride", 2, 1)?,
        padding: fields.along("padding", 2, 0)?,
        is_mean,
    })
}

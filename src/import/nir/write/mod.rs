//! The model file of a graph.
//!
//! A node gives the op of its name. What goes before it, or is left of it for
//! the next step, has names made of that: `lif1_potential`, `lif1_left`.
//!
//! | file | what it writes |
//! |---|---|
//! | `text` | shapes, windows and what stands in quotes |
//! | `product` | sums of products and of windows |
//! | `neuron` | neurons, and what they keep |

mod neuron;
mod product;
mod text;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

use self::text::{axes, quoted};
use super::flat::{Flat, FlatNode, NodeId, Work};
use super::name::Names;
use super::order::Order;
use super::shape::Shapes;

/// What is written: the model file, and whether anything in it fires.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) fires: bool,
}

/// The text of the model file; nothing where nothing is computed.
pub(super) fn write(
    flat: &Flat,
    shapes: &Shapes,
    order: &Order,
    (name, about): (&str, &str),
) -> Option<Written> {
    let mut writer = Writer::new(flat, shapes, order);
    for at in &order.nodes {
        writer.node(*at);
    }
    if writer.ops.is_empty() {
        return None;
    }
    let output = flat.nodes.iter().find_map(|node| match node.work {
        Work::Output(_) => node.inputs.first().and_then(|at| writer.results.get(at)),
        _ => None,
    });
    let mut text = String::from(
        "# Written from a NIR graph by `picojoule import`. Which numbers stand in the\n# formulas of neurons changes nothing that is counted.\n",
    );
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    line(format!("name = \"{name}\""));
    line(format!("about = \"{about}\""));
    line(format!("inputs = {{ {} }}", writer.inputs.join(", ")));
    if let Some(output) = output {
        line(format!("output = \"{output}\""));
    }
    if writer.fires {
        line("bit_density = \"rho\"".to_owned());
    }
    line("\n[dims]\nsteps = { value = 1, alias = \"T\" } # time steps".to_owned());
    if writer.fires {
        line("\n[params]\nrho = \"1\" # share of neurons that fire in a step".to_owned());
    }
    if !writer.weights.is_empty() {
        line(format!("\n[weights]\n{}", writer.weights.join("\n")));
    }
    text.push_str(&writer.ops);
    Some(Written {
        text,
        fires: writer.fires,
    })
}

struct Writer<'g> {
    flat: &'g Flat,
    shapes: &'g Shapes,
    order: &'g Order,
    successors: Vec<Vec<NodeId>>,
    /// Which nodes give nothing but spikes.
    spikes: Vec<bool>,
    names: Names,
    /// The name of what each node gives.
    named: Vec<String>,
    /// The state that what a node gives is in the next step, where it is one.
    before: BTreeMap<NodeId, String>,
    /// The ops that give the results of nodes.
    results: BTreeMap<NodeId, String>,
    inputs: Vec<String>,
    weights: Vec<String>,
    ops: String,
    fires: bool,
}

impl<'g> Writer<'g> {
    fn new(flat: &'g Flat, shapes: &'g Shapes, order: &'g Order) -> Writer<'g> {
        let mut names = Names::new();
        let named = flat.nodes.iter();
        let named = named.map(|node| names.fresh(&node.label, kind(&node.work)));
        let named = named.collect();
        let successors = flat.successors();
        let mut writer = Writer {
            named,
            flat,
            shapes,
            order,
            spikes: spikes(flat, &successors),
            successors,
            names,
            before: BTreeMap::new(),
            results: BTreeMap::new(),
            inputs: Vec::new(),
            weights: Vec::new(),
            ops: String::new(),
            fires: false,
        };
        let delayed: BTreeSet<NodeId> = order.delayed.iter().map(|(from, _)| *from).collect();
        for (at, node) in flat.nodes.iter().enumerate() {
            let state = match &node.work {
                Work::Delay(_) => "held",
                // What it gives is its potential.
                Work::Neuron(neuron) if !neuron.model.fires => "v",
                _ if delayed.contains(&at) => "before",
                _ => continue,
            };
            let state = writer.derived(at, state);
            writer.before.insert(at, state);
        }
        writer
    }

    fn name(&self, at: NodeId) -> String {
        self.named.get(at).cloned().unwrap_or_default()
    }

    /// A name for something that belongs to a node.
    fn derived(&mut self, at: NodeId, what: &str) -> String {
        let label = format!("{}_{what}", self.name(at));
        self.names.fresh(&label, what)
    }

    fn given(&self, at: NodeId) -> &'g [u64] {
        self.shapes
            .given
            .get(at)
            .and_then(Option::as_deref)
            .unwrap_or(&[])
    }

    fn taken(&self, at: NodeId) -> &'g [u64] {
        self.shapes
            .taken
            .get(at)
            .and_then(Option::as_deref)
            .unwrap_or(&[])
    }

    /// What a node gives to another one: a result of this step, or of an
    /// earlier one.
    fn operand(&self, from: NodeId, to: NodeId) -> String {
        let is_earlier = self.order.delayed.contains(&(from, to)) || self.is_delay(from);
        match self.before.get(&from).filter(|_| is_earlier) {
            Some(before) => before.clone(),
            None => self.name(from),
        }
    }

    fn is_delay(&self, at: NodeId) -> bool {
        let node = self.flat.nodes.get(at);
        node.is_some_and(|node| matches!(node.work, Work::Delay(_)))
    }

    fn state(&mut self, name: &str, shape: &[u64], is_spikes: bool) {
        let domain = if is_spikes {
            ", domain = \"binary\""
        } else {
            ""
        };
        let shape = axes(shape);
        self.weights.push(format!(
            "{name} = {{ shape = \"{shape}\", state = true{domain} }}"
        ));
    }

    fn op(&mut self, name: &str, stage: &str, fields: &[(&str, String)]) {
        let _ = write!(
            self.ops,
            "\n[[op]]\nname = \"{name}\"\nstage = \"{stage}\"\n"
        );
        for (key, value) in fields {
            let _ = writeln!(self.ops, "{key} = {value}");
        }
        self.ops.push_str("times = \"steps\"\n");
    }

    /// The op of the name of a node, which keeps what a later step takes of it.
    fn result(&mut self, at: NodeId, stage: &str, mut fields: Vec<(&str, String)>) {
        let name = self.name(at);
        if let Some(node) = self.flat.nodes.get(at).filter(|node| node.label != name) {
            let _ = write!(self.ops, "\n# {}", node.label);
        }
        if let Some(before) = self.before.get(&at).cloned() {
            let is_spikes = self.spikes.get(at) == Some(&true);
            self.state(&before, self.given(at), is_spikes);
            fields.push(("keeps", quoted(&before)));
        }
        self.results.insert(at, name.clone());
        self.op(&name, stage, &fields);
    }

    /// What a node takes, summed and in the shape that it takes it in.
    fn taken_of(&mut self, at: NodeId, node: &FlatNode) -> String {
        let is_neuron = matches!(node.work, Work::Neuron(_));
        let mut terms = Vec::new();
        for from in &node.inputs {
            let operand = self.operand(*from, at);
            // A number of its own: gains of two nodes are not one computation.
            let has_gain = is_neuron && !self.takes_gain(*from);
            terms.push(if has_gain {
                format!("{operand} * 0.7{at}1")
            } else {
                operand
            });
        }
        let mut taken = match terms.as_slice() {
            [only] if !only.contains(' ') => only.clone(),
            terms => {
                let is_sum = terms.len() > 1;
                let what = if is_sum { "sum" } else { "gained" };
                let name = self.derived(at, what);
                let stage = if is_sum { "sum" } else { "neuron" };
                self.op(&name, stage, &[("apply", quoted(&terms.join(" + ")))]);
                name
            }
        };
        let comes = node.inputs.first().map(|from| self.given(*from));
        let takes = self.taken(at);
        if comes.is_some_and(|comes| comes != takes) {
            let name = self.derived(at, "row");
            let shape = quoted(&axes(takes));
            let inputs = format!("[{}]", quoted(&taken));
            self.op(&name, "reshape", &[("reshape", shape), ("inputs", inputs)]);
            taken = name;
        }
        taken
    }

    /// Whether the gain of a neuron can be multiplied into the constants of
    /// what it takes, before the network runs: into weights and biases, or the
    /// factor of a mean, which nothing else takes.
    fn takes_gain(&self, from: NodeId) -> bool {
        let Some(node) = self.flat.nodes.get(from) else {
            return false;
        };
        let is_only = self.successors.get(from).is_some_and(|all| all.len() == 1);
        match &node.work {
            Work::Linear { .. } | Work::Conv(_) | Work::Scale(_) => is_only,
            Work::Pool(pool) => is_only && pool.is_mean,
            Work::Flatten { .. } => match node.inputs.as_slice() {
                [only] => is_only && self.takes_gain(*only),
                _ => false,
            },
            _ => false,
        }
    }

    fn node(&mut self, at: NodeId) {
        let flat = self.flat;
        let Some(node) = flat.nodes.get(at) else {
            return;
        };
        match &node.work {
            Work::Input(_) => {
                let input = format!("{} = \"{}\"", self.name(at), axes(self.given(at)));
                self.inputs.push(input);
            }
            Work::Output(_) if node.inputs.len() < 2 => {}
            Work::Output(_) | Work::Sum => {
                let terms: Vec<String> = node
                    .inputs
                    .iter()
                    .map(|from| self.operand(*from, at))
                    .collect();
                self.result(at, "sum", vec![("apply", quoted(&terms.join(" + ")))]);
            }
            Work::Linear { weight, bias } => self.linear(at, node, weight, *bias),
            Work::Conv(conv) => self.conv(at, node, conv),
            Work::Pool(pool) => self.pool(at, node, pool),
            Work::Flatten { .. } => self.moved(at, node, "flatten"),
            Work::Scale(shape) => {
                let taken = self.taken_of(at, node);
                let scale = self.derived(at, "factors");
                self.weights.push(format!("{scale} = \"{}\"", axes(shape)));
                self.result(
                    at,
                    "scale",
                    vec![("apply", quoted(&format!("{taken} * {scale}")))],
                );
            }
            Work::Threshold(_) => {
                let taken = self.taken_of(at, node);
                self.fires = true;
                self.result(
                    at,
                    "neuron",
                    vec![("apply", quoted(&format!("{taken} > 1.{at}1")))],
                );
            }
            Work::Delay(_) => self.moved(at, node, "delay"),
            Work::Neuron(neuron) => self.neuron(at, node, neuron),
        }
    }

    fn moved(&mut self, at: NodeId, node: &FlatNode, stage: &str) {
        let taken = self.taken_of(at, node);
        let shape = quoted(&axes(self.given(at)));
        let inputs = format!("[{}]", quoted(&taken));
        self.result(at, stage, vec![("reshape", shape), ("inputs", inputs)]);
    }
}

/// Which nodes give nothing but spikes: neurons, and what only moves spikes.
fn spikes(flat: &Flat, successors: &[Vec<NodeId>]) -> Vec<bool> {
    let fires = |node: &FlatNode| match &node.work {
        Work::Neuron(neuron) => neuron.model.fires,
        Work::Threshold(_) => true,
        _ => false,
    };
    let mut spikes: Vec<bool> = flat.nodes.iter().map(fires).collect();
    let nodes = 0..spikes.len();
    let mut ready: VecDeque<NodeId> = nodes.filter(|at| spikes.get(*at) == Some(&true)).collect();
    while let Some(at) = ready.pop_front() {
        for to in successors.get(at).into_iter().flatten() {
            let node = flat.nodes.get(*to);
            let moves = node.is_some_and(|node| {
                matches!(node.work, Work::Delay(_) | Work::Flatten { .. }) && node.inputs.len() == 1
            });
            if let Some(mark @ false) = spikes.get_mut(*to).filter(|_| moves) {
                *mark = true;
                ready.push_back(*to);
            }
        }
    }
    spikes
}

/// What a node is called whose own name begins with a digit.
fn kind(work: &Work) -> &'static str {
    match work {
        Work::Input(_) => "input",
        Work::Output(_) => "output",
        Work::Linear { .. } => "linear",
        Work::Conv(_) => "conv",
        Work::Pool(_) => "pool",
        Work::Flatten { .. } => "flatten",
        Work::Scale(_) => "scale",
        Work::Threshold(_) => "threshold",
        Work::Delay(_) => "delay",
        Work::Neuron(neuron) => neuron.model.word,
        Work::Sum => "sum",
    }
}

//! What a NIR file holds: graphs of nodes.

/// The extents of a tensor; none for a single number.
pub(super) type Shape = Vec<u64>;

/// A graph, which may be a node of another one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// From the name of one node to that of another.
    pub(super) edges: Vec<(String, String)>,
}

/// A node by its name in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What a node computes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// What comes from outside, of a shape that the file claims.
    Input(Shape),
    /// What is given to the outside.
    Output(Shape),
    /// `Affine`, with a bias, or `Linear`: weights of outputs by inputs behind
    /// other axes.
    Linear {
        weight: Shape,
        bias: bool,
    },
    /// `Conv1d` or `Conv2d`.
    Conv(Conv),
    /// `SumPool2d` or `AvgPool2d`.
    Pool(Pool),
    Flatten {
        first: i64,
        last: i64,
    },
    /// A factor for each element.
    Scale(Shape),
    /// A spike where a value passes a threshold.
    Threshold(Shape),
    /// What came in some steps ago.
    Delay(Shape),
    Neuron(Neuron),
    Graph(Graph),
}

/// A convolution along one or two axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conv {
    /// Channels out, channels of a group in, and the kernel.
    pub(super) weight: Shape,
    pub(super) stride: Shape,
    pub(super) padding: Padding,
    pub(super) dilation: Shape,
    pub(super) groups: u64,
    pub(super) bias: bool,
    /// The axes along which it goes, as the file claims them.
    pub(super) along: Option<Shape>,
}

/// What lies around a picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Padding {
    /// So much on either side, along each axis.
    Of(Shape),
    /// As much as keeps the extents.
    Same,
}

/// A pooling of rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pool {
    pub(super) kernel: Shape,
    pub(super) stride: Shape,
    pub(super) padding: Shape,
    pub(super) is_mean: bool,
}

/// A neuron for each element.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Neuron {
    pub(super) model: NeuronModel,
    /// The shape of its parameters together.
    pub(super) shape: Shape,
    /// Whether it leaks towards a potential other than 0, or that is not known.
    pub(super) drifts: bool,
}

/// What happens in a neuron in one time step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NeuronModel {
    /// Its type in a file.
    pub(super) name: &'static str,
    /// The same in names.
    pub(super) word: &'static str,
    /// Whether what comes in is filtered to a current first.
    pub(super) has_current: bool,
    /// Whether its potential leaks.
    pub(super) leaks: bool,
    /// Whether it fires, and is reset.
    pub(super) fires: bool,
}

/// The six neurons of NIR: whether they have a current, leak, and fire.
pub(super) const NEURONS: [NeuronModel; 6] = [
    neuron("I", "i", [false, false, false]),
    neuron("IF", "if", [false, false, true]),
    neuron("LI", "li", [false, true, false]),
    neuron("LIF", "lif", [false, true, true]),
    neuron("CubaLI", "cubali", [true, true, false]),
    neuron("CubaLIF", "cubalif", [true, true, true]),
];

const fn neuron(
    name: &'static str,
    word: &'static str,
    [has_current, leaks, fires]: [bool; 3],
) -> NeuronModel {
    NeuronModel {
        name,
        word,
        has_current,
        leaks,
        fires,
    }
}

//! The keys of model and block files.

use crate::domain::Domain;
use crate::model::op::{Map, Reduce};
use crate::primitive::Primitive;
use crate::source::{Expect, Key, Names, Shape};

const SHAPE: &str = "Its axes, such as `b n d`.";
const DOMAIN: Expect = Expect::Word(|| Domain::NAMES.to_vec());
const OPTIONAL_DOMAIN: Key = Key::new(
    "domain",
    DOMAIN,
    "Which values it holds; any real number without it.",
);
const DENSITY: Key = Key::new(
    "density",
    Expect::Formula,
    "The share of values that are not zero.",
);
/// Bits of memory.
const BITS: Expect = Expect::Any(&[Expect::Number, Expect::Text]);
const OPTIONAL_BITS: Key = Key::new(
    "bits",
    BITS,
    "The bits that a number of it takes in memory, such as `4.5` or `\"177/32\"`; those of its format without it.",
);
const FORMULAS: Expect = Expect::Map(Names::Own, &Expect::Formula);
const TEXTS: Expect = Expect::List(&Expect::Text);
const COUNTS: Expect = Expect::Map(Names::Among(counted), &Expect::Formula);

/// What an op does: `mac` is what some tables price.
fn counted() -> Vec<&'static str> {
    Primitive::names()
        .filter(|name| *name != Primitive::Mac.name())
        .collect()
}

/// What models and blocks have in common.
static MODULE: &[Key] = &[
    Key::new("name", Expect::Text, "What it is called.").required(),
    Key::new("about", Expect::Text, "What it is, in a line or more."),
    Key::new(
        "inputs",
        Expect::Map(
            Names::Own,
            &Expect::Any(&[Expect::Text, Expect::Table(&INPUT)]),
        ),
        "The tensors that come in, each with its axes.",
    ),
    Key::new(
        "weights",
        Expect::Map(
            Names::Own,
            &Expect::Any(&[Expect::Text, Expect::Table(&WEIGHT)]),
        ),
        "Weights with a name, which several ops may use.",
    ),
    Key::new("params", FORMULAS, "Parameters: shares, factors, switches."),
    Key::new("fractional", TEXTS, "Dims that may come out as fractions.").formerly("uneven"),
    Key::new(
        "slots",
        Expect::Map(Names::Own, &Expect::Text),
        "Places for blocks, each with the block that fills it unless a variant says otherwise.",
    ),
    Key::new(
        "op",
        Expect::List(&Expect::Table(&OP)),
        "The operations, in order.",
    ),
    Key::new(
        "scopes",
        Expect::Map(Names::Own, &TEXTS),
        "Named sets of stages, for results.",
    ),
    Key::new(
        "output",
        Expect::Text,
        "The op whose result is the output; the last one without it.",
    ),
];

/// A model file.
pub static MODEL: Shape = Shape {
    name: "model",
    about: "A model: its dims, its operations, its variants.",
    keys: &[
        MODULE,
        &[
            Key::new(
                "dims",
                Expect::Map(
                    Names::Own,
                    &Expect::Any(&[Expect::Formula, Expect::Table(&DIM)]),
                ),
                "The dims, with the sizes that they have unless they are set.",
            ),
            Key::new(
                "needs",
                Expect::List(&Expect::Any(&[Expect::Text, Expect::Table(&NEEDED)])),
                "Dims without a size, which have to be set.",
            ),
            Key::new(
                "tokens",
                Expect::Any(&[Expect::Text, Expect::Whole]),
                "What counts tokens: a dim, or the number of an axis of the inputs.",
            ),
            Key::new(
                "block",
                Expect::List(&Expect::Table(&BLOCK)),
                "Blocks of the model's own.",
            ),
            Key::new(
                "variant",
                Expect::List(&Expect::Table(&VARIANT)),
                "The variants, the baseline first.",
            ),
            Key::new(
                "format",
                Expect::Text,
                "The number format in which it computes unless told otherwise, such as `fp32` or `int8/int32`.",
            ),
            Key::new(
                "linear",
                Expect::Table(&LINEAR),
                "In which numbers linear layers compute.",
            ),
            Key::new(
                "stored",
                Expect::List(&Expect::Table(&STORED)),
                "How the weights of some stages lie in memory.",
            ),
            Key::new(
                "bit_density",
                Expect::Formula,
                "The share of ones in tensors of bits that do not say theirs.",
            ),
            Key::new(
                "decode",
                FORMULAS,
                "Parameters that have another value when decoding.",
            ),
            Key::new(
                "densities",
                Expect::Text,
                "The path of a file of densities that were measured.",
            ),
        ],
    ],
    others: None,
};

/// A block file, or a block in a model file.
pub static BLOCK: Shape = Shape {
    name: "block",
    about: "A block: operations that models call by name.",
    keys: &[
        MODULE,
        &[
            Key::new(
                "dims",
                FORMULAS,
                "Dims that follow from those of the inputs and from parameters.",
            ),
            Key::new("needs", TEXTS, "Dims of the model that it uses."),
        ],
    ],
    others: None,
};

const OF_DIM: &[Key] = &[
    Key::new(
        "least",
        Expect::Whole,
        "The least that it may be: 0, or 1, the usual one.",
    ),
    Key::new(
        "alias",
        Expect::Text,
        "Another name, as the file has it that the model was made from.",
    ),
];

/// A dim with more than a size.
pub static DIM: Shape = Shape {
    name: "dim",
    about: "A dim with its size and what else is to be said of it.",
    keys: &[
        &[Key::new("value", Expect::Formula, "Its size.").required()],
        OF_DIM,
    ],
    others: None,
};

/// A dim without a size.
pub static NEEDED: Shape = Shape {
    name: "needed-dim",
    about: "A dim that has to be set.",
    keys: &[
        &[Key::new("name", Expect::Text, "Its name.").required()],
        OF_DIM,
    ],
    others: None,
};

/// An input.
pub static INPUT: Shape = Shape {
    name: "input",
    about: "A tensor that comes in.",
    keys: &[&[
        Key::new("shape", Expect::Text, SHAPE).required(),
        OPTIONAL_DOMAIN,
        DENSITY,
    ]],
    others: None,
};

/// A weight with a name.
pub static WEIGHT: Shape = Shape {
    name: "weight",
    about: "A weight with a name.",
    keys: &[&[
        Key::new("shape", Expect::Text, SHAPE).required(),
        OPTIONAL_DOMAIN,
        DENSITY,
        OPTIONAL_BITS,
        Key::new("constant", Expect::Truth, "Whether it is never trained."),
        Key::new(
            "state",
            Expect::Truth,
            "Whether it is kept from one step to the next.",
        ),
    ]],
    others: None,
};

/// A weight of one op's own.
pub static INLINE_WEIGHT: Shape = Shape {
    name: "op-weight",
    about: "A weight of one op's own.",
    keys: &[&[
        Key::new("weight", Expect::Text, SHAPE).required(),
        OPTIONAL_DOMAIN,
        DENSITY,
        OPTIONAL_BITS,
    ]],
    others: None,
};

/// `[linear]`.
pub static LINEAR: Shape = Shape {
    name: "linear",
    about: "In which numbers linear layers compute.",
    keys: &[&[
        Key::new(
            "format",
            Expect::Text,
            "The number format, such as `int8/int32`; that of the estimate without it.",
        ),
        Key::new("domain", DOMAIN, "Which values the weights hold."),
        OPTIONAL_BITS,
        Key::new(
            "except",
            TEXTS,
            "Stages that compute as the rest of the model.",
        ),
    ]],
    others: None,
};

/// One of `[[stored]]`.
pub static STORED: Shape = Shape {
    name: "stored",
    about: "How the weights of some stages lie in memory.",
    keys: &[&[
        Key::new("stages", TEXTS, "The stages whose weights these are.").required(),
        Key::new(
            "ops",
            TEXTS,
            "The ops of these stages whose weights alone are meant; all without it.",
        ),
        Key::new(
            "vectors",
            Expect::Truth,
            "Whether their gains and biases alone are meant, or all else alone; all of them without it.",
        ),
        Key::new(
            "bits",
            BITS,
            "The bits that a number takes, scales and offsets included.",
        )
        .required(),
        Key::new(
            "numbers",
            Expect::Whole,
            "How many numbers the file of weights holds of them.",
        ),
        Key::new("tensors", Expect::Text, "What that file calls them."),
    ]],
    others: None,
};

/// A variant.
pub static VARIANT: Shape = Shape {
    name: "variant",
    about: "A variant of the model: other blocks in its slots, other numbers.",
    keys: &[&[
        Key::new("name", Expect::Text, "Its name.").required(),
        Key::new(
            "slots",
            Expect::Map(Names::Own, &Expect::Text),
            "Slots with the blocks that fill them.",
        ),
        Key::new("set", FORMULAS, "Dims and parameters with other values."),
    ]],
    others: None,
};

/// An op.
pub static OP: Shape = Shape {
    name: "op",
    about: "One operation; exactly one of einsum, apply, per_element, concat, gather, index, reshape, block and slot says what it does.",
    keys: &[&[
        Key::new(
            "name",
            Expect::Text,
            "Its name; that of its stage without one.",
        ),
        Key::new(
            "stage",
            Expect::Text,
            "The stage that its energy counts to.",
        ),
        Key::new(
            "inputs",
            Expect::List(&Expect::Any(&[Expect::Text, Expect::Table(&INLINE_WEIGHT)])),
            "What it works on: inputs, weights and other ops by name, or weights of its own.",
        ),
        Key::new(
            "when",
            Expect::Formula,
            "Whether it is there: not where this is 0.",
        ),
        Key::new("times", Expect::Formula, "How often it is done."),
        Key::new(
            "masked",
            Expect::Formula,
            "The share of its products that a mask hides.",
        ),
        Key::new(
            "causal",
            Expect::Truth,
            "Whether a causal mask hides part of its products.",
        ),
        OPTIONAL_DOMAIN,
        DENSITY,
        Key::new(
            "format",
            Expect::Text,
            "The number format in which it computes.",
        ),
        Key::new(
            "cached",
            Expect::Truth,
            "Whether its result is kept for later tokens.",
        ),
        Key::new(
            "keeps",
            Expect::Text,
            "The state whose next value its result is.",
        ),
        Key::new(
            "einsum",
            Expect::Text,
            "Products and their sums, such as `b n d, d e -> b n e`.",
        ),
        Key::new(
            "map",
            Expect::Word(|| Map::ALL.map(|(_, name)| name).to_vec()),
            "What an einsum does with a pair of values; `mul` without it.",
        ),
        Key::new(
            "reduce",
            Expect::Word(|| Reduce::ALL.map(|(_, name)| name).to_vec()),
            "How an einsum gathers them; `add` without it.",
        ),
        Key::new("bias", Expect::Formula, "Whether a bias is added."),
        Key::new("axes", FORMULAS, "Extents of axes that no input has."),
        Key::new(
            "sums",
            Expect::Formula,
            "How many sums an einsum makes, where it makes fewer than its output has values.",
        ),
        Key::new(
            "accumulate",
            Expect::Truth,
            "Whether its sums start at its last input, as those of a state do.",
        ),
        Key::new(
            "apply",
            Expect::Formula,
            "A formula for every element, such as `max(x, 0)`.",
        ),
        Key::new(
            "per_element",
            COUNTS,
            "How many of which primitive an element takes.",
        )
        .formerly("each"),
        Key::new(
            "keeps_values",
            Expect::Formula,
            "Whether its values are among those that go in; or how many it looks at.",
        ),
        Key::new(
            "backward",
            COUNTS,
            "How many of which primitive an element takes on the way back.",
        ),
        Key::new("concat", Expect::Text, "Tensors joined along an axis."),
        Key::new("gather", Expect::Text, "Rows picked by number."),
        Key::new("index", Expect::Text, "Values picked along an axis.").formerly("take"),
        Key::new("reshape", Expect::Text, "The same values with other axes.").formerly("move"),
        Key::new(
            "uncounted",
            Expect::Text,
            "The operator that stands here and is not counted.",
        ),
        Key::new("block", Expect::Text, "The block that is called."),
        Key::new("slot", Expect::Text, "The slot whose block is called."),
        Key::new("with", FORMULAS, "Numbers that the block takes."),
        Key::new(
            "repeat",
            Expect::Formula,
            "How often the block is called, one after the other.",
        ),
    ]],
    others: None,
};

/// A file of densities.
pub static DENSITIES: Shape = Shape {
    name: "densities",
    about: "Shares of values that are not zero, as they were measured of a model.",
    keys: &[&[
        Key::new("source", Expect::Text, "How the shares were come by.").required(),
        Key::new(
            "variants",
            TEXTS,
            "The variants that they are of; any without it.",
        ),
        Key::new(
            "densities",
            Expect::Map(Names::Own, &Expect::Number),
            "The share of each tensor, by the op that makes it as `--by op` names it.",
        )
        .required(),
    ]],
    others: None,
};

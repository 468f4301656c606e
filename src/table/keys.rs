//! The keys of table files.

use super::entry::{Boundary, Confidence, FigureKind, Word};
use super::law::{Process, ScalingLaw};
use crate::primitive::Primitive;
use crate::source::{Expect, Key, Names, Shape};
use crate::table::amount::Unit;

fn words<T: Word>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(_, word)| *word).collect()
}

const BOUNDARY: Expect = Expect::Word(words::<Boundary>);
const KIND: Expect = Expect::Word(words::<FigureKind>);
const FORMATS: Names = Names::Like("^(fp|bf|int|fix)[1-9][0-9]*$");
const NUMBER_OR_FORMULA: Expect = Expect::Any(&[Expect::Number, Expect::Text]);
/// A formula, or a figure with its source.
const PRICE: Expect = Expect::Any(&[Expect::Text, Expect::Table(&ENTRY)]);
const PRICES: Expect = Expect::Map(Names::Among(primitives), &PRICE);

fn primitives() -> Vec<&'static str> {
    Primitive::names().collect()
}

/// A table file.
pub static TABLE: Shape = Shape {
    name: "table",
    about: "A hardware table: what each primitive costs in each number format, and where every figure comes from.",
    keys: &[&[
        Key::new(
            "name",
            Expect::Text,
            "The name under which results show the table.",
        )
        .required(),
        Key::new("title", Expect::Text, "What the hardware is, in a line."),
        Key::new(
            "node",
            Expect::Text,
            "The process node, such as `45 nm`, where known.",
        ),
        Key::new(
            "supply",
            Expect::Text,
            "The supply, such as `0.9 V`, where known.",
        ),
        Key::new(
            "extends",
            Expect::Text,
            "A table from which everything is taken that this one does not give itself: one that ships, by its name, or the path of a file relative to this one.",
        ),
        Key::new(
            "scale",
            Expect::Table(&SCALE),
            "The law by which the table that is extended is taken to another node, supply or width.",
        ),
        Key::new(
            "boundary",
            BOUNDARY,
            "What the prices include, unless an entry says otherwise.",
        ),
        Key::new(
            "kind",
            KIND,
            "How the figures were obtained, unless an entry says otherwise.",
        ),
        Key::new(
            "unit",
            Expect::Word(words::<Unit>),
            "The unit of all energies of this file; pJ without it.",
        ),
        Key::new(
            "formats",
            Expect::List(&Expect::Text),
            "The formats that a comparison shows unless told otherwise.",
        ),
        Key::new(
            "source",
            Expect::Map(Names::Own, &Expect::Table(&SOURCE)),
            "The sources that entries name, by their keys.",
        ),
        Key::new(
            "every",
            PRICES,
            "Entries for each format that has none of its own.",
        ),
        Key::new(
            "memory",
            Expect::List(&Expect::Table(&MEMORY)),
            "The levels of memory, for `--movement`.",
        ),
        Key::new(
            "hierarchy",
            Expect::List(&Expect::Table(&HIERARCHY)),
            "Which memories there are, nearest first; the first hierarchy is the usual one.",
        ),
        Key::new(
            "device",
            Expect::Table(&DEVICE),
            "What holds for the device as a whole, for `--static`.",
        ),
    ]],
    others: Some((FORMATS, &PRICES)),
};

/// A table scaled by a law.
pub static SCALE: Shape = Shape {
    name: "scale",
    about: "A law by which prices are taken to another node, supply or width.",
    keys: &[&[
        Key::new("law", Expect::Word(words::<ScalingLaw>), "The law.").required(),
        Key::new(
            "node",
            Expect::Text,
            "The node to scale to, such as `7 nm`.",
        ),
        Key::new(
            "process",
            Expect::Word(words::<Process>),
            "Transistors of 45 nm and below: HP (high performance, the usual one) or LP (low standby power).",
        ),
        Key::new(
            "voltage",
            NUMBER_OR_FORMULA,
            "The supply to scale to, such as `0.7 V`; without it the supply stays.",
        ),
        Key::new(
            "format",
            Expect::Text,
            "The format whose width is changed, such as `int8`.",
        ),
        Key::new("width", Expect::Whole, "The width to scale to, in bits."),
    ]],
    others: None,
};

/// A source.
pub static SOURCE: Shape = Shape {
    name: "source",
    about: "A text that figures were read in.",
    keys: &[&[
        Key::new("title", Expect::Text, "Its title.").required(),
        Key::new(
            "where",
            Expect::Text,
            "Where it stands: authors, venue, year, table or figure.",
        )
        .required(),
        Key::new(
            "read",
            Expect::Text,
            "How the values were read, where not off the page.",
        ),
        Key::new("url", Expect::Text, "An address, where there is one."),
    ]],
    others: None,
};

/// What is said of every figure beside its value.
const ABOUT: &[Key] = &[
    Key::new("source", Expect::Text, "The key of a `[source.KEY]`."),
    Key::new(
        "confidence",
        Expect::Word(words::<Confidence>),
        "How far the figure can be trusted: high (two independent sources), medium (one good one), low (secondary, or an estimate), unverified (recalled), assumed.",
    ),
    Key::new("kind", KIND, "How the figure was obtained."),
    Key::new("boundary", BOUNDARY, "What the figure includes."),
    Key::new("why", Expect::Text, "Why an assumption is defensible."),
    Key::new(
        "note",
        Expect::Text,
        "A remark that is shown with the figure.",
    ),
];

const RANGE: Key = Key::new(
    "range",
    Expect::List(&NUMBER_OR_FORMULA),
    "The least and the most that the sources allow: numbers, or formulas over other entries.",
);

/// A price.
const AMOUNT: &[Key] = &[
    Key::new("pj", Expect::Number, "The value, in picojoules."),
    Key::new(
        "fj",
        Expect::Number,
        "The value, in femtojoules, where `unit = \"fJ\"`.",
    ),
    Key::new(
        "nj",
        Expect::Number,
        "The value, in nanojoules, where `unit = \"nJ\"`.",
    ),
    Key::new(
        "is",
        Expect::Text,
        "A formula over entries of the same format (`mul`) or of another (`int8.add`).",
    ),
    RANGE,
];

/// An entry.
pub static ENTRY: Shape = Shape {
    name: "entry",
    about: "What one operation costs, and why one may think so.",
    keys: &[AMOUNT, ABOUT],
    others: None,
};

/// A memory.
pub static MEMORY: Shape = Shape {
    name: "memory",
    about: "A level of memory: how much it holds, what an access costs, how fast it is.",
    keys: &[
        &[
            Key::new("level", Expect::Text, "Its name, such as `sram`.").required(),
            Key::new(
                "size_kib",
                Expect::Number,
                "Its size in KiB, where the price depends on it.",
            ),
            Key::new(
                "per",
                Expect::Text,
                "What the price is of: `64-bit access`, `64-bit read`, `byte`, `bit`.",
            ),
            Key::new(
                "write",
                PRICE,
                "What a write takes, where `per` is of a read.",
            ),
            Key::new(
                "law",
                Expect::Number,
                "The power of the size with which the price goes.",
            ),
            Key::new(
                "bandwidth",
                Expect::Table(&BANDWIDTH),
                "Bytes a second at most, with a source of its own.",
            ),
            Key::new(
                "bandwidth_gb_s",
                Expect::Number,
                "10⁹ bytes a second at most, by the source of the row.",
            ),
        ],
        AMOUNT,
        ABOUT,
    ],
    others: None,
};

/// A hierarchy.
pub static HIERARCHY: Shape = Shape {
    name: "hierarchy",
    about: "Which memories stand between the datapath and the place where everything lies.",
    keys: &[&[
        Key::new("name", Expect::Text, "Its name, for `--memory`.").required(),
        Key::new(
            "levels",
            Expect::List(&Expect::Text),
            "The memories by their names, nearest first.",
        ),
    ]],
    others: None,
};

/// A value in a unit, or a range of it.
const VALUE: Expect = Expect::Any(&[Expect::Number, Expect::List(&Expect::Number)]);
const FIGURE_RANGE: &[Key] = &[Key::new(
    "range",
    Expect::List(&Expect::Number),
    "The least and the most that it may be.",
)];

/// A bandwidth.
pub static BANDWIDTH: Shape = Shape {
    name: "bandwidth",
    about: "Bytes a second at most.",
    keys: &[
        &[
            Key::new("gb_s", VALUE, "In 10⁹ bytes a second."),
            Key::new("mb_s", VALUE, "In 10⁶ bytes a second."),
        ],
        FIGURE_RANGE,
        ABOUT,
    ],
    others: None,
};

/// A device.
pub static DEVICE: Shape = Shape {
    name: "device",
    about: "What is said of a device as a whole.",
    keys: &[&[
        Key::new(
            "static",
            Expect::Table(&POWER),
            "The power that it takes all the time.",
        ),
        Key::new(
            "launch",
            Expect::Table(&TIME),
            "How long each op takes beside its work.",
        ),
        Key::new(
            "inference",
            Expect::Table(&ENERGY),
            "What each run of a model takes beside everything else.",
        ),
        Key::new(
            "peak",
            Expect::Map(FORMATS, &Expect::Table(&RATE)),
            "Operations a second at most, by format; a multiply–accumulate is two.",
        ),
    ]],
    others: None,
};

/// A power.
pub static POWER: Shape = Shape {
    name: "power",
    about: "A power.",
    keys: &[
        &[
            Key::new("watts", VALUE, "In watts."),
            Key::new("milliwatts", VALUE, "In milliwatts."),
        ],
        FIGURE_RANGE,
        ABOUT,
    ],
    others: None,
};

/// A time.
pub static TIME: Shape = Shape {
    name: "time",
    about: "A time.",
    keys: &[
        &[
            Key::new("seconds", VALUE, "In seconds."),
            Key::new("milliseconds", VALUE, "In milliseconds."),
            Key::new("microseconds", VALUE, "In microseconds."),
            Key::new("nanoseconds", VALUE, "In nanoseconds."),
        ],
        FIGURE_RANGE,
        ABOUT,
    ],
    others: None,
};

/// An energy.
pub static ENERGY: Shape = Shape {
    name: "energy",
    about: "An energy.",
    keys: &[
        &[
            Key::new("joules", VALUE, "In joules."),
            Key::new("millijoules", VALUE, "In millijoules."),
            Key::new("microjoules", VALUE, "In microjoules."),
        ],
        FIGURE_RANGE,
        ABOUT,
    ],
    others: None,
};

/// A rate of operations.
pub static RATE: Shape = Shape {
    name: "rate",
    about: "Operations a second at most.",
    keys: &[
        &[
            Key::new("tops", VALUE, "In 10¹² operations a second."),
            Key::new("gops", VALUE, "In 10⁹ operations a second."),
        ],
        FIGURE_RANGE,
        ABOUT,
    ],
    others: None,
};

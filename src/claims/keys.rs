//! The keys of claim files, and of the conditions that reports have too.

use super::conditions::Known;
use crate::census::{BiasAs, DotAdds, Ineffectual};
use crate::model::{Activations, Optimiser, Phase};
use crate::movement::Movement;
use crate::primitive::Primitive;
use crate::source::{Expect, Key, Names, Shape};

pub(crate) const TEXTS: Expect = Expect::List(&Expect::Text);
const INEFFECTUAL: Expect = Expect::Word(|| {
    [Ineffectual::Counted, Ineffectual::Skipped]
        .map(Ineffectual::name)
        .to_vec()
});

/// Paragraphs of a page.
pub(crate) const PROSE: Key = Key::new(
    "text",
    TEXTS,
    "What stands there in words, a paragraph each.",
);

/// What is set on a model, and what it is used for.
pub(crate) const CONDITIONS: &[Key] = &[
    SET,
    Key::new(
        "densities",
        Expect::Text,
        "The path of a file of densities that were measured.",
    ),
    Key::new(
        "phase",
        Expect::Word(|| Phase::NAMES.to_vec()),
        "What the model is used for; prefill without it.",
    ),
    Key::new(
        "optimizer",
        Expect::Word(|| Optimiser::NAMES.to_vec()),
        "What updates the weights in training.",
    ),
    Key::new(
        "activations",
        Expect::Word(|| Activations::NAMES.to_vec()),
        "Whether training keeps activations or computes them again.",
    ),
];

/// Numbers that are set.
pub(crate) const SET: Key = Key::new(
    "set",
    Expect::Map(Names::Own, &Expect::Formula),
    "Dims and parameters with other values.",
);

/// How data moves.
pub(crate) const MOVEMENT: &[Key] = &[
    Key::new(
        "movement",
        Expect::Word(|| Movement::NAMES.to_vec()),
        "How data moves between levels of memory; not counted without it.",
    ),
    Key::new(
        "memory",
        Expect::Text,
        "The levels of memory: a hierarchy of the table, or its memories.",
    ),
    Key::new(
        "tiles",
        Expect::Word(|| vec!["any", "divisors"]),
        "Which tiles there may be.",
    ),
];

/// What papers count differently, and what costs nothing.
pub(crate) const COUNTING: &[Key] = &[
    Key::new(
        "dot_adds",
        Expect::Word(|| [DotAdds::K, DotAdds::KMinusOne].map(DotAdds::name).to_vec()),
        "How many additions a dot product of length k takes.",
    ),
    Key::new(
        "bias",
        Expect::Word(|| [BiasAs::Start, BiasAs::Counted].map(BiasAs::name).to_vec()),
        "Whether a bias is an operation of its own.",
    ),
    Key::new(
        "padding",
        INEFFECTUAL,
        "Whether products with the zeros around a window count.",
    ),
    Key::new(
        "causal",
        INEFFECTUAL,
        "Whether scores count that a causal mask hides.",
    ),
    Key::new(
        "free",
        Expect::List(&Expect::Word(|| Primitive::names().collect())),
        "Primitives that cost nothing.",
    ),
];

/// A claim file.
pub static CLAIM_FILE: Shape = Shape {
    name: "claims",
    about: "Claims of a publication, and the recipe that gives each.",
    keys: &[&[
        Key::new(
            "name",
            Expect::Text,
            "The name of the file, as results show it.",
        )
        .required(),
        Key::new("title", Expect::Text, "The title of the page.").required(),
        Key::new("source", Expect::Table(&PUBLICATION), "The publication.").required(),
        PROSE,
        Key::new("leaves_out", TEXTS, "What the publication does not count."),
        Key::new(
            "inputs",
            Expect::Map(
                Names::Own,
                &Expect::Any(&[Expect::Text, Expect::Table(&INPUT)]),
            ),
            "Published numbers that formulas use, with their units.",
        ),
        Key::new(
            "estimates",
            Expect::Map(Names::Own, &Expect::Table(&ESTIMATE)),
            "What is computed here, for formulas to use.",
        ),
        Key::new(
            "quantities",
            Expect::Map(Names::Own, &Expect::Text),
            "Formulas with a name.",
        ),
        Key::new(
            "convention",
            Expect::List(&Expect::Table(&CONVENTION)),
            "What was counted how, and how that is known.",
        ),
        Key::new("claim", Expect::List(&Expect::Table(&CLAIM)), "The claims.").required(),
        Key::new(
            "finding",
            Expect::List(&Expect::Table(&FINDING)),
            "What else comes out.",
        ),
    ]],
    others: None,
};

/// A publication.
pub static PUBLICATION: Shape = Shape {
    name: "publication",
    about: "Where the claims were published.",
    keys: &[&[
        Key::new("title", Expect::Text, "Its title.").required(),
        Key::new(
            "identifier",
            Expect::Text,
            "A DOI, an arXiv number or another name that lasts.",
        )
        .required(),
        Key::new("at", Expect::Text, "Where in it the claims stand.").required(),
        Key::new("read", Expect::Text, "How it was read, where not itself."),
    ]],
    others: None,
};

/// A published number.
pub static INPUT: Shape = Shape {
    name: "published-number",
    about: "A published number, and whether it is exact.",
    keys: &[&[
        Key::new(
            "value",
            Expect::Text,
            "The number as printed, with its unit.",
        )
        .required(),
        Key::new(
            "exact",
            Expect::Truth,
            "Whether it is exact, and not rounded to its last digit.",
        ),
    ]],
    others: None,
};

/// An estimate.
pub static ESTIMATE: Shape = Shape {
    name: "estimate",
    about: "An estimate: a model, its conditions, and which part of it counts.",
    keys: &[
        &[
            // Before all others are read, so not required: it may come from there.
            Key::new(
                "like",
                Expect::Text,
                "Another estimate before this one, from which everything is taken that this one does not say.",
            ),
            Key::new(
                "model",
                Expect::Text,
                "A model that ships, or the path of a model file.",
            ),
            Key::new(
                "variant",
                Expect::Text,
                "Its variant; the first without it.",
            ),
            Key::new(
                "table",
                Expect::Text,
                "The hardware table; counts alone without one.",
            ),
            Key::new(
                "format",
                Expect::Text,
                "The number format, such as `fp32` or `int8/int32`.",
            ),
            Key::new(
                "scope",
                Expect::Text,
                "The scope that counts; all without one.",
            ),
            Key::new(
                "stages",
                TEXTS,
                "The stages that count, in place of a scope.",
            ),
        ],
        CONDITIONS,
        MOVEMENT,
        COUNTING,
    ],
    others: None,
};

/// A convention.
pub static CONVENTION: Shape = Shape {
    name: "convention",
    about: "What was counted how, and how that is known.",
    keys: &[&[
        Key::new(
            "about",
            Expect::Text,
            "What it is about: `memory` where that is in or out.",
        )
        .required(),
        Key::new("value", Expect::Text, "What was done.").required(),
        Key::new(
            "known",
            Expect::Word(|| Known::ALL.map(Known::name).to_vec()),
            "How that is known.",
        )
        .required(),
        Key::new(
            "claims",
            TEXTS,
            "The claims that it is about; all without it.",
        ),
    ]],
    others: None,
};

/// A claim.
pub static CLAIM: Shape = Shape {
    name: "claim",
    about: "A published number and the formula that gives it.",
    keys: &[&[
        Key::new("name", Expect::Text, "Its name.").required(),
        Key::new(
            "published",
            Expect::Text,
            "The number as printed, with its unit.",
        )
        .required(),
        Key::new(
            "formula",
            Expect::Text,
            "A formula over inputs, estimates and quantities.",
        )
        .required(),
        Key::new(
            "expect",
            Expect::Word(|| vec!["holds", "differs"]),
            "The verdict.",
        )
        .required(),
        Key::new(
            "baseline",
            Expect::Text,
            "The estimate or quantity that it is held against.",
        ),
        Key::new(
            "deployed",
            Expect::Text,
            "The format in which the baseline is used in practice.",
        ),
        Key::new(
            "named",
            Expect::Text,
            "What the publication calls that which is saved.",
        ),
    ]],
    others: None,
};

/// A finding.
pub static FINDING: Shape = Shape {
    name: "finding",
    about: "A number that comes out beside the claims.",
    keys: &[&[
        Key::new("name", Expect::Text, "Its name.").required(),
        Key::new(
            "formula",
            Expect::Text,
            "A formula over inputs, estimates and quantities.",
        )
        .required(),
        Key::new("unit", Expect::Text, "The unit to show it in.").required(),
        Key::new(
            "digits",
            Expect::Whole,
            "With how many digits; 3 without it.",
        ),
    ]],
    others: None,
};

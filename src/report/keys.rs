//! The keys of report files.

use crate::claims::keys::{CONDITIONS, COUNTING, MOVEMENT, PROSE, SET, TEXTS};
use crate::source::{Expect, Key, Shape};

const PRICES: Expect = Expect::List(&Expect::Table(&PRICE));

/// A report file.
pub static REPORT: Shape = Shape {
    name: "report",
    about: "A report: which results stand on a page, under which conventions.",
    keys: &[
        &[
            Key::new(
                "name",
                Expect::Text,
                "The name of the report, and of its files.",
            )
            .required(),
            Key::new("title", Expect::Text, "The title of the page.").required(),
            Key::new(
                "model",
                Expect::Text,
                "A model that ships, or the path of a model file.",
            )
            .required(),
            PROSE,
            Key::new(
                "variants",
                TEXTS,
                "The variants that are compared, the baseline first; all without it.",
            ),
            Key::new(
                "price",
                PRICES,
                "The tables and formats that results are shown for.",
            ),
            Key::new(
                "target",
                Expect::List(&Expect::Table(&TARGET)),
                "Published percentages to hold results against.",
            ),
            Key::new(
                "convention",
                Expect::List(&Expect::Table(&CONVENTION)),
                "What was counted how, and how that is known.",
            ),
            Key::new(
                "figure",
                Expect::Table(&FIGURE),
                "How all figures of the report are set.",
            ),
            Key::new(
                "section",
                Expect::List(&Expect::Table(&SECTION)),
                "What the page shows, in order.",
            ),
        ],
        CONDITIONS,
    ],
    others: None,
};

/// How figures are set.
pub static FIGURE: Shape = Shape {
    name: "figure",
    about: "How figures are set.",
    keys: &[&[
        Key::new(
            "width",
            Expect::Text,
            "How wide they are: `84mm`, `17.4cm`, `3.5in`, or `slide`.",
        ),
        Key::new(
            "font_size",
            Expect::Text,
            "How large the type of names and numbers is: `8pt`.",
        ),
    ]],
    others: None,
};

/// A price.
pub static PRICE: Shape = Shape {
    name: "price",
    about: "A hardware table and a number format, and whether data moves.",
    keys: &[
        &[
            Key::new(
                "table",
                Expect::Text,
                "A table that ships, or the path of a table file.",
            )
            .required(),
            Key::new(
                "format",
                Expect::Text,
                "The number format, such as `fp32` or `int8/int32`.",
            )
            .required(),
            Key::new("static", Expect::Truth, "Whether static energy counts."),
        ],
        MOVEMENT,
    ],
    others: None,
};

/// A target.
pub static TARGET: Shape = Shape {
    name: "target",
    about: "A published percentage.",
    keys: &[&[
        Key::new("name", Expect::Text, "Its name.").required(),
        Key::new("words", Expect::Text, "The words of the publication.").required(),
        Key::new("scope", Expect::Text, "The scope that it is about.").required(),
        Key::new("percent", Expect::Whole, "The percentage, as printed.").required(),
        Key::new(
            "named",
            Expect::Text,
            "What the publication calls that which is saved.",
        ),
    ]],
    others: None,
};

/// A convention.
pub static CONVENTION: Shape = Shape {
    name: "convention",
    about: "What was counted how, and how that is known.",
    keys: &[&[
        Key::new("about", Expect::Text, "What it is about.").required(),
        Key::new("value", Expect::Text, "What was done.").required(),
        Key::new(
            "known",
            Expect::Text,
            "How that is known: stated, implied, reconstructed, assumed, or in words of your own.",
        )
        .required(),
    ]],
    others: None,
};

/// A section.
pub static SECTION: Shape = Shape {
    name: "section",
    about: "One part of the page.",
    keys: &[&[
        Key::new("title", Expect::Text, "Its heading.").required(),
        PROSE,
        Key::new("show", Expect::Word(|| SHOWN.to_vec()), "What it shows.").required(),
        Key::new("scope", Expect::Text, "The scope whose stages are shown."),
        Key::new("over", Expect::Table(&CURVE), "What a curve goes over."),
        Key::new(
            "batch",
            Expect::Table(&BATCH),
            "The batches that are shown with data movement.",
        ),
        Key::new(
            "case",
            Expect::List(&Expect::Table(&CASE)),
            "Other conventions, to see what each is worth.",
        ),
        Key::new("price", PRICES, "The tables and formats of this section."),
    ]],
    others: None,
};

/// What a section can show.
pub(super) const SHOWN: [&str; 5] = ["headline", "stages", "curve", "movement", "cases"];

/// A batch.
pub static BATCH: Shape = Shape {
    name: "batch",
    about: "A dim that counts batches, and its sizes.",
    keys: &[&[
        Key::new("dim", Expect::Text, "The dim.").required(),
        Key::new("values", Expect::List(&Expect::Whole), "Its sizes.").required(),
    ]],
    others: None,
};

/// A curve.
pub static CURVE: Shape = Shape {
    name: "curve",
    about: "What a curve goes over.",
    keys: &[&[
        Key::new("dim", Expect::Text, "The dim.").required(),
        Key::new("label", Expect::Text, "Its name on the axis.").required(),
        Key::new("from", Expect::Whole, "The first size.").required(),
        Key::new("to", Expect::Whole, "The last size.").required(),
        Key::new(
            "points",
            Expect::Whole,
            "So many sizes at equal distances of their logarithms; all without it.",
        ),
    ]],
    others: None,
};

/// A case.
pub static CASE: Shape = Shape {
    name: "case",
    about: "The headline under another convention.",
    keys: &[
        &[
            Key::new("name", Expect::Text, "Its name.").required(),
            Key::new("price", Expect::Table(&PRICE), "The table and the format.").required(),
            SET,
            Key::new("add", TEXTS, "Stages that count too."),
            Key::new("only", TEXTS, "The stages that count alone."),
            Key::new(
                "format",
                Expect::Text,
                "The number format that everything computes in.",
            ),
        ],
        COUNTING,
    ],
    others: None,
};

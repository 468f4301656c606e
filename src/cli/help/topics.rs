//! The pages of `docs/` that the binary holds, by the names of their files.

/// A page of the documentation.
pub(in crate::cli) struct Topic {
    /// The name of its file, without the ending.
    pub(in crate::cli) name: &'static str,
    /// The page, in Markdown.
    pub(in crate::cli) text: &'static str,
}

macro_rules! topics {
    ($($name:literal)*) => {
        &[$(Topic {
            name: $name,
            text: include_str!(concat!("../../../docs/", $name, ".md")),
        },)*]
    };
}

/// In the order in which one would read them. Two pages are left out: how the program
/// is built (`architecture`), which is for those who have its source, and the ledger
/// of claims (`claims`), which `picojoule claims --page` prints.
pub(in crate::cli) static TOPICS: &[Topic] = topics! {
    "finding" "own" "estimates" "output" "figures" "what-if" "profile" "explore" "shipped" "models" "tables" "report-files"
    "claim-files" "counters" "movement" "time" "onnx" "configs" "weights" "nir" "measure" "calibration" "validation" "python"
    "clusters"
};

impl Topic {
    /// The page of this name.
    pub(in crate::cli) fn find(name: &str) -> Option<&'static Topic> {
        TOPICS.iter().find(|topic| topic.name == name)
    }

    /// Its heading.
    pub(in crate::cli) fn title(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches(['#', ' '])
    }
}

//! Which of a family's classes a config is for: the same stack with another
//! head has other parameters and does other work.

use super::config::Config;
use super::draft::Draft;
use crate::source::{Diagnostic, Place};

/// What follows the stack of layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// Nothing: the last hidden state.
    Hidden,
    /// A pooler over the first token.
    Pooled,
    /// A score for every word of the vocabulary.
    Words,
    /// The same, and a pooler with a choice of two: what BERT was trained with.
    Pretraining,
    /// Whether one sentence follows the other: a choice of two from the pooler.
    NextSentence,
    /// One score for every sequence, the best of which is chosen.
    Choice,
    /// A score for every word, and one for every sequence.
    WordsAndChoice,
    /// Scores of words from a decoder by itself, without its encoder.
    DecoderAlone,
    /// The pixels of patches that were hidden.
    Patches,
    /// A class for each sequence.
    Sequence,
    /// A class for each token.
    Tokens,
    /// Where an answer begins and ends: two scores for each token.
    Spans,
}

/// The class that `architectures` names, and its head. Without one it is the
/// first of `known`; that is told.
pub(crate) fn class<N: AsRef<str> + Clone>(
    config: &mut Config<'_>,
    known: &[(N, Head)],
) -> (String, Head) {
    let own = |(class, head): &(N, Head)| (class.as_ref().to_owned(), *head);
    let first = known.first().map(own);
    let first = first.unwrap_or_else(|| (String::new(), Head::Hidden));
    let Some((name, place)) = named(config) else {
        let message = format!(
            "The config names no class in `architectures`; read as `{}`.",
            first.0
        );
        config.remark(message);
        return first;
    };
    match known.iter().find(|(class, _)| class.as_ref() == name) {
        Some(found) => own(found),
        None => {
            let message = format!(
                "no class `{name}` of `{}` is known here",
                config.family.value
            );
            let names = known.iter().map(|(class, _)| class.as_ref());
            let mistake = Diagnostic::at(&place, message).known(&name, names);
            config.problems.push(mistake);
            first
        }
    }
}

/// The same for classes whose names are `base` and one of some ends.
pub(crate) fn class_of(
    config: &mut Config<'_>,
    base: &str,
    ends: &[(&str, Head)],
) -> (String, Head) {
    let named = |(end, head): &(&str, Head)| (format!("{base}{end}"), *head);
    let known: Vec<(String, Head)> = ends.iter().map(named).collect();
    class(config, &known)
}

/// The first class that the config names, where it does.
pub(crate) fn named(config: &mut Config<'_>) -> Option<(String, Place)> {
    let node = config.take("architectures")?;
    let first = node.items(&mut config.problems)?.first()?;
    let name = first.text(&mut config.problems)?;
    Some((name.value, name.place))
}

/// The sentence on what the model is.
pub(crate) fn about(draft: &mut Draft, class: impl std::fmt::Display) {
    draft.about(format!("{class}, from {}", draft.origin()));
}

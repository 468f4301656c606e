//! What a line of Markdown says, and where its links lead who reads it in a terminal.

use super::topics::Topic;
use crate::catalog::{self, Kind};

/// The line without its markup. A link to another page names the command that prints
/// it, one to a file that ships the command that shows it.
pub(super) fn plain(line: &str, page: &str) -> String {
    let mut plain = String::new();
    let mut left = line;
    while let Some((before, text, target, after)) = first_link(left) {
        plain.push_str(before);
        plain.push_str(text);
        if let Some(lead) = lead(target, page) {
            plain.push_str(&format!(" ({lead})"));
        }
        left = after;
    }
    plain.push_str(left);
    plain.replace("**", "")
}

/// The first link of a line: what stands before it, its text, where it leads, and what
/// stands behind. What is in backquotes is no link.
fn first_link(line: &str) -> Option<(&str, &str, &str, &str)> {
    let mut is_code = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '`' => is_code = !is_code,
            '[' if !is_code => {
                let link = line.get(at + 1..)?;
                let Some((text, behind)) = link.split_once("](") else {
                    continue;
                };
                // Another bracket opens before this one closes.
                if text.contains(['[', ']']) {
                    continue;
                }
                let (target, after) = behind.split_once(')')?;
                return Some((line.get(..at)?, text, target, after));
            }
            _ => {}
        }
    }
    None
}

/// What to type, or where to look; nothing for another place of the same page.
fn lead(target: &str, page: &str) -> Option<String> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return Some(target.to_owned());
    }
    let file = target.split('#').next().unwrap_or_default();
    if file.is_empty() {
        return None;
    }
    if file == "claims.md" {
        return Some("`picojoule claims --page`".to_owned());
    }
    if let Some(topic) = file.strip_suffix(".md").and_then(Topic::find) {
        return (topic.name != page).then(|| format!("`picojoule help {}`", topic.name));
    }
    Some(match file.trim_start_matches("../") {
        "energy-tables" => "`picojoule table list`".to_owned(),
        "models" => "`picojoule models`".to_owned(),
        "reports/claims" => "`picojoule claims`".to_owned(),
        path => shipped(path).unwrap_or_else(|| format!("{path} of the source")),
    })
}

/// The command that shows a file that ships.
fn shipped(path: &str) -> Option<String> {
    let kinds = [
        Kind::Model,
        Kind::Block,
        Kind::Table,
        Kind::Report,
        Kind::Claim,
    ];
    kinds.into_iter().find_map(|kind| {
        let names = catalog::names(kind);
        let mut found = names
            .filter(|name| catalog::find(kind, name).is_some_and(|source| source.name() == path));
        let name = found.next()?;
        Some(format!("`picojoule show {name} --kind {}`", kind.noun()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_where_one_can_go_from_a_terminal() {
        for (line, expected) in [
            (
                "see [counters](counters.md#conventions).",
                "see counters (`picojoule help counters`).",
            ),
            ("[weights](#weights) and **more**", "weights and more"),
            (
                "[the ledger](claims.md)",
                "the ledger (`picojoule claims --page`)",
            ),
            (
                "[it](../energy-tables/45nm.toml)",
                "it (`picojoule show 45nm --kind table`)",
            ),
            ("[it](../README.md)", "it (README.md of the source)"),
            ("[a](https://a.org) [b](tables.md)", "a (https://a.org) b"),
            ("`x[0](y)` and [z", "`x[0](y)` and [z"),
        ] {
            assert_eq!(plain(line, "tables"), expected);
        }
    }
}

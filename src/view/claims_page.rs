//! The ledger as a page of Markdown: a section for each publication.

use super::cells::{column, row, words};
use super::claims::{claims_table, conventions_table, verdict};
use crate::claims::{Claim, Ledger};
use crate::render::table::{Align, Table, TableFormat, write};

/// What stands at the head of a page about the claim files `asked`.
fn head(asked: &[String]) -> String {
    let (files, command) = match asked {
        [] => (
            "a file in [`reports/claims/`](../reports/claims)".to_owned(),
            "picojoule claims --page > docs/claims.md".to_owned(),
        ),
        names => {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            (
                quoted.join(" or "),
                format!("picojoule claims {} --page", names.join(" ")),
            )
        }
    };
    format!(
        "\
# Published claims of energy, recomputed

Every number below that is not marked as published is computed from {files}: the model, the \
hardware table, the part of the model and the conventions that the publication states, or that \
its printed digits lead back to. A claim *holds* where its printed digits come out, *holds if* \
where they do with conventions that are inferred and named, and *differs* otherwise; *off* counts \
in the last printed digit. That a number can be recomputed says how it was made, not that it is \
the whole of what a network takes: what each leaves out is listed with it.

This page is written by `{command}`.
"
    )
}

/// The page about the claim files `asked`, by name or path; about all that ship
/// where there are none.
pub fn claims_page(ledgers: &[Ledger], asked: &[String]) -> String {
    let mut page = head(asked);
    let mut overview = claims_table(ledgers);
    let notes = std::mem::take(&mut overview.notes);
    page.push_str("\n## All of them\n\n");
    page.push_str(write(&overview, TableFormat::Markdown, 0).trim_end());
    if let Some(sum) = notes.first() {
        page.push_str(&format!("\n\n{sum}"));
    }
    page.push('\n');
    for ledger in ledgers {
        page.push_str(&section(ledger));
    }
    page
}

fn section(ledger: &Ledger) -> String {
    let file = &ledger.file;
    let mut parts = vec![format!("\n## {}", file.title)];
    let read = match &file.source.read {
        Some(read) => format!(" {read}."),
        None => String::new(),
    };
    parts.push(format!(
        "\"{}\", {}, {}.{read}",
        file.source.title, file.source.identifier, file.source.at
    ));
    parts.extend(ledger.text.iter().cloned());
    parts.push(
        write(&formulas(ledger), TableFormat::Markdown, 0)
            .trim_end()
            .to_owned(),
    );
    let conventions = Table {
        title: None,
        ..conventions_table(ledger)
    };
    if !conventions.rows.is_empty() {
        parts.push(
            write(&conventions, TableFormat::Markdown, 0)
                .trim_end()
                .to_owned(),
        );
    }
    parts.join("\n\n") + "\n"
}

/// Each claim with what it is computed by.
fn formulas(ledger: &Ledger) -> Table {
    let column = |name: &str, align| column(name, name.to_lowercase(), align);
    let rows = ledger.claims.iter().map(|claim| {
        row(vec![
            words(&claim.name),
            words(claim.published.text()),
            words(claim.published.same_digits(&claim.computed.value)),
            words(formula(claim)),
            words(verdict(claim)),
        ])
    });
    Table {
        title: None,
        columns: vec![
            column("Claim", Align::Left),
            column("Published", Align::Right),
            column("Computed", Align::Right),
            column("Formula", Align::Left),
            column("Verdict", Align::Left),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// `full.energy / ternary.energy = 51.5 mJ / 0.72 mJ`
fn formula(claim: &Claim) -> String {
    match claim.numbers == claim.formula {
        true => claim.formula.clone(),
        false => format!("{} = {}", claim.formula, claim.numbers),
    }
}

//! A page as one file.

use std::collections::HashMap;

use serde::Serialize;

use super::fold::{Grain, Rows};
use super::graphs::{Dim, GraphPage, Shared, renamed_dims};
use super::intern::Interned;
use super::prices::{TablePage, has};
use super::program::{NoProgram, Renamed, Written};
use super::subject::Subject;
use super::traffic::{TrafficPage, shape, size_symbol};
use crate::energy::Counted;
use crate::format::Format;

/// A page is at most so many bytes long.
pub const MAX_BYTES: usize = 1_000_000;
/// Of more ops than this not each is a row of its own.
const MAX_ROWS: usize = 3000;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
/// The parts of the script, in order.
const SCRIPT: [&str; 8] = [
    include_str!("page/program.js"),
    include_str!("page/text.js"),
    include_str!("page/model.js"),
    include_str!("page/state.js"),
    include_str!("page/controls.js"),
    include_str!("page/charts.js"),
    include_str!("page/ops.js"),
    include_str!("page/main.js"),
];

/// What the script works on.
#[derive(Debug, Serialize)]
struct Data<'d> {
    model: &'d str,
    version: &'static str,
    phases: Vec<&'d str>,
    formats: Vec<String>,
    movements: Vec<String>,
    scope: Option<&'d str>,
    notes: Vec<String>,
    texts: &'d [String],
    program: Written<'d>,
    dims: Vec<Dim>,
    /// The symbols of the sizes of levels, by level.
    sizes: Vec<u32>,
    /// What each class asks for.
    classes: Vec<String>,
    graphs: Vec<GraphPage>,
    tables: Vec<TablePage>,
    /// What moves, each once.
    traffic: &'d [TrafficPage],
    /// Which of these, by graph, movement, table and format.
    moves: Vec<Vec<Moves>>,
}

/// The page of a subject: HTML, and nothing that it would have to fetch.
///
/// # Errors
/// An expression that a page cannot evaluate.
pub fn page(subject: &Subject<'_>) -> Result<String, NoProgram> {
    let mut grain = first_grain(subject);
    loop {
        let page = html(subject.model, &data(subject, grain)?);
        match grain.coarser().filter(|_| page.len() > MAX_BYTES) {
            Some(coarser) => grain = coarser,
            None => return Ok(page),
        }
    }
}

fn first_grain(subject: &Subject<'_>) -> Grain {
    let graphs = subject.phases.iter().flat_map(|phase| &phase.variants);
    let rows = graphs.map(|counted| counted.graph.iter().filter(|(_, op)| op.computes()).count());
    match rows.max().unwrap_or_default() {
        0..=MAX_ROWS => Grain::Op,
        _ => Grain::LayerStage,
    }
}

/// The data of a page, as JSON.
fn data(subject: &Subject<'_>, grain: Grain) -> Result<String, NoProgram> {
    let mut shared = Shared::default();
    let (dims, renamed) = renamed_dims(subject.phases, &mut shared.program);
    let mut graphs = Vec::new();
    let mut counted: Vec<(&Counted, &Renamed, Rows)> = Vec::new();
    for (phase, (explored, of_phase)) in subject.phases.iter().zip(&renamed).enumerate() {
        for (variant, renamed) in explored.variants.iter().zip(of_phase) {
            let (page, rows) = shared.graph(phase, variant, renamed, grain)?;
            graphs.push(page);
            counted.push((variant, renamed, rows));
        }
    }
    let mut traffic: Interned<TrafficPage> = Interned::default();
    let moves = (counted.iter())
        .map(|graph| moves(subject, graph, &mut shared, &mut traffic))
        .collect::<Result<Vec<Vec<Moves>>, NoProgram>>()?;
    let tables = subject
        .tables
        .iter()
        .map(|table| shared.table(table, subject));
    let tables = tables.collect::<Result<Vec<TablePage>, NoProgram>>()?;
    let most = subject.tables.iter().flat_map(|table| &table.memories);
    let most = most
        .map(|memory| memory.levels.len())
        .max()
        .unwrap_or_default();
    let sizes = (0..most).map(|level| shared.program.symbol(&size_symbol(level)));
    let sizes = sizes.collect();
    let classes = shared.classes.all().iter();
    let mut notes = subject.notes.to_vec();
    notes.extend(grain.words().map(str::to_owned));
    let data = Data {
        model: subject.model,
        version: env!("CARGO_PKG_VERSION"),
        phases: subject
            .phases
            .iter()
            .map(|phase| phase.name.as_str())
            .collect(),
        formats: subject.formats.iter().map(ToString::to_string).collect(),
        movements: movements(subject),
        scope: subject.scope,
        notes,
        texts: shared.texts.all(),
        program: shared.program.written(),
        dims,
        sizes,
        classes: classes.map(|class| class.primitive.to_string()).collect(),
        graphs,
        tables,
        traffic: traffic.all(),
        moves,
    };
    // Strings, numbers and lists always have a form in JSON.
    Ok(serde_json::to_string(&data).unwrap_or_default())
}

/// The movements beside none, in words.
fn movements(subject: &Subject<'_>) -> Vec<String> {
    let all = subject.tables.iter().map(|table| &table.memories);
    let longest = all.max_by_key(|memories| memories.len());
    let longest = longest.into_iter().flatten();
    longest.map(|memory| memory.convention()).collect()
}

/// Which traffic a graph has by a movement: by table and format, nothing where there is
/// none.
type Moves = Vec<Vec<Option<u32>>>;

/// What moves in a graph, by movement.
fn moves(
    subject: &Subject<'_>,
    (graph, renamed, rows): &(&Counted, &Renamed, Rows),
    shared: &mut Shared<'_>,
    traffic: &mut Interned<TrafficPage>,
) -> Result<Vec<Moves>, NoProgram> {
    let mut by_movement = vec![Moves::new(); movements(subject).len()];
    for (movement, moves) in by_movement.iter_mut().enumerate() {
        // Tables with memories of one shape share what moves.
        let mut known: HashMap<(Vec<bool>, Format), u32> = HashMap::new();
        for table in subject.tables {
            let memory = table.memories.get(movement);
            let mut by_format = Vec::with_capacity(subject.formats.len());
            for format in subject.formats {
                let Some(memory) = memory.filter(|_| has(&table.table, *format)) else {
                    by_format.push(None);
                    continue;
                };
                let key = (shape(memory), *format);
                let number = match known.get(&key) {
                    Some(number) => *number,
                    None => {
                        let page = shared.traffic((*graph, rows), renamed, memory, *format)?;
                        traffic.number(page)
                    }
                };
                known.insert(key, number);
                by_format.push(Some(number));
            }
            moves.push(by_format);
        }
    }
    Ok(by_movement)
}

/// The page around its data. No name of a model can end the element that the data
/// are in, nor open one.
fn html(model: &str, data: &str) -> String {
    let data = data.replace('<', "\\u003c").replace('\u{2028}', "\\u2028");
    let script = format!("'use strict';(()=>{{\n{}}})();", SCRIPT.concat());
    let parts = [
        ("{{title}}", escaped(model)),
        ("{{style}}", STYLE.to_owned()),
        ("{{data}}", data),
        ("{{script}}", script),
    ];
    let mut page =
        String::with_capacity(PAGE.len() + parts.iter().map(|(_, text)| text.len()).sum::<usize>());
    let mut rest = PAGE;
    for (mark, text) in &parts {
        if let Some((before, after)) = rest.split_once(mark) {
            page.push_str(before);
            page.push_str(text);
            rest = after;
        }
    }
    page.push_str(rest);
    page
}

/// A name as text of HTML, without what would turn the direction of the line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter if letter.is_control() => escaped.push(' '),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

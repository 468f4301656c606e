//! What stands before the `=` of `--set` and `--over`.
//!
//! | typed | means |
//! |---|---|
//! | `n` | a number of the model: a dim or a parameter |
//! | `snn.t` | the same of one variant alone |
//! | `45nm.fp32.mul`, `45nm.mul.fp32` | an entry of a hardware table, in picojoules |
//! | `fp32.mul`, `mul.fp32` | the same where one table is in use |
//! | `45nm.dram.access`, `sram.kib` | a number of a level of memory: what an access costs (or a read, a write), its width in bits, its capacity, its bandwidth (`gb_s`) |
//! | `h100.static.watts`, `bf16.tops` | a number of the device: its static power, the time of a launch, the energy of an inference, the peak of a format |
//!
//! A plain name that some variants set for themselves means those, and leaves
//! the others what the model gives them; see [`meant`](crate::graph::meant).

use num_rational::BigRational;

use crate::energy::{Counted, LevelNumber, Memory};
use crate::format::{NumberFormat, UnknownFormat};
use crate::graph::OpGraph;
use crate::model::Model;
use crate::primitive::{Primitive, UnknownPrimitive};
use crate::source::{Diagnostic, Place, Spanned};
use crate::symbolic::Symbol;
use crate::table::{DeviceNumber, EnergyTable};
use crate::view::kept_line;

/// What tells how an entry is written.
const SHAPE: &str = "a table entry is TABLE.FORMAT.PRIMITIVE, such as `45nm.fp32.mul`";

/// A name that was typed.
#[derive(Debug, Clone)]
pub(super) enum Name {
    Number(NumberName),
    Entry(EntryName),
    Level(LevelName),
    Device(DeviceName),
}

/// A dim or parameter, of all variants or of one.
#[derive(Debug, Clone)]
pub(super) struct NumberName {
    /// The part before the last dot: a variant, or a block that has a parameter
    /// of a name which others have too.
    pub(super) owner: Option<String>,
    /// The name itself.
    pub(super) name: String,
    /// Where all of it was typed.
    pub(super) place: Place,
}

/// An entry of a hardware table.
#[derive(Debug, Clone)]
pub(super) struct EntryName {
    table: Option<String>,
    pub(super) format: NumberFormat,
    pub(super) primitive: Primitive,
    pub(super) place: Place,
}

/// A number of a level of memory.
#[derive(Debug, Clone)]
pub(super) struct LevelName {
    table: Option<String>,
    level: String,
    number: LevelNumber,
    pub(super) place: Place,
}

/// A number of a device.
#[derive(Debug, Clone)]
pub(super) struct DeviceName {
    table: Option<String>,
    pub(super) number: DeviceNumber,
    pub(super) place: Place,
}

impl Name {
    /// The unit of its values; empty where they are plain numbers.
    pub(super) fn unit(&self) -> &'static str {
        match self {
            Name::Number(_) => "",
            Name::Entry(_) => "pJ",
            Name::Level(name) => match name.number {
                LevelNumber::Access | LevelNumber::Read | LevelNumber::Write => "pJ",
                LevelNumber::AccessBits => "bits",
                LevelNumber::Kib => "KiB",
                LevelNumber::Bandwidth => "GB/s",
            },
            Name::Device(name) => name.number.measure().symbol(),
        }
    }

    /// Reads `name`, which was typed at `place`.
    pub(super) fn read(name: &Spanned<String>) -> Result<Name, Diagnostic> {
        let (text, place) = (name.value.as_str(), &name.place);
        let Some((front, last)) = text.rsplit_once('.') else {
            return Ok(Name::Number(NumberName {
                owner: None,
                name: text.to_owned(),
                place: place.clone(),
            }));
        };
        let (table, first) = match front.rsplit_once('.') {
            Some((table, first)) => (Some(table.to_owned()), first),
            None => (None, front),
        };
        if let Some(number) = DeviceNumber::parse(first, last) {
            return Ok(Name::Device(DeviceName {
                table,
                number,
                place: place.clone(),
            }));
        }
        if let Some(entry) = EntryName::read(table.clone(), [first, last], place)? {
            return Ok(Name::Entry(entry));
        }
        let numbers = LevelNumber::ALL.into_iter();
        if let Some(number) = numbers.into_iter().find(|number| number.name() == last) {
            return Ok(Name::Level(LevelName {
                table,
                level: first.to_owned(),
                number,
                place: place.clone(),
            }));
        }
        Ok(Name::Number(NumberName {
            owner: Some(front.to_owned()),
            name: last.to_owned(),
            place: place.clone(),
        }))
    }

    /// Whether it is a number of one variant alone.
    pub(super) fn is_of_one(&self) -> bool {
        matches!(self, Name::Number(name) if name.owner.is_some())
    }

    /// The table that an entry is said to be of.
    pub(super) fn table(&self) -> Option<&str> {
        match self {
            Name::Number(_) => None,
            Name::Entry(entry) => entry.table.as_deref(),
            Name::Level(level) => level.table.as_deref(),
            Name::Device(device) => device.table.as_deref(),
        }
    }
}

impl NumberName {
    /// Takes the name that the model has for a dim, where this is the one of
    /// the file which the model was made from.
    pub(super) fn resolve(&mut self, model: &Model) {
        if let Some(name) = model.named_by(&self.text()) {
            name.clone_into(&mut self.name);
            self.owner = None;
        }
    }

    /// All of it, as typed.
    pub(super) fn text(&self) -> String {
        match &self.owner {
            Some(owner) => format!("{owner}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The mistake for a name that no variant uses.
    pub(super) fn changes_nothing(&self, variants: &[String]) -> Diagnostic {
        let (text, variants) = (self.text(), variants.join(", "));
        let message = format!("`{text}` changes nothing in {variants}: no variant uses it");
        Diagnostic::at(&self.place, message)
    }

    /// The line for variants that keep their value of `symbol`, where it varies
    /// only in those that `meant` marks.
    pub(super) fn kept(
        &self,
        symbol: &Symbol,
        counted: &[Counted],
        meant: &[bool],
    ) -> Option<String> {
        let graphs: Vec<&OpGraph> = counted.iter().map(|counted| &counted.graph).collect();
        kept_line(&self.text(), self.owner.is_some(), symbol, &graphs, meant)
    }

    /// The mistake for an owner that is no variant here.
    pub(super) fn unknown_owner(&self, variants: &[String]) -> Diagnostic {
        let text = self.text();
        if self
            .owner
            .as_ref()
            .is_some_and(|owner| owner.parse::<NumberFormat>().is_ok())
        {
            let mistake =
                Diagnostic::at(&self.place, UnknownPrimitive(self.name.clone()).to_string());
            return mistake.known(&self.name, Primitive::names()).help(SHAPE);
        }
        let message = format!("`{text}` is neither a dim nor a table entry");
        // A part of an entry is no dim of a variant.
        let is_dim = self.name.parse::<NumberFormat>().is_err();
        let own: Vec<String> = (variants.iter().filter(|_| is_dim))
            .map(|variant| format!("{variant}.{}", self.name))
            .collect();
        Diagnostic::at(&self.place, message)
            .known(&text, own.iter().map(String::as_str))
            .help("a dim of one variant is VARIANT.DIM")
            .help(SHAPE)
    }
}

impl EntryName {
    /// The entry whose last two `parts` are a format and a primitive, in either
    /// order; nothing where neither is one, or where a single part before them
    /// may be a variant.
    fn read(
        table: Option<String>,
        parts: [&str; 2],
        place: &Place,
    ) -> Result<Option<EntryName>, Diagnostic> {
        let formats = parts.map(|part| part.parse::<NumberFormat>());
        let primitives = parts.map(|part| part.parse::<Primitive>());
        let at = |message: String| Diagnostic::at(place, message);
        let unknown_primitive = |part: &str, error: &UnknownPrimitive| {
            let known = || Primitive::names();
            at(error.to_string()).known(part, known()).help(SHAPE)
        };
        let unknown_format = |error: &UnknownFormat| at(error.to_string()).help(SHAPE);
        match (&formats, &primitives) {
            ([Ok(format), _], [_, Ok(primitive)]) | ([_, Ok(format)], [Ok(primitive), _]) => {
                Ok(Some(EntryName {
                    table,
                    format: *format,
                    primitive: *primitive,
                    place: place.clone(),
                }))
            }
            ([Ok(_), _], [_, Err(error)]) if table.is_some() => {
                Err(unknown_primitive(parts[1], error))
            }
            ([_, Ok(_)], [Err(error), _]) if table.is_some() => {
                Err(unknown_primitive(parts[0], error))
            }
            ([Err(error), _], [_, Ok(_)]) | ([_, Err(error)], [Ok(_), _]) if table.is_some() => {
                Err(unknown_format(error))
            }
            _ => Ok(None),
        }
    }

    /// Which of the tables in use it is of.
    pub(super) fn find(&self, tables: &[EnergyTable]) -> Result<usize, Diagnostic> {
        let entry = format!("{}.{}", self.format, self.primitive);
        let named = (self.table.as_deref(), entry.as_str());
        find_table(named, "an entry", &self.place, tables)
    }

    /// The symbol that stands for it in energies: `45nm.fp32.mul`.
    pub(super) fn symbol(&self, table: &EnergyTable) -> Symbol {
        Symbol::new(&table.symbol(self.primitive, self.format))
    }

    /// The mistake for an entry whose price nothing takes.
    pub(super) fn changes_nothing(&self) -> Diagnostic {
        let (format, primitive) = (self.format, self.primitive);
        let message =
            format!("`{format}.{primitive}` changes nothing: nothing is computed in {format}");
        Diagnostic::at(&self.place, message)
    }

    /// The mistake for an entry that `table` lacks.
    pub(super) fn missing(&self, table: &EnergyTable) -> Diagnostic {
        let message = format!(
            "table `{}` has no `{}` in {}",
            table.name(),
            self.primitive,
            self.format
        );
        Diagnostic::at(&self.place, message)
    }
}

/// The table in use that a name means; `what` it is there is said where several
/// tables have it.
fn find_table(
    (table, own): (Option<&str>, &str),
    what: &str,
    place: &Place,
    tables: &[EnergyTable],
) -> Result<usize, Diagnostic> {
    let at = |message: String| Diagnostic::at(place, message);
    let Some(table) = table else {
        if tables.len() == 1 {
            return Ok(0);
        }
        let tables = tables
            .iter()
            .map(|table| format!("`{}.{own}`", table.name()));
        let tables: Vec<String> = tables.collect();
        return Err(at(format!("`{own}` is {what} of several tables"))
            .help(format!("name one: {}", tables.join(", "))));
    };
    let found = tables.iter().position(|known| known.name() == table);
    found.ok_or_else(|| {
        let known = tables.iter().map(EnergyTable::name);
        at(format!("no table `{table}` is in use")).known(table, known)
    })
}

impl DeviceName {
    /// Which of the tables in use it is of.
    pub(super) fn find(&self, tables: &[EnergyTable]) -> Result<usize, Diagnostic> {
        let own = self.number.to_string();
        find_table(
            (self.table.as_deref(), &own),
            "a number",
            &self.place,
            tables,
        )
    }

    /// The symbol that stands for it in energies: `h100.static.watts`.
    pub(super) fn symbol(&self, table: &EnergyTable) -> Symbol {
        Symbol::new(&table.device_symbol(self.number))
    }

    /// The mistake for a number that changes nothing, as time is not counted.
    pub(super) fn is_not_counted(&self) -> Diagnostic {
        let own = self.number;
        let message = format!("`{own}` changes nothing: static energy is not counted");
        Diagnostic::at(&self.place, message).help("count it with `--static`")
    }

    /// The mistake for a value that it cannot have.
    pub(super) fn cannot_be(&self, place: &Place) -> Diagnostic {
        Diagnostic::at(place, self.number.measure().must())
    }

    /// The mistake for a number that `table` lacks.
    pub(super) fn missing(&self, table: &EnergyTable) -> Diagnostic {
        let message = format!("table `{}` has no `{}`", table.name(), self.number);
        Diagnostic::at(&self.place, message).help(format!(
            "give it a value first: `--set {}=…`",
            table.device_symbol(self.number)
        ))
    }
}

impl LevelName {
    /// All of it, as typed.
    pub(super) fn text(&self) -> String {
        let own = format!("{}.{}", self.level, self.number.name());
        match &self.table {
            Some(table) => format!("{table}.{own}"),
            None => own,
        }
    }

    /// The mistake for a bandwidth that changes nothing, as time is not counted.
    pub(super) fn is_not_counted(&self) -> Diagnostic {
        let text = self.text();
        let message = format!("`{text}` changes nothing: static energy is not counted");
        Diagnostic::at(&self.place, message).help("count it with `--static`")
    }

    /// Which of the memories in use it is of: of which table, and which level
    /// and number there, with its value.
    pub(super) fn find(&self, memories: &[Option<Memory>]) -> Result<FoundLevel, Diagnostic> {
        let at = |message: String| Diagnostic::at(&self.place, message);
        let text = self.text();
        let used = memories.iter().enumerate();
        let mut used: Vec<(usize, &Memory)> = used
            .filter_map(|(at, memory)| Some((at, memory.as_ref()?)))
            .collect();
        if used.is_empty() {
            let message = format!("`{text}` changes nothing: data movement is not counted");
            return Err(
                at(message).help("count it with `--movement`, for example `--movement tiled`")
            );
        }
        if let Some(table) = &self.table {
            let known: Vec<String> = used
                .iter()
                .map(|(_, memory)| memory.table.clone())
                .collect();
            used.retain(|(_, memory)| memory.table == *table);
            if used.is_empty() {
                let mistake = at(format!("no table `{table}` is in use"));
                return Err(mistake.known(table, known.iter().map(String::as_str)));
            }
        }
        let [(table, memory)] = used.as_slice() else {
            let tables: Vec<String> = used
                .iter()
                .map(|(_, memory)| format!("`{}.{text}`", memory.table))
                .collect();
            return Err(at(format!("`{text}` is a number of several tables"))
                .help(format!("name one: {}", tables.join(", "))));
        };
        let Some(level) = memory.find(&self.level) else {
            let names = memory.names();
            let message = format!("`{}` is no level of {}", self.level, names.join(", "));
            return Err(at(message).known(&self.level, names.iter().map(String::as_str)));
        };
        let numbers = memory.numbers(level);
        let Some((number, value)) = numbers.iter().find(|(number, _)| *number == self.number)
        else {
            let own: Vec<&str> = numbers.iter().map(|(number, _)| number.name()).collect();
            let message = format!(
                "`{}` has no `{}`",
                memory.level_name(level),
                self.number.name()
            );
            return Err(at(message).help(format!("it has {}", own.join(", "))));
        };
        Ok(FoundLevel {
            table: *table,
            level,
            number: *number,
            symbol: memory.symbol(level, *number),
            value: value.clone(),
        })
    }
}

/// A number of a level, found.
pub(super) struct FoundLevel {
    /// Of which of the memories in use.
    pub(super) table: usize,
    pub(super) level: usize,
    pub(super) number: LevelNumber,
    /// What it is called in energies.
    pub(super) symbol: Symbol,
    /// Its value.
    pub(super) value: BigRational,
}

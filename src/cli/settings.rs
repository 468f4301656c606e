//! `--set NAME=VALUE`: what is typed over a model's numbers and a table's
//! entries.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::Signed;

use super::arg_source::Assignment;
use super::name::{DeviceName, EntryName, LevelName, Name, NumberName};
use crate::formula::{Ast, AstNode, Formula};
use crate::graph::{Setting, set_twice, settable};
use crate::import::Given;
use crate::model::{Model, Module, NumberRole};
use crate::number;
use crate::source::{Diagnostic, Place, Problems, Spanned};

/// `d=1024`, `snn.t=2*n`
#[derive(Debug, Clone)]
pub(super) struct NumberSetting {
    pub(super) name: NumberName,
    pub(super) formula: Formula,
}

impl NumberSetting {
    /// The same for a graph.
    pub(super) fn setting(&self) -> Setting {
        Setting {
            name: Spanned::new(self.name.name.clone(), self.name.place.clone()),
            formula: self.formula.clone(),
        }
    }
}

/// `45nm.fp32.mul=2`
#[derive(Debug, Clone)]
pub(super) struct EntrySetting {
    pub(super) name: EntryName,
    pub(super) value: BigRational,
}

/// `45nm.dram.access=640`
#[derive(Debug, Clone)]
pub(super) struct LevelSetting {
    pub(super) name: LevelName,
    pub(super) value: BigRational,
}

/// `h100.static.watts=80`
#[derive(Debug, Clone)]
pub(super) struct DeviceSetting {
    pub(super) name: DeviceName,
    pub(super) value: BigRational,
    /// Where the value stands.
    pub(super) place: Place,
}

/// What is set of hardware.
#[derive(Debug, Clone, Default)]
pub(super) struct HardwareSet {
    pub(super) entries: Vec<EntrySetting>,
    pub(super) levels: Vec<LevelSetting>,
    pub(super) devices: Vec<DeviceSetting>,
}

impl HardwareSet {
    /// Where all of it is named.
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        let entries = self.entries.iter().map(|set| &set.name.place);
        let levels = self.levels.iter().map(|set| &set.name.place);
        let devices = self.devices.iter().map(|set| &set.name.place);
        entries.chain(levels).chain(devices)
    }
}

/// Everything given with `--set`.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub(super) numbers: Vec<NumberSetting>,
    pub(super) hardware: HardwareSet,
}

impl Set {
    /// The sizes among them, which an import knows before it infers shapes.
    pub(super) fn given(&self) -> Given {
        let numbers = self.numbers.iter();
        Given::of(numbers.map(|set| (set.name.text(), &set.formula)))
    }

    /// Gives dims the names that they have in `model`, where they are called as
    /// in the file which it was made from.
    ///
    /// # Errors
    /// A dim that is set by two of its names.
    pub(super) fn by_names_of(&mut self, model: &Model) -> Result<(), Problems> {
        let mut problems = Problems::new();
        let mut known: BTreeMap<String, Place> = BTreeMap::new();
        for set in &mut self.numbers {
            let typed = Spanned::new(set.name.text(), set.name.place.clone());
            set.name.resolve(model);
            let name = set.name.text();
            match known.get(&name) {
                None => drop(known.insert(name, typed.place)),
                Some(first) => problems.push(set_twice(&typed, &name, first)),
            }
        }
        problems.or(())
    }

    pub(super) fn new(texts: &[String], problems: &mut Problems) -> Set {
        let mut set = Set::default();
        for text in texts {
            if let Err(mistake) = set.add(text, problems) {
                problems.push(mistake);
            }
        }
        set
    }

    fn add(&mut self, text: &str, problems: &mut Problems) -> Result<(), Diagnostic> {
        let assignment = Assignment::read("--set", text)?;
        let help = "write `--set NAME=VALUE`";
        let (value, place) = assignment.values().map_err(|mistake| mistake.help(help))?;
        let name = Name::read(&assignment.name)?;
        let Some(formula) = Formula::read(value, &place, problems) else {
            return Ok(());
        };
        match name {
            Name::Number(name) => {
                let known = self
                    .numbers
                    .iter()
                    .find(|set| set.name.text() == name.text());
                if let Some(first) = known {
                    return Err(twice(&name.text(), &name.place, &first.name.place));
                }
                self.numbers.push(NumberSetting { name, formula });
            }
            Name::Entry(name) => {
                let value = picojoules(&formula)?;
                self.hardware.entries.push(EntrySetting { name, value });
            }
            Name::Level(name) => {
                let value = picojoules(&formula)?;
                self.hardware.levels.push(LevelSetting { name, value });
            }
            Name::Device(name) => {
                let value = picojoules(&formula)?;
                let place = formula.place;
                self.hardware
                    .devices
                    .push(DeviceSetting { name, value, place });
            }
        }
        Ok(())
    }
}

/// The mistake for a name that was given before.
pub(super) fn twice(name: &str, place: &Place, first: &Place) -> Diagnostic {
    Diagnostic::at(place, format!("`{name}` is given twice")).and(first, "first here")
}

/// The mistake for a name that neither the model nor one of its blocks has.
pub(super) fn check_known(model: &Model, name: &NumberName) -> Result<(), Diagnostic> {
    let known = settable(model);
    if known.contains(name.name.as_str()) {
        return Ok(());
    }
    let message = format!("unknown dim or parameter `{}`", name.name);
    Err(Diagnostic::at(&name.place, message).known(&name.name, known))
}

/// A plain number must fit what it is set for: so what is wrong is shown where
/// it was typed, and not everywhere that it leads to.
pub(super) fn check_value(model: &Model, setting: &NumberSetting) -> Result<(), Diagnostic> {
    let NumberSetting { name, formula } = setting;
    let at = |message: String| Diagnostic::at(&formula.place, message);
    if let AstNode::Name(word) = &formula.ast.node
        && ["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str())
    {
        return Err(at(format!(
            "`{}` is set to {word}, which is no number",
            name.text()
        )));
    }
    let Some(value) = plain_number(&formula.ast) else {
        return Ok(());
    };
    let is_size = is_size(model, &name.name);
    let fault = if is_size && !value.is_integer() {
        "not a whole number"
    } else if is_size && !value.is_positive() && !may_be_empty(model, &name.name) {
        "not above 0"
    } else if value.is_negative() {
        "below 0"
    } else {
        return check_most(model, name, &value, &formula.place);
    };
    let what = if is_size { "dim" } else { "parameter" };
    let (name, text) = (name.text(), formula.text.trim());
    Err(at(format!("{what} `{name}` is {text}: {fault}")))
}

/// The mistake for a number that is larger than any can be.
pub(super) fn check_most(
    model: &Model,
    name: &NumberName,
    value: &BigRational,
    place: &Place,
) -> Result<(), Diagnostic> {
    if *value <= number::whole(number::MAX_WHOLE) {
        return Ok(());
    }
    let what = if is_size(model, &name.name) {
        "dim"
    } else {
        "parameter"
    };
    let (name, value) = (name.text(), number::plain(value));
    Err(Diagnostic::at(
        place,
        format!("{what} `{name}` is {value}: above 10^15"),
    ))
}

/// Whether a dim may be 0.
fn may_be_empty(model: &Model, name: &str) -> bool {
    (model.root.emptiable.iter()).any(|emptiable| emptiable.value == name)
}

/// Whether a name is that of a size, and so whole.
pub(super) fn is_size(model: &Model, name: &str) -> bool {
    let fractional = |module: &Module| {
        module
            .fractional
            .iter()
            .any(|fractional| fractional.value == name)
    };
    let mut modules =
        std::iter::once(&*model.root).chain(model.blocks().map(|(_, block)| &**block));
    let dim = |module: &Module| {
        let own = module
            .numbers
            .iter()
            .find(|number| number.name.value == name);
        own.is_some_and(|number| number.role == NumberRole::Dim) && !fractional(module)
    };
    let needed = model.root.needs.iter().any(|need| need.value == name);
    modules.any(dim) || (needed && !fractional(&model.root))
}

/// The number that a formula is, with or without a sign.
fn plain_number(ast: &Ast) -> Option<BigRational> {
    match &ast.node {
        AstNode::Number(value) => Some(value.clone()),
        AstNode::Negate(inner) => Some(-plain_number(inner)?),
        _ => None,
    }
}

/// What an entry is set to.
fn picojoules(formula: &Formula) -> Result<BigRational, Diagnostic> {
    match &formula.ast.node {
        AstNode::Number(value)
            if !value.is_negative() && *value <= number::whole(number::MAX_WHOLE) =>
        {
            Ok(value.clone())
        }
        _ => {
            let message = format!(
                "what a table says is set to a number, at least 0 and at most 10¹⁵, not `{}`",
                formula.text
            );
            Err(Diagnostic::at(&formula.place, message))
        }
    }
}

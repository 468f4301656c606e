//! What the names of one module stand for: dims, params, and what follows.

use std::collections::{BTreeMap, BTreeSet};

use super::budget::Budget;
use super::limits::{self, MAX_CHAIN, MAX_NUMBERS, MAX_PROBLEMS};
use super::symbols::Symbols;
use crate::formula::{AstNode, Formula};
use crate::model::{Module, Number, NumberRole};
use crate::source::{Diagnostic, Place, Problems, Spanned};
use crate::symbolic::{Expr, build};

/// The names of one instance of a module, with their values.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    values: BTreeMap<String, Expr>,
    /// What blocks called from here may take by name.
    inherited: Inherited,
    /// Names whose extents may be fractions.
    pub(super) fractional: BTreeSet<String>,
}

/// The numbers that a block may take by name from whoever calls it.
///
/// A block `needs` its caller's sizes: dims and params alike. Its own params
/// take over only params: a dim of the model that happens to bear the name of
/// a param (`width`, in pixels) means something else.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    sizes: BTreeMap<String, Expr>,
    params: BTreeMap<String, Expr>,
}

impl Inherited {
    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    fn pass_on(&mut self, name: &str, value: &Expr, is_param: bool) {
        self.sizes.insert(name.to_owned(), value.clone());
        if is_param {
            self.params.insert(name.to_owned(), value.clone());
        }
    }
}

/// Where the numbers of a module come from.
pub(super) struct Origin<'a> {
    /// What the call gives.
    pub(super) with: BTreeMap<String, Expr>,
    /// What the caller passes on by name; the model itself has no caller.
    pub(super) inherited: Option<&'a Inherited>,
    /// What was set from outside: variants and the user.
    pub(super) settings: &'a BTreeMap<String, Formula>,
    /// Extents of the inputs, by the names that the inputs give them.
    pub(super) extents: BTreeMap<String, Expr>,
}

impl Names {
    /// Resolves every number of `module`.
    pub(super) fn resolve(
        module: &Module,
        origin: &Origin<'_>,
        symbols: &mut Symbols,
        problems: &mut Problems,
    ) -> Names {
        let mut resolver = Resolver {
            module,
            origin,
            symbols,
            names: Names {
                values: origin.extents.clone(),
                inherited: origin.inherited.cloned().unwrap_or_default(),
                fractional: module
                    .fractional
                    .iter()
                    .map(|name| name.value.clone())
                    .collect(),
            },
            numbers: (module.numbers.iter())
                .map(|number| (number.name.value.as_str(), number))
                .collect(),
            set: BTreeMap::new(),
            failed: BTreeMap::new(),
            open: Vec::new(),
        };
        if let Some(number) = module.numbers.get(MAX_NUMBERS) {
            let message = format!(
                "`{}` has {} dims and params; there can be at most {MAX_NUMBERS}",
                module.name,
                module.numbers.len()
            );
            problems.push(Diagnostic::at(&number.name.place, message));
            return resolver.names;
        }
        match origin.inherited {
            Some(inherited) => resolver.take_over(inherited),
            None if resolver.take_set(problems) => {}
            None => return resolver.names,
        }
        for name in module
            .needs
            .iter()
            .chain(module.numbers.iter().map(|number| &number.name))
        {
            if let Err(mistake) = resolver.number(&name.value) {
                problems.push(mistake);
            }
            if problems.len() >= MAX_PROBLEMS {
                break;
            }
        }
        resolver.names
    }

    /// What `name` stands for.
    pub(super) fn get(&self, name: &str) -> Option<&Expr> {
        self.values.get(name)
    }

    /// What all names stand for.
    pub(super) fn all(&self) -> &BTreeMap<String, Expr> {
        &self.values
    }

    /// How many terms `name` stands for.
    fn terms(&self, name: &str) -> usize {
        self.get(name).map_or(1, |value| value.terms().len())
    }

    /// All names.
    pub(super) fn known(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// What blocks called from here inherit.
    pub(super) fn inherited(&self) -> &Inherited {
        &self.inherited
    }

    /// The expression of a formula over these names.
    pub(super) fn build(&self, formula: &Formula, budget: &mut Budget) -> Result<Expr, Diagnostic> {
        budget.charge(formula, &|name| self.terms(name))?;
        build(formula, &mut |name, place| {
            self.get(name).cloned().ok_or_else(|| {
                Diagnostic::at(place, format!("unknown name `{name}`")).known(name, self.known())
            })
        })
    }
}

struct Resolver<'a> {
    module: &'a Module,
    origin: &'a Origin<'a>,
    symbols: &'a mut Symbols,
    names: Names,
    numbers: BTreeMap<&'a str, &'a Number>,
    /// What the numbers that the model itself needs were set to.
    set: BTreeMap<&'a str, &'a Formula>,
    /// Numbers that have no value, and why.
    failed: BTreeMap<String, Diagnostic>,
    /// The numbers being resolved, to notice one that leads back to itself.
    open: Vec<String>,
}

impl<'a> Resolver<'a> {
    /// Takes what a block needs from its caller.
    fn take_over(&mut self, inherited: &Inherited) {
        for need in &self.module.needs {
            let name = &need.value;
            let given = self.origin.with.get(name);
            match given.or_else(|| inherited.sizes.get(name)) {
                Some(value) => {
                    self.names.inherited.pass_on(name, value, false);
                    self.names.values.insert(name.clone(), value.clone());
                }
                None => {
                    let message = format!(
                        "`{}` needs `{name}`, and its caller has none",
                        self.module.name
                    );
                    let mistake = Diagnostic::at(&need.place, message).help(format!(
                        "give it with the call, `with = {{ {name} = … }}`, or as a dim of the model"
                    ));
                    self.failed.insert(name.clone(), mistake);
                }
            }
        }
    }

    /// Takes what the model itself needs from outside; whether all is there.
    fn take_set(&mut self, problems: &mut Problems) -> bool {
        let mut missing: Vec<&Spanned<String>> = Vec::new();
        for need in &self.module.needs {
            match self.origin.settings.get(&need.value) {
                Some(formula) => {
                    self.set.insert(&need.value, formula);
                }
                None => missing.push(need),
            }
        }
        if let Some(mistake) = unset(self.module, &missing) {
            problems.push(mistake);
            return false;
        }
        true
    }

    /// The value of the number `name`, resolved if it is not yet.
    fn number(&mut self, name: &str) -> Result<Expr, Diagnostic> {
        if let Some(value) = self.names.get(name) {
            return Ok(value.clone());
        }
        if let Some(mistake) = self.failed.get(name) {
            return Err(mistake.clone());
        }
        let found = self.resolved(name);
        if let Err(mistake) = &found {
            self.failed.insert(name.to_owned(), mistake.clone());
        }
        found
    }

    fn resolved(&mut self, name: &str) -> Result<Expr, Diagnostic> {
        if let Some(formula) = self.set.get(name).copied() {
            let value = self.formula(name, formula, true)?;
            self.names.inherited.pass_on(name, &value, false);
            self.names.values.insert(name.to_owned(), value.clone());
            self.symbols.show(name, value.clone());
            return Ok(value);
        }
        let Some(number) = self.numbers.get(name).copied() else {
            return Err(Diagnostic::new(format!("unknown name `{name}`")));
        };
        let settable = number.role != NumberRole::Derived;
        let given = self
            .origin
            .with
            .get(name)
            .or_else(|| self.origin.inherited?.params.get(name))
            .filter(|_| settable);
        let value = match given {
            Some(value) => value.clone(),
            None => {
                let set = self.origin.settings.get(name).filter(|_| settable);
                let formula = set.unwrap_or(&number.formula);
                self.formula(name, formula, settable)?
            }
        };
        if settable {
            let is_param = number.role == NumberRole::Param;
            self.names.inherited.pass_on(name, &value, is_param);
        }
        self.names.values.insert(name.to_owned(), value.clone());
        // A switch left as it folds away tells a reader nothing.
        let left_alone = value.as_constant().is_some() && number.formula.is_text;
        if settable && !left_alone {
            self.symbols.show(name, value.clone());
        }
        Ok(value)
    }

    fn formula(
        &mut self,
        name: &str,
        formula: &Formula,
        settable: bool,
    ) -> Result<Expr, Diagnostic> {
        // A plain number that users may set stays a symbol, so that it shows
        // in formulas and can be swept. A number written as a string ("1") is
        // a formula: it folds away.
        if let AstNode::Number(value) = &formula.ast.node
            && settable
            && !formula.is_text
        {
            return Ok(self
                .symbols
                .make(name, &self.module.name, value, &formula.place));
        }
        if self.open.iter().any(|open| open == name) {
            let path = self.open.join("` → `");
            let message = format!("`{name}` depends on itself: `{path}` → `{name}`");
            return Err(Diagnostic::at(&formula.place, message));
        }
        if self.open.len() >= MAX_CHAIN {
            let message = format!(
                "`{name}` is one of more than {MAX_CHAIN} numbers that each depend on the next"
            );
            return Err(Diagnostic::at(&formula.place, message));
        }
        self.open.push(name.to_owned());
        let result = self.built(formula);
        self.open.pop();
        let value = result?;
        limits::formula(&value, &format!("`{name}`"), &formula.place)?;
        Ok(value)
    }

    /// The expression of a formula, with the numbers in it resolved first: how
    /// long they are says how much work it is.
    fn built(&mut self, formula: &Formula) -> Result<Expr, Diagnostic> {
        for (name, place) in formula.names() {
            self.name(&name, &place)?;
        }
        let names = &self.names;
        let terms = |name: &str| names.terms(name);
        self.symbols.budget.charge(formula, &terms)?;
        build(formula, &mut |name, place| self.name(name, place))
    }

    fn name(&mut self, name: &str, place: &Place) -> Result<Expr, Diagnostic> {
        let is_known = self.numbers.contains_key(name)
            || self.set.contains_key(name)
            || self.names.get(name).is_some();
        if is_known {
            return self.number(name);
        }
        let all: Vec<String> = (self.names.known().map(str::to_owned))
            .chain(self.module.numbers.iter().map(|n| n.name.value.clone()))
            .chain(self.set.keys().map(|name| (*name).to_owned()))
            .collect();
        Err(Diagnostic::at(place, format!("unknown name `{name}`"))
            .known(name, all.iter().map(String::as_str)))
    }
}

/// The mistake for dims that a model needs and that nobody has set, by the names
/// of the file that the model was made from, where it has other ones.
fn unset(model: &Module, missing: &[&Spanned<String>]) -> Option<Diagnostic> {
    let (first, others) = missing.split_first()?;
    let name = |need: &&'_ Spanned<String>| {
        let alias = (model.aliases.iter()).find(|alias| alias.value.value == need.value);
        alias.map_or(need.value.clone(), |alias| alias.name.value.clone())
    };
    let names: Vec<String> = missing.iter().map(name).collect();
    let message = format!(
        "`{}` needs a value for `{}`",
        model.name,
        names.join("`, `")
    );
    let plain = |c: char| c.is_alphanumeric() || "._-".contains(c);
    let flag = |name: &String| match name.chars().all(plain) {
        true => format!("--set {name}=…"),
        false => format!("--set '{name}=…'"),
    };
    let flags: Vec<String> = names.iter().map(flag).collect();
    let mut mistake =
        Diagnostic::at(&first.place, message).help(format!("give it: `{}`", flags.join(" ")));
    for need in others.iter().take(MAX_PROBLEMS) {
        mistake = mistake.and(&need.place, "");
    }
    Some(mistake)
}

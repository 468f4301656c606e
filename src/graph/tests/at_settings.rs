//! A graph at other numbers is the one that is lowered with them.

use super::Blocks;
use crate::catalog::{self, Kind};
use crate::formula::Formula;
use crate::graph::{OpGraph, Setting, Unfold, lower};
use crate::model::Model;
use crate::number::whole;
use crate::source::{Place, Problems, Source, Spanned};
use crate::symbolic::Symbol;

fn setting(name: &str, text: &str) -> Setting {
    let place = Place::whole(&Source::new("--set", text));
    let formula = Formula::read(text, &place, &mut Problems::new()).unwrap();
    Setting {
        name: Spanned::new(name.to_owned(), place),
        formula,
    }
}

fn read(text: &str, blocks: &[(&str, &str)]) -> Model {
    Model::read(&Source::new("m.toml", text), &Blocks(blocks)).unwrap()
}

fn first(model: &Model, settings: &[Setting]) -> Result<OpGraph, Problems> {
    lower(model, model.variant_names()[0], settings, Unfold::No)
}

/// Every whole number doubled that graph and model leave open.
fn doubled(graph: &OpGraph) -> Vec<Setting> {
    let symbols = graph.symbols().iter().filter(|info| {
        let plain = info.value.is_integer() && info.value > whole(1);
        plain && !info.symbol.name().contains('.') && !graph.switches().contains(&info.symbol)
    });
    let twice = symbols.map(|info| {
        let value = &info.value * whole(2);
        setting(info.symbol.name(), &value.to_string())
    });
    twice.collect()
}

/// All that a graph is, except where what must hold of it was written.
fn described(graph: &OpGraph) -> String {
    let rules = graph.constraints().iter();
    let rules: Vec<_> = rules.map(|one| (&one.what, &one.expr, one.rule)).collect();
    let stood: Vec<_> = graph.regions().collect();
    let named = (
        graph.symbols(),
        graph.numbers(),
        graph.switches(),
        graph.scopes(),
    );
    format!("{:?}\n{stood:?}\n{named:?}\n{rules:?}", graph.ops())
}

#[test]
fn every_shipped_model_at_twice_its_numbers() {
    let (mut asked, mut given) = (0, 0);
    for name in catalog::names(Kind::Model) {
        let source = catalog::find(Kind::Model, name).unwrap();
        let model = Model::read(&source, &Blocks(&[])).unwrap();
        let variant = model.variant_names()[0].to_owned();
        let Ok(graph) = lower(&model, &variant, &[], Unfold::No) else {
            // It needs numbers that nobody has set.
            continue;
        };
        let settings = doubled(&graph);
        let Ok(expected) = lower(&model, &variant, &settings, Unfold::No) else {
            assert!(graph.at_settings(&model, &[], &settings).is_none());
            continue;
        };
        asked += 1;
        let Some(there) = graph.at_settings(&model, &[], &settings) else {
            continue;
        };
        given += 1;
        assert!(described(&there) == described(&expected), "{name}");
        // And back: the numbers are those of the model, wherever they were written.
        let back = there.at_settings(&model, &settings, &[]).unwrap();
        assert_eq!(back.values(), graph.values(), "{name}");
    }
    assert!(given * 2 > asked, "{given} of {asked}");
}

const TWO: &str = "name = 'm'\ninputs = { x = 'n' }\ndims = { n = 4, r = 2 }\n\
                   [[op]]\nname = 'a'\nblock = 'one'\ninputs = ['x']\n\
                   [[op]]\nname = 'b'\nblock = 'two'\ninputs = ['a']\n";

fn block(name: &str, number: &str) -> String {
    format!(
        "name = '{name}'\ninputs = {{ x = 'n' }}\nparams = {{ k = {number} }}\n\
         [[op]]\nname = 'o'\napply = 'x + k'\ninputs = ['x', 'k']\n"
    )
}

#[test]
fn a_number_that_is_not_the_same_in_all_blocks_is_lowered() {
    let at = |one: &str, two: &str, before: &[Setting], settings: &[Setting]| {
        let (one, two) = (block("one", one), block("two", two));
        let model = read(TWO, &[("one", &one), ("two", &two)]);
        let graph = first(&model, before).unwrap();
        graph.at_settings(&model, before, settings)
    };
    let [three, five] = ["3", "5"].map(|value| setting("k", value));
    let [three, five] = [std::slice::from_ref(&three), std::slice::from_ref(&five)];
    // One symbol in both blocks, whatever it is set to.
    assert!(at("2", "2", &[], three).is_some());
    assert!(at("2", "7", five, three).is_some());
    // Two symbols before, one after; one before, two after.
    assert!(at("2", "7", &[], three).is_none());
    assert!(at("2", "7", three, &[]).is_none());
    // A formula is put in, a number stays a symbol.
    assert!(at("'2'", "2", &[], three).is_none());
    assert!(at("2", "2", &[], &[setting("k", "n - 1")]).is_none());
}

#[test]
fn a_number_that_decides_on_ops_or_breaks_a_condition_is_lowered() {
    let text = "name = 'm'\ninputs = { x = 'n' }\ndims = { n = 4, h = 2 }\nparams = { on = 1 }\n\
                [[op]]\nname = 'split'\neinsum = '(h k) -> h k'\ninputs = ['x']\n\
                [[op]]\nname = 'extra'\nwhen = 'on'\napply = 'split + 1'\ninputs = ['split']\n";
    let model = read(text, &[]);
    let graph = first(&model, &[]).unwrap();
    let at = |name: &str, value: &str| graph.at_settings(&model, &[], &[setting(name, value)]);
    assert!(at("on", "0").is_none());
    // 4/3 is no extent.
    assert!(at("h", "3").is_none());
    let values = at("h", "4").unwrap().values();
    assert_eq!(values.get(&Symbol::new("h")), Some(&whole(4)));
}

//! Names and paths, over files that are texts.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::*;
use crate::import::onnx::wire::Bytes;

/// Files by their paths.
struct Texts(BTreeMap<PathBuf, String>);

impl Texts {
    fn found(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = self.canonical(path)?;
        let text = self.0.get(&path).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.clone().into_bytes())
    }
}

impl Files for Texts {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(io::Cursor::new(self.found(path)?)))
    }

    fn bytes(&self, path: &Path) -> io::Result<Box<dyn Bytes>> {
        Ok(Box::new(self.found(path)?))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let mut canonical = PathBuf::new();
        for part in path.components() {
            match part {
                Component::ParentDir => drop(canonical.pop()),
                Component::Normal(name) => canonical.push(name),
                _ => {}
            }
        }
        Ok(canonical)
    }
}

fn loader(files: &[(&str, &str)]) -> Loader {
    let files = files.iter();
    Loader::new(Texts(
        files
            .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
            .collect(),
    ))
}

/// What is wrong, with its place, and what would be right.
fn told(problems: &Problems) -> Vec<String> {
    let place = |one: &Diagnostic| one.place().map(|place| format!("{place}: "));
    (problems.iter())
        .map(|one| format!("{}{}", place(one).unwrap_or_default(), one.message()))
        .collect()
}

/// A table that prices one addition, and what is put before that.
fn table(name: &str, head: &str, add: u32) -> String {
    format!(
        "name = '{name}'\n{head}\nboundary = 'device'\nkind = 'measured'\n\
         [source.s]\ntitle = 'A text'\nwhere = 'here'\n\
         [fp32]\nadd = {{ pj = {add}, source = 's', confidence = 'low' }}\n"
    )
}

#[test]
fn a_table_extends_one_in_another_folder_that_extends_a_third() {
    let (near, middle) = (
        "name = 'near'\nextends = '../chips/middle.toml'\n",
        "name = 'middle'\nextends = './vendor/far.toml'\n",
    );
    let far = table("far", "", 7);
    let loader = loader(&[
        ("work/near.toml", near),
        ("chips/middle.toml", middle),
        ("chips/vendor/far.toml", &far),
    ]);
    let found = loader.table("work/near.toml").unwrap();
    let prices: Vec<_> = found
        .entries()
        .map(|(.., entry)| entry.pj.clone())
        .collect();
    assert_eq!(prices, [crate::number::whole(7)]);
    // One file has one table, by whichever path.
    let again = loader.table("./chips/../work/near.toml").unwrap();
    assert!(Arc::ptr_eq(&found, &again));
}

#[test]
fn tables_that_extend_each_other_are_told_once_and_missing_ones_where_they_are_named() {
    let loader = loader(&[
        ("a/one.toml", "name = 'one'\nextends = '../b/two.toml'\n"),
        ("b/two.toml", "name = 'two'\nextends = '../a/one.toml'\n"),
        ("a/lost.toml", "name = 'lost'\nextends = '../b/none.toml'\n"),
        ("a/typo.toml", "name = 'typo'\nextends = '45mm'\n"),
    ]);
    let problems = |name: &str| told(&loader.table(name).unwrap_err());
    assert_eq!(
        problems("a/one.toml"),
        ["a/../b/two.toml:2:11: the table extends itself: \
          a/one.toml → a/../b/two.toml → a/one.toml"]
    );
    assert_eq!(
        problems("a/lost.toml"),
        ["a/lost.toml:2:11: cannot read `a/../b/none.toml`: entity not found"]
    );
    assert_eq!(
        problems("a/typo.toml"),
        ["a/typo.toml:2:11: no table `45mm` ships"]
    );
}

/// `x` through the blocks `calls`, one after the other.
fn model(calls: &[&str]) -> String {
    let ops = calls.iter().enumerate().map(|(at, call)| {
        let from = match at {
            0 => "x".to_owned(),
            at => format!("o{}", at - 1),
        };
        format!("[[op]]\nname = 'o{at}'\nblock = '{call}'\ninputs = ['{from}']\n")
    });
    format!(
        "name = 'm'\ninputs = {{ x = '4' }}\n{}",
        ops.collect::<String>()
    )
}

/// A block that does `work` to its input.
fn block(name: &str, work: &str) -> String {
    format!("name = '{name}'\ninputs = {{ x = 'n' }}\n[[op]]\nname = 'y'\n{work}\ninputs = ['x']\n")
}

/// The primitives that a model takes, with how many.
fn counts(model: &Model) -> BTreeMap<String, String> {
    let variant = model.variant_names()[0].to_owned();
    let graph = crate::graph::lower(model, &variant, &[], crate::graph::Unfold::No).unwrap();
    let counted = crate::energy::Counted::new(graph, Default::default()).unwrap();
    let demands = counted.census.demands.iter().zip(&counted.counts);
    demands
        .map(|(demand, count)| (demand.key.to_string(), count.to_string()))
        .collect()
}

#[test]
fn blocks_call_blocks_by_paths_of_their_own() {
    // Two folders with a block of one name, of which each caller means its own.
    let outer = block("outer", "block = './inner.toml'");
    let loader = loader(&[
        ("a/m.toml", &model(&["../b/outer.toml", "./inner.toml"])),
        ("a/inner.toml", &block("inner", "each = { exp = 1 }")),
        ("b/outer.toml", &outer),
        ("b/inner.toml", &block("inner", "each = { sqrt = 3 }")),
    ]);
    let found = counts(&loader.model("a/m.toml").unwrap());
    // 4 elements: an exp of each in a/inner, 3 roots of each in b/inner.
    let expected = [("exp", "4"), ("sqrt", "12")];
    assert_eq!(
        found,
        expected
            .map(|(name, count)| (name.to_owned(), count.to_owned()))
            .into()
    );
}

#[test]
fn a_block_that_calls_itself_by_a_path_is_told() {
    let loader = loader(&[
        ("a/m.toml", &model(&["../b/one.toml"])),
        ("b/one.toml", &block("one", "block = '../b/one.toml'")),
    ]);
    let model = loader.model("a/m.toml").unwrap();
    let problems = crate::graph::lower(&model, "m", &[], crate::graph::Unfold::No).unwrap_err();
    let [told] = told(&problems).try_into().unwrap();
    assert!(told.starts_with("a/../b/one.toml:5:10: block "), "{told}");
    assert!(told.ends_with("calls itself"), "{told}");
}

#[test]
fn missing_blocks_and_densities_are_told_by_their_paths() {
    let text = "densities = './rates.toml'\n".to_owned() + &model(&["./none.toml", "sofmax"]);
    let loader = loader(&[("a/m.toml", &text)]);
    assert_eq!(
        told(&loader.model("a/m.toml").unwrap_err()),
        [
            "a/m.toml:6:10: cannot read `a/none.toml`: entity not found",
            "a/m.toml:10:10: no block `sofmax`",
            "a/m.toml:1:13: cannot read `a/rates.toml`: entity not found",
        ]
    );
}

#[test]
fn a_loader_of_what_ships_reads_no_files() {
    let loader = Loader::shipped();
    assert_eq!(
        told(&loader.model("./m.toml").unwrap_err()),
        ["cannot read `./m.toml`: only what ships is loaded here"]
    );
    assert_eq!(
        told(&loader.model("atention").unwrap_err()),
        ["no model `atention` ships"]
    );
}

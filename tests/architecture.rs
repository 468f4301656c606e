//! The floors of the house, checked in the source itself: no circle of files, and
//! arrows between rooms go only downwards, in the order of `docs/architecture.md`.
//!
//! An arrow goes from the file that names something to the file that defines it. It
//! is read off the paths that begin with `crate`, `super`, `self`, a module that the
//! file has imported, or one of its own children. A name that a `mod.rs` only hands on
//! (`mod x; pub use x::Y;`) belongs to the file that defines it, and handing on is no
//! arrow. Code under `#[cfg(test)]` may look anywhere.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::path::Path;

/// The one circle that is meant. The wire format is recursive: an attribute of a node
/// may hold a graph.
const RECURSIVE: [&str; 2] = ["import/onnx/wire/attribute.rs", "import/onnx/wire/graph.rs"];

/// The words of a module's path, without `crate`.
type ModulePath = Vec<String>;

/// A name that one `use` brings in, or one path in an expression.
#[derive(Debug, Clone)]
struct Import {
    segments: Vec<String>,
    /// The name under which it is known, `*` for everything.
    name: String,
}

/// A file of the source.
#[derive(Debug, Default)]
struct Module {
    file: String,
    /// What is imported, for the file alone.
    imports: Vec<Import>,
    /// What is handed on.
    exports: Vec<Import>,
    /// Paths in the code outside of `use`.
    paths: Vec<Vec<String>>,
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    Module(ModulePath),
    Item(ModulePath, String),
}

struct House {
    modules: BTreeMap<ModulePath, Module>,
}

/// From file to file, with the names that the first uses of the second.
type Arrows = BTreeMap<ModulePath, BTreeMap<ModulePath, BTreeSet<String>>>;

impl House {
    fn read(source: &Path) -> House {
        let mut sources = BTreeMap::new();
        collect(source, &mut Vec::new(), &mut sources);
        House::of(sources)
    }

    /// The house of files and their texts.
    fn of(sources: BTreeMap<ModulePath, (String, String)>) -> House {
        let mut test_only = BTreeSet::new();
        let mut modules = BTreeMap::new();
        for (path, (file, text)) in sources {
            let code = code_of(&text);
            let (code, tests) = without_tests(&code);
            for name in tests {
                test_only.insert([path.clone(), vec![name]].concat());
            }
            let (imports, exports, rest) = uses(&code);
            modules.insert(
                path,
                Module {
                    file,
                    imports,
                    exports,
                    paths: paths(&rest),
                },
            );
        }
        modules.retain(|path, _| !test_only.iter().any(|test| path.starts_with(test)));
        House { modules }
    }

    /// What `segments` mean where `module` says them.
    fn resolve(&self, module: &ModulePath, segments: &[String], depth: usize) -> Option<Meaning> {
        let (first, rest) = segments.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module[..module.len().checked_sub(1)?].to_vec(),
            name => match self.child(module, name) {
                Some(child) => child,
                None => self.imported_module(module, name, depth)?,
            },
        };
        for (index, segment) in rest.iter().enumerate() {
            if segment == "super" {
                at.pop();
                continue;
            }
            if let Some(child) = self.child(&at, segment) {
                at = child;
                continue;
            }
            if depth > 0
                && let Some(meaning) = self.handed_on(&at, segment, depth - 1)
            {
                match meaning {
                    Meaning::Module(module) => {
                        at = module;
                        continue;
                    }
                    item => return Some(item),
                }
            }
            return Some(Meaning::Item(at, rest[index].clone()));
        }
        Some(Meaning::Module(at))
    }

    fn child(&self, module: &ModulePath, name: &str) -> Option<ModulePath> {
        let child = [module.clone(), vec![name.to_owned()]].concat();
        self.modules.contains_key(&child).then_some(child)
    }

    /// The module that `name` was imported as.
    fn imported_module(&self, module: &ModulePath, name: &str, depth: usize) -> Option<ModulePath> {
        let depth = depth.checked_sub(1)?;
        let imports = &self.modules.get(module)?.imports;
        let import = imports.iter().find(|import| {
            import.name == name && ["crate", "self", "super"].contains(&&*import.segments[0])
        })?;
        match self.resolve(module, &import.segments, depth)? {
            Meaning::Module(module) => Some(module),
            Meaning::Item(..) => None,
        }
    }

    /// What `module` hands on under `name`.
    fn handed_on(&self, module: &ModulePath, name: &str, depth: usize) -> Option<Meaning> {
        let exports = &self.modules.get(module)?.exports;
        let export = exports.iter().find(|export| export.name == name)?;
        self.resolve(module, &export.segments, depth)
    }

    fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (path, module) in &self.modules {
            let own = module.exports.iter().filter(|export| {
                // To hand on what a child defines is no arrow.
                match self.resolve(path, &export.segments, 8) {
                    Some(Meaning::Item(target, _) | Meaning::Module(target)) => {
                        !target.starts_with(path)
                    }
                    None => false,
                }
            });
            let imports = module.imports.iter().chain(own);
            let said = imports.map(|import| &import.segments).chain(&module.paths);
            for segments in said {
                // A module that is imported is used by the paths through it.
                let Some(Meaning::Item(target, name)) = self.resolve(path, segments, 8) else {
                    continue;
                };
                if target != *path {
                    let to = arrows.entry(path.clone()).or_default();
                    to.entry(target).or_default().insert(name);
                }
            }
        }
        arrows
    }

    fn file(&self, module: &ModulePath) -> &str {
        &self.modules[module].file
    }
}

/// The files below `folder`, by the module that each is.
fn collect(
    folder: &Path,
    path: &mut ModulePath,
    found: &mut BTreeMap<ModulePath, (String, String)>,
) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            path.push(name);
            collect(&entry.path(), path, found);
            path.pop();
            continue;
        }
        let Some(stem) = name.strip_suffix(".rs") else {
            continue;
        };
        let module = match stem {
            "main" if path.is_empty() => continue,
            "lib" | "mod" => path.clone(),
            stem => [path.clone(), vec![stem.to_owned()]].concat(),
        };
        let file = [path.join("/"), name].join("/");
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let two = found.insert(module, (file.trim_start_matches('/').to_owned(), text));
        assert!(two.is_none(), "{file}: a module in two files");
    }
}

/// The code without comments and without what stands between quotes.
fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        match rest {
            ['/', '/', ..] => at += rest.iter().take_while(|c| **c != '\n').count(),
            ['/', '*', ..] => {
                let end = rest.windows(2).position(|two| two == ['*', '/']).unwrap();
                at += end + 2;
            }
            ['r', '"' | '#', ..] if !code.ends_with(is_word) => {
                let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
                if rest.get(1 + hashes) != Some(&'"') {
                    // `r#type`, a word.
                    code.push('r');
                    at += 1;
                    continue;
                }
                let close: Vec<char> = format!("\"{}", "#".repeat(hashes)).chars().collect();
                let body = &rest[hashes + 2..];
                let end = body.windows(close.len()).position(|w| w == close).unwrap();
                at += hashes + 2 + end + close.len();
                code.push_str("\"\"");
            }
            ['"', body @ ..] => {
                let mut end = 0;
                while body[end] != '"' {
                    end += if body[end] == '\\' { 2 } else { 1 };
                }
                at += end + 2;
                code.push_str("\"\"");
            }
            // A character, not a lifetime.
            ['\'', '\\', _, tail @ ..] => {
                at += 4 + tail.iter().take_while(|c| **c != '\'').count();
                code.push_str("' '");
            }
            ['\'', _, '\'', ..] => {
                at += 3;
                code.push_str("' '");
            }
            [c, ..] => {
                code.push(*c);
                at += 1;
            }
            [] => unreachable!(),
        }
    }
    code
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The code without the items under `#[cfg(test)]`, and the modules among them that
/// are files of their own.
fn without_tests(code: &str) -> (String, Vec<String>) {
    const TEST: &str = "#[cfg(test)]";
    let mut kept = String::new();
    let mut modules = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(TEST) {
        kept.push_str(&rest[..start]);
        let item = &rest[start + TEST.len()..];
        let mut depth = 0usize;
        let mut end = item.len();
        for (at, c) in item.char_indices() {
            match c {
                '{' | '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                '}' => {
                    depth -= 1;
                    // A `use a::{b};` goes on to its semicolon.
                    if depth == 0 && !item.trim_start().starts_with("use ") {
                        end = at + 1;
                        break;
                    }
                }
                ';' if depth == 0 => {
                    end = at + 1;
                    break;
                }
                _ => {}
            }
        }
        let words: Vec<&str> = item[..end]
            .trim_end_matches(';')
            .split_whitespace()
            .collect();
        if let [.., "mod", name] = words.as_slice() {
            modules.push((*name).to_owned());
        }
        rest = &item[end..];
    }
    kept.push_str(rest);
    (kept, modules)
}

/// The imports of the code, what it hands on, and the rest of it.
fn uses(code: &str) -> (Vec<Import>, Vec<Import>, String) {
    let (mut imports, mut exports, mut rest) = (Vec::new(), Vec::new(), String::new());
    // `use<'a>` imports nothing: it says what a type captures.
    let code = &code.replace("use<", "captures<");
    let mut from = 0;
    while let Some(start) = find_word(&code[from..], "use").map(|start| from + start) {
        let end = start + code[start..].find(';').unwrap();
        let before = code[from..start].trim_end();
        let found = match before.ends_with("pub") || before.ends_with(')') {
            true => &mut exports,
            false => &mut imports,
        };
        expand(&code[start + "use".len()..end], &[], found);
        rest.push_str(&code[from..start]);
        from = end + 1;
    }
    rest.push_str(&code[from..]);
    (imports, exports, rest)
}

/// Where `word` stands as a word of its own.
fn find_word(code: &str, word: &str) -> Option<usize> {
    code.match_indices(word).map(|(at, _)| at).find(|at| {
        !code[..*at].ends_with(|c| is_word(c) || c == '#')
            // `use<>` names what a type captures.
            && !code[at + word.len()..].starts_with(|c| is_word(c) || c == '<')
    })
}

/// The paths of a tree of imports: `a::{b, c::{self, d as e}}`.
fn expand(tree: &str, before: &[String], found: &mut Vec<Import>) {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let head = tree[..open].trim().trim_end_matches("::");
        let mut path = before.to_vec();
        path.extend(
            head.split("::")
                .map(|s| s.trim().to_owned())
                .filter(|s| !s.is_empty()),
        );
        let inner = &tree[open + 1..tree.rfind('}').unwrap()];
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&inner[start..at], &path, found);
                    start = at + 1;
                }
                _ => {}
            }
        }
        expand(&inner[start..], &path, found);
        return;
    }
    if tree.is_empty() {
        return;
    }
    let (path, alias) = match tree.split_once(" as ") {
        Some((path, alias)) => (path.trim(), Some(alias.trim())),
        None => (tree, None),
    };
    let mut segments = before.to_vec();
    segments.extend(path.split("::").map(|segment| segment.trim().to_owned()));
    if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
        segments.pop();
    }
    let name = alias.map_or_else(|| segments[segments.len() - 1].clone(), str::to_owned);
    found.push(Import { segments, name });
}

/// The paths of more than one word in the code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(is_word) {
        let joined = rest[..start].ends_with("::");
        let mut path = Vec::new();
        rest = &rest[start..];
        loop {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            path.push(rest[..end].to_owned());
            rest = &rest[end..];
            match rest.strip_prefix("::") {
                Some(after) if after.starts_with(is_word) => rest = after,
                _ => break,
            }
        }
        if path.len() > 1 && !joined {
            paths.push(path);
        }
    }
    paths
}

/// The shortest way from `from` back to itself.
fn circle(arrows: &Arrows, from: &ModulePath) -> Option<Vec<ModulePath>> {
    let mut before: BTreeMap<&ModulePath, &ModulePath> = BTreeMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for next in arrows.get(at).into_iter().flat_map(BTreeMap::keys) {
            if next == from {
                let mut way = vec![from.clone(), at.clone()];
                let mut back = at;
                while back != from {
                    back = before[back];
                    way.push(back.clone());
                }
                way.reverse();
                if at == from {
                    way.pop();
                }
                return Some(way);
            }
            if !before.contains_key(next) {
                before.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    None
}

/// All circles: for files that lead to one another, the shortest of their circles.
fn circles(house: &House, arrows: &Arrows) -> BTreeMap<BTreeSet<String>, String> {
    let mut shortest: BTreeMap<BTreeSet<&ModulePath>, Vec<ModulePath>> = BTreeMap::new();
    let reached: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> = arrows
        .keys()
        .map(|from| (from, reached(arrows, from)))
        .collect();
    for (from, there) in &reached {
        let back = |to: &&&ModulePath| reached.get(**to).is_some_and(|to| to.contains(from));
        let group: BTreeSet<&ModulePath> = there.iter().filter(back).copied().collect();
        let Some(way) = circle(arrows, from) else {
            continue;
        };
        let known = shortest.entry(group).or_insert_with(|| way.clone());
        if way.len() < known.len() {
            *known = way;
        }
    }
    let file = |module: &ModulePath| house.file(module).to_owned();
    let text = |way: &[ModulePath]| {
        let mut text = String::new();
        for step in way.windows(2) {
            let names: Vec<&str> = arrows[&step[0]][&step[1]]
                .iter()
                .map(String::as_str)
                .collect();
            let (one, other) = (file(&step[0]), file(&step[1]));
            let _ = writeln!(text, "  {one} uses {} of {other}", names.join(", "));
        }
        text
    };
    let named = shortest.iter();
    let named = named.map(|(group, way)| (group.iter().map(|m| file(m)).collect(), text(way)));
    named.collect()
}

/// The files that an arrow or several lead to.
fn reached<'a>(arrows: &'a Arrows, from: &ModulePath) -> BTreeSet<&'a ModulePath> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&ModulePath> = arrows
        .get(from)
        .into_iter()
        .flat_map(BTreeMap::keys)
        .collect();
    while let Some(at) = next.pop() {
        if reached.insert(at) {
            next.extend(arrows.get(at).into_iter().flat_map(BTreeMap::keys));
        }
    }
    reached
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn no_circle_of_files_but_that_of_the_wire_format() {
    let house = House::read(&root().join("src"));
    let mut circles = circles(&house, &house.arrows());
    let meant = circles.remove(&RECURSIVE.map(str::to_owned).into());
    let mut report = String::new();
    for (files, text) in circles {
        let _ = writeln!(report, "a circle in {} files:\n{text}", files.len());
    }
    assert!(report.is_empty(), "{report}");
    assert!(meant.is_some(), "{RECURSIVE:?} are no circle any more");
}

/// The rooms, from the ground up, as the page lists them.
fn rooms(page: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let names = row.split('|').nth(1).unwrap();
        rooms.extend(names.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    rooms
}

#[test]
fn arrows_between_rooms_go_downwards() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rooms = rooms(&page);
    let house = House::read(&root().join("src"));
    let floor = |module: &ModulePath| {
        let room = module.first()?;
        let floor = rooms.iter().position(|known| known == room);
        assert!(floor.is_some(), "`{room}` is not in docs/architecture.md");
        floor
    };
    let mut report = String::new();
    for (from, targets) in house.arrows() {
        for (to, names) in targets {
            let (Some(above), Some(below)) = (floor(&from), floor(&to)) else {
                continue;
            };
            if above < below {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let (one, other) = (house.file(&from), house.file(&to));
                let _ = writeln!(report, "{one} uses {} of {other}", names.join(", "));
            }
        }
    }
    assert!(report.is_empty(), "upwards:\n{report}");
    let missing: Vec<&String> = (rooms.iter())
        .filter(|room| !house.modules.contains_key(&vec![(*room).clone()]))
        .collect();
    assert!(missing.is_empty(), "rooms that are not there: {missing:?}");
}

/// The circles of files, each with its text.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files.iter().map(|(file, text)| {
        let module = file.trim_end_matches("mod.rs").trim_end_matches(".rs");
        let module = module.split('/').filter(|word| !word.is_empty());
        let module: ModulePath = module.map(str::to_owned).collect();
        (module, ((*file).to_owned(), (*text).to_owned()))
    });
    let house = House::of(sources.collect());
    circles(&house, &house.arrows()).into_values().collect()
}

#[test]
fn what_a_room_hands_on_makes_no_circle() {
    let files = [
        ("mod.rs", ""),
        ("a/mod.rs", "mod b; mod c; pub use b::{B, make as made};"),
        ("a/b.rs", "pub struct B; pub fn make() -> B { B }"),
        (
            "a/c.rs",
            "use super::{B, made}; // crate::a::c::C\nfn c() -> B { made() }",
        ),
        ("d.rs", "use crate::a; fn d() -> a::B { a::made() }"),
    ];
    assert!(circles_of(&files).is_empty());
}

#[test]
fn circles_are_told_with_the_names_that_make_them() {
    // The folder defines what its child uses, and uses the child.
    let files = [
        ("mod.rs", ""),
        ("a/mod.rs", "mod b; pub struct A; fn a() { b::make(\"{\") }"),
        ("a/b.rs", "pub fn make(_: super::A) {}"),
    ];
    let circle = "  a/mod.rs uses make of a/b.rs\n  a/b.rs uses A of a/mod.rs\n";
    assert_eq!(circles_of(&files), [circle]);
    // Through a third file, and through what a folder hands on.
    let files = [
        ("mod.rs", ""),
        ("a/mod.rs", "mod b; pub use self::b::B;"),
        (
            "a/b.rs",
            "use crate::{c::{self}, d::D}; pub struct B(c::C, D);",
        ),
        ("c.rs", "pub struct C(crate::d::D);"),
        ("d.rs", "use super::a::B as Other; pub struct D(Other);"),
    ];
    let circle = "  a/b.rs uses D of d.rs\n  d.rs uses B of a/b.rs\n";
    assert_eq!(circles_of(&files), [circle]);
    // Tests may look anywhere.
    let files = [
        ("mod.rs", ""),
        (
            "a.rs",
            "pub struct A; #[cfg(test)] mod tests { use crate::b::B; } ",
        ),
        ("b.rs", "use crate::a::A; pub struct B(A);"),
    ];
    assert!(circles_of(&files).is_empty());
}

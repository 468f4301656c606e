//! The files that one model is spread over.
//!
//! Safetensors files have an index beside them, `model.safetensors.index.json`,
//! which says of every tensor in which file it is. GGUF files have their number
//! in their names: `name-00001-of-00003.gguf`.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::source::{Diagnostic, Fields, Place, Problems, Source, parse_json};

/// No model is spread over more files.
const MOST_SHARDS: usize = 4096;

/// The files that an index names, each once. All are in its own folder.
///
/// # Errors
/// It is no index, or names a file in another folder.
pub fn shard_names(source: &Arc<Source>) -> Result<Vec<String>, Problems> {
    let mut problems = Problems::new();
    let root = parse_json(source, &mut problems);
    let root = problems.or_some(root)?;
    let mut problems = Problems::new();
    let start = Place::new(source, 0..0);
    let map = Fields::of(&root, &mut problems).and_then(|mut fields| fields.take("weight_map"));
    let Some(map) = map else {
        let message = "no index of files of weights: it has no `weight_map`";
        problems.push(Diagnostic::at(&start, message));
        return Err(problems);
    };
    let mut names = BTreeSet::new();
    for (_, file) in map.entries(&mut problems).unwrap_or(&[]) {
        let Some(name) = file.text(&mut problems) else {
            break;
        };
        if !is_plain(&name.value) {
            let message = "a file of weights is in the folder of its index, and has a plain name";
            problems.push(Diagnostic::at(&name.place, message));
            break;
        }
        names.insert(name.value);
    }
    if names.is_empty() && problems.is_empty() {
        problems.push(Diagnostic::at(&start, "the index names no file"));
    }
    if names.len() > MOST_SHARDS {
        let message = format!(
            "the index names {} files, and {MOST_SHARDS} are the most that are read",
            names.len()
        );
        problems.push(Diagnostic::at(&start, message));
    }
    problems.or(names.into_iter().collect())
}

/// Whether a name is that of a file, and no way to another folder.
fn is_plain(name: &str) -> bool {
    let parts = ['/', '\\', ':', '\0'];
    !name.is_empty() && name != "." && name != ".." && !name.contains(parts)
}

/// The names of all files that a GGUF model is spread over, from that of one.
///
/// # Errors
/// The name does not say which of them it is, or there are too many.
pub fn split_names(name: &str, count: usize) -> Result<Vec<String>, String> {
    if count > MOST_SHARDS {
        return Err(format!(
            "it is one of {count} files, and {MOST_SHARDS} are the most that are read"
        ));
    }
    let stem = name.strip_suffix(".gguf").unwrap_or(name);
    let of = format!("-of-{count:05}");
    let own = stem.strip_suffix(&of).and_then(|stem| {
        let (base, at) = stem.rsplit_once('-')?;
        let is_number = at.len() == 5 && at.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(base)
    });
    let base = own.ok_or_else(|| {
        format!("it is one of {count} files, and its name does not end in `-00001{of}.gguf`")
    })?;
    let one = |at: usize| format!("{base}-{at:05}{of}.gguf");
    Ok((1..=count).map(one).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_index_names_each_file_once() {
        let text = r#"{"metadata": {"total_size": 8}, "weight_map": {
            "b": "model-00002-of-00002.safetensors",
            "a": "model-00001-of-00002.safetensors",
            "c": "model-00001-of-00002.safetensors"}}"#;
        let source = Source::new("model.safetensors.index.json", text.to_owned());
        assert_eq!(
            shard_names(&source).unwrap(),
            [
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors"
            ]
        );
    }

    #[test]
    fn an_index_leads_to_no_other_folder() {
        for name in ["../a", "/etc/passwd", "a/b", "..", "", "c:a", "a\\\\b"] {
            let text = format!("{{\"weight_map\": {{\"a\": \"{name}\"}}}}");
            let source = Source::new("i.json", text);
            let told = shard_names(&source).unwrap_err().to_string();
            assert!(told.contains("plain name"), "{name}: {told}");
        }
        for text in ["{}", "[]", "{\"weight_map\": {}}", "{\"weight_map\": 3}"] {
            assert!(
                shard_names(&Source::new("i.json", text.to_owned())).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn split_files_are_named_by_their_numbers() {
        assert_eq!(
            split_names("m-00002-of-00002.gguf", 2).unwrap(),
            ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]
        );
        for (name, count) in [
            ("m.gguf", 2),
            ("m-00001-of-00003.gguf", 2),
            ("m-1-of-00002.gguf", 2),
        ] {
            assert!(split_names(name, count).is_err(), "{name}");
        }
        assert!(split_names("m-00001-of-99999.gguf", 99_999).is_err());
    }
}

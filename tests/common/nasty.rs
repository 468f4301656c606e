//! Values that a config may hold where it should not.

use picojoule::graph::{Unfold, lower};
use picojoule::import::huggingface::import;
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::source::Source;

/// Puts each of `values` into each field of a config, one at a time. What is imported
/// all the same is a model, whose dims may be too large.
pub fn no_value_does_harm(name: &str, config: &str, values: &[&str]) {
    let config: serde_json::Value = serde_json::from_str(config).unwrap();
    for key in config.as_object().unwrap().keys() {
        for value in values {
            let mut changed = config.clone();
            changed[key] = serde_json::from_str(value).unwrap();
            let source = Source::new(format!("{name}.json"), changed.to_string());
            let Ok(imported) = import(&source) else {
                continue;
            };
            let text = Source::new(format!("{name}.toml"), imported.text);
            let model = Model::read(&text, &Loader::shipped()).unwrap();
            let variant = model.variant_names()[0];
            if let Err(problems) = lower(&model, variant, &[], Unfold::No) {
                let told = problems.to_string();
                assert!(told.contains("10^15"), "{name}: {key} = {value}\n{told}");
            }
        }
    }
}

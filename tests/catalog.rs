//! Everything in the folders of models, blocks, tables and reports ships.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use picojoule::catalog::{self, Kind};

#[test]
fn every_file_ships_under_its_own_name() {
    for (kind, folder) in [
        (Kind::Model, "models"),
        (Kind::Block, "models/blocks"),
        (Kind::Table, "energy-tables"),
        (Kind::Report, "reports"),
        (Kind::Claim, "reports/claims"),
        (Kind::Densities, "models/densities"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files: Vec<String> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
            .collect();
        files.sort();
        let mut shipped: Vec<String> = catalog::names(kind).map(str::to_owned).collect();
        shipped.sort();
        assert_eq!(files, shipped, "{folder}");
        for name in shipped {
            let source = catalog::find(kind, &name).unwrap();
            // Densities have no name of their own.
            assert!(
                kind == Kind::Densities || source.text().contains(&format!("name = \"{name}\"")),
                "{folder}/{name}.toml calls itself otherwise"
            );
        }
    }
}

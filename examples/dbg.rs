use picojoule::*;
use std::sync::Arc;
struct L;
impl model::Library for L {
    fn find(&self, name: &str, _: &source::Source) -> Result<Arc<source::Source>, String> {
        catalog::find(catalog::Kind::Block, name).ok_or(format!("no block {name}"))
    }
    fn names(&self) -> Vec<&str> {
        catalog::names(catalog::Kind::Block).collect()
    }
}
fn main() {
    let name = std::env::args().nth(1).unwrap();
    let src = source::Source::new(name.clone(), std::fs::read_to_string(&name).unwrap());
    let m = match model::Model::read(&src, &L) {
        Ok(m) => m,
        Err(e) => {
            eprintln!("{e}");
            return;
        }
    };
    for v in m.variant_names() {
        let g = match graph::lower(&m, v, &[], graph::Unfold::No) {
            Ok(g) => g,
            Err(e) => {
                eprintln!("{e}");
                continue;
            }
        };
        let c = census::census(&g, Default::default());
        println!(
            "== {v} macs {} = {} params {}",
            c.macs,
            c.macs.evaluate(&g.values()).unwrap(),
            c.parameters.evaluate(&g.values()).unwrap()
        );
        if std::env::args().nth(2).is_some() {
            continue;
        }
        for t in &c.tallies {
            let op = &g.ops()[t.op];
            println!(
                "{:20} {:10} {:8} {:?} {} = {}",
                g.full_name(op),
                op.stage,
                t.primitive,
                t.precision,
                t.count,
                t.count.evaluate(&g.values()).unwrap()
            );
        }
    }
}

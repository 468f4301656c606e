//! The ledger as dots: how far each computed number is from the published one.

use num_traits::Zero;

use crate::claims::{Claim, Ledger, Verdict};
use crate::number;
use crate::render::chart::{AxisUnit, ChartAxis, Dot, DotGroup, DotPlot, Scale};

/// One dot for each claim, grouped by publication.
pub fn claims_plot(ledgers: &[Ledger]) -> DotPlot {
    let groups = ledgers.iter().map(|ledger| DotGroup {
        name: ledger.file.name.value.clone(),
        dots: ledger.claims.iter().filter_map(dot).collect(),
    });
    DotPlot {
        title: "Published claims of energy, recomputed".to_owned(),
        subtitle: Some("What comes out of counts and tables, over what was published".to_owned()),
        kinds: vec![
            "holds".to_owned(),
            "holds if conventions that are inferred hold".to_owned(),
            "differs".to_owned(),
        ],
        groups: groups.collect(),
        axis: ChartAxis {
            label: "computed / published".to_owned(),
            scale: Scale::Log10,
            range: Some((0.5, 2.0)),
            unit: AxisUnit::Plain,
        },
        reference: 1.0,
        caption: vec!["At the right: published → computed.".to_owned()],
    }
}

fn dot(claim: &Claim) -> Option<Dot> {
    let published = claim.published.quantity().value;
    if published.is_zero() {
        return None;
    }
    let value = number::to_f64(&(&claim.computed.value / published));
    Some(Dot {
        label: claim.name.clone(),
        value,
        note: format!(
            "{} → {}",
            claim.published.text(),
            claim.published.same_digits(&claim.computed.value)
        ),
        kind: match claim.verdict {
            Verdict::Holds(_) => 0,
            Verdict::HoldsIf(..) => 1,
            Verdict::Differs => 2,
        },
    })
    .filter(|dot| dot.value > 0.0)
}

//! Sums of integers in formats that cannot hold them.
//!
//! A sum of k terms of b bits takes b + log₂ k bits; a product of two numbers
//! of b bits takes 2b. A product in fixed point may be rounded to b bits, and
//! counts as such here.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::case::Case;
use super::fault::{Fault, NarrowSum, Wider};
use super::uses::{Amount, CountedAt, Factor, Product};
use super::warning::{Corrected, NoValue, Warning};
use crate::claims::computed::{Computed, Lookup, Prices};
use crate::claims::context::{Context, Replaced};
use crate::claims::evaluate::joules;
use crate::claims::meaning::Attribute;
use crate::claims::quantity::Quantity;
use crate::claims::unit::Dimension;
use crate::demand::Demand;
use crate::domain::Domain;
use crate::format::{Family, Format, NumberFormat};
use crate::graph::{Einsum, Op, OpKind};
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::table::EnergyTable;

/// A sum that its format cannot hold.
struct Narrow {
    terms: BigInt,
    needed: u64,
    /// Whether it may take more, since nothing says how wide its terms are.
    at_least: bool,
    format: NumberFormat,
}

/// Prices such sums in the narrowest format of the table that holds them.
struct Wide;

impl Prices for Wide {
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        let narrow = lookup.op.and_then(|op| own(op.of, op.demand, op.format));
        let wider = narrow.and_then(|narrow| wider(lookup.table, &narrow).format());
        let format = wider.unwrap_or(lookup.format);
        let entry = lookup.table.entry(lookup.primitive, format)?;
        Some(entry.pj.clone())
    }
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    // A ratio of which one side alone has the right sums would be none of
    // anything.
    let amounts = &case.uses.amounts;
    let is_ratio = amounts.len() > 1;
    if is_ratio && !amounts.iter().flat_map(|one| &one.products).all(is_known) {
        return Vec::new();
    }
    let mut sums: Vec<NarrowSum> = Vec::new();
    let (mut is_priced, mut is_unpriced) = (false, false);
    let mut note = |name: &str, table: &EnergyTable, narrow: &Narrow| {
        let wider = wider(table, narrow);
        is_priced |= wider != Wider::Nothing;
        is_unpriced |= wider == Wider::Nothing;
        let sum = NarrowSum {
            estimate: case.label_of(name).to_owned(),
            terms: narrow.terms.clone(),
            format: narrow.format,
            bits: narrow.needed,
            is_at_least: narrow.at_least,
            wider,
        };
        if !sums.contains(&sum) {
            sums.push(sum);
        }
    };
    for (name, computed, primitive) in case.uses.energies() {
        let Some((table, format)) = &computed.price else {
            continue;
        };
        // An energy of multiplications alone is none of additions.
        let priced = computed.priced(primitive).into_iter();
        let worst = priced
            .filter_map(|one| own(computed, one.demand, *format))
            .max_by_key(|narrow| narrow.needed);
        if let Some(worst) = worst {
            note(name, table, &worst);
        }
    }
    let mut replaced: Vec<Replaced> = Vec::new();
    for amount in amounts {
        let Some(mut value) = amount.under(case.names, Context::all(&Wide)) else {
            continue;
        };
        let plain = value.clone();
        for counted in counted(amount) {
            if let Some(worst) = (counted.sums.iter()).max_by_key(|(narrow, _)| narrow.needed) {
                note(counted.name, counted.table, &worst.0);
            }
            if let Some(sum) = value.plus(&counted.more()) {
                value = sum;
            }
        }
        if value != plain {
            replaced.push(Replaced {
                path: amount.path.clone(),
                value,
            });
        }
    }
    if sums.is_empty() {
        return Vec::new();
    }
    let wide = case.evaluate(Context {
        replaced: &replaced,
        ..Context::all(&Wide)
    });
    let corrected = match is_priced && !(is_ratio && is_unpriced) {
        true => case.corrected(wide),
        false => Corrected::Number(Err(NoValue::Unpriced)),
    };
    vec![case.warning(Fault::NarrowAccumulators(sums), corrected)]
}

/// Whether it is known if the product prices a sum of integers.
fn is_known(product: &Product<'_>) -> bool {
    let is_sum = product.factors.iter().any(|factor| {
        matches!(&factor.factor, Factor::Entry(_, Primitive::Add, format)
            if matches!(format.family(), Family::Integer | Family::Fixed))
    });
    !product.is_cut() && (!is_sum || product.counted().is_some())
}

/// The additions of an estimate that a formula counts and prices itself.
struct Counts<'a> {
    name: &'a str,
    table: &'a EnergyTable,
    format: NumberFormat,
    negative: bool,
    /// Sums that their format cannot hold, and how many additions each has.
    sums: Vec<(Narrow, BigRational)>,
}

impl Counts<'_> {
    /// What the right formats cost beyond the one that is priced.
    fn more(&self) -> Quantity {
        let price = |format| self.table.entry(Primitive::Add, format).map(|one| &one.pj);
        let mut more = BigRational::zero();
        for (narrow, count) in &self.sums {
            if let Some(format) = wider(self.table, narrow).format()
                && let (Some(wide), Some(own)) = (price(format), price(self.format))
            {
                more += count * (wide - own);
            }
        }
        let more = Quantity::exact(joules(&more), Dimension::ENERGY);
        match self.negative {
            true => more.negated(),
            false => more,
        }
    }
}

/// The counts of additions that stand before an addition's price, and before
/// nothing else.
fn counted<'c>(amount: &'c Amount<'_>) -> Vec<Counts<'c>> {
    let mut all = Vec::new();
    for product in &amount.products {
        if let Some(counted) = product.counted()
            && counted.primitive == Primitive::Add
        {
            let operand = operand(&amount.products, counted.name);
            all.push(Counts {
                name: counted.name,
                table: counted.table,
                format: counted.format,
                negative: product.negative,
                sums: sums(&counted, operand),
            });
        }
    }
    all
}

/// The format of the multiplications that the formula prices for an estimate,
/// if it is one.
fn operand(products: &[Product<'_>], name: &str) -> Option<NumberFormat> {
    let mut found = None;
    for product in products {
        if let Some(counted) = product.counted()
            && (counted.name, counted.primitive) == (name, Primitive::Mul)
        {
            if found.is_some_and(|known| known != counted.format) {
                return None;
            }
            found = Some(counted.format);
        }
    }
    found
}

/// The sums among what is counted that its format cannot hold, and how many
/// additions each has of those that are counted.
fn sums(counted: &CountedAt<'_, '_>, operand: Option<NumberFormat>) -> Vec<(Narrow, BigRational)> {
    let computed = counted.of;
    let graph = &computed.counted.graph;
    let demands = || computed.demands(computed.stages.as_deref());
    let mut all = Vec::new();
    for (demand, count) in demands() {
        let op = &graph.ops()[demand.op];
        let OpKind::Einsum(einsum) = &op.kind else {
            continue;
        };
        let count = match counted.attribute {
            Attribute::Count(Primitive::Add) => Some(count.clone()),
            // A multiplication for every addition.
            Attribute::Count(Primitive::Mul) if einsum.is_mac() => demands()
                .find(|(one, _)| one.op == demand.op && one.is(Primitive::Mul))
                .map(|(_, count)| count.clone()),
            Attribute::Macs if einsum.is_mac() => {
                let macs = &einsum.iteration_space() * &graph.runs(op);
                macs.evaluate(&graph.values()).ok()
            }
            _ => None,
        };
        let operand = op.computed_in.map(|fixed| fixed.operand).or(operand);
        let narrow = narrow(computed, demand, operand, counted.format);
        all.extend(narrow.zip(count));
    }
    all
}

/// What is too narrow about the additions of an estimate in its own format.
fn own(computed: &Computed, demand: &Demand, format: Format) -> Option<Narrow> {
    let op = &computed.counted.graph.ops()[demand.op];
    let operand = op.computed_in.map_or(format.operand, |fixed| fixed.operand);
    let accumulator = demand.precision.resolve(format);
    narrow(computed, demand, Some(operand), accumulator)
}

/// What is too narrow about the additions of a sum, if they are that.
fn narrow(
    computed: &Computed,
    demand: &Demand,
    operand: Option<NumberFormat>,
    accumulator: NumberFormat,
) -> Option<Narrow> {
    let graph = &computed.counted.graph;
    let op = &graph.ops()[demand.op];
    let OpKind::Einsum(einsum) = &op.kind else {
        return None;
    };
    let is_sum = einsum.has_reduction() && einsum.reduce == Reduce::Add;
    if !is_sum || !demand.is(Primitive::Add) {
        return None;
    }
    if !matches!(accumulator.family(), Family::Integer | Family::Fixed) {
        return None;
    }
    let values = graph.values();
    let space = (&einsum.iteration_space() * &einsum.density)
        .evaluate(&values)
        .ok()?;
    let outputs = einsum.outputs().evaluate(&values).ok()?;
    if !outputs.is_positive() {
        return None;
    }
    let terms = (space / outputs).ceil().to_integer();
    // What is alone is not added up.
    if terms <= BigInt::one() {
        return None;
    }
    let widths: Vec<Option<u64>> = (graph.operands(demand.op).iter())
        .map(|(_, edge)| width(&edge.tensor.domain, operand))
        .collect();
    let each = each(op, einsum, &widths, accumulator);
    let needed = each.unwrap_or(1) + log2(terms.magnitude());
    (needed > u64::from(accumulator.bits())).then_some(Narrow {
        terms,
        needed,
        at_least: each.is_none(),
        format: accumulator,
    })
}

/// How many bits each term of a sum takes, where that is known.
fn each(
    op: &Op,
    einsum: &Einsum,
    widths: &[Option<u64>],
    accumulator: NumberFormat,
) -> Option<u64> {
    let all: Option<Vec<u64>> = widths.iter().copied().collect();
    let all = all?;
    let widest = all.iter().copied().max().unwrap_or(0);
    let operand = op.computed_in.map_or(accumulator, |fixed| fixed.operand);
    let is_rounded = operand.family() == Family::Fixed;
    Some(match einsum.map {
        _ if einsum.operands.len() < 2 => widest,
        Map::Mul if is_rounded => widest,
        Map::Mul => all.iter().sum(),
        Map::SquareDiff if is_rounded => widest,
        Map::SquareDiff => 2 * widest,
        Map::Add | Map::Sub => widest + 1,
        _ => widest,
    })
}

/// How many bits a value of a tensor takes, in operands of this format.
fn width(domain: &Domain, operand: Option<NumberFormat>) -> Option<u64> {
    let format = operand.map(|format| u64::from(format.bits()));
    let domain = match domain {
        Domain::Finite(values) if domain.is_whole() => {
            let bits = values.iter().map(|value| value.numer().bits()).max();
            let signed = values.iter().any(Signed::is_negative);
            bits.map(|bits| (bits + u64::from(signed)).max(1))
        }
        _ => None,
    };
    match (domain, format) {
        (Some(domain), Some(format)) => Some(domain.min(format)),
        (one, other) => one.or(other),
    }
}

/// log₂, rounded up.
fn log2(terms: &BigUint) -> u64 {
    match terms.is_zero() {
        true => 0,
        false => (terms - BigUint::one()).bits(),
    }
}

/// The narrowest format of the same kind that holds the sum, or else the
/// widest.
fn wider(table: &EnergyTable, narrow: &Narrow) -> Wider {
    let mut known: Vec<NumberFormat> = (table.formats())
        .filter(|format| format.family() == narrow.format.family())
        .filter(|format| format.bits() > narrow.format.bits())
        .filter(|format| table.entry(Primitive::Add, *format).is_some())
        .collect();
    known.sort_by_key(|format| format.bits());
    let holds = |format: &&NumberFormat| u64::from(format.bits()) >= narrow.needed;
    match (known.iter().find(holds), known.last()) {
        (Some(format), _) => Wider::Holds(*format),
        (None, Some(widest)) => Wider::Widest(*widest),
        (None, None) => Wider::Nothing,
    }
}

//! What the arguments mean: models read, variants lowered, tables found.

mod explored;
mod formats;
mod memory;
mod model;
mod prices;

pub(super) use self::explored::{ExploreRequest, explored};
pub(super) use self::model::{ModelRequest, Unnamed};
pub(super) use self::prices::PriceRequest;

use std::sync::Arc;

use super::args::{ModelArgs, PriceArgs, VariantsArgs};
use super::loading;
use super::settings::Set;
use crate::census::Conventions;
use crate::energy::{CostModel, Counted};
use crate::format::Format;
use crate::loader::{Loader, is_graph};
use crate::source::Problems;
use crate::table::EnergyTable;

/// The table that is meant where none is named.
pub(super) const DEFAULT_TABLE: &str = "45nm";

/// A model, counted, and what it is priced with: one table, and the model's
/// own format, unless others are named.
pub(super) struct Request {
    own_format: Format,
    prices: PriceRequest,
    pub(super) counted: Vec<Counted>,
    loader: Arc<Loader>,
}

impl Request {
    pub(super) fn new(
        args: &ModelArgs,
        variants: &VariantsArgs,
        unnamed: Unnamed,
        prices: &PriceArgs,
    ) -> Result<Request, Problems> {
        let loader = loading::scanning(&args.scan)?;
        let tables = [DEFAULT_TABLE];
        let (model, prices) = with_prices(&loader, args, &[], variants, unnamed, prices, &tables)?;
        let counted = model.counted(prices.conventions)?;
        Ok(Request::of(model, prices, counted, loader))
    }

    /// The same with every dim of a graph left a symbol where that changes
    /// nothing, so that it is known what it moves; and the names, as typed, of
    /// those of which each value has an import of its own.
    pub(super) fn with_open_dims(
        args: &ModelArgs,
        variants: &VariantsArgs,
        unnamed: Unnamed,
        prices: &PriceArgs,
    ) -> Result<(Request, Vec<String>), Problems> {
        let loader = loading::scanning(&args.scan)?;
        let tables = [DEFAULT_TABLE];
        let (model, prices) = with_prices(&loader, args, &[], variants, unnamed, prices, &tables)?;
        let conventions = prices.conventions;
        let counted = model.counted(conventions)?;
        let (model, counted, settled) =
            leaving_dims_open(args, variants, unnamed, (model, counted), conventions)?;
        Ok((Request::of(model, prices, counted, loader), settled))
    }

    /// What was counted, without the model that it was counted of: a large one
    /// would fill the memory.
    fn of(
        model: ModelRequest,
        prices: PriceRequest,
        counted: Vec<Counted>,
        loader: Arc<Loader>,
    ) -> Request {
        loader.forget_models();
        Request {
            own_format: model.own_format(),
            prices,
            counted,
            loader,
        }
    }

    /// Every table with every format.
    pub(super) fn pricings(&self) -> Result<Vec<CostModel<'_>>, Problems> {
        let pricings = self.prices.pricings(|_| vec![self.own_format])?;
        self.prices.check_used(&self.counted, &pricings)?;
        Ok(pricings)
    }

    /// What `price` gives of the tables to point to where one lacks an entry:
    /// those that ship, which are only read where it fails without.
    pub(super) fn pointing<T>(
        &self,
        price: impl Fn(&[&EnergyTable]) -> Result<T, Problems>,
    ) -> Result<T, Problems> {
        price(&[]).or_else(|_| {
            let shipped = self.loader.shipped_tables()?;
            let others: Vec<&EnergyTable> = shipped.iter().map(|table| &**table).collect();
            price(&others)
        })
    }
}

/// A model and its variants with every dim of a graph that was set left a symbol
/// where that changes nothing; and the names, as typed, of those of which each
/// value has an import of its own.
pub(super) fn leaving_dims_open(
    args: &ModelArgs,
    variants: &VariantsArgs,
    unnamed: Unnamed,
    (mut model, mut counted): (ModelRequest, Vec<Counted>),
    conventions: Conventions,
) -> Result<(ModelRequest, Vec<Counted>, Vec<String>), Problems> {
    let mut settled = Vec::new();
    if !is_graph(&args.model) {
        return Ok((model, counted, settled));
    }
    let loader = loading::scanning(&args.scan)?;
    let mut open: Vec<String> = Vec::new();
    for set in Set::new(&args.set, &mut Problems::new()).numbers {
        open.push(set.name.text());
        let left = ModelRequest::leaving_open(&loader, args, variants, unnamed, &open);
        let found = left.and_then(|left| {
            let counted = left.counted(conventions)?;
            Ok((left, counted))
        });
        match found {
            Ok((left, of_left)) if are_alike(&of_left, &counted) => {
                (model, counted) = (left, of_left);
            }
            _ => settled.extend(open.pop()),
        }
    }
    Ok((model, counted, settled))
}

/// Whether as much is counted of each variant, and as much left out.
fn are_alike(a: &[Counted], b: &[Counted]) -> bool {
    let key = |counted: &Counted| (counted.macs.clone(), counted.unsupported.len());
    a.iter().map(key).eq(b.iter().map(key))
}

/// The model, with the dims of `open` set later, and what it is priced with.
/// What is wrong with either is told in one go.
pub(super) fn with_prices(
    loader: &Arc<Loader>,
    args: &ModelArgs,
    open: &[String],
    variants: &VariantsArgs,
    unnamed: Unnamed,
    prices: &PriceArgs,
    tables: &[&str],
) -> Result<(ModelRequest, PriceRequest), Problems> {
    let model = ModelRequest::leaving_open(loader, args, variants, unnamed, open);
    let prices = match &model {
        Ok(model) => model.prices(prices, tables),
        // Only where the prices can be judged without the model's.
        Err(_) => {
            let set = Set::new(&args.set, &mut Problems::new());
            PriceRequest::new(prices, &set.hardware, tables, loader)
        }
    };
    let mut problems = Problems::new();
    match (problems.note(model), problems.note(prices)) {
        (Some(model), Some(prices)) => Ok((model, prices)),
        _ => Err(problems),
    }
}

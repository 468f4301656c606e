//! What the arguments mean: models read, variants lowered, tables found.

mod formats;
mod memory;
mod model;
mod prices;

pub(super) use self::model::{ModelRequest, Unnamed};
pub(super) use self::prices::PriceRequest;

use std::sync::Arc;

use super::args::{ModelArgs, PriceArgs, VariantsArgs};
use super::loading;
use super::settings::Set;
use crate::energy::{CostModel, Counted};
use crate::loader::{Loader, is_graph};
use crate::source::Problems;
use crate::table::EnergyTable;

/// The table that is meant where none is named.
pub(super) const DEFAULT_TABLE: &str = "45nm";

/// A model, counted, and what it is priced with: one table, and the model's
/// own format, unless others are named.
pub(super) struct Request {
    model: ModelRequest,
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
        let (model, prices) =
            with_prices(&loader, args, variants, unnamed, prices, &[DEFAULT_TABLE])?;
        Ok(Request {
            counted: model.counted(prices.conventions)?,
            loader,
            model,
            prices,
        })
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
        let mut request = Request::new(args, variants, unnamed, prices)?;
        if !is_graph(&args.model) {
            return Ok((request, Vec::new()));
        }
        let loader = loading::scanning(&args.scan)?;
        let mut settled = Vec::new();
        let mut open: Vec<String> = Vec::new();
        for set in Set::new(&args.set, &mut Problems::new()).numbers {
            open.push(set.name.text());
            let model = ModelRequest::leaving_open(&loader, args, variants, unnamed, &open);
            let found = model.and_then(|model| {
                let counted = model.counted(request.prices.conventions)?;
                Ok((model, counted))
            });
            match found {
                Ok((model, counted)) if are_alike(&counted, &request.counted) => {
                    (request.model, request.counted) = (model, counted);
                }
                _ => settled.extend(open.pop()),
            }
        }
        Ok((request, settled))
    }

    /// Every table with every format.
    pub(super) fn pricings(&self) -> Result<Vec<CostModel<'_>>, Problems> {
        self.prices.pricings(|_| vec![self.model.own_format()])
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

/// Whether as much is counted of each variant, and as much left out.
fn are_alike(a: &[Counted], b: &[Counted]) -> bool {
    let key = |counted: &Counted| (counted.macs.clone(), counted.unsupported.len());
    a.iter().map(key).eq(b.iter().map(key))
}

/// The model and what it is priced with. What is wrong with either is told
/// in one go.
pub(super) fn with_prices(
    loader: &Arc<Loader>,
    args: &ModelArgs,
    variants: &VariantsArgs,
    unnamed: Unnamed,
    prices: &PriceArgs,
    tables: &[&str],
) -> Result<(ModelRequest, PriceRequest), Problems> {
    let model = ModelRequest::new(loader, args, variants, unnamed);
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

//! The words for faults.

use std::fmt;

use super::fault::{
    AssumedShare, CheapOperations, Fault, FaultKind, Holder, NarrowSum, Overlap, SmallerPart,
    Tables, WeightShare, Wider, one_level,
};
use crate::model::Phase;

/// Its name in outputs.
impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            FaultKind::AppliedTwice => "applied twice",
            FaultKind::CheapOperations => "less than its operations",
            FaultKind::WideBaseline => "wide baseline",
            FaultKind::IncompleteWhole => "left out of the whole",
            FaultKind::SmallerScope => "smaller scope",
            FaultKind::NarrowAccumulators => "narrow accumulators",
            FaultKind::NoMemory => "no memory",
            FaultKind::AllIn => "all-in entries added",
            FaultKind::TwoTables => "two tables",
            FaultKind::Assumed => "assumed entries",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::AppliedTwice { share, holder } => {
                write!(f, "`{share}` is applied to ")?;
                match holder {
                    Holder::Input { name, whole } => {
                        write!(f, "`{name}`, which is `{share}` × `{whole}` already")
                    }
                    Holder::Parameter { estimate, symbol } => write!(
                        f,
                        "`{estimate}`, whose model leaves out zeros by its `{symbol}` already"
                    ),
                    Holder::Densities { estimate, file } => write!(
                        f,
                        "`{estimate}`, whose model leaves out zeros by the densities of {file} \
                         already"
                    ),
                    Holder::Product => f.write_str("what it was applied to before"),
                }
            }
            Fault::CheapOperations(cheap) => cheap.fmt(f),
            Fault::WideBaseline {
                baseline,
                format,
                deployed,
                everything,
            } => {
                write!(
                    f,
                    "the baseline `{baseline}` is in {format}; deployed it would be in {deployed}"
                )?;
                for one in everything {
                    f.write_str("; ")?;
                    if let Some(variant) = &one.variant {
                        write!(f, "`{variant}` ")?;
                    }
                    write!(f, "with everything in {deployed}, {}", one.number)?;
                }
                Ok(())
            }
            Fault::IncompleteWhole(part) | Fault::SmallerScope(part) => part.fmt(f),
            Fault::NarrowAccumulators(sums) => f.write_str(&listed(sums)),
            Fault::NoMemory(shares) => no_memory(shares, f),
            Fault::AllIn(overlaps) => f.write_str(&listed(overlaps)),
            Fault::TwoTables(tables) => tables.fmt(f),
            Fault::Assumed(shares) => write!(
                f,
                "shown at the least of their ranges, without one at 0; they carry {}",
                listed(shares)
            ),
        }
    }
}

fn listed<T: fmt::Display>(all: &[T]) -> String {
    let all: Vec<String> = all.iter().map(T::to_string).collect();
    all.join("; ")
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" and ")
}

fn no_memory(shares: &[WeightShare], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let level = one_level(shares);
    let has = |phase: fn(Phase) -> bool| shares.iter().any(|share| phase(share.phase));
    let decodes = has(|phase| phase == Phase::Decode);
    let trains = has(|phase| matches!(phase, Phase::Train(_)));
    f.write_str(match (decodes, trains) {
        (false, false) => "weights read once",
        (true, false) => "weights and caches of one token",
        (false, true) => "weights and what the optimiser keeps, for one step,",
        (true, true) => "weights and what is kept, for one token or step,",
    })?;
    match level {
        Some(level) => write!(f, " from {level}, a floor, would be ")?,
        None => f.write_str(", a floor, would be ")?,
    }
    let shares: Vec<String> = (shares.iter())
        .map(|one| {
            let share = format!("{} of `{}`", one.share, one.estimate);
            match level {
                Some(_) => share,
                None => format!("{share} ({})", one.level),
            }
        })
        .collect();
    f.write_str(&shares.join("; "))
}

impl fmt::Display for CheapOperations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let take = match self.operations.as_slice() {
            [_] => "as published, takes",
            _ => "as published, take",
        };
        let (operations, tables) = (quoted(&self.operations), quoted(&self.tables));
        write!(
            f,
            "{operations}, {take} {} as much at the prices of {tables}",
            self.times
        )
    }
}

impl fmt::Display for SmallerPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is named, {} is computed, without {}",
            self.named,
            quoted(&self.computed),
            self.without.join(", ")
        )
    }
}

impl fmt::Display for NarrowSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NarrowSum {
            estimate,
            terms,
            format,
            bits,
            ..
        } = self;
        let least = if self.is_at_least { "at least " } else { "" };
        write!(
            f,
            "`{estimate}` adds up {terms} terms in {format}, which takes {least}{bits} bits "
        )?;
        match self.wider {
            Wider::Holds(format) => write!(f, "(here {format})"),
            Wider::Widest(format) => write!(f, "(here {format}, the widest of the table)"),
            Wider::Nothing => f.write_str("(the table has nothing wider)"),
        }
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hold = match self.all_in.as_slice() {
            [_] => "holds",
            _ => "hold",
        };
        let price = match self.single.as_slice() {
            [_] => "prices",
            _ => "price",
        };
        write!(
            f,
            "{} {hold} what {} {price} once more",
            self.all_in.join(", "),
            self.single.join(", ")
        )
    }
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tables::Named(names) => {
                write!(f, "entries of {} stand in one number", quoted(names))
            }
            Tables::Extended {
                table,
                base,
                entries,
            } => {
                let groups: Vec<String> = entries.iter().map(|names| names.join(", ")).collect();
                let groups = groups.join(" and ");
                write!(
                    f,
                    "`{table}` extends `{base}`: {groups} are of different tables"
                )
            }
        }
    }
}

impl fmt::Display for AssumedShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of `{}` ({})",
            self.share,
            self.of,
            self.entries.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::claims::audit::fault::Deployed;

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn part(without: &[&str]) -> SmallerPart {
        SmallerPart {
            named: "all".to_owned(),
            computed: strings(&["a", "b"]),
            without: strings(without),
        }
    }

    fn sum(estimate: &str, is_at_least: bool, wider: Wider) -> NarrowSum {
        NarrowSum {
            estimate: estimate.to_owned(),
            terms: 512.into(),
            format: "int8".parse().unwrap(),
            bits: 25,
            is_at_least,
            wider,
        }
    }

    fn weights(estimate: &str, level: &str) -> WeightShare {
        WeightShare {
            phase: Phase::Prefill,
            estimate: estimate.to_owned(),
            level: level.to_owned(),
            share: "90.0 %".to_owned(),
        }
    }

    fn baseline(variant: &str) -> Fault {
        Fault::WideBaseline {
            baseline: "a".to_owned(),
            format: "fp32".parse().unwrap(),
            deployed: "int8".parse().unwrap(),
            everything: vec![Deployed {
                variant: Some(variant.to_owned()),
                number: "5 %".to_owned(),
            }],
        }
    }

    /// Each of the ten kinds of faults, in words.
    #[test]
    fn every_fault_has_words() {
        let int32 = Wider::Holds("int32".parse().unwrap());
        let assumed = AssumedShare {
            share: "5.8 %".to_owned(),
            of: "a".to_owned(),
            entries: strings(&["sub.fp32", "compare.fp32"]),
        };
        let overlap = Overlap {
            all_in: strings(&["chip.fp32.add"]),
            single: strings(&["chip.fp32.mul", "chip.fp32.exp"]),
        };
        let twice = Fault::AppliedTwice {
            share: "rate".to_owned(),
            holder: Holder::Input {
                name: "spikes".to_owned(),
                whole: "ops".to_owned(),
            },
        };
        for (fault, name, words) in [
            (
                twice,
                "applied twice",
                "`rate` is applied to `spikes`, which is `rate` × `ops` already",
            ),
            (
                Fault::CheapOperations(CheapOperations {
                    operations: strings(&["macs", "acs"]),
                    tables: strings(&["45nm"]),
                    times: "1.50×".to_owned(),
                }),
                "less than its operations",
                "`macs` and `acs`, as published, take 1.50× as much at the prices of `45nm`",
            ),
            (
                baseline("b"),
                "wide baseline",
                "the baseline `a` is in fp32; deployed it would be in int8; `b` with everything \
                 in int8, 5 %",
            ),
            (
                Fault::IncompleteWhole(part(&["softmax", "out-proj"])),
                "left out of the whole",
                "`all` is named, `a` and `b` is computed, without softmax, out-proj",
            ),
            (
                Fault::SmallerScope(part(&["mlp"])),
                "smaller scope",
                "`all` is named, `a` and `b` is computed, without mlp",
            ),
            (
                Fault::NarrowAccumulators(vec![
                    sum("a", false, int32),
                    sum("b", true, Wider::Nothing),
                ]),
                "narrow accumulators",
                "`a` adds up 512 terms in int8, which takes 25 bits (here int32); `b` adds up 512 \
                 terms in int8, which takes at least 25 bits (the table has nothing wider)",
            ),
            (
                Fault::NoMemory(vec![weights("a", "dram"), weights("b", "dram")]),
                "no memory",
                "weights read once from dram, a floor, would be 90.0 % of `a`; 90.0 % of `b`",
            ),
            (
                Fault::AllIn(vec![overlap]),
                "all-in entries added",
                "chip.fp32.add holds what chip.fp32.mul, chip.fp32.exp price once more",
            ),
            (
                Fault::TwoTables(Tables::Named(strings(&["45nm", "7nm"]))),
                "two tables",
                "entries of `45nm` and `7nm` stand in one number",
            ),
            (
                Fault::Assumed(vec![assumed]),
                "assumed entries",
                "shown at the least of their ranges, without one at 0; they carry 5.8 % of `a` \
                 (sub.fp32, compare.fp32)",
            ),
        ] {
            assert_eq!(fault.kind().to_string(), name);
            assert_eq!(fault.to_string(), words);
        }
    }

    /// What is the same fault in two variants of a report stands once, with
    /// what each of them has.
    #[test]
    fn the_same_fault_of_another_variant_is_absorbed() {
        let mut fault = baseline("b");
        assert!(fault.absorb(&baseline("c")));
        assert!(fault.absorb(&baseline("c")));
        assert!(fault.to_string().ends_with(
            "in int8; `b` with everything in int8, 5 %; `c` with everything in int8, 5 %"
        ));
        // Weights that are read from another memory are another fault.
        let mut memory = Fault::NoMemory(vec![weights("a", "dram")]);
        assert!(!memory.absorb(&Fault::NoMemory(vec![weights("b", "sram")])));
        assert!(!memory.absorb(&fault));
        assert_eq!(memory, Fault::NoMemory(vec![weights("a", "dram")]));
        let scope = Fault::SmallerScope(part(&["mlp"]));
        assert!(!scope.clone().absorb(&Fault::SmallerScope(part(&["head"]))));
        assert!(scope.clone().absorb(&scope));
    }
}

//! What holds of every time: the same at every point of a sweep, never less than
//! any part of it, linear in the power.

use picojoule::energy::{LevelNumber, entry_values, priced};
use picojoule::symbolic::Symbol;
use picojoule::table::DeviceNumber;
use proptest::prelude::*;

use super::common::{self, ratio, whole};
use super::*;

proptest! {
    #![proptest_config(common::cases(24))]

    /// The energy as an expression in the dims, the peak, the bandwidth and the
    /// power has at every point exactly the value of an estimate there.
    #[test]
    fn expressions_are_the_estimate(
        n in 1_u64..400, tops in 1_i64..9000, rate in 1_i64..3000, watts in 0_i64..400,
        movement in 0_usize..4, binary in any::<bool>(),
    ) {
        let variant = if binary { "e-att" } else { "vanilla" };
        let open = attention(16, variant);
        let table = attention_device();
        let memory = MOVEMENTS[movement].map(|movement| memory(&table, movement));
        let pricing = pricing(&table, memory.as_ref());
        let formula = priced(&open, &pricing, &open.stages_of("model").unwrap()).unwrap();
        let number = |name: &str| {
            let (first, unit) = name.split_once('.').unwrap();
            DeviceNumber::parse(first, unit).unwrap()
        };
        let mut values = open.graph.values();
        entry_values(&pricing, &mut values);
        values.set(Symbol::new("n"), whole(n));
        values.set(Symbol::new("dev.fp32.tops"), ratio(tops, 1000));
        values.set(Symbol::new("dev.dram.gb_s"), whole(rate));
        values.set(Symbol::new("dev.static.watts"), whole(watts));
        let there = table.with_device(number("fp32.tops"), ratio(tops, 1000)).unwrap();
        let there = there.with_device(number("static.watts"), whole(watts)).unwrap();
        let mut at = memory.clone();
        if let Some(memory) = &mut at {
            let bandwidth = LevelNumber::Bandwidth;
            prop_assert!(memory.set(1, bandwidth, &whole(rate)));
        }
        let single = estimate(&attention(n, variant), &super::pricing(&there, at.as_ref()), &[]).unwrap();
        let timing = single.timing.as_ref().unwrap();
        let moved = single.moved.iter().flat_map(|moved| &moved.lines);
        let exact: BigRational = (single.lines.iter().filter_map(|line| line.picojoules.as_ref()))
            .chain(moved.filter_map(|line| line.picojoules.as_ref()))
            .sum();
        prop_assert_eq!(formula.evaluate(&values).unwrap(), exact + timing.picojoules().unwrap());
    }

    /// No op takes less than its arithmetic or than any level; what all ops take is
    /// the sum; static energy is linear in the power.
    #[test]
    fn time_is_no_less_than_any_part(n in 1_u64..600, watts in 0_i64..1000, movement in 0_usize..4) {
        let table = attention_device();
        let power = DeviceNumber::Static;
        let at = |watts: i64| {
            let table = table.with_device(power, whole(watts)).unwrap();
            of(&attention(n, "vanilla"), &table, MOVEMENTS[movement])
        };
        let (none, some, twice) = (at(0), at(watts), at(2 * watts));
        let ops = some.timing.as_ref().unwrap().ops.as_ref().unwrap();
        for op in ops {
            let floor = &op.seconds - &op.launches;
            prop_assert!(floor >= op.arithmetic);
            prop_assert!(op.levels.iter().flatten().all(|level| floor >= *level));
        }
        let sum: BigRational = ops.iter().map(|op| &op.seconds).sum();
        prop_assert_eq!(sum.clone(), seconds(&some));
        let exact = |estimate: &Estimate| estimate.timing.as_ref().unwrap().picojoules().unwrap();
        let slope = exact(&some) - exact(&none);
        prop_assert_eq!(exact(&twice) - exact(&none), &slope * whole(2));
        prop_assert_eq!(slope, sum * whole(watts) * whole(1_000_000_000_000_i64));
        // What a run takes is there without any power.
        prop_assert_eq!(exact(&none), whole(40_000_000));
    }
}

//! Rooflines by hand.

use num_traits::Zero;
use picojoule::energy::{Bound, By, INFERENCE, Part, priced};
use picojoule::number::{parse_decimal, to_f64};
use picojoule::table::DeviceNumber;

use super::common::{assert_close, ratio, whole};
use super::*;

/// 1800 operations at 900 a second take 2 s. Of 4 bytes each, 300 numbers are
/// 1200 bytes, which take 3 s at 400 a second: the op takes 3 s, and the device
/// 300 J all the while. Arithmetic alone is 2 s and 200 J.
#[test]
fn an_op_takes_as_long_as_the_slowest_of_what_it_does() {
    let table = device(&format!("{DEVICE}{DRAM}"));
    let both = of(&product(), &table, Some(Movement::Compulsory));
    let timing = both.timing.as_ref().unwrap();
    let [op] = timing.ops.as_deref().unwrap() else {
        panic!("one op")
    };
    assert_eq!(op.arithmetic, whole(2));
    assert_eq!(op.levels, [Some(whole(3))]);
    assert_eq!((op.seconds.clone(), op.bound), (whole(3), Bound::Level(0)));
    assert_eq!(both.statics().unwrap().joules(), 300.0);
    // 900·2 + 900·1 pJ, 1200 bytes at 2 pJ, and 300 J.
    assert_eq!(both.arithmetic().unwrap().picojoules(), 2700.0);
    assert_eq!(both.movement().unwrap().picojoules(), 2400.0);
    assert_eq!(both.total().picojoules(), 300e12 + 5100.0);
    let alone = of(&product(), &table, None);
    assert_eq!(seconds(&alone), whole(2));
    assert_eq!(alone.statics().unwrap().joules(), 200.0);
    // 450 operations a second take 4 s, and then the memory waits.
    let peak = DeviceNumber::parse("fp32", "tops").unwrap();
    let slow = table
        .with_device(peak, parse_decimal("450e-12").unwrap())
        .unwrap();
    let slow = of(&product(), &slow, Some(Movement::Compulsory));
    assert_eq!(seconds(&slow), whole(4));
    assert_eq!(
        slow.timing.unwrap().ops.unwrap()[0].bound,
        Bound::Arithmetic
    );
}

/// Half a second a launch comes on top: 3.5 s and 350 J. What a run takes beside is
/// no time, and belongs to the whole alone.
#[test]
fn launches_and_runs_come_on_top() {
    let more = "launch = { milliseconds = 500, source = \"s\", confidence = \"low\" }\n\
        inference = { joules = 7, source = \"s\", confidence = \"low\" }\n";
    let table = device(&format!(
        "{}{DRAM}",
        DEVICE.replacen("[device]\n", &format!("[device]\n{more}"), 1)
    ));
    let found = of(&product(), &table, Some(Movement::Compulsory));
    assert_eq!(seconds(&found), ratio(7, 2));
    assert_eq!(found.statics().unwrap().joules(), 357.0);
    let groups = found.by(By::Stage);
    let joules: Vec<f64> = (groups.iter())
        .map(|group| group.statics().unwrap().joules())
        .collect();
    assert_eq!(joules, [350.0, 7.0]);
    assert_eq!(groups[1].name, INFERENCE);
    let parts = found.parts_of_scope(Estimate::WHOLE);
    let statics = parts
        .iter()
        .find(|(part, _)| *part == Part::Static)
        .unwrap();
    assert_eq!(statics.1.unwrap().joules(), 357.0);
}

/// Both halves of a multiply–accumulate are met at the peak of its operands: in
/// int8/int32 there is no need of one for int32. What has no peak is named, and
/// then there is neither time nor static energy, not 0 of them.
#[test]
fn a_missing_peak_is_named() {
    let int8 = "[int8]\nmul = { pj = 1, source = \"s\", confidence = \"high\" }\n\
        [int32]\nadd = { pj = 1, source = \"s\", confidence = \"high\" }\n";
    let rest = DEVICE.replace("fp32 =", "int8 =");
    let table = device(&format!("{int8}{rest}"));
    let model = CostModel {
        format: format("int8/int32"),
        ..pricing(&table, None)
    };
    let found = estimate(&product(), &model, &[]).unwrap();
    assert_eq!(seconds(&found), whole(2));
    let lacking = of(&product(), &table, None);
    let timing = lacking.timing.as_ref().unwrap();
    let missing = timing.ops.as_ref().unwrap_err();
    assert_eq!(
        missing.words(),
        "table `dev` has no peak in fp32, which op `c` needs"
    );
    assert_eq!(timing.seconds(|_| true), None);
    assert_eq!(lacking.statics(), None);
    assert_eq!(lacking.total(), lacking.arithmetic().unwrap());
    // Where an expression is asked for, it is a mistake.
    let stages = product().stages_of("model").unwrap();
    let told = priced(&product(), &pricing(&table, None), &stages).unwrap_err();
    assert!(told.to_string().contains("no peak in fp32"), "{told}");
    let without = device("");
    let told = priced(&product(), &pricing(&without, None), &stages).unwrap_err();
    assert!(
        told.to_string().contains("table `dev` has no static power"),
        "{told}"
    );
    assert_eq!(of(&product(), &without, None).statics(), None);
}

/// A table of peaks and bandwidths alone gives time and static energy, and neither
/// arithmetic nor movement.
#[test]
fn what_has_no_price_is_left_out() {
    let dram = "[[memory]]\nlevel = \"dram\"\nbandwidth = { mb_s = 4e-4, source = \"s\", confidence = \"high\" }\n\
        [[hierarchy]]\nname = \"h\"\nlevels = [\"dram\"]\n";
    let table = read(&bare(&format!("{DEVICE}{dram}")));
    let found = of(&product(), &table, Some(Movement::Compulsory));
    assert_eq!((found.arithmetic(), found.movement()), (None, None));
    assert_eq!(found.total().joules(), 300.0);
    assert_eq!(found.moved.as_ref().unwrap().unpriced(), ["dram"]);
    let group = &found.by(By::Stage)[0];
    assert_eq!((group.arithmetic(), group.movement()), (None, None));
    assert_eq!(group.energy().unwrap().joules(), 300.0);
    let memory = memory(&table, Movement::Compulsory);
    let without = CostModel {
        static_energy: false,
        ..pricing(&table, Some(&memory))
    };
    let told = estimate(&product(), &without, &[]).unwrap_err().to_string();
    assert!(told.contains("`dev` prices no operation"), "{told}");
}

/// 2·512³ operations at 989·10¹² a second are 0.271 µs; 3·512² numbers of 2 bytes at
/// 3.35·10¹² bytes a second 0.4695 µs.
#[test]
fn an_h100_waits_for_its_memory() {
    let table = super::common::table("h100");
    let text = "name = \"one\"\ninputs = { a = \"m k\" }\n[dims]\nm = 512\nk = 512\nn = 512\n\
        [[op]]\nname = \"c\"\neinsum = \"m k, k n -> m n\"\ninputs = [\"a\", { weight = \"k n\" }]\n";
    let counted = counted(&model(text), "one", &set::<u8>(&[]));
    let memory = memory(&table, Movement::Compulsory);
    let model = CostModel {
        format: format("bf16"),
        ..pricing(&table, Some(&memory))
    };
    let found = estimate(&counted, &model, &[]).unwrap();
    let op = &found.timing.as_ref().unwrap().ops.as_ref().unwrap()[0];
    assert_close(to_f64(&op.arithmetic), 2.0 * 512_f64.powi(3) / 989e12);
    assert_close(to_f64(&op.seconds), 3.0 * 512.0 * 512.0 * 2.0 / 3.35e12);
    assert_eq!(op.bound, Bound::Level(1));
    assert!(!op.seconds.is_zero());
}

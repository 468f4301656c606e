//! Numbers that count what is done with them.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use picojoule::primitive::Primitive;

use crate::common::{Counts, whole};

thread_local! {
    static DONE: RefCell<Counts> = RefCell::default();
}

fn count(primitive: Primitive) {
    DONE.with_borrow_mut(|done| *done.entry(primitive).or_default() += whole(1));
}

/// What `work` does with numbers.
pub fn tally(work: impl FnOnce()) -> Counts {
    DONE.take();
    work();
    DONE.take()
}

/// A number.
#[derive(Clone, Copy, Debug)]
pub struct Num(pub f64);

impl Num {
    pub fn exp(self) -> Num {
        count(Primitive::Exp);
        Num(self.0.exp())
    }

    pub fn log(self) -> Num {
        count(Primitive::Log);
        Num(self.0.ln())
    }

    pub fn sqrt(self) -> Num {
        count(Primitive::Sqrt);
        Num(self.0.sqrt())
    }

    pub fn max(self, other: Num) -> Num {
        count(Primitive::Compare);
        Num(self.0.max(other.0))
    }
}

impl Mul for Num {
    type Output = Num;
    fn mul(self, other: Num) -> Num {
        count(Primitive::Mul);
        Num(self.0 * other.0)
    }
}

impl Add for Num {
    type Output = Num;
    fn add(self, other: Num) -> Num {
        count(Primitive::Add);
        Num(self.0 + other.0)
    }
}

impl Sub for Num {
    type Output = Num;
    fn sub(self, other: Num) -> Num {
        count(Primitive::Sub);
        Num(self.0 - other.0)
    }
}

impl Div for Num {
    type Output = Num;
    fn div(self, other: Num) -> Num {
        count(Primitive::Div);
        Num(self.0 / other.0)
    }
}

impl Neg for Num {
    type Output = Num;
    fn neg(self) -> Num {
        count(Primitive::Negate);
        Num(-self.0)
    }
}

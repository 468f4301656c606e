//! Times and static energy as JSON.

use serde::Serialize;
use serde_json::{Map, Value};

use super::value::exact;
use crate::energy::{Bound, Estimate, Group, MissingPeak, Part, Timing};
use crate::table::Figure;
use crate::units::Energy;

/// The time and the static energy; there where static energy is counted.
#[derive(Serialize)]
pub(super) struct TimingJson {
    /// `null`, here and below: it is not known, as `static_unknown` says.
    seconds: Option<Value>,
    static_pj: Option<f64>,
    static_watts: Option<Value>,
    /// What each run of the model takes, in `static_pj` too.
    inference_pj: Option<Value>,
    launch_seconds: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_unknown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_unknown: Option<String>,
    /// The seconds of the ops that wait for each: for their arithmetic, or for a
    /// level of memory.
    bound: Map<String, Value>,
}

impl TimingJson {
    pub(super) fn new(timing: &Timing, estimate: &Estimate) -> TimingJson {
        let value = |figure: &Option<Figure>| figure.as_ref().map(|one| exact(&one.value));
        let bound = timing.by_bound().into_iter().map(|(bound, seconds)| {
            let name = match (bound, &estimate.moved) {
                (Bound::Level(level), Some(moved)) => moved.memory.level_name(level),
                _ => Part::Arithmetic.name().to_owned(),
            };
            (name, exact(&seconds))
        });
        TimingJson {
            seconds: timing.seconds(|_| true).as_ref().map(exact),
            static_pj: estimate.statics().map(Energy::picojoules),
            static_watts: value(&timing.power),
            inference_pj: timing.of_inference().as_ref().map(exact),
            launch_seconds: value(&timing.launch),
            static_unknown: timing.unknown(&estimate.table),
            time_unknown: timing.ops.as_ref().err().map(MissingPeak::words),
            bound: bound.collect(),
        }
    }
}

/// The time and the static energy of a group; there where static energy is
/// counted.
#[derive(Serialize)]
pub(super) struct GroupTimeJson {
    /// `null`, here and below: not known.
    seconds: Option<Value>,
    static_pj: Option<f64>,
}

impl GroupTimeJson {
    pub(super) fn new(group: &Group, estimate: &Estimate) -> Option<GroupTimeJson> {
        estimate.timing.as_ref().map(|_| GroupTimeJson {
            seconds: group.seconds.as_ref().map(exact),
            static_pj: group.statics().map(Energy::picojoules),
        })
    }
}

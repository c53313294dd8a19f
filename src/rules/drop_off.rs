//! Who gets out of a vehicle that stopped and waits. Pure.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::base::{Point, Rect};
use crate::track::Track;

/// A vehicle whose feet stay within so much of its height
const STILL: f32 = 0.15;
/// for so long has stopped.
const STOPPED_AFTER: Duration = Duration::from_secs(3);
/// After so long it is parked, and who shows beside it came from elsewhere.
const WAITS_FOR: Duration = Duration::from_secs(10 * 60);
/// A person is beside a vehicle whose box they touch when it is larger by so much of its height on each side.
const BESIDE: f32 = 0.3;

#[derive(Debug, Default)]
pub(super) struct DropOffs {
    vehicles: HashMap<Uuid, Halt>,
    /// Whether each person got out of a vehicle.
    persons: HashMap<Uuid, bool>,
}

#[derive(Debug)]
struct Halt {
    stood: Point,
    since: Timestamp,
}

impl DropOffs {
    /// Takes the tracks of a picture: the vehicles that came and stand where vehicles are not to wait, and the persons.
    pub(super) fn update(&mut self, at: Timestamp, vehicles: &[&Track], persons: &[&Track]) {
        self.vehicles.retain(|id, _| vehicles.iter().any(|vehicle| vehicle.id == *id));
        self.persons.retain(|id, _| persons.iter().any(|person| person.id == *id));
        for vehicle in vehicles.iter().filter(|vehicle| vehicle.seen_now) {
            let feet = vehicle.bbox.feet();
            let halt = self.vehicles.entry(vehicle.id).or_insert(Halt { stood: feet, since: at });
            let step = (feet.x - halt.stood.x).hypot(feet.y - halt.stood.y);
            if step > STILL * vehicle.bbox.h || at < halt.since {
                *halt = Halt { stood: feet, since: at };
            }
        }
        for person in persons.iter().filter(|person| person.seen_now) {
            if self.persons.contains_key(&person.id) {
                continue;
            }
            let waits = |vehicle: &&&Track| {
                self.vehicles
                    .get(&vehicle.id)
                    .is_some_and(|halt| (halt.since + STOPPED_AFTER..=halt.since + WAITS_FOR).contains(&at))
            };
            let got_out = vehicles.iter().filter(waits).any(|vehicle| is_beside(&person.bbox, &vehicle.bbox));
            self.persons.insert(person.id, got_out);
        }
    }

    /// Whether a person was first seen beside a vehicle that had stopped a short while before.
    pub(super) fn got_out(&self, person: Uuid) -> bool {
        self.persons.get(&person).copied().unwrap_or_default()
    }
}

fn is_beside(person: &Rect, vehicle: &Rect) -> bool {
    let by = BESIDE * vehicle.h;
    let around = Rect::new(vehicle.x - by, vehicle.y - by, vehicle.w + 2.0 * by, vehicle.h + 2.0 * by);
    let feet = person.feet();
    (around.x..=around.right()).contains(&feet.x) && (around.y..=around.bottom()).contains(&feet.y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{at, car, person};

    fn car_at(x: f32) -> Track {
        car(9, 0, Rect::new(x, 100.0, 200.0, 100.0))
    }

    fn person_at(x: f32) -> Track {
        person(1, 0, Rect::new(x, 120.0, 30.0, 80.0))
    }

    /// A car that drives until second 2 and then stands at 100; a person who shows at `second` and `x`.
    #[track_caller]
    fn check(second: i64, x: f32, expected: bool) {
        let mut drop_offs = DropOffs::default();
        for passed in 0..second {
            let car = car_at(if passed < 2 { 50.0 * passed as f32 } else { 100.0 });
            drop_offs.update(at(passed * 1000), &[&car], &[]);
        }
        let person = person_at(x);
        drop_offs.update(at(second * 1000), &[&car_at(100.0)], &[&person]);
        assert_eq!(drop_offs.got_out(person.id), expected);
        // What they do afterwards changes nothing.
        drop_offs.update(at(second * 1000 + 200), &[&car_at(100.0)], &[&person_at(900.0)]);
        assert_eq!(drop_offs.got_out(person.id), expected);
        drop_offs.update(at(second * 1000 + 400), &[], &[]);
        assert!(!drop_offs.got_out(person.id), "forgotten");
    }

    #[test]
    fn who_gets_out_of_a_vehicle() {
        check(10, 310.0, true);
        check(10, 150.0, true);
        check(10, 400.0, false);
        // It has hardly stopped.
        check(4, 310.0, false);
        // It is parked.
        check(700, 310.0, false);
    }

    #[test]
    fn who_was_there_before_did_not_get_out() {
        let mut drop_offs = DropOffs::default();
        let walker = |x| person_at(x);
        for second in 0..10 {
            drop_offs.update(at(second * 1000), &[&car_at(100.0)], &[&walker(900.0 - 60.0 * second as f32)]);
        }
        assert!(!drop_offs.got_out(walker(0.0).id));
    }
}

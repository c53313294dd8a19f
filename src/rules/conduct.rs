//! What tracks do over time: where they stand, how long they stay, what they cross, where they came from. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::drop_off::DropOffs;
use super::lines::{self, Crossing, Lines};
use super::loitering::Stays;
use super::zones::Standing;
use crate::config::{EntryLine, Zone};
use crate::track::Track;
use crate::vision::Class;

/// Of the tracks of one camera; a track that ended is forgotten.
#[derive(Debug)]
pub struct Conduct {
    zones: Vec<Zone>,
    lines: Vec<EntryLine>,
    standing: Standing,
    stays: Stays,
    crossings: Lines,
    drop_offs: DropOffs,
    /// Who crossed what, and when last.
    crossed: HashMap<(Uuid, Crossing), Timestamp>,
    loitering: HashSet<Uuid>,
}

/// What one track did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deeds {
    /// Has stayed in its zone for longer than its rule allows.
    pub loiters: bool,
    /// Lines crossed lately, in order.
    pub crossed: Vec<Crossing>,
    /// Was first seen beside a vehicle that had stopped a short while before.
    pub got_out: bool,
}

impl Conduct {
    pub fn new(zones: &[Zone], lines: &[EntryLine]) -> Self {
        Self {
            zones: zones.to_vec(),
            lines: lines.to_vec(),
            standing: Standing::default(),
            stays: Stays::default(),
            crossings: Lines::default(),
            drop_offs: DropOffs::default(),
            crossed: HashMap::new(),
            loitering: HashSet::new(),
        }
    }

    /// Takes all tracks of the picture of `at`. `came` says which of them ever moved: furniture does nothing.
    pub fn update(&mut self, at: Timestamp, tracks: &[Track], frame_size: (u32, u32), came: impl Fn(&Track) -> bool) {
        self.standing.update(tracks, frame_size, &self.zones);
        let persons: Vec<_> = tracks.iter().filter(|track| track.class == Class::Person).collect();
        self.note_crossings(at, &persons, frame_size);
        self.note_loitering(&persons, tracks, frame_size, &came);
        let may_not_wait = |track: &Track| {
            let zone = self.standing.zone(track.id, &self.zones);
            zone.is_some_and(|zone| zone.rules.waiting_vehicle)
        };
        let waits = |track: &&Track| track.class.is_vehicle() && came(track) && may_not_wait(track);
        let vehicles: Vec<_> = tracks.iter().filter(waits).collect();
        self.drop_offs.update(at, &vehicles, &persons);
    }

    fn note_crossings(&mut self, at: Timestamp, persons: &[&Track], frame_size: (u32, u32)) {
        let lives = |id: Uuid| persons.iter().any(|person| person.id == id);
        self.crossed.retain(|(id, _), crossed_at| lives(*id) && lines::is_lately(*crossed_at, at));
        for (id, crossing) in self.crossings.update(persons, frame_size, &self.lines) {
            if !self.standing.is_ignored(id, &self.zones) {
                self.crossed.insert((id, crossing), at);
            }
        }
    }

    fn note_loitering(
        &mut self,
        persons: &[&Track],
        tracks: &[Track],
        frame_size: (u32, u32),
        came: impl Fn(&Track) -> bool,
    ) {
        self.loitering.retain(|id| persons.iter().any(|person| person.id == *id));
        for person in persons.iter().filter(|person| person.seen_now) {
            let zone = self.standing.zone(person.id, &self.zones);
            // The time of whoever was lost goes on for a new track, but only one that moves is somebody.
            let stayed = zone.map(|zone| self.stays.see(person, zone, frame_size, tracks));
            let most = zone.and_then(|zone| zone.rules.loitering);
            let loiters = most.zip(stayed).is_some_and(|(most, stayed)| stayed >= most) && came(person);
            if loiters {
                self.loitering.insert(person.id);
            } else {
                self.loitering.remove(&person.id);
            }
        }
    }

    /// After a time in which nobody looked.
    pub fn forget_all(&mut self) {
        *self = Self::new(&self.zones, &self.lines);
    }

    /// The zone in which a track stands.
    pub fn zone(&self, track: Uuid) -> Option<&Zone> {
        self.standing.zone(track, &self.zones)
    }

    pub fn deeds(&self, track: Uuid) -> Deeds {
        let crossed = self.crossed.keys().filter(|(id, _)| *id == track).map(|(_, crossing)| crossing.clone());
        let mut crossed: Vec<_> = crossed.collect();
        crossed.sort();
        Deeds { loiters: self.loitering.contains(&track), crossed, got_out: self.drop_offs.got_out(track) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Point, Polygon, Rect};
    use crate::config::{Direction, ZoneKind};
    use crate::rules::testing::{at, car, person};

    const FRAME: (u32, u32) = (1000, 1000);

    /// A parking zone below a line through the middle, but for a street at the right edge.
    fn conduct() -> Conduct {
        let zone =
            |id, kind, corners: [[f32; 2]; 4]| Zone::new(id, kind, Polygon::try_from(corners.to_vec()).expect("valid"));
        let (from, to) = (Point { x: 0.0, y: 0.5 }, Point { x: 1.0, y: 0.5 });
        Conduct::new(
            &[
                zone("bai-xe", ZoneKind::Parking, [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]),
                zone("duong", ZoneKind::Ignore, [[0.9, 0.0], [1.0, 0.0], [1.0, 1.0], [0.9, 1.0]]),
            ],
            &[EntryLine { id: "cong".to_owned(), from, to, direction: Direction::Both }],
        )
    }

    fn person_at(second: i64, x: f32, y: f32) -> Track {
        person(1, second * 1000, Rect::new(x - 20.0, y - 100.0, 40.0, 100.0))
    }

    /// What a person is told to have done after being seen at these seconds and places.
    #[track_caller]
    fn check(walk: &[(i64, f32, f32)], came: bool, expected: &Deeds) {
        let mut conduct = conduct();
        for &(second, x, y) in walk {
            conduct.update(at(second * 1000), &[person_at(second, x, y)], FRAME, |_| came);
        }
        assert_eq!(conduct.deeds(person_at(0, 0.0, 0.0).id), *expected);
    }

    #[test]
    fn what_a_person_did() {
        let crossed = |is_in| vec![Crossing { line: "cong".to_owned(), is_in }];
        let nothing = Deeds::default();
        check(&[(0, 200.0, 800.0), (10, 210.0, 800.0)], true, &nothing);
        let waited: Vec<_> = (0..=24).map(|step| (5 * step, 200.0 + 10.0 * step as f32, 800.0)).collect();
        check(&waited, true, &Deeds { loiters: true, ..nothing.clone() });
        check(&waited[..24], true, &nothing);
        check(&waited, false, &nothing);
        check(&[(0, 200.0, 400.0), (1, 200.0, 600.0)], true, &Deeds { crossed: crossed(true), ..nothing.clone() });
        check(&[(0, 200.0, 600.0), (1, 200.0, 400.0)], true, &Deeds { crossed: crossed(false), ..nothing.clone() });
        check(
            &[(0, 200.0, 400.0), (1, 200.0, 600.0), (31, 200.0, 600.0)],
            true,
            &Deeds { crossed: crossed(true), ..nothing.clone() },
        );
        check(&[(0, 200.0, 400.0), (1, 200.0, 600.0), (32, 200.0, 600.0)], true, &nothing);
        // On the street.
        check(&[(0, 950.0, 400.0), (1, 950.0, 600.0)], true, &nothing);
    }

    #[test]
    fn who_gets_out_of_a_vehicle_that_waits_where_none_should() {
        #[track_caller]
        fn check(y: f32, came: bool, expected: bool) {
            let mut conduct = conduct();
            let car = |second: i64| car(9, second * 1000, Rect::new(100.0, y - 100.0, 200.0, 100.0));
            for second in 0..10 {
                conduct.update(at(second * 1000), &[car(second)], FRAME, |_| came);
            }
            let person = person_at(10, 310.0, y);
            conduct.update(at(10_000), &[car(10), person.clone()], FRAME, |track| came || track.id == person.id);
            assert_eq!(conduct.deeds(person.id).got_out, expected);
            conduct.forget_all();
            assert_eq!((conduct.deeds(person.id), conduct.zone(person.id)), (Deeds::default(), None));
        }
        check(800.0, true, true);
        // On the street, and one that has always been there.
        check(400.0, true, false);
        check(800.0, false, false);
    }
}

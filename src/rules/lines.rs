//! Who crosses an entry line, and which way. Pure.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::zones::{as_f32, feet, margin};
use crate::base::Point;
use crate::base::geometry::{segments_touch, side};
use crate::config::{Direction, EntryLine};
use crate::track::Track;

/// How long ago somebody may have crossed a line and it still says what they are about.
const LATELY: Duration = Duration::from_secs(30);

/// Over which line somebody came or went.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Crossing {
    pub line: String,
    /// Or out.
    pub is_in: bool,
}

#[derive(Debug, Default)]
pub(super) struct Lines {
    /// One a line, in the order of the camera's: where the feet were last when they were clearly beside it, in 0..1 of
    /// the frame. Whoever stands on a line and trembles has not crossed it.
    beside: HashMap<Uuid, Vec<Option<Point>>>,
}

impl Lines {
    /// Takes the persons of a picture; says which of them crossed a line with it, in a direction that counts.
    pub(super) fn update(
        &mut self,
        persons: &[&Track],
        frame_size: (u32, u32),
        lines: &[EntryLine],
    ) -> Vec<(Uuid, Crossing)> {
        self.beside.retain(|id, _| persons.iter().any(|person| person.id == *id));
        let mut crossed = Vec::new();
        for person in persons.iter().filter(|person| person.seen_now) {
            let feet = feet(&person.bbox, frame_size);
            let beside = self.beside.entry(person.id).or_insert_with(|| vec![None; lines.len()]);
            for (line, last) in lines.iter().zip(beside) {
                let distance = signed_distance(line, feet, frame_size);
                if distance.abs() < margin(&person.bbox, frame_size) {
                    continue;
                }
                let Some(from) = last.replace(feet) else { continue };
                let is_other_side = signed_distance(line, from, frame_size) * distance < 0.0;
                if is_other_side && segments_touch((from, feet), (line.from, line.to)) {
                    let is_in = distance > 0.0;
                    let counts = line.direction != if is_in { Direction::Out } else { Direction::In };
                    if counts {
                        crossed.push((person.id, Crossing { line: line.id.clone(), is_in }));
                    }
                }
            }
        }
        crossed
    }
}

pub(super) fn is_lately(crossed_at: Timestamp, now: Timestamp) -> bool {
    crossed_at <= now && now <= crossed_at + LATELY
}

/// Pixels to the endless line; positive on its right hand, which is inside.
fn signed_distance(line: &EntryLine, p: Point, frame_size: (u32, u32)) -> f32 {
    let (width, height) = as_f32(frame_size);
    let scaled = |p: Point| Point { x: p.x * width, y: p.y * height };
    let (from, to) = (scaled(line.from), scaled(line.to));
    side(from, to, scaled(p)) / (to.x - from.x).hypot(to.y - from.y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rect;
    use crate::rules::testing::person;

    /// A line from left to right through the middle of the left half; below it is in.
    fn line(direction: Direction) -> EntryLine {
        let (from, to) = (Point { x: 0.0, y: 0.5 }, Point { x: 0.5, y: 0.5 });
        EntryLine { id: "cua".to_owned(), from, to, direction }
    }

    /// Which ways a person of 100 pixels whose feet were at these places in turn crossed.
    #[track_caller]
    fn check(direction: Direction, walk: &[(f32, f32)], expected_in: &[bool]) {
        let (mut lines, line) = (Lines::default(), [line(direction)]);
        let crossed = walk.iter().flat_map(|&(x, y)| {
            let track = person(1, 0, Rect::new(x - 20.0, y - 100.0, 40.0, 100.0));
            lines.update(&[&track], (1000, 1000), &line)
        });
        let crossed: Vec<_> = crossed.map(|(_, crossing)| crossing.is_in).collect();
        assert_eq!(crossed, expected_in);
    }

    #[test]
    fn who_crosses_a_line() {
        use Direction::{Both, In, Out};
        let (above, below) = ((200.0, 400.0), (200.0, 600.0));
        check(Both, &[above, below], &[true]);
        check(Both, &[below, above], &[false]);
        check(In, &[above, below, above], &[true]);
        check(Out, &[above, below, above], &[false]);
        check(Both, &[below], &[]);
        // Trembling on the line is not crossing it; going on is, once.
        check(Both, &[above, (200.0, 495.0), (200.0, 505.0), (200.0, 495.0), above], &[]);
        check(Both, &[above, (200.0, 495.0), (200.0, 505.0), (200.0, 511.0), below], &[true]);
        // Beside the end of the line there is none.
        check(Both, &[(700.0, 400.0), (700.0, 600.0)], &[]);
        check(Both, &[above, (700.0, 400.0), (700.0, 600.0), below], &[]);
    }

    #[test]
    fn another_track_comes_from_nowhere() {
        let (mut lines, line) = (Lines::default(), [line(Direction::Both)]);
        let seen = |id, bottom: f32| person(id, 0, Rect::new(200.0, bottom - 100.0, 40.0, 100.0));
        assert_eq!(lines.update(&[&seen(1, 400.0)], (1000, 1000), &line), []);
        assert_eq!(lines.update(&[&seen(2, 600.0)], (1000, 1000), &line), []);
        assert_eq!(lines.update(&[&seen(1, 600.0)], (1000, 1000), &line), [], "it ended meanwhile");
    }
}

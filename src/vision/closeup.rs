//! Where to look closely: square parts of a large frame around what moves. Pure.
//!
//! A person 40 px high in a 1080p picture is 9 px high in a 416 px input and not found; in a part
//! of 320 px it is 52 px high.

use crate::base::Rect;

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloseUp {
    /// Close-ups of a frame at most: each costs an inference.
    pub most: usize,
    /// Height in frame pixels of the smallest person that matters.
    pub person_px: f32,
    /// Height in input pixels below which a person is easily missed.
    pub enough_px: f32,
}

impl Default for CloseUp {
    fn default() -> Self {
        Self { most: 2, person_px: 40.0, enough_px: 20.0 }
    }
}

/// A close-up shows what moves this many times over: a person needs surroundings to be known.
const MARGIN: f32 = 3.0;
/// Input pixels per frame pixel at most: beyond, a picture only gets softer.
const MOST_SCALE: f32 = 2.0;
/// A close-up must show things this many times larger than the whole frame does.
const LEAST_GAIN: f32 = 1.5;
/// More moving parts than this are noise, rain or a shaken camera; the largest count.
const MOST_MOVING: usize = 64;

/// The parts of a frame to look at besides the whole: at most `closeup.most`, the one where most
/// moves first; none where the whole frame shows enough. All in frame pixels; `input` is the size
/// of the model's input.
pub fn regions(moving: &[Rect], frame: (u32, u32), input: (u32, u32), closeup: &CloseUp) -> Vec<Rect> {
    let (width, height) = (frame.0 as f32, frame.1 as f32);
    let whole_scale = (input.0 as f32 / width).min(input.1 as f32 / height);
    if closeup.person_px * whole_scale >= closeup.enough_px {
        return Vec::new();
    }
    let input_side = input.0.min(input.1) as f32;
    // At this side a frame pixel is an input pixel; the smallest person is as high as it is.
    let usual = input_side;
    let mut groups = joined(moving, (width, height), usual / MARGIN);
    groups.sort_by(|a, b| b.moving.total_cmp(&a.moving).then_with(|| by_place(&a.around, &b.around)));
    let mut chosen: Vec<Rect> = Vec::new();
    for group in groups {
        if chosen.len() == closeup.most {
            break;
        }
        let side = (group.around.w.max(group.around.h) * MARGIN).clamp(input_side / MOST_SCALE, usual);
        // What is larger than that needs no more than itself and a rim.
        let side = side.max(group.around.w.max(group.around.h) * 1.2);
        let seen = chosen.iter().any(|other| other.intersection(&group.around).area() >= 0.9 * group.around.area());
        if !seen && input_side / side >= LEAST_GAIN * whole_scale {
            chosen.push(square_within(group.around, side, (width, height)));
        }
    }
    chosen
}

struct Moving {
    around: Rect,
    /// Area of the parts that move, in pixels.
    moving: f32,
}

/// Joins neighbours as long as they fit in `side`.
fn joined(moving: &[Rect], (width, height): (f32, f32), side: f32) -> Vec<Moving> {
    let inside = moving.iter().filter(|part| part.is_finite()).map(|part| part.clamped(width, height));
    let mut parts: Vec<Rect> = inside.filter(|part| part.area() > 0.0).collect();
    parts.sort_by(|a, b| b.area().total_cmp(&a.area()).then_with(|| by_place(a, b)));
    parts.truncate(MOST_MOVING);
    let mut groups: Vec<Moving> = Vec::new();
    for part in parts {
        let fits = |group: &&mut Moving| {
            let union = group.around.union(&part);
            union.w.max(union.h) <= side.max(group.around.w.max(group.around.h))
        };
        match groups.iter_mut().find(fits) {
            Some(group) => {
                group.around = group.around.union(&part);
                group.moving += part.area();
            }
            None => groups.push(Moving { around: part, moving: part.area() }),
        }
    }
    groups
}

/// A square of `side` around `bbox`, moved into the frame and cut where it is larger than that.
fn square_within(bbox: Rect, side: f32, (width, height): (f32, f32)) -> Rect {
    let center = bbox.center();
    let (w, h) = (side.min(width), side.min(height));
    let x = (center.x - w / 2.0).clamp(0.0, width - w);
    let y = (center.y - h / 2.0).clamp(0.0, height - h);
    Rect::new(x, y, w, h)
}

fn by_place(a: &Rect, b: &Rect) -> std::cmp::Ordering {
    a.x.total_cmp(&b.x).then_with(|| a.y.total_cmp(&b.y))
}

#[cfg(test)]
#[path = "closeup_tests.rs"]
mod tests;

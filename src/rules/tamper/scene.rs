//! What stays in a camera's picture: where its edges lie and which way they run, whatever the light.
//!
//! Only the direction of an edge is compared, and neither its strength nor which side is the brighter
//! one: by infrared light, without a lamp and in headlights a door frame is still a door frame.

use crate::decode::Impression;

/// An edge is certain beyond so many levels over two blocks, or so many times the noise of one.
const LEAST_STEP: f32 = 1.5;
const NOISE_FACTOR: f32 = 4.0;
/// A block has an edge that stays when its direction is steady to this degree.
const STEADY: f32 = 0.5;
/// Fewer such blocks are too few to judge a camera by: a plain wall, or a dark yard.
const LEAST_STEADY: usize = 40;
/// An edge that stays is there when the present one agrees so much with it, and gone below this.
const AGREES: f32 = 0.5;
const GONE: f32 = 0.25;
/// The reference follows what it sees within this time, and at first faster.
const FOLLOW_SECONDS: f32 = 60.0;
/// The picture is judged in parts, so many across and down; one with fewer steady edges is left out.
const PARTS_ACROSS: usize = 8;
const PARTS_DOWN: usize = 6;
const LEAST_IN_PART: usize = 4;
/// This share of a picture's blocks is plain: what differs between neighbours there is noise.
const PLAIN_SHARE: f32 = 0.2;
/// Of the blocks one in so many tells of noise: enough, and no divisor of a usual number of columns.
pub(super) const SAMPLED_EVERY: usize = 7;
/// A part in which so much has changed since the last picture holds something that moves, in levels.
const MOVING: f32 = 4.0;

/// An edge's direction as a vector of double angle, so that opposite directions are one; its length
/// is how certain it is, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Edge {
    pub x: f32,
    pub y: f32,
    /// In levels over two blocks.
    pub step: f32,
}

impl Edge {
    fn length(self) -> f32 {
        // Not `hypot`, which guards against overflow at ten times the cost.
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// How far `other` runs along it: -1 across it, 0 for none, 1 along it and certain.
    fn agreement(self, other: Self) -> f32 {
        let length = self.length();
        if length > 0.0 { (self.x * other.x + self.y * other.y) / length } else { 0.0 }
    }
}

/// The edges of a picture whose blocks are as noisy as `noise`, in levels; none in its outermost blocks.
pub(super) fn edges(picture: &Impression, noise: f32) -> Vec<Edge> {
    let (columns, rows) = (picture.columns, picture.rows);
    let certain = LEAST_STEP.max(NOISE_FACTOR * noise).powi(2);
    let mut edges = vec![Edge::default(); columns * rows];
    for y in 1..rows.saturating_sub(1) {
        for x in 1..columns.saturating_sub(1) {
            let at = y * columns + x;
            // The edge of a privacy mask is none of the scene: it stays, whatever is done to the camera.
            let around = [at, at - 1, at + 1, at - columns, at + columns];
            if !picture.hidden.is_empty() && around.into_iter().any(|block| picture.hides(block)) {
                continue;
            }
            let across = picture.means[at + 1] - picture.means[at - 1];
            let down = picture.means[at + columns] - picture.means[at - columns];
            let strength = across * across + down * down;
            // The double angle of a vector is its square, as of a complex number.
            let scale = 1.0 / (strength + certain);
            edges[at] = Edge {
                x: (across * across - down * down) * scale,
                y: 2.0 * across * down * scale,
                step: strength.sqrt(),
            };
        }
    }
    edges
}

/// How much fine detail there is for what there is of coarse, where edges stay: falls with blur, and
/// not with the light. The noise of the picture, which is all there is in its plainest blocks, is
/// taken off.
fn sharpness(picture: &Impression, steady: &[Edge], edges: &[Edge]) -> f32 {
    let sampled = picture.steps.iter().copied().enumerate().step_by(SAMPLED_EVERY);
    let mut steps: Vec<_> = sampled.filter(|(block, _)| !picture.hides(*block)).map(|(_, steps)| steps).collect();
    if steps.is_empty() {
        return 0.0;
    }
    let plain = (PLAIN_SHARE * steps.len() as f32) as usize;
    let noise = *steps.select_nth_unstable_by(plain, f32::total_cmp).1;
    let (mut fine, mut coarse) = (0.0, 0.0);
    for (at, _) in steady.iter().enumerate().filter(|(_, edge)| edge.length() >= STEADY) {
        fine += (picture.steps[at].powi(2) - noise.powi(2)).max(0.0).sqrt();
        coarse += edges[at].step;
    }
    if coarse > 0.0 { fine / coarse } else { 0.0 }
}

/// How many edges there are, each counted as far as it is certain.
fn amount(edges: &[Edge]) -> f32 {
    edges.iter().map(|edge| edge.length()).sum()
}

fn brightness(picture: &Impression) -> f32 {
    let (sum, count) = picture.seen_means().fold((0.0, 0usize), |(sum, count), mean| (sum + mean, count + 1));
    sum / count.max(1) as f32
}

/// What a camera usually shows by one kind of light.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub edges: Vec<Edge>,
    /// Usual certainty of all edges together, mean luma, sharpness and agreement with itself.
    pub amount: f32,
    pub brightness: f32,
    pub sharpness: f32,
    pub kept: f32,
    /// How long it was learned.
    pub learned_seconds: f32,
}

/// A picture beside what the camera usually shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparison {
    /// How well the edges that stay are there, of what they usually are: 1 for as ever.
    pub kept: f32,
    /// Share of them that are there at all.
    pub remaining: f32,
    /// How far what edges there are in their places agree with them: 1 wholly, 0 by chance.
    pub agreement: f32,
    /// How strong those that are there at all are, of what they usually are.
    pub contrast: f32,
    /// All edges of the picture, for those that there usually are.
    pub amount: f32,
    /// Of the usual.
    pub brightness: f32,
    pub sharpness: f32,
    /// Share of the parts of the picture, of those with edges that stay, in which these are gone,
    /// no others have come and nothing moves.
    pub blind: f32,
}

/// Of a picture's edges, where edges stay; see [`Comparison`].
#[derive(Debug, Clone, Copy)]
struct Fit {
    kept: f32,
    remaining: f32,
    agreement: f32,
    contrast: f32,
}

impl Scene {
    pub(super) fn new(picture: &Impression, edges: Vec<Edge>) -> Self {
        let sharpness = sharpness(picture, &edges, &edges);
        let brightness = brightness(picture);
        Self { sharpness, amount: amount(&edges), brightness, edges, kept: 1.0, learned_seconds: 0.0 }
    }

    /// As it is by another kind of light, which it was seen in only now.
    pub(super) fn by_other_light(&self, picture: &Impression, edges: &[Edge]) -> Self {
        let sharpness = sharpness(picture, &self.edges, edges);
        let kept = self.fit(edges).map_or(self.kept, |fit| fit.kept);
        let (amount, brightness) = (amount(edges), brightness(picture));
        Self { sharpness, amount, brightness, kept, learned_seconds: 0.0, edges: self.edges.clone() }
    }

    /// Follows a picture in which nothing is amiss, `passed` seconds after the one before. One that
    /// fits less teaches less: who stands in the way for a while is no part of the scene.
    pub(super) fn learn(&mut self, picture: &Impression, edges: &[Edge], passed: f32) {
        let kept = self.fit(edges).map_or(self.kept, |fit| fit.kept);
        let sharp = sharpness(picture, &self.edges, edges);
        self.learned_seconds += passed;
        // At first the mean of all there was, later of the last minute.
        let follow = passed / self.learned_seconds.min(FOLLOW_SECONDS).max(passed);
        let follow = follow * if self.kept > 0.0 { (kept / self.kept).clamp(0.0, 1.0).powi(2) } else { 1.0 };
        let toward = |known: &mut f32, now: f32| *known += (now - *known) * follow;
        for (known, edge) in self.edges.iter_mut().zip(edges) {
            toward(&mut known.x, edge.x);
            toward(&mut known.y, edge.y);
            toward(&mut known.step, edge.step);
        }
        toward(&mut self.amount, amount(edges));
        toward(&mut self.brightness, brightness(picture));
        toward(&mut self.sharpness, sharp);
        toward(&mut self.kept, kept);
    }

    /// Compares a picture; none where too few edges stay. `before` is the picture before it.
    pub(super) fn compare(&self, picture: &Impression, edges: &[Edge], before: &Impression) -> Option<Comparison> {
        let fit = self.fit(edges)?;
        let of = |now: f32, usual: f32| if usual > 0.0 { now / usual } else { 1.0 };
        Some(Comparison {
            kept: of(fit.kept, self.kept),
            remaining: fit.remaining,
            agreement: fit.agreement,
            contrast: fit.contrast,
            amount: of(amount(edges), self.amount),
            brightness: of(brightness(picture), self.brightness),
            sharpness: of(sharpness(picture, &self.edges, edges), self.sharpness),
            blind: self.blind(picture, edges, before),
        })
    }

    /// None where too few edges stay.
    fn fit(&self, edges: &[Edge]) -> Option<Fit> {
        let of = |part: f32, whole: f32| if whole > 0.0 { part / whole } else { 0.0 };
        let (mut count, mut along, mut certain) = (0usize, 0.0, 0.0);
        let (mut there, mut step, mut usual_step) = (0usize, 0.0, 0.0);
        for (known, edge) in self.edges.iter().zip(edges).filter(|(known, _)| known.length() >= STEADY) {
            let agreement = known.agreement(*edge);
            count += 1;
            along += agreement;
            certain += edge.length();
            if agreement > AGREES {
                there += 1;
                step += edge.step;
                usual_step += known.step;
            }
        }
        (count >= LEAST_STEADY).then(|| Fit {
            kept: along / count as f32,
            remaining: there as f32 / count as f32,
            agreement: of(along, certain),
            contrast: of(step, usual_step),
        })
    }

    fn blind(&self, picture: &Impression, edges: &[Edge], before: &Impression) -> f32 {
        let columns = picture.columns;
        let part = |at: usize| {
            (at / columns * PARTS_DOWN / picture.rows) * PARTS_ACROSS + at % columns * PARTS_ACROSS / columns
        };
        let mut parts = [Part::default(); PARTS_ACROSS * PARTS_DOWN];
        for (at, (known, edge)) in self.edges.iter().zip(edges).enumerate() {
            let part = &mut parts[part(at)];
            part.blocks += 1.0;
            part.change += (picture.means[at] - before.means[at]).abs();
            part.usual += known.length();
            part.present += edge.length();
            if known.length() >= STEADY {
                part.steady += 1;
                part.agreement += known.agreement(*edge);
            }
        }
        let judged = parts.iter().filter(|part| part.steady >= LEAST_IN_PART);
        let (all, blind) = judged.fold((0, 0), |(all, blind), part| (all + 1, blind + u32::from(part.is_blind())));
        if all == 0 { 0.0 } else { blind as f32 / all as f32 }
    }
}

/// Of one part of the picture: sums over its blocks.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    blocks: f32,
    change: f32,
    usual: f32,
    present: f32,
    steady: usize,
    agreement: f32,
}

impl Part {
    fn is_blind(&self) -> bool {
        self.agreement < GONE * self.steady as f32
            && self.present < AGREES * self.usual
            && self.change < MOVING * self.blocks
    }
}

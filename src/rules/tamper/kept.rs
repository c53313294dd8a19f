//! What a witness knows of its camera's scenes, in a form that outlasts a restart: who covers a camera while nobody
//! watches must not make that the usual view. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::scene::{Edge, Scene};
use crate::decode::Impression;

/// Counts up when what is written comes to mean something else.
const VERSION: u32 = 1;
/// What is older is forgotten: meanwhile somebody may well have put the camera elsewhere.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 7);
/// An edge's direction and strength are written as whole numbers of these parts, of 1 and of a level.
const DIRECTION_PARTS: f32 = 127.0;
const STEP_PARTS: f32 = 16.0;

/// What is known of a camera's scenes at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownScenes {
    version: u32,
    at: Timestamp,
    /// Blocks across and down.
    columns: usize,
    rows: usize,
    pub(super) noise: f32,
    /// By infrared light, and in colour.
    scenes: [Option<Written>; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Of each block, row by row.
    edges: Vec<(i8, i8, u16)>,
    amount: f32,
    brightness: f32,
    sharpness: f32,
    kept: f32,
    learned_seconds: f32,
}

/// Why what was written is of no use.
#[derive(Debug, thiserror::Error)]
pub enum NotKnown {
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("it was written by another version of canhdem")]
    Version,
    #[error("it says something of more or fewer blocks than there are")]
    Blocks,
    #[error("it is of {0} and too old by now")]
    Old(Timestamp),
}

impl KnownScenes {
    /// `picture` is of the size that the scenes have.
    pub(super) fn of(scenes: &[Option<Scene>; 2], noise: f32, picture: &Impression, at: Timestamp) -> Self {
        let scenes = scenes.each_ref().map(|scene| scene.as_ref().map(Written::of));
        Self { version: VERSION, at, columns: picture.columns, rows: picture.rows, noise, scenes }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers, and lists of them")
    }

    /// What [`Self::to_bytes`] wrote. What is of a later time than `now` is as good as of now: the clock was put back.
    ///
    /// # Errors
    /// Where it is no longer of use; see [`NotKnown`].
    pub fn from_bytes(bytes: &[u8], now: Timestamp) -> Result<Self, NotKnown> {
        let known: Self = serde_json::from_slice(bytes)?;
        let blocks = known.columns.checked_mul(known.rows);
        if known.version != VERSION {
            Err(NotKnown::Version)
        } else if known.scenes.iter().flatten().any(|scene| Some(scene.edges.len()) != blocks) {
            Err(NotKnown::Blocks)
        } else if now.duration_since(known.at) > LONGEST {
            Err(NotKnown::Old(known.at))
        } else {
            Ok(known)
        }
    }

    /// Whether it is of pictures of this size.
    pub(super) fn fits(&self, picture: &Impression) -> bool {
        (self.columns, self.rows) == (picture.columns, picture.rows)
    }

    pub(super) fn scenes(&self) -> [Option<Scene>; 2] {
        self.scenes.each_ref().map(|scene| scene.as_ref().map(Written::scene))
    }
}

impl Written {
    fn of(scene: &Scene) -> Self {
        let Scene { edges, amount, brightness, sharpness, kept, learned_seconds } = scene;
        // From a float `as` saturates.
        let parts = |value: f32| (value * DIRECTION_PARTS).round() as i8;
        let edge = |edge: &Edge| (parts(edge.x), parts(edge.y), (edge.step * STEP_PARTS).round() as u16);
        Self {
            edges: edges.iter().map(edge).collect(),
            amount: *amount,
            brightness: *brightness,
            sharpness: *sharpness,
            kept: *kept,
            learned_seconds: *learned_seconds,
        }
    }

    fn scene(&self) -> Scene {
        let parts = |parts: i8| f32::from(parts) / DIRECTION_PARTS;
        let edge =
            |&(x, y, step): &(i8, i8, u16)| Edge { x: parts(x), y: parts(y), step: f32::from(step) / STEP_PARTS };
        Scene {
            edges: self.edges.iter().map(edge).collect(),
            amount: self.amount,
            brightness: self.brightness,
            sharpness: self.sharpness,
            kept: self.kept,
            learned_seconds: self.learned_seconds,
        }
    }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;

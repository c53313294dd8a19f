//! Which cameras are near each other, and how long somebody walks from one's picture to the other's.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::Camera;
use super::error::{Problem, nearest};

/// Across a yard and through a door.
const DEFAULT_WALK: Duration = Duration::from_secs(60);
/// Who walks for longer has been elsewhere meanwhile.
const GREATEST_SECONDS: u16 = 900;

/// Walks between cameras, the same both ways.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbours {
    /// By the two ids, the lesser first.
    walks: BTreeMap<(String, String), Duration>,
}

impl Neighbours {
    /// `None` for cameras that are not near each other, and for one camera and itself.
    pub fn walk(&self, a: &str, b: &str) -> Option<Duration> {
        self.walks.get(&pair(a, b)).copied()
    }

    pub fn longest_walk(&self) -> Option<Duration> {
        self.walks.values().max().copied()
    }
}

impl FromIterator<(String, String, Duration)> for Neighbours {
    fn from_iter<I: IntoIterator<Item = (String, String, Duration)>>(walks: I) -> Self {
        Self { walks: walks.into_iter().map(|(a, b, walk)| (pair(&a, &b), walk)).collect() }
    }
}

fn pair(a: &str, b: &str) -> (String, String) {
    let (lesser, greater) = if a <= b { (a, b) } else { (b, a) };
    (lesser.to_owned(), greater.to_owned())
}

/// `"bai-xe"`, or `{ camera = "bai-xe", seconds = 40 }`.
#[derive(Debug)]
pub(super) struct RawNear {
    camera: String,
    seconds: Option<u16>,
}

impl<'de> Deserialize<'de> for RawNear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NearVisitor)
    }
}

/// By hand: an untagged enum could not say which key is unknown.
struct NearVisitor;

impl<'de> Visitor<'de> for NearVisitor {
    type Value = RawNear;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a camera's id or { camera = \"its-id\", seconds = 40 }")
    }

    fn visit_str<E>(self, id: &str) -> Result<RawNear, E> {
        Ok(RawNear { camera: id.to_owned(), seconds: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawNear, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Timed {
            camera: String,
            seconds: Option<u16>,
        }
        let Timed { camera, seconds } = Timed::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RawNear { camera, seconds })
    }
}

/// `near`: of each camera in `cameras`, in their order, what it says. One of two may say it, or both alike.
pub(super) fn check(near: &[Vec<Spanned<RawNear>>], cameras: &[Camera]) -> Result<Neighbours, Problem> {
    let mut said: BTreeMap<(String, String), Option<u16>> = BTreeMap::new();
    for (camera, near) in cameras.iter().zip(near) {
        let mut named = Vec::with_capacity(near.len());
        for near in near {
            let RawNear { camera: other, seconds } = near.get_ref();
            let problem = |text| Problem::at(near.span(), format!("camera {:?}: near: {text}", camera.id));
            if *other == camera.id {
                return Err(problem("it is always near itself: leave it out".to_owned()));
            }
            if !cameras.iter().any(|known| known.id == *other) {
                let others = cameras.iter().map(|known| known.id.as_str()).filter(|known| *known != camera.id);
                return Err(problem(format!("no camera is called {other:?}{}", nearest(other, others))));
            }
            if named.contains(&other) {
                return Err(problem(format!("{other:?} is named twice: once is enough")));
            }
            named.push(other);
            if let Some(seconds) = seconds.filter(|seconds| !(1..=GREATEST_SECONDS).contains(seconds)) {
                return Err(problem(format!("seconds: {seconds} is not within 1 to {GREATEST_SECONDS}")));
            }
            match said.entry(pair(&camera.id, other)) {
                Entry::Vacant(place) => {
                    place.insert(*seconds);
                }
                Entry::Occupied(mut place) => match (*place.get(), seconds) {
                    (Some(before), Some(now)) if before != *now => {
                        return Err(problem(format!(
                            "it is {now} seconds from {other:?}, which says {before}: say it on one of both"
                        )));
                    }
                    (before, now) => *place.get_mut() = before.or(*now),
                },
            }
        }
    }
    let walk = |seconds: Option<u16>| seconds.map_or(DEFAULT_WALK, |seconds| Duration::from_secs(seconds.into()));
    Ok(Neighbours { walks: said.into_iter().map(|(pair, seconds)| (pair, walk(seconds))).collect() })
}

#[cfg(test)]
#[path = "near_tests.rs"]
mod tests;

//! What is armed, what a track does there and how much it weighs. Pure: no I/O, no clock.

pub mod calendar;
pub mod concealment;
mod conduct;
mod context;
mod drop_off;
mod finding;
pub mod intrusion;
mod lines;
mod loitering;
pub mod orders;
pub mod plate;
pub mod schedule;
pub mod score;
pub mod tamper;
#[cfg(test)]
mod testing;
mod weights;
mod zones;

pub use conduct::{Conduct, Deeds};
pub use context::Context;
pub use finding::{Bilingual, Finding, FindingKind, Severity};
pub use lines::Crossing;
pub use schedule::{Armed, Place, Schedule};
pub use score::{Part, ScorePart};

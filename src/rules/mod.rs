//! What is armed, what a track does there and how much it weighs. Pure: no I/O, no clock.

pub mod calendar;
pub mod concealment;
mod conduct;
mod context;
pub mod doubts;
mod drop_off;
mod finding;
pub mod haunts;
pub mod intrusion;
pub mod lessons;
pub mod likeness;
mod lines;
mod loitering;
pub mod nights;
pub mod orders;
pub mod perspective;
pub mod plate;
pub mod quality;
pub mod schedule;
pub mod score;
pub mod tamper;
#[cfg(test)]
mod testing;
mod weights;
mod zones;

pub use conduct::{Conduct, Deeds};
pub use context::Context;
pub use doubts::{Doubted, Doubts};
pub use finding::{Bilingual, Finding, FindingKind, Severity};
pub use lessons::FalseAlarm;
pub use lines::Crossing;
pub use quality::Doubt;
pub use schedule::{Armed, Place, Schedule};
pub use score::{Part, ScorePart};

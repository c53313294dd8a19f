//! What is armed, what a track does there and how much it weighs. Pure: no I/O, no clock.

pub mod concealment;
mod finding;
pub mod intrusion;
pub mod plate;
pub mod schedule;
pub mod score;
pub mod tamper;
pub mod zones;

pub use finding::{Bilingual, Finding, FindingKind, Severity};
pub use schedule::{Armed, Schedule};

//! What is armed, what a track does there and how much it weighs. Pure: no I/O, no clock.

mod finding;

pub use finding::{Bilingual, Finding, FindingKind, Severity};

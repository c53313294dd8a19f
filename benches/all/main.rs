//! What each step costs on real pictures, and what the whole costs over its parts: `benches/README.md`.
//!
//! `cargo bench` runs all of it, `cargo bench -- tensor` what has that in its name, and
//! `cargo bench -- report` the table of ratios alone.

mod alert_list;
mod cpu;
mod footage;
mod machine;
mod replay;
mod report;
mod store;
mod vision;
mod watch;

use criterion::Criterion;

fn main() -> anyhow::Result<()> {
    watch::benches();
    vision::benches();
    store::benches();
    alert_list::benches();
    replay::benches();
    Criterion::default().configure_from_args().final_summary();
    if report::is_wanted(std::env::args().skip(1)) { report::run() } else { Ok(()) }
}

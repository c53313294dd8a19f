//! The fault matrix: what each fault costs, measured with the real program. `make faults` runs all of it and writes
//! `docs/faults.md`; each row is also tried shortly with all other tests, but for those that `tests/durability.rs` and
//! `tests/faults.rs` try.

#[allow(unreachable_pub, reason = "one test binary")]
mod matrix {
    pub mod clock;
    pub mod disk;
    pub mod flood;
    pub mod handles;
    pub mod kill;
    pub mod memory;
    pub mod power;
    pub mod stand;
    pub mod tally;
    pub mod trial;

    use super::support;
}
mod support;

use matrix::{clock, disk, flood, handles, kill, memory, power, stand, tally};

/// How often, unless the environment says otherwise.
fn tries(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
#[ignore = "long: make faults"]
fn row_1_kills() {
    kill::row(tries("KILLS", 200));
}

#[test]
#[ignore = "long: make faults"]
fn row_2_kills_on_a_full_disk() {
    kill::full_disk(tries("FULL_DISKS", 10));
}

#[test]
#[ignore = "long: make faults"]
fn row_3_power() {
    power::row(Some("power"), tries("POWER_CUTS", 20));
}

#[test]
#[ignore = "long: make faults"]
fn row_4_memory() {
    memory::row(Some("memory"), tries("MEMORY", 10));
}

#[test]
#[ignore = "long: make faults"]
fn row_5_clock() {
    clock::row(Some("clock"), tries("CLOCKS", 10));
}

#[test]
#[ignore = "long: make faults"]
fn row_6_handles() {
    handles::row(Some("handles"), tries("HANDLES", 5));
}

#[test]
#[ignore = "long: make faults"]
fn row_7_flood() {
    flood::row(Some("flood"), tries("FLOODS", 5));
}

#[test]
#[ignore = "long: make faults"]
fn row_8_standing_still() {
    stand::row(Some("stand"), tries("STOPS", 5));
}

#[test]
#[ignore = "long: make faults"]
fn row_9_read_only() {
    disk::read_only(Some("read-only"), tries("DISKS", 5));
}

#[test]
#[ignore = "long: make faults"]
fn row_a_gone_and_back() {
    disk::gone(Some("gone"), tries("DISKS", 5));
}

#[test]
#[ignore = "long: make faults"]
fn row_b_wrong_disk() {
    disk::wrong(Some("wrong"), tries("DISKS", 5));
}

#[test]
#[ignore = "long: make faults"]
fn row_c_slow() {
    disk::slow(Some("slow"), tries("DISKS", 5));
}

#[test]
#[ignore = "long: make faults"]
fn row_d_read_only_with_database() {
    disk::read_only_with_database(Some("read-only-database"), tries("DISKS", 5));
}

#[test]
#[ignore = "make faults"]
fn row_z_the_table() {
    tally::write();
}

#[test]
fn a_power_cut_shortly() {
    power::row(None, 1);
}

#[test]
fn out_of_memory_shortly() {
    memory::row(None, 1);
}

#[test]
fn clock_jumps_shortly() {
    clock::row(None, 2);
}

#[test]
fn no_handles_shortly() {
    handles::row(None, 1);
}

#[test]
fn a_flood_shortly() {
    flood::row(None, 1);
}

#[test]
fn a_read_only_disk_shortly() {
    disk::read_only(None, 1);
}

#[test]
fn a_disk_gone_and_back_shortly() {
    disk::gone(None, 1);
}

#[test]
fn a_wrong_disk_shortly() {
    disk::wrong(None, 1);
}

#[test]
fn a_slow_disk_shortly() {
    disk::slow(None, 1);
}

#[test]
fn a_read_only_database_shortly() {
    disk::read_only_with_database(None, 1);
}

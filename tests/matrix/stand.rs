//! The program stands still (SIGSTOP) and goes on, as in a virtual machine that is paused or on a machine that sleeps.

use std::time::Duration;

use rustix::process::Signal;

use super::support::kills::From;
use super::support::pause;
use super::trial::Trial;

pub fn row(name: Option<&str>, tries: u32) {
    let mut trial = Trial::new(8, name, "standing still for 20 to 90 s (SIGSTOP)");
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Recording, Duration::from_secs(5));
        trial.appliance().program.signal(Signal::STOP);
        let still = Duration::from_secs(trial.random.u64(20..90));
        pause(still);
        trial.appliance().program.signal(Signal::CONT);
        trial.recover();
        trial.tried();
    }
    trial.finish();
}

//! A camera sends many times as many pictures as it should. The other one must not notice.

use std::time::Duration;

use canhdem::testcam::{Codec, Mount};

use super::support::kills::From;
use super::support::told::picture_at;
use super::support::{film, pause, process};
use super::trial::{CAMERA, Trial};

const FLOODS: &str = "bai-xe";
const TIMES: u32 = 50;
const LASTS: Duration = Duration::from_secs(20);
/// More than the queues of one camera may take.
const MOST_MB: f64 = 200.0;

pub fn row(name: Option<&str>, tries: u32) {
    let flooding = film::square(Codec::H264, 640, 480);
    let mounts = vec![Mount::new(format!("/{CAMERA}"), film::people()), Mount::new(format!("/{FLOODS}"), flooding)];
    let fault = format!("another camera sends {TIMES} times as many pictures for {} s", LASTS.as_secs());
    let mut trial = Trial::with(7, name, &fault, mounts, &[CAMERA, FLOODS]);
    trial.start();
    for _ in 0..tries {
        trial.listen(From::Alert, Duration::from_secs(3));
        let before = process::memory_mb(trial.appliance().program.id());
        trial.cameras.flood(&format!("/{FLOODS}"), TIMES);
        let (mut most, mut late) = (before, 0.0_f64);
        for _ in 0..LASTS.as_secs() {
            pause(Duration::from_secs(1));
            let now = trial.now();
            let appliance = trial.appliance();
            most = most.max(process::memory_mb(appliance.program.id()));
            if let Some(at) = picture_at(appliance, CAMERA) {
                late = late.max(now.duration_since(at).as_secs_f64());
            }
        }
        trial.cameras.flood(&format!("/{FLOODS}"), 1);
        trial.recover();
        trial.tally.notes.push(format!(
            "Memory before {before:.0} MB, at most {most:.0} MB; the other camera's picture at most {late:.1} s old."
        ));
        assert!(most - before < MOST_MB, "{:?}", trial.tally.notes);
        trial.tried();
    }
    trial.finish();
}

//! `kill -9` of the real program while it records, at ten random moments: nothing that it has told
//! of is lost, and of the video at most the fragment that was being made.

#![expect(clippy::print_stdout, reason = "figures of a run, for whoever reads the test's output")]

mod support;

use std::time::Duration;

use canhdem::testcam::{Mount, TestCameras};
use jiff::SignedDuration;
use support::appliance::Appliance;
use support::kills::{From, listen_until_kill};
use support::told::{Told, check_at_rest, check_evidence, folder_agrees};
use support::{Camera, Office, film, until};

const KILLS: u32 = 10;
const CAMERA: &str = "cong";
/// Set to repeat a run that failed.
const SEED: &str = "CANHDEM_TEST_SEED";
/// A fragment is a second of video, and is cut when the picture comes that begins the next one.
const FRAGMENT: SignedDuration = SignedDuration::from_millis(1_500);
/// Where a busy machine has kept the recorder waiting; still much less than a segment.
const FRAGMENT_LATE: SignedDuration = SignedDuration::from_secs(4);

#[test]
fn ten_kills_lose_nothing_but_a_fragment() {
    let seed = std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed} repeats this run");
    let mut random = fastrand::Rng::with_seed(seed);
    let cameras = TestCameras::start(vec![Mount::new("/main", film::people())]).expect("a camera");
    let office = Office::new(&[Camera { id: CAMERA, main: cameras.url("/main") }]);

    let (mut told, mut lost) = (Told::of(CAMERA), Vec::new());
    let mut froms = vec![From::Launch, From::Answer, From::Recording, From::Recording];
    froms.resize(KILLS as usize, From::Alert);
    random.shuffle(&mut froms);
    for (round, from) in froms.into_iter().enumerate() {
        let delay = Duration::from_millis(random.u64(0..2_500));
        println!("kill {round}: {delay:?} after {from:?}");
        let mut appliance = Appliance::launch(&office);
        if !matches!(from, From::Launch) {
            appliance.wait_until_it_answers();
            lost.extend(check_after_restart(&appliance, &office, &mut told));
        }
        listen_until_kill(&mut appliance, from, delay, &mut told);
    }

    let mut appliance = Appliance::launch(&office);
    appliance.wait_until_it_answers();
    lost.extend(check_after_restart(&appliance, &office, &mut told));
    assert!(!told.closed.is_empty(), "no alert at all");
    lost.sort();
    let typical = lost[lost.len() / 2];
    assert!(typical <= FRAGMENT, "a kill costs {typical:#} of video");
    let clips = check_evidence(&appliance, told.closed.keys());
    println!("{} alerts, {clips} clips", told.closed.len());
    assert!(clips > 0);
    let finished = appliance.stop();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    println!("{} segments", check_at_rest(&office, &told));
}

/// Says how much video was lost.
fn check_after_restart(appliance: &Appliance, office: &Office, told: &mut Told) -> Option<SignedDuration> {
    let losses = told.losses(appliance, true);
    assert!(losses.alerts.is_empty() && losses.recordings.is_empty(), "{losses:#?}");
    until("folder and index to agree", || folder_agrees(appliance, office, CAMERA));
    let lost = losses.video?;
    println!("  lost by the kill: {lost:#}");
    assert!(lost <= FRAGMENT_LATE, "lost {lost:#}");
    Some(lost)
}

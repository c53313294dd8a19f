//! The appliance before, in and after a fault.

use std::time::Duration;

use canhdem::base::{Clock as _, SystemClock};
use canhdem::testcam::{Mount, TestCameras};
use jiff::{SignedDuration, Timestamp};

use super::support::appliance::Appliance;
use super::support::kills::{From, listen_until};
use super::support::told::{Told, check_at_rest, check_evidence, folder_agrees, picture_at, recordings, time};
use super::support::{Camera, Office, eventually, film, pause, until};
use super::tally::Tally;

/// Is hit, in whatever way.
pub const CAMERA: &str = "cong";
/// Pictures from now, by the program's clock, come within this.
const NOW: SignedDuration = SignedDuration::from_mins(5);
/// A file is there a moment before its row.
const AGREE_WITHIN: Duration = Duration::from_secs(30);

pub struct Trial {
    pub tally: Tally,
    pub told: Told,
    pub random: fastrand::Rng,
    /// How far the program's clock is from the machine's.
    pub offset: SignedDuration,
    environment: Vec<(&'static str, String)>,
    // In the order in which they must go.
    pub appliance: Option<Appliance>,
    pub cameras: TestCameras,
    pub office: Office,
    launched: Option<SystemClock>,
    is_saved: bool,
}

impl Trial {
    /// `name` of the file for its figures; none, and they are not kept.
    pub fn new(place: u32, name: Option<&str>, fault: &str) -> Self {
        let cameras = vec![Mount::new(format!("/{CAMERA}"), film::people())];
        Self::with(place, name, fault, cameras, &[CAMERA])
    }

    pub fn with(place: u32, name: Option<&str>, fault: &str, mounts: Vec<Mount>, ids: &[&'static str]) -> Self {
        let cameras = TestCameras::start(mounts).expect("cameras");
        let configured: Vec<Camera> =
            ids.iter().map(|id| Camera { id, main: cameras.url(&format!("/{id}")) }).collect();
        let tally =
            Tally { place, name: name.unwrap_or_default().to_owned(), fault: fault.to_owned(), ..Tally::default() };
        Self {
            tally,
            told: Told::of(CAMERA),
            random: fastrand::Rng::new(),
            offset: SignedDuration::ZERO,
            environment: Vec::new(),
            appliance: None,
            cameras,
            office: Office::new(&configured),
            launched: None,
            is_saved: name.is_some(),
        }
    }

    pub fn in_environment(mut self, environment: Vec<(&'static str, String)>) -> Self {
        self.environment = environment;
        self
    }

    /// The time by the program's clock.
    pub fn now(&self) -> Timestamp {
        SystemClock::new().now() + self.offset
    }

    pub fn appliance(&mut self) -> &mut Appliance {
        self.appliance.as_mut().expect("launched")
    }

    /// Starts the program and waits for nothing.
    pub fn launch(&mut self) {
        self.launched = Some(SystemClock::new());
        self.appliance = Some(Appliance::launch_in(&self.office, &self.environment));
    }

    /// Starts it, and waits until it watches.
    pub fn start(&mut self) {
        let since = self.now();
        self.launch();
        self.appliance().wait_until_it_answers();
        self.watches_after(since);
    }

    /// Starts it after a fault: takes note of how long it was until it watched.
    pub fn start_again(&mut self) {
        self.start();
        let back = self.launched.as_ref().expect("launched").monotonic();
        self.tally.back.push(back.as_secs_f64());
        self.tally.starts.push(back.as_secs_f64());
        self.check(true);
    }

    /// Until it has looked at a picture of after `since`.
    fn watches_after(&mut self, since: Timestamp) {
        let (appliance, ended) = (self.appliance.as_mut().expect("launched"), &mut self.tally.ended);
        eventually("a picture", || {
            if !appliance.program.is_running() {
                *ended += 1;
                panic!("it has ended: {}", appliance.program.stderr());
            }
            picture_at(appliance, CAMERA).filter(|at| *at >= since && *at < since + NOW)
        });
    }

    /// The fault is over since this moment: takes note of how long it was until it watched.
    pub fn recover(&mut self) {
        let (clock, since) = (SystemClock::new(), self.now());
        self.watches_after(since);
        self.tally.back.push(clock.monotonic().as_secs_f64());
        let recorded = |trial: &Self| {
            let rows = recordings(trial.appliance.as_ref().expect("launched"), CAMERA).unwrap_or_default();
            rows.iter().any(|row| time(&row["from"]) < since + NOW && time(&row["to"]) > since)
        };
        until("recordings of after the fault", || recorded(self));
        self.check(false);
    }

    /// What it tells now, against what it told before.
    fn check(&mut self, ended: bool) {
        let appliance = self.appliance.as_ref().expect("launched");
        let losses = self.told.losses(appliance, ended);
        self.tally.alerts_lost.extend(losses.alerts);
        self.tally.recordings_lost.extend(losses.recordings);
        self.tally.video_lost.extend(losses.video.map(|lost| lost.as_secs_f64()));
        let clock = SystemClock::new();
        let mut agrees = false;
        while !agrees && clock.monotonic() < AGREE_WITHIN {
            agrees = folder_agrees(appliance, &self.office, CAMERA);
            pause(Duration::from_millis(20));
        }
        self.tally.disagreements += u32::from(!agrees);
        self.note();
    }

    /// Listens until something has happened and then for a random while of less than `most`.
    pub fn listen(&mut self, from: From, most: Duration) {
        let delay = Duration::from_millis(self.random.u64(0..most.as_millis().try_into().expect("short")));
        listen_until(self.appliance.as_ref().expect("launched"), from, delay, &mut self.told);
    }

    /// Counts a try.
    pub fn tried(&mut self) {
        self.tally.tried += 1;
        self.note();
    }

    fn note(&mut self) {
        self.tally.alerts = self.told.closed.len() + self.told.open.len();
        if self.is_saved {
            self.tally.save();
        }
    }

    /// Stops it and looks at all that it leaves behind.
    #[track_caller]
    pub fn finish(mut self) {
        let appliance = self.appliance.take().expect("launched");
        check_evidence(&appliance, self.told.closed.keys());
        let finished = appliance.stop();
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
        check_at_rest(&self.office, &self.told);
        self.tally.in_order = true;
        self.note();
        let tally = &self.tally;
        assert!(tally.alerts_lost.is_empty(), "{:#?}", tally.alerts_lost);
        assert!(tally.recordings_lost.is_empty(), "{:#?}", tally.recordings_lost);
        assert_eq!((tally.disagreements, tally.ended), (0, 0));
    }
}

//! What makes room: what is over or worth least goes; and what there is of it is told.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::super::disk::{DiskReport, DiskState, DiskTrouble, free_bytes, over_quota, reserve_bytes};
use super::super::forecast::{Forecast, Paced, Room, forecast};
use super::super::retention::{Judge, Kept, Stretches, choose, over};
use super::super::{Gone, Needed, SegmentIndex, clip_cache, identity};
use super::{FORECAST_EVERY, SWEEP_EVERY, Writer};
use crate::record::IndexError;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Removing goes this share of the quota below it, so that it is not done for every segment.
const HEADROOM_SHARE: u64 = 100;
const MAX_HEADROOM_BYTES: u64 = 256 << 20;

/// What gives segments their worth, as the index knows it now.
struct Known {
    held: Vec<Needed>,
    alerts: Vec<Needed>,
    moved: Vec<Needed>,
}

impl Known {
    /// Motion only where it is worth something, and not of before.
    fn read(index: &dyn SegmentIndex, motion_since: Option<Timestamp>) -> Result<Self, IndexError> {
        let moved = motion_since.map_or_else(|| Ok(Vec::new()), |since| index.moved(since))?;
        Ok(Self { held: index.kept()?, alerts: index.needed()?, moved })
    }

    fn stretches(&self) -> Stretches<'_> {
        Stretches::new(&self.held, &self.alerts, &self.moved)
    }
}

impl Writer {
    fn used_bytes(&self) -> u64 {
        self.shelf.bytes + self.open.values().map(|open| open.segment.size_bytes).sum::<u64>()
    }

    /// Keeps some of the disk free; without that no segment is begun.
    pub(super) fn make_room(&mut self) -> io::Result<()> {
        let short = |dir: &PathBuf| Ok::<u64, io::Error>(reserve_bytes(dir)?.saturating_sub(free_bytes(dir)?));
        let missing = short(&self.data_dir)?;
        if missing > 0 {
            self.free(missing + self.headroom_bytes());
            if short(&self.data_dir)? > 0 {
                return Err(rustix::io::Errno::NOSPC.into());
            }
        }
        Ok(())
    }

    pub(super) fn headroom_bytes(&self) -> u64 {
        (self.keeping().quota_bytes / HEADROOM_SHARE).min(MAX_HEADROOM_BYTES)
    }

    pub(super) fn keep_within_quota(&mut self) {
        match self.index.kept() {
            Ok(kept) => self.kept_bytes = self.shelf.bytes_of(&kept),
            Err(error) => self.index_failed(&error),
        }
        let quota_bytes = self.keeping().quota_bytes;
        let excess = self.used_bytes().saturating_sub(quota_bytes);
        if excess > 0 {
            self.free(excess + self.headroom_bytes());
        }
        let is_over = self.used_bytes() > quota_bytes;
        if self.key_frames_only.swap(is_over, Ordering::Relaxed) != is_over {
            if is_over {
                tracing::warn!("the quota is full of what may not go: key frames alone are recorded");
            } else {
                tracing::info!("there is room again: every picture is recorded");
            }
        }
        self.report();
    }

    /// Removes what is over, room or not; looks again after some time, and when something else is wanted.
    pub(super) fn sweep(&mut self) {
        let (now, keeping) = (self.clock.monotonic(), self.keeping());
        if now < self.sweep_again && keeping == self.swept {
            return;
        }
        self.sweep_again = now + SWEEP_EVERY;
        let is_believed = self.belief.ask(now, self.clock.now(), self.shelf.newest());
        if keeping.shortest().is_some() && is_believed {
            self.remove_chosen(|kept, judge| over(kept, judge));
        }
        // A smaller quota counts at once.
        if keeping != self.swept {
            self.swept = keeping;
            self.keep_within_quota();
        }
    }

    /// Removes what is worth least, `bytes` of it if there is as much that may go.
    pub(super) fn free(&mut self, bytes: u64) {
        self.remove_chosen(|kept, judge| choose(kept, judge, bytes));
    }

    fn remove_chosen(
        &mut self,
        choose: impl for<'a> FnOnce(&mut dyn Iterator<Item = &'a Kept>, &Judge<'_>) -> Vec<&'a Kept>,
    ) {
        // On a disk that is not there everything looks as if it were removed.
        if let Err(wrong) = identity::check(&self.data_dir, self.index.as_ref()) {
            tracing::warn!(%wrong, "nothing is removed");
            return;
        }
        let keeping = self.keeping();
        let oldest = self.shelf.oldest_first().next().map(|kept| kept.started_at);
        let known = Known::read(self.index.as_ref(), oldest.filter(|_| keeping.tells_motion()));
        let known = match known {
            Ok(known) => known,
            Err(error) => return self.index_failed(&error),
        };
        let judge = Judge { keeping: &keeping, stretches: known.stretches(), now: self.clock.now() };
        let chosen: Vec<Kept> = choose(&mut self.shelf.oldest_first(), &judge).into_iter().cloned().collect();
        if chosen.is_empty() {
            return;
        }
        // Before any file is gone: a power failure must not make it look as if somebody had taken it.
        if let Err(error) = self.index.give_up(&chosen.iter().map(|segment| segment.id).collect::<Vec<_>>()) {
            self.index_failed(&error);
        }
        for segment in &chosen {
            // What cannot be removed is said, and tried again at the next start.
            let _ = self.remove(segment);
        }
        let gone = chosen.iter().map(|segment| Needed {
            camera: segment.camera.to_string(),
            from: segment.started_at,
            to: segment.ends_at,
        });
        if let Err(error) = clip_cache::forget(&self.data_dir, &gone.collect::<Vec<_>>()) {
            tracing::warn!(%error, "a clip of what was removed cannot be removed; tried again at the next start");
        }
    }

    /// The file first: a row without a file is found at the next start, evidence without a row
    /// would come back.
    pub(super) fn remove(&mut self, segment: &Kept) -> io::Result<()> {
        // A smaller quota removes thousands.
        self.pulse.beat();
        let path = self.data_dir.join(segment.path());
        // Off the shelf in any case: what cannot be removed must not stand in the way of the next.
        self.shelf.remove(segment);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "an old segment cannot be removed; tried again at the next start");
            return Err(error);
        }
        self.unsaved.remove(&segment.id);
        self.unfinished.remove(&segment.id);
        if let Some(day) = path.parent() {
            // Succeeds for the last one of a day only.
            drop(std::fs::remove_dir(day));
        }
        if let Err(error) = self.index.remove(segment.id, Gone::Removed) {
            self.unremoved.push(segment.id);
            self.index_failed(&error);
        }
        Ok(())
    }

    /// Once a minute: it looks at a day's segments.
    fn forecast(&mut self) -> Option<Forecast> {
        let now = self.clock.monotonic();
        if now >= self.forecast_again {
            self.forecast_again = now + FORECAST_EVERY;
            self.forecast = self.look_ahead();
        }
        self.forecast
    }

    fn look_ahead(&mut self) -> Option<Forecast> {
        let (keeping, now) = (self.keeping(), self.clock.now());
        let day_ago = now.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        let known = match Known::read(self.index.as_ref(), keeping.tells_motion().then_some(day_ago)) {
            Ok(known) => known,
            Err(error) => {
                self.index_failed(&error);
                return None;
            }
        };
        let judge = Judge { keeping: &keeping, stretches: known.stretches(), now };
        let recorded = self.shelf.since(day_ago).map(|segment| {
            let worth = judge.worth(segment);
            let passes = judge.waits_for_alert(segment) && worth < super::super::retention::Worth::Alert;
            Paced { at: segment.started_at, size_bytes: segment.size_bytes, worth: (!passes).then_some(worth) }
        });
        let used_bytes = self.used_bytes();
        // A disk that is smaller than the quota is full before.
        let free = free_bytes(&self.data_dir).and_then(|free| Ok(free.saturating_sub(reserve_bytes(&self.data_dir)?)));
        let room = Room {
            total_bytes: free.map_or(keeping.quota_bytes, |free| keeping.quota_bytes.min(used_bytes + free)),
            used_bytes,
            kept_bytes: self.kept_bytes,
            alert_bytes: if keeping.shortest().is_some() { self.shelf.bytes_of(&known.alerts) } else { 0 },
        };
        forecast(recorded, room, &keeping.tiers, now)
    }

    pub(super) fn report(&mut self) {
        let forecast = self.forecast();
        let (used_bytes, quota_bytes) = (self.used_bytes(), self.keeping().quota_bytes);
        let kept_bytes = self.kept_bytes;
        let (state, trouble) = match &self.trouble {
            Some((state @ DiskState::Full, detail)) => (*state, Some((DiskTrouble::NoRoom, detail.clone()))),
            Some((state @ DiskState::Wrong, detail)) => (*state, Some((DiskTrouble::NotOurs, detail.clone()))),
            Some((state, detail)) => (*state, Some((DiskTrouble::NotWritable, detail.clone()))),
            None if used_bytes > quota_bytes => (DiskState::Full, Some(over_quota(quota_bytes, kept_bytes))),
            None => (DiskState::Ok, None),
        };
        let key_frames_only = self.key_frames_only.load(Ordering::Relaxed);
        let (trouble, detail) = trouble.unzip();
        self.teller.report(DiskReport {
            state,
            used_bytes,
            quota_bytes,
            kept_bytes,
            forecast,
            key_frames_only,
            // Not known here.
            slow: None,
            trouble,
            detail,
        });
    }
}

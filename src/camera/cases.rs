//! The one book of cases, in which the alerts of all cameras meet.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::alert::{Alert, CaseBook, Filing};
use crate::base::IdSource;
use crate::config::Neighbours;
use crate::store::{self, Store};

/// Shared by cameras; filing looks at no disk and takes but a moment.
#[derive(Debug, Clone)]
pub struct Cases {
    inner: Arc<Mutex<(CaseBook, IdSource)>>,
}

impl Cases {
    /// Goes on with the cases of a short while ago, as if the appliance had not been away.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn open(store: &Store, neighbours: Neighbours, now: Timestamp, mut ids: IdSource) -> store::Result<Self> {
        let mut book = CaseBook::new(neighbours);
        let since = now.checked_sub(book.memory()).unwrap_or(now);
        for alert in store.alerts_seen_since(since)?.iter().filter(|alert| alert.case.is_some()) {
            book.file(alert, &mut ids);
        }
        Ok(Self { inner: Arc::new(Mutex::new((book, ids))) })
    }

    /// From now on these cameras are near each other.
    pub fn set_neighbours(&self, neighbours: Neighbours) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).0.set_neighbours(neighbours);
    }

    /// To which case an alert belongs as it is now.
    pub fn file(&self, alert: &Alert) -> Filing {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (book, ids) = &mut *inner;
        book.file(alert, ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{AlertBook, QUIET_BEFORE_CLOSE};
    use crate::base::{Rect, SharedClock, SimClock};
    use crate::rules::{Context, Finding, FindingKind};
    use crate::track::AnswerRules;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_771_266_600 + seconds).expect("in range")
    }

    /// An alert of a camera as it opens.
    fn alert(camera: &str, seconds: i64, ids: &mut IdSource) -> Alert {
        let mut book = AlertBook::new(camera, camera, jiff::tz::TimeZone::UTC, AnswerRules::default());
        let track = ids.next(at(seconds));
        let bbox = Rect::new(0.0, 0.0, 9.0, 9.0);
        let kind = FindingKind::Person;
        let person = Finding { kind, track, confidence: 0.5, at: at(seconds), bbox, zone: None, weight: 1.0 };
        let opened = book.observe(at(seconds), (640, 360), vec![person], &Context::default(), ids);
        opened.expect("a person opens an alert").1
    }

    #[test]
    fn a_restart_ends_no_case_but_a_long_pause_does() {
        let clock: SharedClock = Arc::new(SimClock::new(at(0)));
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), &clock).expect("opens");
        let walks = || [("cong".to_owned(), "san".to_owned(), QUIET_BEFORE_CLOSE)].into_iter().collect();
        let cases_at = |now| Cases::open(&store, walks(), now, IdSource::seeded(5)).expect("opens");

        let mut ids = IdSource::seeded(4);
        let mut first = alert("cong", 0, &mut ids);
        let Filing { case, .. } = cases_at(at(0)).file(&first);
        first.case = Some(case);
        first.closed_at = Some(at(0));
        store.put_alert(&first).expect("stored");

        let next = alert("san", 20, &mut ids);
        assert_eq!(cases_at(at(15)).file(&next), Filing { case, absorbed: Vec::new() });
        assert_ne!(cases_at(at(5_000)).file(&next).case, case, "nobody looked for an hour");
        let elsewhere = alert("kho", 20, &mut ids);
        assert_ne!(cases_at(at(15)).file(&elsewhere).case, case);
    }
}

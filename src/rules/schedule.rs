//! Whether the office is watched at a given time, and why.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::Bilingual;
use crate::config::{Arming, DailySpan};

/// Answers for any time; holds no state.
#[derive(Debug, Clone)]
pub struct Schedule {
    arming: Arming,
    timezone: TimeZone,
}

/// Whether, and why, the zones are being guarded at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed {
    pub armed: bool,
    /// Within the hours in which thieves come; only while armed.
    pub peak: bool,
    pub reason: Bilingual,
}

impl Schedule {
    pub fn new(arming: &Arming, timezone: TimeZone) -> Self {
        Self { arming: arming.clone(), timezone }
    }

    pub fn at(&self, at: Timestamp) -> Armed {
        let local = at.to_zoned_datetime(self.timezone.clone());
        let time = local.time();
        let night = self.arming.nights.filter(|span| span.contains(time));
        let weekend = self.arming.weekends && matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
        let armed = night.is_some() || weekend;
        let peak = self.arming.peak.filter(|span| armed && span.contains(time));

        let mut vi = Vec::new();
        let mut en = Vec::new();
        if let Some(span) = night {
            vi.push(format!("ban đêm ({})", words(span)));
            en.push(format!("night ({})", words(span)));
        }
        if weekend {
            vi.push("cuối tuần".to_owned());
            en.push("weekend".to_owned());
        }
        if let Some(span) = peak {
            vi.push(format!("giờ cao điểm trộm ({})", words(span)));
            en.push(format!("peak hours ({})", words(span)));
        }
        let reason = if armed {
            Bilingual { vi: format!("Đang canh: {}", vi.join(", ")), en: format!("Armed: {}", en.join(", ")) }
        } else {
            self.why_not()
        };
        Armed { armed, peak: peak.is_some(), reason }
    }

    fn why_not(&self) -> Bilingual {
        match self.arming.nights {
            Some(span) => Bilingual {
                vi: format!("Không canh: giờ làm việc, sẽ bật lúc {}", span.from.strftime("%H:%M")),
                en: format!("Not armed: working hours, arms at {}", span.from.strftime("%H:%M")),
            },
            None => Bilingual {
                vi: "Không canh: chỉ canh cuối tuần".to_owned(),
                en: "Not armed: only weekends are watched".to_owned(),
            },
        }
    }
}

fn words(span: DailySpan) -> String {
    format!("{}–{}", span.from.strftime("%H:%M"), span.to.strftime("%H:%M"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;
    use crate::config::Holidays;

    fn schedule(weekends: bool) -> Schedule {
        let span = |from, to| Some(DailySpan { from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) });
        let arming = Arming { nights: span(18, 6), peak: span(1, 3), weekends, holidays: Holidays::None };
        Schedule::new(&arming, TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled"))
    }

    #[track_caller]
    fn check(weekends: bool, at: &str, armed: bool, peak: bool, words: &str) {
        let at: Timestamp = format!("{at}+07:00").parse().expect("a time");
        let answer = schedule(weekends).at(at);
        assert_eq!((answer.armed, answer.peak), (armed, peak), "{answer:?}");
        assert!(answer.reason.vi.contains(words), "{words:?} is not in {:?}", answer.reason.vi);
    }

    #[test]
    fn nights_peaks_and_weekends() {
        // 2026-02-16 is a Monday.
        check(true, "2026-02-16T17:59:59", false, false, "sẽ bật lúc 18:00");
        check(true, "2026-02-16T18:00:00", true, false, "ban đêm (18:00–06:00)");
        check(true, "2026-02-17T01:00:00", true, true, "giờ cao điểm trộm (01:00–03:00)");
        check(true, "2026-02-17T03:00:00", true, false, "ban đêm");
        check(true, "2026-02-17T06:00:00", false, false, "Không canh");
        check(true, "2026-02-21T12:00:00", true, false, "cuối tuần");
        check(false, "2026-02-21T12:00:00", false, false, "Không canh");
        check(true, "2026-02-22T02:00:00", true, true, "cuối tuần, giờ cao điểm");
    }

    proptest! {
        #[test]
        fn a_peak_is_always_armed(seconds in 0i64..4_000_000_000) {
            let answer = schedule(true).at(Timestamp::from_second(seconds).expect("in range"));
            prop_assert!(!answer.peak || answer.armed);
            prop_assert!(!answer.reason.vi.is_empty() && !answer.reason.en.is_empty());
        }
    }
}

//! What is said of it, in Vietnamese and English.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Armed;
use super::why::{Evening, Why};
use crate::config::DailySpan;
use crate::rules::Bilingual;
use crate::rules::orders::Act;

/// Further away than this, a time of day needs its date.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Since and until when, as far as that is known.
type Stretch = (Option<Timestamp>, Option<Timestamp>);

/// The reason in a few words.
pub(super) fn phrase(why: &Why<'_>) -> Bilingual {
    let say = |vi: &str, en: &str| Bilingual { vi: vi.to_owned(), en: en.to_owned() };
    match why {
        Why::Order(order) => match order.act {
            Act::Arm => say(&format!("bật tay ({})", order.reason), &format!("armed by hand ({})", order.reason)),
            Act::Disarm => say(&format!("tắt tay ({})", order.reason), &format!("disarmed by hand ({})", order.reason)),
        },
        Why::Always(group) => {
            say(&format!("{group} được canh suốt ngày đêm"), &format!("{group} is watched day and night"))
        }
        Why::Closed(closure) if closure.name.is_empty() => say("cơ quan đóng cửa", "the office is closed"),
        Why::Closed(closure) => say(&format!("đóng cửa: {}", closure.name), &format!("closed: {}", closure.name)),
        Why::Night(evening) => night(evening),
        Why::DayOff(_, off) => off.name(),
        Why::Rest { weekend: true } => say("cuối tuần", "weekend"),
        Why::Rest { weekend: false } => say("ngày nghỉ trong tuần", "weekly day off"),
        Why::Outside => say("ngoài giờ mở cửa", "outside opening hours"),
        Why::Early(days) => say(
            &format!("còn {days} ngày đến kỳ nghỉ Tết, cơ quan vắng sớm"),
            &format!(
                "{days} {} before the days off at Tết, when the office empties early",
                if *days == 1 { "day" } else { "days" }
            ),
        ),
        Why::Open => say("giờ làm việc", "working hours"),
        Why::Unwatched => say("ngoài lịch canh", "outside the schedule"),
    }
}

fn night(evening: &Evening<'_>) -> Bilingual {
    let (vi, en) = match evening.off {
        Some(off) => {
            let name = off.name();
            (format!("đêm {}", name.vi), format!("the night of {}", name.en))
        }
        None if evening.is_weekend => ("đêm cuối tuần".to_owned(), "weekend night".to_owned()),
        None => ("ban đêm".to_owned(), "night".to_owned()),
    };
    Bilingual { vi, en }
}

/// What holds at `at`: its reason with the stretch of that, and whether it goes on after it.
pub(super) fn sentence(
    at: Timestamp,
    armed: &Armed,
    stretch: Stretch,
    state: Stretch,
    peak: Option<DailySpan>,
    timezone: &TimeZone,
) -> Bilingual {
    let hours = |span: DailySpan| format!("{}–{}", span.from.strftime("%H:%M"), span.to.strftime("%H:%M"));
    let peak = peak.filter(|_| armed.peak).map(hours);
    let goes_on = stretch.1.is_some() && stretch.1 != state.1;
    let vi = {
        let clock = |time: Option<Timestamp>| time.map(|time| time_of(time, at, timezone, "ngày"));
        let (is, stays) = if armed.armed { ("Đã bật", "vẫn bật") } else { ("Đang tắt", "vẫn tắt") };
        let from = part(" từ ", clock(stretch.0), "");
        let to = part(" đến ", clock(stretch.1), "");
        let peak = part(", giờ cao điểm trộm (", peak.clone(), ")");
        let more =
            if goes_on { format!("; sau đó {stays}{}", part(" đến ", clock(state.1), "")) } else { String::new() };
        format!("{is}{from}{to}: {}{peak}{more}", armed.reason.vi)
    };
    let clock = |time: Option<Timestamp>| time.map(|time| time_of(time, at, timezone, "on"));
    let (is, stays) = if armed.armed { ("Armed", "stays armed") } else { ("Not armed", "stays off") };
    let from = part(" from ", clock(stretch.0), "");
    let to = part(if stretch.0.is_some() { " to " } else { " until " }, clock(stretch.1), "");
    let peak = part(", peak hours (", peak, ")");
    let more = if goes_on {
        format!("; it {stays} after that{}", part(", until ", clock(state.1), ""))
    } else {
        String::new()
    };
    let en = format!("{is}{from}{to}: {}{peak}{more}", armed.reason.en);
    Bilingual { vi, en }
}

/// What is known, between two words; nothing where it is not.
fn part(before: &str, known: Option<String>, after: &str) -> String {
    known.map_or_else(String::new, |known| format!("{before}{known}{after}"))
}

/// The time of day, and the day where that is not plain.
fn time_of(time: Timestamp, at: Timestamp, timezone: &TimeZone, on: &str) -> String {
    let local = timezone.to_datetime(time);
    let is_near = time.duration_since(at).abs() < DAY;
    if is_near {
        local.strftime("%H:%M").to_string()
    } else {
        format!("{} {on} {}", local.strftime("%H:%M"), local.strftime("%d/%m"))
    }
}

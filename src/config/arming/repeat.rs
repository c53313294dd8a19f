//! Events that repeat (RFC 5545, RRULE): each time at which one begins. Pure.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rrule::RRuleSet;

use super::days::YEARS;

/// One that repeats more often is no closure, but how the office works.
const MOST_TIMES: usize = 400;
/// Closures repeat by days at least.
const KNOWN: [&str; 4] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

/// When an event begins that first begins at `begin`, at the office, and repeats by `rule`, such as
/// `FREQ=YEARLY;COUNT=5`. `is_over` says of a time whether it is beyond the UNTIL of the rule, which it is given. What
/// repeats every year need not end.
///
/// # Errors
/// Where the rule is none, or there is no end to it.
pub(super) fn times(
    begin: DateTime,
    rule: &str,
    is_over: impl Fn(&str, DateTime) -> Result<bool, String>,
) -> Result<Vec<DateTime>, String> {
    let rule = rule.trim().to_ascii_uppercase();
    let value = |key: &str| rule.split(';').find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
    let frequency = value("FREQ").unwrap_or_default();
    if !KNOWN.contains(&frequency) {
        return Err(format!("RRULE {rule:?}: a closure repeats by FREQ={}", KNOWN.join(", ")));
    }
    let until = value("UNTIL");
    if until.is_none() && value("COUNT").is_none() && frequency != "YEARLY" {
        return Err(format!("RRULE {rule:?}: it never ends; give it a COUNT or an UNTIL"));
    }
    // The end is ours to judge: it may be a day, or a time in another zone.
    let endless: Vec<_> = rule.split(';').filter(|part| !part.starts_with("UNTIL=")).collect();
    // Times at the office are taken for times of UTC, where every day has 24 hours.
    let text = format!("DTSTART:{}\nRRULE:{}", begin.strftime("%Y%m%dT%H%M%SZ"), endless.join(";"));
    let set: RRuleSet = text.parse().map_err(|error: rrule::RRuleError| {
        let why = error.to_string();
        format!("RRULE {rule:?}: {}", why.lines().next().unwrap_or_default())
    })?;
    let mut times = Vec::new();
    for time in &set {
        let at = Timestamp::from_second(time.timestamp()).map_err(|error| format!("RRULE {rule:?}: {error}"))?;
        let at = TimeZone::UTC.to_datetime(at);
        if !YEARS.contains(&at.year()) || until.map_or(Ok(false), |until| is_over(until, at))? {
            break;
        }
        if times.len() == MOST_TIMES {
            return Err(format!("RRULE {rule:?}: it repeats more than {MOST_TIMES} times; give it an earlier end"));
        }
        times.push(at);
    }
    Ok(times)
}

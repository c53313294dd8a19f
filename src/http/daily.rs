//! What a supervisor reads in the morning: a night, and the day before it, in a minute.

use axum::Json;
use axum::extract::State;
use jiff::civil::{Date, Time, time};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::heads::ChainHead;
use super::params::Query;
use super::problem::Problems;
use super::{Context, Shared, WebError, blocking};
use crate::access::Who;
use crate::alert::Verdict;
use crate::intake::health::LostReason;
use crate::rules::orders::Scope;
use crate::rules::{Bilingual, FalseAlarm, Severity};
use crate::store::{DayAlert, DutyChange};

/// A night belongs to one day: it is over long before, and does not begin for long after.
const NOON: Time = time(12, 0, 0, 0);
/// Escalations that are listed; all are counted.
const MOST_LISTED: usize = 50;

/// From noon to noon, so that a night is in one report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DailyReport {
    /// Of the noon at which it begins: the evening's date.
    #[schema(format = Date)]
    day: String,
    #[schema(format = DateTime)]
    from: String,
    /// Noon of the next day, or now where that is to come.
    #[schema(format = DateTime)]
    to: String,
    /// It goes on.
    running: bool,
    alerts: AlertCounts,
    /// Each hour from the first to the last, also those without any; 24, or 23 or 25 where the clocks change.
    hours: Vec<HourCounts>,
    /// Each camera that may be seen and had any, the most first.
    cameras: Vec<CameraCounts>,
    claims: ClaimTimes,
    /// What went to the supervisor, oldest first; at most 50.
    escalated: Vec<EscalatedAlert>,
    /// Cameras that gave no picture, the longest first.
    outages: Vec<CameraOutages>,
    /// What was disarmed by hand, in the order in which it was given.
    disarmed: Vec<Disarmed>,
    /// Who went on duty and off it.
    duty: Vec<DutyEntry>,
    /// Ends of the chains of recordings and of the audit log that were signed meanwhile.
    heads: Vec<ChainHead>,
}

/// How many alerts there were, and what they were.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct AlertCounts {
    total: usize,
    critical: usize,
    warning: usize,
    notice: usize,
    true_alarms: usize,
    false_alarms: usize,
    /// Nobody has said what they were.
    unsettled: usize,
    escalated: usize,
    /// What the false alarms were.
    false_alarm_reasons: Vec<ReasonCount>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReasonCount {
    reason: FalseAlarm,
    count: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HourCounts {
    #[schema(format = DateTime)]
    from: String,
    true_alarms: usize,
    false_alarms: usize,
    unsettled: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CameraCounts {
    camera: String,
    camera_name: String,
    true_alarms: usize,
    false_alarms: usize,
    unsettled: usize,
}

/// How long alerts waited until somebody first claimed them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClaimTimes {
    claimed: usize,
    /// Null where nobody claimed any.
    #[schema(required, minimum = 0)]
    median_seconds: Option<i64>,
    #[schema(required, minimum = 0)]
    longest_seconds: Option<i64>,
    /// That nobody has claimed.
    unclaimed: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EscalatedAlert {
    alert: Uuid,
    camera_name: String,
    severity: Severity,
    #[schema(format = DateTime)]
    at: String,
    #[schema(format = DateTime)]
    escalated_at: String,
    /// When somebody first claimed it; null where nobody has.
    #[schema(required, format = DateTime)]
    claimed_at: Option<String>,
}

/// When a camera gave no picture.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CameraOutages {
    camera: String,
    camera_name: String,
    times: usize,
    /// In all, within this report.
    seconds: i64,
    longest_seconds: i64,
    /// It still gives none at the report's end.
    lasts: bool,
    /// Of the longest.
    #[schema(required)]
    reason: Option<LostReasonWords>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LostReasonWords {
    code: LostReason,
    #[serde(flatten)]
    words: Bilingual,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Disarmed {
    /// The camera's name; null where it was for a group or for all.
    #[schema(required)]
    camera_name: Option<String>,
    #[schema(required)]
    group: Option<String>,
    #[schema(format = DateTime)]
    from: String,
    /// When it ceased to count, or will.
    #[schema(format = DateTime)]
    until: String,
    reason: String,
    /// Who gave it, and who took it back before its time, by the names that they had then.
    #[schema(required)]
    given_by: Option<String>,
    #[schema(required)]
    withdrawn_by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DutyEntry {
    #[schema(format = DateTime)]
    at: String,
    who: String,
    on: bool,
}

/// A day from noon to noon: alerts and what they were, how long they waited, what was escalated, which cameras gave no
/// picture, what was disarmed by hand, and who was on duty.
#[utoipa::path(get, path = "/reports/daily", tag = "office",
    params(("day" = Option<String>, Query, format = Date,
        description = "Such as 2026-02-16: from noon of that day; the one that goes on now unless said")),
    responses(
        (status = 200, description = "The report", body = DailyReport),
        Problems,
    )
)]
pub(super) async fn get_daily_report(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<DailyReport>, WebError> {
    let now = context.now();
    let day: Option<Date> = query.get("day")?;
    let today = context.report_day(now);
    let day = day.unwrap_or(today);
    if day > today {
        return Err(WebError::BadRequest(format!("`day`: {day} has not begun; its report begins at noon")));
    }
    blocking(&context, move |context| context.daily_report(&who, day, now)).await?.map(Json)
}

impl Context {
    /// The day whose report this moment belongs to.
    fn report_day(&self, now: Timestamp) -> Date {
        let local = now.to_zoned_datetime(self.state.config.timezone.clone());
        if local.time() >= NOON { local.date() } else { local.date().yesterday().unwrap_or(Date::MIN) }
    }

    /// Noon of a day.
    ///
    /// # Errors
    /// 400 for a day beyond what clocks know.
    fn noon(&self, day: Date) -> Result<Timestamp, WebError> {
        let noon = self.state.config.timezone.to_timestamp(day.to_datetime(NOON));
        noon.map_err(|_| WebError::BadRequest(format!("`day`: there is no noon of {day}")))
    }

    /// Blocks.
    fn daily_report(&self, who: &Who, day: Date, now: Timestamp) -> Result<DailyReport, WebError> {
        let (from, end) = (self.noon(day)?, self.noon(day.tomorrow().unwrap_or(Date::MAX))?);
        let to = end.min(now);
        let store = &self.state.store;
        let mut alerts = store.alerts_of_day(from, end)?;
        alerts.retain(|alert| who.may_see(&alert.camera));
        let escalated = alerts.iter().filter_map(|alert| Some((alert, alert.escalated_at?)));
        let escalated = escalated.take(MOST_LISTED).map(|(alert, at)| self.escalated_alert(alert, at));
        Ok(DailyReport {
            day: day.to_string(),
            from: self.time(from),
            to: self.time(to),
            running: to < end,
            alerts: counts(&alerts),
            hours: self.hours(&alerts, from, end),
            cameras: self.camera_counts(&alerts),
            claims: claim_times(&alerts),
            escalated: escalated.collect(),
            outages: self.camera_outages(who, from, to)?,
            disarmed: self.disarmed(who, from, to)?,
            duty: store.duty(from, end)?.into_iter().map(|change| self.duty_entry(change)).collect(),
            heads: self.heads(who, from, end)?,
        })
    }

    fn hours(&self, alerts: &[DayAlert], from: Timestamp, end: Timestamp) -> Vec<HourCounts> {
        let hour = SignedDuration::from_hours(1);
        let starts = std::iter::successors(Some(from), |at| at.checked_add(hour).ok()).take_while(|at| *at < end);
        let counted = starts.map(|start| {
            let within = alerts.iter().filter(|alert| alert.opened_at >= start && alert.opened_at < start + hour);
            let Tally { true_alarms, false_alarms, unsettled } = tally(within);
            HourCounts { from: self.time(start), true_alarms, false_alarms, unsettled }
        });
        counted.collect()
    }

    fn camera_counts(&self, alerts: &[DayAlert]) -> Vec<CameraCounts> {
        let mut ids: Vec<_> = alerts.iter().map(|alert| &alert.camera).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut counted: Vec<_> = ids
            .into_iter()
            .map(|id| {
                let tally = tally(alerts.iter().filter(|alert| alert.camera == *id));
                let Tally { true_alarms, false_alarms, unsettled } = tally;
                let camera_name = self.camera_name(id);
                CameraCounts { camera: id.clone(), camera_name, true_alarms, false_alarms, unsettled }
            })
            .collect();
        counted.sort_by_key(|of| std::cmp::Reverse(of.true_alarms + of.false_alarms + of.unsettled));
        counted
    }

    fn escalated_alert(&self, alert: &DayAlert, escalated_at: Timestamp) -> EscalatedAlert {
        EscalatedAlert {
            alert: alert.id,
            camera_name: self.camera_name(&alert.camera),
            severity: alert.severity,
            at: self.time(alert.opened_at),
            escalated_at: self.time(escalated_at),
            claimed_at: alert.claimed_at.map(|at| self.time(at)),
        }
    }

    /// Blocks.
    fn camera_outages(&self, who: &Who, from: Timestamp, to: Timestamp) -> Result<Vec<CameraOutages>, WebError> {
        let mut told = Vec::new();
        for camera in self.cameras_of(who) {
            let outages = self.state.store.outages(&camera.id, from, to)?;
            let length = |of: &crate::store::Outage| {
                let until = of.until.unwrap_or(to).min(to);
                until.duration_since(of.from.max(from)).max(SignedDuration::ZERO)
            };
            let Some(longest) = outages.iter().max_by_key(|of| length(of)) else { continue };
            let total: SignedDuration = outages.iter().map(length).fold(SignedDuration::ZERO, |sum, of| sum + of);
            told.push(CameraOutages {
                camera: camera.id.clone(),
                camera_name: camera.name.clone(),
                times: outages.len(),
                seconds: total.as_secs(),
                longest_seconds: length(longest).as_secs(),
                lasts: outages.iter().any(|of| of.until.is_none_or(|until| until > to)),
                reason: longest.reason.map(lost_reason),
            });
        }
        told.sort_by_key(|of| std::cmp::Reverse(of.seconds));
        Ok(told)
    }

    /// Blocks.
    fn disarmed(&self, who: &Who, from: Timestamp, to: Timestamp) -> Result<Vec<Disarmed>, WebError> {
        let orders = self.state.store.disarmed(from, to)?.into_iter();
        let told = orders.filter_map(|order| {
            let (camera_name, group) = match &order.scope {
                Scope::All => (None, None),
                Scope::Group(name) => (None, Some(name.clone())),
                Scope::Camera(id) if who.may_see(id) => (Some(self.camera_name(id)), None),
                Scope::Camera(_) => return None,
            };
            let (from, until) = (self.time(order.from), self.time(order.ends_at()));
            let (given_by, withdrawn_by) = (order.given_by.map(|by| by.name), order.withdrawn_by.map(|by| by.name));
            Some(Disarmed { camera_name, group, from, until, reason: order.reason, given_by, withdrawn_by })
        });
        Ok(told.collect())
    }

    fn duty_entry(&self, change: DutyChange) -> DutyEntry {
        DutyEntry { at: self.time(change.at), who: change.who.name, on: change.is_on }
    }
}

fn lost_reason(code: LostReason) -> LostReasonWords {
    LostReasonWords { code, words: Bilingual { vi: code.vi().to_owned(), en: code.en().to_owned() } }
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    true_alarms: usize,
    false_alarms: usize,
    unsettled: usize,
}

fn tally<'a>(alerts: impl Iterator<Item = &'a DayAlert>) -> Tally {
    let mut tally = Tally::default();
    for alert in alerts {
        match alert.verdict.map(|verdict| verdict.false_alarm().is_some()) {
            Some(true) => tally.false_alarms += 1,
            Some(false) => tally.true_alarms += 1,
            None => tally.unsettled += 1,
        }
    }
    tally
}

fn counts(alerts: &[DayAlert]) -> AlertCounts {
    let of = |severity| alerts.iter().filter(|alert| alert.severity == severity).count();
    let Tally { true_alarms, false_alarms, unsettled } = tally(alerts.iter());
    let of_reason = |reason: FalseAlarm| {
        let is_it = |alert: &&DayAlert| alert.verdict.and_then(Verdict::false_alarm) == Some(reason);
        ReasonCount { reason, count: alerts.iter().filter(is_it).count() }
    };
    let reasons = FalseAlarm::ALL.into_iter().map(of_reason);
    AlertCounts {
        total: alerts.len(),
        critical: of(Severity::Critical),
        warning: of(Severity::Warning),
        notice: of(Severity::Notice),
        true_alarms,
        false_alarms,
        unsettled,
        escalated: alerts.iter().filter(|alert| alert.escalated_at.is_some()).count(),
        false_alarm_reasons: reasons.filter(|of| of.count > 0).collect(),
    }
}

/// The lower of the two in the middle counts, as somebody did wait for so long.
fn claim_times(alerts: &[DayAlert]) -> ClaimTimes {
    let waited =
        alerts.iter().filter_map(|alert| Some(alert.claimed_at?.duration_since(alert.opened_at).as_secs().max(0)));
    let mut waited: Vec<_> = waited.collect();
    waited.sort_unstable();
    ClaimTimes {
        claimed: waited.len(),
        median_seconds: waited.get(waited.len().saturating_sub(1) / 2).copied(),
        longest_seconds: waited.last().copied(),
        unclaimed: alerts.len() - waited.len(),
    }
}

//! What is armed on each day of a month, and why.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::params::Query;
use super::problem::Problems;
use super::{Context, Shared, WebError, blocking};
use crate::access::Who;
use crate::rules::calendar::LunarDate;
use crate::rules::{Bilingual, Place};

/// The days of a month, as far as the configuration and orders by hand say it today.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArmingMonth {
    /// `2026-02`
    month: String,
    days: Vec<ArmingDay>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArmingDay {
    /// `2026-02-17`
    date: String,
    /// Null where the calendar of the moon does not reach.
    #[schema(required)]
    lunar: Option<LunarDate>,
    /// What makes it another day than its weekday says: a holiday, a closure, a day off that is worked.
    special: Option<Bilingual>,
    /// It is worked although the week says otherwise.
    worked: bool,
    /// From midnight to midnight, in order, without a break.
    stretches: Vec<ArmingStretch>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArmingStretch {
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    armed: bool,
    peak: bool,
    reason: Bilingual,
}

/// What is armed when, in a month, and why.
#[utoipa::path(get, path = "/arming/month", tag = "office",
    params(
        ("month" = Option<String>, Query, description = "Such as `2026-02`; this month unless said"),
        ("camera" = Option<String>, Query, description = "Of this camera"),
        ("group" = Option<String>, Query, description = "Of this group; of whatever is in no group unless said"),
    ),
    responses(
        (status = 200, description = "Each day of it", body = ArmingMonth),
        Problems,
    )
)]
pub(super) async fn arming_month(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<ArmingMonth>, WebError> {
    let first = match query.get::<String>("month")? {
        Some(text) => first_day(&text)?,
        None => context.state.config.timezone.to_datetime(context.now()).date().first_of_month(),
    };
    let camera: Option<String> = query.get("camera")?;
    let camera = camera.map(|id| context.configured(&who, &id).map(|camera| camera.id.clone())).transpose()?;
    let group: Option<String> = query.get("group")?;
    if let Some(name) = group.as_ref().filter(|name| !context.has_group(name)) {
        return Err(WebError::NotFound(format!("no group is called {:?}", super::cameras::shortened(name))));
    }
    let month = blocking(&context, move |context| {
        let place = match (&camera, &group) {
            (Some(id), _) => Place::Camera(id),
            (None, Some(name)) => Place::Group(name),
            (None, None) => Place::Office,
        };
        context.arming_month(first, place)
    });
    Ok(Json(month.await?))
}

fn first_day(text: &str) -> Result<Date, WebError> {
    let known = |first: &Date| (1976..=2100).contains(&first.year());
    let first = Date::strptime("%Y-%m-%d", format!("{text}-01")).ok().filter(known);
    first.ok_or_else(|| WebError::BadRequest("`month` is a month from 1976 to 2100, written like 2026-02".to_owned()))
}

impl Context {
    fn has_group(&self, name: &str) -> bool {
        self.state.config.arming.groups.iter().any(|group| group.name == name)
    }

    fn arming_month(&self, first: Date, place: Place<'_>) -> ArmingMonth {
        let days = first.series(1.day()).take_while(|day| day.month() == first.month());
        ArmingMonth {
            month: first.strftime("%Y-%m").to_string(),
            days: days.map(|day| self.arming_day(day, place)).collect(),
        }
    }

    fn arming_day(&self, day: Date, place: Place<'_>) -> ArmingDay {
        let (from, to) = (self.midnight(day), self.midnight(day.saturating_add(1.day())));
        let changes = self.schedule.changes(from, to, place);
        let ends = changes.iter().skip(1).map(|(at, _)| *at).chain([to]);
        let stretch = |((from, armed), to): (&(Timestamp, crate::rules::Armed), Timestamp)| ArmingStretch {
            from: self.time(*from),
            to: self.time(to),
            armed: armed.armed,
            peak: armed.peak,
            reason: armed.reason.clone(),
        };
        let stretches = changes.iter().zip(ends).filter(|((from, _), to)| from < to).map(stretch).collect();
        let worked = self.schedule.calendar().worked(day);
        ArmingDay {
            date: day.to_string(),
            lunar: LunarDate::of(day),
            special: self.special(day),
            worked: worked.is_some(),
            stretches,
        }
    }

    fn special(&self, day: Date) -> Option<Bilingual> {
        let calendar = self.schedule.calendar();
        if let Some(swap) = calendar.worked(day) {
            let note = if swap.name.is_empty() { String::new() } else { format!(": {}", swap.name) };
            return Some(Bilingual { vi: format!("làm bù{note}"), en: format!("worked{note}") });
        }
        if let Some(off) = calendar.day_off(day) {
            return Some(off.name());
        }
        let (begin, end) = (day.at(0, 0, 0, 0), day.saturating_add(1.day()).at(0, 0, 0, 0));
        let closure = calendar.closures().iter().find(|closure| closure.from < end && begin < closure.to)?;
        let name = if closure.name.is_empty() { None } else { Some(&closure.name) };
        Some(Bilingual {
            vi: name.cloned().unwrap_or_else(|| "đóng cửa".to_owned()),
            en: name.cloned().unwrap_or_else(|| "closed".to_owned()),
        })
    }

    /// The first moment of a day at the office.
    fn midnight(&self, day: Date) -> Timestamp {
        self.state.config.timezone.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
    }
}

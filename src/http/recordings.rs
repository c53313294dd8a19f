//! Looking back: what is recorded, a picture of any moment, and the video of any stretch.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::media::{Cut, LONGEST_CLIP, no_video, serve_clip};
use super::params::{Name, Query};
use super::problem::Problems;
use super::recording_view::{self, RecordingDay, RecordingDays, RecordingTimeline};
use super::{Context, Shared, WebError, blocking};
use crate::access::Who;
use crate::decode::jpeg;
use crate::rules::calendar::LunarDate;

const NO_VIDEO: &str = "there is no video of this time";
/// What is told of at once.
const LONGEST_TIMELINE: SignedDuration = SignedDuration::from_hours(8 * 24);
const MOST_ALERTS: u32 = 1_000;
/// The last fragments may still be on their way to the disk: a clip that ended in them would be another file when its
/// player reads on.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(5);
const PREVIEW_WIDTHS: std::ops::RangeInclusive<u32> = 80..=640;
const USUAL_PREVIEW_WIDTH: u32 = 320;
const PREVIEW_QUALITY: u8 = 75;

/// What a camera's line of time shows: video and gaps, motion, alerts, what is kept.
#[utoipa::path(get, path = "/recordings/{camera}/timeline", tag = "office",
    params(
        ("camera" = String, Path, description = "As in the configuration"),
        ("from" = Option<String>, Query, format = DateTime, description = "24 hours before `to` unless said"),
        ("to" = Option<String>, Query, format = DateTime, description = "Now unless said; at most 8 days later"),
    ),
    responses(
        (status = 200, description = "What there is of this time", body = RecordingTimeline),
        Problems,
    )
)]
pub(super) async fn get_timeline(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
    query: Query,
) -> Result<Json<RecordingTimeline>, WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let to = query.time("to")?.unwrap_or_else(|| context.now());
    let day_before = to.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    let from = query.time("from")?.unwrap_or(day_before);
    in_order(from, to, LONGEST_TIMELINE)?;
    let timeline = blocking(&context, move |context| context.timeline(&camera, from, to));
    Ok(Json(timeline.await??))
}

/// On which days of a month there is video of a camera, and alerts.
#[utoipa::path(get, path = "/recordings/{camera}/days", tag = "office",
    params(
        ("camera" = String, Path, description = "As in the configuration"),
        ("month" = Option<String>, Query, description = "Such as 2026-02; this one unless said"),
    ),
    responses(
        (status = 200, description = "Its days", body = RecordingDays),
        Problems,
    )
)]
pub(super) async fn list_days(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
    query: Query,
) -> Result<Json<RecordingDays>, WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let month: Option<String> = query.get("month")?;
    let today = || context.state.config.timezone.to_datetime(context.now()).date().first_of_month();
    let first = month.map_or_else(|| Ok(today()), |month| month_of(&month))?;
    let days = blocking(&context, move |context| context.days(&camera, first));
    Ok(Json(RecordingDays { items: days.await?? }))
}

/// A small picture of a moment: of the last key frame at or before it.
#[utoipa::path(get, path = "/recordings/{camera}/preview.jpg", tag = "office",
    params(
        ("camera" = String, Path, description = "As in the configuration"),
        ("at" = String, Query, format = DateTime, description = "Of when"),
        ("width" = Option<u32>, Query, minimum = 80, maximum = 640, description = "Scales down to so many pixels; 320 unless said"),
    ),
    responses(
        (status = 200, description = "The picture", body = [u8], content_type = "image/jpeg",
            headers(("x-picture-at" = String, description = "When it was taken"))),
        (status = 304, description = "It is the one with the ETag that was sent"),
        Problems,
    )
)]
pub(super) async fn recording_preview(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let at = query.time("at")?.ok_or_else(|| missing("at"))?;
    let width = query.get("width")?.unwrap_or(USUAL_PREVIEW_WIDTH);
    if !PREVIEW_WIDTHS.contains(&width) {
        return Err(WebError::BadRequest("`width` is a number of pixels from 80 to 640".to_owned()));
    }
    context.say_stretch(at, at);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default().to_owned();
    // Held until the work is done, not until somebody gives up waiting for it: who scrubs asks for more than they look at.
    let place =
        Arc::clone(&context.picture_places).acquire_owned().await.map_err(|error| WebError::internal(&error))?;
    let preview = blocking(&context, move |context| {
        let _place = place;
        let still = context.state.clips.still(&camera, at).map_err(|error| no_video(&error, NO_VIDEO))?;
        let (tag, taken_at) = (format!("\"{}-{width}\"", still.tag), still.at);
        if known.split(',').any(|known| known.trim() == tag) {
            return Ok((tag, taken_at, None));
        }
        let frame = (still.picture)().map_err(|error| no_video(&error, NO_VIDEO))?;
        Ok::<_, WebError>((tag, taken_at, Some(jpeg::encode(&frame, Some(width), PREVIEW_QUALITY))))
    });
    let (tag, taken_at, jpeg) = preview.await??;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg".to_owned()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::ETAG, tag),
        (HeaderName::from_static("x-picture-at"), context.time(taken_at)),
    ];
    Ok(match jpeg {
        Some(jpeg) => (headers, jpeg).into_response(),
        None => (StatusCode::NOT_MODIFIED, headers).into_response(),
    })
}

/// The video of a stretch, as the camera sent it.
///
/// It begins with the last key frame at or before `from`, and a second of it is a second of the clock, also where there is
/// a gap.
#[utoipa::path(get, path = "/recordings/{camera}/clip.mp4", tag = "office",
    params(
        ("camera" = String, Path, description = "As in the configuration"),
        ("from" = String, Query, format = DateTime, description = "From when on"),
        ("to" = String, Query, format = DateTime, description = "Until when, at most 10 minutes later"),
        ("download" = Option<bool>, Query, description = "true: to be saved, under a name that says what it is"),
    ),
    responses(
        (status = 200, description = "The whole clip", body = [u8], content_type = "video/mp4",
            headers(("x-clip-start" = String, description = "Wall time of its first picture"))),
        (status = 206, description = "The bytes that were asked for", body = [u8], content_type = "video/mp4",
            headers(("x-clip-start" = String, description = "Wall time of the clip's first picture"))),
        (status = 416, description = "The clip has no such bytes"),
        Problems,
    )
)]
pub(super) async fn recording_clip(
    State(context): State<Shared>,
    who: Who,
    Name(camera): Name,
    query: Query,
    request: Request<Body>,
) -> Result<Response, WebError> {
    let camera = context.configured(&who, &camera)?.id.clone();
    let from = query.time("from")?.ok_or_else(|| missing("from"))?;
    let to = query.time("to")?.ok_or_else(|| missing("to"))?;
    in_order(from, to, SignedDuration::try_from(LONGEST_CLIP).unwrap_or(SignedDuration::MAX))?;
    context.say_stretch(from, to);
    let name = query.get("download")?.unwrap_or(false).then(|| context.file_name(&camera, from));
    let mut response = serve_clip(&context, request, NO_VIDEO, move |context, reading| {
        let there = context.now().saturating_sub(ON_ITS_WAY).unwrap_or(Timestamp::MIN);
        let to = reading.end(context, camera.clone(), to.min(there));
        if to <= from {
            return Err(WebError::NotFound(NO_VIDEO.to_owned()));
        }
        Ok(Cut { camera, from, to })
    })
    .await?;
    if let Some(name) = name {
        let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
        let disposition = disposition.map_err(|error| WebError::internal(&error))?;
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn missing(key: &str) -> WebError {
    WebError::BadRequest(format!("`{key}` is missing: a time, written like 2026-02-17T01:30:00+07:00"))
}

fn in_order(from: Timestamp, to: Timestamp, longest: SignedDuration) -> Result<(), WebError> {
    if from > to {
        return Err(WebError::BadRequest("`from` lies after `to`".to_owned()));
    }
    if to.duration_since(from) > longest {
        let minutes = longest.as_mins();
        return Err(WebError::BadRequest(format!(
            "`to` lies at most {minutes} minutes after `from`; ask piece by piece"
        )));
    }
    Ok(())
}

fn month_of(text: &str) -> Result<Date, WebError> {
    let first = (text.len() == 7).then(|| format!("{text}-01").parse()).and_then(Result::ok);
    first.ok_or_else(|| WebError::BadRequest("`month` is written like 2026-02".to_owned()))
}

impl Context {
    fn timeline(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<RecordingTimeline, WebError> {
        let (store, tz) = (&self.state.store, &self.state.config.timezone);
        let recorded = store.recorded(camera, from, to)?;
        let motion = store.motion(camera, from, to)?;
        let alerts = store.alert_marks(camera, from, to, MOST_ALERTS)?;
        let kept = store.kept_between(camera, from, to)?;
        Ok(RecordingTimeline {
            from: self.time(from),
            to: self.time(to),
            recorded: recorded.into_iter().map(|stretch| recording_view::recorded(stretch, tz)).collect(),
            motion: motion.into_iter().map(|minute| recording_view::motion(minute, tz)).collect(),
            alerts: alerts.iter().map(|alert| recording_view::alert(alert, tz)).collect(),
            kept: kept.iter().map(|kept| recording_view::kept(kept, tz)).collect(),
        })
    }

    /// Of the month that begins with `first`.
    fn days(&self, camera: &str, first: Date) -> Result<Vec<RecordingDay>, WebError> {
        let out_of_range = || WebError::BadRequest("`month` lies too far away".to_owned());
        let mut days = Vec::new();
        let mut midnights = Vec::new();
        for offset in 0..=i64::from(first.days_in_month()) {
            let day = first.checked_add(offset.days()).map_err(|_| out_of_range())?;
            let midnight = self.state.config.timezone.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| out_of_range())?;
            days.push(day);
            midnights.push(midnight);
        }
        let marks = self.state.store.day_marks(camera, &midnights)?;
        let days = days.into_iter().zip(marks).map(|(day, marks)| RecordingDay {
            date: day.to_string(),
            lunar: LunarDate::of(day),
            recorded: marks.is_recorded,
            kept: marks.is_kept,
            alerts: marks.alerts,
            severity: marks.severity,
        });
        Ok(days.collect())
    }

    /// Ids of cameras are of letters, digits and hyphens.
    fn file_name(&self, camera: &str, from: Timestamp) -> String {
        let wall = from.to_zoned_datetime(self.state.config.timezone.clone());
        format!("{camera}_{}.mp4", wall.strftime("%Y-%m-%d_%H%M%S"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months() {
        assert_eq!(month_of("2026-02").map(|first| first.to_string()), Ok("2026-02-01".to_owned()));
        for wrong in ["", "2026", "2026-13", "2026-2", "2026-02-01", "-999-01", "abcdefg", "２０２６-1"] {
            assert!(month_of(wrong).is_err(), "{wrong}");
        }
    }
}

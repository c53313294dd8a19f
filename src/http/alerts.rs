//! Alerts with their pictures and clips.

use std::path::PathBuf;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::cameras::shortened;
use super::handling::AlertInFull;
use super::media::{Cut, serve_clip, serve_file, stretch};
use super::params::{Name, Query};
use super::problem::Problems;
use super::view::{Alert, AlertPage, Clip, FrameSize, Person};
use super::{Context, Shared, WebError, audited, blocking, nothing, view};
use crate::access::Who;
use crate::alert;
use crate::store::{AlertFilter, Cursor};
use crate::vision::attributes::Attribute;

const NO_VIDEO: &str = "there is no video of this alert";

const DEFAULT_LIMIT: u32 = 50;
const GREATEST_LIMIT: u32 = 200;
const MOST_CAMERAS: usize = 256;
const MOST_WORDS: usize = 8;

/// A page of alerts, newest first. Who looks for words or plates is in the audit log.
#[utoipa::path(get, path = "/alerts", tag = "alerts",
    params(
        ("camera" = Option<String>, Query, description = "Ids; repeated or separated by commas"),
        ("severity" = Option<String>, Query, description = "notice, warning, critical; repeated or separated by commas"),
        ("state" = Option<String>, Query, description = "new, claimed, resolved; repeated or separated by commas"),
        ("owner" = Option<String>, Query, description = "Name of whoever claimed it"),
        ("verdict" = Option<String>, Query, description = "true_alarm, false_alarm; repeated or separated by commas"),
        ("kind" = Option<String>, Query,
            description = "Kinds of findings, any of which it has; repeated or separated by commas"),
        ("attribute" = Option<String>, Query,
            description = "mask, hat, gloves, bag: each of these somebody in it wears or carries for sure"),
        ("plate" = Option<String>, Query,
            description = "What the plate of a vehicle in it may say: ? is one unknown character, * any number"),
        ("text" = Option<String>, Query, description = "Words of its notes, or how they begin, with or without marks; at most 8"),
        ("from" = Option<String>, Query, format = DateTime, description = "Opened at or after"),
        ("to" = Option<String>, Query, format = DateTime, description = "Opened before"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 unless said"),
    ),
    responses(
        (status = 200, description = "The page", body = AlertPage),
        Problems,
    )
)]
pub(super) async fn list_alerts(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<AlertPage>, WebError> {
    let mut filter = filter(&query)?;
    match searched(&filter) {
        Some(words) => audited::say(words),
        None => audited::say_nothing(),
    }
    let Some(cameras) = visible(&who, filter.cameras) else {
        return Ok(Json(AlertPage { items: Vec::new(), next_cursor: None }));
    };
    filter.cameras = cameras;
    let page = blocking(&context, move |context| {
        let page = context.state.store.alerts(&filter)?;
        let items = page.items.iter().map(|alert| context.alert(alert)).collect();
        Ok::<_, WebError>(AlertPage { items, next_cursor: page.next_cursor.map(|cursor| cursor.to_string()) })
    })
    .await??;
    Ok(Json(page))
}

/// By what about people is looked for, for the audit log; nothing where whoever asks reads on in the list alone.
fn searched(filter: &AlertFilter) -> Option<String> {
    let plate = filter.plate.as_ref().map(|plate| format!("plate={plate}"));
    let text = filter.text.as_ref().map(|text| text.trim()).filter(|text| !text.is_empty());
    let parts: Vec<String> = plate.into_iter().chain(text.map(|text| format!("text={text}"))).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn filter(query: &Query) -> Result<AlertFilter, WebError> {
    let limit = query.get("limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=GREATEST_LIMIT).contains(&limit) {
        return Err(WebError::BadRequest(format!("`limit` is a number from 1 to {GREATEST_LIMIT}")));
    }
    let cameras: Vec<String> = query.list("camera").into_iter().map(str::to_owned).collect();
    if cameras.len() > MOST_CAMERAS {
        return Err(WebError::BadRequest(format!("`camera` names at most {MOST_CAMERAS}")));
    }
    Ok(AlertFilter {
        cameras,
        severities: query.names("severity")?,
        states: query.names("state")?,
        owner: query.get("owner")?,
        verdicts: query.names("verdict")?,
        kinds: query.names("kind")?,
        attributes: query.names("attribute")?,
        plate: query.get("plate")?,
        text: words(query)?,
        from: query.time("from")?,
        to: query.time("to")?,
        cursor: query.get::<Cursor>("cursor")?,
        limit,
    })
}

/// Each word is looked for in all notes.
fn words(query: &Query) -> Result<Option<String>, WebError> {
    let text: Option<String> = query.get("text")?;
    let count = text.as_deref().map_or(0, |text| text.split_whitespace().count());
    if count > MOST_WORDS {
        return Err(WebError::BadRequest(format!("`text` has at most {MOST_WORDS} words")));
    }
    Ok(text)
}

/// Of the cameras that are asked for (none means all), those that they may see: none means all here, too. `None` where
/// nothing is left.
pub(super) fn visible(who: &Who, asked: Vec<String>) -> Option<Vec<String>> {
    let Some(allowed) = &who.cameras else { return Some(asked) };
    let seen: Vec<String> = if asked.is_empty() {
        allowed.iter().cloned().collect()
    } else {
        asked.into_iter().filter(|id| allowed.contains(id)).collect()
    };
    (!seen.is_empty()).then_some(seen)
}

/// One alert, and what was done with it.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts",
    params(("id" = Uuid, Path, description = "The alert")),
    responses(
        (status = 200, description = "The alert", body = AlertInFull),
        Problems,
    )
)]
pub(super) async fn get_alert(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
) -> Result<Json<AlertInFull>, WebError> {
    let alert = blocking(&context, move |context| context.stored(&who, &id).and_then(|alert| context.in_full(&alert)));
    let alert = alert.await??;
    Ok(Json(alert))
}

/// The alert's picture: with the boxes drawn, or as the camera gave it.
#[utoipa::path(get, path = "/alerts/{id}/snapshot.jpg", tag = "alerts",
    params(
        ("id" = Uuid, Path, description = "The alert"),
        ("boxes" = Option<bool>, Query, description = "false: without the boxes"),
    ),
    responses(
        (status = 200, description = "The picture", body = [u8], content_type = "image/jpeg"),
        Problems,
    )
)]
pub(super) async fn alert_snapshot(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    query: Query,
    request: Request<Body>,
) -> Result<Response, WebError> {
    let with_boxes = query.get("boxes")?.unwrap_or(true);
    let alert = blocking(&context, move |context| context.stored(&who, &id)).await??;
    let ending = if with_boxes { "jpg" } else { "plain.jpg" };
    let path = context.state.snapshots_dir.join(format!("{}.{ending}", alert.id));
    let missing = context.missing("there is no picture of this alert", &alert);
    let mut response = serve_file(&path, &missing, request).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// What an attribute of one of the alert's persons was judged on, enlarged.
#[utoipa::path(get, path = "/alerts/{id}/crops/{track}/{attribute}", tag = "alerts",
    params(
        ("id" = Uuid, Path, description = "The alert"),
        ("track" = Uuid, Path, description = "The person's track"),
        ("attribute" = String, Path, description = "mask.jpg, hat.jpg, gloves.jpg or bag.jpg"),
    ),
    responses(
        (status = 200, description = "The picture", body = [u8], content_type = "image/jpeg"),
        Problems,
    )
)]
pub(super) async fn alert_crop(
    State(context): State<Shared>,
    who: Who,
    name: Result<Path<CropName>, PathRejection>,
    request: Request<Body>,
) -> Result<Response, WebError> {
    // What is not text names nothing.
    let Path(CropName { id, track, attribute }) = name.map_err(|_| nothing())?;
    let missing = "there is no such picture of this alert";
    // Only names that are known, whatever else the address holds, become names of files.
    let attribute = Attribute::ALL.into_iter().find(|known| attribute.strip_suffix(".jpg") == Some(known.name()));
    let track = Uuid::try_parse(&track).ok();
    let alert = blocking(&context, move |context| context.stored(&who, &id)).await??;
    let Some((track, attribute)) = track.zip(attribute) else {
        return Err(WebError::NotFound(missing.to_owned()));
    };
    let missing = context.missing(missing, &alert);
    let mut response = serve_file(&context.crop_file(alert.id, track, attribute), &missing, request).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Names a crop in an address.
#[derive(Deserialize)]
pub(super) struct CropName {
    id: String,
    track: String,
    attribute: String,
}

/// The video around the alert, as the camera sent it; while the alert is open, up to now.
#[utoipa::path(get, path = "/alerts/{id}/clip.mp4", tag = "alerts",
    params(("id" = Uuid, Path, description = "The alert")),
    responses(
        (status = 200, description = "The whole clip", body = [u8], content_type = "video/mp4",
            headers(("x-clip-start" = String, description = "Wall time of its first picture"))),
        (status = 206, description = "The bytes that were asked for", body = [u8], content_type = "video/mp4",
            headers(("x-clip-start" = String, description = "Wall time of the clip's first picture"))),
        (status = 416, description = "The clip has no such bytes"),
        Problems,
    )
)]
pub(super) async fn alert_clip(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
    request: Request<Body>,
) -> Result<Response, WebError> {
    serve_clip(&context, request, NO_VIDEO, move |context, reading| {
        let alert = context.stored(&who, &id)?;
        let now = context.now();
        let (from, mut to) = stretch(&alert, now);
        if alert.closed_at.is_none() || now < to {
            // It still grows.
            to = reading.end(context, alert.id.to_string(), to.min(now.max(alert.last_seen_at)));
        }
        Ok(Cut { camera: alert.camera, from, to })
    })
    .await
}

fn person(alert: Uuid, person: &alert::Person) -> Person {
    let judged = |attribute: Attribute| {
        let judged = person.of(attribute);
        let crop = judged.has_crop.then(|| crop_address(alert, person.track, attribute, judged));
        view::judged(attribute, judged, crop)
    };
    Person { track: person.track, attributes: Attribute::ALL.map(judged).into() }
}

/// What follows `v=` is for the reader alone, who asks again once it changes: a better picture takes the place of
/// one before, and comes with more evidence or another answer.
fn crop_address(alert: Uuid, track: Uuid, attribute: Attribute, judged: &alert::Judged) -> String {
    let (name, answer) = (attribute.name(), judged.answer.name());
    let alert::Judged { frames, pixels, .. } = judged;
    format!("/api/v1/alerts/{alert}/crops/{track}/{name}.jpg?v={answer}-{frames}-{pixels}")
}

pub(super) fn no_alert(id: &str) -> WebError {
    WebError::NotFound(format!("no alert has the id {:?}", shortened(id)))
}

impl Context {
    /// Blocks.
    ///
    /// # Errors
    /// 404 where there is none, and where they may not see its camera.
    pub(super) fn stored(&self, who: &Who, id: &str) -> Result<alert::Alert, WebError> {
        let alert = match Uuid::try_parse(id) {
            Ok(id) => self.state.store.alert(id)?,
            Err(_) => None,
        };
        alert.filter(|alert| who.may_see(&alert.camera)).ok_or_else(|| no_alert(id))
    }

    /// What is said where a picture is asked for that is not there.
    fn missing(&self, otherwise: &str, alert: &alert::Alert) -> String {
        let Some(alert::PicturesRemoved { at, by }) = alert.pictures_removed else { return otherwise.to_owned() };
        let at = self.time(at);
        match by {
            alert::RemovedBy::Retention => format!("the alert's pictures were removed on {at}: their time was over"),
            alert::RemovedBy::Deletion => {
                format!("the alert's pictures were removed on {at}: somebody deleted what was recorded then")
            }
        }
    }

    fn crop_file(&self, alert: Uuid, track: Uuid, attribute: Attribute) -> PathBuf {
        self.state.snapshots_dir.join(format!("{alert}.{track}.{}.jpg", attribute.name()))
    }

    /// The alert as it is now, with what there is of pictures and video. Blocks.
    pub(super) fn alert(&self, alert: &alert::Alert) -> Alert {
        let address = format!("/api/v1/alerts/{}", alert.id);
        let snapshot = self.state.snapshots_dir.join(format!("{}.jpg", alert.id));
        let (from, to) = stretch(alert, self.now());
        let clip = self.state.clips.extent(&alert.camera, from, to).map(|(from, to)| Clip {
            url: format!("{address}/clip.mp4"),
            from: self.time(from),
            to: self.time(to),
        });
        Alert {
            id: alert.id,
            case: alert.case,
            camera: alert.camera.clone(),
            camera_name: self.camera_name(&alert.camera),
            zone: alert.zone.clone(),
            at: self.time(alert.opened_at),
            last_seen_at: self.time(alert.last_seen_at),
            closed_at: alert.closed_at.map(|at| self.time(at)),
            open: alert.closed_at.is_none(),
            severity: alert.severity,
            score: alert.score,
            score_parts: alert.score_parts.iter().map(view::score_part).collect(),
            handling: view::handling(&alert.handling, &self.state.config.timezone),
            findings: alert.findings.iter().map(|found| view::finding(found, &self.state.config.timezone)).collect(),
            persons: alert.persons.iter().map(|of| person(alert.id, of)).collect(),
            reason: alert.reason.clone(),
            frame: FrameSize { width: alert.frame_width, height: alert.frame_height },
            snapshot: snapshot.is_file().then(|| format!("{address}/snapshot.jpg")),
            pictures_removed: alert
                .pictures_removed
                .map(|removed| view::PicturesRemoved { at: self.time(removed.at), by: removed.by }),
            clip,
        }
    }
}

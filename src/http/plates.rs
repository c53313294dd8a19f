//! The lists of plates: who is known, and whom somebody watches for.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cameras::shortened;
use super::params::{Name, Sent};
use super::problem::Problems;
use super::vehicle_view::{PlateEntry, PlateList};
use super::{Context, Shared, WebError, blocking};
use crate::base::IdSource;
use crate::rules::plate::PlatePattern;
use crate::rules::plate::lists::{EntryError, ListEntry, ListKind};
use crate::store;

const MOST_ENTRIES: usize = 2_000;
const LONGEST_NOTE: usize = 200;

/// An entry as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedPlate {
    kind: ListKind,
    /// A plate, with `?` for one unknown character and `*` for any number of them; at least four known.
    pattern: String,
    /// Whose it is, or why it is watched for; at most 200 characters.
    #[serde(default)]
    reason: String,
    /// What the vehicle looks like, say; at most 200 characters.
    #[serde(default)]
    note: String,
    /// From when on it is no longer in force; never, unless said.
    #[serde(default)]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// Every entry, newest first, also those that have expired.
#[utoipa::path(get, path = "/plates", tag = "vehicles", responses(
    (status = 200, description = "All of them", body = PlateList),
    Problems,
))]
pub(super) async fn list_plates(State(context): State<Shared>) -> Json<PlateList> {
    let lists = context.state.store.plate_lists();
    Json(PlateList { items: lists.entries.iter().rev().map(|entry| context.plate_entry(entry)).collect() })
}

/// Adds an entry.
#[utoipa::path(post, path = "/plates", tag = "vehicles", request_body = WantedPlate, responses(
    (status = 201, description = "The entry", body = PlateEntry),
    Problems,
))]
pub(super) async fn add_plate(
    State(context): State<Shared>,
    Sent(wanted): Sent<WantedPlate>,
) -> Result<(StatusCode, Json<PlateEntry>), WebError> {
    let now = context.now();
    let entry = wanted.checked(IdSource::random().next(now), now, now)?;
    let plate = blocking(&context, move |context| {
        if context.state.store.plate_lists().entries.len() >= MOST_ENTRIES {
            return Err(WebError::Conflict(format!("there are {MOST_ENTRIES} entries already; remove old ones first")));
        }
        context.state.store.put_plate_entry(&entry)?;
        Ok(context.plate_entry(&entry))
    });
    Ok((StatusCode::CREATED, Json(plate.await??)))
}

/// Changes an entry.
#[utoipa::path(put, path = "/plates/{id}", tag = "vehicles",
    params(("id" = Uuid, Path, description = "The entry")),
    request_body = WantedPlate,
    responses(
        (status = 200, description = "The entry", body = PlateEntry),
        Problems,
    )
)]
pub(super) async fn change_plate(
    State(context): State<Shared>,
    Name(id): Name,
    Sent(wanted): Sent<WantedPlate>,
) -> Result<Json<PlateEntry>, WebError> {
    let known = context.entry(&id)?;
    let entry = wanted.checked(known.id, known.created_at, context.now())?;
    let plate = blocking(&context, move |context| {
        context.state.store.put_plate_entry(&entry)?;
        Ok::<_, WebError>(context.plate_entry(&entry))
    });
    Ok(Json(plate.await??))
}

/// Removes an entry; vehicles that matched it are no longer marked.
#[utoipa::path(delete, path = "/plates/{id}", tag = "vehicles",
    params(("id" = Uuid, Path, description = "The entry")),
    responses(
        (status = 204, description = "It is gone"),
        Problems,
    )
)]
pub(super) async fn remove_plate(State(context): State<Shared>, Name(id): Name) -> Result<StatusCode, WebError> {
    let id = context.entry(&id)?.id;
    blocking(&context, move |context| context.state.store.remove_plate_entry(id)).await??;
    Ok(StatusCode::NO_CONTENT)
}

impl WantedPlate {
    /// # Errors
    /// 422 with the field that is wrong.
    fn checked(self, id: Uuid, created_at: Timestamp, now: Timestamp) -> Result<store::PlateEntry, WebError> {
        let written = self.pattern.trim().to_owned();
        let pattern = PlatePattern::parse(&written).map_err(|error| WebError::field("pattern", &error.to_string()))?;
        let note = short_text("note", &self.note)?;
        let reason = short_text("reason", &self.reason)?;
        let expires_at = self.expires_at.as_deref().map(|text| expiry(text, now)).transpose()?;
        let list = ListEntry::new(pattern, self.kind, &reason, expires_at).map_err(|error| {
            let field = match error {
                EntryError::Wide(_) => "pattern",
                EntryError::NoReason(_) => "reason",
            };
            WebError::field(field, &error.to_string())
        })?;
        Ok(store::PlateEntry { id, written, list, note, created_at })
    }
}

fn short_text(field: &'static str, text: &str) -> Result<String, WebError> {
    let text = text.trim();
    if text.chars().count() > LONGEST_NOTE {
        return Err(WebError::field(field, &format!("has at most {LONGEST_NOTE} characters")));
    }
    Ok(text.to_owned())
}

fn expiry(text: &str, now: Timestamp) -> Result<Timestamp, WebError> {
    let at: Timestamp =
        text.parse().map_err(|_| WebError::field("expires_at", "a time is written like 2026-02-17T01:30:00+07:00"))?;
    if at <= now {
        return Err(WebError::field("expires_at", "is in the past; leave it out for an entry that never expires"));
    }
    Ok(at)
}

impl Context {
    fn entry(&self, id: &str) -> Result<store::PlateEntry, WebError> {
        let lists = self.state.store.plate_lists();
        let entry = Uuid::try_parse(id).ok().and_then(|id| lists.entry(id).cloned());
        entry.ok_or_else(|| WebError::NotFound(format!("no entry has the id {:?}", shortened(id))))
    }
}

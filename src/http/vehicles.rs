//! Vehicles that came by.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::alerts::visible;
use super::cameras::shortened;
use super::media::serve_file;
use super::params::{Name, Query};
use super::problem::Problems;
use super::vehicle_view::{Seen, Sighting, Vehicle, VehicleInFull, VehiclePage};
use super::{Context, Shared, WebError, audited, blocking, nothing};
use crate::access::Who;
use crate::store::{Passage, PassageFilter, PlateLists, VehicleCrop};

const DEFAULT_LIMIT: u32 = 50;
const GREATEST_LIMIT: u32 = 200;
const MOST_CAMERAS: usize = 256;
/// Other times of the same plate that are told.
const MOST_OTHERS: usize = 50;

/// A page of vehicles that came by, newest first.
#[utoipa::path(get, path = "/vehicles", tag = "vehicles",
    params(
        ("plate" = Option<String>, Query, description = "What the plate may say: ? is one unknown character, * any number"),
        ("camera" = Option<String>, Query, description = "Ids; repeated or separated by commas"),
        ("class" = Option<String>, Query, description = "car, motorcycle, bus, truck; repeated or separated by commas"),
        ("verdict" = Option<String>, Query,
            description = "readable, unreadable, absent, not_assessable; repeated or separated by commas"),
        ("from" = Option<String>, Query, format = DateTime, description = "First seen at or after"),
        ("to" = Option<String>, Query, format = DateTime, description = "First seen before"),
        ("night" = Option<bool>, Query, description = "true: by night only, false: by day only"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 unless said"),
    ),
    responses(
        (status = 200, description = "The page", body = VehiclePage),
        Problems,
    )
)]
pub(super) async fn list_vehicles(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<VehiclePage>, WebError> {
    let mut filter = filter(&query)?;
    if let Some(plate) = &filter.plate {
        audited::say(format!("plate={plate}"));
    }
    let Some(cameras) = visible(&who, filter.cameras) else {
        return Ok(Json(VehiclePage { items: Vec::new(), next_cursor: None }));
    };
    filter.cameras = cameras;
    let page = blocking(&context, move |context| {
        let page = context.state.store.passages(&filter)?;
        let lists = context.state.store.plate_lists();
        let items = page.items.iter().map(|passage| context.known_vehicle(&who, passage, &lists));
        let items = items.collect::<Result<_, WebError>>()?;
        Ok::<_, WebError>(VehiclePage { items, next_cursor: page.next_cursor.map(|cursor| cursor.to_string()) })
    });
    Ok(Json(page.await??))
}

fn filter(query: &Query) -> Result<PassageFilter, WebError> {
    let limit = query.get("limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=GREATEST_LIMIT).contains(&limit) {
        return Err(WebError::BadRequest(format!("`limit` is a number from 1 to {GREATEST_LIMIT}")));
    }
    let cameras: Vec<String> = query.list("camera").into_iter().map(str::to_owned).collect();
    if cameras.len() > MOST_CAMERAS {
        return Err(WebError::BadRequest(format!("`camera` names at most {MOST_CAMERAS}")));
    }
    Ok(PassageFilter {
        plate: query.get("plate")?,
        cameras,
        classes: query.names("class")?,
        verdicts: query.names("verdict")?,
        from: query.time("from")?,
        to: query.time("to")?,
        at_night: query.get("night")?,
        cursor: query.get("cursor")?,
        limit,
    })
}

/// The vehicles of an alert that somebody looked at, in the order in which they came.
#[utoipa::path(get, path = "/alerts/{id}/vehicles", tag = "vehicles",
    params(("id" = Uuid, Path, description = "The alert")),
    responses(
        (status = 200, description = "All of them", body = VehiclePage),
        Problems,
    )
)]
pub(super) async fn list_vehicles_of_alert(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
) -> Result<Json<VehiclePage>, WebError> {
    let page = blocking(&context, move |context| {
        let alert = context.stored(&who, &id)?;
        let lists = context.state.store.plate_lists();
        let passages = context.state.store.passages_of_alert(alert.id)?;
        let items = passages.iter().map(|passage| context.known_vehicle(&who, passage, &lists));
        Ok::<_, WebError>(VehiclePage { items: items.collect::<Result<_, WebError>>()?, next_cursor: None })
    });
    Ok(Json(page.await??))
}

/// One vehicle that came by, and when else its plate did.
#[utoipa::path(get, path = "/vehicles/{track}", tag = "vehicles",
    params(("track" = Uuid, Path, description = "The vehicle's track")),
    responses(
        (status = 200, description = "The vehicle", body = VehicleInFull),
        Problems,
    )
)]
pub(super) async fn get_vehicle(
    State(context): State<Shared>,
    who: Who,
    Name(track): Name,
) -> Result<Json<VehicleInFull>, WebError> {
    let vehicle = blocking(&context, move |context| {
        let passage = context.passage(&who, &track)?;
        context.vehicle_in_full(&who, &passage)
    });
    Ok(Json(vehicle.await??))
}

/// A picture of the vehicle, or of its plate.
#[utoipa::path(get, path = "/vehicles/{track}/crops/{crop}", tag = "vehicles",
    params(
        ("track" = Uuid, Path, description = "The vehicle's track"),
        ("crop" = VehicleCrop, Path, description = "Of what"),
    ),
    responses(
        (status = 200, description = "The picture", body = [u8], content_type = "image/jpeg"),
        Problems,
    )
)]
pub(super) async fn vehicle_crop(
    State(context): State<Shared>,
    who: Who,
    name: Result<Path<CropName>, PathRejection>,
    request: Request<Body>,
) -> Result<Response, WebError> {
    // What is not text names nothing.
    let Path(CropName { track, crop }) = name.map_err(|_| nothing())?;
    let missing = "there is no such picture of this vehicle";
    // Only names that are known, whatever else the address holds, become names of files.
    let crop = VehicleCrop::ALL.into_iter().find(|known| known.name() == crop);
    let passage = blocking(&context, move |context| context.passage(&who, &track)).await??;
    let crop = crop.filter(|crop| passage.has_crop(*crop)).ok_or_else(|| WebError::NotFound(missing.to_owned()))?;
    let path = context.state.snapshots_dir.join(crop.file_name(passage.track));
    let mut response = serve_file(&path, missing, request).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Names a picture in an address.
#[derive(Deserialize)]
pub(super) struct CropName {
    track: String,
    crop: String,
}

impl Context {
    /// Blocks.
    ///
    /// # Errors
    /// 404 where there is none, and where they may not see its camera.
    fn passage(&self, who: &Who, track: &str) -> Result<Passage, WebError> {
        let passage = match Uuid::try_parse(track) {
            Ok(track) => self.state.store.passage(track)?,
            Err(_) => None,
        };
        let passage = passage.filter(|passage| who.may_see(&passage.camera));
        let no_vehicle = || WebError::NotFound(format!("no vehicle has the track {:?}", shortened(track)));
        let passage = passage.ok_or_else(no_vehicle)?;
        audited::say_camera(&passage.camera);
        audited::say_key(passage.track);
        // Whoever reads the log later knows a plate; what had none, by its track.
        audited::say(
            passage.plate.text().map_or_else(|| format!("track={}", passage.track), |text| format!("plate={text}")),
        );
        Ok(passage)
    }

    /// As far back as vehicles are remembered.
    fn remembered_since(&self) -> Timestamp {
        self.now().saturating_sub(self.state.config.plates.keep()).unwrap_or(Timestamp::MIN)
    }

    /// With how often its plate came by, which is counted over all cameras: for who may see them. Blocks.
    fn known_vehicle(&self, who: &Who, passage: &Passage, lists: &PlateLists) -> Result<Vehicle, WebError> {
        let since = self.remembered_since();
        let text = passage.plate.text().filter(|_| !who.is_limited());
        let times = text.map(|text| self.state.store.times_seen(text, since)).transpose()?;
        let seen: Option<Seen> = times.map(|times| self.seen(since, times));
        Ok(self.vehicle(passage, lists, seen))
    }

    /// Blocks.
    fn vehicle_in_full(&self, who: &Who, passage: &Passage) -> Result<VehicleInFull, WebError> {
        let text = passage.plate.text();
        let mut others = match text {
            Some(text) => self.state.store.passages_of(text, self.remembered_since())?,
            None => Vec::new(),
        };
        others.retain(|other| other.track != passage.track && who.may_see(&other.camera));
        let before = others.iter().find(|other| other.first_at < passage.first_at);
        let others: Vec<Sighting> = others.iter().take(MOST_OTHERS).map(|other| self.sighting(other)).collect();
        Ok(VehicleInFull {
            vehicle: self.known_vehicle(who, passage, &self.state.store.plate_lists())?,
            before: before.map(|other| self.sighting(other)),
            others,
        })
    }
}

//! Cases: alerts of several cameras that belong together, with a timeline.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::cameras::shortened;
use super::case_view::{AlertOfCase, Case, CaseInFull, CasePage, NearCamera, TimelineEntry};
use super::params::{Name, Query};
use super::problem::Problems;
use super::{Context, Shared, WebError, audited, blocking};
use crate::access::Who;
use crate::alert::{self, Alert, Entry, SeenVehicle};
use crate::store::{CaseFilter, Cursor, Passage};

const DEFAULT_LIMIT: u32 = 20;
const GREATEST_LIMIT: u32 = 100;

/// A page of cases, newest first.
#[utoipa::path(get, path = "/cases", tag = "alerts",
    params(
        ("from" = Option<String>, Query, format = DateTime, description = "Opened at or after"),
        ("to" = Option<String>, Query, format = DateTime, description = "Opened before"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "20 unless said"),
    ),
    responses(
        (status = 200, description = "The page", body = CasePage),
        Problems,
    )
)]
pub(super) async fn list_cases(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<CasePage>, WebError> {
    let limit = query.get("limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=GREATEST_LIMIT).contains(&limit) {
        return Err(WebError::BadRequest(format!("`limit` is a number from 1 to {GREATEST_LIMIT}")));
    }
    let cursor = query.get::<Cursor>("cursor")?;
    let filter = CaseFilter { from: query.time("from")?, to: query.time("to")?, cursor, limit };
    let page = blocking(&context, move |context| {
        let page = context.state.store.cases(&filter)?;
        let seen = page.items.into_iter().filter_map(|case| as_seen_by(&who, case));
        let items = seen.map(|case| context.case(&case)).collect();
        Ok::<_, WebError>(CasePage { items, next_cursor: page.next_cursor.map(|cursor| cursor.to_string()) })
    });
    Ok(Json(page.await??))
}

/// One case with its timeline. The id of a case that turned out to be part of an older one gives that one.
#[utoipa::path(get, path = "/cases/{id}", tag = "alerts",
    params(("id" = Uuid, Path, description = "The case")),
    responses(
        (status = 200, description = "The case", body = CaseInFull),
        Problems,
    )
)]
pub(super) async fn get_case(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
) -> Result<Json<CaseInFull>, WebError> {
    let case = blocking(&context, move |context| {
        let case = context.stored_case(&who, &id)?;
        audited::say(format!("case={}", case.id));
        let vehicles = context.vehicles_of(&case)?;
        let entries = alert::timeline(&case, &vehicles, |camera| context.camera_name(camera));
        let timeline = entries.into_iter().map(|entry| context.timeline_entry(entry)).collect();
        Ok::<_, WebError>(CaseInFull { case: context.case(&case), timeline, near: context.near(&who, &case) })
    });
    Ok(Json(case.await??))
}

/// What of a case they may see; `None` for nothing.
fn as_seen_by(who: &Who, case: alert::Case) -> Option<alert::Case> {
    let alerts = case.alerts.into_iter().filter(|alert| who.may_see(&alert.camera)).collect();
    alert::Case::new(case.id, alerts)
}

impl Context {
    /// Blocks.
    ///
    /// # Errors
    /// 404 where there is none, and where they may see none of its cameras.
    fn stored_case(&self, who: &Who, id: &str) -> Result<alert::Case, WebError> {
        let case = match Uuid::try_parse(id) {
            Ok(id) => self.state.store.case(id)?,
            Err(_) => None,
        };
        let case = case.and_then(|case| as_seen_by(who, case));
        case.ok_or_else(|| WebError::NotFound(format!("no case has the id {:?}", shortened(id))))
    }

    /// Vehicles of the case's alerts, each once. Blocks.
    fn vehicles_of(&self, case: &alert::Case) -> Result<Vec<SeenVehicle>, WebError> {
        let mut vehicles = Vec::new();
        let mut known = HashSet::new();
        for alert in &case.alerts {
            let passages = self.state.store.passages_of_alert(alert.id)?;
            vehicles.extend(passages.into_iter().filter(|passage| known.insert(passage.track)).map(seen));
        }
        Ok(vehicles)
    }

    fn case(&self, case: &alert::Case) -> Case {
        Case {
            id: case.id,
            at: self.time(case.opened_at),
            last_seen_at: self.time(case.last_seen_at),
            closed_at: case.closed_at.map(|at| self.time(at)),
            open: case.closed_at.is_none(),
            severity: case.severity,
            alerts: case.alerts.iter().map(|alert| self.alert_of_case(alert)).collect(),
        }
    }

    fn near(&self, who: &Who, case: &alert::Case) -> Vec<NearCamera> {
        let neighbours = &self.state.config.neighbours;
        let is_of_case = |id: &str| case.alerts.iter().any(|alert| alert.camera == id);
        let is_near = |id: &str| case.alerts.iter().any(|alert| neighbours.walk(&alert.camera, id).is_some());
        let cameras = self.cameras_of(who).filter(|camera| !is_of_case(&camera.id) && is_near(&camera.id));
        cameras.map(|camera| NearCamera { camera: camera.id.clone(), camera_name: camera.name.clone() }).collect()
    }

    fn alert_of_case(&self, alert: &Alert) -> AlertOfCase {
        AlertOfCase {
            id: alert.id,
            camera: alert.camera.clone(),
            camera_name: self.camera_name(&alert.camera),
            at: self.time(alert.opened_at),
            last_seen_at: self.time(alert.last_seen_at),
            closed_at: alert.closed_at.map(|at| self.time(at)),
            severity: alert.severity,
            reason: alert.reason.clone(),
        }
    }

    fn timeline_entry(&self, entry: Entry) -> TimelineEntry {
        let Entry { at, kind, camera, alert, words } = entry;
        TimelineEntry { at: self.time(at), kind, camera_name: self.camera_name(&camera), camera, alert, words }
    }
}

fn seen(passage: Passage) -> SeenVehicle {
    let Passage { track, first_at, last_at, stopped, plate, .. } = passage;
    SeenVehicle { track, first_at, last_at, stopped, plate: plate.text().map(str::to_owned) }
}

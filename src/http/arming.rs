//! Whether the office is watched, and why; arming and disarming by hand.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cameras::shortened;
use super::params::{Name, Query, Sent};
use super::problem::Problems;
use super::{Context, Shared, WebError, audited, blocking};
use crate::access::audit::Act as DeedAct;
use crate::access::{Permission, Who};
use crate::base::IdSource;
use crate::config;
use crate::rules::orders::{Act, Order, Orderer, Scope};
use crate::rules::schedule::Answer;
use crate::rules::{Bilingual, Place};

/// Whoever wants more writes it into the configuration.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);
const LONGEST_REASON: usize = 200;
/// Orders in force or to come.
const MOST_ORDERS: usize = 100;

/// Whether the office, or one camera, is watched at a time, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Arming {
    #[schema(format = DateTime)]
    at: String,
    #[serde(flatten)]
    state: ArmingState,
    /// Each camera, or the one that was asked for.
    cameras: Vec<CameraArming>,
    /// Arming and disarming by hand that is in force at that time or comes later, oldest first.
    orders: Vec<ArmingOrder>,
}

/// What holds at that time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArmingState {
    armed: bool,
    /// Within the hours in which thieves come.
    peak: bool,
    /// A public holiday or another day on which the office is closed.
    holiday: bool,
    /// Since when it is armed, or not, without a break; null where that is eight weeks ago or more.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Until when; null where that is eight weeks away or more.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// "Đã bật từ 18:00 đến 06:00: đêm mồng 2 Tết".
    reason: Bilingual,
}

/// Whether a camera is watched; it is while any of its zones is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CameraArming {
    camera: String,
    #[serde(flatten)]
    state: ArmingState,
    zones: Vec<ZoneArming>,
}

/// Whether a zone is watched.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ZoneArming {
    zone: String,
    armed: bool,
    /// A few words: "đêm mồng 2 Tết".
    reason: Bilingual,
}

/// Arming or disarming by hand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArmingOrder {
    id: Uuid,
    act: Act,
    /// What it is for; everything where both are null.
    camera: Option<String>,
    group: Option<String>,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    reason: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Who gave it, by the name that they had then; null for orders of before that was kept.
    #[schema(required)]
    given_by: Option<String>,
}

/// An order as it is to be. The order given last goes before those given earlier.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedOrder {
    act: Act,
    /// A camera's id, or a group's name in `group`; everything unless said.
    camera: Option<String>,
    group: Option<String>,
    /// Now unless said.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// At most 31 days after it begins.
    #[schema(format = DateTime)]
    until: String,
    /// Why; at most 200 characters.
    reason: String,
}

/// Whether the office is watched, and why.
#[utoipa::path(get, path = "/arming", tag = "office",
    params(
        ("at" = Option<String>, Query, format = DateTime, description = "Now unless said"),
        ("camera" = Option<String>, Query, description = "Of this camera; of whatever is in no group unless said"),
    ),
    responses(
        (status = 200, description = "At that time", body = Arming),
        Problems,
    )
)]
pub(super) async fn get_arming(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<Arming>, WebError> {
    let at = query.time("at")?.unwrap_or_else(|| context.now());
    let camera: Option<String> = query.get("camera")?;
    let asked = camera.map(|id| context.configured(&who, &id).map(|camera| camera.id.clone())).transpose()?;
    // A few thousand moments are looked at for each camera.
    let arming = blocking(&context, move |context| {
        let place = asked.as_deref().map_or(Place::Office, Place::Camera);
        let is_asked = |camera: &&config::Camera| asked.as_ref().is_none_or(|id| *id == camera.id);
        let orders = context.state.store.orders().current();
        Arming {
            at: context.time(at),
            state: context.arming_state(context.schedule.explain(at, place)),
            cameras: context.cameras_of(&who).filter(is_asked).map(|it| context.camera_arming(at, it)).collect(),
            orders: orders
                .iter()
                .filter(|order| order.ends_at() > at && may_see(&who, &order.scope))
                .map(|order| context.order(order))
                .collect(),
        }
    });
    Ok(Json(arming.await?))
}

/// Arms or disarms for a time.
#[utoipa::path(post, path = "/arming", tag = "office", request_body = WantedOrder, responses(
    (status = 201, description = "The order", body = ArmingOrder),
    Problems,
))]
pub(super) async fn give_order(
    State(context): State<Shared>,
    who: Who,
    Sent(wanted): Sent<WantedOrder>,
) -> Result<(StatusCode, Json<ArmingOrder>), WebError> {
    let now = context.now();
    if wanted.act == Act::Disarm && !who.role.may(Permission::Disarm) {
        let role = who.role.name();
        return Err(WebError::Forbidden(format!("an account with the role {role} may arm by hand, but not disarm")));
    }
    let order = context.checked(&who, wanted, now)?;
    let order = blocking(&context, move |context| {
        let waiting = context.state.store.orders().current().iter().filter(|order| order.ends_at() > now).count();
        if waiting >= MOST_ORDERS {
            return Err(WebError::Conflict(format!("there are {MOST_ORDERS} orders already; withdraw some first")));
        }
        context.state.store.put_order(&order)?;
        let (act, scope) = (order.act, &order.scope);
        tracing::info!(target: "audit", account = who.name, ?act, ?scope, until = %order.until, "ordered by hand");
        context.say_order(&order);
        Ok(context.order(&order))
    });
    Ok((StatusCode::CREATED, Json(order.await??)))
}

/// Withdraws an order: the schedule counts again.
#[utoipa::path(delete, path = "/arming/{id}", tag = "office",
    params(("id" = Uuid, Path, description = "The order")),
    responses(
        (status = 204, description = "It no longer counts"),
        Problems,
    )
)]
pub(super) async fn withdraw_order(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
) -> Result<StatusCode, WebError> {
    let now = context.now();
    let known = context.state.store.orders().current();
    let order =
        id.parse().ok().and_then(|id: Uuid| known.iter().find(|order| order.id == id && may_see(&who, &order.scope)));
    let order = order.ok_or_else(|| WebError::NotFound(format!("no order has the id {:?}", shortened(&id))))?;
    refuse_beyond(&who, &order.scope)?;
    if order.ends_at() <= now {
        return Err(WebError::Conflict("this order is over already".to_owned()));
    }
    let id = order.id;
    blocking(&context, move |context| {
        context.state.store.withdraw_order(id, now, &orderer(&who))?;
        tracing::info!(target: "audit", account = who.name, order = %id, "order by hand withdrawn");
        Ok::<_, WebError>(())
    })
    .await??;
    Ok(StatusCode::NO_CONTENT)
}

fn orderer(who: &Who) -> Orderer {
    Orderer { account: who.account, name: who.name.clone() }
}

impl Context {
    fn say_order(&self, order: &Order) {
        audited::say_act(if order.act == Act::Disarm { DeedAct::Disarmed } else { DeedAct::Armed });
        let (from, until, reason) = (self.time(order.from), self.time(order.until), &order.reason);
        let group = match &order.scope {
            Scope::Camera(camera) => {
                audited::say_camera(camera);
                String::new()
            }
            Scope::Group(group) => format!("{group}: "),
            Scope::All => String::new(),
        };
        audited::say(format!("{group}{from} – {until}: {reason}"));
    }

    fn arming_state(&self, answer: Answer) -> ArmingState {
        let Answer { armed, from, until, sentence } = answer;
        ArmingState {
            armed: armed.armed,
            peak: armed.peak,
            holiday: armed.holiday,
            from: from.map(|at| self.time(at)),
            until: until.map(|at| self.time(at)),
            reason: sentence,
        }
    }

    fn camera_arming(&self, at: Timestamp, camera: &config::Camera) -> CameraArming {
        let zone = |zone: &config::Zone| {
            let armed = self.schedule.at(at, Place::Zone { camera: &camera.id, zone: &zone.id });
            ZoneArming { zone: zone.id.clone(), armed: armed.armed, reason: armed.reason }
        };
        let watched = camera.zones.iter().filter(|zone| zone.kind != config::ZoneKind::Ignore);
        CameraArming {
            camera: camera.id.clone(),
            state: self.arming_state(self.schedule.explain(at, Place::Camera(&camera.id))),
            zones: watched.map(zone).collect(),
        }
    }

    fn order(&self, order: &Order) -> ArmingOrder {
        let (camera, group) = match &order.scope {
            Scope::All => (None, None),
            Scope::Camera(id) => (Some(id.clone()), None),
            Scope::Group(name) => (None, Some(name.clone())),
        };
        ArmingOrder {
            id: order.id,
            act: order.act,
            camera,
            group,
            from: self.time(order.from),
            until: self.time(order.ends_at()),
            reason: order.reason.clone(),
            created_at: self.time(order.created_at),
            given_by: order.given_by.as_ref().map(|by| by.name.clone()),
        }
    }

    /// # Errors
    /// 422 with the field that is wrong.
    fn checked(&self, who: &Who, wanted: WantedOrder, now: Timestamp) -> Result<Order, WebError> {
        let scope = self.scope(who, wanted.camera, wanted.group)?;
        refuse_beyond(who, &scope)?;
        let from = wanted.from.as_deref().map(|text| time("from", text)).transpose()?.unwrap_or(now);
        if from < now {
            return Err(WebError::field("from", "is in the past; leave it out to begin now"));
        }
        let until = time("until", &wanted.until)?;
        if until <= from {
            return Err(WebError::field("until", "is not after the beginning"));
        }
        if until.duration_since(from) > LONGEST {
            let detail = format!(
                "is more than {} days after the beginning; what lasts belongs into the configuration",
                LONGEST.as_hours() / 24
            );
            return Err(WebError::field("until", &detail));
        }
        let reason = wanted.reason.trim();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.contains(char::is_control) {
            return Err(WebError::field("reason", &format!("is one line of 1 to {LONGEST_REASON} characters")));
        }
        let id = IdSource::random().next(now);
        let reason = reason.to_owned();
        Ok(Order {
            id,
            act: wanted.act,
            scope,
            from,
            until,
            reason,
            created_at: now,
            given_by: Some(orderer(who)),
            withdrawn_at: None,
            withdrawn_by: None,
        })
    }

    fn scope(&self, who: &Who, camera: Option<String>, group: Option<String>) -> Result<Scope, WebError> {
        match (camera, group) {
            (None, None) => Ok(Scope::All),
            (Some(_), Some(_)) => Err(WebError::field("group", "is not for a camera as well; leave one of them out")),
            (Some(id), None) => match self.configured(who, &id) {
                Ok(_) => Ok(Scope::Camera(id)),
                Err(_) => Err(WebError::field("camera", &format!("no camera is called {:?}", shortened(&id)))),
            },
            (None, Some(name)) if self.state.config.arming.groups.iter().any(|group| group.name == name) => {
                Ok(Scope::Group(name))
            }
            (None, Some(name)) => Err(WebError::field("group", &format!("no group is called {:?}", shortened(&name)))),
        }
    }
}

/// Orders for one camera are told to who may see it, others to all.
fn may_see(who: &Who, scope: &Scope) -> bool {
    if let Scope::Camera(id) = scope { who.may_see(id) } else { true }
}

/// # Errors
/// 403 where they would order for cameras that they may not see.
fn refuse_beyond(who: &Who, scope: &Scope) -> Result<(), WebError> {
    if who.is_limited() && !matches!(scope, Scope::Camera(_)) {
        return Err(WebError::Forbidden("this account may order for its own cameras only: name one".to_owned()));
    }
    Ok(())
}

fn time(field: &'static str, text: &str) -> Result<Timestamp, WebError> {
    text.parse().map_err(|_| WebError::field(field, "a time is written like 2026-02-17T01:30:00+07:00"))
}

//! Who did what, for auditors.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::Query;
use super::problem::Problems;
use super::{Context, Shared, WebError, blocking};
use crate::access::Who;
use crate::access::audit::{Act, Entry, Removal};
use crate::store::AuditFilter;

const DEFAULT_LIMIT: u32 = 100;
const GREATEST_LIMIT: u32 = 500;

/// A page of the audit log, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditLog {
    items: Vec<AuditEntry>,
    /// Of the next page; null after the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// Counts from 1, without a gap.
    number: i64,
    #[schema(format = DateTime)]
    at: String,
    /// By the name that they had then; null for the appliance itself, and for whoever sat at the machine.
    #[schema(required)]
    who: Option<String>,
    /// From where; null for the appliance itself.
    #[schema(required)]
    address: Option<String>,
    what: Act,
    #[schema(required)]
    camera: Option<String>,
    #[schema(required)]
    camera_name: Option<String>,
    #[schema(required)]
    alert: Option<Uuid>,
    #[schema(required)]
    detail: Option<String>,
}

/// Who did what, from where, and when. Whoever may see some cameras only is told what was done with those, and nothing else.
#[utoipa::path(get, path = "/audit", tag = "accounts",
    params(
        ("from" = Option<String>, Query, format = DateTime, description = "At or after"),
        ("to" = Option<String>, Query, format = DateTime, description = "Before"),
        ("who" = Option<String>, Query, description = "Name of an account"),
        ("what" = Option<String>, Query, description = "Acts; repeated or separated by commas"),
        ("camera" = Option<String>, Query, description = "Ids; repeated or separated by commas"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "100 unless said"),
    ),
    responses(
        (status = 200, description = "The page", body = AuditLog),
        Problems,
    )
)]
pub(super) async fn read_audit(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<AuditLog>, WebError> {
    let filter = filter(&who, &query)?;
    let page = blocking(&context, move |context| {
        let page = context.state.store.audit(&filter)?;
        Ok::<_, WebError>(AuditLog {
            items: page.entries.into_iter().map(|entry| context.audit_entry(entry)).collect(),
            next_cursor: page.before.map(|position| position.to_string()),
        })
    });
    Ok(Json(page.await??))
}

fn filter(who: &Who, query: &Query) -> Result<AuditFilter, WebError> {
    let limit = query.get("limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=GREATEST_LIMIT).contains(&limit) {
        return Err(WebError::BadRequest(format!("`limit` is a number from 1 to {GREATEST_LIMIT}")));
    }
    let acts: Vec<Act> = query.names("what")?;
    if acts.contains(&Act::Other) {
        return Err(WebError::BadRequest("`what` names acts, such as exported; the document lists them".to_owned()));
    }
    let asked: Vec<String> = query.list("camera").into_iter().map(str::to_owned).collect();
    let cameras = match &who.cameras {
        None => (!asked.is_empty()).then_some(asked),
        Some(_) => Some(super::alerts::visible(who, asked).unwrap_or_default()),
    };
    Ok(AuditFilter {
        from: query.time("from")?,
        to: query.time("to")?,
        account: query.get("who")?,
        acts,
        cameras,
        before: query.get("cursor")?,
        limit,
    })
}

impl Context {
    /// With times as the office reads them.
    fn detail(&self, detail: String) -> String {
        let Ok(Removal { segments, bytes, from, to }) = detail.parse() else { return detail };
        // Of a deletion, whose pictures went and why.
        let rest = detail.splitn(5, ' ').nth(4).map(|rest| format!(" {rest}")).unwrap_or_default();
        format!("segments={segments} bytes={bytes} from={} to={}{rest}", self.time(from), self.time(to))
    }

    fn audit_entry(&self, entry: Entry) -> AuditEntry {
        AuditEntry {
            number: entry.position,
            at: self.time(entry.at),
            who: entry.account,
            address: entry.address,
            what: Act::named(&entry.act),
            camera_name: entry.camera.as_deref().map(|camera| self.camera_name(camera)),
            camera: entry.camera,
            alert: entry.alert,
            detail: entry.detail.map(|detail| self.detail(detail)),
        }
    }
}

//! Looking for alerts: page by page, newest first, and fast among a million.

use jiff::Timestamp;
use rusqlite::{Connection, params_from_iter};

use super::alerts::in_full;
use super::conditions::Conditions;
use super::cursor::Cursor;
use super::plate_pattern::{Few, Pattern};
use super::rows::{self, nanoseconds};
use super::{Result, Store, traits, words};
use crate::alert::{Alert, AlertState, VerdictKind};
use crate::rules::plate::PlatePattern;
use crate::rules::{FindingKind, Severity};
use crate::vision::attributes::Attribute;

/// Which alerts: an empty list means any.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    pub cameras: Vec<String>,
    pub severities: Vec<Severity>,
    pub states: Vec<AlertState>,
    /// By the name that they had then.
    pub owner: Option<String>,
    pub verdicts: Vec<VerdictKind>,
    /// It has a finding of one of these.
    pub kinds: Vec<FindingKind>,
    /// Each of these is worn or carried for sure by somebody in it.
    pub attributes: Vec<Attribute>,
    /// What the plate of one of its vehicles may say, with any of what is kept of it.
    pub plate: Option<PlatePattern>,
    /// In some note of theirs, or in several, each of these words occurs, whatever its case and marks.
    pub text: Option<String>,
    /// Opened at or after,
    pub from: Option<Timestamp>,
    /// opened before.
    pub to: Option<Timestamp>,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// At most so many.
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub items: Vec<Alert>,
    /// `None` on the last page.
    pub next_cursor: Option<Cursor>,
}

impl Store {
    /// A page of alerts, newest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Page> {
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        self.readers().read(|connection| {
            let query = query(connection, filter)?;
            let mut statement = connection.prepare_cached(&query.sql)?;
            let found = statement.query_map(params_from_iter(&query.values), rows::alert)?;
            let mut items = found.collect::<rusqlite::Result<Vec<_>>>()?;
            let is_last = items.len() <= limit;
            items.truncate(limit);
            let next_cursor = items.last().filter(|_| !is_last).map(|last| Cursor::new(last.opened_at, last.id));
            let items = items.into_iter().map(|alert| in_full(connection, alert)).collect::<rusqlite::Result<_>>()?;
            Ok(Page { items, next_cursor })
        })
    }
}

/// What is gone through from the newest on, until the page is full.
enum Along {
    /// All alerts, or a part of them: an index in order of time that holds every column of the table by which they are
    /// filtered, so that a rare one is found without reading the alerts between.
    Index(&'static str),
    /// Those that tell of something.
    Trait(String),
    /// Those of the few vehicles with such a plate, which are put in order.
    Plates(Few),
}

/// One more than the page holds, to know whether there is another page.
pub(super) fn query(connection: &Connection, filter: &AlertFilter) -> rusqlite::Result<Conditions> {
    let pattern = filter.plate.as_ref().map(Pattern::new);
    match pattern.as_ref().map(|pattern| pattern.few(connection)).transpose()?.flatten() {
        Some(few) => page(filter, &Along::Plates(few), None),
        None => page(filter, &along(filter)?, pattern.as_ref()),
    }
}

fn along(filter: &AlertFilter) -> rusqlite::Result<Along> {
    let waits = !filter.states.is_empty() && !filter.states.contains(&AlertState::Resolved);
    Ok(match (filter.attributes.first(), &filter.kinds[..], &filter.cameras[..]) {
        _ if waits => Along::Index("alert_waiting"),
        (Some(attribute), ..) => Along::Trait(traits::of_attribute(*attribute)),
        (None, [kind], _) => Along::Trait(traits::of_kind(*kind)?),
        (None, _, [_]) => Along::Index("alert_by_camera"),
        _ => Along::Index("alert_by_time"),
    })
}

/// Reads only the alerts of the page from the table.
fn page(filter: &AlertFilter, along: &Along, plate: Option<&Pattern>) -> rusqlite::Result<Conditions> {
    let mut query = Conditions::new();
    // The columns of what is gone through: no other index knows their order.
    let (at, id) = match along {
        Along::Trait(_) => ("alert_trait.opened_at_ns", "alert_trait.alert_id"),
        Along::Index(_) | Along::Plates(_) => ("alert.opened_at_ns", "alert.id"),
    };
    let source = match along {
        Along::Index(index) => {
            if *index == "alert_waiting" {
                // In the words of the index, so that it may be used.
                query.and("alert.state <> 'resolved'", []);
            }
            format!("alert indexed by {index}")
        }
        Along::Trait(told) => {
            query.and("alert_trait.trait = ?", [told.clone().into()]);
            "alert_trait cross join alert on alert.id = alert_trait.alert_id".to_owned()
        }
        Along::Plates(few) => {
            query.values.push(few.tracks.clone().into());
            "(select distinct alert_id from
                (select distinct unhex(value) as track from json_each(?)) cross join finding using (track)) as seen
            cross join alert on alert.id = seen.alert_id"
                .to_owned()
        }
    };
    query.one_of("alert.camera", filter.cameras.iter().cloned());
    query.one_of("alert.severity", filter.severities.iter().map(|severity| severity.name().to_owned()));
    query.one_of("alert.state", filter.states.iter().map(|state| state.name().to_owned()));
    query.one_of("alert.verdict", filter.verdicts.iter().map(|verdict| verdict.name().to_owned()));
    if let Some(owner) = &filter.owner {
        query.and("alert.owner_name = ?", [owner.clone().into()]);
    }
    let kinds = filter.kinds.iter().map(|kind| traits::of_kind(*kind)).collect::<rusqlite::Result<Vec<_>>>()?;
    let each = filter.attributes.iter().map(|attribute| vec![traits::of_attribute(*attribute)]);
    for any_of in each.chain([kinds]) {
        let is_given = matches!(along, Along::Trait(told) if any_of == [told.as_str()]);
        if !is_given && !any_of.is_empty() {
            let marks = vec!["?"; any_of.len()].join(", ");
            let told = format!(
                "exists (select 1 from alert_trait as told indexed by trait_by_alert
                    where told.alert_id = alert.id and told.trait in ({marks}))"
            );
            query.and(&told, any_of.into_iter().map(Into::into));
        }
    }
    if let Some(plate) = plate {
        query.and(
            "exists (select 1 from finding join plate_candidate using (track)
                where finding.alert_id = alert.id and letters glob ?)",
            [plate.forwards().to_owned().into()],
        );
    }
    for word in filter.text.iter().flat_map(|text| words::of(text)) {
        query.and(
            "alert.id in (select alert_id from alert_action where words is not null and words like ? escape '\\')",
            [words::pattern(&word).into()],
        );
    }
    if let Some(from) = filter.from {
        query.and(&format!("{at} >= ?"), [nanoseconds(from).into()]);
    }
    if let Some(to) = filter.to {
        query.and(&format!("{at} < ?"), [nanoseconds(to).into()]);
    }
    if let Some(cursor) = filter.cursor {
        query.and(&format!("({at}, {id}) < (?, ?)"), cursor.values());
    }
    query.values.push((i64::from(filter.limit) + 1).into());
    query.sql = format!(
        "select * from alert where id in
            (select {id} from {source} where {} order by {at} desc, {id} desc limit ?)
         order by opened_at_ns desc, id desc",
        query.sql
    );
    Ok(query)
}

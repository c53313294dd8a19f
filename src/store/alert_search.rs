//! Looking for alerts: page by page, newest first, and fast among a million.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use super::alerts::all_in_full;
use super::conditions::Conditions;
use super::cursor::Cursor;
use super::plate_pattern::{FEW, Few, Pattern};
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
    /// For each of these words some note of theirs has one that begins like it, whatever its case and marks.
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
            Ok(Page { items: all_in_full(connection, items)?, next_cursor })
        })
    }
}

/// So many words of notes are put in order sooner than the alerts are gone through of which few may have one.
pub(super) const FEW_NOTED: u32 = if cfg!(test) { 200 } else { 20_000 };

/// What is gone through from the newest on, until the page is full.
enum Along<'a> {
    /// All alerts, or a part of them: an index in order of time that holds every column of the table by which they are
    /// filtered, so that a rare one is found without reading the alerts between.
    Index(&'static str),
    /// Those that tell of something, or whose notes have this word.
    Told(Told),
    /// Those of the few vehicles with such a plate, which are put in order.
    Plates(Few),
    /// The few that have a word that begins like this in their notes, which are put in order.
    Words(&'a str),
}

/// A table of what alerts tell of, each beside the alert's time and camera.
struct Told {
    table: &'static str,
    column: &'static str,
    by_camera: &'static str,
    value: String,
}

impl Told {
    fn of(value: String) -> Self {
        Self { table: "alert_trait", column: "trait", by_camera: "trait_by_camera", value }
    }

    fn word(value: String) -> Self {
        Self { table: "alert_word", column: "word", by_camera: "word_by_camera", value }
    }
}

/// One more than the page holds, to know whether there is another page.
pub(super) fn query(connection: &Connection, filter: &AlertFilter) -> rusqlite::Result<Conditions> {
    let pattern = filter.plate.as_ref().map(Pattern::new);
    let words: Vec<String> = filter.text.iter().flat_map(|text| words::of(text)).collect();
    match pattern.as_ref().map(|pattern| pattern.few(connection)).transpose()?.flatten() {
        Some(few) => page(filter, &Along::Plates(few), None, &words),
        None => page(filter, &along(connection, filter, &words)?, pattern.as_ref(), &words),
    }
}

/// What is rarest, as far as that can be said at once.
fn along<'a>(connection: &Connection, filter: &AlertFilter, words: &'a [String]) -> rusqlite::Result<Along<'a>> {
    let waits = !filter.states.is_empty() && !filter.states.contains(&AlertState::Resolved);
    if waits {
        return Ok(Along::Index("alert_waiting"));
    }
    if let Some(owner) = &filter.owner
        && few(connection, FEW, "alert indexed by alert_by_owner where owner_name = ?", [owner])?
    {
        return Ok(Along::Index("alert_by_owner"));
    }
    let mut common = None;
    for word in words {
        let end = words::end_of(word);
        if few(connection, FEW_NOTED, "alert_word where word >= ? and word < ?", [word, &end])? {
            return Ok(Along::Words(word));
        }
        common = common.or(only_word(connection, word, &end)?);
    }
    Ok(match (common, filter.attributes.first(), &filter.kinds[..], &filter.cameras[..]) {
        (Some(word), ..) => Along::Told(Told::word(word)),
        (_, Some(attribute), ..) => Along::Told(Told::of(traits::of_attribute(*attribute))),
        (.., [kind], _) => Along::Told(Told::of(traits::of_kind(*kind)?)),
        _ if filter.verdicts == [VerdictKind::TrueAlarm] => Along::Index("alert_by_verdict"),
        (.., [_]) => Along::Index("alert_by_camera"),
        _ if filter.owner.is_some() => Along::Index("alert_by_owner"),
        _ => Along::Index("alert_by_time"),
    })
}

/// Whether so few rows fit that they can be put in order; counts no further than it has to.
fn few<const N: usize>(connection: &Connection, most: u32, rows: &str, values: [&String; N]) -> rusqlite::Result<bool> {
    let sql = format!("select count(*) from (select 1 from {rows} limit {})", most + 1);
    let found: u32 = connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(found <= most)
}

/// The word of all notes that begins like this, where it is the only one.
fn only_word(connection: &Connection, beginning: &String, end: &String) -> rusqlite::Result<Option<String>> {
    let outermost = |order: &str| {
        let sql = format!("select word from alert_word where word >= ? and word < ? order by word {order} limit 1");
        connection.prepare_cached(&sql)?.query_row([beginning, end], |row| row.get::<_, String>(0)).optional()
    };
    let first = outermost("asc")?;
    Ok(if first == outermost("desc")? { first } else { None })
}

/// Reads only the alerts of the page from the table.
fn page(
    filter: &AlertFilter,
    along: &Along<'_>,
    plate: Option<&Pattern>,
    words: &[String],
) -> rusqlite::Result<Conditions> {
    let mut query = Conditions::new();
    // The table whose columns are gone through: no other index knows their order.
    let (table, id) = match along {
        Along::Told(told) => (told.table, "alert_id"),
        Along::Words(_) => ("noted", "alert_id"),
        Along::Index(_) | Along::Plates(_) => ("alert", "id"),
    };
    let (at, id) = (format!("{table}.opened_at_ns"), format!("{table}.{id}"));
    let AlertFilter { severities, states, verdicts, owner, .. } = filter;
    // The alerts themselves are looked up only where something is asked for that nothing else has.
    let asks_more = !(severities.is_empty() && states.is_empty() && verdicts.is_empty() && owner.is_none());
    let alerts = if asks_more { format!("cross join alert on alert.id = {id}") } else { String::new() };
    let source = match along {
        Along::Index(index) => {
            if *index == "alert_waiting" {
                // In the words of the index, so that it may be used.
                query.and("alert.state <> 'resolved'", []);
            }
            format!("alert indexed by {index}")
        }
        Along::Told(Told { table, column, by_camera, value }) => {
            query.and(&format!("{table}.{column} = ?"), [value.clone().into()]);
            let index = if filter.cameras.len() == 1 { format!("indexed by {by_camera}") } else { String::new() };
            format!("{table} {index} {alerts}")
        }
        Along::Plates(few) => {
            query.values.push(few.tracks.clone().into());
            "(select distinct alert_id from
                (select distinct unhex(value) as track from json_each(?)) cross join finding using (track)) as seen
            cross join alert on alert.id = seen.alert_id"
                .to_owned()
        }
        Along::Words(beginning) => {
            query.values.extend([(*beginning).to_owned().into(), words::end_of(beginning).into()]);
            format!(
                "(select distinct opened_at_ns, alert_id, camera from alert_word where word >= ? and word < ?) as noted
                {alerts}"
            )
        }
    };
    query.one_of(&format!("{table}.camera"), filter.cameras.iter().cloned());
    query.one_of("alert.severity", severities.iter().map(|severity| severity.name().to_owned()));
    query.one_of("alert.state", states.iter().map(|state| state.name().to_owned()));
    query.one_of("alert.verdict", verdicts.iter().map(|verdict| verdict.name().to_owned()));
    if let Some(owner) = owner {
        query.and("alert.owner_name = ?", [owner.clone().into()]);
    }
    let kinds = filter.kinds.iter().map(|kind| traits::of_kind(*kind)).collect::<rusqlite::Result<Vec<_>>>()?;
    let each = filter.attributes.iter().map(|attribute| vec![traits::of_attribute(*attribute)]);
    for any_of in each.chain([kinds]) {
        let is_given = matches!(along, Along::Told(told) if told.column == "trait" && any_of == [told.value.as_str()]);
        if !is_given && !any_of.is_empty() {
            let marks = vec!["?"; any_of.len()].join(", ");
            let told = format!(
                "exists (select 1 from alert_trait as told indexed by trait_by_alert
                    where told.alert_id = {id} and told.trait in ({marks}))"
            );
            query.and(&told, any_of.into_iter().map(Into::into));
        }
    }
    if let Some(plate) = plate {
        let has_plate = format!(
            "exists (select 1 from finding join plate_candidate using (track)
                where finding.alert_id = {id} and letters glob ?)"
        );
        query.and(&has_plate, [plate.forwards().to_owned().into()]);
    }
    if words.is_empty() && filter.text.as_ref().is_some_and(|text| !text.trim().is_empty()) {
        // Nothing but signs, of which no note is searched.
        query.and("false", []);
    }
    for word in words {
        if matches!(along, Along::Words(given) if *given == word) {
            continue;
        }
        let said = format!(
            "exists (select 1 from alert_word as said indexed by word_by_alert
                where said.alert_id = {id} and said.word >= ? and said.word < ?)"
        );
        query.and(&said, [word.clone().into(), words::end_of(word).into()]);
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

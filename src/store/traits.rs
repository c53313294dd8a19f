//! What alerts tell of, in words by which they are looked for.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::rows::{self, nanoseconds};
use super::words;
use crate::alert::Alert;
use crate::rules::FindingKind;
use crate::vision::attributes::{Answer, Attribute};

pub(super) fn of_kind(kind: FindingKind) -> rusqlite::Result<String> {
    Ok(format!("finding.{}", rows::name(&kind)?))
}

pub(super) fn of_attribute(attribute: Attribute) -> String {
    format!("wears.{}", attribute.name())
}

fn of_alert(alert: &Alert) -> rusqlite::Result<BTreeSet<String>> {
    let mut traits = BTreeSet::new();
    for finding in &alert.findings {
        traits.insert(of_kind(finding.kind)?);
    }
    for person in &alert.persons {
        let worn = Attribute::ALL.into_iter().filter(|attribute| person.of(*attribute).answer == Answer::Yes);
        traits.extend(worn.map(of_attribute));
    }
    Ok(traits)
}

/// Writes them where they are not what stands there already: an open alert is written often, and rarely tells of more.
pub(super) fn put(connection: &Connection, alert: &Alert) -> rusqlite::Result<()> {
    let traits = of_alert(alert)?;
    let (id, opened_at_ns) = (alert.id.as_bytes(), nanoseconds(alert.opened_at));
    words::follow(connection, id, opened_at_ns, &alert.camera)?;
    let sql = "
        select trait from alert_trait indexed by trait_by_alert
        where alert_id = ?1 and (opened_at_ns, camera) = (?2, ?3)";
    let mut statement = connection.prepare_cached(sql)?;
    let known = statement.query_map(params![id, opened_at_ns, alert.camera], |row| row.get(0))?;
    if known.collect::<rusqlite::Result<BTreeSet<String>>>()? == traits {
        return Ok(());
    }
    connection.prepare_cached("delete from alert_trait where alert_id = ?1")?.execute([id])?;
    let sql = "insert into alert_trait (trait, opened_at_ns, alert_id, camera) values (?1, ?2, ?3, ?4)";
    let mut statement = connection.prepare_cached(sql)?;
    for told in traits {
        statement.execute(params![told, opened_at_ns, id, alert.camera])?;
    }
    Ok(())
}

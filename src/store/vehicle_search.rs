//! Looking for vehicles that came by.

use jiff::Timestamp;
use rusqlite::{Connection, params_from_iter};

use super::conditions::Conditions;
use super::cursor::Cursor;
use super::plate_pattern::{Few, Pattern};
use super::rows::nanoseconds;
use super::vehicles::{Passage, in_full, row_of_passage};
use super::{Result, Store};
use crate::rules::plate::{PlatePattern, PlateVerdict};
use crate::vision::Class;

/// Which passages: an empty list means any.
#[derive(Debug, Clone, Default)]
pub struct PassageFilter {
    /// What a plate may say, with any of what is kept of it.
    pub plate: Option<PlatePattern>,
    pub cameras: Vec<String>,
    pub classes: Vec<Class>,
    pub verdicts: Vec<PlateVerdict>,
    /// First seen at or after,
    pub from: Option<Timestamp>,
    /// first seen before.
    pub to: Option<Timestamp>,
    /// By night alone, or by day alone.
    pub at_night: Option<bool>,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// At most so many.
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PassagePage {
    pub items: Vec<Passage>,
    /// `None` on the last page.
    pub next_cursor: Option<Cursor>,
}

impl Store {
    /// A page of passages, newest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn passages(&self, filter: &PassageFilter) -> Result<PassagePage> {
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        self.readers().read(|connection| {
            let query = query(connection, filter)?;
            let mut statement = connection.prepare_cached(&query.sql)?;
            let found = statement.query_map(params_from_iter(&query.values), row_of_passage)?;
            let mut items = found.collect::<rusqlite::Result<Vec<_>>>()?;
            let is_last = items.len() <= limit;
            items.truncate(limit);
            let next_cursor = items.last().filter(|_| !is_last).map(|last| Cursor::new(last.first_at, last.track));
            let items = items.into_iter().map(|passage| in_full(connection, passage));
            Ok(PassagePage { items: items.collect::<rusqlite::Result<_>>()?, next_cursor })
        })
    }
}

/// One more than the page holds, to know whether there is another page.
fn query(connection: &Connection, filter: &PassageFilter) -> rusqlite::Result<Conditions> {
    let pattern = filter.plate.as_ref().map(Pattern::new);
    let few = pattern.as_ref().map(|pattern| pattern.few(connection)).transpose()?.flatten();
    Ok(few.map_or_else(|| by_time(filter, pattern.as_ref()), |few| among_few(filter, few)))
}

/// Reads from the newest on until the page is full. Filters on the index alone and reads only the
/// passages of the page from the table.
fn by_time(filter: &PassageFilter, pattern: Option<&Pattern>) -> Conditions {
    let mut query = conditions(filter);
    if let Some(pattern) = pattern {
        query.and(
            "exists (select 1 from plate_candidate
                where plate_candidate.track = passage.track and letters glob ?)",
            [pattern.forwards().to_owned().into()],
        );
    }
    query.values.push((i64::from(filter.limit) + 1).into());
    query.sql = format!(
        "select * from passage where track in
            (select track from passage indexed by passage_by_time where {}
             order by first_at_ns desc, track desc limit ?)
         order by first_at_ns desc, track desc",
        query.sql
    );
    query
}

/// Reads those whose plates match and puts them in order.
fn among_few(filter: &PassageFilter, few: Few) -> Conditions {
    let mut query = conditions(filter);
    let mut values = vec![few.tracks.into()];
    values.append(&mut query.values);
    values.push((i64::from(filter.limit) + 1).into());
    // A cross join is done in the order in which it is written.
    query.sql = format!(
        "select passage.* from
            (select distinct unhex(value) as track from json_each(?))
            cross join passage using (track)
         where {}
         order by first_at_ns desc, track desc limit ?",
        query.sql
    );
    Conditions { sql: query.sql, values }
}

fn conditions(filter: &PassageFilter) -> Conditions {
    let mut query = Conditions::new();
    query.one_of("camera", filter.cameras.iter().cloned());
    query.one_of("class", filter.classes.iter().map(|class| class.name().to_owned()));
    query.one_of("verdict", filter.verdicts.iter().map(|verdict| verdict.name().to_owned()));
    if let Some(from) = filter.from {
        query.and("first_at_ns >= ?", [nanoseconds(from).into()]);
    }
    if let Some(to) = filter.to {
        query.and("first_at_ns < ?", [nanoseconds(to).into()]);
    }
    if let Some(at_night) = filter.at_night {
        query.and(if at_night { "night is not null" } else { "night is null" }, []);
    }
    if let Some(cursor) = filter.cursor {
        query.and("(first_at_ns, track) < (?, ?)", cursor.values());
    }
    query
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Value;

    use rusqlite::params;

    use super::*;
    use crate::store::Store;
    use crate::store::plate_pattern::FEW;
    use crate::store::tests::{open, seconds};

    fn pattern(written: &str) -> Pattern {
        Pattern::new(&written.parse().expect("a pattern"))
    }

    /// How the database goes about a query: one line a step.
    fn plan(store: &Store, sql: &str) -> Vec<String> {
        let steps = store.readers().read(|connection| {
            let mut statement = connection.prepare(&format!("explain query plan {sql}"))?;
            let steps = statement.raw_query().mapped(|row| row.get::<_, String>("detail"));
            steps.collect::<rusqlite::Result<Vec<_>>>()
        });
        steps.expect("a plan")
    }

    #[track_caller]
    fn check_plan(query: &Conditions, wanted: &[&str]) {
        let (_folder, store) = open();
        let steps = plan(&store, &query.sql);
        for wanted in wanted {
            assert!(steps.iter().any(|step| step.starts_with(wanted)), "no {wanted:?} in {steps:#?}");
        }
        // What is sorted is a page, or what a pattern gave.
        assert_eq!(steps.iter().filter(|step| step.contains("TEMP B-TREE FOR ORDER BY")).count(), 1, "{steps:#?}");
        // Whatever is gone through from end to end is an index, or what an index gave.
        for scan in steps.iter().filter(|step| step.starts_with("SCAN")) {
            let is_given = scan.contains("(subquery") || scan.starts_with("SCAN json_each");
            assert!(scan.contains("COVERING INDEX") || is_given, "{steps:#?}");
        }
    }

    fn every_filter() -> PassageFilter {
        PassageFilter {
            plate: None,
            cameras: vec!["cong".to_owned(), "kho".to_owned()],
            classes: vec![Class::Car],
            verdicts: vec![PlateVerdict::Absent],
            from: Some(seconds(0)),
            to: Some(seconds(9)),
            at_night: Some(true),
            cursor: Some(Cursor::new(seconds(1), uuid::Uuid::nil())),
            limit: 50,
        }
    }

    #[test]
    fn pages_are_read_from_the_index_of_times() {
        let by_index = "SEARCH passage USING COVERING INDEX passage_by_time (first_at_ns>? AND first_at_ns<?";
        let by_track = "SEARCH passage USING INDEX sqlite_autoindex_passage_1 (track=?)";
        check_plan(&by_time(&every_filter(), None), &[by_track, by_index]);
        let candidates = "SEARCH plate_candidate EXISTS USING PRIMARY KEY (track=?)";
        check_plan(&by_time(&every_filter(), Some(&pattern("12A*"))), &[by_track, by_index, candidates]);
        let any = PassageFilter { limit: 50, ..PassageFilter::default() };
        check_plan(&by_time(&any, None), &[by_track, "SCAN passage USING COVERING INDEX passage_by_time"]);
    }

    #[test]
    fn plates_are_found_by_what_is_known_of_them() {
        let (_folder, store) = open();
        let check = |written, index| {
            let steps = plan(&store, &pattern(written).few_sql());
            assert!(steps.iter().any(|step| step.starts_with(index)), "no {index:?} in {steps:#?}");
        };
        let by_beginning =
            "SEARCH plate_candidate USING COVERING INDEX candidate_by_beginning (letters>? AND letters<?)";
        let by_end = "SEARCH plate_candidate USING COVERING INDEX candidate_by_end (backwards>? AND backwards<?)";
        check("12A-1?3.45", by_beginning);
        check("12A-123.45", by_beginning);
        check("??A-123.45", by_end);
        check("*345", by_end);
        // Nothing is known: the index is gone through, but nothing else.
        check("*3*", by_beginning);
        let by_track = "SEARCH passage USING INDEX sqlite_autoindex_passage_1 (track=?)";
        check_plan(&among_few(&every_filter(), Few { tracks: "[]".to_owned() }), &[by_track]);
    }

    #[track_caller]
    fn check_side(written: &str, column: &str, glob: &str, from: &str) {
        let pattern = pattern(written);
        let side = pattern.side();
        assert_eq!((side.column, side.glob, side.from), (column, glob, from));
    }

    #[test]
    fn a_pattern_is_read_from_its_better_known_end() {
        check_side("12a-1?3.45", "letters", "12A1?345", "12A1");
        check_side("1?A-123.45", "backwards", "54321A?1", "54321A");
        check_side("12A-123.45", "letters", "12A12345", "12A12345");
        check_side("*", "letters", "*", "");
        check_side("80-NG-*-01", "letters", "80NG*01", "80NG");
    }

    #[test]
    fn a_pattern_that_many_match_is_told_from_one_that_few_do() {
        let (_folder, store) = open();
        let add = |from: u32, to: u32| {
            let fill = move |connection: &Connection, _: &mut Vec<_>| {
                let passage = "
                    insert into passage select ?1, id, 'cong', 'car', ?2, ?2, 0, 'readable', 0.9, null, 5, 90, null,
                        0, 0, null, 0 from appliance";
                let candidate = "insert into plate_candidate values (?1, 0, ?2, 0.9, ?2, ?3)";
                for n in from..to {
                    let track = Value::Blob(uuid::Uuid::from_u128(n.into()).into_bytes().into());
                    let letters = format!("12A{n:05}");
                    let backwards: String = letters.chars().rev().collect();
                    connection.execute(passage, params![track, n])?;
                    connection.execute(candidate, params![track, letters, backwards])?;
                }
                Ok(())
            };
            store.writer().write(fill).expect("filled");
        };
        let few = |written: &str| {
            let found = store.readers().read(|connection| pattern(written).few(connection));
            found.expect("counted").is_some()
        };
        add(0, FEW);
        assert!(few("12A*"));
        add(FEW, FEW + 1);
        assert!(!few("12A*") && few("12A01*") && few("12B*"));
        // Both ways lead to the same page.
        let page = |plate: &str| {
            let filter = PassageFilter { plate: plate.parse().ok(), limit: 3, ..PassageFilter::default() };
            store.passages(&filter).expect("a page").items
        };
        let numbers = |plate| page(plate).iter().map(|passage| passage.track.as_u128()).collect::<Vec<_>>();
        assert_eq!(numbers("12A*"), [2000, 1999, 1998]);
        assert_eq!(numbers("12A0199*"), [1999, 1998, 1997]);
        assert_eq!(numbers("12A0?999"), [1999, 999]);
        assert_eq!(numbers("*A0199*"), [1999, 1998, 1997]);
        assert_eq!(numbers("*777*"), [1777, 777]);
    }
}

//! Spots where people loitered at night.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::rows::{self, nanoseconds};
use super::{Result, Store};
use crate::base::Point;
use crate::rules::haunts::{MOST_MARKS, Mark};

impl Store {
    /// Writes a camera's marks; of those that it has then the latest [`MOST_MARKS`] are kept. Blocks until it is durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn put_marks(&self, camera: &str, marks: Vec<Mark>) -> Result<()> {
        let camera = camera.to_owned();
        self.writer().write(move |connection, _| {
            marks.iter().try_for_each(|mark| insert(connection, &camera, mark))?;
            let sql = "
                delete from loitering where track in
                    (select track from loitering where camera = ?1 order by at_ns desc, track desc limit -1 offset ?2)";
            connection.prepare_cached(sql)?.execute(params![camera, MOST_MARKS as i64]).map(drop)
        })
    }

    /// A camera's marks since `since`, oldest first.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn marks(&self, camera: &str, since: Timestamp) -> Result<Vec<Mark>> {
        let sql = "select * from loitering where camera = ?1 and at_ns >= ?2 order by at_ns, track";
        self.readers().read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(params![camera, nanoseconds(since)], mark)?.collect()
        })
    }

    /// Removes all cameras' marks of before `before`.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn remove_marks(&self, before: Timestamp) -> Result<()> {
        self.writer().write(move |connection, _| {
            let sql = "delete from loitering where at_ns < ?1";
            connection.prepare_cached(sql)?.execute([nanoseconds(before)]).map(drop)
        })
    }
}

/// What is known of a track already stays.
fn insert(connection: &Connection, camera: &str, mark: &Mark) -> rusqlite::Result<()> {
    let sql = "
        insert into loitering (track, appliance, camera, x, y, at_ns)
        values (?1, (select id from appliance), ?2, ?3, ?4, ?5)
        on conflict (track) do nothing";
    let Mark { track, spot, at } = mark;
    let values = params![track.as_bytes(), camera, spot.x, spot.y, nanoseconds(*at)];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

fn mark(row: &Row<'_>) -> rusqlite::Result<Mark> {
    Ok(Mark {
        track: rows::uuid(row, "track")?,
        spot: Point { x: row.get("x")?, y: row.get("y")? },
        at: rows::timestamp(row, "at_ns")?,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::tests::{clock, open, seconds};

    fn a_mark(n: u128) -> Mark {
        let at = seconds(i64::try_from(n).expect("small"));
        Mark { track: Uuid::from_u128(n), spot: Point { x: 0.25, y: 0.5 }, at }
    }

    #[test]
    fn marks_are_kept_of_each_camera_and_forgotten() {
        let (folder, store) = open();
        store.put_marks("cong", vec![a_mark(2), a_mark(1)]).expect("stored");
        store.put_marks("kho", vec![a_mark(3)]).expect("stored");
        // Of a track that has one.
        store.put_marks("cong", vec![Mark { at: seconds(9), ..a_mark(1) }]).expect("stored");
        drop(store);
        let store = Store::open(folder.path(), &clock()).expect("opens again");
        assert_eq!(store.marks("cong", seconds(0)).expect("read"), [a_mark(1), a_mark(2)]);
        assert_eq!(store.marks("cong", seconds(2)).expect("read"), [a_mark(2)]);
        store.remove_marks(seconds(2)).expect("removed");
        assert_eq!(store.marks("cong", seconds(0)).expect("read"), [a_mark(2)]);
        assert_eq!(store.marks("kho", seconds(0)).expect("read"), [a_mark(3)]);
    }

    #[test]
    fn the_oldest_make_room() {
        let (_folder, store) = open();
        let most = MOST_MARKS as u128;
        store.put_marks("kho", vec![a_mark(most + 9)]).expect("stored");
        store.put_marks("cong", (0..most).map(a_mark).collect()).expect("stored");
        store.put_marks("cong", vec![a_mark(most), a_mark(most + 1)]).expect("stored");
        let marks = store.marks("cong", seconds(0)).expect("read");
        assert_eq!((marks.len(), marks.first()), (MOST_MARKS, Some(&a_mark(2))));
        assert_eq!(store.marks("kho", seconds(0)).expect("read").len(), 1);
    }

    #[test]
    fn a_spot_outside_of_the_frame_is_refused_with_all_that_came_with_it() {
        let (_folder, store) = open();
        let outside = Mark { spot: Point { x: 1.5, y: 0.5 }, ..a_mark(2) };
        assert!(store.put_marks("cong", vec![a_mark(1), outside]).is_err());
        assert_eq!(store.marks("cong", seconds(0)).expect("read"), []);
    }
}

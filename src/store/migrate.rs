//! From an empty or older database to the schema of this program.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Result, StoreError};

/// What makes a database this program's; versions count from 1, each made by one migration.
pub(super) struct Schema<'a> {
    /// The newest, as a whole.
    pub fresh: &'a str,
    /// The n-th leads from version n to version n + 1.
    pub migrations: &'a [&'a str],
}

pub(super) const SCHEMA: Schema<'static> = Schema {
    fresh: concat!(
        include_str!("schema.sql"),
        include_str!("schema_accounts.sql"),
        include_str!("schema_audit.sql"),
        include_str!("schema_deletion.sql"),
        include_str!("schema_recordings.sql"),
        include_str!("schema_search.sql"),
        include_str!("schema_shift.sql"),
    ),
    migrations: &[
        include_str!("migrations/0001.sql"),
        include_str!("migrations/0002.sql"),
        include_str!("migrations/0003.sql"),
        include_str!("migrations/0004.sql"),
        include_str!("migrations/0005.sql"),
        include_str!("migrations/0006.sql"),
        include_str!("migrations/0007.sql"),
        include_str!("migrations/0008.sql"),
        include_str!("migrations/0009.sql"),
        include_str!("migrations/0010.sql"),
        include_str!("migrations/0011.sql"),
        include_str!("migrations/0012.sql"),
        include_str!("migrations/0013.sql"),
        include_str!("migrations/0014.sql"),
        include_str!("migrations/0015.sql"),
        include_str!("migrations/0016.sql"),
    ],
};

/// `canh` in ASCII: marks the file as ours.
const APPLICATION_ID: i64 = 0x6361_6e68;

impl Schema<'_> {
    pub(super) fn version(&self) -> i64 {
        i64::try_from(self.migrations.len()).expect("a program holds few migrations")
    }

    /// Brings the database to this schema, in one transaction: where a step fails, the program that
    /// was there before still reads it.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Foreign`], or [`StoreError::Migration`].
    pub(super) fn apply(&self, connection: &mut Connection, path: &Path) -> Result<()> {
        let sqlite = |error| StoreError::from_sqlite(path, &error);
        let found = pragma(connection, "user_version").map_err(sqlite)?;
        let owner = pragma(connection, "application_id").map_err(sqlite)?;
        let is_empty = connection
            .query_row("select not exists (select 1 from sqlite_schema)", [], |row| row.get::<_, bool>(0))
            .map_err(sqlite)?;
        if !is_empty && owner != APPLICATION_ID {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
        if found > self.version() {
            return Err(StoreError::Newer { path: path.to_owned(), found, known: self.version() });
        }
        if is_empty {
            return step(connection, self.fresh, self.version()).map_err(sqlite);
        }
        if found == self.version() {
            return Ok(());
        }
        let transaction = begin(connection).map_err(sqlite)?;
        for version in found + 1..=self.version() {
            let sql = usize::try_from(version - 1).ok().and_then(|index| self.migrations.get(index));
            tracing::info!(path = %path.display(), version, "upgrading the database");
            lead_to(&transaction, sql.copied().unwrap_or_default(), version)
                .map_err(|error| StoreError::Migration { path: path.to_owned(), version, detail: error.to_string() })?;
        }
        transaction.commit().map_err(sqlite)
    }

    /// The version of a database that this program can read, now or once it is upgraded.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Foreign`].
    pub(super) fn known(&self, connection: &Connection, path: &Path) -> Result<i64> {
        let sqlite = |error| StoreError::from_sqlite(path, &error);
        let found = pragma(connection, "user_version").map_err(sqlite)?;
        if pragma(connection, "application_id").map_err(sqlite)? != APPLICATION_ID {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
        if found > self.version() {
            return Err(StoreError::Newer { path: path.to_owned(), found, known: self.version() });
        }
        Ok(found)
    }

    /// That a database which another process uses has this schema.
    ///
    /// # Errors
    /// [`StoreError::OtherVersion`] where it has not.
    pub(super) fn check(&self, connection: &Connection, path: &Path) -> Result<()> {
        match pragma(connection, "user_version") {
            Ok(found) if found == self.version() => Ok(()),
            Ok(_) => Err(StoreError::OtherVersion { path: path.to_owned() }),
            Err(error) => Err(StoreError::from_sqlite(path, &error)),
        }
    }
}

fn step(connection: &mut Connection, sql: &str, version: i64) -> rusqlite::Result<()> {
    let transaction = begin(connection)?;
    lead_to(&transaction, sql, version)?;
    transaction.commit()
}

/// Foreign keys are off meanwhile, so that a migration may rebuild a table that others refer
/// to; they are checked as a whole after each step.
fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn lead_to(transaction: &Transaction<'_>, sql: &str, version: i64) -> rusqlite::Result<()> {
    transaction.execute_batch(sql)?;
    let dangling = transaction.prepare("pragma foreign_key_check")?.exists([])?;
    if dangling {
        return Err(rusqlite::Error::ToSqlConversionFailure("rows refer to others that are gone".into()));
    }
    transaction.pragma_update(None, "user_version", version)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables, columns and indexes as SQLite sees them, and their text without comments and blanks:
    /// equal for equal schemas however they came about.
    fn shape(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare("select type, name, tbl_name, sql from sqlite_schema where sql is not null order by type, name")
            .expect("prepare");
        let rows = statement.query_map([], |row| {
            let sql: String = row.get(3)?;
            let words = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<String>();
            let words: String = words.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
            Ok(format!(
                "{} {} {} {words}",
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?
            ))
        });
        rows.expect("query").collect::<rusqlite::Result<_>>().expect("rows")
    }

    fn at_version(schema: &Schema<'_>, version: usize) -> Connection {
        let mut connection = Connection::open_in_memory().expect("open");
        for (index, sql) in schema.migrations[..version].iter().enumerate() {
            step(&mut connection, sql, i64::try_from(index).expect("small") + 1).expect("migration");
        }
        connection
    }

    fn fresh(schema: &Schema<'_>) -> Connection {
        let mut connection = Connection::open_in_memory().expect("open");
        schema.apply(&mut connection, Path::new("test.db")).expect("fresh");
        connection
    }

    /// Every version this program ever wrote, upgraded, is what a fresh database is.
    #[track_caller]
    fn check_upgrades(schema: &Schema<'_>) {
        for version in 1..=schema.migrations.len() {
            let mut old = at_version(schema, version);
            schema.apply(&mut old, Path::new("test.db")).expect("upgrade");
            assert_eq!(shape(&old), shape(&fresh(schema)), "from version {version}");
            assert_eq!(pragma(&old, "user_version").expect("pragma"), schema.version());
        }
    }

    #[test]
    fn an_upgraded_database_is_like_a_fresh_one() {
        check_upgrades(&SCHEMA);
    }

    #[test]
    fn alerts_of_the_first_version_are_kept_and_have_no_persons() {
        let mut old = at_version(&SCHEMA, 1);
        old.execute_batch(
            "insert into appliance values (1, zeroblob(16));
             insert into alert values (zeroblob(16), zeroblob(16), 'cong', null, 1, 2, 3, 'notice', 0.5, 'new', 'vi', 'en', 640, 360);
             insert into finding values (zeroblob(16), 0, 'person', zeroblob(16), 0.5, 1, 0, 0, 9, 9, null, 1.5);
             insert into event (kind, alert_id) values ('alert', zeroblob(16))",
        )
        .expect("inserts");
        SCHEMA.apply(&mut old, Path::new("test.db")).expect("upgrade");
        let count = |table| old.query_row(&format!("select count(*) from {table}"), [], |row| row.get::<_, i64>(0));
        let counts =
            ["alert", "finding", "event", "attribute", "alert_trait"].map(|table| count(table).expect("count"));
        assert_eq!(counts, [1, 1, 1, 0, 1]);
        old.execute("insert into attribute values (zeroblob(16), 0, 'mask', zeroblob(16), 'yes', 0.9, 6, 31, 1)", [])
            .expect("a person");
    }

    #[test]
    fn notes_of_before_are_found_by_their_words() {
        let mut old = at_version(&SCHEMA, 11);
        old.execute_batch(
            "insert into appliance values (1, zeroblob(16));
             insert into alert
                (id, appliance, camera, opened_at_ns, last_seen_at_ns, severity, score, state, reason_vi, reason_en,
                 frame_width, frame_height)
             values (zeroblob(16), zeroblob(16), 'kho', 5, 6, 'notice', 0.5, 'new', 'vi', 'en', 640, 360);
             insert into alert_trait values ('finding.bag', 5, zeroblob(16));
             insert into alert_action (alert_id, position, at_ns, act, note, words) values
                (zeroblob(16), 0, 7, 'noted', 'Đèn: xe 12A-123', 'den: xe 12a-123'),
                (zeroblob(16), 1, 8, 'noted', 'Xe', 'xe')",
        )
        .expect("inserts");
        SCHEMA.apply(&mut old, Path::new("test.db")).expect("upgrade");
        let read = |sql: &str| -> Vec<String> {
            let mut statement = old.prepare(sql).expect("prepares");
            let rows = statement.query_map([], |row| row.get(0)).expect("reads");
            rows.collect::<rusqlite::Result<_>>().expect("rows")
        };
        let words = "select word || ' ' || opened_at_ns || ' ' || camera from alert_word order by word";
        assert_eq!(read(words), ["123 5 kho", "12a 5 kho", "den 5 kho", "xe 5 kho"]);
        assert_eq!(read("select camera from alert_trait"), ["kho"]);
        assert_eq!(read("select note from alert_action order by position"), ["Đèn: xe 12A-123", "Xe"]);
    }

    const TWO_STEPS: Schema<'static> = Schema {
        fresh: "create table guard (id integer primary key, name text not null, badge text); -- all of it",
        migrations: &[
            "create table guard (id integer primary key, name text not null)",
            "create table new (id integer primary key, name text not null, badge text);
             insert into new select id, name, null from guard;
             drop table guard;
             alter table new rename to guard",
        ],
    };

    #[test]
    fn a_filled_database_keeps_its_rows_over_an_upgrade() {
        check_upgrades(&TWO_STEPS);
        let mut old = at_version(&TWO_STEPS, 1);
        old.execute("insert into guard values (7, 'Lan')", []).expect("insert");
        TWO_STEPS.apply(&mut old, Path::new("test.db")).expect("upgrade");
        let name: String = old.query_row("select name from guard where id = 7", [], |row| row.get(0)).expect("kept");
        assert_eq!(name, "Lan");
    }

    #[test]
    fn a_failed_upgrade_leaves_the_old_database() {
        let broken = Schema { migrations: &[TWO_STEPS.migrations[0], "drop table guard; nonsense"], ..TWO_STEPS };
        let mut old = at_version(&TWO_STEPS, 1);
        let error = broken.apply(&mut old, Path::new("test.db")).expect_err("a syntax error");
        assert!(
            error.to_string().starts_with("test.db: upgrade to schema 2 failed, the old one is untouched"),
            "{error}"
        );
        assert_eq!(shape(&old), shape(&at_version(&TWO_STEPS, 1)));
    }

    #[test]
    fn steps_before_one_that_fails_are_taken_back() {
        let [first, second] = [TWO_STEPS.migrations[0], TWO_STEPS.migrations[1]];
        let broken = Schema {
            migrations: &[first, second, "insert into guard values (7, 'Lan', 1), (7, 'Lan', 1)"],
            ..TWO_STEPS
        };
        let mut old = at_version(&TWO_STEPS, 1);
        let error = broken.apply(&mut old, Path::new("test.db")).expect_err("two with one number");
        assert!(error.to_string().contains("upgrade to schema 3 failed, the old one is untouched"), "{error}");
        assert_eq!(shape(&old), shape(&at_version(&TWO_STEPS, 1)));
        assert_eq!(pragma(&old, "user_version").expect("pragma"), 1, "the program before reads it still");
    }

    #[test]
    fn a_newer_or_foreign_database_is_refused() {
        let known = SCHEMA.version();
        let mut newer = at_version(&TWO_STEPS, 2);
        newer.pragma_update(None, "user_version", known + 1).expect("pragma");
        let error = SCHEMA.apply(&mut newer, Path::new("/d/canhdem.db")).expect_err("newer");
        let wanted = format!(
            "/d/canhdem.db: written by a newer canhdem (schema {}, this one knows {known}); install that version again",
            known + 1
        );
        assert_eq!(error.to_string(), wanted);

        let mut foreign = Connection::open_in_memory().expect("open");
        foreign.execute_batch("create table songs (title text)").expect("create");
        let error = SCHEMA.apply(&mut foreign, Path::new("/d/canhdem.db")).expect_err("foreign");
        assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    }
}

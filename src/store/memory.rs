//! What a camera's loop has learned and keeps over a restart.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::rows::nanoseconds;
use super::{Result, Store};

impl Store {
    /// What was last kept of this kind for this camera.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn memory(&self, camera: &str, kind: &str) -> Result<Option<Vec<u8>>> {
        self.readers().read(|connection| {
            let sql = "select body from camera_memory where camera = ?1 and kind = ?2";
            connection.prepare_cached(sql)?.query_row([camera, kind], |row| row.get(0)).optional()
        })
    }

    /// Keeps `body`, at most 1 MiB that only whoever keeps this kind understands, in place of what was kept before.
    /// Blocks until it is durable.
    ///
    /// # Errors
    /// See [`super::StoreError`].
    pub fn remember(&self, camera: &str, kind: &str, body: Vec<u8>, at: Timestamp) -> Result<()> {
        let (camera, kind) = (camera.to_owned(), kind.to_owned());
        self.writer().write(move |connection, _| {
            let sql = "
                insert into camera_memory (camera, kind, body, saved_at_ns) values (?1, ?2, ?3, ?4)
                on conflict (camera, kind) do update set body = excluded.body, saved_at_ns = excluded.saved_at_ns";
            connection.prepare_cached(sql)?.execute(params![camera, kind, body, nanoseconds(at)]).map(drop)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::store::Store;
    use crate::store::tests::{clock, open, seconds};

    #[test]
    fn each_camera_keeps_the_latest_of_each_kind() {
        let (folder, store) = open();
        assert_eq!(store.memory("kho", "perspective").expect("read"), None);
        let kept = [
            ("kho", "perspective", "old"),
            ("kho", "perspective", "new"),
            ("kho", "scene", "s"),
            ("san", "scene", "t"),
        ];
        for (camera, kind, body) in kept {
            store.remember(camera, kind, body.into(), seconds(1)).expect("kept");
        }
        drop(store);
        let store = Store::open(folder.path(), &clock()).expect("opens again");
        for (camera, kind, body) in &kept[1..] {
            assert_eq!(store.memory(camera, kind).expect("read").as_deref(), Some(body.as_bytes()), "{camera} {kind}");
        }
    }

    #[test]
    fn what_nobody_could_read_back_is_refused() {
        let (_folder, store) = open();
        store.remember("kho", "scene", vec![0; 1 << 20], seconds(1)).expect("kept");
        store.remember("kho", "scene", vec![0; (1 << 20) + 1], seconds(1)).expect_err("too large");
        store.remember("kho", "", vec![], seconds(1)).expect_err("of no kind");
    }
}

//! What somebody deletes goes at once.

use std::collections::BTreeSet;

use super::super::clip_cache;
use super::super::deletion::{Condemned, Deleted, Deletion, DeletionError, DeletionOrder};
use super::super::open::sync_dir;
use super::super::{Needed, identity};
use super::Writer;
use crate::access::audit::Removal;

impl Writer {
    /// Removes every segment that has a part in the stretch, the one that is being written too, and the clips that show
    /// something of them. Durable when this returns.
    pub(in crate::record) fn delete(&mut self, order: DeletionOrder) -> Result<Deleted, DeletionError> {
        identity::check(&self.data_dir, self.index.as_ref())?;
        let is_open = self
            .open
            .get(&order.camera)
            .is_some_and(|open| open.segment.started_at < order.to && open.segment.ends_at() > order.from);
        if is_open {
            self.end(&order.camera);
        }
        let found = self.shelf.overlapping(&order.camera, order.from, order.to);
        // Of what is not recorded any more there may be pictures still.
        let removal = Removal {
            segments: found.len() as u64,
            bytes: found.iter().map(|segment| segment.size_bytes).sum(),
            from: found.first().map_or(order.from, |first| first.started_at),
            to: found.last().map_or(order.from, |last| last.started_at),
        };
        let ends_at = found.iter().map(|segment| segment.ends_at).max().unwrap_or(order.to);
        let mut deletion = Deletion { order, removal, ends_at, alerts: 0 };
        // Before any file is gone: whatever happens then, it is known who wanted it, and they go at the next start.
        let ids: Vec<_> = found.iter().map(|segment| segment.id).collect();
        let pictures = match self.index.condemn(&deletion, &ids)? {
            Condemned::Done(pictures) => pictures,
            Condemned::Nothing => return Err(DeletionError::Nothing),
            Condemned::Held(held) => return Err(DeletionError::Held(held)),
        };
        deletion.alerts = pictures.alerts.len() as u64;
        let mut failed = Vec::new();
        let mut folders = BTreeSet::new();
        for segment in &found {
            folders.extend(self.data_dir.join(segment.path()).parent().map(std::path::Path::to_owned));
            failed.extend(self.remove(segment).err());
        }
        for folder in folders.iter().filter(|folder| folder.exists()) {
            failed.extend(sync_dir(folder).err());
        }
        let shown = Needed { camera: deletion.camera.clone(), from: removal.from, to: ends_at };
        failed.extend(clip_cache::forget(&self.data_dir, &[shown]).err());
        self.report();
        Ok(Deleted { deletion, pictures, failed })
    }
}

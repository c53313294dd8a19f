//! What somebody deletes goes at once.

use std::collections::BTreeSet;

use super::super::deletion::{Condemned, Deletion, DeletionError, DeletionOrder};
use super::super::identity;
use super::super::open::sync_dir;
use super::Writer;
use crate::access::audit::Removal;

impl Writer {
    /// Removes every segment that has a part in the stretch, the one that is being written too. Durable when this returns.
    pub(in crate::record) fn delete(&mut self, order: DeletionOrder) -> Result<Deletion, DeletionError> {
        identity::check(&self.data_dir, self.index.as_ref())?;
        let is_open = self
            .open
            .get(&order.camera)
            .is_some_and(|open| open.segment.started_at < order.to && open.segment.ends_at() > order.from);
        if is_open {
            self.end(&order.camera);
        }
        let found = self.shelf.overlapping(&order.camera, order.from, order.to);
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return Err(DeletionError::Nothing) };
        let removal = Removal {
            segments: found.len() as u64,
            bytes: found.iter().map(|segment| segment.size_bytes).sum(),
            from: first.started_at,
            to: last.started_at,
        };
        let ends_at = found.iter().map(|segment| segment.ends_at).max().unwrap_or(last.ends_at);
        let deletion = Deletion { order, removal, ends_at };
        // Before any file is gone: whatever happens then, it is known who wanted it, and they go at the next start.
        let ids: Vec<_> = found.iter().map(|segment| segment.id).collect();
        if let Condemned::Held(held) = self.index.condemn(&deletion, &ids)? {
            return Err(DeletionError::Held(held));
        }
        let mut failed = Vec::new();
        let mut folders = BTreeSet::new();
        for segment in &found {
            folders.extend(self.data_dir.join(segment.path()).parent().map(std::path::Path::to_owned));
            failed.extend(self.remove(segment).err());
        }
        for folder in folders.iter().filter(|folder| folder.exists()) {
            failed.extend(sync_dir(folder).err());
        }
        self.report();
        let left = failed.len();
        match failed.into_iter().next() {
            Some(error) => Err(DeletionError::Left { left, error }),
            None => Ok(deletion),
        }
    }
}

//! Whether what is listed of recordings and what lies there agree; and on request, that they do.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::access::audit::Act;
use crate::base::{SharedClock, SystemClock};
use crate::command::output;
use crate::config::{Config, Language};
use crate::record::{self, Comparison, Recovered};
use crate::store::{Beside, Store, at_the_machine};

/// Of each kind; all are counted.
const MOST_TOLD: usize = 20;

/// # Errors
/// Where they do not agree, the disk is not this appliance's, or neither can be read. A running appliance keeps index and
/// files for itself: it repairs at its start.
pub(super) fn run(config: &Config, repair: bool) -> anyhow::Result<()> {
    let vi = config.language == Language::Vi;
    if repair {
        let clock: SharedClock = Arc::new(SystemClock::new());
        let store = Store::open(&config.data_dir, &clock)?;
        let recovered = record::repair(&config.data_dir, &store)?;
        let told = repaired(recovered, false);
        store.write_down(at_the_machine(Act::StorageRepaired, told), clock.now())?;
        return Ok(output::line(repaired(recovered, vi))?);
    }
    let store = Beside::open(&config.data_dir)?;
    record::check_disk(&config.data_dir, &store)?;
    let found = record::compare(&config.data_dir, &store)?;
    for line in describe(&found, vi) {
        output::line(line)?;
    }
    if found.is_in_order() {
        return Ok(());
    }
    Err(anyhow::anyhow!(if vi {
        "danh mục và tệp không khớp: dừng canhdem rồi chạy lại với --repair, hoặc khởi động lại máy canh"
    } else {
        "index and files do not agree: stop canhdem and add --repair, or start it anew"
    }))
    .with_context(|| config.data_dir.join("recordings").display().to_string())
}

fn describe(found: &Comparison, vi: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let list = |lines: &mut Vec<String>, what: &str, paths: &mut dyn Iterator<Item = &Path>| {
        let paths: Vec<_> = paths.collect();
        lines.extend(paths.iter().take(MOST_TOLD).map(|path| format!("{what}: {}", path.display())));
        if let more @ 1.. = paths.len().saturating_sub(MOST_TOLD) {
            lines.push(format!("{what}: +{more}"));
        }
    };
    let word = |vietnamese: &'static str, english: &'static str| if vi { vietnamese } else { english };
    let paths = |paths: &'_ [std::path::PathBuf]| paths.to_vec();
    for (what, paths) in [
        (word("có trong danh mục nhưng mất tệp", "listed, but not there"), paths(&found.missing)),
        (word("có tệp nhưng không có trong danh mục", "there, but not listed"), paths(&found.unlisted)),
        (word("không phải bản ghi, để nguyên", "no recording, left alone"), paths(&found.foreign)),
    ] {
        list(&mut lines, what, &mut paths.iter().map(AsRef::as_ref));
    }
    for (path, listed, there) in found.other_size.iter().take(MOST_TOLD) {
        let what = word("khác cỡ", "of another size");
        lines.push(format!("{what}: {} ({listed} → {there})", path.display()));
    }
    let (whole, megabytes) = (found.whole, found.whole_bytes / 1_000_000);
    lines.push(if vi {
        format!("{whole} đoạn ghi đủ tệp, {megabytes} MB")
    } else {
        format!("{whole} recordings have their files, {megabytes} MB")
    });
    lines
}

fn repaired(recovered: Recovered, vi: bool) -> String {
    let Recovered { completed, cut_bytes, removed_files, removed_rows, finished_deletions } = recovered;
    if vi {
        format!(
            "Đã sửa: {completed} đoạn được ghi lại vào danh mục (bỏ {cut_bytes} byte dở dang), {removed_files} tệp hỏng bị xóa, \
             {removed_rows} đoạn mất tệp được đánh dấu, {finished_deletions} đoạn có lệnh xóa dở dang đã xóa xong"
        )
    } else {
        format!(
            "Repaired: {completed} recordings listed ({cut_bytes} bytes of half fragments cut off), {removed_files} files \
             without one whole fragment removed, {removed_rows} without a file marked as gone, {finished_deletions} deletions finished"
        )
    }
}

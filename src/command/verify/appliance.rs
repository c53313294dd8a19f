//! An appliance: its audit log, and its recordings against their chains. It may run meanwhile.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::proof::{
    AuditFault, AuditReport, HeadFault, RecordingFault, RecordingKind, RecordingsReport, ToldDeletion, signing_key,
    verify_audit, verify_recordings,
};
use crate::base::chain::Break;
use crate::command::output;
use crate::config::Config;
use crate::record::evidence::PublicKey;
use crate::store::Beside;

/// What is told of recordings that are not as they were; all are counted.
const MOST_TOLD: usize = 100;

/// # Errors
/// Where something is not as it was, or cannot be read.
pub(super) fn verify(config: &Path, audit_only: bool, expected: Option<PublicKey>, vi: bool) -> anyhow::Result<()> {
    let config = Config::load(config)?;
    let store = Beside::open(&config.data_dir)?;
    let key = signing_key(&config.data_dir, expected)?;
    let words = Words { vi, timezone: config.timezone.clone() };
    let audit = verify_audit(&store, key)?;
    words.audit(&audit)?;
    let mut faults = usize::from(audit.fault.is_some());
    if !audit_only {
        let recordings = verify_recordings(&store, &config.data_dir, key, |done, all| {
            if done % 1000 == 0 {
                tracing::info!(done, all, "recordings read");
            }
        })?;
        words.recordings(&recordings)?;
        faults += recordings.faults.len();
    }
    match key {
        Some(key) => output::line(format!("{} {}", words.of("Dấu khóa", "Fingerprint"), key.fingerprint()))?,
        None => output::line(words.of("Chưa có khóa: chưa có gì được ký.", "There is no key: nothing is signed yet."))?,
    }
    if expected.is_none() {
        output::line(words.of(
            "Hãy so dấu khóa với dấu khóa mà cơ quan đã lưu, hoặc cho biết khóa bằng --key.",
            "Compare the fingerprint with the office's records, or give the key with --key.",
        ))?;
    }
    if faults == 0 {
        return Ok(());
    }
    Err(if vi {
        anyhow::anyhow!("không nguyên vẹn, {faults} chỗ sai")
    } else {
        anyhow::anyhow!("not intact, {faults} faults")
    })
}

struct Words {
    vi: bool,
    timezone: TimeZone,
}

impl Words {
    fn of(&self, vi: &str, en: &str) -> String {
        if self.vi { vi } else { en }.to_owned()
    }

    fn time(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.timezone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn audit(&self, report: &AuditReport) -> anyhow::Result<()> {
        let AuditReport { entries, signed, fault } = report;
        let log = self.of("Nhật ký", "Audit log");
        if let Some(fault) = fault {
            let intact = match fault {
                AuditFault::Broken(Break::Missing { from, .. }) => from - 1,
                AuditFault::Broken(Break::Altered { at }) | AuditFault::Head { at, .. } => at - 1,
            };
            let told = match fault {
                AuditFault::Broken(broken) => self.broken(*broken, "dòng", "entry"),
                AuditFault::Head { at, fault } => self.head(*at, *fault, "dòng", "entry"),
            };
            output::line(format!("{log}: {told}"))?;
            let linked = if self.vi {
                format!("{log}: đến dòng {intact} còn nối liền")
            } else {
                format!("{log}: up to entry {intact} it is linked")
            };
            return Ok(output::line(linked)?);
        }
        let signed = match signed {
            Some((position, at)) if self.vi => format!("đã ký đến dòng {position} lúc {}", self.time(*at)),
            Some((position, at)) => format!("signed up to entry {position} at {}", self.time(*at)),
            None => self.of("chưa được ký", "not signed yet"),
        };
        let told = if self.vi {
            format!("{log}: nguyên vẹn, {entries} dòng, {signed}")
        } else {
            format!("{log}: intact, {entries} entries, {signed}")
        };
        Ok(output::line(told)?)
    }

    fn recordings(&self, report: &RecordingsReport) -> anyhow::Result<()> {
        for fault in report.faults.iter().take(MOST_TOLD) {
            output::line(self.fault(fault))?;
        }
        for deletion in report.deletions.iter().rev().take(MOST_TOLD).rev() {
            output::line(self.deletion(deletion))?;
        }
        let RecordingsReport { days, whole, whole_bytes, removed, deleted, unlinked, faults, .. } = report;
        let megabytes = whole_bytes / 1_000_000;
        let count = faults.len();
        let told = if self.vi {
            format!(
                "Bản ghi: {whole} đoạn đúng như đã ghi ({megabytes} MB, {days} ngày-camera), {removed} đoạn đã tự xóa theo \
                 dung lượng hoặc thời hạn, {deleted} đoạn do người xóa, {unlinked} đoạn có từ trước khi nối chuỗi, {count} chỗ sai"
            )
        } else {
            format!(
                "Recordings: {whole} segments as they were recorded ({megabytes} MB, {days} days of cameras), {removed} \
                 removed by retention, {deleted} deleted by somebody, {unlinked} of before there were chains, {count} faults"
            )
        };
        Ok(output::line(told)?)
    }

    fn deletion(&self, ToldDeletion { camera, by, at, removal, reason }: &ToldDeletion) -> String {
        let (at, segments) = (self.time(*at), removal.segments);
        let (from, to) = (self.time(removal.from), self.time(removal.to));
        if self.vi {
            format!("{camera}: {by} đã xóa {segments} đoạn (bắt đầu từ {from} đến {to}) lúc {at}: {reason}")
        } else {
            format!("{camera}: {by} deleted {segments} segments (begun from {from} to {to}) at {at}: {reason}")
        }
    }

    fn fault(&self, RecordingFault { camera, day, kind }: &RecordingFault) -> String {
        let of_file =
            |what: String, path: &Path, at: &Timestamp| format!("{what}: {} ({})", path.display(), self.time(*at));
        let told = match kind {
            RecordingKind::Broken(broken) => self.broken(*broken, "đoạn", "segment"),
            RecordingKind::Head { at, fault } => self.head(*at, *fault, "đoạn", "segment"),
            RecordingKind::Missing { path, at } => of_file(self.of("thiếu", "missing"), path, at),
            RecordingKind::Changed { path, at } => of_file(self.of("bị sửa", "changed"), path, at),
            RecordingKind::Added { path, at } => of_file(self.of("bị thêm", "added"), path, at),
            RecordingKind::NotTold { path, at } => {
                let what = self.of(
                    "thiếu; bị ghi là đã xóa, nhưng nhật ký không có lần xóa đó",
                    "missing; marked as removed, but the audit log tells of no such removal",
                );
                of_file(what, path, at)
            }
            RecordingKind::Unreadable { path, error } => {
                format!("{}: {} ({error})", self.of("không đọc được", "cannot be read"), path.display())
            }
        };
        format!("{camera} {day}: {told}")
    }

    fn broken(&self, broken: Break, vi: &str, en: &str) -> String {
        match (broken, self.vi) {
            (Break::Missing { from, to }, true) if from == to => format!("thiếu {vi} {from}"),
            (Break::Missing { from, to }, false) if from == to => format!("{en} {from} is missing"),
            (Break::Missing { from, to }, true) => format!("thiếu từ {vi} {from} đến {vi} {to}"),
            (Break::Missing { from, to }, false) => format!("{en} {from} to {to} are missing"),
            (Break::Altered { at }, true) => format!("{vi} {at} không phải như đã ghi: bị sửa, bị thêm hoặc đổi chỗ"),
            (Break::Altered { at }, false) => format!("{en} {at} is not what was written: altered, added or moved"),
        }
    }

    fn head(&self, at: i64, fault: HeadFault, vi: &str, en: &str) -> String {
        match (fault, self.vi) {
            (HeadFault::NotSigned, true) => format!("chữ ký ở {vi} {at} không phải của khóa này"),
            (HeadFault::NotSigned, false) => format!("the signature at {en} {at} is none of this key"),
            (HeadFault::Rewritten, true) => format!("đã bị viết lại trước hoặc ở {vi} {at}: khác với chữ ký"),
            (HeadFault::Rewritten, false) => format!("written anew at or before {en} {at}: not what was signed"),
            (HeadFault::CutOff, true) => format!("bị cắt: đã ký đến {vi} {at} nhưng không còn"),
            (HeadFault::CutOff, false) => format!("cut off: signed up to {en} {at}, which is not there"),
        }
    }
}

//! An evidence pack: whether it is what an appliance signed. Offline, without a configuration.

use std::path::Path;

use crate::command::output;
use crate::record::evidence::{self, Fault, FaultKind, Originals, PublicKey, Report};

/// # Errors
/// Where the pack is not intact, or cannot be read.
pub(super) fn verify(pack: &Path, expected: Option<PublicKey>, vi: bool) -> anyhow::Result<()> {
    let report = evidence::verify(pack, expected)?;
    for line in describe(&report, expected.is_some(), vi) {
        output::line(line)?;
    }
    if report.faults.is_empty() {
        return Ok(());
    }
    let (pack, count) = (pack.display(), report.faults.len());
    Err(if vi {
        anyhow::anyhow!("{pack}: không nguyên vẹn, {count} chỗ sai")
    } else {
        anyhow::anyhow!("{pack}: not intact, {count} faults")
    })
}

fn describe(report: &Report, is_expected: bool, vi: bool) -> Vec<String> {
    let word = |vietnamese: &str, english: &str| if vi { vietnamese } else { english }.to_owned();
    let mut lines = Vec::new();
    if let (Some(manifest), Some(key)) = (&report.manifest, report.key) {
        let about = &manifest.about;
        lines.push(format!(
            "{} {} · {} · {} – {}",
            word("Báo động", "Alert"),
            about.alert,
            about.camera,
            about.from,
            about.to
        ));
        if let Some(hidden) = &about.hidden {
            if !hidden.privacy_masks.is_empty() {
                let masks = hidden.privacy_masks.join(", ");
                lines.push(format!(
                    "{}: {masks}",
                    word("Phim và ảnh đã tô kín vùng che riêng tư", "Privacy masks painted over in clip and pictures")
                ));
            }
            if !hidden.pictures_withheld.is_empty() {
                let count = hidden.pictures_withheld.len();
                lines.push(format!(
                    "{}: {count}",
                    word("Phần ảnh không đưa vào vì vùng che", "Crops left out for the masks")
                ));
            }
            if hidden.blurred.is_some() {
                lines.push(word(
                    "Phim và ảnh toàn cảnh đã làm mờ mặt người và biển số không thuộc báo động",
                    "Heads and plates of whoever is not of the alert blurred in the clip and pictures of the scene",
                ));
            }
            lines.push(match hidden.originals {
                Originals::Withheld => word("Không có video gốc", "No original video"),
                Originals::Included => word("Video gốc không che", "The original video shows what is hidden"),
            });
        }
        lines.push(format!("{} {}, canhdem {}", word("Lập lúc", "Exported"), about.made_at, about.version));
        lines.push(format!("{} {key}", word("Khóa", "Key")));
        lines.push(format!("{} {}", word("Dấu khóa", "Fingerprint"), key.fingerprint()));
    }
    lines.extend(report.faults.iter().map(|fault| told(fault, vi)));
    if report.faults.is_empty() {
        let files = report.manifest.as_ref().map_or(0, |manifest| manifest.files.len());
        lines.push(if vi {
            format!("Nguyên vẹn: cả {files} tệp đúng như đã ký.")
        } else {
            format!("Intact: all {files} files are as they were signed.")
        });
        if !is_expected {
            lines.push(word(
                "Hãy so dấu khóa với dấu khóa mà cơ quan đã lưu: không có --key thì ai cũng có thể đã ký.",
                "Compare the fingerprint with the office's records: without --key anybody may have signed it.",
            ));
        }
    }
    lines
}

fn told(fault: &Fault, vi: bool) -> String {
    let what = match (fault.kind, vi) {
        (FaultKind::NoPack, true) => "không phải hồ sơ của canhdem, hoặc bản kê không đọc được",
        (FaultKind::NoPack, false) => "no evidence pack of canhdem, or its manifest cannot be read",
        (FaultKind::Signature, true) => "bản kê và chữ ký không khớp",
        (FaultKind::Signature, false) => "manifest and signature do not belong together",
        (FaultKind::OtherKey, true) => "ký bằng khóa khác với khóa đã cho",
        (FaultKind::OtherKey, false) => "signed with another key than the one that was given",
        (FaultKind::Altered, true) => "bị sửa",
        (FaultKind::Altered, false) => "altered",
        (FaultKind::Missing, true) => "bị thiếu",
        (FaultKind::Missing, false) => "missing",
        (FaultKind::Added, true) => "bị thêm",
        (FaultKind::Added, false) => "added",
    };
    let range = &fault.range;
    let of_pack = if vi { "byte của hồ sơ" } else { "bytes of the pack" };
    let of_file = if vi { "byte của tệp" } else { "bytes of the file" };
    let within = fault.in_entry.as_ref().map(|range| format!(", {of_file} {}–{}", range.start, range.end));
    format!("{}: {what} ({of_pack} {}–{}{})", fault.entry, range.start, range.end, within.unwrap_or_default())
}

//! The cover sheet: what lies in the pack, for people, to be printed. Vietnamese first.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Dossier, name_of};
use crate::alert::{ActionKind, PicturesRemoved, RemovedBy, VerdictKind};
use crate::base::chain::hex;
use crate::record::evidence::{Hidden, Originals};
use crate::rules::Severity;

const STYLE: &str = "body{font:11pt/1.45 'Liberation Serif','Times New Roman',serif;max-width:17cm;margin:1.5cm auto;color:#000}\
h1{font-size:18pt;margin:0 0 .2em}h2{font-size:13pt;margin:1.4em 0 .3em}p.en{color:#444;font-style:italic;margin:.1em 0}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #888;padding:.25em .5em;text-align:left;vertical-align:top}\
th{width:32%;font-weight:600}code{font:9.5pt 'Liberation Mono',monospace;word-break:break-all}\
.sign{margin-top:2.5em;display:flex;justify-content:space-between}.sign div{width:45%;border-top:1px solid #000;padding-top:.3em}\
@media print{body{margin:0}}";

pub(super) fn html(dossier: &Dossier<'_>) -> String {
    let Dossier { config, alert, history, about, key, segments, is_withheld, unfinished, has_clip, chains, .. } =
        dossier;
    let has_pictures = &dossier.has_pictures;
    let time = |at: Timestamp| {
        at.to_zoned_datetime(config.timezone.clone()).strftime("%H:%M:%S ngày %d/%m/%Y (%:z)").to_string()
    };
    let camera = config.camera(&alert.camera).map_or(alert.camera.as_str(), |camera| camera.name.as_str());
    let mut rows = Rows::default();
    rows.add("Nội dung", "What happened", &alert.reason.vi);
    rows.add("Mức độ", "Severity", severity(alert.severity));
    rows.add("Camera", "Camera", &format!("{camera} ({})", alert.camera));
    rows.add("Bắt đầu", "Opened", &time(alert.opened_at));
    rows.add("Thấy lần cuối", "Last seen", &time(alert.last_seen_at));
    rows.add("Video từ", "Video from", &time(about.from));
    rows.add("Video đến", "Video to", &time(about.to));
    rows.add("Mã báo động", "Alert", &alert.id.to_string());
    rows.add("Máy canh", "Appliance", &about.appliance.to_string());
    rows.add("Lập lúc", "Exported", &time(about.made_at));
    rows.add("Khóa của máy", "Key of the appliance", &key.to_string());
    rows.add("Dấu khóa", "Its fingerprint", &key.fingerprint());
    for chain in *chains {
        let head = chain.head.as_ref().map(|head| &head.statement);
        let told = head.map_or_else(
            || "chưa ký (mỗi giờ một lần)".to_owned(),
            |head| format!("{} đoạn, ký {}: {}", head.position, time(head.at), hex(&head.link)),
        );
        rows.add(&format!("Đầu chuỗi băm ngày {} (UTC)", chain.day), "Head of the day's chain of segments", &told);
    }
    let mut handled = Rows::default();
    for action in *history {
        let who = action.by.as_ref().map_or("máy canh", |guard| guard.name.as_str());
        let verdict = action.verdict.map_or("", |verdict| match verdict.kind() {
            VerdictKind::TrueAlarm => ": báo động thật",
            VerdictKind::FalseAlarm => ": báo nhầm",
        });
        let said = action.note.as_ref().map(ToString::to_string).or_else(|| action.step.clone());
        let note = said.map(|said| format!(" – {said}")).unwrap_or_default();
        handled.add(&time(action.at), "", &format!("{who}: {}{verdict}{note}", act(action.kind)));
    }
    let mut listed = String::new();
    for segment in segments.iter().filter(|_| !is_withheld) {
        // Writing to a string does not fail.
        let _ = write!(listed, "<li><code>{}</code></li>", escape(&name_of(segment)));
    }
    let missing = if segments.is_empty() {
        "<p><strong>Không có video nào được ghi của lúc này.</strong></p>"
    } else {
        ""
    };
    let unfinished = match unfinished {
        0 => String::new(),
        count => format!("<p>{count} đoạn cuối còn đang được ghi khi lập hồ sơ nên không có ở đây.</p>"),
    };
    let credentials = "tự nêu nguồn gốc (Content Credentials, C2PA)</li><li><code>trust-anchor.pem</code>: chứng thư của máy canh, \
         để chương trình khác kiểm tra nguồn gốc đó; chỉ tin khi hồ sơ này nguyên vẹn và đúng dấu khóa</li>";
    let clip = match (has_clip, &about.hidden) {
        (false, _) => String::new(),
        (true, None) => format!(
            "<li><code>clip.mp4</code>: đoạn phim xem được ngay, ghép từ video gốc, không nén lại; {credentials}"
        ),
        (true, Some(_)) => format!(
            "<li><code>clip.mp4</code>: đoạn phim xem được ngay; một số chỗ được che (xem trên), nên phim đã được nén lại; \
             {credentials}"
        ),
    };
    let originals = if *is_withheld {
        String::new()
    } else {
        format!("<li><code>segments/</code>: video gốc đúng từng byte như camera đã gửi</li>{listed}")
    };
    let hidden = about.hidden.as_ref().map(told_hidden).unwrap_or_default();
    let removed = alert.pictures_removed.map(|removed| told_removed(removed, &time(removed.at))).unwrap_or_default();
    let pictures = if *has_pictures {
        "<li><code>pictures/</code>: ảnh lúc báo động và các phần ảnh đã xét</li>"
    } else {
        ""
    };
    let handled = if history.is_empty() { "<p>Chưa có ai xử lý.</p>".to_owned() } else { handled.table() };
    format!(
        "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><title>Hồ sơ chứng cứ {id}</title>\
         <style>{STYLE}</style></head><body>\n\
         <h1>Hồ sơ chứng cứ điện tử</h1><p class=\"en\">Electronic evidence, exported by canhdem {version}</p>\n\
         {table}{missing}{unfinished}{removed}{hidden}\n\
         <h2>Đã xử lý</h2>{handled}\n\
         <h2>Trong hồ sơ này</h2><ul>{clip}\
         {originals}\
         {pictures}\
         <li><code>alert.json</code>: báo động với mọi phát hiện và cách tính mức nghi vấn</li>\
         <li><code>access.json</code>: ai đã xem, tải, xuất báo động này, theo nhật ký</li>\
         <li><code>chains.json</code>: chỗ của từng đoạn trong chuỗi băm của ngày</li>\
         <li><code>configuration.toml</code>: cấu hình lúc lập hồ sơ</li>\
         <li><code>manifest.json</code>, <code>manifest.sig</code>: mã băm SHA-256 của mọi tệp và chữ ký của máy canh</li></ul>\n\
         <h2>Kiểm tra</h2><p>Trên một máy khác, không cần mạng: <code>canhdem verify TỆP.zip --key {key}</code>. \
         Lệnh này nêu mọi chỗ bị sửa, bị thiếu hoặc bị thêm. Dấu khóa phải đúng với dấu khóa mà cơ quan đã lưu.</p>\
         <p class=\"en\">Verify offline on another machine; the fingerprint must be the one in the office's records.</p>\n\
         <div class=\"sign\"><div>Người lập (ký, ghi rõ họ tên)</div><div>Người nhận (ký, ghi rõ họ tên)</div></div>\n\
         </body></html>\n",
        id = alert.id,
        version = escape(&about.version),
        table = rows.table(),
    )
}

/// That there are no pictures any more, and why.
fn told_removed(PicturesRemoved { by, .. }: PicturesRemoved, at: &str) -> String {
    let (vi, en) = match by {
        RemovedBy::Retention => ("hết thời hạn lưu giữ", "their time was over"),
        RemovedBy::Deletion => ("có người xóa những gì ghi được lúc đó", "somebody deleted what was recorded then"),
    };
    format!(
        "<p><strong>Ảnh của báo động này đã được xóa lúc {at}: {vi}.</strong></p>\
         <p class=\"en\">The alert's pictures were removed: {en}.</p>"
    )
}

/// What the video does not show.
fn told_hidden(hidden: &Hidden) -> String {
    let mut told = String::new();
    if !hidden.privacy_masks.is_empty() {
        let masks = escape(&hidden.privacy_masks.join(", "));
        // Writing to a string does not fail.
        let _ = write!(
            told,
            "<p><strong>Vùng che riêng tư của camera ({masks}) được tô kín trong phim và ảnh của hồ sơ này.</strong></p>\
             <p class=\"en\">Privacy masks of the camera are painted over in clip and pictures, which were therefore encoded \
             again.</p>"
        );
    }
    if !hidden.pictures_withheld.is_empty() {
        let _ = write!(
            told,
            "<p>{} phần ảnh chụp từ trước khi có vùng che không có trong hồ sơ này, vì có thể cho thấy chỗ đã che.</p>\
             <p class=\"en\">Crops from before the masks that may show what they hide are left out.</p>",
            hidden.pictures_withheld.len()
        );
    }
    if let Some(blurred) = &hidden.blurred {
        let _ = write!(
            told,
            "<p><strong>Mặt người và biển số xe không thuộc báo động được làm mờ trong phim và ảnh toàn cảnh, theo yêu cầu khi lập hồ sơ.</strong> \
             Mô hình {} tìm người và xe trên {} ảnh của phim và {} ảnh chụp, đã làm mờ {} lần thấy đầu người và {} lần thấy xe; {} đường đi của báo \
             động để rõ. Chỗ mô hình không thấy thì không được làm mờ.</p>\
             <p class=\"en\">Heads and plates of whoever is not of the alert were blurred on request; what the model missed was not.</p>",
            escape(&blurred.model.name),
            blurred.pictures,
            blurred.stills,
            blurred.heads,
            blurred.vehicles,
            blurred.clear_tracks,
        );
    }
    told.push_str(match hidden.originals {
        Originals::Withheld => {
            "<p>Video gốc không có trong hồ sơ này: cơ quan không đưa hình đã che ra ngoài. Video gốc còn lưu ở máy canh đến khi \
             hết hạn; mã băm của từng đoạn ở <code>chains.json</code>.</p>"
        }
        Originals::Included => "<p>Video gốc trong <code>segments/</code> không che, theo cấu hình của cơ quan.</p>",
    });
    told
}

#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, vi: &str, en: &str, value: &str) {
        let en = if en.is_empty() || en == vi { String::new() } else { format!("<br><small>{}</small>", escape(en)) };
        // Writing to a string does not fail.
        let _ = write!(self.0, "<tr><th>{}{en}</th><td>{}</td></tr>", escape(vi), escape(value));
    }

    fn table(&self) -> String {
        format!("<table>{}</table>", self.0)
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "Lưu ý",
        Severity::Warning => "Cảnh báo",
        Severity::Critical => "Nguy cấp",
    }
}

fn act(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Claimed => "nhận xử lý",
        ActionKind::TakenOver => "nhận thay",
        ActionKind::Resolved => "kết luận",
        ActionKind::Corrected => "sửa kết luận",
        ActionKind::Escalated => "báo trưởng ca",
        ActionKind::Noted => "ghi chú",
        ActionKind::Ticked => "đã làm",
        ActionKind::Unticked => "bỏ đánh dấu",
    }
}

/// Names and notes are people's own: in HTML they are text.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        let mut rows = Rows::default();
        rows.add("Ghi chú", "Note", "<script>alert(\"x\")</script> & xong");
        assert_eq!(
            rows.table(),
            "<table><tr><th>Ghi chú<br><small>Note</small></th>\
             <td>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; xong</td></tr></table>"
        );
    }
}

//! How long what is known of people stays, in words.

use jiff::SignedDuration;

use crate::config::{Config, Language};

/// A line each: recordings, alerts, vehicles, places.
pub(super) fn describe(config: &Config) -> Vec<String> {
    let vi = config.language == Language::Vi;
    let tiers = config.record.tiers;
    let days = |time: SignedDuration| time.as_hours() / 24;
    let rest = match (tiers.all, tiers.motion) {
        (Some(all), Some(motion)) if vi => {
            format!("toàn bộ {} giờ, lúc có chuyển động {} ngày", all.as_hours(), days(motion))
        }
        (Some(all), Some(motion)) => format!("all of it {} hours, what moved {} days", all.as_hours(), days(motion)),
        (_, Some(motion)) if vi => format!("{} ngày", days(motion)),
        (_, Some(motion)) => format!("{} days", days(motion)),
        (_, None) if vi => "đến khi cần chỗ".to_owned(),
        (_, None) => "as long as there is room".to_owned(),
    };
    let alerts = match tiers.alerts {
        Some(alerts) if vi => format!("{} ngày", days(alerts)),
        Some(alerts) => format!("{} days", days(alerts)),
        None if vi => "đến khi có người xóa".to_owned(),
        None => "until somebody deletes them".to_owned(),
    };
    let records = match config.record.alert_records {
        Some(records) if vi => format!("{} ngày sau khi đã xử lý", days(records)),
        Some(records) => format!("{} days, once they are settled", days(records)),
        None if vi => "mãi mãi".to_owned(),
        None => "for ever".to_owned(),
    };
    let (plates, places) = (config.plates.keep_days, config.memory.keep_days);
    if vi {
        vec![
            format!("Lưu giữ video không có báo động: {rest}; phim và ảnh của báo động: {alerts}."),
            format!(
                "Ghi chép về báo động: {records}. Xe đã qua: {plates} ngày. Chỗ có người lảng vảng: {places} ngày."
            ),
        ]
    } else {
        vec![
            format!("Kept of video without an alert: {rest}; of alerts, video and pictures: {alerts}."),
            format!(
                "Alerts themselves: {records}. Vehicles that came by: {plates} days. Where people loitered: {places} days."
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check(record: &str, expected: [&str; 2]) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("canhdem.toml");
        fs::write(&file, format!("data_dir = \".\"\nlanguage = \"en\"\n[record]\n{record}")).expect("written");
        assert_eq!(describe(&Config::load(&file).expect("valid")), expected);
    }

    #[test]
    fn what_is_set_is_said() {
        let others = "Vehicles that came by: 30 days. Where people loitered: 30 days.";
        check(
            "",
            [
                "Kept of video without an alert: as long as there is room; of alerts, video and pictures: until somebody \
                 deletes them.",
                &format!("Alerts themselves: for ever. {others}"),
            ],
        );
        check(
            "all_hours = 72\nmotion_days = 14\nalert_days = 90\nalert_record_days = 1825",
            [
                "Kept of video without an alert: all of it 72 hours, what moved 14 days; of alerts, video and pictures: 90 \
                 days.",
                &format!("Alerts themselves: 1825 days, once they are settled. {others}"),
            ],
        );
    }
}

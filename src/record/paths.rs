//! Where segments lie: `recordings/<camera>/<YYYY-MM-DD>/<HHMMSS.mmm>Z-<uuid>.mp4`.
//!
//! Day and time are in UTC, as the Z says: a name must never change its meaning when somebody
//! corrects the time zone in the configuration, and must sort by time. People find recordings by
//! the page, which speaks in the office's time.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use uuid::Uuid;

pub(super) const FOLDER: &str = "recordings";
const NAME: &str = "%H%M%S.%3f";

/// Relative to the data folder.
pub(super) fn of_segment(camera: &str, started_at: Timestamp, id: Uuid) -> PathBuf {
    let utc = TimeZone::UTC.to_datetime(started_at);
    let file = format!("{}Z-{id}.mp4", utc.strftime(NAME));
    [FOLDER, camera, &utc.strftime("%Y-%m-%d").to_string(), &file].iter().collect()
}

/// What a path says of its segment: camera, start to the millisecond, id.
pub(super) fn parse(path: &Path) -> Option<(String, Timestamp, Uuid)> {
    let mut parts = path.components().map(|part| part.as_os_str().to_str());
    let (folder, camera, day, file) = (parts.next()??, parts.next()??, parts.next()??, parts.next()??);
    let (time, id) = file.strip_suffix(".mp4")?.split_once("Z-")?;
    if folder != FOLDER || parts.next().is_some() {
        return None;
    }
    let started_at = DateTime::strptime("%Y-%m-%d %H%M%S%.f", format!("{day} {time}")).ok()?;
    let started_at = TimeZone::UTC.to_timestamp(started_at).ok()?;
    Some((camera.to_owned(), started_at, Uuid::try_parse(id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::IdSource;

    #[test]
    fn a_path_tells_camera_time_and_id() {
        let at: Timestamp = "2026-02-17T01:30:00.1234+07:00".parse().expect("valid");
        let id = IdSource::seeded(1).next(at);
        let path = of_segment("cong-chinh", at, id);
        assert_eq!(path, Path::new(&format!("recordings/cong-chinh/2026-02-16/183000.123Z-{id}.mp4")));
        let to_the_millisecond = Timestamp::from_millisecond(at.as_millisecond()).expect("valid");
        assert_eq!(parse(&path), Some(("cong-chinh".to_owned(), to_the_millisecond, id)));
    }

    #[test]
    fn other_names_are_not_segments() {
        for name in ["recordings/a/b/c.mp4", "recordings/a/2026-02-16/x.tmp", "clips/a.mp4", "recordings/a"] {
            assert_eq!(parse(Path::new(name)), None, "{name}");
        }
    }
}

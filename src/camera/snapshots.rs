//! The picture of an alert: plain, and with a box around whoever it is about.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::inspector::VehiclePicture;
use super::looker::Crop;
use crate::alert::Alert;
use crate::base::Rect;
use crate::decode::{Frame, jpeg};
use crate::rules::FindingKind;

/// A later picture replaces the snapshot when it shows somebody so much better (score × height).
const BETTER: f32 = 1.5;

/// Keeps each alert's best picture.
#[derive(Debug)]
pub struct Snapshots {
    folder: PathBuf,
    current: Option<(Uuid, f32)>,
}

impl Snapshots {
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: folder(data_dir), current: None }
    }

    /// Writes the snapshot of an alert that opened or grew in `frame`, if this picture is the
    /// alert's first or clearly its best.
    ///
    /// # Errors
    /// When a file cannot be written; the alert stands all the same.
    pub fn offer(&mut self, alert: &Alert, frame: &Frame) -> io::Result<()> {
        let here: Vec<Rect> = alert
            .findings
            .iter()
            .filter(|finding| shows_somebody(finding.kind) && finding.at == frame.at)
            .map(|finding| finding.bbox)
            .collect();
        let worth = alert
            .findings
            .iter()
            .filter(|finding| finding.at == frame.at && !finding.kind.is_of_the_camera())
            .map(|finding| finding.confidence * finding.bbox.h)
            .fold(0.0, f32::max);
        // What happened to the camera is shown by any picture, the last one where none comes any more; and where a clock
        // was set between, a person's finding may be of another time. Whoever is seen later makes a better one.
        let best = self.current.filter(|(id, _)| *id == alert.id).map(|(_, best)| best);
        let boxed_file = self.folder.join(format!("{}.jpg", alert.id));
        let keeps = match best {
            Some(best) => here.is_empty() || worth < BETTER * best,
            None => here.is_empty() && boxed_file.exists(),
        };
        if keeps {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let plain = jpeg::encode(frame, None, jpeg::QUALITY);
        let boxed = jpeg::encode_with_boxes(frame, &here, None, jpeg::QUALITY);
        write_whole(&self.folder.join(format!("{}.plain.jpg", alert.id)), &plain)?;
        write_whole(&boxed_file, &boxed)?;
        self.current = Some((alert.id, worth));
        Ok(())
    }

    /// Writes what attributes of an alert's persons were judged on, over what was there before.
    ///
    /// # Errors
    /// When a file cannot be written; the others are tried all the same. No picture is left then:
    /// an old one beside a new answer would be taken for what the answer is about.
    pub fn put_crops(&self, alert: Uuid, crops: &[Crop]) -> io::Result<()> {
        if crops.is_empty() {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let put =
            |crop: &Crop| self.replace(&format!("{alert}.{}.{}.jpg", crop.track, crop.attribute.name()), &crop.jpeg);
        crops.iter().map(put).fold(Ok(()), io::Result::and)
    }

    /// Writes a picture of a vehicle, over what was there before.
    ///
    /// # Errors
    /// When it cannot be written; then there is none.
    pub fn put_vehicle(&self, picture: &VehiclePicture) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        self.replace(&picture.crop.file_name(picture.track), &picture.jpeg)
    }

    fn replace(&self, name: &str, jpeg: &[u8]) -> io::Result<()> {
        let path = self.folder.join(name);
        write_whole(&path, jpeg).inspect_err(|_| {
            // It may be that there was none; and what cannot be removed either is said by the error above.
            let _ = fs::remove_file(&path);
        })
    }
}

/// Whose boxes are drawn: persons, and vehicles.
fn shows_somebody(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::Person | FindingKind::Vehicle)
}

/// Where the snapshots lie: of each alert `<alert>.jpg` and `<alert>.plain.jpg`, of its persons
/// `<alert>.<track>.<attribute>.jpg`; of vehicles that came by what [`VehicleCrop::file_name`] says.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("snapshots")
}

/// Readers see the old file or the new one, never half of it; nor does whoever looks after a power failure. It is on the
/// disk when this returns, so that an alert never is there without its picture.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = path.with_extension("partial");
    let write = || {
        let mut file = File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().inspect_err(|_| {
        // Best effort: a rest of a few bytes on a full disk harms nobody.
        let _ = fs::remove_file(&partial);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::attributes::Attribute;

    fn alert(findings: Vec<crate::rules::Finding>) -> Alert {
        Alert {
            id: Uuid::from_u128(1),
            case: None,
            camera: "cong".to_owned(),
            zone: None,
            opened_at: jiff::Timestamp::UNIX_EPOCH,
            last_seen_at: jiff::Timestamp::UNIX_EPOCH,
            closed_at: None,
            severity: crate::rules::Severity::Warning,
            score: 0.8,
            score_parts: Vec::new(),
            handling: crate::alert::Handling::default(),
            looks: std::collections::BTreeMap::new(),
            findings,
            persons: Vec::new(),
            reason: crate::rules::Bilingual::default(),
            frame_width: 64,
            frame_height: 48,
            pictures_removed: None,
        }
    }

    #[test]
    fn a_lost_camera_is_shown_by_its_last_picture_until_somebody_is_seen() {
        let data_dir = tempfile::tempdir().expect("a folder");
        let mut snapshots = Snapshots::new(data_dir.path());
        let frame = |luma: u8| {
            let mut data = vec![luma; 64 * 48];
            data.resize(64 * 48 * 3 / 2, 128);
            let (at, format) = (jiff::Timestamp::UNIX_EPOCH, crate::decode::PixelFormat::I420);
            Frame::from_bytes(data, format, (64, 48), std::time::Duration::ZERO, at).expect("valid")
        };
        let finding = |kind, second| crate::rules::Finding {
            kind,
            track: Uuid::from_u128(2),
            confidence: 0.9,
            at: jiff::Timestamp::from_second(second).expect("in range"),
            bbox: Rect::new(0.0, 0.0, 20.0, 40.0),
            zone: None,
            weight: 3.0,
        };
        let shown = || fs::read(folder(data_dir.path()).join(format!("{}.jpg", Uuid::from_u128(1)))).ok();

        let offline = finding(FindingKind::CameraOffline, 10);
        snapshots.offer(&alert(vec![offline.clone()]), &frame(90)).expect("written");
        let last = shown().expect("a picture");
        snapshots.offer(&alert(vec![offline.clone()]), &frame(30)).expect("written");
        assert_eq!(shown().as_ref(), Some(&last), "the first one stays");
        snapshots.offer(&alert(vec![finding(FindingKind::Person, 0), offline]), &frame(30)).expect("written");
        assert_ne!(shown(), Some(last));
    }

    #[test]
    fn no_alert_is_without_a_picture() {
        let data_dir = tempfile::tempdir().expect("a folder");
        let mut snapshots = Snapshots::new(data_dir.path());
        let (second, format) = (jiff::Timestamp::from_second(50).expect("in range"), crate::decode::PixelFormat::I420);
        let frame = Frame::from_bytes(vec![90; 64 * 48 * 3 / 2], format, (64, 48), std::time::Duration::ZERO, second);
        // The clock was set back since somebody was seen.
        let finding = crate::rules::Finding {
            kind: FindingKind::Person,
            track: Uuid::from_u128(2),
            confidence: 0.9,
            at: jiff::Timestamp::from_second(90).expect("in range"),
            bbox: Rect::new(0.0, 0.0, 20.0, 40.0),
            zone: None,
            weight: 3.0,
        };
        snapshots.offer(&alert(vec![finding]), &frame.expect("valid")).expect("written");
        assert!(folder(data_dir.path()).join(format!("{}.jpg", Uuid::from_u128(1))).exists());
    }

    fn crop(attribute: Attribute, jpeg: &[u8]) -> Crop {
        Crop { track: Uuid::from_u128(7), attribute, jpeg: jpeg.into() }
    }

    #[test]
    fn a_crop_that_cannot_be_written_leaves_no_older_one() {
        let data_dir = tempfile::tempdir().expect("a folder");
        let snapshots = Snapshots::new(data_dir.path());
        let alert = Uuid::from_u128(1);
        let file = |attribute: Attribute, ending: &str| {
            folder(data_dir.path()).join(format!("{alert}.{}.{}.{ending}", Uuid::from_u128(7), attribute.name()))
        };
        let both = |jpeg: &[u8]| [crop(Attribute::Mask, jpeg), crop(Attribute::Hat, jpeg)];
        snapshots.put_crops(alert, &both(b"old")).expect("written");

        // Nobody writes over a folder, not even root.
        fs::create_dir(file(Attribute::Mask, "partial")).expect("a folder");
        snapshots.put_crops(alert, &both(b"new")).expect_err("is in the way");
        assert!(!file(Attribute::Mask, "jpg").exists());
        assert_eq!(fs::read(file(Attribute::Hat, "jpg")).expect("written"), b"new", "the other is tried all the same");
    }
}

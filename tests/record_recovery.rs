//! After `kill -9`, a power cut or a careless hand: index and folder agree, and at most one
//! fragment is lost.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod recording;

use std::fs;
use std::io::Cursor;
use std::sync::OnceLock;

use canhdem::record::boxes::Layout;
use canhdem::record::{Recovered, Segment, SegmentIndex};
use proptest::prelude::*;
use recording::{Desk, FPS, Footage, decoded_ms, layout};

/// A file of a few fragments as the recorder writes it, with its row.
fn recorded() -> &'static (Vec<u8>, Segment) {
    static RECORDED: OnceLock<(Vec<u8>, Segment)> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let desk = Desk::new();
        let footage = Footage { seconds: 5, gop: 2 * FPS, b_frames: 2, ..Footage::H264 };
        let segments = desk.record(&footage.units());
        assert_eq!(segments.len(), 1);
        (fs::read(desk.path(&segments[0])).unwrap(), segments[0].clone())
    })
}

/// Puts a file in place as a killed recorder leaves it; the row may be there, and then be behind.
fn left_by_a_kill(bytes: &[u8], row: Option<Segment>) -> (Desk, Segment) {
    let desk = Desk::new();
    let segment = recorded().1.clone();
    let path = desk.path(&segment);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    if let Some(row) = row {
        desk.index.put(&row).unwrap();
    }
    (desk, segment)
}

fn growing(segment: &Segment) -> Segment {
    Segment { complete: false, size_bytes: segment.size_bytes / 3, ..segment.clone() }
}

/// What is true after every recovery, whatever went before.
fn check_agreement(desk: &Desk) -> Vec<Segment> {
    let rows = desk.index.all().unwrap();
    let mut files = Vec::new();
    let mut folders = vec![desk.dir.path().join("recordings")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    // Whose disk it is, is no recording.
    files.retain(|file| !file.ends_with("canhdem-recordings.json"));
    assert_eq!(files.len(), rows.len());
    for row in &rows {
        assert!(row.complete);
        let layout = layout(&desk.path(row));
        assert_eq!(row.size_bytes, desk.path(row).metadata().unwrap().len());
        assert_eq!(row.size_bytes, layout.whole_bytes);
        assert_eq!(row.duration, layout.duration());
        assert!(!layout.fragments.is_empty());
    }
    rows
}

fn recover(desk: &Desk) -> Recovered {
    let recorder = desk.recorder();
    let recovered = recorder.recovered;
    recorder.finish();
    recovered
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Every length a file can have when the recorder is killed while it writes.
    #[test]
    fn a_file_cut_anywhere_keeps_its_whole_fragments(share in 0.0..=1.0f64, listed in any::<bool>()) {
        let (bytes, segment) = recorded();
        let len = (bytes.len() as f64 * share) as usize;
        let whole = Layout::read(&mut Cursor::new(bytes)).unwrap();
        let expected = whole.fragments.iter().filter(|placed| placed.end_at <= len as u64).count();
        let (desk, _) = left_by_a_kill(&bytes[..len], listed.then(|| growing(segment)));
        recover(&desk);
        let rows = check_agreement(&desk);
        prop_assert_eq!(rows.len(), usize::from(expected > 0));
        for row in &rows {
            prop_assert_eq!(layout(&desk.path(row)).fragments.len(), expected);
            prop_assert_eq!(row.started_at, segment.started_at);
            prop_assert_eq!(row.id, segment.id);
        }
        // A second start finds nothing to do.
        prop_assert_eq!(recover(&desk), Recovered::default());
    }

    /// A sector that the power cut left with something else in it.
    #[test]
    fn a_damaged_file_never_stops_the_start(at in 0.0..1.0f64, damage in prop::collection::vec(any::<u8>(), 1..64)) {
        let (bytes, segment) = recorded();
        let mut bytes = bytes.clone();
        let at = (bytes.len() as f64 * at) as usize;
        let to = bytes.len().min(at + damage.len());
        bytes[at..to].copy_from_slice(&damage[..to - at]);
        let (desk, _) = left_by_a_kill(&bytes, Some(growing(segment)));
        recover(&desk);
        check_agreement(&desk);
    }

    /// A byte here and there of the tables, where it hurts.
    #[test]
    fn damaged_tables_are_read_without_panic(changes in prop::collection::vec((0usize..3000, any::<u8>()), 1..6)) {
        let mut bytes = recorded().0.clone();
        for (at, value) in changes {
            let len = bytes.len();
            bytes[at % len] = value;
        }
        if let Ok(layout) = Layout::read(&mut Cursor::new(&bytes)) {
            prop_assert!(layout.whole_bytes <= bytes.len() as u64);
            for placed in &layout.fragments {
                for sample in &placed.fragment.samples {
                    prop_assert!(placed.moof_at + sample.offset + u64::from(sample.size) <= placed.end_at);
                }
            }
        }
    }

    #[test]
    fn noise_is_not_a_segment(bytes in prop::collection::vec(any::<u8>(), 0..400), init in any::<bool>()) {
        let (whole, _) = recorded();
        let start = if init { usize::try_from(Layout::read(&mut Cursor::new(whole)).unwrap().init_bytes).unwrap() } else { 0 };
        let file = [&whole[..start], &bytes[..]].concat();
        let found = Layout::read(&mut Cursor::new(&file));
        prop_assert!(found.is_err() || found.unwrap().fragments.is_empty());
    }
}

#[test]
fn what_is_left_after_a_cut_plays() {
    let (bytes, segment) = recorded();
    let whole = Layout::read(&mut Cursor::new(bytes)).unwrap();
    let third = &whole.fragments[2];
    let cut = usize::try_from(third.end_at).unwrap() + 100;
    let (desk, _) = left_by_a_kill(&bytes[..cut], Some(growing(segment)));
    let recovered = recover(&desk);
    assert_eq!(recovered, Recovered { completed: 1, cut_bytes: 100, ..Recovered::default() });
    let rows = check_agreement(&desk);
    let pictures: usize = whole.fragments[..3].iter().map(|placed| placed.fragment.samples.len()).sum();
    assert_eq!(decoded_ms(&desk.path(&rows[0])).len(), pictures);
}

#[test]
fn rows_without_file_go_and_files_that_are_no_segments_stay() {
    let (bytes, segment) = recorded();
    let (desk, _) = left_by_a_kill(bytes, Some(segment.clone()));
    let gone = Segment { id: uuid::Uuid::nil(), path: "recordings/gate/2026-02-16/gone.mp4".into(), ..segment.clone() };
    desk.index.put(&gone).unwrap();
    let note = desk.dir.path().join("recordings/gate/note.txt");
    fs::write(&note, b"of the installer").unwrap();
    assert_eq!(recover(&desk), Recovered { removed_rows: 1, ..Recovered::default() });
    fs::remove_file(note).unwrap();
    assert_eq!(check_agreement(&desk), std::slice::from_ref(segment));
}

/// The index was lost or restored from an old copy.
#[test]
fn files_without_row_are_listed_again() {
    let desk = Desk::new();
    let before = desk.record(&Footage { seconds: 12, ..Footage::H264 }.units());
    desk.index.rows.lock().unwrap().clear();
    assert_eq!(recover(&desk).completed, 2);
    assert_eq!(check_agreement(&desk), before);
}

//! An evidence pack: any file at all, and a good one with bytes altered, which is always found.
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use canhdem::record::evidence::{self, About, DeviceKey, Part, PublicKey, Source};
use uuid::Uuid;

struct Good {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
    key: PublicKey,
}

static GOOD: LazyLock<Good> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let key = DeviceKey::open(folder.path()).expect("a key");
    let at = jiff::Timestamp::UNIX_EPOCH;
    let about = About {
        made_at: at,
        version: "0".to_owned(),
        appliance: Uuid::nil(),
        alert: Uuid::nil(),
        camera: "cong".to_owned(),
        from: at,
        to: at,
        models: Vec::new(),
        hidden: None,
    };
    let part = |name: &str, bytes: &[u8]| Part { name: name.to_owned(), source: Source::Bytes(bytes.to_vec()) };
    let parts = vec![part("alert.json", b"{}"), part("segments/a.mp4", &[7; 300])];
    let mut bytes = Vec::new();
    evidence::prepare(about, parts, &key).and_then(|ready| ready.write_to(&mut bytes)).expect("written");
    Good { bytes, key: key.public(), folder }
});

fn judge(bytes: &[u8]) -> Option<bool> {
    let path: PathBuf = GOOD.folder.path().join("pack.zip");
    fs::write(&path, bytes).expect("written");
    evidence::verify(&path, Some(GOOD.key)).ok().map(|report| report.faults.is_empty())
}

pub(crate) fn fuzz(bytes: &[u8]) {
    assert_ne!(judge(bytes).filter(|_| bytes != GOOD.bytes), Some(true), "nobody signs by chance");
    let mut altered = GOOD.bytes.clone();
    // Three bytes each: where, and what there; a place behind the end makes it longer.
    for edit in bytes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([edit[0], edit[1]]));
        match altered.get_mut(place) {
            Some(byte) => *byte = edit[2],
            None => altered.push(edit[2]),
        }
    }
    if altered != GOOD.bytes {
        assert_ne!(judge(&altered), Some(true), "an alteration was not found");
    }
}

//! Recordings, as a power cut or somebody else leaves them.
use std::io::Cursor;

use canhdem::record::boxes::{Layout, parse_init, parse_moof};

pub(crate) fn fuzz(bytes: &[u8]) {
    if let Ok(layout) = Layout::read(&mut Cursor::new(bytes)) {
        assert!(layout.whole_bytes <= bytes.len() as u64);
        layout.duration();
        let _ = parse_moof(bytes, &layout.track);
    }
    if let Ok((track, length)) = parse_init(bytes) {
        assert!(length <= bytes.len() as u64);
        let _ = parse_moof(&bytes[usize::try_from(length).expect("within")..], &track);
    }
}

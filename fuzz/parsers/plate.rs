//! Plates, patterns to search them by, and entries of lists, as people type them.
use canhdem::record::evidence::PublicKey;
use canhdem::rules::plate::PlateText;
use canhdem::rules::plate::lists::{ListEntry, ListKind};
use canhdem::rules::plate::pattern::PlatePattern;
use canhdem::store::Cursor;

pub(crate) fn fuzz(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(plate) = PlateText::parse(text) {
        let again = PlateText::parse(plate.as_str()).expect("what is shown is a plate");
        assert_eq!(again.key(), plate.key());
        let itself = PlatePattern::parse(plate.as_str()).expect("a plate is a pattern");
        assert!(itself.matches(plate.key()), "{itself} is not itself");
    }
    if let Ok(pattern) = PlatePattern::parse(text) {
        let again = PlatePattern::parse(pattern.as_str()).expect("what is shown is a pattern");
        assert_eq!(again, pattern);
        for key in ["12A12345", "", "ABCDEFGHJKLM"] {
            pattern.matches(key);
        }
        let _ = (pattern.glob(), pattern.like());
        let _ = ListEntry::new(pattern, ListKind::Watched, text, None);
    }
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    let _ = text.parse::<PublicKey>();
}

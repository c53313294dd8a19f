//! The words of notes, as they are searched.

use std::collections::BTreeSet;

use icu_normalizer::DecomposingNormalizerBorrowed;
use rusqlite::{Connection, params};
use uuid::Uuid;

/// In small letters and without marks, as who is in a hurry types: "Đèn đường" is found by "den duong".
fn folded(text: &str) -> String {
    let small = text.chars().flat_map(char::to_lowercase);
    let bare = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(small).filter(|c| !is_mark(*c));
    bare.map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// The words of a text, once each, folded: what stands between them, as in `12A-123.45`, counts for nothing.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    let folded = folded(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// What words that begin like this one come before.
pub(super) fn end_of(beginning: &str) -> String {
    // No letter comes after this one.
    format!("{beginning}\u{10ffff}")
}

/// Keeps the words of a note beside the alert.
pub(super) fn keep(connection: &Connection, alert: Uuid, note: &str) -> rusqlite::Result<()> {
    let sql = "
        insert into alert_word (word, opened_at_ns, alert_id, camera)
        select ?1, opened_at_ns, id, camera from alert where id = ?2 on conflict do nothing";
    let mut statement = connection.prepare_cached(sql)?;
    for word in of(note) {
        statement.execute(params![word, alert.as_bytes()])?;
    }
    Ok(())
}

/// They stand beside the alert's time and camera, which are `opened_at_ns` and `camera` now.
pub(super) fn follow(
    connection: &Connection,
    alert: &[u8; 16],
    opened_at_ns: i64,
    camera: &str,
) -> rusqlite::Result<()> {
    let sql = "
        update alert_word indexed by word_by_alert set (opened_at_ns, camera) = (?2, ?3)
        where alert_id = ?1 and (opened_at_ns, camera) is not (?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![alert, opened_at_ns, camera]).map(drop)
}

/// What combines with the letter before it in Latin scripts.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_case_do_not_count() {
        assert_eq!(folded("ĐÈN ĐƯỜNG, nhện\nở kho"), "den duong, nhen\no kho");
        // Composed or not.
        assert_eq!(folded("nhe\u{323}\u{302}n"), folded("nhện"));
    }

    #[track_caller]
    fn check(text: &str, words: &[&str]) {
        assert_eq!(of(text).into_iter().collect::<Vec<_>>(), words, "{text}");
    }

    #[test]
    fn words_are_letters_and_digits() {
        check("  Nhện,  mạng NHỆN ", &["mang", "nhen"]);
        check("xe 12A-123.45", &["123", "12a", "45", "xe"]);
        check("5% _ \\ …", &["5"]);
        check(" ", &[]);
    }

    #[test]
    fn a_word_lies_before_the_end_of_its_beginnings() {
        for (word, beginning) in [("nhen", "nh"), ("nh", "nh"), ("nhữ", "nh")] {
            assert!(beginning <= word && word < end_of(beginning).as_str());
        }
        assert!("ni" > end_of("nh").as_str());
    }
}

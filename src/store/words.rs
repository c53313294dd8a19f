//! Text as it is searched.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// In small letters and without marks, as who is in a hurry types: "Đèn đường" is found by "den duong".
pub(super) fn folded(text: &str) -> String {
    let small = text.chars().flat_map(char::to_lowercase);
    let bare = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(small).filter(|c| !is_mark(*c));
    bare.map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// The words of what somebody looks for, folded.
pub(super) fn of(text: &str) -> Vec<String> {
    folded(text).split_whitespace().map(str::to_owned).collect()
}

/// For `like … escape '\\'`: the word anywhere.
pub(super) fn pattern(word: &str) -> String {
    let escaped = word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
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
        assert_eq!(of("  Mạng  NHỆN "), ["mang", "nhen"]);
    }

    #[test]
    fn what_was_typed_is_no_pattern() {
        assert_eq!(pattern(r"5%_\"), r"%5\%\_\\%");
    }
}

//! Who watches, why, and whom to ask: what the law wants told to whoever is seen (law 91/2025/QH15).
//!
//! ```toml
//! [privacy]
//! office = "UBND phường Ba Đình"        # who watches; stands on the notice for the door
//! purpose = "Bảo đảm an ninh, trật tự"  # why; a camera may have a `purpose` of its own
//! contact = "Văn phòng, 024 3xxx xxxx"  # whom to ask
//! originals_in_evidence = false         # whether packs for the police show what lies under privacy masks
//! ```

use serde::Deserialize;

/// Where the configuration says nothing.
pub const USUAL_PURPOSE: &str = "Bảo đảm an ninh, trật tự và bảo vệ tài sản của cơ quan ngoài giờ làm việc";
const LONGEST: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privacy {
    pub office: Option<String>,
    /// Of cameras that have none of their own.
    pub purpose: String,
    pub contact: Option<String>,
    /// Whether evidence packs hold the original video, too, where privacy masks hide some of it. Nothing else that leaves
    /// the appliance ever does.
    pub originals_in_evidence: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrivacy {
    office: Option<String>,
    purpose: Option<String>,
    contact: Option<String>,
    originals_in_evidence: Option<bool>,
}

pub(super) fn check(raw: RawPrivacy) -> Result<Privacy, String> {
    Ok(Privacy {
        office: line(raw.office, "privacy.office")?,
        purpose: line(raw.purpose, "privacy.purpose")?.unwrap_or_else(|| USUAL_PURPOSE.to_owned()),
        contact: line(raw.contact, "privacy.contact")?,
        originals_in_evidence: raw.originals_in_evidence.unwrap_or(false),
    })
}

/// One line that somebody is to read; of blanks alone it is none.
pub(super) fn line(text: Option<String>, key: &str) -> Result<Option<String>, String> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if text.chars().count() > LONGEST || text.contains(char::is_control) {
        return Err(format!("{key}: one line of at most {LONGEST} characters is wanted"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_usual() {
        let privacy = check(RawPrivacy { contact: Some("  ".to_owned()), ..RawPrivacy::default() }).expect("valid");
        assert_eq!((privacy.purpose.as_str(), privacy.contact, privacy.office), (USUAL_PURPOSE, None, None));
    }

    #[test]
    fn more_than_a_line_is_refused() {
        for wrong in ["a\nb".to_owned(), "x".repeat(LONGEST + 1)] {
            let error = line(Some(wrong), "camera \"kho\": purpose").expect_err("refused");
            assert!(error.starts_with("camera \"kho\": purpose: one line"), "{error}");
        }
        assert_eq!(line(Some(" Ủy ban ".to_owned()), "privacy.office"), Ok(Some("Ủy ban".to_owned())));
    }
}

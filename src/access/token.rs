//! Secrets that stand for somebody: of a session, and of the first set-up. Kept as digests only, so that whoever reads
//! the database cannot use them.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

pub type Digest = [u8; 32];

/// As the cookie holds it: 64 hexadecimal digits.
pub fn session_token(random: [u8; 32]) -> String {
    random.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A token as it is kept. No salt and no work: nobody guesses 256 bits.
pub fn digest(token: &str) -> Digest {
    Sha256::digest(token).into()
}

/// Lets whoever has it make the first account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetupToken {
    digest: Digest,
}

/// Without letters and digits that look alike.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKMNPQRSTVWXYZ0123456789";

impl SetupToken {
    /// And its text, of 100 bits, in groups of four: to be shown once, and typed.
    pub fn new(random: [u8; 20]) -> (Self, String) {
        let letters: String = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        let text = letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-");
        (Self { digest: digest(&letters) }, text)
    }

    /// However it is typed.
    pub fn is(&self, typed: &str) -> bool {
        let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
        // Digests are compared: how long that takes tells nothing of the token.
        digest(&letters.to_ascii_uppercase()) == self.digest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_session_token_holds_all_its_bytes() {
        let mut bytes = [0; 32];
        bytes[31] = 0xaf;
        assert_eq!(session_token(bytes), format!("{}af", "0".repeat(62)));
        assert_ne!(digest(&session_token(bytes)), digest(&session_token([0; 32])));
    }

    #[test]
    fn a_setup_token_is_typed_with_ease() {
        let (token, text) = SetupToken::new(std::array::from_fn(|n| n as u8));
        assert_eq!(text, "ABCD-EFGH-JKMN-PQRS-TVWX");
        for typed in [text.as_str(), "abcdefghjkmnpqrstvwx", " abcd efgh-jkmn pqrs tvwx\n"] {
            assert!(token.is(typed), "{typed:?}");
        }
        for typed in ["", "ABCD-EFGH-JKMN-PQRS-TVWY", "ABCD-EFGH-JKMN-PQRS-TVWX-A", "ABCD"] {
            assert!(!token.is(typed), "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn no_other_token_is_this_one(one in any::<[u8; 20]>(), other in any::<[u8; 20]>()) {
            let ((token, text), (_, other)) = (SetupToken::new(one), SetupToken::new(other));
            prop_assert!(token.is(&text));
            prop_assert_eq!(token.is(&other), text == other);
        }
    }
}

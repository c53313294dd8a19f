//! Passwords: which are good enough, and how they are kept. Argon2id with 19 MiB and two passes, as OWASP has it: some
//! 30 ms of a processor.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use zxcvbn::{Score, zxcvbn};

/// The page says how many are lacking (`web/src/session/length.ts`).
const FEWEST: usize = 12;
const MOST: usize = 128;

/// What people here begin a password with; lists of leaked ones know English better.
const FIRST_THOUGHTS: [&str; 12] = [
    "canhdem",
    "canh đêm",
    "matkhau",
    "mật khẩu",
    "taikhoan",
    "baove",
    "coquan",
    "uyban",
    "vietnam",
    "langson",
    "anhyeuem",
    "emyeuanh",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("a password has at least {FEWEST} characters; a few words are easy to remember")]
    Short,
    #[error("a password has at most {MOST} characters")]
    Long,
    #[error("a password is not the account's name")]
    Name,
    #[error(
        "this password is among the first that anybody would try; a few words that have nothing to do with each other are better"
    )]
    Guessed,
}

/// Length is what counts, and that nobody comes upon it by a list of leaked passwords, keys in a row or repetition; which
/// characters it is made of is nobody's business.
///
/// # Errors
/// Where it cannot be the password of the account called `name`.
pub fn check(password: &str, name: &str) -> Result<(), PasswordError> {
    match password.chars().count() {
        _ if password.eq_ignore_ascii_case(name) => Err(PasswordError::Name),
        ..FEWEST => Err(PasswordError::Short),
        FEWEST..=MOST if is_guessed(password, name) => Err(PasswordError::Guessed),
        FEWEST..=MOST => Ok(()),
        _ => Err(PasswordError::Long),
    }
}

/// Found within a hundred million tries.
fn is_guessed(password: &str, name: &str) -> bool {
    let known: Vec<&str> = FIRST_THOUGHTS.into_iter().chain([name]).chain(name.split(['.', '-'])).collect();
    zxcvbn(password, &known).score() < Score::Three
}

/// As it is stored: a PHC string. Takes 19 MiB and a processor for a moment.
pub fn hash(password: &str, salt: [u8; 16]) -> String {
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    hash.expect("a salt and a password of a length that Argon2 takes").to_string()
}

/// Whether this is the password behind a PHC string; of `None` it never is, which takes as long to find out. As costly
/// as [`hash`]; nothing that is too long for a password is looked at.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let fits = password.chars().nth(MOST).is_none();
    let is_it = fits && argon2().verify_password(password.as_bytes(), stored.unwrap_or(NOBODY)).is_ok();
    is_it && stored.is_some()
}

/// Of no password: a random output.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y2FuaGRlbS1ub2JvZHkhIQ$7Wc0J0ZyG3qk1cQeXo2sWm7kLr8yT4vNd5uPzHb6aFE";

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).expect("constants that a test takes");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn which_are_good_enough() {
        #[track_caller]
        fn judge(password: &str, wanted: Result<(), PasswordError>) {
            assert_eq!(check(password, "lan.nguyen.kho"), wanted, "{password:?}");
        }
        judge("", Err(PasswordError::Short));
        judge("Qx7!vB2#kL9", Err(PasswordError::Short));
        judge("Qx7!vB2#kL9m", Ok(()));
        // Twelve characters, though more bytes.
        judge("đêm về muộn!", Ok(()));
        judge("đêm đã về!", Err(PasswordError::Short));
        judge("Lan.Nguyen.Kho", Err(PasswordError::Name));
        judge(&"mười hai con giáp ".repeat(7), Ok(()));
        judge(&"a".repeat(129), Err(PasswordError::Long));
    }

    #[test]
    fn what_anybody_would_try_is_none() {
        for password in [
            "123456789012",
            "aaaaaaaaaaaaaaaa",
            "passwordpassword",
            "qwertyuiop123",
            "password1234",
            "matkhau123456",
            "canhdem123456",
            "CanhDem@2026",
            "langson123456",
            "nguyen123456",
            "lan.nguyen.kho1",
            "iloveyou1234",
        ] {
            assert_eq!(check(password, "lan.nguyen.kho"), Err(PasswordError::Guessed), "{password:?}");
        }
        for password in
            ["trăng sáng vườn chè", "ba con vịt đi chợ", "correct horse battery staple", "mười hai con giáp"]
        {
            assert_eq!(check(password, "lan.nguyen.kho"), Ok(()), "{password:?}");
        }
    }

    #[test]
    fn only_the_password_itself_is_the_password() {
        let stored = hash("bốn chữ cái", [7; 16]);
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash("bốn chữ cái", [8; 16]), "salted");
        assert!(verify("bốn chữ cái", Some(&stored)));
        for wrong in ["", "bon chu cai", "bốn chữ cái ", &"x".repeat(129)] {
            assert!(!verify(wrong, Some(&stored)), "{wrong:?}");
        }
        for nonsense in ["", "$argon2id$", "bốn chữ cái"] {
            assert!(!verify("bốn chữ cái", Some(nonsense)), "{nonsense:?}");
        }
    }

    #[test]
    fn nobody_costs_what_somebody_costs() {
        let parts = |phc: &str| {
            let phc = argon2::PasswordHash::new(phc).expect("a PHC string");
            (phc.algorithm, phc.params.to_string(), phc.salt.expect("a salt").len(), phc.hash.expect("a hash").len())
        };
        assert_eq!(parts(NOBODY), parts(&hash("bốn chữ cái", [7; 16])));
        assert!(!verify("bốn chữ cái", None));
    }

    proptest! {
        #[test]
        fn what_passes_has_a_length_within_bounds_and_is_not_the_name(password in "\\PC{0,140}", name in "[a-z]{1,32}") {
            let count = password.chars().count();
            let fits = (FEWEST..=MOST).contains(&count) && !password.eq_ignore_ascii_case(&name);
            let judged = check(&password, &name);
            prop_assert!(judged.is_ok() == fits || fits && judged == Err(PasswordError::Guessed), "{judged:?}");
        }

        #[test]
        fn chance_is_not_guessed(password in "[a-zA-Z0-9]{16}") {
            prop_assert_eq!(check(&password, "lan"), Ok(()));
        }
    }
}

//! What accounts may be called.

const LONGEST: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to {LONGEST} lowercase letters (a to z), digits, dots or hyphens, such as \"lan.nguyen\"")]
pub struct NameError;

/// # Errors
/// Where no account can be called so.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    if (1..=LONGEST).contains(&name.len()) && name.bytes().all(fits) { Ok(()) } else { Err(NameError) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "lan.nguyen", "ca-2", "7", &"x".repeat(32)] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in ["", "Lan", "lan nguyen", "lân", "lan_n", "lan\n", "lan/..", &"x".repeat(33)] {
            assert_eq!(check_name(name), Err(NameError), "{name}");
        }
    }
}

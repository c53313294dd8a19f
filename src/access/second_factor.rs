//! The six digits of a telephone's authenticator (TOTP, RFC 6238), each good once.

use jiff::Timestamp;
use totp_rs::{Builder, Secret, Totp};

/// What authenticators show beside the digits.
const ISSUER: &str = "canhdem";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("the secret is not one that this appliance has given")]
    Secret,
    #[error(
        "the six digits are wrong, or were used already: wait for the next ones, and look at the telephone's clock"
    )]
    Wrong,
}

/// A secret that an appliance and a telephone share.
pub struct SecondFactor {
    totp: Totp,
}

impl SecondFactor {
    /// # Errors
    /// Where these bytes are too few.
    pub fn new(secret: &[u8]) -> Result<Self, CodeError> {
        let totp = Builder::new().with_secret(secret.to_vec()).build().map_err(|_| CodeError::Secret)?;
        Ok(Self { totp })
    }

    /// # Errors
    /// Where this is no secret in base 32.
    pub fn from_base32(text: &str) -> Result<Self, CodeError> {
        Self::new(Secret::try_from_base32(text.trim()).map_err(|_| CodeError::Secret)?.as_bytes())
    }

    pub fn secret(&self) -> &[u8] {
        self.totp.secret().as_bytes()
    }

    /// As it is typed into an authenticator.
    pub fn base32(&self) -> String {
        self.totp.secret().to_base32()
    }

    /// As an authenticator takes it from a link, for an account of this name, which needs no escaping.
    pub fn address(&self, name: &str) -> String {
        format!("otpauth://totp/{ISSUER}:{name}?secret={}&issuer={ISSUER}", self.base32())
    }

    /// Which step of 30 s this code is of, the one before or the one after included: later than the last one used.
    ///
    /// # Errors
    /// Where it is of none.
    pub fn step(&self, code: &str, now: Timestamp, last_step: Option<i64>) -> Result<i64, CodeError> {
        let seconds = u64::try_from(now.as_second()).map_err(|_| CodeError::Wrong)?;
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let step = self.totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok());
        step.filter(|step| last_step.is_none_or(|last| *step > last)).ok_or(CodeError::Wrong)
    }

    /// The digits of this moment, as a telephone shows them.
    pub fn code(&self, at: Timestamp) -> String {
        self.totp.generate(u64::try_from(at.as_second()).unwrap_or(0)).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("valid")
    }

    /// The secret of RFC 6238, appendix B, whose codes are there with eight digits.
    fn of_the_rfc() -> SecondFactor {
        SecondFactor::new(b"12345678901234567890").expect("long enough")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(of_the_rfc().code(at(second)), code);
            assert_eq!(of_the_rfc().step(code, at(second), None), Ok(second / 30));
        }
    }

    #[test]
    fn a_code_is_good_once_and_a_step_early_or_late() {
        let factor = of_the_rfc();
        let now = 1_111_111_109;
        let step = now / 30;
        let code = factor.code(at(now));
        assert_eq!(factor.step(" 081 804 ", at(now), None), Ok(step));
        assert_eq!(factor.step(&code, at(now + 30), Some(step - 1)), Ok(step));
        assert_eq!(factor.step(&code, at(now - 30), None), Ok(step));
        assert_eq!(factor.step(&code, at(now + 60), None), Err(CodeError::Wrong));
        assert_eq!(factor.step(&code, at(now), Some(step)), Err(CodeError::Wrong), "used");
        for wrong in ["", "000000", "08180", "0818044", "abcdef"] {
            assert_eq!(factor.step(wrong, at(now), None), Err(CodeError::Wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_secret_travels_as_text() {
        let text = of_the_rfc().base32();
        assert_eq!(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(SecondFactor::from_base32(&text).expect("a secret").secret(), of_the_rfc().secret());
        let address = of_the_rfc().address("lan");
        assert_eq!(address, format!("otpauth://totp/canhdem:lan?secret={text}&issuer=canhdem"));
        for wrong in ["", "GEZDGNBV", "!"] {
            assert_eq!(SecondFactor::from_base32(wrong).err(), Some(CodeError::Secret), "{wrong:?}");
        }
    }
}

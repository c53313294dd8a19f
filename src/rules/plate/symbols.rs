//! The 36 signs of plates, and sets of them.

/// How many signs there are: A to Z, then 0 to 9.
pub const SIGNS: usize = 36;

/// The place of a sign among all, below [`SIGNS`]; none for whatever is no capital letter or digit.
pub fn index(sign: char) -> Option<usize> {
    match sign {
        'A'..='Z' => Some(sign as usize - 'A' as usize),
        '0'..='9' => Some(26 + sign as usize - '0' as usize),
        _ => None,
    }
}

/// The sign at a place below [`SIGNS`].
pub fn at(index: usize) -> Option<char> {
    let byte = match index {
        0..26 => b'A' + index as u8,
        26..SIGNS => b'0' + (index - 26) as u8,
        _ => return None,
    };
    Some(char::from(byte))
}

/// The sign that a written character stands for: small letters are capitals, `Đ` is `D`; all else
/// is no sign.
pub fn fold(written: char) -> Option<char> {
    match written {
        'Đ' | 'đ' => Some('D'),
        _ if written.is_ascii_alphanumeric() => Some(written.to_ascii_uppercase()),
        _ => None,
    }
}

/// Which signs may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignSet(u64);

impl SignSet {
    /// Of the signs in a text; what is none is left out.
    pub fn of(text: &str) -> Self {
        Self(text.chars().filter_map(index).fold(0, |bits, index| bits | 1 << index))
    }

    pub fn contains(self, sign: char) -> bool {
        index(sign).is_some_and(|index| self.0 >> index & 1 == 1)
    }

    pub fn iter(self) -> impl Iterator<Item = char> {
        (0..SIGNS).filter(move |index| self.0 >> index & 1 == 1).filter_map(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_have_places() {
        for place in 0..SIGNS {
            assert_eq!(at(place).and_then(index), Some(place));
        }
        assert_eq!((at(SIGNS), index('a'), index('Đ'), index('·')), (None, None, None, None));
        assert_eq!(['a', 'đ', 'Đ', '7', '·', '桂'].map(fold), [Some('A'), Some('D'), Some('D'), Some('7'), None, None]);
    }

    #[test]
    fn sets_hold_what_they_are_made_of() {
        let set = SignSet::of("BA9-đ0");
        assert_eq!(set.iter().collect::<String>(), "AB09");
        assert!(set.contains('9') && !set.contains('C') && !set.contains('-'));
    }
}

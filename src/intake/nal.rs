//! What the units of an encoded picture say of it. Pure.

use super::Codec;

/// Of H.264: supplemental information, and in it that decoding may begin here.
const SEI: u8 = 6;
const RECOVERY_POINT: u32 = 6;

/// Whether a picture can be decoded by itself, given its units, each behind its length of four bytes.
///
/// H.265 (7.4.2.2 of the standard): every kind from 16 to 23 is such a picture. H.264 (D.2.8): an IDR
/// picture, or one with a recovery point that lies in no later picture.
pub(super) fn begins_anew(codec: Codec, units: &[u8]) -> bool {
    let mut units = Units(units);
    match codec {
        Codec::H265 => units.any(|unit| matches!(unit.first().map(|head| head >> 1 & 0x3f), Some(16..=23))),
        Codec::H264 => units.any(|unit| match unit.split_first() {
            Some((head, _)) if head & 0x1f == 5 => true,
            Some((head, messages)) if head & 0x1f == SEI => recovers_here(messages),
            _ => false,
        }),
    }
}

/// What is cut short ends the list.
struct Units<'a>(&'a [u8]);

impl<'a> Iterator for Units<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.0.split_first_chunk()?;
        let (unit, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        self.0 = rest;
        Some(unit)
    }
}

/// Whether one of the messages is a recovery point whose count of frames, an exponential Golomb code, is zero.
fn recovers_here(mut messages: &[u8]) -> bool {
    while let (Some(kind), Some(size)) = (number(&mut messages), number(&mut messages)) {
        let Some((message, rest)) = messages.split_at_checked(size as usize) else { return false };
        if kind == RECOVERY_POINT {
            return message.first().is_some_and(|first| first & 0x80 != 0);
        }
        messages = rest;
    }
    false
}

/// Each byte of 255 is followed by another.
fn number(bytes: &mut &[u8]) -> Option<u32> {
    let mut sum = 0u32;
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        sum = sum.checked_add(byte.into())?;
        if byte != 255 {
            return Some(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(codec: Codec, units: &[&[u8]], expected: bool) {
        let length = |unit: &[u8]| u32::try_from(unit.len()).expect("short").to_be_bytes();
        let bytes: Vec<u8> = units.iter().flat_map(|unit| [&length(unit)[..], unit].concat()).collect();
        assert_eq!(begins_anew(codec, &bytes), expected, "{units:x?}");
    }

    #[test]
    fn h264() {
        check(Codec::H264, &[&[0x65, 0x88]], true);
        check(Codec::H264, &[&[0x41, 0x9a]], false);
        // A delimiter and a timing message, then a recovery point: now, and in three frames.
        check(Codec::H264, &[&[0x09, 0xf0], &[0x06, 0x01, 0x02, 0, 0, 0x06, 0x01, 0x84, 0x80], &[0x41, 0x88]], true);
        check(Codec::H264, &[&[0x06, 0x06, 0x01, 0x24, 0x80], &[0x41, 0x88]], false);
        check(Codec::H264, &[&[0x06, 0x05, 0xff], &[0x41, 0x88]], false);
        check(Codec::H264, &[], false);
    }

    #[test]
    fn h265() {
        for kind in [16, 19, 20, 21] {
            check(Codec::H265, &[&[39 << 1, 1, 5], &[kind << 1, 1, 0]], true);
        }
        for kind in [0, 1, 8, 9, 32, 39] {
            check(Codec::H265, &[&[kind << 1, 1, 0]], false);
        }
    }

    proptest! {
        #[test]
        fn nothing_breaks_it(bytes: Vec<u8>) {
            begins_anew(Codec::H264, &bytes);
            begins_anew(Codec::H265, &bytes);
        }
    }
}

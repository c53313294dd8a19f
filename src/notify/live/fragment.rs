//! Fragments of an MP4: encoded pictures as they are, with a table before them. Pure.

use mp4_atom::{Encode as _, Mfhd, Moof, Tfdt, Tfhd, Traf, Trun, TrunEntry};

/// Of every time in the MP4.
pub(super) const TICKS_A_SECOND: u32 = 90_000;
pub(super) const TRACK: u32 = 1;
/// Depends on no other picture.
const KEY_FLAGS: u32 = 0x0200_0000;
/// Depends on others, and is not where one may begin.
const DELTA_FLAGS: u32 = 0x0101_0000;
const BOX_HEADER_BYTES: usize = 8;

/// One encoded picture; times in ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    pub decoded_at: u64,
    pub shown_at: u64,
    pub duration: u32,
    pub key: bool,
    pub bytes: Vec<u8>,
}

/// `moof` and `mdat` of these samples, which follow one another in decoding order.
///
/// # Errors
/// When they are more than one fragment can hold.
pub(super) fn fragment(sequence_number: u32, samples: &[Sample]) -> Result<Vec<u8>, mp4_atom::Error> {
    let entries: Vec<_> = samples.iter().map(entry).collect();
    let mut moof = Moof {
        mfhd: Mfhd { sequence_number },
        traf: vec![Traf {
            tfhd: Tfhd { track_id: TRACK, default_base_is_moof: true, ..Tfhd::default() },
            tfdt: Some(Tfdt { base_media_decode_time: samples.first().map_or(0, |first| first.decoded_at) }),
            trun: vec![Trun { data_offset: Some(0), samples: entries.into() }],
            ..Traf::default()
        }],
    };
    // Its length does not depend on the offset within.
    let mut bytes = Vec::new();
    moof.encode(&mut bytes)?;
    let too_large = |_| mp4_atom::Error::TooLarge(mp4_atom::FourCC::new(b"mdat"));
    moof.traf[0].trun[0].data_offset = Some(i32::try_from(bytes.len() + BOX_HEADER_BYTES).map_err(too_large)?);
    bytes.clear();
    moof.encode(&mut bytes)?;
    let data_bytes: usize = samples.iter().map(|sample| sample.bytes.len()).sum();
    let mdat_bytes = u32::try_from(data_bytes + BOX_HEADER_BYTES).map_err(too_large)?;
    bytes.reserve(data_bytes + BOX_HEADER_BYTES);
    bytes.extend(mdat_bytes.to_be_bytes());
    bytes.extend(b"mdat");
    for sample in samples {
        bytes.extend(&sample.bytes);
    }
    Ok(bytes)
}

fn entry(sample: &Sample) -> TrunEntry {
    TrunEntry {
        duration: Some(sample.duration),
        size: u32::try_from(sample.bytes.len()).ok(),
        flags: Some(if sample.key { KEY_FLAGS } else { DELTA_FLAGS }),
        cts: Some(sample.shown_at.cast_signed() - sample.decoded_at.cast_signed()),
    }
}

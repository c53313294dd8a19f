//! What a player must be told before the first picture: the codec by name, and an MP4's beginning.

use gstreamer as gst;
use mp4_atom::{
    Atom as _, Avc1, Avcc, Dinf, Dref, DrefEntry, Encode as _, FourCC, Ftyp, Hdlr, Hvc1, Hvcc, Mdhd, Mdia, Minf, Moov,
    Mvex, Mvhd, Stbl, Stco, Stsd, Tkhd, Trak, Trex, Url, Visual, Vmhd,
};

use super::fragment::{TICKS_A_SECOND, TRACK};
use crate::intake::{AccessUnit, Codec};

/// Why a stream cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("the stream's parameter sets or size are missing")]
    Incomplete,
    #[error("the stream's parameter sets: {0}")]
    Damaged(#[from] mp4_atom::Error),
}

/// How a stream is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    pub codec: Codec,
    pub width: u16,
    pub height: u16,
    /// The body of `avcC` or `hvcC`.
    codec_data: Vec<u8>,
}

impl Format {
    /// # Errors
    /// When the access unit does not say.
    pub(super) fn of(unit: &AccessUnit) -> Result<Self, FormatError> {
        let caps = unit.caps.structure(0).ok_or(FormatError::Incomplete)?;
        let side = |name| caps.get::<i32>(name).ok().and_then(|side| u16::try_from(side).ok());
        let data = caps.get::<gst::Buffer>("codec_data").map_err(|_| FormatError::Incomplete)?;
        let data = data.map_readable().map_err(|_| FormatError::Incomplete)?;
        Ok(Self {
            codec: unit.codec,
            width: side("width").ok_or(FormatError::Incomplete)?,
            height: side("height").ok_or(FormatError::Incomplete)?,
            codec_data: data.to_vec(),
        })
    }

    /// As in RFC 6381: `avc1.64001f`, `hvc1.1.6.L93.B0`.
    ///
    /// # Errors
    /// When the parameter sets are not what they should be.
    pub(super) fn codec_name(&self) -> Result<String, FormatError> {
        Ok(match self.codec {
            Codec::H264 => {
                let avcc = self.avcc()?;
                let levels = [avcc.avc_profile_indication, avcc.profile_compatibility, avcc.avc_level_indication];
                format!("avc1.{}", levels.map(|level| format!("{level:02x}")).concat())
            }
            Codec::H265 => hevc_name(&self.hvcc()?),
        })
    }

    /// `ftyp` and `moov`.
    ///
    /// # Errors
    /// As [`Format::codec_name`].
    pub(super) fn init(&self) -> Result<Vec<u8>, FormatError> {
        let brands = [FourCC::new(b"iso6"), FourCC::new(b"cmfc")];
        let mut bytes = Vec::new();
        Ftyp { major_brand: brands[0], minor_version: 0, compatible_brands: brands.to_vec() }.encode(&mut bytes)?;
        self.moov()?.encode(&mut bytes)?;
        Ok(bytes)
    }

    fn moov(&self) -> Result<Moov, FormatError> {
        let stbl = Stbl { stsd: Stsd { codecs: vec![self.entry()?] }, stco: Some(Stco::default()), ..Stbl::default() };
        let mdia = Mdia {
            mdhd: Mdhd { timescale: TICKS_A_SECOND, language: "und".to_owned(), ..Mdhd::default() },
            hdlr: Hdlr { handler: FourCC::new(b"vide"), name: String::new() },
            minf: Minf {
                vmhd: Some(Vmhd::default()),
                dinf: Dinf { dref: Dref { entries: vec![DrefEntry::Url(Url::default())] } },
                stbl,
                ..Minf::default()
            },
        };
        let tkhd = Tkhd {
            track_id: TRACK,
            enabled: true,
            in_movie: true,
            width: self.width.into(),
            height: self.height.into(),
            ..Tkhd::default()
        };
        let trex = Trex { track_id: TRACK, default_sample_description_index: 1, ..Trex::default() };
        Ok(Moov {
            mvhd: Mvhd { timescale: TICKS_A_SECOND, next_track_id: TRACK + 1, ..Mvhd::default() },
            trak: vec![Trak { tkhd, mdia, ..Trak::default() }],
            mvex: Some(Mvex { mehd: None, trex: vec![trex] }),
            ..Moov::default()
        })
    }

    fn entry(&self) -> Result<mp4_atom::Codec, FormatError> {
        let visual = Visual { data_reference_index: 1, width: self.width, height: self.height, ..Visual::default() };
        Ok(match self.codec {
            Codec::H264 => Avc1 { visual, avcc: self.avcc()?, ..Avc1::default() }.into(),
            Codec::H265 => Hvc1 { visual, hvcc: self.hvcc()?, ..Hvc1::default() }.into(),
        })
    }

    fn avcc(&self) -> Result<Avcc, FormatError> {
        Ok(Avcc::decode_body(&mut &self.codec_data[..])?)
    }

    fn hvcc(&self) -> Result<Hvcc, FormatError> {
        Ok(Hvcc::decode_body(&mut &self.codec_data[..])?)
    }
}

/// ISO/IEC 14496-15, annex E.
fn hevc_name(hvcc: &Hvcc) -> String {
    let space = ["", "A", "B", "C"][usize::from(hvcc.general_profile_space & 3)];
    let compatible = u32::from_be_bytes(hvcc.general_profile_compatibility_flags).reverse_bits();
    let tier = if hvcc.general_tier_flag { 'H' } else { 'L' };
    let constraints = &hvcc.general_constraint_indicator_flags;
    let told = constraints.iter().rposition(|flags| *flags != 0).map_or(0, |last| last + 1);
    let constraints = constraints[..told].iter().map(|flags| format!(".{flags:X}")).collect::<Vec<_>>().concat();
    let (profile, level) = (hvcc.general_profile_idc, hvcc.general_level_idc);
    format!("hvc1.{space}{profile}.{compatible:X}.{tier}{level}{constraints}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(hvcc: &Hvcc, name: &str) {
        let mut codec_data = Vec::new();
        hvcc.encode(&mut codec_data).expect("encodes");
        // Without the header of the box.
        codec_data.drain(..8);
        let format = Format { codec: Codec::H265, width: 640, height: 360, codec_data };
        assert_eq!(format.codec_name().expect("a name"), name);
    }

    #[test]
    fn h265_is_named_by_profile_tier_level_and_constraints() {
        let main = Hvcc {
            general_profile_idc: 1,
            general_profile_compatibility_flags: [0x60, 0, 0, 0],
            general_constraint_indicator_flags: [0xb0, 0, 0, 0, 0, 0],
            general_level_idc: 93,
            ..Hvcc::new()
        };
        check(&main, "hvc1.1.6.L93.B0");
        let high = Hvcc {
            general_profile_space: 1,
            general_tier_flag: true,
            general_profile_idc: 4,
            general_profile_compatibility_flags: [0x08, 0, 0, 0],
            general_constraint_indicator_flags: [0x9d, 0x20, 0, 0, 0, 0],
            general_level_idc: 120,
            ..main.clone()
        };
        check(&high, "hvc1.A4.10.H120.9D.20");
        check(&Hvcc { general_constraint_indicator_flags: [0; 6], ..main }, "hvc1.1.6.L93");
    }

    #[test]
    fn h264_is_named_by_profile_and_level() {
        let avcc = [1, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0x00, 0x1f, 1, 0, 2, 0x68, 0xee];
        let format = Format { codec: Codec::H264, width: 640, height: 360, codec_data: avcc.to_vec() };
        assert_eq!(format.codec_name().expect("a name"), "avc1.64001f");
        for length in 0..avcc.len() {
            let format = Format { codec_data: avcc[..length].to_vec(), ..format.clone() };
            assert!(matches!(format.init(), Err(FormatError::Damaged(_))), "{length} bytes");
        }
    }
}

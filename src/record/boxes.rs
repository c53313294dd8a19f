//! What lies in a segment file: an init section (`ftyp`, `moov`) and fragments (`moof`, `mdat`),
//! read without trusting a byte of it. Samples are found from the tables alone; the video itself
//! is never read here.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use mp4_atom::{Decode, Moof, Moov};

use crate::intake::Codec;

/// Larger ones are not ours: a `moov` here has about 1 kB, a `moof` a few.
const MAX_TABLE_BYTES: u64 = 4 << 20;
/// The fixed part of a sample entry for video, between its box header and its first child.
const VISUAL_ENTRY_BYTES: usize = 78;
const NOT_SYNC_FLAG: u32 = 1 << 16;

#[derive(Debug, thiserror::Error)]
pub enum BoxError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the file does not start with ftyp and moov")]
    NoInit,
    #[error("{0}")]
    Bad(&'static str),
    #[error("damaged box: {0}")]
    Atom(#[from] mp4_atom::Error),
}

/// The one video track of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Ticks a second of every time in the file.
    pub timescale: u32,
    pub format: Format,
    defaults: Defaults,
}

/// What a decoder must be told. Segments of the same format can be joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    pub codec: Codec,
    /// `avc1`, `avc3`, `hvc1` or `hev1`.
    pub entry: [u8; 4],
    pub width: u16,
    pub height: u16,
    /// The body of `avcC` or `hvcC`.
    pub codec_data: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// One `moof`, its samples in decoding order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// When its first picture is shown, in ticks.
    pub start: u64,
    /// In ticks.
    pub duration: u64,
    pub samples: Vec<Sample>,
}

impl Fragment {
    /// It can be decoded without what came before.
    pub fn key(&self) -> bool {
        self.samples.first().is_some_and(|sample| sample.key)
    }

    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.duration)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// From the start of the `moof`.
    pub offset: u64,
    pub size: u32,
    /// In ticks, as are the next two.
    pub decoded_at: u64,
    pub shown_at: u64,
    pub duration: u32,
    pub key: bool,
}

/// A whole fragment in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Of its `moof`.
    pub moof_at: u64,
    /// One past its `mdat`.
    pub end_at: u64,
    pub fragment: Fragment,
}

/// Everything in a segment file that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub track: Track,
    pub fragments: Vec<Placed>,
    /// Length of the init section.
    pub init_bytes: u64,
    /// Up to here the file is whole; what follows was cut off in writing.
    pub whole_bytes: u64,
}

impl Layout {
    /// Reads the tables of a file. A damaged or missing end is left out, not an error.
    ///
    /// # Errors
    /// When the file cannot be read, or has no usable init section.
    pub fn read(file: &mut (impl Read + Seek)) -> Result<Self, BoxError> {
        let len = file.seek(SeekFrom::End(0))?;
        let (track, init_bytes) = read_init(file, len)?;
        let mut layout = Self { track, fragments: Vec::new(), init_bytes, whole_bytes: init_bytes };
        let mut at = init_bytes;
        while let Some(found) = top_box(file, at, len)? {
            match &found.kind {
                b"moof" => match layout.read_fragment(file, &found, len)? {
                    Some(placed) => {
                        layout.whole_bytes = placed.end_at;
                        at = placed.end_at;
                        layout.fragments.push(placed);
                    }
                    None => break,
                },
                b"styp" | b"prft" | b"sidx" | b"emsg" | b"free" => at = found.end,
                _ => break,
            }
        }
        Ok(layout)
    }

    fn read_fragment(
        &self,
        file: &mut (impl Read + Seek),
        moof: &TopBox,
        len: u64,
    ) -> Result<Option<Placed>, BoxError> {
        if moof.end - moof.at > MAX_TABLE_BYTES {
            return Ok(None);
        }
        let Some(mdat) = top_box(file, moof.end, len)?.filter(|found| &found.kind == b"mdat") else { return Ok(None) };
        let bytes = read_range(file, moof.at, moof.end)?;
        let Ok(fragment) = parse_moof(&bytes, &self.track) else { return Ok(None) };
        let fits = |sample: &Sample| {
            moof.at + sample.offset >= mdat.body && moof.at + sample.offset + u64::from(sample.size) <= mdat.end
        };
        if !fragment.samples.iter().all(fits) {
            return Ok(None);
        }
        Ok(Some(Placed { moof_at: moof.at, end_at: mdat.end, fragment }))
    }

    /// From the first picture to the end of the last.
    pub fn duration(&self) -> Duration {
        match (self.fragments.first(), self.fragments.last()) {
            (Some(first), Some(last)) => {
                self.track.duration_of(last.fragment.end().saturating_sub(first.fragment.start))
            }
            _ => Duration::ZERO,
        }
    }
}

impl Track {
    pub fn duration_of(&self, ticks: u64) -> Duration {
        let nanos = u128::from(ticks) * 1_000_000_000 / u128::from(self.timescale);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Reads `ftyp` and `moov` from memory.
///
/// # Errors
/// When they are not there, not whole, or not of one H.264 or H.265 track.
pub fn parse_init(bytes: &[u8]) -> Result<(Track, u64), BoxError> {
    read_init(&mut io::Cursor::new(bytes), bytes.len() as u64)
}

fn read_init(file: &mut (impl Read + Seek), len: u64) -> Result<(Track, u64), BoxError> {
    let ftyp = top_box(file, 0, len)?.filter(|found| &found.kind == b"ftyp").ok_or(BoxError::NoInit)?;
    let moov = top_box(file, ftyp.end, len)?.filter(|found| &found.kind == b"moov").ok_or(BoxError::NoInit)?;
    if moov.end - moov.at > MAX_TABLE_BYTES {
        return Err(BoxError::Bad("the moov box is too large"));
    }
    let bytes = read_range(file, moov.at, moov.end)?;
    Ok((parse_moov(&bytes)?, moov.end))
}

fn parse_moov(bytes: &[u8]) -> Result<Track, BoxError> {
    let moov = Moov::decode(&mut &bytes[..])?;
    let [track] = moov.trak.as_slice() else { return Err(BoxError::Bad("not exactly one track")) };
    let timescale = track.mdia.mdhd.timescale;
    if timescale == 0 {
        return Err(BoxError::Bad("a timescale of zero"));
    }
    let trex = moov.mvex.as_ref().and_then(|mvex| mvex.trex.first()).ok_or(BoxError::Bad("no mvex box"))?;
    Ok(Track {
        timescale,
        format: parse_format(bytes).ok_or(BoxError::Bad("neither H.264 nor H.265"))?,
        defaults: Defaults {
            duration: trex.default_sample_duration,
            size: trex.default_sample_size,
            flags: trex.default_sample_flags,
        },
    })
}

/// The codec data are taken byte for byte, so that joining segments can compare them.
fn parse_format(moov: &[u8]) -> Option<Format> {
    let mut inner = child(moov, *b"moov")?;
    for kind in [b"trak", b"mdia", b"minf", b"stbl", b"stsd"] {
        inner = child(inner, *kind)?;
    }
    // stsd: version and flags, count, then the first entry.
    let entry = inner.get(8..)?;
    let kind: [u8; 4] = entry.get(4..8)?.try_into().ok()?;
    let (codec, config) = match &kind {
        b"avc1" | b"avc3" => (Codec::H264, *b"avcC"),
        b"hvc1" | b"hev1" => (Codec::H265, *b"hvcC"),
        _ => return None,
    };
    let body = child(entry, kind)?;
    let size_at = |at: usize| Some(u16::from_be_bytes(body.get(at..at + 2)?.try_into().ok()?));
    Some(Format {
        codec,
        entry: kind,
        width: size_at(24)?,
        height: size_at(26)?,
        codec_data: child(body.get(VISUAL_ENTRY_BYTES..)?, config)?.to_vec(),
    })
}

/// The body of the first box of this kind among those in `bytes`.
fn child(mut bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    loop {
        let size = usize::try_from(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?)).ok()?;
        let body = bytes.get(8..size)?;
        if bytes[4..8] == kind {
            return Some(body);
        }
        bytes = &bytes[size..];
    }
}

/// Reads a whole `moof` box.
///
/// # Errors
/// When it is not of one track with sizes, times and offsets that make sense.
pub fn parse_moof(bytes: &[u8], track: &Track) -> Result<Fragment, BoxError> {
    let moof = Moof::decode(&mut &bytes[..])?;
    let [traf] = moof.traf.as_slice() else { return Err(BoxError::Bad("not exactly one traf")) };
    if traf.tfhd.base_data_offset.is_some() {
        return Err(BoxError::Bad("offsets that do not count from the moof"));
    }
    let start = traf.tfdt.as_ref().ok_or(BoxError::Bad("no tfdt"))?.base_media_decode_time;
    let defaults = Defaults {
        duration: traf.tfhd.default_sample_duration.unwrap_or(track.defaults.duration),
        size: traf.tfhd.default_sample_size.unwrap_or(track.defaults.size),
        flags: traf.tfhd.default_sample_flags.unwrap_or(track.defaults.flags),
    };
    let mut samples = Vec::new();
    let mut next = (bytes.len() as u64, start);
    for run in &traf.trun {
        if let Some(offset) = run.data_offset {
            next.0 = u64::try_from(offset).map_err(|_| BoxError::Bad("a negative offset"))?;
        }
        for entry in &run.samples {
            let size = entry.size.unwrap_or(defaults.size);
            let duration = entry.duration.unwrap_or(defaults.duration);
            // A sample of no bytes would also let a few bytes of table stand for 4 billion samples.
            if size == 0 || u64::from(size) + next.0 > u64::from(u32::MAX) {
                return Err(BoxError::Bad("a sample without bytes, or beyond 4 GB"));
            }
            let shown_at = next.1.checked_add_signed(entry.cts.unwrap_or(0));
            samples.push(Sample {
                offset: next.0,
                size,
                decoded_at: next.1,
                shown_at: shown_at.ok_or(BoxError::Bad("a time before zero"))?,
                duration,
                key: entry.flags.unwrap_or(defaults.flags) & NOT_SYNC_FLAG == 0,
            });
            let decoded_at = next.1.checked_add(u64::from(duration)).ok_or(BoxError::Bad("a time without end"))?;
            next = (next.0 + u64::from(size), decoded_at);
            if samples.len() > MAX_SAMPLES {
                return Err(BoxError::Bad("too many samples"));
            }
        }
    }
    if samples.is_empty() {
        return Err(BoxError::Bad("no samples"));
    }
    Ok(Fragment { start, duration: next.1 - start, samples })
}

/// Of a fragment of about a second.
const MAX_SAMPLES: usize = 100_000;

struct TopBox {
    kind: [u8; 4],
    at: u64,
    body: u64,
    end: u64,
}

/// The box at `at`, if the whole of it lies in the file.
fn top_box(file: &mut (impl Read + Seek), at: u64, len: u64) -> io::Result<Option<TopBox>> {
    if len.saturating_sub(at) < 8 {
        return Ok(None);
    }
    let header = read_range(file, at, len.min(at + 16))?;
    let Some(size) = header.get(..4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes) else {
        return Ok(None);
    };
    let (header_bytes, size) = match size {
        1 => match header.get(8..16).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes) {
            Some(size) => (16, size),
            None => return Ok(None),
        },
        size => (8, u64::from(size)),
    };
    let Some(end) = at.checked_add(size).filter(|end| size >= header_bytes && *end <= len) else { return Ok(None) };
    let mut kind = [0; 4];
    kind.copy_from_slice(&header[4..8]);
    Ok(Some(TopBox { kind, at, body: at + header_bytes, end }))
}

fn read_range(file: &mut (impl Read + Seek), from: u64, to: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = vec![0; usize::try_from(to - from).map_err(io::Error::other)?];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

//! `replay --draw`: the video with boxes, tracks and the gate's state.
//!
//! Every picture is decoded for it, apart from what the gate decides, and shows what was known
//! when its access unit came: as a guard would have seen it live.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use image::{Rgb, RgbImage};

use crate::camera::analyst::{Analysis, Analyst};
use crate::command::paint::{outline, write};
use crate::decode::{Decoder, Frame, Masks, jpeg};
use crate::intake::AccessUnit;
use crate::track::{Track, Verdicts};
use crate::vision::attributes::{Answer, Attribute};

const PERSON: Rgb<u8> = Rgb([255, 170, 0]);
const OTHER: Rgb<u8> = Rgb([90, 170, 255]);
const GUESSED: Rgb<u8> = Rgb([130, 130, 130]);
const AWAKE: Rgb<u8> = Rgb([255, 90, 60]);
const QUIET: Rgb<u8> = Rgb([90, 220, 120]);
/// Letters are 8 pixels high in the font and twice that in the picture.
const ZOOM: u32 = 2;
/// How long the first picture lasts, before there is a second to compare it with.
const FIRST_FRAME: gst::ClockTime = gst::ClockTime::from_mseconds(40);

pub(super) struct Drawing {
    path: PathBuf,
    decoder: Option<Decoder>,
    masks: Masks,
    encoder: Option<Encoder>,
    tracks: Vec<(Track, Verdicts)>,
    analysed: u64,
}

struct Encoder {
    pipeline: gst::Pipeline,
    input: gst_app::AppSrc,
    size: (u32, u32),
    last_pts: Option<gst::ClockTime>,
}

impl Drawing {
    pub(super) fn new(path: &Path, masks: Masks) -> Self {
        Self { path: path.to_owned(), masks, decoder: None, encoder: None, tracks: Vec::new(), analysed: 0 }
    }

    /// Adds the pictures that decode with this access unit.
    pub(super) fn add(
        &mut self,
        unit: &AccessUnit,
        analyses: &[anyhow::Result<Analysis>],
        analyst: &Analyst,
        awake: bool,
    ) -> anyhow::Result<()> {
        if let Some(Ok(newest)) = analyses.last() {
            self.tracks = newest.tracks.iter().map(|track| (track.clone(), analyst.verdicts(track.id))).collect();
        }
        self.analysed += analyses.len() as u64;
        if self.decoder.as_ref().is_some_and(|decoder| *decoder.caps() != *unit.caps) {
            self.flush(awake)?;
        }
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            None if unit.key => self.decoder.insert(Decoder::new(unit.codec, &unit.caps, &self.masks)?),
            None => return Ok(()),
        };
        let Ok(frames) = decoder.push(unit) else {
            self.decoder = None;
            return Ok(());
        };
        frames.iter().try_for_each(|frame| self.draw(frame, awake))
    }

    /// Draws what the decoder holds back; a file ends here, or its format.
    pub(super) fn flush(&mut self, awake: bool) -> anyhow::Result<()> {
        let held_back = self.decoder.take().map_or(Ok(Vec::new()), |mut decoder| decoder.drain());
        // A decoder that failed holds back nothing of use.
        held_back.unwrap_or_default().iter().try_for_each(|frame| self.draw(frame, awake))
    }

    /// Completes the file.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let Some(encoder) = self.encoder else {
            bail!("{}: nothing was drawn, no picture was decoded", self.path.display());
        };
        encoder.finish().with_context(|| self.path.display().to_string())
    }

    fn draw(&mut self, frame: &Frame, awake: bool) -> anyhow::Result<()> {
        let mut picture = jpeg::rgb(&frame.planes());
        for (track, verdicts) in &self.tracks {
            let color = match (track.seen_now, track.class == crate::vision::Class::Person) {
                (false, _) => GUESSED,
                (true, true) => PERSON,
                (true, false) => OTHER,
            };
            outline(&mut picture, &track.bbox, color);
            let id = track.id.simple().to_string();
            let label = format!("{} {:.0}% {}", track.class.name(), 100.0 * track.score, &id[id.len() - 4..]);
            write(&mut picture, &label, (track.bbox.x, track.bbox.y - 18.0), color, ZOOM);
            if verdicts.iter().any(|verdict| verdict.frames > 0) {
                write(&mut picture, &answers(verdicts), (track.bbox.x, track.bbox.bottom() + 2.0), color, ZOOM);
            }
        }
        let (state, color) = if awake { ("AWAKE", AWAKE) } else { ("QUIET", QUIET) };
        write(
            &mut picture,
            &format!("{state}  {:.1}s  n={}", frame.pts.as_secs_f64(), self.analysed),
            (4.0, 4.0),
            color,
            ZOOM,
        );

        let size = (frame.width, frame.height);
        if self.encoder.is_none() {
            self.encoder = Some(Encoder::new(&self.path, size)?);
        }
        let Some(encoder) = &mut self.encoder else { return Ok(()) };
        if encoder.size != size {
            picture = image::imageops::resize(&picture, encoder.size.0, encoder.size.1, image::imageops::Triangle);
        }
        encoder.add(&picture, gst::ClockTime::try_from(frame.pts).ok())
    }
}

/// `M+ H- G? B?`: a mask, no hat; gloves and bag unknown.
fn answers(verdicts: &Verdicts) -> String {
    let mark = |answer| match answer {
        Answer::Yes => '+',
        Answer::No => '-',
        Answer::Unknown => '?',
    };
    let letters = Attribute::ALL.map(|attribute| attribute.name()[..1].to_uppercase());
    let marked = letters.iter().zip(verdicts).map(|(letter, verdict)| format!("{letter}{}", mark(verdict.answer)));
    marked.collect::<Vec<_>>().join(" ")
}

impl Encoder {
    fn new(path: &Path, size: (u32, u32)) -> anyhow::Result<Self> {
        let launch = include_str!("../../../pipelines/draw.launch");
        #[expect(clippy::disallowed_methods, reason = "a description from pipelines/")]
        let bin = gst::parse::bin_from_description(launch.trim(), false)
            .context("video cannot be written; is gstreamer1.0-plugins-ugly (x264) installed?")?;
        let pipeline = gst::Pipeline::new();
        pipeline.add(&bin)?;
        let input = bin.by_name("pictures").and_downcast::<gst_app::AppSrc>().context("draw.launch has no input")?;
        let file = bin.by_name("file").context("draw.launch has no output")?;
        file.set_property("location", path.to_str().context("--draw: the file's name is not valid text")?);
        let caps = gst::Caps::builder("video/x-raw")
            .field("format", "RGB")
            .field("width", size.0 as i32)
            .field("height", size.1 as i32)
            .field("framerate", gst::Fraction::new(0, 1))
            .build();
        input.set_caps(Some(&caps));
        pipeline.set_state(gst::State::Playing).with_context(|| format!("{}: cannot be written", path.display()))?;
        Ok(Self { pipeline, input, size, last_pts: None })
    }

    fn add(&mut self, picture: &RgbImage, pts: Option<gst::ClockTime>) -> anyhow::Result<()> {
        // GStreamer wants rows of RGB to begin at multiples of four bytes.
        let row = 3 * self.size.0 as usize;
        let padded = row.next_multiple_of(4);
        let mut bytes = vec![0; padded * self.size.1 as usize];
        for (to, from) in bytes.chunks_mut(padded).zip(picture.chunks(row)) {
            to[..row].copy_from_slice(from);
        }
        let mut buffer = gst::Buffer::from_mut_slice(bytes);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(pts);
            // Without one the last picture would be shown for no time at all, and players leave it out.
            buffer.set_duration(pts.zip(self.last_pts).map_or(FIRST_FRAME, |(pts, last)| pts.saturating_sub(last)));
            self.last_pts = pts;
        }
        self.input.push_buffer(buffer).map(|_| ()).context("the video writer stopped; is the disk full?")
    }

    fn finish(self) -> anyhow::Result<()> {
        self.input.end_of_stream()?;
        let bus = self.pipeline.bus().context("a pipeline has a bus")?;
        let wanted = [gst::MessageType::Eos, gst::MessageType::Error];
        let last = bus.timed_pop_filtered(gst::ClockTime::NONE, &wanted);
        match last.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => bail!("{}", error.error()),
            _ => Ok(()),
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // What is written is written; if it cannot stop there is nothing more to do with it.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use proptest::prelude::*;

use super::*;
use crate::decode::testing::{Encoding, encode};
use crate::record::boxes::{self, Fragment, Track};

fn encoding(b_frames: u32) -> Encoding {
    Encoding { gop: 10, b_frames, size: (160, 96) }
}

/// All that a viewer gets: the starts, the MP4 of each and its fragments as they were read back.
#[derive(Default)]
struct Received {
    starts: Vec<Packet>,
    mp4: Vec<Vec<u8>>,
    fragments: Vec<Vec<Fragment>>,
    track: Option<Track>,
}

impl Received {
    fn take(&mut self, packets: Vec<Packet>) {
        for packet in packets {
            match packet {
                Packet::Start { .. } => self.starts.push(packet),
                Packet::Init(bytes) => {
                    let (track, length) = boxes::parse_init(&bytes).expect("an init section");
                    assert_eq!(length, bytes.len() as u64);
                    self.track = Some(track);
                    self.mp4.push(bytes);
                    self.fragments.push(Vec::new());
                }
                Packet::Fragment { media, bytes, .. } => {
                    let track = self.track.as_ref().expect("after its init section");
                    let moof = u32::from_be_bytes(bytes[..4].try_into().expect("four bytes")) as usize;
                    let fragment = boxes::parse_moof(&bytes[..moof], track).expect("a moof");
                    let last = fragment.samples.last().expect("samples");
                    assert_eq!(last.offset + u64::from(last.size), bytes.len() as u64, "the data end with the last");
                    assert_eq!(fragment.samples[0].offset, moof as u64 + 8, "and begin with the first");
                    assert_eq!(track.duration_of(last.shown_at), media);
                    self.mp4.last_mut().expect("begun").extend(&bytes);
                    self.fragments.last_mut().expect("begun").push(fragment);
                }
            }
        }
    }
}

fn received(units: &[AccessUnit], batches: &[usize]) -> Received {
    let (mut program, mut received, mut rest) = (Program::default(), Received::default(), units);
    for size in batches.iter().copied().chain(std::iter::repeat(1)) {
        if rest.is_empty() {
            break;
        }
        let (batch, others) = rest.split_at(size.min(rest.len()));
        received.take(program.packets(batch).expect("packets"));
        rest = others;
    }
    received
}

/// How many pictures GStreamer's own reader and decoder make of an MP4.
fn decoded(mp4: Vec<u8>) -> usize {
    let launch = "appsrc name=in ! qtdemux ! avdec_h264 ! appsink name=out sync=false";
    #[expect(clippy::disallowed_methods, reason = "a test's own player")]
    let bin = gst::parse::bin_from_description(launch, false).expect("launch line");
    let pipeline = gst::Pipeline::new();
    pipeline.add(&bin).expect("added");
    let input = bin.by_name("in").and_downcast::<gst_app::AppSrc>().expect("appsrc");
    let output = bin.by_name("out").and_downcast::<gst_app::AppSink>().expect("appsink");
    pipeline.set_state(gst::State::Playing).expect("plays");
    input.push_buffer(gst::Buffer::from_slice(mp4)).expect("pushed");
    input.end_of_stream().expect("ended");
    let pictures = std::iter::from_fn(|| output.pull_sample().ok()).count();
    pipeline.set_state(gst::State::Null).expect("stops");
    pictures
}

#[track_caller]
fn check_decodes(b_frames: u32, batches: &[usize]) {
    let units = encode(encoding(b_frames), 45, |_| None);
    let received = received(&units, batches);
    assert_eq!(received.mp4.len(), 1);
    assert_eq!(decoded(received.mp4[0].clone()), units.len() - 1, "all but the one that is held back");
}

#[test]
fn another_program_plays_it() {
    check_decodes(0, &[]);
    check_decodes(0, &[7, 1, 1, 3]);
    check_decodes(2, &[20]);
    check_decodes(2, &[]);
}

#[test]
fn what_is_sent_says_what_it_is() {
    let units = encode(encoding(0), 12, |_| None);
    let received = received(&units, &[4]);
    let [Packet::Start { codec, width, height, at }] = &received.starts[..] else { panic!("one start") };
    assert!(codec.starts_with("avc1.42"), "{codec}: x264's fastest preset is of the baseline profile");
    assert_eq!((*width, *height, *at), (160, 96, units[0].at));
    let track = received.track.expect("a track");
    assert_eq!((track.format.width, track.format.height, &track.format.entry), (160, 96, b"avc1"));
    let data = units[0].caps.structure(0).expect("caps").get::<gst::Buffer>("codec_data").expect("codec data");
    assert_eq!(track.format.codec_data, data.map_readable().expect("mapped").as_slice(), "byte for byte");
}

#[test]
fn a_program_begins_with_a_key_frame_and_anew_with_another_format() {
    let units = encode(encoding(0), 25, |_| None);
    let mut small = encode(Encoding { size: (96, 64), ..encoding(0) }, 12, |_| None);
    small.remove(0);
    let all = [&units[3..], &small[..]].concat();
    for batches in [&[2, 9][..], &[2, 100]] {
        let received = received(&all, batches);
        let starts = received.starts.iter().map(|start| match start {
            Packet::Start { width, at, .. } => (*width, *at),
            _ => panic!("a start"),
        });
        assert_eq!(starts.collect::<Vec<_>>(), [(160, units[10].at), (96, small[9].at)]);
        for (mp4, pictures) in received.mp4.into_iter().zip([units.len() - 10 - 1, 1]) {
            assert_eq!(decoded(mp4), pictures);
        }
    }
}

#[test]
fn a_lost_stream_begins_anew() {
    let units = encode(encoding(0), 11, |_| None);
    let (mut program, mut received) = (Program::default(), Received::default());
    received.take(program.packets(&units[..5]).expect("packets"));
    program.end();
    received.take(program.packets(&units[5..]).expect("packets"));
    assert_eq!((received.starts.len(), received.fragments[1].len()), (2, 0), "only the last is a key frame");
}

#[test]
fn a_stream_without_parameter_sets_is_refused() {
    gst::init().expect("GStreamer");
    let caps = gst::Caps::builder("video/x-h264").field("width", 160).field("height", 96).build();
    let unit = AccessUnit { caps, ..encode(encoding(0), 2, |_| None).remove(0) };
    let refused = Program::default().packets(&[unit]);
    assert!(matches!(refused, Err(FormatError::Incomplete)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the pace and however they come: each picture is in one fragment, in order, with its
    /// own bytes and time, and lasts until the next is decoded.
    #[test]
    fn every_picture_is_sent_once(
        pictures in proptest::collection::vec((any::<bool>(), 1usize..40, 0u64..300), 1..60),
        batches in proptest::collection::vec(1usize..12, 0..20),
    ) {
        let model = &encode(encoding(0), 2, |_| None)[0];
        let mut pts = Duration::from_secs(100);
        let mut units = Vec::new();
        for (index, (key, size, step_ms)) in pictures.into_iter().enumerate() {
            let buffer = gst::Buffer::from_slice(vec![index as u8; size]);
            units.push(AccessUnit { buffer, key: key || index == 0, pts, ..model.clone() });
            pts += Duration::from_millis(step_ms);
        }
        let received = received(&units, &batches);
        let samples: Vec<_> = received.fragments.iter().flatten().flat_map(|fragment| &fragment.samples).collect();
        prop_assert_eq!(samples.len(), units.len() - 1);
        for (sample, unit) in samples.iter().zip(&units) {
            prop_assert_eq!(sample.size as usize, unit.size_bytes());
            prop_assert_eq!(sample.key, unit.key);
            let shown_at = unit.pts.saturating_sub(units[0].pts) + LEAD;
            prop_assert_eq!(sample.shown_at, shown_at.as_millis() as u64 * 90);
        }
        for pair in samples.windows(2) {
            prop_assert_eq!(pair[0].decoded_at + u64::from(pair[0].duration), pair[1].decoded_at);
        }
    }
}

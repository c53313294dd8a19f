//! Stand-ins for a graphics processor: software that works, breaks off, shows other pictures, or is not there.

use super::super::testing::{Encoding, encode};
use super::*;
use crate::base::Rect;

const GROUP: u32 = 10;

fn stream(pictures: u32, b_frames: u32) -> Vec<AccessUnit> {
    let encoding = Encoding { gop: GROUP, b_frames, size: (320, 180) };
    encode(encoding, pictures, |n| Some(Rect::new(n as f32 * 5.0, 40.0, 60.0, 80.0)))
}

fn hardware(launch: &'static str) -> &'static Hardware {
    Box::leak(Box::new(Hardware::new(Some(launch), None)))
}

/// All that comes out, with the luma of each picture.
fn decoded(hardware: &'static Hardware, units: &[AccessUnit]) -> (Vec<(Duration, Vec<u8>)>, Decoder) {
    let mut decoder = Decoder::with(hardware, Codec::H264, &units[0].caps, &Masks::none()).expect("a decoder");
    let mut frames = Vec::new();
    for unit in units {
        frames.extend(decoder.push(unit).expect("frames"));
    }
    frames.extend(decoder.drain().expect("the rest"));
    let luma = |frame: &Frame| (0..180).flat_map(|y| frame.planes().first.row(y)[..320].to_vec()).collect();
    (frames.iter().map(|frame| (frame.pts, luma(frame))).collect(), decoder)
}

fn expected(units: &[AccessUnit]) -> Vec<(Duration, Vec<u8>)> {
    let (frames, _) = decoded(Box::leak(Box::new(Hardware::new(None, None))), units);
    assert_eq!(frames.len(), units.len());
    frames
}

#[test]
fn hardware_that_works_is_used() {
    let units = stream(25, 0);
    let hardware = hardware("avdec_h264 ! videoconvert ! capsfilter caps=video/x-raw,format=(string){I420,NV12}");
    let (frames, decoder) = decoded(hardware, &units);
    assert!(frames == expected(&units));
    assert!(decoder.hardware.is_some() && hardware.is_proven(&Kind::of(Codec::H264, &units[0].caps)));
}

#[test]
fn no_picture_is_lost_where_hardware_breaks_off() {
    for b_frames in [0, 2] {
        let units = stream(35, b_frames);
        let expected = expected(&units);
        for broken in ["error-after=1", "error-after=2", "error-after=14", "error-after=21", "error-after=33"] {
            // The proof takes one picture of a pipeline of its own.
            let launch = format!(
                "avdec_h264 max-threads=1 ! identity {broken} ! videoconvert ! capsfilter caps=video/x-raw,format=I420"
            );
            let (frames, decoder) = decoded(hardware(launch.leak()), &units);
            assert!(decoder.hardware.is_none(), "{broken}");
            let times = |frames: &[(Duration, Vec<u8>)]| frames.iter().map(|(pts, _)| *pts).collect::<Vec<_>>();
            assert_eq!(times(&frames), times(&expected), "{broken}, {b_frames} B frames");
            assert!(frames == expected, "{broken}");
        }
    }
}

#[test]
fn hardware_that_is_not_there_or_refuses_the_stream_is_not_used() {
    let units = stream(12, 0);
    for launch in ["canhdem_has_no_such_element", "identity ! capsfilter caps=video/x-raw"] {
        let hardware = hardware(launch);
        let (frames, decoder) = decoded(hardware, &units);
        assert!(frames == expected(&units) && decoder.hardware.is_none(), "{launch}");
        assert_eq!(hardware.launch(&Kind::of(Codec::H264, &units[0].caps)), None, "{launch} is not tried again");
    }
}

#[test]
fn hardware_whose_pictures_are_others_is_not_used() {
    let units = stream(12, 0);
    for wrong in ["videobalance brightness=0.1", "videobalance contrast=0.5", "videocrop right=2"] {
        let launch =
            format!("avdec_h264 ! videoconvert ! {wrong} ! videoconvert ! capsfilter caps=video/x-raw,format=I420");
        let (frames, decoder) = decoded(hardware(launch.leak()), &units);
        assert!(frames == expected(&units) && decoder.hardware.is_none(), "{wrong}");
    }
}

#[test]
fn a_group_without_end_is_not_kept() {
    let mut unit = stream(1, 0).remove(0);
    let mut by = ByHardware {
        hardware: hardware("none"),
        kind: Kind::of(Codec::H264, &unit.caps),
        units: Vec::new(),
        bytes: 0,
        given: None,
    };
    by.keep(&unit);
    unit.key = false;
    unit.buffer = gst::Buffer::from_slice(vec![0; MOST_KEPT_BYTES / 2]);
    by.keep(&unit);
    assert_eq!(by.units.len(), 2);
    by.keep(&unit);
    by.keep(&unit);
    assert!(by.units.is_empty(), "software could not begin within it");
    unit.key = true;
    by.keep(&unit);
    assert_eq!(by.units.len(), 1);
}

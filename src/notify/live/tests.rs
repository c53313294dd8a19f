use std::time::Duration;

use gstreamer as gst;

use super::*;
use crate::base::Timestamp;
use crate::intake::Codec;

/// The unit of this number; every tenth is a key frame.
fn unit(number: u64, size: usize) -> AccessUnit {
    gst::init().expect("GStreamer");
    AccessUnit {
        buffer: gst::Buffer::with_size(size).expect("memory"),
        caps: gst::Caps::builder("video/x-h264").build(),
        codec: Codec::H264,
        key: number.is_multiple_of(10),
        pts: Duration::from_millis(number * 40),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn publish(stream: &LiveStream, numbers: std::ops::Range<u64>) -> u64 {
    numbers.map(|number| stream.publish(&unit(number, 100))).sum()
}

async fn next(viewer: &mut Viewer) -> Option<Vec<u64>> {
    let units = viewer.next().await?;
    Some(units.iter().map(|unit| unit.pts.as_millis() as u64 / 40).collect())
}

#[tokio::test]
async fn a_viewer_gets_the_group_in_memory_and_then_what_comes() {
    let stream = LiveStream::default();
    publish(&stream, 0..14);
    let mut viewer = stream.watch();
    publish(&stream, 14..15);
    assert_eq!(next(&mut viewer).await, Some(vec![10, 11, 12, 13]));
    assert_eq!(next(&mut viewer).await, Some(vec![14]));
    publish(&stream, 15..18);
    assert_eq!(next(&mut viewer).await, Some(vec![15, 16, 17]), "what came meanwhile, at once");
}

#[tokio::test]
async fn a_slow_viewer_goes_on_at_a_key_frame_and_holds_nobody_up() {
    let stream = LiveStream::default();
    publish(&stream, 0..1);
    let (mut slow, mut quick) = (stream.watch(), stream.watch());
    assert_eq!((next(&mut slow).await, next(&mut quick).await), (Some(vec![0]), Some(vec![0])));
    let fits = ON_THE_WAY as u64;
    for number in 1..=fits {
        assert_eq!(publish(&stream, number..number + 1), 0);
        assert_eq!(next(&mut quick).await, Some(vec![number]));
    }
    // One too many for one of them: 129, which no longer fits; the next key frame is 130.
    assert_eq!(publish(&stream, fits + 1..fits + 2), 1);
    let all: Vec<u64> = (1..=fits).collect();
    assert_eq!(next(&mut slow).await, Some(all));
    assert_eq!(publish(&stream, fits + 2..fits + 5), 0);
    assert_eq!(next(&mut slow).await, Some(vec![130, 131, 132]));
    assert_eq!(next(&mut quick).await, Some(vec![129, 130, 131, 132]));
}

#[tokio::test]
async fn delta_pictures_after_a_loss_are_left_out_too() {
    let stream = LiveStream::default();
    publish(&stream, 0..1);
    let mut viewer = stream.watch();
    let fits = ON_THE_WAY as u64;
    publish(&stream, 1..fits + 1);
    assert_eq!(publish(&stream, fits + 1..fits + 2), 1);
    assert_eq!(next(&mut viewer).await, Some(vec![0]));
    assert!(next(&mut viewer).await.is_some_and(|units| units.len() as u64 == fits));
    // There is room again, but these refer to what was left out.
    assert_eq!(publish(&stream, 131..135), 4);
    assert_eq!(publish(&stream, 140..142), 0);
    assert_eq!(next(&mut viewer).await, Some(vec![140, 141]));
}

#[tokio::test]
async fn a_lost_camera_ends_what_is_watched_and_forgets_what_was() {
    let stream = LiveStream::default();
    publish(&stream, 0..3);
    let mut viewer = stream.watch();
    publish(&stream, 3..4);
    stream.end();
    assert_eq!(next(&mut viewer).await, Some(vec![0, 1, 2]));
    assert_eq!(next(&mut viewer).await, Some(vec![3]), "what was on its way");
    assert_eq!(next(&mut viewer).await, None);
    let mut viewer = stream.watch();
    publish(&stream, 10..11);
    assert_eq!(next(&mut viewer).await, Some(vec![10]), "nothing old");
}

#[test]
fn nobody_watches_and_nothing_is_done_but_one_group_kept() {
    let stream = LiveStream::default();
    publish(&stream, 0..25);
    drop(stream.watch());
    assert_eq!(publish(&stream, 25..29), 0);
    let inner = stream.inner.lock().expect("lock");
    assert!(inner.viewers.is_empty(), "who is gone is forgotten");
    assert_eq!((inner.gop.len(), inner.gop_bytes), (9, 900));
}

#[tokio::test]
async fn a_group_that_is_too_large_is_not_kept() {
    let stream = LiveStream::default();
    stream.publish(&unit(0, GOP_LIMIT_BYTES));
    stream.publish(&unit(1, 1));
    let mut viewer = stream.watch();
    assert_eq!(publish(&stream, 2..4), 2);
    assert_eq!(publish(&stream, 10..12), 0);
    assert_eq!(next(&mut viewer).await, Some(vec![10, 11]));
    assert_eq!(stream.inner.lock().expect("lock").gop.len(), 2);
}

//! A decoder whose caller waits for it, but not for ever. A camera's live stream does without one: its thread is watched as a
//! whole and replaced when it stands still. Whoever plays, shows or hands out a recording has nobody who watches.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use gstreamer as gst;
use gstreamer_video as gst_video;

use super::{DecodeError, Decoder, Frame, Masks};
use crate::base::worker::Worker;
use crate::intake::{AccessUnit, Codec};

/// For one access unit. A picture of the largest size takes less than a second, on a machine with nothing else to do.
const LIMIT: Duration = Duration::from_secs(20);
/// So many at a time: those that stand still, too, and each keeps some megabytes.
const MOST: usize = 32;
/// Of so many that stand still only a new process gets rid, before nobody is served any more.
const MOST_LEFT: usize = MOST / 2;
static ALIVE: AtomicUsize = AtomicUsize::new(0);
static LEFT: Mutex<Vec<Weak<Alive>>> = Mutex::new(Vec::new());

/// Whether so many decoders have been left behind that the process should be started anew.
pub fn too_many_stand_still() -> bool {
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.retain(|alive| alive.strong_count() > 0);
    left.len() >= MOST_LEFT
}

/// A [`Decoder`] on a thread of its own. One that does not answer in time is left behind, and is of no use afterwards.
pub struct BoundedDecoder {
    orders: Option<SyncSender<Order>>,
    answers: Receiver<Result<Answer, DecodeError>>,
    thread: Option<Worker>,
    alive: Weak<Alive>,
    limit: Duration,
    info: Option<gst_video::VideoInfo>,
}

enum Order {
    Push(AccessUnit),
    Drain,
}

#[derive(Default)]
struct Answer {
    frames: Vec<Frame>,
    info: Option<gst_video::VideoInfo>,
}

impl BoundedDecoder {
    /// # Errors
    /// As [`Decoder::new`]; and [`DecodeError::Busy`].
    pub fn new(codec: Codec, caps: &gst::Caps, masks: &Masks) -> Result<Self, DecodeError> {
        let (caps, masks) = (caps.clone(), masks.clone());
        Self::with(LIMIT, move || {
            let mut decoder = Decoder::new(codec, &caps, &masks)?;
            Ok(move |order| {
                let frames = match order {
                    Order::Push(unit) => decoder.push(&unit)?,
                    Order::Drain => decoder.drain()?,
                };
                Ok(Answer { frames, info: decoder.picture_info() })
            })
        })
    }

    fn with<D: FnMut(Order) -> Result<Answer, DecodeError>>(
        limit: Duration,
        build: impl FnOnce() -> Result<D, DecodeError> + Send + 'static,
    ) -> Result<Self, DecodeError> {
        let alive = Arc::new(Alive::enter().ok_or(DecodeError::Busy)?);
        let while_alive = Arc::downgrade(&alive);
        let (orders, to_do) = sync_channel(1);
        let (answer, answers) = sync_channel(1);
        let body = move || {
            // Left last: by the end of `answers` the caller knows that the decoder has ended.
            let (alive, answer) = (alive, answer);
            let mut decoder = match build() {
                Ok(decoder) => decoder,
                Err(error) => return drop((answer.send(Err(error)), alive)),
            };
            let mut given = answer.send(Ok(Answer::default()));
            while given.is_ok()
                && let Ok(order) = to_do.recv()
            {
                given = answer.send(decoder(order));
            }
        };
        let thread = Worker::spawn("decode", body).map_err(|error| DecodeError::Build(error.to_string()))?;
        let (orders, thread) = (Some(orders), Some(thread));
        let mut bounded = Self { orders, answers, thread, alive: while_alive, limit, info: None };
        bounded.answer()?;
        Ok(bounded)
    }

    /// As [`Decoder::push`].
    ///
    /// # Errors
    /// As [`Decoder::push`]; and [`DecodeError::Hung`].
    pub fn push(&mut self, unit: AccessUnit) -> Result<Vec<Frame>, DecodeError> {
        self.ask(Order::Push(unit))
    }

    /// As [`Decoder::drain`].
    ///
    /// # Errors
    /// As [`Decoder::drain`]; and [`DecodeError::Hung`].
    pub fn drain(&mut self) -> Result<Vec<Frame>, DecodeError> {
        self.ask(Order::Drain)
    }

    /// What its pictures are like, once there was one.
    pub fn picture_info(&self) -> Option<&gst_video::VideoInfo> {
        self.info.as_ref()
    }

    fn ask(&mut self, order: Order) -> Result<Vec<Frame>, DecodeError> {
        let Some(orders) = &self.orders else { return Err(self.hung()) };
        // Where nobody takes it there is no answer either, and that says why.
        let _ = orders.send(order);
        self.answer()
    }

    fn answer(&mut self) -> Result<Vec<Frame>, DecodeError> {
        match self.answers.recv_timeout(self.limit) {
            Ok(answer) => {
                let answer = answer?;
                self.info = answer.info;
                Ok(answer.frames)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.leave();
                Err(self.hung())
            }
            Err(RecvTimeoutError::Disconnected) => Err(DecodeError::Stream("its thread has ended".to_owned())),
        }
    }

    fn hung(&self) -> DecodeError {
        DecodeError::Hung { seconds: self.limit.as_secs() }
    }

    fn leave(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            tracing::error!(limit_s = self.limit.as_secs(), "a decoder does not answer and is left behind");
            thread.leave();
            LEFT.lock().unwrap_or_else(PoisonError::into_inner).push(self.alive.clone());
        }
    }
}

impl Drop for BoundedDecoder {
    fn drop(&mut self) {
        self.orders = None;
        // Taking it down may stand still as well.
        if self.thread.is_some() && matches!(self.answers.recv_timeout(self.limit), Err(RecvTimeoutError::Timeout)) {
            self.leave();
        }
    }
}

/// One of the decoders that there are.
struct Alive;

impl Alive {
    fn enter() -> Option<Self> {
        let more = |alive| (alive < MOST).then_some(alive + 1);
        ALIVE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// For what is to stand still.
    const SOON: Duration = Duration::from_millis(50);
    /// For what is to answer, on a machine that is busy.
    const AMPLE: Duration = Duration::from_secs(60);

    /// Whether it has been taken down.
    struct Fake(Arc<AtomicBool>);

    impl Drop for Fake {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn one_that_stands_still_is_left_behind() {
        let (release, held) = sync_channel::<()>(1);
        let is_down = Arc::new(AtomicBool::new(false));
        let fake = Fake(Arc::clone(&is_down));
        let built = BoundedDecoder::with(AMPLE, move || {
            Ok(move |_| {
                let _fake = &fake;
                let _ = held.recv();
                Ok(Answer::default())
            })
        });
        let mut decoder = built.expect("a decoder");
        decoder.limit = SOON;
        for _ in 0..2 {
            assert!(matches!(decoder.drain(), Err(DecodeError::Hung { seconds: 0 })));
        }
        let alive = decoder.alive.clone();
        drop(decoder);
        assert!(!is_down.load(Ordering::SeqCst));
        let is_counted = || LEFT.lock().expect("a list").iter().any(|left| left.ptr_eq(&alive));
        assert!(is_counted());
        // Where it goes on after all, nothing of it stays.
        drop(release);
        while !is_down.load(Ordering::SeqCst) || alive.strong_count() > 0 {
            std::thread::yield_now();
        }
        too_many_stand_still();
        assert!(!is_counted());
    }

    #[test]
    fn too_many_that_stand_still_are_told() {
        let (release, held) = sync_channel::<()>(1);
        let held = Arc::new(Mutex::new(held));
        let stand_still: Vec<_> = (0..MOST_LEFT)
            .map(|_| {
                let held = Arc::clone(&held);
                let built = BoundedDecoder::with(AMPLE, move || {
                    Ok(move |_| {
                        let _ = held.lock().expect("a receiver").recv();
                        Ok(Answer::default())
                    })
                });
                let mut decoder = built.expect("a decoder");
                decoder.limit = SOON;
                assert!(matches!(decoder.drain(), Err(DecodeError::Hung { .. })));
                decoder.alive.clone()
            })
            .collect();
        assert!(too_many_stand_still());
        drop(release);
        while stand_still.iter().any(|alive| alive.strong_count() > 0) {
            std::thread::yield_now();
        }
        assert!(!too_many_stand_still());
    }

    #[test]
    fn one_that_does_not_start_or_end_is_left_behind_too() {
        let (release, held) = sync_channel::<()>(1);
        let built = BoundedDecoder::with(SOON, move || {
            let _ = held.recv();
            Ok(|_| Ok(Answer::default()))
        });
        assert!(matches!(built.map(drop), Err(DecodeError::Hung { .. })));
        drop(release);

        let (release, held) = sync_channel::<()>(1);
        let stuck = StuckAtTheEnd(Mutex::new(held));
        let built = BoundedDecoder::with(AMPLE, move || {
            Ok(move |_| {
                let _stuck = &stuck;
                Ok(Answer::default())
            })
        });
        let mut decoder = built.expect("a decoder");
        decoder.limit = SOON;
        drop(decoder);
        drop(release);
    }

    struct StuckAtTheEnd(Mutex<Receiver<()>>);

    impl Drop for StuckAtTheEnd {
        fn drop(&mut self) {
            let _ = self.0.lock().expect("a receiver").recv();
        }
    }

    #[test]
    fn it_says_what_its_decoder_says() {
        let refused = BoundedDecoder::with(AMPLE, || {
            Err::<fn(Order) -> Result<Answer, DecodeError>, _>(DecodeError::Stream("no".to_owned()))
        });
        assert!(matches!(refused.map(drop), Err(DecodeError::Stream(words)) if words == "no"));

        let mut broken =
            BoundedDecoder::with(AMPLE, || Ok(|_| -> Result<Answer, _> { panic!("on purpose") })).expect("one");
        for _ in 0..2 {
            assert!(matches!(broken.drain(), Err(DecodeError::Stream(_))));
        }

        let is_down = Arc::new(AtomicBool::new(false));
        let fake = Fake(Arc::clone(&is_down));
        let built = BoundedDecoder::with(AMPLE, move || {
            Ok(move |_| {
                let _fake = &fake;
                Ok(Answer::default())
            })
        });
        let mut sound = built.expect("one");
        assert!(sound.drain().expect("an answer").is_empty());
        drop(sound);
        assert!(is_down.load(Ordering::SeqCst), "its end is waited for");
    }
}

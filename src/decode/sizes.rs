//! What the sizes of access units tell. At variable bit rate a moving picture makes them jump; at
//! constant bit rate they say nothing.

use std::collections::VecDeque;

/// Whether the camera spends bits where something moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RateControl {
    #[default]
    Unknown,
    Variable,
    Constant,
}

/// Quiet delta units that the usual size is learned from.
const WINDOW: usize = 256;
/// Fewer than these say nothing about what is usual.
const LEAST: usize = 64;
/// Mean of so many units against the usual.
const RECENT: usize = 5;
/// In robust deviations. Measured: quiet scenes stay below 4.4, persons reach 7 to 67.
const BURST: f32 = 6.0;
/// A burst is also larger than usual by this factor and so many bytes, lest a stream without any
/// noise wakes at nothing.
const BURST_FACTOR: f32 = 1.3;
const BURST_BYTES: f32 = 250.0;
/// Where pictures moved and sizes stayed below this, they say nothing. Measured: 1.5 at constant
/// bit rate.
const SILENT: f32 = 2.5;
/// Pictures of motion that make one judgement on the rate control.
const PICTURES_PER_VOTE: u32 = 25;
/// Judgements in a row that settle it.
const VOTES: i8 = 2;
/// In a calm scene a key frame is so many times as large as the units between: what moves there stands out.
/// Measured: 30 and more with little noise, 2 to 6 with the noise of a camera in the dark.
const CALM_FACTOR: f32 = 20.0;

#[derive(Debug, Default)]
pub(super) struct Sizes {
    /// In order of arrival, and the same sorted.
    window: VecDeque<u32>,
    sorted: Vec<u32>,
    recent: VecDeque<u32>,
    deviation: f32,
    moving_pictures: u32,
    peak_while_moving: f32,
    /// Above zero: variable; below: constant.
    vote: i8,
    since_refresh: usize,
    mad: f32,
    /// Size of the last key frame.
    key_bytes: usize,
}

impl Sizes {
    /// What a stream of the same camera begins with.
    pub(super) fn anew(&self) -> Self {
        Self { vote: self.vote, ..Self::default() }
    }

    /// Takes the size of a key frame.
    pub(super) fn add_key(&mut self, size_bytes: usize) {
        self.key_bytes = size_bytes;
    }

    /// Whether whoever moves is sure to make a burst: what is seen on key frames is then enough.
    pub(super) fn tell(&self) -> bool {
        self.rate_control() == RateControl::Variable
            && self.window.len() >= LEAST
            && self.usual() * CALM_FACTOR <= self.key_bytes as f32
    }

    fn usual(&self) -> f32 {
        self.sorted.get(self.sorted.len() / 2).copied().unwrap_or(0) as f32
    }

    /// Takes the size of a delta unit; says whether it is part of a burst that should wake.
    pub(super) fn add(&mut self, size_bytes: usize, awake: bool) -> bool {
        let size = u32::try_from(size_bytes).unwrap_or(u32::MAX);
        self.recent.push_back(size);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        if self.window.len() < LEAST {
            self.learn(size);
            return false;
        }
        let usual = self.usual();
        let mean = self.recent.iter().map(|&s| s as f32).sum::<f32>() / self.recent.len() as f32;
        // One byte is the least deviation: sizes are whole numbers.
        self.deviation = (mean - usual) / (1.4826 * self.mad).max(1.0);
        let burst = self.deviation >= BURST && mean >= (usual * BURST_FACTOR).max(usual + BURST_BYTES);
        // While something moves the usual is not learned; else it is, so that rain, which makes
        // every unit larger, becomes usual after a while.
        if !(awake && self.moving_pictures > 0) {
            self.learn(size);
        }
        burst && !awake && self.rate_control() != RateControl::Constant
    }

    /// Takes whether an awake picture moved.
    pub(super) fn on_picture(&mut self, moving: bool) {
        if !moving {
            self.moving_pictures = 0;
            self.peak_while_moving = 0.0;
            return;
        }
        self.moving_pictures += 1;
        self.peak_while_moving = self.peak_while_moving.max(self.deviation);
        if self.moving_pictures >= PICTURES_PER_VOTE && self.window.len() >= LEAST {
            let vote = if self.peak_while_moving < SILENT { -1 } else { i8::from(self.peak_while_moving >= BURST) };
            self.vote = (self.vote + vote).clamp(-VOTES, VOTES);
            self.moving_pictures = 1;
            self.peak_while_moving = 0.0;
        }
    }

    pub(super) fn rate_control(&self) -> RateControl {
        match self.vote {
            VOTES => RateControl::Variable,
            vote if vote == -VOTES => RateControl::Constant,
            _ => RateControl::Unknown,
        }
    }

    fn learn(&mut self, size: u32) {
        self.window.push_back(size);
        let place = self.sorted.partition_point(|&s| s < size);
        self.sorted.insert(place, size);
        if self.window.len() > WINDOW
            && let Some(oldest) = self.window.pop_front()
        {
            let place = self.sorted.partition_point(|&s| s < oldest);
            self.sorted.remove(place);
        }
        // The spread changes slowly; it is taken anew now and then only.
        self.since_refresh += 1;
        if self.since_refresh >= 16 || self.window.len() == LEAST {
            self.since_refresh = 0;
            let usual = self.sorted[self.sorted.len() / 2];
            let mut off: Vec<_> = self.sorted.iter().map(|s| s.abs_diff(usual)).collect();
            let middle = off.len() / 2;
            self.mad = *off.select_nth_unstable(middle).1 as f32;
        }
    }
}

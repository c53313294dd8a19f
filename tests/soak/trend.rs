//! Whether a figure grows: a straight line through its samples, and how sure its slope is.

/// A straight line through samples over time.
#[derive(Debug, Clone, Copy)]
pub struct Trend {
    pub mean: f64,
    /// Growth in an hour.
    pub slope: f64,
    /// The slope lies this near to that, 19 times out of 20.
    pub margin: f64,
}

/// Growth is told from rest only where it would come to this share of the mean within [`HOURS`].
const MATTERS: f64 = 0.05;
const HOURS: f64 = 72.0;

impl Trend {
    /// `samples`: hour and value, in order of time. None where they are too few.
    pub fn of(samples: &[(f64, f64)]) -> Option<Self> {
        let count = samples.len() as f64;
        if samples.len() < 8 {
            return None;
        }
        let mean_of = |value: fn(&(f64, f64)) -> f64| samples.iter().map(value).sum::<f64>() / count;
        let (hour, mean) = (mean_of(|sample| sample.0), mean_of(|sample| sample.1));
        let spread: f64 = samples.iter().map(|sample| (sample.0 - hour).powi(2)).sum();
        let slope = samples.iter().map(|sample| (sample.0 - hour) * (sample.1 - mean)).sum::<f64>() / spread;
        let rest: Vec<f64> = samples.iter().map(|sample| sample.1 - mean - slope * (sample.0 - hour)).collect();
        let square: f64 = rest.iter().map(|rest| rest * rest).sum();
        // A sample is much like the one before: they count as fewer.
        let alike = rest.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / square.max(f64::MIN_POSITIVE);
        let alike = alike.clamp(0.0, 0.99);
        let independent = (count * (1.0 - alike) / (1.0 + alike)).max(3.0);
        let deviation = (square / (independent - 2.0) / (spread * independent / count)).sqrt();
        Some(Self { mean, slope, margin: student(independent - 2.0) * deviation })
    }

    /// Sure growth, and so much of it that it matters.
    pub fn grows(&self) -> bool {
        self.slope - self.margin > 0.0 && self.slope * HOURS > MATTERS * self.mean
    }

    /// So sure that growth which matters would have been seen.
    pub fn is_flat(&self) -> bool {
        (self.slope + self.margin) * HOURS <= MATTERS * self.mean
    }

    pub fn verdict(&self) -> &'static str {
        if self.grows() {
            "**grows**"
        } else if self.is_flat() {
            "flat"
        } else {
            "no growth seen; too short to be sure"
        }
    }
}

/// Of Student's distribution, what 19 of 20 lie within (Cornish and Fisher's series).
fn student(freedom: f64) -> f64 {
    let z = 1.96_f64;
    z + (z.powi(3) + z) / (4.0 * freedom) + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * freedom * freedom)
}

#[test]
fn growth_is_told_from_noise() {
    #[track_caller]
    fn check(a_hour: f64, noise: f64, hours: u32, verdict: &str) {
        let mut random = fastrand::Rng::with_seed(3);
        let sample = |n: u32| (f64::from(n), 100.0 + a_hour * f64::from(n) + noise * (random.f64() - 0.5));
        let trend = Trend::of(&(0..hours).map(sample).collect::<Vec<_>>()).expect("enough");
        assert_eq!(trend.verdict(), verdict, "{trend:?}");
        assert!((trend.slope - a_hour).abs() <= 2.0 * trend.margin + 1e-9, "{trend:?}");
    }
    check(0.0, 1.0, 72, "flat");
    check(0.0, 0.0, 72, "flat");
    check(-0.5, 2.0, 72, "flat");
    check(1.0, 10.0, 72, "**grows**");
    check(0.02, 1.0, 72, "flat");
    check(0.0, 50.0, 20, "no growth seen; too short to be sure");
    assert!(Trend::of(&[(0.0, 1.0); 3]).is_none());
}

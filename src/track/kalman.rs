//! Where a box is and how it moves: a Kalman filter with constant velocity for its centre, height
//! and shape.
//!
//! ByteTrack's filter of eight states never mixes these four (its matrices are diagonal in them), so
//! each is a filter of two states here: value and speed. Sizes of the noise go with the box's
//! height, which stands for how near the thing is.

use crate::base::Rect;

/// A value and its speed per second, with their covariance.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Axis {
    value: f32,
    speed: f32,
    var_value: f32,
    covariance: f32,
    var_speed: f32,
}

impl Axis {
    fn new(value: f32, value_std: f32, speed_std: f32) -> Self {
        Self { value, speed: 0.0, var_value: value_std * value_std, covariance: 0.0, var_speed: speed_std * speed_std }
    }

    /// Moves on by `dt` seconds; the speed may change by about `acceleration` per second.
    fn predict(&mut self, dt: f32, acceleration: f32) {
        self.value += self.speed * dt;
        let noise = acceleration * acceleration;
        self.var_value += 2.0 * dt * self.covariance + dt * dt * self.var_speed + noise * dt * dt * dt * dt / 4.0;
        self.covariance += dt * self.var_speed + noise * dt * dt * dt / 2.0;
        self.var_speed += noise * dt * dt;
    }

    fn correct(&mut self, measured: f32, std: f32) {
        let total = self.var_value + std * std;
        let (gain, speed_gain) = (self.var_value / total, self.covariance / total);
        let error = measured - self.value;
        self.value += gain * error;
        self.speed += speed_gain * error;
        self.var_speed -= speed_gain * self.covariance;
        self.covariance *= 1.0 - gain;
        self.var_value *= 1.0 - gain;
    }

    fn scale(&mut self, factor: f32) {
        self.value *= factor;
        self.speed *= factor;
        self.var_value *= factor * factor;
        self.covariance *= factor * factor;
        self.var_speed *= factor * factor;
    }
}

/// How briskly things of a kind move, in their own heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Motion {
    /// Typical speed when first seen, heights per second.
    pub speed: f32,
    /// Typical change of speed, heights per second per second.
    pub acceleration: f32,
}

/// Standard deviation of a measured centre or height, in heights (ByteTrack's).
const MEASURED_STD: f32 = 0.05;
/// Standard deviation of a measured width-to-height ratio, and how it drifts per second.
const SHAPE_STD: f32 = 0.1;
const SHAPE_DRIFT: f32 = 0.1;
/// Heights change more slowly than places.
const GROWTH_SHARE: f32 = 0.3;
/// No box is smaller than this, in pixels.
const LEAST_HEIGHT: f32 = 1.0;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct BoxFilter {
    x: Axis,
    y: Axis,
    height: Axis,
    /// Width over height.
    shape: Axis,
    motion: Motion,
}

impl BoxFilter {
    pub(super) fn new(bbox: &Rect, motion: Motion) -> Self {
        let (center, height) = (bbox.center(), bbox.h.max(LEAST_HEIGHT));
        let (std, speed) = (2.0 * MEASURED_STD * height, motion.speed * height);
        Self {
            x: Axis::new(center.x, std, speed),
            y: Axis::new(center.y, std, speed),
            height: Axis::new(height, std, GROWTH_SHARE * speed),
            shape: Axis::new(bbox.w / height, SHAPE_STD, SHAPE_DRIFT),
            motion,
        }
    }

    /// Where the box is after `dt` seconds without a look, within the frame.
    pub(super) fn predict(&mut self, dt: f32, frame: (f32, f32)) {
        let acceleration = self.motion.acceleration * self.height.value;
        self.x.predict(dt, acceleration);
        self.y.predict(dt, acceleration);
        self.height.predict(dt, GROWTH_SHARE * acceleration);
        self.shape.predict(dt, SHAPE_DRIFT);
        // What leaves the frame waits at its border, and what shrinks stays visible.
        for (axis, most) in [(&mut self.x, frame.0), (&mut self.y, frame.1)] {
            if axis.value < 0.0 || axis.value > most {
                axis.value = axis.value.clamp(0.0, most);
                axis.speed = 0.0;
            }
        }
        self.height.value = self.height.value.clamp(LEAST_HEIGHT, 2.0 * frame.1.max(LEAST_HEIGHT));
        self.shape.value = self.shape.value.clamp(0.05, 20.0);
    }

    /// What is out of sight neither grows nor shrinks: it may have been going behind an edge.
    pub(super) fn hold_size(&mut self) {
        self.height.speed = 0.0;
        self.shape.speed = 0.0;
    }

    pub(super) fn correct(&mut self, bbox: &Rect) {
        let (center, height) = (bbox.center(), bbox.h.max(LEAST_HEIGHT));
        let std = MEASURED_STD * height;
        self.x.correct(center.x, std);
        self.y.correct(center.y, std);
        self.height.correct(height, std);
        self.shape.correct(bbox.w / height, SHAPE_STD);
        self.height.value = self.height.value.max(LEAST_HEIGHT);
        self.shape.value = self.shape.value.clamp(0.05, 20.0);
    }

    /// Follows a change of the frame's size.
    pub(super) fn scale(&mut self, sx: f32, sy: f32) {
        self.x.scale(sx);
        self.y.scale(sy);
        self.height.scale(sy);
        self.shape.scale(sx / sy);
    }

    pub(super) fn bbox(&self) -> Rect {
        let (h, w) = (self.height.value, self.height.value * self.shape.value);
        Rect::new(self.x.value - w / 2.0, self.y.value - h / 2.0, w, h)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALK: Motion = Motion { speed: 1.0, acceleration: 1.0 };
    const FRAME: (f32, f32) = (1920.0, 1080.0);

    #[test]
    fn it_learns_a_constant_speed_at_uneven_steps() {
        let at = |t: f32| Rect::new(100.0 + 60.0 * t, 200.0 - 20.0 * t, 40.0, 100.0);
        let mut filter = BoxFilter::new(&at(0.0), WALK);
        let mut t = 0.0;
        for step in 0..20 {
            let dt = if step % 3 == 0 { 0.3 } else { 0.15 };
            t += dt;
            filter.predict(dt, FRAME);
            filter.correct(&at(t));
        }
        filter.predict(1.0, FRAME);
        let (found, truth) = (filter.bbox(), at(t + 1.0));
        assert!((found.x - truth.x).abs() < 2.0 && (found.y - truth.y).abs() < 2.0, "{found:?} {truth:?}");
        assert!((found.h - truth.h).abs() < 1.0 && (found.w - truth.w).abs() < 1.0, "{found:?} {truth:?}");
    }

    #[test]
    fn a_box_waits_at_the_border_and_never_vanishes() {
        let mut filter = BoxFilter::new(&Rect::new(0.0, 0.0, 0.0, 0.0), WALK);
        filter.x.speed = -1e6;
        filter.height.speed = -1e6;
        filter.predict(3.0, FRAME);
        assert!((filter.x.value, filter.x.speed, filter.height.value) == (0.0, 0.0, LEAST_HEIGHT));
        assert!(filter.bbox().is_finite());
    }

    #[test]
    fn it_follows_a_change_of_resolution() {
        let mut filter = BoxFilter::new(&Rect::new(100.0, 50.0, 20.0, 40.0), WALK);
        filter.scale(0.5, 0.25);
        assert_eq!(filter.bbox(), Rect::new(50.0, 12.5, 10.0, 10.0));
    }
}

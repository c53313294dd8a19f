//! The keypoints of one person: from a model's output to places in the frame (pure).

use super::runtime::Output;
use super::tensor::Placement;
use crate::base::{Point, Rect};

/// Side of the square that the pose model sees, in sizes of the person's box.
const CROP_SCALE: f32 = 1.2;

/// The keypoints of the COCO data set, in its order; left and right are the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    Nose,
    LeftEye,
    RightEye,
    LeftEar,
    RightEar,
    LeftShoulder,
    RightShoulder,
    LeftElbow,
    RightElbow,
    LeftWrist,
    RightWrist,
    LeftHip,
    RightHip,
    LeftKnee,
    RightKnee,
    LeftAnkle,
    RightAnkle,
}

impl Joint {
    pub const COUNT: usize = 17;
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keypoint {
    /// In pixels of the frame; may lie beyond its edge.
    pub at: Point,
    /// How sure the model is, 0 to 1.
    pub score: f32,
}

/// Where one person's joints are.
#[derive(Debug, Clone, PartialEq)]
pub struct Pose {
    /// In the order of [`Joint`].
    pub keypoints: [Keypoint; Joint::COUNT],
}

impl Pose {
    pub fn joint(&self, joint: Joint) -> Keypoint {
        self.keypoints[joint as usize]
    }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PoseError {
    #[error("its output has the shape {0:?}, but a pose model gives [1, 1, 17, 3]")]
    Shape(Vec<Vec<i64>>),
    #[error("a keypoint is not a place with a score within 0 to 1: {0:?}")]
    Keypoint([f32; 3]),
}

/// The square of the frame that shows a person to the model, with some room around it.
pub fn region(person: Rect) -> Rect {
    super::crop::square(person.center(), CROP_SCALE * person.w.max(person.h))
}

/// Reads `[1, 1, 17, 3]`: y, x and score of each joint, places in 0..1 of an input of `side` pixels.
///
/// # Errors
/// The output has another shape, or a value that cannot be.
pub fn decode(outputs: &[Output<'_>], placement: &Placement, side: u32) -> Result<Pose, PoseError> {
    let wrong = || PoseError::Shape(outputs.iter().map(|output| output.shape.to_vec()).collect());
    let [output] = outputs else { return Err(wrong()) };
    let (rows, rest) = output.data.as_chunks::<3>();
    let rows: &[[f32; 3]; Joint::COUNT] = rows.try_into().map_err(|_| wrong())?;
    if output.shape != [1, 1, 17, 3] || !rest.is_empty() {
        return Err(wrong());
    }
    let mut keypoints = [Keypoint { at: Point { x: 0.0, y: 0.0 }, score: 0.0 }; Joint::COUNT];
    for (keypoint, &[y, x, score]) in keypoints.iter_mut().zip(rows) {
        if !(x.is_finite() && y.is_finite() && (0.0..=1.0).contains(&score)) {
            return Err(PoseError::Keypoint([y, x, score]));
        }
        let at = Point { x: x * side as f32, y: y * side as f32 };
        *keypoint = Keypoint { at: placement.point_to_frame(at), score };
    }
    Ok(Pose { keypoints })
}

#[cfg(test)]
#[path = "pose_tests.rs"]
mod tests;

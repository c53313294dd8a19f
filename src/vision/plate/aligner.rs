//! Where a plate's corners really are: shown the plate straightened by corners that are off, a model says how far.

use super::homography::Homography;
use super::strip::Strip;
use crate::base::{Point, Rect};
use crate::vision::detector::DetectError;
use crate::vision::error::ModelError;
use crate::vision::manifest::Manifest;
use crate::vision::model::{Input, Model};
use crate::vision::runtime::{Memory, Output, Session};
use crate::vision::tensor::Colors;

/// How much is seen around the plate on each side, in its widths and heights; what the model learned with.
const ROOM: (f32, f32) = (0.3, 0.6);
/// Looks, each straightened by what the one before has found.
const LOOKS: u32 = 2;
/// Corners in the unit square, as [`Homography::onto`] has them.
const UNIT: [(f32, f32); 4] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];

pub(super) struct Aligner {
    model: String,
    input: Input,
    session: Session,
    values: Vec<f32>,
}

impl Aligner {
    /// # Errors
    /// The model is missing, altered or unusable.
    pub(super) fn load(manifest: &Manifest, model: &Model) -> Result<Self, ModelError> {
        let session = Session::load(manifest, model, &manifest.read_model(model)?, Memory::GivenBack)?;
        Ok(Self { model: model.name.clone(), input: model.input.clone(), session, values: Vec::new() })
    }

    /// Better corners than these, as far as they are a plate's, and how often the model was run.
    ///
    /// # Errors
    /// The model fails.
    pub(super) fn aligned(
        &mut self,
        colors: &Colors<'_>,
        mut corners: [Point; 4],
    ) -> Result<([Point; 4], u32), DetectError> {
        for looks in 0..LOOKS {
            let Some(plate) = Homography::onto(&corners) else { return Ok((corners, looks)) };
            let Some(better) = moved(&plate, self.look(colors, &plate)?) else { return Ok((corners, looks + 1)) };
            corners = better;
        }
        Ok((corners, LOOKS))
    }

    /// How far the true corners lie from those of the unit square.
    fn look(&mut self, colors: &Colors<'_>, plate: &Homography) -> Result<[(f32, f32); 4], DetectError> {
        let size = (self.input.width as usize, self.input.height as usize);
        let part = Rect::from_corners(-ROOM.0, -ROOM.1, 1.0 + ROOM.0, 1.0 + ROOM.1);
        Strip::of(colors, plate, part, size).stretched().fill(&mut self.values, &self.input);
        let told = self.session.run(&self.values, shifts).and_then(|told| told);
        told.map_err(|problem| DetectError::Inference { model: self.model.clone(), problem })
    }
}

/// # Errors
/// The output is no aligner's.
fn shifts(outputs: &[Output<'_>]) -> Result<[(f32, f32); 4], String> {
    let &[Output { shape: &[1, 8], data: &[a, b, c, d, e, f, g, h] }] = outputs else {
        let shapes: Vec<_> = outputs.iter().map(|output| output.shape).collect();
        return Err(format!("its output has the shape {shapes:?}, but an aligner gives [1, 8]"));
    };
    Ok([(a, b), (c, d), (e, f), (g, h)])
}

/// The corners where they are said to be; `None` where those are no plate's.
fn moved(plate: &Homography, shifts: [(f32, f32); 4]) -> Option<[Point; 4]> {
    let mut corners = [Point { x: 0.0, y: 0.0 }; 4];
    for ((corner, (u, v)), (right, down)) in corners.iter_mut().zip(UNIT).zip(shifts) {
        *corner = plate.project(u + right, v + down);
    }
    Homography::onto(&corners).map(|_| corners)
}

#[cfg(test)]
#[path = "aligner_tests.rs"]
mod tests;

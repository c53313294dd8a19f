//! A text as a QR code, drawn as one path: whatever shows it asks nobody.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;
use utoipa::ToSchema;

/// What a reader of codes wants around one.
const MARGIN: usize = 4;

/// A QR code as an SVG path, dark on light.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct QrPath {
    /// Side of the view box, with the margin that readers want.
    pub size: usize,
    /// The dark squares: the `d` of a path.
    pub path: String,
}

/// `None` where the text is too long for any code.
pub(super) fn qr_path(text: &str) -> Option<QrPath> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                // Writing into a string never fails.
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + MARGIN, y + MARGIN, run.len(), run.len());
            }
            x += run.len();
        }
    }
    Some(QrPath { size: width + 2 * MARGIN, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_has_the_squares_of_the_code() {
        let text = "otpauth://totp/canhdem:lan?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=canhdem";
        let drawn = qr_path(text).expect("short enough");
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("short enough");
        let mut dark = vec![Color::Light; code.width() * code.width()];
        for square in drawn.path.split('M').skip(1) {
            let (at, rest) = square.split_once('h').expect("a run");
            let (x, y) = at.split_once(' ').expect("a place");
            let length: usize = rest.split_once('v').expect("a run").0.parse().expect("a length");
            let place = |text: &str| text.parse::<usize>().expect("a place") - MARGIN;
            let start = place(y) * code.width() + place(x);
            dark[start..start + length].fill(Color::Dark);
        }
        assert_eq!(dark, code.to_colors());
        assert_eq!(drawn.size, code.width() + 8);
        assert_eq!(qr_path(&"x".repeat(5_000)), None);
    }
}

use serde::{Deserialize, Serialize};

use crate::base::Rect;

/// What the detector tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    Person,
    Bicycle,
    Car,
    Motorcycle,
    Bus,
    Truck,
}

impl Class {
    pub const ALL: [Self; 6] = [Self::Person, Self::Bicycle, Self::Car, Self::Motorcycle, Self::Bus, Self::Truck];

    pub fn is_vehicle(self) -> bool {
        matches!(self, Self::Car | Self::Motorcycle | Self::Bus | Self::Truck)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Bicycle => "bicycle",
            Self::Car => "car",
            Self::Motorcycle => "motorcycle",
            Self::Bus => "bus",
            Self::Truck => "truck",
        }
    }
}

/// A box, class and score in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    pub class: Class,
    /// 0 to 1.
    pub score: f32,
    /// In pixels of the frame.
    pub bbox: Rect,
}

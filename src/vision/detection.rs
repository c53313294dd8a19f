use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::Rect;

/// What the detector tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
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

    pub fn group(self) -> Group {
        match self {
            Self::Person => Group::Person,
            Self::Bicycle | Self::Motorcycle => Group::TwoWheeler,
            Self::Car | Self::Bus | Self::Truck => Group::FourWheeler,
        }
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

/// Classes that a model takes for one another: boxes and tracks of one group compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    Person,
    TwoWheeler,
    FourWheeler,
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

impl Detection {
    /// Highest score first; equal scores by class and place, so that the order of arrival never matters.
    pub fn best_first(&self, other: &Self) -> Ordering {
        let place = |d: &Self| [d.bbox.x, d.bbox.y, d.bbox.w, d.bbox.h];
        let by_place = || {
            let pairs = place(self).into_iter().zip(place(other));
            pairs.map(|(a, b)| a.total_cmp(&b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        other.score.total_cmp(&self.score).then_with(|| self.class.cmp(&other.class)).then_with(by_place)
    }
}

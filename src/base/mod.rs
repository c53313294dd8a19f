//! What every other module may use and what knows none of them.

pub mod chain;
pub mod clock;
pub mod cpu;
pub mod geometry;
pub mod ids;
pub mod metrics;
pub mod pulse;
pub mod secret;
pub mod shutdown;
pub mod worker;

pub use clock::{Clock, SharedClock, SimClock, SystemClock};
pub use geometry::{Point, Polygon, Rect};
pub use ids::IdSource;
pub use jiff::Timestamp;
pub use metrics::{CameraMetrics, Metrics};
pub use pulse::{Pulse, Pulses};
pub use shutdown::{Shutdown, ShutdownHandle};

//! When something may change. Between two of these edges everything holds that held at the first.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::Schedule;
use super::why::times_of_day;
use crate::rules::orders::Order;

const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);
/// Local days that one on the other side of the earth, or a jump of the zone, may be off.
const DAYS_OFF: i64 = 2;

impl Schedule {
    /// How far the beginning and the end of a state are looked for.
    pub const HORIZON: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);

    pub(super) fn edges_around(&self, at: Timestamp, orders: &[Order]) -> Vec<Timestamp> {
        let from = at.saturating_sub(Self::HORIZON).unwrap_or(Timestamp::MIN);
        let to = at.saturating_add(Self::HORIZON).unwrap_or(Timestamp::MAX);
        self.edges(from, to, orders)
    }

    /// In order, both ends included.
    pub(super) fn edges(&self, from: Timestamp, to: Timestamp, orders: &[Order]) -> Vec<Timestamp> {
        let mut edges = Vec::new();
        let mut add = |local: DateTime| {
            // A time that the clock shows twice is an edge both times. One that it leaves out lies at
            // the jump, which is an edge itself.
            let ambiguous = self.timezone.to_ambiguous_timestamp(local);
            edges.extend([ambiguous.earlier(), ambiguous.later()].into_iter().flatten());
        };
        let first: Date = self.timezone.to_datetime(from).date();
        let days = (to.duration_since(from).as_hours() / 24).max(0) + 2 * DAYS_OFF;
        let times = times_of_day(self);
        for number in -DAYS_OFF..=days {
            let Ok(day) = first.checked_add(number.days()) else { continue };
            for time in &times {
                add(day.to_datetime(*time));
            }
        }
        self.calendar.closures().iter().flat_map(|closure| [closure.from, closure.to]).for_each(add);
        edges.extend(orders.iter().flat_map(|order| [order.from, order.ends_at()]));
        // Those of a zone without an end are left out after `to`.
        let jumps = self.timezone.following(from).map(|jump| jump.timestamp());
        edges.extend(jumps.take_while(|at| *at <= to));
        edges.retain(|edge| (from..=to).contains(edge));
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

/// From when until when something holds that holds at `at`; `None` where `edges` do not reach there.
pub(super) fn around(
    edges: &[Timestamp],
    at: Timestamp,
    holds: impl Fn(Timestamp) -> bool,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let split = edges.partition_point(|edge| *edge <= at);
    let before = |edge: &&Timestamp| edge.checked_sub(NANOSECOND).is_ok_and(|before| !holds(before));
    let from = edges[..split].iter().rev().find(before).copied();
    let until = edges[split..].iter().find(|edge| !holds(**edge)).copied();
    (from, until)
}

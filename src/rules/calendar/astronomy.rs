//! When the moon is new and where the sun stands, after Meeus, *Astronomical Algorithms*, 2nd ed.,
//! chapters 25 and 49. Over 1976 to 2100 a new moon is right within a minute, the sun within a
//! hundredth of a degree, which it passes in a quarter of an hour.
//!
//! Days are Julian days and fractions of them in universal time, unless they are said to be
//! dynamical: the even time of the planets, from which the turning earth falls behind.

/// Julian day of 2000-01-01 12:00.
const J2000: f64 = 2_451_545.0;
const DAYS_A_CENTURY: f64 = 36_525.0;
const SECONDS_A_DAY: f64 = 86_400.0;
/// From one new moon to the next, on average.
const SYNODIC_MONTH_DAYS: f64 = 29.530_588_861;
/// The new moon counted 0: 2000-01-06.
const FIRST_NEW_MOON: f64 = 2_451_550.097_66;

/// One periodic term: its size in days, the power of the eccentricity of the earth's path, and how
/// often it takes the anomaly of the sun, of the moon, and the moon's argument of latitude.
type Term = (f64, i32, f64, f64, f64);

#[rustfmt::skip]
const TERMS: [Term; 24] = [
    (-0.407_20, 0, 0.0, 1.0, 0.0), (0.172_41, 1, 1.0, 0.0, 0.0), (0.016_08, 0, 0.0, 2.0, 0.0),
    (0.010_39, 0, 0.0, 0.0, 2.0), (0.007_39, 1, -1.0, 1.0, 0.0), (-0.005_14, 1, 1.0, 1.0, 0.0),
    (0.002_08, 2, 2.0, 0.0, 0.0), (-0.001_11, 0, 0.0, 1.0, -2.0), (-0.000_57, 0, 0.0, 1.0, 2.0),
    (0.000_56, 1, 1.0, 2.0, 0.0), (-0.000_42, 0, 0.0, 3.0, 0.0), (0.000_42, 1, 1.0, 0.0, 2.0),
    (0.000_38, 1, 1.0, 0.0, -2.0), (-0.000_24, 1, -1.0, 2.0, 0.0), (-0.000_07, 0, 2.0, 1.0, 0.0),
    (0.000_04, 0, 0.0, 2.0, -2.0), (0.000_04, 0, 3.0, 0.0, 0.0), (0.000_03, 0, 1.0, 1.0, -2.0),
    (0.000_03, 0, 0.0, 2.0, 2.0), (-0.000_03, 0, 1.0, 1.0, 2.0), (0.000_03, 0, -1.0, 1.0, 2.0),
    (-0.000_02, 0, -1.0, 1.0, -2.0), (-0.000_02, 0, 1.0, 3.0, 0.0), (0.000_02, 0, 0.0, 4.0, 0.0),
];

/// What the planets add: size in days, phase in degrees, and degrees a month.
#[rustfmt::skip]
const PLANETS: [(f64, f64, f64); 14] = [
    (0.000_325, 299.77, 0.107_408), (0.000_165, 251.88, 0.016_321), (0.000_164, 251.83, 26.651_886),
    (0.000_126, 349.42, 36.412_478), (0.000_110, 84.66, 18.206_239), (0.000_062, 141.74, 53.303_771),
    (0.000_060, 207.14, 2.453_732), (0.000_056, 154.84, 7.306_860), (0.000_047, 34.52, 27.261_239),
    (0.000_042, 207.19, 0.121_824), (0.000_040, 291.34, 1.844_379), (0.000_037, 161.72, 24.198_154),
    (0.000_035, 239.56, 25.513_099), (0.000_023, 331.55, 3.592_518),
];

/// The moment of a new moon, counted from that of 2000-01-06.
pub(super) fn new_moon(number: i32) -> f64 {
    let k = f64::from(number);
    let t = SYNODIC_MONTH_DAYS * k / DAYS_A_CENTURY;
    let mean = FIRST_NEW_MOON + SYNODIC_MONTH_DAYS * k + t * t * (0.000_154_37 - t * 0.000_000_150);
    let eccentricity = 1.0 - t * (0.002_516 + t * 0.000_007_4);
    let sun = 2.5534 + 29.105_356_70 * k - t * t * 0.000_001_4;
    let moon = 201.5643 + 385.816_935_28 * k + t * t * (0.010_758_2 + t * 0.000_012_38);
    let latitude = 160.7108 + 390.670_502_84 * k - t * t * (0.001_611_8 + t * 0.000_002_27);
    let node = 124.7746 - 1.563_755_88 * k + t * t * 0.002_067_2;
    let periodic: f64 = TERMS
        .iter()
        .map(|&(size, power, s, m, f)| size * eccentricity.powi(power) * sin(s * sun + m * moon + f * latitude))
        .sum();
    let planets: f64 = PLANETS.iter().map(|&(size, phase, rate)| size * sin(phase + rate * k)).sum();
    universal(mean + periodic - 0.000_17 * sin(node) + planets)
}

/// Which new moon is nearest to a day, within one.
pub(super) fn new_moon_about(day: f64) -> i32 {
    ((day - FIRST_NEW_MOON) / SYNODIC_MONTH_DAYS).round() as i32
}

/// The sun's apparent longitude in degrees, 0 to 360.
pub(super) fn solar_longitude(day: f64) -> f64 {
    let t = (day + clock_behind_seconds(year(day)) / SECONDS_A_DAY - J2000) / DAYS_A_CENTURY;
    let mean = 280.466_46 + t * (36_000.769_83 + t * 0.000_303_2);
    let anomaly = 357.529_11 + t * (35_999.050_29 - t * 0.000_153_7);
    let center = (1.914_602 - t * (0.004_817 + t * 0.000_014)) * sin(anomaly)
        + (0.019_993 - t * 0.000_101) * sin(2.0 * anomaly)
        + 0.000_289 * sin(3.0 * anomaly);
    let node = 125.04 - 1934.136 * t;
    (mean + center - 0.005_69 - 0.004_78 * sin(node)).rem_euclid(360.0)
}

fn universal(dynamical: f64) -> f64 {
    dynamical - clock_behind_seconds(year(dynamical)) / SECONDS_A_DAY
}

/// How far the turning earth is behind dynamical time: measured until 2020, then as Espenak and
/// Meeus expect (<https://eclipse.gsfc.nasa.gov/SEcat5/deltatpoly.html>).
fn clock_behind_seconds(year: f64) -> f64 {
    let t = year - 2000.0;
    if year < 1986.0 {
        45.45 + 1.067 * (year - 1975.0)
    } else if year < 2005.0 {
        63.86 + t * (0.3345 + t * (-0.060_374 + t * (0.001_727_5 + t * (0.000_651_814 + t * 0.000_023_735_99))))
    } else if year < 2050.0 {
        62.92 + t * (0.322_17 + t * 0.005_589)
    } else {
        -20.0 + 32.0 * ((year - 1820.0) / 100.0).powi(2) - 0.5628 * (2150.0 - year)
    }
}

fn year(day: f64) -> f64 {
    2000.0 + (day - J2000) / 365.25
}

fn sin(degrees: f64) -> f64 {
    degrees.rem_euclid(360.0).to_radians().sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes by which a new moon differs from what the almanacs say, in universal time.
    #[track_caller]
    fn check_new_moon(day: f64, hour: f64, minute: f64) {
        let told = day + hour / 24.0 + minute / 1440.0;
        let found = new_moon(new_moon_about(told));
        let off = (found - told) * 1440.0;
        assert!(off.abs() < 1.5, "{off} minutes");
    }

    #[test]
    fn new_moons_of_the_almanacs() {
        // Julian days of 00:00: 2026-02-17, 2024-04-08 (a solar eclipse), 1985-01-21, 2053-02-18.
        check_new_moon(2_461_088.5, 12.0, 1.0);
        check_new_moon(2_460_408.5, 18.0, 21.0);
        check_new_moon(2_446_086.5, 2.0, 28.0);
        check_new_moon(2_470_951.5, 16.0, 31.0);
    }

    #[test]
    fn the_sun_at_equinoxes_and_solstices() {
        // 2026-03-20 14:46, 2026-06-21 08:25, 2026-12-21 20:50, 1984-12-21 16:23.
        for (day, minutes, degrees) in [
            (2_461_119.5, 14.0 * 60.0 + 46.0, 0.0),
            (2_461_212.5, 8.0 * 60.0 + 25.0, 90.0),
            (2_461_395.5, 20.0 * 60.0 + 50.0, 270.0),
            (2_446_055.5, 16.0 * 60.0 + 23.0, 270.0),
        ] {
            let longitude = solar_longitude(day + minutes / 1440.0);
            let off = (longitude - degrees + 180.0).rem_euclid(360.0) - 180.0;
            assert!(off.abs() < 0.011, "{longitude} instead of {degrees}");
        }
    }
}

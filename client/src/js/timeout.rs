//! Timers: how long a browser waits.

use std::time::Duration;

use super::value::Value;

/// The duration for which `setTimeout(f, delay)` waits in a browser.
///
/// The delay becomes a number and then a 32-bit integer: fractions are cut, what is negative or not a number is 0, and
/// what is too large wraps around, so that a delay of 25 days and more can be over at once.
#[must_use]
pub fn timeout(delay: &Value) -> Duration {
    const RANGE: f64 = 4_294_967_296.0;
    let millis = delay.to_number();
    if (0.0..RANGE / 2.0).contains(&millis) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 2^31")]
        return Duration::from_millis(millis as u64);
    }
    if !millis.is_finite() {
        return Duration::ZERO;
    }
    let wrapped = millis.trunc().rem_euclid(RANGE);
    if wrapped >= RANGE / 2.0 {
        return Duration::ZERO;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 0 to 2^31")]
    Duration::from_millis(wrapped as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_those_of_a_browser() {
        let millis = |delay: &Value| timeout(delay).as_millis();
        for (delay, expected) in [
            (30_500.0, 30_500),
            (112_500.9, 112_500),
            (f64::NAN, 0),
            (f64::INFINITY, 0),
            (-240_000.0, 0),
            (-4_294_967_295.0, 1),
            (2_147_483_647.0, 2_147_483_647),
            (2_147_483_648.0, 0),
            (4_294_967_296.0 + 7_000.0, 7_000),
        ] {
            assert_eq!(millis(&delay.into()), expected, "{delay}");
        }
        for (delay, expected) in [(r#"" 310\n""#, 310), (r#"["7"]"#, 7), ("true", 1), ("null", 0), ("{}", 0)] {
            assert_eq!(millis(&Value::parse(delay).unwrap()), expected, "{delay}");
        }
    }
}

//! Durations as people write them.

use std::time::Duration;

/// The longest duration that an argument may name: ten years.
pub const LONGEST_DURATION: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// Reads `1h 30m`, `1h30m`, `250ms`: numbers with units, each unit once, the longer ones first. `None` for all else, and for
/// more milliseconds than 64 bits can count.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut millis = 0_u64;
    let mut last_unit = u64::MAX;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        if unit >= last_unit {
            return None;
        }
        last_unit = unit;
        millis = millis.checked_add(number.checked_mul(unit)?)?;
        rest = rest[letters..].trim_start();
    }
    Some(Duration::from_millis(millis))
}

//! Durations as scripts write them: `"250ms"`, `"1m 30s"`, or milliseconds as an integer.

use std::time::Duration;

pub(crate) use kandy_mock_server::command::{LONGEST_DURATION as LONGEST, parse_duration as parse};
use rhai::Dynamic;

use super::failure::Failure;
use super::show::show_short;
use crate::diagnostic::Cause;

/// Reads a duration.
pub(super) fn duration(value: &Dynamic) -> Result<Duration, Failure> {
    let read = match value.as_int() {
        Ok(millis) => u64::try_from(millis).ok().map(Duration::from_millis),
        Err(_) => value.read_lock::<rhai::ImmutableString>().and_then(|text| parse(&text)),
    };
    read.filter(|duration| *duration <= LONGEST).ok_or_else(|| {
        Failure::new(Cause::Argument, format!("{} is not a duration", show_short(value))).with_help(
            "write \"250ms\", \"30s\", \"5m\", \"1h\", \"1m 30s\", or milliseconds as an integer; ten years at most",
        )
    })
}

/// A duration as messages show it: `250 ms`, `1.5 s`, `60 s`.
pub(crate) fn shown(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{} ms", duration.as_millis());
    }
    let millis = duration.subsec_millis();
    if millis == 0 {
        return format!("{} s", duration.as_secs());
    }
    format!("{}.{} s", duration.as_secs(), format!("{millis:03}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    /// The same texts in every run, unless `PROPTEST_CASES` says how many others to take.
    fn config() -> Config {
        if std::env::var_os("PROPTEST_CASES").is_some() {
            return Config::default();
        }
        Config { rng_seed: RngSeed::Fixed(0), ..Config::default() }
    }

    proptest! {
        #![proptest_config(config())]

        /// In every unit that the duration has, and without the space that messages put before it.
        #[test]
        fn a_duration_is_read_as_it_is_written(millis in 0..=LONGEST.as_millis() as u64, space in " {0,2}") {
            let expected = Duration::from_millis(millis);
            let (mut rest, mut parts) = (millis, Vec::new());
            for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
                parts.push(format!("{}{unit}", rest / length));
                rest %= length;
            }
            prop_assert_eq!(duration(&parts.join(&space).into()).ok(), Some(expected));
            prop_assert_eq!(duration(&format!("{millis}ms").into()).ok(), Some(expected));
            let seconds = Duration::from_secs(millis / 1_000);
            for whole in [seconds, Duration::from_millis(millis % 1_000)] {
                prop_assert_eq!(duration(&shown(whole).replace(' ', "").into()).ok(), Some(whole));
            }
        }

        #[test]
        fn any_text_is_borne(text in prop_oneof!["[0-9]{0,20}(ms|s|m|h|d| |é|-|\\.){0,4}([0-9]{0,3}(ms|s|m))?", any::<String>()]) {
            let read = duration(&text.as_str().into());
            prop_assert!(read.is_err() || text.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn numbers_with_units_are_read() {
        for (text, millis) in [
            ("250ms", 250),
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("1m 30s", 90_000),
            ("1h30m", 5_400_000),
            ("2d 1ms", 172_800_001),
            (" 0s ", 0),
        ] {
            assert_eq!(duration(&text.into()).ok(), Some(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(duration(&Dynamic::from_int(1500)).ok(), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "30", "s", "30 s", "30x", "-5s", "1.5s", "1s 1s", "1s 1m", "99999999999d", "18446744073709551616s"]
        {
            assert!(duration(&text.into()).is_err(), "{text}");
        }
        assert_eq!(parse("18446744073709551615ms"), Some(Duration::from_millis(u64::MAX)));
        assert_eq!(parse("213503982334d 15h"), None, "its parts alone can be counted");
        assert!(duration(&Dynamic::from_int(-1)).is_err());
        assert!(duration(&Dynamic::from_float(1.5)).is_err());
        assert!(duration(&Dynamic::UNIT).is_err());
    }

    #[test]
    fn durations_are_shown_short() {
        for (millis, text) in [(0, "0 ms"), (250, "250 ms"), (1_500, "1.5 s"), (60_000, "60 s"), (1_001, "1.001 s")] {
            assert_eq!(shown(Duration::from_millis(millis)), text);
        }
    }
}

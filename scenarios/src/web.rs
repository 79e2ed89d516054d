//! What the pages of the command share, whether `serve` sends them or a report is one: colors, lanes and their marks, and
//! how texts become elements. The pages are modules as browsers load them, without a build step.

mod bundle;
pub(crate) mod escape;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

pub(crate) use self::bundle::{Module, bundle};

/// Colors, and what looks the same on all pages.
pub(crate) const BASE_CSS: &str = include_str!("web/base.css");
/// Making elements of texts; words for times and numbers.
pub(crate) const ELEMENT_JS: &str = include_str!("web/element.js");
/// The marks of the lanes in a text.
pub(crate) const MARKS_CSS: &str = include_str!("web/marks.css");
/// What happened as marks in lanes of a chart.
pub(crate) const MARKS_JS: &str = include_str!("web/marks.js");
/// Texts without what would turn or hide them.
pub(crate) const PRINTABLE_JS: &str = include_str!("web/printable.js");
/// The icon.
pub(crate) const ICON_SVG: &str = include_str!("web/icon.svg");

#[cfg(test)]
pub(crate) use self::bundle::mistakes;

/// How a policy names a text that stands in a page.
pub(crate) fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

/// The icon, as an address that needs nothing beside it.
pub(crate) fn icon_address() -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(ICON_SVG))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::is_unprintable;

    /// The characters in the class of the expression in printable.js, as its pairs of first and last.
    fn escaped_in_pages() -> Vec<(char, char)> {
        let class = PRINTABLE_JS.split_once("UNPRINTABLE = /[").unwrap().1.split_once("]/gu").unwrap().0;
        let mut codes = class.split("\\u").skip(1);
        let mut pairs = Vec::new();
        let code = |text: &str| {
            let digits = text.trim_end_matches('-').trim_matches(['{', '}']);
            char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap()
        };
        while let Some(text) = codes.next() {
            let last = if text.ends_with('-') { codes.next().unwrap() } else { text };
            pairs.push((code(text), code(last)));
        }
        pairs
    }

    #[test]
    fn pages_and_terminals_escape_the_same() {
        let pairs = escaped_in_pages();
        for character in '\0'..=char::MAX {
            let is_escaped = pairs.iter().any(|(first, last)| (*first..=*last).contains(&character));
            assert_eq!(is_escaped, is_unprintable(character), "{character:?}");
        }
    }
}

//! A wrong name, and the one that was probably meant.

use std::fmt::Display;

/// The one of `known` that takes the fewest edits to reach, case aside, of about a third of it; or that begins as
/// `name` does, as far as the shorter of the two goes.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    /// A common beginning shorter than this says nothing.
    const BEGINNING: usize = 4;
    // What it costs to compare is the product of both lengths.
    if name.len() > LONGEST_COMPARED {
        return None;
    }
    let lower = name.to_lowercase();
    let is_near = |edits: usize, known: &str| {
        let lower_known = known.to_lowercase();
        let begins_alike = lower.starts_with(&lower_known) || lower_known.starts_with(&lower);
        let tolerance = (known.chars().count() / 3).max(1);
        (edits <= tolerance && 2 * edits <= lower.chars().count())
            || (begins_alike && lower.len().min(known.len()) >= BEGINNING)
    };
    known
        .into_iter()
        .filter(|known| known.len() <= LONGEST_COMPARED)
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known))
        .filter(|(edits, known)| *known != name && is_near(*edits, known))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known.to_owned())
}

/// The longest name that is compared, in bytes.
const LONGEST_COMPARED: usize = 256;

/// The help for a wrong name, of which [`nearest`] knows what was probably meant.
pub(crate) fn did_you_mean(name: impl Display) -> String {
    format!("did you mean `{name}`?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_by_its_edits_or_by_its_beginning() {
        let known = ["connect", "disconnect", "waitFor", "tokenLifetime"];
        for (name, expected) in [
            ("conect", Some("connect")),
            ("waitfor", Some("waitFor")),
            ("disc", Some("disconnect")),
            ("tokenLifetimeInSeconds", Some("tokenLifetime")),
            ("dis", None),
            ("frobnicate", None),
        ] {
            assert_eq!(nearest(name, known).as_deref(), expected, "{name}");
        }
        assert_eq!(nearest("connect", ["connect"]), None, "it is known");
        let longest = "x".repeat(LONGEST_COMPARED);
        assert!(nearest(&longest[1..], [longest.as_str()]).is_some());
        assert_eq!(nearest(&format!("{longest}x"), [longest.as_str()]), None);
        assert_eq!(did_you_mean("connect"), "did you mean `connect`?");
    }
}

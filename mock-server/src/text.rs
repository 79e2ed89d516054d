//! Texts of messages: how much of a name is quoted, and how a wrong name finds the right one.

/// The one of `known` that `name` was probably meant to be, if any is near enough.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Distances cost the product of both lengths, and names that differ much in length are not near.
    if name.len() > LONGEST_COMPARED {
        return None;
    }
    let tolerance = (name.chars().count() / 3).max(2);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST_COMPARED)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// The longest name that is compared, in bytes.
const LONGEST_COMPARED: usize = 128;

/// A name as messages quote it: not much more of it than anybody reads.
pub(crate) fn quoted(name: &str) -> String {
    let beginning = cut(name);
    let more = if beginning.len() < name.len() { " (cut)" } else { "" };
    format!("{beginning:?}{more}")
}

/// The beginning of a text that may be quoted.
pub(crate) fn cut(text: &str) -> &str {
    text.char_indices().nth(QUOTED_CHARS).map_or(text, |(end, _)| &text[..end])
}

/// How many characters of a name are quoted.
const QUOTED_CHARS: usize = 128;

/// The tail of a message about a wrong name.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean `{}`?)", name.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let known = ["status", "statusText", "json"];
        assert_eq!(nearest("statsu", known).as_deref(), Some("status"));
        assert_eq!(nearest("statustext", known).as_deref(), Some("statusText"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("reconnect", ["reconXYZt"]).as_deref(), Some("reconXYZt"), "a third may differ");
        assert_eq!(nearest("reconnect", ["recoWXYZt"]), None);
        assert_eq!(nearest("xy", ["ab"]), None, "nothing of the name is left");
        let longest = "x".repeat(LONGEST_COMPARED);
        assert_eq!(nearest(&longest, [longest.as_str()]), Some(longest.clone()));
        assert_eq!(nearest(&"x".repeat(LONGEST_COMPARED + 1), ["x".repeat(LONGEST_COMPARED).as_str()]), None);
        assert_eq!(nearest(&"x".repeat(LONGEST_COMPARED), ["x".repeat(LONGEST_COMPARED + 1).as_str()]), None);
    }
}

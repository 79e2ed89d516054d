//! What to say about a filter that meets nothing, and about a text that is not a filter.

use std::collections::BTreeSet;

use regex_syntax::Parser;

use super::{Filter, FilterError, FilterForm, TAG};
use crate::scenario::{FindError, Scenario};
use crate::text::nearest;

/// Why `pattern` is not a regular expression that can be used.
pub(super) fn pattern_error(pattern: &str) -> FilterError {
    let (why, start) = match Parser::new().parse(pattern) {
        Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), error.span().start.column),
        Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), error.span().start.column),
        // What can be read is refused for its size alone.
        Ok(_) | Err(_) => return FilterError::TooLarge(pattern.to_owned()),
    };
    FilterError::Pattern { pattern: pattern.to_owned(), why, column: start }
}

/// A filter that meets none of `scenarios`, and what was probably meant.
pub(super) fn nothing_matches(filter: &Filter, scenarios: &[Scenario]) -> FindError {
    let headers = scenarios.iter().filter_map(Scenario::header);
    let tags: BTreeSet<&str> = headers.flat_map(|header| header.tags.iter().map(String::as_str)).collect();
    let nearest = match &filter.form {
        FilterForm::Name(part) => nearest_name(part, scenarios, &tags),
        FilterForm::Tag(tag) => nearest_tag(tag, scenarios, &tags),
        FilterForm::Pattern(_) => None,
    };
    let tags = matches!(filter.form, FilterForm::Tag(_)).then(|| tags.into_iter().map(str::to_owned).collect());
    FindError::NothingMatches { filter: filter.to_string(), count: scenarios.len(), nearest, tags }
}

/// A tag of this name, or what has almost this name: a scenario, a row, a folder.
fn nearest_name(part: &str, scenarios: &[Scenario], tags: &BTreeSet<&str>) -> Option<String> {
    let of_tag = |tag: &str| format!("{TAG}{tag}");
    if tags.contains(part) {
        return Some(of_tag(part));
    }
    let names = scenarios.iter().map(|scenario| scenario.name.as_str());
    let parts = names.clone().flat_map(|name| name.split('/'));
    let rows = scenarios.iter().flat_map(Scenario::rows).map(String::as_str);
    nearest(part, names.chain(parts).chain(rows))
        .or_else(|| nearest(part, tags.iter().copied()).map(|tag| of_tag(&tag)))
}

/// Almost the same tag, or a text that names have in them.
fn nearest_tag(tag: &str, scenarios: &[Scenario], tags: &BTreeSet<&str>) -> Option<String> {
    let near = nearest(tag, tags.iter().copied()).map(|tag| format!("{TAG}{tag}"));
    let is_name = || scenarios.iter().any(|scenario| scenario.cases().any(|case| case.contains(tag)));
    near.or_else(|| is_name().then(|| tag.to_owned()))
}

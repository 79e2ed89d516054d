//! What a command is about: scenarios by their paths, as the settings of their project want them.

use super::Environment;
use super::arguments::{Filtering, Selection};
use super::error::CliError;
use crate::scenario::{Filters, FindError, Found, MAX_FILTERS, Project, find, project};
use crate::settings::{self, Settings};

/// What a command is about, and how.
pub(super) struct Selected {
    pub(super) found: Found,
    /// The settings that hold.
    pub(super) settings: Settings,
    /// Whether some of what there is may be left out.
    pub(super) is_filtered: bool,
    /// The project that it belongs to, if it belongs to one.
    pub(super) project: Option<Project>,
}

/// Finds the scenarios, and gives the settings that hold for them: those that are `given`, then those of the profile, then
/// those of the project.
pub(super) fn select(selection: &Selection, given: &Settings, environment: &Environment) -> Result<Selected, CliError> {
    let Selection { paths, filtering, profile } = selection;
    let project = project(&environment.folder, paths)?;
    let file = match &project {
        Some(project) => settings::read(&project.settings, &project.shown)?,
        None => settings::File::default(),
    };
    let of_profile = match profile {
        None => Settings::default(),
        Some(name) => file.profiles.get(name).cloned().ok_or_else(|| CliError::NoProfile {
            name: name.clone(),
            file: project.as_ref().map(|project| project.shown.clone()),
            known: file.profiles.keys().cloned().collect(),
        })?,
    };
    let settings = given.clone().or(of_profile).or(file.top);
    let filters = filters(filtering, &settings)?;
    let found = find(&environment.folder, paths, Some(&filters)).map_err(|error| match (error, &project) {
        (source @ (FindError::NothingMatches { .. } | FindError::NothingLeft { .. }), Some(project))
            if filtering.filter.is_empty() && filtering.skip_tag.is_empty() =>
        {
            CliError::FilterOfSettings { source, file: project.shown.clone() }
        }
        (error, _) => error.into(),
    })?;
    Ok(Selected { found, settings, is_filtered: !filters.is_empty(), project })
}

/// The filters that hold: those that are given take the place of the project's, and tags to skip are so beside either.
pub(super) fn filters(filtering: &Filtering, settings: &Settings) -> Result<Filters, CliError> {
    let Filtering { filter, skip_tag } = filtering;
    let filters = if filter.is_empty() {
        Filters::of_project(settings.filter.clone().unwrap_or_default())
    } else {
        Filters::given(filter.clone())
    };
    let filters = filters.without(skip_tag.iter().cloned());
    if filters.len() > MAX_FILTERS { Err(CliError::TooManyFilters) } else { Ok(filters) }
}

//! What a command is about: scenarios by their paths, as the settings of their project want them.

use std::path::PathBuf;

use super::Environment;
pub(crate) use super::arguments::{Filtering, Selection};
use super::error::CliError;
use crate::scenario::{Filters, FindError, Found, MAX_FILTERS, Project, find, project};
use crate::settings::{self, ProjectSettings};

/// What a command is about, and how.
pub(crate) struct Selected {
    pub(crate) found: Found,
    /// The settings that hold.
    pub(crate) settings: ProjectSettings,
    /// Whether some of what there is may be left out.
    pub(crate) is_filtered: bool,
    /// The project that it belongs to, if it belongs to one.
    pub(crate) project: Option<Project>,
}

/// Finds the scenarios, and gives the settings that hold for them: those that are `given`, then those of the profile, then
/// those of the project.
pub(crate) fn select(
    selection: &Selection,
    given: &ProjectSettings,
    environment: &Environment,
) -> Result<Selected, CliError> {
    let Selection { paths, filtering, profile } = selection;
    let (settings, project) = settings_of(paths, profile.as_deref(), given.clone(), environment)?;
    let filters = filters(filtering, &settings)?;
    let found = find(&environment.folder, paths, Some(&filters)).map_err(|error| match (error, &project) {
        (source @ (FindError::NothingMatches { .. } | FindError::NothingLeft { .. }), Some(project))
            if filtering.filter.is_empty() && filtering.skip_tag.is_empty() =>
        {
            CliError::FilterOfSettings { source: Box::new(source), file: project.shown.clone() }
        }
        (error, _) => error.into(),
    })?;
    Ok(Selected { found, settings, is_filtered: !filters.is_empty(), project })
}

/// The filters that hold: those that are given take the place of the project's, and tags to skip are skipped in either
/// case.
pub(super) fn filters(filtering: &Filtering, settings: &ProjectSettings) -> Result<Filters, CliError> {
    let Filtering { filter, skip_tag } = filtering;
    let filters = if filter.is_empty() {
        Filters::of_project(settings.filter.clone().unwrap_or_default())
    } else {
        Filters::given(filter.clone())
    };
    let filters = filters.without(skip_tag.iter().cloned());
    if filters.len() > MAX_FILTERS { Err(CliError::TooManyFilters) } else { Ok(filters) }
}

/// The settings that hold for `paths`, and the project that these belong to, if they belong to one.
pub(crate) fn settings_of(
    paths: &[PathBuf],
    profile: Option<&str>,
    given: ProjectSettings,
    environment: &Environment,
) -> Result<(ProjectSettings, Option<Project>), CliError> {
    let project = project(&environment.folder, paths)?;
    let file = match &project {
        Some(project) => settings::read(&project.settings, &project.shown)?,
        None => settings::File::default(),
    };
    let of_profile = match profile {
        None => ProjectSettings::default(),
        Some(name) => file.profiles.get(name).cloned().ok_or_else(|| CliError::NoProfile {
            name: name.to_owned(),
            file: project.as_ref().map(|project| project.shown.clone()),
            known: file.profiles.keys().cloned().collect(),
        })?,
    };
    Ok((given.or(of_profile).or(file.top), project))
}

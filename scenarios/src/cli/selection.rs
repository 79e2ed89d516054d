//! What a command is about: scenarios by their paths, as the settings of their project want them.

use std::path::PathBuf;

use super::Environment;
pub(crate) use super::arguments::Selection;
use super::error::CliError;
use crate::scenario::{FindError, Found, Project, find, project};
use crate::settings::{self, Settings};

/// Finds the scenarios, and gives the settings that hold for them: those that are `given`, then those of the profile, then
/// those of the project.
pub(crate) fn select(
    selection: &Selection,
    given: &Settings,
    environment: &Environment,
) -> Result<(Found, Settings), CliError> {
    let Selection { paths, filter, profile } = selection;
    let given = Settings { filter: filter.clone(), ..given.clone() };
    let (settings, project) = settings_of(paths, profile.as_deref(), given, environment)?;
    let found = find(&environment.folder, paths, settings.filter.as_ref()).map_err(|error| match (error, project) {
        (source @ FindError::NothingMatches { .. }, Some(project)) if filter.is_none() => {
            CliError::FilterOfSettings { source, file: project.shown }
        }
        (error, _) => error.into(),
    })?;
    Ok((found, settings))
}

/// The settings that hold for `paths`, and the project that these belong to, if they belong to one.
pub(crate) fn settings_of(
    paths: &[PathBuf],
    profile: Option<&str>,
    given: Settings,
    environment: &Environment,
) -> Result<(Settings, Option<Project>), CliError> {
    let project = project(&environment.folder, paths)?;
    let file = match &project {
        Some(project) => settings::read(&project.settings, &project.shown)?,
        None => settings::File::default(),
    };
    let of_profile = match profile {
        None => Settings::default(),
        Some(name) => file.profiles.get(name).cloned().ok_or_else(|| CliError::NoProfile {
            name: name.to_owned(),
            file: project.as_ref().map(|project| project.shown.clone()),
            known: file.profiles.keys().cloned().collect(),
        })?,
    };
    Ok((given.or(of_profile).or(file.top), project))
}

//! What a command is about: scenarios by their paths, as the settings of their project want them.

use super::Environment;
use super::arguments::Selection;
use super::error::CliError;
use crate::scenario::{FindError, Found, find, project};
use crate::settings::{self, Settings};

/// Finds the scenarios, and gives the settings that hold for them: those that are `given`, then those of the profile, then
/// those of the project.
pub(super) fn select(
    selection: &Selection,
    given: &Settings,
    environment: &Environment,
) -> Result<(Found, Settings), CliError> {
    let Selection { paths, filter, profile } = selection;
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
    let given = Settings { filter: filter.clone(), ..given.clone() };
    let settings = given.or(of_profile).or(file.top);
    let found = find(&environment.folder, paths, settings.filter.as_ref()).map_err(|error| match (error, project) {
        (source @ FindError::NothingMatches { .. }, Some(project)) if filter.is_none() => {
            CliError::FilterOfSettings { source, file: project.shown }
        }
        (error, _) => error.into(),
    })?;
    Ok((found, settings))
}

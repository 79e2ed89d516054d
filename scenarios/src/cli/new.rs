//! `new`: a project to start from.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

use super::arguments::New;
use super::error::CliError;
use super::{CliOutput, Environment};
use crate::exit_code::Exit;
use crate::file::or_here;
use crate::report::Style;
use crate::scenario::SETTINGS;
use crate::text::{is_unprintable, printable_path};

/// The folder of scenarios. It must not be there yet: what is in it would become part of this project.
const SCENARIOS: &str = "scenarios";

/// The files of a project: where, with what, and what the user is told that each is.
const FILES: [(&str, &str, &str); 4] = [
    (SETTINGS, include_str!("new/kandy.toml"), "the settings; it marks the folder as a project"),
    ("scenarios/connect.rhai", include_str!("new/connect.rhai"), "a scenario to start from"),
    ("scenarios/lib/users.rhai", include_str!("new/users.rhai"), "a module, which it imports"),
    (".gitignore", include_str!("new/gitignore"), "what is not for version control"),
];

/// Why there is no new project. Nothing was written.
#[derive(Debug, Error)]
pub(crate) enum NewError {
    /// No folder can be called so.
    #[error("the name is empty")]
    Empty,
    /// It leads elsewhere.
    #[error("the name `{shown}` has `..` in it")]
    Up {
        /// The name.
        shown: String,
    },
    /// It cannot be read on a terminal.
    #[error("the name `{shown}` has an invisible character")]
    Unprintable {
        /// The name, with that character escaped.
        shown: String,
    },
    /// The folder for the new one does not exist.
    #[error("cannot make `{shown}`: there is no folder `{parent}`")]
    NoParent {
        /// The name.
        shown: String,
        /// The folder that is missing.
        parent: String,
    },
    /// Something of that name is there, and is not a folder.
    #[error("`{shown}` is there, and is not a folder")]
    NotAFolder {
        /// The name.
        shown: String,
    },
    /// Something that a project has is there already.
    #[error("`{shown}` is there already")]
    Occupied {
        /// Its path.
        shown: String,
    },
    /// The system refuses.
    #[error("cannot make `{shown}`: {source}")]
    Write {
        /// The path.
        shown: String,
        /// What the system says.
        source: io::Error,
    },
}

impl NewError {
    pub(super) const fn exit(&self) -> Exit {
        match self {
            Self::Write { .. } => Exit::InternalError,
            _ => Exit::BadUsage,
        }
    }

    pub(super) const fn help(&self) -> &'static str {
        match self {
            Self::Empty | Self::Unprintable { .. } => {
                "give the folder a name such as login-tests; without a name the files go into this folder"
            }
            Self::Up { .. } => "go to the folder where you want it, and make it there",
            Self::NoParent { .. } => "make that folder first",
            Self::NotAFolder { .. } => "give the project another name",
            Self::Occupied { .. } => {
                "nothing is overwritten, and nothing was written: with another name, as in `kandy-harness new \
                 login-tests`, the project gets a folder of its own"
            }
            Self::Write { .. } => "nothing is left of it",
        }
    }
}

pub(super) fn new(arguments: &New, environment: &Environment, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    let name = arguments.name.as_deref().map(Path::new);
    if let Some(name) = name {
        check(name)?;
    }
    let folder = or_here(&environment.folder).join(name.unwrap_or(Path::new(".")));
    let shown = |path: &str| name.map_or_else(|| PathBuf::from(path), |name| name.join(path));
    make(&folder, name.unwrap_or(Path::new(".")))?;

    for (path, _, about) in FILES {
        let path = printable_path(&shown(path));
        writeln!(out.to, "{} {}", Style::Good.paint("made", out.color), Style::Strong.paint(&path, out.color))?;
        writeln!(out.to, "     {about}")?;
    }
    writeln!(out.to, "\nnext:")?;
    if let Some(name) = name {
        writeln!(out.to, "  cd {}", as_word(name))?;
    }
    for (command, about) in NEXT {
        writeln!(out.to, "  {command:30} {about}")?;
    }
    Ok(Exit::Passed)
}

/// What the user is told to do then.
const NEXT: [(&str, &str); 3] = [
    ("kandy-harness run", "run the scenario"),
    ("kandy-harness run --update", "keep its transcript, as a snapshot"),
    ("kandy-harness docs", "what a scenario can call"),
];

/// Whether a project can have that name. An absolute path may be a name, too.
fn check(name: &Path) -> Result<(), NewError> {
    let shown = printable_path(name);
    if name.as_os_str().is_empty() {
        return Err(NewError::Empty);
    }
    if name.components().any(|component| component == Component::ParentDir) {
        return Err(NewError::Up { shown });
    }
    if name.to_string_lossy().chars().any(is_unprintable) {
        return Err(NewError::Unprintable { shown });
    }
    Ok(())
}

/// Makes a project of `folder`, which messages call `name`: whole, or not at all.
fn make(folder: &Path, name: &Path) -> Result<(), NewError> {
    let shown = || printable_path(name);
    match folder.symlink_metadata() {
        Ok(_) if folder.is_dir() => {}
        Ok(_) => return Err(NewError::NotAFolder { shown: shown() }),
        Err(_) => {
            let parent = |path: &Path| path.parent().map(|parent| or_here(parent).to_owned());
            if let Some(missing) = parent(folder).filter(|parent| !parent.is_dir()) {
                let parent = parent(name).unwrap_or(missing);
                return Err(NewError::NoParent { shown: shown(), parent: printable_path(&parent) });
            }
        }
    }
    for path in [SETTINGS, SCENARIOS, ".gitignore"] {
        // A link that leads nowhere is there, too.
        if folder.join(path).symlink_metadata().is_ok() {
            let path = if name == Path::new(".") { PathBuf::from(path) } else { name.join(path) };
            return Err(NewError::Occupied { shown: printable_path(&path) });
        }
    }
    let files = FILES.map(|(path, text, _)| (path, text));
    write(folder, &files).map_err(|(path, source)| NewError::Write { shown: printable_path(&path), source })
}

/// Writes files below `folder`, and the folders that they need. If one cannot be made, what was made goes again.
fn write(folder: &Path, files: &[(&str, &str)]) -> Result<(), (PathBuf, io::Error)> {
    let mut made = Vec::new();
    let written = files.iter().try_for_each(|(path, text)| {
        let path = folder.join(path);
        let parent = path.parent().expect("the path of a file has a folder");
        make_folder(parent, &mut made)?;
        make_file(&path, text, &mut made).map_err(|source| (path, source))
    });
    if written.is_err() {
        for path in made.iter().rev() {
            // What cannot be removed stays; the error that counts is the first.
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
    written
}

fn make_folder(folder: &Path, made: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folder(or_here(parent), made)?;
    }
    fs::create_dir(folder).map_err(|source| (folder.to_owned(), source))?;
    made.push(folder.to_owned());
    Ok(())
}

/// Makes a file that is not there: whoever makes it at the same time keeps theirs.
fn make_file(path: &Path, text: &str, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    made.push(path.to_owned());
    file.write_all(text.as_bytes())
}

/// A path as a shell takes it as one word.
fn as_word(path: &Path) -> String {
    let text = printable_path(path);
    let is_plain = |character: char| character.is_alphanumeric() || "-_./".contains(character);
    let begins_plain = path.as_os_str() != OsStr::new("-") && !text.starts_with('-');
    match (text.chars().all(is_plain), begins_plain) {
        (true, true) => text,
        (true, false) => format!("./{text}"),
        (false, _) => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::scratch::Folder;
    use crate::settings;

    #[test]
    fn what_cannot_be_finished_leaves_nothing() {
        let folder = Folder::new("new-undone");
        fs::write(folder.join("mine"), "mine").unwrap();
        let project = folder.join("project");
        for base in [folder.path(), &project] {
            // The last file wants a folder where a file is.
            let (at, _) = write(base, &[("a", ""), ("b/c/d", ""), ("e", ""), ("e/f", "")]).unwrap_err();
            assert_eq!(at, base.join("e"));
            assert_eq!(folder.names(), ["mine"]);
        }
        // Nor is a file overwritten that was not there when it was looked for.
        let (at, error) = write(folder.path(), &[("a", ""), ("mine", "")]).unwrap_err();
        assert_eq!((at, error.kind()), (folder.join("mine"), io::ErrorKind::AlreadyExists));
        assert_eq!(folder.names(), ["mine"]);
        assert_eq!(fs::read_to_string(folder.join("mine")).unwrap(), "mine");
    }

    #[test]
    fn what_is_commented_out_in_the_settings_may_be_set() {
        let (_, text, _) = FILES[0];
        let folder = Folder::new("new-settings");
        let path = folder.join("kandy.toml");
        let is_setting = |line: &&str| line.starts_with("# ") && line.contains(" = ");
        assert_eq!(text.lines().filter(is_setting).count(), 5);
        let set = text.lines().map(|line| if is_setting(&line) { &line[2..] } else { line });
        fs::write(&path, set.collect::<Vec<_>>().join("\n")).unwrap();
        let file = settings::read(&path, "kandy.toml").unwrap();
        assert!(file.top.jobs.is_some() && file.top.timeout.is_some() && file.top.strict.is_some());
        assert!(file.top.memory.is_some() && file.top.reports.is_some() && file.profiles.contains_key("smoke"));
    }

    #[test]
    fn a_folder_to_go_to_is_one_word() {
        for (name, word) in [("a-b/c.d", "a-b/c.d"), ("-a", "./-a"), ("it's a b", "'it'\\''s a b'")] {
            assert_eq!(as_word(Path::new(name)), word);
        }
    }
}

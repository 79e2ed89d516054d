//! What ends the command before it has a result.

use std::io;

use thiserror::Error;

use super::CliOutput;
use super::new::NewError;
use crate::diagnostic::Diagnostic;
use crate::exit_code::Exit;
use crate::explore::AcceptedError;
use crate::explore::application::ApplicationError;
use crate::last_failed::MemoryError;
use crate::recording::RecordingError;
use crate::report::merge::{MergeError, ReportReadError};
use crate::report::{ReportsError, Style, wrap};
use crate::run::RunError;
use crate::scenario::{FindError, MAX_FILTERS, ProjectError, SETTINGS};
use crate::schedule::ScheduleError;
use crate::serve::accounts::AccountsFileError;
use crate::serve::behaviour::BehaviourError;
use crate::serve::pages::{JournalError, SdkError};
use crate::serve::server::ServeError;
use crate::serve::tls::TlsError;
use crate::settings::SettingsError;
use crate::text::{did_you_mean, nearest, printable};

/// What ends the command before it has a result.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// There is nothing to run.
    #[error(transparent)]
    Find(#[from] FindError),
    /// It is not clear whose settings hold.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// There are no settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The profile is not there.
    #[error("there is no profile `{name}`{}", file.as_deref().map(|file| format!(" in `{file}`")).unwrap_or_default())]
    NoProfile {
        /// The name that was given.
        name: String,
        /// The file of settings, if there is one.
        file: Option<String>,
        /// The profiles in it.
        known: Vec<String>,
    },
    /// Nothing is as the filter of the settings wants it.
    #[error("{source}")]
    FilterOfSettings {
        /// The filter, and what there is.
        source: Box<FindError>,
        /// The file of settings.
        file: String,
    },
    /// More filters than anyone means to give.
    #[error("there are more than {MAX_FILTERS} filters")]
    TooManyFilters,
    /// It is not known what failed.
    #[error(transparent)]
    LastFailed(#[from] MemoryError),
    /// There is no report to read.
    #[error(transparent)]
    ReadReport(#[from] ReportReadError),
    /// Reports are not those of one run.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Reports cannot be begun.
    #[error(transparent)]
    Reports(#[from] ReportsError),
    /// What should go wrong cannot happen.
    #[error("{0}")]
    Schedule(ScheduleError),
    /// A command cannot be explored.
    #[error(transparent)]
    Application(Box<ApplicationError>),
    /// What is accepted of a command cannot be read or written.
    #[error("`{shown}`: {source}")]
    Accepted {
        /// The file as given.
        shown: String,
        /// Why.
        source: AcceptedError,
    },
    /// Transcripts wait for review, and there is no terminal.
    #[error("there is no terminal on which `review` could ask what to do")]
    NobodyToAsk {
        /// What waits.
        names: Vec<String>,
    },
    /// No transcript of that name waits for review.
    #[error("nothing named `{name}` waits for review, and there is no such file or folder")]
    NothingPending {
        /// The name.
        name: String,
        /// What waits and has almost the same name.
        nearest: Option<String>,
    },
    /// There is no new project.
    #[error(transparent)]
    New(#[from] NewError),
    /// The script API has nothing of that name.
    #[error("a script has nothing called `{word}`")]
    NoEntry {
        /// What was looked up.
        word: String,
        /// What it was probably meant to be.
        nearest: Option<String>,
    },
    /// No manual page has that name.
    #[error("there is no command `{name}`")]
    NoCommand {
        /// The name.
        name: String,
        /// The command that it was probably meant to be.
        nearest: Option<String>,
    },
    /// A snapshot without a script cannot be removed.
    #[error("cannot remove `{shown}`: {source}")]
    Prune {
        /// The snapshot.
        shown: String,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing to replay.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The folder to replay has no recordings.
    #[error("there are no recordings in `{shown}`")]
    NoRecordings {
        /// The folder as given.
        shown: String,
    },
    /// Two passwords for one name.
    #[error("the user {name:?} is given twice")]
    UserTwice {
        /// The name.
        name: String,
    },
    /// Two values for one limit.
    #[error("the limit `{name}` is given twice")]
    LimitTwice {
        /// The name.
        name: &'static str,
    },
    /// The token of the control interface cannot be one.
    #[error("the token of {origin} is not valid: it must have 16 to 256 letters, digits or -._~+/=")]
    ControlToken {
        /// Where it was given.
        origin: &'static str,
    },
    /// The script beside a server is broken.
    #[error("{0}")]
    Script(Box<Diagnostic>),
    /// There is no certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no SDK.
    #[error(transparent)]
    Sdk(#[from] SdkError),
    /// A file is not a journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// There is no server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A run did not come to its end.
    #[error("cannot go on: {0}")]
    Run(#[from] RunError),
    /// A thread cannot be started, or a result cannot be written.
    #[error("cannot go on: {0}")]
    Io(#[from] io::Error),
}

/// How a command reaches the platform at which something should go wrong.
const UNSEEN: &str = "let the application use the platform whose address is in the environment: give KANDY_URL to `create` as \
     the server of `subscription`, and KANDY_WS_URL as that of `websocket`; with the JavaScript package take the platform of \
     `connect()`, or in Playwright `test.use({ kandy: { url: process.env.KANDY_URL } })`";

impl CliError {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Find(FindError::Missing { .. } | FindError::Dangling { .. } | FindError::Unreadable { .. })
            | Self::Recording(_)
            | Self::ReadReport(_) => Exit::Broken,
            Self::Project(_) | Self::Settings(_) | Self::NoProfile { .. } | Self::FilterOfSettings { .. } => {
                Exit::BadUsage
            }
            Self::TooManyFilters | Self::LastFailed(_) => Exit::BadUsage,
            Self::New(error) => error.exit(),
            Self::NoCommand { .. } | Self::NoEntry { .. } => Exit::BadUsage,
            Self::Schedule(_)
            | Self::NobodyToAsk { .. }
            | Self::NothingPending { .. }
            | Self::Reports(_)
            | Self::Merge(_) => Exit::BadUsage,
            Self::Find(_)
            | Self::NoRecordings { .. }
            | Self::UserTwice { .. }
            | Self::LimitTwice { .. }
            | Self::ControlToken { .. } => Exit::BadUsage,
            Self::Script(_)
            | Self::Sdk(_)
            | Self::Journal(_)
            | Self::Tls(TlsError::File { .. } | TlsError::Pair(_)) => Exit::Broken,
            Self::Tls(TlsError::NoFolder | TlsError::Keep { .. }) => Exit::BadUsage,
            Self::Serve(error) => of_serve(error),
            Self::Application(error) => match &**error {
                ApplicationError::Serve(error) => of_serve(error),
                ApplicationError::Unseen => Exit::BadUsage,
                ApplicationError::Undisturbed { .. } | ApplicationError::NoEnd { .. } => Exit::Failed,
                ApplicationError::Interrupted => Exit::Interrupted,
            },
            Self::Accepted { source: AcceptedError::Write(_), .. } => Exit::InternalError,
            Self::Accepted { .. } => Exit::Broken,
            Self::Run(_) | Self::Prune { .. } | Self::Io(_) | Self::Tls(TlsError::Make(_)) => Exit::InternalError,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Find(error) => Some(error.help()),
            Self::Project(_) => Some("the settings of one project hold for a run: run each on its own".to_owned()),
            Self::NoProfile { name, file: Some(_), known } => {
                Some(match nearest(name, known.iter().map(String::as_str)) {
                    Some(nearest) => did_you_mean(nearest),
                    None if known.is_empty() => format!("it has none; a table [profile.{name}] makes one"),
                    None => format!("its profiles: {}", known.join(", ")),
                })
            }
            Self::NoProfile { name, file: None, .. } => {
                Some(format!("there is no {SETTINGS} here or above: a table [profile.{name}] in it makes one"))
            }
            Self::FilterOfSettings { source, file } => {
                let of = format!("filter is that of `{file}`; `--filter` takes its place");
                Some(match &**source {
                    FindError::NothingMatches { nearest: Some(_), .. } => format!("{} The {of}", source.help()),
                    _ => format!("the {of}"),
                })
            }
            Self::Application(error) if matches!(**error, ApplicationError::Unseen) => Some(UNSEEN.to_owned()),
            Self::LastFailed(_) => Some("remove it: a run without --last-failed writes it anew".to_owned()),
            Self::TooManyFilters => Some("a regular expression, or a tag, stands for many names".to_owned()),
            Self::NobodyToAsk { names } => Some(format!(
                "--accept makes them the snapshots, --reject removes them; give names to choose some of the {}: {}",
                names.len(),
                listed(names)
            )),
            Self::NothingPending { nearest: Some(nearest), .. } => Some(did_you_mean(nearest)),
            Self::NothingPending { .. } => Some("`kandy-harness review` without names shows all that waits".to_owned()),
            Self::New(error) => Some(error.help().to_owned()),
            Self::NoCommand { nearest: Some(nearest), .. } | Self::NoEntry { nearest: Some(nearest), .. } => {
                Some(did_you_mean(nearest))
            }
            Self::NoEntry { .. } => Some(
                "`kandy-harness docs` lists all that it has; what Rhai itself has is at https://rhai.rs/book"
                    .to_owned(),
            ),
            Self::NoCommand { .. } => Some("`kandy-harness help` lists them".to_owned()),
            Self::Recording(RecordingError::NotFound { .. }) => {
                Some("paths are taken from the folder in which the command runs".to_owned())
            }
            Self::Recording(RecordingError::Decode { .. }) => {
                Some("a recording is a JSON file that the recorder of the real SDK wrote".to_owned())
            }
            Self::NoRecordings { .. } => Some("looked for files that end in .json, in it but not below it".to_owned()),
            Self::Tls(TlsError::NoFolder | TlsError::Keep { .. }) => {
                Some("name a folder that you may write to, with --state".to_owned())
            }
            Self::Journal(_) => {
                Some("--open takes what \"Keep\" in the console saves as \"Journal (JSON)\"".to_owned())
            }
            Self::Sdk(_) => Some("--sdk takes the JavaScript file of Kandy.js that your application loads".to_owned()),
            Self::Serve(ServeError::Listen { source, .. }) => listen_help(source.kind()).map(str::to_owned),
            Self::Serve(ServeError::Application { .. }) => {
                Some("write a program and its arguments behind `--`, not a line for a shell".to_owned())
            }
            Self::Reports(ReportsError::Kept { .. }) => Some("name another file".to_owned()),
            Self::Reports(ReportsError::Unwritable { source, .. } | ReportsError::Picture { source, .. }) => {
                Some(unwritable_help(source.kind()).to_owned())
            }
            Self::ReadReport(ReportReadError::File { .. }) => {
                Some("paths are taken from the folder in which the command runs".to_owned())
            }
            Self::ReadReport(ReportReadError::Schema { .. }) => {
                Some("merge with the version that wrote the reports".to_owned())
            }
            Self::ReadReport(_) => Some("`run --report json=FILE` writes what can be merged".to_owned()),
            Self::Merge(MergeError::Whole { .. }) => Some("give it alone, or the shards of one run".to_owned()),
            Self::Merge(MergeError::Twice { .. }) => Some("give each once".to_owned()),
            Self::Merge(MergeError::Missing { .. }) => {
                Some("a shard without scenarios writes a report, too".to_owned())
            }
            Self::Merge(_) => Some(
                "the shards of one run have the same paths, options and settings, but for I in --shard I/N".to_owned(),
            ),
            Self::Schedule(error) => error.help(),
            Self::Accepted { source, .. } => Some(source.help().to_owned()),
            Self::Settings(_)
            | Self::Application(_)
            | Self::Reports(_)
            | Self::Recording(_)
            | Self::Run(_)
            | Self::Prune { .. }
            | Self::Io(_)
            | Self::Serve(_)
            | Self::Tls(_)
            | Self::Script(_)
            | Self::UserTwice { .. }
            | Self::LimitTwice { .. } => None,
            Self::ControlToken { .. } => Some("`openssl rand -hex 16` makes one".to_owned()),
        }
    }

    /// Writes what is wrong and what to do, as clap does.
    pub(crate) fn write(&self, err: &mut CliOutput<'_>) -> io::Result<()> {
        if let Self::Script(diagnostic)
        | Self::Serve(ServeError::Users(AccountsFileError::Content(diagnostic)))
        | Self::Settings(SettingsError::Content(diagnostic)) = self
        {
            writeln!(err.to, "{diagnostic}")?;
            return err.to.flush();
        }
        let error = self.to_string();
        writeln!(err.to, "{} {}", Style::Bad.paint("error:", err.color), printable(&error))?;
        if let Some(help) = self.help() {
            let lead = "  tip: ";
            let help = wrap(&printable(&help), lead.len()).join(&format!("\n{:1$}", "", lead.len()));
            writeln!(err.to, "\n{}{help}", Style::Good.paint(lead, err.color))?;
        }
        err.to.flush()
    }
}

/// The first names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        shown.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    shown
}

fn unwritable_help(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::IsADirectory => "that is a folder: name a file in it",
        io::ErrorKind::NotFound => "make its folder, or name another file",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "name a file in a folder that you may write to"
        }
        _ => "name another file",
    }
}

fn of_serve(error: &ServeError) -> Exit {
    match error {
        ServeError::Listen { .. } | ServeError::User(_) | ServeError::Application { .. } => Exit::BadUsage,
        ServeError::Users(_) | ServeError::Behaviour(BehaviourError::Read { .. }) => Exit::Broken,
        ServeError::Behaviour(BehaviourError::Thread(_))
        | ServeError::Token(_)
        | ServeError::Run(_)
        | ServeError::Write(_) => Exit::InternalError,
    }
}

fn listen_help(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::AddrInUse => Some(
            "another program listens there, perhaps another `serve`: stop it, or choose another port with --port; \
             --port 0 takes any that is free",
        ),
        io::ErrorKind::PermissionDenied => Some("ports below 1024 need special rights: choose another with --port"),
        io::ErrorKind::AddrNotAvailable => {
            Some("--bind takes an address of this machine, such as 127.0.0.1 or 0.0.0.0")
        }
        _ => None,
    }
}

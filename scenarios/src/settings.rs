//! `kandy.toml`: the settings of a project, and its profiles.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use thiserror::Error;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Cause, Diagnostic};
use crate::file::{self, FileError};
use crate::report::WantedReport;
use crate::scenario::Filter;
use crate::script::duration;
use crate::size::{self, MIB};
use crate::text::{did_you_mean, nearest};
use crate::toml_text::{SpannedKey, SpannedValue, kind, wrong};

/// The largest file of settings that is read, in bytes.
pub const MAX_BYTES: u64 = 1024 * 1024;
/// The most scenarios that run at once.
pub const MAX_JOBS: usize = 256;
/// The least that a scenario can do with.
const LEAST_MEMORY: u64 = MIB;

/// The keys, at the top and in a profile.
const KEYS: [&str; 6] = ["jobs", "timeout", "memory", "strict", "filter", "report"];
/// The table of profiles.
const PROFILES: &str = "profile";

/// How to run, as far as it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectSettings {
    /// How many scenarios run at once.
    pub jobs: Option<NonZeroUsize>,
    /// The real time that one may take.
    pub timeout: Option<Duration>,
    /// What one may hold in memory, in bytes.
    pub memory: Option<usize>,
    /// Whether a green that means nothing fails.
    pub strict: Option<bool>,
    /// Which are wanted.
    pub filter: Option<Vec<Filter>>,
    /// The reports that go to files. Paths are taken from the folder of the settings.
    pub reports: Option<Vec<WantedReport>>,
}

/// What a file of settings says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// What holds for every run.
    pub top: ProjectSettings,
    /// What holds beside it, and before it, for `--profile NAME`.
    pub profiles: BTreeMap<String, ProjectSettings>,
}

/// Why there are no settings.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The system refuses, or it is not a file of reasonable size.
    #[error("cannot read the settings in `{shown}`: {source}")]
    Read {
        /// The path.
        shown: String,
        /// What is wrong.
        source: FileError,
    },
    /// Text in another encoding, or no text.
    #[error("cannot read the settings in `{shown}`: it is not UTF-8 text")]
    NotUtf8 {
        /// The path.
        shown: String,
    },
    /// It says what no settings can be.
    #[error("{0}")]
    Content(Box<Diagnostic>),
}

impl ProjectSettings {
    /// These, and for what they do not say those.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            jobs: self.jobs.or(other.jobs),
            timeout: self.timeout.or(other.timeout),
            memory: self.memory.or(other.memory),
            strict: self.strict.or(other.strict),
            filter: self.filter.or(other.filter),
            reports: self.reports.or(other.reports),
        }
    }
}

/// Reads a file of settings. Messages call it `shown`.
///
/// # Errors
///
/// It cannot be read, is not TOML, or has a key or a value that no settings have.
pub fn read(path: &Path, shown: &str) -> Result<File, SettingsError> {
    let bytes =
        file::read(path, MAX_BYTES).map_err(|source| SettingsError::Read { shown: shown.to_owned(), source })?;
    from_bytes(path.parent().unwrap_or(Path::new("")), &bytes, shown)
}

/// The settings in the bytes of a file of `folder`.
///
/// # Errors
///
/// They are not text, not TOML, or have a key or a value that no settings have.
pub fn from_bytes(folder: &Path, bytes: &[u8], shown: &str) -> Result<File, SettingsError> {
    let text = str::from_utf8(bytes).map_err(|_| SettingsError::NotUtf8 { shown: shown.to_owned() })?;
    // The mark that some editors put at the start of a file is not part of it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    parse(folder, text, shown).map_err(|diagnostic| SettingsError::Content(Box::new(diagnostic)))
}

/// So many scenarios at once, if that can be.
pub(crate) fn jobs(count: Option<u64>) -> Result<NonZeroUsize, String> {
    let count = count.and_then(|count| usize::try_from(count).ok()).and_then(NonZeroUsize::new);
    let count = count.filter(|count| count.get() <= MAX_JOBS);
    count.ok_or_else(|| format!("it must be a number from 1 to {MAX_JOBS}"))
}

/// The real time that a scenario may take.
pub(crate) fn timeout(text: &str) -> Result<Duration, String> {
    let time = duration::parse(text).ok_or("it must be numbers and units, such as 500ms, 10s or 1m30s")?;
    if time.is_zero() { Err("it must be more than 0".to_owned()) } else { Ok(time) }
}

/// What a scenario may hold in memory, in bytes.
pub(crate) fn memory(text: &str) -> Result<usize, String> {
    let bytes = size::parse(text).ok_or("it must be a size, such as 512MiB")?;
    if bytes < LEAST_MEMORY {
        return Err(format!("it must be at least {}", size::shown(LEAST_MEMORY)));
    }
    usize::try_from(bytes).map_err(|_| "it is more than this machine can have".to_owned())
}

#[expect(clippy::result_large_err, reason = "there is one a file, and whoever keeps it boxes it")]
fn parse(folder: &Path, text: &str, shown: &str) -> Result<File, Diagnostic> {
    let page = SettingsText { folder, text, shown };
    let root = DeTable::parse(text).map_err(|error| Diagnostic {
        cause: Cause::Syntax,
        ..page.wrong(error.span().unwrap_or(0..0), error.message(), None)
    })?;
    let mut file = File::default();
    for (key, value) in root.get_ref() {
        if key.get_ref() == PROFILES {
            let profiles = page.table(key, value, "a table of profiles, such as [profile.ci]")?;
            for (name, profile) in profiles {
                let mut settings = ProjectSettings::default();
                for (key, value) in page.table(name, profile, "a profile, such as [profile.ci]")? {
                    page.set(&mut settings, key, value, &[])?;
                }
                file.profiles.insert(name.get_ref().to_string(), settings);
            }
        } else {
            page.set(&mut file.top, key, value, &[PROFILES])?;
        }
    }
    Ok(file)
}

/// A file that is being read.
struct SettingsText<'a> {
    folder: &'a Path,
    text: &'a str,
    shown: &'a str,
}

#[expect(clippy::result_large_err, reason = "there is one a file, and whoever keeps it boxes it")]
impl SettingsText<'_> {
    /// Takes one key. Beside [`KEYS`] there are `others` in its place.
    fn set(
        &self,
        settings: &mut ProjectSettings,
        key: &SpannedKey<'_>,
        value: &SpannedValue<'_>,
        others: &[&'static str],
    ) -> Result<(), Diagnostic> {
        let unlike = |expected| self.unlike(key, value, expected);
        let refuse = |why: String| self.wrong(value.span(), format!("`{}`: {why}", key.get_ref()), None);
        match key.get_ref().as_ref() {
            "jobs" => {
                let number = value.get_ref().as_integer().ok_or_else(|| unlike("a whole number, such as 4"))?;
                let count = u64::from_str_radix(number.as_str(), number.radix()).ok();
                settings.jobs = Some(jobs(count).map_err(refuse)?);
            }
            "timeout" => {
                let text = value.get_ref().as_str().ok_or_else(|| unlike("a duration in quotes, such as \"30s\""))?;
                settings.timeout = Some(timeout(text).map_err(refuse)?);
            }
            "memory" => {
                let text = value.get_ref().as_str().ok_or_else(|| unlike("a size in quotes, such as \"512MiB\""))?;
                settings.memory = Some(memory(text).map_err(refuse)?);
            }
            "strict" => settings.strict = Some(value.get_ref().as_bool().ok_or_else(|| unlike("true or false"))?),
            "filter" => {
                let expected = "a text or a list of them, such as \"tag:smoke\"";
                let items = match value.get_ref() {
                    DeValue::Array(items) => items.iter().collect(),
                    _ => vec![value],
                };
                settings.filter =
                    Some(items.into_iter().map(|item| self.filter(key, item, expected)).collect::<Result<_, _>>()?);
            }
            "report" => {
                let expected = "a list of texts, such as [\"junit=target/kandy-junit.xml\"]";
                let items = value.get_ref().as_array().ok_or_else(|| unlike(expected))?;
                let read = |item: &SpannedValue<'_>| {
                    let text = item.get_ref().as_str().ok_or_else(|| unlike(expected))?;
                    let report: WantedReport = text.parse().map_err(|error| refuse(format!("{error}")))?;
                    Ok(report.within(self.folder))
                };
                settings.reports = Some(items.iter().map(read).collect::<Result<_, Diagnostic>>()?);
            }
            other => {
                let known = || KEYS.iter().chain(others).copied();
                let help = match nearest(other, known()) {
                    Some(name) => did_you_mean(name),
                    None => format!("the keys are {}", known().collect::<Vec<_>>().join(", ")),
                };
                return Err(self.wrong(key.span(), format!("there is no key `{other}` here"), Some(help)));
            }
        }
        Ok(())
    }

    fn filter(&self, key: &SpannedKey<'_>, value: &SpannedValue<'_>, expected: &str) -> Result<Filter, Diagnostic> {
        let text = value.get_ref().as_str().ok_or_else(|| self.unlike(key, value, expected))?;
        text.parse().map_err(|error| self.wrong(value.span(), format!("`{}`: {error}", key.get_ref()), None))
    }

    fn table<'v>(
        &self,
        key: &SpannedKey<'_>,
        value: &'v SpannedValue<'_>,
        expected: &str,
    ) -> Result<&'v DeTable<'v>, Diagnostic> {
        value.get_ref().as_table().ok_or_else(|| self.unlike(key, value, expected))
    }

    fn unlike(&self, key: &SpannedKey<'_>, value: &SpannedValue<'_>, expected: &str) -> Diagnostic {
        let message = format!("`{}` must be {expected}, not {}", key.get_ref(), kind(value.get_ref()));
        self.wrong(value.span(), message, None)
    }

    fn wrong(&self, at: Range<usize>, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        wrong(self.text, self.shown, &at, message.into(), help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::scratch::Folder;

    #[track_caller]
    fn refuse(text: &str, place: &str, message: &str) {
        let told = parse(Path::new(""), text, "kandy.toml").unwrap_err().to_string();
        assert!(told.contains(message) && told.contains(&format!("kandy.toml{place}\n")), "{text}\n{told}");
    }

    #[test]
    fn a_profile_goes_before_the_top_and_what_is_given_before_both() {
        let text = "jobs = 0x10\ntimeout = \"1m 30s\"\nmemory = \"64 MiB\"\nstrict = true\nfilter = \"tag:smoke\"\n\n\
                    [profile.fast]\njobs = 1\nstrict = false\n[profile.\"a b\"]\n";
        let File { top, mut profiles } = parse(Path::new(""), text, "kandy.toml").unwrap();
        assert_eq!(profiles.keys().collect::<Vec<_>>(), ["a b", "fast"]);
        let fast = profiles.remove("fast").unwrap();
        let given = ProjectSettings { strict: Some(true), ..ProjectSettings::default() };
        let settings = given.or(fast).or(top);
        let expected = ProjectSettings {
            jobs: NonZeroUsize::new(1),
            timeout: Some(Duration::from_secs(90)),
            memory: Some(64 << 20),
            strict: Some(true),
            filter: Some(vec!["tag:smoke".parse().unwrap()]),
            reports: None,
        };
        assert_eq!(settings, expected);
        assert_eq!(parse(Path::new(""), "", "kandy.toml").unwrap(), File::default());
    }

    #[test]
    fn a_wrong_key_is_shown_in_its_line_with_the_nearest() {
        let expected = "\
error: there is no key `timout` here
 --> kandy.toml:2:1
  |
2 | timout = \"1s\"
  | ^
  = help: did you mean `timeout`?";
        assert_eq!(
            parse(Path::new(""), "jobs = 2\ntimout = \"1s\"\n", "kandy.toml").unwrap_err().to_string(),
            expected
        );
        refuse("[profiles.ci]\njobs = 1", ":1:2", "did you mean `profile`?");
        refuse("[profile.ci]\nprofile = 1", ":2:1", "there is no key `profile` here");
        refuse("[profile.ci.deep]\njobs = 1", ":1:13", "there is no key `deep` here");
        refuse("colour = true", ":1:1", "the keys are jobs, timeout, memory, strict, filter, report, profile");
    }

    #[test]
    fn what_no_setting_can_be_is_told_with_its_place() {
        for (text, place, message) in [
            ("jobs = 0", ":1:8", "`jobs`: it must be a number from 1 to 256"),
            ("jobs = -1", ":1:8", "`jobs`: it must be a number from 1 to 256"),
            ("jobs = 99999999999999999999999", ":1:8", "`jobs`: it must be a number from 1 to 256"),
            ("jobs = 1.5", ":1:8", "`jobs` must be a whole number, such as 4, not a number"),
            ("jobs = \"4\"", ":1:8", "`jobs` must be a whole number, such as 4, not a text"),
            ("timeout = 10", ":1:11", "`timeout` must be a duration in quotes"),
            ("timeout = \"10\"", ":1:11", "`timeout`: it must be numbers and units"),
            ("timeout = \"0s\"", ":1:11", "`timeout`: it must be more than 0"),
            ("memory = 1000000", ":1:10", "`memory` must be a size in quotes, such as \"512MiB\", not a number"),
            ("memory = \"1GB\"", ":1:10", "`memory`: it must be a size, such as 512MiB"),
            ("memory = \"5000\"", ":1:10", "`memory`: it must be at least 1 MiB"),
            ("strict = \"yes\"", ":1:10", "`strict` must be true or false, not a text"),
            (
                "filter = 1",
                ":1:10",
                "`filter` must be a text or a list of them, such as \"tag:smoke\", not a\n       number",
            ),
            ("filter = [\"a\", 1]", ":1:16", "`filter` must be a text or a list of them, such as \"tag:smoke\""),
            (
                "filter = [\"a\", \"not /a(/\"]",
                ":1:16",
                "`filter`: /a(/ is not a regular expression: unclosed group, at character",
            ),
            ("filter = \"tag:\"", ":1:10", "`filter`: the name of a tag is missing"),
            ("profile = 1", ":1:11", "`profile` must be a table of profiles, such as [profile.ci], not a number"),
            ("[profile]\nci = true", ":2:6", "`ci` must be a profile, such as [profile.ci], not a boolean"),
            ("[profile.ci]\n\"größe\" = 1", ":2:1", "there is no key `größe` here"),
            ("jobs = 1\njobs = 2", ":2:1", "duplicate key"),
            ("strict = maybe", ":1:10", "error: "),
            ("filter = \"a\r\n", ":1:12", "error: "),
            ("filter = \"a\r\r\n", ":1:13", "error: "),
        ] {
            refuse(text, place, message);
        }
        for key in KEYS {
            refuse(&format!("{key} = 1979-05-27"), &format!(":1:{}", key.len() + 4), &format!("`{key}` must be "));
        }
    }

    #[test]
    fn what_is_no_file_of_reasonable_size_is_not_read() {
        let folder = Folder::new("settings");
        let told = |path: &Path| read(path, "kandy.toml").unwrap_err().to_string();
        let large = folder.make_sparse("large", MAX_BYTES + 1);
        assert_eq!(told(&large), "cannot read the settings in `kandy.toml`: it is larger than 1048576 bytes");
        assert_eq!(told(folder.path()), "cannot read the settings in `kandy.toml`: it is not a file");
        std::fs::write(folder.join("latin"), b"filter = \"\xe9\"").unwrap();
        assert_eq!(told(&folder.join("latin")), "cannot read the settings in `kandy.toml`: it is not UTF-8 text");
        std::fs::write(folder.join("marked"), b"\xef\xbb\xbfjobs = 3\n").unwrap();
        assert_eq!(read(&folder.join("marked"), "kandy.toml").unwrap().top.jobs, NonZeroUsize::new(3));
    }

    #[test]
    fn reports_go_to_the_folder_of_the_settings() {
        let read = |text: &str| parse(Path::new("p"), text, "kandy.toml").unwrap().top.reports.unwrap();
        let reports = read("report = [\"junit=out/junit.xml\"]");
        assert_eq!(
            reports,
            [WantedReport::File {
                kind: crate::report::ReportKind::Junit,
                path: Path::new("p/out/junit.xml").to_owned()
            }]
        );
        assert_eq!(read("report = [\"github\"]"), [WantedReport::Github]);
        assert_eq!(read("report = []"), []);
        refuse("report = \"junit=x\"", ":1:10", "`report` must be a list of texts");
        refuse("report = [\"junit\"]", ":1:10", "the report's file is missing");
        refuse("report = [\"tap=x\"]", ":1:10", "there is no report `tap`");
    }
}

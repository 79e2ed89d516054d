//! Reports that runs have left as JSON, read and made into one.

mod command;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use thiserror::Error;

use super::console;
use super::model::{End, HowExplored, Report, RunWarning, SCHEMA, Shard, Start, Status, Summary};
use crate::file::{self, FileError};
use crate::run::MAX_SHARDS;

/// The largest report that is read, in bytes: that of some ten thousand scenarios.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Why there is no report to read.
#[derive(Debug, Error)]
pub enum ReportReadError {
    /// The system refuses, or it is not a file of reasonable size.
    #[error("cannot read the report `{shown}`: {source}")]
    File {
        /// The path.
        shown: String,
        /// What is wrong.
        source: FileError,
    },
    /// It is not JSON, or has been cut off.
    #[error("the report `{shown}` is not JSON: {source}")]
    Syntax {
        /// The path.
        shown: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// It is some other JSON.
    #[error("`{shown}` is not a report of kandy-harness: it has no schema number")]
    NoReport {
        /// The path.
        shown: String,
    },
    /// It is from another version.
    #[error("the report `{shown}` has schema {schema}, and this version of kandy-harness reads {SCHEMA}")]
    Schema {
        /// The path.
        shown: String,
        /// What it has.
        schema: Value,
    },
    /// It says what no report says.
    #[error("the report `{shown}` is malformed: {source}")]
    Malformed {
        /// The path.
        shown: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// Its parts do not go together.
    #[error("the report `{shown}` contradicts itself: {what}")]
    Contradiction {
        /// The path.
        shown: String,
        /// What does not go together.
        what: &'static str,
    },
}

/// Why several reports are not one. Each names the files.
#[derive(Debug, Error)]
pub enum MergeError {
    /// There is a whole run among others.
    #[error("`{shown}` is the report of a whole run, not of a shard")]
    Whole {
        /// The path.
        shown: String,
    },
    /// The shards are parts of several divisions.
    #[error("`{shown}` is shard {}/{}, and `{first}` is one of {of}", shard.index, shard.of)]
    OtherCount {
        /// The path.
        shown: String,
        /// Its shard.
        shard: Shard,
        /// The first file.
        first: String,
        /// How many shards its run has.
        of: u32,
    },
    /// They are of several sets of scenarios.
    #[error("`{shown}` is of another set of scenarios than `{first}`")]
    OtherSet {
        /// The path.
        shown: String,
        /// The first file.
        first: String,
    },
    /// They are of several commands.
    #[error("`{shown}` is of another command than `{first}`, or of other users, or held against something else")]
    OtherCommand {
        /// The path.
        shown: String,
        /// The first file.
        first: String,
    },
    /// They did not run alike.
    #[error("`{shown}` did not run as `{first}` did: {what}")]
    OtherRun {
        /// The path.
        shown: String,
        /// The first file.
        first: String,
        /// What is different.
        what: String,
    },
    /// One is there twice.
    #[error("shard {}/{} is given twice: `{first}` and `{second}`", shard.index, shard.of)]
    Twice {
        /// Which.
        shard: Shard,
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
    /// Some are not there.
    #[error("{} of {of} {}: {}", counted(missing.len()), if missing.len() == 1 { "is missing" } else { "are missing" }, listed(missing))]
    Missing {
        /// Their numbers.
        missing: Vec<u32>,
        /// How many there are.
        of: u32,
    },
}

/// Reads the report at `path`, which messages call `shown`.
///
/// # Errors
///
/// There is none, or this version did not write it.
pub fn read(path: &Path, shown: &str) -> Result<Report, ReportReadError> {
    /// What every version of a report has.
    #[derive(Deserialize)]
    struct Version {
        schema: Option<Value>,
    }

    let shown = || shown.to_owned();
    let bytes = file::read(path, MAX_BYTES).map_err(|source| ReportReadError::File { shown: shown(), source })?;
    serde_json::from_slice::<IgnoredAny>(&bytes)
        .map_err(|source| ReportReadError::Syntax { shown: shown(), source })?;
    // A list would be taken for the members of an object, in their order.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    let version = serde_json::from_slice(&bytes).ok().filter(|_| is_object);
    let Some(Version { schema: Some(schema) }) = version else {
        return Err(ReportReadError::NoReport { shown: shown() });
    };
    if schema != SCHEMA {
        return Err(ReportReadError::Schema { shown: shown(), schema });
    }
    let report =
        serde_json::from_slice(&bytes).map_err(|source| ReportReadError::Malformed { shown: shown(), source })?;
    match contradiction(&report) {
        Some(what) => Err(ReportReadError::Contradiction { shown: shown(), what }),
        None => Ok(report),
    }
}

/// What no run can have left, though each part of it may be there.
fn contradiction(Report { start, cases, end, .. }: &Report) -> Option<&'static str> {
    /// More than any run counts, and less than what cannot be added up.
    const MOST: usize = 1 << 30;

    let summary = &end.summary;
    let count = |statuses: &[Status]| cases.iter().filter(|case| statuses.contains(&case.status)).count();
    let failed = count(&[Status::Failed, Status::Doubtful, Status::Differs, Status::Unlike]);
    let counted = [
        (start.cases, cases.len()),
        (summary.passed, count(&[Status::Passed])),
        (summary.skipped, count(&[Status::Skipped])),
        (summary.failed, failed),
        (summary.doubtful, count(&[Status::Doubtful])),
        (summary.broken, count(&[Status::Broken])),
        (summary.errors, count(&[Status::Error])),
        (summary.stopped, count(&[Status::Stopped])),
        (summary.not_run, count(&[Status::NotRun])),
        (summary.run_warnings, end.warnings.len() + end.stale_snapshots.len()),
    ];
    let others = [summary.without_snapshot, summary.accepted, summary.pending, summary.doubts];
    if counted.iter().any(|(told, is)| told != is)
        || others.into_iter().chain(summary.warnings).any(|count| count > MOST)
    {
        return Some("its summary does not match its contents");
    }
    let is_shard = |Shard { index, of }: Shard| of <= MAX_SHARDS && (1..=of).contains(&index);
    (!start.shard.is_none_or(is_shard)).then_some("there is no such shard")
}

/// Makes one report of the shards of a run, each with the path that messages call it by. One that is whole stays as it is.
///
/// # Errors
///
/// They are not all the shards of one run.
pub fn merge(mut reports: Vec<(String, Report)>) -> Result<Report, MergeError> {
    if reports.len() == 1 && reports[0].1.start.shard.is_none() {
        return Ok(reports.remove(0).1);
    }
    check(&reports)?;
    let reports: Vec<Report> = reports.into_iter().map(|(_, report)| report).collect();
    let (start, mut end) = (reports[0].start.clone(), end(&reports));
    if let Some(of_shards) = command::shards(&reports)
        && let Some(case) = command::merged(&of_shards, end.interrupted)
    {
        end.summary = Summary::default();
        end.summary.add(&case);
        return Ok(Report { schema: SCHEMA, start: Start { shard: None, cases: 1, ..start }, cases: vec![case], end });
    }
    let start = Start { shard: None, cases: reports.iter().map(|report| report.start.cases).sum(), ..start };
    let mut cases: Vec<_> = reports.into_iter().flat_map(|report| report.cases).collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Report { schema: SCHEMA, start, cases, end })
}

/// Whether they are all the shards of one run, each once.
fn check(reports: &[(String, Report)]) -> Result<(), MergeError> {
    let mut seen: BTreeMap<u32, &str> = BTreeMap::new();
    let mut of_all: Option<(&str, &Start, u32)> = None;
    for (shown, report) in reports {
        let start = &report.start;
        let shard = start.shard.ok_or_else(|| MergeError::Whole { shown: shown.clone() })?;
        let (first, like, of) = *of_all.get_or_insert((shown, start, shard.of));
        let (own, first) = (shown.clone(), first.to_owned());
        if shard.of != of {
            return Err(MergeError::OtherCount { shown: own, shard, first, of });
        }
        if let Some(what) = unlike(start, like) {
            return Err(MergeError::OtherRun { shown: own, first, what });
        }
        if start.set != like.set && command::shards(std::slice::from_ref(report)).is_some() {
            return Err(MergeError::OtherCommand { shown: own, first });
        }
        if start.set != like.set {
            return Err(MergeError::OtherSet { shown: own, first });
        }
        if let Some(first) = seen.insert(shard.index, shown) {
            return Err(MergeError::Twice { shard, first: first.to_owned(), second: own });
        }
    }
    let of = of_all.map_or(0, |(_, _, of)| of);
    let missing: Vec<u32> = (1..=of).filter(|index| !seen.contains_key(index)).collect();
    if missing.is_empty() { Ok(()) } else { Err(MergeError::Missing { missing, of }) }
}

/// What is different in how two ran.
fn unlike(start: &Start, like: &Start) -> Option<String> {
    let with = |is: bool, option: &str| format!("{} {option}", if is { "with" } else { "without" });
    if start.harness != like.harness {
        return Some(format!("by version {}, not {}", start.harness, like.harness));
    }
    if start.live != like.live {
        return Some(with(start.live, "--live"));
    }
    if start.strict != like.strict {
        return Some(with(start.strict, "--strict"));
    }
    unlike_explored(start.explored.as_ref(), like.explored.as_ref())
}

/// What is different in how two explored, if they did.
fn unlike_explored(one: Option<&HowExplored>, like: Option<&HowExplored>) -> Option<String> {
    let with = |is: bool, option: &str| format!("{} {option}", if is { "with" } else { "without" });
    match (one, like) {
        (None, None) => None,
        (Some(_), None) => Some("by `explore`, not by `run`".to_owned()),
        (None, Some(_)) => Some("by `run`, not by `explore`".to_owned()),
        (Some(one), Some(like)) if one.pairs != like.pairs => Some(with(one.pairs, "--pairs")),
        (Some(one), Some(like)) if one.judge_checks != like.judge_checks => {
            Some(with(one.judge_checks, "--judge-checks"))
        }
        (Some(one), Some(like)) => (one.without != like.without).then(|| "with another --without".to_owned()),
    }
}

/// How all of them together have ended. They ran side by side, so that the longest tells how long it took.
fn end(reports: &[Report]) -> End {
    let ends = || reports.iter().map(|report| &report.end);
    let mut summary = ends().fold(Summary::default(), |sum, end| sum.with(&end.summary));
    let (mut warnings, mut stale_snapshots) = (Vec::new(), Vec::new());
    for end in ends() {
        // Each shard looks at all the files that were found.
        let new = end.warnings.iter().filter(|warning| !matches!(warning, RunWarning::AllSkipped { .. }));
        let new: Vec<RunWarning> = new.filter(|warning| !warnings.contains(*warning)).cloned().collect();
        warnings.extend(new);
        let new: Vec<String> =
            end.stale_snapshots.iter().filter(|path| !stale_snapshots.contains(*path)).cloned().collect();
        stale_snapshots.extend(new);
    }
    let Start { strict, live, .. } = reports[0].start;
    warnings.extend(
        summary
            .of_run(strict, live)
            .all_skipped()
            .map(|count| RunWarning::AllSkipped { message: console::all_skipped(count), count }),
    );
    summary.run_warnings = warnings.len() + stale_snapshots.len();
    End {
        wall_time: ends().map(|end| end.wall_time).fold(0.0, f64::max),
        interrupted: ends().any(|end| end.interrupted),
        warnings,
        stale_snapshots,
        summary,
    }
}

fn counted(count: usize) -> String {
    console::counted(count, "shard")
}

/// The first numbers, and how many more there are.
fn listed(numbers: &[u32]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<String> = numbers.iter().take(SHOWN).map(u32::to_string).collect();
    let more = numbers.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

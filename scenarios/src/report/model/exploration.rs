//! What an exploration of a scenario found.

use serde::{Deserialize, Serialize};

use super::Record;

/// How scenarios were explored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HowExplored {
    /// Whether two things went wrong in one run, too.
    pub pairs: bool,
    /// Whether every failed wait and check is a finding, whatever the script says.
    pub judge_checks: bool,
    /// The families of acts that were left out.
    pub without: Vec<String>,
}

/// What came of all runs of one scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exploration {
    /// How many messages the undisturbed run had.
    pub messages: usize,
    /// How many runs were made.
    pub runs: usize,
    /// How many were not, since the budget was spent, the exploration was interrupted, or they were too many.
    pub not_run: usize,
    /// How many had a finding.
    pub with_finding: usize,
    /// What is not as it is accepted; `null` where nothing is accepted, or it was not held against it.
    pub changes: Option<Changes>,
    /// The moments that were disturbed, in the order in which they came: the rows of the matrix.
    pub moments: Vec<String>,
    /// What went wrong there, by family: its columns.
    pub acts: Vec<Act>,
    /// The runs with one disturbance: its cells.
    pub cells: Vec<Cell>,
    /// Some of those with two: the smallest that bring a finding, and the first with each outcome that no cell has.
    pub pairs: Vec<Pair>,
    /// How many more of these there are.
    pub more_pairs: usize,
    /// The outcomes, in the order in which they were met.
    pub outcomes: Vec<Outcome>,
    /// What was found, as the console groups it: what comes most first.
    pub findings: Vec<Found>,
    /// A run for each outcome, as many as there is room for.
    pub examples: Vec<Example>,
    /// What its clients went through; `null` where that was not noted.
    pub transitions: Option<Transitions>,
    /// What to say about a command alone, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Box<OfCommand>>,
}

/// What to say about a command that was explored, beside what is said about a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfCommand {
    /// How many runs `--without` has left out.
    pub left_out: usize,
    /// How many runs are of other shards.
    pub elsewhere: usize,
    /// The runs in which nothing went wrong, since the moment did not come.
    pub not_reached: Vec<String>,
    /// Those that ended in one way and then in another, which is not a finding.
    pub flaky: Vec<Flaky>,
    /// What is accepted of the runs of this shard, and was not found: it has gone if all shards together are whole. `null`
    /// where nothing is accepted.
    pub unfound: Option<Vec<String>>,
}

/// Two runs with one schedule that differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flaky {
    /// What went wrong.
    pub schedule: String,
    /// What was found in the first one, and in the second.
    pub outcomes: [String; 2],
}

/// The transitions of the clients, each as `STATE | INPUT | STATE`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transitions {
    /// Those of the scenario itself, where nothing went wrong.
    pub scenario: Vec<String>,
    /// Those that exploring it adds.
    pub added: Vec<String>,
}

/// What is not as it is accepted: lines as the accepted file has them, the first ones of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Changes {
    /// What is not accepted.
    pub new: Vec<String>,
    /// How many more are not.
    pub more_new: usize,
    /// What is, and was not found. Where not all runs were made, nothing is gone.
    pub gone: Vec<String>,
    /// How many more are.
    pub more_gone: usize,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// As `--at` takes it behind a moment and a colon.
    pub act: String,
    /// Its family, by which `--without` leaves it out.
    pub family: String,
}

/// A run with one disturbance. `MOMENT: ACT` is its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The number of its moment, from 0.
    pub moment: usize,
    /// That of its act.
    pub act: usize,
    /// That of its outcome; `null` where there are more than are told apart.
    pub outcome: Option<usize>,
    /// How it ended.
    pub end: RunEnd,
}

/// How a disturbed run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunEnd {
    /// As the undisturbed one.
    Undisturbed,
    /// Otherwise, and well.
    Other,
    /// With a finding.
    Finding,
}

/// A run with two disturbances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// What went wrong.
    pub schedule: String,
    /// The number of its outcome, from 0; `null` if it is not among those that are here.
    pub outcome: Option<usize>,
    /// How it ended.
    pub end: RunEnd,
}

/// Runs that ended alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// How the script ended, how each client stood, and what was wrong.
    pub text: String,
    /// How many runs there were.
    pub runs: usize,
    /// How they ended.
    pub end: RunEnd,
    /// The number of the example, from 0; `null` if there is none.
    pub example: Option<usize>,
}

/// Something that is wrong, and what brings it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// What is wrong, and with which client.
    pub finding: String,
    /// How many schedules bring it.
    pub count: usize,
    /// The smallest of these; `null` if nothing has to go wrong.
    pub smallest: Option<String>,
    /// These by what goes wrong.
    pub ways: Vec<Way>,
}

/// Schedules that are told in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The line.
    pub label: String,
    /// How many there are.
    pub count: usize,
    /// The schedules, or the first ones.
    pub schedules: Vec<String>,
}

/// What happened in a run, beside the undisturbed one, whose records are those of the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What went wrong.
    pub schedule: String,
    /// How many records it begins with that the undisturbed run begins with, too.
    pub same: usize,
    /// Those that follow, or the first ones.
    pub records: Vec<Record>,
    /// How many more there are.
    pub more: usize,
}

//! What reports cost a run: 1,000 scenarios with all reports to files and with none, in turns, each run by a process of its
//! own; and what more scenarios cost in memory. Promises about time are tried until they are kept once.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use kandy_scenarios::cli::{self, CliOutput, Environment};
use kandy_scenarios::exit_code::Exit;
use kandy_scenarios::report::ReportKind;

const SCRIPT: &str = r#"
platform.addUser("alice@example.com", "s3cret");
let kandy = create();
kandy.connect(#{ username: "alice@example.com", password: "s3cret" });
waitUntil(|| kandy.getConnection().isConnected);
kandy.disconnect();
waitUntil(|| !kandy.getConnection().isConnected);
"#;

/// How many scenarios are run to see what they cost.
const SCENARIOS: usize = 1_000;
/// How many are run to see what more of them cost in memory.
const MANY: usize = 4_000;
const JOBS: NonZeroUsize = NonZeroUsize::new(2).expect("it is not zero");
const ROUNDS: usize = 15;

/// What a run with all reports may take.
const MOST_TIME: Duration = Duration::from_secs(2);
/// What all reports together may add to it for each scenario. A scenario of a few calls takes some 50 us itself, so that a share of
/// that would say more of the scenario than of the reports.
const MOST_ADDED: Duration = Duration::from_micros(100);
/// What a scenario may add to the process beyond its reports: its text, its name and its paths.
const MOST_GROWTH_KIB: f64 = 4.0;

/// The argument with which this program is one run.
const RUN: &str = "--one-run";

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.iter().position(|argument| argument == RUN) {
        Some(at) => one_run(&arguments[at + 1..]),
        None => compare(),
    }
}

/// What one run has cost.
#[derive(Clone, Copy)]
struct Cost {
    time: Duration,
    /// The most that the process had in memory, where the system tells.
    peak_kib: Option<u64>,
}

fn compare() {
    let place = env::temp_dir().join(format!("kandy-bench-reports-{}", std::process::id()));
    let few = scenarios(&place.join("few"), SCENARIOS);
    let many = scenarios(&place.join("many"), MANY);
    let kinds = ReportKind::ALL.map(ReportKind::as_str).join(", ");
    println!("{SCENARIOS} scenarios, {JOBS} at once, with reports as {kinds} and without, up to {ROUNDS} rounds");

    let (mut quick, mut cheap) = (false, false);
    for round in 1..=ROUNDS {
        let (without, with) = (run(&few, false), run(&few, true));
        let cost = with.time.as_secs_f64() / without.time.as_secs_f64() - 1.0;
        println!("{round:>4}: {:?} without, {:?} with: {:+.1} %", without.time, with.time, cost * 100.0);
        let added = with.time.saturating_sub(without.time) / u32::try_from(SCENARIOS).expect("it is a thousand");
        quick |= with.time <= MOST_TIME;
        cheap |= added <= MOST_ADDED;
        if quick && cheap {
            break;
        }
    }
    let growth = |reports: bool| {
        let (few, many) = (run(&few, reports).peak_kib?, run(&many, reports).peak_kib?);
        println!("reports {reports}: {few} KiB for {SCENARIOS} scenarios, {many} KiB for {MANY}");
        Some(many.saturating_sub(few) as f64 / (MANY - SCENARIOS) as f64)
    };
    let (without, with) = (growth(false), growth(true));
    let written = (size(&many) - size(&few)) as f64 / 1024.0 / (MANY - SCENARIOS) as f64;
    fs::remove_dir_all(place).expect("the folder is ours");

    assert!(quick, "a run of {SCENARIOS} with all reports takes more than {MOST_TIME:?}");
    assert!(cheap, "reports add more than {MOST_ADDED:?} to each scenario");
    let (Some(without), Some(with)) = (without, with) else {
        println!("this system does not tell how much memory a process had");
        return;
    };
    println!("a scenario more: {without:.2} KiB; with reports {with:.2} KiB, of which {written:.2} KiB are written");
    assert!(without <= MOST_GROWTH_KIB, "finished scenarios stay in memory");
    assert!(with <= MOST_GROWTH_KIB + written, "reports keep more than they write");
}

/// A folder of that many scenarios.
fn scenarios(folder: &Path, count: usize) -> PathBuf {
    fs::create_dir_all(folder.join("scenarios")).expect("there is room for scenarios");
    for number in 0..count {
        let path = folder.join(format!("scenarios/case-{number}.rhai"));
        fs::write(path, SCRIPT).expect("there is room for scenarios");
    }
    folder.to_owned()
}

/// The bytes of all reports that the last run with reports has left.
fn size(folder: &Path) -> u64 {
    let reports = ReportKind::ALL.map(|kind| fs::metadata(folder.join(kind.as_str())));
    reports.into_iter().map(|report| report.expect("a run has written it").len()).sum()
}

/// Runs a folder of scenarios in a process.
fn run(folder: &Path, reports: bool) -> Cost {
    let mut command = Command::new(env::current_exe().expect("a program knows its own file"));
    command.arg(RUN).arg(folder);
    if reports {
        command.args(ReportKind::ALL.map(ReportKind::as_str));
    }
    let output = command.output().expect("this program can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("a run writes numbers");
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    let micros = numbers.next().flatten().expect("a run writes its time");
    Cost { time: Duration::from_micros(micros), peak_kib: numbers.next().flatten() }
}

/// Runs a folder with the reports that are named, and writes what it has cost.
#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn one_run(arguments: &[String]) {
    let [folder, reports @ ..] = arguments else { panic!("the folder is missing") };
    let environment =
        Environment { folder: folder.into(), jobs: JOBS, ci: false, signals: false, ..Environment::of_process() };
    let reports = reports.iter().map(|kind| format!("--report={kind}={kind}"));
    let command = ["kandy-harness", "run"].map(str::to_owned).into_iter().chain(reports);
    let (mut out, mut err) = (io::sink(), Vec::new());
    let begun = Instant::now();
    let exit = cli::main(command, &environment, &mut CliOutput::plain(&mut out), &mut CliOutput::plain(&mut err));
    let time = begun.elapsed();
    assert_eq!(exit, Exit::Passed, "{}", String::from_utf8_lossy(&err));
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    println!("{} {}", time.as_micros(), peak.unwrap_or_default());
}

//! What exploring costs: all bundled scenarios with one thing going wrong, by one thread and by two, and one scenario with two
//! things going wrong. Promises about time are tried until they are kept once.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kandy_scenarios::cli::{self, CliOutput, Environment};
use kandy_scenarios::exit_code::Exit;
use kandy_scenarios::memory;

/// That of the command.
#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::counting();

const ROUNDS: usize = 15;
/// How many runs a second one thread makes, each judged twice.
const LEAST_RUNS_A_SECOND: f64 = 6_000.0;
/// What all bundled scenarios may take one thread.
const MOST_TIME: Duration = Duration::from_secs(4);
/// What all pairs of the quickstart's may take one thread.
const MOST_TIME_OF_PAIRS: Duration = Duration::from_secs(2);
/// How much sooner two threads are done.
const LEAST_SPEEDUP: f64 = 1.8;

const BUNDLE: &str = "scenarios/scripts";
const QUICKSTART: &str = "scenarios/scripts/connect/quickstart.rhai";

fn main() {
    let (mut quick, mut many, mut pairs_are_quick, mut scales) = (false, false, false, false);
    for round in 1..=ROUNDS {
        let one = explore(&[BUNDLE], 1);
        let two = explore(&[BUNDLE], 2);
        let pairs = explore(&[QUICKSTART, "--pairs"], 1);
        let a_second = one.runs / one.time.as_secs_f64();
        let speedup = one.time.as_secs_f64() / two.time.as_secs_f64();
        println!(
            "{round:>4}: {} runs, {a_second:.0} a second; {:?} by one thread, {:?} by two ({speedup:.2}); pairs {:?}",
            one.runs, one.time, two.time, pairs.time
        );
        quick |= one.time <= MOST_TIME;
        many |= a_second >= LEAST_RUNS_A_SECOND;
        pairs_are_quick |= pairs.time <= MOST_TIME_OF_PAIRS;
        scales |= speedup >= LEAST_SPEEDUP;
        if quick && many && pairs_are_quick && scales {
            return;
        }
    }
    assert!(quick, "all bundled scenarios take more than {MOST_TIME:?}");
    assert!(many, "less than {LEAST_RUNS_A_SECOND} runs a second");
    assert!(pairs_are_quick, "all pairs of the quickstart's take more than {MOST_TIME_OF_PAIRS:?}");
    assert!(scales, "two threads are less than {LEAST_SPEEDUP} times as fast as one");
}

struct Cost {
    time: Duration,
    runs: f64,
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn explore(arguments: &[&str], jobs: usize) -> Cost {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let jobs = NonZeroUsize::new(jobs).expect("it is not zero");
    let environment = Environment { folder, jobs, ci: false, signals: false, ..Environment::of_process() };
    let command = ["kandy-harness", "explore"].into_iter().chain(arguments.iter().copied());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    let exit = cli::main(command, &environment, &mut CliOutput::plain(&mut out), &mut CliOutput::plain(&mut err));
    let time = begun.elapsed();
    let text = String::from_utf8(out).expect("it writes text");
    // What pairs find is not what is accepted of single ones.
    assert!(matches!(exit, Exit::Passed | Exit::Failed), "{text}{}", String::from_utf8_lossy(&err));
    let last = text.lines().next_back().unwrap_or_default();
    let runs = last.split_once(": ").and_then(|(_, rest)| rest.split_once(" run")?.0.parse().ok());
    Cost { time, runs: runs.unwrap_or_else(|| panic!("it says how many runs there were: {last}")) }
}

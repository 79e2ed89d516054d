//! The JavaScript package: its core in Node, its fixtures in Chromium and in Vitest, its declarations, and its tarballs.
//!
//! Each test is a run of another program over the scripts beside this, with this program as the command. Where Node, Chromium
//! or a package is missing, the tests are skipped, each with the reason. With `KANDY_JS=required` they fail instead: so
//! `.ci/run` has it.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;

use kandy_scenarios::cli::{self, CliOutput, Environment};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// The variable that makes a missing tool a failure.
const REQUIREMENT: &str = "KANDY_JS";
/// The variable that makes this program the command.
const AS_COMMAND: &str = "KANDY_JS_COMMAND";
/// How often the tests in the browser run, beside once.
const REPEATS: &str = "KANDY_JS_REPEATS";
/// Where the package looks for the command first.
const PROGRAM: &str = "KANDY_HARNESS";

const MISSING: &str = "it needs Node 20 or later, Chromium, and: npm ci --prefix tests/js";

/// The tests: what each runs, below `node_modules/.bin` or as a script of Node.
const TESTS: &[(&str, &[&str])] = &[
    ("core_and_timers", &["node", "--test", "--test-timeout=60000", "node/"]),
    ("declarations", &["tsc", "--project", "types"]),
    ("documents", &["node", "types/documents.mjs"]),
    ("tarballs", &["node", "tarballs.mjs"]),
    ("vitest_in_node", &["vitest", "run", "--environment", "node"]),
    ("vitest_in_jsdom", &["vitest", "run", "--environment", "jsdom"]),
    ("vitest_in_happy_dom", &["vitest", "run", "--environment", "happy-dom"]),
    (IN_BROWSER, &["playwright", "test"]),
    ("explored_in_the_browser", &["node", "explored.mjs"]),
    ("test_explore", &["playwright", "test", "--config", "explored/playwright.config.mjs", "explore.spec"]),
];
const IN_BROWSER: &str = "in_the_browser";

fn main() -> ExitCode {
    if env::var_os(AS_COMMAND).is_some() {
        let (mut out, mut err) = (io::stdout(), io::stderr());
        let (mut out, mut err) = (CliOutput::plain(&mut out), CliOutput::plain(&mut err));
        return cli::main(env::args_os(), &Environment::of_process(), &mut out, &mut err).into();
    }
    let arguments = Arguments::from_args();
    if let Some(value) = env::var_os(REQUIREMENT)
        && value != "required"
    {
        println!("js: {REQUIREMENT} is either \"required\" or not set; it is {value:?}");
        return ExitCode::FAILURE;
    }
    let trials = TESTS.iter().map(|(name, words)| trial(name, words)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list && conclusion.num_ignored > 0 {
        println!("js: {} tests were skipped; CONTRIBUTING.md says what they need", conclusion.num_ignored);
    }
    conclusion.exit_code()
}

/// A test that is skipped, with the reason, where there is nothing to run it with.
fn trial(name: &'static str, words: &'static [&str]) -> Trial {
    Trial::ignorable_test(name, move || match (is_equipped(), env::var_os(REQUIREMENT)) {
        (true, _) => run(name, words).map(|()| Completion::Completed),
        (false, None) => Ok(Completion::ignored_with(MISSING)),
        (false, Some(_)) => Err(format!("{MISSING} ({REQUIREMENT} is set, so it is not skipped)").into()),
    })
}

/// Whether there is all that the tests need, tried once. Then the package is where they import it from.
fn is_equipped() -> bool {
    static EQUIPPED: OnceLock<bool> = OnceLock::new();
    *EQUIPPED.get_or_init(|| {
        let mut node = program("node");
        node.arg("install.mjs").stdout(Stdio::null()).stderr(Stdio::null());
        node.status().is_ok_and(|status| status.success())
    })
}

fn run(name: &str, words: &[&str]) -> Result<(), Failed> {
    let (tool, arguments) = words.split_first().ok_or("a test runs something")?;
    let mut command = if *tool == "node" { program("node") } else { program(&format!("node_modules/.bin/{tool}")) };
    command.args(arguments).env(PROGRAM, env::current_exe()?).env(AS_COMMAND, "1").env("NO_COLOR", "1");
    if name == IN_BROWSER
        && let Some(repeats) = env::var_os(REPEATS)
    {
        command.arg("--repeat-each").arg(repeats);
    }
    let ended = command.output()?;
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    print!("{out}");
    if ended.status.success() { Ok(()) } else { Err(format!("{}\n{out}{err}", ended.status).into()) }
}

fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    // A proxy of the environment is for what is elsewhere, and its results are of no other run's.
    command
        .current_dir(folder())
        .env_remove("NODE_USE_ENV_PROXY")
        .env_remove("FORCE_COLOR")
        .env("KANDY_JS_RESULTS", env::temp_dir().join(format!("kandy-js-{}", std::process::id())))
        .stdin(Stdio::null());
    command
}

/// Where the scripts are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("js")
}

//! The JavaScript package: its core in Node, its fixtures in Chromium and in Vitest, its declarations, and its tarballs.
//!
//! Each test is a run of another program over the scripts beside this, with this program as the command. Where Node, Chromium
//! or a package is missing, the tests are skipped, each with the reason. With `KANDY_JS=required` they fail instead: so
//! `.ci/run` has it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;

use kandy_tests::ForeignSuite;
use libtest_mimic::Failed;

const SUITE: ForeignSuite = ForeignSuite { name: "js", requirement: "KANDY_JS", as_command: "KANDY_JS_COMMAND" };
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
    let trial = |(name, words): &(&'static str, &'static [&'static str])| {
        let (name, words) = (*name, *words);
        SUITE.trial(name, is_equipped, MISSING, move || run(name, words))
    };
    SUITE.run(|| TESTS.iter().map(trial).collect())
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
    command.args(arguments).env(PROGRAM, env::current_exe()?).env(SUITE.as_command, "1").env("NO_COLOR", "1");
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

//! Foreign programs: child processes that take and tell one JSON object a line.

use std::convert::Infallible;
use std::env;
use std::future::pending;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use libtest_mimic::{Completion, Trial};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

use crate::{DEADLINE, block_on};

/// The variable that makes a missing tool a failure.
pub(crate) const REQUIREMENT: &str = "KANDY_INTEROP";

/// A program of this folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// A client of Node's `fetch` and `ws`.
    NodeClient,
    /// A client of Python's `websockets`.
    PythonClient,
    /// A platform of Node's HTTP server and `ws`.
    NodeServer,
    /// Pages of Chromium with releases of Kandy.js.
    Releases,
}

impl Script {
    const fn file(self) -> &'static str {
        match self {
            Self::NodeClient => "client.mjs",
            Self::PythonClient => "client.py",
            Self::NodeServer => "server.mjs",
            Self::Releases => "releases.mjs",
        }
    }

    const fn tool(self) -> Tool {
        match self {
            Self::NodeClient | Self::NodeServer => Tool::Node,
            Self::PythonClient => Tool::Python,
            Self::Releases => Tool::Chromium,
        }
    }

    /// A test that runs this program. It is skipped, with the reason, where the program cannot run.
    pub(crate) fn trial<F: Future<Output = ()> + 'static>(self, name: &str, test: fn(Program) -> F) -> Trial {
        self.trial_unless(|| None, name, test)
    }

    /// The same; it is also skipped if something else is missing.
    pub(crate) fn trial_unless<F: Future<Output = ()> + 'static>(
        self,
        missing: impl FnOnce() -> Option<&'static str> + Send + 'static,
        name: &str,
        test: impl FnOnce(Program) -> F + Send + 'static,
    ) -> Trial {
        let test = move |interpreter: &'static Path| block_on(test(Program::start(interpreter, self)));
        self.tool().trial_unless(missing, format!("{}::{name}", self.file()), test)
    }
}

/// What runs a program, or is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Node,
    Python,
    /// Node with Playwright and Chromium.
    Chromium,
    /// Python 2.7 with the suite of Autobahn, which no later Python runs.
    Autobahn,
    /// Clients that are too slow on purpose.
    SlowHttpTest,
}

impl Tool {
    /// A test that needs this tool. It is skipped, with the reason, where there is none.
    pub(crate) fn trial(self, name: String, test: impl FnOnce(&'static Path) + Send + 'static) -> Trial {
        self.trial_unless(|| None, name, test)
    }

    /// The same; it is also skipped if something else is missing.
    pub(crate) fn trial_unless(
        self,
        missing: impl FnOnce() -> Option<&'static str> + Send + 'static,
        name: String,
        test: impl FnOnce(&'static Path) + Send + 'static,
    ) -> Trial {
        Trial::ignorable_test(name, move || match (missing(), self.find()) {
            (Some(why), _) => Ok(Completion::ignored_with(why)),
            (None, Ok(tool)) => {
                test(tool);
                Ok(Completion::Completed)
            }
            (None, Err(why)) if self.can_be_required() && env::var_os(REQUIREMENT).is_some() => {
                Err(format!("{why} ({REQUIREMENT} is set, so it is not skipped)").into())
            }
            (None, Err(why)) => Ok(Completion::ignored_with(why)),
        })
    }

    /// Few machines still have Python 2.7.
    fn can_be_required(self) -> bool {
        self != Self::Autobahn
    }

    /// The interpreter or the program, tried once; or why there is none, and what to do.
    fn find(self) -> Result<&'static Path, &'static str> {
        static NODE: OnceLock<Option<PathBuf>> = OnceLock::new();
        static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
        static CHROMIUM: OnceLock<Option<PathBuf>> = OnceLock::new();
        static AUTOBAHN: OnceLock<Option<PathBuf>> = OnceLock::new();
        static SLOW_HTTP_TEST: OnceLock<Option<PathBuf>> = OnceLock::new();
        let (found, missing) = match self {
            Self::Node => (&NODE, "it needs Node 18 or later, and: npm ci --prefix tests/interop"),
            Self::Python => {
                (&PYTHON, "it needs Python 3.10 or later, and: pip install -r tests/interop/requirements.txt")
            }
            Self::Chromium => (&CHROMIUM, "it needs Node 18 or later, Chromium, and: npm ci --prefix tests/browser"),
            Self::Autobahn => (
                &AUTOBAHN,
                "it needs Python 2.7 (KANDY_PYTHON27 may say which), and: \
                 pip install --no-deps --target target/autobahn -r tests/interop/autobahn.txt",
            ),
            Self::SlowHttpTest => (&SLOW_HTTP_TEST, "it needs slowhttptest, which is a package of Debian's"),
        };
        let found = found.get_or_init(|| self.candidates().into_iter().find(|candidate| self.works(candidate)));
        found.as_deref().ok_or(missing)
    }

    /// Interpreters by preference.
    fn candidates(self) -> Vec<PathBuf> {
        match self {
            Self::Node | Self::Chromium => vec!["node".into()],
            Self::Python => {
                let own = folder().join("../../target/interop-venv");
                vec![own.join("bin/python"), own.join("Scripts/python.exe"), "python3".into(), "python".into()]
            }
            Self::Autobahn => vec![env::var_os("KANDY_PYTHON27").map_or_else(|| "python2.7".into(), PathBuf::from)],
            Self::SlowHttpTest => vec!["slowhttptest".into()],
        }
    }

    /// Whether an interpreter has what the programs import.
    fn works(self, interpreter: &Path) -> bool {
        let check = match self {
            Self::Node => &["--input-type=module", "--eval", "import 'ws'; fetch.name"][..],
            Self::Chromium => &["--input-type=module", "--eval", CHROMIUM],
            Self::Python => &["-c", "from websockets.version import version; assert int(version.split('.')[0]) >= 15"],
            Self::Autobahn => &["-c", AUTOBAHN],
            Self::SlowHttpTest => &["-h"],
        };
        let mut command = Command::new(interpreter);
        command.current_dir(folder()).args(check).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // slowhttptest says how it is used, and fails.
        command.status().is_ok_and(|status| status.success() || self == Self::SlowHttpTest)
    }
}

/// Fails where there is no Playwright or no Chromium.
const CHROMIUM: &str = "import { program } from '../browser/chromium.mjs'; if (!program) process.exit(1)";

/// What Python 2.7 runs of Autobahn's suite; its arguments are those of the suite, if there are any.
pub(crate) const AUTOBAHN: &str = "\
import site, sys
site.addsitedir('../../target/autobahn')
from autobahntestsuite import wstest
if sys.argv[1:]: wstest.run()
";

/// Runs a program that takes all of the machine to its end, one at a time.
pub(crate) async fn run_alone(command: tokio::process::Command) -> Output {
    run_alone_until(command, pending()).await
}

/// The same; when something is over, the program is interrupted, as one is with Ctrl+C.
pub(crate) async fn run_alone_until(mut command: tokio::process::Command, is_over: impl Future<Output = ()>) -> Output {
    static ALONE: Mutex<()> = Mutex::const_new(());
    let _alone = ALONE.lock().await;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let program = command.spawn().expect("it has run before");
    let id = program.id().expect("it is not waited for yet");
    let interrupted = async {
        is_over.await;
        interrupt(id);
        pending::<Infallible>().await
    };
    let ended = async {
        tokio::select! {
            output = program.wait_with_output() => output,
            never = interrupted => match never {},
        }
    };
    let output = tokio::time::timeout(LONGEST_RUN, ended).await;
    output
        .unwrap_or_else(|_| panic!("it has not ended within {LONGEST_RUN:?}: {command:?}"))
        .expect("it tells something")
}

/// Interrupts a program that is not waited for yet.
#[cfg(unix)]
fn interrupt(program: u32) {
    let pid = i32::try_from(program).ok().and_then(rustix::process::Pid::from_raw);
    let pid = pid.expect("it is the number of a process");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it is ours");
}

/// Nothing that runs elsewhere is interrupted.
#[cfg(not(unix))]
fn interrupt(_: u32) {
    unreachable!("slowhttptest is a program of Unix");
}

const LONGEST_RUN: Duration = Duration::from_secs(300);

/// A program that runs. It ends with this.
#[derive(Debug)]
pub(crate) struct Program {
    script: Script,
    child: Child,
    stdin: ChildStdin,
    lines: mpsc::Receiver<String>,
    /// What was told either way, for failures.
    log: Vec<String>,
}

impl Program {
    fn start(interpreter: &Path, script: Script) -> Self {
        let mut command = Command::new(interpreter);
        command.arg(folder().join(script.file())).stdin(Stdio::piped()).stdout(Stdio::piped());
        // With this variable set, Node's `fetch` would go through the proxy of the environment, even to loopback.
        let mut child = command.env_remove("NODE_USE_ENV_PROXY").spawn().expect("it has run before");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = mpsc::channel(LINES_WAITING);
        let reader = thread::Builder::new().name(script.file().to_owned());
        let read = move || {
            // Reading ends with the program, and with the test.
            for line in stdout.lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    break;
                }
            }
        };
        reader.spawn(read).expect("the system has a thread to spare");
        Self { script, child, stdin, lines, log: Vec::new() }
    }

    /// Tells the program to do something.
    pub(crate) fn tell(&mut self, what: &Value) {
        let line = what.to_string();
        self.log.push(format!("told:  {}", beginning(&line)));
        if let Err(error) = self.stdin.write_all(format!("{line}\n").as_bytes()) {
            panic!("{} cannot be told: {error}{}", self.script.file(), self.history());
        }
    }

    /// The next thing that the program tells.
    pub(crate) async fn next(&mut self) -> Value {
        let file = self.script.file();
        match tokio::time::timeout(DEADLINE, self.lines.recv()).await {
            Ok(Some(line)) => {
                self.log.push(format!("tells: {}", beginning(&line)));
                serde_json::from_str(&line).unwrap_or_else(|error| panic!("{file}: {error}{}", self.history()))
            }
            Ok(None) => panic!("{file} has ended{}", self.history()),
            Err(_) => panic!("{file} tells nothing for {DEADLINE:?}{}", self.history()),
        }
    }

    /// The next thing of a kind; others are skipped.
    pub(crate) async fn next_that(&mut self, is: &str) -> Value {
        loop {
            let told = self.next().await;
            if told["is"] == is {
                return told;
            }
        }
    }

    fn history(&self) -> String {
        self.log.iter().fold(String::new(), |history, line| history + "\n    " + line.as_str())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Beyond this many lines that nobody reads, the program has to wait.
const LINES_WAITING: usize = 1_024;

fn beginning(line: &str) -> String {
    const SHOWN: usize = 200;
    line.chars().take(SHOWN).collect()
}

/// Where the programs are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}

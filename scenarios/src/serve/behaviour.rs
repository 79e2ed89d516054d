//! Scripts that run beside a server: how the platform behaves while an application uses it.

mod follow;

use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use kandy_mock_server::FrontHandle;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use self::follow::Modules;
pub use self::follow::ScriptFollower;
use crate::diagnostic::Diagnostic;
use crate::interrupt::Interrupt;
use crate::scenario::{ReadError, read_text, root_of};
use crate::script::{Host, Limits, ScriptActivity, ServedPlatform, Source, Verdict};
use crate::serve::followed::Version;

/// Lines that a script has printed and nobody has written yet. Beyond that it waits.
const PRINTED: usize = 256;
/// How long the start of a server waits for its script to come to its first wait.
const SET_UP: Duration = Duration::from_secs(5);

/// Why a script cannot be run.
#[derive(Debug, Error)]
pub enum BehaviourError {
    /// It cannot be read.
    #[error("cannot read the script `{shown}`: {source}")]
    Read {
        /// The path as given.
        shown: String,
        /// What is wrong.
        source: ReadError,
    },
    /// There is no thread for it.
    #[error("cannot start a thread for the script: {0}")]
    Thread(#[source] io::Error),
}

/// How a script has ended.
#[derive(Debug)]
pub enum EndedScript {
    /// At its end, with so many checks that held.
    Well {
        /// How many checks ran.
        checks: u32,
    },
    /// It was stopped in a wait: the server ended, the platform was reset, or the script changed. Its checks held until then.
    Stopped {
        /// How many checks ran.
        checks: u32,
    },
    /// It says that it does not apply, and why.
    Skipped(String),
    /// A check did not hold, or the script is broken.
    Failed(Box<Diagnostic>),
    /// Not in time, since it does not wait.
    Late,
    /// The harness failed.
    Panicked,
}

/// A script that runs on a thread of its own.
#[derive(Debug)]
pub struct Behaviour {
    /// What it prints.
    pub printed: mpsc::Receiver<String>,
    /// Comes when the script waits for the first time.
    set_up: oneshot::Receiver<()>,
    /// Whether it is known to have ended before it waited.
    is_over: bool,
    stop: watch::Sender<bool>,
    interrupt: Interrupt,
    /// What it has imported until now.
    modules: watch::Receiver<Modules>,
    /// Which reset of the platform it knows of.
    resets: watch::Receiver<u64>,
    doing: watch::Receiver<ScriptActivity>,
    ended: oneshot::Receiver<EndedScript>,
}

/// Reads a script; messages call it `shown`. Its imports are found where they are when it is run.
///
/// # Errors
///
/// It cannot be read.
pub fn read(path: &Path, shown: &str) -> Result<Source, BehaviourError> {
    let text = read_text(path).map_err(|source| BehaviourError::Read { shown: shown.to_owned(), source })?;
    Ok(Source { path: path.to_owned(), shown: shown.to_owned(), root: root_of(path), text })
}

impl Behaviour {
    /// Runs a script beside the server of `handle`, which lives on the runtime.
    ///
    /// # Errors
    ///
    /// There is no thread for it.
    pub fn start(source: Source, handle: FrontHandle, runtime: Handle) -> Result<Self, BehaviourError> {
        Self::start_with(source, handle, runtime, Limits::OPERATIONS)
    }

    /// `operations` are those that it may take between two waits.
    fn start_with(
        source: Source,
        handle: FrontHandle,
        runtime: Handle,
        operations: u64,
    ) -> Result<Self, BehaviourError> {
        let (print, printed) = mpsc::channel(PRINTED);
        let (stop, stopped) = watch::channel(false);
        let (end, ended) = oneshot::channel();
        let (wait, set_up) = oneshot::channel();
        let (tell, modules) = watch::channel(Modules::new());
        let interrupt = Interrupt::default();
        // What it takes from wait to wait is limited: a server runs for as long as somebody wants it.
        let limits = Limits { operations, wall_time: Duration::MAX, interrupt: interrupt.clone(), ..Limits::default() };
        let served = ServedPlatform::new(handle, runtime, print, stopped).telling_its_first_wait(wait);
        let (resets, doing) = (served.resets(), served.doing());
        let run = move || {
            // If nobody waits for the end any more, the process is ending.
            let _ = end.send(run(&source, served, &limits, &tell));
        };
        let thread = thread::Builder::new().name("behaviour".to_owned()).stack_size(Limits::STACK_BYTES);
        thread.spawn(run).map_err(BehaviourError::Thread)?;
        Ok(Self { printed, set_up, is_over: false, stop, interrupt, modules, resets, doing, ended })
    }

    /// Waits until the script waits for the first time, or has ended: what it tells the platform before that must hold
    /// for the first request. What it prints meanwhile is `heard`. Gives `false` if that takes too long. To be called
    /// once.
    pub async fn set_up(&mut self, heard: impl FnMut(String)) -> bool {
        self.set_up_within(SET_UP, heard).await
    }

    async fn set_up_within(&mut self, time: Duration, mut heard: impl FnMut(String)) -> bool {
        let Self { set_up, printed, is_over, .. } = self;
        let waiting = async {
            loop {
                tokio::select! {
                    biased;
                    // Its sender is gone where the script has ended without a wait.
                    waits = &mut *set_up => {
                        *is_over = waits.is_err();
                        return;
                    }
                    Some(line) = printed.recv() => heard(line),
                }
            }
        };
        timeout(time, waiting).await.is_ok()
    }

    /// How it has ended, if it has done so without a wait when it was [`Self::set_up`]; what it has printed since then is
    /// `heard`.
    pub async fn ended_early(&mut self, mut heard: impl FnMut(String)) -> Option<EndedScript> {
        if !self.is_over {
            return None;
        }
        while let Some(line) = self.printed.recv().await {
            heard(line);
        }
        Some(self.ended().await)
    }

    /// Whether the last reset of the platform was its own, or came before it began: it need not be told about those.
    #[must_use]
    pub fn knows_of(&self, resets: u64) -> bool {
        *self.resets.borrow() == resets
    }

    /// What it is at; the sender is gone with the script.
    #[must_use]
    pub fn doing(&self) -> watch::Receiver<ScriptActivity> {
        self.doing.clone()
    }

    /// Ends its waits, once it has seen what has happened until now.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Ends it where it is, at its next look at the clock.
    pub fn interrupt(&self) {
        self.interrupt.raise();
    }

    /// Waits until it has ended. Cancel safe; not to be called after it has said so.
    pub async fn ended(&mut self) -> EndedScript {
        (&mut self.ended).await.unwrap_or(EndedScript::Panicked)
    }
}

/// Runs a script, and tells of the modules that it reads: before it begins, and again at its end, when it may have imported
/// others.
fn run(source: &Source, served: ServedPlatform, limits: &Limits, modules: &watch::Sender<Modules>) -> EndedScript {
    let host = Host::new();
    let tell = || {
        let read = host.modules_read();
        modules.send_replace(read.into_iter().map(|(path, text)| (path, Version::of(text.as_bytes()))).collect());
    };
    let compiled = host.compile(source);
    tell();
    let script = match compiled {
        Ok(script) => script,
        Err(diagnostic) => return EndedScript::Failed(Box::new(diagnostic)),
    };
    let outcome = host.run_beside(served, &script, limits);
    tell();
    match outcome.verdict {
        Verdict::Passed => EndedScript::Well { checks: outcome.checks },
        Verdict::ServerEnded => EndedScript::Stopped { checks: outcome.checks },
        Verdict::Skipped(reason) => EndedScript::Skipped(reason),
        Verdict::Failed(diagnostic) => EndedScript::Failed(diagnostic),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kandy_mock_server::{ClockKind, Front, FrontOptions, Point, UserOptions};

    use super::*;

    /// Fewer than by default, so that a test reaches them at once.
    const OPERATIONS: u64 = 50_000;

    async fn front(clock: ClockKind) -> Front {
        let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), clock, ..FrontOptions::default() };
        let front = Front::start(options, Arc::new(())).await.unwrap();
        let add = |platform: &mut kandy_mock_server::Platform, now| {
            platform.add_user(now, "alice", "s3cret", UserOptions::default())
        };
        front.handle().platform(add).unwrap();
        front
    }

    fn start(front: &Front, text: &str) -> Behaviour {
        let source =
            Source { path: "test.rhai".into(), shown: "test.rhai".into(), root: ".".into(), text: text.to_owned() };
        Behaviour::start_with(source, front.handle(), Handle::current(), OPERATIONS).unwrap()
    }

    /// Lets a login come to the platform.
    fn log_in(front: &Front) {
        let request = http::Request::get("/v2.0/auth/mk_token?refresh=y").body(bytes::Bytes::new()).unwrap();
        front.handle().platform(|platform, now| platform.handle_request(now, &request));
    }

    #[tokio::test]
    async fn a_script_acts_prints_and_ends() {
        let front = front(ClockKind::Real).await;
        let text = r#"platform.fail("mk_token", #{ status: 500 }); print("ready"); assert(true); assertEq(1, 1);"#;
        let mut script = start(&front, text);
        assert!(matches!(script.ended().await, EndedScript::Well { checks: 2 }));
        assert_eq!(script.printed.recv().await.as_deref(), Some("ready"));
        assert_eq!(front.handle().platform(|platform, _| platform.faults().len()), 1);
        assert_eq!(front.handle().platform(|platform, _| platform.faults()[0].point), Point::MkToken);
    }

    #[tokio::test]
    async fn a_script_may_loop_for_ever_if_it_waits() {
        let front = front(ClockKind::Real).await;
        // Each round takes more than half of the operations that a script may take between two waits.
        let text = "let rounds = 0;
            loop { platform.waitFor(\"mk_token\"); rounds += 1; print(`${rounds}`); let i = 0; while i < 7_000 { i += 1; } }";
        let mut script = start(&front, text);
        for round in 1..=4 {
            log_in(&front);
            assert_eq!(script.printed.recv().await, Some(round.to_string()));
        }
        script.stop();
        assert!(matches!(script.ended().await, EndedScript::Stopped { checks: 4 }));
    }

    #[tokio::test]
    async fn a_script_is_set_up_when_it_waits_or_ends_and_is_not_waited_for_without_end() {
        let front = front(ClockKind::Real).await;
        let mut lines = Vec::new();
        for text in ["print(\"a\"); platform.waitFor(\"mk_token\");", "print(\"b\");", "let x = ;"] {
            let mut script = start(&front, text);
            assert!(script.set_up(|line| lines.push(line)).await, "{text}");
            script.stop();
            // What was printed just before is heard by whoever goes on listening.
            while let Some(line) = script.printed.recv().await {
                lines.push(line);
            }
        }
        assert_eq!(lines, ["a", "b"]);

        // Enough for a second or so.
        let source = Source { path: "x".into(), shown: "x".into(), root: ".".into(), text: "loop { }".to_owned() };
        let mut script = Behaviour::start_with(source, front.handle(), Handle::current(), 2_000_000).unwrap();
        assert!(!script.set_up_within(Duration::from_millis(5), |_| ()).await);
    }

    #[tokio::test]
    async fn a_loop_that_never_waits_is_ended_where_it_stands() {
        let front = front(ClockKind::Real).await;
        let mut script = start(&front, "\nloop { }");
        let EndedScript::Failed(diagnostic) = script.ended().await else { panic!("it goes on") };
        assert!(diagnostic.to_string().contains("the script took more than 50,000 operations"), "{diagnostic}");
        assert_eq!(diagnostic.line, 2);
    }

    #[tokio::test]
    async fn an_error_has_its_place() {
        let front = front(ClockKind::Real).await;
        for (text, message) in [
            ("platform.cut(\"alise\");", "there is no user \"alise\" (did you mean `alice`?)\n --> test.rhai:1:10"),
            ("let kandy = create();", "a script beside a server has no clients"),
            ("let x = ;", "test.rhai:1:9"),
            ("platform.waitFor(\"subscribe\", (), \"20ms\");", "no subscribe request came within 20 ms"),
        ] {
            let EndedScript::Failed(diagnostic) = start(&front, text).ended().await else { panic!("{text}") };
            assert!(diagnostic.to_string().contains(message), "{diagnostic}");
        }
        // A script may say anything: its words are never taken for the end of the server.
        for reason in ["no", "the server has ended"] {
            let ended = start(&front, &format!("skip({reason:?});")).ended().await;
            assert!(matches!(&ended, EndedScript::Skipped(told) if told == reason), "{ended:?}");
        }
    }

    #[tokio::test]
    async fn what_has_happened_before_the_end_is_still_found() {
        let front = front(ClockKind::Real).await;
        let text = "platform.waitFor(\"mk_token\"); platform.waitFor(\"mk_token\"); assert(false, \"seen\");";
        let mut script = start(&front, text);
        log_in(&front);
        log_in(&front);
        script.stop();
        let EndedScript::Failed(diagnostic) = script.ended().await else { panic!("it has not seen them") };
        assert_eq!(diagnostic.message, "seen");
    }

    #[tokio::test]
    async fn what_the_script_does_takes_nothing_from_its_next_wait() {
        let front = front(ClockKind::Real).await;
        let text = "platform.waitFor(\"mk_token\"); advance(1); platform.latency(0); platform.waitFor(\"mk_token\");";
        let mut script = start(&front, text);
        log_in(&front);
        log_in(&front);
        assert!(matches!(script.ended().await, EndedScript::Well { .. }));
    }

    #[tokio::test]
    async fn time_is_that_of_the_platform() {
        let front = front(ClockKind::Manual).await;
        let mut script = start(&front, "print(`${now()}`); advance(\"2h\"); print(`${now()}`);");
        assert_eq!(script.printed.recv().await.as_deref(), Some("0"));
        let hour = Duration::from_secs(3600);
        let later = loop {
            front.handle().advance(hour).unwrap();
            if let Ok(line) = timeout(Duration::from_millis(100), script.printed.recv()).await {
                break line.unwrap();
            }
        };
        assert!(later.parse::<u64>().unwrap() >= 7_200_000, "{later}");
        assert!(matches!(script.ended().await, EndedScript::Well { .. }));
    }

    #[tokio::test]
    async fn a_script_ends_with_its_server() {
        let front = front(ClockKind::Real).await;
        let mut script = start(&front, "print(\"waits\"); platform.waitFor(\"subscribe\");");
        assert_eq!(script.printed.recv().await.as_deref(), Some("waits"));
        front.shutdown().await;
        assert!(matches!(script.ended().await, EndedScript::Stopped { .. }));
    }
}

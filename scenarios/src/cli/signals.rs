//! Signals that cut a run short: SIGINT and SIGTERM; on Windows Ctrl-C and Ctrl-Break.

use std::io::{self, Write as _};
use std::process;
use std::thread;

use tokio::runtime::Builder;

use crate::exit_code::Exit;
use crate::interrupt::Interrupt;

/// What takes away the line of a progress bar that may be there. The bar itself is not asked, since whoever draws it may
/// wait for a terminal that is stopped, and the second signal ends the process whatever the others do.
const CLEAR_LINE: &str = "\r\u{1b}[2K";

/// Listens from now on. The first signal asks the run to end; the second ends the process at once. At a terminal that
/// `redraws` there may be a progress bar.
///
/// # Errors
///
/// The system refuses to tell of signals, or has no thread left.
pub(super) fn listen(redraws: bool) -> io::Result<Interrupt> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    let interrupt = Interrupt::default();
    let raised = interrupt.clone();
    let clear = if redraws { CLEAR_LINE } else { "" };
    // A thread of its own hears the second signal whatever the others do.
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            signals.next().await;
            raised.raise();
            // Where nobody reads this, the run ends all the same.
            let _ = writeln!(io::stderr(), "{clear}stopping; a second signal ends the command at once");
            signals.next().await;
            let _ = write!(io::stderr(), "{clear}");
            process::exit(Exit::Interrupted.code().into());
        });
    })?;
    Ok(interrupt)
}

/// The user's signals, and those of other programs.
struct Signals(imp::Interrupts, imp::Terminations);

impl Signals {
    fn new() -> io::Result<Self> {
        let (interrupts, terminations) = imp::streams()?;
        Ok(Self(interrupts, terminations))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(unix)]
mod imp {
    use std::io;

    pub(super) use tokio::signal::unix::{Signal as Interrupts, Signal as Terminations};
    use tokio::signal::unix::{SignalKind, signal};

    pub(super) fn streams() -> io::Result<(Interrupts, Terminations)> {
        Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }
}

#[cfg(windows)]
mod imp {
    use std::io;

    pub(super) use tokio::signal::windows::{CtrlBreak as Terminations, CtrlC as Interrupts};
    use tokio::signal::windows::{ctrl_break, ctrl_c};

    pub(super) fn streams() -> io::Result<(Interrupts, Terminations)> {
        Ok((ctrl_c()?, ctrl_break()?))
    }
}

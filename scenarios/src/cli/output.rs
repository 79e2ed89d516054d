//! Where the command writes.

use std::env;
use std::io::{self, ErrorKind, Write};

use clap::ValueEnum;

use crate::interrupt::Interrupt;

/// A stream, and what it shows.
pub struct CliOutput<'a> {
    /// The stream.
    pub to: &'a mut dyn Write,
    /// Whether codes for colours may be written.
    pub color: bool,
    /// How wide the terminal is; `None` if it is none, such as a file or a pipe.
    pub columns: Option<usize>,
}

impl<'a> CliOutput<'a> {
    /// What is not a terminal: without colours, and of no width.
    pub fn plain(to: &'a mut dyn Write) -> Self {
        Self { to, color: false, columns: None }
    }

    /// Standard output or standard error of this process: coloured as the variables NO_COLOR, CLICOLOR_FORCE, CLICOLOR and
    /// TERM want it, as wide as its terminal.
    #[cfg(unix)]
    pub fn of_process(to: &'a mut (impl Write + io::IsTerminal + std::os::fd::AsFd)) -> Self {
        let size = to.is_terminal().then(|| rustix::termios::tcgetwinsize(&to));
        let columns = size.and_then(Result::ok).map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
        Self { color: Wishes::of_process().want_color(to.is_terminal()), columns, to }
    }

    /// Standard output or standard error of this process: coloured as the variables NO_COLOR, CLICOLOR_FORCE, CLICOLOR and
    /// TERM want it.
    #[cfg(not(unix))]
    pub fn of_process(to: &'a mut (impl Write + io::IsTerminal)) -> Self {
        Self { color: Wishes::of_process().want_color(to.is_terminal()), columns: None, to }
    }
}

/// When to write colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// As the stream and the environment want it.
    #[default]
    Auto,
    Always,
    Never,
}

impl ColorChoice {
    pub(super) const fn or(self, auto: bool) -> bool {
        match self {
            Self::Auto => auto,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// What the environment says about colours.
struct Wishes {
    no_color: bool,
    /// `CLICOLOR_FORCE`, with any value but `0`.
    force: bool,
    /// `CLICOLOR=0`, or a terminal that knows no colours.
    plain: bool,
}

impl Wishes {
    fn of_process() -> Self {
        let value = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            no_color: value("NO_COLOR").is_some(),
            force: value("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            plain: value("CLICOLOR").is_some_and(|value| value == "0")
                || value("TERM").is_some_and(|term| term == "dumb"),
        }
    }

    /// The one that says no goes first.
    const fn want_color(&self, is_terminal: bool) -> bool {
        !self.no_color && (self.force || (is_terminal && !self.plain))
    }
}

/// A stream that forgets what is written after its reader has gone, as in `kandy-harness list | head`.
pub(super) struct UntilClosed<'a> {
    to: &'a mut dyn Write,
    /// Raised when the reader has gone.
    closed: Interrupt,
}

impl<'a> UntilClosed<'a> {
    pub(super) fn new(to: &'a mut dyn Write, closed: Interrupt) -> Self {
        Self { to, closed }
    }

    fn attempt<T>(&mut self, done: T, act: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        if self.closed.is_raised() {
            return Ok(done);
        }
        match act(self.to) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed.raise();
                Ok(done)
            }
            // Of several files that are written, it is this one.
            result => result.map_err(|error| io::Error::new(error.kind(), format!("standard output: {error}"))),
        }
    }
}

impl Write for UntilClosed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(bytes.len(), |to| to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt((), |to| to.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes one write, then fails.
    struct Failing(Vec<u8>, ErrorKind);

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.is_empty() { self.0.write(bytes) } else { Err(self.1.into()) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn colours_are_written_only_where_they_are_wanted() {
        let wish = |no_color, force, plain| Wishes { no_color, force, plain };
        assert!(wish(false, false, false).want_color(true) && !wish(false, false, false).want_color(false));
        assert!(wish(false, true, false).want_color(false) && wish(false, true, true).want_color(true));
        assert!(!wish(false, false, true).want_color(true));
        assert!(!wish(true, true, false).want_color(true));
        assert!(ColorChoice::Always.or(false) && !ColorChoice::Never.or(true) && ColorChoice::Auto.or(true));
    }

    #[test]
    fn only_a_reader_that_has_gone_is_forgiven() {
        let mut closing = Failing(Vec::new(), ErrorKind::BrokenPipe);
        let mut out = UntilClosed::new(&mut closing, Interrupt::default());
        out.write_all(b"one").unwrap();
        out.write_all(b"two").unwrap();
        out.flush().unwrap();
        assert_eq!(closing.0, b"one");

        let mut full = Failing(Vec::new(), ErrorKind::StorageFull);
        let mut out = UntilClosed::new(&mut full, Interrupt::default());
        out.write_all(b"one").unwrap();
        assert_eq!(out.write_all(b"two").unwrap_err().kind(), ErrorKind::StorageFull);
    }
}

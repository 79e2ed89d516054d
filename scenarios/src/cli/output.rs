//! Where the command writes.

use std::io::{self, ErrorKind, Write};

/// A stream, and whether it shows colours.
pub struct Output<'a> {
    /// The stream.
    pub to: &'a mut dyn Write,
    /// Whether codes for colours may be written.
    pub color: bool,
}

/// A stream that forgets what is written after its reader has gone, as in `kandy-harness list | head`.
pub(super) struct UntilClosed<'a> {
    to: &'a mut dyn Write,
    closed: bool,
}

impl<'a> UntilClosed<'a> {
    pub(super) fn new(to: &'a mut dyn Write) -> Self {
        Self { to, closed: false }
    }

    fn attempt<T>(&mut self, done: T, act: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        if self.closed {
            return Ok(done);
        }
        match act(self.to) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(done)
            }
            result => result,
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
    fn only_a_reader_that_has_gone_is_forgiven() {
        let mut closing = Failing(Vec::new(), ErrorKind::BrokenPipe);
        let mut out = UntilClosed::new(&mut closing);
        out.write_all(b"one").unwrap();
        out.write_all(b"two").unwrap();
        out.flush().unwrap();
        assert_eq!(closing.0, b"one");

        let mut full = Failing(Vec::new(), ErrorKind::StorageFull);
        let mut out = UntilClosed::new(&mut full);
        out.write_all(b"one").unwrap();
        assert_eq!(out.write_all(b"two").unwrap_err().kind(), ErrorKind::StorageFull);
    }
}

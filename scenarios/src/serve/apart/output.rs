//! What a command writes: the end of it, of both streams as it came.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::serve::application::Streams;

/// How much is kept.
const MAX_BYTES: usize = 64 * 1024;
/// How long who has left the command may keep its streams open.
const PATIENCE: Duration = Duration::from_millis(500);

/// Two streams that are being read.
#[derive(Debug)]
pub(super) struct CapturedOutput {
    kept: KeptOutput,
    reading: JoinSet<()>,
}

#[derive(Clone, Debug, Default)]
struct KeptOutput(Arc<Mutex<VecDeque<u8>>>);

impl CapturedOutput {
    /// Reads from now on, so that the command never waits for that.
    pub(super) fn of((out, err): Streams) -> Self {
        let (kept, mut reading) = (KeptOutput::default(), JoinSet::new());
        out.map(|out| reading.spawn(kept.clone().read(out)));
        err.map(|err| reading.spawn(kept.clone().read(err)));
        Self { kept, reading }
    }

    /// All of it that is kept, once the command has ended.
    pub(super) async fn whole(mut self) -> String {
        let read = async { while self.reading.join_next().await.is_some() {} };
        // Nobody waits for the others.
        let _ = timeout(PATIENCE, read).await;
        let kept: Vec<u8> = self.kept.lock().iter().copied().collect();
        String::from_utf8_lossy(&kept).into_owned()
    }
}

impl KeptOutput {
    async fn read(self, mut stream: impl AsyncRead + Unpin) {
        let mut some = [0; 4096];
        // A stream that cannot be read any more has ended, too.
        while let Ok(count @ 1..) = stream.read(&mut some).await {
            let mut kept = self.lock();
            kept.extend(&some[..count]);
            let beyond = kept.len().saturating_sub(MAX_BYTES);
            kept.drain(..beyond);
        }
    }

    /// Whoever panicked beside it, bytes are whole.
    fn lock(&self) -> MutexGuard<'_, VecDeque<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

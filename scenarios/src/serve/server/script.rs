//! The script beside a server: again when it changes, and again when the platform is reset.

use kandy_mock_server::FrontHandle;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::{RunningServer, ServeError, last_words};
use crate::exit_code::Exit;
use crate::script::Source;
use crate::serve::behaviour::{self, Behaviour, BehaviourError, EndedScript};
use crate::serve::notes::{Note, Notes};
use crate::serve::script_status::ScriptStatus;

/// The script beside it.
pub(super) struct ServedScript {
    pub(super) source: Source,
    /// Follows its file, unless it is part of a verdict.
    pub(super) file: Option<behaviour::ScriptFollower>,
    /// How it stands, for those who ask.
    pub(super) status: watch::Sender<ScriptStatus>,
    /// What those that have ended count for.
    pub(super) verdict: Exit,
}

impl RunningServer {
    /// Runs the script again if it has changed. What it has set up stays, since nobody knows what else relies on it.
    pub(super) async fn look_at_script(
        &mut self,
        running: &mut Option<Behaviour>,
        notes: &mut Notes,
    ) -> Result<(), ServeError> {
        let Some(script) = &mut self.script else { return Ok(()) };
        let source = match script.file.as_mut().and_then(behaviour::ScriptFollower::look) {
            None => return Ok(()),
            Some(Err(error)) => {
                notes.say(Note::ScriptUnreadable(error));
                return Ok(());
            }
            Some(Ok(source)) => source,
        };
        if let Some(mut last) = running.take() {
            script.end(last_words(&mut last, notes).await, notes);
            last.interrupt();
        }
        notes.say(Note::ScriptChanged);
        script.source = source;
        *running = Some(script.start(&self.handle)?);
        Ok(())
    }

    /// The platform was reset, so the script begins again, and has set it up when this is done, or takes too long for that. What
    /// it has said until then is part of the verdict.
    pub(super) async fn begin_script_again(
        &mut self,
        resets: u64,
        running: &mut Option<Behaviour>,
        notes: &mut Notes,
    ) -> Result<(), ServeError> {
        let Some(script) = &mut self.script else { return Ok(()) };
        if running.as_ref().is_some_and(|running| running.knows_of(resets)) {
            script.is_set_up_after(resets);
            return Ok(());
        }
        if let Some(mut last) = running.take() {
            script.end(last_words(&mut last, notes).await, notes);
            last.interrupt();
        }
        notes.say(Note::ScriptAfterReset);
        let mut next = script.start(&self.handle)?;
        if !next.set_up(|line| notes.say(Note::Printed(line))).await {
            notes.say(Note::NotSetUp);
        }
        match next.ended_early(|line| notes.say(Note::Printed(line))).await {
            Some(ended) => script.end(ended, notes),
            None => *running = Some(next),
        }
        script.is_set_up_after(resets);
        Ok(())
    }
}

impl ServedScript {
    /// Runs it from its beginning.
    fn start(&mut self, handle: &FrontHandle) -> Result<Behaviour, BehaviourError> {
        let next = Behaviour::start(self.source.clone(), handle.clone(), Handle::current())?;
        if let Some(file) = &mut self.file {
            file.follow(&self.source, &next);
        }
        self.status.send_modify(|status| status.begin(next.doing()));
        Ok(next)
    }

    /// It has ended, which counts and is told.
    pub(super) fn end(&mut self, ended: EndedScript, notes: &mut Notes) {
        self.verdict = self.verdict.max(ended.exit());
        self.status.send_modify(|status| status.end(&ended));
        notes.say(Note::Ended(ended));
    }

    fn is_set_up_after(&self, resets: u64) {
        self.status.send_modify(|status| status.set_up_after = resets);
    }
}

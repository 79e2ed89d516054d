//! `run --watch`: runs again what a change touches.
//!
//! What a scenario's run depends on becomes one number: its script, the modules that it reaches, its snapshots, the settings.
//! A scenario runs when its number is not that of its last run, so that it matters neither what exactly has changed nor when,
//! and a run never sets off another by what it writes itself.

mod files;
mod inputs;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use self::files::{FileStamps, Files};
use self::inputs::{Digest, Inputs};
use super::arguments::RunCommand;
use super::error::CliError;
use super::run::{RunContext, carry_out, selected};
use super::selection::Selected;
use crate::exit_code::Exit;
use crate::report::Style;
use crate::report::console::counted;
use crate::run::{Reporter, RunEvent};
use crate::scenario::SETTINGS;

/// The time between two looks at the files. A signal waits no longer than that.
const PAUSE: Duration = Duration::from_millis(200);
/// How many looks at most a change may take until it is whole.
const MAX_LOOKS: usize = 50;
/// What clears a terminal.
const CLEAR: &str = "\u{1b}[2J\u{1b}[H";

/// Runs all that is chosen, and from then on what changes, until a signal comes.
pub(super) fn watch(arguments: &RunCommand, around: &mut RunContext<'_, '_, '_>) -> Result<Exit, CliError> {
    let mut watch = FileWatch::new(arguments, around);
    loop {
        let before = watch.files.look();
        match selected(arguments, around.environment) {
            Ok(mut selected) => {
                let inputs = watch.touched(&mut selected);
                if !selected.found.scenarios.is_empty()
                    && let Some(exit) = watch.run(selected, &inputs, around)?
                {
                    return Ok(exit);
                }
            }
            // Nobody is helped by watching what was never right.
            Err(error) if watch.is_first => return Err(error),
            Err(error) => watch.tell(&error, around)?,
        }
        if !watch.wait(&before, around) {
            return Ok(Exit::Passed);
        }
    }
}

struct FileWatch<'a> {
    arguments: &'a RunCommand,
    files: Files,
    /// How the inputs of each scenario stood when it last ran.
    known: BTreeMap<PathBuf, Digest>,
    is_first: bool,
}

impl<'a> FileWatch<'a> {
    fn new(arguments: &'a RunCommand, around: &RunContext<'_, '_, '_>) -> Self {
        let folder = &around.environment.folder;
        let mut files = Files { named: [folder.join(SETTINGS)].into(), ..Files::default() };
        for path in arguments.selection.paths.iter().map(|path| folder.join(path)) {
            if path.is_dir() {
                files.folders.insert(path)
            } else {
                files.named.insert(path)
            };
        }
        Self { arguments, files, known: BTreeMap::new(), is_first: true }
    }

    /// Keeps only the chosen scenarios that have changed since they last ran, and gives what they depend on now.
    fn touched(&mut self, selected: &mut Selected) -> Inputs {
        let inputs = Inputs::of(selected, !self.arguments.update && !self.arguments.live);
        if let Some(project) = &selected.project {
            self.files.named.insert(project.settings.clone());
        }
        if self.arguments.selection.paths.is_empty() {
            self.files.folders.extend(selected.found.scenarios.iter().map(|scenario| scenario.root.clone()));
        }
        self.files.named.extend(inputs.modules.iter().cloned());
        // What is gone may come back, and then it is new.
        self.known.retain(|path, _| inputs.digests.contains_key(path));
        let is_known = |path: &PathBuf| self.known.get(path) == inputs.digests.get(path);
        selected.found.scenarios.retain(|scenario| !is_known(&scenario.path));
        inputs
    }

    /// Runs what is touched. Gives how the command ends, if it does.
    fn run(
        &mut self,
        selected: Selected,
        inputs: &Inputs,
        around: &mut RunContext<'_, '_, '_>,
    ) -> Result<Option<Exit>, CliError> {
        let scenarios: Vec<PathBuf> = selected.found.scenarios.iter().map(|scenario| scenario.path.clone()).collect();
        if !self.is_first {
            self.clear(around)?;
            if scenarios.len() < inputs.digests.len() {
                let all = counted(inputs.digests.len(), "scenario");
                let line = format!("A change touches {} of {all}.", scenarios.len());
                writeln!(around.out.to, "{}\n", Style::Faint.paint(line, around.out.color))?;
            }
        }
        self.is_first = false;
        let mut left = NotBegun::default();
        let summary = carry_out(selected, self.arguments, around, Some(&mut left))?;
        if around.interrupt.is_raised() || around.closed.is_raised() {
            return Ok(Some(summary.exit()));
        }
        for path in scenarios {
            if let Some(digest) = inputs.digests.get(&path).filter(|_| !left.0.contains(&path)) {
                self.known.insert(path, *digest);
            }
        }
        Self::say_that_it_goes_on(around)?;
        Ok(None)
    }

    /// Shows what keeps everything from running. When it is mended, all run.
    fn tell(&mut self, error: &CliError, around: &mut RunContext<'_, '_, '_>) -> io::Result<()> {
        self.clear(around)?;
        self.known.clear();
        error.write(around.err)?;
        Self::say_that_it_goes_on(around)
    }

    fn clear(&self, around: &mut RunContext<'_, '_, '_>) -> io::Result<()> {
        if around.environment.redraws { write!(around.out.to, "{CLEAR}") } else { Ok(()) }
    }

    fn say_that_it_goes_on(around: &mut RunContext<'_, '_, '_>) -> io::Result<()> {
        let line = Style::Faint.paint("Watching for changes; Ctrl-C ends it.", around.out.color);
        writeln!(around.out.to, "\n{line}")?;
        around.out.to.flush()
    }

    /// Waits until the files differ from `before` and no longer change. Whether it goes on then.
    fn wait(&self, before: &FileStamps, around: &RunContext<'_, '_, '_>) -> bool {
        let mut last = before.clone();
        let mut looks = 0;
        while !around.interrupt.is_raised() && !around.closed.is_raised() {
            thread::park_timeout(PAUSE);
            let now = self.files.look();
            looks = if now == *before { 0 } else { looks + 1 };
            if looks > 0 && (now == last || looks == MAX_LOOKS) {
                return true;
            }
            last = now;
        }
        false
    }
}

/// The scripts of cases that did not begin.
#[derive(Debug, Default)]
struct NotBegun(Vec<PathBuf>);

impl Reporter for NotBegun {
    fn name(&self) -> &str {
        "watch"
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if let RunEvent::NotRun { case, .. } = event {
            self.0.push(case.scenario.path.clone());
        }
        Ok(())
    }
}

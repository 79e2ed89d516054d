//! `explore --coverage` and `explore --mutants`: what is told of all scenarios together.

use std::io::{self, Write as _};
use std::path::Path;

use super::super::Environment;
use super::super::error::CliError;
use super::{ExploreCommand, source_of};
use crate::exit_code::Exit;
use crate::explore::{self, Exploration, ExplorationVerdict, Mutants, Reached};
use crate::file::Replacement;
use crate::report::console::counted;
use crate::report::{self, ReportsError, Style, check_place, explored};
use crate::run::Case;
use crate::text::printable;

/// The file of a picture, which is not there before it is finished.
pub(super) struct Picture {
    shown: String,
    file: Replacement,
}

impl Picture {
    pub(super) fn begin(path: &Path, environment: &Environment) -> Result<Self, ReportsError> {
        check_place(path)?;
        let shown = path.display().to_string();
        match Replacement::new(&environment.folder.join(path)) {
            Ok(file) => Ok(Self { shown, file }),
            Err(source) => Err(ReportsError::Picture { shown, source }),
        }
    }

    fn draw(self, reached: &Reached) -> Result<(), ReportsError> {
        let Self { shown, mut file } = self;
        let drawn = file.write_all(report::picture::picture(reached).as_bytes()).and_then(|()| file.finish());
        drawn.map_err(|source| ReportsError::Picture { shown, source })
    }
}

impl ExploreCommand<'_, '_> {
    /// Explores a scenario, and keeps what its clients went through.
    pub(super) fn cover(&mut self, case: &Case<'_>, reached: &mut Reached) -> io::Result<()> {
        let verdict = match source_of(case) {
            Ok(source) => match self.explored(case, &source) {
                Ok(found) => {
                    reached.add(&explored::words(case), &found.coverage);
                    return self.tell_not_all(case, &found);
                }
                Err(error) => ExplorationVerdict::NotExplored(error),
            },
            Err(why) => ExplorationVerdict::Unreadable(why),
        };
        self.not_explored(case, &verdict)
    }

    /// A scenario whose runs were not all made.
    fn tell_not_all(&mut self, case: &Case<'_>, found: &Exploration) -> io::Result<()> {
        let not_all = explored::not_all(&ExplorationVerdict::Well, found, self.is_interrupted());
        if found.runs == 0 && found.not_run > 0 {
            self.totals.exit = self.totals.exit.max(Exit::Failed);
        }
        if not_all.is_empty() {
            return Ok(());
        }
        let word = Style::Warning.paint("cut   ", self.out.color);
        write!(self.out.to, "{word}  {}\n{not_all}\n", printable(case.name()))
    }

    /// Tells what was reached, and draws it. A picture of a part must not replace one of the whole.
    pub(super) fn tell_coverage(&mut self, reached: &Reached, picture: Option<Picture>) -> Result<(), CliError> {
        write!(self.out.to, "{}", report::coverage::coverage(reached, self.all, self.out.color))?;
        match picture {
            Some(_) if self.is_interrupted() => {
                writeln!(self.out.to, "\nThe picture was not drawn: it would not be whole.")?;
            }
            Some(picture) => picture.draw(reached)?,
            None => {}
        }
        Ok(())
    }

    /// Makes the mutants of a scenario.
    pub(super) fn mutate(&mut self, case: &Case<'_>, made: &mut Mutants) -> io::Result<()> {
        let verdict = match source_of(case) {
            Ok(source) => match explore::mutate(&source, case.row, &self.options, &explored::words(case), made) {
                Ok(()) => {
                    self.totals.explored += usize::from(!self.is_interrupted());
                    return Ok(());
                }
                Err(error) => ExplorationVerdict::NotExplored(error),
            },
            Err(why) => ExplorationVerdict::Unreadable(why),
        };
        self.not_explored(case, &verdict)
    }

    pub(super) fn tell_mutants(&mut self, made: &Mutants) -> io::Result<()> {
        let judged = made.judged();
        let is_whole = made.is_whole() && !self.is_interrupted();
        write!(self.out.to, "{}", report::mutants::mutants(made, &judged, is_whole, self.all, self.out.color))?;
        if made.not_made > 0 && !self.is_interrupted() {
            let not_made = counted(made.not_made, "answer");
            writeln!(self.out.to, "\nthe budget was spent before {not_made} more; --budget gives more")?;
        }
        if made.too_many > 0 {
            let too_many = counted(made.too_many, "answer");
            writeln!(self.out.to, "\n{too_many} more not made: they are too many for one scenario")?;
        }
        let is_spent = made.made == 0 && made.not_made > 0;
        if is_spent || !(judged.unnoticed.is_empty() && judged.wrongly_listed.is_empty()) {
            self.totals.exit = self.totals.exit.max(Exit::Failed);
        }
        Ok(())
    }
}

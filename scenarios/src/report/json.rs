//! The model as JSON, a case a line: for other programs, and for `report merge`.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::model::{Event, Renderer, SCHEMA};
use crate::file::Replacement;

/// The report to a file, which is written case by case beside the one whose place it takes at the end.
#[derive(Debug)]
pub struct Json {
    /// Nothing once it is written.
    file: Option<Replacement>,
    cases: usize,
}

impl Json {
    /// A report to the file at `path`.
    ///
    /// # Errors
    ///
    /// Nothing can be written there.
    pub fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { file: Some(Replacement::new(path)?), cases: 0 })
    }
}

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        match event {
            Event::Started(start) => {
                write!(file, "{{\"schema\":{SCHEMA},\n\"start\":")?;
                value(file, start)?;
                file.write_all(b",\n\"cases\":[")
            }
            Event::Case(case) => {
                file.write_all(if self.cases == 0 { b"\n" } else { b",\n" })?;
                self.cases += 1;
                value(file, case)
            }
            Event::Ended(end) => {
                file.write_all(b"\n],\n\"end\":")?;
                value(file, end)?;
                file.write_all(b"}\n")?;
                self.file.take().map_or(Ok(()), Replacement::finish)
            }
        }
    }
}

/// Writes a value at once: to a file in its many small parts it would take twice as long.
fn value(file: &mut Replacement, value: &impl Serialize) -> io::Result<()> {
    file.write_all(&serde_json::to_vec(value)?)
}

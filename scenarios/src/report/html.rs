//! One page that shows a run to people: it loads nothing, and asks nobody.
//!
//! The cases go to a file beside the page as they come, since what a reader sees first, the list of all, is known only at the
//! end. Each is JSON in an element of its own, which a browser reads only when it is looked at.

mod page;
mod shown;

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use self::page::HtmlPage;
use self::shown::{CaseEntry, Room, ShownCase};
use super::model::{Case, End, Event, Renderer, Start};
use crate::file::Replacement;
use crate::web::escape;

/// The most bytes of one case. Longer ones show fewer records and fewer runs of an exploration.
const MAX_CASE_BYTES: usize = 2 * 1024 * 1024;
/// Beyond so many bytes of cases, no records of further ones are shown: browsers cannot open a page of any size.
const MAX_PAGE_BYTES: u64 = 128 * 1024 * 1024;

/// The report to a file.
#[derive(Debug)]
pub struct Html {
    /// The page, and the cases until they are in it. Nothing once it is written.
    files: Option<(Replacement, Replacement)>,
    start: Option<Start>,
    entries: Vec<CaseEntry>,
    written: u64,
}

impl Html {
    /// A report to the file at `path`.
    ///
    /// # Errors
    ///
    /// Nothing can be written there.
    pub fn new(path: &Path) -> io::Result<Self> {
        let files = Some((Replacement::new(path)?, Replacement::new(path)?));
        Ok(Self { files, start: None, entries: Vec::new(), written: 0 })
    }

    fn finish(&mut self, end: &End) -> io::Result<()> {
        let Some((mut file, mut cases)) = self.files.take() else { return Ok(()) };
        let page = HtmlPage::new();
        page.write_head(&mut file)?;
        data(&mut file, "run", &escape::json(&RunJson { start: self.start.as_ref(), end })?)?;
        data(&mut file, "index", &escape::json(&self.entries)?)?;
        page.write_script(&mut file)?;
        io::copy(&mut cases.written()?, &mut file)?;
        page.write_end(&mut file)?;
        file.finish()
    }
}

impl Renderer for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Some((_, cases)) = &mut self.files else { return Ok(()) };
        match event {
            Event::Started(start) => {
                self.start = Some((*start).clone());
                Ok(())
            }
            Event::Case(case) => {
                let json = fitting(case, self.written)?;
                data(cases, &format!("case-{}", self.entries.len()), &json)?;
                self.written += json.len() as u64;
                self.entries.push(CaseEntry::of(case));
                Ok(())
            }
            Event::Ended(end) => self.finish(end),
        }
    }
}

/// What the page has of the run beside its cases.
#[derive(Serialize)]
struct RunJson<'a> {
    start: Option<&'a Start>,
    end: &'a End,
}

/// A case as JSON, with as much of its exploration and its records as there is room for.
fn fitting(case: &Case, written: u64) -> io::Result<Vec<u8>> {
    let mut room = if written < MAX_PAGE_BYTES { Room::default() } else { Room::NONE };
    loop {
        let json = escape::json(&ShownCase::of(case, room))?;
        if json.len() <= MAX_CASE_BYTES || room == Room::NONE {
            return Ok(json);
        }
        room = room.less();
    }
}

/// Writes data of the page under the name by which its script finds them.
fn data(file: &mut impl Write, id: &str, json: &[u8]) -> io::Result<()> {
    write!(file, "<script type=\"application/json\" id=\"{id}\">")?;
    file.write_all(json)?;
    file.write_all(b"</script>\n")
}

#[cfg(test)]
mod tests;

//! What is taken out of the journal to be kept: all of it or a part, as a transcript, as an archive, as JSON.

use std::ops::Range;

use http::StatusCode;
use kandy_mock_server::command::Arguments;
use kandy_mock_server::{FrontHandle, Journal, Kind, Record};
use tokio::task::yield_now;

use super::error::ControlError;
use super::look::{known_user, reached};
use super::route;

/// How many records are looked at before others have a turn.
const PAGE: usize = 500;

/// Records that are taken out a page at a time, so that nobody waits for all of them.
#[derive(Debug)]
pub(super) struct JournalSelection {
    user: Option<String>,
    /// Which are not looked at yet. What comes later is for the next answer.
    left: Range<u64>,
    records: Vec<Record>,
}

impl JournalSelection {
    /// Those from `since` on, or from the last mark with that text on; of one user, or of all. What fits into a page is taken at
    /// once, so that a short journal is that of one moment.
    pub(super) fn new(handle: &FrontHandle, given: &Arguments) -> Result<Self, ControlError> {
        let user = known_user(handle, given.get(&route::OF_USER)?)?;
        let (since, mark) = (given.get(&route::SINCE)?, given.get(&route::MARK)?);
        if since.is_some() && mark.is_some() {
            return Err(ControlError::argument("give either `since` or `mark`: both say where to begin"));
        }
        handle.platform(|platform, _| {
            let journal = platform.journal();
            let end = journal.next_seq();
            let since = match mark {
                Some(mark) => marked(journal, &mark)?,
                None => since.map_or(0, |since| reached(since, end)),
            };
            let mut selection = Self { user, left: since..end, records: Vec::new() };
            selection.take_page(journal);
            Ok(selection)
        })
    }

    /// All of them.
    pub(super) async fn records(mut self, handle: &FrontHandle) -> Vec<Record> {
        while !self.left.is_empty() {
            yield_now().await;
            handle.platform(|platform, _| self.take_page(platform.journal()));
        }
        self.records
    }

    fn take_page(&mut self, journal: &Journal) {
        let end = self.left.end;
        let mut page = journal.since(self.left.start).take_while(|record| record.seq < end);
        self.left.start = end;
        for record in page.by_ref().take(PAGE) {
            if self.user.as_ref().is_none_or(|user| record.concerns(user)) {
                self.records.push(record.clone());
            }
        }
        if let Some(next) = page.next() {
            self.left.start = next.seq;
        }
    }
}

/// The last mark with that text.
fn marked(journal: &Journal, text: &str) -> Result<u64, ControlError> {
    let says = |record: &&Record| matches!(&record.kind, Kind::Command { name: "mark", arguments, .. } if arguments.get("text").is_some_and(|said| said == text));
    let mark = journal.iter().rev().find(says).map(|record| record.seq);
    mark.ok_or_else(|| {
        ControlError::new(StatusCode::NOT_FOUND, format!("there is no mark {text:?} in the journal")).with_help(
            "POST mark writes one; an old one may have been dropped: `since` takes the number that POST mark gave",
        )
    })
}

//! The live feed: the platform's journal as server-sent events (HTML, 9.2).

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use kandy_mock_server::{Command, FrontHandle, Journal, Kind, Record, Watch};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// The most records that are taken at once.
const PAGE: usize = 128;
/// After how many bytes no more records are taken.
const PAGE_BYTES: usize = 16 * 1024;
/// After how much silence a comment says that the feed is alive.
const SILENCE: Duration = Duration::from_secs(15);
/// How long browsers wait before they come back, in milliseconds.
const RETRY: u32 = 1_000;

/// A feed of records from number `next` on.
///
/// It reads the journal as fast as its reader takes what is sent, so a slow reader costs nothing but what it misses.
#[derive(Debug)]
pub(super) struct Feed {
    handle: FrontHandle,
    /// Rings for each new record; what is told is read from the journal.
    bell: Watch,
    next: u64,
    greeting: Option<String>,
    silence: Duration,
    /// The place among the feeds that there may be.
    _place: OwnedSemaphorePermit,
}

impl Feed {
    /// A feed from record `since` on, or of what happens from now on.
    pub(super) fn new(handle: FrontHandle, since: Option<u64>, place: OwnedSemaphorePermit) -> Self {
        let bell = handle.watch();
        let newest = handle.platform(|platform, _| platform.journal().next_seq());
        // A number from a server before this one would wait for a record that is far away.
        let next = since.filter(|since| *since <= newest).unwrap_or(newest);
        Self { handle, bell, next, greeting: Some(format!("retry: {RETRY}\n\n")), silence: SILENCE, _place: place }
    }

    pub(super) fn into_body(self) -> BoxBody<Bytes, Infallible> {
        BodyExt::boxed(StreamBody::new(self.into_stream()))
    }

    fn into_stream(self) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + Sync {
        stream::unfold(self, |mut feed| async {
            let text = feed.next().await?;
            Some((Ok(Frame::data(Bytes::from(text))), feed))
        })
    }

    /// What is sent next; `None` once the server ends.
    async fn next(&mut self) -> Option<String> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            let next = self.next;
            let page = self.handle.platform(|platform, _| Page::of(platform.journal(), next));
            self.next = page.next;
            if !page.text.is_empty() {
                return Some(page.text);
            }
            match timeout(self.silence, self.bell.next()).await {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(_) => return Some(":\n\n".to_owned()),
            }
        }
    }
}

/// A part of the journal as events.
#[derive(Debug)]
struct Page {
    text: String,
    next: u64,
}

impl Page {
    fn of(journal: &Journal, since: u64) -> Self {
        let mut page = Self { text: String::new(), next: since };
        for record in journal.since(since).take(PAGE) {
            if page.text.len() >= PAGE_BYTES {
                break;
            }
            let missed = record.seq - page.next;
            if missed > 0 {
                page.event(&format!("event: missed\ndata: {{\"missed\": {missed}}}"));
            }
            if journal.begun_between(page.next, record.seq) || is_reset(record) {
                page.event("event: reset\ndata: {}");
            }
            // A record of text and numbers is JSON; if one ever is not, its reader sees the gap in the numbers.
            if let Ok(json) = serde_json::to_string(record) {
                page.event(&format!("id: {}\ndata: {json}", record.seq));
            }
            page.next = record.seq + 1;
        }
        page
    }

    fn event(&mut self, lines: &str) {
        let _ = write!(self.text, "{lines}\n\n");
    }
}

/// What was before it is no more; its reader is told so before it is told the record.
fn is_reset(record: &Record) -> bool {
    matches!(record.kind, Kind::Command { name: Command::RESET, .. })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kandy_mock_server::{Front, FrontOptions, Limits, UserOptions};
    use tokio::sync::Semaphore;

    use super::*;

    async fn front() -> Front {
        let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), ..FrontOptions::default() };
        Front::start(options, Arc::new(())).await.unwrap()
    }

    fn add(handle: &FrontHandle, name: &str) {
        handle.platform(|platform, now| platform.add_user(now, name, "x", UserOptions::default())).unwrap();
    }

    async fn feed(front: &Front, since: Option<u64>) -> Feed {
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        Feed::new(front.handle(), since, place)
    }

    #[tokio::test]
    async fn records_come_with_their_numbers_and_a_reader_can_come_back() {
        let front = front().await;
        let handle = front.handle();
        add(&handle, "alice");
        let mut live = feed(&front, None).await;
        assert_eq!(live.next().await.unwrap(), "retry: 1000\n\n");
        add(&handle, "bob");
        let bob = live.next().await.unwrap();
        assert!(bob.starts_with("id: 1\ndata: {\"seq\":1,") && bob.ends_with("}\n\n"), "{bob}");
        assert!(bob.contains("\"user\":\"bob\""), "{bob}");

        let mut again = feed(&front, Some(0)).await;
        again.next().await.unwrap();
        let both = again.next().await.unwrap();
        assert!(both.starts_with("id: 0\n") && both.contains("\n\nid: 1\n"), "{both}");

        let mut of_another_start = feed(&front, Some(1_000)).await;
        of_another_start.next().await.unwrap();
        add(&handle, "carol");
        assert!(of_another_start.next().await.unwrap().starts_with("id: 2\n"));
        assert!(live.next().await.unwrap().starts_with("id: 2\n"));

        front.shutdown().await;
        assert_eq!(live.next().await, None);
    }

    #[tokio::test]
    async fn what_the_journal_has_dropped_is_counted() {
        let front = front().await;
        let handle = front.handle();
        let mut slow = feed(&front, Some(0)).await;
        slow.next().await.unwrap();
        handle.platform(|platform, now| {
            for _ in 0..Limits::JOURNAL_RECORDS + 7 {
                platform.clear(now, None);
            }
        });
        let page = slow.next().await.unwrap();
        assert!(page.starts_with("event: missed\ndata: {\"missed\": 7}\n\nid: 7\n"), "{page}");
        assert_eq!(page.matches("\nid: ").count(), PAGE, "a page is bounded");
        assert!(slow.next().await.unwrap().starts_with(&format!("id: {}\n", PAGE + 7)));
    }

    #[tokio::test]
    async fn long_records_make_a_page_of_few() {
        let front = front().await;
        let handle = front.handle();
        let mut slow = feed(&front, Some(0)).await;
        slow.next().await.unwrap();
        (0..100).for_each(|user| add(&handle, &format!("{user:03}{}", "x".repeat(900))));
        let page = slow.next().await.unwrap();
        assert!((PAGE_BYTES..2 * PAGE_BYTES).contains(&page.len()), "{}", page.len());
        let taken = page.matches("id: ").count();
        assert!(slow.next().await.unwrap().starts_with(&format!("id: {taken}\n")));
    }

    #[tokio::test]
    async fn silence_is_broken_by_comments() {
        let front = front().await;
        let mut quiet = Feed { silence: Duration::from_millis(5), ..feed(&front, None).await };
        quiet.next().await.unwrap();
        assert_eq!(quiet.next().await.unwrap(), ":\n\n");
    }
}

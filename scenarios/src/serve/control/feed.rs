//! The live feed: the platform's journal as server-sent events (HTML, 9.2).

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use kandy_mock_server::command::Verb;
use kandy_mock_server::{FrontHandle, Journal, Kind, Record, Watch};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// The most records that are taken at once.
const PAGE: usize = 128;
/// After how many bytes no more records are taken.
const PAGE_BYTES: usize = 20 * 1024;
/// After how much silence a comment says that the feed is alive.
const SILENCE: Duration = Duration::from_secs(15);
/// How long browsers wait before they come back, in milliseconds.
const RETRY: u32 = 1_000;

/// A feed of records.
///
/// It reads the journal as fast as its reader takes what is sent, so a slow reader costs nothing but what it misses.
#[derive(Debug)]
pub(super) struct Feed {
    handle: FrontHandle,
    /// Rings for each new record, and for more that older ones say; what is told is read from the journal.
    bell: Watch,
    place: Cursor,
    greeting: Option<String>,
    silence: Duration,
    is_over: bool,
    /// The room among the feeds that there may be.
    _room: OwnedSemaphorePermit,
}

/// How far a feed is.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    /// The record that is told next.
    record: u64,
    /// The change of an older record that is looked at next.
    change: u64,
}

impl Feed {
    /// A feed from record `since` on, or of what happens from now on. Whoever has read the records before `since` may not know
    /// what they say by now, and is told it.
    pub(super) fn new(handle: FrontHandle, since: Option<u64>, room: OwnedSemaphorePermit) -> Self {
        let bell = handle.watch();
        let place = handle.platform(|platform, _| {
            let journal = platform.journal();
            // A number from a server before this one would wait for a record that is far away.
            match since.filter(|since| *since <= journal.next_seq()) {
                Some(record) => Cursor { record, change: 0 },
                None => Cursor { record: journal.next_seq(), change: journal.next_change() },
            }
        });
        let greeting = Some(format!("retry: {RETRY}\n\n"));
        Self { handle, bell, place, greeting, silence: SILENCE, is_over: false, _room: room }
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
            let place = self.place;
            let page = self.handle.platform(|platform, _| FeedPart::of(platform.journal(), place));
            self.place = page.end;
            if !page.text.is_empty() {
                return Some(page.text);
            }
            if self.is_over {
                return None;
            }
            match timeout(self.silence, self.bell.stirs()).await {
                // What came before the end is still told.
                Ok(goes_on) => self.is_over = !goes_on,
                Err(_) => return Some(":\n\n".to_owned()),
            }
        }
    }
}

/// A part of the journal as events.
#[derive(Debug)]
struct FeedPart {
    text: String,
    end: Cursor,
}

impl FeedPart {
    fn of(journal: &Journal, begin: Cursor) -> Self {
        let mut page = Self { text: String::new(), end: begin };
        page.take_changed(journal);
        page.take_new(journal);
        page
    }

    /// Records that were sent, and say more by now. Those that are not sent yet will say all of it.
    fn take_changed(&mut self, journal: &Journal) {
        for (change, record) in journal.changed_since(self.end.change) {
            if self.text.len() >= PAGE_BYTES {
                break;
            }
            if record.seq < self.end.record
                && let Ok(json) = serde_json::to_string(record)
            {
                self.event(&format!("event: changed\ndata: {json}"));
            }
            self.end.change = change + 1;
        }
    }

    fn take_new(&mut self, journal: &Journal) {
        for record in journal.since(self.end.record).take(PAGE) {
            if self.text.len() >= PAGE_BYTES {
                break;
            }
            let missed = record.seq - self.end.record;
            if missed > 0 {
                self.event(&format!("event: missed\ndata: {{\"missed\": {missed}}}"));
            }
            if journal.begun_between(self.end.record, record.seq) || is_reset(record) {
                self.event("event: reset\ndata: {}");
            }
            // A record of text and numbers is JSON; if one ever is not, its reader sees the gap in the numbers.
            if let Ok(json) = serde_json::to_string(record) {
                self.event(&format!("id: {}\ndata: {json}", record.seq));
            }
            self.end.record = record.seq + 1;
        }
    }

    fn event(&mut self, lines: &str) {
        let _ = write!(self.text, "{lines}\n\n");
    }
}

/// Whether everything before the record is gone; readers hear that before they get the record.
fn is_reset(record: &Record) -> bool {
    matches!(record.kind, Kind::Command { name: Verb::RESET, .. })
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
    async fn what_a_record_says_later_is_told_to_whoever_has_read_it() {
        let front = front().await;
        let handle = front.handle();
        handle.platform(|platform, now| platform.set_latency(now, Duration::from_secs(3600)));
        let request = http::Request::get("/v2.0/auth/mk_token").body(Bytes::new()).unwrap();
        handle.platform(|platform, now| platform.handle_request(now, &request));
        let (mut live, mut again) = (feed(&front, Some(0)).await, feed(&front, Some(2)).await);
        for feed in [&mut live, &mut again] {
            feed.next().await.unwrap();
        }
        assert!(live.next().await.unwrap().contains("\nid: 1\n"));
        let mut waiting = Box::pin(live.next());
        assert!(timeout(Duration::from_millis(5), &mut waiting).await.is_err(), "there is nothing to tell");
        handle.platform(|platform, _| platform.handle_sent(kandy_mock_server::Time::from_millis(7), 1));
        let told = waiting.await.unwrap();
        assert!(told.starts_with("event: changed\ndata: {\"seq\":1,") && told.ends_with("}\n\n"), "{told}");
        assert!(told.contains("\"sent\":7"), "{told}");
        assert_eq!(again.next().await.unwrap(), told, "who comes back does not know it either");

        // Who has not read it yet is told it whole, once.
        let mut late = feed(&front, Some(0)).await;
        late.next().await.unwrap();
        let whole = late.next().await.unwrap();
        assert!(whole.contains("\nid: 1\n") && !whole.contains("changed"), "{whole}");
        let mut new = Feed { silence: Duration::from_millis(5), ..feed(&front, None).await };
        new.next().await.unwrap();
        assert_eq!(new.next().await.unwrap(), ":\n\n", "who asks for what comes from now on");
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

//! Answers that are written while they are read, a page at a time, from what the platform holds then: however much that is,
//! an answer takes little room.

use std::collections::VecDeque;
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use kandy_mock_server::{FrontHandle, Platform, Time};
use serde::Serialize;
use tokio::task::yield_now;

/// The bytes of a page, which its last item may exceed. Everybody else waits only while one page is written.
const PAGE_BYTES: usize = 4 * 1024;
/// The most items that are looked at for a page.
const PAGE_ITEMS: usize = 1_000;
/// The bytes of an answer that is written at once.
const SHORT: usize = 256 * 1024;

/// An answer that is not written yet.
pub(in crate::serve::control) struct Written {
    handle: FrontHandle,
    parts: VecDeque<Part>,
}

/// Writes a page of a part of an answer. It is called again as long as there is more.
pub(super) type Part = Box<dyn FnMut(&Platform, Time, &mut WrittenText) -> More + Send + Sync>;

/// Whether a part has more to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    Later,
    Nothing,
}

/// What is being written.
#[derive(Debug, Default)]
pub(super) struct WrittenText {
    text: Vec<u8>,
    looked_at: usize,
    /// Whether an item stands before the next one.
    follows: bool,
}

impl Written {
    pub(super) fn new(handle: &FrontHandle, parts: impl IntoIterator<Item = Part>) -> Self {
        Self { handle: handle.clone(), parts: parts.into_iter().collect() }
    }

    /// The answer. A short one is written at once, and says how long it is.
    pub(in crate::serve::control) async fn into_body(mut self) -> BoxBody<Bytes, Infallible> {
        let mut page = WrittenText::default();
        let mut first = Vec::new();
        while !self.parts.is_empty() && first.len() < SHORT {
            first.append(&mut self.page(&mut page).await);
        }
        if self.parts.is_empty() {
            return BodyExt::boxed(Full::new(first.into()));
        }
        let pages = stream::unfold((Some(first), self, page), |(first, mut rest, mut page)| async {
            let text = match first {
                Some(first) => first,
                None if rest.parts.is_empty() => return None,
                None => rest.page(&mut page).await,
            };
            Some((Ok(Frame::data(text.into())), (None, rest, page)))
        });
        BodyExt::boxed(StreamBody::new(pages))
    }

    /// A page, once everybody else has had a turn: there may be many.
    async fn page(&mut self, page: &mut WrittenText) -> Vec<u8> {
        yield_now().await;
        page.looked_at = 0;
        while let Some(part) = self.parts.front_mut() {
            // One look at a time, so that nobody waits for more than a page.
            if self.handle.platform(|platform, now| part(platform, now, page)) == More::Later {
                break;
            }
            self.parts.pop_front();
        }
        std::mem::take(&mut page.text)
    }
}

impl WrittenText {
    /// Writes a text as it is.
    pub(super) fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
        self.follows = false;
    }

    /// Writes JSON.
    pub(super) fn json(&mut self, value: &impl Serialize) {
        // Text keys and finite numbers are JSON, whatever they say.
        serde_json::to_writer(&mut self.text, value).expect("what is held has text keys and finite numbers");
    }

    /// Writes the next item of a list.
    pub(super) fn item(&mut self, value: &impl Serialize) {
        if self.follows {
            self.text.push(b',');
        }
        self.json(value);
        self.follows = true;
    }

    /// Whether another item may be looked at, which counts as such.
    pub(super) fn has_room(&mut self) -> bool {
        self.looked_at += 1;
        self.looked_at <= PAGE_ITEMS && self.text.len() < PAGE_BYTES
    }
}

/// A part that is written at once.
pub(super) fn once(mut write: impl FnMut(&Platform, Time, &mut WrittenText) + Send + Sync + 'static) -> Part {
    Box::new(move |platform, now, page| {
        write(platform, now, page);
        More::Nothing
    })
}

/// A part that is a list of what `next` finds behind the item before, at most `limit` of it.
pub(super) fn list<T: Serialize + Send + Sync + 'static>(
    name: &'static str,
    limit: u64,
    mut next: impl FnMut(&Platform, Option<&T>, &mut dyn FnMut(T) -> bool) + Send + Sync + 'static,
) -> Part {
    let (mut last, mut written, mut has_begun) = (None, 0, false);
    Box::new(move |platform, _, page| {
        if !has_begun {
            page.put(&format!("\"{name}\":["));
            has_begun = true;
        }
        let mut more = More::Nothing;
        let before = last.take();
        let mut found = None;
        next(platform, before.as_ref(), &mut |item| {
            if written >= limit {
                return false;
            }
            if !page.has_room() {
                more = More::Later;
                return false;
            }
            page.item(&item);
            written += 1;
            found = Some(item);
            true
        });
        last = found.or(before);
        if more == More::Nothing {
            page.put("]");
        }
        more
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{Method, Request};
    use kandy_mock_server::command::Arguments;
    use kandy_mock_server::{Front, FrontLimits, FrontOptions, Limits, UserOptions};
    use serde_json::{Value, json};

    use super::super::{journal, requests, sockets, state, subscriptions};
    use super::*;
    use crate::serve::control::ControlError;
    use crate::serve::control::selection::JournalSelection;

    async fn front() -> Front {
        let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), ..FrontOptions::default() };
        Front::start(options, Arc::new(())).await.unwrap()
    }

    fn given(arguments: Value) -> Arguments {
        let Value::Object(arguments) = arguments else { panic!("arguments have names") };
        Arguments::new("look", arguments)
    }

    /// An answer, and the longest piece in which it comes.
    async fn read(answer: Result<Written, ControlError>) -> (Value, usize) {
        let mut body = answer.unwrap().into_body().await;
        let (mut text, mut longest) = (Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            longest = longest.max(data.len());
            text.extend_from_slice(&data);
        }
        (serde_json::from_slice(&text).unwrap(), longest)
    }

    fn numbers(records: &Value) -> Vec<u64> {
        records.as_array().unwrap().iter().map(|record| record["seq"].as_u64().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_look_takes_little_room_however_much_it_shows() {
        const RECORDS: u64 = 3_000;
        let front = front().await;
        let handle = front.handle();
        let body = json!({ "padding": "x".repeat(4_000) }).to_string();
        let path = "/rest/version/1/user/nobody/subscription";
        let request = Request::builder().method(Method::POST).uri(path).body(Bytes::from(body)).unwrap();
        (0..RECORDS).for_each(|_| drop(handle.platform(|platform, now| platform.handle_request(now, &request))));

        let most = SHORT + PAGE_BYTES + 3 * Limits::RECORDED_BODY_BYTES;
        let (all, longest) = read(requests(&handle, &given(json!({})))).await;
        assert_eq!(numbers(&all["requests"]), (0..RECORDS).collect::<Vec<_>>());
        assert!(longest < most, "{longest}");
        let (some, longest) = read(requests(&handle, &given(json!({ "limit": 100 })))).await;
        assert_eq!(numbers(&some["requests"]), (RECORDS - 100..RECORDS).collect::<Vec<_>>());
        assert!(longest < most, "{longest}");
        let (none, _) = read(requests(&handle, &given(json!({ "limit": 0 })))).await;
        assert_eq!(none, json!({ "requests": [] }));
        let (page, longest) = read(journal(&handle, &given(json!({ "since": 7, "limit": 2_000 })))).await;
        assert_eq!(numbers(&page["records"]), (7..2_007).collect::<Vec<_>>());
        assert_eq!((&page["next"], &page["missed"]), (&json!(2_007), &json!(0)));
        assert!(longest < most, "{longest}");
    }

    #[tokio::test]
    async fn what_comes_while_an_answer_is_written_is_for_the_next_one_and_what_goes_is_missed() {
        let front = front().await;
        let handle = front.handle();
        let clear = |times: usize| (0..times).for_each(|_| handle.platform(|platform, now| platform.clear(now, None)));
        clear(Limits::JOURNAL_RECORDS);
        let mut body = journal(&handle, &given(json!({ "since": 0, "limit": 10_000 }))).unwrap().into_body().await;
        let mut text = body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec();
        clear(8_000);
        while let Some(frame) = body.frame().await {
            text.extend_from_slice(&frame.unwrap().into_data().unwrap());
        }
        let page: Value = serde_json::from_slice(&text).unwrap();
        let (kept, missed) = (numbers(&page["records"]).len() as u64, page["missed"].as_u64().unwrap());
        assert_eq!((kept + missed, &page["next"]), (10_000, &json!(10_000)));
        assert!(missed > 0 && kept >= 2_000, "{missed}");
    }

    #[tokio::test]
    async fn a_short_answer_shows_the_journal_of_one_moment_whatever_is_written_before_it() {
        let limits = FrontLimits { journal_records: 2, ..FrontLimits::default() };
        let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), limits, ..FrontOptions::default() };
        let handle = Front::start(options, Arc::new(())).await.unwrap().handle();
        let request = Request::get("/").body(Bytes::new()).unwrap();
        let ask = || drop(handle.platform(|platform, now| platform.handle_request(now, &request)));
        (0..7).for_each(|_| ask());
        let all = given(json!({ "since": 0 }));
        let (answer, newest) = (journal(&handle, &all), journal(&handle, &given(json!({}))));
        let (of_requests, latest) = (requests(&handle, &all), requests(&handle, &given(json!({ "limit": 1 }))));
        ask();
        let (answer, newest) = (read(answer).await.0, read(newest).await.0);
        assert_eq!(
            (numbers(&answer["records"]), &answer["next"], &answer["missed"]),
            (vec![6, 7], &json!(8), &json!(6))
        );
        assert_eq!(
            (numbers(&newest["records"]), &newest["next"], &newest["missed"]),
            (vec![6, 7], &json!(8), &json!(0))
        );
        assert_eq!(numbers(&read(of_requests).await.0["requests"]), [6, 7]);
        assert_eq!(numbers(&read(latest).await.0["requests"]), [7]);
        // What is taken out to be kept is there at once.
        let kept = JournalSelection::new(&handle, &all).unwrap();
        ask();
        let kept = kept.records(&handle).await;
        assert_eq!(kept.iter().map(|record| record.seq).collect::<Vec<_>>(), [6, 7]);
    }

    #[tokio::test]
    async fn a_state_is_shown_in_full_or_as_much_of_it_as_is_wanted() {
        const USERS: usize = 2_500;
        let front = front().await;
        let handle = front.handle();
        handle.platform(|platform, now| {
            for user in 0..USERS {
                let name = format!("user-{user:04}-{}", "x".repeat(100));
                platform.add_user(now, &name, "x", UserOptions::default()).unwrap();
                let token = platform.issue_token(now, &name, &Default::default()).unwrap().access_token;
                let path = format!("/rest/version/1/user/{name}/subscription?token={token}");
                let body = Bytes::from_static(br#"{"subscribeRequest":{}}"#);
                platform.handle_request(now, &Request::post(path).body(body).unwrap());
                let handshake = Request::get(format!("/websocket/CH-{}?token={token}", user + 1)).body(()).unwrap();
                platform.handle_upgrade(now, &handshake);
            }
        });
        let (all, longest) = read(state(&handle, None, &given(json!({})))).await;
        let lengths =
            |state: &Value| ["users", "subscriptions", "sockets"].map(|key| state[key].as_array().unwrap().len());
        assert_eq!(lengths(&all), [USERS; 3]);
        assert!(longest < SHORT + PAGE_BYTES + 4_096, "{longest}");
        assert_eq!((&all["clock"]["kind"], &all["faults"]), (&json!("real"), &json!([])));
        assert_eq!(all["journal"]["dropped"], 0);
        let ids: Vec<_> = all["sockets"].as_array().unwrap().iter().map(|socket| &socket["id"]).collect();
        assert_eq!((ids[0], ids[USERS - 1]), (&json!("WS-1"), &json!(format!("WS-{USERS}"))));

        let (some, _) = read(state(&handle, None, &given(json!({ "limit": 2 })))).await;
        assert_eq!(lengths(&some), [2; 3]);
        assert_eq!(some["settings"], all["settings"]);
        let of = json!({ "user": all["users"][7]["name"] });
        assert_eq!(read(subscriptions(&handle, &given(of.clone()))).await.0["subscriptions"][0]["id"], "SUB-8");
        assert_eq!(read(sockets(&handle, &given(of))).await.0["sockets"].as_array().unwrap().len(), 1);
        let (three, _) = read(sockets(&handle, &given(json!({ "limit": 3 })))).await;
        assert_eq!(three["sockets"].as_array().unwrap().len(), 3);
    }
}

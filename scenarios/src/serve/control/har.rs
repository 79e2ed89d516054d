//! Records as an HTTP archive (HAR 1.2), with the messages of websockets where Chrome has them. The console writes the same for a
//! journal that was saved (`pages/har.js`), which a test of its pages holds.

use std::collections::BTreeMap;
use std::time::Duration;

use kandy_mock_server::{
    Answered, FrameRecord, Kind, Point, Record, RequestRecord, SocketId, Time, masked, masked_value,
};
use serde_json::{Value, json};

/// An archive of the requests and handshakes among `records`. `origin` is where the server is: `http://localhost:3000`.
pub(super) fn har(records: &[Record], origin: &str) -> Value {
    let mut entries = Vec::new();
    let mut sockets: BTreeMap<SocketId, usize> = BTreeMap::new();
    for record in records {
        match &record.kind {
            Kind::Request(request) => entries.push(HarEntry::new(record, request, None)),
            Kind::Upgrade { request, socket } => {
                sockets.extend(socket.map(|socket| (socket, entries.len())));
                entries.push(HarEntry::new(record, request, Some(*socket)));
            }
            Kind::Opened { socket }
            | Kind::Pings { socket, .. }
            | Kind::FrameIn { socket, .. }
            | Kind::FrameOut { socket, .. }
            | Kind::Closed { socket, .. } => {
                if let Some(entry) = sockets.get(socket).and_then(|at| entries.get_mut(*at)) {
                    entry.go_on(record);
                }
            }
            Kind::Expired { .. } | Kind::TokensExpired { .. } | Kind::Refused(_) | Kind::Command { .. } => {}
        }
    }
    let entries: Vec<Value> = entries.iter().map(|entry| entry.to_json(origin)).collect();
    let version = env!("CARGO_PKG_VERSION");
    json!({ "log": {
        "version": "1.2",
        "creator": { "name": "kandy-harness", "version": version },
        "pages": [],
        "entries": entries,
        "comment": "secrets are masked, bodies of answers are not recorded",
    } })
}

/// A request with its answer, or a socket with its messages.
struct HarEntry<'a> {
    record: &'a Record,
    request: &'a RequestRecord,
    /// The socket of a handshake, if it led to one.
    handshake: Option<Option<SocketId>>,
    messages: Vec<Value>,
    /// When the last thing happened to it.
    last: Time,
}

impl<'a> HarEntry<'a> {
    fn new(record: &'a Record, request: &'a RequestRecord, handshake: Option<Option<SocketId>>) -> Self {
        let delivery = request.delivery;
        let last = delivery.sent.or(delivery.client_left).unwrap_or(record.time);
        Self { record, request, handshake, messages: Vec::new(), last }
    }

    /// Something happened on its socket.
    fn go_on(&mut self, record: &Record) {
        let wall = wall(record);
        let data = |frame: &FrameRecord| masked(&frame.beginning).into_owned();
        let opcode = |frame: &FrameRecord| if frame.binary { BINARY } else { TEXT };
        let message = |way: &str, millis: u64, opcode: u8, data: String| {
            let time = Duration::from_millis(millis).as_secs_f64();
            json!({ "type": way, "time": time, "opcode": opcode, "data": data })
        };
        self.last = record.time;
        match &record.kind {
            // Pings are counted in one record: the first and the last of them are known.
            Kind::Pings { last, .. } => {
                self.messages.push(message("send", wall, TEXT, PING.to_owned()));
                let later = between(record.time, *last);
                if later > 0 {
                    self.messages.push(message("send", wall + later, TEXT, PING.to_owned()));
                }
                self.last = *last;
            }
            Kind::FrameIn { frame, .. } => self.messages.push(message("send", wall, opcode(frame), data(frame))),
            Kind::FrameOut { frame, .. } => self.messages.push(message("receive", wall, opcode(frame), data(frame))),
            _ => {}
        }
    }

    fn to_json(&self, origin: &str) -> Value {
        let Self { record, request, .. } = self;
        let is_socket = self.handshake.is_some();
        let query: Vec<_> = request.query().collect();
        let search: Vec<String> =
            query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let search = if search.is_empty() { String::new() } else { format!("?{}", search.join("&")) };
        let origin = if is_socket { origin.replacen("http", "ws", 1) } else { origin.to_owned() };
        let body = self.body();
        let mut asked = json!({
            "method": request.method.as_str(),
            "url": format!("{origin}{}{search}", request.path()),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": self.headers(),
            "queryString": query.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>(),
            "headersSize": -1,
            "bodySize": body.as_ref().map_or(0, String::len),
        });
        if let Some(text) = body {
            asked["postData"] = json!({ "mimeType": request.content_type().unwrap_or_default(), "text": text });
        }
        let answered = request.delivery.sent.or(request.delivery.client_left).unwrap_or(record.time);
        let (waited, time) = (between(record.time, answered), between(record.time, self.last));
        let mut entry = json!({
            "startedDateTime": iso(wall(record)),
            "time": time,
            "request": asked,
            "response": self.response(),
            "cache": {},
            "timings": { "send": 0, "wait": waited, "receive": time.saturating_sub(waited) },
            "comment": self.comment(),
            "_resourceType": if is_socket { "websocket" } else { "fetch" },
        });
        if is_socket {
            entry["_webSocketMessages"] = self.messages.clone().into();
        }
        entry
    }

    fn headers(&self) -> Vec<Value> {
        let request = self.request;
        // Most clients sign in with a scheme in one header, some with a header of their own.
        let credentials = request.authorization().map(|scheme| match scheme {
            "x-token" | "x-session" => (scheme, "***".to_owned()),
            scheme => ("Authorization", format!("{scheme} ***")),
        });
        let (way, secret) = credentials.unzip();
        let headers = [
            (way.unwrap_or("Authorization"), secret.as_deref()),
            ("Content-Type", request.content_type()),
            ("Accept", request.accept()),
            ("X-Cpaas-Agent", request.agent()),
        ];
        let given = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        given.map(|(name, value)| json!({ "name": name, "value": value })).collect()
    }

    fn body(&self) -> Option<String> {
        let request = self.request;
        let text = || masked(&String::from_utf8_lossy(&request.body)).into_owned();
        let shown = || request.body_json().map_or_else(text, |body| masked_value(body).to_string());
        (!request.body.is_empty()).then(shown)
    }

    fn response(&self) -> Value {
        let mut response = json!({
            "status": self.request.answered.status().unwrap_or(0),
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        });
        let error = match self.request.answered {
            Answered::Status(_) => return response,
            Answered::Hang => "net::ERR_TIMED_OUT",
            Answered::Reset => "net::ERR_CONNECTION_RESET",
            Answered::Refused => "net::ERR_CONNECTION_REFUSED",
        };
        response["_error"] = error.into();
        response
    }

    fn comment(&self) -> String {
        let Self { record, request, handshake, .. } = self;
        let asked = match record.point {
            Some(point) if point != Point::Other => point.as_str(),
            _ => request.path(),
        };
        let title = match handshake {
            None => format!("{} {asked}", request.method),
            Some(None) => "handshake".to_owned(),
            Some(Some(socket)) => format!("handshake {socket}"),
        };
        let reason = request.reason.map(|reason| reason.as_str().to_owned());
        let fault = request.fault.map(|fault| format!("by fault {}", fault.number()));
        [Some(title), reason, fault].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

const PING: &str = r#"{"message_type":"ping"}"#;
/// The opcodes of frames (RFC 6455, 11.8).
const TEXT: u8 = 1;
const BINARY: u8 = 2;

/// When it was in the world outside, in milliseconds since 1970.
fn wall(record: &Record) -> u64 {
    record.wall_time.unwrap_or(record.time.as_millis())
}

/// In milliseconds, as records tell times.
fn between(from: Time, to: Time) -> u64 {
    to.as_millis().saturating_sub(from.as_millis())
}

/// As a form of a page encodes it (URL standard, 5.2).
fn encoded(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b' ');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string().replace(' ', "+")
}

/// Milliseconds since 1970 as a date of ISO 8601 in UTC. The year begins in March here, so that a leap day is its last.
fn iso(millis: u64) -> String {
    let (days, of_day) = (millis / DAY, millis % DAY);
    let days = days + DAYS_TO_1970;
    let (era, of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", of_day % 1_000)
}

const DAY: u64 = 24 * 3_600 * 1_000;
/// From 0000-03-01 on.
const DAYS_TO_1970: u64 = 719_468;
/// 400 years.
const DAYS_OF_ERA: u64 = 146_097;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (millis, date) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_735_689_599_001, "2024-12-31T23:59:59.001Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso(millis), date);
        }
    }

    #[test]
    fn queries_are_encoded_as_forms_are() {
        assert_eq!(encoded("a b*-._~é&="), "a+b*-._%7E%C3%A9%26%3D");
    }
}

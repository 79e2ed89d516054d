//! Records of the model, made of a trace. Their words are those of the console of `serve` (`serve/pages/words.js`).

use std::collections::BTreeMap;

use kandy_client::{Error, Event};
use kandy_mock_server::Point;
use kandy_mock_server::command::Verb;

use super::case::seconds;
use crate::report::model::{Body, Detail, Lane, Record, RecordKind, Tone};
use crate::text::{ELLIPSIS, clip, printable};
use crate::trace::{
    self, Beginning, CallRecord, Close, ControlRecord, FrameContent, HandshakeStep, RecordedAnswer, ReplyOutcome,
    Trace, What,
};
use crate::transcript::control_text;

/// The longest title, in characters.
const MAX_TITLE: usize = 80;
/// What is done by the platform.
const PLATFORM: &str = "platform";

/// All records of a trace, each with its line of the transcript, and without what the script redacts.
pub(super) fn records(trace: &Trace) -> Vec<Record> {
    let transcript = trace.to_string();
    let mut titles = BTreeMap::new();
    let redactions = trace.redactions();
    let pairs = trace.records().iter().zip(transcript.lines());
    let told = pairs.map(|(record, line)| {
        let mut told = told(record, &mut titles);
        if !redactions.is_empty() {
            told.texts().for_each(|text| *text = redactions.redacted(std::mem::take(text)));
        }
        line.clone_into(&mut told.text);
        told
    });
    told.collect()
}

/// What a record says, without its line.
fn told(record: &trace::TraceRecord, titles: &mut BTreeMap<u64, String>) -> Record {
    let (lane, kind) = place(&record.what);
    let is_scripts = lane == Lane::Client && &*record.who == "script";
    let mut told = Record {
        at: seconds(record.at),
        who: record.who.to_string(),
        lane: if is_scripts { Lane::Script } else { lane },
        kind,
        title: String::new(),
        result: None,
        tone: None,
        number: None,
        socket: None,
        text: String::new(),
        detail: Detail::default(),
    };
    match &record.what {
        What::Call(call) => told.call(call),
        What::Request(request) => {
            told.title = request_title(request);
            titles.insert(request.number, told.title.clone());
            told.number = Some(request.number);
            told.detail.method = Some(request.method.to_string());
            told.detail.url = Some(request.address.as_str().to_owned());
            told.detail.body = request.body.as_ref().map(body);
        }
        What::Reply { number, outcome } => {
            told.number = Some(*number);
            // There is one reply to a request.
            told.title = titles.remove(number).unwrap_or_else(|| format!("#{number}"));
            told.reply(outcome);
        }
        What::Handshake { socket, step } => told.handshake(*socket, step),
        What::Frame { socket, frame } => told.frame(*socket, frame),
        What::Pings { socket, count, until } => {
            told.socket = Some(*socket);
            told.title = format!("ws{socket} ping");
            told.result = (*count > 1).then(|| format!("×{count}"));
            told.tone = Some(Tone::Quiet);
            told.detail.count = Some(u64::from(*count));
            told.detail.until = Some(seconds(*until));
        }
        What::Close { socket, close } => told.close(*socket, close),
        What::Event { event, state } => told.event(event, *state),
        What::Crash(task) => {
            told.title = format!("{task} died");
            told.tone = Some(Tone::Bad);
        }
        What::Log(_) => {
            told.title = title(&record.what.text());
            told.tone = Some(Tone::Warning);
            told.detail.message = Some(record.what.text());
        }
        What::Control(ControlRecord::Whole(command)) => {
            told.control(Verb::of(command).name.to_owned(), control_text(command));
        }
        What::Control(ControlRecord::Long(beginning)) => {
            let verb = beginning.as_str().split(' ').next().unwrap_or_default().to_owned();
            told.control(verb, beginning.as_str().to_owned());
        }
        What::Disturbance(_) => told.title = title(&record.what.text()),
        What::Print(text) => {
            told.title = title(text.as_str());
            told.detail.body = Some(beginning(text));
        }
        What::Warning(_) | What::MoreWarnings(_) => {
            let text = record.what.text();
            told.title = title(text.split(": ").next().unwrap_or_default());
            told.tone = Some(Tone::Warning);
            told.detail.message = Some(text);
        }
    }
    told
}

const fn place(what: &What) -> (Lane, RecordKind) {
    match what {
        What::Call(_) => (Lane::Client, RecordKind::Call),
        What::Request(_) => (Lane::Rest, RecordKind::Request),
        What::Reply { .. } => (Lane::Rest, RecordKind::Reply),
        What::Handshake { .. } => (Lane::Websocket, RecordKind::Handshake),
        What::Frame { .. } => (Lane::Websocket, RecordKind::Frame),
        What::Pings { .. } => (Lane::Websocket, RecordKind::Pings),
        What::Close { .. } => (Lane::Websocket, RecordKind::Close),
        What::Event { .. } => (Lane::Client, RecordKind::Event),
        What::Crash(_) => (Lane::Client, RecordKind::Crash),
        What::Log(_) => (Lane::Client, RecordKind::Log),
        What::Control(_) => (Lane::Faults, RecordKind::Control),
        What::Disturbance(_) => (Lane::Faults, RecordKind::Disturbance),
        What::Print(_) => (Lane::Script, RecordKind::Print),
        What::Warning(_) | What::MoreWarnings(_) => (Lane::Client, RecordKind::Warning),
    }
}

impl Record {
    /// The texts in which there may be what a script redacts, but for its line.
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Detail { url, content_type, body, user, code, message, command, .. } = &mut self.detail;
        let body = body.as_mut().map(|body| &mut body.text);
        let detail = [url, content_type, user, code, message, command].into_iter().filter_map(Option::as_mut);
        [&mut self.title].into_iter().chain(&mut self.result).chain(body).chain(detail)
    }

    fn call(&mut self, call: &CallRecord) {
        let what = match call {
            CallRecord::Connect { user, by } => {
                self.detail.user = user.as_ref().map(|user| user.as_str().to_owned());
                self.detail.credentials = Some(by.as_str().to_owned());
                self.title = title(&format!("connect {}", self.detail.user.as_deref().unwrap_or_default()));
                return;
            }
            CallRecord::UpdateConfig(patch) => {
                self.detail.body = Some(beginning(patch));
                "updateConfig"
            }
            CallRecord::SetCredentials { user, by } => {
                self.detail.user = user.as_ref().map(|user| user.as_str().to_owned());
                self.detail.credentials = Some(by.as_str().to_owned());
                self.title = title(&format!("setCredentials {}", self.detail.user.as_deref().unwrap_or_default()));
                return;
            }
            CallRecord::Services { call, services } => {
                self.detail.body = Some(beginning(services));
                call.as_str()
            }
            CallRecord::Disconnect => "disconnect",
            CallRecord::UpdateToken => "updateToken",
            CallRecord::ResetConnection => "resetConnection",
            CallRecord::EnableConnectivityChecking(enabled) => {
                self.result = Some(enabled.to_string());
                "enableConnectivityChecking"
            }
            CallRecord::EnableWebsocket(enabled) => {
                self.result = Some(enabled.to_string());
                "enableWebsocket"
            }
            CallRecord::Destroy => "destroy",
            CallRecord::WithoutEffect(name) => name,
        };
        what.clone_into(&mut self.title);
    }

    fn reply(&mut self, outcome: &ReplyOutcome) {
        let mut tone = Tone::Bad;
        self.result = Some(match outcome {
            ReplyOutcome::Answer(answer) => {
                self.answer(answer);
                if answer.status.as_u16() < 400 {
                    tone = Tone::Good;
                }
                answer.status.as_u16().to_string()
            }
            ReplyOutcome::WithoutCors(answer) => {
                self.answer(answer);
                format!("{} without CORS", answer.status.as_u16())
            }
            ReplyOutcome::Cut(answer) => {
                self.answer(answer);
                format!("{} cut off", answer.status.as_u16())
            }
            ReplyOutcome::Preflight(answer) => format!("preflight {}", answer.status.as_u16()),
            ReplyOutcome::Hang | ReplyOutcome::NoAnswer => "no answer".to_owned(),
            ReplyOutcome::Refused => "refused".to_owned(),
            ReplyOutcome::Reset => "reset".to_owned(),
            ReplyOutcome::NoServer => "no server".to_owned(),
        });
        self.tone = Some(tone);
    }

    fn answer(&mut self, answer: &RecordedAnswer) {
        self.detail.status = Some(answer.status.as_u16());
        self.detail.content_type = answer.content_type().map(str::to_owned);
        self.detail.body = Some(body(&answer.body));
    }

    fn handshake(&mut self, socket: u64, step: &HandshakeStep) {
        self.socket = Some(socket);
        self.title = format!("handshake ws{socket}");
        let result = match step {
            HandshakeStep::Opens(address) => {
                self.detail.url = Some(address.as_str().to_owned());
                return;
            }
            HandshakeStep::Open => {
                self.title = format!("ws{socket} open");
                self.tone = Some(Tone::Good);
                return;
            }
            HandshakeStep::Refused(status) => {
                self.detail.status = Some(status.as_u16());
                status.as_u16().to_string()
            }
            HandshakeStep::Reset => "reset".to_owned(),
            HandshakeStep::ConnectionRefused => "refused".to_owned(),
            HandshakeStep::Hang => "no answer".to_owned(),
            HandshakeStep::NoServer => "no server".to_owned(),
            HandshakeStep::Failed => "failed".to_owned(),
        };
        self.result = Some(result);
        self.tone = Some(Tone::Bad);
    }

    fn frame(&mut self, socket: u64, frame: &FrameContent) {
        self.socket = Some(socket);
        let (words, body) = match frame {
            FrameContent::Text(text) => (frame_words(text.as_str()), beginning(text)),
            FrameContent::Bytes(bytes) => {
                let words = bytes.map_or_else(|| "binary".to_owned(), |bytes| format!("{bytes} bytes, binary"));
                (words, Body { text: String::new(), bytes: *bytes, is_whole: *bytes == Some(0) })
            }
        };
        let arrow = if self.who == PLATFORM { '←' } else { '→' };
        self.title = title(&format!("ws{socket} {arrow} {words}"));
        self.detail.body = Some(body);
    }

    fn close(&mut self, socket: u64, close: &Close) {
        self.socket = Some(socket);
        let (words, is_quiet) = match close {
            Close::ByClient => ("closed by client", true),
            Close::ByPlatform { code, reason } => {
                self.result = Some(code.to_string());
                self.detail.code = Some(code.to_string());
                self.detail.message = Some(reason.clone()).filter(|reason| !reason.is_empty());
                ("closed by platform", matches!(code, 1000 | 1005))
            }
            Close::Cut => ("broken off", false),
        };
        self.title = format!("ws{socket} {words}");
        self.tone = Some(if is_quiet { Tone::Quiet } else { Tone::Bad });
    }

    fn event(&mut self, event: &Event, state: trace::SeenConnection) {
        event.name().clone_into(&mut self.title);
        match event {
            Event::AuthChange => self.state(state),
            Event::Disconnected { reason, .. } | Event::SubscriptionChange { reason, .. } => {
                self.state(state);
                self.detail.message = reason.map(|reason| reason.as_str().to_owned());
                self.tone = reason.map(|_| Tone::Bad);
            }
            Event::AuthError(error) | Event::RequestError(error) | Event::SubscriptionError(error) => self.error(error),
            Event::Resubscribed { attempt_num, error } | Event::SubscriptionResubscribed { attempt_num, error } => {
                self.detail.count = Some(u64::from(*attempt_num));
                self.tone = Some(Tone::Good);
                error.iter().for_each(|error| self.error(error));
            }
            Event::NotificationReceived { payload } => {
                let payload = Beginning::of_json(payload);
                self.result = Some(title(&frame_words(payload.as_str())));
                self.detail.body = Some(beginning(&payload));
            }
            Event::CredentialsSet | Event::WebSocketChange { .. } | Event::NotificationsChange => {}
        }
    }

    fn state(&mut self, state: trace::SeenConnection) {
        self.result = Some(state.to_string());
        self.detail.is_connected = Some(state.is_connected);
        self.detail.is_pending = Some(state.is_pending);
    }

    fn error(&mut self, error: &Error) {
        let code = match error.code().map(kandy_client::Code::to_json) {
            None => error.name().to_owned(),
            Some(serde_json::Value::String(code)) => code,
            Some(code) => code.to_string(),
        };
        self.result = Some(title(&code));
        self.detail.code = Some(code);
        self.detail.message = Some(error.shown().into_owned());
        self.tone = Some(Tone::Bad);
    }

    fn control(&mut self, verb: String, command: String) {
        self.title = verb;
        self.detail.command = Some(command);
    }
}

fn request_title(request: &trace::SentRequest) -> String {
    let path = request.address.path();
    let point = if request.address.is_elsewhere() { Point::Other } else { Point::of(&request.method, path) };
    let what = if point == Point::Other { tail(path) } else { point.as_str().to_owned() };
    title(&format!("{} {what}", request.method))
}

/// The last part of a path that says anything to a reader.
fn tail(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [_, .., before, last] => format!("{ELLIPSIS}/{before}/{last}"),
        _ => path.to_owned(),
    }
}

/// What a frame says that it is.
fn frame_words(text: &str) -> String {
    match event_type(text) {
        Some(kind) => format!("notification {kind}"),
        None => text.to_owned(),
    }
}

/// The value of `eventType` in a notification, of which there may be only the beginning.
fn event_type(text: &str) -> Option<&str> {
    /// The longest that is shown, in characters.
    const MOST: usize = 60;
    let behind = text.split_once("\"eventType\"")?.1.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let end = behind.find(['"', '\\'])?;
    let kind = &behind[..end];
    (behind.as_bytes()[end] == b'"' && (1..=MOST).contains(&kind.chars().count())).then_some(kind)
}

/// A text on one line, and no longer than a title.
fn title(text: &str) -> String {
    clip(printable(text.trim_end()), MAX_TITLE).into_owned()
}

fn body(body: &trace::Body) -> Body {
    Body { text: body.text(), bytes: Some(body.bytes()), is_whole: body.is_whole() }
}

fn beginning(text: &Beginning) -> Body {
    Body { text: text.as_str().to_owned(), bytes: Some(text.bytes()), is_whole: text.is_whole() }
}

#[cfg(test)]
mod tests;

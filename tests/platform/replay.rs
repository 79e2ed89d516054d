//! Replays the client of a recording to `Platform`, in virtual time: its requests, handshakes, frames and closes as
//! the recorder's platform got them, and what that platform was told to do. What `Platform` answers must be what the
//! recorder's platform has answered, at the same times.

mod answers;
mod positions;
mod recorder;
pub(crate) mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use kandy_mock_server::{Frame, Output, Platform, Point, Reply, SocketId, Target, Time, Upgrade};
use kandy_scenarios::recording::{Exchange, Recording, WireClose, WireFrame, WireRequest, WireUpgrade, body_text};

use self::positions::Act;
use self::recorder::Recorder;
pub(crate) use self::recorder::{tokens, user_of};
use self::script::Script;

/// Replays a recording.
///
/// # Errors
///
/// The first thing that was answered, sent or closed otherwise.
pub(super) fn replay(recording: &Recording) -> Result<(), String> {
    let mut replay = Replay::new(recording)?;
    let actions = positions::actions(recording);
    for (index, entry) in recording.wire.iter().enumerate() {
        for act in actions.iter().filter(|act| act.before == index) {
            replay.act(act)?;
        }
        replay.pass(entry.time)?;
        replay.take(index, &entry.what)?;
    }
    for act in actions.iter().filter(|act| act.before >= recording.wire.len()) {
        replay.act(act)?;
    }
    replay.pass(recording.final_state.time)?;
    replay.compare()
}

/// What a websocket's client is told.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    Accepted,
    Refused(Option<u16>),
    Frame(Frame),
    Closed { code: u16, reason: String },
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Refused(Some(status)) => write!(f, "refused with {status}"),
            Self::Refused(None) => f.write_str("reset"),
            Self::Frame(Frame::Text(text)) => write!(f, "frame {text}"),
            Self::Frame(Frame::Binary(bytes)) => write!(f, "binary frame {bytes:?}"),
            Self::Closed { code, reason } => write!(f, "closed with {code} {reason:?}"),
        }
    }
}

/// What each websocket's client is told, and when.
type Tellings = BTreeMap<u64, Vec<(Time, Told)>>;

struct Replay<'a> {
    recording: &'a Recording,
    recorder: Recorder,
    script: Script<'a>,
    platform: Platform,
    now: Time,
    /// The answers, by the numbers of their requests: when they go out.
    answers: BTreeMap<u64, (Time, Reply)>,
    /// The websockets of the recording, as `Platform` knows them.
    sockets: BTreeMap<u64, SocketId>,
    /// Those of them that are open.
    open: BTreeSet<u64>,
    /// Those whose clients have left before the platform could close them.
    left: BTreeSet<u64>,
    expected: Tellings,
    told: Tellings,
}

impl<'a> Replay<'a> {
    fn new(recording: &'a Recording) -> Result<Self, String> {
        let mut replay = Self {
            recording,
            recorder: Recorder::of(recording),
            script: Script::of(recording),
            platform: Platform::new(),
            now: Time::ZERO,
            answers: BTreeMap::new(),
            sockets: BTreeMap::new(),
            open: BTreeSet::new(),
            left: BTreeSet::new(),
            expected: Tellings::new(),
            told: Tellings::new(),
        };
        replay.recorder.set_up(&mut replay.platform)?;
        Ok(replay)
    }

    /// Lets time pass.
    fn pass(&mut self, until: kandy_client::Time) -> Result<(), String> {
        let until = Time::from_duration(until.since_start());
        while let Some((due, _)) = self.platform.poll_timeout().filter(|(due, _)| *due <= until) {
            self.now = self.now.max(due);
            self.platform.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
        Ok(())
    }

    /// What the recorder's platform was told to do by the recording's script.
    fn act(&mut self, act: &Act<'_>) -> Result<(), String> {
        let Act { action, args, .. } = *act;
        self.pass(act.time)?;
        let open: Vec<(u64, Target)> = self.open.iter().filter_map(|ws| Some((*ws, self.target(*ws)?))).collect();
        match action {
            "push" => {
                let (frame, channel) = recorder::pushed(args);
                for (_, target) in open.into_iter().filter(|(ws, _)| channel.is_none_or(|channel| channel == *ws)) {
                    self.platform.send_raw(self.now, target, &frame).map_err(|error| error.to_string())?;
                }
            }
            "closeAll" => {
                let (code, reason) = recorder::closed(args);
                for (ws, target) in open {
                    if self.leave_first(ws, code) {
                        continue;
                    }
                    self.platform.close(self.now, target, code, &reason).map_err(|error| error.to_string())?;
                }
            }
            "destroyAll" => {
                for (_, target) in open {
                    self.platform.cut(self.now, target).map_err(|error| error.to_string())?;
                }
            }
            other => self.recorder.act(&mut self.platform, self.now, other, args)?,
        }
        self.drain();
        Ok(())
    }

    /// Where both sides close a websocket at once, the code that is recorded is of the one whose close frame came first.
    fn leave_first(&mut self, ws: u64, code: u16) -> bool {
        let closed = self.recording.wire.iter().find_map(|entry| match &entry.what {
            Exchange::WsClosed(closed) if closed.ws == ws => Some(closed),
            _ => None,
        });
        let Some(closed) = closed.filter(|closed| closed.by == "server" && closed.code != code) else { return false };
        self.closed(&WireClose { by: "client".to_owned(), ..closed.clone() });
        self.left.insert(ws);
        true
    }

    fn target(&self, ws: u64) -> Option<Target> {
        let socket = self.sockets.get(&ws)?;
        let is_there = self.platform.sockets(None).iter().any(|info| info.id == *socket);
        is_there.then(|| Target { socket: Some(socket.to_string()), ..Target::default() })
    }

    /// What came to the recorder's platform, or what it told the client.
    fn take(&mut self, index: usize, exchange: &Exchange) -> Result<(), String> {
        match exchange {
            Exchange::Request(request) => self.request(index, request)?,
            Exchange::WsUpgrade(upgrade) => self.upgrade(upgrade)?,
            Exchange::WsAccepted { ws } => {
                self.expect(*ws, Told::Accepted);
                if let Some(socket) = self.sockets.get(ws) {
                    self.open.insert(*ws);
                    self.platform.handle_opened(self.now, *socket);
                    self.drain();
                }
            }
            Exchange::WsRefused { ws, status } => self.expect(*ws, Told::Refused(*status)),
            Exchange::WsIn(frame) => {
                if let Some(socket) = self.sockets.get(&frame.ws) {
                    self.platform.handle_frame(self.now, *socket, &read(frame)?);
                    self.drain();
                }
            }
            Exchange::WsOut(frame) => self.expect(frame.ws, Told::Frame(read(frame)?)),
            Exchange::WsClosed(closed) => self.closed(closed),
            Exchange::Response(_) | Exchange::Other => {}
        }
        Ok(())
    }

    fn expect(&mut self, ws: u64, told: Told) {
        self.expected.entry(ws).or_default().push((self.now, told));
    }

    fn request(&mut self, index: usize, recorded: &WireRequest) -> Result<(), String> {
        let unusable = |what: &str| format!("request {} has no usable {what}", recorded.n);
        let mut request = Request::new(Bytes::from(body_text(recorded.body.as_ref())));
        *request.method_mut() = recorded.method.parse().map_err(|_| unusable("method"))?;
        let target = format!("{}{}", recorded.path, recorded.raw_query);
        *request.uri_mut() = target.parse().map_err(|_| unusable("address"))?;
        for (name, value) in &recorded.headers {
            let name = HeaderName::try_from(name).map_err(|_| unusable("header"))?;
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unusable("header"))?;
            request.headers_mut().insert(name, value);
        }
        self.recorder.admit(&mut self.platform, self.now, &request)?;
        let answer = self.platform.handle_request(self.now, &request);
        self.answers.insert(recorded.n, (self.now + answer.delay, answer.reply));
        if self.script.next(index, recorded).is_lost() {
            let point = Point::of(request.method(), request.uri().path());
            Recorder::count(&mut self.platform, self.now, point)?;
        }
        self.drain();
        Ok(())
    }

    fn upgrade(&mut self, recorded: &WireUpgrade) -> Result<(), String> {
        let target = format!("{}{}", recorded.path, recorded.raw_query);
        let request = Request::get(target).body(()).map_err(|error| error.to_string())?;
        self.recorder.admit_to_channel(&mut self.platform, self.now, &request)?;
        let mut tell = |delay: Duration, told: Told| {
            self.told.entry(recorded.ws).or_default().push((self.now + delay, told));
        };
        match self.platform.handle_upgrade(self.now, &request) {
            Upgrade::Accept { socket, delay } => {
                self.sockets.insert(recorded.ws, socket);
                tell(delay, Told::Accepted);
            }
            Upgrade::Refuse { response, delay } => tell(delay, Told::Refused(Some(response.status.as_u16()))),
            Upgrade::Reset { delay } => tell(delay, Told::Refused(None)),
            Upgrade::Hang | Upgrade::RefuseConnection => {}
        }
        self.drain();
        Ok(())
    }

    fn closed(&mut self, closed: &WireClose) {
        self.open.remove(&closed.ws);
        if closed.by == "server" && !self.left.contains(&closed.ws) {
            let reason = closed.reason.clone();
            self.expect(closed.ws, Told::Closed { code: closed.code, reason });
        }
        // Of a socket that the platform has closed it has forgotten what is still heard.
        if let Some(socket) = self.sockets.get(&closed.ws) {
            let code = Some(closed.code).filter(|code| *code != BROKEN_OFF);
            self.platform.handle_closed(self.now, *socket, code);
            self.drain();
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.platform.poll_output() {
            let (socket, told) = match output {
                Output::Send { socket, frame } => (socket, Told::Frame(frame)),
                Output::Close { socket, code, reason } => (socket, Told::Closed { code, reason }),
                Output::Cut { socket } => (socket, Told::Closed { code: BROKEN_OFF, reason: String::new() }),
            };
            let ws = self.sockets.iter().find(|(_, known)| **known == socket).map(|(ws, _)| *ws);
            let ws = ws.expect("the platform tells only those whose handshake it has taken");
            self.told.entry(ws).or_default().push((self.now, told));
        }
    }

    fn compare(&self) -> Result<(), String> {
        answers::compare(self.recording, &self.answers)?;
        let numbers: BTreeSet<u64> = self.expected.keys().chain(self.told.keys()).copied().collect();
        let end = Time::from_duration(self.recording.final_state.time.since_start());
        for ws in numbers {
            let of = |tellings: &Tellings| {
                let all = tellings.get(&ws).cloned().unwrap_or_default();
                // What comes later nobody has seen.
                all.into_iter().filter(|(time, _)| *time <= end).collect::<Vec<_>>()
            };
            let (expected, told) = (of(&self.expected), of(&self.told));
            for index in 0..expected.len().max(told.len()) {
                let shown = |list: &[(Time, Told)]| {
                    list.get(index).map_or_else(|| "nothing".to_owned(), |(time, told)| format!("{told} at {time:?}"))
                };
                if !is_same(expected.get(index), told.get(index)) {
                    let (expected, told) = (shown(&expected), shown(&told));
                    return Err(format!("websocket {ws} was told: {expected}\n  the platform tells: {told}"));
                }
            }
        }
        Ok(())
    }
}

fn is_same(expected: Option<&(Time, Told)>, told: Option<&(Time, Told)>) -> bool {
    match (expected, told) {
        (Some((at, Told::Frame(Frame::Text(expected)))), Some((time, Told::Frame(Frame::Text(told))))) => {
            at == time && answers::reads_as(expected, told)
        }
        (expected, told) => expected == told,
    }
}

/// The frame of a record.
fn read(frame: &WireFrame) -> Result<Frame, String> {
    let text = body_text(frame.data.as_ref());
    if frame.binary {
        let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
        return Ok(Frame::Binary(bytes.into()));
    }
    Ok(Frame::Text(text))
}

/// The close code of a connection that broke off.
const BROKEN_OFF: u16 = 1006;

//! Disturbances: a schedule is asked once a message, when it arrives. Arrival is where the order of a world is decided, and
//! until then a script may still change things.

mod before;
mod noted;
mod overtaken;
mod planned;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use http::StatusCode;
use kandy_client::{RequestId, SocketId};
use kandy_mock_server::{Command, Point, Reply};

pub use self::noted::Changeable;
use self::planned::Planned;
pub use self::planned::Unmet;
use super::Sim;
use crate::schedule::{Act, Disturbance, MessageFate, MessageKind, Moment, Odd, Schedule, ScheduleError};
use crate::step::{ClientCall, ClientId};
use crate::trace::{DisturbanceRecord, What};
use crate::world::WorldError;
use crate::world::arrival::{SimAnswer, SocketNews};
use crate::world::link::LinkMessage;

/// The most moments of a kind and client that are remembered, and the most timers at each.
const MAX_MOMENTS: usize = 100_000;
const MAX_TIMERS: usize = 3;

/// What goes wrong in a simulated world, and what of it is under way.
#[derive(Debug, Default)]
pub(super) struct SimDisturber {
    planned: Planned,
    /// How many messages of each kind have arrived.
    arrived: BTreeMap<(ClientId, MessageKind), u32>,
    /// What the requests without an answer are for.
    points: BTreeMap<(ClientId, RequestId), Point>,
    /// Until when what comes over a connection waits behind something that is late.
    held: BTreeMap<(ClientId, SocketId, Direction), Duration>,
    /// The frames that the next one of their socket should overtake.
    overtaken: BTreeMap<(ClientId, SocketId), Vec<SocketNews>>,
    /// When the platform can be reached again.
    outage_ends: Option<Duration>,
    /// Whether the script has taken the platform off the network.
    is_offline_by_script: bool,
    /// The moments so far, if they are wanted.
    seen: Option<Vec<Seen>>,
    /// The answers so far, if they are wanted.
    answers: Option<Vec<Changeable>>,
    is_over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    Up,
    Down,
}

/// A moment that came, and what there was to disturb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub moment: Moment,
    /// How far away the next timers were, each distance once.
    pub timers: Vec<Duration>,
    /// Whether the client's user had a socket.
    pub has_socket: bool,
    /// Whether the user had a subscription.
    pub has_subscription: bool,
    /// Whether the client had called `connect()`.
    pub has_connected: bool,
}

impl SimDisturber {
    /// The kind of a message. What a page would not tell apart has none.
    fn kind_of(&mut self, message: &LinkMessage) -> Option<(ClientId, MessageKind)> {
        Some(match message {
            LinkMessage::Request { client, id, request, .. } => {
                let point = Point::of(request.method(), request.uri().path());
                self.points.insert((*client, *id), point);
                (*client, MessageKind::Request(point))
            }
            LinkMessage::Reply { client, id, .. } => {
                (*client, MessageKind::Answer(self.points.remove(&(*client, *id))?))
            }
            LinkMessage::Upgrade { client, .. } => (*client, MessageKind::Handshake),
            LinkMessage::Opened { client, .. } => (*client, MessageKind::Open),
            LinkMessage::FrameUp { client, .. } => (*client, MessageKind::Ping),
            LinkMessage::ClosedByClient { client, .. } => (*client, MessageKind::ClientClose),
            LinkMessage::Socket { client, news, .. } => {
                let kind = match news {
                    SocketNews::Frame(_) => MessageKind::Frame,
                    SocketNews::Closed { .. } | SocketNews::Cut => MessageKind::Close,
                    SocketNews::Refused(_) | SocketNews::Reset | SocketNews::ConnectionRefused => MessageKind::Refusal,
                    SocketNews::NoServer => return None,
                };
                (*client, kind)
            }
        })
    }
}

/// The connection over which a message comes, if it is that of a websocket.
fn connection_of(message: &LinkMessage) -> Option<(ClientId, SocketId, Direction)> {
    match message {
        LinkMessage::FrameUp { client, id, .. } | LinkMessage::ClosedByClient { client, id } => {
            Some((*client, *id, Direction::Up))
        }
        LinkMessage::Opened { client, id, .. } | LinkMessage::Socket { client, id, .. } => {
            Some((*client, *id, Direction::Down))
        }
        LinkMessage::Request { .. } | LinkMessage::Reply { .. } | LinkMessage::Upgrade { .. } => None,
    }
}

/// Schedules.
impl Sim {
    /// A world in which this goes wrong. Of its moments it remembers those that come afterwards, if they are wanted.
    #[must_use]
    pub fn disturbed(schedule: Schedule, remembers: bool) -> Self {
        let (planned, seen) = (Planned::new(schedule), remembers.then(Vec::new));
        Self { disturber: Some(Box::new(SimDisturber { planned, seen, ..SimDisturber::default() })), ..Self::default() }
    }

    /// One thing more that goes wrong, since the script wants it. Moments are counted from the beginning, so that something may have arrived only in a
    /// world that has a schedule already.
    ///
    /// # Errors
    ///
    /// The script wants too much.
    pub fn disturb(&mut self, disturbance: Disturbance) -> Result<(), ScheduleError> {
        self.disturber.get_or_insert_default().planned.push(disturbance)
    }

    /// What goes wrong here, if anything is to.
    #[must_use]
    pub fn schedule(&self) -> Option<String> {
        self.disturber.as_ref().and_then(|disturber| disturber.planned.text())
    }

    /// What should have gone wrong here, and has not.
    pub fn unmet(&self) -> impl Iterator<Item = Unmet> {
        self.disturber.iter().flat_map(|disturber| disturber.planned.unmet())
    }

    /// Whether messages have been on their way that no schedule of the script has counted. Schedules of an exploration do not
    /// matter: the script should do the same in a run.
    #[must_use]
    pub fn has_uncounted_messages(&self) -> bool {
        let is_counted = self.disturber.as_ref().is_some_and(|disturber| disturber.planned.is_wanted_by_script());
        !is_counted && self.link.has_carried()
    }

    /// The moments so far, of a world that remembers them.
    #[must_use]
    pub fn take_seen(&mut self) -> Vec<Seen> {
        self.disturber.as_mut().and_then(|disturber| disturber.seen.take()).unwrap_or_default()
    }

    /// Ends all that goes wrong: the schedule, the faults, what keeps the platform out of reach and what makes it slow.
    ///
    /// # Errors
    ///
    /// The world cannot go on.
    pub fn heal(&mut self) -> Result<(), WorldError> {
        if let Some(disturber) = &mut self.disturber {
            disturber.is_over = true;
            disturber.outage_ends = None;
        }
        self.client_side.record_platform(What::Disturbance(DisturbanceRecord::Healed))?;
        let now = self.platform_time();
        self.platform.clear(now, None);
        self.platform.set_online(now);
        self.platform.set_latency(now, Duration::ZERO);
        self.drain_platform()
    }

    /// When an outage ends.
    pub(super) fn outage_ends(&self) -> Option<Duration> {
        self.disturber.as_ref()?.outage_ends
    }

    /// Lets the platform be reached again, unless it is the script that has taken it off the network.
    pub(super) fn end_outage(&mut self) -> Result<(), WorldError> {
        let Some(disturber) = &mut self.disturber else { return Ok(()) };
        disturber.outage_ends = None;
        if !disturber.is_offline_by_script {
            self.client_side.record_platform(What::Disturbance(DisturbanceRecord::OutageEnds))?;
            self.platform.set_online(self.platform_time());
        }
        self.drain_platform()
    }

    /// A command of the script that is about to be carried out. Gives whether an outage hides that the platform is online.
    pub(super) fn note_command(&mut self, command: &Command) -> bool {
        let Some(disturber) = &mut self.disturber else { return false };
        match command {
            Command::Offline { user: None } => disturber.is_offline_by_script = true,
            Command::Online { user: None } | Command::Reset => disturber.is_offline_by_script = false,
            _ => return false,
        }
        disturber.outage_ends.is_some()
    }
}

/// What becomes of a message.
impl Sim {
    /// A message arrives that the schedule has not been asked about.
    pub(super) fn deliver_asked(&mut self, message: LinkMessage) -> Result<(), WorldError> {
        let Some(mut disturber) = self.disturber.take_if(|disturber| !disturber.is_over) else {
            return self.deliver_message(message);
        };
        let done = self.deliver_under(&mut disturber, message);
        self.disturber = Some(disturber);
        done
    }

    fn deliver_under(&mut self, disturber: &mut SimDisturber, message: LinkMessage) -> Result<(), WorldError> {
        let Some((client, kind)) = disturber.kind_of(&message) else {
            return self.deliver_message(message);
        };
        let count = disturber.arrived.entry((client, kind)).or_default();
        *count = count.saturating_add(1);
        let number = NonZeroU32::new(*count).unwrap_or(NonZeroU32::MAX);
        let strikes = |Disturbance { at, .. }: &Disturbance| {
            at.kind == kind && at.number == number && self.is_named(client, at.client.as_deref())
        };
        let struck = disturber.planned.struck(strikes);
        let is_given = |(number, _): &(usize, Disturbance)| disturber.planned.is_given(*number);
        // What the script itself lets go wrong is a part of it, all of which may be disturbed.
        let wants_moment = struck.iter().any(is_given) || disturber.planned.has_given_come();
        if wants_moment && disturber.seen.as_ref().is_some_and(|seen| seen.len() < MAX_MOMENTS) {
            let seen = self.seen(client, kind, number);
            disturber.seen.get_or_insert_default().push(seen);
        }
        if let Some(answers) = disturber.answers.as_mut().filter(|answers| answers.len() < MAX_MOMENTS) {
            let moment = Moment { kind, number, client: self.written_name(client) };
            answers.extend(Changeable::of(moment, &message));
        }
        let mut fate = None;
        for (number, disturbance) in struck {
            self.client_side.record_client(client, What::Disturbance(DisturbanceRecord::By(disturbance.clone())))?;
            match disturbance.act {
                Act::Message(of_message) => {
                    // Nothing comes of another one before it.
                    if let Some((before, _)) = fate.replace((number, of_message)) {
                        disturber.planned.come(before, false);
                    }
                    disturber.planned.come(number, true);
                }
                before => {
                    let has_changed = self.act_before(disturber, client, &before)?;
                    disturber.planned.come(number, has_changed);
                }
            }
        }
        let connection = connection_of(&message);
        if let Some((_, MessageFate::Late(by))) = fate {
            let until = self.client_side.now.saturating_add(by);
            if let Some(connection) = connection {
                disturber.held.insert(connection, until);
            }
            return self.link.send_asked(self.client_side.now, until, message);
        }
        let held = connection.and_then(|connection| disturber.held.get(&connection).copied());
        if let Some(until) = held.filter(|until| *until > self.client_side.now && fate.is_none()) {
            return self.link.send_asked(self.client_side.now, until, message);
        }
        match fate {
            None | Some((_, MessageFate::Late(_))) => self.deliver_before(disturber, message),
            Some((_, MessageFate::Overtaken)) => {
                disturber.hold_back(message);
                Ok(())
            }
            Some((_, MessageFate::Lost)) => Ok(()),
            Some((_, MessageFate::Fails)) => self.fail_message(&message),
            Some((_, MessageFate::Twice)) => self.deliver_twice(message),
            Some((_, MessageFate::Answered(odd))) => self.answer_oddly(message, odd),
            Some((number, MessageFate::Changed(mutation))) => {
                let has_changed = self.deliver_changed(message, &mutation)?;
                disturber.planned.come(number, has_changed);
                Ok(())
            }
        }
    }

    fn is_named(&self, client: ClientId, name: Option<&str>) -> bool {
        match name {
            None => client.0 == 0,
            Some(name) => match name.strip_prefix('#') {
                Some(number) => number.parse() == Ok(client.0 + 1),
                None => self.client_side.client_name(client) == name,
            },
        }
    }

    fn seen(&self, client: ClientId, kind: MessageKind, number: NonZeroU32) -> Seen {
        let user = self.user_of(client);
        let has = |count: fn(&Sim, &str) -> usize| user.as_deref().is_some_and(|user| count(self, user) > 0);
        let mut timers: Vec<Duration> = self.client_side.deadlines().chain(self.platform_deadline()).collect();
        timers.sort_unstable();
        timers.dedup();
        let ahead =
            timers.into_iter().filter_map(|due| due.checked_sub(self.client_side.now)).filter(|left| !left.is_zero());
        Seen {
            moment: Moment { kind, number, client: self.written_name(client) },
            timers: ahead.take(MAX_TIMERS).collect(),
            has_socket: has(|sim, user| sim.platform.sockets(Some(user)).len()),
            has_subscription: has(|sim, user| sim.platform.subscriptions(Some(user)).len()),
            has_connected: self.client_side.last_connect(client).is_some(),
        }
    }

    fn platform_deadline(&self) -> Option<Duration> {
        self.platform.poll_timeout().map(|(due, _)| due.since_start())
    }

    /// What a schedule calls a client.
    fn written_name(&self, client: ClientId) -> Option<String> {
        let name = self.client_side.client_name(client);
        match client.0 {
            0 => None,
            _ if crate::schedule::is_plain(name) => Some(name.to_owned()),
            index => Some(["#", &(index + 1).to_string()].concat()),
        }
    }

    /// The user of the platform whom a client is.
    fn user_of(&self, client: ClientId) -> Option<String> {
        self.client_side.last_connect(client).and_then(ClientCall::username)
    }
}

/// What happens instead of, or on, its arrival.
impl Sim {
    fn deliver_twice(&mut self, message: LinkMessage) -> Result<(), WorldError> {
        match message {
            LinkMessage::Request { client, id, request, is_allowed } => {
                // The second one's answer finds nobody.
                let now = self.platform_time();
                self.deliver_message(LinkMessage::Request { client, id, request: request.clone(), is_allowed })?;
                self.platform.handle_request(now, &request);
                self.drain_platform()
            }
            LinkMessage::Socket { client, id, news: SocketNews::Frame(frame) } => {
                self.deliver_message(LinkMessage::Socket { client, id, news: SocketNews::Frame(frame.clone()) })?;
                self.deliver_message(LinkMessage::Socket { client, id, news: SocketNews::Frame(frame) })
            }
            other => self.deliver_message(other),
        }
    }

    /// Both ends see the connection break.
    fn fail_message(&mut self, message: &LinkMessage) -> Result<(), WorldError> {
        let now = self.platform_time();
        match *message {
            LinkMessage::Request { client, id, .. } | LinkMessage::Reply { client, id, .. } => {
                self.deliver_message(LinkMessage::Reply { client, id, answered: SimAnswer::Reply(Reply::Reset) })
            }
            LinkMessage::Upgrade { client, id, .. } => {
                self.deliver_message(LinkMessage::Socket { client, id, news: SocketNews::Reset })
            }
            LinkMessage::Opened { client, id, socket } => {
                self.sockets.part_by_platform(socket);
                self.platform.handle_closed(now, socket, None);
                self.deliver_message(LinkMessage::Socket { client, id, news: SocketNews::Reset })
            }
            LinkMessage::FrameUp { client, id, .. }
            | LinkMessage::Socket { client, id, .. }
            | LinkMessage::ClosedByClient { client, id } => {
                if let Some(socket) = self.sockets.part_by_client(client, id) {
                    self.platform.handle_closed(now, socket, None);
                }
                self.deliver_message(LinkMessage::Socket { client, id, news: SocketNews::Cut })
            }
        }
    }

    fn answer_oddly(&mut self, message: LinkMessage, odd: Odd) -> Result<(), WorldError> {
        match message {
            LinkMessage::Request { client, id, request, .. } => {
                let effect = odd.effect();
                let answer = self.platform.handle_request_under(self.platform_time(), &request, Some(&effect));
                self.answer(client, id, answer)?;
                self.drain_platform()
            }
            LinkMessage::Upgrade { client, id, .. } => {
                let status = StatusCode::from_u16(odd.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                self.link.send(
                    self.client_side.now,
                    self.client_side.now,
                    LinkMessage::Socket { client, id, news: SocketNews::Refused(status) },
                )
            }
            other => self.deliver_message(other),
        }
    }
}

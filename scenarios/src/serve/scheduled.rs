//! A schedule that is carried out at a served platform: what goes wrong between it and an application that somebody has written.
//!
//! Moments are those of the simulated world, as the platform sees them: a client is a user here, and the first one is who speaks
//! first.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kandy_mock_server::{Disturber, Fate, Message, Platform, Time};

use crate::schedule::{self, Act, Disturbance, MessageFate as OfMessage, MessageKind, Moment, Schedule};

/// The most moments that are remembered.
const MAX_MOMENTS: usize = 100_000;
/// The most users whose moments are told apart; what others do is the last one's.
const MAX_USERS: usize = 1_000;

/// A schedule under way.
#[derive(Debug)]
pub(crate) struct Scheduled {
    schedule: Schedule,
    users: Vec<String>,
    /// How many messages of each kind have arrived.
    arrived: BTreeMap<(usize, MessageKind), u32>,
    outage: Option<Outage>,
    progress: ScheduleProgress,
}

/// A time in which nothing reaches the platform.
#[derive(Debug)]
struct Outage {
    ends: Time,
    /// Whether somebody else has taken it off the network before.
    was_offline: bool,
}

/// How far a schedule has come, for those who ask meanwhile or afterwards.
#[derive(Clone, Debug)]
pub(crate) struct ScheduleProgress(Arc<Mutex<Passed>>);

#[derive(Debug, Default)]
struct Passed {
    moments: Vec<Arrived>,
    /// How much of the schedule has happened, by its places there.
    happened: Vec<bool>,
}

/// A moment that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// Which.
    pub(crate) moment: Moment,
    /// Whose, as the platform calls the user.
    pub(crate) user: String,
    /// What became of its message.
    pub(crate) came: Came,
    /// Whether the user had a socket.
    pub(crate) has_socket: bool,
    /// Whether the user had a subscription.
    pub(crate) has_subscription: bool,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// It arrived, in some form.
    Yes,
    /// It is lost, and nobody is told.
    Lost,
    /// Its connection broke, which both ends see.
    Broken,
}

impl Scheduled {
    /// What should go wrong, and how far it has come.
    pub(crate) fn new(schedule: Schedule) -> (Self, ScheduleProgress) {
        let passed = Passed { moments: Vec::new(), happened: vec![false; schedule.disturbances().len()] };
        let progress = ScheduleProgress(Arc::new(Mutex::new(passed)));
        let scheduled =
            Self { schedule, users: Vec::new(), arrived: BTreeMap::new(), outage: None, progress: progress.clone() };
        (scheduled, progress)
    }

    /// The number of a user. Of whom nobody knows the first one is meant.
    fn client(&mut self, user: Option<&str>) -> usize {
        let Some(user) = user else { return 0 };
        if let Some(at) = self.users.iter().position(|known| known == user) {
            return at;
        }
        if self.users.len() < MAX_USERS {
            self.users.push(user.to_owned());
        }
        self.users.len() - 1
    }

    fn is_named(&self, client: usize, name: Option<&str>) -> bool {
        match name {
            None => client == 0,
            Some(name) => match name.strip_prefix('#') {
                Some(number) => number.parse() == Ok(client + 1),
                None => self.users.get(client).is_some_and(|user| user == name),
            },
        }
    }

    /// What a schedule calls a client.
    fn written_name(&self, client: usize) -> Option<String> {
        match (client, self.users.get(client)) {
            (0, _) => None,
            (_, Some(user)) if schedule::is_plain(user) => Some(user.clone()),
            (at, _) => Some(format!("#{}", at + 1)),
        }
    }

    /// Does what should happen at a moment, and gives what becomes of its message.
    fn strike(&mut self, platform: &mut Platform, now: Time, at: usize, user: &str, message: &mut Message<'_>) -> Fate {
        let disturbance = self.schedule.disturbances()[at].clone();
        // It is no longer than a schedule may be, which a mark can be.
        let _ = platform.mark(now, &format!("disturbed: {disturbance}"));
        match disturbance.act {
            Act::Message(OfMessage::Changed(mutation)) => {
                if let Message::Answer(_, Some(response)) = message {
                    **response = mutation.apply(response.clone());
                }
                Fate::Arrives
            }
            Act::Message(fate) => fate_of(&fate),
            Act::Outage(length) => {
                let was_offline = match &self.outage {
                    Some(outage) => outage.was_offline,
                    None => platform.is_offline(),
                };
                self.outage = Some(Outage { ends: now + length, was_offline });
                platform.set_offline(now);
                Fate::Arrives
            }
            act => {
                if let Some(command) = act.command(user.to_owned()) {
                    // A user whom the platform does not know has nothing there to disturb.
                    let _ = platform.apply(now, command);
                }
                Fate::Arrives
            }
        }
    }
}

impl Disturber for Scheduled {
    fn meet(&mut self, platform: &mut Platform, now: Time, user: Option<&str>, mut message: Message<'_>) -> Fate {
        let client = self.client(user);
        let user = self.users.get(client).cloned().unwrap_or_default();
        let kind = kind_of(&message);
        let count = self.arrived.entry((client, kind)).or_default();
        *count = count.saturating_add(1);
        let number = NonZeroU32::new(*count).unwrap_or(NonZeroU32::MAX);
        let moment = Moment { kind, number, client: self.written_name(client) };
        let mut arrived = Arrived {
            moment,
            has_socket: !platform.sockets(Some(&user)).is_empty(),
            has_subscription: !platform.subscriptions(Some(&user)).is_empty(),
            came: Came::Yes,
            user,
        };
        let mut fate = Fate::Arrives;
        for at in 0..self.schedule.disturbances().len() {
            let Disturbance { at: moment, .. } = &self.schedule.disturbances()[at];
            let is_this = moment.kind == kind && moment.number == number;
            if is_this && self.is_named(client, moment.client.as_deref()) {
                self.progress.passed().happened[at] = true;
                let own = self.strike(platform, now, at, &arrived.user, &mut message);
                fate = if own == Fate::Arrives { fate } else { own };
            }
        }
        arrived.came = match fate {
            Fate::Lost => Came::Lost,
            Fate::Fails => Came::Broken,
            _ => Came::Yes,
        };
        let mut passed = self.progress.passed();
        if passed.moments.len() < MAX_MOMENTS {
            passed.moments.push(arrived);
        }
        drop(passed);
        fate
    }

    fn next_due(&self) -> Option<Time> {
        self.outage.as_ref().map(|outage| outage.ends)
    }

    fn handle_timeout(&mut self, platform: &mut Platform, now: Time) {
        if let Some(outage) = self.outage.take_if(|outage| outage.ends <= now)
            && !outage.was_offline
        {
            platform.set_online(now);
        }
    }

    fn breaks_connections(&self) -> bool {
        let passed = self.progress.passed();
        let to_come = self.schedule.disturbances().iter().zip(&passed.happened).filter(|(_, happened)| !**happened);
        let breaks = |one: &Disturbance| match one.act {
            Act::Message(OfMessage::Fails) => matches!(one.at.kind, MessageKind::Request(_) | MessageKind::Answer(_)),
            Act::Outage(_) => true,
            _ => false,
        };
        to_come.map(|(one, _)| one).any(breaks)
    }
}

impl ScheduleProgress {
    /// What has not happened, since its moment did not come.
    pub(crate) fn not_reached(&self, schedule: &Schedule) -> Vec<Disturbance> {
        let passed = self.passed();
        let all = schedule.disturbances().iter().zip(&passed.happened);
        all.filter(|(_, happened)| !**happened).map(|(one, _)| one.clone()).collect()
    }

    /// The moments that have come.
    pub(crate) fn moments(&self) -> Vec<Arrived> {
        self.passed().moments.clone()
    }

    /// Whoever panicked beside it, what was noted is whole.
    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn kind_of(message: &Message<'_>) -> MessageKind {
    match message {
        Message::Request(point) => MessageKind::Request(*point),
        Message::Answer(point, _) => MessageKind::Answer(*point),
        Message::Handshake => MessageKind::Handshake,
        Message::Open => MessageKind::Open,
        Message::Refusal => MessageKind::Refusal,
        Message::Frame => MessageKind::Frame,
        Message::ClientFrame(..) => MessageKind::Ping,
        Message::Close => MessageKind::Close,
        Message::ClientClose => MessageKind::ClientClose,
    }
}

fn fate_of(fate: &OfMessage) -> Fate {
    match fate {
        OfMessage::Fails => Fate::Fails,
        OfMessage::Lost => Fate::Lost,
        OfMessage::Answered(odd) => Fate::Answered(Box::new(odd.effect())),
        OfMessage::Late(by) => Fate::Late(*by),
        OfMessage::Twice => Fate::Twice,
        OfMessage::Overtaken => Fate::Overtaken,
        OfMessage::Changed(_) => Fate::Arrives,
    }
}

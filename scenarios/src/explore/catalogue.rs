//! What can go wrong at the moments of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::schedule::{Act, ApplicationCall, Disturbance, MessageFate, MessageKind, Moment, Odd, OddBody, Push};
use crate::world::Seen;

/// So many moments of a kind and client are disturbed: the first ones, and the last.
pub(super) const FIRST: usize = 3;
/// The shortest delay there is.
pub(super) const A_MOMENT: Duration = Duration::from_millis(1);
/// An outage that a reconnect survives, and one that it does not.
pub(super) const OUTAGES: [Duration; 2] = [Duration::from_secs(3), Duration::from_secs(90)];

/// A moment worth disturbing.
pub(super) struct Worth<'a> {
    pub(super) seen: &'a Seen,
    /// Whether no other of its kind and client comes.
    is_last: bool,
}

/// The moments worth disturbing: of each kind and client the first few, and the last.
pub(super) fn moments(seen: &[Seen]) -> impl Iterator<Item = Worth<'_>> {
    first_and_last(seen, |seen| &seen.moment).map(|(seen, is_last)| Worth { seen, is_last })
}

/// Those that came at the first few moments of their kind and client and at the last, and whether it was the last.
pub(super) fn first_and_last<T>(all: &[T], moment: impl Fn(&T) -> &Moment) -> impl Iterator<Item = (&T, bool)> {
    // They come in the order of their numbers.
    let last: BTreeMap<_, _> = all.iter().map(&moment).map(|moment| (kind_of(moment), moment.number)).collect();
    all.iter().filter_map(move |of| {
        let moment = moment(of);
        let is_last = last.get(&kind_of(moment)) == Some(&moment.number);
        (moment.number.get() as usize <= FIRST || is_last).then_some((of, is_last))
    })
}

fn kind_of(moment: &Moment) -> (&Option<String>, MessageKind) {
    (&moment.client, moment.kind)
}

/// All that can go wrong at a moment, and can matter.
pub(super) fn disturbances(Worth { seen, is_last }: Worth<'_>) -> Vec<Disturbance> {
    let kind = seen.moment.kind;
    let mut acts = Vec::new();
    let odd = |status, body| Act::Message(MessageFate::Answered(Odd { status, body }));
    acts.extend([MessageFate::Lost, MessageFate::Fails].map(Act::Message));
    match kind {
        MessageKind::Request(_) => acts.extend([
            odd(401, OddBody::Own),
            odd(503, OddBody::Own),
            odd(401, OddBody::Empty),
            odd(503, OddBody::Html),
            odd(200, OddBody::Object),
        ]),
        MessageKind::Handshake => acts.extend([odd(401, OddBody::Own), odd(503, OddBody::Own)]),
        MessageKind::Frame => {
            acts.push(Act::Message(MessageFate::Twice));
            if !is_last {
                acts.push(Act::Message(MessageFate::Overtaken));
            }
        }
        MessageKind::Answer(_)
        | MessageKind::Open
        | MessageKind::Refusal
        | MessageKind::Ping
        | MessageKind::Close
        | MessageKind::ClientClose => {}
    }
    if matches!(
        kind,
        MessageKind::Answer(_)
            | MessageKind::Handshake
            | MessageKind::Open
            | MessageKind::Refusal
            | MessageKind::Frame
            | MessageKind::Close
    ) {
        let beyond_timers = seen.timers.iter().map(|left| left.saturating_add(A_MOMENT));
        let lengths = std::iter::once(A_MOMENT).chain(beyond_timers);
        acts.extend(lengths.map(|by| Act::Message(MessageFate::Late(by))));
    }
    if seen.has_socket {
        acts.extend([Act::Cut, Act::Close(1000), Act::Close(1001), Act::Gone, Act::Silence]);
        acts.extend([Push::Notification, Push::Pong, Push::Object].map(Act::Comes));
    } else if seen.has_subscription {
        acts.push(Act::Gone);
    }
    if seen.has_subscription {
        acts.push(Act::EndSubscription);
    }
    if seen.has_connected {
        acts.push(Act::ExpireToken);
        acts.extend(
            [ApplicationCall::Connect, ApplicationCall::Disconnect, ApplicationCall::Destroy].map(Act::Application),
        );
    }
    acts.extend(OUTAGES.map(Act::Outage));
    let at = |act: Act| Disturbance { at: seen.moment.clone(), act };
    acts.into_iter().filter(|act| act.unfit(kind).is_none()).map(at).collect()
}

/// The family of an act, which exploration can leave out, and by which findings are told.
#[must_use]
pub(crate) fn family(act: &Act) -> &'static str {
    match act {
        Act::Message(MessageFate::Lost) => "lost",
        Act::Message(MessageFate::Fails) => "fails",
        Act::Message(MessageFate::Twice) => "twice",
        Act::Message(MessageFate::Overtaken) => "overtaken",
        Act::Message(MessageFate::Late(_)) => "late",
        Act::Message(MessageFate::Answered(_) | MessageFate::Changed(_)) => "answered",
        Act::Application(_) => "application",
        Act::Cut | Act::Close(_) | Act::Silence => "socket",
        Act::Gone | Act::EndSubscription | Act::ExpireToken => "ended",
        Act::Outage(_) => "outage",
        Act::Comes(_) => "push",
    }
}

/// Every family.
pub(crate) const FAMILIES: [&str; 11] =
    ["lost", "fails", "twice", "overtaken", "late", "answered", "application", "socket", "ended", "outage", "push"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::num::NonZeroU32;

    use kandy_mock_server::Point;

    use super::*;

    const KINDS: [MessageKind; 9] = [
        MessageKind::Request(Point::Subscribe),
        MessageKind::Answer(Point::Subscribe),
        MessageKind::Handshake,
        MessageKind::Open,
        MessageKind::Refusal,
        MessageKind::Frame,
        MessageKind::Ping,
        MessageKind::Close,
        MessageKind::ClientClose,
    ];

    fn seen(kind: MessageKind, number: u32) -> Seen {
        let number = NonZeroU32::new(number).unwrap();
        let timers = vec![Duration::from_secs(5), Duration::from_secs(30)];
        let moment = Moment { kind, number, client: None };
        Seen { moment, timers, has_socket: true, has_subscription: true, has_connected: true }
    }

    fn followed(seen: &Seen) -> Worth<'_> {
        Worth { seen, is_last: false }
    }

    #[test]
    fn every_disturbance_reads_as_it_is_written_and_is_of_a_family() {
        let all: Vec<Disturbance> = KINDS.iter().flat_map(|kind| disturbances(followed(&seen(*kind, 1)))).collect();
        for disturbance in &all {
            assert_eq!(disturbance.to_string().parse().as_ref(), Ok(disturbance));
        }
        let families: BTreeSet<&str> = all.iter().map(|disturbance| family(&disturbance.act)).collect();
        assert_eq!(families, BTreeSet::from(FAMILIES));
        let distinct: BTreeSet<&Disturbance> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "none is tried twice");
    }

    #[test]
    fn what_cannot_matter_is_not_tried() {
        let bare =
            Seen { has_socket: false, has_subscription: false, has_connected: false, ..seen(MessageKind::Open, 1) };
        let families: BTreeSet<&str> =
            disturbances(followed(&bare)).iter().map(|disturbance| family(&disturbance.act)).collect();
        assert_eq!(families, BTreeSet::from(["fails", "late", "lost", "outage"]));
    }

    #[test]
    fn the_first_moments_of_a_kind_and_the_last_are_disturbed() {
        let all: Vec<Seen> =
            (1..=10).map(|number| seen(MessageKind::Ping, number)).chain([seen(MessageKind::Open, 1)]).collect();
        let numbers: Vec<u32> = moments(&all).map(|worth| worth.seen.moment.number.get()).collect();
        assert_eq!(numbers, [1, 2, 3, 10, 1]);
        // Behind a first disturbance, the first ones may be past.
        let rest: Vec<u32> = moments(&all[4..]).map(|worth| worth.seen.moment.number.get()).collect();
        assert_eq!(rest, [10, 1]);
    }

    #[test]
    fn a_frame_is_overtaken_where_another_follows() {
        let all = [1, 2].map(|number| seen(MessageKind::Frame, number));
        let overtaken = moments(&all).flat_map(disturbances).filter(|one| family(&one.act) == "overtaken");
        let told: Vec<String> = overtaken.map(|disturbance| disturbance.to_string()).collect();
        assert_eq!(told, ["frame 1: overtaken"]);
    }
}

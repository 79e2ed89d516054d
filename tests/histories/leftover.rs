//! What may be left when all faults have ended and every client has disconnected: only what the real SDK leaves, too.

use std::collections::BTreeSet;

use kandy_client::Timer;
use kandy_mock_server::{SocketInfo, SubscriptionId};
use kandy_scenarios::step::ClientId;

use crate::ledger::{Moment, timers};
use crate::world::Run;

/// Something that the real SDK leaves behind, and why. The sections are those of `docs/protocol.md`; each has a test in
/// `exceptions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exception {
    /// Section 7: `disconnect()` before the connection stands cancels the connect and sends no DELETE.
    SubscriptionOfACancelledConnect,
    /// Sections 1.3 and 4.2: a connect that fails after the platform has subscribed sends no DELETE.
    SubscriptionOfAFailedConnect,
    /// Sections 4.4 and 7: after `GONE` and `LOST_CONNECTION` the SDK sends no DELETE.
    SubscriptionOfAnEndedSession,
    /// Section 1.6: an answer that refuses the DELETE, or none, is taken for success.
    SubscriptionWhoseDeleteFailed,
    /// Sections 1.3 and 9: the DELETE goes where the platform's answer or the configuration says, right or wrong.
    SubscriptionDeletedElsewhere,
    /// Section 8: the flow that would have sent the DELETE is dead.
    SubscriptionOfADeadFlow,
    /// Section 4.8: `destroy()` without a live refresh task sends no DELETE.
    SubscriptionOfADestroyedClient,
    /// Section 7: attempts to open a websocket go on after their session; what they open stays.
    SocketOpenedWithoutASession,
    /// Section 2: a socket whose attempt timed out is not closed; it may open later, unused.
    SocketOfAnAttemptThatTimedOut,
    /// Section 7: the end of a session by one socket's loss does not close the other.
    SecondSocketOfAnEndedSession,
    /// Section 4.8: `destroy()` without a live refresh task closes nothing, and attempts under way may still open.
    SocketOfADestroyedClient,
    /// Section 2: `reconnectLimit: 0` is not a limit, and attempts go on after their session.
    AttemptsWithoutEnd,
    /// Section 1.1: there is no request timeout, so a request without an answer is pending for ever.
    RequestWithoutAnswer,
    /// Sections 1.1 and 8: a DELETE that is never answered, or whose flow dies, never finishes the disconnect: the state
    /// stays, and so do the timers.
    DisconnectWithoutEnd,
    /// Section 8: the timer of the next renewal survives a disconnect whose flow has died.
    RenewalsOfADeadFlow,
    /// Section 7: `disconnect()` while nothing is connected sets `isPending` for ever.
    PendingAfterAnIdleDisconnect,
}

/// What is left in a world whose history is over, each thing by the exception that explains it.
///
/// # Errors
///
/// Something is left that no exception explains.
pub(crate) fn leftovers(run: &Run) -> Result<BTreeSet<Exception>, String> {
    let mut found = BTreeSet::new();
    for subscription in run.sim.platform().subscriptions(None) {
        found.insert(explain_subscription(run, subscription.id)?);
    }
    for socket in run.sim.platform().sockets(None) {
        found.insert(explain_socket(run, &socket)?);
    }
    for client in 0..run.clients.len() {
        explain_client(run, client, &mut found)?;
    }
    Ok(found)
}

fn explain_subscription(run: &Run, id: SubscriptionId) -> Result<Exception, String> {
    let ledger = &run.ledger;
    let log = ledger.subscriptions.get(&id).ok_or_else(|| format!("nobody made the subscription {id}"))?;
    let has = |moments: &[Moment]| ledger.has(log.owner, log.asked, moments);
    let succeeded = log.deletes.contains(&true);
    let explained = [
        (Exception::SubscriptionWhoseDeleteFailed, !log.deletes.is_empty() && !succeeded),
        (Exception::SubscriptionDeletedElsewhere, has(&[Moment::DeletedElsewhere])),
        (Exception::SubscriptionDeletedElsewhere, log.shaped && has(&[Moment::Finished])),
        (Exception::SubscriptionOfAnEndedSession, has(&[Moment::Ended])),
        (Exception::SubscriptionOfAFailedConnect, has(&[Moment::Failed])),
        (Exception::SubscriptionOfADeadFlow, has(&[Moment::FlowDied, Moment::RequestsDied])),
        (Exception::SubscriptionOfADestroyedClient, has(&[Moment::Destroyed])),
        (Exception::SubscriptionOfACancelledConnect, has(&[Moment::Cancelled])),
    ];
    let exception = explained.into_iter().find(|(_, holds)| *holds);
    exception.map(|(exception, _)| exception).ok_or_else(|| format!("the subscription {id} is left: {log:?}"))
}

fn explain_socket(run: &Run, socket: &SocketInfo) -> Result<Exception, String> {
    let ledger = &run.ledger;
    let log = ledger.sockets.get(&socket.id).ok_or_else(|| format!("nobody saw {} open", socket.id))?;
    let is_destroyed = run.sim.session(ClientId(log.owner)).is_destroyed();
    let explained = [
        (Exception::SocketOfADestroyedClient, is_destroyed),
        (Exception::SocketOfAnAttemptThatTimedOut, !log.taken),
        (Exception::SocketOpenedWithoutASession, !log.in_session),
        (Exception::SecondSocketOfAnEndedSession, ledger.has(log.owner, log.opened, &[Moment::Ended])),
    ];
    let exception = explained.into_iter().find(|(_, holds)| *holds);
    exception.map(|(exception, _)| exception).ok_or_else(|| format!("the socket {socket:?} is left: {log:?}"))
}

/// The client's own side: its flags, its timers, and the sockets that it believes to be open.
fn explain_client(run: &Run, client: usize, found: &mut BTreeSet<Exception>) -> Result<(), String> {
    let session = run.sim.session(ClientId(client));
    let moments = &run.ledger.clients[client].moments;
    if session.is_destroyed() {
        let idle = session.timers().next().is_none() && session.pending_requests() == 0;
        return idle.then_some(()).ok_or_else(|| format!("client {client} is destroyed, and something goes on"));
    }
    let of_client =
        |socket: &&SocketInfo| run.ledger.sockets.get(&socket.id).is_some_and(|log| log.owner == client && log.taken);
    let at_platform = run.sim.platform().sockets(None).iter().filter(of_client).count();
    let in_use = session.open_sockets().count();
    if in_use != at_platform {
        return Err(format!("client {client} has {in_use} sockets in use, the platform {at_platform} of them"));
    }

    let hung = run.ledger.has(client, 0, &[Moment::Hung]);
    if session.pending_requests() > 0 {
        if !hung {
            return Err(format!("client {client} waits for an answer that nobody withholds"));
        }
        found.insert(Exception::RequestWithoutAnswer);
    }
    let last = |wanted: Moment| moments.iter().rposition(|(_, moment)| *moment == wanted);
    let without_end = last(Moment::Left) > last(Moment::Finished).max(last(Moment::Ended))
        && run.ledger.has(client, 0, &[Moment::Hung, Moment::RequestsDied, Moment::FlowDied]);
    if session.is_connected() {
        if !without_end {
            return Err(format!("client {client} is connected after its disconnect: {moments:?}"));
        }
        found.insert(Exception::DisconnectWithoutEnd);
    } else if session.is_pending() {
        let is_last = matches!(moments.last(), Some((_, Moment::Cancelled)));
        if !is_last && !run.ledger.has(client, 0, &[Moment::Cancelled]) {
            return Err(format!("client {client} is pending after its disconnect: {moments:?}"));
        }
        found.insert(Exception::PendingAfterAnIdleDisconnect);
    }
    for timer in timers(&run.sim, client) {
        let explained = match timer {
            // A socket in use has its own explanation.
            Timer::Ping(socket) if session.open_sockets().any(|open| open == socket) => continue,
            Timer::Ping(_) => None,
            Timer::Attempt(_) => (!session.config().value().as_ref()["connectivity"]["reconnectLimit"].is_truthy())
                .then_some(Exception::AttemptsWithoutEnd),
            Timer::Resubscribe | Timer::RefreshToken if session.is_connected() => {
                without_end.then_some(Exception::DisconnectWithoutEnd)
            }
            Timer::Resubscribe => {
                run.ledger.has(client, 0, &[Moment::FlowDied]).then_some(Exception::RenewalsOfADeadFlow)
            }
            Timer::RefreshToken | Timer::RetrySubscription | Timer::Refusal(_) | Timer::Destroy => None,
        };
        found.insert(explained.ok_or_else(|| format!("client {client} still has a timer: {timer}"))?);
    }
    Ok(())
}

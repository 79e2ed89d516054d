//! What waits to be sent, for all sockets: bounded for each of them, for each user, and in all.
//!
//! A client that does not read holds what is sent to it. Beyond the limit of a socket, that socket is cut. Beyond the limit
//! of a user, it is the socket of that user that holds the most; beyond the limit of all, the same of the user for whom the
//! most waits. So nobody who reads pays for those who do not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{mpsc, oneshot};

use crate::frame::Frame;
use crate::ids::SocketId;

/// How many bytes may wait. One frame may always wait where nothing else does, however long it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLimits {
    /// For one socket.
    pub(crate) socket: usize,
    /// For all sockets of one user.
    pub(crate) user: usize,
    /// For all sockets.
    pub(crate) all: usize,
}

/// The platform's side of all connections.
#[derive(Debug)]
pub(crate) struct Queues {
    limits: QueueLimits,
    outlets: BTreeMap<SocketId, Outlet>,
    users: BTreeMap<Arc<str>, OfUser>,
    all: Arc<AtomicUsize>,
    /// Connections that are there, also those that the platform has let go of.
    alive: Arc<()>,
}

/// The platform's side of one connection.
#[derive(Debug)]
struct Outlet {
    user: Arc<str>,
    frames: mpsc::UnboundedSender<Frame>,
    waiting: Arc<Waiting>,
    end: oneshot::Sender<ConnectionEnd>,
}

/// The sockets of a user.
#[derive(Debug, Default)]
struct OfUser {
    sockets: BTreeSet<SocketId>,
    waiting: Arc<AtomicUsize>,
}

/// The connection's side of it: what should be sent, then how it ends.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: Queue,
    end: oneshot::Receiver<ConnectionEnd>,
}

/// The frames of an [`Outbox`].
#[derive(Debug)]
pub(crate) struct Queue {
    frames: mpsc::UnboundedReceiver<Frame>,
    waiting: Arc<Waiting>,
    _alive: Arc<()>,
}

/// Bytes that wait for one socket, which is how a queue is bounded: few long frames cost as much as many short ones.
#[derive(Debug)]
struct Waiting {
    own: AtomicUsize,
    of_user: Arc<AtomicUsize>,
    of_all: Arc<AtomicUsize>,
}

/// How a connection ends, after the frames that were queued before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConnectionEnd {
    Close {
        code: u16,
        reason: String,
    },
    Cut,
    /// What is queued is let go of: others need the room.
    Overrun,
    /// The server is dropped.
    Shutdown,
}

/// Whether a frame waits now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Queued {
    Yes,
    /// There is no such socket, or not any more.
    Gone,
    /// The socket holds as much as it may, and must be cut.
    Full,
}

impl Queues {
    pub(crate) fn new(limits: QueueLimits) -> Self {
        Self { limits, outlets: BTreeMap::new(), users: BTreeMap::new(), all: Arc::default(), alive: Arc::default() }
    }

    /// The outbox of a new connection.
    pub(crate) fn connect(&mut self, socket: SocketId, user: Arc<str>) -> Outbox {
        let (frames_in, frames) = mpsc::unbounded_channel();
        let (end_in, end) = oneshot::channel();
        let of_user = self.users.entry(user.clone()).or_default();
        of_user.sockets.insert(socket);
        let waiting = Waiting { own: AtomicUsize::new(0), of_user: of_user.waiting.clone(), of_all: self.all.clone() };
        let waiting = Arc::new(waiting);
        self.outlets.insert(socket, Outlet { user, frames: frames_in, waiting: waiting.clone(), end: end_in });
        Outbox { queue: Queue { frames, waiting, _alive: self.alive.clone() }, end }
    }

    /// The bytes that wait for a socket.
    pub(crate) fn waiting(&self, socket: SocketId) -> usize {
        self.outlets.get(&socket).map_or(0, |outlet| outlet.waiting.own.load(Ordering::Relaxed))
    }

    /// The bytes that wait for all sockets.
    pub(crate) fn all_waiting(&self) -> usize {
        self.all.load(Ordering::Relaxed)
    }

    /// How many connections are ending: the platform has let go of them, and they still say so to their clients.
    pub(crate) fn ending(&self) -> usize {
        let alive = Arc::strong_count(&self.alive) - 1;
        alive.saturating_sub(self.outlets.len())
    }

    /// Puts a frame into the queue of a socket.
    pub(crate) fn send(&self, socket: SocketId, frame: Frame) -> Queued {
        let Some(Outlet { frames, waiting, .. }) = self.outlets.get(&socket) else { return Queued::Gone };
        let (cost, own) = (cost(&frame), waiting.own.load(Ordering::Relaxed));
        if own > 0 && own + cost > self.limits.socket {
            return Queued::Full;
        }
        waiting.add(cost);
        // A connection that does not take frames any more is about to report that it is over.
        let _ = frames.send(frame);
        Queued::Yes
    }

    /// The socket that must go because too much waits, for its user or in all.
    pub(crate) fn overrun(&self, socket: SocketId) -> Option<SocketId> {
        let user = &self.outlets.get(&socket)?.user;
        let of_user = self.users.get(user)?;
        let is_beyond = |waiting: &AtomicUsize, limit| waiting.load(Ordering::Relaxed) > limit;
        let crowder = if is_beyond(&of_user.waiting, self.limits.user) {
            of_user
        } else if is_beyond(&self.all, self.limits.all) {
            self.users.values().max_by_key(|user| user.waiting.load(Ordering::Relaxed))?
        } else {
            return None;
        };
        let most = crowder.sockets.iter().copied().max_by_key(|socket| self.waiting(*socket))?;
        // A frame that is longer than a limit waits where nothing else does.
        let is_alone = self.waiting(most) == self.all.load(Ordering::Relaxed) && most == socket;
        (self.waiting(most) > 0 && !is_alone).then_some(most)
    }

    /// Ends a connection without what waits for it, which does not count any more.
    pub(crate) fn let_go(&mut self, socket: SocketId) {
        if let Some(outlet) = self.outlets.get(&socket) {
            outlet.waiting.clear();
        }
        self.end(socket, ConnectionEnd::Overrun);
    }

    /// Ends a connection.
    pub(crate) fn end(&mut self, socket: SocketId, end: ConnectionEnd) {
        if let Some(outlet) = self.remove(socket) {
            let _ = outlet.end.send(end);
        }
    }

    /// A connection is over.
    pub(crate) fn forget(&mut self, socket: SocketId) {
        drop(self.remove(socket));
    }

    /// Ends every connection, since the server ends.
    pub(crate) fn clear(&mut self) {
        self.outlets.clear();
        self.users.clear();
    }

    fn remove(&mut self, socket: SocketId) -> Option<Outlet> {
        let outlet = self.outlets.remove(&socket)?;
        if let Some(of_user) = self.users.get_mut(&outlet.user) {
            of_user.sockets.remove(&socket);
            if of_user.sockets.is_empty() {
                self.users.remove(&outlet.user);
            }
        }
        Some(outlet)
    }
}

impl Waiting {
    fn add(&self, bytes: usize) {
        for count in [&self.own, &self.of_user, &self.of_all] {
            count.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Nothing happens to what was cleared before.
    fn take(&self, bytes: usize) {
        let left = |own: usize| own.checked_sub(bytes);
        if self.own.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok() {
            self.of_user.fetch_sub(bytes, Ordering::Relaxed);
            self.of_all.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    fn clear(&self) {
        let bytes = self.own.swap(0, Ordering::Relaxed);
        self.of_user.fetch_sub(bytes, Ordering::Relaxed);
        self.of_all.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Outbox {
    /// How the connection should end. The frames that come before are in the queue then.
    pub(crate) async fn ended(&mut self) -> ConnectionEnd {
        (&mut self.end).await.unwrap_or(ConnectionEnd::Shutdown)
    }

    /// The queue and the end apart, so that both can be waited for.
    pub(crate) fn split(self) -> (Queue, oneshot::Receiver<ConnectionEnd>) {
        (self.queue, self.end)
    }
}

impl Queue {
    /// Waits for the next frame; `None` after the last one, once the platform has let go of the connection.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        let frame = self.frames.recv().await?;
        // It is being written from here on: one frame at most is beside the limit.
        self.waiting.take(cost(&frame));
        Some(frame)
    }
}

/// What a queued frame costs: its payload, and what holds it.
fn cost(frame: &Frame) -> usize {
    frame.len() + size_of::<Frame>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::UserOptions;
    use crate::platform::Platform;
    use crate::reply::Upgrade;
    use crate::time::Time;

    const FRAME: usize = 1_000;

    /// Sockets with their outboxes, which nobody reads.
    fn sockets(number: usize) -> Vec<SocketId> {
        let mut platform = Platform::new();
        platform.add_user(Time::ZERO, "alice", "x", UserOptions::default()).unwrap();
        let token = platform.issue_token(Time::ZERO, "alice", &Default::default()).unwrap().access_token;
        let body = bytes::Bytes::from_static(br#"{"subscribeRequest":{}}"#);
        let path = format!("/rest/version/1/user/alice/subscription?token={token}");
        platform.handle_request(Time::ZERO, &http::Request::post(path).body(body).unwrap());
        let handshake = http::Request::get(format!("/websocket/CH-1?token={token}")).body(()).unwrap();
        let open = |_| match platform.handle_upgrade(Time::ZERO, &handshake) {
            Upgrade::Accept { socket, .. } => socket,
            other => panic!("{other:?}"),
        };
        (0..number).map(open).collect()
    }

    fn frame() -> Frame {
        Frame::Text("x".repeat(FRAME - size_of::<Frame>()))
    }

    /// Sends to a socket as the server does; gives which sockets that ends.
    fn send(queues: &mut Queues, socket: SocketId) -> Vec<SocketId> {
        assert_eq!(queues.send(socket, frame()), Queued::Yes);
        let mut ended = Vec::new();
        while let Some(crowder) = queues.overrun(socket) {
            queues.let_go(crowder);
            ended.push(crowder);
        }
        ended
    }

    fn all(queues: &Queues) -> usize {
        queues.all.load(Ordering::Relaxed)
    }

    #[test]
    fn a_user_who_does_not_read_loses_the_socket_that_holds_the_most() {
        let [one, two, three] = sockets(3)[..] else { panic!("there are three") };
        let limits = QueueLimits { socket: 10 * FRAME, user: 4 * FRAME, all: 100 * FRAME };
        let mut queues = Queues::new(limits);
        let (_one, two_box, _three) = (
            queues.connect(one, "alice".into()),
            queues.connect(two, "alice".into()),
            queues.connect(three, "bob".into()),
        );
        for (socket, ended) in [(one, vec![]), (two, vec![]), (two, vec![]), (three, vec![]), (one, vec![])] {
            assert_eq!(send(&mut queues, socket), ended);
        }
        assert_eq!(send(&mut queues, two), [two]);
        assert_eq!((queues.waiting(one), queues.waiting(three), all(&queues)), (2 * FRAME, FRAME, 3 * FRAME));
        drop(two_box);
        assert_eq!(all(&queues), 3 * FRAME, "nothing is counted off twice");
        assert_eq!(queues.send(two, frame()), Queued::Gone);
    }

    #[test]
    fn who_reads_does_not_pay_for_who_does_not() {
        let sockets = sockets(6);
        let mut queues = Queues::new(QueueLimits { socket: 10 * FRAME, user: 100 * FRAME, all: 8 * FRAME });
        let of = |socket| if socket == sockets[5] { "bob" } else { "alice" };
        let outboxes: Vec<_> = sockets.iter().map(|socket| queues.connect(*socket, of(*socket).into())).collect();
        for socket in sockets[..5].iter().chain(&sockets[..3]) {
            assert_eq!(send(&mut queues, *socket), []);
        }
        assert_eq!(all(&queues), 8 * FRAME);
        assert_eq!(send(&mut queues, sockets[5]), [sockets[2]], "one of alice's, and not his");
        assert_eq!((all(&queues), queues.waiting(sockets[5])), (7 * FRAME, FRAME));
        drop(outboxes);
        sockets.iter().for_each(|socket| queues.forget(*socket));
        assert!(all(&queues) == 0 && queues.users.is_empty());
    }

    #[tokio::test]
    async fn what_is_read_does_not_count_and_a_long_frame_may_wait_alone() {
        let [one, two] = sockets(2)[..] else { panic!("there are two") };
        let mut queues = Queues::new(QueueLimits { socket: 10, user: 10, all: 10 });
        let (mut queue, _end) = queues.connect(one, "alice".into()).split();
        let _two = queues.connect(two, "bob".into());
        assert_eq!(send(&mut queues, one), [], "longer than every limit");
        assert_eq!(queues.send(one, frame()), Queued::Full);
        assert_eq!(queue.next().await, Some(frame()));
        assert_eq!((queues.waiting(one), all(&queues)), (0, 0));
        assert_eq!(send(&mut queues, one), []);
        queues.forget(one);
        drop(queue);
        assert!(all(&queues) == 0 && !queues.users.contains_key("alice"));
    }
}

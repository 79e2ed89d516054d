//! The parts of a session side by side, and how what one of them brings about reaches the others.

use super::channel::{Channel, Closing, LostSockets, News};
use super::context::{Context, Purpose};
use super::login::{Login, LoginOrder};
use super::notifications::{NotificationFilter, Notified};
use super::renewal::{Renewal, Renewed};
use super::services::{ServiceFlow, ServiceOrder};
use super::tokens::{Refreshed, TokenRefresh};
use super::update::ConnectionUpdate;
use super::view::{Phase, Standing};
use crate::dialect::Api;
use crate::event::{DisconnectReason, Event};
use crate::io::{NetworkFailure, RequestId, Response, SocketId};
use crate::js::{TypeError, Value};
use crate::protocol::{Answer, Frame, read_frame};
use crate::timer::Timer;

/// The tasks of a session. Each owns its state, and none knows another, but for the services and their renewal.
pub(super) struct Tasks {
    pub(super) cx: Context,
    login: Login,
    pub(super) services: ServiceFlow,
    renewal: Renewal,
    refresh: TokenRefresh,
    update: ConnectionUpdate,
    pub(super) channel: Channel,
    notifications: NotificationFilter,
    /// Whether the task that ends sessions waits for ever.
    gone_hangs: bool,
}

/// The calls that concern more than one part.
impl Tasks {
    pub(super) fn new(cx: Context) -> Self {
        Self {
            cx,
            login: Login::default(),
            services: ServiceFlow::default(),
            renewal: Renewal::default(),
            refresh: TokenRefresh::default(),
            update: ConnectionUpdate::default(),
            channel: Channel::default(),
            notifications: NotificationFilter::default(),
            gone_hangs: false,
        }
    }

    pub(super) fn connect(&mut self, credentials: &Value, options: &Value) {
        self.cx.set_pending();
        match self.cx.profile.api {
            Api::Connection { .. } => self.login.connect(&mut self.cx, credentials, options),
            Api::Services => self.services.connect(&mut self.cx, &mut self.renewal, credentials, options),
        }
    }

    pub(super) fn disconnect(&mut self) {
        self.cx.set_pending();
        match self.cx.profile.api {
            Api::Connection { leaving } => {
                let order = self.login.disconnect(&mut self.cx, leaving);
                self.route_login(order);
            }
            Api::Services => self.services.disconnect(&mut self.cx, &mut self.renewal),
        }
    }

    pub(super) fn update_connection(&mut self, services: &Value) {
        self.update.update(&mut self.cx, services);
    }

    pub(super) fn subscribe_services(&mut self, services: &Value, options: &Value) -> Result<(), TypeError> {
        self.services.subscribe(&mut self.cx, &mut self.renewal, services, options)
    }

    pub(super) fn unsubscribe_services(&mut self, services: &Value) {
        self.services.unsubscribe(&mut self.cx, &mut self.renewal, services);
    }

    pub(super) fn reset_connection(&mut self) {
        let lost = self.channel.reset(&mut self.cx);
        self.replace(lost);
    }

    pub(super) fn enable_websocket(&mut self, enabled: bool) {
        self.notifications.enable(enabled);
        self.cx.emit(Event::NotificationsChange);
    }

    /// What `destroy()` does in the next tick.
    fn destroy(&mut self) {
        if self.login.is_signed_in() && self.refresh.is_alive() {
            self.disconnect_once_more();
        }
        self.login = Login::default();
        self.services = ServiceFlow::default();
        self.cx.end();
        self.channel.forget();
    }

    /// What an application sees of where the session stands.
    pub(super) fn standing(&self) -> Standing {
        let state = &self.cx.state;
        match self.cx.profile.api {
            Api::Connection { .. } => Standing { is_connected: state.is_connected, is_pending: state.is_pending },
            Api::Services => self.services.standing(state),
        }
    }

    /// Where it really stands.
    pub(super) fn phase(&self) -> Phase {
        match self.cx.profile.api {
            Api::Connection { .. } => self.login.phase(),
            Api::Services => self.services.phase(&self.cx.state),
        }
    }
}

/// Input.
impl Tasks {
    pub(super) fn answer(&mut self, id: RequestId, answer: Result<Response, NetworkFailure>) {
        let Some((purpose, answer)) = self.cx.take_answer(id, answer) else {
            return;
        };
        let Self { cx, renewal, .. } = self;
        match purpose {
            Purpose::CreateToken => self.login.token_created(cx, answer),
            Purpose::ConnectWithRefreshToken => self.login.token_refreshed(cx, answer),
            Purpose::UpdateConnection => self.update.answered(cx, &answer),
            Purpose::ChangeServices => self.services.changed(cx, renewal, &answer),
            Purpose::Subscribe => {
                let order = self.login.subscribed(cx, answer);
                self.route_login(order);
            }
            Purpose::Unsubscribe => {
                let order = self.login.unsubscribed(cx, id, &answer);
                self.route_login(order);
            }
            Purpose::SubscribeServices => {
                let order = self.services.subscribed(cx, renewal, answer);
                self.route_services(order);
            }
            Purpose::UnsubscribeServices => {
                let order = self.services.unsubscribed(cx, renewal, &answer);
                self.route_services(order);
            }
            Purpose::Resubscribe => self.renewed(&answer),
            Purpose::RefreshToken => match self.refresh.answered(cx, id, answer) {
                Refreshed::Done => {}
                Refreshed::Refused => self.disconnect(),
            },
        }
    }

    pub(super) fn websocket_opened(&mut self, id: SocketId) {
        let news = self.channel.opened(&mut self.cx, id);
        self.route_news(news);
    }

    pub(super) fn websocket_failed(&mut self, id: SocketId) {
        let news = self.channel.attempt_failed(&mut self.cx, id);
        self.route_news(news);
    }

    pub(super) fn websocket_closed(&mut self, id: SocketId, code: u16) {
        if !self.channel.uses(id) {
            return self.websocket_failed(id);
        }
        #[cfg(feature = "sabotage")]
        self.repair_close(code);
        let lost = self.channel.socket_closed(&mut self.cx, id, code);
        self.replace(lost);
    }

    pub(super) fn frame_received(&mut self, id: SocketId, text: &str) {
        if !self.channel.uses(id) {
            return;
        }
        let cx = &mut self.cx;
        match read_frame(text) {
            Some(Frame::ConnCheck(check)) => self.channel.ping_received(cx, id, &check),
            Some(Frame::ConnAck) => self.channel.pong_received(cx, id),
            Some(Frame::Notification(frame)) => self.notify(frame),
            None => {}
        }
    }

    /// A timer has fired.
    pub(super) fn fire(&mut self, timer: Timer) {
        let cx = &mut self.cx;
        match timer {
            Timer::Ping(socket) => {
                let lost = self.channel.ping_due(cx, socket);
                self.replace(lost);
            }
            Timer::Attempt(opening) => {
                let news = self.channel.attempt_due(cx, opening);
                self.route_news(news);
            }
            Timer::Resubscribe => self.renewal.due(cx),
            Timer::RefreshToken => self.refresh.due(cx),
            Timer::RetrySubscription => self.services.retry_due(cx),
            Timer::Refusal(request) => self.answer(request, Err(NetworkFailure)),
            Timer::Destroy => self.destroy(),
        }
    }
}

/// From one part to the others.
impl Tasks {
    fn route_login(&mut self, order: LoginOrder) {
        match order {
            LoginOrder::Nothing => {}
            LoginOrder::OpenWebSocket(info) => self.open_websocket(info),
            LoginOrder::Renew { refreshes } => {
                self.renewal.start(&mut self.cx);
                if refreshes {
                    self.refresh.start(&mut self.cx);
                }
            }
            LoginOrder::CloseWebSockets => match self.channel.close(&mut self.cx) {
                Closing::Done => {
                    let order = self.login.websockets_closed(&mut self.cx);
                    self.route_login(order);
                }
                Closing::Hangs => {}
            },
            LoginOrder::End => self.end_session(None, None),
            LoginOrder::CleanUp => {
                if self.refresh.is_alive() {
                    self.refresh.stop(&mut self.cx);
                    self.disconnect_once_more();
                }
            }
        }
    }

    fn route_services(&mut self, order: ServiceOrder) {
        match order {
            ServiceOrder::Nothing => {}
            ServiceOrder::OpenWebSocket(info) => self.open_websocket(info),
            ServiceOrder::CloseWebSockets => match self.channel.close(&mut self.cx) {
                Closing::Done => self.services.websockets_closed(&mut self.cx, &mut self.renewal),
                Closing::Hangs => {}
            },
        }
    }

    fn open_websocket(&mut self, info: Value) {
        let news = self.channel.open(&mut self.cx, info, false);
        self.route_news(news);
    }

    fn route_news(&mut self, news: News) {
        let cx = &mut self.cx;
        match (news, cx.profile.api) {
            (News::Nothing, _) => {}
            (News::Opened, api) => {
                // However it was switched off, the channel is on again.
                self.notifications.enable(true);
                match api {
                    Api::Connection { .. } => {
                        let order = self.login.websocket_opened(cx);
                        self.route_login(order);
                    }
                    Api::Services => self.services.websocket_opened(cx, &mut self.renewal),
                }
            }
            (News::NotOpened(failure), Api::Connection { .. }) => self.login.websocket_refused(cx, &failure),
            (News::NotOpened(failure), Api::Services) => self.services.websocket_refused(cx, &failure),
            (News::Lost, _) => self.end_session(Some(DisconnectReason::LostConnection), None),
        }
    }

    /// Opens lost sockets again, one after the other.
    fn replace(&mut self, mut lost: LostSockets) {
        while let Some(news) = self.channel.replace_next(&mut self.cx, &mut lost) {
            self.route_news(news);
        }
    }

    fn notify(&mut self, frame: Value) {
        match self.notifications.received(&mut self.cx, frame) {
            Notified::Done => {}
            Notified::End { reason, retry_after, stumbles } => {
                self.gone(reason, retry_after);
                if stumbles {
                    self.notifications.die(&mut self.cx);
                }
            }
        }
    }

    fn renewed(&mut self, answer: &Answer) {
        match self.renewal.answered(&mut self.cx, answer) {
            Renewed::Done => {}
            Renewed::Gone { next_attempt } => {
                self.gone(DisconnectReason::Gone, None);
                if let Some(attempt) = next_attempt {
                    self.renewal.await_attempt(&mut self.cx, attempt);
                }
            }
        }
    }

    /// The platform has ended the session.
    fn gone(&mut self, reason: DisconnectReason, retry_after: Option<Value>) {
        if self.gone_hangs {
            return;
        }
        match self.channel.close(&mut self.cx) {
            Closing::Done => self.end_session(Some(reason), retry_after),
            Closing::Hangs => self.gone_hangs = true,
        }
    }

    /// The session is over: everything is reset but the websockets and the memory of notifications.
    fn end_session(&mut self, reason: Option<DisconnectReason>, retry_after: Option<Value>) {
        let Self { cx, renewal, .. } = self;
        match cx.profile.api {
            Api::Connection { .. } => {
                cx.state.reset();
                renewal.stop(cx);
                self.refresh.end(cx);
                self.login.session_ended();
                cx.emit(Event::Disconnected { reason, retry_after: retry_after.map(Into::into) });
            }
            Api::Services => self.services.session_ended(cx, renewal, reason, retry_after),
        }
    }

    /// The cleanup of a task that is cancelled while its session lasts.
    fn disconnect_once_more(&mut self) {
        if self.channel.close(&mut self.cx) == Closing::Done {
            self.cx.unsubscribe(Purpose::Unsubscribe);
        }
    }
}

/// Quirks of the SDK repaired.
#[cfg(feature = "sabotage")]
impl Tasks {
    pub(super) fn repair_disconnect(&mut self) {
        use crate::sabotage::{Repair, is_repaired};
        if self.login.is_opening_websocket() && is_repaired(Repair::AttemptsEndAtDisconnect) {
            self.channel.abandon_attempts(&mut self.cx);
        }
    }

    fn repair_close(&mut self, code: u16) {
        use crate::sabotage::{Repair, is_repaired};
        // The session ends by the close, as it always did: the answer has nothing more to end.
        if code == 1000
            && is_repaired(Repair::CloseDeletesSubscription)
            && let Some(request) = self.cx.unsubscribe(Purpose::Unsubscribe)
        {
            self.cx.forget(request);
        }
    }
}

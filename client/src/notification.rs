//! Frames from the platform, and the filter of duplicates (PROTOCOL.md, section 2).

use std::collections::VecDeque;

use serde_json::Value;

use crate::event::Event;
use crate::io::{SocketId, Task};
use crate::js_value;
use crate::json;
use crate::session::Session;
use crate::timer::Time;

/// The notification channel's switch and its memory, which outlives sessions.
#[derive(Debug)]
pub(crate) struct Notifications {
    pub(crate) enabled: bool,
    /// The ids seen last, oldest first. A notification without an id has the id `undefined`, like all its kind.
    seen: VecDeque<Option<Value>>,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { enabled: true, seen: VecDeque::new() }
    }
}

impl Notifications {
    /// Whether `id` is new; the last `capacity` ids are remembered.
    fn is_new(&mut self, id: Option<&Value>, capacity: f64) -> bool {
        if capacity < 1.0 {
            return true;
        }
        if self.seen.iter().any(|seen| seen.as_ref() == id) {
            return false;
        }
        self.seen.push_back(id.cloned());
        while self.seen.len() as f64 > capacity {
            self.seen.pop_front();
        }
        true
    }
}

impl Session {
    /// A text frame. What is not JSON is reported by the browser as uncaught, and seen by nobody here.
    pub(crate) fn frame_received(&mut self, now: Time, socket: SocketId, text: &str) {
        let in_use = self.websockets.open.iter().any(|open| open.id == socket);
        if !in_use || !self.notifications.enabled {
            return;
        }
        let Ok(frame) = json::parse(text) else {
            return;
        };
        if js_value::truthy(frame.get("connAck")) {
            self.ping_early(now, socket);
        } else if !frame.is_null() && !js_value::truthy(frame.get("connCheck")) {
            self.notify(frame);
        }
    }

    fn notify(&mut self, frame: Value) {
        let Some(message) = frame.get("notificationMessage").filter(|message| message.is_object()) else {
            // The task that dies here takes the memory of duplicates with it.
            self.notifications.seen.clear();
            return self.crash(Task::Notifications);
        };
        let id = ["id", "eventId"].iter().filter_map(|key| message.get(key)).find(|id| js_value::truthy(Some(id)));
        if !self.notifications.is_new(id, self.config.notifications.id_cache_length) {
            return;
        }
        let event_type = message.get("eventType").and_then(Value::as_str).unwrap_or_default();
        if event_type == "call" && self.config.notifications.incoming_call_notification_mode == "push-channel-only" {
            return;
        }
        let retry_after = message.get("retryAfter").cloned();
        let is_gone = event_type == "gone";
        self.emit(Event::NotificationReceived { payload: frame });
        if is_gone {
            self.gone(retry_after);
        }
    }
}

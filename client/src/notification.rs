//! Frames from the platform, and the filter of duplicates (PROTOCOL.md, section 2).

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use crate::event::Event;
use crate::io::{SocketId, Task};
use crate::js_value;
use crate::json;
use crate::session::Session;
use crate::timer::Time;

/// How many ids are remembered, whatever `idCacheLength` says: with one that is no number the SDK forgets none.
const MAX_IDS: f64 = 100_000.0;
/// How many bytes of ids are remembered, as the platform may choose long ones.
const MAX_ID_BYTES: usize = 16 << 20;

/// The notification channel's switch and its memory, which outlives sessions.
#[derive(Debug)]
pub(crate) struct Notifications {
    pub(crate) enabled: bool,
    seen: SeenIds,
}

/// The ids seen last, as JSON. A notification without an id has the id `undefined`, like all its kind.
#[derive(Debug, Default)]
struct SeenIds {
    /// Oldest first.
    order: VecDeque<Arc<str>>,
    /// The same ids, to find one quickly.
    index: BTreeSet<Arc<str>>,
    bytes: usize,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { enabled: true, seen: SeenIds::default() }
    }
}

impl SeenIds {
    /// Whether `id` is new; the last `capacity` ids are remembered, as far as the limits allow.
    fn is_new(&mut self, id: Option<&Value>, capacity: f64) -> bool {
        if capacity < 1.0 {
            return true;
        }
        let id: Arc<str> = id.map_or_else(|| "undefined".to_owned(), Value::to_string).into();
        if !self.index.insert(Arc::clone(&id)) {
            return false;
        }
        self.bytes += id.len();
        self.order.push_back(id);
        // NaN is no smaller than the limit, which is then what counts.
        let capacity = MAX_IDS.min(capacity);
        while self.order.len() as f64 > capacity || self.bytes > MAX_ID_BYTES {
            self.forget_oldest();
        }
        true
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.order.pop_front() {
            self.bytes -= oldest.len();
            self.index.remove(&oldest);
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
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
        if !self.notifications.seen.is_new(id, self.config.notifications.id_cache_length) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(seen: &mut SeenIds, numbers: std::ops::Range<u32>, capacity: f64) {
        for number in numbers {
            assert!(seen.is_new(Some(&number.into()), capacity), "{number}");
        }
    }

    #[test]
    fn the_last_ids_are_remembered() {
        let mut seen = SeenIds::default();
        numbered(&mut seen, 0..5, 3.0);
        assert!(!seen.is_new(Some(&4.into()), 3.0) && !seen.is_new(Some(&2.into()), 3.0));
        assert!(seen.is_new(Some(&1.into()), 3.0), "it was forgotten");
        assert!(seen.is_new(None, 3.0) && !seen.is_new(None, 3.0));
        assert!(seen.is_new(Some(&"undefined".into()), 3.0), "a text is not the missing id");
        assert!(seen.is_new(Some(&7.into()), 1.0) && !seen.is_new(Some(&7.into()), 1.0));
        assert!(seen.is_new(None, 0.0), "0 switches the memory off");
    }

    #[test]
    fn a_memory_without_a_length_is_limited() {
        for capacity in [f64::NAN, f64::INFINITY, 1e9] {
            let mut seen = SeenIds::default();
            numbered(&mut seen, 0..100_001, capacity);
            assert_eq!((seen.order.len(), seen.index.len()), (100_000, 100_000));
            assert!(!seen.is_new(Some(&1.into()), capacity));
            assert!(seen.is_new(Some(&0.into()), capacity), "the oldest was forgotten");
        }
    }

    #[test]
    fn the_bytes_of_ids_are_limited() {
        let mut seen = SeenIds::default();
        let long = |first: char| Value::from(format!("{first}{}", "x".repeat(MAX_ID_BYTES / 2)));
        assert!(seen.is_new(Some(&long('a')), 100.0) && !seen.is_new(Some(&long('a')), 100.0));
        assert!(seen.is_new(Some(&long('b')), 100.0));
        assert!(seen.bytes <= MAX_ID_BYTES && seen.order.len() == 1, "{}", seen.bytes);
        assert!(!seen.is_new(Some(&long('b')), 100.0));
    }
}

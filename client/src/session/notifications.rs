//! Frames from the platform, and the filter of duplicates (docs/protocol.md, sections 2.4 and 2.5).

use std::collections::{BTreeMap, VecDeque};

use super::context::Context;
use crate::event::{DisconnectReason, Event};
use crate::io::Task;
use crate::js::{Text, TypeError, Value, property};
use crate::protocol::{Notification, read_notification};

/// How many ids are remembered at most. With an `idCacheLength` that is not a number the SDK forgets none.
const MAX_IDS: f64 = 100_000.0;
/// How many bytes of ids are remembered, as the platform may choose long ones.
const MAX_ID_BYTES: usize = 16 << 20;

/// The notification channel's switch and its memory, which outlives sessions.
#[derive(Debug)]
pub(super) struct NotificationFilter {
    enabled: bool,
    seen: SeenIds,
}

/// The ids seen last. A notification without an id has the id `undefined`, like all its kind.
#[derive(Debug, Default)]
struct SeenIds {
    /// Oldest first.
    order: VecDeque<Id>,
    /// How often each id is among them: more than once only where the memory was made larger again.
    index: BTreeMap<Id, usize>,
    bytes: usize,
    objects: u64,
}

/// An id as `Array.includes` compares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Id {
    Undefined,
    Null,
    Bool(bool),
    /// The bits of a double, which are the same for 0 and -0.
    Number(u64),
    Text(Text),
    /// An object or a list. Each one that a frame brings is new.
    Object(u64),
}

/// What comes of a notification.
#[must_use]
pub(super) enum Notified {
    /// What there was to do is done.
    Done,
    /// The platform has ended the session. Behind that the task may stumble over the notification, and
    /// [dies](NotificationFilter::die).
    End { reason: DisconnectReason, retry_after: Option<Value>, stumbles: bool },
}

impl Default for NotificationFilter {
    fn default() -> Self {
        Self { enabled: true, seen: SeenIds::default() }
    }
}

impl SeenIds {
    /// Whether `id` is new. Only the last ids are looked at, and remembered, as many as `capacity` says as a number and as
    /// far as the limits allow.
    fn is_new(&mut self, id: &Value, capacity: &Value) -> bool {
        let id = self.id(id);
        let is_off = capacity.strict_equals(&0.0.into());
        let capacity = capacity.to_number();
        if !is_off && self.knows(&id, capacity) {
            return false;
        }
        self.bytes += id.bytes();
        *self.index.entry(id.clone()).or_default() += 1;
        self.order.push_back(id);
        // NaN is not smaller than the limit: then the limit counts.
        let capacity = MAX_IDS.min(capacity);
        while !self.order.is_empty() && (self.order.len() as f64 > capacity || self.bytes > MAX_ID_BYTES) {
            self.forget_oldest();
        }
        true
    }

    fn id(&mut self, id: &Value) -> Id {
        match id {
            Value::Undefined => Id::Undefined,
            Value::Null => Id::Null,
            Value::Bool(flag) => Id::Bool(*flag),
            Value::Number(number) => Id::Number((*number + 0.0).to_bits()),
            Value::Text(text) => Id::Text(text.clone()),
            Value::List(_) | Value::Object(_) => {
                self.objects += 1;
                Id::Object(self.objects)
            }
        }
    }

    /// Whether `id` is among the last `capacity` ids; among all where that is less than 1 or not a number.
    fn knows(&self, id: &Id, capacity: f64) -> bool {
        if !self.index.contains_key(id) {
            return false;
        }
        let all = self.order.len();
        if !(capacity >= 1.0 && capacity < all as f64) {
            return true;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 1 to the length")]
        let looked_at = capacity as usize;
        self.order.iter().skip(all - looked_at).any(|known| known == id)
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.order.pop_front() {
            self.bytes -= oldest.bytes();
            if let Some(times) = self.index.get_mut(&oldest) {
                *times -= 1;
                if *times == 0 {
                    self.index.remove(&oldest);
                }
            }
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Id {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.byte_len(),
            _ => size_of::<Self>(),
        }
    }
}

impl NotificationFilter {
    /// `notification.enableWebsocket(enabled)`
    pub(super) fn enable(&mut self, enabled: bool) {
        self.enabled = enabled;
    }

    /// A frame that may be a notification.
    pub(super) fn received(&mut self, cx: &mut Context, frame: Value) -> Notified {
        if frame == Value::Null || !self.enabled {
            return Notified::Done;
        }
        match self.notify(cx, frame) {
            Ok(heard) => heard,
            Err(_stumble) => {
                self.die(cx);
                Notified::Done
            }
        }
    }

    fn notify(&mut self, cx: &mut Context, frame: Value) -> Result<Notified, TypeError> {
        let Notification { payload, id, is_call, end, retry_after, stumbles } = read_notification(cx.profile, frame)?;
        let options = cx.settings.notifications();
        if is_call && property(options, "incomingCallNotificationMode")?.as_str() == Some("push-channel-only") {
            return Ok(Notified::Done);
        }
        let capacity = property(options, "idCacheLength")?;
        // The SDK's page hangs for good here: nothing more is heard of any notification.
        if capacity.to_number() < 0.0 {
            return Err(TypeError::new("idCacheLength is below 0"));
        }
        if !self.seen.is_new(&id, capacity) {
            return Ok(Notified::Done);
        }
        cx.emit(Event::NotificationReceived { payload: payload.into() });
        match end {
            Some(reason) => Ok(Notified::End { reason, retry_after, stumbles }),
            None if stumbles => Err(TypeError::no_function("notificationMessage.hasOwnProperty")),
            None => Ok(Notified::Done),
        }
    }

    /// The task dies, and takes the memory of duplicates with it.
    pub(super) fn die(&mut self, cx: &mut Context) {
        self.seen.clear();
        cx.crash(Task::Notifications);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(seen: &mut SeenIds, numbers: std::ops::Range<u32>, capacity: f64) {
        for number in numbers {
            assert!(seen.is_new(&number.into(), &capacity.into()), "{number}");
        }
    }

    #[test]
    fn the_last_ids_are_remembered() {
        let mut seen = SeenIds::default();
        numbered(&mut seen, 0..5, 3.0);
        assert!(!seen.is_new(&4.0.into(), &3.0.into()) && !seen.is_new(&2.0.into(), &3.0.into()));
        assert!(seen.is_new(&1.0.into(), &3.0.into()), "it was forgotten");
        assert!(seen.is_new(&Value::Undefined, &3.0.into()) && !seen.is_new(&Value::Undefined, &3.0.into()));
        assert!(seen.is_new(&"undefined".into(), &3.0.into()), "a text is not the missing id");
        assert!(seen.is_new(&7.0.into(), &1.0.into()) && !seen.is_new(&7.0.into(), &1.0.into()));
        assert!(seen.is_new(&Value::Undefined, &0.0.into()), "0 switches the memory off");
    }

    #[test]
    fn a_memory_without_a_length_is_limited() {
        for capacity in [f64::NAN, f64::INFINITY, 1e9] {
            let mut seen = SeenIds::default();
            numbered(&mut seen, 0..100_001, capacity);
            assert_eq!((seen.order.len(), seen.index.len()), (100_000, 100_000));
            assert!(!seen.is_new(&1.0.into(), &capacity.into()));
            assert!(seen.is_new(&0.0.into(), &capacity.into()), "the oldest was forgotten");
        }
    }

    #[test]
    fn the_bytes_of_ids_are_limited() {
        let mut seen = SeenIds::default();
        let long = |first: char| Value::from(format!("{first}{}", "x".repeat(MAX_ID_BYTES / 2)));
        assert!(seen.is_new(&long('a'), &100.0.into()) && !seen.is_new(&long('a'), &100.0.into()));
        assert!(seen.is_new(&long('b'), &100.0.into()));
        assert!(seen.bytes <= MAX_ID_BYTES && seen.order.len() == 1, "{}", seen.bytes);
        assert!(!seen.is_new(&long('b'), &100.0.into()));
    }

    #[test]
    fn ids_are_compared_as_includes_does() {
        let mut seen = SeenIds::default();
        let mut is_new = |id: &str| seen.is_new(&Value::parse(id).unwrap(), &"100".into());
        for id in ["0", "7", r#""7""#, "null", "false", r#""""#, "{}", "{}", "[]", "9007199254740992", "1e400"] {
            assert!(is_new(id), "{id}");
        }
        for id in ["-0", "7.0", "null", "9007199254740993", "2e400", "false"] {
            assert!(!is_new(id), "{id}");
        }
    }

    #[test]
    fn a_capacity_is_what_javascript_makes_of_it() {
        let known = |capacity: &str| {
            let mut seen = SeenIds::default();
            let capacity = Value::parse(capacity).unwrap();
            [1.0, 2.0, 3.0].iter().for_each(|id| assert!(seen.is_new(&(*id).into(), &capacity)));
            seen.order.len()
        };
        let lengths = ["null", "false", "0.5", "true", r#""2""#, "[2]", "2.7", r#""x""#, "{}"].map(known);
        assert_eq!(lengths, [0, 0, 0, 1, 2, 2, 2, 3, 3]);
    }
}

//! The answers that the recorder's platform was told to give, request by request.

use std::collections::BTreeMap;

use kandy_mock_server::Point;
use kandy_scenarios::recording::{Recording, WireRequest};
use serde_json::{Map, Value};

use super::positions::{self, Act};
use super::recorder::{point, stands_for_normal};

/// The answers of each route: used in their order, the last one again and again.
pub(crate) struct Script<'a> {
    acts: Vec<Act<'a>>,
    routes: BTreeMap<Point, Route<'a>>,
}

struct Route<'a> {
    answers: &'a [Value],
    used: usize,
}

/// What a request was answered with.
#[derive(Clone, Copy)]
pub(crate) struct Answer<'a>(Option<&'a Map<String, Value>>, Point);

impl<'a> Script<'a> {
    pub(crate) fn of(recording: &'a Recording) -> Self {
        let mut script = Self { acts: positions::actions(recording), routes: BTreeMap::new() };
        script.set(&recording.server_script);
        script
    }

    /// The answer to the request that is the record `index`. Each is asked for once, in their order.
    pub(crate) fn next(&mut self, index: usize, request: &WireRequest) -> Answer<'a> {
        let due = self.acts.iter().take_while(|act| act.before <= index).count();
        for act in self.acts.drain(..due).collect::<Vec<_>>() {
            if let ("set", [patch, ..]) = (act.action, act.args) {
                self.set(patch);
            }
        }
        let method = request.method.parse().unwrap_or_default();
        let point = Point::of(&method, &request.path);
        let answer = self.routes.get_mut(&point).and_then(|route| {
            let answer = route.answers.get(route.used).or(route.answers.last());
            route.used += 1;
            answer?.as_object()
        });
        Answer(answer, point)
    }

    fn set(&mut self, patch: &'a Value) {
        for (key, value) in patch.as_object().into_iter().flatten() {
            if let (Ok(point), Some(answers)) = (point(key), value.as_array()) {
                self.routes.insert(point, Route { answers, used: 0 });
            }
        }
    }
}

impl Answer<'_> {
    /// Whether the request was served as it is by a healthy platform, however that was told.
    pub(crate) fn is_normal(self) -> bool {
        let Self(Some(answer), point) = self else { return true };
        let replaces = ["json", "raw", "hang", "reset"].iter().any(|key| answer.contains_key(*key));
        let is_success = answer.get("status").is_none_or(|status| status.as_u64().is_some_and(|status| status < 300));
        (!replaces && is_success) || stands_for_normal(point, answer).is_some()
    }

    /// Whether the recorder's platform served it, and then told nothing of that.
    pub(crate) fn is_lost(self) -> bool {
        let Self(Some(answer), _) = self else { return false };
        let has_body = ["json", "raw"].iter().any(|key| answer.contains_key(*key));
        !has_body && ["hang", "reset"].iter().any(|key| answer.contains_key(*key))
    }
}

//! Old releases of Kandy.js before `Front`, the server of `serve`: of each pair the first has a bug that the second has not, and
//! what the platform does tells them apart. And what a browser would hide from any release, if the server let it.
//!
//! The releases are nobody's to pass on, so they are not part of this folder: `KANDY_SDK_DIR` says where they are, as
//! `uc-3.13.0.js` and so on: the bundles of Kandy.js that are published by tag.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kandy_mock_server::{
    ClockKind, Fault, Front, FrontOptions, GoneOptions, Platform, PlatformError, Point, RequestRecord, Time,
    UserOptions,
};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::program::{Program, Script};
use crate::{ALICE, PASSWORD, soon};

/// Where the releases are.
const FOLDER: &str = "KANDY_SDK_DIR";
const MISSING: &str = "it needs KANDY_SDK_DIR, a folder with releases of Kandy.js: uc-3.13.0.js and so on";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        pair("refreshes_its_token", ["3.9.0", "3.10.0"], refreshes_its_token, [json!([]), json!([200])]),
        pair("revokes_its_token", ["3.13.0", "3.15.0"], revokes_its_token, [json!([200]), json!([])]),
        pair(
            "subscribes_with_options",
            ["3.15.0", "3.17.0"],
            subscribes_with_options,
            [json!([null, "false"]), json!(["corr-1", "true"])],
        ),
        pair("is_gone", ["3.28.0", "3.29.0"], is_gone, [json!([true, null]), json!([false, "GONE"])]),
        pair(
            "leaves_though_refused",
            ["3.28.0", "3.29.0"],
            leaves_though_refused,
            [json!("auth:error"), json!("auth:change")],
        ),
        pair("is_lost_for_good", ["3.5.0", "3.6.0"], is_lost_for_good, [json!(null), json!("LOST_CONNECTION")]),
        pair(
            "loses_its_subscription",
            ["3.28.0", "3.29.0"],
            loses_its_subscription,
            [json!([true, null]), json!([false, "GONE"])],
        ),
        pair(
            "hears_of_a_reset_once",
            ["3.28.0", "3.29.0"],
            hears_of_a_reset_once,
            [json!([["reset"], 1, ["reset", 200], 2]), json!([["reset"], 1, ["reset", 200], 2])],
        ),
    ]
}

/// A test of what a story comes to with each of two releases.
fn pair(
    name: &'static str,
    releases: [&'static str; 2],
    story: impl AsyncFn(&mut Application) -> Value + Send + 'static,
    told: [Value; 2],
) -> Trial {
    let missing = move || {
        let is_there = releases.into_iter().all(|release| of_uc(release).is_some_and(|file| file.is_file()));
        (!is_there).then_some(MISSING)
    };
    let test = async move |mut program: Program| {
        for (release, told) in releases.into_iter().zip(told) {
            let mut application = Application::open(program, release).await;
            assert_eq!(story(&mut application).await, told, "{release}");
            program = application.program;
        }
    };
    Script::Releases.trial_unless(missing, name, test)
}

fn of_uc(release: &str) -> Option<PathBuf> {
    file(&format!("uc-{release}.js"))
}

/// Where an SDK is that nobody may pass on, if there are any.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    env::var_os(FOLDER).map(|folder| PathBuf::from(folder).join(name))
}

/// A page with a release of the SDK, and the platform that it talks to. Both have a time that is passed by hand.
struct Application {
    front: Front,
    program: Program,
}

impl Application {
    async fn open(program: Program, release: &str) -> Self {
        let address = ([127, 0, 0, 1], 0).into();
        let options = FrontOptions { address, clock: ClockKind::Manual, ..FrontOptions::default() };
        let front = Front::start(options, Arc::new(())).await.expect("there is a free port");
        let port = front.address().port();
        let mut application = Self { front, program };
        application.act(|platform, now| platform.add_user(now, ALICE, PASSWORD, UserOptions::default()));
        application.tell(&json!({ "do": "open", "release": of_uc(release), "port": port })).await;
        application
    }

    /// Makes the platform do something that it does not refuse.
    fn act<T>(&self, act: impl FnOnce(&mut Platform, Time) -> Result<T, PlatformError>) -> T {
        self.front.handle().platform(act).expect("it can be done")
    }

    fn fail(&self, point: Point, fault: Fault) {
        self.act(|platform, now| platform.fail(now, point, vec![fault]));
    }

    /// Has the page do something, and waits until it is done.
    async fn tell(&mut self, what: &Value) -> Value {
        self.program.tell(what);
        self.program.next().await
    }

    async fn call(&mut self, name: &str, given: Value) {
        self.tell(&json!({ "do": "call", "name": name, "given": given })).await;
    }

    /// Signs in, with options if there are any.
    async fn connect(&mut self, options: Value) {
        let credentials = json!({ "username": ALICE, "password": PASSWORD });
        self.call("connect", json!([credentials, options])).await;
        self.until(|seen| seen["isConnected"] == true && seen["isPending"] == false).await;
    }

    /// What the application knows, once nothing is under way.
    async fn look(&mut self) -> Value {
        self.tell(&json!({ "do": "look" })).await
    }

    /// Looks until what is bound to come has come.
    async fn until(&mut self, is_there: impl Fn(&Value) -> bool) -> Value {
        soon(async {
            loop {
                let seen = self.look().await;
                if is_there(&seen) {
                    return seen;
                }
            }
        })
        .await
    }

    /// Lets time pass for both, minute by minute.
    async fn pass(&mut self, minutes: u64) -> Value {
        for _ in 0..minutes {
            self.front.handle().advance(A_MINUTE).expect("the clock is held");
            self.tell(&json!({ "do": "pass", "millis": A_MINUTE.as_millis() as u64 })).await;
            self.look().await;
        }
        self.look().await
    }

    fn requests(&self, point: Point) -> Vec<RequestRecord> {
        self.front.handle().platform(|platform, _| {
            let records = platform.journal().iter().filter(|record| record.point == Some(point));
            records.filter_map(|record| record.request().cloned()).collect()
        })
    }

    fn statuses(&self, point: Point) -> Value {
        self.requests(point).iter().map(|request| request.answered.status()).collect()
    }
}

const A_MINUTE: Duration = Duration::from_secs(60);

/// Whether the application is connected, and what it was told about that last.
fn standing(seen: &Value) -> Value {
    let mut events = seen["events"].as_array().into_iter().flatten();
    let reason =
        events.rfind(|event| event["name"] == "auth:change").map_or(Value::Null, |event| event["reason"].clone());
    json!([seen["isConnected"], reason])
}

/// Before 3.10.0 no refresh token was asked for, so that an hour later nothing was valid any more.
async fn refreshes_its_token(application: &mut Application) -> Value {
    application.connect(Value::Null).await;
    application.pass(56).await;
    application.statuses(Point::RefreshToken)
}

/// Until 3.15.0 the token was revoked at the end, of whomever it was.
async fn revokes_its_token(application: &mut Application) -> Value {
    application.connect(Value::Null).await;
    application.call("disconnect", json!([])).await;
    application.until(|seen| seen["isConnected"] == false && seen["isPending"] == false).await;
    application.statuses(Point::RevokeToken)
}

/// Until 3.17.0 the options of `connect` did not reach the platform.
async fn subscribes_with_options(application: &mut Application) -> Value {
    application.connect(json!({ "clientCorrelator": "corr-1", "forceLogOut": true })).await;
    let body = application.requests(Point::Subscribe)[0].body_json().expect("it is JSON");
    let asked = &body["subscribeRequest"];
    json!([asked["clientCorrelator"], asked["forceLogOut"]])
}

/// Until 3.29.0 nobody minded that the platform had ended the subscription.
async fn is_gone(application: &mut Application) -> Value {
    application.connect(Value::Null).await;
    let told = application.act(|platform, now| platform.gone(now, ALICE, &GoneOptions::default()));
    assert_eq!(told, 1);
    standing(&application.until(|seen| seen["messages"] == 1).await)
}

/// Until 3.29.0 whose subscription could not be ended was told of an error, and of no end.
async fn leaves_though_refused(application: &mut Application) -> Value {
    application.connect(Value::Null).await;
    application.fail(Point::Unsubscribe, Fault::status(500));
    application.call("disconnect", json!([])).await;
    let seen = application.until(|seen| seen["isPending"] == false).await;
    assert_eq!(application.statuses(Point::Unsubscribe), json!([500]));
    seen["events"].as_array().and_then(|events| events.last()).map_or(Value::Null, |last| last["name"].clone())
}

/// Before 3.6.0 the application was not told that the connection is lost for good.
async fn is_lost_for_good(application: &mut Application) -> Value {
    application.connect(Value::Null).await;
    application.front.handle().platform(Platform::set_offline);
    application.until(|seen| seen["closes"] == 1).await;
    standing(&application.pass(10).await)[1].clone()
}

/// Until 3.29.0 a renewal went on for ever, though there was nothing to renew.
async fn loses_its_subscription(application: &mut Application) -> Value {
    application.connect(Value::Null).await;
    let ended = application.act(|platform, now| platform.end_subscription(now, ALICE));
    assert_eq!(ended, 1);
    let seen = application.pass(31).await;
    assert_eq!(application.statuses(Point::Resubscribe), json!([404]));
    standing(&seen)
}

/// Chromium sends a request once more whose connection was used before and breaks: no application would hear of that.
async fn hears_of_a_reset_once(application: &mut Application) -> Value {
    application.connect(Value::Null).await;
    application.fail(Point::Resubscribe, Fault::reset().times(1));
    let heard = |seen: &Value| {
        let events = seen["events"].as_array().into_iter().flatten();
        events.filter(|event| event["name"] == "auth:resub").count()
    };
    let answered = |application: &Application| -> Value {
        application.requests(Point::Resubscribe).iter().map(|request| json!(request.answered)).collect()
    };
    let first = heard(&application.pass(31).await);
    let met = answered(application);
    // The next attempt comes a quarter of an hour later.
    let second = heard(&application.pass(16).await);
    json!([met, first, answered(application), second])
}

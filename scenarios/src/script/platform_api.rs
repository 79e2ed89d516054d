//! The platform as scripts have it: `platform`.

use std::rc::Rc;

use kandy_mock_server::{Point, UnknownPoint};
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};

use super::convert::from_serde;
use super::duration::duration;
use super::engine::PLATFORM_KEYWORD;
use super::failure::{Failure, Halt};
use super::names::nearest;
use super::options::Options;
use super::register::register;
use super::run::Run;
use super::verbs::register_verbs;
use super::wait::request_map;

/// What `platform` stands for in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlatformHandle;

pub(super) fn register_platform_api(engine: &mut Engine, run: &Rc<Run>) {
    engine.register_type_with_name::<PlatformHandle>("platform");
    engine.register_custom_syntax_with_state_raw(
        PLATFORM_KEYWORD,
        |_, _, _| Ok(None),
        false,
        |_, _, _| Ok(Dynamic::from(PlatformHandle)),
    );
    for name in ["to_string", "to_debug", "print", "debug"] {
        engine.register_fn(name, |_platform: PlatformHandle| "platform");
    }
    register_verbs(engine, run);
    register_waits(engine, run);
    register_views(engine, run);
}

fn register_waits(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "waitFor", |run, call, _p: PlatformHandle, at: &str| {
        run.wait_for_request(call, point(at)?, None, run.default_timeout())
    });
    register!(engine, run, "waitFor", |run, call, _p: PlatformHandle, at: &str, user: &str| {
        run.check_user(user)?;
        run.wait_for_request(call, point(at)?, Some(user), run.default_timeout())
    });
    register!(engine, run, "waitFor", |run, call, _p: PlatformHandle, at: &str, user: &str, timeout: Dynamic| {
        run.check_user(user)?;
        run.wait_for_request(call, point(at)?, Some(user), duration(&timeout)?)
    });
    register!(engine, run, "waitFor", |run, call, _p: PlatformHandle, at: &str, _user: (), timeout: Dynamic| {
        run.wait_for_request(call, point(at)?, None, duration(&timeout)?)
    });
}

fn register_views(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "requests", |run, _call, _p: PlatformHandle| run.requests(&Wanted::default()));
    register!(engine, run, "requests", |run, _call, _p: PlatformHandle, at: &str| {
        run.requests(&Wanted { point: Some(point(at)?), ..Wanted::default() })
    });
    register!(engine, run, "requests", |run, _call, _p: PlatformHandle, filter: Map| {
        let wanted = wanted(&filter)?;
        wanted.user.as_deref().map_or(Ok(()), |user| run.check_user(user))?;
        run.requests(&wanted)
    });
    register!(engine, run, "subscriptions", |run, _call, _p: PlatformHandle| {
        views(&run.look(|platform| platform.subscriptions(None)))
    });
    register!(engine, run, "subscriptions", |run, _call, _p: PlatformHandle, user: &str| {
        run.check_user(user)?;
        views(&run.look(|platform| platform.subscriptions(Some(user))))
    });
    register!(engine, run, "sockets", |run, _call, _p: PlatformHandle| {
        views(&run.look(|platform| platform.sockets(None)))
    });
    register!(engine, run, "sockets", |run, _call, _p: PlatformHandle, user: &str| {
        run.check_user(user)?;
        views(&run.look(|platform| platform.sockets(Some(user))))
    });
}

impl Run {
    /// Whether there is, or was, such a user: a view of a misspelt one would just be empty.
    fn check_user(&self, name: &str) -> Result<(), Failure> {
        let (is_known, users) = self.look(|platform| {
            let users = platform.users();
            let is_known = users.iter().any(|user| user.name == name)
                || platform.journal().iter().any(|record| record.user.as_deref() == Some(name));
            (is_known, users)
        });
        if is_known {
            return Ok(());
        }
        Err(Failure::argument(format!("there is no user {name:?}"))
            .with_nearest(nearest(name, users.iter().map(|user| user.name.as_str()))))
    }

    fn requests(&self, wanted: &Wanted) -> Result<Array, Halt> {
        let is_wanted = |record: &&kandy_mock_server::Record| {
            record.request().is_some_and(|request| {
                wanted.point.is_none_or(|point| record.point == Some(point))
                    && wanted.user.as_ref().is_none_or(|user| record.user.as_deref() == Some(user.as_str()))
                    && wanted.method.as_ref().is_none_or(|method| request.method.as_str().eq_ignore_ascii_case(method))
                    && wanted.status.is_none_or(|status| request.answered.status().map(u64::from) == Some(status))
            })
        };
        Ok(self.look(|platform| platform.journal().iter().filter(is_wanted).map(request_map).collect()))
    }
}

/// Which requests to show.
#[derive(Default)]
pub(super) struct Wanted {
    point: Option<Point>,
    user: Option<String>,
    method: Option<String>,
    status: Option<u64>,
}

/// Reads what `requests` is to show.
pub(super) fn wanted(filter: &Map) -> Result<Wanted, Failure> {
    let options = Options::new(filter, "filters of requests", &["point", "user", "method", "status"])?;
    Ok(Wanted {
        point: options.text("point")?.as_deref().map(point).transpose()?,
        user: options.text("user")?,
        method: options.text("method")?,
        status: options.count("status")?,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the script API give a result")]
fn views(infos: &[impl serde::Serialize]) -> Result<Array, Halt> {
    Ok(infos.iter().map(from_serde).collect())
}

pub(super) fn point(name: &str) -> Result<Point, Failure> {
    name.parse().map_err(|UnknownPoint { name, nearest }| {
        let points: Vec<&str> = Point::ALL.iter().map(|point| point.as_str()).collect();
        Failure::argument(format!("there is no point {name:?}"))
            .with_note(format!("the points are {}", points.join(", ")))
            .with_nearest(nearest)
    })
}

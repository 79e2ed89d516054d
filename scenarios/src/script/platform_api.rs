//! The platform as scripts have it: `platform`.

use std::rc::Rc;
use std::time::Duration;

use kandy_mock_server::{Point, RecordFilter, RecordKind, UnknownKind, UnknownPoint};
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};

use super::convert::from_serde;
use super::duration::duration;
use super::engine::PLATFORM_KEYWORD;
use super::failure::{Failure, Halt};
use super::options::Options;
use super::register::register;
use super::run::Run;
use super::verbs::register_verbs;
use super::wait::records::asked;
use super::wait::request_map;
use crate::text::nearest;

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
        run.wait_for_request(call, point(at)?, Some(user), run.default_timeout())
    });
    register!(engine, run, "waitFor", |run, call, _p: PlatformHandle, at: &str, user: &str, timeout: Dynamic| {
        run.wait_for_request(call, point(at)?, Some(user), duration(&timeout)?)
    });
    register!(engine, run, "waitFor", |run, call, _p: PlatformHandle, at: &str, _user: (), timeout: Dynamic| {
        run.wait_for_request(call, point(at)?, None, duration(&timeout)?)
    });
    register!(engine, run, "waitFor", |run, call, _p: PlatformHandle, options: Map| {
        let asked = asked(&options)?;
        asked.wanted.user.as_deref().map_or(Ok(()), |user| run.check_user(user))?;
        run.wait_as_asked(call, asked)
    });
}

fn register_views(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "requests", |run, _call, _p: PlatformHandle| run.requests(&RecordFilter::default()));
    register!(engine, run, "requests", |run, _call, _p: PlatformHandle, at: &str| {
        run.requests(&RecordFilter::at(point(at)?))
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

    fn requests(&self, wanted: &RecordFilter) -> Result<Array, Halt> {
        Ok(self.look(|platform| {
            let journal = platform.journal();
            journal.since(journal.begun()).filter(|record| wanted.is(record)).map(request_map).collect()
        }))
    }

    /// `platform.waitFor(point, user, timeout)`: what the journal says of the request.
    fn wait_for_request(
        &self,
        call: &NativeCallContext<'_>,
        point: Point,
        user: Option<&str>,
        timeout: Duration,
    ) -> Result<Dynamic, Halt> {
        user.map_or(Ok(()), |user| self.check_user(user))?;
        let wanted = RecordFilter { user: user.map(str::to_owned), ..RecordFilter::at(point) };
        let records = self.wait_for_records(call, &wanted, 1, timeout)?;
        Ok(records.first().map(request_map).unwrap_or_default())
    }
}

/// Reads what `requests` should show.
pub(super) fn wanted(filter: &Map) -> Result<RecordFilter, Failure> {
    let options = Options::new(filter, "filters of requests", &["point", "user", "method", "status"])?;
    Ok(RecordFilter {
        kind: None,
        socket: None,
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
    name.parse().map_err(|UnknownPoint { name, nearest, .. }| {
        let points: Vec<&str> = Point::ALL.iter().map(|point| point.as_str()).collect();
        Failure::argument(format!("there is no point {name:?}"))
            .with_note(format!("the points are {}", points.join(", ")))
            .with_nearest(nearest)
    })
}

/// The kind of records of that name.
pub(super) fn kind(name: &str) -> Result<RecordKind, Failure> {
    name.parse().map_err(|UnknownKind { name, nearest, .. }| {
        Failure::argument(format!("there is no kind of record {name:?}"))
            .with_note(format!("the kinds are {}", RecordKind::ALL.map(RecordKind::as_str).join(", ")))
            .with_nearest(nearest)
    })
}

//! The platform as scripts have it: `platform`.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use kandy_mock_server::{Fault, Frame, GoneOptions, Point, TokenOptions, UnknownPoint, UserOptions};
use rhai::{Array, Blob, Dynamic, Engine, Map, NativeCallContext};
use serde_json::Value;

use super::convert::{from_serde, to_json};
use super::duration::duration;
use super::engine::PLATFORM_KEYWORD;
use super::failure::{Failure, Halt};
use super::names::nearest;
use super::options::{Options, texts};
use super::register::register;
use super::run::Run;
use super::show::show_short;
use super::wait::request_map;
use crate::step::{Command, Done, Step};

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
    register_users(engine, run);
    register_faults(engine, run);
    register_notifications(engine, run);
    register_settings(engine, run);
    register_waits(engine, run);
    register_views(engine, run);
}

fn register_users(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "addUser", |run, _call, _p: PlatformHandle, name: &str, password: &str| {
        run.command(Command::AddUser(name.into(), password.into(), UserOptions::default()))
    });
    register!(engine, run, "addUser", |run, _call, _p: PlatformHandle, name: &str, password: &str, options: Map| {
        run.command(Command::AddUser(name.into(), password.into(), user_options(&options)?))
    });
    register!(engine, run, "removeUser", |run, _call, _p: PlatformHandle, name: &str| {
        run.command(Command::RemoveUser(name.into()))
    });
    register!(engine, run, "setPassword", |run, _call, _p: PlatformHandle, name: &str, password: &str| {
        run.command(Command::SetPassword(name.into(), password.into()))
    });
    register!(engine, run, "setOptions", |run, _call, _p: PlatformHandle, user: &str, options: Map| {
        run.command(Command::SetOptions(user.into(), user_options(&options)?))
    });
    register!(engine, run, "anyUser", |run, _call, _p: PlatformHandle, enabled: bool| {
        run.command(Command::AnyUser(enabled))
    });
    register!(engine, run, "issueToken", |run, _call, _p: PlatformHandle, user: &str| {
        run.issue_token(user, TokenOptions::default())
    });
    register!(engine, run, "issueToken", |run, _call, _p: PlatformHandle, user: &str, options: Map| {
        run.issue_token(user, token_options(&options)?)
    });
    register!(engine, run, "expireToken", |run, _call, _p: PlatformHandle, user: &str| {
        run.command(Command::ExpireToken(user.into()))
    });
    register!(engine, run, "endSubscription", |run, _call, _p: PlatformHandle, user: &str| {
        run.command(Command::EndSubscription(user.into()))
    });
    register!(engine, run, "grantServices", |run, _call, _p: PlatformHandle, user: &str, services: Array| {
        run.command(Command::GrantServices(user.into(), services_of(&services)?))
    });
}

fn register_faults(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "fail", |run, _call, _p: PlatformHandle, at: &str, how: Map| run.fail(at, &how.into()));
    register!(engine, run, "fail", |run, _call, _p: PlatformHandle, at: &str, how: Array| run.fail(at, &how.into()));
    register!(engine, run, "clear", |run, _call, _p: PlatformHandle| run.command(Command::Clear(None)));
    register!(engine, run, "clear", |run, _call, _p: PlatformHandle, at: &str| {
        run.command(Command::Clear(Some(point(at)?)))
    });
    register!(engine, run, "offline", |run, _call, _p: PlatformHandle| run.command(Command::Offline));
    register!(engine, run, "online", |run, _call, _p: PlatformHandle| run.command(Command::Online));
}

fn register_notifications(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "cut", |run, _call, _p: PlatformHandle, user: &str| run.command(Command::Cut(user.into())));
    register!(engine, run, "close", |run, _call, _p: PlatformHandle, user: &str, code: i64| run.close(user, code, ""));
    register!(engine, run, "close", |run, _call, _p: PlatformHandle, user: &str, code: i64, reason: &str| {
        run.close(user, code, reason)
    });
    register!(engine, run, "silence", |run, _call, _p: PlatformHandle, user: &str| {
        run.command(Command::Silence(user.into()))
    });
    register!(engine, run, "send", |run, _call, _p: PlatformHandle, user: &str, message: Dynamic| {
        run.command(Command::Send(user.into(), to_json(&message)?))
    });
    register!(engine, run, "sendRaw", |run, _call, _p: PlatformHandle, user: &str, text: &str| {
        run.command(Command::SendRaw(user.into(), Frame::Text(text.to_owned())))
    });
    register!(engine, run, "sendRaw", |run, _call, _p: PlatformHandle, user: &str, bytes: Blob| {
        run.command(Command::SendRaw(user.into(), Frame::Binary(Bytes::from(bytes))))
    });
    register!(engine, run, "gone", |run, _call, _p: PlatformHandle, user: &str| {
        run.command(Command::Gone(user.into(), GoneOptions::default()))
    });
    register!(engine, run, "gone", |run, _call, _p: PlatformHandle, user: &str, options: Map| {
        run.command(Command::Gone(user.into(), gone_options(&options)?))
    });
}

fn register_settings(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "tokenLifetime", |run, _call, _p: PlatformHandle, lifetime: Dynamic| {
        let lifetime = if lifetime.is_unit() { None } else { Some(duration(&lifetime)?) };
        run.command(Command::TokenLifetime(lifetime))
    });
    register!(engine, run, "answerPings", |run, _call, _p: PlatformHandle, enabled: bool| {
        run.command(Command::AnswerPings(enabled))
    });
    register!(engine, run, "latency", |run, _call, _p: PlatformHandle, latency: Dynamic| {
        run.command(Command::Latency(duration(&latency)?))
    });
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
    fn command(&self, command: Command) -> Result<(), Halt> {
        self.apply(Step::Command(command))?;
        Ok(())
    }

    fn issue_token(&self, user: &str, options: TokenOptions) -> Result<Dynamic, Halt> {
        match self.apply(Step::Command(Command::IssueToken(user.to_owned(), options)))? {
            Done::Tokens(tokens) => Ok(from_serde(&tokens)),
            done => unreachable!("`issueToken` gave {done:?}"),
        }
    }

    fn fail(&self, at: &str, how: &Dynamic) -> Result<(), Halt> {
        let at = point(at)?;
        self.command(Command::Fail(at, faults(how)?))
    }

    fn close(&self, user: &str, code: i64, reason: &str) -> Result<(), Halt> {
        self.command(Command::Close(user.to_owned(), close_code(code)?, reason.to_owned()))
    }

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

/// What `fail` takes: a fault, or a list of them.
pub(super) fn faults(how: &Dynamic) -> Result<Vec<Fault>, Failure> {
    let mut how = to_json(how)?;
    match &mut how {
        Value::Array(items) => items.iter_mut().try_for_each(delay_in_millis)?,
        how => delay_in_millis(how)?,
    }
    Fault::list_from_json(&how).map_err(|error| Failure::argument(error.to_string()))
}

pub(super) fn close_code(code: i64) -> Result<u16, Failure> {
    u16::try_from(code)
        .map_err(|_| Failure::argument(format!("{code} is no close code")).with_help("close codes are 1000 to 4999"))
}

pub(super) fn services_of(services: &Array) -> Result<Vec<String>, Failure> {
    texts(services).ok_or_else(|| {
        Failure::argument("the services are an array of strings").with_help("such as [\"call\", \"IM\"]")
    })
}

pub(super) fn gone_options(given: &Map) -> Result<GoneOptions, Failure> {
    let options = Options::new(given, "the options of gone", &["retryAfter", "id"])?;
    Ok(GoneOptions { retry_after: options.count("retryAfter")?, id: options.text("id")? })
}

/// A fault's delay may be any duration that scripts write; the platform takes milliseconds.
fn delay_in_millis(fault: &mut Value) -> Result<(), Failure> {
    if let Some(delay) = fault.get_mut("delay")
        && let Value::String(text) = delay
    {
        let value: Dynamic = text.as_str().into();
        let read = duration(&value).map_err(|failure| Failure {
            message: format!("the fault's `delay` is {}, which is no duration", show_short(&value)),
            ..failure
        })?;
        *delay = millis(read).into();
    }
    Ok(())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn user_options(given: &Map) -> Result<UserOptions, Failure> {
    let known = ["services", "tokenLifetime", "subscriptionLifetime"];
    let options = Options::new(given, "the options of a user", &known)?;
    Ok(UserOptions {
        services: options.texts("services")?,
        token_lifetime: options.duration("tokenLifetime")?,
        subscription_lifetime: options.duration("subscriptionLifetime")?,
    })
}

pub(super) fn token_options(given: &Map) -> Result<TokenOptions, Failure> {
    let known = ["accessToken", "refreshToken", "oauthToken", "lifetime"];
    let options = Options::new(given, "the options of a token", &known)?;
    Ok(TokenOptions {
        access_token: options.text("accessToken")?,
        refresh_token: options.text("refreshToken")?,
        oauth_token: options.text("oauthToken")?,
        lifetime: options.duration("lifetime")?,
    })
}

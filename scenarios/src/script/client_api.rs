//! The client as scripts have it: the calls of Kandy.js, and waits for its events.

use std::collections::BTreeSet;
use std::rc::Rc;

use kandy_client::{Config, ConnectOptions, Credentials, Dialect, Settings, Violation, js, unknown_keys_of};
use rhai::{Dynamic, Engine, FnPtr, Map, NativeCallContext};
use serde_json::Value;

use super::convert;
use super::dialects::{Made, ServicesPart, made, register_calls_of_dialects};
use super::duration::duration;
use super::failure::{Failure, Halt};
use super::listener::ScriptListener;
use super::options::Options;
use super::register::register;
use super::run::{Application, Run};
use super::show::show_short;
use super::untyped::{register_untyped_calls, thrown};
use crate::step::{ClientCall, ClientId, Done, Step};

/// A client, as `create` gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientHandle(pub(super) ClientId);

/// `kandy.connection`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConnectionPart(pub(super) ClientId);

/// `kandy.notification`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotificationPart(pub(super) ClientId);

/// The longest name of a client.
const MAX_NAME: usize = 32;
/// The platform that `getSocketState()` means.
const DEFAULT_PLATFORM: &str = "link";
/// Names in the transcript that no client may have.
const RESERVED_NAMES: [&str; 2] = ["platform", "script"];

pub(super) fn register_client_api(engine: &mut Engine, run: &Rc<Run>) {
    engine
        .register_type_with_name::<ClientHandle>("client")
        .register_type_with_name::<ConnectionPart>("connection")
        .register_type_with_name::<NotificationPart>("notification")
        .register_type_with_name::<ServicesPart>("services")
        .register_get("services", |client: &mut ClientHandle| ServicesPart(client.0))
        .register_get("connection", |client: &mut ClientHandle| ConnectionPart(client.0))
        .register_get("notification", |client: &mut ClientHandle| NotificationPart(client.0));
    engine.register_fn("==", |left: ClientHandle, right: ClientHandle| left == right);
    engine.register_fn("!=", |left: ClientHandle, right: ClientHandle| left != right);
    for name in ["to_string", "to_debug", "print", "debug"] {
        let shared = Rc::clone(run);
        engine.register_fn(name, move |client: ClientHandle| shared.applications.borrow()[client.0.0].name.clone());
    }
    register_create(engine, run);
    register_calls(engine, run);
    register_getters(engine, run);
    register_listeners(engine, run);
    register_waits(engine, run);
    register_untyped_calls(engine, run);
    register_calls_of_dialects(engine, run);
}

fn register_create(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "create", |run, _call| run.create(None, &Made::default()));
    register!(engine, run, "create", |run, _call, _config: ()| run.create(None, &Made::default()));
    register!(engine, run, "create", |run, _call, config: Map| run.create(Some(&config), &Made::default()));
    register!(engine, run, "create", |run, _call, config: Map, name: &str| run
        .create(Some(&config), &Made::named(name)));
    register!(engine, run, "create", |run, _call, _config: (), name: &str| run.create(None, &Made::named(name)));
    register!(engine, run, "create", |run, _call, config: Map, how: Map| run.create(Some(&config), &made(&how)?));
    register!(engine, run, "create", |run, _call, _config: (), how: Map| run.create(None, &made(&how)?));
}

fn register_calls(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "connect", |_run, _call, _client: ClientHandle| no_credentials());
    register!(engine, run, "connect", |_run, _call, _client: ClientHandle, _credentials: ()| no_credentials());
    register!(engine, run, "connect", |run, _call, client: ClientHandle, given: Map| {
        run.call(client.0, ClientCall::Connect(credentials(&given)?, ConnectOptions::default()))
    });
    register!(engine, run, "connect", |run, _call, client: ClientHandle, given: Map, options: Map| {
        run.call(client.0, ClientCall::Connect(credentials(&given)?, connect_options(&options)?))
    });
    register!(engine, run, "disconnect", |run, _call, client: ClientHandle| run.call(client.0, ClientCall::Disconnect));
    register!(engine, run, "updateToken", |run, _call, client: ClientHandle, given: Map| {
        run.call(client.0, ClientCall::UpdateToken(credentials(&given)?))
    });
    register!(engine, run, "updateConfig", |run, _call, client: ClientHandle, patch: Map| {
        let patch = options_json(run.dialect_of(client.0)?, &patch)?;
        run.call(client.0, ClientCall::UpdateConfig(patch))
    });
    register!(engine, run, "destroy", |run, _call, client: ClientHandle| run.call(client.0, ClientCall::Destroy));
    register!(engine, run, "resetConnection", |run, _call, part: ConnectionPart| {
        run.call(part.0, ClientCall::ResetConnection)
    });
    register!(engine, run, "enableConnectivityChecking", |run, _call, part: ConnectionPart, enabled: bool| {
        run.call(part.0, ClientCall::EnableConnectivityChecking(enabled))
    });
    register!(engine, run, "enableWebsocket", |run, _call, part: NotificationPart, enabled: bool| {
        run.call(part.0, ClientCall::EnableWebsocket(enabled))
    });
}

fn register_getters(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "getConnection", |run, _call, client: ClientHandle| {
        run.look_at(client.0, convert::connection)
    });
    register!(engine, run, "getServices", |run, _call, client: ClientHandle| run.look_at(client.0, convert::services));
    register!(engine, run, "getUserInfo", |run, _call, client: ClientHandle| {
        run.look_at(client.0, |session| convert::user_info(session.user_info()))
    });
    register!(engine, run, "getConfig", |run, _call, client: ClientHandle| {
        run.look_at(client.0, |session| convert::from_js(session.config().value().as_ref()))
    });
    register!(engine, run, "getSocketState", |run, _call, part: ConnectionPart| {
        run.look_at(part.0, |session| {
            let is_its = session.dialect().platform() == DEFAULT_PLATFORM;
            convert::socket_state(if is_its { session.socket_state() } else { None })
        })
    });
    register!(engine, run, "getSocketState", |run, _call, part: ConnectionPart, platform: &str| {
        run.look_at(part.0, |session| {
            let is_its = platform == session.dialect().platform();
            convert::socket_state(if is_its { session.socket_state() } else { None })
        })
    });
    register!(engine, run, "events", |run, _call, client: ClientHandle| done(run.events(client.0)));
}

fn register_listeners(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "on", |run, call, client: ClientHandle, event: &str, listener: FnPtr| {
        let event = run.event_of(client.0, event)?;
        let listener = ScriptListener::new(run, call, listener, 1)?;
        run.applications.borrow_mut()[client.0.0].listeners.on(event, listener)?;
        done(())
    });
    register!(engine, run, "off", |run, call, client: ClientHandle, event: &str, listener: FnPtr| {
        let event = run.event_of(client.0, event)?;
        let listener = ScriptListener::new(run, call, listener, 1)?;
        run.applications.borrow_mut()[client.0.0].listeners.off(event, &listener);
        done(())
    });
    register!(engine, run, "subscribe", |run, call, client: ClientHandle, listener: FnPtr| {
        let listener = ScriptListener::new(run, call, listener, 2)?;
        run.applications.borrow_mut()[client.0.0].listeners.subscribe(listener)?;
        done(())
    });
    register!(engine, run, "unsubscribe", |run, call, client: ClientHandle, listener: FnPtr| {
        let listener = ScriptListener::new(run, call, listener, 2)?;
        run.applications.borrow_mut()[client.0.0].listeners.unsubscribe(&listener);
        done(())
    });
}

fn register_waits(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "waitFor", |run, call, client: ClientHandle, event: &str| {
        run.wait_for(call, client.0, event, run.default_timeout())
    });
    register!(engine, run, "waitFor", |run, call, client: ClientHandle, event: &str, timeout: Dynamic| {
        run.wait_for(call, client.0, event, duration(&timeout)?)
    });
    register!(engine, run, "expectNone", |run, call, client: ClientHandle, event: &str, within: Dynamic| {
        run.expect_none(call, client.0, event, duration(&within)?)
    });
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the script API give a result")]
fn done<T>(value: T) -> Result<T, Halt> {
    Ok(value)
}

impl Run {
    fn create(&self, given: Option<&Map>, made: &Made) -> Result<ClientHandle, Halt> {
        let plain = self.world.borrow().with_clients()?.plain_config();
        let (settings, violations) = made.settings(plain, given.filter(|given| !given.is_empty()))?;
        self.create_with(settings, made.name.as_deref(), &violations)
    }

    pub(super) fn create_with(
        &self,
        config: Settings,
        name: Option<&str>,
        violations: &[Violation],
    ) -> Result<ClientHandle, Halt> {
        let name = match name {
            Some(name) => checked_name(name)?.to_owned(),
            None => self.default_name(),
        };
        match self.apply(Step::Create { name: name.clone(), config })? {
            Done::Created(id) => {
                self.applications.borrow_mut().push(Application::new(name));
                self.log(id, violations)?;
                Ok(ClientHandle(id))
            }
            done => unreachable!("`create` gave {done:?}"),
        }
    }

    /// `kandy`, `kandy2`, ..: the first that is free.
    fn default_name(&self) -> String {
        let applications = self.applications.borrow();
        let taken: BTreeSet<&str> = applications.iter().map(|application| application.name.as_str()).collect();
        let is_free = |name: &String| !taken.contains(name.as_str());
        let numbered = (2..).map(|number| format!("kandy{number}"));
        std::iter::once("kandy".to_owned()).chain(numbered).find(is_free).expect("there is always a next number")
    }

    pub(super) fn call(&self, client: ClientId, call: ClientCall) -> Result<(), Halt> {
        if let Done::Violations(violations) = self.apply(Step::Call { client, call })? {
            self.log(client, &violations)?;
        }
        Ok(())
    }

    fn log(&self, client: ClientId, violations: &[Violation]) -> Result<(), Failure> {
        let mut world = self.world.borrow_mut();
        let world = world.with_clients_mut()?;
        for violation in violations {
            world.log(client, violation)?;
        }
        Ok(())
    }
}

/// Kandy.js reads the credentials before it looks whether there are any.
fn no_credentials() -> Result<(), Halt> {
    let message = "connect() needs credentials, such as #{ username: \"..\", password: \"..\" }";
    Err(thrown(&js::TypeError::new(message)))
}

/// Options of Kandy.js as JSON, if it knows them all.
pub(super) fn options_json(dialect: Dialect, given: &Map) -> Result<Value, Failure> {
    let given = convert::to_json(&given.clone().into())?;
    match unknown_keys_of(dialect, &given).into_iter().next() {
        None => Ok(given),
        Some(unknown) => {
            let failure = Failure::argument(format!("the configuration has no option `{}`", unknown.path));
            Err(failure.with_nearest(unknown.nearest))
        }
    }
}

pub(super) fn merge(config: &mut Config, given: &Value) -> Result<Vec<Violation>, Failure> {
    config.merge(given).map_err(|error| Failure::argument(error.to_string()))
}

pub(super) fn checked_name(name: &str) -> Result<&str, Failure> {
    let is_printable = |character: char| character.is_alphanumeric() || "-_.@+".contains(character);
    if name.is_empty() || name.chars().count() > MAX_NAME || !name.chars().all(is_printable) {
        return Err(Failure::argument(format!("{} cannot be a client's name", show_short(&name.into())))
            .with_help(format!("take letters, digits and -_.@+, {MAX_NAME} at most")));
    }
    if RESERVED_NAMES.contains(&name) {
        return Err(Failure::argument(format!(
            "a client cannot be named {name:?}: the transcript uses that name for something else"
        )));
    }
    Ok(name)
}

pub(super) fn credentials(given: &Map) -> Result<Credentials, Failure> {
    // Which of them a dialect uses is its own business; none uses the last.
    let known = [
        "username",
        "password",
        "accessToken",
        "refreshToken",
        "oauthToken",
        "expires",
        "authname",
        "hmacToken",
        "bearerAccessToken",
        "domainApiKey",
    ];
    let options = Options::new(given, "the credentials", &known)?;
    Ok(Credentials {
        username: options.text("username")?,
        password: options.text("password")?,
        access_token: options.text("accessToken")?,
        refresh_token: options.text("refreshToken")?,
        oauth_token: options.text("oauthToken")?,
        authname: options.text("authname")?,
        hmac_token: options.text("hmacToken")?,
        bearer_access_token: options.text("bearerAccessToken")?,
        expires: options.json("expires")?,
    })
}

pub(super) fn connect_options(given: &Map) -> Result<ConnectOptions, Failure> {
    let options = Options::new(given, "the options of connect", &["forceLogOut", "clientCorrelator"])?;
    Ok(ConnectOptions {
        force_log_out: options.flag("forceLogOut")?.unwrap_or_default(),
        client_correlator: options.text("clientCorrelator")?,
    })
}

/// The client or part of one that a variable holds. It is taken out of the variable to be used, so that closures that
/// have captured the variable find it free.
pub(super) fn handle_in(value: &Dynamic) -> Option<Dynamic> {
    value
        .read_lock::<ClientHandle>()
        .map(|client| Dynamic::from(*client))
        .or_else(|| value.read_lock::<ConnectionPart>().map(|part| Dynamic::from(*part)))
        .or_else(|| value.read_lock::<NotificationPart>().map(|part| Dynamic::from(*part)))
}

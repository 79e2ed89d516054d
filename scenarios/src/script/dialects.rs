//! Clients of other dialects than UC 3: how a script makes one, and the calls that not every client has.

use std::rc::Rc;

use kandy_client::js::{self, Value as Js};
use kandy_client::{Config, Dialect, Settings, Untyped, UntypedCall, Violation};
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use serde_json::{Value, json};

use super::client_api::{ClientHandle, connect_options, credentials, merge, options_json};
use super::convert;
use super::explain::place_of_words;
use super::failure::{Failure, Halt};
use super::options::Options;
use super::register::register;
use super::run::Run;
use super::show::show_short;
use super::untyped::AS_IN_JAVASCRIPT;
use super::wait::event_name;
use crate::step::{ClientCall, ClientId};
use crate::text::nearest;

/// `kandy.services`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServicesPart(pub(super) ClientId);

/// How a script wants a client to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) name: Option<String>,
    pub(super) dialect: Dialect,
    seed: Option<u64>,
}

const SET_CREDENTIALS: &str = "setCredentials";

/// The keys of what stands behind the configuration in `create`.
const KEYS: [&str; 3] = ["name", "dialect", "seed"];

/// Which argument of `create` can ask for JavaScript's ways.
const PLACE_OF_WORDS: usize = 3;

/// Reads what stands behind the configuration in `create`.
pub(super) fn made(how: &Map) -> Result<Made, Failure> {
    let options = Options::new(how, "the options of create", &KEYS).map_err(|failure| {
        if how.contains_key(AS_IN_JAVASCRIPT) { failure.with_note(place_of_words(PLACE_OF_WORDS)) } else { failure }
    })?;
    let dialect = options.text("dialect")?.map_or_else(|| Ok(Dialect::default()), |name| named(&name))?;
    let seed = options.count("seed")?;
    if seed.is_some() && !dialect.draws_at_random() {
        return Err(Failure::argument(format!("a client of {} draws nothing at random", dialect.name()))
            .with_help("leave the `seed` out"));
    }
    Ok(Made { name: options.text("name")?, dialect, seed })
}

fn named(name: &str) -> Result<Dialect, Failure> {
    Dialect::of_name(name).ok_or_else(|| {
        let names = Dialect::ALL.map(Dialect::name);
        Failure::argument(format!("there is no dialect {}", show_short(&name.into())))
            .with_note(format!("the dialects are {}", names.join(", ")))
            .with_nearest(nearest(name, names))
    })
}

impl Made {
    pub(super) fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }

    /// The settings of the client, over the servers that are in `plain`, and what the SDK would log of them.
    pub(super) fn settings(&self, plain: Config, given: Option<&Map>) -> Result<(Settings, Vec<Violation>), Failure> {
        let given = given.map(|given| options_json(self.dialect, given)).transpose()?;
        let mut violations = Vec::new();
        let settings = if self.dialect.has_services() {
            let given = given.unwrap_or_else(|| json!({}));
            let whole = js::merge(&Js::from_json(&servers_apart(&plain, &given)), &Js::from_json(&given));
            Settings::create_for(self.dialect, whole)
                .map_err(|error| Failure::argument(format!("the configuration makes create() throw: {error}")))?
        } else {
            let mut config = plain;
            if let Some(given) = given {
                violations = merge(&mut config, &given)?;
            }
            Settings::typed_for(self.dialect, &config)
        };
        Ok((self.seed.map_or(settings.clone(), |seed| settings.with_seed(seed)), violations))
    }

    /// The settings for what JavaScript would take, over the same servers.
    pub(super) fn settings_as_in_javascript(&self, plain: &Config, given: &Js) -> Result<Settings, js::TypeError> {
        let servers = if self.dialect.has_services() {
            servers_apart(plain, &given.to_json())
        } else {
            serde_json::to_value(plain).unwrap_or_default()
        };
        let settings = Settings::create_for(self.dialect, js::merge(&Js::from_json(&servers), given))?;
        Ok(self.seed.map_or(settings.clone(), |seed| settings.with_seed(seed)))
    }
}

/// The servers of the platform in the form of Link 4 and 5; in that of old where the script writes that.
fn servers_apart(plain: &Config, given: &Value) -> Value {
    let plain = json!(plain);
    let [rest, websocket] = ["subscription", "websocket"].map(|server| &plain["authentication"][server]);
    let is_old = given["authentication"]["subscription"].is_object();
    let websocket = json!({ "server": websocket["server"], "port": websocket["port"] });
    if is_old {
        let rest = json!({ "server": rest["server"], "protocol": rest["protocol"], "port": rest["port"] });
        return json!({ "authentication": { "subscription": rest, "websocket": websocket } });
    }
    let rest = json!({ "base": rest["server"], "protocol": rest["protocol"], "port": rest["port"] });
    json!({ "authentication": { "server": rest }, "subscription": { "websocket": websocket } })
}

pub(super) fn register_calls_of_dialects(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "setCredentials", |run, _call, client: ClientHandle| run
        .set_credentials(client.0, &().into()));
    register!(engine, run, "setCredentials", |run, _call, client: ClientHandle, given: Dynamic| {
        run.set_credentials(client.0, &given)
    });
    register!(engine, run, "setTokens", |run, _call, client: ClientHandle| {
        run.call_of_dialect(client.0, UntypedCall::SetTokens { tokens: Untyped::default() })
    });
    register!(engine, run, "setTokens", |run, _call, client: ClientHandle, given: Dynamic| {
        run.call_of_dialect(client.0, UntypedCall::SetTokens { tokens: value(&given)? })
    });
    register!(engine, run, "updateConnection", |run, _call, client: ClientHandle| {
        run.call_of_dialect(client.0, UntypedCall::UpdateConnection { services: Untyped::default() })
    });
    register!(engine, run, "updateConnection", |run, _call, client: ClientHandle, given: Dynamic| {
        run.call_of_dialect(client.0, UntypedCall::UpdateConnection { services: value(&given)? })
    });
    register!(engine, run, "subscribe", |run, _call, part: ServicesPart, services: Array| {
        run.subscribe_to(part, services, Untyped::default())
    });
    register!(engine, run, "subscribe", |run, _call, part: ServicesPart, services: Array, options: Map| {
        run.subscribe_to(part, services, (&connect_options(&options)?).into())
    });
    register!(engine, run, "unsubscribe", |run, _call, part: ServicesPart, services: Array| {
        let services = value(&services.into())?;
        run.call_of_dialect(part.0, UntypedCall::UnsubscribeServices { services })
    });
    register!(engine, run, "resubscribe", |run, _call, part: ServicesPart| {
        run.call_of_dialect(part.0, UntypedCall::ResubscribeServices)
    });
    register!(engine, run, "getSubscriptions", |run, _call, part: ServicesPart| {
        let subscriptions = run.look_at(part.0, kandy_client::Session::subscriptions)?;
        match subscriptions {
            Some(subscriptions) => Ok(convert::from_js(subscriptions.to_js().as_ref())),
            None => Err(missing(run.dialect_of(part.0)?, "services.getSubscriptions").into()),
        }
    });
}

/// A value as JavaScript has it.
fn value(given: &Dynamic) -> Result<Untyped, Failure> {
    if given.is_unit() { Ok(Untyped::default()) } else { Ok(convert::to_json(given)?.into()) }
}

/// Explains that a client has no such call.
fn missing(dialect: Dialect, call: &str) -> Failure {
    let has_it = |other: &Dialect| match call.split_once('.') {
        Some(_) => other.has_services(),
        None => other.calls().contains(&call) || other.idle_calls().contains(&call),
    };
    let have: Vec<&str> = Dialect::ALL.iter().filter(|other| has_it(other)).map(|other| other.name()).collect();
    Failure::argument(format!("a client of {} has no `{call}`", dialect.name()))
        .with_help(format!("say which client has it: create(#{{}}, #{{ dialect: \"{}\" }})", have.join("\" or \"")))
}

impl Run {
    /// Which SDK a client is.
    pub(super) fn dialect_of(&self, client: ClientId) -> Result<Dialect, Halt> {
        Ok(self.world.borrow().with_clients()?.session(client).dialect())
    }

    /// The event of that name, if a client can emit it.
    pub(super) fn event_of(&self, client: ClientId, name: &str) -> Result<&'static str, Halt> {
        let event = event_name(name)?;
        let dialect = self.dialect_of(client)?;
        if dialect.events().contains(&event) {
            return Ok(event);
        }
        Err(Failure::argument(format!("a client of {} has no event {event:?}", dialect.name()))
            .with_note(format!("its events are {}", dialect.events().join(", ")))
            .into())
    }

    /// What a client without the call takes is not looked at.
    fn set_credentials(&self, client: ClientId, given: &Dynamic) -> Result<(), Halt> {
        if self.dialect_of(client)?.idle_calls().contains(&SET_CREDENTIALS) {
            return self.call(client, ClientCall::WithoutEffect(SET_CREDENTIALS));
        }
        let Some(given) = given.read_lock::<Map>() else {
            return Err(Failure::argument(
                "setCredentials() needs credentials, such as #{ username: \"..\", password: \"..\" }",
            )
            .into());
        };
        let credentials = (&credentials(&given)?).into();
        self.call_of_dialect(client, UntypedCall::SetCredentials { credentials })
    }

    fn subscribe_to(&self, part: ServicesPart, services: Array, options: Untyped) -> Result<(), Halt> {
        let services = value(&services.into())?;
        self.call_of_dialect(part.0, UntypedCall::SubscribeServices { services, options })
    }

    /// A call that not every dialect has, and that some have without effect.
    fn call_of_dialect(&self, client: ClientId, call: UntypedCall) -> Result<(), Halt> {
        let (dialect, name) = (self.dialect_of(client)?, call.name());
        if dialect.idle_calls().contains(&name) {
            return self.call(client, ClientCall::WithoutEffect(name));
        }
        if !dialect.calls().contains(&name) {
            return Err(missing(dialect, name).into());
        }
        self.call(client, ClientCall::Untyped(call))
    }
}

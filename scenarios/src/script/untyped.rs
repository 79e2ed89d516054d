//! Calls as an application in JavaScript can make them: with values that Kandy.js takes, though they are surely a mistake.
//!
//! By default such a value is an error at its place. With `#{ asInJavaScript: true }` behind the arguments, the call is
//! made with whatever is given, and has the same outcome as in Kandy.js.

use std::rc::Rc;

use kandy_client::{TypeError, Untyped, UntypedCall};
use rhai::{Dynamic, Engine, EvalAltResult, Map, NativeCallContext, Position};

use super::client_api::{ClientHandle, ConnectionPart, NotificationPart};
use super::convert;
use super::dialects::{Made, made};
use super::failure::{Failure, Halt};
use super::options::Options;
use super::register::register;
use super::run::Run;
use crate::step::ClientCall;

/// The key by which a script asks for JavaScript's ways.
pub(super) const AS_IN_JAVASCRIPT: &str = "asInJavaScript";

pub(super) fn register_untyped_calls(engine: &mut Engine, run: &Rc<Run>) {
    register!(engine, run, "create", |run, _call, config: Dynamic, _name: (), how: Map| {
        is_meant(&how)?;
        run.create_untyped(&config, &Made::default())
    });
    register!(engine, run, "create", |run, _call, config: Dynamic, name: &str, how: Map| {
        is_meant(&how)?;
        run.create_untyped(&config, &Made::named(name))
    });
    register!(engine, run, "create", |run, _call, config: Dynamic, made_how: Map, how: Map| {
        is_meant(&how)?;
        run.create_untyped(&config, &made(&made_how)?)
    });
    register!(engine, run, "connect", |run,
                                       _call,
                                       client: ClientHandle,
                                       given: Dynamic,
                                       options: Dynamic,
                                       how: Map| {
        is_meant(&how)?;
        let call = UntypedCall::Connect { credentials: argument(&given)?, options: argument(&options)? };
        run.call(client.0, ClientCall::Untyped(call))
    });
    register!(engine, run, "updateToken", |run, _call, client: ClientHandle, given: Dynamic, how: Map| {
        is_meant(&how)?;
        run.call(client.0, ClientCall::Untyped(UntypedCall::UpdateToken { credentials: argument(&given)? }))
    });
    register!(engine, run, "updateConfig", |run, _call, client: ClientHandle, patch: Dynamic, how: Map| {
        is_meant(&how)?;
        run.call(client.0, ClientCall::Untyped(UntypedCall::UpdateConfig { patch: argument(&patch)? }))
    });
    register!(engine, run, "enableConnectivityChecking", |run, _call, part: ConnectionPart, on: Dynamic, how: Map| {
        is_meant(&how)?;
        run.call(part.0, ClientCall::Untyped(UntypedCall::EnableConnectivityChecking { enabled: argument(&on)? }))
    });
    register!(engine, run, "enableWebsocket", |run, _call, part: NotificationPart, on: Dynamic, how: Map| {
        is_meant(&how)?;
        run.call(part.0, ClientCall::Untyped(UntypedCall::EnableWebsocket { enabled: argument(&on)? }))
    });
}

/// Refuses what stands behind the arguments unless it is `asInJavaScript`, the only thing that makes sense there.
pub(super) fn is_meant(how: &Map) -> Result<(), Failure> {
    match Options::new(how, "the words behind the arguments", &[AS_IN_JAVASCRIPT])?.flag(AS_IN_JAVASCRIPT)? {
        Some(true) => Ok(()),
        _ => Err(Failure::argument("the arguments are judged unless `asInJavaScript` is true")
            .with_help("leave the last argument out")),
    }
}

/// An argument; `()` is undefined as a whole, and null inside of a list or a map.
fn argument(given: &Dynamic) -> Result<Untyped, Failure> {
    if given.is_unit() { Ok(Untyped::default()) } else { Ok(convert::to_json(given)?.into()) }
}

/// What a call throws in JavaScript, for a script that may catch it.
pub(super) fn thrown(error: &TypeError) -> Halt {
    let error = convert::map([("name", "TypeError".into()), ("message", error.message().into())]);
    Halt::Script(EvalAltResult::ErrorRuntime(error, Position::NONE).into())
}

impl Run {
    fn create_untyped(&self, given: &Dynamic, made: &Made) -> Result<ClientHandle, Halt> {
        let plain = self.world.borrow().with_clients()?.plain_config();
        let settings =
            made.settings_as_in_javascript(&plain, argument(given)?.as_ref()).map_err(|error| thrown(&error))?;
        self.create_with(settings, made.name.as_deref(), &[])
    }
}

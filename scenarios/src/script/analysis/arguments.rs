//! What is written out in a call, judged by the very functions that would read it when the script runs.

use std::any::TypeId;

use kandy_client::Dialect;
use kandy_mock_server::command::{Kind, Parameter, Verb};
use kandy_mock_server::{Command, Fault, FaultError, Point};
use rhai::{Dynamic, Map};

use super::parsed::Parsed;
use super::value::StaticValue;
use crate::script::client_api::{checked_name, connect_options, credentials, merge, options_json};
use crate::script::convert::to_json;
use crate::script::dialects::{Made, made};
use crate::script::duration::duration;
use crate::script::failure::Failure;
use crate::script::listener::too_many_parameters;
use crate::script::names::Of;
use crate::script::pattern::regex;
use crate::script::platform_api::{point, wanted};
use crate::script::properties;
use crate::script::redact;
use crate::script::untyped::is_meant;
use crate::script::verbs::{self, Taken};
use crate::script::wait::event_name;
use crate::script::wait::records::asked;
use crate::script::world_api::{clock_is_off, expected_events};
use crate::world::World;

/// Whether a function of the script API takes what is given to it, as far as that is known. In the order in which the
/// function looks at it, so that the same mistake is told first.
pub(super) fn judge(script: &Parsed, of: Of, name: &str, given: &[StaticValue]) -> Result<(), Failure> {
    let given = GivenValues(given);
    if given.is_as_in_javascript(name)? {
        return Ok(());
    }
    match of {
        Of::Script => of_script(script, name, &given),
        Of::Client => of_client(script, name, &given),
        Of::Platform => of_platform(name, &given),
        Of::Services => of_services(name, &given),
        Of::Connection | Of::Notification => Ok(()),
    }
}

fn of_script(script: &Parsed, name: &str, given: &GivenValues<'_>) -> Result<(), Failure> {
    match name {
        "create" => {
            given.text(1, |name| checked_name(name).map(drop))?;
            given.map(1, made)?;
            given.config_of_a_client()
        }
        "advance" => given.duration(0),
        "waitUntil" => given.duration(1),
        "always" | "sometimes" => given.listener(1, script, 0),
        "eventually" => {
            given.duration(2)?;
            given.listener(1, script, 0)
        }
        "disturb" => given.text(0, |text| properties::schedule(text).map(drop)),
        "assertMatch" => given.text(1, regex),
        "redact" => {
            given.text(1, redact::checked_name)?;
            given.text(0, redact::checked_pattern)
        }
        "expectEvents" => {
            let Some(names) = given.constant(1).and_then(Dynamic::try_cast) else { return Ok(()) };
            expected_events(&names)?.iter().try_for_each(|name| event_name(name).map(drop))
        }
        name => clock_is_off(name).map_or(Ok(()), Err),
    }
}

fn of_client(script: &Parsed, name: &str, given: &GivenValues<'_>) -> Result<(), Failure> {
    match name {
        "connect" => {
            given.map(0, credentials)?;
            given.map(1, connect_options)
        }
        "updateToken" => given.map(0, credentials),
        "updateConfig" => given.patch(),
        "on" | "off" => {
            given.text(0, event_name)?;
            given.listener(1, script, 1)
        }
        "subscribe" | "unsubscribe" => given.listener(0, script, 2),
        "waitFor" | "expectNone" => {
            given.duration(1)?;
            given.text(0, event_name)
        }
        _ => Ok(()),
    }
}

fn of_services(name: &str, given: &GivenValues<'_>) -> Result<(), Failure> {
    match name {
        "subscribe" => given.map(1, connect_options),
        _ => Ok(()),
    }
}

fn of_platform(name: &str, given: &GivenValues<'_>) -> Result<(), Failure> {
    match name {
        "waitFor" => {
            given.text(0, point)?;
            given.map(0, asked)?;
            given.duration(2)
        }
        "requests" => {
            given.text(0, point)?;
            given.map(0, wanted)
        }
        name => Verb::named(name).map_or(Ok(()), |verb| of_verb(verb, given)),
    }
}

/// A verb of the platform.
fn of_verb(verb: &'static Verb, given: &GivenValues<'_>) -> Result<(), Failure> {
    let mut all = Vec::new();
    for (place, value) in verbs::places(verb).into_iter().zip(given.0) {
        let id = value.type_of().map(|known| known.id);
        let takes = |(_, wanted): &(Taken, TypeId)| id == Some(*wanted) || *wanted == TypeId::of::<Dynamic>();
        let Some((taken, _)) = place.into_iter().find(takes) else { continue };
        match (taken, value.constant()) {
            (Taken::Options, _) => {
                value.known_map().map_or(Ok(()), |map| verbs::options(verb, &map).map(drop))?;
            }
            (Taken::Argument(Parameter { kind: Kind::Faults, .. }), Some(how)) => drop(faults(&how)?),
            (Taken::Argument(Parameter { kind: Kind::Faults, .. }), None) => judge_faults(value)?,
            (Taken::Argument(parameter), Some(constant)) => drop(verbs::argument(parameter, &constant)?),
            (Taken::Argument(_), None) => {}
        }
        all.extend(value.constant().map(|constant| (taken, constant)));
    }
    if all.len() < given.0.len() {
        return Ok(());
    }
    match verbs::command(verb, all.into_iter())? {
        Command::Fail { point, faults } => judge_faults_at(point, &faults),
        _ => Ok(()),
    }
}

/// What is given to a function.
struct GivenValues<'a>(&'a [StaticValue]);

impl GivenValues<'_> {
    fn value(&self, index: usize) -> &StaticValue {
        self.0.get(index).unwrap_or(&StaticValue::Unknown)
    }

    /// Whether the call takes everything, by what stands behind its arguments.
    fn is_as_in_javascript(&self, name: &str) -> Result<bool, Failure> {
        let place = match name {
            "create" | "connect" => 2,
            "updateToken" | "updateConfig" | "enableConnectivityChecking" | "enableWebsocket" => 1,
            _ => return Ok(false),
        };
        if self.value(place).known_map().is_none() {
            return Ok(false);
        }
        // A map that is not fully known may have that key.
        self.constant(place).and_then(Dynamic::try_cast).map_or(Ok(true), |how| is_meant(&how).map(|()| true))
    }

    fn constant(&self, index: usize) -> Option<Dynamic> {
        self.value(index).constant()
    }

    fn text<T>(&self, index: usize, read: impl FnOnce(&str) -> Result<T, Failure>) -> Result<(), Failure> {
        self.value(index).text().map_or(Ok(()), |text| read(&text).map(drop))
    }

    /// A map whose keys are known. Members that are not count as not given.
    fn map<T>(&self, index: usize, read: impl FnOnce(&Map) -> Result<T, Failure>) -> Result<(), Failure> {
        self.value(index).known_map().map_or(Ok(()), |map| read(&map).map(drop))
    }

    /// The configuration of a client. Only a value that is fully written out can be judged, and the client is known only if
    /// all arguments behind it are written out.
    fn config_of_a_client(&self) -> Result<(), Failure> {
        let how = match self.value(1) {
            StaticValue::Unknown if self.0.len() > 1 => return Ok(()),
            value => value.constant().and_then(Dynamic::try_cast::<Map>),
        };
        if how.is_none() && self.value(1).known_map().is_some() {
            return Ok(());
        }
        let made = how.map_or_else(|| Ok(Made::default()), |how| made(&how))?;
        self.map(0, |map| options_json(made.dialect, map))?;
        match self.constant(0).and_then(Dynamic::try_cast::<Map>) {
            Some(whole) => made.settings(World::default().plain_config(), Some(&whole)).map(drop),
            None => Ok(()),
        }
    }

    /// What should change in a configuration. Of which client is not known.
    fn patch(&self) -> Result<(), Failure> {
        let of_one = |map: &Map| options_json(Dialect::default(), map).or_else(|_| options_json(Dialect::Link, map));
        self.map(0, |map| of_one(map).or_else(|_| options_json(Dialect::default(), map)))?;
        match self.constant(0).filter(Dynamic::is_map) {
            Some(whole) => merge(&mut World::default().plain_config(), &to_json(&whole)?).map(drop),
            None => Ok(()),
        }
    }

    /// A duration; `()` is what some functions take in its place.
    fn duration(&self, index: usize) -> Result<(), Failure> {
        let given = self.constant(index).filter(|value| !value.is_unit());
        given.map_or(Ok(()), |value| duration(&value).map(drop))
    }

    /// A closure that is called with so many arguments.
    fn listener(&self, index: usize, script: &Parsed, arguments: usize) -> Result<(), Failure> {
        let StaticValue::Closure(closure) = self.value(index) else { return Ok(()) };
        let Some(function) = script.named(&closure.function) else { return Ok(()) };
        let takes = function.parameters.len().saturating_sub(closure.captured);
        if takes > arguments { Err(too_many_parameters(takes, arguments)) } else { Ok(()) }
    }
}

/// The faults that `fail` is given.
pub(super) fn faults(how: &Dynamic) -> Result<Vec<Fault>, Failure> {
    Fault::list_from_json(&verbs::faults(how)?).map_err(|error| refused(&error))
}

/// Whether faults make sense at a point, which the platform sees to.
fn judge_faults_at(point: Point, faults: &[Fault]) -> Result<(), Failure> {
    if faults.is_empty() {
        return Err(refused(&FaultError::Empty));
    }
    let alone = faults.len() == 1;
    let check = |(index, fault): (usize, &Fault)| {
        fault.check_at(point).map_err(|error| if alone { error } else { numbered(index, error) })
    };
    faults.iter().enumerate().try_for_each(check).map_err(|error| refused(&error))
}

/// Faults that are not fully known are judged key by key.
fn judge_faults(how: &StaticValue) -> Result<(), Failure> {
    match how {
        StaticValue::Map(members) => judge_keys(members).map_err(|error| refused(&error)),
        StaticValue::Array(items) => {
            let check = |(index, item): (usize, &StaticValue)| match item {
                StaticValue::Map(members) => judge_keys(members).map_err(|error| numbered(index, error)),
                _ => Ok(()),
            };
            items.iter().enumerate().try_for_each(check).map_err(|error| refused(&error))
        }
        _ => Ok(()),
    }
}

/// The keys of a fault, each on its own: it cannot be known here whether two contradict each other.
fn judge_keys(members: &[(String, StaticValue)]) -> Result<(), FaultError> {
    for (key, value) in members {
        // A delay is written in more ways than a fault's own form has.
        let known = value.constant().filter(|_| key != "delay").and_then(|value| to_json(&value).ok());
        let alone = serde_json::Value::Object([(key.clone(), known.clone().unwrap_or_default())].into_iter().collect());
        match Fault::from_json(&alone) {
            Err(error @ FaultError::UnknownKey { .. }) => return Err(error),
            Err(error @ FaultError::Value { .. }) if known.is_some() => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn numbered(index: usize, error: FaultError) -> FaultError {
    FaultError::InList { number: index + 1, source: Box::new(error) }
}

fn refused(error: &FaultError) -> Failure {
    Failure::argument(error.to_string())
}

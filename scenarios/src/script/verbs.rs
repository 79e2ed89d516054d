//! The verbs of the script's `platform`, from the platform's own table.

use std::any::TypeId;
use std::iter::once;
use std::rc::Rc;

use bytes::Bytes;
use kandy_mock_server::command::{Argument, Gives, Kind, Parameter, Place, VERBS, Verb};
use kandy_mock_server::{Command, CommandOutput};
use rhai::{Array, Blob, Dynamic, Engine, ImmutableString, Map};
use serde_json::Value;

use super::api::ApiParameter as Given;
use super::convert::{from_serde, to_json};
use super::duration::duration;
use super::failure::{Failure, Halt};
use super::options::{Options, texts};
use super::platform_api::{PlatformHandle, point};
use super::run::Run;
use super::show::show_short;
use crate::step::{Done, Step};

/// A place in a call.
struct Slot {
    /// Whether a call may leave it out, with all that follows.
    optional: bool,
    /// What may stand there.
    takes: Vec<(Taken, TypeId)>,
    /// How lines about the usage write it.
    forms: Vec<&'static str>,
}

/// What stands at a place.
#[derive(Clone, Copy)]
pub(super) enum Taken {
    Argument(&'static Parameter),
    Options,
}

/// Registers a function for each verb and each way to call it.
pub(super) fn register_verbs(engine: &mut Engine, run: &Rc<Run>) {
    for verb in VERBS {
        let slots = slots(verb);
        for length in lengths(&slots) {
            for call in combinations(slots[..length].iter().map(|slot| &*slot.takes)) {
                register_call(engine, run, verb, &call);
            }
        }
    }
}

fn register_call(engine: &mut Engine, run: &Rc<Run>, verb: &'static Verb, call: &[(Taken, TypeId)]) {
    let types: Vec<TypeId> = once(TypeId::of::<PlatformHandle>()).chain(call.iter().map(|(_, id)| *id)).collect();
    let takes: Vec<Taken> = call.iter().map(|(taken, _)| *taken).collect();
    let run = Rc::clone(run);
    engine.register_raw_fn(verb.name, types, move |context, values| {
        let given = values[1..].iter_mut().map(|value| value.take().flatten());
        run.answer(&context, || run.command(command(verb, takes.iter().copied().zip(given))?))
    });
}

impl Run {
    fn command(&self, command: Command) -> Result<Dynamic, Halt> {
        Ok(match self.apply(Step::Command(command))? {
            Done::Command(CommandOutput::Count(count)) => i64::try_from(count).unwrap_or(i64::MAX).into(),
            Done::Command(CommandOutput::Record(seq)) => i64::try_from(seq).unwrap_or(i64::MAX).into(),
            Done::Command(CommandOutput::Tokens(tokens)) => from_serde(&tokens),
            Done::Command(CommandOutput::Fault(id)) => i64::try_from(id.number()).unwrap_or(i64::MAX).into(),
            Done::Command(CommandOutput::Next(next)) => i64::try_from(next).unwrap_or(i64::MAX).into(),
            _ => Dynamic::UNIT,
        })
    }
}

/// Makes a command of what stands in a call.
pub(super) fn command(verb: &Verb, given: impl Iterator<Item = (Taken, Dynamic)>) -> Result<Command, Failure> {
    let mut arguments = serde_json::Map::new();
    for (taken, value) in given {
        match taken {
            Taken::Argument(parameter) => {
                arguments.extend(argument(parameter, &value)?.map(|value| (parameter.name.to_owned(), value)));
            }
            Taken::Options => arguments.extend(options(verb, &value.cast())?),
        }
    }
    Ok(verb.command(arguments)?)
}

/// Every argument in a map of options.
pub(super) fn options(verb: &Verb, map: &Map) -> Result<Vec<(String, Value)>, Failure> {
    let parameters = || verb.parameters.iter().filter(|parameter| parameter.place == Place::InOptions);
    let known: Vec<&str> = parameters().map(|parameter| parameter.name).collect();
    let what = verb.options.as_ref().map_or("the options", |options| options.what);
    let options = Options::new(map, what, &known)?;
    let mut given = Vec::new();
    for Parameter { name, kind, .. } in parameters() {
        let value = match kind {
            Kind::Text => options.text(name)?.map(Value::from),
            Kind::Texts => options.texts(name)?.map(Value::from),
            Kind::Number => options.count(name)?.map(Value::from),
            Kind::Flag => options.flag(name)?.map(Value::from),
            Kind::Duration => options.duration(name)?.map(|duration| duration.to_json()),
            Kind::Bytes | Kind::CloseCode | Kind::Point | Kind::RecordKind | Kind::Object | Kind::Faults => {
                options.json(name)?
            }
        };
        given.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    Ok(given)
}

/// An argument at a place of its own. Rhai has seen to it that it is of one of the types of its kind.
pub(super) fn argument(parameter: &Parameter, value: &Dynamic) -> Result<Option<Value>, Failure> {
    if value.is_unit() && !parameter.required {
        return Ok(None);
    }
    Ok(Some(match parameter.kind {
        Kind::Point => {
            let name = value.clone().cast::<ImmutableString>();
            point(&name)?.to_json()
        }
        Kind::Bytes => Bytes::from(value.clone().cast::<Blob>()).to_json(),
        Kind::Texts => {
            let items = value.clone().cast::<Array>();
            let texts = texts(&items).ok_or_else(|| {
                Failure::argument(format!("the {} must be an array of strings", parameter.name))
                    .with_help("such as [\"call\", \"IM\"]")
            })?;
            texts.into()
        }
        Kind::CloseCode => {
            let code = value.clone().cast::<i64>();
            let code = u16::try_from(code).map_err(|_| {
                Failure::argument(format!("{code} is not a close code")).with_help("close codes are 1000 to 4999")
            })?;
            code.into()
        }
        Kind::Duration => duration(value)?.to_json(),
        Kind::Faults => faults(value)?,
        Kind::Text | Kind::RecordKind | Kind::Number | Kind::Flag | Kind::Object => to_json(value)?,
    }))
}

/// What `fail` is given, as the platform reads it.
pub(super) fn faults(how: &Dynamic) -> Result<Value, Failure> {
    let mut how = to_json(how)?;
    match &mut how {
        Value::Array(items) => items.iter_mut().try_for_each(delay_in_millis)?,
        how => delay_in_millis(how)?,
    }
    Ok(how)
}

/// A fault's delay may be any duration that scripts write; the platform takes milliseconds.
fn delay_in_millis(fault: &mut Value) -> Result<(), Failure> {
    if let Some(delay) = fault.get_mut("delay")
        && let Value::String(text) = delay
    {
        let value: Dynamic = text.as_str().into();
        let read = duration(&value).map_err(|failure| Failure {
            message: format!("the fault's `delay` is {}, which is not a duration", show_short(&value)),
            ..failure
        })?;
        *delay = read.to_json();
    }
    Ok(())
}

/// What may stand at each place of a verb's call, by its type.
pub(super) fn places(verb: &'static Verb) -> Vec<Vec<(Taken, TypeId)>> {
    slots(verb).into_iter().map(|slot| slot.takes).collect()
}

/// The places of a verb's call, those of which it needs first.
fn slots(verb: &'static Verb) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for parameter in verb.parameters {
        let takes = types(parameter.kind).into_iter().map(|id| (Taken::Argument(parameter), id));
        match (parameter.place, slots.last_mut()) {
            (Place::Next { optional, forms }, _) => {
                slots.push(Slot { optional, takes: takes.collect(), forms: forms.to_vec() });
            }
            (Place::Or { form }, Some(slot)) => {
                slot.takes.extend(takes);
                slot.forms.push(form);
            }
            (Place::Or { .. } | Place::InOptions, _) => {}
        }
    }
    slots.extend(verb.options.iter().map(|options| Slot {
        optional: options.optional,
        takes: vec![(Taken::Options, TypeId::of::<Map>())],
        forms: vec![options.form],
    }));
    slots
}

/// The types of values of a kind. A `Dynamic` is a value of any type, which is looked at in the call.
fn types(kind: Kind) -> Vec<TypeId> {
    match kind {
        Kind::Text | Kind::Point | Kind::RecordKind => vec![TypeId::of::<ImmutableString>()],
        Kind::Bytes => vec![TypeId::of::<Blob>()],
        Kind::Texts => vec![TypeId::of::<Array>()],
        Kind::Number | Kind::CloseCode => vec![TypeId::of::<i64>()],
        Kind::Flag => vec![TypeId::of::<bool>()],
        Kind::Duration | Kind::Object => vec![TypeId::of::<Dynamic>()],
        Kind::Faults => vec![TypeId::of::<Map>(), TypeId::of::<Array>()],
    }
}

/// How many places a call may have.
fn lengths(slots: &[Slot]) -> std::ops::RangeInclusive<usize> {
    slots.iter().filter(|slot| !slot.optional).count()..=slots.len()
}

/// Every way to take one of each.
pub(super) fn combinations<'a, T: Copy + 'a>(choices: impl Iterator<Item = &'a [T]>) -> Vec<Vec<T>> {
    choices.fold(vec![Vec::new()], |begun, choices| {
        let longer = |way: &Vec<T>| choices.iter().map(|choice| [way, &[*choice][..]].concat()).collect::<Vec<_>>();
        begun.iter().flat_map(longer).collect()
    })
}

/// What stands at each place of a verb's call, in words.
pub(super) fn parameters(verb: &'static Verb) -> Vec<Given> {
    let parameter = |slot: Slot| {
        let (name, takes) = match slot.takes[0].0 {
            Taken::Options => ("options", options_in_words(verb).into()),
            Taken::Argument(parameter) => (parameter.name, in_words(parameter.kind).into()),
        };
        Given { name, takes, optional: slot.optional, forms: slot.forms }
    };
    slots(verb).into_iter().map(parameter).collect()
}

/// A kind of values as scripts have them.
const fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Texts => "an array of texts",
        Kind::Object => "a map",
        Kind::Faults => "a fault, or an array of faults",
        Kind::Point => "the name of a point",
        Kind::Duration => "a duration",
        _ => kind.shown(),
    }
}

/// The keys of a verb's options, as a map.
fn options_in_words(verb: &Verb) -> String {
    let options = verb.parameters.iter().filter(|parameter| parameter.place == Place::InOptions);
    format!("#{{ {} }}", options.map(|parameter| parameter.name).collect::<Vec<_>>().join(", "))
}

/// What a verb does, with its options.
pub(super) fn about(verb: &Verb) -> String {
    let options =
        if verb.options.is_some() { format!("; options `{}`", options_in_words(verb)) } else { String::new() };
    format!("{}{options}", verb.about)
}

/// What a verb gives; empty for nothing.
pub(super) const fn gives(verb: &Verb) -> &'static str {
    match verb.gives {
        Gives::Nothing => "",
        Gives::Fault => "its number",
        Gives::Next => "the number of the journal's next record",
        Gives::Count => "how many",
        Gives::Record => "the number of its record",
        Gives::Tokens => "#{ accessToken, refreshToken, oauthToken, expires }",
    }
}

/// A call of a verb with all that it takes, from the examples of its parameters.
pub(super) fn example(verb: &Verb) -> String {
    /// In a longer line the map at the end is broken at its members.
    const LINE: usize = 72;
    let of = |wanted: fn(Place) -> bool| verb.parameters.iter().filter(move |parameter| wanted(parameter.place));
    let value = |parameter: &Parameter| -> Value {
        serde_json::from_str(parameter.example).expect("an example is JSON, which a test holds")
    };
    let mut arguments: Vec<Value> = of(|place| matches!(place, Place::Next { .. })).map(value).collect();
    if verb.options.is_some() {
        // What has no example is one of several ways to say the same.
        let options = of(|place| place == Place::InOptions).map(|option| (option.name.to_owned(), value(option)));
        let options: serde_json::Map<_, _> = options.filter(|(_, value)| !value.is_null()).collect();
        if !options.is_empty() {
            arguments.push(Value::Object(options));
        }
    }
    let mut texts: Vec<String> = arguments.iter().map(rhai_text).collect();
    let call = |texts: &[String]| format!("platform.{}({});", verb.name, texts.join(", "));
    if call(&texts).len() > LINE
        && let (Some(Value::Object(members)), Some(text)) = (arguments.last(), texts.last_mut())
    {
        let member = |(key, value): (&String, &Value)| format!("    {key}: {},\n", rhai_text(value));
        *text = format!("#{{\n{}}}", members.iter().map(member).collect::<String>());
    }
    call(&texts)
}

/// A JSON value as a script writes it.
fn rhai_text(value: &Value) -> String {
    let all = |items: Vec<String>| items.join(", ");
    match value {
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| format!("{key}: {}", rhai_text(value));
            format!("#{{ {} }}", all(members.iter().map(member).collect()))
        }
        Value::Array(items) => format!("[{}]", all(items.iter().map(rhai_text).collect())),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::script::api::functions_named;

    #[test]
    fn every_way_to_call_a_verb_is_told() {
        let told = |name: &str| functions_named(name).next().unwrap().usage();
        assert_eq!(told("expireToken"), "platform.expireToken(user)");
        assert_eq!(told("offline"), "platform.offline(), platform.offline(options)");
        assert_eq!(
            told("close"),
            "platform.close(user, code), platform.close(user, code, reason), \
             platform.close(user, code, reason, #{ socket: \"WS-2\" })"
        );
        assert_eq!(told("addUser"), "platform.addUser(name, password), platform.addUser(name, password, options)");
        assert_eq!(told("setOptions"), "platform.setOptions(user, #{ tokenLifetime: \"1m\" })");
        assert_eq!(
            functions_named("fail").last().unwrap().usage(),
            "platform.fail(point, #{status: 500}), platform.fail(point, [#{..}, #{..}])"
        );
        assert_eq!(
            told("sendRaw"),
            "platform.sendRaw(user, text), platform.sendRaw(user, blob), \
             platform.sendRaw(user, text, #{ socket: \"WS-2\" }), platform.sendRaw(user, blob, #{ socket: \"WS-2\" })"
        );
        assert_eq!(told("tokenLifetime"), "platform.tokenLifetime(duration), platform.tokenLifetime(())");
        assert_eq!(told("clear"), "platform.clear(), platform.clear(point), platform.clear(point, #{ id: 3 })");
    }
}

//! The arguments of the calls by which services are subscribed to.

use crate::js::{self, TypeError, Value, property};

/// The names of services, as a call or the configuration has them.
pub(super) fn normalized(services: &Value) -> Result<Value, TypeError> {
    if services.is_undefined() {
        return Ok(Vec::new().into());
    }
    property(services, "map")?;
    let services = services.as_list().ok_or_else(|| TypeError::no_function("services.map"))?;
    Ok(services.iter().map(name_of).collect::<Vec<_>>().into())
}

/// A service is given by its name, or as an object with that.
fn name_of(service: &Value) -> Value {
    let object = service.as_object();
    object.and_then(|object| object.own("service")).unwrap_or(service).clone()
}

/// `services.includes(service)`, which a text has as well as a list.
pub(super) fn includes(services: &Value, service: &Value) -> bool {
    match services {
        Value::List(services) => services.contains(service),
        text => text.to_text().to_str_lossy().contains(&*service.to_text().to_str_lossy()),
    }
}

/// The SDK sets a `type` on the options. It throws where they cannot hold one, except for the two texts of its old form.
pub(super) fn take_type(options: &Value) -> Result<(), TypeError> {
    let on = |kind: &str| Err(TypeError::new(format!("Cannot create property 'type' on {kind}")));
    match options {
        Value::Null => property(options, "type").map(drop),
        Value::Text(text) if ["websocket", "push"].contains(&&*text.to_str_lossy()) => Ok(()),
        Value::Text(text) => on(&format!("string '{}'", text.to_str_lossy())),
        Value::Number(number) => on(&format!("number '{}'", js::number_text(*number))),
        Value::Bool(flag) => on(&format!("boolean '{flag}'")),
        _ => Ok(()),
    }
}

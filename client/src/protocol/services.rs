//! Services: those that were asked for beside those that the platform granted.

use crate::js::{Object, TypeError, Value, property};

/// What a comparison of services finds.
pub(super) struct Compared<'a> {
    asked: &'a [Value],
    granted: &'a [Value],
    missing: Vec<Value>,
}

/// Compares the services that were asked for with those that were granted, without regard to case: both lists, and those
/// that are missing.
pub(super) fn compare_services<'a>(requested: &'a Value, received: &'a Value) -> Result<Compared<'a>, TypeError> {
    property(received, "map")?;
    let granted = received.as_list().ok_or_else(|| TypeError::no_function("received.map"))?;
    let granted_upper = granted.iter().map(|name| upper_case(name, "service")).collect::<Result<Vec<_>, _>>()?;
    property(requested, "filter")?;
    let asked = requested.as_list().ok_or_else(|| TypeError::no_function("requested.filter"))?;
    let mut missing = Vec::new();
    for name in asked {
        if !granted_upper.contains(&upper_case(name, "reqService")?) {
            missing.push(name.clone());
        }
    }
    Ok(Compared { asked, granted, missing })
}

/// What `getServices()` gives of two lists of services.
pub(super) fn services_info(requested: &Value, received: &Value) -> Result<Value, TypeError> {
    let Compared { asked, granted, missing } = compare_services(requested, received)?;
    let status = if granted.is_empty() {
        "NONE"
    } else if !missing.is_empty() {
        "PARTIAL"
    } else if granted.len() == asked.len() {
        "FULL"
    } else {
        "UNKNOWN"
    };
    let mut services = Object::default();
    granted.iter().for_each(|name| services.set(name.to_text(), true));
    missing.iter().for_each(|name| services.set(name.to_text(), false));
    Ok(Value::object([
        ("requested", requested.clone()),
        ("received", received.clone()),
        ("missing", missing.into()),
        ("status", Value::from_static(status)),
        ("services", services.into()),
    ]))
}

/// `name.toUpperCase()`, where the SDK's source calls the name `variable`.
fn upper_case(name: &Value, variable: &str) -> Result<Value, TypeError> {
    match name {
        Value::Text(text) => Ok(text.to_upper_case().into()),
        other => {
            property(other, "toUpperCase")?;
            Err(TypeError::no_function(&format!("{variable}.toUpperCase")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(requested: &str, received: &str) -> Result<Value, TypeError> {
        services_info(&Value::parse(requested).unwrap(), &Value::parse(received).unwrap())
    }

    fn shown(requested: &str, received: &str) -> String {
        let info = compare(requested, received).unwrap();
        ["status", "missing", "services"].map(|name| info.get(name).stringify().unwrap()).join(" ")
    }

    #[test]
    fn services_are_compared_without_regard_to_case() {
        assert_eq!(shown(r#"["call", "IM"]"#, r#"["CALL", "im"]"#), r#""FULL" [] {"CALL":true,"im":true}"#);
        assert_eq!(shown(r#"["call", "IM"]"#, r#"["call"]"#), r#""PARTIAL" ["IM"] {"call":true,"IM":false}"#);
        assert_eq!(shown(r#"["call"]"#, "[]"), r#""NONE" ["call"] {"call":false}"#);
        assert_eq!(shown(r#"["call"]"#, r#"["call", "IM"]"#), r#""UNKNOWN" [] {"call":true,"IM":true}"#);
        assert_eq!(shown(r#"["stra\u00dfe"]"#, r#"["STRASSE"]"#), r#""FULL" [] {"STRASSE":true}"#);
        assert_eq!(
            shown(r#"["\u212a"]"#, r#"["k", "__proto__"]"#),
            "\"PARTIAL\" [\"\u{212a}\"] {\"k\":true,\"\u{212a}\":false}"
        );
    }

    #[test]
    fn what_is_no_text_makes_the_sdk_stumble() {
        let error = |requested: &str, received: &str| compare(requested, received).unwrap_err().to_string();
        assert_eq!(error("[]", "{}"), "received.map is not a function");
        assert_eq!(error("[]", "[5]"), "service.toUpperCase is not a function");
        assert_eq!(error("[]", "[null]"), "Cannot read properties of null (reading 'toUpperCase')");
        assert_eq!(error(r#""x""#, "[]"), "requested.filter is not a function");
        assert_eq!(error("null", "[]"), "Cannot read properties of null (reading 'filter')");
        assert_eq!(error("[5]", "[]"), "reqService.toUpperCase is not a function");
    }
}

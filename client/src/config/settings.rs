//! The configuration as the SDK holds it: a JavaScript object, in which every option is what was given.

use std::sync::LazyLock;

use serde::{Serialize, Serializer};

use super::{Config, Connectivity, Notifications, RequestOptions, SubscriptionServer, typed};
use crate::dialect::Dialect;
use crate::js::{self, Object, Text, TypeError, Value, property};
use crate::untyped::Untyped;

/// The sections that have defaults. The first counts as left out where it is not an object, as the SDK merges it; the others
/// likewise, as it fills them up.
const SECTIONS: [&str; 3] = ["authentication", "connectivity", "notifications"];

/// What each section is where nothing is given, under the names that `create` has for them, but for `authentication`, which
/// is the dialect's.
static DEFAULTS: LazyLock<Value> = LazyLock::new(|| {
    Value::object([
        ("connectivity", typed::connectivity(&Connectivity::default())),
        ("notifications", typed::notifications(&Notifications::default())),
        ("request", typed::request(&RequestOptions::default())),
    ])
});

/// The settings of a client for which nothing is given.
static PLAIN: LazyLock<Settings> =
    LazyLock::new(|| Settings::create(Untyped::default()).expect("nothing in the defaults is null"));

/// The configuration of a client: what was given to `create` over the defaults, with what `updateConfig` changed. No
/// option is converted on the way, so that each is used as JavaScript uses what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    dialect: Dialect,
    value: Value,
    /// `authentication` in the one form that is read, whatever form it was given in.
    authentication: Value,
    /// What random numbers follow from, in the dialects that draw some.
    seed: Option<u64>,
}

impl Settings {
    /// What `create(given)` makes of a configuration in UC 3.
    ///
    /// # Errors
    ///
    /// `create` throws where `logs`, `authentication.subscription` or `call` is null.
    pub fn create(given: impl Into<Untyped>) -> Result<Self, TypeError> {
        Self::create_for(Dialect::Uc3, given)
    }

    /// What `create(given)` of a dialect makes of a configuration.
    ///
    /// # Errors
    ///
    /// As of [`create`](Self::create).
    pub fn create_for(dialect: Dialect, given: impl Into<Untyped>) -> Result<Self, TypeError> {
        Self::of_given(dialect, &given.into().0)
    }

    fn of_given(dialect: Dialect, given: &Value) -> Result<Self, TypeError> {
        not_null(given, "logs", "handler")?;
        let mut settings = Object::default();
        settings.set("authentication", js::merge((dialect.profile().defaults)(), given.get("authentication")));
        for name in ["connectivity", "notifications"] {
            settings.set(name, section(name, given.get(name)));
        }
        settings.set("requests", section("request", given.get("request")));
        let others = given.as_object().into_iter().flat_map(Object::iter);
        for (name, value) in others.filter(|(name, _)| !is_settled(&name.to_str_lossy())) {
            settings.set(name.clone(), value.clone());
        }
        let settings = Self::of(dialect, settings.into());
        property(settings.authentication().get("subscription"), "server")?;
        not_null(given, "call", "callDefaults")?;
        Ok(settings)
    }

    /// The options that are typed, for a client of a dialect. They have the form that all dialects take.
    #[must_use]
    pub fn typed_for(dialect: Dialect, config: &Config) -> Self {
        let value = Self::from(config).value;
        // Services that nobody chose are the dialect's.
        let usual = (dialect.profile().defaults)().get("subscription").get("service");
        if usual.is_undefined() || config.authentication.subscription.service != SubscriptionServer::default().service {
            return Self::of(dialect, value);
        }
        let authentication = value.get("authentication").clone();
        let subscription = authentication.get("subscription").clone().with("service", usual.clone());
        let authentication = authentication.with("subscription", subscription);
        Self::of(dialect, value.with("authentication", authentication))
    }

    fn of(dialect: Dialect, value: Value) -> Self {
        let authentication = (dialect.profile().servers)(&value);
        Self { dialect, value, authentication, seed: None }
    }

    /// With a seed for the random numbers of the dialects that draw some. Without one a [`Session`](crate::Session) takes 0,
    /// and a client over real sockets another each time.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    pub(crate) fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// `updateConfig(patch)`: objects are merged member by member, all else is replaced. Of sections the SDK has its own
    /// names: `requests` is what `create` calls `request`.
    ///
    /// # Errors
    ///
    /// The call throws where the patch is null or undefined.
    pub fn update(&mut self, patch: impl Into<Untyped>) -> Result<(), TypeError> {
        let Untyped(patch) = patch.into();
        property(&patch, "call")?;
        self.merge(&patch);
        Ok(())
    }

    /// Merges what is not null.
    pub(crate) fn merge(&mut self, patch: &Value) {
        *self = Self { seed: self.seed, ..Self::of(self.dialect, js::merge(&self.value, patch)) };
    }

    /// Whose configuration it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// All of it, as `getConfig()` gives it.
    #[must_use]
    pub fn value(&self) -> Untyped {
        self.value.clone().into()
    }

    /// What `connect()` looks at before anything else, for the sake of calls.
    pub(crate) fn check_for_calls(&self) -> Result<(), TypeError> {
        not_null(&self.value, "logs", "enableFcsLogs")?;
        property(property(self.authentication(), "subscription")?, "protocol")?;
        property(self.authentication().get("websocket"), "protocol")?;
        Ok(())
    }

    pub(crate) fn authentication(&self) -> &Value {
        &self.authentication
    }

    pub(crate) fn connectivity(&self) -> &Value {
        self.value.get("connectivity")
    }

    pub(crate) fn notifications(&self) -> &Value {
        self.value.get("notifications")
    }

    pub(crate) fn requests(&self) -> &Value {
        self.value.get("requests")
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// An error where a section of another part of the SDK is null. Left out, it has defaults.
fn not_null(settings: &Value, section: &str, member: &str) -> Result<(), TypeError> {
    match settings.get(section) {
        Value::Null => property(&Value::Null, member).map(drop),
        _ => Ok(()),
    }
}

/// Whether a section is one of those with defaults, or has a name that `create` does not know them by.
fn is_settled(name: &str) -> bool {
    SECTIONS.contains(&name) || matches!(name, "request" | "requests")
}

fn section(name: &str, given: &Value) -> Value {
    let defaults = DEFAULTS.get(name);
    let merged = match name {
        "notifications" => filled_up(given, defaults, true),
        _ => filled_up(given, defaults, false),
    };
    match (name, merged.get("method").clone()) {
        ("connectivity", method @ Value::Text(_)) => with_method(merged, method),
        _ => merged,
    }
}

/// A method that is a text is the client's business.
fn with_method(connectivity: Value, method: Value) -> Value {
    connectivity.with("method", Value::object([("type", method), ("responsibleParty", Value::from_static("client"))]))
}

/// `given` with the defaults for what is undefined in it.
fn filled_up(given: &Value, defaults: &Value, is_deep: bool) -> Value {
    let Value::Object(given) = given else { return defaults.clone() };
    let mut filled = given.as_ref().clone();
    for (name, default) in defaults.as_object().into_iter().flat_map(Object::iter) {
        match filled.get(&name.to_str_lossy()) {
            Value::Undefined => filled.set(name.clone(), default.clone()),
            deeper @ Value::Object(_) if is_deep => {
                let deeper = filled_up(deeper, default, true);
                filled.set(name.clone(), deeper);
            }
            _ => {}
        }
    }
    filled.into()
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        let mut settings = Object::default();
        settings.set(Text::from_static("authentication"), typed::authentication(&config.authentication));
        settings.set(
            Text::from_static("connectivity"),
            settled(&config.connectivity, "connectivity", |options| {
                let options = typed::connectivity(options);
                let method = options.get("method").clone();
                with_method(options, method)
            }),
        );
        settings.set(
            Text::from_static("notifications"),
            settled(&config.notifications, "notifications", typed::notifications),
        );
        settings.set(Text::from_static("requests"), settled(&config.request, "requests", typed::request));
        for (name, value) in config.other.iter().filter(|(name, _)| !is_settled(name)) {
            settings.set(name.as_str(), Value::from_json(value));
        }
        Self::of(Dialect::Uc3, settings.into())
    }
}

/// A section of typed options. Most are as they are by default, and need not be made again.
fn settled<T: Default + PartialEq>(options: &T, name: &str, make: impl FnOnce(&T) -> Value) -> Value {
    if *options == T::default() { PLAIN.value.get(name).clone() } else { make(options) }
}

impl From<Config> for Settings {
    fn from(config: Config) -> Self {
        Self::from(&config)
    }
}

impl Default for Settings {
    fn default() -> Self {
        PLAIN.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(given: &str) -> Settings {
        Settings::create(Value::parse(given).unwrap()).unwrap()
    }

    #[test]
    fn options_are_kept_as_they_were_given() {
        let settings = create(r#"{"authentication": {"subscription": {"expires": "80", "service": null}}, "call": 5}"#);
        let subscription = settings.authentication().get("subscription");
        assert_eq!(subscription.get("expires"), &Value::from("80"));
        assert_eq!((subscription.get("service"), subscription.get("port")), (&Value::Null, &443.0.into()));
        assert_eq!(settings.value.get("call"), &Value::from(5.0));
    }

    /// Two ways to say the same, which must not differ, except for NaN, which JSON cannot write.
    #[test]
    fn typed_options_are_those_of_their_json() {
        let mut config = Config::for_server("h", 80, 81);
        config.notifications.push_registration = Some(serde_json::json!({ "server": "p" }));
        config.other.insert("call".to_owned(), serde_json::json!({ "x": [1] }));
        config.connectivity.reconnect_limit = 2.5;
        let given = Value::from_json(&serde_json::to_value(&config).unwrap());
        assert_eq!(Ok(Settings::from(&config)), Settings::create(given));
        assert_eq!(Settings::from(Config::default()), Settings::default());
        config.connectivity.reconnect_delay = f64::NAN;
        assert_eq!(Settings::from(&config).connectivity().get("reconnectDelay"), &Value::from(f64::NAN));
    }

    #[test]
    fn both_forms_of_link_are_read_as_one() {
        let read = |given: &str| {
            let settings = Settings::create_for(Dialect::Link, Value::parse(given).unwrap()).unwrap();
            let part = |name: &str, members: &[&str]| {
                let part = settings.authentication().get(name);
                members
                    .iter()
                    .map(|member| part.get(member).stringify().unwrap_or_default())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let asked = ["server", "protocol", "port", "expires", "service", "serviceUnavailableMaxRetries"];
            [part("subscription", &asked), part("websocket", &["server", "protocol", "port"])]
        };
        let new = r#"{"authentication": {"server": {"base": "h", "protocol": "http", "port": 80}},
            "subscription": {"expires": 60, "websocket": {"server": "w", "port": 81, "protocol": "ws"}}}"#;
        assert_eq!(read(new), [r#""h" "http" 80 60 [] 3"#, r#""w" "wss" 81"#]);
        let old = r#"{"authentication": {"subscription": {"server": "h", "service": ["call"]},
            "websocket": {"server": "w", "protocol": "ws"}}}"#;
        assert_eq!(read(old), [r#""h" "https" 443 3600 ["call"] 3"#, r#""w" "wss" 443"#]);
    }

    #[test]
    fn services_that_nobody_chose_are_the_dialects() {
        let services = |dialect: Dialect, config: &Config| {
            let settings = Settings::typed_for(dialect, config);
            settings.authentication().get("subscription").get("service").stringify().unwrap()
        };
        let mut config = Config::for_server("h", 80, 81);
        assert_eq!(services(Dialect::Uc3, &config), r#"["call","IM","Presence"]"#);
        assert_eq!(services(Dialect::Link3, &config), r#"["IM","Presence","call"]"#);
        config.authentication.subscription.service = vec!["call".to_owned()];
        assert_eq!(services(Dialect::Link3, &config), r#"["call"]"#);
    }

    #[test]
    fn sections_that_are_no_objects_count_as_left_out() {
        for odd in ["null", "5", r#""x""#, "[]"] {
            let given = ["authentication", "connectivity", "notifications", "request"];
            let given = given.map(|name| format!(r#""{name}": {odd}"#)).join(",");
            assert_eq!(create(&format!("{{{given}}}")), Settings::default(), "{odd}");
        }
        let none = Value::parse(r#"{"authentication": {"subscription": null}}"#).unwrap();
        assert_eq!(Settings::create(none).unwrap_err().message(), "Cannot read properties of null (reading 'server')");
    }

    #[test]
    fn a_method_is_the_clients_unless_it_says_more() {
        let method = |given: &str| create(given).connectivity().get("method").stringify().unwrap();
        assert_eq!(method("{}"), r#"{"type":"keepAlive","responsibleParty":"client"}"#);
        assert_eq!(method(r#"{"connectivity": {"method": "x"}}"#), r#"{"type":"x","responsibleParty":"client"}"#);
        assert_eq!(method(r#"{"connectivity": {"method": {"type": "x"}}}"#), r#"{"type":"x"}"#);
        assert_eq!(method(r#"{"connectivity": {"method": null}}"#), "null");
    }

    #[test]
    fn an_update_merges_objects_and_replaces_the_rest() {
        let mut settings = Settings::default();
        let mut update = |patch: &str| settings.update(Value::parse(patch).unwrap());
        update(r#"{"connectivity": {"pingInterval": "x"}, "notifications": null, "request": {"a": 1}}"#).unwrap();
        update("5").unwrap();
        assert!(update("null").is_err());
        let connectivity = settings.connectivity();
        assert_eq!((connectivity.get("pingInterval"), connectivity.get("reconnectLimit")), (&"x".into(), &5.0.into()));
        assert_eq!((settings.notifications(), settings.requests().get("a")), (&Value::Null, &Value::Undefined));
    }
}

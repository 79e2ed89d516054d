//! The functions of the script API, as data: what each takes, does and gives, with an example. From here come the tables of
//! scripts/README.md, what `kandy-harness docs` prints, and what an error says of a call.
//!
//! The platform's verbs have their rows in the platform's own table; everything else has one in `api/table`.

mod language;
mod table;

use std::borrow::Cow;

use kandy_mock_server::command::{VERBS, Verb};
use serde::Serialize;

pub(crate) use self::language::{EVENTS, EventRow, FAULT_KEYS, FaultKeys, Named, POINTS};
use super::verbs;

/// Whose function it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Script,
    Client,
    Connection,
    Notification,
    Services,
    Platform,
}

/// One function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiFunction {
    pub(crate) of: Of,
    pub(crate) name: &'static str,
    source: RowSource,
}

/// Where a function is told of.
#[derive(Clone, Copy, Debug)]
enum RowSource {
    Row(&'static ApiRow),
    Verb(&'static Verb),
}

/// A function that is not a verb of the platform.
#[derive(Debug)]
struct ApiRow {
    of: Of,
    name: &'static str,
    parameters: &'static [Given],
    /// What it does, without a full stop.
    about: &'static str,
    /// What it gives; empty for nothing.
    gives: &'static str,
    /// What an error adds to the ways to call it.
    note: &'static str,
    /// A few lines in which it is called.
    example: &'static str,
}

/// A parameter of an [`ApiRow`].
#[derive(Debug)]
struct Given {
    name: &'static str,
    takes: &'static str,
    optional: bool,
    forms: &'static [&'static str],
}

/// What stands at one place of a call.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ApiParameter {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Which values may stand there, in words.
    pub(crate) takes: Cow<'static, str>,
    /// Whether it may be left out, with all that follows.
    pub(crate) optional: bool,
    /// How a call writes it.
    pub(crate) forms: Vec<&'static str>,
}

impl Of {
    /// Whose functions a value of the type that Rhai calls `name` has.
    pub(super) fn type_named(name: &str) -> Option<Self> {
        match name {
            "client" => Some(Self::Client),
            "connection" => Some(Self::Connection),
            "notification" => Some(Self::Notification),
            "services" => Some(Self::Services),
            "platform" => Some(Self::Platform),
            _ => None,
        }
    }

    /// The owner in words.
    pub(crate) const fn shown(self) -> &'static str {
        match self {
            Self::Client => "a client",
            Self::Connection => "a client's `connection`",
            Self::Notification => "a client's `notification`",
            Self::Services => "a client's `services`",
            Self::Platform => "the platform",
            Self::Script => "a script",
        }
    }

    /// The type that has its functions; `None` for what stands alone.
    pub(crate) const fn receiver(self) -> Option<&'static str> {
        match self {
            Self::Script => None,
            Self::Client => Some("client"),
            Self::Connection => Some("connection"),
            Self::Notification => Some("notification"),
            Self::Services => Some("services"),
            Self::Platform => Some("platform"),
        }
    }

    /// What stands before the name in a call.
    pub(crate) const fn before(self) -> &'static str {
        match self {
            Self::Script => "",
            Self::Client => "kandy.",
            Self::Connection => "kandy.connection.",
            Self::Notification => "kandy.notification.",
            Self::Services => "kandy.services.",
            Self::Platform => "platform.",
        }
    }
}

impl ApiFunction {
    /// The ways to call it, as an error shows them.
    pub(super) fn usage(&self) -> String {
        let note = match self.source {
            RowSource::Row(row) => row.note,
            RowSource::Verb(_) => "",
        };
        format!("{}{note}", self.calls().join(", "))
    }

    /// Every way to call it.
    pub(crate) fn calls(&self) -> Vec<String> {
        let parameters = self.parameters();
        let least = parameters.iter().filter(|parameter| !parameter.optional).count();
        let lengths = least..=parameters.len();
        let forms = |length: usize| verbs::combinations(parameters[..length].iter().map(|given| &*given.forms));
        let call = |forms: Vec<&str>| format!("{}{}({})", self.of.before(), self.name, forms.join(", "));
        lengths.flat_map(forms).map(call).collect()
    }

    /// All of that in one: `connect(credentials, options?)`.
    pub(crate) fn signature(&self) -> String {
        let shown = |parameter: &ApiParameter| {
            format!("{}{}", parameter.forms.join(" or "), if parameter.optional { "?" } else { "" })
        };
        format!("{}({})", self.name, self.parameters().iter().map(shown).collect::<Vec<_>>().join(", "))
    }

    /// What stands in a call, place by place.
    pub(crate) fn parameters(&self) -> Vec<ApiParameter> {
        match self.source {
            RowSource::Row(row) => row.parameters.iter().map(ApiParameter::from).collect(),
            RowSource::Verb(verb) => verbs::parameters(verb),
        }
    }

    /// What it does.
    pub(crate) fn about(&self) -> String {
        match self.source {
            RowSource::Row(row) => row.about.to_owned(),
            RowSource::Verb(verb) => verbs::about(verb),
        }
    }

    /// What it gives.
    pub(crate) fn gives(&self) -> Option<&'static str> {
        let gives = match self.source {
            RowSource::Row(row) => row.gives,
            RowSource::Verb(verb) => verbs::gives(verb),
        };
        (!gives.is_empty()).then_some(gives)
    }

    /// A few lines in which it is called. They run where Alice is signed in as `kandy`, with `credentials`.
    pub(crate) fn example(&self) -> String {
        match self.source {
            RowSource::Row(row) => row.example.to_owned(),
            RowSource::Verb(verb) => verbs::example(verb),
        }
    }
}

impl From<&Given> for ApiParameter {
    fn from(given: &Given) -> Self {
        let Given { name, takes, optional, forms } = *given;
        Self { name, takes: takes.into(), optional, forms: forms.to_vec() }
    }
}

/// Every function of the API.
pub(crate) fn functions() -> impl Iterator<Item = ApiFunction> {
    let row = |row: &'static ApiRow| ApiFunction { of: row.of, name: row.name, source: RowSource::Row(row) };
    let verb = |verb: &'static Verb| ApiFunction { of: Of::Platform, name: verb.name, source: RowSource::Verb(verb) };
    table::rows().map(row).chain(VERBS.iter().map(verb))
}

/// The functions named `name`, whoever they belong to.
pub(super) fn functions_named(name: &str) -> impl Iterator<Item = ApiFunction> {
    functions().filter(move |function| function.name == name)
}

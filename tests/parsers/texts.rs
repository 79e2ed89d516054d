//! Inputs: arbitrary bytes, JSON, JSON with a flaw, and texts that take much memory for their length.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

/// Any JSON of a moderate size, with names that some decoder reads.
pub(crate) fn json(names: &'static [&'static str]) -> BoxedStrategy<Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..600u64).prop_map(Value::from),
    ];
    let text = prop_oneof![
        2 => "\\PC{0,10}".prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => select(vec!["", "10", "1h", "0x10", "true", "[undefined]", "wss", "call"]).prop_map(Value::from),
    ];
    let leaf = prop_oneof![1 => Just(Value::Null), 1 => any::<bool>().prop_map(Value::from), 2 => number, 2 => text];
    let name = prop_oneof![6 => select(names).prop_map(str::to_owned), 1 => any::<String>()];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let members = prop::collection::vec((name.clone(), inner.clone()), 0..6);
        prop_oneof![
            1 => prop::collection::vec(inner, 0..5).prop_map(Value::from),
            3 => members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// Bytes that are JSON, nearly JSON, JSON of the most expensive kinds, or anything.
pub(crate) fn bytes(names: &'static [&'static str]) -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        4 => json(names).prop_map(|value| value.to_string().into_bytes()),
        3 => (json(names), flaw()).prop_map(|(value, flaw)| flaw.of(value.to_string().into_bytes())),
        2 => expensive().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..100),
    ]
    .boxed()
}

/// A small thing many times: what takes the most memory for its length, and what nests the deepest.
pub(crate) fn expensive() -> impl Strategy<Value = String> {
    let units = vec![
        ("[", "0,", "0]"),
        ("[", "[],", "0]"),
        ("[", "{},", "0]"),
        ("[", "\"\",", "0]"),
        ("[", "\"\\n\",", "0]"),
        ("[", "{\"\":0},", "0]"),
        ("", "[", ""),
        ("", "{\"\":", ""),
        ("\"", "\\u00e9", "\""),
        ("\"", "\\ud83d\\ude00", "\""),
        ("\"", "é", "\""),
        ("", "1", ""),
        ("", " ", ""),
        ("", "\n", "x"),
    ];
    (select(units), 0..4_000usize).prop_map(|((begin, unit, end), count)| format!("{begin}{}{end}", unit.repeat(count)))
}

/// Something that goes wrong with bytes on their way.
#[derive(Clone, Debug)]
pub(crate) struct Flaw {
    at: prop::sample::Index,
    cut: usize,
    put: Vec<u8>,
}

pub(crate) fn flaw() -> impl Strategy<Value = Flaw> {
    let put = prop_oneof![
        Just(Vec::new()),
        select(b"{}[]\",:\\/-+.eE019untf \n\0\xff\xc3".to_vec()).prop_map(|byte| vec![byte]),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    (any::<prop::sample::Index>(), 0..4usize, put).prop_map(|(at, cut, put)| Flaw { at, cut, put })
}

impl Flaw {
    pub(crate) fn of(self, mut bytes: Vec<u8>) -> Vec<u8> {
        let at = self.at.index(bytes.len() + 1);
        let end = (at + self.cut).min(bytes.len());
        bytes.splice(at..end, self.put);
        bytes
    }
}

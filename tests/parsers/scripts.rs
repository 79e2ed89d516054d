//! Scripts: their first comments, and their code.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use kandy_scenarios::scenario::Header;
use kandy_scenarios::script::{Host, Limits, Source};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::memory::within;
use crate::texts::{expensive, flaw};

const CASES: u32 = 200;

/// The most that a script takes for each of its bytes: an expression of two bytes is a node of the syntax tree, and a
/// closure of four is a function.
const FACTOR: u64 = 100;

/// Words of the language and of the API.
const WORDS: &[&str] = &[
    "let ",
    "const ",
    "fn ",
    "if ",
    "else ",
    "while ",
    "for ",
    "in ",
    "loop ",
    "return ",
    "switch ",
    "import ",
    "export ",
    "as ",
    "try ",
    "catch ",
    "throw ",
    "true",
    "()",
    "kandy",
    "platform",
    "create()",
    "|x| ",
    "|| ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "#{",
    ";",
    ",",
    ".",
    "?.",
    "=",
    "==",
    "=>",
    "+",
    "-",
    "!",
    "..",
    "1",
    "0x",
    "1e",
    "1.5",
    "\"",
    "'",
    "`",
    "${",
    "\\",
    "\"s\"",
    "//",
    "/*",
    "*/",
    "\n",
    "é",
    "waitFor",
    "on",
    "global::",
    "@",
    "~",
    "go ",
    "private ",
    "this",
    "eval",
    "Fn(\"x\")",
    "import \"lib/users\" as users;",
    "import \"../x\" as x;",
    "import \"x\" + 1 as x;",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/scripts")
}

fn bundled() -> impl Strategy<Value = Vec<u8>> {
    select(vec!["connect/quickstart", "gone/reconnect-in-listener", "clients/two-users", "token/refresh"]).prop_map(
        |name| {
            let path = root().join(name).with_extension("rhai");
            fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        },
    )
}

fn text() -> BoxedStrategy<String> {
    let lossy = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    prop_oneof![
        4 => prop::collection::vec(select(WORDS), 0..30).prop_map(|words| words.concat()),
        3 => (bundled(), flaw()).prop_map(move |(script, flaw)| lossy(flaw.of(script))),
        2 => (bundled(), select(WORDS), any::<Index>()).prop_map(move |(mut script, word, at)| {
            let at = at.index(script.len() + 1);
            script.splice(at..at, word.bytes());
            lossy(script)
        }),
        1 => (select(WORDS), 0..600usize).prop_map(|(word, count)| word.repeat(count)),
        1 => expensive(),
        1 => any::<String>(),
    ]
    .boxed()
}

/// Compiles in a thread with the stack that scripts are given.
fn compile(text: String) {
    let work = move || {
        let host = Host::new();
        let root = root();
        let source = Source { path: root.join("connect/any.rhai"), shown: "any.rhai".to_owned(), root, text };
        let compiled = within(FACTOR, source.text.len(), || host.compile(&source).map_err(Box::new));
        if let Err(diagnostic) = compiled {
            assert!(!format!("{diagnostic}").is_empty(), "a diagnostic says something");
        }
    };
    let thread =
        thread::Builder::new().stack_size(Limits::STACK_BYTES).spawn(work).expect("there is room for a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

proptest! {
    #![proptest_config(kandy_tests::property(CASES))]

    #[test]
    fn code(text in text()) {
        compile(text);
    }

    #[test]
    fn headers(text in prop_oneof![text(), "(//|/\\*|\\*/|tags:|,|a| |\n|\r){0,20}"]) {
        let header = within(8, text.len(), || Header::parse(&text));
        prop_assert!(header.description.starts_with(header.summary()));
        prop_assert!(header.tags.iter().all(|tag| !tag.is_empty() && text.contains(tag.as_str())));
    }
}

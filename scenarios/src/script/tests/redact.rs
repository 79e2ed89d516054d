//! What a scenario leaves out of its transcript.

use super::{failure, passes};

#[test]
fn what_matches_is_named_in_the_whole_transcript() {
    let text = "print(\"at 12\"); redact(\"[0-9]+\", \"number\"); print(\"at 345 and 6\");";
    let trace = passes(text).trace;
    let expected = "0.000  script    print     at [number]\n0.000  script    print     at [number] and [number]\n";
    assert_eq!(trace.to_string(), expected);
    assert_eq!(trace.tail(1), expected.lines().nth(1).unwrap().to_owned() + "\n");
    assert_eq!(passes("print(\"12\");").trace.to_string(), "0.000  script    print     12\n");
}

#[test]
fn what_cannot_be_redacted_is_an_error_at_its_line() {
    for (call, message) in [
        ("redact(\"[\", \"x\")", "\"[\" is not a regular expression"),
        ("redact(\"x*\", \"x\")", "\"x*\" also matches an empty text"),
        ("redact(\"x\", \"\")", "\"\" is not a name to write instead"),
        ("redact(\"x\", \"a\\nb\")", "\"a\\nb\" is not a name to write instead"),
        ("redact(\"(x{1000}){1000}\", \"x\")", "the regular expression is too large"),
        ("for i in 0..33 { redact(\"x\", \"x\") }", "the scenario redacts more than 32 patterns"),
    ] {
        let failed = failure(&format!("\n{call};"));
        assert_eq!((failed.message.as_str(), failed.line), (message, 2), "{failed}");
    }
}

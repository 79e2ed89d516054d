//! Properties and disturbances in `run`: a check after each turn, a wait at the end, and a schedule of the script's own.

use super::*;

#[test]
fn what_is_always_to_hold_is_looked_at_after_each_turn() {
    let outcome = passes(&format!("always(\"time\", || now() >= 0); {SIGNED_IN} advance(\"1h\");"));
    assert!(outcome.checks > 0, "a property is a check");
    let diagnostic = failure(&format!(
        "let kandy = ();\nalways(\"connected\", || kandy == () || !kandy.getConnection().isConnected);\n{}",
        SIGNED_IN.replace("let kandy", "kandy")
    ));
    assert_eq!((diagnostic.cause, diagnostic.line), (Cause::Check, 2), "{diagnostic}");
    assert_eq!(diagnostic.message, "always `connected`: it does not hold at 0.000");
    let caught =
        failure(&format!("always(\"early\", || now() < 40000); {SIGNED_IN} try {{ advance(\"2m\"); }} catch {{ }}"));
    assert_eq!(caught.message, "always `early`: it does not hold at 60.000", "{caught}");
}

#[test]
fn what_is_to_hold_in_the_end_is_waited_for() {
    let gone = "platform.fail(\"mk_token\", #{ delay: \"2m\" });";
    let connect = SIGNED_IN.split("waitUntil").next().unwrap();
    let script = |within: &str| {
        format!("{gone}{connect}eventually(\"connected\", || kandy.getConnection().isConnected{within});")
    };
    passes(&script(""));
    let diagnostic = failure(&script(", \"1m\""));
    assert_eq!(diagnostic.cause, Cause::Wait);
    assert_eq!(diagnostic.message, "eventually `connected`: it did not hold within 60 s");
    // What held while the script ran may be over in the end.
    let early = failure("let calls = 0; eventually(\"early\", || now() == 5, 10); advance(5); advance(100);");
    assert_eq!(early.message, "eventually `early`: it did not hold within 10 ms");
}

#[test]
fn what_is_to_hold_sometimes_is_no_check_of_one_run() {
    passes("sometimes(\"never\", || false); advance(\"1s\");");
}

#[test]
fn a_property_that_makes_no_sense_is_told() {
    for (script, message) in [
        ("always(\"a\", || 5); advance(1);", "the condition of `a` gave an integer, not true or false"),
        ("always(\"a\", || true); always(\"a\", || true);", "there is a property named `a` already"),
        ("always(\"a\", |x| true);", "the listener takes 1 parameters, but is given 0"),
        ("for n in 0..200 { always(`${n}`, || true); }", "a script has 100 properties at most"),
    ] {
        let diagnostic = failure(script);
        assert_eq!(diagnostic.message, message, "{script}");
    }
}

#[test]
fn a_script_can_disturb_itself() {
    let outcome = passes(&format!(
        "disturb(\"open 1: late by 5001ms\"); {} waitUntil(|| kandy.getConnection().isConnected); \
         assertEq(disturbed(), \"open 1: late by 5001ms\");",
        SIGNED_IN.split("waitUntil").next().unwrap()
    ));
    let text = outcome.trace.to_string();
    assert!(text.contains("fault     open 1: late by 5001ms"), "{text}");
    passes("assertEq(disturbed(), ());");
}

#[test]
fn a_disturbance_that_cannot_be_is_told() {
    let late = failure(&format!("{SIGNED_IN}disturb(\"ping 1: lost\");"));
    assert_eq!(late.message, "`disturb` stands before the first call of a client: it counts messages");
    let wrong = failure("disturb(\"open 1: burns\");");
    assert!(wrong.message.starts_with("there is no act `burns`"), "{wrong}");
    let many = failure("for n in 1..20 { disturb(`ping ${n}: lost`); }");
    assert_eq!(many.message, "a schedule has at most 8 disturbances");
}

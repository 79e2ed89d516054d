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

/// A connected client, after a schedule.
fn connected(schedule: &str, then: &str) -> String {
    format!("disturb(\"{schedule}\"); {SIGNED_IN} {then}")
}

#[test]
fn what_is_late_on_a_socket_holds_up_what_is_behind_it() {
    let send =
        |n: u32| format!("platform.send(\"alice\", #{{ notificationMessage: #{{ eventType: \"IM\", n: {n} }} }});");
    let then = format!(
        "let heard = []; kandy.on(\"notification:received\", |p| heard.push(now()));
        {} advance(\"1s\"); {} advance(\"1s\"); assertEq(heard, []); advance(\"3s\"); assertEq(heard, [5000, 5000]);",
        send(1),
        send(2)
    );
    let outcome = passes(&connected("frame 1: late by 5s", &then));
    let text = outcome.trace.to_string();
    let (one, two) = (text.find("\"n\":1").unwrap(), text.rfind("\"n\":2").unwrap());
    assert!(one < two, "{text}");
}

#[test]
fn a_frame_that_is_overtaken_comes_behind_the_next_one_of_its_socket() {
    let then = "let heard = []; kandy.on(\"notification:received\", |p| heard.push(p.payload.notificationMessage.n));
        for n in 1..=3 { platform.send(\"alice\", #{ notificationMessage: #{ eventType: \"IM\", n: n } }); }
        advance(\"10s\"); assertEq(heard, ";
    for (schedule, heard) in [
        ("frame 1: overtaken", "[2, 1, 3]"),
        ("frame 1: overtaken; frame 2: overtaken", "[3, 1, 2]"),
        ("frame 1: overtaken; frame 2: late by 5s", "[2, 1, 3]"),
        ("frame 1: overtaken; frame 2: lost", "[3, 1]"),
        ("frame 3: overtaken", "[1, 2]"),
        ("frame 3: overtaken; frame 3: cut", "[1, 2]"),
    ] {
        passes(&connected(schedule, &format!("{then}{heard});")));
    }
}

#[test]
fn an_outage_ends_unless_the_script_wants_the_platform_offline() {
    let asks = "let probe = create((), \"probe\"); probe.connect(#{ username: \"alice\", password: \"s3cret\" });
        advance(0); let answers = platform.requests(\"mk_token\").len();";
    passes(&connected("ping 1: outage 3s", &format!("advance(\"1m\"); {asks} assertEq(answers, 2);")));
    let own = "advance(\"1s\"); platform.offline(); advance(\"1m\"); let sockets = platform.sockets().len();
        assertEq(sockets, 0); platform.online(); advance(\"1m\");";
    let outcome = passes(&connected("ping 1: outage 3s", own));
    assert!(!outcome.trace.to_string().contains("the outage ends"), "{}", outcome.trace);
    // A script that is online again while there is an outage is not heard before its end.
    let early = "advance(\"1s\"); platform.offline(); platform.online(); advance(\"1s\"); assertEq(platform.sockets().len(), 0);
        advance(\"5m\"); assert(kandy.getConnection().isConnected);";
    passes(&connected("ping 1: outage 3s", early));
}

#[test]
fn a_moment_is_that_of_the_client_that_it_names() {
    let two = "let bob = create((), \"bob\"); platform.addUser(\"bob\", \"x\");
        bob.connect(#{ username: \"bob\", password: \"x\" }); advance(\"4s\");";
    let is_connected = |schedule: &str| {
        let script = connected(schedule, &format!("{two} print(`${{bob.getConnection().isConnected}}`);"));
        passes(&script).trace.to_string().contains("print     true")
    };
    assert!(is_connected("open 2: lost"));
    assert!(!is_connected("open 1 of bob: lost") && !is_connected("open 1 of #2: lost"));
}

//! `platform.waitFor` with a map: each kind of record, how many, and none at all.

use super::*;

/// Connects, and waits for what comes of that in its order: each wait looks from behind the last one.
const JOINS: &str = r#"platform.addUser("alice", "s3cret");
    let kandy = create();
    kandy.connect(#{ username: "alice", password: "s3cret" });"#;

#[test]
fn each_kind_of_what_a_client_does_ends_a_wait_and_says_what_it_was() {
    passes(&format!(
        r#"{JOINS}
        let login = platform.waitFor(#{{ user: "alice", method: "get" }});
        assertEq([login.point, login.answered], ["mk_token", 200]);
        let subscribe = platform.waitFor(#{{ kind: "request", point: "subscribe", status: 200 }});
        assertEq(subscribe.method, "POST");
        let handshake = platform.waitFor(#{{ kind: "upgrade" }});
        assertEq([handshake.socket, handshake.answered], ["WS-1", 101]);
        assertEq(platform.waitFor(#{{ kind: "opened", socket: "WS-1" }}).user, "alice");
        let ping = platform.waitFor(#{{ kind: "pings" }});
        assertEq([ping.socket, ping.count, ping.answered], ["WS-1", 1, false]);
        kandy.disconnect();
        let closed = platform.waitFor(#{{ kind: "closed", user: "alice" }});
        assertEq([closed.by, closed.code], ["client", 1005]);
        assertEq(platform.waitFor(#{{ status: 200, method: "DELETE" }}).point, "unsubscribe");"#
    ));
}

#[test]
fn each_kind_of_what_the_platform_does_ends_a_wait() {
    passes(&format!(
        r#"{SIGNED_IN}
        platform.send("alice", #{{ hello: "you" }});
        let frame = platform.waitFor(#{{ kind: "frameOut" }});
        assertEq(frame.frame.beginning, `{{"hello":"you"}}`);
        platform.cut("alice");
        assertEq(platform.waitFor(#{{ kind: "closed" }}).by, "platform");
        platform.mark("here");
        assertEq(platform.waitFor(#{{ kind: "command" }}).arguments.text, "here");"#
    ));
    passes(
        r#"platform.addUser("bob", "x", #{ tokenLifetime: "10m" });
           let kandy = create();
           kandy.connect(#{ username: "bob", password: "x" });
           kandy.waitFor("ws:change");
           platform.fail("refresh_token", #{ hang: true });
           platform.fail("resubscribe", #{ hang: true });
           let expired = platform.waitFor(#{ kind: "tokensExpired", user: "bob", timeout: "1h" });
           assertEq(expired.tokens.len() > 0, true);
           assertEq(platform.waitFor(#{ kind: "expired", timeout: "2h" }).subscription, "SUB-1");"#,
    );
}

#[test]
fn with_a_count_it_gives_so_many_and_with_none_nothing() {
    passes(&format!(
        r#"{JOINS}
        let all = platform.waitFor(#{{ count: 3 }});
        assertEq([all[0].point, all[1].point, all[2].point], ["mk_token", "subscribe", "websocket"]);
        assertEq(platform.waitFor(#{{ kind: "opened", count: 1 }}).len(), 1);
        let begun = now();
        assertEq(platform.waitFor(#{{ kind: "closed", none: "10s" }}), ());
        assertEq(now() - begun, 10000);"#
    ));
    let came =
        failure(&format!("{SIGNED_IN} kandy.disconnect(); platform.waitFor(#{{ kind: \"closed\", none: \"40s\" }});"));
    assert_eq!((came.cause, came.message.as_str()), (Cause::Check, "closed came at 0.000, and was not expected"));
    let few = failure(&format!("{JOINS} platform.waitFor(#{{ count: 4, timeout: \"5s\" }});"));
    assert_eq!((few.cause, few.message.as_str()), (Cause::Wait, "only 3 of 4: request came within 5 s (until 5.000)"));
}

#[test]
fn what_nothing_can_be_is_refused_with_what_would_do() {
    for (map, message) in [
        (r#"kind: "close""#, "there is no kind of record \"close\""),
        (r#"kinds: "closed""#, "the options of waitFor have no key `kinds`"),
        ("count: 0", "a wait is for 1 to 1000 records, not for 0"),
        (r#"none: "1s", count: 2"#, "`none` says that none comes within that time, and goes with no `count`"),
        (r#"none: "1s", timeout: 2"#, "`none` says that none comes within that time, and goes with no `timeout`"),
    ] {
        let refused = failure(&format!("platform.waitFor(#{{ {map} }});"));
        assert_eq!(refused.message, message);
    }
}

//! The verbs of the platform, and its views.

use super::*;

#[test]
fn platform_is_a_word_of_the_language_everywhere() {
    passes(
        r#"fn add() { platform.addUser("alice", "x"); platform }
           let p = add(); p.setPassword("alice", "y");
           let map = #{ platform: 1, "b": platform };
           assertEq(map.platform, 1); assertEq(map?.platform, 1); assertEq(`${platform} ${map.platform}`, "platform 1");
           map.platform = 2; assertEq(map["platform"], 2); assertEq([platform, p], [map.b, platform]);
           let f = || platform.requests().len(); assertEq(f.call(), 0);"#,
    );
    fails(
        "let platform = 5;",
        Cause::Syntax,
        "
error: `platform` is the platform of the scenario: take another name
 --> test.rhai:1:5
  |
1 | let platform = 5;
  |     ^",
    );
    assert_eq!(failure("fn f(platform) { 1 }").cause, Cause::Syntax);
}

#[test]
fn users_come_and_go() {
    passes(
        r#"platform.addUser("alice", "x", #{ services: ["call"], tokenLifetime: "2h", subscriptionLifetime: 60000 });
           platform.setPassword("alice", "y");
           let tokens = platform.issueToken("alice", #{ accessToken: "mine", lifetime: "1m" });
           assertEq([tokens.accessToken, tokens.expires], ["mine", 60]);
           let kandy = create();
           kandy.connect(#{ username: "alice", password: "y" });
           waitUntil(|| kandy.getConnection().isConnected);
           assertEq(kandy.getServices().status, "PARTIAL");
           assertEq(platform.subscriptions("alice")[0].expires, 60);
           platform.grantServices("alice", ["IM"]);
           platform.expireToken("alice");
           platform.endSubscription("alice");
           assertEq(platform.subscriptions(), []);
           assertEq(platform.sockets("alice").len(), 1);
           platform.removeUser("alice");
           advance("1s");
           assertEq(platform.sockets("alice"), []);"#,
    );
}

#[test]
fn anybody_may_sign_in_and_options_change() {
    passes(
        r#"platform.anyUser(true);
           let kandy = create();
           kandy.connect(#{ username: "whoever", password: "whatever" });
           waitUntil(|| kandy.getConnection().isConnected);
           platform.setOptions("whoever", #{ tokenLifetime: "1m", services: ["IM"] });
           assertEq(platform.issueToken("whoever").expires, 60);
           platform.anyUser(false);
           let other = create(#{}, "other");
           other.connect(#{ username: "another", password: "x" });
           assertEq(other.waitFor("auth:error").error.code, "authentication:9");"#,
    );
}

#[test]
fn faults_are_maps_or_lists_of_them() {
    passes(
        r#"platform.addUser("alice", "x"); let kandy = create();
           platform.fail("mk_token", [#{ status: 401, json: #{ error: #{ human: "no" } } }, #{ delay: "1m 30s" }]);
           kandy.connect(#{ username: "alice", password: "x" });
           assertEq(kandy.waitFor("auth:error").error.message, "There was an error connecting. Error: no");
           kandy.connect(#{ username: "alice", password: "x" });
           kandy.waitFor("auth:credentialsSet", "2m");
           assertEq(now(), 90000);
           platform.clear("mk_token"); platform.clear();
           platform.fail("subscribe", #{ status: 500, type: (), times: 1, after: 0, user: "alice" });"#,
    );
    for (script, message) in [
        (r#"platform.fail("mktoken", #{})"#, "there is no point \"mktoken\""),
        (
            r#"platform.fail("mk_token", #{ delay: "soon" })"#,
            "the fault's `delay` is \"soon\", which is not a duration",
        ),
        (r#"platform.fail("mk_token", [])"#, "the list of faults is empty"),
        (r#"platform.fail("mk_token", #{ stauts: 500 })"#, "a fault has no key \"stauts\""),
        (r#"platform.fail("mk_token", #{ json: |x| x })"#, "a closure at `json` has no form in JSON"),
        (r#"platform.fail("mk_token", 500)"#, "`fail` does not take a string and an integer"),
        (r#"platform.clear("x")"#, "there is no point \"x\""),
    ] {
        let diagnostic = failure(script);
        assert_eq!(diagnostic.cause, Cause::Argument, "{diagnostic}");
        assert!(diagnostic.message.starts_with(message), "{diagnostic}");
    }
}

#[test]
fn what_the_platform_sends_is_heard() {
    passes(&format!(
        r#"{SIGNED_IN}
        platform.send("alice", #{{ notificationMessage: #{{ eventType: "x", n: 1.5, none: () }} }});
        let message = kandy.waitFor("notification:received").payload.notificationMessage;
        assertEq([message.eventType, message.n, message.none], ["x", 1.5, ()]);
        platform.sendRaw("alice", "no JSON"); platform.sendRaw("alice", blob(3, 7));
        platform.silence("alice");
        platform.send("alice", #{{ notificationMessage: #{{}} }});
        kandy.expectNone("notification:received", "1s");
        platform.close("alice", 4000, "so"); kandy.waitFor("ws:change"); kandy.waitFor("ws:change");
        platform.cut("alice"); kandy.waitFor("ws:change"); kandy.waitFor("ws:change");
        platform.answerPings(true);
        platform.close("alice", 1000);
        assertEq(kandy.waitFor("auth:change").reason, "LOST_CONNECTION");"#
    ));
    for script in
        ["platform.close(\"alice\", 70000)", "platform.close(\"alice\", 1006)", "platform.close(\"alice\", -1)"]
    {
        let diagnostic = failure(&format!("platform.addUser(\"alice\", \"x\"); {script}"));
        assert_eq!(diagnostic.cause, Cause::Argument, "{diagnostic}");
    }
}

#[test]
fn offline_latency_and_token_lifetime_hold_until_changed() {
    passes(
        r#"platform.addUser("alice", "x"); let kandy = create();
           platform.offline();
           kandy.connect(#{ username: "alice", password: "x" });
           kandy.waitFor("auth:error");
           platform.online(); platform.latency("250ms"); platform.tokenLifetime("10m");
           kandy.connect(#{ username: "alice", password: "x" });
           platform.waitFor("websocket", "alice");
           assertEq(now(), 500);
           waitUntil(|| kandy.getConnection().isConnected);
           assertEq(now(), 750);
           platform.tokenLifetime(()); platform.latency(0);
           assertEq(platform.issueToken("alice").expires, 3600);"#,
    );
}

#[test]
fn the_platform_can_be_looked_at() {
    passes(&format!(
        r#"{SIGNED_IN}
        assertEq(platform.requests().map(|request| request.point), ["mk_token", "subscribe", "websocket"]);
        let request = platform.requests("subscribe")[0];
        assertEq([request.method, request.user, request.status, request.answered, request.fault, request.socket],
                 ["POST", "alice", 200, 200, (), ()]);
        assertEq(request.body.subscribeRequest.expires, 3600);
        assertEq(request.query, #{{ token: "AT-1" }});
        assertEq(platform.requests("websocket")[0].socket, "WS-1");
        assertEq(platform.requests(#{{ user: "alice", method: "post", status: 200 }}).len(), 1);
        assertEq(platform.requests(#{{ status: 404 }}), []);
        let subscription = platform.subscriptions("alice")[0];
        assertEq([subscription.id, subscription.channel, subscription.expiresAt], ["SUB-1", "CH-1", 3600000]);
        let socket = platform.sockets()[0];
        assertEq([socket.state, socket.user, socket.pings, socket.opened], ["open", "alice", 1, 0]);"#
    ));
    let misspelt = failure("platform.addUser(\"alice\", \"x\"); platform.sockets(\"alcie\");");
    assert_eq!(
        (&*misspelt.message, misspelt.help.as_deref()),
        ("there is no user \"alcie\"", Some("did you mean `alice`?"))
    );
    assert!(failure("platform.requests(#{ stat: 1 })").message.contains("no key `stat`"));
}

#[test]
fn an_unknown_user_is_an_error_with_the_nearest_name() {
    for call in [
        "cut(\"bop\")",
        "gone(\"bop\")",
        "send(\"bop\", #{})",
        "issueToken(\"bop\")",
        "waitFor(\"subscribe\", \"bop\")",
    ] {
        let diagnostic = failure(&format!("platform.addUser(\"bob\", \"x\"); platform.{call}"));
        assert_eq!(diagnostic.cause, Cause::Argument);
        assert!(diagnostic.message.contains("there is no user \"bop\""), "{diagnostic}");
        assert!(diagnostic.to_string().contains("did you mean"), "{diagnostic}");
    }
}

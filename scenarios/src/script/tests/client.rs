//! The client's calls and getters.

use super::*;

#[test]
fn clients_have_names_of_their_own() {
    let names = printed(
        r#"let a = create(); let b = create(#{}, "kandy2"); let c = create(); let d = create((), "bob");
           print(`${a} ${b} ${c} ${d} ${[a]}`); assert(a == a); assert(a != b); assertNe(a, b); assertEq(type_of(a), "client");"#,
    );
    assert_eq!(names, ["kandy kandy2 kandy3 bob [kandy]"]);
    assert!(failure("create((), \"bob\"); create((), \"bob\");").message.contains("\"bob\" already"));
    for name in ["platform", "script", "", "a b", "\\n"] {
        assert_eq!(failure(&format!("create((), \"{name}\");")).cause, Cause::Argument, "{name}");
    }
}

#[test]
fn a_configuration_is_merged_over_the_way_to_the_platform() {
    passes(
        r#"let kandy = create(#{ authentication: #{ subscription: #{ expires: 60 } }, connectivity: #{ pingInterval: 7.5 } });
           let config = kandy.getConfig();
           assertEq(config.authentication.subscription.expires, 60);
           assertEq(config.authentication.subscription.server, "kandy.test");
           assertEq(config.authentication.websocket.server, "kandy.test");
           assertEq(config.connectivity.pingInterval, 7.5);
           assertEq(config.connectivity.reconnectLimit, 5);
           kandy.updateConfig(#{ connectivity: #{ reconnectLimit: 2 } });
           assertEq(kandy.getConfig().connectivity.reconnectLimit, 2);
           assertEq(kandy.getConfig().connectivity.pingInterval, 7.5);"#,
    );
}

#[test]
fn what_kandy_js_would_log_of_a_configuration_is_in_the_transcript() {
    let outcome = passes(
        "let kandy = create(#{ connectivity: #{ pingInterval: -1 } });
         kandy.updateConfig(#{ connectivity: #{ method: \"x\" } });",
    );
    let transcript = outcome.trace.to_string();
    assert!(transcript.contains("kandy     log       connectivity.pingInterval has value of '-1'"), "{transcript}");
    assert!(transcript.contains("log       connectivity.method has value of 'x'"), "{transcript}");
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_name() {
    for (script, message, help) in [
        ("create(#{ conectivity: #{} })", "the configuration has no option `conectivity`", "connectivity"),
        (
            "create().updateConfig(#{ connectivity: #{ pingIntervall: 1 } })",
            "the configuration has no option `connectivity.pingIntervall`",
            "pingInterval",
        ),
        ("create().connect(#{ user: \"a\" })", "the credentials have no key `user`", "username"),
        ("create().updateToken(#{ acessToken: \"a\" })", "the credentials have no key `acessToken`", "accessToken"),
        (
            "create().connect(#{}, #{ forceLogout: true })",
            "the options of connect have no key `forceLogout`",
            "forceLogOut",
        ),
    ] {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Argument, message));
        assert_eq!(diagnostic.help, Some(format!("did you mean `{help}`?")), "{diagnostic}");
    }
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    for (script, message) in [
        ("create().connect(#{ username: 5 })", "`username` of the credentials is an integer 5, not a string"),
        (
            "create().connect(#{ username: \"a\", password: \"b\" }, #{ forceLogOut: \"true\" })",
            "`forceLogOut` of the options of connect is a string \"true\", not true or false",
        ),
        ("create().connect(\"alice\", \"x\")", "`connect` does not take a string and a string"),
        ("create(5)", "`create` does not take an integer"),
        (
            "create(#{ authentication: 5 })",
            "authentication cannot be the number 5: give an object, or leave the option out",
        ),
        ("create().connection.enableConnectivityChecking(1)", "`enableConnectivityChecking` does not take an integer"),
    ] {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Argument, message));
    }
}

#[test]
fn connect_without_credentials_throws_as_in_javascript() {
    assert_eq!(printed("let kandy = create(); try { kandy.connect() } catch (e) { print(e.name) }"), ["TypeError"]);
    assert_eq!(printed("let kandy = create(); try { kandy.connect(()) } catch (e) { print(e.name) }"), ["TypeError"]);
    let diagnostic = failure("create().connect()");
    assert_eq!(diagnostic.cause, Cause::Script);
    assert!(diagnostic.message.starts_with("uncaught TypeError: connect() needs credentials"), "{diagnostic}");
}

#[test]
fn getters_have_every_key_at_all_times() {
    let before = r#"
        let kandy = create();
        assertEq(kandy.getConnection(), #{ isConnected: false, isPending: false, error: (), subscription: kandy.getServices() });
        assertEq(kandy.getServices(), #{ requested: [], received: [], missing: [], status: "NONE", services: #{} });
        assertEq(kandy.getUserInfo(), #{ username: (), accessToken: (), refreshToken: () });
        let none = kandy.connection.getSocketState("uc");
        assertEq(none.message, "No sockets are up. Have you attempted to connect?");
        assertEq([none.connected, none.wsInfo, none.lastContact], [(), (), ()]);
    "#;
    passes(before);
    let after = r#"
        assertEq(kandy.getUserInfo(), #{ username: "alice", accessToken: "AT-1", refreshToken: "RT-1" });
        assertEq(kandy.getServices().services, #{ call: true, IM: true, Presence: true });
        assert(kandy.getServices().services.call);
        let state = kandy.connection.getSocketState("uc");
        assertEq([state.connected, state.pinging, state.message], [true, false, ()]);
        assertEq(state.method, #{ type: "keepAlive", responsibleParty: "client" });
        assertEq(state.platform, "uc");
        assertEq(kandy.connection.getSocketState().name, "Error");
        assertEq(kandy.connection.getSocketState("link").message, "No sockets are up. Have you attempted to connect?");
        let connection = kandy.connection;
        assert(connection.getSocketState("uc").connected);
    "#;
    passes(&format!("{SIGNED_IN}{after}"));
}

#[test]
fn every_way_to_sign_in_works() {
    for credentials in [
        "#{ username: \"alice\", accessToken: tokens.accessToken }",
        "#{ username: \"alice\", refreshToken: tokens.refreshToken }",
        "#{ username: \"alice\", oauthToken: tokens.oauthToken }",
        "#{ username: \"alice\", password: \"s3cret\", expires: 1800, authname: \"x\" }",
    ] {
        passes(&format!(
            r#"platform.addUser("alice", "s3cret"); let tokens = platform.issueToken("alice"); let kandy = create();
               kandy.connect({credentials}, #{{ forceLogOut: true, clientCorrelator: "c" }});
               waitUntil(|| kandy.getConnection().isConnected);"#
        ));
    }
}

#[test]
fn the_other_calls_do_what_they_do_in_kandy_js() {
    passes(&format!(
        r#"{SIGNED_IN}
        expectEvents(kandy, ["auth:change", "auth:credentialsSet", "ws:change", "ws:change", "auth:change"]);
        kandy.updateToken(#{{ accessToken: "AT-x" }});
        assertEq(kandy.getUserInfo().accessToken, "AT-x");
        kandy.notification.enableWebsocket(false);
        advance(0);
        expectEvents(kandy, ["auth:change", "notifications:change"]);
        kandy.connection.enableConnectivityChecking(false);
        kandy.connection.resetConnection();
        kandy.setCredentials(#{{}}); kandy.setTokens(); kandy.updateConnection(5);
        advance(0);
        expectEvents(kandy, ["ws:change", "ws:change"]);
        kandy.destroy();
        advance(0);
        kandy.connect(#{{ username: "alice", password: "s3cret" }});
        advance("1s");
        expectEvents(kandy, []);"#
    ));
}

#[test]
fn events_have_every_key_that_kandy_js_may_set() {
    passes(&format!(
        r#"{SIGNED_IN}
        let keys = |event| kandy.events().filter(|heard| heard.event == event)[-1].params.keys();
        assertEq(keys.call("auth:change"), ["forced", "reason", "retryAfter"]);
        assertEq(keys.call("ws:change"), ["platform"]);
        platform.fail("resubscribe", #{{ status: 500, times: 1 }});
        let params = kandy.waitFor("auth:resub", "1h");
        assertEq([params.attemptNum, params.isFailure, params.error.attemptNum], [1, true, 1]);
        let params = kandy.waitFor("auth:resub", "1h");
        assertEq(params, #{{ attemptNum: 2, isFailure: false, error: () }});
        platform.gone("alice", #{{ retryAfter: 7 }});
        assertEq(kandy.waitFor("notification:received").payload.notificationMessage.eventType, "gone");
        assertEq(kandy.waitFor("auth:change"), #{{ forced: true, reason: "GONE", retryAfter: 7 }});
        assertEq(kandy.events()[0], #{{ event: "auth:change", params: #{{ forced: (), reason: (), retryAfter: () }}, time: 0 }});"#
    ));
}

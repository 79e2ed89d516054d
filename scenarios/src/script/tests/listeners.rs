//! Listeners: the order in which they are called, what they may do, and closures that hold clients.

use super::*;

#[test]
fn listeners_are_called_in_kandy_js_order() {
    let printed = printed(
        r#"let kandy = create();
           kandy.subscribe(|type, params| print(`wildcard ${type} ${params.reason == ()}`));
           kandy.on("auth:change", || print("first"));
           let twice = |params| print("twice");
           kandy.on("auth:change", twice); kandy.on("auth:change", twice);
           kandy.disconnect(); advance(0);
           kandy.off("auth:change", twice);
           print("--"); kandy.disconnect();"#,
    );
    assert_eq!(
        printed,
        ["first", "twice", "twice", "wildcard auth:change true", "--", "first", "wildcard auth:change true"]
    );
}

#[test]
fn a_listener_that_removes_itself_makes_the_next_miss_the_event() {
    let printed = printed(
        r#"let kandy = create(); let own = #{};
           own.listener = || { print("once"); kandy.off("auth:change", own.listener); };
           kandy.on("auth:change", own.listener); kandy.on("auth:change", || print("next"));
           kandy.on("auth:change", || { print("adds"); kandy.on("auth:change", || print("added")); });
           kandy.disconnect(); advance(0); print("--"); kandy.disconnect();"#,
    );
    assert_eq!(printed, ["once", "adds", "added", "--", "next", "adds", "added", "added"]);
}

#[test]
fn closures_are_the_same_if_code_and_captured_variables_are() {
    let printed = printed(
        r#"let kandy = create(); let listeners = [];
           for i in 0..3 { let number = i; listeners.push(|| print(number)); }
           for listener in listeners { kandy.on("auth:change", listener); }
           kandy.off("auth:change", listeners[1]);
           kandy.disconnect(); advance(0);
           let wildcard = |type| print(type);
           kandy.subscribe(wildcard); kandy.unsubscribe(wildcard); kandy.disconnect();"#,
    );
    assert_eq!(printed, ["0", "2", "0", "2"]);
}

#[test]
fn a_listener_may_take_fewer_parameters_and_never_more() {
    let printed = printed(
        r#"let kandy = create(); let outer = 5;
           fn named(params) { print(`named ${type_of(params)}`) }
           kandy.on("auth:change", || print(`none ${outer}`)); kandy.on("auth:change", |params| print(type_of(params)));
           kandy.on("auth:change", Fn("named"));
           kandy.subscribe(|| print("w0")); kandy.subscribe(|t| print(t)); kandy.subscribe(|t, p| print(type_of(p)));
           kandy.disconnect();"#,
    );
    assert_eq!(printed, ["none 5", "map", "named map", "w0", "auth:change", "map"]);
    fails(
        "let kandy = create();\nkandy.on(\"auth:change\", |a, b| 1);",
        Cause::Argument,
        "
error: the listener takes 2 parameters, but is given 1
 --> test.rhai:2:7
  |
2 | kandy.on(\"auth:change\", |a, b| 1);
  |       ^
  = help: let it take fewer",
    );
}

#[test]
fn calls_in_a_listener_act_at_once_and_their_events_queue_behind() {
    passes(
        r#"platform.addUser("alice", "x"); let kandy = create(); let log = [];
           kandy.on("auth:error", || {
               kandy.connect(#{ username: "alice", password: "x" });
               log.push(kandy.getConnection().isPending);
           });
           kandy.connect(#{ username: "alice", password: "wrong" });
           waitUntil(|| kandy.getConnection().isConnected);
           assertEq(log, [true]);"#,
    );
}

#[test]
fn an_exception_in_a_listener_fails_the_scenario_where_it_was_thrown() {
    fails(
        "let kandy = create();\nkandy.on(\"auth:change\", |params| {\n    throw \"no \" + params.reason;\n});\nkandy.disconnect();\ntry { advance(0) } catch { }",
        Cause::Script,
        "
error: uncaught exception: no
 --> test.rhai:3:5
  |
3 |     throw \"no \" + params.reason;
  |     ^
  = note: in a listener of auth:change",
    );
    let diagnostic = failure("let kandy = create();\nkandy.subscribe(|t, p| p.nope);\nkandy.disconnect();");
    assert_eq!((diagnostic.line, diagnostic.column, &*diagnostic.message), (2, 26, "the map has no key `nope`"));
}

#[test]
fn a_listener_may_not_wait() {
    for wait in [
        "kandy.waitFor(\"ws:change\")",
        "advance(1)",
        "waitUntil(|| true)",
        "kandy.expectNone(\"ws:change\", 1)",
        "platform.waitFor(\"other\")",
    ] {
        let diagnostic =
            failure(&format!("let kandy = create(); kandy.on(\"auth:change\", || {wait}); kandy.disconnect();"));
        assert_eq!(diagnostic.cause, Cause::Argument, "{diagnostic}");
        assert!(diagnostic.message.starts_with("a listener may not wait: `"), "{diagnostic}");
    }
    let diagnostic = failure("waitUntil(|| { advance(1); true })");
    assert!(diagnostic.message.starts_with("the condition of a `waitUntil` may not wait"), "{diagnostic}");
}

#[test]
fn captured_clients_work_in_listeners_nested_calls_parameters_and_loops() {
    passes(
        r#"platform.addUser("alice", "x");
           let alice = create((), "alice"); let other = create((), "other"); let part = alice.connection; let seen = [];
           fn watch(client, seen) { client.on("ws:change", || seen.push(client.getConnection().isConnected)); }
           watch(alice, seen);
           for client in [alice, other] { client.on("auth:change", || seen.push(`${client} ${other}`)); }
           alice.on("auth:credentialsSet", || { other.disconnect(); part.getSocketState("uc"); });
           alice.connect(#{ username: "alice", password: "x" });
           alice.waitFor("auth:credentialsSet"); other.waitFor("auth:change");
           assertEq(seen, ["alice other", "other other"]);
           let clients = [alice, other];
           clients[0].waitFor("ws:change");
           let taken = clients[1];
           taken.on("auth:change", || clients.len());
           taken.disconnect(); taken.waitFor("auth:change");"#,
    );
}

#[test]
fn a_client_captured_inside_an_array_or_map_is_explained() {
    let explained = "
error: this call is on something inside an array or a map that a closure has
       captured, too
 --> test.rhai:2:12
  |
2 | clients[0].on(\"auth:change\", || clients[1].disconnect());
  |            ^
  = note: while a call on an array, a map or something in it runs, Rhai keeps
          closures from the whole of it
  = help: take what you need out first, such as `let kandy = clients[0];`, and
          walk arrays with `for`";
    fails(
        "let clients = [create(), create()];\nclients[0].on(\"auth:change\", || clients[1].disconnect());",
        Cause::Script,
        explained,
    );
    let map = failure("let m = #{ a: create() };\nm.a.on(\"auth:change\", || m.a.disconnect());");
    assert_eq!((map.cause, map.line, map.column), (Cause::Script, 2, 5));
    let waiting = failure(
        "let clients = [create()]; let first = clients[0];\nfirst.on(\"auth:change\", || clients[0].getConnection());
         first.disconnect(); clients[0].waitFor(\"auth:change\");",
    );
    assert_eq!((waiting.cause, waiting.line), (Cause::Script, 2));
    assert!(waiting.message.contains("while it is in use"), "{waiting}");
}

#[test]
fn a_variable_that_holds_a_client_keeps_it() {
    let diagnostic = failure("let kandy = create(); kandy = create();");
    assert_eq!(diagnostic.message, "`kandy` cannot be changed: it is a constant, or holds a client");
}

#[test]
fn a_listener_too_many_ends_the_script() {
    for listen in ["kandy.on(\"auth:change\", || ())", "kandy.subscribe(|type| ())"] {
        let diagnostic = failure(&format!("let kandy = create(); for i in 0..10_000 {{ {listen}; }}\n{listen};"));
        assert_eq!((diagnostic.cause, diagnostic.line), (Cause::Limit, 2));
        assert_eq!(diagnostic.message, "too many listeners: a client has 10000 at most");
    }
}

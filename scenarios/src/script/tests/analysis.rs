//! What is found without running: the same as a run finds where it gets there, and nothing in a script that is right.

use super::*;

/// What only a run can know of a broken script: a part of its message, and why.
const ONLY_WHEN_RUN: [(&str, &str); 7] = [
    ("the map has no key `nope`", "what a listener is given may be anything until it is called"),
    ("there is no user ", "users come and go"),
    ("there is a client named ", "the names that are taken depend on what ran before"),
    ("the condition is ", "a condition may be anything until it is looked at"),
    ("the condition gave ", "what a closure gives is known when it is called"),
    ("the close code 1006 cannot be sent", "the platform says so, and it is there in a run only"),
    ("an integer has no property `foo`", "a parameter may be anything until the function is called"),
];

/// Holds that `check` and a run are of one opinion about a script. Every script of these tests comes here.
#[track_caller]
pub(super) fn agrees(text: &str, verdict: &Verdict, checked: &Result<Findings, Box<Diagnostic>>) {
    let failed = if let Verdict::Failed(diagnostic) = verdict { Some(&**diagnostic) } else { None };
    let findings = match checked {
        Ok(findings) => findings,
        Err(diagnostic) => return assert_eq!(failed, Some(&**diagnostic), "{text}"),
    };
    let all = findings.told.iter();
    let errors: Vec<&Diagnostic> =
        all.filter(|found| found.severity == Severity::Error).map(|found| &found.diagnostic).collect();
    match failed.filter(|failed| matches!(failed.cause, Cause::UnknownFunction | Cause::Argument)) {
        Some(failed) if ONLY_WHEN_RUN.iter().any(|(message, _)| failed.message.contains(message)) => {}
        Some(failed) => assert!(
            errors.iter().any(|found| is_same(found, failed)),
            "a run says\n{failed}\nand `check` finds {errors:#?} in\n{text}"
        ),
        None => {
            let is_found = |found: &&Diagnostic| failed.is_some_and(|failed| is_same(found, failed));
            assert!(errors.iter().all(is_found), "a run finds none of {errors:#?} in\n{text}");
        }
    }
}

/// Whether two diagnostics say the same of the same place; a note may tell more.
fn is_same(left: &Diagnostic, right: &Diagnostic) -> bool {
    let told = |Diagnostic { cause, message, file, line, column, help, .. }: &Diagnostic| {
        (*cause, message.clone(), file.clone(), *line, *column, help.clone())
    };
    told(left) == told(right)
}

fn findings(text: &str) -> Findings {
    on_a_script_thread(|| Host::new().check(&source(text))).unwrap()
}

/// Holds what is found in a script, a line each: `error 1:5 message`.
#[track_caller]
fn finds(text: &str, expected: &[&str]) {
    let line = |ScriptFinding { severity, diagnostic }: &ScriptFinding| {
        let word = if *severity == Severity::Error { "error" } else { "warning" };
        format!("{word} {}:{} {}", diagnostic.line, diagnostic.column, diagnostic.message)
    };
    let found: Vec<String> = findings(text).told.iter().map(line).collect();
    assert_eq!(found, expected, "{text}");
}

/// What must stand before a mistake for a run to get there.
const SETUP: &str = "let kandy = create(); platform.addUser(\"a\", \"b\"); let five = 5;\n";

/// Scripts with one mistake each, which `check` and a run tell with the same words.
const MISTAKES: &[&str] = &[
    "kandy.conect();",
    "kandy.connect(5);",
    "kandy.connect(#{ user: \"a\" });",
    "kandy.connect(#{ username: 5, password: five });",
    "kandy.connect(#{ username: five.to_string(), pasword: \"x\" });",
    "kandy.connect(#{}, #{ forceLogout: true });",
    "kandy.updateToken(#{ token: \"x\" });",
    "kandy.updateConfig(#{ connectivty: #{} });",
    "kandy.updateConfig(#{ connectivity: #{ pingIntervall: five } });",
    "kandy.updateConfig(#{ connectivity: 5 });",
    "create(#{ conectivity: #{} });",
    "create((), \"a b\");",
    "kandy.on(\"auth:chnge\", || ());",
    "kandy.off(\"auth:chnge\", || ());",
    "kandy.on(\"auth:change\", |a, b| ());",
    "kandy.on(\"auth:change\", |a, b| { kandy; a });",
    "let f = |a, b, c| (); kandy.subscribe(f);",
    "kandy.on(\"auth:change\");",
    "kandy.waitFor(\"auth:chnge\");",
    "kandy.waitFor(\"ws:change\", \"1 minute\");",
    "kandy.expectNone(\"auth:chnge\", \"1s\");",
    "expectEvents(kandy, [\"auth:chnge\"]);",
    "expectEvents(kandy, [5]);",
    "kandy.connection.resetConection();",
    "kandy.connection.enableConnectivityChecking(1);",
    "kandy.notification.enableWebSocket(true);",
    "kandy.conection.resetConnection();",
    "kandy.getConnection.isConnected;",
    "kandy.getConnection().isConnected();",
    "kandy.addUser(\"b\", \"c\");",
    "waitFor(\"auth:change\");",
    "advance(\"10 minutes\");",
    "const TIME = \"10 minutes\"; advance(TIME);",
    "advance();",
    "waitUntil(|| true, \"soon\");",
    "assertEqual(1, 1);",
    "assertEq(1);",
    "assertMatch(\"a\", \"(\");",
    "sleep(1);",
    "timestamp();",
    "frobnicate();",
    "frobnicate(five, \"x\", 1.5, 'c', true, (), [five], #{ a: five }, || 1, kandy);",
    "platform.addUsr(\"b\", \"c\");",
    "platform.addUser(\"b\", 5);",
    "platform.addUser(\"b\", \"c\", #{ service: [] });",
    "platform.setOptions(\"a\", #{ tokenLifetime: \"soon\" });",
    "platform.issueToken(\"a\", #{ token: five });",
    "platform.grantServices(\"a\", [1]);",
    "platform.fail(\"subscrib\", #{ status: 500 });",
    "platform.fail(\"subscribe\", #{ stats: 500 });",
    "platform.fail(\"subscribe\", #{ stats: five });",
    "platform.fail(\"subscribe\", #{ status: \"500\", delay: five });",
    "platform.fail(\"subscribe\", [#{ status: 500 }, #{ tims: five }]);",
    "platform.fail(\"subscribe\", [#{ status: 500 }, #{ status: 5 }]);",
    "platform.fail(\"subscribe\", #{ delay: \"soon\" });",
    "platform.fail(\"subscribe\", #{ hang: true, status: 500 });",
    "platform.fail(\"subscribe\", #{ closeAfterOpen: 1000 });",
    "platform.fail(\"subscribe\", #{ json: #{ a: |x| x } });",
    "platform.fail(\"subscribe\", []);",
    "platform.clear(\"subscrib\");",
    "platform.close(\"a\", 70000);",
    "platform.gone(\"a\", #{ retryafter: 5 });",
    "platform.tokenLifetime(\"soon\");",
    "platform.latency(-1);",
    "platform.waitFor(\"subscrib\");",
    "platform.waitFor(\"subscribe\", (), \"soon\");",
    "platform.requests(\"subscrib\");",
    "platform.requests(#{ point: \"subscrib\", user: \"a\" });",
    "platform.requests(#{ path: \"/\" });",
    "kandy.on(\"auth:change\", || kandy.waitFor(\"ws:change\")); kandy.disconnect();",
    "kandy.subscribe(|type| { if five == 5 { advance(1); } }); kandy.disconnect();",
    "waitUntil(|| { kandy.expectNone(\"ws:change\", 1); true });",
    "fn later() { advance(1); } fn late() { later(); } waitUntil(|| { late(); true });",
    "let own = || kandy.waitFor(\"ws:change\"); kandy.on(\"auth:change\", own); kandy.disconnect();",
    "fn login(a, b) { a } login(1);",
    "fn login(a) { a } kandy.login();",
    "fn f() { platform.frob(); } f();",
    "let f = || kandy.conect(); f.call();",
    "if five == 5 { while true { kandy.conect(); } }",
    "switch five { 5 => kandy.conect(), _ => () }",
    "for i in 0..2 { print(`${kandy.conect()}`); }",
    "let m = #{ a: [kandy.conect()] };",
    "let x = [1, 2][kandy.conect()];",
    "\"x\".lenn();",
    "kandy.getConnection().isConected;",
    "if kandy.getConnection().subscription.recieved == [] { }",
    "let state = kandy.connection.getSocketState(\"uc\"); state.connectd;",
    "kandy.getUserInfo().user;",
    "kandy.getServices().grant;",
    "let login = #{ user: \"a\", password: \"b\" }; kandy.connect(login);",
    "let time = \"1 minute\"; advance(time);",
    "let names = [\"auth:chnge\"]; expectEvents(kandy, names);",
    "let m = #{ a: 1 }; m.b;",
    "assert(true, 5);",
    "kandy.disconnect({});",
    "[1].pusch(2);",
];

#[test]
fn a_mistake_that_is_written_out_is_told_as_a_run_tells_it() {
    for mistake in MISTAKES {
        let text = format!("{SETUP}{mistake}");
        let failed = failure(&text);
        let errors: Vec<Diagnostic> = findings(&text).told.into_iter().map(|found| found.diagnostic).collect();
        assert!(matches!(&errors[..], [found] if is_same(found, &failed)), "{failed}\n\n{errors:#?}");
    }
}

#[test]
fn all_mistakes_of_a_script_are_told_in_their_order() {
    finds(
        "fn f(client) { client.conect(); }\nlet kandy = create();\nkandy.waitFor(\"auth:chnge\"); f(kandy);\nadvance(\"1 s\");",
        &[
            "error 1:23 nothing has a function `conect`",
            "error 3:7 there is no event \"auth:chnge\"",
            "error 4:1 \"1 s\" is not a duration",
        ],
    );
    let many = "frob();\n".repeat(120);
    let findings = findings(&many);
    assert_eq!((findings.told.len(), findings.more, findings.count(Severity::Error)), (100, 20, 100));
}

#[test]
fn an_error_is_told_however_many_warnings_stand_before_it() {
    let many: String = (0..120).map(|number| format!("fn never_{number}() {{ return; print(1); }}\n")).collect();
    let findings = findings(&format!("{many}frob();\n"));
    assert_eq!((findings.told.len(), findings.more, findings.count(Severity::Error)), (100, 21, 1));
    assert_eq!(findings.told[0].diagnostic.line, 121);
}

#[test]
fn of_what_is_not_known_only_what_nothing_has_is_told() {
    finds(
        "fn f(x) { x.frob(); x.waitFor(); x.push(1, 2, 3); x.isConnected(); x.len(); x.connect(#{ a: 1 }); x.any }
         let clients = [create()]; clients[0].conect(); clients[0].waitFor(5).frob();",
        &[
            "error 1:13 nothing has a function `frob`",
            "error 1:23 nothing has a function `waitFor` that takes no arguments",
            "error 1:36 nothing has a function `push` that takes an integer, an integer and an integer",
            "error 1:53 nothing has a function `isConnected`",
            "error 2:47 nothing has a function `conect`",
            "error 2:68 nothing has a function `waitFor` that takes an integer",
            "error 2:79 nothing has a function `frob`",
        ],
    );
    let help = |text: &str| findings(text).told[0].diagnostic.help.clone().unwrap_or_default();
    assert_eq!(help("fn f(x) { x.conect(); }"), "did you mean `connect`?");
    assert_eq!(help("fn f(x) { x.waitFor(); }"), "kandy.waitFor(event), kandy.waitFor(event, timeout)");
}

#[test]
fn a_script_that_is_right_has_nothing_found_in_it() {
    let quiet = [
        // Members of maps are called as if they were methods.
        "let m = #{ greet: |x| x, call: 1 }; m.greet(1); let o = #{}; o.f = || 1; o.f(); let p = #{}; p[\"g\"] = |x| x; p.g(2);",
        "fn each(list, f) { for x in list { f.call(x); } } each([1], |x| x); let g = Fn(\"each\"); g.call([], |x| x);",
        // What is assigned anew may be anything.
        "let x = 5; x = \"abc\"; x.len(); let y = (); y = create(); y.disconnect();",
        "let x = 5; { let x = \"abc\"; x.len(); } for x in [\"a\"] { x.len(); }",
        "fn own(client) { client } let k = own(create()); k.connect(#{ username: \"a\", password: \"b\" });",
        "fn advance(a, b) { a + b } fn frob() { 1 } advance(1, 2); let x = 1; x.frob();",
        "let kandy = create(); kandy.on(\"auth:change\", || { let f = || advance(1); f }); platform.clear();",
        "let options = #{}; options.username = \"a\"; create().connect(options); create(#{ connectivity: #{ pingInterval: 5 * 1000 } });",
        "let kandy = create(); print(kandy); print(`${kandy} ${platform}`); type_of(kandy); kandy == kandy; [kandy].len();",
        "let s = \"a,b\"; s.split(\",\").map(|x| x.to_upper()).filter(|x| x != \"A\").len(); s.sub_string(0, 1); s[0]; s.len;",
        "switch 5 { 1 | 2 => print(1), 3..9 if true => print(2), _ => { } } let f = if true { || 1 } else { || 2 }; f.call();",
        "let m = #{}; m.set(\"a\", 1); m.a; let n = #{ a: 1 }; n.mixin(#{ b: 2 }); n.b; let o = #{ a: 1 }; o.b = 2; o.b; set(m, \"c\", 1); m.c;",
        "let t = \"1 minute\"; t.crop(0, 1); t += \"s\"; advance(t); let u = \"1 x\"; u.pop(); u.pop(); u.append(\"s\"); advance(u);",
        "let c = create().getConnection(); c.own = 1; c.own; c.subscription.services.call; c.error; create().getConfig().connectivity;",
        "#{ a: 1 }.b;",
        "try { throw 1; } catch (error) { print(error); } loop { break; } do { } while false; let x = 1 in [1, 2]; x ?? 1;",
    ];
    for text in quiet {
        finds(text, &[]);
    }
}

#[test]
fn a_try_that_catches_makes_a_warning_of_an_unknown_function() {
    finds(
        "let kandy = create();\ntry { kandy.conect(); } catch { }\ntry { 1 } catch { frob(); }",
        &["warning 2:13 a client has no function `conect`", "error 3:19 there is no function `frob`"],
    );
    passes("let kandy = create();\ntry { kandy.conect(); } catch { }");
    // What the functions of the script API refuse ends the scenario all the same.
    finds("try { advance(\"soon\"); } catch { }", &["error 1:7 \"soon\" is not a duration"]);
}

#[test]
fn what_is_never_reached_is_told() {
    finds("fail(\"x\");\nprint(1);\nprint(2);", &["warning 2:1 this is never reached: `fail` stands before it"]);
    finds("fn f() { return 1; print(2); }", &["warning 1:20 this is never reached: `return` stands before it"]);
    finds("if true { skip(\"x\"); let a = 1; }", &["warning 1:22 this is never reached: `skip` stands before it"]);
    finds("let f = || { throw 1; print(2) };", &["warning 1:23 this is never reached: `throw` stands before it"]);
    finds("loop { break; print(1); }", &["warning 1:15 this is never reached: `break` stands before it"]);
    finds("exit(); print(1);", &["warning 1:9 this is never reached: `exit` stands before it"]);
    finds(
        "fn fail(x) { x } fail(1); platform.fail(\"other\", #{ hang: true }); print(1); if true { return; } print(2);",
        &[],
    );
}

#[test]
fn a_fault_that_nothing_can_meet_is_told() {
    let cleared = "warning 1:10 nothing can meet this fault: it is cleared before the world moves";
    finds("platform.fail(\"other\", #{ hang: true }); let x = 1; platform.clear(\"other\"); advance(1);", &[cleared]);
    finds("platform.fail(\"other\", #{ hang: true }); platform.clear();", &[cleared]);
    let later = "warning 2:10 nothing can meet this fault: that of line 1 always comes first";
    finds("platform.fail(\"other\", #{ hang: true });\nplatform.fail(\"other\", #{ status: 500 });", &[later]);
    for right in [
        "platform.fail(\"other\", #{ hang: true }); advance(1); platform.clear();",
        "fn f() { advance(1) } platform.fail(\"other\", #{ hang: true }); f(); platform.clear();",
        "platform.fail(\"other\", #{ hang: true }); platform.clear(\"subscribe\");",
        "platform.fail(\"other\", #{ hang: true, times: 1 }); platform.fail(\"other\", #{ status: 500 });",
        "platform.fail(\"other\", #{ hang: true, user: \"a\" }); platform.fail(\"other\", #{ status: 500 });",
        "platform.fail(\"other\", #{ hang: true }); advance(1); platform.clear(); platform.fail(\"other\", #{ status: 500 });",
        "platform.fail(\"other\", [#{ hang: true }, #{ status: 500 }]); platform.fail(\"subscribe\", #{ status: 500 });",
    ] {
        finds(right, &[]);
    }
}

#[test]
fn a_wait_is_found_behind_any_number_of_functions() {
    const FUNCTIONS: usize = 4_000;
    let (open, close) = ("if true { ".repeat(15), " }".repeat(15));
    let function = |number| format!("fn f{number}() {{ {open}f{}(){close} }}\n", number + 1);
    let chain: String = (0..FUNCTIONS).map(function).collect();
    let script = format!("{chain}fn f{FUNCTIONS}() {{ advance(1) }}\ncreate().on(\"auth:change\", || f0());");
    finds(&script, &["error 4001:14 a listener may not wait: `advance` does not work there"]);
}

//! Habits of JavaScript: each is told at its place, with its cure.

use super::*;

/// Holds the place, the message and the help of each script.
#[track_caller]
fn told(cases: &[(&str, &str, &str)]) {
    let host = Host::new();
    for (script, told, help) in cases {
        let diagnostic = host.compile(&source(script)).expect_err(script);
        let Diagnostic { line, column, message, .. } = &diagnostic;
        assert!(diagnostic.cause.is_broken_script(), "{diagnostic}");
        assert_eq!(format!("{line}:{column} {message}"), *told, "\n{diagnostic}\n");
        assert_eq!(diagnostic.help.as_deref().unwrap_or_default(), *help, "\n{diagnostic}\n");
    }
}

#[test]
fn a_map_begins_with_another_bracket() {
    fails(
        "let kandy = create();\nkandy.connect({\n  username: \"alice\",\n  password: \"s3cret\"\n});",
        Cause::Syntax,
        "
error: a map begins with `#{`, and `{` with statements
 --> test.rhai:2:15
  |
2 | kandy.connect({
  |               ^
  = help: write `#{ username: .. }`",
    );
    let map = "a map begins with `#{`, and `{` with statements";
    told(&[
        ("let x = { a: 1 };", &format!("1:9 {map}"), "write `#{ a: .. }`"),
        ("create({ \"a\": 1 });", &format!("1:8 {map}"), "write `#{ \"a\": .. }`"),
        ("let u = 1; let x = { u, v: 2 };", &format!("1:20 {map}"), "write `#{ u: u, .. }`"),
        ("let { code } = #{};", "1:5 a value is not taken apart here", "member by member: `let code = error.code;`"),
    ]);
    assert_eq!(failure("create().disconnect({})").notes, ["an empty map is `#{}`, not `{}`"]);
    assert_eq!(failure("if true { nobody: 1 }").message, "there is no variable `nobody` here");
}

#[test]
fn a_closure_is_no_arrow_and_no_function() {
    let (arrow, function) = ("`=>` does not make a function in Rhai", "there is no `function`");
    let closure = "a closure is written `|params| ..`, one without parameters `|| ..`";
    told(&[
        ("let f = (p) => { print(p); };", &format!("1:13 {arrow}"), closure),
        ("let f = p => print(p);", &format!("1:11 {arrow}"), closure),
        ("print(\n  () => 1);", &format!("2:6 {arrow}"), closure),
        ("print((a, b) => 1);", &format!("1:14 {arrow}"), closure),
        ("let f = |x| => x;", &format!("1:13 {arrow}"), closure),
        ("let f = function (x) { x };", &format!("1:9 {function}"), closure),
        ("function f(x) { x }", &format!("1:1 {function}"), closure),
        ("print(fn(x) { x });", "1:7 a function has its name behind `fn`, and stands by itself", closure),
    ]);
    passes("let x = switch 1 { 1 => 2, _ => 3 }; assertEq(x, 2); const y = 1; assertEq(`a ${y}`, \"a 1\");");
    assert_eq!(failure("switch 1 { 1 => nobody }").message, "there is no variable `nobody` here");
    assert_eq!(failure("switch `${nobody}` { 1 => 2 }").message, "there is no variable `nobody` here");
    assert_eq!(failure("print(`${nobody}` == null);").message, "there is no variable `nobody` here");
}

#[test]
fn brackets_of_for_and_a_single_equals_sign_have_their_cure() {
    let (brackets, list) = ("`for` has no brackets", "`for item in list { .. }`, `for i in 0..10 { .. }`");
    let (equals, compares) = ("`=` gives a variable its value, and stands by itself", "`a == b` compares");
    told(&[
        ("for (let i = 0; i < 3; i += 1) { }", &format!("1:5 {brackets}"), list),
        ("for (i = 0; i < 3; i += 1) { }", &format!("1:5 {brackets}"), list),
        ("for (x of [1]) { }", &format!("1:5 {brackets}"), list),
        ("for (x in [1]) { }", &format!("1:5 {brackets}"), list),
        ("let x = 1; assert(x = 1);", &format!("1:21 {equals}"), compares),
        ("let x = 1; if (x = 1) { }", &format!("1:18 {equals}"), compares),
    ]);
    passes("for (x, i) in [1] { assertEq(x, i + 1); } let y = 0; let f = || { y = 1; }; f.call(); assert(y == 1);");
}

#[test]
fn words_of_javascript_have_their_cure() {
    let wait = "wait for what it brings about:\n`waitUntil(|| kandy.getConnection().isConnected)`";
    let (time, own_time) = ("let it pass: `advance(\"1s\")`", "a scenario has its own time");
    let checks = "`assertEq(actual, expected)`, `assertNe`, `assertMatch(text, regex)`, `assert(condition)`";
    let (print, file) = (
        "`print(value)` writes a line of the transcript",
        "a file is one scenario, and begins with what it shows as a comment",
    );
    let new = "a client comes from `create()`, an error from `throw \"message\"`";
    told(&[
        ("let x = null;", "1:9 Rhai's word is `()`, not `null`", "`value == ()` asks for it"),
        ("print(1 == undefined);", "1:12 Rhai's word is `()`, not `undefined`", "`value == ()` asks for it"),
        ("let x = await f();", "1:9 there is no `await`: a call is done when it returns", wait),
        ("async fn f() { }", "1:1 there is no `async`: a call is done when it returns", "leave the word out"),
        ("setTimeout(|| print(1), 10);", &format!("1:1 there is no `setTimeout`: {own_time}"), time),
        ("let x = setInterval(|| 1, 10);", &format!("1:9 there is no `setInterval`: {own_time}"), time),
        ("fn f(x) {\n  expect(x).toBe(2);\n}", "2:3 there is no `expect(..)`", checks),
        ("describe(\"x\", || { });", "1:1 there is no `describe`", file),
        ("it(\"x\", || { });", "1:1 there is no `it`", file),
        ("test(\"x\", || { });", "1:1 there is no `test`", file),
        ("alert(1);", "1:1 there is no `alert`", print),
        (
            "let x = require(\"x\");",
            "1:9 there is no `require`",
            "`import \"lib/users\" as users;` takes a module from the scenario's root",
        ),
        ("console.log(\"x\");", "1:1 there is no `console`", print),
        ("var x = 1;", "1:1 a variable is declared by `let`, not by `var`", "such as `let kandy = create();`"),
        ("throw new Error(\"x\");", "1:7 there is no `new`", new),
        ("JSON.stringify(1);", "1:1 there is no `JSON`", "`value.to_json()`, `parse_json(text)`"),
        (
            "Math.max(1, 2);",
            "1:1 there is no `Math`: numbers have its functions",
            "such as `max(a, b)`, `x.floor()`, `x.abs()`",
        ),
        ("typeof 5", "1:1 there is no `typeof`", "`type_of(value)` gives a text such as \"map\""),
        (
            "class A { }",
            "1:1 there are no classes",
            "maps hold values: `#{ name: \"alice\" }`; `fn name(params) { .. }` is a function",
        ),
        ("let x = #{}; delete x.a;", "1:14 there is no `delete`", "`map.remove(\"key\")`"),
        (
            "try { } catch { } finally { }",
            "1:19 there is no `finally`",
            "write it behind the `try { .. } catch { .. }`",
        ),
    ]);
    passes("fn expect(x) { x } assertEq(expect(1), 1);");
}

#[test]
fn signs_of_javascript_have_their_cure() {
    let loops = "`for item in list { .. }`, `for i in 0..10 { .. }`";
    told(&[
        ("assert(now() === 1);", "1:14 there is one equality in Rhai, `==`", "`a == b`"),
        ("assert(now() !== 1);", "1:14 there is one inequality in Rhai, `!=`", "`a != b`"),
        ("let x = 1; x++;", "1:13 there is no `++`", "`x += 1`"),
        ("let x = 1; x--;", "1:13 there is no `--`", "`x -= 1`"),
        ("let a = [...[1]];", "1:10 there is no `...`", "`+` joins arrays, and maps: `list + [1]`"),
        (
            "let x = true ? 1 : 2;",
            "1:14 there is no `? :`",
            "`if` gives a value: `let x = if condition { 1 } else { 2 };`",
        ),
        ("let a = 'abc';", "1:9 text stands in double quotes", "write `\"abc\"`"),
        ("for (let i = 0; i < 3; i++) { }", "1:5 `for` has no brackets", loops),
        (
            "import x from \"lib/x\";",
            "1:1 a module is imported as a whole",
            "Kandy's functions are there without an import; of your own: `import \"lib/users\" as users;`",
        ),
    ]);
}

#[test]
fn what_is_missing_is_shown_where_it_should_be() {
    fails(
        "let x = 1 // one\n\nlet y = 2;",
        Cause::Syntax,
        "
error: a `;` is missing here
 --> test.rhai:1:10
  |
1 | let x = 1 // one
  |          ^",
    );
    fails(
        "print((1 + 2;\nprint(3);",
        Cause::Syntax,
        "
error: this `(` is not closed
 --> test.rhai:1:7
  |
1 | print((1 + 2;
  |       ^
  = note: a `)` is missing before `;` in line 1, column 13",
    );
    told(&[
        ("let x = [1, 2\nlet y = 3;", "1:9 this `[` is not closed", ""),
        ("if true {\n  print(1);\n", "1:9 this `{` is not closed", ""),
        ("fn f() {\n  if true {\n}\n", "1:8 this `{` is not closed", ""),
        ("create(#{ a: \"}\" );", "1:8 this `#{` is not closed", ""),
        ("waitUntil(|| true;\n", "1:10 this `(` is not closed", ""),
        ("assert(true;\n", "1:7 this `(` is not closed", ""),
        ("print(1));", "1:9 this `)` closes nothing", ""),
        ("print(1 2);", "1:9 expecting ',' to separate the arguments to function call 'print'", ""),
    ]);
}

#[test]
fn a_script_may_say_by_what_it_runs() {
    fails(
        "#!/usr/bin/env -S kandy-harness run\n// Ends.\nfail(\"no\");",
        Cause::Check,
        "
error: no
 --> test.rhai:3:1
  |
3 | fail(\"no\");
  | ^",
    );
}

#[test]
fn the_length_of_something_is_a_function() {
    let length = "`len()` gives how many there are: `list.len()`";
    for (script, cure) in [
        ("let list = [1]; print(list.length);", length),
        ("let name = \"alice\"; print(name.length);", length),
        ("let list = [1]; print(list.len_of);", ""),
        ("let list = [1]; print(list.sort);", "`sort` is a function: `sort(..)`"),
    ] {
        assert_eq!(failure(script).help.unwrap_or_default(), cure, "{script}");
    }
}

#[test]
fn a_let_declares_one_variable() {
    let (one, each) = ("a `let` declares one variable", "each on its own: `let a = 1; let b = 2;`");
    told(&[
        ("let a = 1, b = 2;", &format!("1:10 {one}"), each),
        ("print(1);\nconst a = 1, b = 2;", &format!("2:12 {one}"), each),
        ("print(1), print(2);", "1:9 a `;` is missing here", ""),
    ]);
}

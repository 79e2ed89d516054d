//! Broken scripts: each is told in the words of who wrote it.

use super::*;

#[test]
fn an_unknown_function_names_the_nearest() {
    fails(
        "let kandy = create();\nkandy.conect(#{ username: \"alice\" });",
        Cause::UnknownFunction,
        "
error: a client has no function `conect`
 --> test.rhai:2:7
  |
2 | kandy.conect(#{ username: \"alice\" });
  |       ^
  = help: did you mean `connect`?",
    );
    for (script, message, help) in [
        (
            "assertEqual(1, 1)",
            "there is no function `assertEqual` that takes an integer and an integer",
            "did you mean `assertEq`?",
        ),
        ("platform.addUsr(\"a\", \"b\")", "the platform has no function `addUsr`", "did you mean `addUser`?"),
        (
            "create().addUser(\"a\", \"b\")",
            "a client has no function `addUser`",
            "platform.addUser(name, password), platform.addUser(name, password, options)",
        ),
        (
            "waitFor(\"auth:change\")",
            "there is no function `waitFor` that takes a string",
            "kandy.waitFor(event), kandy.waitFor(event, timeout)",
        ),
        (
            "create().connection.resetConection()",
            "a client's `connection` has no function `resetConection`",
            "did you mean `resetConnection`?",
        ),
        ("\"x\".lenn()", "there is no function `lenn` that takes a string", "did you mean `len`?"),
        ("lenn(())", "there is no function `lenn` that takes ()", "did you mean `len`?"),
        ("fn login(x) { x } logn(1)", "there is no function `logn` that takes an integer", "did you mean `login`?"),
        (
            "create().getConnection().isConnected()",
            "there is no function `isConnected` that takes a map",
            "`isConnected` is a key: read it without brackets",
        ),
        ("create().conection", "a client has no property `conection`", "did you mean `connection`?"),
        (
            "create().getConnection.isConnected",
            "a client has no property `getConnection`",
            "`getConnection` is a function: `getConnection(..)`",
        ),
    ] {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::UnknownFunction, message));
        assert_eq!(diagnostic.help.as_deref(), Some(help), "{diagnostic}");
    }
}

#[test]
fn wrong_arguments_are_told_in_plain_words() {
    for (script, message, help) in [
        (
            "create().waitFor(5)",
            "`waitFor` does not take an integer",
            Some("kandy.waitFor(event), kandy.waitFor(event, timeout)"),
        ),
        ("create().on(\"auth:change\")", "`on` does not take a string", Some("kandy.on(event, |params| ..)")),
        (
            "assertEq(1)",
            "`assertEq` does not take an integer",
            Some("assertEq(actual, expected), assertEq(actual, expected, message)"),
        ),
        ("create().disconnect(true)", "`disconnect` does not take a boolean", Some("kandy.disconnect()")),
        ("fn login(a, b) { a } login(1)", "`login` takes 2 arguments, not 1", None),
        ("fn login(a) { a } login()", "`login` takes 1 argument, not 0", None),
        (
            "fn login(a) { a } create().login()",
            "`login` is a function of the script, and not a method",
            Some("call it as `login(..)`"),
        ),
    ] {
        let diagnostic = failure(script);
        assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Argument, message));
        assert_eq!(diagnostic.help.as_deref(), help, "{diagnostic}");
    }
    assert_eq!(failure("create() + 1").message, "`+` does not work on a client and an integer");
    assert_eq!(failure("-\"x\"").message, "`-` does not work on a string");
}

#[test]
fn an_unknown_variable_is_found_when_compiling() {
    let host = Host::new();
    let compile = |text: &str| host.compile(&source(text)).unwrap_err();
    let misspelt = compile("let kandy = create();\nknady.connect();");
    assert_eq!((misspelt.cause, misspelt.line, misspelt.column), (Cause::UnknownVariable, 2, 1));
    assert_eq!(misspelt.help.as_deref(), Some("did you mean `kandy`?"));
    let function = compile("let kandy = create();\nfn login() { kandy.connect(#{}) }");
    assert!(function.notes[0].starts_with("a function does not see the variables of the script"), "{function}");
    let closure = compile("let f = |x| x + y;");
    assert_eq!(closure.message, "there is no variable `y` here");
    assert!(compile("let f = create;").help.unwrap().contains("|value| create(value)"));
    assert_eq!(compile("users::alice()").message, "no module is imported as `users`");
}

#[test]
fn a_syntax_error_has_its_place() {
    fails(
        "let x = #{ a: 1 b: 2 };",
        Cause::Syntax,
        "
error: expecting ',' to separate the items of this object map literal
 --> test.rhai:1:17
  |
1 | let x = #{ a: 1 b: 2 };
  |                 ^",
    );
    assert_eq!(failure("let x = \"abc").message, "the string does not end");
    assert_eq!(failure("let x = ").message, "the script ends too early");
    assert_eq!(failure("let goto = 1;").message, "`goto` is a reserved word of Rhai");
}

#[test]
fn a_key_that_is_there_twice_is_named() {
    let diagnostic = failure("let rows = #{ a: 1, b: #{ c: 1, c: 2 } };");
    assert_eq!((diagnostic.cause, &*diagnostic.message), (Cause::Syntax, "the map has two keys `c`"));
}

#[test]
fn a_comment_ends_where_it_is_seen_to_end() {
    passes("// one\r\nprint(1);\r\n// two\r\n");
    fails(
        "print(1);\n// nothing\rfail(\"no\");\n",
        Cause::Syntax,
        "
error: a carriage return stands alone, without the line feed that would break
       the line
 --> test.rhai:2:11
  |
2 | // nothing\\rfail(\"no\");
  |           ^
  = help: save the script with line breaks of Unix or Windows",
    );
}

#[test]
fn rhais_own_errors_are_placed_and_told() {
    for (script, message) in [
        ("let m = #{ isConnected: 1 }; m.isConected", "the map has no key `isConected`"),
        ("[1][5]", "array index 5 out of bounds: only 1 element in array"),
        ("1 / 0", "division by zero: 1 / 0"),
        ("throw #{ a: 1 }", "uncaught exception: #{a: 1}"),
        ("throw", "uncaught exception: ()"),
        ("if 5 { }", "expecting a boolean expression, not a number"),
        ("let x = 5; if x { print(1); }", "a boolean is wanted here, not an integer"),
        ("const X = 1; X += 1;", "cannot assign to constant X"),
    ] {
        let diagnostic = failure(script);
        assert_eq!(&*diagnostic.message, message, "{diagnostic}");
        assert_eq!(diagnostic.line, 1, "{diagnostic}");
    }
    let misspelt = failure("let kandy = create();\nassert(kandy.getConnection().isConected)");
    assert_eq!((misspelt.cause, misspelt.line), (Cause::UnknownFunction, 2), "a script is broken: {misspelt}");
}

#[test]
fn an_error_in_a_closure_or_function_is_placed_there() {
    let diagnostic = failure("fn f(x) {\n  x.foo\n}\nlet g = |x| f(x);\n[1].map(|x| g.call(x));");
    assert_eq!((diagnostic.line, diagnostic.column), (2, 5), "{diagnostic}");
}

//! Imports: inside the scenario root only, and compiled anew when their text changes.

use std::fs;

use super::*;

/// A folder of modules that goes away with the value.
struct Root(PathBuf);

impl Root {
    fn new(name: &str, modules: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("kandy-imports-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        let root = Self(path);
        modules.iter().for_each(|(name, text)| root.write(name, text));
        root
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join("root").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn source(&self, text: &str) -> Source {
        let root = self.0.join("root");
        Source { path: root.join("main.rhai"), shown: "main.rhai".into(), root, text: text.into() }
    }

    /// The diagnostic of a script, with the root's path taken out.
    #[track_caller]
    fn failure(&self, text: &str) -> (Cause, String) {
        match run_source(&self.source(text), &Limits::default()).verdict {
            Verdict::Failed(diagnostic) => {
                let shown = diagnostic.to_string().replace("\n          ", " ").replace("\n       ", " ");
                (diagnostic.cause, shown.replace(&format!("{}/root", self.0.display()), "ROOT"))
            }
            verdict => panic!("{verdict:?}"),
        }
    }

    #[track_caller]
    fn passes(&self, text: &str) -> ScriptOutcome {
        let outcome = run_source(&self.source(text), &Limits::default());
        if let Verdict::Failed(diagnostic) = &outcome.verdict {
            panic!("{diagnostic}\n\n{}", outcome.trace);
        }
        outcome
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const USERS: &str = r#"
export const NAME = "alice";
fn helper(params) { print(`helper: ${params.reason == ()}`); }
fn add() {
    platform.addUser("alice", "x");
    let kandy = create((), "alice");
    kandy.on("auth:change", |params| helper(params));
    kandy.on("auth:change", || print(kandy.getConnection().isPending));
    kandy
}
fn check(kandy) {
    assertEq(kandy.getConnection().isConnected, true);
}
fn broken(kandy) {
    kandy.on("auth:change", |params| params.nope);
}
"#;

#[test]
fn modules_have_the_platform_and_closures_that_keep_their_surroundings() {
    let root = Root::new("users", &[("lib/users.rhai", USERS)]);
    let outcome = root.passes(
        "import \"lib/users\" as users;\nlet kandy = users::add(); kandy.disconnect(); kandy.waitFor(\"auth:change\");
         assertEq(users::NAME, \"alice\"); import \"lib/users.rhai\" as again; again::helper(#{ reason: 1 });",
    );
    let transcript = outcome.trace.to_string();
    assert!(transcript.contains("print     helper: true"), "{transcript}");
    assert!(transcript.contains("print     true"), "{transcript}");
}

#[test]
fn a_failure_in_a_module_is_placed_there() {
    let root = Root::new("placed", &[("lib/users.rhai", USERS), ("top.rhai", "let x = 1;\nx.foo;")]);
    let (cause, shown) = root.failure("import \"lib/users\" as users;\nusers::check(users::add());");
    assert_eq!(cause, Cause::Check);
    assert!(shown.contains("--> ROOT/lib/users.rhai:12:5\n   |\n12 |     assertEq("), "{shown}");

    let (_, shown) =
        root.failure("import \"lib/users\" as users;\nlet k = users::add(); users::broken(k); k.disconnect();");
    assert!(shown.contains("--> ROOT/lib/users.rhai:15:45"), "{shown}");

    let (cause, shown) = root.failure("import \"top\" as top;");
    assert_eq!(cause, Cause::UnknownFunction);
    assert!(shown.contains("--> ROOT/top.rhai:2:3\n"), "{shown}");
}

#[test]
fn a_missing_module_is_found_when_compiling_with_what_was_tried() {
    let root = Root::new("missing", &[("lib/users.rhai", USERS), ("a.rhai", "import \"b\" as b;")]);
    let (cause, shown) = root.failure("fail(\"never\");\nif now() > 1 { import \"lib/user\" as users; users::add(); }");
    assert_eq!(cause, Cause::Import);
    assert_eq!(
        shown,
        "error: there is no module \"lib/user\"
 --> main.rhai:2:23
  |
2 | if now() > 1 { import \"lib/user\" as users; users::add(); }
  |                       ^
  = note: ROOT/lib/user.rhai cannot be read: no such file
  = note: imports are looked for in the scenario root, ROOT
  = help: did you mean `lib/users`?"
    );
    let (cause, shown) = root.failure("import \"a\" as a;");
    assert_eq!(cause, Cause::Import);
    assert!(shown.contains("there is no module \"b\"\n --> ROOT/a.rhai:1:8"), "{shown}");
    let (cause, _) = root.failure("let name = \"nope\"; import name as a;");
    assert_eq!(cause, Cause::Import);
}

#[test]
fn nothing_outside_the_root_is_imported() {
    let root = Root::new("outside", &[("inside/deep.rhai", "fn f() { 5 }")]);
    fs::write(root.0.join("secret.rhai"), "fn f() { 5 }").unwrap();
    let secret = root.0.join("secret");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(root.0.join("secret.rhai"), root.0.join("root/link.rhai")).unwrap();
        std::os::unix::fs::symlink(&root.0, root.0.join("root/folder")).unwrap();
    }
    for name in ["../secret", "link", "folder/secret", "inside/../../secret", secret.to_str().unwrap()] {
        let (cause, shown) = root.failure(&format!("import \"{name}\" as x; x::f();"));
        assert_eq!(cause, Cause::Import, "{shown}");
        assert!(shown.contains("is outside the scenario root"), "{shown}");
        let (cause, shown) = root.failure(&format!("let name = \"{name}\"; import name as x; x::f();"));
        assert_eq!(cause, Cause::Import, "{shown}");
    }
    root.passes("import \"inside/../inside/deep\" as deep; assertEq(deep::f(), 5);");
}

#[test]
fn modules_that_import_each_other_are_refused() {
    let root = Root::new(
        "circle",
        &[
            ("a.rhai", "import \"b\" as b;"),
            ("b.rhai", "import \"a\" as a;"),
            ("main.rhai", ""),
            ("c.rhai", "import \"main\" as m;"),
            ("d.rhai", "let name = \"d\"; import name as d;"),
        ],
    );
    let (cause, shown) = root.failure("import \"a\" as a;");
    assert_eq!(cause, Cause::Import);
    assert!(shown.starts_with("error: the modules import each other: a -> b -> a\n --> ROOT/b.rhai:1:8"), "{shown}");
    assert!(root.failure("import \"c\" as c;").1.contains("main -> c -> main"));
    assert!(root.failure("import \"d\" as d;").1.contains("d -> d"));
}

#[test]
fn a_changed_module_is_compiled_anew_and_a_broken_one_stays_broken() {
    let root = Root::new("fresh", &[("lib.rhai", "fn f() { 1 }")]);
    let host = Host::new();
    let source = root.source("import \"lib\" as lib; print(lib::f());");
    let run = || {
        let script = host.compile(&source).map_err(Box::new)?;
        Ok::<_, Box<Diagnostic>>(host.run(&script, &Limits::default()).trace.tail(1))
    };
    assert!(run().unwrap().ends_with("1\n"));
    root.write("lib.rhai", "fn f() { 2 }");
    assert!(run().unwrap().ends_with("2\n"));
    root.write("lib.rhai", "fn f( {");
    for _ in 0..2 {
        let diagnostic = run().unwrap_err();
        assert_eq!(
            (diagnostic.cause, diagnostic.line, diagnostic.source_line.as_deref()),
            (Cause::Syntax, 1, Some("fn f( {"))
        );
    }
    root.write("lib.rhai", "fn f() { 2 }");
    assert!(run().unwrap().ends_with("2\n"));
}

#[test]
fn what_is_no_text_file_is_refused() {
    let root = Root::new("odd", &[("x.rhai/y.rhai", "")]);
    fs::write(root.0.join("root/binary.rhai"), [0xff, 0xfe, 0]).unwrap();
    fs::write(root.0.join("root/huge.rhai"), " ".repeat(2 << 20)).unwrap();
    for (name, why) in
        [("x", "it is not a file"), ("binary", "it is not UTF-8"), ("huge", "it is larger than 1048576 bytes")]
    {
        let (cause, shown) = root.failure(&format!("import \"{name}\" as x;"));
        assert_eq!(cause, Cause::Import);
        assert!(shown.contains(why), "{shown}");
    }
}

#[test]
fn an_action_in_a_module_is_named_with_its_script() {
    let root = Root::new("action", &[("lib/breaks.rhai", "fn drop_all() {\n    platform.offline();\n}")]);
    let (cause, text) = root.failure(
        "import \"lib/breaks\" as breaks;
         let kandy = create();
         kandy.disconnect();
         advance(0);
         breaks::drop_all();
         kandy.waitFor(\"auth:change\", \"1s\");",
    );
    assert_eq!(cause, Cause::Wait);
    assert!(text.contains("before line 2 of ROOT/lib/breaks.rhai (offline)"), "{text}");
}

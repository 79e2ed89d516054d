//! Rows: a script that runs once for each.

use super::*;

const ROWS: &str = "let case = cases(#{ \"b\": #{ status: 503 }, a: #{ status: 401 } });\n";

#[track_caller]
pub(super) fn run_row(text: &str, row: Option<&str>) -> ScriptOutcome {
    std::thread::scope(|scope| {
        let run = || {
            let host = Host::new();
            let script = host.compile(&source(text)).unwrap();
            host.run_row_in(World::default(), &script, row, &Limits::default())
        };
        let thread = std::thread::Builder::new().stack_size(Limits::STACK_BYTES);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

#[test]
fn each_row_has_its_value() {
    for (row, status) in [("a", 401), ("b", 503)] {
        let outcome = run_row(&format!("{ROWS}assertEq(case.status, {status});"), Some(row));
        assert_eq!(outcome.verdict, Verdict::Passed, "{row}");
    }
    let computed = "const case = cases(#{ a: 1 + 1, b: || 3 });\nassertEq(case, 2);";
    assert_eq!(run_row(computed, Some("a")).verdict, Verdict::Passed);
}

#[test]
fn elsewhere_there_are_no_rows() {
    let message = "`cases` stands only in the first statement of a scenario";
    for text in [
        "print(1);\nlet case = cases(#{ a: 1 });",
        "let f = |x| cases(#{ a: x });\nf.call(1);",
        "let all = #{ a: 1 };\nlet case = cases(all);",
    ] {
        let failed = failure(text);
        assert_eq!((failed.cause, failed.message.as_str()), (Cause::Argument, message), "{text}");
    }
    let again = run_row(&format!("{ROWS}let more = cases(#{{ a: 1 }});"), Some("a"));
    assert!(matches!(again.verdict, Verdict::Failed(failed) if failed.message == message && failed.line == 2));
}

#[test]
fn a_first_statement_that_makes_no_rows_is_broken() {
    for (text, message, column) in [
        (
            "let case = cases(rows());",
            "`cases` takes a map that is written out, so that its rows are known before it runs",
            18,
        ),
        ("let case = cases(#{});", "`cases` has no rows", 18),
        ("let case = cases(#{ \"a\": 1, \"a\": 2 });", "`cases` has two rows of this name", 29),
        (
            "let case = cases(#{ \"a/b\": 1 });",
            "the name of a row is empty, too long, or has a character that no file name should have",
            21,
        ),
    ] {
        let failed = failure(text);
        assert_eq!((failed.message.as_str(), failed.line, failed.column), (message, 1, column), "{text}");
        assert!(failed.cause.is_broken_script(), "{failed}");
    }
}

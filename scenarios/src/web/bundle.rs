//! Modules as one script: a page that is opened as a file cannot import any.

/// One module: the name by which others import it, and its text.
pub(crate) type Module = (&'static str, &'static str);

/// A script that does what the last module does when a browser loads it. Each stands in a scope of its own, behind those that
/// it imports from.
///
/// It knows the modules of these pages, and no others: an `import` stands on one line and names what it takes, an `export`
/// stands before what it exports.
pub(crate) fn bundle(modules: &[Module]) -> String {
    let mut script = String::from("(() => {\n\"use strict\";\nconst modules = {};\n");
    for (name, text) in modules {
        script.push_str("(() => {\n");
        for line in text.lines() {
            match imported(line) {
                Some((names, from)) => script.push_str(&format!("const {{ {names} }} = modules[\"{from}\"];")),
                None => script.push_str(line.strip_prefix("export ").unwrap_or(line)),
            }
            script.push('\n');
        }
        let names: Vec<&str> = text.lines().filter_map(exported).collect();
        script.push_str(&format!("modules[\"{name}\"] = {{ {} }};\n}})();\n", names.join(", ")));
    }
    script.push_str("})();\n");
    script
}

/// The names that a line imports, and from which module.
fn imported(line: &str) -> Option<(&str, &str)> {
    let (names, from) = line.strip_prefix("import { ")?.split_once(" } from \"./")?;
    Some((names, from.strip_suffix("\";")?))
}

/// The name of what a line exports.
fn exported(line: &str) -> Option<&str> {
    let declared = line.strip_prefix("export ")?;
    let declared = declared.strip_prefix("async ").unwrap_or(declared);
    let (_, name) = declared.split_once(' ')?;
    name.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next()
}

/// What is wrong with modules that should be bundled, for the tests of those who have some: a line that [`bundle`] does not
/// know, or an import of what no earlier module exports.
#[cfg(test)]
pub(crate) fn mistakes(modules: &[Module]) -> Vec<String> {
    let mut mistakes = Vec::new();
    for (index, (name, text)) in modules.iter().enumerate() {
        for line in text.lines() {
            if line.starts_with("import") {
                let known = imported(line).and_then(|(names, from)| {
                    let (_, text) = modules[..index].iter().find(|(other, _)| *other == from)?;
                    let exports: Vec<&str> = text.lines().filter_map(exported).collect();
                    Some(names.split(", ").all(|name| exports.contains(&name)))
                });
                if known != Some(true) {
                    mistakes.push(format!("{name}: {line}"));
                }
            }
            let is_declared = ["function ", "async function ", "class ", "const "];
            let exports = line.strip_prefix("export ");
            if exports.is_some_and(|rest| !is_declared.iter().any(|word| rest.starts_with(word))) {
                mistakes.push(format!("{name}: {line}"));
            }
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: Module =
        ("number.js", "const PRIVATE = 1;\nexport const A_NUMBER = PRIVATE;\nexport async function later() {}\n");
    const PAGE: Module = ("page.js", "import { A_NUMBER, later } from \"./number.js\";\nlater(A_NUMBER);\n");

    #[test]
    fn modules_become_scopes_of_one_script() {
        let script = bundle(&[NUMBER, PAGE]);
        let expected = "\
(() => {
\"use strict\";
const modules = {};
(() => {
const PRIVATE = 1;
const A_NUMBER = PRIVATE;
async function later() {}
modules[\"number.js\"] = { A_NUMBER, later };
})();
(() => {
const { A_NUMBER, later } = modules[\"number.js\"];
later(A_NUMBER);
modules[\"page.js\"] = {  };
})();
})();
";
        assert_eq!(script, expected);
        assert_eq!(mistakes(&[NUMBER, PAGE]), [""; 0]);
    }

    #[test]
    fn what_would_not_work_is_found() {
        assert_eq!(mistakes(&[PAGE, NUMBER]).len(), 1, "it stands before what it imports");
        for text in [
            "import { A_NUMBER as n } from \"./number.js\";",
            "import number from \"./number.js\";",
            "import \"./number.js\";",
            "import { PRIVATE } from \"./number.js\";",
            "import {",
            "export default 1;",
            "export { a };",
            "export let a = 1;",
        ] {
            assert_eq!(mistakes(&[NUMBER, ("x.js", text)]).len(), 1, "{text}");
        }
    }
}

//! The files that a script imports, read from the text alone, so also those of a script that does not compile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file;
use crate::script::scan::{Piece, PieceKind, pieces};

/// The most modules of one script that are followed.
const MAX_MODULES: usize = 10_000;

/// What a script imports, and what that imports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The texts of the modules by their files; nothing where there is none that can be read.
    pub(crate) modules: BTreeMap<PathBuf, Option<String>>,
    /// Whether the name of some module is made when the script runs, so that it may be any.
    pub(crate) is_open: bool,
}

impl Reach {
    /// What the script with this text imports, whose root is `root`.
    pub(crate) fn of(root: &Path, text: &str) -> Self {
        let mut reach = Self::default();
        let mut names = reach.names(text);
        while let Some(name) = names.pop() {
            let (path, found) = match file::locate(root, &name) {
                Ok((path, _)) => (path, true),
                // It may come to be there.
                Err(_) => (file::tried(root, &name), false),
            };
            if reach.modules.contains_key(&path) {
                continue;
            }
            if reach.modules.len() == MAX_MODULES {
                reach.is_open = true;
                break;
            }
            let text = found.then(|| file::read(&path, &name).ok()).flatten();
            names.extend(text.iter().flat_map(|text| reach.names(text)));
            reach.modules.insert(path, text);
        }
        reach
    }

    /// The names that are written out behind `import`.
    fn names(&mut self, text: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut pieces = pieces(text, 0).peekable();
        while let Some(piece) = pieces.next() {
            if !piece.is_word("import") {
                continue;
            }
            let name = pieces.next_if(|piece| piece.kind == PieceKind::Text).and_then(written_out);
            let is_all = pieces.peek().is_none_or(|next| next.is_word("as") || next.is(";") || next.is("}"));
            match name.filter(|_| is_all) {
                Some(name) => names.push(name),
                None => self.is_open = true,
            }
        }
        names
    }
}

/// The text of a literal, unless something is still to be put into it.
fn written_out(piece: Piece<'_>) -> Option<String> {
    let text = piece.text.strip_prefix(['"', '`'])?.strip_suffix(['"', '`'])?;
    (!text.contains('\\') && !text.contains("${")).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::file::scratch::Folder;

    fn folder(test: &str, files: &[(&str, &str)]) -> Folder {
        let folder = Folder::new(test);
        fs::create_dir(folder.join("lib")).unwrap();
        for (file, text) in files {
            fs::write(folder.join(file), text).unwrap();
        }
        folder
    }

    /// The modules that are reached, and whether it may be others.
    fn reach(folder: &Folder, text: &str) -> (Vec<String>, bool) {
        let Reach { modules, is_open } = Reach::of(folder.path(), text);
        let root = folder.path().canonicalize().unwrap();
        let name = |path: &PathBuf| {
            let path = path.strip_prefix(&root).or_else(|_| path.strip_prefix(folder.path())).unwrap();
            path.to_str().unwrap().to_owned()
        };
        (modules.keys().map(name).collect(), is_open)
    }

    #[test]
    fn modules_are_reached_through_modules_and_in_a_circle_once() {
        let files = [
            ("lib/a.rhai", "import \"lib/b\" as b;\nfn f() { b::g() }"),
            ("lib/b.rhai", "import `lib/a` as a; import \"lib/none\" as none;"),
            ("lib/c.rhai", "let broken = ;"),
        ];
        let folder = folder("reach", &files);
        let text =
            "// import \"lib/x\" as x;\nimport \"lib/a.rhai\" as a;\nlet x = \"import `lib/y`\";\nlet broken = ;";
        let all = ["lib/a.rhai", "lib/b.rhai", "lib/none.rhai"].map(str::to_owned).to_vec();
        assert_eq!(reach(&folder, text), (all, false));
        assert_eq!(reach(&folder, "if true { import \"lib/c\" }"), (vec!["lib/c.rhai".to_owned()], false));
        assert_eq!(reach(&folder, "assert(true);"), (Vec::new(), false));
        let texts = Reach::of(folder.path(), text).modules.into_values().filter(Option::is_some).count();
        assert_eq!(texts, 2, "one of them is not there");
    }

    #[test]
    fn a_name_that_is_made_may_be_any() {
        let folder = folder("reach-open", &[]);
        for text in ["import name as x;", "import \"lib/\" + name as x;", "import `lib/${name}` as x;", "import"] {
            assert_eq!(reach(&folder, text), (Vec::new(), true), "{text}");
        }
    }
}

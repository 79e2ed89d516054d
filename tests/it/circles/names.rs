//! What a source names, by its tokens: so comments and texts do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::slice::Iter;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What stands between the segments of a path.
pub(super) const BETWEEN: &str = "::";

/// What the file of a module says of others. Paths are whole: from the root of the crate on, without `crate`.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The modules that it declares and that have files of their own.
    pub(super) files: BTreeSet<String>,
    /// What it gives on with `pub use`: paths by names.
    pub(super) given_on: BTreeMap<String, String>,
    /// What it names.
    pub(super) paths: BTreeSet<String>,
}

impl Names {
    /// What is there in tests alone does not count.
    pub(super) fn of(module: &str, code: &str) -> Self {
        let tokens: TokenStream = code.parse().unwrap_or_else(|error| panic!("{module}: {error}"));
        let module: Vec<String> = module.split(BETWEEN).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut found = Found::default();
        found.look_through(tokens, &module);
        found.understood(&module)
    }
}

/// What stands in a file, as it is written, each path with the module in which it stands.
#[derive(Default)]
struct Found {
    /// Modules that are declared, and whether they have files of their own.
    modules: BTreeMap<Vec<String>, bool>,
    imports: Vec<Import>,
    paths: Vec<(Vec<String>, Vec<String>)>,
}

/// One name that a `use` brings.
struct Import {
    module: Vec<String>,
    is_public: bool,
    path: Vec<String>,
    name: String,
}

impl Found {
    fn look_through(&mut self, stream: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut tokens = tokens.iter();
        let mut is_public = false;
        // Behind `::` or a dot stands a member of something else.
        let mut before = ['\0'; 2];
        while let Some(token) = tokens.next() {
            let was_public = mem::take(&mut is_public);
            let is_member = before == [':', ':'] || before[1] == '.' && before[0] != '.';
            before = [before[1], '\0'];
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let is_inner = next_is(&tokens, '!') && tokens.next().is_some();
                    let is_of_tests =
                        matches!(tokens.next(), Some(TokenTree::Group(group)) if is_cfg_test(group.stream()));
                    if is_of_tests && is_inner {
                        return;
                    }
                    if is_of_tests {
                        skip_item(&mut tokens);
                    }
                }
                TokenTree::Punct(punct) => before[1] = punct.as_char(),
                // As in `pub(crate)`.
                TokenTree::Group(group) if was_public && group.delimiter() == Delimiter::Parenthesis => {
                    is_public = true;
                }
                TokenTree::Group(group) => self.look_through(group.stream(), module),
                TokenTree::Ident(ident) if ident == "pub" => is_public = true,
                TokenTree::Ident(ident) if ident == "mod" => self.declare(&mut tokens, module),
                // `use<..>` says what a type captures.
                TokenTree::Ident(ident) if ident == "use" && !next_is(&tokens, '<') => {
                    self.import(&mut tokens, module, was_public, &[]);
                }
                TokenTree::Ident(ident) if !is_member => {
                    self.paths.push((module.to_owned(), path(ident.to_string(), &mut tokens)));
                }
                TokenTree::Ident(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// `mod name;` or `mod name { .. }`.
    fn declare(&mut self, tokens: &mut Iter<'_, TokenTree>, module: &[String]) {
        let Some(TokenTree::Ident(name)) = tokens.next() else { return };
        let name = [module, &[name.to_string()]].concat();
        match tokens.next() {
            Some(TokenTree::Group(body)) => {
                self.modules.insert(name.clone(), false);
                self.look_through(body.stream(), &name);
            }
            _ => _ = self.modules.insert(name, true),
        }
    }

    /// One tree behind `use`, below `above`, up to its end.
    fn import(&mut self, tree: &mut Iter<'_, TokenTree>, module: &[String], is_public: bool, above: &[String]) {
        let mut path = above.to_owned();
        let mut name = None;
        while let Some(token) = tree.next() {
            match token {
                TokenTree::Group(group) => {
                    let below: Vec<TokenTree> = group.stream().into_iter().collect();
                    let mut below = below.iter();
                    while !below.as_slice().is_empty() {
                        self.import(&mut below, module, is_public, &path);
                    }
                    // A comma may follow.
                    path.clear();
                }
                TokenTree::Ident(ident) if ident == "as" => name = tree.next().map(ToString::to_string),
                // `a::{self}` is `a`.
                TokenTree::Ident(ident) if ident == "self" && !above.is_empty() => {}
                TokenTree::Ident(ident) => path.push(ident.to_string()),
                TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => break,
                TokenTree::Punct(punct) if punct.as_char() == '*' => path.push("*".to_owned()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        if let Some(last) = path.last() {
            let name = name.unwrap_or_else(|| last.clone());
            self.imports.push(Import { module: module.to_owned(), is_public, path, name });
        }
    }

    /// What the names of the file stand for, which is known when all of it was looked through.
    fn understood(self, file: &[String]) -> Names {
        let mut names = Names::default();
        let own_files = self.modules.iter().filter(|(_, is_file)| **is_file);
        names.files = own_files.map(|(module, _)| module.join(BETWEEN)).collect();
        let mut imported = BTreeMap::new();
        // Some import from what others have brought.
        for _ in 0..self.imports.len() {
            for import in &self.imports {
                if let Some(path) = self.whole(&import.module, &import.path, &imported) {
                    imported.insert(&*import.name, path);
                }
            }
        }
        for Import { module, is_public, path, name } in &self.imports {
            let Some(whole) = self.whole(module, path, &imported) else { continue };
            // All that a module has is given on without being named, so that nobody could follow it.
            if *is_public && module == file && name != "*" {
                names.given_on.insert(name.clone(), whole);
            } else {
                names.paths.insert(whole);
            }
        }
        for (module, path) in &self.paths {
            names.paths.extend(self.whole(module, path, &imported));
        }
        names
    }

    /// A path from the root on; `None` if it leads out of the crate, or is the name of something in the file.
    fn whole(&self, module: &[String], path: &[String], imported: &BTreeMap<&str, String>) -> Option<String> {
        let [first, rest @ ..] = path else { return None };
        let ups = path.iter().take_while(|part| *part == "super").count();
        let from_root = match first.as_str() {
            "crate" => rest.to_owned(),
            "self" => [module, rest].concat(),
            "super" => [module.get(..module.len().checked_sub(ups)?)?, &path[ups..]].concat(),
            name => {
                let child = [module, &[name.to_owned()]].concat();
                // A module alone is what nobody can name, but a variable may be called like it.
                if self.modules.contains_key(&child) && !rest.is_empty() {
                    [&child, rest].concat()
                } else {
                    let imported = imported.get(name)?;
                    return Some([imported, rest.join(BETWEEN).as_str()].join(if rest.is_empty() {
                        ""
                    } else {
                        BETWEEN
                    }));
                }
            }
        };
        // `self` as a value, and what stands in `pub(super)`.
        (path.len() > 1).then(|| from_root.join(BETWEEN))
    }
}

/// A path that begins with `first`: all that follows it behind `::`.
fn path(first: String, tokens: &mut Iter<'_, TokenTree>) -> Vec<String> {
    let mut path = vec![first];
    loop {
        let mut behind = tokens.clone();
        let is_continued =
            [behind.next(), behind.next()].iter().flatten().filter(|token| is_punct(token, ':')).count() == 2;
        match behind.next() {
            Some(TokenTree::Ident(ident)) if is_continued => path.push(ident.to_string()),
            _ => return path,
        }
        *tokens = behind;
    }
}

/// Whether `#[cfg(test)]` or `#[cfg(all(test, ..))]` has these tokens.
fn is_cfg_test(attribute: TokenStream) -> bool {
    let is_all = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "all");
    let is_test = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "test");
    let tokens: Vec<TokenTree> = attribute.into_iter().collect();
    let [TokenTree::Ident(cfg), TokenTree::Group(condition)] = &tokens[..] else { return false };
    let condition: Vec<TokenTree> = condition.stream().into_iter().collect();
    cfg == "cfg"
        && match &condition[..] {
            [one] => is_test(one),
            [all, TokenTree::Group(of)] if is_all(all) => of.stream().into_iter().any(|token| is_test(&token)),
            _ => false,
        }
}

/// Up to the end of what an attribute stands before.
fn skip_item(tokens: &mut Iter<'_, TokenTree>) {
    for token in tokens {
        let is_body = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if is_body || is_punct(token, ';') || is_punct(token, ',') {
            return;
        }
    }
}

fn next_is(tokens: &Iter<'_, TokenTree>, punct: char) -> bool {
    tokens.as_slice().first().is_some_and(|token| is_punct(token, punct))
}

fn is_punct(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == punct)
}

#[test]
fn each_form_of_naming_is_found() {
    for (code, named) in [
        ("use crate::x::X;", &["x::X"][..]),
        ("use super::X;", &["a::X"]),
        ("use super::super::x::X as Y;", &["x::X"]),
        ("use self::c::X; mod c;", &["a::b::c::X"]),
        ("use c::X; mod c;", &["a::b::c::X"]),
        ("use crate::{x::{self, X, y::Y}, z};", &["x", "x::X", "x::y::Y", "z"]),
        ("use crate::{x::{X}, z::{Y},};", &["x::X", "z::Y"]),
        ("use super::*;", &["a::*"]),
        ("use crate::x; fn f() { x::y::g() }", &["x", "x::y::g"]),
        ("use crate::x; use x::Y; fn f(y: Y) {}", &["x", "x::Y"]),
        ("mod c; fn f() { c::g() }", &["a::b::c::g"]),
        ("fn f(x: &crate::x::X) -> Vec<super::Y> { self::f() }", &["a::Y", "a::b::f", "x::X"]),
        ("fn f() { g(1..crate::x::LIMIT, a.b(super::C)) }", &["a::C", "x::LIMIT"]),
        ("fn f() { use crate::x::X; }", &["x::X"]),
        ("macro_rules! m { () => { $crate::x::X } }", &["x::X"]),
        ("fn f() { panic!(\"{}\", crate::x::X) }", &["x::X"]),
        ("mod inner { use super::super::X; }", &["a::X"]),
        ("#[cfg(feature = \"net\")] use crate::x::X;", &["x::X"]),
        ("#[cfg(not(test))] use crate::x::X;", &["x::X"]),
        ("#[cfg(test)] use crate::t::T; use crate::x::X;", &["x::X"]),
        ("pub(crate) use self::c::X; mod c; struct Y(X);", &["a::b::c::X"]),
        ("pub use crate::x::*;", &["x::*"]),
    ] {
        let found: Vec<String> = Names::of("a::b", code).paths.into_iter().collect();
        assert_eq!(found, named, "{code}");
    }
}

#[test]
fn what_names_nothing_is_not_found() {
    for code in [
        "// crate::x::X",
        "/// [`X`](crate::x::X)\nstruct Y;",
        "const X: &str = \"crate::x::X\";",
        "mod c; pub(super) fn f(&self) { self.c.g(c) }",
        "mod c; pub use c::X; pub(crate) use self::c::Y as Z;",
        "use std::c::X; fn f() -> std::io::Result<X> { ::c::g() }",
        "mod c; fn f() { std::c::g() }",
        "#[cfg(test)] mod tests { use crate::x::X; }",
        "#[cfg(test)] #[path = \"x\"] fn f() { crate::x::X }",
        "#[cfg(all(test, unix))] use crate::x::{X, Y};",
        "#![cfg(test)] use crate::x::X;",
        "fn f<'a>() -> impl Sized + use<'a> {}",
    ] {
        assert_eq!(Names::of("a::b", code).paths, BTreeSet::new(), "{code}");
    }
}

#[test]
fn what_is_declared_and_given_on_is_known() {
    let code = "pub mod c; mod d { } pub(super) use self::c::{X, Y as Z}; pub use crate::x::V; #[cfg(test)] mod tests;";
    let names = Names::of("a::b", code);
    assert_eq!(names.files, BTreeSet::from(["a::b::c".to_owned()]));
    let given_on = [("V", "x::V"), ("X", "a::b::c::X"), ("Z", "a::b::c::Y")];
    assert_eq!(names.given_on, given_on.map(|(name, path)| (name.to_owned(), path.to_owned())).into());
}

//! The files of a core form no circle: none names a file that, by way of others, names it.

mod names;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::iter::successors;
use std::path::Path;

use self::names::{BETWEEN, Names};
use crate::support::root;

#[test]
fn the_files_of_a_core_form_no_circle() {
    assert_no_circle("client/src", &["driver"]);
    assert_no_circle("mock-server/src", &["server", "mock_kandy", "front"]);
}

/// Fails with each circle of the core that a source folder holds. `above` are the modules of its root that are not of the core.
fn assert_no_circle(folder: &str, above: &[&str]) {
    let sources = sources_of(&root().join(folder));
    assert!(sources.len() > 20, "only {} files of {folder} were found", sources.len());
    for module in above {
        assert!(sources.contains_key(*module), "{folder} has no module {module:?} to leave out");
    }
    let circles = circles(&who_names_whom(&sources, above));
    assert!(circles.is_empty(), "files of {folder} name each other in a circle:\n{}", circles.join("\n"));
}

/// Each file of a crate by its module, from the root (`""`) on by way of `mod`. So files that only tests have are left out.
fn sources_of(folder: &Path) -> BTreeMap<String, Names> {
    let mut sources = BTreeMap::new();
    let mut waiting = vec![(String::new(), folder.join("lib.rs"))];
    while let Some((module, path)) = waiting.pop() {
        let code = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let names = Names::of(&module, &code);
        for child in &names.files {
            waiting.push((child.clone(), folder.join(child.replace(BETWEEN, "/")).with_extension("rs")));
        }
        sources.insert(module, names);
    }
    sources
}

/// The files of the core, each with those of the core that it names.
fn who_names_whom<'a>(sources: &'a BTreeMap<String, Names>, above: &[&str]) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let is_of_core = |module: &str| !above.contains(&module.split(BETWEEN).next().unwrap_or_default());
    let core = sources.iter().filter(|(module, _)| is_of_core(module));
    let named = core.map(|(module, names)| {
        let files = names.paths.iter().map(|path| file_of(sources, path));
        (module.as_str(), files.filter(|file| file != module && is_of_core(file)).collect())
    });
    named.collect()
}

/// The file that has what a path leads to, also where others give that on.
fn file_of<'a>(sources: &'a BTreeMap<String, Names>, path: &str) -> &'a str {
    let mut path = path.to_owned();
    // What is given on more often than there are files is given on in a circle, which the compiler would not take.
    for _ in 0..sources.len() {
        let (file, names) = longest_prefix(sources, &path);
        let behind = path[file.len()..].trim_start_matches(BETWEEN);
        let (item, rest) = behind.split_once(BETWEEN).unwrap_or((behind, ""));
        match names.given_on.get(item) {
            Some(target) if rest.is_empty() => path.clone_from(target),
            Some(target) => path = format!("{target}{BETWEEN}{rest}"),
            None => return file,
        }
    }
    panic!("{path} is given on without an end")
}

/// The file that a path leads into.
fn longest_prefix<'a>(sources: &'a BTreeMap<String, Names>, path: &str) -> (&'a str, &'a Names) {
    let shorter = |path: &str| path.rsplit_once(BETWEEN).map_or(String::new(), |(above, _)| above.to_owned());
    let mut paths = successors(Some(path.to_owned()), |path| (!path.is_empty()).then(|| shorter(path)));
    let found = paths.find_map(|path| sources.get_key_value(&path)).expect("the root is above all");
    (found.0, found.1)
}

/// The circles, each as short as there is one for some file of it, and written once: `a -> b -> a`.
fn circles(named: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let written: BTreeSet<String> = named.keys().filter_map(|file| shortest_circle(named, file)).map(written).collect();
    written.into_iter().collect()
}

/// The shortest way from a file back to it, by what each names.
fn shortest_circle<'a>(named: &BTreeMap<&'a str, BTreeSet<&'a str>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in named.get(way[way.len() - 1]).into_iter().flatten() {
            if *next == start {
                return Some(way);
            }
            if seen.insert(*next) {
                ways.push_back([way.as_slice(), &[*next]].concat());
            }
        }
    }
    None
}

/// A circle from its first file by the alphabet on, so that it is the same from wherever it was found.
fn written(mut circle: Vec<&str>) -> String {
    let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or_default();
    circle.rotate_left(first);
    circle.push(circle[0]);
    circle.join(" -> ")
}

#[test]
fn a_circle_is_found_and_written_out() {
    let found = |files: &[(&str, &str)]| {
        let sources: BTreeMap<String, Names> =
            files.iter().map(|(module, code)| ((*module).to_owned(), Names::of(module, code))).collect();
        circles(&who_names_whom(&sources, &["shell"]))
    };
    let root = ("", "mod a; mod b; mod c; mod shell; pub use a::A;");
    let one_way = [root, ("a", "use crate::b::B;"), ("b", "use crate::c::C;"), ("c", "use std::fmt;")];
    assert_eq!(found(&one_way), [""; 0]);

    let of_three = [root, ("a", "use crate::b::B;"), ("b", "use crate::c::C;"), ("c", "fn c() { super::a::a(); }")];
    assert_eq!(found(&of_three), ["a -> b -> c -> a"]);

    let by_the_root = [root, ("a", "use crate::b::B;"), ("b", "use crate::A;"), ("c", "")];
    assert_eq!(found(&by_the_root), ["a -> b -> a"], "what the root gives on is where it is");

    let shell = [root, ("a", "use crate::shell::S;"), ("b", ""), ("c", ""), ("shell", "use crate::a::A;")];
    assert_eq!(found(&shell), [""; 0], "what is above the core is not of it");

    let parent = |code| [("", "mod a;"), ("a", code), ("a::b", "use super::A;")];
    assert_eq!(found(&parent("mod b; pub use b::B; struct A;")), [""; 0], "a parent may give on what its child has");
    assert_eq!(found(&parent("mod b; pub use b::B; struct A(B);")), ["a -> a::b -> a"], "and may not use it");
    assert_eq!(found(&parent("mod b; fn f() { b::g() }")), ["a -> a::b -> a"]);
    let siblings = [("", "mod a;"), ("a", "mod b; mod c; pub(crate) use b::B; pub use c::C as D;")];
    let siblings = [&siblings[..], &[("a::b", "use super::D;"), ("a::c", "use crate::a::B::Variant;")]].concat();
    assert_eq!(found(&siblings), ["a::b -> a::c -> a::b"], "what a parent gives on is its child's");
}

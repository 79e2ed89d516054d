//! The page as a file.

use super::page::{MODULES, Page};
use crate::web;

fn page() -> (String, String) {
    let (mut head, mut script) = (Vec::new(), Vec::new());
    Page::new().write_head(&mut head).unwrap();
    Page::new().write_script(&mut script).unwrap();
    (String::from_utf8(head).unwrap(), String::from_utf8(script).unwrap())
}

#[test]
fn its_modules_are_of_the_kind_that_can_be_one_script() {
    assert_eq!(web::mistakes(MODULES), [""; 0]);
}

#[test]
fn nothing_comes_from_elsewhere_or_is_code_in_markup() {
    let (head, script) = page();
    for text in [&head, &script] {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for word in ["http://", "https://", " style=", " onclick=", "javascript:", "<!-- ", "unsafe", "@import", "url("]
        {
            assert!(!text.contains(word), "{word}");
        }
        for word in
            ["innerHTML =", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch("]
        {
            assert!(!text.contains(word), "{word}");
        }
    }
    assert_eq!(script.matches("<script").count(), 1);
    assert_eq!(script.matches("</script").count(), 1, "the script does not end itself");
    assert_eq!(head.matches("<style").count(), 1);
    assert_eq!(head.matches("</style").count(), 1, "nor do the styles");
}

#[test]
fn its_policy_allows_its_own_style_and_script_and_nothing_else() {
    let (head, _) = page();
    let policy = head.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    let sources: Vec<&str> = policy.split([' ', ';']).filter(|part| part.starts_with('\'')).collect();
    assert_eq!(sources.iter().filter(|source| source.starts_with("'sha256-") && source.len() == 53).count(), 2);
    assert_eq!(sources.iter().filter(|source| **source == "'none'").count(), 3);
    assert_eq!(sources.len(), 5);
}

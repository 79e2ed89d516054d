//! The pages as browsers get them.

use std::net::{IpAddr, Ipv4Addr};

use kandy_mock_server::{Hosts, UserOptions};

use super::super::accounts::{Account, Accounts};
use super::super::control::Secrets;
use super::asset::ASSETS;
use super::*;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));
const OWN: (&str, &str) = ("host", "localhost:8080");

struct Bench {
    guard: Guard,
    token: String,
    pages: Pages,
}

impl Bench {
    fn new(is_tls: bool) -> Self {
        let secrets = Secrets::draw().unwrap();
        let token = secrets.token().to_owned();
        Self {
            guard: Guard::new(Hosts::new((LOCAL, 8080).into(), is_tls, Vec::new()), secrets),
            token,
            pages: Pages::default(),
        }
    }

    fn ask(&self, line: &str, peer: IpAddr, headers: &[(&str, &str)]) -> HttpAnswer {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = self.pages.answer(&request.body(()).unwrap(), (peer, 50_000).into(), &self.guard);
        answer.unwrap_or_else(|error| refusal(&error))
    }
}

fn header<'a>(answer: &'a HttpAnswer, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn text(answer: HttpAnswer) -> String {
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_file_has_strict_headers() {
    let bench = Bench::new(false);
    for asset in ASSETS {
        let answer = bench.ask(&format!("GET {}", asset.path()), LOCAL, &[OWN]);
        assert_eq!(answer.status(), 200);
        let policy = header(&answer, "content-security-policy");
        for part in ["default-src 'none'; ", "script-src 'self'; ", "frame-ancestors 'none'; ", "base-uri 'none'; "] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert!(policy.contains("connect-src 'self' ws://localhost:8080; "), "{policy}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "x-frame-options"), "DENY");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let is_open = asset.path() == "/kandy/stand-in.js";
        assert_eq!(header(&answer, "access-control-allow-origin"), if is_open { "*" } else { "" });
        let readers = if is_open { "cross-origin" } else { "same-origin" };
        assert_eq!(header(&answer, "cross-origin-resource-policy"), readers);
        assert!(!header(&answer, "content-type").is_empty());
    }
    let secure = Bench::new(true).ask("GET /", LOCAL, &[OWN]);
    assert!(header(&secure, "content-security-policy").contains(" wss://localhost:8080; "));
}

#[test]
fn a_foreign_host_is_not_put_into_the_policy() {
    for host in ["evil.example:8080", "localhost:8080;script-src*", "a@localhost:8080", ""] {
        let answer = Bench::new(false).ask("GET /quickstart", LOCAL, &[("host", host)]);
        assert!(header(&answer, "content-security-policy").contains("connect-src 'self';"), "{host}");
    }
}

#[test]
fn nothing_in_the_files_comes_from_elsewhere_or_is_code_in_markup() {
    for asset in ASSETS {
        let content = String::from_utf8(asset.content(false).to_vec()).unwrap();
        let is_address = |text: &str| text.contains("http://") || text.contains("https://");
        let name_of_svg = "http://www.w3.org/2000/svg";
        assert!(!is_address(&content.replace(name_of_svg, "")), "{}", asset.path());
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            let told = "nothing in these pages sets innerHTML";
            assert!(!content.replace(told, "").contains(word), "{} has {word}", asset.path());
        }
        if asset.content_type.starts_with("text/html") {
            assert!(!content.contains("<style") && !content.contains(" style=") && !content.contains(" onclick="));
            assert!(!content.contains("<script>") && !content.contains("javascript:"));
            for (at, _) in content.match_indices("=\"/pages/").chain(content.match_indices("=\"/kandy/")) {
                let path = content[at + 2..].split('"').next().unwrap();
                assert!(Asset::at(path).is_some(), "{} wants {path}", asset.path());
            }
        }
    }
}

#[test]
fn only_a_visit_from_this_machine_gets_the_cookie() {
    let bench = Bench::new(false);
    let is_given =
        |line: &str, peer, headers: &[(&str, &str)]| !header(&bench.ask(line, peer, headers), "set-cookie").is_empty();
    assert!(is_given("GET /", LOCAL, &[OWN]));
    assert!(
        is_given("GET /", LOCAL, &[OWN, ("sec-fetch-mode", "navigate"), ("sec-fetch-site", "cross-site")]),
        "a link"
    );
    assert!(is_given("GET /", IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped()), &[OWN]));
    assert!(!is_given("GET /", ELSEWHERE, &[OWN]));
    assert!(!is_given("GET /", LOCAL, &[("host", "evil.example:8080")]), "DNS rebinding");
    assert!(!is_given("GET /", LOCAL, &[OWN, ("sec-fetch-mode", "no-cors")]), "an image of another page");
    assert!(!is_given("GET /", LOCAL, &[OWN, ("origin", "https://evil.example")]));
    assert!(!is_given("GET /quickstart", LOCAL, &[OWN]), "it does not need it");
    assert!(!is_given("POST /", LOCAL, &[OWN]));
}

#[test]
fn who_comes_through_a_proxy_gets_no_cookie() {
    let bench = Bench::new(false);
    for header in [
        ("forwarded", "for=192.0.2.1"),
        ("via", "1.1 proxy"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-host", "kandy.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", ""),
        ("x-real-ip", "192.0.2.1"),
    ] {
        let answer = bench.ask("GET /", LOCAL, &[OWN, header]);
        assert_eq!((answer.status().as_u16(), cookie_of(&answer)), (200, ""), "{header:?}");
    }
    assert_ne!(cookie_of(&bench.ask("GET /", LOCAL, &[OWN, ("x-forwarding", "no")])), "");
}

fn cookie_of(answer: &HttpAnswer) -> &str {
    header(answer, "set-cookie")
}

#[tokio::test]
async fn from_elsewhere_the_token_gets_the_cookie() {
    let bench = Bench::new(false);
    let bearer = format!("Bearer {}", bench.token);
    let answer = bench.ask("POST /pages/session", ELSEWHERE, &[OWN, ("authorization", &bearer)]);
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["set-cookie"], bench.guard.session_cookie());
    let status = |line: &str, headers: &[(&str, &str)]| bench.ask(line, LOCAL, headers).status().as_u16();
    assert_eq!(status("POST /pages/session", &[OWN, ("authorization", "Bearer x")]), 401);
    assert_eq!(status("POST /pages/session", &[OWN]), 401);
    let foreign = [OWN, ("authorization", bearer.as_str()), ("origin", "https://evil.example")];
    assert_eq!(status("POST /pages/session", &foreign), 403);
    assert_eq!(status("GET /pages/session", &[OWN, ("authorization", &bearer)]), 405);
    let refused = bench.ask("POST /pages/session", LOCAL, &[OWN]);
    assert!(text(refused).await.starts_with(r#"{"error":{"#));
}

#[tokio::test]
async fn the_quickstart_loads_the_sdk_that_was_given_or_the_stand_in() {
    let mut bench = Bench::new(false);
    let page = text(bench.ask("GET /quickstart", LOCAL, &[OWN])).await;
    assert!(page.contains(r#"src="/kandy/stand-in.js""#) && !page.contains("kandy.uc.js") && !page.contains("<!--"));
    let missing = bench.ask("GET /kandy/kandy.uc.js", LOCAL, &[OWN]);
    assert_eq!(missing.status(), 404);
    assert!(text(missing).await.contains("serve --sdk FILE"));

    let path = std::env::temp_dir().join(format!("kandy-sdk-{}-own", std::process::id()));
    std::fs::write(&path, "globalThis.Kandy = {};").unwrap();
    bench.pages = Pages::new(Some(Sdk::read(&path, "FILE").unwrap()), FirstUser::default());
    std::fs::remove_file(&path).unwrap();
    let page = text(bench.ask("GET /quickstart", LOCAL, &[OWN])).await;
    assert!(page.contains(r#"src="/kandy/kandy.uc.js""#) && !page.contains("stand-in.js"));
    let sdk = bench.ask("GET /kandy/kandy.uc.js", ELSEWHERE, &[("origin", "http://localhost:3000")]);
    assert_eq!(header(&sdk, "access-control-allow-origin"), "*");
    assert_eq!(header(&sdk, "content-type"), "text/javascript; charset=utf-8");
    assert_eq!(text(sdk).await, "globalThis.Kandy = {};");
}

#[tokio::test]
async fn the_quickstart_is_filled_in_for_visits_from_this_machine_alone() {
    let mut accounts = Accounts::default();
    let account = Account { password: "<hid\"den>".into(), options: UserOptions::default() };
    assert!(accounts.add("a&b@example.com", account));
    let mut bench = Bench::new(false);
    let first_user = FirstUser::of(&accounts, false);
    assert!(!format!("{first_user:?}").contains("hid"));
    bench.pages = Pages::new(None, first_user.clone());
    let page = text(bench.ask("GET /quickstart", LOCAL, &[OWN])).await;
    assert!(page.contains(r#"<input id="username" value="a&amp;b@example.com" "#), "{page}");
    assert!(page.contains(r#"<input id="password" value="&lt;hid&quot;den&gt;" "#), "{page}");
    let foreign: [(IpAddr, &[(&str, &str)]); 4] = [
        (ELSEWHERE, &[OWN]),
        (LOCAL, &[("host", "evil.example:8080")]),
        (LOCAL, &[OWN, ("sec-fetch-mode", "no-cors")]),
        (LOCAL, &[OWN, ("origin", "https://evil.example")]),
    ];
    for (peer, headers) in foreign {
        let page = text(bench.ask("GET /quickstart", peer, headers)).await;
        assert!(!page.contains("value="), "{headers:?}");
    }
    first_user.follow(&Accounts::default(), true);
    assert!(text(bench.ask("GET /quickstart", LOCAL, &[OWN])).await.contains("value=\"alice@example.com\""));
    first_user.follow(&Accounts::default(), false);
    assert!(!text(bench.ask("GET /quickstart", LOCAL, &[OWN])).await.contains("value="));
}

#[tokio::test]
async fn other_methods_and_paths_are_not_answered_with_a_page() {
    let bench = Bench::new(false);
    assert_eq!(header(&bench.ask("POST /", LOCAL, &[OWN]), "allow"), "GET, HEAD");
    assert!(text(bench.ask("HEAD /", LOCAL, &[OWN])).await.is_empty());
    for path in ["/v2.0/auth/mk_token", "/rest/version/1/user/a/subscription", "/pages/", "/kandy/", "/index.html"] {
        assert!(!Pages::takes(&path.parse().unwrap()), "{path}");
    }
}

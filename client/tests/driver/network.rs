//! The browser's rules for requests, and the limits of this client.

use std::net::{IpAddr, Ipv6Addr, TcpListener};
use std::time::Duration;

use kandy_client::driver::{NotConnected, Options};
use kandy_client::{Config, Kandy};

use crate::foreign::{Foreign, Reply};
use crate::{alice, run_alone, soon};

const TOKEN: &str = r#"{"success":{"access_token":"AT-2","refresh_token":"RT-2","expires":3600}}"#;

/// Connects once; the message of the error if that fails.
async fn connect(config: Config, options: &Options) -> Result<(), String> {
    let kandy = Kandy::create_with(config, options).expect("it runs in a runtime");
    kandy.connect(&alice());
    match soon(kandy.connected()).await {
        Ok(()) => Ok(()),
        Err(NotConnected::Failed(error)) => Err(error.message().to_owned()),
        Err(other) => panic!("{other}"),
    }
}

fn no_answer() -> Result<(), String> {
    Err("Login request failed. Check your credentials.".to_owned())
}

#[tokio::test]
async fn an_answer_without_cors_is_hidden_only_where_that_is_asked_for() {
    let strict = Options::default().with_enforce_cors(true);
    for (headers, hidden) in [
        ("", true),
        ("Access-Control-Allow-Origin: http://elsewhere\r\n", true),
        ("Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Origin: *\r\n", true),
        ("Access-Control-Allow-Origin: http://localhost\r\n", false),
        ("Access-Control-Allow-Origin: *\r\n", false),
    ] {
        let server = Foreign::start().await;
        server.reply("GET", "mk_token", Reply::with("200 OK", headers, TOKEN));
        assert_eq!(connect(server.config(), &Options::default()).await, Ok(()));
        assert_eq!(connect(server.config(), &strict).await, if hidden { no_answer() } else { Ok(()) }, "{headers}");
    }
}

#[tokio::test]
async fn an_origin_is_named_only_where_cors_is_enforced() {
    let mut server = Foreign::start().await;
    for enforce_cors in [false, true] {
        let kandy = Kandy::create_with(server.config(), &Options::default().with_enforce_cors(enforce_cors)).unwrap();
        kandy.connect(&alice());
        soon(kandy.connected()).await.unwrap();
        let (token, subscription) = (server.request().await, server.request().await);
        let handshake = server.socket().await.handshake;
        assert_eq!(token.head.contains("origin: http://localhost\r\n"), enforce_cors);
        assert_eq!(subscription.head.contains("origin: http://localhost\r\n"), enforce_cors);
        assert_eq!(handshake.contains(r#""origin": "http://localhost""#), enforce_cors);
        assert!(!handshake.contains("sec-websocket-protocol"), "{handshake}");
    }
}

#[tokio::test]
async fn redirects_are_followed_as_far_as_fetch_does() {
    for (hops, outcome) in [(20, Ok(())), (21, no_answer())] {
        let server = Foreign::start().await;
        server.answer(move |seen| {
            let (method, path) = seen.line().split_once(' ')?;
            let hop = match path.strip_prefix("/hop/") {
                Some(hop) => hop.parse().expect("it is a number"),
                None if method == "GET" => 0,
                None => return None,
            };
            let location = format!("Location: /hop/{}\r\n", hop + 1);
            Some(if hop < hops { Reply::with("302 Found", &location, "") } else { Reply::json("200 OK", TOKEN) })
        });
        assert_eq!(connect(server.config(), &Options::default()).await, outcome);
    }
}

#[tokio::test]
async fn a_redirect_can_keep_the_body() {
    let mut server = Foreign::start().await;
    server.answer(|seen| {
        let is_first = seen.line().starts_with("POST") && seen.line().contains("/user/");
        is_first.then(|| Reply::with("307 Temporary Redirect", "Location: /moved/subscription\r\n", ""))
    });
    assert_eq!(connect(server.config(), &Options::default()).await, Ok(()));
    let [_, first, second] = [server.request().await, server.request().await, server.request().await];
    assert_eq!(second.line(), "POST /moved/subscription");
    assert_eq!(second.body, first.body);
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit() {
    let server = Foreign::start().await;
    let body = format!("{TOKEN}{}", " ".repeat(100_000));
    server.reply("GET", "mk_token", Reply::with("200 OK", "", &body));
    for (max_body, outcome) in [(body.len(), Ok(())), (body.len() - 1, no_answer())] {
        assert_eq!(connect(server.config(), &Options::default().with_max_body(max_body)).await, outcome);
    }
}

#[tokio::test]
async fn a_request_can_be_given_a_limit_of_time() {
    let server = Foreign::start().await;
    server.reply("GET", "mk_token", Reply::Hang);
    let options = Options::default().with_request_timeout(Duration::from_millis(20));
    assert_eq!(connect(server.config(), &options).await, no_answer());
    // The head has come, and the body never does.
    server.reply("GET", "mk_token", Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n".to_owned()));
    assert_eq!(connect(server.config(), &options).await, no_answer());
}

#[tokio::test]
async fn requests_and_websockets_go_over_ipv6() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        println!("skipped: this machine has no ::1");
        return;
    }
    let server = Foreign::start_on(IpAddr::V6(Ipv6Addr::LOCALHOST), None).await;
    assert_eq!(connect(server.config(), &Options::default()).await, Ok(()));
}

#[test]
fn proxies_in_the_environment_are_ignored() {
    let proxy = "http://127.0.0.1:1";
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let exceptions = ["no_proxy", "NO_PROXY"].map(|name| (name, ""));
    run_alone("network::with_proxies", &[&names.map(|name| (name, proxy))[..], &exceptions].concat());
}

#[tokio::test]
#[ignore = "run by the test above, with proxies in its environment"]
async fn with_proxies() {
    assert!(std::env::var("HTTP_PROXY").is_ok());
    let server = Foreign::start().await;
    assert_eq!(connect(server.config(), &Options::default()).await, Ok(()));
}

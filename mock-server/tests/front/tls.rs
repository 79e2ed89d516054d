//! The same over TLS.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use kandy_mock_server::{Front, FrontLimits, FrontOptions, Kind, Point, Refused};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;

use crate::support::*;

type Secure = StreamOwned<ClientConnection, TcpStream>;

/// A front with a certificate for localhost, and what trusts it.
async fn start_secure(limits: FrontLimits) -> (Front, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let server = ServerConfig::builder().with_no_client_auth();
    let server = server.with_single_cert(vec![certificate.clone()], key.into()).unwrap();
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate).unwrap();
    let client = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
    let options = FrontOptions { tls: Some(Arc::new(server)), limits, ..FrontOptions::default() };
    (start_with(options).await, Arc::new(client))
}

fn dial(front: &Front, trusted: &Arc<ClientConfig>) -> Secure {
    let tcp = knock(front, b"").unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(trusted.clone(), name).unwrap(), tcp)
}

fn login_over(stream: &mut Secure) -> std::io::Result<String> {
    let request = format!("GET {LOGIN} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{BASIC}\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_and_notifications_over_tls() {
    let (front, trusted) = start_secure(FrontLimits::default()).await;
    let text = login_over(&mut dial(&front, &trusted)).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("AT-1"), "{text}");

    let body = json!({ "subscribeRequest": { "expires": 3600, "service": ["call"] } }).to_string();
    let mut stream = dial(&front, &trusted);
    let head = format!("POST {SUBSCRIPTION}?token=AT-1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}", body.len());
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
    heard_until(&mut stream, "}}}");

    let url = "wss://localhost/websocket/CH-1?token=AT-1";
    let (mut socket, response) = tungstenite::client(url, dial(&front, &trusted)).unwrap();
    assert_eq!(response.status(), 101);
    front.handle().platform(|platform, now| platform.send(now, ALICE, json!({ "x": 1 }))).unwrap();
    assert_eq!(socket.read().unwrap().to_text().unwrap(), r#"{"x":1}"#);
    let ended = tokio::spawn(front.shutdown());
    let tungstenite::Message::Close(Some(close)) = socket.read().unwrap() else { panic!("it ends otherwise") };
    assert_eq!(u16::from(close.code), 1001);
    soon(ended).await.unwrap();
}

/// Link 4/5 and CPaaS ask for wss, whatever they are told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_insist_on_tls_have_it() {
    let (front, trusted) = start_secure(FrontLimits::default()).await;
    let ask = |path: &str, authorization: &str, body: Value| {
        let body = body.to_string();
        let mut stream = dial(&front, &trusted);
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{authorization}\r\n");
        let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let subscribed = ask(SUBSCRIPTION, BASIC, json!({ "subscribeRequest": { "service": ["call"] } }));
    assert!(subscribed.starts_with("HTTP/1.1 200 OK\r\n"), "{subscribed}");
    assert!(login_over(&mut dial(&front, &trusted)).unwrap().contains("AT-1"));
    let channels = format!("/cpaas/notificationchannel/v1/{ALICE}/channels");
    let made = ask(&channels, "Authorization: Bearer AT-1", json!({ "notificationChannel": {} }));
    assert!(made.starts_with("HTTP/1.1 201 Created\r\n"), "{made}");
    for path in ["/websocket/CH-1".to_owned(), format!("{channels}/CH-2/websocket?access_token=AT-1")] {
        let (_, response) = tungstenite::client(format!("wss://localhost{path}"), dial(&front, &trusted)).unwrap();
        assert_eq!(response.status(), 101, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_over_tls_is_one_of_the_connection_below() {
    let (front, trusted) = start_secure(FrontLimits::default()).await;
    fail(&front, Point::MkToken, &json!([{ "reset": true }, {}]));
    let error = login_over(&mut dial(&front, &trusted)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(login_over(&mut dial(&front, &trusted)).unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tls_handshake_that_takes_too_long_or_is_none_ends_the_connection() {
    let limits = FrontLimits { tls_time: Duration::from_secs(2), ..FrontLimits::default() };
    let (front, trusted) = start_secure(limits).await;
    assert_eq!(rest_of(&knock(&front, b"").unwrap()).unwrap(), b"");
    let plain = knock(&front, b"GET / HTTP/1.1\r\nHost: kandy\r\n\r\n").and_then(answer);
    assert!(plain.is_err(), "{plain:?}");
    let told = || {
        front.handle().platform(|platform, _| {
            let refused = platform.journal().iter().filter_map(|record| match &record.kind {
                Kind::Refused(refused) => Some((**refused).clone()),
                _ => None,
            });
            refused.collect::<Vec<_>>()
        })
    };
    // The client knows of its end first.
    soon(async {
        while told().iter().map(|refused| refused.count).sum::<u64>() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let first = &told()[0];
    assert_eq!((first.what, first.peer, first.status), (Refused::Tls, Some(front.address().ip()), None));
    assert_eq!(first.detail.as_deref(), Some("the handshake did not end in time"));
    assert!(login_over(&mut dial(&front, &trusted)).is_ok());
}

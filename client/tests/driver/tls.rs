//! Servers with certificates of their own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use kandy_client::driver::{Certificate, NotConnected, Options, SetUpError};
use kandy_client::{Code, Config, Encryption, Kandy};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_tungstenite::tungstenite::Message;

use crate::foreign::Foreign;
use crate::{alice, soon};

/// A server that proves with a fresh certificate to be 127.0.0.1, and that certificate.
async fn start() -> (Foreign, Certificate) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("it is an address");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("the key is the certificate's");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    (
        Foreign::start_on(IpAddr::V4(Ipv4Addr::LOCALHOST), Some(acceptor)).await,
        Certificate::from_der(certificate.to_vec()),
    )
}

fn encrypted(config: Config) -> Config {
    // One attempt, so that a failure shows at once.
    config.with_reconnect_limit(1).with_encryption(Encryption::Tls)
}

#[tokio::test]
async fn a_certificate_of_ones_own_can_be_trusted() {
    let (mut server, certificate) = start().await;
    let options = Options::default().with_extra_root(certificate);
    let kandy = Kandy::create_with(encrypted(server.config()), &options).unwrap();
    kandy.connect(&alice());
    soon(kandy.connected()).await.unwrap();
    let mut socket = server.socket().await;
    kandy.disconnect();
    assert_eq!(socket.next_but_pings().await, Some(Message::Close(None)));
    soon(kandy.disconnected()).await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_no_answer() {
    let (server, _certificate) = start().await;
    let kandy = Kandy::create(encrypted(server.config())).unwrap();
    kandy.connect(&alice());
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.message(), "Login request failed. Check your credentials.");
}

#[tokio::test]
async fn websockets_are_as_strict_as_requests() {
    let (server, certificate) = start().await;
    let (other_server, _) = start().await;
    let config = encrypted(server.config()).with_websocket_server("127.0.0.1", other_server.ws.port());
    let options = Options::default().with_extra_root(certificate);
    let kandy = Kandy::create_with(config, &options).unwrap();
    kandy.connect(&alice());
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.code(), Some(Code::WebSocket));
}

#[tokio::test]
async fn what_is_no_certificate_is_refused() {
    let (_server, certificate) = start().await;
    let none = Certificate::from_der(b"not a certificate");
    let options = Options::default().with_extra_root(certificate).with_extra_root(none);
    let error = Kandy::create_with(Config::default(), &options).unwrap_err();
    assert!(matches!(error, SetUpError::ExtraRoot { index: 1, .. }), "{error:?}");
}

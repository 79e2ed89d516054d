//! Servers with certificates of their own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use kandy_client::driver::{CertificateDer, NotConnected, Options, SetUpError};
use kandy_client::{Code, Config, Kandy};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_tungstenite::tungstenite::Message;

use crate::foreign::Foreign;
use crate::{alice, one_attempt, soon};

/// A server that proves with a fresh certificate to be 127.0.0.1, and that certificate.
async fn start() -> (Foreign, CertificateDer<'static>) {
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
    (Foreign::start_on(IpAddr::V4(Ipv4Addr::LOCALHOST), Some(acceptor)).await, certificate)
}

fn encrypted(config: Config) -> Config {
    let mut config = Config { connectivity: one_attempt(), ..config };
    "https".clone_into(&mut config.authentication.subscription.protocol);
    "wss".clone_into(&mut config.authentication.websocket.protocol);
    config
}

#[tokio::test]
async fn a_certificate_of_ones_own_can_be_trusted() {
    let (mut server, certificate) = start().await;
    let options = Options { extra_roots: vec![certificate], ..Options::default() };
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
    let mut config = encrypted(server.config());
    config.authentication.websocket.port = other_server.ws.port().into();
    let options = Options { extra_roots: vec![certificate], ..Options::default() };
    let kandy = Kandy::create_with(config, &options).unwrap();
    kandy.connect(&alice());
    let Err(NotConnected::Failed(error)) = soon(kandy.connected()).await else { panic!("it cannot connect") };
    assert_eq!(error.code(), Some(Code::WebSocket));
}

#[tokio::test]
async fn what_is_no_certificate_is_refused() {
    let (_server, certificate) = start().await;
    let extra_roots = vec![certificate, CertificateDer::from(b"not a certificate".to_vec())];
    let options = Options { extra_roots, ..Options::default() };
    let error = Kandy::create_with(Config::default(), &options).unwrap_err();
    assert!(matches!(error, SetUpError::ExtraRoot { index: 1, .. }), "{error:?}");
}

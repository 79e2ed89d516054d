//! The server's own certificate, made by processes that start at once.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tokio::task::spawn_blocking;

use crate::support::{Folder, PATIENCE, Server};

/// As many as start at once on a build server.
const SERVERS: usize = 8;

#[tokio::test]
async fn servers_that_start_at_once_serve_the_certificate_of_the_file() {
    let folder = Folder::new("certificate");
    let arguments = ["--tls", "--state", "state"];
    let servers = join_all((0..SERVERS).map(|_| Server::start(&folder.0, &arguments))).await;
    let state = folder.0.join("state");
    let kept = CertificateDer::from_pem_file(state.join("cert.pem")).unwrap();
    for server in &servers {
        let told = Path::new(server.text("certificate"));
        assert!(told.is_absolute(), "it is found from every folder: {}", told.display());
        assert_eq!(told.canonicalize().unwrap(), state.join("cert.pem").canonicalize().unwrap());
        let (port, trusted) = (server.port(), kept.clone());
        let served = spawn_blocking(move || certificate_of(port, trusted)).await.unwrap();
        assert!(served == kept, "the server of port {port} has a certificate of its own");
    }
    let mut files: Vec<_> =
        fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, ["cert.pem", "key.pem", "lock"], "nothing else is left");
}

/// What a server shows to a client that trusts that certificate and no other.
fn certificate_of(port: u16, trusted: CertificateDer<'static>) -> CertificateDer<'static> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(Arc::new(config.with_no_client_auth()), name).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    while client.is_handshaking() {
        client.complete_io(&mut stream).unwrap();
    }
    client.peer_certificates().unwrap()[0].clone().into_owned()
}

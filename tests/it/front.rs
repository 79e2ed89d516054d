//! The client, as strict as a page, against the platform behind one origin.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use kandy_client::driver::{Certificate, Options};
use kandy_client::{Config, Credentials, Encryption, Event, Kandy};
use kandy_mock_server::{ClockKind, Front, FrontOptions, SocketInfo, SocketState, SubscriptionInfo, UserOptions};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::json;
use tokio::time::timeout;

const USER: &str = "alice@example.com";
/// Longer than anything here takes, unless it never ends.
const PATIENCE: Duration = Duration::from_secs(60);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it happens soon")
}

async fn start(options: FrontOptions) -> Front {
    let options = FrontOptions { address: (Ipv4Addr::LOCALHOST, 0).into(), ..options };
    let front = Front::start(options, Arc::new(())).await.unwrap();
    let add = |platform: &mut kandy_mock_server::Platform, now| {
        platform.add_user(now, USER, "s3cret", UserOptions::default())
    };
    front.handle().platform(add).unwrap();
    front
}

fn subscriptions(front: &Front) -> Vec<SubscriptionInfo> {
    front.handle().platform(|platform, _| platform.subscriptions(None))
}

fn open_sockets(front: &Front) -> usize {
    let is_open = |socket: &SocketInfo| matches!(socket.state, SocketState::Open);
    front.handle().platform(|platform, _| platform.sockets(Some(USER)).iter().filter(|socket| is_open(socket)).count())
}

/// Connects, hears a notification, loses the socket, comes back, and signs out.
async fn lead_a_life(front: &Front, config: Config, options: &Options) {
    let kandy = Kandy::create_with(config, options).unwrap();
    let mut events = kandy.events();
    kandy.connect(&Credentials::password(USER, "s3cret"));
    soon(kandy.connected()).await.unwrap();
    let frame = json!({ "notificationMessage": { "eventType": "presenceWatcher" } });
    assert_eq!(front.handle().platform(|platform, now| platform.send(now, USER, frame)), Ok(1));
    soon(events.wait_for("notification:received")).await.unwrap();

    assert_eq!(front.handle().platform(|platform, now| platform.cut(now, USER)), Ok(1));
    // The platform forgets a socket at once, so any that it has is a new one.
    while open_sockets(front) == 0 {
        soon(events.wait_for("ws:change")).await.unwrap();
    }

    kandy.disconnect();
    let voluntary = Event::Disconnected { reason: None, retry_after: None };
    while soon(events.wait_for("auth:change")).await != Ok(voluntary.clone()) {}
    assert!(subscriptions(front).is_empty(), "it leaves nothing behind");
}

#[tokio::test]
async fn a_client_lives_on_one_port() {
    let front = start(FrontOptions::default()).await;
    let port = front.address().port();
    let config = Config::for_server("127.0.0.1", port, port);
    let options = Options::default().with_enforce_cors(true);
    lead_a_life(&front, config, &options).await;
    soon(front.shutdown()).await;
}

#[tokio::test]
async fn a_client_lives_on_one_port_over_tls() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let tls = ServerConfig::builder().with_no_client_auth();
    let tls = tls.with_single_cert(vec![certificate.clone()], key.into()).unwrap();
    let front = start(FrontOptions { tls: Some(Arc::new(tls)), ..FrontOptions::default() }).await;

    let port = front.address().port();
    let config = Config::for_server("127.0.0.1", port, port).with_encryption(Encryption::Tls);
    let options =
        Options::default().with_enforce_cors(true).with_extra_root(Certificate::from_der(certificate.to_vec()));
    lead_a_life(&front, config, &options).await;
    soon(front.shutdown()).await;
}

#[tokio::test]
async fn a_subscription_runs_out_when_a_held_clock_goes_on() {
    let front = start(FrontOptions { clock: ClockKind::Manual, ..FrontOptions::default() }).await;
    let port = front.address().port();
    let kandy = Kandy::create(Config::for_server("127.0.0.1", port, port)).unwrap();
    kandy.connect(&Credentials::password(USER, "s3cret"));
    soon(kandy.connected()).await.unwrap();
    assert_eq!(subscriptions(&front).len(), 1);
    front.handle().advance(Duration::from_secs(24 * 3600)).unwrap();
    assert!(subscriptions(&front).is_empty(), "nobody renewed it within that day");
}

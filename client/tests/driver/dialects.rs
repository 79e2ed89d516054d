//! Clients of the other dialects over real sockets.

use kandy_client::driver::Options;
use kandy_client::{Config, ConnectOptions, Dialect, Kandy, Settings};
use kandy_mock_server::MockKandy;

use crate::{alice, soon};

const ALICE: &str = "alice@example.com";

async fn platform() -> (MockKandy, Config) {
    let platform = MockKandy::start().await;
    platform.add_user(ALICE, "s3cret").expect("she is not there yet");
    let config = Config::for_server("127.0.0.1", platform.rest_port(), platform.ws_port());
    (platform, config)
}

#[tokio::test]
async fn clients_of_uc5_and_link3_connect_and_disconnect() {
    let (platform, config) = platform().await;
    for dialect in [Dialect::Uc5, Dialect::Link3] {
        let kandy = Kandy::create(Settings::typed_for(dialect, &config)).unwrap();
        kandy.connect(&alice());
        soon(kandy.connected()).await.unwrap();
        assert_eq!(platform.sockets(ALICE).len(), 1, "{dialect:?}");
        assert!(kandy.subscriptions().is_none());
        let error = kandy.subscribe_to(&["call"], &ConnectOptions::default()).unwrap_err();
        assert_eq!(error.message(), "Cannot read properties of undefined (reading 'subscribe')");

        kandy.disconnect();
        soon(kandy.disconnected()).await;
        assert!(platform.subscriptions(ALICE).is_empty(), "{dialect:?}");
    }
}

#[tokio::test]
async fn a_client_of_link_subscribes_and_unsubscribes() {
    let (platform, config) = platform().await;
    let options = Options::default().with_plain_websockets(true);
    let kandy = Kandy::create_with(Settings::typed_for(Dialect::Link, &config), &options).unwrap();
    kandy.set_credentials(&alice());
    kandy.subscribe_to(&["call", "IM"], &ConnectOptions::default()).unwrap();
    soon(kandy.connected()).await.unwrap();
    let subscribed = kandy.subscriptions().unwrap().subscribed;
    assert_eq!(subscribed.to_string(), r#"["call","IM"]"#);

    kandy.unsubscribe_from(&["call", "IM"]).unwrap();
    soon(kandy.disconnected()).await;
    assert!(platform.subscriptions(ALICE).is_empty());
    assert!(!kandy.subscriptions().unwrap().is_pending);
}

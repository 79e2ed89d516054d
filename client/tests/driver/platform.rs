//! The same client against this project's own platform.

use kandy_client::driver::Options;
use kandy_client::{Config, Event, Kandy};
use kandy_mock_server::MockKandy;

use crate::{alice, soon};

#[tokio::test]
async fn a_client_as_strict_as_a_page_connects_and_disconnects() {
    let platform = MockKandy::start().await;
    platform.add_user("alice@example.com", "s3cret").unwrap();
    let config = Config::for_server("127.0.0.1", platform.rest_port(), platform.ws_port());
    let kandy = Kandy::create_with(config, &Options { enforce_cors: true, ..Options::default() }).unwrap();
    let mut events = kandy.events();
    kandy.connect(&alice());
    soon(kandy.connected()).await.unwrap();
    kandy.disconnect();
    let voluntary = Event::Disconnected { reason: None, retry_after: None };
    while soon(events.wait_for("auth:change")).await != Ok(voluntary.clone()) {}
}

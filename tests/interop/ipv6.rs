//! The client and the platform on IPv6 loopback.

use std::net::{Ipv6Addr, TcpListener};

use kandy_client::{Config, Credentials, Kandy};
use kandy_mock_server::{MockKandy, MockKandyOptions, Point};
use libtest_mimic::{Completion, Trial};

use crate::{ALICE, PASSWORD, block_on, soon};

/// Why a test on IPv6 loopback cannot run, if so. Containers often have none, so that is not a failure anywhere.
pub(crate) fn missing() -> Option<&'static str> {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err().then_some("there is no IPv6 loopback here")
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("ipv6::a_session_of_our_own_client", || {
        if let Some(why) = missing() {
            return Ok(Completion::ignored_with(why));
        }
        block_on(a_session_of_our_own_client());
        Ok(Completion::Completed)
    })]
}

/// A platform on `[::1]` with alice on it.
pub(crate) async fn start() -> MockKandy {
    let options = MockKandyOptions { address: Ipv6Addr::LOCALHOST.into(), ..MockKandyOptions::default() };
    let mock = MockKandy::start_with(options).await.expect("there is IPv6");
    mock.add_user(ALICE, PASSWORD).expect("she is the first");
    mock
}

async fn a_session_of_our_own_client() {
    let mock = start().await;
    assert_eq!(mock.host(), "[::1]");
    let kandy = Kandy::create(Config::for_server(&mock.host(), mock.rest_port(), mock.ws_port()));
    let kandy = kandy.expect("it runs in a runtime");
    kandy.connect(&Credentials::password(ALICE, PASSWORD));
    soon(kandy.connected()).await.expect("nothing is wrong");
    let mut events = kandy.events();
    mock.cut(ALICE).expect("she is there");
    for _lost_then_open in 0..2 {
        soon(events.wait_for("ws:change")).await.expect("the client goes on");
    }
    kandy.disconnect();
    soon(kandy.disconnected()).await;
    let points = mock.requests(None).into_iter().map(|request| (request.point, request.status()));
    let expected = [
        (Point::MkToken, Some(200)),
        (Point::Subscribe, Some(200)),
        (Point::WebSocket, Some(101)),
        (Point::WebSocket, Some(101)),
        (Point::Unsubscribe, Some(200)),
    ];
    assert_eq!(points.collect::<Vec<_>>(), expected);
}

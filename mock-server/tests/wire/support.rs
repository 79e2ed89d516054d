//! A server with alice on it.

use std::net::{Ipv4Addr, SocketAddr};

use kandy_mock_server::{Fault, MockKandy, MockKandyOptions, Point};
use serde_json::Value;

pub(crate) use crate::peer::*;

impl Serves for MockKandy {
    fn rest(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.rest_port()).into()
    }

    fn ws(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ws_port()).into()
    }
}

pub(crate) async fn start() -> MockKandy {
    start_with(MockKandyOptions::default()).await
}

pub(crate) async fn start_with(options: MockKandyOptions) -> MockKandy {
    let mock = MockKandy::start_with(options).await.unwrap();
    mock.add_user(ALICE, "s3cret").unwrap();
    mock
}

pub(crate) fn fail(mock: &MockKandy, point: Point, how: &Value) {
    mock.fail(point, Fault::list_from_json(how).unwrap()).unwrap();
}

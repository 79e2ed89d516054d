//! A front with alice behind it.

use std::net::SocketAddr;
use std::sync::Arc;

use kandy_mock_server::{Beside, Fault, Front, FrontLimits, FrontOptions, Point, UserOptions};
use serde_json::Value;

pub(crate) use crate::peer::*;

impl Serves for Front {
    fn rest(&self) -> SocketAddr {
        self.address()
    }

    fn ws(&self) -> SocketAddr {
        self.address()
    }
}

pub(crate) async fn start() -> Front {
    start_with(FrontOptions::default()).await
}

pub(crate) async fn start_with(options: FrontOptions) -> Front {
    start_beside(options, Arc::new(())).await
}

pub(crate) async fn start_within(limits: FrontLimits) -> Front {
    start_with(FrontOptions { limits, ..FrontOptions::default() }).await
}

/// At any free port.
pub(crate) async fn start_beside(mut options: FrontOptions, beside: Arc<dyn Beside>) -> Front {
    options.address.set_port(0);
    let front = Front::start(options, beside).await.unwrap();
    let add = |platform: &mut kandy_mock_server::Platform, now| {
        platform.add_user(now, ALICE, "s3cret", UserOptions::default())
    };
    front.handle().platform(add).unwrap();
    front
}

pub(crate) fn fail(front: &Front, point: Point, how: &Value) {
    let faults = Fault::list_from_json(how).unwrap();
    front.handle().platform(|platform, now| platform.fail(now, point, faults)).unwrap();
}

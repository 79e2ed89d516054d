//! A front with alice behind it.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use kandy_mock_server::{Beside, Fault, Front, FrontLimits, FrontOptions, Point, RequestRecord, UserOptions};
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

/// The requests at a point, oldest first.
pub(crate) fn requests(front: &Front, point: Point) -> Vec<RequestRecord> {
    front.handle().platform(|platform, _| {
        let records = platform.journal().iter().filter(|record| record.point == Some(point));
        records.filter_map(|record| record.request().cloned()).collect()
    })
}

pub(crate) fn statuses(front: &Front, point: Point) -> Vec<Option<u16>> {
    requests(front, point).iter().map(|request| request.answered.status()).collect()
}

/// Waits until a request has come to a point where none was.
pub(crate) async fn until(front: &Front, point: Point) {
    let mut watch = front.handle().watch();
    while requests(front, point).is_empty() {
        soon(watch.next()).await.unwrap().unwrap();
    }
}

/// What comes up to a text.
pub(crate) fn heard_until(mut stream: impl Read, end: &str) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        heard.extend(byte);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// What comes up to the end of a connection; an error if that is a reset.
pub(crate) fn rest_of(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).map(|_| heard)
}

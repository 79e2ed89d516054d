//! What answers beside the platform on its origin.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use kandy_mock_server::{Answering, Beside, RequestBody};

use super::control::Control;

/// What answers beside the platform. A server that is starting takes requests before it knows its own port.
#[derive(Debug, Default)]
pub struct Site {
    control: OnceLock<Control>,
}

impl Site {
    /// Opens the control interface; from then on it answers.
    pub fn open(&self, control: Control) {
        // The first one stays: there is one platform.
        self.control.get_or_init(|| control);
    }
}

impl Beside for Site {
    fn takes(&self, request: &Request<RequestBody>) -> bool {
        Control::takes(request.uri())
    }

    fn answer(self: Arc<Self>, request: Request<RequestBody>, _peer: SocketAddr) -> Answering {
        Box::pin(async move {
            match self.control.get() {
                Some(control) => control.answer(request).await,
                None => {
                    let mut not_yet = Response::new(BodyExt::boxed(Empty::new()));
                    *not_yet.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                    not_yet
                }
            }
        })
    }
}

//! What answers beside the platform on its origin.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use kandy_mock_server::{Answering, Beside, RequestBody};

use super::control::Control;
use super::pages::Pages;

/// What answers beside the platform. A server that is starting takes requests before it knows its own port.
#[derive(Debug, Default)]
pub struct Site {
    pages: Pages,
    control: OnceLock<Control>,
}

impl Site {
    /// A site with these pages.
    #[must_use]
    pub fn new(pages: Pages) -> Self {
        Self { pages, control: OnceLock::new() }
    }

    /// Opens the control interface; from then on it answers.
    pub fn open(&self, control: Control) {
        // The first one stays: there is one platform.
        self.control.get_or_init(|| control);
    }
}

impl Beside for Site {
    fn takes(&self, request: &Request<RequestBody>) -> bool {
        Control::takes(request.uri()) || Pages::takes(request.uri())
    }

    fn answer(self: Arc<Self>, request: Request<RequestBody>, peer: SocketAddr) -> Answering {
        Box::pin(async move {
            match self.control.get() {
                Some(control) if Control::takes(request.uri()) => control.answer(request).await,
                Some(control) => self.pages.answer(&request, peer, control.guard()),
                None => {
                    let mut not_yet = Response::new(BodyExt::boxed(Empty::new()));
                    *not_yet.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                    not_yet
                }
            }
        })
    }
}

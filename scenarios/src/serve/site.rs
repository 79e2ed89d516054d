//! What answers beside the platform on its origin.

use std::net::SocketAddr;
use std::sync::Arc;

use http::Request;
use kandy_mock_server::{Answering, Beside, RequestBody};

use super::control::Control;
use super::pages::Pages;

/// What answers beside the platform: the pages, and the control interface that they use.
#[derive(Debug)]
pub struct Site {
    /// The pages.
    pub pages: Pages,
    /// The control interface.
    pub control: Control,
}

impl Beside for Site {
    fn takes(&self, request: &Request<RequestBody>) -> bool {
        Control::takes(request.uri()) || Pages::takes(request.uri())
    }

    fn answer(self: Arc<Self>, request: Request<RequestBody>, peer: SocketAddr) -> Answering {
        Box::pin(async move {
            if Control::takes(request.uri()) {
                return self.control.answer(request).await;
            }
            self.pages.answer(&request, peer, self.control.guard())
        })
    }
}

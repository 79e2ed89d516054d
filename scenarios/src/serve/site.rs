//! What answers beside the platform on its origin.

use std::net::SocketAddr;
use std::sync::Arc;

use http::Request;
use kandy_mock_server::{Answering, Beside, RequestBody};

use super::control::{Control, ControlError, HttpAnswer};
use super::pages::{self, Pages};

/// What answers beside the platform: the pages, and the control interface that they use.
#[derive(Debug)]
pub struct ServeSite {
    /// The pages.
    pub pages: Pages,
    /// The control interface.
    pub control: Control,
    /// Whether the pages, too, are only for those who address this server by one of its own names.
    pub checks_hosts: bool,
}

impl Beside for ServeSite {
    fn takes(&self, request: &Request<RequestBody>) -> bool {
        Control::takes(request.uri()) || Pages::takes(request.uri())
    }

    fn answer(self: Arc<Self>, request: Request<RequestBody>, peer: SocketAddr) -> Answering {
        Box::pin(async move {
            if Control::takes(request.uri()) {
                return self.control.answer(request, peer).await;
            }
            self.page(&request, peer).unwrap_or_else(|error| {
                self.control.note_refused(&error, peer, &request);
                pages::refusal(&error)
            })
        })
    }
}

impl ServeSite {
    fn page<B>(&self, request: &Request<B>, peer: SocketAddr) -> Result<HttpAnswer, ControlError> {
        let guard = self.control.guard();
        if self.checks_hosts {
            guard.host(request.uri(), request.headers())?;
        }
        self.pages.answer(request, peer, guard)
    }
}

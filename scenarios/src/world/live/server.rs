//! The servers behind which a live world may have its platform.

use std::net::Ipv4Addr;
use std::sync::Arc;

use kandy_mock_server::{
    Command, CommandOutput, FailError, Front, FrontOptions, MockKandy, Platform, StartError, Time, Watch,
};

use crate::world::StepError;

/// A server with the platform behind it.
#[derive(Debug)]
pub(super) enum LiveServer {
    /// On one port, as `serve` has it.
    Front(Front),
    /// On two ports, as tests embed it.
    Mock(MockKandy),
}

impl LiveServer {
    pub(super) async fn mock() -> Result<Self, StartError> {
        MockKandy::start_with(Default::default()).await.map(Self::Mock)
    }

    pub(super) async fn front() -> Result<Self, StartError> {
        let options = FrontOptions { address: (Ipv4Addr::LOCALHOST, 0).into(), ..FrontOptions::default() };
        Front::start(options, Arc::new(())).await.map(Self::Front)
    }

    pub(super) fn host(&self) -> String {
        match self {
            Self::Mock(mock) => mock.host(),
            Self::Front(front) => front.address().ip().to_string(),
        }
    }

    pub(super) fn rest_port(&self) -> u16 {
        match self {
            Self::Mock(mock) => mock.rest_port(),
            Self::Front(front) => front.address().port(),
        }
    }

    pub(super) fn ws_port(&self) -> u16 {
        match self {
            Self::Mock(mock) => mock.ws_port(),
            Self::Front(front) => front.address().port(),
        }
    }

    pub(super) fn now(&self) -> Time {
        match self {
            Self::Mock(mock) => mock.now(),
            Self::Front(front) => front.handle().now(),
        }
    }

    pub(super) fn watch(&self) -> Watch {
        match self {
            Self::Mock(mock) => mock.watch(),
            Self::Front(front) => front.handle().watch(),
        }
    }

    pub(super) fn platform<R>(&self, act: impl FnOnce(&mut Platform, Time) -> R) -> R {
        match self {
            Self::Mock(mock) => mock.platform(act),
            Self::Front(front) => front.handle().platform(act),
        }
    }

    /// Makes the platform do what a script asks for. What wiremock cannot do is refused here, not at the first request
    /// that meets it.
    pub(super) fn command(&self, asked: Command) -> Result<CommandOutput, StepError> {
        match (self, asked) {
            (Self::Mock(mock), Command::Fail { point, faults }) => match mock.fail(point, faults) {
                Ok(id) => Ok(CommandOutput::Fault(id)),
                Err(FailError::Platform(error)) => Err(error.into()),
                Err(error) => Err(StepError::Wiremock(error)),
            },
            (_, asked) => Ok(self.platform(|platform, now| platform.apply(now, asked))?),
        }
    }
}

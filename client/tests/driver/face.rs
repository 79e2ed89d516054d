//! What the guidelines of Rust's API ask of the public types.

use std::error::Error;
use std::fmt::Debug;

use kandy_client::driver::{Events, ListenError, Missed, NotConnected, Options, SetUpError, Transport};
use kandy_client::{
    Config, ConfigError, ConnectOptions, Credentials, Event, Kandy, NetworkFailure, Output, Session, Settings,
    TooManyListeners, TypeError, Untyped, UntypedCall,
};

fn is_error<E: Error + Send + Sync + 'static>() {}

fn is_shared<T: Debug + Send + Sync + 'static>() {}

#[test]
fn public_errors_are_errors_of_any_thread() {
    is_error::<kandy_client::Error>();
    is_error::<ConfigError>();
    is_error::<ListenError>();
    is_error::<Missed>();
    is_error::<NetworkFailure>();
    is_error::<NotConnected>();
    is_error::<SetUpError>();
    is_error::<TooManyListeners>();
    is_error::<TypeError>();
}

#[test]
fn handles_and_values_may_go_to_any_thread() {
    is_shared::<Kandy>();
    is_shared::<Events>();
    is_shared::<Transport>();
    is_shared::<Session>();
    is_shared::<Event>();
    is_shared::<Output>();
    is_shared::<Untyped>();
    is_shared::<UntypedCall>();
    is_shared::<(Config, Settings)>();
    is_shared::<(ConnectOptions, Credentials, Options)>();
}

//! `serve`: the platform for a developer's own application, with accounts, a control interface and scripts.

pub mod accounts;
pub(crate) mod apart;
mod application;
pub mod behaviour;
pub mod browser_ports;
pub mod control;
mod followed;
pub mod limits;
pub mod notes;
pub mod pages;
mod request_log;
pub(crate) mod scheduled;
pub mod script_status;
pub mod server;
mod site;
pub mod start_text;
pub mod tls;

#[cfg(unix)]
pub(crate) use self::application::keep;
pub use self::site::ServeSite;

//! Recordings of the real SDK, and the port replayed on them.

pub mod recording;
pub mod replay;

//! Every decoder of bytes from outside: none panics whatever it is given, none takes more memory than its input warrants,
//! and what has an encoder comes back as it was. Those that no other crate can reach have their properties beside them:
//! the client's JSON, the durations of scripts, and addresses.
//!
//! Without variables in the environment every run takes the same inputs. `PROPTEST_CASES=<n>` takes other ones, `n` for
//! each property.

#[cfg(test)]
mod client;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod recordings;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod texts;

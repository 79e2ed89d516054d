//! docs/at-scale.md: one run on many machines, by a script that all systems call.

#[cfg(test)]
#[cfg(unix)]
mod documents;
#[cfg(test)]
#[cfg(unix)]
mod shard;

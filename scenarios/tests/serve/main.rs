//! `kandy-harness serve` as a process, from its first line to its exit code.

#[cfg(test)]
#[cfg(unix)]
mod application;
#[cfg(test)]
#[cfg(unix)]
mod certificate;
#[cfg(test)]
#[cfg(unix)]
mod explored;
#[cfg(test)]
#[cfg(unix)]
mod following;
#[cfg(test)]
#[cfg(unix)]
mod guide;
#[cfg(test)]
#[cfg(unix)]
mod load;
#[cfg(test)]
#[cfg(unix)]
mod refusals;
#[cfg(test)]
#[cfg(unix)]
mod running;
#[cfg(test)]
#[cfg(unix)]
mod scheduled;
#[cfg(test)]
#[cfg(unix)]
mod support;
#[cfg(test)]
#[cfg(unix)]
mod told;

//! Random histories: calls, commands, faults, answers, frames and time in any order, on port and platform together and
//! on each alone. What must hold of all of them stands beside each property.
//!
//! Without variables in the environment every run takes the same histories. `PROPTEST_CASES=<n>` takes other ones, `n`
//! for each property.

#[cfg(test)]
mod acts;
#[cfg(test)]
mod exceptions;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod leftover;
#[cfg(test)]
mod loops;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod session;
#[cfg(test)]
mod together;
#[cfg(test)]
mod values;
#[cfg(test)]
mod world;

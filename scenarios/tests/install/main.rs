//! docs/install.md: each way to install, what it is made of, and each that this machine can go.

#[cfg(test)]
#[cfg(unix)]
mod action;
#[cfg(test)]
#[cfg(unix)]
mod made;
#[cfg(test)]
#[cfg(unix)]
mod place;
#[cfg(test)]
#[cfg(unix)]
mod recipes;
#[cfg(test)]
#[cfg(unix)]
mod script;

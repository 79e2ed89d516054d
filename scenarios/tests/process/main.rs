//! The command as a process: what only a process has, such as signals and pipes; and what a page tells to type.

#[cfg(test)]
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(test)]
#[cfg(unix)]
mod tutorial;
#[cfg(test)]
#[cfg(unix)]
mod unix;

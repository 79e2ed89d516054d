//! The command as a process: what only a process has, such as signals and pipes.

#[cfg(test)]
#[cfg(unix)]
mod unix;

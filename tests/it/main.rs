//! End-to-end tests.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod check;
#[cfg(test)]
mod choice;
#[cfg(test)]
mod circles;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod control_state;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod english;
#[cfg(test)]
mod explore;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod front;
#[cfg(test)]
mod index;
#[cfg(test)]
mod live;
#[cfg(test)]
mod new;
#[cfg(test)]
mod newcomer;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod project;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod shell;
mod strict;
#[cfg(test)]
mod support;
#[cfg(test)]
mod vocabulary;
#[cfg(test)]
mod warnings;

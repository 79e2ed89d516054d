//! Shards: parts of a run, each for another machine. Which scenarios are in one follows from their names alone, so that
//! machines need not know of each other.

use std::fmt;
use std::num::IntErrorKind;
use std::str::FromStr;

use thiserror::Error;

/// The most shards of one run.
pub const MAX_SHARDS: u32 = 10_000;

/// One of several parts: `2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    of: u32,
}

/// Why a text names no shard.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ShardError {
    /// It has another form.
    #[error("it must be the number of a shard and how many there are, such as 1/3")]
    Form,
    /// There is no such shard.
    #[error("there is no shard {index} of {of}: they are numbered from 1")]
    Index {
        /// The number.
        index: u32,
        /// How many there are.
        of: u32,
    },
    /// Nobody has so many machines.
    #[error("there may be {MAX_SHARDS} shards at most")]
    TooMany,
}

impl Shard {
    /// Its number, from 1.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    #[must_use]
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Whether a scenario of that name is in it: the FNV-1a hash of the name, its two halves joined by XOR, divided by the
    /// number of shards leaves its number less 1. A scenario that comes or goes does not move others.
    #[must_use]
    pub fn has(self, scenario: &str) -> bool {
        let hash = fnv(FNV_START, scenario.as_bytes());
        // The lowest bits of FNV alone depend on those of the characters alone.
        let folded = (hash >> 32) ^ (hash & u64::from(u32::MAX));
        folded % u64::from(self.of) == u64::from(self.index - 1)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let number = |text: &str| match text.parse::<u32>() {
            // A sign is not part of a number here.
            Ok(number) if text.starts_with(|first: char| first.is_ascii_digit()) => Ok(number),
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err(ShardError::TooMany),
            Ok(_) | Err(_) => Err(ShardError::Form),
        };
        let (index, of) = text.split_once('/').ok_or(ShardError::Form)?;
        let (index, of) = (number(index)?, number(of)?);
        if of > MAX_SHARDS {
            return Err(ShardError::TooMany);
        }
        if (1..=of).contains(&index) { Ok(Self { index, of }) } else { Err(ShardError::Index { index, of }) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// A set of names: how many, and a digest, by which it is told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameSet {
    /// How many names there are.
    pub count: usize,
    digest: u64,
}

impl NameSet {
    /// The set of these names, in their order.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        // No name has a line break in it, so that no two lists are hashed alike.
        let add =
            |set: Self, name: &str| Self { count: set.count + 1, digest: fnv(fnv(set.digest, name.as_bytes()), b"\n") };
        names.into_iter().fold(Self::default(), add)
    }
}

impl Default for NameSet {
    /// Of no names.
    fn default() -> Self {
        Self { count: 0, digest: FNV_START }
    }
}

impl fmt::Display for NameSet {
    /// The digest, as 16 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.digest)
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// FNV-1a of 64 bits, which is the same on all machines and in all versions, as hashes of the standard library are not.
fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_fnv_1a() {
        let hash = |text: &str| fnv(FNV_START, text.as_bytes());
        assert_eq!(
            [hash(""), hash("a"), hash("foobar")],
            [0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c, 0x8594_4171_f739_67e8]
        );
    }

    #[test]
    fn each_name_is_in_one_shard() {
        let shards: Vec<Shard> = (1..=3).map(|index| Shard { index, of: 3 }).collect();
        let mut counts = [0; 3];
        for number in 0..300 {
            let name = format!("drop/scenario-{number}");
            let holders: Vec<usize> = (0..3).filter(|at| shards[*at].has(&name)).collect();
            assert_eq!(holders.len(), 1);
            counts[holders[0]] += 1;
        }
        assert!(counts.iter().all(|count| (70..=130).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_set_is_told_from_others() {
        let digest = |names: &[&str]| NameSet::of(names.iter().copied()).to_string();
        assert_eq!(digest(&[]), "cbf29ce484222325");
        assert_eq!(digest(&["a", "b"]), digest(&["a", "b"]));
        assert!([&["a"][..], &["ab"], &["b", "a"], &[]].iter().all(|names| digest(names) != digest(&["a", "b"])));
    }

    #[test]
    fn what_names_no_shard_says_why() {
        let error = |text: &str| text.parse::<Shard>().unwrap_err();
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for text in ["", "x", "1", "1/", "/3", "1/3/5", "-1/3", "+1/3", "1 / 3", "1.0/3"] {
            assert_eq!(error(text), ShardError::Form, "{text}");
        }
        assert_eq!(error("0/3"), ShardError::Index { index: 0, of: 3 });
        assert_eq!(error("4/3"), ShardError::Index { index: 4, of: 3 });
        assert_eq!(error("0/0"), ShardError::Index { index: 0, of: 0 });
        assert_eq!(error("1/10001"), ShardError::TooMany);
        assert_eq!(error("1/99999999999"), ShardError::TooMany);
    }
}

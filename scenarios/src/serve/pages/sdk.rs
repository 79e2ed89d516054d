//! The developer's own copy of the SDK.

use std::path::Path;

use bytes::Bytes;

use crate::file::{self, FileError};

/// Where applications find it; the SDK's quickstart names this address.
pub const SDK_PATH: &str = "/kandy/kandy.uc.js";

/// The longest file that is taken for a copy of the SDK. Real ones have 2 to 4 MB.
pub const MAX_SDK_BYTES: u64 = 32 * 1024 * 1024;

/// What is answered there without one.
pub(super) const MISSING: &str = "There is no copy of Kandy.js here: start with `kandy-harness serve --sdk FILE`.\n";

/// A copy of the SDK, read once.
#[derive(Clone, Debug)]
pub struct Sdk {
    bytes: Bytes,
}

/// Why a file is not a copy of the SDK.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SdkError {
    /// It cannot be read.
    #[error("cannot read the SDK `{shown}`: {source}")]
    Unreadable {
        /// The file as given.
        shown: String,
        /// Why.
        source: FileError,
    },
    /// It is longer than [`MAX_SDK_BYTES`].
    #[error("`{shown}` is too long for the SDK: more than {} MiB", MAX_SDK_BYTES / (1024 * 1024))]
    TooLong {
        /// The file as given.
        shown: String,
    },
    /// There is nothing in it, or it is not text, as JavaScript is.
    #[error("`{shown}` is not the SDK: it is {what}")]
    NoScript {
        /// The file as given.
        shown: String,
        /// What it is instead.
        what: &'static str,
    },
}

impl Sdk {
    /// Reads a file; `shown` is its name as it was given.
    ///
    /// # Errors
    ///
    /// It cannot be read, is too long, or is not a script.
    pub fn read(path: &Path, shown: &str) -> Result<Self, SdkError> {
        let bytes = file::read(path, MAX_SDK_BYTES).map_err(|error| match error {
            FileError::TooLarge { .. } => SdkError::TooLong { shown: shown.to_owned() },
            source => SdkError::Unreadable { shown: shown.to_owned(), source },
        })?;
        let no_script = |what| Err(SdkError::NoScript { shown: shown.to_owned(), what });
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.trim().is_empty() => no_script("empty"),
            // A page that was saved instead of the file behind it.
            Ok(text) if text.trim_start().starts_with('<') => no_script("a page of HTML"),
            Ok(_) => Ok(Self { bytes: bytes.into() }),
            Err(_) => no_script("not text"),
        }
    }

    pub(super) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::env::temp_dir;
    use std::fs;
    use std::process;

    use super::*;

    #[track_caller]
    fn error(name: &str, content: &[u8]) -> String {
        let path = temp_dir().join(format!("kandy-sdk-{}-{name}", process::id()));
        fs::write(&path, content).unwrap();
        let error = Sdk::read(&path, "FILE").unwrap_err().to_string();
        fs::remove_file(&path).unwrap();
        error
    }

    #[test]
    fn what_is_no_script_is_told() {
        assert_eq!(error("empty", b" \n"), "`FILE` is not the SDK: it is empty");
        assert_eq!(error("html", b"\n<!doctype html>"), "`FILE` is not the SDK: it is a page of HTML");
        assert_eq!(error("binary", b"\xff\xfe\0"), "`FILE` is not the SDK: it is not text");
        let missing = Sdk::read(Path::new("no/such/sdk.js"), "sdk.js").unwrap_err().to_string();
        assert!(missing.starts_with("cannot read the SDK `sdk.js`: "), "{missing}");
        let folder = Sdk::read(&temp_dir(), "FILE").unwrap_err().to_string();
        assert!(folder.starts_with("cannot read the SDK "), "{folder}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read() {
        let device = Sdk::read(Path::new("/dev/zero"), "FILE").unwrap_err().to_string();
        assert_eq!(device, "cannot read the SDK `FILE`: it is not a file");
    }

    #[test]
    fn a_file_may_have_so_many_bytes_and_no_more() {
        let most = usize::try_from(MAX_SDK_BYTES).unwrap();
        assert_eq!(error("long", &vec![b'/'; most + 1]), "`FILE` is too long for the SDK: more than 32 MiB");
        let path = temp_dir().join(format!("kandy-sdk-{}-most", process::id()));
        fs::write(&path, vec![b'/'; most]).unwrap();
        assert_eq!(Sdk::read(&path, "FILE").unwrap().bytes().len(), most);
        fs::remove_file(&path).unwrap();
    }
}

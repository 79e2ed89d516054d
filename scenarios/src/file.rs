//! Files at paths that users give, which may lead to anything.

#[cfg(test)]
pub(crate) mod scratch;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

/// Why a file is not read.
#[derive(Debug, Error)]
pub enum FileError {
    /// The operating system refuses.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A link that leads nowhere.
    #[error("it is a link to a file that is not there")]
    Dangling,
    /// A folder, pipe or device.
    #[error("it is not a file")]
    NotAFile,
    /// More than anyone means to be read here.
    #[error("it is larger than {most} bytes")]
    TooLarge {
        /// The most that is read, in bytes.
        most: u64,
    },
}

impl FileError {
    /// Whether nothing has this name.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// Reads a file of at most `most` bytes.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    // Opening a pipe would wait for a writer, so its kind is asked for first.
    let metadata =
        path.metadata().map_err(|error| if is_dangling(path) { FileError::Dangling } else { error.into() })?;
    if !metadata.is_file() {
        return Err(FileError::NotAFile);
    }
    if metadata.len() > most {
        return Err(FileError::TooLarge { most });
    }
    // It may grow meanwhile, and some systems have files that do not know how long they are.
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(FileError::TooLarge { most });
    }
    Ok(bytes)
}

/// A folder that can be listed; the empty path is the folder in which the command runs.
pub(crate) fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Where a path leads; the path itself if that is nowhere.
pub(crate) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Whether `path` is a link that leads nowhere.
pub(crate) fn is_dangling(path: &Path) -> bool {
    path.is_symlink() && matches!(path.try_exists(), Ok(false))
}

/// Writes a file so that it is whole, old or new, even if this process is ended meanwhile. A link to a file stays one.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut replacement = Replacement::new(path)?;
    replacement.write_all(text.as_bytes())?;
    replacement.finish()
}

/// A file that is being written beside the one whose place it takes when it is finished. Until then that one stays as it
/// was; dropped before, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Replacement {
    target: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Replacement {
    /// A file for `path`, where nothing else than a file may be. A link to a file stays one.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if path.symlink_metadata().is_ok_and(|data| !data.is_file() && !data.is_symlink()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device, a pipe or a socket"));
        }
        // A device or pipe at the end of a link must not be replaced; the link itself may.
        let target = path.canonicalize().ok().filter(|real| real.is_file()).unwrap_or_else(|| path.to_owned());
        // A short name fits where the file's own, with an ending, might be too long.
        let mut builder = tempfile::Builder::new();
        let folder = or_here(target.parent().unwrap_or(&target));
        let mut refused = None;
        let file = builder
            .prefix(".kandy-")
            .suffix(".tmp")
            .make_in(folder, |path| File::create_new(path).inspect_err(|error| refused = error.raw_os_error()));
        // The library tells the name of its file, too, which nobody knows.
        let file = file.map_err(|error| refused.map_or(error, io::Error::from_raw_os_error))?;
        Ok(Self { target, file: BufWriter::new(file) })
    }

    /// What has been written so far.
    pub(crate) fn written(&mut self) -> io::Result<File> {
        self.flush()?;
        self.file.get_ref().reopen()
    }

    /// Lets it take the place of the other.
    pub(crate) fn finish(self) -> io::Result<()> {
        let Self { target, file } = self;
        file.into_inner()?.persist(target)?;
        Ok(())
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::scratch::Folder;
    use super::*;

    #[test]
    fn only_files_are_read_and_only_so_far() {
        let folder = Folder::new("read");
        let path = folder.join("a");
        fs::write(&path, "1234").unwrap();
        assert_eq!(read(&path, 4).unwrap(), b"1234");
        assert_eq!(read(&path, 3).unwrap_err().to_string(), "it is larger than 3 bytes");
        assert!(matches!(read(folder.path(), 4), Err(FileError::NotAFile)));
        assert!(read(&folder.join("b"), 4).unwrap_err().is_missing());
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_as_the_system_tells_it() {
        let folder = Folder::new("no-folder");
        let (told, expected) = (replace(&folder.join("none/a"), ""), fs::write(folder.join("none/a"), ""));
        assert_eq!(told.unwrap_err().to_string(), expected.unwrap_err().to_string());
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_permissions_of_any_other() {
        use std::os::unix::fs::PermissionsExt;

        let folder = Folder::new("permissions");
        let [ours, other] = ["a", "b"].map(|name| folder.join(name));
        replace(&ours, "").unwrap();
        fs::write(&other, "").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&other));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_stay() {
        use std::os::unix::fs::symlink;

        let folder = Folder::new("file-links");
        let [file, link, dangling, device] = ["a", "link", "dangling", "device"].map(|name| folder.join(name));
        symlink("a", &link).unwrap();
        symlink("nowhere", &dangling).unwrap();
        symlink("/dev/null", &device).unwrap();
        fs::write(&file, "old").unwrap();
        replace(&link, "new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let error = read(&dangling, 10).unwrap_err();
        assert!(matches!(error, FileError::Dangling) && !error.is_missing());
        assert!(matches!(read(&device, 10), Err(FileError::NotAFile)));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced_nor_through_a_link() {
        let folder = Folder::new("socket");
        let (socket, link) = (folder.join("socket"), folder.join("link"));
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(replace(&socket, "new").unwrap_err().kind(), io::ErrorKind::InvalidInput);
        std::os::unix::fs::symlink("socket", &link).unwrap();
        replace(&link, "new").unwrap();
        assert!(!socket.is_file() && socket.exists());
        assert!(!link.is_symlink());
        assert_eq!(read(&link, 10).unwrap(), b"new");
    }

    #[test]
    fn what_cannot_be_replaced_leaves_nothing_behind() {
        let folder = Folder::new("refuse");
        fs::create_dir(folder.join("a")).unwrap();
        assert!(replace(&folder.join("a"), "new").is_err());
        assert!(replace(&folder.join("none/b"), "new").is_err());
        assert_eq!(folder.names(), ["a"]);
    }
}

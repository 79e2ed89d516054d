//! TLS: a certificate of the server's own, made at the first start and kept, or files of the user's.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{RootCertStore, ServerConfig};
use thiserror::Error;

use crate::file;

/// The names that each of the server's own certificates is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// How long it holds; browsers refuse more than a bit over a year.
const VALID: Duration = Duration::from_secs(397 * DAY);
/// How long before its end another one is made.
const MARGIN: Duration = Duration::from_secs(7 * DAY);
const DAY: u64 = 24 * 3600;
/// The longest file of certificates or keys, in bytes.
const MAX_PEM_BYTES: u64 = 1024 * 1024;

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file is not what it should be.
    #[error("cannot use {what} in `{shown}`: {reason}")]
    File {
        /// The certificate or the key.
        what: &'static str,
        /// The path.
        shown: String,
        /// Why not.
        reason: String,
    },
    /// The key does not belong to the certificate, or is of a kind that TLS does not know.
    #[error("certificate and key do not go together: {0}")]
    Pair(#[source] rustls::Error),
    /// There is no folder to keep a certificate in.
    #[error("there is no folder to keep the certificate in")]
    NoFolder,
    /// A certificate cannot be kept.
    #[error("cannot keep the certificate in `{shown}`: {source}")]
    Keep {
        /// The folder.
        shown: String,
        /// What the system says.
        source: io::Error,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Make(#[source] rcgen::Error),
}

/// The folder in which the server keeps what it has made: `XDG_STATE_HOME`, else `~/.local/state`.
#[must_use]
pub fn state_folder(xdg_state_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let folder = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    let state = xdg_state_home.and_then(folder);
    let state = state.or_else(|| home.and_then(folder).map(|home| home.join(".local/state")));
    state.map(|state| state.join("kandy-harness"))
}

/// TLS with the server's own certificate for `address`, which is kept in `folder`, and where that is. For localhost, and for
/// all addresses, it is the same one: it is trusted once.
///
/// # Errors
///
/// It can be neither read nor made.
pub fn own(folder: &Path, address: IpAddr, now: SystemTime) -> Result<(Arc<ServerConfig>, PathBuf), TlsError> {
    let names = names(address);
    // Not every system takes an address of IPv6 as the name of a file.
    let suffix = names.get(NAMES.len()).map(|name| format!("-{}", name.replace(':', "-"))).unwrap_or_default();
    let (certificate, key) = (folder.join(format!("cert{suffix}.pem")), folder.join(format!("key{suffix}.pem")));
    let keep = |source| TlsError::Keep { shown: folder.display().to_string(), source };
    fs::create_dir_all(folder).map_err(keep)?;
    // Of servers that start at once, the first makes a certificate, and the others find it.
    let _lock = lock(&folder.join("lock")).map_err(keep)?;
    if let Ok(kept) = from_files(&certificate, &key)
        && is_good(&certificate, &names, now)
        && is_certificate_of(&certificate, &key)
    {
        return Ok((kept, certificate));
    }
    let made = make(&names, now).map_err(TlsError::Make)?;
    let (secret, public) = (made.signing_key.serialize_pem(), made.cert.pem());
    // The file of the key says which certificate is its own: both change with one rename. The certificate's file, which
    // is for clients, follows; where it does not, the next start sees that.
    write_whole(&key, format!("{secret}{public}").as_bytes(), 0o600).map_err(keep)?;
    write_whole(&certificate, public.as_bytes(), 0o644).map_err(keep)?;
    Ok((from_files(&key, &key)?, certificate))
}

/// Whether the file of a key names the certificate as its own, or no certificate at all.
fn is_certificate_of(certificate: &Path, key: &Path) -> bool {
    certificates(key).map_or(true, |named| certificates(certificate).is_ok_and(|chain| chain == named))
}

/// How often a start looks whether another one has made its certificate.
const LOCK_LOOK: Duration = Duration::from_millis(10);
/// How often it does so at most: half a minute, for what takes milliseconds.
const LOCK_LOOKS: usize = 3_000;

/// Takes a lock that ends with what is given, or with the process.
fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    for _ in 0..LOCK_LOOKS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => pause(),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "another server that starts holds its file `lock`"))
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for, which tells nobody")]
fn pause() {
    thread::sleep(LOCK_LOOK);
}

/// What a server that listens on `address` is called.
fn names(address: IpAddr) -> Vec<String> {
    let mut names: Vec<String> = NAMES.map(str::to_owned).into();
    if !address.is_unspecified() && !names.contains(&address.to_string()) {
        names.push(address.to_string());
    }
    names
}

/// TLS with the certificate chain and the key of PEM files.
///
/// # Errors
///
/// They cannot be read, or do not go together.
pub fn from_files(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = certificates(certificate)?;
    let pem = read("a private key", key)?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| wrong("a private key", key, &error))?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read("a certificate", path)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| wrong("a certificate", path, &error))?;
    if chain.is_empty() {
        return Err(wrong("a certificate", path, &rustls::pki_types::pem::Error::NoItemsFound));
    }
    Ok(chain)
}

/// Reads a PEM file: its path may lead to anything.
fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    file::read(path, MAX_PEM_BYTES).map_err(|error| TlsError::File {
        what,
        shown: path.display().to_string(),
        reason: error.to_string(),
    })
}

fn wrong(what: &'static str, path: &Path, error: &rustls::pki_types::pem::Error) -> TlsError {
    let reason = match error {
        rustls::pki_types::pem::Error::NoItemsFound => "there is none in it; it must be a PEM file".to_owned(),
        error => error.to_string(),
    };
    TlsError::File { what, shown: path.display().to_string(), reason }
}

fn make(names: &[String], now: SystemTime) -> Result<rcgen::CertifiedKey<rcgen::KeyPair>, rcgen::Error> {
    let mut params = rcgen::CertificateParams::new(names)?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "kandy-harness");
    // A clock that is a bit behind should not refuse it.
    params.not_before = (now - Duration::from_secs(DAY)).into();
    params.not_after = (now + VALID).into();
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let signing_key = rcgen::KeyPair::generate()?;
    let cert = params.self_signed(&signing_key)?;
    Ok(rcgen::CertifiedKey { cert, signing_key })
}

/// Whether a client that trusts the certificate accepts it for every name, now and in some days.
fn is_good(certificate: &Path, names: &[String], now: SystemTime) -> bool {
    let Ok(chain) = certificates(certificate) else { return false };
    let Some(leaf) = chain.first() else { return false };
    let mut roots = RootCertStore::empty();
    if roots.add(leaf.clone()).is_err() {
        return false;
    }
    let Ok(verifier) = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build() else {
        return false;
    };
    let since_epoch = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    [now, now + MARGIN].into_iter().all(|time| {
        names.iter().all(|name| {
            let time = UnixTime::since_unix_epoch(since_epoch(time));
            ServerName::try_from(name.as_str())
                .is_ok_and(|name| verifier.verify_server_cert(leaf, &[], &name, &[], time).is_ok())
        })
    })
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Writes a file that is either there as a whole, or not: two servers may start at once.
fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    // One that was left behind might have another mode.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::Barrier;

    use rustls::{ClientConfig, ClientConnection, ServerConnection};

    use super::*;

    /// A moment that does not depend on the machine's clock.
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
    }

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> Self {
            Self(std::env::temp_dir().join(format!("kandy-tls-{}-{test}", std::process::id())))
        }

        fn text(&self, file: &str) -> String {
            fs::read_to_string(self.0.join(file)).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_certificate_is_made_once_and_kept_until_it_runs_out() {
        let folder = Folder::new("kept");
        let (_, path) = own(&folder.0, LOCAL, now()).unwrap();
        assert_eq!(path, folder.0.join("cert.pem"));
        let first = folder.text("cert.pem");
        own(&folder.0, LOCAL, now() + Duration::from_secs(380 * DAY)).unwrap();
        assert_eq!(folder.text("cert.pem"), first, "it holds for a year");
        own(&folder.0, LOCAL, now() + Duration::from_secs(391 * DAY)).unwrap();
        assert_ne!(folder.text("cert.pem"), first, "it ends in less than a week");
    }

    #[test]
    fn another_address_has_a_certificate_of_its_own() {
        let folder = Folder::new("address");
        for (address, file) in [
            ("127.0.0.1", "cert.pem"),
            ("0.0.0.0", "cert.pem"),
            ("::", "cert.pem"),
            ("::1", "cert.pem"),
            ("192.0.2.7", "cert-192.0.2.7.pem"),
            ("2001:db8::7", "cert-2001-db8--7.pem"),
        ] {
            let address = address.parse().unwrap();
            let (_, path) = own(&folder.0, address, now()).unwrap();
            assert_eq!(path, folder.0.join(file), "{address}");
            assert!(is_good(&path, &names(address), now()), "{address}");
        }
        let first = folder.text("cert-192.0.2.7.pem");
        own(&folder.0, "192.0.2.7".parse().unwrap(), now()).unwrap();
        assert_eq!(folder.text("cert-192.0.2.7.pem"), first, "it is kept");
    }

    #[test]
    fn what_is_kept_and_broken_is_made_again() {
        let folder = Folder::new("broken");
        own(&folder.0, LOCAL, now()).unwrap();
        for (file, text) in [("key.pem", "not a key"), ("cert.pem", ""), ("cert.pem", "-----BEGIN CERTIFICATE-----")] {
            fs::write(folder.0.join(file), text).unwrap();
            own(&folder.0, LOCAL, now()).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(folder.text("key.pem").contains("PRIVATE KEY"));
        }
    }

    /// Whether a client that trusts the file alone accepts a server of that configuration.
    fn is_trusted(config: Arc<ServerConfig>, file: &Path) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(certificates(file).unwrap().remove(0)).unwrap();
        let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        let client = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
        let mut client = ClientConnection::new(client, ServerName::try_from("localhost").unwrap()).unwrap();
        let mut server = ServerConnection::new(config).unwrap();
        let mut wire = Vec::new();
        while client.is_handshaking() {
            client.write_tls(&mut wire).unwrap();
            server.read_tls(&mut wire.as_slice()).unwrap();
            server.process_new_packets().unwrap();
            wire.clear();
            server.write_tls(&mut wire).unwrap();
            client.read_tls(&mut wire.as_slice()).unwrap();
            if client.process_new_packets().is_err() {
                return false;
            }
            wire.clear();
        }
        true
    }

    #[test]
    fn those_who_start_at_once_have_the_certificate_of_the_file() {
        for round in 0..4 {
            let folder = Folder::new(&format!("at-once-{round}"));
            let start = Barrier::new(8);
            let made: Vec<_> = thread::scope(|scope| {
                let own = || {
                    start.wait();
                    own(&folder.0, LOCAL, now())
                };
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(own)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
            });
            assert!(made.into_iter().all(|(config, path)| is_trusted(config, &path)));
        }
    }

    /// As an end between the two renames leaves it.
    #[test]
    fn a_certificate_that_is_not_that_of_the_key_is_made_again() {
        let (folder, other) = (Folder::new("halfway"), Folder::new("halfway-other"));
        own(&folder.0, LOCAL, now()).unwrap();
        own(&other.0, LOCAL, now()).unwrap();
        fs::copy(other.0.join("key.pem"), folder.0.join("key.pem")).unwrap();
        let (config, path) = own(&folder.0, LOCAL, now()).unwrap();
        assert!(is_trusted(config, &path));
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("mode");
        own(&folder.0, LOCAL, now()).unwrap();
        let mode = |file: &str| fs::metadata(folder.0.join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("key.pem"), 0o600);
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 3, "beside the lock nothing else is left");
    }

    #[test]
    fn files_that_cannot_be_used_are_named_with_the_reason() {
        let folder = Folder::new("files");
        own(&folder.0, LOCAL, now()).unwrap();
        let (cert, key) = (folder.0.join("cert.pem"), folder.0.join("key.pem"));
        let told = |cert: &Path, key: &Path| from_files(cert, key).unwrap_err().to_string();
        let missing = folder.0.join("missing.pem");
        assert!(told(&missing, &key).starts_with("cannot use a certificate in `"), "{}", told(&missing, &key));
        assert!(told(&cert, &cert).contains("there is none in it"), "{}", told(&cert, &cert));
        let other = Folder::new("files-other");
        own(&other.0, LOCAL, now()).unwrap();
        let told = told(&cert, &other.0.join("key.pem"));
        assert!(told.starts_with("certificate and key do not go together"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read() {
        let folder = Folder::new("device");
        let (_, path) = own(&folder.0, LOCAL, now()).unwrap();
        let device = Path::new("/dev/zero");
        for (certificate, key, what) in [(device, device, "a certificate"), (&*path, device, "a private key")] {
            let error = from_files(certificate, key).unwrap_err().to_string();
            assert_eq!(error, format!("cannot use {what} in `/dev/zero`: it is not a file"));
        }
    }

    #[test]
    fn the_folder_is_that_of_the_system() {
        let folder = |xdg: Option<&str>, home: Option<&str>| state_folder(xdg.map(Into::into), home.map(Into::into));
        assert_eq!(folder(Some("/state"), Some("/home/a")), Some("/state/kandy-harness".into()));
        assert_eq!(folder(None, Some("/home/a")), Some("/home/a/.local/state/kandy-harness".into()));
        assert_eq!(folder(Some(""), Some("/home/a")), Some("/home/a/.local/state/kandy-harness".into()));
        assert_eq!(folder(None, None), None);
    }
}

//! TLS for requests and websockets alike.

use std::sync::{Arc, LazyLock};

use rustls::{ClientConfig, RootCertStore};

use super::options::{Certificate, SetUpError};

/// The system's certificates, read once: parsing them takes longer than all the rest of making a client. Where there
/// are none, plain connections work all the same.
static SYSTEM_ROOTS: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(roots)
});

/// The configuration that trusts the system's certificates and `extra_roots`.
pub(super) fn client_config(extra_roots: &[Certificate]) -> Result<ClientConfig, SetUpError> {
    let mut roots = Arc::clone(&SYSTEM_ROOTS);
    for (index, certificate) in extra_roots.iter().enumerate() {
        let added = Arc::make_mut(&mut roots).add(certificate.0.clone());
        added.map_err(|source| SetUpError::ExtraRoot { index, source: source.into() })?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SetUpError::Tls(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

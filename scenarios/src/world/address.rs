//! Addresses: which of them lead to the platform.

use crate::trace;

/// Where an address leads.
#[derive(Debug)]
pub(crate) enum Destination<'a> {
    /// To the platform: the path and query.
    Platform(http::Uri),
    /// To nothing in this world, or nowhere at all.
    Elsewhere(&'a str),
}

impl<'a> Destination<'a> {
    /// `servers` are the platform's, each as `host:port`, or as a `host` that answers on every port.
    pub(crate) fn of(url: &'a str, servers: &[String]) -> Self {
        let rest = ["https://", "http://", "wss://", "ws://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        let (host, path) = rest.map_or(("", ""), |rest| rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())));
        match http::Uri::try_from(path) {
            Ok(path) if servers.iter().any(|server| is_at(server, host)) => Self::Platform(path),
            _ => Self::Elsewhere(url),
        }
    }
}

impl Destination<'_> {
    /// Its record: without the platform's host, and without foreign tokens.
    pub(crate) fn record(&self) -> trace::Address {
        match self {
            Self::Platform(uri) => trace::Address::of_platform(uri),
            Self::Elsewhere(url) => trace::Address::elsewhere(url),
        }
    }
}

fn is_at(server: &str, host: &str) -> bool {
    let is_port = |rest: &str| rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    host.strip_prefix(server).is_some_and(|rest| rest.is_empty() || is_port(rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    /// The same addresses in every run, unless `PROPTEST_CASES` says how many others to take.
    fn config() -> Config {
        if std::env::var_os("PROPTEST_CASES").is_some() {
            return Config::default();
        }
        Config { rng_seed: RngSeed::Fixed(0), ..Config::default() }
    }

    proptest! {
        #![proptest_config(config())]

        /// Wherever it stands in a query, and wherever the address leads.
        #[test]
        fn no_address_shows_a_token(
            host in prop_oneof!["(https?|wss?)://(kandy\\.test|nowhere)(:[0-9]{0,6})?", "\\PC{0,12}"],
            path in "(/[!->@-~]{0,8})?",
            before in "([a-z=%]{0,6}&){0,3}",
            key in "(token|access_token)",
            after in "(&[!-~]{0,6}){0,2}",
        ) {
            let host = host.replace('?', "");
            let url = format!("{host}{path}?{before}{key}=s3cret{after}");
            prop_assert!(!shown(&url).contains("s3cret"), "{}", shown(&url));
        }

        #[test]
        fn only_the_platforms_host_leads_to_it(
            scheme in "(https?|wss?)://",
            host in prop_oneof!["kandy\\.test", "[a-z.]{0,3}kandy\\.test[a-z.]{0,3}", "\\PC{0,12}"],
            port in "(:[0-9]{0,6})?",
            rest in "([/?]\\PC{0,12})?",
        ) {
            let url = format!("{scheme}{host}{port}{rest}");
            if let Destination::Platform(path) = Destination::of(&url, &["kandy.test".to_owned()]) {
                prop_assert!(host.starts_with("kandy.test") && !host.starts_with("kandy.test."), "{} for {}", path, url);
            }
        }
    }

    fn shown(url: &str) -> String {
        Destination::of(url, &["kandy.test".to_owned(), "127.0.0.1:8080".to_owned()]).record().as_str().to_owned()
    }

    #[test]
    fn the_platforms_own_host_is_left_out() {
        assert_eq!(shown("https://kandy.test/v2.0/auth/mk_token?refresh=y"), "/v2.0/auth/mk_token?refresh=y");
        assert_eq!(shown("ws://127.0.0.1:8080/CH-1?token=AT-1"), "/CH-1?token=AT-1");
        assert_eq!(shown("http://kandy.test:8443/x"), "/x");
        assert_eq!(shown("https://nowhere.example/x"), "https://nowhere.example/x");
        assert_eq!(shown("https://kandy.test:443undefined?token=AT-1"), "https://kandy.test:443undefined?token=AT-1");
    }

    #[test]
    fn foreign_tokens_are_hidden() {
        assert_eq!(shown("https://kandy.test/x?expires=60&token=s3cret"), "/x?expires=60&token=***");
        assert_eq!(shown("wss://kandy.test/CH-1?access_token=OA-x"), "/CH-1?access_token=***");
    }
}

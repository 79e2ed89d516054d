//! What is said at the start: to people, and to programs.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::accounts::{Accounts, DEFAULT_PASSWORD, DEFAULT_USER};
use crate::report::wrap;
use crate::text::printable;

/// How many users are named.
const NAMED: usize = 5;

/// A server that has started.
#[derive(Debug)]
pub struct StartedServer<'a> {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it has TLS.
    pub is_tls: bool,
    /// The certificate that clients have to be told to trust, if it is the server's own.
    pub own_certificate: Option<&'a PathBuf>,
    /// The token of the control interface.
    pub token: &'a str,
    /// The users, as the arguments say.
    pub accounts: &'a Accounts,
    /// Whether nobody was named, so that there is one by default.
    pub by_default: bool,
    /// Whether every name and password signs in.
    pub any_user: bool,
    /// Whether the clock is moved by the control interface.
    pub is_manual: bool,
    /// Whether it serves a copy of the SDK.
    pub serves_sdk: bool,
    /// Why its script does nothing, with the place.
    pub script_error: Option<String>,
    /// Whether it is there to show a saved journal.
    pub shows_saved: bool,
}

impl StartedServer<'_> {
    /// The host, as it stands in a URL: one at which the server is reached from its own machine. With TLS it is a name where
    /// possible, since certificates are for names.
    #[must_use]
    pub fn host(&self) -> String {
        let ip = self.address.ip();
        if self.is_tls && (ip.is_unspecified() || ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST) {
            return "localhost".to_owned();
        }
        match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) if ip.is_unspecified() => format!("[{}]", Ipv6Addr::LOCALHOST),
            IpAddr::V6(ip) => format!("[{ip}]"),
        }
    }

    /// Where REST is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}:{}", self.protocol("http"), self.host(), self.address.port())
    }

    /// Where notification channels are.
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("{}://{}:{}", self.protocol("ws"), self.host(), self.address.port())
    }

    /// Where the control interface is.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/__admin", self.url())
    }

    /// One line for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "url": self.url(),
            "ws": self.ws_url(),
            "control": self.control_url(),
            "token": self.token,
            "users": self.accounts.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            "anyUser": self.any_user,
            "clock": if self.is_manual { "manual" } else { "real" },
            "certificate": self.own_certificate.map(|path| path.display().to_string()),
        })
    }

    /// The text for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        if self.shows_saved {
            return format!("The saved journal is shown at {}/\n\nStop it with Ctrl-C.\n", self.url());
        }
        let mut text = format!("The Kandy platform is served at {}\n\n", self.url());
        let _ = writeln!(text, "  console     {}/", self.url());
        let _ = writeln!(text, "  quickstart  {}/quickstart", self.url());
        if self.serves_sdk {
            let _ = writeln!(text, "  SDK         {}/kandy/kandy.uc.js", self.url());
        }
        if self.is_manual {
            text += "  clock       manual: POST /__admin/advance moves it on\n";
        }
        text += "\nGive Kandy.js this configuration:\n\n";
        text += &self.configuration();
        text += "\nand sign in:\n\n";
        text += &self.sign_in();
        if let Some(certificate) = self.own_certificate {
            let _ = writeln!(text, "\nThe certificate is this server's own: trust it once. It is\n");
            let _ = writeln!(text, "  {}\n", certificate.display());
            let _ = writeln!(text, "  browser   open {} and accept it", self.url());
            text += "  curl      --cacert with that file\n";
            text += "  Node      NODE_EXTRA_CA_CERTS with that file\n";
        }
        text += "\nTell programs where it is:\n\n";
        for (name, value) in self.variables() {
            let _ = writeln!(text, "  export {name}={}", quoted(&value));
        }
        text += "\nStop it with Ctrl-C.\n";
        if let Some(error) = &self.script_error {
            let told = format!("The script does nothing: {}", printable(error));
            let _ = writeln!(text, "\n{}", wrap(&told, 0).join("\n"));
        }
        text
    }

    /// What tells programs where it is, as variables of their environment.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, OsString)> {
        let mut variables: Vec<(_, OsString)> = vec![
            ("KANDY_URL", self.url().into()),
            ("KANDY_WS_URL", self.ws_url().into()),
            ("KANDY_CONTROL_URL", self.control_url().into()),
            ("KANDY_CONTROL_TOKEN", self.token.into()),
        ];
        variables.extend(self.own_certificate.map(|path| ("KANDY_CERTIFICATE", path.clone().into())));
        variables
    }

    fn configuration(&self) -> String {
        let server = |option: &str, protocol: &str| {
            let (protocol, host, port) = (self.protocol(protocol), self.host(), self.address.port());
            format!("      {option}: {{\n        protocol: '{protocol}', server: '{host}', port: {port}\n      }}")
        };
        let (subscription, websocket) = (server("subscription", "http"), server("websocket", "ws"));
        format!("  const kandy = create({{\n    authentication: {{\n{subscription},\n{websocket}\n    }}\n  }})\n")
    }

    fn sign_in(&self) -> String {
        if self.by_default {
            return format!(
                "  kandy.connect({{ username: '{DEFAULT_USER}', password: '{DEFAULT_PASSWORD}' }})\n\n\
                 That user is there because no other was asked for: see --user, --users and\n--any-user.\n"
            );
        }
        let who = if self.any_user {
            "any name with any password".to_owned()
        } else {
            let mut names: Vec<String> = self.accounts.iter().map(|(name, _)| printable(name).into_owned()).collect();
            let more = names.len().saturating_sub(NAMED);
            names.truncate(NAMED);
            match (names.is_empty(), more) {
                (true, _) => "nobody yet".to_owned(),
                (false, 0) => names.join(", "),
                (false, more) => format!("{} and {more} more", names.join(", ")),
            }
        };
        let who = wrap(&format!("as {who}"), 2).join("\n  ");
        format!("  kandy.connect({{ username: .., password: .. }})\n  {who}\n")
    }

    fn protocol(&self, plain: &str) -> String {
        if self.is_tls { format!("{plain}s") } else { plain.to_owned() }
    }
}

/// A value as a shell takes it.
pub(crate) fn quoted(value: &OsStr) -> String {
    let text = value.to_string_lossy();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]+=@%".contains(&byte);
    if text.bytes().all(is_plain) { text.into_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use kandy_mock_server::UserOptions;

    use super::*;
    use crate::report::COLUMNS;
    use crate::serve::accounts::Account;

    fn started<'a>(accounts: &'a Accounts, address: &str) -> StartedServer<'a> {
        StartedServer {
            address: address.parse().unwrap(),
            is_tls: false,
            own_certificate: None,
            token: "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345",
            accounts,
            by_default: true,
            any_user: false,
            is_manual: false,
            serves_sdk: false,
            script_error: None,
            shows_saved: false,
        }
    }

    #[test]
    fn people_are_told_what_to_paste() {
        let accounts = Accounts::by_default();
        let expected = "\
The Kandy platform is served at http://127.0.0.1:8080

  console     http://127.0.0.1:8080/
  quickstart  http://127.0.0.1:8080/quickstart

Give Kandy.js this configuration:

  const kandy = create({
    authentication: {
      subscription: {
        protocol: 'http', server: '127.0.0.1', port: 8080
      },
      websocket: {
        protocol: 'ws', server: '127.0.0.1', port: 8080
      }
    }
  })

and sign in:

  kandy.connect({ username: 'alice@example.com', password: 's3cret' })

That user is there because no other was asked for: see --user, --users and
--any-user.

Tell programs where it is:

  export KANDY_URL=http://127.0.0.1:8080
  export KANDY_WS_URL=ws://127.0.0.1:8080
  export KANDY_CONTROL_URL=http://127.0.0.1:8080/__admin
  export KANDY_CONTROL_TOKEN=ABCDEFGHIJKLMNOPQRSTUVWXYZ012345

Stop it with Ctrl-C.
";
        assert_eq!(started(&accounts, "127.0.0.1:8080").to_text(), expected);
    }

    #[test]
    fn of_a_saved_journal_it_is_said_where_it_is() {
        let accounts = Accounts::default();
        let started = StartedServer { shows_saved: true, ..started(&accounts, "127.0.0.1:8080") };
        let expected = "The saved journal is shown at http://127.0.0.1:8080/\n\nStop it with Ctrl-C.\n";
        assert_eq!(started.to_text(), expected);
    }

    #[test]
    fn the_text_keeps_to_its_columns_and_to_no_passwords() {
        let mut accounts = Accounts::default();
        for number in 0..7 {
            let account = Account { password: "hidden".into(), options: UserOptions::default() };
            assert!(accounts.add(&format!("somebody-{number}@example.com"), account));
        }
        let certificate = PathBuf::from("/home/alice/.local/state/kandy-harness/cert.pem");
        let long = StartedServer {
            is_tls: true,
            own_certificate: Some(&certificate),
            by_default: false,
            is_manual: true,
            ..started(&accounts, "[2001:db8:aaaa:bbbb::1]:58080")
        };
        let text = long.to_text();
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert!(text.contains("somebody-4@example.com and 2 more") && !text.contains("hidden"), "{text}");
        assert!(text.contains("server: '[2001:db8:aaaa:bbbb::1]'") && text.contains("protocol: 'wss'"), "{text}");
    }

    #[test]
    fn with_tls_it_is_localhost_everywhere_and_says_where_the_sdk_is() {
        let accounts = Accounts::by_default();
        let certificate = PathBuf::from("/home/a b/cert.pem");
        for address in ["127.0.0.1:3000", "[::1]:3000", "0.0.0.0:3000"] {
            let own_certificate = Some(&certificate);
            let tls = StartedServer { is_tls: true, own_certificate, serves_sdk: true, ..started(&accounts, address) };
            let text = tls.to_text();
            assert!(text.contains("  SDK         https://localhost:3000/kandy/kandy.uc.js\n"), "{text}");
            assert!(text.contains("server: 'localhost', port: 3000"), "{text}");
            assert!(text.contains("  export KANDY_CERTIFICATE='/home/a b/cert.pem'\n"), "{text}");
            assert!(!text.contains("127.0.0.1") && !text.contains("::1"), "{text}");
        }
        let named = StartedServer { is_tls: true, ..started(&accounts, "192.168.1.5:3000") };
        assert_eq!(named.url(), "https://192.168.1.5:3000");
    }

    #[test]
    fn a_broken_script_is_told_last() {
        let accounts = Accounts::by_default();
        let error = Some("flaky.rhai:3:5: there is no point \"subscrib\"".to_owned());
        let text = StartedServer { script_error: error, ..started(&accounts, "127.0.0.1:8080") }.to_text();
        let last = text.lines().last().unwrap();
        assert_eq!(last, "The script does nothing: flaky.rhai:3:5: there is no point \"subscrib\"");
    }

    #[test]
    fn programs_get_one_line() {
        let accounts = Accounts::by_default();
        let line = started(&accounts, "0.0.0.0:49152").to_json().to_string();
        let expected = concat!(
            r#"{"url":"http://127.0.0.1:49152","ws":"ws://127.0.0.1:49152","#,
            r#""control":"http://127.0.0.1:49152/__admin","token":"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345","#,
            r#""users":["alice@example.com"],"anyUser":false,"clock":"real","certificate":null}"#
        );
        assert_eq!(line, expected);
        assert!(started(&accounts, "[::]:1").url() == "http://[::1]:1");
    }
}

//! The arguments of `serve`.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use http::HeaderValue;

use crate::serve::accounts::{Account, parse_user};
use crate::serve::limits::{self, Setting};

#[derive(Debug, Args)]
#[command(after_help = serve_help())]
pub(in crate::cli) struct Serve {
    /// The port; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(in crate::cli) port: u16,

    /// The only address to listen on
    /// [default: 127.0.0.1, and ::1 where there is IPv6]
    #[arg(long, value_name = "ADDRESS", verbatim_doc_comment)]
    pub(in crate::cli) bind: Option<IpAddr>,

    /// A file of users (TOML), read again when it changes
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) users: Option<PathBuf>,

    /// A user; may be given again
    #[arg(long, value_name = "NAME:PASSWORD", value_parser = parse_user)]
    pub(in crate::cli) user: Vec<(String, Account)>,

    /// Let every name and password sign in
    #[arg(long)]
    pub(in crate::cli) any_user: bool,

    /// An origin whose pages may use the platform, such
    /// as http://localhost:3000; may be given again
    /// [default: all]
    #[arg(long, value_name = "ORIGIN", value_parser = origin, verbatim_doc_comment)]
    pub(in crate::cli) origin: Vec<HeaderValue>,

    /// A name by which this server is addressed, such as
    /// kandy.test, for the control interface and where
    /// --origin is given; may be given again
    #[arg(long, value_name = "NAME", value_parser = host_name, verbatim_doc_comment)]
    pub(in crate::cli) allow_host: Vec<String>,

    /// real, or manual: moved over HTTP
    #[arg(long, value_name = "CLOCK", default_value = "real", hide_possible_values = true)]
    pub(in crate::cli) clock: ClockName,

    /// Serve https and wss, with a certificate that is
    /// made at the first start and kept
    #[arg(long, verbatim_doc_comment)]
    pub(in crate::cli) tls: bool,

    /// Serve https and wss with this certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with = "tls")]
    pub(in crate::cli) cert: Option<PathBuf>,

    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(in crate::cli) key: Option<PathBuf>,

    /// The folder in which the certificate of --tls is
    /// kept
    /// [default: $XDG_STATE_HOME/kandy-harness, else
    /// ~/.local/state/kandy-harness]
    #[arg(long, value_name = "FOLDER", requires = "tls", verbatim_doc_comment)]
    pub(in crate::cli) state: Option<PathBuf>,

    /// Your copy of Kandy.js, for the quickstart page and
    /// for your application: it is served at
    /// /kandy/kandy.uc.js
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) sdk: Option<PathBuf>,

    /// Show a journal that the console has saved, and
    /// nothing else
    #[arg(long, value_name = "FILE", verbatim_doc_comment, conflicts_with_all = ["users", "user", "any_user", "origin", "clock", "sdk", "script", "schedule", "limit", "command"])]
    pub(in crate::cli) open: Option<PathBuf>,

    /// A script that runs beside the server (.rhai), and
    /// again when it changes, but not beside a command
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub(in crate::cli) script: Option<PathBuf>,

    /// Let this go wrong, MOMENT: ACT, as `explore`
    /// has it; may be given again
    #[arg(long, value_name = "SCHEDULE", verbatim_doc_comment)]
    pub(in crate::cli) schedule: Vec<String>,

    /// Another limit on what clients can do, such as
    /// connections=500; may be given again; see below
    #[arg(long, value_name = "NAME=VALUE", value_parser = Setting::parse, verbatim_doc_comment)]
    pub(in crate::cli) limit: Vec<Setting>,

    /// The token of the control interface
    /// [default: $KANDY_CONTROL_TOKEN, else another one
    /// at each start]
    #[arg(long, value_name = "TOKEN", verbatim_doc_comment)]
    pub(in crate::cli) token: Option<String>,

    /// Print one line of JSON at the start
    #[arg(long)]
    pub(in crate::cli) json: bool,

    /// Print nothing at the start, as with a command
    #[arg(long)]
    pub(in crate::cli) quiet: bool,

    /// Write a line for each request to stderr
    #[arg(long)]
    pub(in crate::cli) log: bool,

    /// Stop when the standard input ends: with the
    /// program that has started this
    #[arg(long, conflicts_with = "command", verbatim_doc_comment)]
    pub(in crate::cli) exit_with_stdin: bool,

    /// A command to run, such as a test suite; the server ends with it
    #[arg(last = true, value_name = "COMMAND")]
    pub(in crate::cli) command: Vec<OsString>,
}

/// What `serve --help` says of its limits and of its end.
fn serve_help() -> String {
    format!("{}\n{SERVE_HELP}", limits::help())
}

const SERVE_HELP: &str = "\
A command finds the server in KANDY_URL, KANDY_WS_URL, KANDY_CONTROL_URL,
KANDY_CONTROL_TOKEN and, with --tls, KANDY_CERTIFICATE; NO_PROXY has it, too.

Exit codes:
  0  stopped by Ctrl-C, SIGTERM or the end of its input; with a command: it
     ended well, and so did the script
  1  with a command: it ended well, and a check of the script failed
  2  bad usage: an argument is wrong, the port is taken, or there is no such
     command
  3  the script, the users, the certificate, the SDK or the journal are
     missing or malformed
  4  internal error: the harness or the system failed
  Any other is that of the command; 128 and the number of a signal that ended
  it.";

/// The platform's clocks.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum ClockName {
    Real,
    Manual,
}

/// Names are compared with what stands in `Host` headers before the port.
fn host_name(text: &str) -> Result<String, String> {
    let authority = text.parse::<http::uri::Authority>().ok();
    let is_name = authority.is_some_and(|authority| authority.host() == text) && !text.contains(['@', '*']);
    if is_name {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("it must be a name without a port, such as kandy.test".to_owned())
    }
}

/// Origins are compared as browsers write them.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let form = || "it must be as browsers write it, such as http://localhost:3000".to_owned();
    if text.contains('*') {
        return Err(
            "it must be one origin, not a pattern: give the option once for each, or leave it out for all".to_owned()
        );
    }
    let (scheme, authority) = text.split_once("://").ok_or_else(form)?;
    let is_authority = authority.parse::<http::uri::Authority>().is_ok() && !authority.contains('@');
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:[]".contains(&byte);
    let is_plain = scheme.bytes().chain(authority.bytes()).all(is_letter);
    let has_default_port =
        (scheme == "http" && authority.ends_with(":80")) || (scheme == "https" && authority.ends_with(":443"));
    if !is_authority || !is_plain || has_default_port {
        return Err(form());
    }
    HeaderValue::from_str(text).map_err(|_| form())
}

//! The SDKs of every dialect as they are published, in Chromium before `kandy-harness serve`, which is this program again: each
//! lives a whole life (`sdks.mjs`), and the control interface tells what that came to.
//!
//! callMe and CPaaS are on npm, and installed from there; the others are where `KANDY_SDK_DIR` says, as releases of Kandy.js are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use libtest_mimic::Trial;

use crate::program::{Tool, folder};
use crate::releases;

/// The variable that makes this program the command.
pub(crate) const AS_COMMAND: &str = "KANDY_INTEROP_SERVE";

/// The clients of `sdks/clients.mjs`, and whose SDK they are.
const CLIENTS: &[(&str, Sdk)] = &[
    ("callme", Sdk::Npm("callme-sdk")),
    ("callme_by_tokens", Sdk::Npm("callme-sdk")),
    ("cpaas", Sdk::Npm("cpaas-sdk")),
    ("cpaas_checked_by_the_platform", Sdk::Npm("cpaas-sdk")),
    ("link_by_password", Sdk::Folder("link-5.2.0.js")),
    ("link_by_hmac", Sdk::Folder("link-5.2.0.js")),
    ("link_by_bearer", Sdk::Folder("link-5.2.0.js")),
    ("link_by_token", Sdk::Folder("link-5.2.0.js")),
    ("link3_by_password", Sdk::Folder("link3-3.41.1.js")),
    ("link3_by_hmac", Sdk::Folder("link3-3.41.1.js")),
    ("uc_by_password", Sdk::Folder("uc-5.2.0.js")),
    ("uc_by_token", Sdk::Folder("uc-5.2.0.js")),
];

pub(crate) fn trials() -> Vec<Trial> {
    let list = Tool::Chromium.trial(name("every_client_is_here"), every_client_is_here);
    // An SDK that is not there is not asked for, whatever is required: nobody else may pass it on.
    let life = |(client, sdk): &'static (&str, Sdk)| {
        Tool::Chromium.trial_unless(|| sdk.missing(), name(client), |node| lives(node, client))
    };
    [list].into_iter().chain(CLIENTS.iter().map(life)).collect()
}

fn name(of: &str) -> String {
    format!("sdks.mjs::{of}")
}

/// Where an SDK comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sdk {
    /// A package of npm's.
    Npm(&'static str),
    /// A file of `KANDY_SDK_DIR`.
    Folder(&'static str),
}

impl Sdk {
    fn missing(self) -> Option<&'static str> {
        let is_file = |file: PathBuf| file.is_file();
        match self {
            Self::Npm(package) => {
                let package = folder().join("sdks/node_modules/@kandy-io").join(package);
                (!is_file(package.join("dist/kandy.js"))).then_some("it needs npm ci --prefix tests/interop/sdks")
            }
            Self::Folder(file) => (!releases::file(file).is_some_and(is_file))
                .then_some("it needs KANDY_SDK_DIR, a folder with link-5.2.0.js, link3-3.41.1.js and uc-5.2.0.js"),
        }
    }
}

fn every_client_is_here(node: &Path) {
    let here: Vec<&str> = CLIENTS.iter().map(|(client, _)| *client).collect();
    assert_eq!(run(node, "--list").lines().collect::<Vec<_>>(), here);
}

fn lives(node: &Path, client: &str) {
    assert_eq!(run(node, client), "");
}

/// Runs the script, and gives what it tells.
fn run(node: &Path, what: &str) -> String {
    let program = env::current_exe().expect("it runs");
    let mut command = Command::new(node);
    command.current_dir(folder()).args(["sdks.mjs", what]).stdin(Stdio::null());
    command.env("KANDY_PROGRAM", program).env(AS_COMMAND, "1");
    // With the first set, Node's `fetch` would go through the proxy of the environment, even to loopback. And it does not know
    // the certificate of a server that has made it a moment ago, about which it should not warn.
    command.env_remove("NODE_USE_ENV_PROXY").env("NODE_TLS_REJECT_UNAUTHORIZED", "0").env("NODE_NO_WARNINGS", "1");
    let Output { status, stdout, stderr } = command.output().expect("it has run before");
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{status}\n{stdout}{}", String::from_utf8_lossy(&stderr));
    stdout
}

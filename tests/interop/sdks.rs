//! The SDKs of every dialect as they are published, in Chromium before `kandy-harness serve`, which is this program again: each
//! lives a whole life (`sdks.mjs`), and the control interface tells what that came to.
//!
//! callMe and CPaaS are on npm, and installed from there; the others are where `KANDY_SDK_DIR` says, as releases of Kandy.js are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Trial;

use crate::program::{Tool, folder};
use crate::releases;

/// The variable that makes this program the command.
pub(crate) const AS_COMMAND: &str = "KANDY_INTEROP_SERVE";

const NOT_INSTALLED: &str = "it needs what npm has: npm ci --prefix tests/interop/sdks";
const NO_FILE: &str = "it needs KANDY_SDK_DIR, a folder with link-5.2.0.js, link3-3.41.1.js and uc-5.2.0.js";

pub(crate) fn trials() -> Vec<Trial> {
    let of_npm = |dialect, package: &str| {
        let sdk = folder().join("sdks/node_modules/@kandy-io").join(package).join("dist/kandy.js");
        trial(dialect, Some(sdk), NOT_INSTALLED)
    };
    let of_folder = |dialect, file| trial(dialect, releases::file(file), NO_FILE);
    vec![
        of_npm("callme", "callme-sdk"),
        of_npm("cpaas", "cpaas-sdk"),
        of_folder("link", "link-5.2.0.js"),
        of_folder("link3", "link3-3.41.1.js"),
        of_folder("uc", "uc-5.2.0.js"),
    ]
}

/// A life of a dialect's SDK. Its test is skipped where the SDK is not, whatever is required: nobody else may pass it on.
fn trial(dialect: &'static str, sdk: Option<PathBuf>, otherwise: &'static str) -> Trial {
    let missing = move || (!sdk.is_some_and(|sdk| sdk.is_file())).then_some(otherwise);
    Tool::Chromium.trial_unless(missing, format!("sdks.mjs::{dialect}"), move |node| live(node, dialect))
}

fn live(node: &Path, dialect: &str) {
    let program = env::current_exe().expect("it runs");
    let mut command = Command::new(node);
    command.current_dir(folder()).args(["sdks.mjs", dialect]).stdin(Stdio::null());
    command.env("KANDY_PROGRAM", program).env(AS_COMMAND, "1");
    // With the first set, Node's `fetch` would go through the proxy of the environment, even to loopback. And it does not know
    // the certificate of a server that has made it a moment ago, about which it is not to warn.
    command.env_remove("NODE_USE_ENV_PROXY").env("NODE_TLS_REJECT_UNAUTHORIZED", "0").env("NODE_NO_WARNINGS", "1");
    let ended = command.output().expect("it has run before");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{}\n{out}{err}", ended.status);
}

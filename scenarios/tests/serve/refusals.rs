//! What `serve` cannot do, and says so.

use std::net::TcpListener;

use tokio::time::timeout;

use crate::support::{Folder, PATIENCE, harness};

/// Runs `serve` with arguments: its exit code, and what it writes to its standard error.
async fn refused(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let mut command = harness();
    command.current_dir(&folder.0).arg("serve").args(arguments);
    let output = timeout(PATIENCE, command.output()).await.expect("it ends").unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_what_to_do() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (exit, err) = refused(&Folder::new("port"), &["--port", &port]).await;
    assert_eq!(exit, 2, "{err}");
    assert!(err.starts_with(&format!("error: cannot listen on 127.0.0.1:{port}: ")), "{err}");
    assert!(err.contains("--port 0 takes any that is free"), "{err}");
}

#[tokio::test]
async fn a_port_that_is_taken_on_one_loopback_address_is_taken() {
    // Where there is no IPv6, nobody can take it there.
    let Ok(taken) = TcpListener::bind(("::1", 0)) else { return };
    let port = taken.local_addr().unwrap().port().to_string();
    let (exit, err) = refused(&Folder::new("other-port"), &["--port", &port]).await;
    assert_eq!(exit, 2, "{err}");
    assert!(err.starts_with(&format!("error: cannot listen on [::1]:{port}: ")), "{err}");
    assert!(err.contains("--port 0 takes any that is free"), "{err}");
}

#[tokio::test]
async fn arguments_that_cannot_be_followed_end_it() {
    let folder = Folder::new("arguments");
    folder.write("broken.toml", "[[user]]\nname = 1\n");
    folder.write("saved.html", "<!doctype html>");
    for (arguments, code, message) in [
        (&["--users", "broken.toml"][..], 3, "broken.toml:2:8"),
        (&["--sdk", "no-such.js"], 3, "cannot read the SDK `no-such.js`: "),
        (&["--sdk", "saved.html"], 3, "`saved.html` is not the SDK: it is a page of HTML"),
        (&["--open", "no-such.json"], 3, "cannot read the journal `no-such.json`: "),
        (&["--open", "saved.html"], 3, "`saved.html` is not a journal: it is not JSON: "),
        (&["--open", "saved.html", "--any-user"], 2, "--any-user"),
        (&["--users", "missing.toml"], 3, "cannot read the users in `missing.toml`"),
        (&["--script", "missing.rhai"], 3, "cannot read the script `missing.rhai`"),
        (&["--user", "alice"], 2, "there is no colon in it"),
        (&["--user", "alice:a", "--user", "alice:b"], 2, "the user \"alice\" is given twice"),
        (&["--origin", "localhost:3000"], 2, "it must be as browsers write it"),
        (&["--origin", "http://LOCALHOST"], 2, "it must be as browsers write it"),
        (&["--origin", "https://a.example:443"], 2, "it must be as browsers write it"),
        (
            &["--origin", "http://*.example.com"],
            2,
            "it must be one origin, not a pattern: give the option once for each, or leave it out for all",
        ),
        (&["--origin", "*"], 2, "it must be one origin, not a pattern"),
        (&["--origin", "http://a.example,http://b.example"], 2, "it must be as browsers write it"),
        (&["--allow-host", "kandy.test:8080"], 2, "it must be a name without a port"),
        (&["--allow-host", "*.kandy.test"], 2, "it must be a name without a port"),
        (&["--cert", "cert.pem"], 2, "--key"),
        (&["--cert", "missing.pem", "--key", "broken.toml"], 3, "cannot use a certificate in `"),
        (&["--tls", "--state", "broken.toml"], 2, "cannot keep the certificate in `"),
        (&["--clock", "fast"], 2, "--clock"),
        (&["--limit", "connection=5"], 2, "there is no limit `connection`; did you mean `connections`?"),
        (&["--limit", "header-time=5"], 2, "`header-time` is a time such as 500ms, 10s or 1m30s, from 1 ms to 3600 s"),
        (&["--limit", "journal=5", "--limit", "journal=6"], 2, "the limit `journal` is given twice"),
        (&["--port", "0", "--", "no-such-program"], 2, "cannot run `no-such-program`"),
    ] {
        let (exit, err) = refused(&folder, arguments).await;
        assert!(exit == code && err.contains(message), "{arguments:?} {exit} {err}");
    }
}

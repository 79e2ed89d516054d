//! Files of users.

use std::collections::BTreeSet;

use kandy_mock_server::{Platform, Time};
use kandy_scenarios::serve::accounts::{Accounts, AccountsFileError, from_bytes};

use super::{SECRET, diagnostics};

/// A file of users: an error points into it and tells no password, and users that are read are taken by a platform.
///
/// # Panics
///
/// If something does not hold.
pub fn users(input: &[u8]) {
    match from_bytes(input, "users.toml") {
        Ok(accounts) => are_taken(&accounts),
        Err(AccountsFileError::Content(diagnostic)) => {
            let text = str::from_utf8(input).expect("what is not text is another error");
            diagnostics::check(&diagnostic, text.strip_prefix('\u{feff}').unwrap_or(text));
            let elsewhere = text.replace(&format!("password = \"{SECRET}\""), "");
            let shown = diagnostic.to_string();
            assert!(elsewhere.contains(SECRET) || !shown.contains(SECRET), "{shown}");
        }
        Err(error) => assert!(str::from_utf8(input).is_err(), "{error}"),
    }
}

fn are_taken(accounts: &Accounts) {
    let mut platform = Platform::new();
    for command in Accounts::default().commands_to(accounts, &BTreeSet::new()) {
        let told = format!("{command:?}");
        platform.apply(Time::ZERO, command).unwrap_or_else(|error| panic!("{told}: {error}"));
    }
    let present: BTreeSet<String> = platform.users().into_iter().map(|user| user.name.to_string()).collect();
    assert_eq!(present.len(), accounts.len());
    assert_eq!(accounts.commands_to(accounts, &present).len(), 0, "nothing is left to do");
}

//! The users of a server, as its arguments and its file name them.

use kandy_mock_server::FrontHandle;

use super::ServeError;
use crate::serve::accounts::{Accounts, AccountsFileError, AccountsFollower};

/// The users of the arguments, and those of the file.
pub(super) fn all_users(fixed: &Accounts, file: Option<&mut AccountsFollower>) -> Result<Accounts, AccountsFileError> {
    let of_file = file.and_then(AccountsFollower::look).transpose()?.unwrap_or_default();
    Ok(with_fixed(&of_file, fixed))
}

/// A user of the arguments wins over one of the file.
pub(super) fn with_fixed(of_file: &Accounts, fixed: &Accounts) -> Accounts {
    let mut all = fixed.clone();
    for (name, account) in of_file.iter() {
        all.add(name, account.clone());
    }
    all
}

pub(in crate::serve) fn populate(handle: &FrontHandle, accounts: &Accounts, any_user: bool) -> Result<(), ServeError> {
    if let Some(refused) = change(handle, &Accounts::default(), accounts).into_iter().next() {
        return Err(ServeError::User(refused));
    }
    if any_user {
        handle.platform(|platform, now| platform.set_any_user(now, true));
    }
    Ok(())
}

/// A reset should lead back to these users. One that the platform refuses was told when it should have been added.
pub(super) fn keep_users(handle: &FrontHandle, users: &Accounts) {
    handle.platform(|platform, now| {
        let users = users.iter().map(|(name, account)| (name, account.password.as_str(), account.options.clone()));
        platform.set_users_of_start(now, users);
    });
}

/// Changes the users of the platform from `before` to `next`, at one instant; gives why it refuses some.
pub(super) fn change(handle: &FrontHandle, before: &Accounts, next: &Accounts) -> Vec<String> {
    handle.platform(|platform, now| {
        let present = platform.users().into_iter().map(|user| user.name).collect();
        let refused = |asked| platform.apply(now, asked).err().map(|error| error.to_string());
        before.commands_to(next, &present).into_iter().filter_map(refused).collect()
    })
}

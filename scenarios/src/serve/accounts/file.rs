//! A file of users, in TOML.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use kandy_mock_server::{Limits, UserOptions};
use thiserror::Error;
use toml::Spanned;
use toml::de::DeTable;

use super::{Account, Accounts};
use crate::diagnostic::{Cause, Diagnostic};
use crate::file;
use crate::script::duration;
use crate::text::{did_you_mean, nearest};
use crate::toml_text::{self, SpannedValue, kind};

/// The largest file of users that is read, in bytes: twice what all users of a platform need.
pub const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The keys of a user.
const KEYS: [&str; 8] =
    ["name", "password", "services", "tokenLifetime", "subscriptionLifetime", "hmac", "authname", "bearer"];
/// Those of them whose values nobody may read.
const SECRETS: [&str; 3] = ["password", "hmac", "bearer"];
/// What a file looks like.
const FORM: &str = "write one table for each user:\n[[user]]\nname = \"alice@example.com\"\npassword = \"s3cret\"";
/// What a duration looks like.
const DURATION: &str = "write \"30s\", \"30m\", \"1h\" or \"1h 30m\", from a second to ten years";

/// Why there are no users.
#[derive(Debug, Error)]
pub enum AccountsFileError {
    /// The system refuses, or it is not a file of reasonable size.
    #[error("cannot read the users in `{shown}`: {source}")]
    Read {
        /// The path as given.
        shown: String,
        /// What is wrong.
        source: file::FileError,
    },
    /// Text in another encoding, or no text.
    #[error("cannot read the users in `{shown}`: it is not UTF-8 text")]
    NotUtf8 {
        /// The path as given.
        shown: String,
    },
    /// It is not what a file of users is.
    #[error("{0}")]
    Content(Box<Diagnostic>),
}

/// Reads a file of users. Messages call it `shown`.
///
/// # Errors
///
/// It cannot be read, is not TOML, or says what no user can have.
pub fn read(path: &Path, shown: &str) -> Result<Accounts, AccountsFileError> {
    users(file::read(path, MAX_BYTES), shown)
}

/// The users in what was read of a file.
pub(super) fn users(read: Result<Vec<u8>, file::FileError>, shown: &str) -> Result<Accounts, AccountsFileError> {
    from_bytes(&read.map_err(|source| AccountsFileError::Read { shown: shown.to_owned(), source })?, shown)
}

/// The users in the bytes of a file.
///
/// # Errors
///
/// They are not text, not TOML, or say what no user can have.
pub fn from_bytes(bytes: &[u8], shown: &str) -> Result<Accounts, AccountsFileError> {
    let text = str::from_utf8(bytes).map_err(|_| AccountsFileError::NotUtf8 { shown: shown.to_owned() })?;
    // The mark that some editors put at the start of a file is not part of it.
    parse(text.strip_prefix('\u{feff}').unwrap_or(text), shown).map_err(AccountsFileError::Content)
}

fn parse(text: &str, shown: &str) -> Result<Accounts, Box<Diagnostic>> {
    let page = AccountsText { text, shown };
    let root = DeTable::parse(text)
        .map_err(|error| page.wrong(error.span().unwrap_or(0..0), error.message(), None).of(Cause::Syntax))?;
    let mut accounts = Accounts::default();
    for (key, value) in root.get_ref() {
        if key.get_ref() != "user" {
            let message = format!("there is no key `{}` here", key.get_ref());
            return Err(page.wrong(key.span(), message, Some(FORM)).0);
        }
        let users = value.get_ref().as_array();
        let users = users.ok_or_else(|| page.wrong(value.span(), "`user` must be a list of tables", Some(FORM)))?;
        for user in users {
            let (name, account) = page.user(user)?;
            if accounts.len() == Limits::USERS {
                let message = format!("there are more than {} users, the limit", Limits::USERS);
                return Err(page.wrong(name.span(), message, None).0);
            }
            if !accounts.add(name.get_ref(), account) {
                let message = format!("there are two users {:?}", name.get_ref());
                return Err(page.wrong(name.span(), message, Some("give each user a name of its own")).0);
            }
        }
    }
    Ok(accounts)
}

/// A file that is being read.
struct AccountsText<'a> {
    text: &'a str,
    shown: &'a str,
}

/// What is wrong with it, on its way out.
struct Wrong(Box<Diagnostic>);

impl Wrong {
    fn of(mut self, cause: Cause) -> Box<Diagnostic> {
        self.0.cause = cause;
        self.0
    }
}

impl From<Wrong> for Box<Diagnostic> {
    fn from(wrong: Wrong) -> Self {
        wrong.0
    }
}

impl AccountsText<'_> {
    fn user<'v>(&self, value: &'v SpannedValue<'_>) -> Result<(Spanned<&'v str>, Account), Wrong> {
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong(value.span(), "a user must be a table", Some(FORM)))?;
        let (mut name, mut password, mut options) = (None, None, UserOptions::default());
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => name = Some(Spanned::new(value.span(), self.text(key, value)?)),
                "password" => password = Some(self.text(key, value)?.to_owned()),
                "services" => {
                    let services = self.texts(key, value)?;
                    // The platform counts what is between them, too.
                    let bytes = services.iter().map(|service| service.len() + 1).sum();
                    self.check_bytes(key, value, bytes)?;
                    options.services = Some(services);
                }
                "tokenLifetime" => options.token_lifetime = Some(self.lifetime(key, value)?),
                "subscriptionLifetime" => options.subscription_lifetime = Some(self.lifetime(key, value)?),
                "hmac" => options.hmac = Some(self.text(key, value)?.to_owned()),
                "authname" => options.authname = Some(self.text(key, value)?.to_owned()),
                "bearer" => options.bearer = Some(self.text(key, value)?.to_owned()),
                other => {
                    let help = match nearest(other, KEYS) {
                        Some(name) => did_you_mean(name),
                        None => format!("the keys are {}", KEYS.join(", ")),
                    };
                    return Err(self.wrong(key.span(), format!("a user has no key `{other}`"), Some(&help)));
                }
            }
        }
        let missing = |key| self.wrong(value.span(), format!("this user has no `{key}`"), Some(FORM));
        let name = name.ok_or_else(|| missing("name"))?;
        if name.get_ref().is_empty() || name.get_ref().contains(':') {
            let help = "a login joins name and password with a colon, so a name has none";
            return Err(self.wrong(name.span(), "no user can sign in by that name", Some(help)));
        }
        Ok((name, Account { password: password.ok_or_else(|| missing("password"))?, options }))
    }

    fn text<'v>(&self, key: &Spanned<Cow<'_, str>>, value: &'v SpannedValue<'_>) -> Result<&'v str, Wrong> {
        let text = value.get_ref().as_str().ok_or_else(|| self.unlike(key, value, "a text in quotes"))?;
        self.check_bytes(key, value, text.len())?;
        Ok(text)
    }

    /// What the platform would refuse is refused here, where it stands.
    fn check_bytes(&self, key: &Spanned<Cow<'_, str>>, value: &SpannedValue<'_>, bytes: usize) -> Result<(), Wrong> {
        if bytes <= Limits::TEXT_BYTES {
            return Ok(());
        }
        let message = format!("`{}` has {bytes} bytes; the limit is {}", key.get_ref(), Limits::TEXT_BYTES);
        Err(self.wrong(value.span(), message, None))
    }

    fn texts(&self, key: &Spanned<Cow<'_, str>>, value: &SpannedValue<'_>) -> Result<Vec<String>, Wrong> {
        let expected = "a list of texts, such as [\"call\", \"IM\"]";
        let items = value.get_ref().as_array().ok_or_else(|| self.unlike(key, value, expected))?;
        let text = |item: &SpannedValue<'_>| item.get_ref().as_str().map(str::to_owned);
        items.iter().map(|item| text(item).ok_or_else(|| self.unlike(key, item, expected))).collect()
    }

    fn lifetime(&self, key: &Spanned<Cow<'_, str>>, value: &SpannedValue<'_>) -> Result<Duration, Wrong> {
        let read = value.get_ref().as_str().and_then(duration::parse);
        let in_range = |lifetime: &Duration| (Duration::from_secs(1)..=duration::LONGEST).contains(lifetime);
        read.filter(in_range).ok_or_else(|| {
            let message = format!("`{}` is not a duration that can be granted", key.get_ref());
            self.wrong(value.span(), message, Some(DURATION))
        })
    }

    fn unlike(&self, key: &Spanned<Cow<'_, str>>, value: &SpannedValue<'_>, expected: &str) -> Wrong {
        let message = format!("`{}` must be {expected}, not {}", key.get_ref(), kind(value.get_ref()));
        self.wrong(value.span(), message, None)
    }

    fn wrong(&self, at: Range<usize>, message: impl Into<String>, help: Option<&str>) -> Wrong {
        let diagnostic = toml_text::wrong(self.text, self.shown, &at, message.into(), help.map(str::to_owned));
        let source_line = diagnostic.source_line.as_deref().and_then(without_secrets);
        Wrong(Box::new(Diagnostic { source_line, ..diagnostic }))
    }
}

/// A line of the file as messages show it: only the part before what may be a password.
fn without_secrets(line: &str) -> Option<String> {
    let is_word = |text: &str| text.chars().all(|character| character.is_alphanumeric() || "._-".contains(character));
    let meant = |written: &str, known: &[&str]| match known.contains(&written) {
        true => Some(written.to_owned()),
        false => nearest(written, known.iter().copied()),
    };
    // In brackets there may be the name of a table, or a value on a line of its own.
    let in_brackets = line.trim().strip_prefix('[').map(|name| name.trim_matches(['[', ']', ' ']));
    if in_brackets.is_some_and(|name| is_word(name) && meant(name, &["user"]).is_some()) {
        return Some(line.to_owned());
    }
    // What is more than a word before a sign may be a value with its own sign left out.
    let (key, value) = line.split_once('=').filter(|(key, _)| is_word(key.trim().trim_matches('"')))?;
    let meant = meant(key.trim().trim_matches('"'), &KEYS);
    let is_harmless = meant.is_some_and(|meant| !SECRETS.contains(&&*meant)) && !value.contains(['=', '{']);
    Some(if is_harmless { line.to_owned() } else { format!("{key}= ***") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        parse(text, "users.toml").unwrap_err().to_string()
    }

    #[test]
    fn users_have_options() {
        let text = r#"
            # A comment.
            [[user]]
            name = "alice@example.com"
            password = "s3cret"
            services = ["call", "IM"]
            tokenLifetime = "30m"
            subscriptionLifetime = "1h 30m"

            [[user]]
            name = "zoë"
            password = ""
        "#;
        let accounts = parse(text, "users.toml").unwrap();
        let alice = Account {
            password: "s3cret".into(),
            options: UserOptions {
                services: Some(vec!["call".into(), "IM".into()]),
                token_lifetime: Some(Duration::from_secs(1800)),
                subscription_lifetime: Some(Duration::from_secs(5400)),
                ..UserOptions::default()
            },
        };
        let zoe = Account { password: String::new(), options: UserOptions::default() };
        assert_eq!(accounts.iter().collect::<Vec<_>>(), [("alice@example.com", &alice), ("zoë", &zoe)]);
        assert!(parse("", "users.toml").unwrap().is_empty());
    }

    #[test]
    fn a_wrong_key_is_shown_in_its_line_with_the_nearest() {
        let text = "[[user]]\nname = \"zoë\"\npassword = \"x\"\n\"tökenLifetime\" = 1\n";
        let expected = "\
error: a user has no key `tökenLifetime`
 --> users.toml:4:1
  |
4 | \"tökenLifetime\" = 1
  | ^
  = help: did you mean `tokenLifetime`?";
        assert_eq!(told(text), expected);
    }

    #[test]
    fn the_column_counts_characters() {
        let text = "user = [{ name = \"zoë\", password = 5 }]";
        let told = told(text);
        assert!(
            told.starts_with("error: `password` must be a text in quotes, not a number\n --> users.toml:1:36"),
            "{told}"
        );
    }

    #[test]
    fn what_no_user_has_is_named() {
        let user = |rest: &str| format!("[[user]]\nname = \"alice\"\npassword = \"x\"\n{rest}\n");
        for (text, message, place) in [
            ("[[user]\n".to_owned(), "error: ", ":1:"),
            ("users = 1".to_owned(), "there is no key `users` here", ":1:1"),
            ("user = 1".to_owned(), "`user` must be a list of tables", ":1:8"),
            ("user = [1]".to_owned(), "a user must be a table", ":1:9"),
            ("[[user]]\npassword = \"x\"".to_owned(), "this user has no `name`", ":1:1"),
            ("[[user]]\nname = \"alice\"".to_owned(), "this user has no `password`", ":1:1"),
            ("[[user]]\nname = \"a:b\"".to_owned(), "no user can sign in by that name", ":2:8"),
            (user("services = \"call\""), "`services` must be a list of texts", ":4:12"),
            (user("services = [\"call\", 5]"), "not a number", ":4:21"),
            (user("tokenLifetime = \"soon\""), "`tokenLifetime` is not a duration that can be granted", ":4:17"),
            (user("tokenLifetime = 60"), "`tokenLifetime` is not a duration that can be granted", ":4:17"),
            (user("subscriptionLifetime = \"999ms\""), "is not a duration that can be granted", ":4:24"),
            (user("[[user]]\nname = \"alice\"\npassword = \"y\""), "there are two users \"alice\"", ":5:8"),
        ] {
            let told = told(&text);
            assert!(told.contains(message) && told.contains(&format!("users.toml{place}")), "{text}\n{told}");
        }
    }

    #[test]
    fn what_the_platform_would_refuse_is_refused_in_its_line() {
        let long = "x".repeat(Limits::TEXT_BYTES + 1);
        for (text, message) in [
            (format!("[[user]]\nname = \"{long}\"\npassword = \"x\"\n"), "`name` has 4097 bytes; the limit is 4096"),
            (format!("[[user]]\nname = \"a\"\npassword = \"{long}\"\n"), "`password` has 4097 bytes"),
            (format!("[[user]]\nname = \"a\"\npassword = \"x\"\nservices = [\"{long}\"]"), "`services` has 4098 bytes"),
        ] {
            assert!(told(&text).contains(message), "{message}");
        }
        let user = |number: usize| format!("[[user]]\nname = \"{number}\"\npassword = \"x\"\n");
        let many: String = (0..=Limits::USERS).map(user).collect();
        let told = told(&many);
        assert!(told.starts_with("error: there are more than 20000 users, the limit\n"), "{told}");
        assert!(told.contains("users.toml:60002:8\n"), "{told}");
    }

    #[test]
    fn what_may_be_a_password_is_not_shown() {
        for text in [
            "[[user]]\nname = \"a\"\npassword = topSecret\n",
            "[[user]]\nname = \"a\"\npasword = \"topSecret\"\n",
            "[[user]]\nname = \"a\"\npwd = \"topSecret\"\n",
            "user = [{ name = 5, password = \"topSecret\" }]\n",
            "password: topSecret\n",
            "[[user]]\nname = \"a\"\npassword = \"topSecret\n",
            "[[user]]\nname = \"a\"\npassword = \"\"\"\ntopSecret \\q\"\"\"\n",
            "user = [\n    {name = \"a\", pwd = \"topSecret\"},\n]\n",
            "user = [\n    {name=\"a\", password=topSecret},\n]\n",
            "[[user\" password = \"topSecret\"\n",
            "[[user]] password = \"topSecret\"\n",
            "[[user]]\nname = \"a\"\npassword = [\n[\"topSecret\n",
            "[[user]]\nname = \"a\"\npassword = [\n[topSecret]]\n",
            "[[user]]\nname = \"a\"\npassword \"topSecret\" = 1\n",
        ] {
            let told = told(text);
            assert!(told.starts_with("error: ") && !told.contains("topSecret"), "{told}");
        }
        assert!(told("[[user]]\ntokenLifetime = soon\n").contains("2 | tokenLifetime = soon"));
    }

    #[test]
    fn what_is_no_file_of_reasonable_size_is_not_read() {
        let folder = std::env::temp_dir();
        let error = read(&folder, "here").unwrap_err().to_string();
        assert_eq!(error, "cannot read the users in `here`: it is not a file");

        let large = folder.join(format!("kandy-users-{}.toml", std::process::id()));
        std::fs::write(&large, vec![b'\n'; usize::try_from(MAX_BYTES).unwrap() + 1]).unwrap();
        let error = read(&large, "large").unwrap_err().to_string();
        assert!(error.ends_with("it is larger than 8388608 bytes"), "{error}");

        std::fs::write(&large, b"name = \"zo\xeb\"").unwrap();
        let error = read(&large, "latin").unwrap_err().to_string();
        std::fs::remove_file(&large).unwrap();
        assert_eq!(error, "cannot read the users in `latin`: it is not UTF-8 text");
    }
}

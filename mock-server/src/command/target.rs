//! Which sockets a command is about.

/// Which sockets a command is about: those that fit everything that is given. At least one of these must be given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Whose they are.
    pub user: Option<String>,
    /// The name of one: `WS-1`.
    pub socket: Option<String>,
    /// The name of the subscription whose channel they are on: `SUB-1`.
    pub subscription: Option<String>,
}

impl Target {
    /// All sockets of a user.
    pub fn user(name: impl Into<String>) -> Self {
        Self { user: Some(name.into()), ..Self::default() }
    }

    /// One socket: `WS-1`.
    pub fn socket(name: impl Into<String>) -> Self {
        Self { socket: Some(name.into()), ..Self::default() }
    }

    /// The sockets on the channel of a subscription: `SUB-1`.
    pub fn subscription(name: impl Into<String>) -> Self {
        Self { subscription: Some(name.into()), ..Self::default() }
    }

    /// In words.
    pub fn shown(&self) -> String {
        let said = [&self.user, &self.socket, &self.subscription].into_iter().flatten();
        said.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl From<&str> for Target {
    fn from(user: &str) -> Self {
        Self::user(user)
    }
}

impl From<&String> for Target {
    fn from(user: &String) -> Self {
        Self::user(user)
    }
}

impl From<String> for Target {
    fn from(user: String) -> Self {
        Self::user(user)
    }
}

//! Colours, for terminals.

use std::fmt::Display;

/// How a piece of text stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// It is well.
    Good,
    /// It is not.
    Bad,
    /// It needs a look.
    Warning,
    /// It gives orientation.
    Place,
    /// It matters less.
    Faint,
    /// It matters more.
    Strong,
}

impl Style {
    /// The text with this style's codes around it, or as it is.
    #[must_use]
    pub fn paint(self, text: impl Display, color: bool) -> String {
        let text = text.to_string();
        if !color || text.is_empty() {
            return text;
        }
        let code = match self {
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Warning => "33",
            Self::Place => "36",
            Self::Faint => "2",
            Self::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

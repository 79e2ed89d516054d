//! Colours, for terminals.

use std::fmt::Display;

use anstyle::{AnsiColor, Color};

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
        let style = self.of_terminals();
        format!("{style}{text}{style:#}")
    }

    const fn of_terminals(self) -> anstyle::Style {
        let plain = anstyle::Style::new();
        match self {
            Self::Good => plain.fg_color(Some(Color::Ansi(AnsiColor::Green))),
            Self::Bad => plain.bold().fg_color(Some(Color::Ansi(AnsiColor::Red))),
            Self::Warning => plain.fg_color(Some(Color::Ansi(AnsiColor::Yellow))),
            Self::Place => plain.fg_color(Some(Color::Ansi(AnsiColor::Cyan))),
            Self::Faint => plain.dimmed(),
            Self::Strong => plain.bold(),
        }
    }
}

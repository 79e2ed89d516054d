//! `man`

use clap::Command;
use clap_mangen::Man;

use super::CliOutput;
use super::arguments::Manual;
use super::completions::told;
use super::error::CliError;
use crate::exit_code::Exit;
use crate::text::nearest;

pub(super) fn man(arguments: &Manual, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    // The page of `help` would say nothing.
    let mut whole = told().disable_help_subcommand(true);
    whole.build();
    let mut command = &whole;
    for name in &arguments.command {
        command = command.find_subcommand(name).ok_or_else(|| CliError::NoCommand {
            name: name.clone(),
            nearest: nearest(name, command.get_subcommands().map(Command::get_name)),
        })?;
    }
    write_page(command, out)?;
    Ok(Exit::Passed)
}

fn write_page(command: &Command, out: &mut CliOutput<'_>) -> Result<(), CliError> {
    let page = Man::new(command.clone());
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    // Without a date, the place of which stays empty, the page is the same whenever it is made.
    writeln!(out.to, ".TH \"{name}\" 1 \"\" \"kandy-harness {}\"", env!("CARGO_PKG_VERSION"))?;
    page.render_name_section(out.to)?;
    page.render_synopsis_section(out.to)?;
    page.render_description_section(out.to)?;
    page.render_options_section(out.to)?;
    if command.has_subcommands() {
        page.render_subcommands_section(out.to)?;
    }
    if let Some(notes) = command.get_after_help() {
        write!(out.to, ".SH NOTES\n.nf\n{}.fi\n", as_it_is(&notes.to_string()))?;
    }
    Ok(())
}

/// Text for a page that keeps its lines, as tables need it.
fn as_it_is(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        // A line that begins so would be a request to the formatter.
        let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        format!("{guard}{line}\n")
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_note_is_a_request() {
        assert_eq!(as_it_is(".a\n'b\n  c -d \\n\n"), "\\&.a\n\\&'b\n  c \\-d \\en\n");
    }
}

//! The page around the data: its markup, style and script are part of the command, and all that the page may do is what they
//! do. Its policy names them by their digests, so that a text that became markup after all could do nothing.

use std::io::{self, Write};

use crate::web::{self, Module, bundle};

const MARKUP: &str = include_str!("page.html");

/// The styles, in the order in which they override each other.
const STYLES: &[&str] = &[
    web::BASE_CSS,
    web::MARKS_CSS,
    include_str!("report.css"),
    include_str!("problems.css"),
    include_str!("difference.css"),
    include_str!("diagram.css"),
    include_str!("exploration.css"),
    include_str!("print.css"),
];

/// The modules, each behind those that it imports from. The last one makes the page.
pub(super) const MODULES: &[Module] = &[
    ("printable.js", web::PRINTABLE_JS),
    ("element.js", web::ELEMENT_JS),
    ("marks.js", web::MARKS_JS),
    ("times.js", include_str!("times.js")),
    ("statuses.js", include_str!("statuses.js")),
    ("coded.js", include_str!("coded.js")),
    ("data.js", include_str!("data.js")),
    ("lazy.js", include_str!("lazy.js")),
    ("listbox.js", include_str!("listbox.js")),
    ("difference.js", include_str!("difference.js")),
    ("sides.js", include_str!("sides.js")),
    ("sequence.js", include_str!("sequence.js")),
    ("arrows.js", include_str!("arrows.js")),
    ("diagram.js", include_str!("diagram.js")),
    ("chart.js", include_str!("chart.js")),
    ("record.js", include_str!("record.js")),
    ("problems.js", include_str!("problems.js")),
    ("summary.js", include_str!("summary.js")),
    ("cases.js", include_str!("cases.js")),
    ("matrix.js", include_str!("matrix.js")),
    ("exploration.js", include_str!("exploration.js")),
    ("case.js", include_str!("case.js")),
    ("report.js", include_str!("report.js")),
];

/// The page without its data.
pub(super) struct HtmlPage {
    styles: String,
    script: String,
}

impl HtmlPage {
    pub(super) fn new() -> Self {
        Self { styles: STYLES.concat(), script: bundle(MODULES) }
    }

    /// What stands before the data that are read at once.
    pub(super) fn write_head(&self, file: &mut impl Write) -> io::Result<()> {
        let icon = web::icon_address();
        let head = parts().0.replace("<!-- policy -->", &self.policy()).replace("<!-- icon -->", &icon);
        file.write_all(head.replace("<!-- styles -->", &self.styles).as_bytes())
    }

    /// What stands behind these, and before the cases: the page shows what it can as soon as it has got so far.
    pub(super) fn write_script(&self, file: &mut impl Write) -> io::Result<()> {
        file.write_all(parts().1.replace("<!-- script -->", &self.script).as_bytes())
    }

    /// What stands behind the cases.
    pub(super) fn write_end(&self, file: &mut impl Write) -> io::Result<()> {
        file.write_all(parts().2.as_bytes())
    }

    fn policy(&self) -> String {
        let [style, script] = [&self.styles, &self.script].map(|text| web::source(text));
        format!(
            "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; \
             form-action 'none'"
        )
    }
}

/// The markup in its three parts.
fn parts() -> (&'static str, &'static str, &'static str) {
    let (head, rest) = MARKUP.split_once("<!-- index -->").expect("the markup has a place for the list");
    let (script, end) = rest.split_once("<!-- cases -->").expect("the markup has a place for the cases");
    (head, script, end)
}

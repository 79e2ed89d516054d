//! The files of the pages, as they are in the command.

use bytes::Bytes;

use crate::web;

pub(super) const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
pub(super) const JSON: &str = "application/json";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";
const SVG: &str = "image/svg+xml";

const QUICKSTART: &str = "/quickstart";
const CONSOLE: &str = "/";

/// What stands in the quickstart where the SDK goes.
const SDK_PLACE: &str = "<!-- sdk -->";
const SDK: &str = r#"<script src="/kandy/kandy.uc.js"></script>"#;
const STAND_IN: &str = r#"<script src="/kandy/stand-in.js"></script>"#;

/// A file.
#[derive(Debug)]
pub(super) struct Asset {
    path: &'static str,
    pub(super) content_type: &'static str,
    content: &'static str,
}

pub(super) static ASSETS: &[Asset] = &[
    Asset { path: CONSOLE, content_type: HTML, content: include_str!("console.html") },
    Asset { path: QUICKSTART, content_type: HTML, content: include_str!("quickstart.html") },
    style("/pages/base.css", web::BASE_CSS),
    style("/pages/marks.css", web::MARKS_CSS),
    style("/pages/console.css", include_str!("console.css")),
    style("/pages/timeline.css", include_str!("timeline.css")),
    style("/pages/quickstart.css", include_str!("quickstart.css")),
    script("/pages/console.js", include_str!("console.js")),
    script("/pages/feed.js", include_str!("feed.js")),
    script("/pages/follow.js", include_str!("follow.js")),
    script("/pages/picking.js", include_str!("picking.js")),
    script("/pages/present.js", include_str!("present.js")),
    script("/pages/shared-feed.js", include_str!("shared-feed.js")),
    script("/pages/control.js", include_str!("control.js")),
    script("/pages/element.js", web::ELEMENT_JS),
    script("/pages/faults.js", include_str!("faults.js")),
    script("/pages/har.js", include_str!("har.js")),
    script("/pages/keep.js", include_str!("keep.js")),
    script("/pages/playwright.js", include_str!("playwright.js")),
    script("/pages/rhai.js", include_str!("rhai.js")),
    script("/pages/saved.js", include_str!("saved.js")),
    script("/pages/scenario.js", include_str!("scenario.js")),
    script("/pages/session.js", include_str!("session.js")),
    script("/pages/transcript.js", include_str!("transcript.js")),
    script("/pages/lanes.js", include_str!("lanes.js")),
    script("/pages/marks.js", web::MARKS_JS),
    script("/pages/printable.js", web::PRINTABLE_JS),
    script("/pages/records.js", include_str!("records.js")),
    script("/pages/timeline.js", include_str!("timeline.js")),
    script("/pages/users.js", include_str!("users.js")),
    script("/pages/words.js", include_str!("words.js")),
    script("/pages/quickstart.js", include_str!("quickstart.js")),
    script("/kandy/stand-in.js", include_str!("stand-in.js")),
    Asset { path: "/pages/icon.svg", content_type: SVG, content: web::ICON_SVG },
    // Browsers ask for it by themselves, which must not reach the platform or its journal.
    Asset { path: "/favicon.ico", content_type: SVG, content: web::ICON_SVG },
];

const fn script(path: &'static str, content: &'static str) -> Asset {
    Asset { path, content_type: JAVASCRIPT, content }
}

const fn style(path: &'static str, content: &'static str) -> Asset {
    Asset { path, content_type: CSS, content }
}

impl Asset {
    /// The one at a path.
    pub(super) fn at(path: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.path == path)
    }

    #[cfg(test)]
    pub(super) const fn path(&self) -> &'static str {
        self.path
    }

    pub(super) fn is_console(&self) -> bool {
        self.path == CONSOLE
    }

    pub(super) fn is_quickstart(&self) -> bool {
        self.path == QUICKSTART
    }

    /// What is in it; the quickstart loads the SDK if there is one, else the stand-in.
    pub(super) fn content(&self, has_sdk: bool) -> Bytes {
        if self.is_quickstart() {
            return Bytes::from(self.content.replace(SDK_PLACE, if has_sdk { SDK } else { STAND_IN }));
        }
        Bytes::from_static(self.content.as_bytes())
    }
}

//! What a scenario says of itself in its first comments.

/// The description and tags of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The first comment block, its lines joined; empty if there is none.
    pub description: String,
    /// What stands after `// tags:` before the first line of code, in that order, each once.
    pub tags: Vec<String>,
    /// Lines of those comments that are almost lines of tags, the first ones.
    pub misread: Vec<Misread>,
}

/// The tag of scenarios that are written for both worlds.
const LIVE: &str = "live";
/// The most such lines of one script that are told.
const MAX_MISREAD: usize = 10;

/// A line that is almost one of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The line's number, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
    /// What was probably meant.
    pub meant: String,
}

impl Header {
    /// Reads the comments at the start of `text`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut header = Self::default();
        let mut in_block = false;
        let mut described = false;
        // A script that runs by itself says in its first line by what.
        let shebang = usize::from(text.starts_with("#!"));
        for (index, line) in text.lines().enumerate().skip(shebang) {
            let (number, mut line) = (index + 1, line.trim());
            if let Some(rest) = line.strip_prefix("/*").filter(|_| !in_block) {
                in_block = true;
                line = rest;
            }
            if in_block {
                let (comment, closed) = line.split_once("*/").map_or((line, false), |(comment, _)| (comment, true));
                in_block = !closed;
                header.take(number, comment.trim_start_matches('*').trim(), described);
            } else if let Some(comment) = line.strip_prefix("//") {
                header.take(number, comment.trim_start_matches(['/', '!']).trim(), described);
            } else if line.is_empty() {
                described = !header.description.is_empty();
            } else {
                break;
            }
        }
        header
    }

    fn take(&mut self, number: usize, line: &str, described: bool) {
        if let Some(meant) = meant_tags(line).filter(|_| self.misread.len() < MAX_MISREAD) {
            self.misread.push(Misread { line: number, text: line.to_owned(), meant });
        }
        if let Some(tags) = line.strip_prefix("tags:") {
            for tag in tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
                if !self.tags.iter().any(|known| known == tag) {
                    self.tags.push(tag.to_owned());
                }
            }
        } else if !described && !line.is_empty() {
            if !self.description.is_empty() {
                self.description.push(' ');
            }
            self.description.push_str(line);
        }
    }

    /// Whether the scenario is written for real sockets, too.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.tags.iter().any(|tag| tag == LIVE)
    }

    /// The first sentence of the description.
    #[must_use]
    pub fn summary(&self) -> &str {
        let end = self.description.find(". ").map_or(self.description.len(), |dot| dot + 1);
        &self.description[..end]
    }
}

/// The line of tags that was probably meant by one that is almost one: `Tags: a`, `tag: a`, `tags: a; b`, `tags: a b`.
fn meant_tags(line: &str) -> Option<String> {
    let (word, list) = line.split_once([':', '='])?;
    let is_word = ["tag", "tags"].iter().any(|known| word.trim_end().eq_ignore_ascii_case(known));
    let meant = list.split(|part: char| part.is_whitespace() || ",;|".contains(part)).filter(|tag| !tag.is_empty());
    let meant: Vec<&str> = meant.collect();
    let read = line.strip_prefix("tags:").map(|list| list.split(',').map(str::trim).filter(|tag| !tag.is_empty()));
    let is_read = read.is_some_and(|read| read.eq(meant.iter().copied()));
    (is_word && !is_read && !meant.is_empty()).then(|| format!("tags: {}", meant.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, description: &str, tags: &[&str]) {
        let header = Header::parse(text);
        assert_eq!(
            (header.description.as_str(), header.tags),
            (description, tags.iter().map(|tag| (*tag).to_owned()).collect())
        );
    }

    #[test]
    fn a_first_line_for_the_system_is_skipped() {
        check("#!/usr/bin/env -S kandy-harness run\n// Connects.\n// tags: connect\n", "Connects.", &["connect"]);
    }

    #[test]
    fn the_first_comments_are_description_and_tags() {
        check("", "", &[]);
        check("let x = 1; // no header\n// nor this", "", &[]);
        check("// One.\n// tags: a, b,,a \n// Two.\nlet x = 1;\n// Three.", "One. Two.", &["a", "b"]);
        check("\n\n/// One.\r\n//! Two.\r\n\r\n// Three.\r\n// tags: late\r\ncode();", "One. Two.", &["late"]);
        check("//tags:a\n//One.", "One.", &["a"]);
        check("// One.\n//\n// Two.", "One. Two.", &[]);
    }

    #[test]
    fn a_block_comment_is_a_header_too() {
        check("/* One. */\ncode();", "One.", &[]);
        check("/**\n * One.\n * tags: a\n */\n// More.\ncode();", "One. More.", &["a"]);
        check("/* never closed", "never closed", &[]);
        check("/*/ odd */", "/ odd", &[]);
    }

    #[test]
    fn a_line_that_is_almost_one_of_tags_is_told() {
        let misread = |text: &str| -> Vec<(usize, String)> {
            let misread = Header::parse(text).misread.into_iter();
            misread.map(|misread| (misread.line, misread.meant)).collect()
        };
        for line in
            ["Tags: smoke, live", "tag: smoke live", "tags: smoke;live", "TAGS = smoke | live", "tags : smoke,live"]
        {
            assert_eq!(misread(&format!("// One.\n// {line}\n")), [(2, "tags: smoke, live".to_owned())], "{line}");
        }
        for line in ["tags: smoke, live", "tags:smoke,,live", "tags:", "Tags", "The tags: a", "tagged: a", "1 = 2"] {
            assert_eq!(misread(&format!("// {line}\n")), [], "{line}");
        }
        let text = "#!/usr/bin/env kandy-harness\n/*\n * Tag: a\n */\n\n// tags: a b\ncode();\n// Tags: c";
        assert_eq!(misread(text), [(3, "tags: a".to_owned()), (6, "tags: a, b".to_owned())]);
        assert_eq!(misread(&"// tag: a\n".repeat(20)).len(), MAX_MISREAD);
    }

    #[test]
    fn the_summary_is_the_first_sentence() {
        let summary = |text: &str| Header::parse(text).summary().to_owned();
        assert_eq!(summary("// Uses version 2.1 of it. And more."), "Uses version 2.1 of it.");
        assert_eq!(summary("// Only one"), "Only one");
        assert_eq!(summary(""), "");
    }
}

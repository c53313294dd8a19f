//! What is wrong with a configuration: the file, the line, and the way out.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{}: mode {mode:03o} lets others read the passwords; run: chmod 600 {}", path.display(), path.display())]
    Mode { path: PathBuf, mode: u32 },
    #[error("{}:{line}: {problem}", path.display())]
    Syntax { path: PathBuf, line: usize, problem: String },
    #[error("{}: {problem}", path.display())]
    Value { path: PathBuf, problem: String },
}

impl ConfigError {
    pub(super) fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let problem = with_nearest_key(error.message());
        Self::Syntax { path: path.to_owned(), line: line_of(text, error.span()), problem }
    }

    /// As [`ConfigError::syntax`], for a file whose content must not be quoted.
    pub(super) fn secret_syntax(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let problem = "each camera needs a table [its-id] with user = \"…\" and password = \"…\", and nothing else";
        Self::Syntax { path: path.to_owned(), line: line_of(text, error.span()), problem: problem.to_owned() }
    }
}

/// What cannot be, and where it stands in the text if that is known.
#[derive(Debug)]
pub(super) struct Problem {
    span: Option<Range<usize>>,
    text: String,
}

impl Problem {
    /// At these bytes of the file.
    pub(super) fn at(span: Range<usize>, text: String) -> Self {
        Self { span: Some(span), text }
    }

    /// At these bytes, where no closer place is known.
    pub(super) fn or_at(self, span: Range<usize>) -> Self {
        Self { span: self.span.or(Some(span)), ..self }
    }

    pub(super) fn span(&self) -> Option<&Range<usize>> {
        self.span.as_ref()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn in_file(self, path: &Path, text: &str) -> ConfigError {
        match self.span {
            Some(span) => {
                let line = line_of(text, Some(span));
                ConfigError::Syntax { path: path.to_owned(), line, problem: self.text }
            }
            None => ConfigError::Value { path: path.to_owned(), problem: self.text },
        }
    }
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self { span: None, text }
    }
}

/// Which of the names that there are is nearest to what was typed, in words; nothing without any.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known.max_by(|a, b| strsim::jaro_winkler(typed, a).total_cmp(&strsim::jaro_winkler(typed, b)));
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest:?}?"))
}

fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let end = span.map_or(0, |span| span.start.min(text.len()));
    text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// serde words an unknown key as: unknown field `x`, expected one of `a`, `b`. Adds which of
/// them is nearest to what was typed.
fn with_nearest_key(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let Some(typed) = quoted.next().filter(|_| unknown) else {
        return message.to_owned();
    };
    let nearest = quoted.max_by(|a, b| strsim::jaro_winkler(typed, a).total_cmp(&strsim::jaro_winkler(typed, b)));
    match nearest {
        Some(nearest) => {
            let what = if message.starts_with("unknown field") { "key" } else { "value" };
            format!("unknown {what} `{typed}`; did you mean `{nearest}`?")
        }
        None => message.to_owned(),
    }
}

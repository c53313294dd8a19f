//! The files that belong to a configuration, wherever it says that they are.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{ConfigError, credentials};

/// Whether they exist is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesBeside {
    pub data_dir: PathBuf,
    /// Names and passwords of cameras; `None` where systemd gives them.
    pub credentials: Option<PathBuf>,
    /// Days off from a calendar program.
    pub calendar: Option<PathBuf>,
}

impl FilesBeside {
    /// # Errors
    /// Where the file cannot be read.
    pub fn of(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Self::named_in(&text, path)
    }

    /// Of a text that is to stand at `path`.
    ///
    /// # Errors
    /// Where the text is no configuration.
    pub fn named_in(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file: Table = toml::from_str(text).map_err(|error| ConfigError::syntax(path, text, &error))?;
        let path_at = |value: Option<&Value>| value.and_then(Value::as_str).map(|path| folder.join(path));
        let (credentials, is_given) = credentials::place(path_at(file.get("credentials")), folder);
        Ok(Self {
            data_dir: path_at(file.get("data_dir")).unwrap_or_else(|| folder.to_owned()),
            credentials: (!is_given).then_some(credentials),
            calendar: path_at(file.get("arming").and_then(|arming| arming.get("closures_file"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_where_the_configuration_says() {
        #[track_caller]
        fn check(text: &str, data_dir: &str, credentials: &str, calendar: Option<&str>) {
            let found = FilesBeside::named_in(text, Path::new("/etc/canhdem/canhdem.toml")).expect("a configuration");
            let expected = FilesBeside {
                data_dir: data_dir.into(),
                credentials: Some(credentials.into()),
                calendar: calendar.map(PathBuf::from),
            };
            assert_eq!(found, expected);
        }
        check("data_dir = \"/srv/data\"", "/srv/data", "/etc/canhdem/credentials.toml", None);
        check(
            "data_dir = \"data\"\ncredentials = \"own.toml\"\n[arming]\nclosures_file = \"nghi.ics\"",
            "/etc/canhdem/data",
            "/etc/canhdem/own.toml",
            Some("/etc/canhdem/nghi.ics"),
        );
        assert!(FilesBeside::named_in("data_dir = [", Path::new("canhdem.toml")).is_err());
    }
}

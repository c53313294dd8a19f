//! Where the files lie that `make setup` fetched: `.deps/models`, `.deps/lib`, `.deps/footage`.

use std::env;
use std::path::{Path, PathBuf};

/// Names the folder of fetched files; without it the usual places are searched.
pub const VARIABLE: &str = "CANHDEM_DEPS";

/// The folders that may hold fetched files, in the order in which they are searched: what
/// [`VARIABLE`] says, `.deps` here, `.deps` beside the program or in a folder above it.
pub fn roots() -> Vec<PathBuf> {
    let named = env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let here = Some(PathBuf::from(".deps"));
    let program = env::current_exe().ok();
    let above = program.iter().flat_map(|path| path.ancestors().skip(1)).map(|folder| folder.join(".deps"));
    named.into_iter().chain(here).chain(above).collect()
}

/// The first existing file called `file` in `extra` or in the sub-folder `kind` of [`roots`].
///
/// # Errors
/// The places that were searched.
pub fn find(extra: Option<&Path>, kind: &str, file: &str) -> Result<PathBuf, Vec<PathBuf>> {
    let places: Vec<_> =
        extra.map(Path::to_owned).into_iter().chain(roots().into_iter().map(|root| root.join(kind))).collect();
    places.iter().map(|place| place.join(file)).find(|path| path.is_file()).ok_or(places)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_operators_folder_comes_first() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("own.onnx"), b"x").expect("write");
        assert_eq!(find(Some(folder.path()), "models", "own.onnx"), Ok(folder.path().join("own.onnx")));
        let searched = find(Some(folder.path()), "models", "no-such.onnx").expect_err("missing");
        assert_eq!(searched[0], folder.path());
        assert!(searched.len() > 2, "{searched:?}");
    }
}

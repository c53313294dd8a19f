//! Where the files lie that `make setup` fetched: `.deps/models`, `.deps/lib`, `.deps/footage`.

use std::env;
use std::ffi::OsString;
use std::iter;
use std::path::{Path, PathBuf};

/// Names the folder of fetched files; only without it are the usual places searched.
pub const VARIABLE: &str = "CANHDEM_DEPS";

/// The folders that may hold fetched files, in the order in which they are searched: the one that
/// [`VARIABLE`] names; without it `.deps` here, then where a package puts them (`lib/canhdem` beside the program's `bin`),
/// then `.deps` beside the program or in a folder above it.
pub fn roots() -> Vec<PathBuf> {
    choose(env::var_os(VARIABLE), env::current_exe().ok().as_deref())
}

fn choose(named: Option<OsString>, program: Option<&Path>) -> Vec<PathBuf> {
    // Whoever names a folder wants its files and no others that happen to lie about.
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        return vec![named.into()];
    }
    let bin = program.and_then(Path::parent).filter(|folder| folder.ends_with("bin"));
    let installed = bin.and_then(Path::parent).map(|prefix| prefix.join("lib/canhdem"));
    let above = program.into_iter().flat_map(|path| path.ancestors().skip(1)).map(|folder| folder.join(".deps"));
    iter::once(PathBuf::from(".deps")).chain(installed).chain(above).collect()
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
    fn a_named_folder_is_searched_alone() {
        let program = Some(Path::new("/opt/canhdem/bin/canhdem"));
        for unnamed in [None, Some(OsString::new())] {
            let places = [
                ".deps",
                "/opt/canhdem/lib/canhdem",
                "/opt/canhdem/bin/.deps",
                "/opt/canhdem/.deps",
                "/opt/.deps",
                "/.deps",
            ];
            assert_eq!(choose(unnamed, program), places.map(PathBuf::from));
        }
        assert_eq!(choose(Some("/srv/fetched".into()), program), [PathBuf::from("/srv/fetched")]);
        assert_eq!(choose(None, None), [PathBuf::from(".deps")]);
        let built = Some(Path::new("/src/target/canhdem"));
        assert!(!choose(None, built).contains(&PathBuf::from("/src/lib/canhdem")), "no package put it there");
    }

    #[test]
    fn an_operators_folder_comes_first() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("own.onnx"), b"x").expect("write");
        assert_eq!(find(Some(folder.path()), "models", "own.onnx"), Ok(folder.path().join("own.onnx")));
        let searched = find(Some(folder.path()), "models", "no-such.onnx").expect_err("missing");
        assert_eq!(searched[0], folder.path());
        assert_eq!(searched[1..], roots().into_iter().map(|root| root.join("models")).collect::<Vec<_>>());
    }
}

//! A disk that is slow, or refuses, for one program (`shim.c`).

use std::fs;
use std::path::{Path, PathBuf};

use super::tools::{Lacking, command, run, skip};

pub struct Shim {
    library: PathBuf,
    rule: PathBuf,
}

impl Shim {
    /// Built in this folder. None, and says why, where there is no compiler.
    pub fn build(folder: &Path) -> Option<Self> {
        let library = folder.join("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/shim.c");
        let mut compiler = command("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source);
        match run(&mut compiler) {
            Ok(_) => Some(Self { library, rule: folder.join("shim.rule") }),
            Err(lacking @ Lacking::Program(_)) => {
                skip(&lacking);
                None
            }
            Err(lacking) => panic!("{lacking:?}"),
        }
    }

    /// For the program whose disk it is.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("LD_PRELOAD", self.library.display().to_string()), ("CANHDEM_TEST_DISK", self.rule.display().to_string())]
    }

    /// From now on, for all files below this folder.
    pub fn set(&self, rule: &str, folder: &Path) {
        // At once, never half a line.
        let new = self.rule.with_extension("new");
        fs::write(&new, format!("{rule} {}\n", folder.display())).expect("written");
        fs::rename(new, &self.rule).expect("renamed");
    }

    /// All is as ever. Whether there was a rule.
    pub fn clear(&self) -> bool {
        fs::remove_file(&self.rule).is_ok()
    }

    pub fn is_set(&self) -> bool {
        self.rule.exists()
    }
}

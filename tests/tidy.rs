//! What the compiler does not hold: the order of the modules, the size of their files, that pipelines are what the code
//! takes them for, and that no file names a package registry or somebody's machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gstreamer as gst;
use gstreamer::prelude::*;

const MOST_LINES: usize = 400;

#[test]
fn modules_use_only_those_before_them() {
    let order = order();
    let mut wrong = Vec::new();
    for source in sources() {
        let [module, ..] = &source.module[..] else { continue };
        for used in modules_used(&source.code, source.module.len()) {
            if !may_use(&order, module, &used) {
                wrong.push(format!("{}: {module} may not use {used}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_map_in_words_has_the_order_of_the_map_in_code() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("text");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    assert_eq!(rows.map(|(module, _)| module).collect::<Vec<_>>(), order());
}

#[test]
fn files_are_small() {
    let large = |source: &Source| source.code.lines().count() > MOST_LINES;
    let wrong: Vec<_> = sources().into_iter().filter(large).map(|source| source.path).collect();
    assert!(wrong.is_empty(), "more than {MOST_LINES} lines: {wrong:?}");
}

#[test]
fn no_file_names_a_registry_or_a_machine() {
    // In halves, or this file would be found.
    let registries = [
        concat!("crates", ".io"),
        concat!("npm", "js."),
        concat!("pypi", ".org"),
        concat!("python", "hosted"),
        concat!("deb.", "debian"),
        concat!("archive.", "ubuntu"),
    ];
    let folders = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/")];
    let temporary = concat!("/tm", "p/");
    let mut wrong = Vec::new();
    let mut read = 0;
    for path in files_kept() {
        // Cargo itself writes the registry into its lock file.
        if path == Path::new("Cargo.lock") {
            continue;
        }
        // Pictures and videos are no text.
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        read += 1;
        let may_be_there = path.starts_with("tests").then_some(temporary);
        let words = registries.into_iter().chain(folders).chain([temporary]);
        let found = words.filter(|word| Some(*word) != may_be_there && text.contains(word));
        wrong.extend(found.map(|word| format!("{}: {word}", path.display())));
    }
    assert!(read > 150, "only {read} files were looked at");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pipelines_are_what_the_code_takes_them_for() {
    gst::init().expect("GStreamer");
    gstfmp4::plugin_register_static().expect("the muxer of recordings");
    let code: String = sources().into_iter().map(|source| source.code).collect();
    let mut known = pipelines();
    for path in files(&root().join("pipelines")) {
        let name = path.file_stem().expect("name").to_str().expect("UTF-8").to_owned();
        let (shape, elements) = known.remove(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert!(code.contains(&format!("pipelines/{name}.launch\"")), "{name} is not used");
        let text = fs::read_to_string(&path).expect("text");
        // Of a graphics processor, which few machines for tests have.
        let text = text.replace("vah264dec", "avdec_h264").replace("vah265dec", "avdec_h265");
        let bin = parse(&name, &text, &shape);
        for (element, kind) in elements {
            let found = bin.by_name(element).unwrap_or_else(|| panic!("{name} has no {element}"));
            assert_eq!(found.factory().expect("a factory").name(), *kind, "{name}: {element}");
        }
    }
    assert!(known.is_empty(), "not there: {:?}", known.keys());
}

// --- modules ---------------------------------------------------------------------------------------------------------

/// The modules as `src/lib.rs` lists them.
fn order() -> Vec<String> {
    let map = fs::read_to_string(root().join("src/lib.rs")).expect("text");
    let modules = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    modules.map(str::to_owned).collect()
}

fn may_use(order: &[String], module: &str, used: &str) -> bool {
    let place = |name: &str| order.iter().position(|module| module == name);
    match (module, used) {
        _ if module == used => true,
        // It also starts the simulated cameras, which know of nothing.
        ("command", _) => true,
        ("testcam", _) => used == "base",
        _ => used != "testcam" && place(used) < place(module),
    }
}

/// The modules of the crate's root that occur in the code of a file which is `depth` modules below it.
fn modules_used(code: &str, depth: usize) -> BTreeSet<String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n").replace(&"super::".repeat(depth), "crate::");
    let paths = code.split("crate::").skip(1);
    paths.flat_map(|path| path.strip_prefix('{').map_or_else(|| vec![first_name(path)], first_names)).collect()
}

fn first_name(path: &str) -> String {
    path.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// The first name of each path in a group whose opening brace is cut off: `a` and `b` of `a, b::{c, d}}`.
fn first_names(group: &str) -> Vec<String> {
    let mut open = 1;
    let end = group.find(|letter| {
        open += nesting(letter);
        open == 0
    });
    let mut inside = 0;
    let paths = group[..end.unwrap_or(group.len())].split(|letter| {
        inside += nesting(letter);
        inside == 0 && letter == ','
    });
    paths.map(first_name).filter(|name| !name.is_empty()).collect()
}

fn nesting(letter: char) -> i32 {
    i32::from(letter == '{') - i32::from(letter == '}')
}

#[test]
fn what_is_used_is_found() {
    #[track_caller]
    fn check(code: &str, depth: usize, used: &[&str]) {
        assert_eq!(modules_used(code, depth).iter().map(String::as_str).collect::<Vec<_>>(), used);
    }
    check("use crate::base::Clock;\nfn f() { crate::store::open(crate::base::ids()) }", 1, &["base", "store"]);
    check("use crate::{\n    alert::{Alert, book},\n    rules,\n};\nuse std::{fs, io};", 1, &["alert", "rules"]);
    check("use super::http::{self, page};", 1, &["http"]);
    check("use super::writer;\nuse super::super::track::Track;", 2, &["track"]);
    check("/// As [`crate::http`] has it.\nuse serde::Serialize;", 1, &[]);

    let order = order();
    assert!(may_use(&order, "store", "alert") && may_use(&order, "command", "testcam"));
    assert!(!may_use(&order, "alert", "store") && !may_use(&order, "testcam", "config"));
    assert!(!may_use(&order, "app", "testcam") && !may_use(&order, "app", "command"));
}

// --- sources ---------------------------------------------------------------------------------------------------------

struct Source {
    path: PathBuf,
    /// From the crate's root: `["decode", "gate"]`. Empty for `lib.rs` and `main.rs`.
    module: Vec<String>,
    /// Without test code.
    code: String,
}

/// The files below `src`, apart from those that only tests have.
fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let mut sources = Vec::new();
    let mut of_tests = Vec::new();
    for path in files(&folder) {
        let text = fs::read_to_string(&path).expect("text");
        let (code, tests) = split_tests(&text);
        of_tests.extend(files_declared(&path, &tests));
        let path = path.strip_prefix(&folder).expect("below").to_owned();
        let stem = path.with_extension("");
        let names = stem.iter().map(|name| name.to_str().expect("UTF-8").to_owned());
        let module = names.filter(|name| !["mod", "lib", "main"].contains(&name.as_str())).collect();
        sources.push(Source { path, module, code: code.join("\n") });
    }
    assert!(sources.len() > 80, "only {} sources", sources.len());
    sources.retain(|source| {
        let stem = folder.join(&source.path).with_extension("");
        !of_tests.iter().any(|file| stem.starts_with(file))
    });
    sources
}

/// The lines of a formatted file: those of the program, and those of items that only tests have.
fn split_tests(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut code, mut tests) = (Vec::new(), Vec::new());
    let mut item_indent = None;
    for line in text.lines() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if item_indent.is_none() && content == "#[cfg(test)]" {
            item_indent = Some(indent);
        }
        if item_indent.is_none() {
            code.push(line);
        } else {
            tests.push(line);
        }
        let ends_item = !content.starts_with("//") && content.ends_with([';', '}', ',']);
        if ends_item && item_indent == Some(indent) {
            item_indent = None;
        }
    }
    (code, tests)
}

/// The files of the modules that these lines of `file` declare, without extension.
fn files_declared(file: &Path, lines: &[&str]) -> Vec<PathBuf> {
    let folder = file.parent().expect("a folder");
    let is_root = ["mod.rs", "lib.rs", "main.rs"].iter().any(|name| file.ends_with(name));
    let below = if is_root { folder.to_owned() } else { file.with_extension("") };
    let mut declared = Vec::new();
    let mut elsewhere = None;
    for line in lines {
        if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]")) {
            elsewhere = Some(folder.join(path).with_extension(""));
        } else if let Some((_, name)) = line.strip_suffix(';').and_then(|line| line.split_once("mod ")) {
            declared.push(elsewhere.take().unwrap_or_else(|| below.join(name)));
        }
    }
    declared
}

#[test]
fn test_code_is_told_apart() {
    let text = "use a;\n#[cfg(test)]\nuse b::{\n    c,\n};\nfn d() {}\n\n#[cfg(test)]\n#[path = \"e_tests.rs\"]\nmod tests;\n\
                #[cfg(test)]\npub(crate) mod testing;\nstruct F {\n    #[cfg(test)]\n    g: u8,\n    h: u8,\n}\n\
                #[cfg(test)]\nmod more {\n    fn i() {}\n}\nfn j() {}";
    let (code, tests) = split_tests(text);
    assert_eq!(code.join(" "), "use a; fn d() {}  struct F {     h: u8, } fn j() {}");
    let below = |stem: &str| Path::new("src").join(stem);
    assert_eq!(files_declared(&below("e.rs"), &tests), [below("e_tests"), below("e/testing")]);
    assert_eq!(files_declared(&below("e/mod.rs"), &tests), [below("e/e_tests"), below("e/testing")]);
}

// --- files -----------------------------------------------------------------------------------------------------------

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files that are kept under version control, from the root; in an unpacked archive, all that were not fetched or
/// built.
fn files_kept() -> Vec<PathBuf> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    if let Some(listed) = listed.ok().filter(|listed| listed.status.success() && !listed.stdout.is_empty()) {
        let names = String::from_utf8(listed.stdout).expect("UTF-8");
        return names.split_terminator('\0').map(PathBuf::from).collect();
    }
    let not_kept = [".git", ".deps", ".demo", "target", "web/node_modules", "web/dist"];
    let names = files(&root()).into_iter().map(|path| path.strip_prefix(root()).expect("below").to_owned());
    names.filter(|name| !not_kept.iter().any(|folder| name.starts_with(folder))).collect()
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

// --- pipelines -------------------------------------------------------------------------------------------------------

enum Shape {
    /// A pipeline of its own.
    Whole,
    /// Put between two pads by its open ends.
    OpenEnds,
    /// Put between two pads from its element `entry` to its element `exit`.
    EntryToExit,
    /// Built by the RTSP server, which sends what comes out of `pay0`.
    Served,
}

/// Elements that code looks up, and their kinds.
type Named = &'static [(&'static str, &'static str)];

/// The pipelines by name, each with its named elements.
fn pipelines() -> BTreeMap<&'static str, (Shape, Named)> {
    use Shape::{EntryToExit, OpenEnds, Served, Whole};
    BTreeMap::from([
        ("burn-openh264", (Whole, &[("source", "appsrc"), ("mux", "mp4mux"), ("file", "filesink")][..])),
        ("burn-x264", (Whole, &[("source", "appsrc"), ("mux", "mp4mux"), ("file", "filesink")])),
        ("clip", (Whole, &[("source", "appsrc"), ("mux", "mp4mux"), ("file", "filesink")])),
        ("decode-h264", (OpenEnds, &[])),
        ("decode-h264-va", (OpenEnds, &[])),
        ("decode-h265", (OpenEnds, &[])),
        ("decode-h265-va", (OpenEnds, &[])),
        ("draw", (Whole, &[("pictures", "appsrc"), ("file", "filesink")])),
        ("intake-file", (Whole, &[("file", "filesrc"), ("demux", "parsebin"), ("sink", "appsink")])),
        ("intake-file-h264", (EntryToExit, &[])),
        ("intake-file-h265", (EntryToExit, &[])),
        ("intake-file-transcode", (EntryToExit, &[("encoder", "x264enc")])),
        ("intake-udp", (Whole, &[("source", "rtspsrc"), ("sink", "appsink")])),
        ("intake-udp-h264", (EntryToExit, &[("entry", "rtph264depay")])),
        ("intake-udp-h265", (EntryToExit, &[("entry", "rtph265depay")])),
        ("record-h264", (Whole, &[("source", "appsrc"), ("sink", "appsink")])),
        ("record-h265", (Whole, &[("source", "appsrc"), ("sink", "appsink")])),
        ("testcam-decode", (Whole, &[("file", "filesrc"), ("size", "capsfilter"), ("sink", "appsink")])),
        ("testcam-encode-h264", (Whole, &[("frames", "appsrc"), ("encoder", "x264enc"), ("sink", "appsink")])),
        ("testcam-encode-h265", (Whole, &[("frames", "appsrc"), ("encoder", "x265enc"), ("sink", "appsink")])),
        ("testcam-read", (Whole, &[("file", "filesrc"), ("demux", "parsebin"), ("sink", "appsink")])),
        ("testcam-read-h264", (OpenEnds, &[])),
        ("testcam-read-h265", (OpenEnds, &[])),
        ("testcam-save-h264", (Whole, &[("units", "appsrc"), ("file", "filesink")])),
        ("testcam-save-h265", (Whole, &[("units", "appsrc"), ("file", "filesink")])),
        ("testcam-serve-h264", (Served, &[("source", "appsrc")])),
        ("testcam-serve-h265", (Served, &[("source", "appsrc")])),
        ("testcam-serve-mjpeg", (Served, &[])),
        ("testcam-serve-sound", (Served, &[])),
    ])
}

/// Builds it as the code does that owns it.
#[expect(clippy::disallowed_methods, reason = "what is tested")]
fn parse(name: &str, text: &str, shape: &Shape) -> gst::Bin {
    let pad = |bin: &gst::Bin, element: &str, pad: &str| {
        let element = bin.by_name(element).unwrap_or_else(|| panic!("{name} has no {element}"));
        assert!(element.static_pad(pad).is_some(), "{name}: {element:?} has no pad {pad}");
    };
    let part = |ghosts| gst::parse::bin_from_description(text, ghosts).unwrap_or_else(|e| panic!("{name}: {e}"));
    let alone = || gst::parse::launch(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    match shape {
        Shape::Whole => alone().downcast::<gst::Pipeline>().unwrap_or_else(|_| panic!("{name}: no pipeline")).upcast(),
        Shape::OpenEnds => {
            let bin = part(true);
            assert!(bin.static_pad("sink").is_some() && bin.static_pad("src").is_some(), "{name} has no open ends");
            bin
        }
        Shape::EntryToExit => {
            let bin = part(false);
            pad(&bin, "entry", "sink");
            pad(&bin, "exit", "src");
            bin
        }
        Shape::Served => {
            let bin = alone().downcast::<gst::Bin>().unwrap_or_else(|_| panic!("{name}: no bin"));
            pad(&bin, "pay0", "src");
            bin
        }
    }
}

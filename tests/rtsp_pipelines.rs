//! Every pipeline of the intake and of the simulated cameras can be built from its description.

use std::path::Path;

#[test]
fn descriptions_are_valid() {
    gstreamer::init().expect("GStreamer");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("pipelines") {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        if name.starts_with("intake-") || name.starts_with("testcam-") {
            let text = std::fs::read_to_string(&path).expect("text");
            #[expect(clippy::disallowed_methods, reason = "what is tested")]
            let built = gstreamer::parse::bin_from_description(&text, false);
            assert!(built.is_ok(), "{name}: {:?}", built.err());
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

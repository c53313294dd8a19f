//! Builds the program anew when the page was: it embeds whatever `web/dist` holds.

fn main() {
    // Cargo watches only what exists. If it cannot be made, the page is simply missing.
    let _ = std::fs::create_dir_all("web/dist");
    println!("cargo::rerun-if-changed=web/dist");
    println!("cargo::rerun-if-changed=build.rs");
}

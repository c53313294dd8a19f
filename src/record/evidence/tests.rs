use std::fs;
use std::process::Command;

use proptest::prelude::*;
use tempfile::TempDir;
use uuid::Uuid;

use super::super::{About, DeviceKey, Model, PackError, Part, Source, prepare};
use super::*;

struct Bench {
    folder: TempDir,
    key: DeviceKey,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = DeviceKey::open(folder.path()).expect("a key");
        Self { folder, key }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A pack of a segment of two chunks and a bit, a picture of one chunk exactly, and a line of text.
    fn pack(&self, name: &str) -> Vec<u8> {
        let mut random = fastrand::Rng::with_seed(1);
        let segment: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(2 * CHUNK_BYTES + 77).collect();
        fs::write(self.path("segment"), segment).expect("written");
        let parts = [
            Part { name: "segments/013000.000Z.mp4".to_owned(), source: Source::File(self.path("segment")) },
            Part { name: "pictures/alert.jpg".to_owned(), source: Source::Bytes(vec![7; CHUNK_BYTES]) },
            Part { name: "alert.json".to_owned(), source: Source::Bytes("{\"vi\": \"Có người\"}\n".into()) },
            Part { name: "empty.txt".to_owned(), source: Source::Bytes(Vec::new()) },
        ];
        write(about(), &parts, &self.key, &self.path(name)).expect("packed");
        fs::read(self.path(name)).expect("there")
    }

    fn verify(&self, bytes: &[u8]) -> Report {
        fs::write(self.path("tampered.zip"), bytes).expect("written");
        verify(&self.path("tampered.zip"), Some(self.key.public())).expect("read")
    }
}

fn write(about: About, parts: &[Part], key: &DeviceKey, out: &Path) -> Result<(), PackError> {
    prepare(about, parts.to_vec(), key)?.write(out)
}

fn about() -> About {
    let at = |text: &str| text.parse().expect("a time");
    About {
        made_at: at("2026-02-17T09:00:00+07:00"),
        version: "0.1.0".to_owned(),
        appliance: Uuid::from_u128(1),
        alert: Uuid::from_u128(2),
        camera: "cong-chinh".to_owned(),
        from: at("2026-02-17T01:30:00+07:00"),
        to: at("2026-02-17T01:31:00+07:00"),
        models: vec![Model { name: "yolox-nano".to_owned(), sha256: "00".repeat(32) }],
        hidden: None,
    }
}

#[test]
fn a_pack_is_intact_and_the_same_each_time() {
    let bench = Bench::new();
    let pack = bench.pack("a.zip");
    let report = bench.verify(&pack);
    assert_eq!(report.faults, []);
    assert_eq!(report.manifest.expect("read").files.len(), 4);
    assert_eq!(bench.pack("b.zip"), pack);
    assert_eq!(fs::read_dir(bench.folder.path()).expect("read").count(), 5, "nothing is left over");
}

#[test]
fn other_programs_open_it() {
    let bench = Bench::new();
    bench.pack("a.zip");
    let script = "import sys, zipfile\n\
                  pack = zipfile.ZipFile(sys.argv[1])\n\
                  assert pack.testzip() is None\n\
                  print(*pack.namelist(), pack.read('alert.json').decode(), sep='\\n')";
    let out = Command::new("python3").args(["-c", script]).arg(bench.path("a.zip")).output().expect("python3");
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(said.starts_with("manifest.json\nmanifest.sig\nsegments/") && said.contains("Có người"), "{said}");
}

#[test]
fn another_key_is_told_and_no_key_can_be_forged() {
    let (bench, thief) = (Bench::new(), Bench::new());
    let forged = thief.pack("forged.zip");
    let kinds = |report: &Report| report.faults.iter().map(|fault| fault.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&bench.verify(&forged)), [FaultKind::OtherKey]);
    // The thief's pack under the appliance's name.
    let (theirs, ours) = (thief.key.public().to_string(), bench.key.public().to_string());
    let at = forged.windows(64).position(|part| part == theirs.as_bytes()).expect("the key");
    let mut renamed = forged;
    renamed[at..at + 64].copy_from_slice(ours.as_bytes());
    assert!(kinds(&bench.verify(&renamed)).contains(&FaultKind::Signature));
}

#[test]
fn what_is_no_pack_is_said_to_be_none() {
    let bench = Bench::new();
    for rubbish in [&b""[..], b"PK\x03\x04", &[0xff; 5000], b"{}", &vec![b'['; 300_000]] {
        let report = bench.verify(rubbish);
        assert_eq!(report.faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::NoPack]);
    }
    assert!(verify(&bench.path("nowhere.zip"), None).is_err());
}

#[test]
fn where_bytes_were_altered_added_or_left_out_is_named() {
    let bench = Bench::new();
    let pack = bench.pack("a.zip");
    let entry = "segments/013000.000Z.mp4";
    let name = pack.windows(entry.len()).position(|part| part == entry.as_bytes() && pack[0] == b'P');
    // The last mention before the content is that of its header.
    let header = pack.windows(entry.len() + 1).enumerate().filter(|(_, part)| part.starts_with(entry.as_bytes()));
    let places: Vec<usize> = header.map(|(place, _)| place).collect();
    let content = places[places.len() - 2] + entry.len();
    assert!(name.is_some() && places.len() == 3, "in the manifest, before the content, in the directory");
    let check = |bytes: &[u8], kind: FaultKind, chunk: Range<u64>| {
        let report = bench.verify(bytes);
        let [fault] = &report.faults[..] else { panic!("{:?}", report.faults) };
        assert_eq!((fault.kind, fault.entry.as_str()), (kind, entry), "{fault:?}");
        let in_entry = fault.in_entry.clone().expect("within the file");
        assert!(in_entry.start <= chunk.start && chunk.end <= in_entry.end.max(chunk.end), "{fault:?}");
        assert!(fault.range.start == content as u64 + in_entry.start, "{fault:?}");
    };
    let mut altered = pack.clone();
    altered[content + CHUNK_BYTES + 5] ^= 1;
    check(&altered, FaultKind::Altered, CHUNK_BYTES as u64..2 * CHUNK_BYTES as u64);
    let mut added = pack.clone();
    added.splice(content + CHUNK_BYTES + 5..content + CHUNK_BYTES + 5, [1, 2, 3]);
    check(&added, FaultKind::Added, CHUNK_BYTES as u64..CHUNK_BYTES as u64 + 5);
    let mut missing = pack.clone();
    missing.drain(content + CHUNK_BYTES + 5..content + CHUNK_BYTES + 9);
    check(&missing, FaultKind::Missing, CHUNK_BYTES as u64..CHUNK_BYTES as u64 + 5);

    let mut longer = pack.clone();
    longer.extend(b"more");
    let report = bench.verify(&longer);
    let length = pack.len() as u64;
    assert_eq!(report.faults.last().map(|fault| fault.range.clone()), Some(length..length + 4));
    let report = bench.verify(&pack[..pack.len() - 9]);
    assert_eq!(report.faults.last().map(|fault| fault.kind), Some(FaultKind::Missing));
}

#[test]
fn nothing_is_overwritten_and_names_cannot_lead_elsewhere() {
    let bench = Bench::new();
    let pack = bench.pack("a.zip");
    let part = |name: &str| Part { name: name.to_owned(), source: Source::Bytes(vec![1]) };
    let again = write(about(), &[part("x")], &bench.key, &bench.path("a.zip"));
    assert!(matches!(again, Err(PackError::Exists { .. })), "{again:?}");
    assert_eq!(fs::read(bench.path("a.zip")).expect("there"), pack);
    for wrong in ["", "/etc/passwd", "../x", "a//b", "a/../b", ".hidden", "manifest.json", "x y", &"x".repeat(300)] {
        let out = write(about(), &[part(wrong)], &bench.key, &bench.path("b.zip"));
        assert!(matches!(out, Err(PackError::Name(_))), "{wrong}: {out:?}");
    }
    let out = write(about(), &[part("x"), part("x")], &bench.key, &bench.path("b.zip"));
    assert!(matches!(out, Err(PackError::Name(_))));
    let gone = Part { name: "x".to_owned(), source: Source::File(bench.path("gone")) };
    let said = write(about(), &[gone], &bench.key, &bench.path("b.zip")).expect_err("no such file").to_string();
    assert!(said.contains("gone") && !bench.path("b.zip").exists(), "{said}");
}

/// What somebody may do to a pack.
#[derive(Debug, Clone)]
enum Tampering {
    Flip { place: f64, bit: u8 },
    Insert { place: f64, bytes: Vec<u8> },
    Remove { place: f64, length: usize },
    Swap { one: f64, other: f64 },
}

fn any_tampering() -> impl Strategy<Value = Tampering> {
    let place = || 0.0..1.0f64;
    prop_oneof![
        4 => (place(), 0u8..8).prop_map(|(place, bit)| Tampering::Flip { place, bit }),
        1 => (place(), proptest::collection::vec(any::<u8>(), 1..300)).prop_map(|(place, bytes)| Tampering::Insert { place, bytes }),
        1 => (place(), 1usize..300).prop_map(|(place, length)| Tampering::Remove { place, length }),
        1 => (place(), place()).prop_map(|(one, other)| Tampering::Swap { one, other }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn every_tampering_is_found(tampering in any_tampering(), near_the_edges in any::<bool>()) {
        thread_local!(static BENCH: (Bench, Vec<u8>) = { let bench = Bench::new(); let pack = bench.pack("a.zip"); (bench, pack) });
        BENCH.with(|(bench, pack)| {
            // The headers and the directory are few bytes of many.
            let place = |share: f64| {
                let within = if near_the_edges { 700.0 } else { pack.len() as f64 };
                let at = (share * within) as usize;
                if near_the_edges && at % 2 == 1 { pack.len() - 1 - at } else { at }
            };
            let mut bytes = pack.clone();
            let flipped = match tampering {
                Tampering::Flip { place: at, bit } => { bytes[place(at)] ^= 1 << bit; Some(place(at) as u64) }
                Tampering::Insert { place: at, bytes: more } => { bytes.splice(place(at)..place(at), more); None }
                Tampering::Remove { place: at, length } => {
                    bytes.drain(place(at)..(place(at) + length).min(pack.len()));
                    None
                }
                Tampering::Swap { one, other } => { bytes.swap(place(one), place(other)); None }
            };
            let report = bench.verify(&bytes);
            prop_assert_eq!(report.faults.is_empty(), bytes == *pack);
            if let Some(place) = flipped {
                let is_named = |fault: &Fault| fault.range.contains(&place) || fault.kind == FaultKind::Signature;
                prop_assert!(report.faults.iter().any(is_named), "{place}: {:?}", report.faults);
            }
            Ok(())
        })?;
    }
}

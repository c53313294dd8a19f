//! How much of what a camera does a changed configuration changes, and what only a start of the appliance can change.

use super::Config;

/// In rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    Nothing,
    /// What is watched for, and when: its streams, its recording and an open alert go on.
    Rules,
    /// Everything that pictures are looked at with: streams and recording go on.
    Analysis,
    /// Where its pictures come from.
    Streams,
    /// There is no such camera any more.
    Gone,
}

impl Reach {
    /// Of a change, for one camera.
    pub fn of(before: &Config, after: &Config, camera: &str) -> Self {
        let (Some(old), Some(new)) = (before.camera(camera), after.camera(camera)) else { return Self::Gone };
        if (&old.main, &old.sub, old.transport, &old.credentials)
            != (&new.main, &new.sub, new.transport, &new.credentials)
        {
            return Self::Streams;
        }
        let analysis = (old.name != new.name || old.tamper != new.tamper || old.privacy_masks != new.privacy_masks)
            || (before.timezone != after.timezone || before.memory != after.memory)
            || before.detector.threshold != after.detector.threshold;
        if analysis {
            return Self::Analysis;
        }
        if old.zones != new.zones || old.lines != new.lines || before.arming != after.arming {
            return Self::Rules;
        }
        Self::Nothing
    }
}

impl Config {
    /// What is opened once at the start stays as it was then; says which keys want to be otherwise.
    pub(super) fn keep_what_needs_a_restart(&mut self, started: &Self) -> Vec<&'static str> {
        let mut keys = Vec::new();
        keep(&mut self.data_dir, &started.data_dir, "data_dir", &mut keys);
        keep(&mut self.models_dir, &started.models_dir, "models_dir", &mut keys);
        keep(&mut self.web.listen, &started.web.listen, "web.listen", &mut keys);
        keep(&mut self.web.certificate, &started.web.certificate, "web.certificate", &mut keys);
        keep(&mut self.detector.model, &started.detector.model, "detector.model", &mut keys);
        keep(&mut self.detector.sessions, &started.detector.sessions, "detector.sessions", &mut keys);
        keys
    }
}

fn keep<T: PartialEq + Clone>(wanted: &mut T, started: &T, key: &'static str, keys: &mut Vec<&'static str>) {
    if wanted != started {
        wanted.clone_from(started);
        keys.push(key);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const BEFORE: &str = "data_dir = \"data\"\n[[camera]]\nid = \"cong\"\nmain = \"rtsp://10.0.0.11/1\"\n\
                          [[camera]]\nid = \"kho\"\nmain = \"rtsp://10.0.0.12/1\"\n[arming]\nnights = \"18:00-06:00\"\n";

    fn parse(text: &str) -> Config {
        Config::parse(text, Path::new("."), Path::new("canhdem.toml")).expect("valid")
    }

    #[test]
    fn a_change_reaches_so_far_and_no_further() {
        #[track_caller]
        fn check(from: &str, to: &str, of_cong: Reach, of_kho: Reach) {
            assert!(BEFORE.contains(from), "{from}");
            let (before, after) = (parse(BEFORE), parse(&BEFORE.replace(from, to)));
            assert_eq!(Reach::of(&before, &after, "cong"), of_cong, "cong: {to}");
            assert_eq!(Reach::of(&before, &after, "kho"), of_kho, "kho: {to}");
        }
        use Reach::{Analysis, Gone, Nothing, Rules, Streams};
        check("data_dir", "data_dir", Nothing, Nothing);
        let zone = "id = \"cong\"\nzones = [{ id = \"a\", kind = \"yard\", polygon = [[0,0],[1,0],[1,1]] }]";
        check("id = \"cong\"", zone, Rules, Nothing);
        check("id = \"cong\"", "id = \"cong\"\nname = \"Cổng\"", Analysis, Nothing);
        check("id = \"cong\"", "id = \"cong\"\ntamper = false", Analysis, Nothing);
        let mask = "id = \"cong\"\nprivacy_masks = [{ id = \"a\", polygon = [[0,0],[1,0],[1,1]] }]";
        check("id = \"cong\"", mask, Analysis, Nothing);
        check("id = \"cong\"", "id = \"cong\"\nplace = \"cổng\"", Nothing, Nothing);
        check("id = \"cong\"", "id = \"cong\"\ntransport = \"udp\"", Streams, Nothing);
        check("10.0.0.11/1", "10.0.0.11/2", Streams, Nothing);
        check("id = \"cong\"", "id = \"nha-xe\"", Gone, Nothing);
        check("18:00", "19:00", Rules, Rules);
        check("[arming]", "[detector]\nthreshold = 0.5\n[arming]", Analysis, Analysis);
        check("[arming]", "[record]\nquota_bytes = 60_000_000\n[arming]", Nothing, Nothing);
    }

    #[test]
    fn what_needs_a_restart_stays_and_is_named() {
        let started = parse(BEFORE);
        let changed =
            BEFORE.replace("\"data\"", "\"elsewhere\"").replace("[arming]", "[web]\nlisten = \"0.0.0.0:1\"\n[arming]");
        let mut changed = parse(&changed);
        assert_eq!(changed.keep_what_needs_a_restart(&started), ["data_dir", "web.listen"]);
        assert_eq!((&changed.data_dir, changed.web.listen), (&started.data_dir, started.web.listen));
        assert!(changed.keep_what_needs_a_restart(&started).is_empty());
    }
}

//! Passwords that cheap cameras take in their addresses: told to nobody.

const WORDS: [&str; 4] = ["password=", "passwd=", "pwd=", "pass="];
const MASK: &str = "***";

/// The address with every password in it replaced.
pub(super) fn masked(address: &str) -> String {
    let lower = address.to_ascii_lowercase();
    let mut shown = String::with_capacity(address.len());
    let mut from = 0;
    while let Some((at, word)) =
        WORDS.iter().filter_map(|word| Some((from + lower[from..].find(word)?, word))).min_by_key(|(at, _)| *at)
    {
        let value = at + word.len();
        let end = address[value..].find(['&', ';', '/', '#', '?']).map_or(address.len(), |length| value + length);
        shown.push_str(&address[from..value]);
        if end > value {
            shown.push_str(MASK);
        }
        from = end;
    }
    shown.push_str(&address[from..]);
    shown
}

/// A configuration file with every password in its addresses replaced.
pub fn all_masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begins) = rest.find("rtsp") {
        let ends = rest[begins..].find(['"', '\'', '\n']).map_or(rest.len(), |length| begins + length);
        shown.push_str(&rest[..begins]);
        shown.push_str(&masked(&rest[begins..ends]));
        rest = &rest[ends..];
    }
    shown + rest
}

/// What is meant where an address comes back as it was told: the one in the file.
pub(super) fn unmasked(wanted: &str, written: Option<&str>) -> String {
    written.filter(|written| masked(written) == wanted).unwrap_or(wanted).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_and_come_back() {
        #[track_caller]
        fn check(address: &str, expected: &str) {
            assert_eq!(masked(address), expected);
            assert_eq!(unmasked(expected, Some(address)), address);
        }
        check("rtsp://10.0.0.11/Streaming/Channels/101", "rtsp://10.0.0.11/Streaming/Channels/101");
        check("rtsp://a/cam?user=x&Password=bí mật&channel=1", "rtsp://a/cam?user=x&Password=***&channel=1");
        check("rtsp://a/user=admin&pwd=1&pass=2/x", "rtsp://a/user=admin&pwd=***&pass=***/x");
        check("rtsp://a/?passwd=", "rtsp://a/?passwd=");
        assert_eq!(unmasked("rtsp://b/?pwd=***", Some("rtsp://a/?pwd=1")), "rtsp://b/?pwd=***");
        assert_eq!(unmasked("rtsp://b/", None), "rtsp://b/");
    }

    #[test]
    fn a_whole_file_shows_none() {
        let file = "# mật khẩu\n[[camera]]\nmain = \"rtsp://a/x?pwd=1&c=2\"\nsub = 'rtsp://a/y?password=2' # rtsp\nname = \"x\"\n";
        let shown = "# mật khẩu\n[[camera]]\nmain = \"rtsp://a/x?pwd=***&c=2\"\nsub = 'rtsp://a/y?password=***' # rtsp\nname = \"x\"\n";
        assert_eq!(all_masked(file), shown);
        assert_eq!(all_masked(""), "");
    }
}

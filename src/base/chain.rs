//! Links of a chain of hashes: each stands for what it is of and for all before it, so that nothing can be altered, taken
//! out, put in or put elsewhere without breaking it there.

use sha2::{Digest as _, Sha256};

pub type Digest = [u8; 32];

/// What is before the first link.
pub const START: Digest = [0; 32];

/// SHA-256 over what a link is of. No two lists of fields have the same bytes: each comes with its length, and one that is
/// missing is not one that is empty.
pub fn content<'a>(kind: &str, fields: impl IntoIterator<Item = Option<&'a [u8]>>) -> Digest {
    let mut hash = Sha256::new();
    field(&mut hash, Some(kind.as_bytes()));
    fields.into_iter().for_each(|bytes| field(&mut hash, bytes));
    hash.finalize().into()
}

fn field(hash: &mut Sha256, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else { return hash.update([0]) };
    hash.update([1]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

/// The link that follows `before`.
pub fn link(before: Digest, content: Digest) -> Digest {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(content);
    hash.finalize().into()
}

/// As it is printed: 64 hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A link as it lies in the database, which anybody may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Counts from 1.
    pub position: i64,
    /// Of what it is of now.
    pub content: Digest,
    /// As it was written.
    pub link: Digest,
}

/// Where a chain is first broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Links from here to there, both included, are not there.
    Missing { from: i64, to: i64 },
    /// This one is not what was written after the one before it: it, or that one, was altered, put in or put elsewhere.
    Altered { at: i64 },
}

/// Follows a chain from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    /// The last link, and its position.
    pub before: Digest,
    pub position: i64,
}

impl Default for Walk {
    fn default() -> Self {
        Self { before: START, position: 0 }
    }
}

impl Walk {
    /// # Errors
    /// Where the next link is not the one that follows. The walk goes on behind it, as if it were right.
    pub fn step(&mut self, next: &Link) -> Result<(), Break> {
        let (before, expected) = (self.before, self.position + 1);
        (self.before, self.position) = (next.link, next.position);
        if next.position > expected {
            return Err(Break::Missing { from: expected, to: next.position - 1 });
        }
        if next.position < expected || link(before, next.content) != next.link {
            return Err(Break::Altered { at: next.position });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A chain of as many links, each of a text.
    fn chain(texts: &[String]) -> Vec<Link> {
        let mut before = START;
        let links = texts.iter().zip(1..).map(|(text, position)| {
            let content = content("test", [Some(text.as_bytes())]);
            before = link(before, content);
            Link { position, content, link: before }
        });
        links.collect()
    }

    fn first_break(links: &[Link]) -> Option<Break> {
        let mut walk = Walk::default();
        links.iter().find_map(|link| walk.step(link).err())
    }

    #[test]
    fn lists_of_fields_are_told_apart() {
        let of = |fields: &[Option<&str>]| content("test", fields.iter().map(|field| field.map(str::as_bytes)));
        let lists: [&[Option<&str>]; 6] =
            [&[], &[None], &[Some("")], &[Some("ab"), Some("c")], &[Some("a"), Some("bc")], &[Some("abc"), None]];
        let mut digests: Vec<_> = lists.into_iter().map(of).collect();
        digests.push(content("tes", [Some(&b"t"[..])]));
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), lists.len() + 1);
    }

    proptest! {
        #[test]
        fn a_whole_chain_has_no_break(texts in prop::collection::vec("[a-c]{0,3}", 0..40)) {
            prop_assert_eq!(first_break(&chain(&texts)), None);
        }

        /// Without the links being made anew, which takes all that follow: that is what signed heads are for.
        #[test]
        fn whatever_is_done_to_a_chain_is_found_where_it_was_done(
            texts in prop::collection::vec("[a-c]{0,3}", 3..40),
            at in any::<prop::sample::Index>(),
            other in any::<prop::sample::Index>(),
            bit in 0usize..256,
            what in 0..5,
        ) {
            let mut links = chain(&texts);
            let (at, other) = (at.index(links.len()), other.index(links.len()));
            let first = at.min(other);
            let position = |index: usize| i64::try_from(index).expect("small") + 1;
            let expected = match what {
                // A flipped bit of what it is of.
                0 => {
                    links[at].content[bit / 8] ^= 1 << (bit % 8);
                    Some(Break::Altered { at: position(at) })
                }
                // A flipped bit of the link.
                1 => {
                    links[at].link[bit / 8] ^= 1 << (bit % 8);
                    Some(Break::Altered { at: position(at) })
                }
                // One taken out; the last one leaves no gap.
                2 => {
                    links.remove(at);
                    (at < links.len()).then(|| Break::Missing { from: position(at), to: position(at) })
                }
                // Two that change places.
                3 => {
                    prop_assume!(links[at].content != links[other].content);
                    let (a, b) = (links[at], links[other]);
                    links[at] = Link { position: a.position, ..b };
                    links[other] = Link { position: b.position, ..a };
                    Some(Break::Altered { at: position(first) })
                }
                // One put in, with those behind it counted on.
                _ => {
                    let forged = Link { content: content("test", [Some(&b"forged"[..])]), ..links[at] };
                    links.insert(at, forged);
                    links.iter_mut().skip(at + 1).for_each(|link| link.position += 1);
                    Some(Break::Altered { at: position(at) })
                }
            };
            prop_assert_eq!(first_break(&links), expected);
        }
    }
}

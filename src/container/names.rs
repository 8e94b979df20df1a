//! Names that come out: scrubbed, harmless, and as distinct as they were.

use std::collections::{HashMap, HashSet};

use super::notice;

/// Gives every raw name its name in the output, for archives of every format.
///
/// Names are remembered by digest: there may be a million, and a megabyte each.
#[derive(Default)]
pub(super) struct Names {
    /// The number of the name that a raw name was given; the first has none in it.
    given: HashMap<Key, u64>,
    taken: HashSet<Key>,
    /// Raw names whose last entry came out as a regular file, which a hard link may name.
    linkable: HashSet<Key>,
    /// How far the numbering of a name has come, so that many equal names stay cheap.
    last: HashMap<Key, u64>,
}

type Key = [u8; 16];

fn key(name: &[u8]) -> Key {
    let [key @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = *blake3::hash(name).as_bytes();
    key
}

impl Names {
    /// The name for an entry of this raw name, whose scrubbed form is given.
    ///
    /// Equal raw names give equal names, so that duplicates stay duplicates; a name that another raw name has already got
    /// is numbered (`app~2.log`).
    pub(super) fn give(&mut self, raw: &[u8], scrubbed: &[u8]) -> Vec<u8> {
        let wanted = wanted(scrubbed);
        let raw = key(raw);
        if let Some(number) = self.given.get(&raw) {
            return numbered(wanted, *number);
        }
        let (mut number, mut name) = (1, wanted.clone());
        while !self.taken.insert(key(&name)) {
            let last = self.last.entry(key(&wanted)).or_insert(1);
            *last += 1;
            number = *last;
            name = numbered(wanted.clone(), number);
        }
        self.given.insert(raw, number);
        name
    }

    /// Remembers whether the last entry of this raw name came out as a regular file.
    pub(super) fn came_out(&mut self, raw: &[u8], is_regular: bool) {
        match is_regular {
            true => self.linkable.insert(key(raw)),
            false => self.linkable.remove(&key(raw)),
        };
    }

    /// The name that a hard link to this raw name must have, if a regular file came out under it. Its scrubbed form is given.
    pub(super) fn linked(&self, raw: &[u8], scrubbed: &[u8]) -> Option<Vec<u8>> {
        let raw = key(raw);
        let number = self.given.get(&raw).filter(|_| self.linkable.contains(&raw))?;
        Some(numbered(wanted(scrubbed), *number))
    }
}

/// The name that an entry gets unless another has it.
fn wanted(scrubbed: &[u8]) -> Vec<u8> {
    let mut wanted = harmless(scrubbed);
    wanted.truncate(usize::from(u16::MAX) - notice::SUFFIX.len() - 24);
    wanted
}

/// The name of the notice in place of an entry that was given this name.
pub(super) fn withheld(name: &[u8]) -> Vec<u8> {
    let slashes = name.iter().rev().take_while(|byte| **byte == b'/').count();
    [&name[..name.len() - slashes], notice::SUFFIX].concat()
}

/// Puts `~number` before the extension of the last component, unless it is the first of this name.
fn numbered(name: Vec<u8>, number: u64) -> Vec<u8> {
    if number == 1 {
        return name;
    }
    let body = name.len() - name.iter().rev().take_while(|byte| **byte == b'/').count();
    let start = memchr::memrchr(b'/', &name[..body]).map_or(0, |slash| slash + 1);
    let place = match memchr::memrchr(b'.', &name[start..body]) {
        Some(dot) if dot > 0 => start + dot,
        _ => body,
    };
    [&name[..place], format!("~{number}").as_bytes(), &name[place..]].concat()
}

/// Rewrites what could lead an extractor out of its target directory, on any system, and nothing else.
///
/// Backslashes become slashes (extractors on Windows take them for that), a leading slash goes, and so does the power of
/// `..`, of a drive (`C:`) and of NUL, each of which gives way to an underscore.
fn harmless(name: &[u8]) -> Vec<u8> {
    let slashed: Vec<u8> = name
        .iter()
        .map(|byte| match byte {
            b'\\' => b'/',
            0 => b'_',
            byte => *byte,
        })
        .collect();
    let start = slashed.iter().take_while(|byte| **byte == b'/').count();
    let mut harmless = Vec::with_capacity(name.len());
    for (index, component) in slashed[start..].split(|byte| *byte == b'/').enumerate() {
        if index > 0 {
            harmless.push(b'/');
        }
        // Windows ignores dots and spaces at the end of a name, so `.. ` and `...` count as `..`.
        let dots = component.iter().filter(|byte| **byte == b'.').count();
        if dots > 1 && component.iter().all(|byte| matches!(byte, b'.' | b' ')) {
            harmless.push(b'_');
        } else if let [letter, b':', rest @ ..] = component
            && letter.is_ascii_alphabetic()
        {
            harmless.extend_from_slice(&[*letter, b'_']);
            harmless.extend_from_slice(rest);
        } else {
            harmless.extend_from_slice(component);
        }
    }
    if harmless.iter().all(|byte| *byte == b'/') {
        harmless.insert(0, b'_');
    }
    harmless
}

/// Does a symbolic link of this target stay below the link's own directory, whatever else is in the archive?
///
/// A target that climbs may be harmless by itself and not together with other links, so none that climbs is let through.
pub(super) fn is_harmless_target(target: &[u8]) -> bool {
    !target.is_empty() && harmless(target) == target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_disarmed_and_others_are_untouched() {
        let rows: &[(&[u8], &[u8])] = &[
            (b"logs/app.log", b"logs/app.log"),
            (b"./a//b/", b"./a//b/"),
            (b"caf\x82/\xff\n", b"caf\x82/\xff\n"),
            (b"../../etc/passwd", b"_/_/etc/passwd"),
            (b"a/../b", b"a/_/b"),
            (b"/etc/passwd", b"etc/passwd"),
            (b"//server/share", b"server/share"),
            (b"\\\\server\\share", b"server/share"),
            (b"C:\\Windows\\x", b"C_/Windows/x"),
            (b"c:x", b"c_x"),
            (b"a/.. /b", b"a/_/b"),
            (b"a/.../b", b"a/_/b"),
            (b"..", b"_"),
            (b"/", b"_"),
            (b"", b"_"),
            (b"a\0b", b"a_b"),
            (b"12:30.log", b"12:30.log"),
        ];
        for (name, expected) in rows {
            assert_eq!(harmless(name), *expected, "{}", String::from_utf8_lossy(name));
            assert_eq!(harmless(expected), *expected, "twice is once");
        }
    }

    #[test]
    fn duplicates_stay_and_clashes_are_numbered() {
        let mut names = Names::default();
        let mut give =
            |raw: &str, scrubbed: &str| String::from_utf8(names.give(raw.as_bytes(), scrubbed.as_bytes())).unwrap();
        assert_eq!(give("jane.log", "U.log"), "U.log");
        assert_eq!(give("jane.log", "U.log"), "U.log");
        assert_eq!(give("joe.log", "U.log"), "U~2.log");
        assert_eq!(give("jim.log", "U.log"), "U~3.log");
        assert_eq!(give("joe.log", "U.log"), "U~2.log");
        assert_eq!(give("d.x/jane/", "d.x/U/"), "d.x/U/");
        assert_eq!(give("d.x/joe/", "d.x/U/"), "d.x/U~2/");
        assert_eq!(withheld(b"d.x/U~2/"), b"d.x/U~2.withheld.txt");
    }

    #[test]
    fn a_hard_link_needs_a_file_that_came_out() {
        let mut names = Names::default();
        names.give(b"jane.log", b"U.log");
        names.give(b"joe.log", b"U.log");
        assert_eq!(names.linked(b"jane.log", b"U.log"), None);
        names.came_out(b"jane.log", true);
        names.came_out(b"joe.log", true);
        assert_eq!(names.linked(b"jane.log", b"U.log"), Some(b"U.log".to_vec()));
        assert_eq!(names.linked(b"joe.log", b"U.log"), Some(b"U~2.log".to_vec()));
        names.came_out(b"jane.log", false);
        assert_eq!(names.linked(b"jane.log", b"U.log"), None);
    }
}

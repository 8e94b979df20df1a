//! Which keys name a secret: the words of the rule set, compared with the last segments of a key.

use std::borrow::Cow;

use crate::detect::bytes::{ANY, ByteSet};
use crate::detect::reading::random;
use crate::detect::view::View;
use crate::kind::{Family, Kind};
use crate::rules::vocabulary::{PART, Stem, Vocabulary};
use crate::rules::{self, Endings, RuleSet, Walk};

/// The key words of a rule set, and how to find and compare them.
pub struct Lexicon {
    words: Cow<'static, Vocabulary>,
    settings: Settings,
    /// By key: its kind, and how much it says.
    keys: Vec<(Kind, Strength)>,
}

/// How much a key says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Whatever stands there is a secret, unless it is a handle.
    Strong,
    /// The key means other things too.
    Weak,
    /// The word for a secret is not the last of the key: the value must tell, too.
    Within,
    /// Only a value that reads as random is one; digests and UUIDs do not, as they name things more often than they open them.
    Random,
    /// Only a value that reads as random is one, also in hexadecimal.
    Drawn,
}

/// Values that are settings, such as `true` or `none`.
#[derive(Clone)]
pub struct Settings(Endings);

impl Settings {
    /// Whether a value is one of them, in any case.
    pub fn has(&self, value: &[u8]) -> bool {
        value.len() <= 24 && self.0.holds(value)
    }
}

/// The most segments that a word is compared with.
const SEGMENTS: usize = 6;

impl Lexicon {
    /// The lexicon of a rule set.
    pub fn new(rules: &RuleSet) -> Lexicon {
        let words = rules.vocabulary();
        let settings = Settings(words.literals.clone());
        Lexicon { words, settings, keys: rules.keys().iter().map(|key| (key.kind, Strength::of(key))).collect() }
    }

    /// The literals that stand in keys.
    pub fn stems(&self) -> &[Stem] {
        &self.words.stems
    }

    /// Values that are settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The kind of the values of key number `key`, and how much the key says.
    pub fn key(&self, key: usize) -> (Kind, Strength) {
        self.keys[key]
    }

    /// Which key's word stands before the last segments of an identifier: `password_mysql`. None where one of these makes
    /// the key a setting: `password_policy`.
    pub fn find_within(&self, identifier: &[u8]) -> Option<usize> {
        const MOST: usize = 3;
        let identifier = Identifier(identifier);
        let (mut start, mut end) = identifier.segment_before(identifier.0.len())?;
        for _ in 0..MOST {
            let text = &identifier.0[start..end];
            let singular = text.strip_suffix(b"s").or(text.strip_suffix(b"S")).unwrap_or(text);
            if self.words.names.holds(text) || self.words.names.holds(singular) || text.len() < 2 {
                return None;
            }
            (start, end) = identifier.segment_before(start)?;
            let (word, suffix) = self.walk(identifier, end, SEGMENTS);
            if let Some(which) = word.or(suffix) {
                let (kind, strength) = self.keys[which];
                let is_telling = strength == Strength::Strong && kind.family() == Family::Secret;
                return (is_telling && !identifier.is_public_key()).then_some(which);
            }
        }
        None
    }

    /// Whether a text is a name: of words alone, one of which names of settings are made of. `user_password`,
    /// `auth.token.missing`, `#login-form`, `Password:`.
    pub fn is_name(&self, text: &[u8]) -> bool {
        const AROUND: ByteSet = ByteSet::of(b"#.$@:-_&*[]/!?,;()<>~+= ");
        const LONGEST: usize = 96;
        let start = text.iter().position(|&b| !AROUND.contains(b)).unwrap_or(text.len());
        let end = text.iter().rposition(|&b| !AROUND.contains(b)).map_or(start, |last| last + 1);
        let name = &text[start..end];
        if name.is_empty() || name.len() > LONGEST || name.iter().any(|&b| !(PART.or(AROUND)).contains(b)) {
            return false;
        }
        // `tst!pass`, `geheim!`: no name has a mark of exclamation, and only sentences end in one.
        let is_cried = name.contains(&b'!') && !name.contains(&b'/') || text.ends_with(b"!") && !text.contains(&b' ');
        if is_cried {
            return false;
        }
        // `MailPass#1`
        let is_numbered = |at: usize| at > 0 && name.get(at + 1).is_some_and(u8::is_ascii_digit);
        if memchr::memchr(b'#', name).is_some_and(is_numbered) {
            return false;
        }
        // `lavender-Field`, `rspec-Pass`: names with hyphens begin all of their words with capitals, or none.
        let mut words = name.split(|b| *b == b'-');
        let begins_small = words.next().is_some_and(|word| word.first().is_some_and(u8::is_ascii_lowercase));
        let is_plain = !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
        if begins_small && is_plain && words.any(|word| word.first().is_some_and(u8::is_ascii_uppercase)) {
            return false;
        }
        let identifier = Identifier(name);
        let mut is_known = false;
        let mut at = name.len();
        while let Some((start, end)) = identifier.segment_before(at) {
            let segment = &name[start..end];
            let letters = &segment[..segment.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |last| last + 1)];
            if is_leet(segment) {
                return false;
            }
            // A number of its own counts what it follows; one that is glued to a word makes it a password.
            if letters.len() < segment.len() && (!letters.is_empty() || segment.len() > 2 || start == 0) {
                return false;
            }
            // `d3vsecretkeyd3vsecretkey` ends in a word and is none.
            let has_digits = letters.iter().any(u8::is_ascii_digit);
            let is_word = letters.is_empty()
                || self.words.names.holds(segment)
                || (if has_digits { self.is_key(segment) } else { self.find(segment).is_some() });
            is_known |= is_word && !letters.is_empty();
            if !is_word && !is_plain_word(segment) {
                return false;
            }
            at = start;
        }
        is_known
    }

    /// Whether a text is a word of a key and nothing else, however it is spelled: `api-key`, `dbPassword`.
    pub fn is_key(&self, text: &[u8]) -> bool {
        let identifier = Identifier(text);
        let mut walk: Option<Walk> = None;
        let mut at = text.len();
        loop {
            at = identifier.skip_separators_back(at);
            let Some(byte) = at.checked_sub(1).map(|before| text[before].to_ascii_lowercase()) else {
                return walk.is_some_and(|walk| self.words.words.word(walk).is_some());
            };
            at -= 1;
            walk = walk.map_or_else(|| self.words.words.start(byte), |walk| self.words.words.step(walk, byte));
            if walk.is_none() {
                return false;
            }
        }
    }

    /// The segments of an identifier, in small letters and in order.
    pub fn segments(&self, text: &[u8]) -> Vec<Vec<u8>> {
        let identifier = Identifier(text);
        let mut segments = Vec::new();
        let mut at = text.len();
        while let Some((start, end)) = identifier.segment_before(at) {
            segments.push(text[start..end].to_ascii_lowercase());
            at = start;
        }
        segments.reverse();
        segments
    }

    /// Whether a word of a text is one that names are made of, or one for a secret.
    pub fn is_word_of_names(&self, word: &[u8]) -> bool {
        self.words.names.holds(word) || self.find(word).is_some()
    }

    /// Whether a word that names of settings are made of stands before the last segment of an identifier: `cache_key`.
    pub fn is_qualified(&self, identifier: &[u8]) -> bool {
        let identifier = Identifier(identifier);
        let last = identifier.segment_before(identifier.0.len());
        let before = last.and_then(|(start, _)| identifier.segment_before(start));
        before.is_some_and(|(start, end)| self.words.names.holds(&identifier.0[start..end]))
    }

    /// Whether a word links a key to its value in a sentence, in any case.
    pub fn is_verb(&self, word: &[u8]) -> bool {
        self.words.verbs.holds(word)
    }

    /// Which of the rule set's keys the identifier names.
    pub fn find(&self, identifier: &[u8]) -> Option<usize> {
        let identifier = Identifier(identifier);
        let mut end = identifier.skip_separators_back(identifier.0.len());
        loop {
            let last = *identifier.0.get(end.checked_sub(1)?)?;
            let (named, nothing) = if last.is_ascii_digit() {
                let segment = identifier.segment_before(end)?;
                let named = self.named_by(identifier, segment);
                let text = &identifier.0[segment.0..segment.1];
                let changes_nothing =
                    text.iter().all(u8::is_ascii_digit) || (named.is_none() && self.words.qualifiers.holds(text));
                (named, changes_nothing.then_some(segment.0))
            } else {
                // Most segments differ from every word and every qualifier in their last bytes, and are read no further.
                let (word, suffix) = self.walk(identifier, end, SEGMENTS);
                let named = word.or(suffix);
                (named, if named.is_none() { self.qualifier(identifier, end) } else { None })
            };
            // `password_hash`, `secret2`: trailing segments that change nothing.
            match nothing.map(|start| identifier.skip_separators_back(start)) {
                Some(before) if before > 0 => end = before,
                _ => return named.filter(|_| !identifier.is_public_key()),
            }
        }
    }

    /// Where the segment that ends at `end` begins, if it is a qualifier.
    fn qualifier(&self, identifier: Identifier<'_>, end: usize) -> Option<usize> {
        let byte = |at: usize| identifier.0[at].to_ascii_lowercase();
        let mut at = end.checked_sub(1)?;
        let mut walk = self.words.qualifiers.start(byte(at))?;
        while !identifier.begins_segment(at) {
            at -= 1;
            walk = self.words.qualifiers.step(walk, byte(at))?;
        }
        self.words.qualifiers.word(walk).map(|_| at)
    }

    /// Which key the segments up to `last` name.
    fn named_by(&self, identifier: Identifier<'_>, last: (usize, usize)) -> Option<usize> {
        let (start, end) = last;
        let digits = identifier.0[start..end].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let (word, suffix) = self.walk(identifier, end, SEGMENTS);
        if digits == 0 {
            return word.or(suffix);
        }
        word.or_else(|| {
            let most = if end - digits > start { SEGMENTS } else { 0 };
            let (word, suffix) = self.walk(identifier, end - digits, most);
            word.or(suffix)
        })
    }

    /// The longest word that ends at `end` and begins with one of the last `most` segments, and the longest suffix within
    /// the last one. The longest wins: `session_token` before `token`.
    fn walk(&self, identifier: Identifier<'_>, end: usize, most: usize) -> (Option<usize>, Option<usize>) {
        let (mut word, mut suffix) = (None, None);
        let mut walk: Option<Walk> = None;
        let mut segments = 0;
        let mut at = end;
        while segments < most {
            at = identifier.skip_separators_back(at);
            let Some(byte) = at.checked_sub(1).map(|before| identifier.0[before].to_ascii_lowercase()) else { break };
            at -= 1;
            walk = walk.map_or_else(|| self.words.words.start(byte), |walk| self.words.words.step(walk, byte));
            let Some(walk) = walk else { break };
            if identifier.begins_segment(at) {
                word = self.words.words.word(walk).or(word);
                segments += 1;
            } else if segments == 0 {
                suffix = self.words.words.suffix(walk).or(suffix);
            }
        }
        (word, suffix)
    }

    /// Whether a value is a setting, such as `true` or `none`, in any case.
    pub fn is_setting(&self, value: &[u8]) -> bool {
        self.settings.has(value)
    }
}

impl Strength {
    fn of(key: &rules::Key) -> Strength {
        match (key.random, key.hexadecimal, key.weak) {
            (true, true, _) => Strength::Drawn,
            (true, false, _) => Strength::Random,
            (false, _, true) => Strength::Weak,
            (false, _, false) => Strength::Strong,
        }
    }

    /// Whether only what reads as random is a value.
    pub fn is_of_chance(self) -> bool {
        matches!(self, Strength::Random | Strength::Drawn)
    }
}

/// Whether a digit stands for a letter in it: `passw0rd`, `n3w`, but no `md5sum`, `slf4j` or `v1beta`.
fn is_leet(segment: &[u8]) -> bool {
    const NAMES: [&[u8]; 24] = [
        b"md5", b"sha1", b"mp3", b"mp4", b"s3", b"h5", b"html5", b"p7", b"auth0", b"oauth1", b"v1", b"v3", b"v4",
        b"v5", b"log4", b"slf4", b"neo4", b"d3", b"k3", b"css3", b"es5", b"pkcs1", b"web3", b"ipv4",
    ];
    let stands = |w: &[u8]| {
        w[0].is_ascii_alphabetic()
            && matches!(w[1], b'0' | b'1' | b'3' | b'4' | b'5' | b'7')
            && w[2].is_ascii_alphabetic()
    };
    let is_secret = [&b"s3cr"[..], b"s3cu"].iter().any(|h| segment.get(..4).is_some_and(|s| s.eq_ignore_ascii_case(h)));
    let doubled = |w: &[u8]| {
        w[0].is_ascii_alphabetic()
            && matches!(w[1], b'0' | b'3' | b'4' | b'5' | b'7')
            && w[1] == w[2]
            && w[3].is_ascii_alphabetic()
    };
    // `4ppKey`, but neither `3des` nor `404page`
    const COUNTED: [&[u8]; 9] = [b"3des", b"1st", b"3rd", b"4th", b"5th", b"7th", b"7zip", b"0x", b"3ds"];
    let begins = matches!(segment, [b'0' | b'1' | b'3' | b'4' | b'5' | b'7', first, second, ..]
        if first.is_ascii_alphabetic() && second.is_ascii_alphabetic())
        && !segment[1..].iter().all(|b| matches!(b | 0x20, b'x'))
        && !COUNTED.iter().any(|word| segment.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
    begins
        || segment.windows(4).any(doubled)
        || segment.windows(3).any(stands)
            && (is_secret
                || !NAMES
                    .iter()
                    // `d3fault` begins as the name of a program does, and is none.
                    .filter(|name| name.len() > 2 || name[0] == b'v' || segment.len() < 5)
                    .any(|name| segment.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))))
}

/// Whether a segment reads as a word, or is too short to tell.
fn is_plain_word(segment: &[u8]) -> bool {
    segment.len() < 4 || !segment.is_ascii() || !random::is_random(segment)
}

/// An identifier as written. Its segments stand between separators and changes of case: `X-Api-Key`, `keystorePass`,
/// `DB_PASSWORD`, `awsSecretAccessKey`.
#[derive(Clone, Copy)]
struct Identifier<'a>(&'a [u8]);

impl Identifier<'_> {
    /// Whether the byte at `at`, which is no separator, is the first of its segment.
    fn begins_segment(self, at: usize) -> bool {
        let Some(&before) = at.checked_sub(1).and_then(|before| self.0.get(before)) else { return true };
        if !PART.contains(before) {
            return true;
        }
        self.0[at].is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && self.0.get(at + 1).is_some_and(u8::is_ascii_lowercase)))
    }

    fn skip_separators_back(self, mut end: usize) -> usize {
        while end > 0 && !PART.contains(self.0[end - 1]) {
            end -= 1;
        }
        end
    }

    /// The last segment that ends at or before `end`: its start and its end.
    fn segment_before(self, end: usize) -> Option<(usize, usize)> {
        let end = self.skip_separators_back(end);
        let mut start = end.checked_sub(1)?;
        while !self.begins_segment(start) {
            start -= 1;
        }
        Some((start, end))
    }

    /// `PublicKeyToken`, `public_key`: published by design.
    fn is_public_key(self) -> bool {
        const PUBLIC: &[u8] = b"public";
        let is_segment = |start: usize, end: usize| {
            let ends = self.0.get(end).is_none_or(|b| !PART.contains(*b)) || self.begins_segment(end);
            ends && self.segment_before(end) == Some((start, end))
        };
        memchr::memchr2_iter(b'p', b'P', self.0).any(|start| {
            let end = start + PUBLIC.len();
            if !self.0.get(start..end).is_some_and(|text| text.eq_ignore_ascii_case(PUBLIC)) || !is_segment(start, end)
            {
                return false;
            }
            let behind = self.0[end..].iter().position(|&b| PART.contains(b)).map_or(self.0.len(), |n| end + n);
            self.0.get(behind..behind + 3).is_some_and(|text| text.eq_ignore_ascii_case(b"key"))
                && !self.begins_segment(behind + 1)
                && !self.begins_segment(behind + 2)
        })
    }
}

impl Stem {
    /// Whether what stands beside the literal at `at` lets a key be there. It is seldom so by chance: `tokenize`, `codec`,
    /// `status_code` and `spin` have no key in them.
    #[inline]
    pub fn fits(&self, view: &View<'_>, at: usize) -> bool {
        view.at(at + self.literal.len()).is_none_or(|b| self.after.contains(b))
            && (view.at(at).is_some_and(|b| b.is_ascii_uppercase())
                || view.before(at).is_none_or(|b| self.before.contains(b)))
    }

    /// What must stand behind the literal, for a search that can look there. A key at the end of a stream has no value.
    pub fn after(&self) -> Vec<ByteSet> {
        if self.after == ANY { Vec::new() } else { vec![self.after] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::Chunk;
    use crate::rules::vocabulary::{joined, spellings};

    /// Whether a stem stands in a key that is a whole text.
    fn is_met(stems: &[Stem], key: &str) -> bool {
        let bytes = key.as_bytes();
        let chunk = Chunk { bytes, base: 0, own: 0..bytes.len(), is_last: true };
        (0..bytes.len()).any(|at| {
            let view = View::new(&chunk, at);
            stems.iter().any(|stem| view.starts_with_ignoring_case(at, &stem.literal) && stem.fits(&view, at))
        })
    }

    #[test]
    fn identifiers_fall_into_segments() {
        let split = |text: &'static str| {
            let identifier = Identifier(text.as_bytes());
            let mut segments: Vec<&str> =
                std::iter::successors(Some((text.len(), 0)), |&(end, _)| identifier.segment_before(end))
                    .skip(1)
                    .map(|(start, end)| &text[start..end])
                    .collect();
            segments.reverse();
            segments
        };
        assert_eq!(split("X-Api-Key"), ["X", "Api", "Key"]);
        assert_eq!(split("awsSecretAccessKey"), ["aws", "Secret", "Access", "Key"]);
        assert_eq!(split("DB_PASSWORD"), ["DB", "PASSWORD"]);
        assert_eq!(split("spring.datasource.password"), ["spring", "datasource", "password"]);
        assert_eq!(split("HTTPToken2"), ["HTTP", "Token2"]);
        assert_eq!(split("--"), [""; 0]);
    }

    #[test]
    fn segments_that_change_nothing_do_not_hide_a_key() {
        let lexicon = Lexicon::new(&RuleSet::builtin());
        let known = |key: &str| lexicon.find(key.as_bytes());
        for key in ["password_value", "passwordValue", "password2", "password_2", "password_value_2", "password_"] {
            assert!(known(key).is_some() && known(key) == known("password"), "{key}");
        }
        for key in ["", "_", "2", "value", "value_2", "devalue", "password_devalue", "password2x"] {
            assert_eq!(known(key), None, "{key}");
        }
    }

    #[test]
    fn public_keys_are_public() {
        let public = |key: &str| Identifier(key.as_bytes()).is_public_key();
        for key in ["public_key", "PublicKeyToken", "ssh.PUBLIC-KEY.secret", "publicKeyring", "public.._key"] {
            assert!(public(key), "{key}");
        }
        for key in
            ["publickey", "republic_key", "public_kEy", "public_token_key", "publicity_key", "public", "key_public"]
        {
            assert!(!public(key), "{key}");
        }
    }

    #[test]
    fn settings_about_secrets_are_not_secrets() {
        let rules = RuleSet::builtin();
        let lexicon = Lexicon::new(&rules);
        let stems = lexicon.stems();
        for key in [
            "password",
            "db.password",
            "DB_PASSWORD",
            "keystorePass",
            "X-Api-Key",
            "api_key",
            "clientSecret",
            "dbpassword",
            "password2",
            "seed_phrase",
            "saml-response",
            "snmp_community",
            "clave_api",
            "gitlab_session",
        ] {
            assert!(lexicon.find(key.as_bytes()).is_some(), "{key}");
            assert!(is_met(stems, key), "a stem in {key}");
        }
        for key in [
            "password_required",
            "passwordPolicy",
            "token_count",
            "max_tokens",
            "tokenize",
            "keyboard",
            "monkey",
            "compass",
            "bypass",
            "secret_name",
            "token_type",
            "PublicKeyToken",
            "public_key",
        ] {
            assert!(lexicon.find(key.as_bytes()).is_none(), "{key}");
        }
    }

    /// The segments of an identifier, in lower case, as the words for it are: one pass from its start.
    fn segments(identifier: &[u8]) -> Vec<Vec<u8>> {
        let mut segments: Vec<Vec<u8>> = vec![Vec::new()];
        for (i, &byte) in identifier.iter().enumerate() {
            if !PART.contains(byte) || Identifier(identifier).begins_segment(i) {
                segments.push(Vec::new());
            }
            if PART.contains(byte) {
                segments.last_mut().unwrap().push(byte.to_ascii_lowercase());
            }
        }
        segments.retain(|segment| !segment.is_empty());
        segments
    }

    /// What [`Lexicon::find`] says, by its definition: the joined segments are looked up in the lists.
    fn find_plainly(rules: &RuleSet, plain: &Plain, identifier: &[u8]) -> Option<usize> {
        let word = |text: &[u8]| plain.words.iter().find(|(word, _)| word.as_bytes() == text).map(|(_, n)| *n);
        let named = |segments: &[Vec<u8>]| {
            let joined = |from: usize| segments[from..].concat();
            // Every joining, without the digits at the end.
            let trimmed_from = |segments: &[Vec<u8>]| -> Vec<Vec<u8>> {
                let joined = |from: usize| segments[from..].concat();
                let cut = |mut end: Vec<u8>| {
                    while end.last().is_some_and(u8::is_ascii_digit) {
                        end.pop();
                    }
                    end
                };
                (segments.len().saturating_sub(SEGMENTS)..segments.len()).map(|from| cut(joined(from))).collect()
            };
            let froms = segments.len().saturating_sub(SEGMENTS)..segments.len();
            let last = segments.last()?;
            let trimmed = &last[..last.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |n| n + 1)];
            let is_suffix = |s: &[u8]| trimmed.len() > s.len() && trimmed.ends_with(s);
            let suffixes = plain.suffixes.iter().map(|(s, n)| (s.as_bytes(), *n));
            froms
                .into_iter()
                .find_map(|from| word(&joined(from)))
                .or_else(|| {
                    (!trimmed.is_empty())
                        .then(|| trimmed_from(segments))
                        .into_iter()
                        .flatten()
                        .find_map(|end| word(&end))
                })
                .or_else(|| suffixes.filter(|(s, _)| is_suffix(s)).max_by_key(|(s, _)| s.len()).map(|(_, n)| n))
        };
        let qualifiers = &rules.settings().qualifiers;
        let mut segments = segments(identifier);
        if segments.windows(2).any(|pair| pair[0] == b"public" && pair[1].starts_with(b"key")) {
            return None;
        }
        while let [.., _, last] = &segments[..] {
            let is_qualifier = qualifiers.iter().any(|q| q.as_bytes() == last);
            if !(last.iter().all(u8::is_ascii_digit) || is_qualifier && named(&segments).is_none()) {
                break;
            }
            segments.pop();
        }
        named(&segments)
    }

    /// Words and suffixes of all keys, as they are compared, with the number of their key.
    struct Plain {
        words: Vec<(String, usize)>,
        suffixes: Vec<(String, usize)>,
    }

    impl Plain {
        fn new(rules: &RuleSet) -> Plain {
            let keys = || rules.keys().iter().enumerate();
            let all = |n: usize, text: &str| spellings(&joined(text)).into_iter().map(move |text| (text, n));
            Plain {
                words: keys().flat_map(|(n, key)| key.words.iter().flat_map(move |word| all(n, word))).collect(),
                suffixes: keys().flat_map(|(n, key)| key.suffixes.iter().map(move |word| (joined(word), n))).collect(),
            }
        }
    }

    /// A word as keys have it: split before `tail` in several ways, within longer keys.
    fn split(head: &str, tail: &str) -> impl Iterator<Item = String> {
        let risen = |text: &str| {
            text.get(..1).map_or_else(String::new, str::to_ascii_uppercase) + text.get(1..).unwrap_or(text)
        };
        let parted = ["", "_", "-", "."].map(|separator| format!("{head}{separator}{tail}"));
        let camel = [format!("{head}{}", risen(tail)), format!("{}{}", risen(head), risen(tail))];
        parted.into_iter().chain(camel).flat_map(|key| {
            let behind = ["", "2", "_3", "_hash", "Value", ".name", "s"].map(|behind| format!("{key}{behind}"));
            let before = ["db_", "my", "X-", "%26", "public_key."].map(|before| format!("{before}{key}"));
            behind.into_iter().chain(before).chain([key.to_ascii_uppercase()])
        })
    }

    #[test]
    fn words_are_found_in_every_spelling_as_their_definition_says() {
        let rules = RuleSet::builtin();
        let lexicon = Lexicon::new(&rules);
        let plain = Plain::new(&rules);
        let stems = lexicon.stems();
        let literals: Vec<&str> = stems.iter().map(|s| std::str::from_utf8(&s.literal).unwrap()).collect();
        for word in rules.keys().iter().flat_map(|key| key.words.iter()).map(|word| joined(word)) {
            for (at, _) in word.char_indices() {
                let (head, tail) = word.split_at(at);
                // A separator elsewhere, as in `passwo_rd`, is not looked for.
                let is_split_at_word = literals.iter().any(|literal| tail.starts_with(literal));
                for key in split(head, tail) {
                    let found = lexicon.find(key.as_bytes());
                    assert_eq!(found, find_plainly(&rules, &plain, key.as_bytes()), "{key}");
                    assert!(found.is_none() || !is_split_at_word || is_met(stems, &key), "a stem in {key}");
                }
            }
        }
    }
}

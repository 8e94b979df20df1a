//! Values that a sentence or a statement tells.

use super::reader::Reader;
use super::{Place, Separator, TOKEN};
use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HIGH, LETTER, SPACE, WORD};
use crate::detect::reading::prose;
use crate::detect::reading::random;
use crate::detect::reading::value::Quote;
use crate::detect::view::View;
use crate::kind::Family;

/// What stands between a key and a value of the same sentence that is far from it, and how much of it.
const FAR: ByteSet = LETTER.or(HIGH).or(ByteSet::of(b" ()'.,-@0123456789"));
const FAR_REACH: usize = 40;

/// What stands before a password that was made for somebody.
pub const MADE: [&[u8]; 3] = [b" temporary", b" generated", b" one-time"];

/// Whether a sentence may tell a value that is not beside its key: a cheap look for `:`, `=`, ` is ` or ` - `.
pub fn may_be_far(view: &View<'_>, at: usize) -> bool {
    let words = view.run(at, FAR, FAR_REACH);
    matches!(view.at(words), Some(b':' | b'='))
        || memchr::memmem::find(view.slice(at, words), b" is ").is_some()
        || view.starts_with(at, b"- ")
}

/// Where a word for belonging stands at `at`, the end of what tells whose it is.
fn whose(view: &View<'_>, at: usize) -> Option<usize> {
    const WHOM: [&[u8]; 14] = [
        b"for ",
        b"of ",
        "für ".as_bytes(),
        b"fuer ",
        b"vom ",
        b"von ",
        b"pour ",
        b"de ",
        b"para ",
        b"del ",
        b"per ",
        b"di ",
        b"voor ",
        b"van ",
    ];
    let whom = WHOM.iter().find(|whom| view.starts_with(at, whom))?;
    Some(view.run(at + whom.len(), const { WORD.or(HIGH).or(ByteSet::of(b" .'@/~-")) }, 48))
}

/// Whether a sentence may tell whose a value is, and the value: a cheap look for ` is `, ` to ` or a colon.
pub fn may_be_whose(view: &View<'_>, at: usize) -> bool {
    whose(view, at).is_some_and(|end| {
        view.at(end) == Some(b':')
            || [&b" is "[..], b" to "].iter().any(|w| memchr::memmem::find(view.slice(at, end), w).is_some())
    })
}

impl<'v> Reader<'_, 'v> {
    /// `your password is: hunter2!x`, `new password set to hunter2`.
    pub(super) fn is(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        // `change password from hunter22`
        if view.starts_with(at, b"from ") {
            let was = view.slice(at + 5, view.run(at + 5, const { SPACE.not() }, 64));
            let is_value = prose::is_coded(was) && view.ends_with_ignoring_case(self.key.end, b"password");
            return is_value.then(|| self.place(at + 5, Separator::Is)).flatten();
        }
        let becomes = [&b"set to "[..], b"changed to ", b"reset to "].into_iter().find(|w| view.starts_with(at, w));
        if let Some(becomes) = becomes {
            return self.place(view.run(at + becomes.len(), BLANK, 4), Separator::Is);
        }
        let end = view.run(at, const { LETTER.or(HIGH) }, 16);
        if !self.lexicon.is_verb(view.slice(at, end)) {
            return None;
        }
        let colon = end + usize::from(view.at(end) == Some(b':'));
        let value = view.run(colon, BLANK, 4);
        (value > colon).then(|| self.place(value, Separator::Is)).flatten()
    }

    /// `user_name IN ('jroe', 'mkent')`, `assignee not in (jroe, mkent)`, `display_name LIKE 'Jane%'`.
    pub(super) fn among(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let word = |at: usize| {
            let end = view.run(at, LETTER, 6);
            (view.slice(at, end).to_ascii_lowercase(), view.run(end, BLANK, 4))
        };
        let (mut first, mut behind) = word(at);
        if first == b"not" {
            (first, behind) = word(behind);
        }
        match &first[..] {
            b"like" | b"ilike" if view.at(behind) == Some(b'\'') => {
                let start = view.run(behind + 1, const { ByteSet::of(b"%") }, 2);
                let end = view.run(start, const { ByteSet::of(b"%'\r\n").not() }, 128);
                let close = view.run(end, const { ByteSet::of(b"%") }, 2);
                let place = self.place(start, Separator::Compares)?;
                let is_string = view.at(close) == Some(b'\'') && end > start;
                is_string.then_some(Place { known_end: Some(end), ..place })
            }
            b"in" if view.at(behind) == Some(b'(') => self.place(behind, Separator::Among),
            _ => None,
        }
    }

    /// `password for jroe: hunter2`, `password for jroe is hunter2`.
    pub(super) fn of_whom(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let name = whose(view, at).filter(|_| !self.is_key_quoted)?;
        if let Some(is) = memchr::memmem::find(view.slice(at, name), b" is ").filter(|_| view.at(name) != Some(b':')) {
            return self.place(view.run(at + is + 4, BLANK, 4), Separator::Is);
        }
        // `password for jroe changed to hunter2`
        let becomes = [&b" changed to "[..], b" set to ", b" reset to "].into_iter();
        let told = becomes.filter_map(|w| memchr::memmem::find(view.slice(at, name), w).map(|n| n + w.len())).next();
        if let Some(told) = told {
            return self.place(view.run(at + told, BLANK, 4), Separator::Is);
        }
        // Behind `for` anything may stand; other words are those of sentences, too.
        let told = || view.slice(name + 2, view.run(name + 2, const { SPACE.not() }, 64));
        let is_told = view.at(name) == Some(b':')
            && view.is(name + 1, BLANK)
            && (view.starts_with(at, b"for ") || prose::is_odd(told()) || prose::shows(told()));
        is_told.then(|| self.place(view.run(name + 1, BLANK, 4), Separator::Colon)).flatten()
    }

    /// `the API key we use is x`, `personal access token (do not share): x`, `temporary password - x - until Friday`: some words
    /// of the same sentence, and a value that no sentence would use.
    pub(super) fn far(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let words = view.run(at, FAR, FAR_REACH);
        // `token - x -`
        if view.starts_with(at, b"- ") {
            let end = view.run(at + 2, const { SPACE.not() }, 64);
            let text = view.slice(at + 2, end);
            return (prose::is_odd(text) && prose::shows(text)).then(|| self.place(at + 2, Separator::Is)).flatten();
        }
        let text = view.slice(at, words);
        let told = match view.at(words) {
            Some(b':' | b'=') => words + 1,
            _ => at + memchr::memmem::find(text, b" is ")? + 3,
        };
        let value = view.run(told, BLANK, 4);
        let end = view.run(value, const { SPACE.not() }, 64);
        let text = view.slice(value, end);
        let text = text.trim_ascii_end();
        let bare = text.strip_suffix(b".").or(text.strip_suffix(b",")).unwrap_or(text);
        (value > told && bare.len() > 7 && prose::is_drawn(bare)).then(|| self.place(value, Separator::Is)).flatten()
    }

    /// `I fill in "Password" with "x"`: a step of a test that a sentence tells.
    pub(super) fn filled(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        let value = at + if view.starts_with(at, b"with ") { 5 } else { return None };
        let is_step = [&b"ill in "[..], b"ill_in ", b"nter ", b"ype "]
            .iter()
            .any(|verb| memchr::memmem::find(self.line_before(), verb).is_some());
        Quote::at(view, value).filter(|_| is_step).and_then(|_| self.place(value, Separator::Argument))
    }

    /// `I enter "x" in the password field`, `enter "x" as my password`.
    pub(super) fn entered(&self) -> Option<Place<'v>> {
        const BEFORE: [&[u8]; 8] = [
            b"\" in the ",
            b"\" into the ",
            b"\" in ",
            b"\" into ",
            b"\" as the ",
            b"\" as my ",
            b"\" as ",
            b"\" for the ",
        ];
        let (view, line) = (self.view, self.line_before());
        let before = BEFORE.iter().find(|before| line.ends_with(before))?;
        let end = self.key.start - before.len();
        let value = view.run_back(end, const { ByteSet::of(b"\"\n").not() }, 128);
        let place = self.place(value, Separator::Argument)?;
        (view.before(value) == Some(b'"') && value < end).then_some(Place { known_end: Some(end), ..place })
    }

    /// ``credentials are `jroe` / `x` ``, `credentials: jroe/x`: the second of two words with a stroke or a colon between.
    pub(super) fn slashed(&self, at: usize) -> Option<Place<'v>> {
        const NAME: ByteSet = ALNUM.or(ByteSet::of(b"._@-"));
        let (view, key) = (self.view, self.key);
        if ![&b"credentials"[..], b"creds"].iter().any(|word| view.ends_with_ignoring_case(key.end, word)) {
            return None;
        }
        const VERBS: [&[u8]; 4] = [b"are: ", b"are ", b"is ", b": "];
        let verb = VERBS.iter().find(|verb| view.starts_with(at, verb));
        let begin = verb.map_or(at, |verb| at + verb.len());
        let mark = usize::from(view.at(begin) == Some(b'`'));
        let name = view.run(begin + mark, NAME, 64);
        let stroke = view.run(name + mark, BLANK, 1);
        if !matches!(view.at(stroke), Some(b'/' | b':')) {
            return None;
        }
        let begin_value = view.run(stroke + 1, BLANK, 1) + mark;
        let end = view.run(begin_value, TOKEN, 64);
        let end = if view.before(end) == Some(b'.') { end - 1 } else { end };
        let text = view.slice(begin_value, end);
        let is_pair = name > begin + mark
            && view.slice(name, name + mark) == view.slice(end, end + mark)
            && !text.contains(&b'/');
        let is_value = || prose::shows(text) || prose::is_coded(text) || prose::is_strange(text);
        let place = (is_pair && is_value()).then(|| self.place(begin_value, Separator::Is)).flatten()?;
        Some(Place { known_end: Some(end), ..place })
    }

    /// ``password `x` ``, `password **x**`: a word that is marked in a sentence and that no sentence has.
    pub(super) fn marked(&self, at: usize) -> Option<Place<'v>> {
        let view = self.view;
        const MARKS: [(&[u8], &[u8]); 6] =
            [(b"`", b"`"), (b"**", b"**"), (b"<b>", b"</"), (b"<code>", b"</"), (b"<strong>", b"</"), (b"<tt>", b"</")];
        let (open, close) = MARKS.iter().find(|(open, _)| view.starts_with(at, open))?;
        let start = at + open.len();
        let end = view.run(start, TOKEN, 64);
        let text = view.slice(start, end);
        let is_marked = view.starts_with(end, close);
        let is_value = || prose::shows(text) || prose::is_coded(text) || prose::is_strange(text);
        let is_verb = self.key.text(view).eq_ignore_ascii_case(b"pass");
        (is_marked && !is_verb && is_value()).then(|| self.place(start, Separator::Near)).flatten()
    }

    /// `logged in with token 0a1b2c3d4e5f6071`.
    pub(super) fn near(&self, at: usize) -> Option<Place<'v>> {
        const ENOUGH: usize = 16;
        let view = self.view;
        let text = view.slice(at, view.run(at, TOKEN, 64));
        let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
        let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
        let is_word_start = self.key.start == 0 || !view.is(self.key.start - 1, ALNUM);
        // `failed for jroe with password hunter2 from ...`
        let lead = self.key.start.checked_sub(1).filter(|&blank| view.at(blank) == Some(b' '));
        let is_with = lead
            .is_some_and(|end| [&b" with"[..], b" using"].iter().any(|word| view.ends_with_ignoring_case(end, word)));
        let is_secret = || {
            self.lexicon
                .find(self.key.text(view))
                .is_none_or(|which| self.lexicon.key(which).0.family() == Family::Secret)
        };
        // `generated temporary password hunter22 for jroe`
        let is_made = lead
            .is_some_and(|end| MADE.iter().any(|word| view.ends_with_ignoring_case(end, word)) && prose::shows(text));
        if is_made && is_secret() {
            return self.place(at, Separator::Near);
        }
        if is_with && (prose::shows(text) || prose::is_coded(text)) && is_secret() {
            return self.place(at, Separator::Near);
        }
        let is_long = text.len() >= 24 && digits > 0 && random::is_random(text);
        (text.len() >= ENOUGH
            && (digits > 2 || is_long)
            && letters > 2
            && is_word_start
            && !text.contains(&b'.')
            && !text.contains(&b'=')
            && !(text.contains(&b'/')
                && text.split(|b| !b.is_ascii_alphabetic()).all(|part| part.len() < 4 || random::is_word(part)))
            && !text.starts_with(b"0x"))
        .then(|| self.place(at, Separator::Near))
        .flatten()
    }

    /// `bindpw hunter2`, `password 7 0822455D0A16`, `ENV DB_PASSWORD hunter2`: one word to the end of the line.
    pub(super) fn statement(&self, at: usize) -> Option<Place<'v>> {
        let (view, key) = (self.view, self.key);
        let mut at = at;
        let number = view.run(at, DIGIT, 2);
        let is_typed = number == at + 1 && view.is(number, BLANK);
        if is_typed {
            at = view.run(number, BLANK, 8);
        }
        // `rootpw --plaintext x`
        if view.starts_with(at, b"--plaintext ") || view.starts_with(at, b"--iscrypted ") {
            at = view.run(at + 12, BLANK, 8);
        }
        let end = view.run(at, const { SPACE.not() }, 256);
        let rest = view.run(end, const { BLANK.or(ByteSet::of(b"\r")) }, 64);
        let is_last = view.at(rest).is_none_or(|b| b == b'\n' || b == b'#');
        // `set $secret x;` of nginx
        let is_variable = view.ends_with_ignoring_case(key.start, b"set $");
        if end == at || !is_last || !(is_typed || is_variable || key.is_own_line(view) || self.is_whose()) {
            return None;
        }
        // `signs with Sig V4.</p>"`
        if !(is_typed || is_variable || key.is_own_line(view)) && view.slice(at, end).contains(&b'<') {
            return None;
        }
        if key.text(view).windows(2).any(|w| w == b"--") {
            return None;
        }
        let text = view.slice(at, end);
        let is_telling = text.iter().any(u8::is_ascii_digit) && !text.iter().all(u8::is_ascii_digit)
            || text.len() > 7 && random::is_random(text);
        // A name that is no word of prose: `requirepass`, `db.password`.
        let name = key.text(view);
        let is_setting = [&b"bindpw"[..], b"rootpw", b"requirepass", b"masterauth", b"rootbindpw"]
            .iter()
            .any(|n| name.eq_ignore_ascii_case(n))
            || name.iter().any(|b| matches!(b, b'.' | b'_' | b'-'));
        let is_word_of_value = view.at(at).is_some_and(|b| ALNUM.contains(b) || b"$!@#%^*+_-".contains(&b));
        ((is_telling || (is_setting && !is_typed)) && is_word_of_value)
            .then(|| self.place(at, Separator::Statement))
            .flatten()
    }

    /// Whether nothing but whose the password is stands before the key on its line: `root password hunter2`.
    pub(super) fn is_whose(&self) -> bool {
        const WHOSE: [&[u8]; 12] = [
            b"root",
            b"admin",
            b"user",
            b"initial",
            b"default",
            b"temporary",
            b"new",
            b"old",
            b"login",
            b"db",
            b"database",
            b"my",
        ];
        let (view, start) = (self.view, self.key.start);
        let Some(blank) = start.checked_sub(1).filter(|&at| view.at(at) == Some(b' ')) else { return false };
        let word = view.run_back(blank, LETTER, 16);
        if [&b"with"[..], b"using", b"hardcoded", b"plaintext"].contains(&view.slice(word, blank)) {
            return true;
        }
        let begins = view.before(view.run_back(word, BLANK, 16)).is_none_or(|b| b == b'\n');
        begins && WHOSE.iter().any(|whose| view.slice(word, blank).eq_ignore_ascii_case(whose))
    }
}

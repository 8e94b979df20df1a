//! Login names where logs put them: `Accepted publickey for jroe from`, `Invalid user jroe`, `jroe : TTY=`, `'jroe'@'host'`.

use crate::detect::bytes::{BLANK, ByteSet, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::handle;
use crate::detect::person::{self, LOGIN};
use crate::detect::value::Quote;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds login names by what stands around them in logs.
pub struct Login;

const USER: usize = 0;
const NAME: usize = 1;

/// What to look for at an anchor.
#[derive(Clone, Copy)]
enum Sort {
    /// The name follows, whatever it is.
    Follows,
    /// `user`: the name follows if a word before it says so, or if it is quoted.
    Word,
    /// A word or two stand between: `Accepted publickey for jroe`.
    For,
    /// The name stands before, behind a blank or a colon.
    Before,
    /// `'jroe'@'host'`.
    Quoted,
    /// `CN=Roe\, Jane,OU=`.
    CommonName,
}

const ANCHORS: [(&[u8], Sort); 26] = [
    (b"invalid user ", Sort::Follows),
    (b"illegal user ", Sort::Follows),
    (b"authenticating user ", Sort::Follows),
    (b"disconnected from user ", Sort::Follows),
    (b"opened for user ", Sort::Follows),
    (b"closed for user ", Sort::Follows),
    (b"logged in as ", Sort::Follows),
    (b"login as ", Sort::Follows),
    (b"logged in user ", Sort::Follows),
    (b"logged out user ", Sort::Follows),
    (b"authenticated user ", Sort::Follows),
    (b"account name:", Sort::Follows),
    (b"user name:", Sort::Follows),
    (b"new user: name=", Sort::Follows),
    (b"for ruser ", Sort::Follows),
    (b"password changed for ", Sort::Follows),
    (b"for user ", Sort::Word),
    (b"by user ", Sort::Word),
    (b"user \"", Sort::Word),
    (b"user '", Sort::Word),
    (b"role \"", Sort::Word),
    (b"accepted ", Sort::For),
    (b"failed ", Sort::For),
    (b" : tty=", Sort::Before),
    (b"'@'", Sort::Quoted),
    (b"cn=", Sort::CommonName),
];

impl Detector for Login {
    fn rules(&self) -> Vec<RuleInfo> {
        vec![
            RuleInfo { id: "login".into(), kind: Kind::User, description: "login name where logs put it".into() },
            RuleInfo {
                id: "common-name".into(),
                kind: Kind::Name,
                description: "person in a distinguished name".into(),
            },
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        ANCHORS.iter().map(|(literal, _)| Anchor::folded(literal)).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (literal, sort) = ANCHORS[hit.anchor];
        let behind = hit.at + literal.len();
        let begins = || view.starts_word(hit.at);
        let (rule, span) = match sort {
            Sort::Follows if begins() => (USER, token(view, view.run(behind, BLANK, 8))),
            Sort::Word if begins() && matches!(literal.last(), Some(b'"' | b'\'')) => (USER, token(view, behind - 1)),
            Sort::Word if begins() => (USER, token(view, behind).filter(|span| is_name(view, *span))),
            Sort::For if begins() => (USER, for_whom(view, behind)),
            Sort::Before => (USER, before(view, hit.at)),
            Sort::Quoted => (USER, quoted(view, hit.at)),
            Sort::CommonName if begins() => (NAME, common_name(view, behind)),
            _ => return,
        };
        let Some((start, end)) = span.filter(|(start, end)| start < end) else { return };
        let text = view.slice(start, end);
        let reason = if person::is_nobody(text) {
            Some("an account that names no person")
        } else if rule == USER && (person::is_word(text) || text.iter().all(u8::is_ascii_digit)) {
            Some("a word of a sentence")
        } else {
            handle::reason(text)
        };
        let kind = if rule == USER { Kind::User } else { Kind::Name };
        match reason {
            Some(reason) => out.left(rule, start, reason),
            None => out.found(Found::new(start, end, kind, Confidence::Medium).rule(rule)),
        }
    }
}

/// The name at `at`, quoted or not, in brackets or not.
fn token(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    if let Some(quote) = Quote::at(view, at) {
        let start = quote.end(at);
        let end = view.run(start, LOGIN.or(ByteSet::of(b" ")), 65);
        let text = view.slice(start, end);
        let is_path = text.contains(&b'\\') && text.ends_with(b"\\");
        let end = if is_path { end - 1 } else { end };
        let is_closed = Quote::at(view, end).is_some() && end - start <= 64 && !text.starts_with(b" ");
        return is_closed.then_some((start, end));
    }
    let start = at + usize::from(matches!(view.at(at), Some(b'[' | b'(' | b'<')));
    let mut end = view.run(start, LOGIN, 65);
    while end > start && matches!(view.before(end), Some(b'.' | b'-' | b'\\' | b'@')) {
        end -= 1;
    }
    // A path, a call or an assignment follows no name.
    let goes_on = matches!(view.at(end), Some(b'/' | b'=' | b'%' | b'{' | b'*' | b'#'))
        || (view.at(end) == Some(b'(') && !view.starts_with(end, b"(uid="));
    let is_name = view.slice(start, end).iter().any(|b| LETTER.contains(*b) || *b >= 0x80);
    (!goes_on && is_name && end - start <= 64).then_some((start, end))
}

/// Whether a word in `for user x` is a name rather than the next word of a sentence.
fn is_name(view: &View<'_>, (start, end): (usize, usize)) -> bool {
    let next = view.run(end, const { BLANK.or(ByteSet::of(b"\"']),.:;")) }, 4);
    let word = view.slice(next, view.run(next, LETTER, 12));
    let goes_on = [
        &b"from"[..],
        b"at",
        b"on",
        b"in",
        b"with",
        b"by",
        b"failed",
        b"via",
        b"logged",
        b"has",
        b"was",
        b"is",
        b"not",
        b"succeeded",
        b"to",
    ];
    let ends = view.at(next).is_none_or(|b| SPACE.contains(b)) || next > end + 1 || view.at(end) != Some(b' ');
    Quote::at(view, start.saturating_sub(1)).is_some() || ends || goes_on.contains(&word)
}

/// `publickey for jroe from 192.0.2.1`, `password for invalid user jroe from ...`.
fn for_whom(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let method = view.run(at, const { WORD.or(ByteSet::of(b"-/")) }, 32);
    if method == at || !view.starts_with(method, b" for ") {
        return None;
    }
    let start = method + 5;
    if view.starts_with(start, b"invalid user ") || view.starts_with(start, b"user ") {
        return None;
    }
    let (start, end) = token(view, start)?;
    view.starts_with(end, b" from ").then_some((start, end))
}

/// `sudo:     jroe : TTY=pts/0`.
fn before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    let start = view.run_back(end, LOGIN, 65);
    let is_delimited = view.before(start).is_none_or(|b| matches!(b, b' ' | b':' | b'\t' | b'\n' | b'"'));
    (is_delimited && start < end).then_some((start, end))
}

/// `'jroe'@'192.0.2.1'`.
fn quoted(view: &View<'_>, quote: usize) -> Option<(usize, usize)> {
    let start = view.run_back(quote, LOGIN, 65);
    (start < quote && view.before(start) == Some(b'\'')).then_some((start, quote))
}

/// `CN=Roe\, Jane,OU=People`: a person where units or components of a domain follow; hosts and groups stay.
fn common_name(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    const GROUPS: [&[u8]; 12] = [
        b"users",
        b"computers",
        b"builtin",
        b"configuration",
        b"schema",
        b"services",
        b"sites",
        b"system",
        b"groups",
        b"policies",
        b"microsoft",
        b"program data",
    ];
    let mut end = start;
    loop {
        end = view.run(end, const { ByteSet::of(b",;+\"'\\\r\n<>=/").not() }, 96);
        match view.at(end) {
            Some(b'\\') if view.is(end + 1, const { ByteSet::of(b",+\"\\<>;=") }) => end += 2,
            Some(b',') => break,
            _ => return None,
        }
        if end - start > 96 {
            return None;
        }
    }
    let next = view.run(end + 1, BLANK, 2);
    let is_directory = [&b"ou="[..], b"dc=", b"cn="].iter().any(|rdn| view.starts_with_ignoring_case(next, rdn));
    let text = view.slice(start, end);
    let lower = text.to_ascii_lowercase();
    let words = [
        &b"admins"[..],
        b"users",
        b"group",
        b"server",
        b"service",
        b"domain",
        b"computer",
        b"policy",
        b" ca",
        b"operators",
    ];
    let is_group = GROUPS.contains(&&lower[..])
        || words.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
        || text.iter().filter(|b| **b == b'.').count() > 1
        || text.contains(&b'*')
        || text.contains(&b'$');
    (is_directory && !is_group && text.iter().any(|b| LETTER.contains(*b) || *b >= 0x80)).then_some((start, end))
}

//! Login names where logs put them: `Accepted publickey for jroe from`, `Invalid user jroe`, `jroe : TTY=`, `'jroe'@'host'`.
//!
//! `anchors` says what tells of a login name, and which form it has there; `forms` reads the name of each form.

mod anchors;
mod forms;

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::learned::common;
use crate::detect::people::account::{self, LOGIN};
use crate::detect::people::names;
use crate::detect::prefilter::Literal;
use crate::detect::reading::handle;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

use anchors::{ANCHORS, CAPITAL, Sort, after};
use forms::*;

/// Finds login names by what stands around them in logs.
pub struct Login;

const USER: usize = 0;
const NAME: usize = 1;

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
        let anchor = |(literal, sort): &(&[u8], Sort)| {
            let after = after(*sort);
            use Sort::*;
            let starts_word = matches!(
                sort,
                Follows
                    | Word
                    | Bracket
                    | For
                    | Grant
                    | Domain
                    | CommonName
                    | Attribute
                    | Slashed
                    | UidOfEntry
                    | Configured
                    | Grouped
                    | Console
                    | Worker
                    | Status
                    | Alone
                    | Slow
                    | Alias
                    | Register
                    | Duplicate
                    | Audit
                    | Noted
                    | Realm
                    | Contact
                    | Several
                    | Principal
            ) && literal[0].is_ascii_alphabetic();
            let (bytes, after) = (literal.to_vec(), after.to_vec());
            Anchor::Literal(Literal { bytes, ignore_case: true, starts_word, after })
        };
        ANCHORS.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (literal, sort) = ANCHORS[hit.anchor];
        let behind = hit.at + literal.len();
        if !after(sort).iter().zip(behind..).all(|(set, at)| view.is(at, *set)) {
            return;
        }
        let begins = || !literal[0].is_ascii_alphabetic() || view.starts_word(hit.at);
        let (rule, span) = match sort {
            // `imap(jroe)<1234>`, but no `pool.imap(square, values)`
            Sort::Follows if begins() && literal.ends_with(b"(") => {
                (USER, token(view, behind).filter(|(_, end)| view.is(*end, const { ByteSet::of(b")<") })))
            }
            Sort::Follows if begins() => {
                let said = |span: &(usize, usize)| !is_told(view, literal, *span);
                (USER, token(view, view.run(behind, BLANK, 8)).filter(said))
            }
            Sort::Word if begins() && matches!(literal.last(), Some(b'"' | b'\'' | b'`')) => {
                (USER, token(view, behind - 1).filter(|span| !is_told(view, literal, *span)))
            }
            // `Started by user Jane Roe`
            Sort::Word if begins() && names::is_full(names::reach(view, behind)) => {
                (USER, names::full(names::reach(view, behind)).map(|length| (behind, behind + length)))
            }
            Sort::Word if begins() => {
                (USER, token(view, behind).filter(|span| is_name(view, *span) && !is_told(view, literal, *span)))
            }
            // `/rest/api/2/user [c.a.j.rest]`: the end of a path.
            Sort::Bracket if begins() && view.before(hit.at) != Some(b'/') => (USER, bracketed(view, behind)),
            Sort::For if begins() => (USER, for_whom(view, behind)),
            Sort::Quotes => (USER, in_quotes(view, hit.at, behind)),
            Sort::Before if literal == b" (auth:" && !view.is(behind, CAPITAL) => return,
            Sort::Before => (USER, before(view, hit.at)),
            Sort::UserBefore => (USER, user_before(view, hit.at)),
            Sort::Attempts => (USER, attempts(view, hit.at)),
            Sort::Becomes => {
                // `(to jdoe) jroe on pts/0`: two accounts.
                if let Some((whom, end)) = becomes(view, behind).map(|_| (behind, view.run(behind, LOGIN, 65)))
                    && !account::is_nobody(view.slice(whom, end))
                    && !account::is_system(view.slice(whom, end))
                    && !account::is_word(view.slice(whom, end))
                {
                    out.found(Found::new(whom, end, Kind::User, Confidence::Medium).rule(USER));
                }
                (USER, becomes(view, behind))
            }
            Sort::By => (USER, by(view, behind)),
            Sort::Changes => (USER, changes(view, hit.at, behind)),
            Sort::Changed => (USER, changed(view, hit.at, behind)),
            Sort::Option => (USER, option(view, hit.at, behind)),
            Sort::Slashed if begins() => (USER, slashed(view, behind)),
            Sort::UidOfEntry if begins() => (USER, uid(view, hit.at, behind)),
            Sort::Element => (NAME, element(view, behind)),
            Sort::Authorized => (USER, authorized(view, hit.at, behind)),
            Sort::Grant if begins() => (USER, grant(view, behind)),
            // Behind the number of the account.
            Sort::Audited => {
                let close = view.run(behind, DIGIT, 3);
                let is_quoted = view.starts_with(close, b"] \"") || view.starts_with(close, b"] '");
                (USER, is_quoted.then(|| token(view, close + 2)).flatten())
            }
            Sort::Resource if view.run_back(hit.at, DIGIT, 16) + 12 == hit.at => (USER, resource(view, behind)),
            Sort::Client => (USER, client(view, hit.at)),
            Sort::Configured if begins() => {
                (USER, configured(view, behind).or_else(|| of_machine(view, hit.at, behind)))
            }
            Sort::Domain if begins() => (USER, in_domain(view, behind)),
            Sort::Quoted => (USER, quoted(view, hit.at)),
            Sort::Tilde => (USER, tilde(view, hit.at, behind)),
            Sort::CommonName if begins() => (NAME, common_name(view, behind)),
            Sort::Attribute if begins() => (NAME, attribute(view, hit.at, behind)),
            Sort::Grouped if begins() => (USER, grouped(view, behind)),
            Sort::Peer => (USER, peer(view, behind)),
            Sort::Kube => (USER, kube(view, behind)),
            Sort::First => {
                let start = view.line_start(hit.at);
                (USER, token(view, start).filter(|(_, end)| view.run(*end, BLANK, 128) == hit.at))
            }
            Sort::Console if begins() => (USER, console(view, behind)),
            Sort::Worker if begins() => (USER, worker(view, behind)),
            Sort::Sent => {
                let start = view.run_back(hit.at, LOGIN, 65);
                (USER, view.ends_with_ignoring_case(start, b" u=").then_some((start, hit.at)))
            }
            Sort::Delivered => (USER, delivered(view, hit.at)),
            Sort::Multi => {
                multi(view, hit.at, behind, out);
                return;
            }
            Sort::Status if begins() => (USER, status(view, hit.at, behind)),
            Sort::Caller => {
                // `"Jane Roe" <+49...>`
                caller(view, hit.at + if literal[0] == b'"' { 2 } else { 0 }, out);
                return;
            }
            Sort::Channel => (USER, channel(view, hit.at, behind)),
            Sort::Alone if begins() => {
                let is_line = view.run_back(hit.at, BLANK, 8) == view.line_start(hit.at);
                let ends = |end: usize| view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
                (
                    USER,
                    token(view, behind)
                        .filter(|&(from, end)| is_line && ends(end) && !is_told(view, literal, (from, end))),
                )
            }
            Sort::Slow if begins() => {
                slow(view, behind, out);
                return;
            }
            Sort::Sudoers => {
                let start = view.line_start(hit.at);
                (USER, (view.run(start, LOGIN, 65) == hit.at).then_some((start, hit.at)))
            }
            Sort::Alias if begins() => {
                let mut at = view.run(behind, const { ByteSet::of(b"\r\n=").not() }, 64) + 1;
                for _ in 0..16 {
                    let start = view.run(at, BLANK, 8);
                    let end = view.run(start, LOGIN, 65);
                    if end == start || view.before(at).is_none_or(|b| b != b'=' && b != b',') {
                        break;
                    }
                    account(view, start, end, out);
                    at = end + 1;
                }
                return;
            }
            Sort::Enriched => {
                for start in [
                    Some(behind),
                    view.starts_with(view.run(behind, LOGIN, 65), b"\" ID=\"")
                        .then_some(view.run(behind, LOGIN, 65) + 6),
                ]
                .into_iter()
                .flatten()
                {
                    account(view, start, view.run(start, LOGIN, 65), out);
                }
                return;
            }
            Sort::Mapped => {
                let end = view.run(behind, LOGIN, 65);
                let line =
                    view.slice(view.line_start(hit.at).max(hit.at.saturating_sub(128)), hit.at).to_ascii_lowercase();
                let is_user = view.at(end) == Some(b']') && memchr::memmem::find(&line, b"user [").is_some();
                (USER, is_user.then_some((behind, end)))
            }
            Sort::Cyrus => {
                let method = view.run_back(hit.at, const { WORD.or(ByteSet::of(b"+-")) }, 24);
                let end = method.saturating_sub(1);
                let start = view.run_back(end, LOGIN, 65);
                (USER, view.ends_with_ignoring_case(start, b"] ").then_some((start, end)))
            }
            Sort::Attributed if view.at(hit.at + 1).is_some_and(|b| b.eq_ignore_ascii_case(&b'u')) => {
                let is_id = |(start, end): (usize, usize)| {
                    end - start > 24
                        || view.slice(start, end).iter().filter(|b| b.is_ascii_digit()).count() * 2 > end - start
                };
                (USER, token(view, behind - 1).filter(|&span| view.at(span.1) == Some(b'"') && !is_id(span)))
            }
            Sort::Attributed => {
                let end = names::single(names::reach(view, behind)).map(|length| behind + length);
                (NAME, end.filter(|&end| view.at(end) == Some(b'"')).map(|end| (behind, end)))
            }
            Sort::Register if begins() => (USER, token(view, behind).filter(|&(_, end)| view.at(end) == Some(b':'))),
            Sort::Asked => (USER, token(view, behind - 1).filter(|&(_, end)| view.starts_with(end, b"\" \""))),
            Sort::Assigned => (USER, token(view, behind).filter(|span| !is_told(view, literal, *span))),
            Sort::Noted if begins() => (USER, token(view, behind).filter(|&(_, end)| view.at(end) == Some(b';'))),
            Sort::Realm if begins() => {
                let end = view.run(behind, LOGIN, 65);
                let realm = view.run(end + 1, const { WORD.or(ByteSet::of(b"-")) }, 65);
                let is_realm = view.at(end) == Some(b'/') && view.at(realm) == Some(b' ');
                (USER, if is_realm { Some((behind, end)) } else { token(view, view.run(behind, BLANK, 8)) })
            }
            Sort::Line => {
                let name = view.run(view.run(behind, DIGIT, 4), BLANK, 16);
                let end = view.run(name, LOGIN, 65);
                let line = view.slice(view.line_start(hit.at), hit.at);
                let is_row = line.len() < 16 && line.iter().all(|b| matches!(b, b'*' | b' ' | b'0'..=b'9'));
                let is_apart = view.ends_with_ignoring_case(name, b"  ") && view.starts_with(end, b"  ");
                (USER, (is_row && is_apart).then_some((name, end)))
            }
            Sort::Contact if begins() => {
                let start = view.run(behind, const { ByteSet::of(b"\"' ") }, 2);
                (
                    NAME,
                    names::full(names::reach(view, start)).map(|length| {
                        // `Jane Roe, +49 ...`: a comma belongs to the sentence.
                        let name = view.slice(start, start + length);
                        (start, start + memchr::memchr(b',', name).unwrap_or(length))
                    }),
                )
            }
            Sort::Revision => (USER, revision(view, hit.at)),
            Sort::Granted => {
                let start = view.run_back(hit.at, LOGIN.or(ByteSet::of(b" ")), 96);
                let text = view.slice(start, hit.at);
                let slash = memchr::memrchr(b'\\', text);
                let domain = slash.map(|n| text[..n].rsplit(|b| *b == b' ').next().unwrap_or_default());
                let is_own = domain.is_some_and(|d| {
                    ![&b"BUILTIN"[..], b"AUTHORITY", b"SERVICE", b"AUTHORITY\\SYSTEM"].contains(&d) && !d.is_empty()
                });
                let name = slash.map_or(hit.at, |n| start + n + 1);
                (USER, (is_own && !view.slice(name, hit.at).contains(&b' ')).then_some((name, hit.at)))
            }
            Sort::Host => {
                let is_line = view.run_back(hit.at, BLANK, 16) == view.line_start(hit.at);
                let end = view.run(behind, LOGIN, 65);
                let is_whole = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
                let text = view.slice(behind, end);
                let is_name = LETTER.contains(*text.first().unwrap_or(&0))
                    && text.last().is_some_and(|b| WORD.contains(*b))
                    && (!common::is_common(&text.to_ascii_lowercase()) || names::is_known(text));
                (USER, (is_line && is_whole && is_name && text.len() > 2).then_some((behind, end)))
            }
            Sort::Configurer => {
                let ends =
                    |end| view.starts_with(end, b" on ") || view.at(end).is_none_or(|b| SPACE.contains(b) && b != b' ');
                (USER, token(view, behind).filter(|&(_, end)| ends(end)))
            }
            Sort::Pathed => {
                let mut end = view.run(behind, LOGIN, 65);
                while end > behind && matches!(view.before(end), Some(b'.' | b'-')) {
                    end -= 1;
                }
                let text = view.slice(behind, end);
                let is_own =
                    !matches!(text, b"crontabs" | b"tabs" | b"atjobs" | b"atspool" | b"lastrun" | b"user" | b"users");
                let is_part = view
                    .at(end)
                    .is_none_or(|b| SPACE.contains(b) || matches!(b, b'/' | b'"' | b'\'' | b'?' | b':' | b',' | b')'));
                // `src=/user/history/done`: HDFS keeps more than homes there.
                let is_thing = literal == b"src=/user/" && common::is_common(text) && !names::is_known(text);
                (USER, (is_own && is_part && !is_thing && text.len() > 1).then_some((behind, end)))
            }
            Sort::Duplicate if begins() => {
                let end = view.run(behind, LOGIN, 65);
                let key = view.slice(end, view.line_end(end, 96)).to_ascii_lowercase();
                let has = |word: &[u8]| memchr::memmem::find(&key, word).is_some();
                let is_login =
                    key.starts_with(b"' for key '") && (has(b"login") || has(b"username") || has(b"user_name"));
                (USER, is_login.then_some((behind, end)))
            }
            Sort::Counted => {
                let end = view.run(behind, LOGIN, 65);
                let number = view.run(end + 1, DIGIT, 10);
                let is_counted = number > end + 1
                    && match view.at(end) {
                        Some(b'(') => view.at(number) == Some(b')') && literal.ends_with(b"="),
                        Some(b':') => view.ends_word(number) && literal.starts_with(b">"),
                        _ => false,
                    };
                (USER, is_counted.then_some((behind, end)))
            }
            Sort::Audit if begins() => {
                let number = view.run(behind, const { DIGIT.or(ByteSet::of(b"[]")) }, 12);
                let start = view.run(number + 1, BLANK, 4);
                let end = view.run(start, LOGIN, 65);
                let text = view.slice(start, end);
                let name = memchr::memrchr(b'\\', text).map_or(start, |slash| start + slash + 1);
                let is_field = view.at(number) == Some(b':') && start > number + 1 && view.at(end) == Some(b'|');
                (USER, is_field.then_some((name, end)))
            }
            Sort::Several if begins() => {
                several(view, hit.at, behind, literal, out);
                return;
            }
            Sort::Principal if begins() => {
                let realm = |end: usize| view.starts_with(end, b" @ ") && view.is(end + 3, CAPITAL);
                (USER, token(view, behind).filter(|&(_, end)| realm(end)))
            }
            Sort::Admitted => (USER, admitted(view, hit.at)),
            Sort::Chat => (USER, chat(view, hit.at, behind)),
            Sort::Blamed => (USER, blamed(view, hit.at, behind)),
            Sort::Posted => (USER, posted(view, literal, behind)),
            Sort::Allowed => {
                allowed(view, behind, out);
                return;
            }
            Sort::Staged => (USER, staged(view, hit.at, behind, literal)),
            Sort::Violated => (USER, violated(view, hit.at, behind)),
            _ => return,
        };
        let Some((start, end)) = span.filter(|(start, end)| start < end) else { return };
        let text = view.slice(start, end);
        // A letter stands for a name in examples; in quotes and columns it may be one.
        let is_letter = text.len() < 2 && !matches!(sort, Sort::Before | Sort::Quoted);
        let reason = if account::is_nobody(text) || (rule == USER && (account::is_system(text) || is_letter)) {
            Some("an account that names no person")
        } else if rule == USER && (account::is_word(text) || text == b"UID" || text.iter().all(u8::is_ascii_digit)) {
            Some("a word of a sentence")
        } else {
            handle::reason(text)
        };
        let kind = if rule == USER && names::full(text).is_none() { Kind::User } else { Kind::Name };
        // `User 'Jane Roe' (jroe)`
        let is_quoted = matches!(sort, Sort::Word) && kind == Kind::Name && view.is(end, const { ByteSet::of(b"'\"") });
        if is_quoted && view.starts_with(end + 1, b" (") {
            let last = view.run(end + 3, LOGIN, 65);
            if view.at(last) == Some(b')') && last > end + 4 {
                account(view, end + 3, last, out);
            }
        }
        match reason {
            Some(reason) => out.left(rule, start, reason),
            None => out.found(Found::new(start, end, kind, Confidence::Medium).rule(rule)),
        }
    }
}

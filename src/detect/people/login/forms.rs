//! What a login name is of each form: each function gives where the name stands, or notes what it finds.

use super::anchors::NAMED;
use super::{NAME, USER};
use crate::detect::bytes::{BLANK, ByteSet, DIGIT, HIGH, LETTER, SPACE, WORD};
use crate::detect::detector::{Candidates, Found};
use crate::detect::learned::common;
use crate::detect::people::account::{self, LOGIN};
use crate::detect::people::names;
use crate::detect::reading::handle;
use crate::detect::reading::value::Quote;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// The name at `at`, quoted or not, in brackets or not.
pub fn token(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
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
    // An option is no name.
    if view.at(start) == Some(b'-') {
        return None;
    }
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
pub fn is_name(view: &View<'_>, (start, end): (usize, usize)) -> bool {
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
        b"ok",
        b"service",
        b"succeeded",
        b"to",
        b"authenticated",
        b"connected",
        b"disconnected",
        b"denied",
        b"locked",
        b"rejected",
        b"before",
        b"after",
        b"during",
        b"account",
        b"successful",
        b"granted",
    ];
    let ends = view.at(next).is_none_or(|b| SPACE.contains(b) || DIGIT.contains(b) || b == b'(')
        || next > end + 1
        || view.at(end) != Some(b' ');
    Quote::at(view, start.saturating_sub(1)).is_some() || ends || goes_on.contains(&word)
}

/// Whether the word behind `: user ` is one that sentences go on with: `Title: User administration`, `Reason: User Requested`.
pub fn is_told(view: &View<'_>, literal: &[u8], (start, end): (usize, usize)) -> bool {
    let text = view.slice(start, end);
    const TOLD: [&[u8]; 21] = [
        b"login failed: ",
        b"user logged in: ",
        b"assignee was ",
        b"reporter was ",
        b": user ",
        b", user ",
        b"account \"",
        b"username \"",
        b"for username ",
        b"failed to authenticate ",
        b" uname=",
        b"user not found: ",
        b"user found: ",
        b"unknown user: ",
        b"no such user: ",
        b"invalid user: ",
        b"unknown user ",
        b"no such user ",
        b"could not find user ",
        b"cannot find user ",
        b"running as ",
    ];
    // Words that a sentence goes on with where it speaks of owners and users in general: `for user functions`.
    const SAID: [&[u8]; 8] = [
        b"owner to ",
        b"of user ",
        b"adduser ",
        b"setuid to ",
        b"failures for ",
        b"for user ",
        b"from user ",
        b"by user ",
    ];
    let lower = text.to_ascii_lowercase();
    let is_said = SAID.contains(&literal);
    // Of things that belong to users there are many: `for user profiles`.
    let is_plural = || is_said && lower.strip_suffix(b"s").is_some_and(common::is_common);
    (TOLD.contains(&literal) || is_said)
        && (common::is_common(&lower) || text.contains(&b' ') || is_said && text.len() < 3 || is_plural())
        && !names::is_known(text)
}

/// `publickey for jroe from 192.0.2.1`, `password for invalid user jroe from ...`.
pub fn for_whom(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let mut method = view.run(at, const { WORD.or(ByteSet::of(b"-/")) }, 32);
    if view.starts_with(method, b" on pts/") {
        method = view.run(method + 8, DIGIT, 4);
    }
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

/// `login attempt: captcha not required for 'jroe' after 0 failures`.
pub fn in_quotes(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const ACCOUNTS: [&[u8]; 9] =
        [b"logged", b"login", b"logon", b"captcha", b"authent", b"password", b"account", b"sign-in", b"user"];
    let before = view.slice(view.line_start(at).max(at.saturating_sub(160)), at).to_ascii_lowercase();
    let tells = ACCOUNTS.iter().any(|word| memchr::memmem::find(&before, word).is_some());
    tells.then(|| token(view, behind - 1)).flatten().filter(|(start, end)| !view.slice(*start, *end).contains(&b' '))
}

/// `sudo:     jroe : TTY=pts/0`.
pub fn before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    let start = view.run_back(end, LOGIN, 65);
    let is_delimited = view.before(start).is_none_or(|b| matches!(b, b' ' | b':' | b'\t' | b'\n' | b'"' | b'='));
    // `appattempt_1445144423722_0020_000001 (auth:SIMPLE)`: a job.
    let digits = view.slice(start, end).iter().filter(|b| b.is_ascii_digit()).count();
    (is_delimited && start < end && digits < 8).then_some((start, end))
}

/// `User jroe logged in`, `User jroe from 192.0.2.1 not allowed`.
pub fn user_before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    const WORDS: [&[u8]; 5] = [b"user ", b"administrator ", b"account ", b"admin ", b"username "];
    let is_user = |start: usize| {
        WORDS.iter().any(|word| view.ends_with_ignoring_case(start, word) && view.starts_word(start - word.len()))
    };
    if let Some(span) = further(view, end) {
        return Some(span);
    }
    // `User 'Jane Roe' (jroe) logged in`
    if view.before(end) == Some(b')') {
        let start = view.run_back(end - 1, LOGIN, 65);
        let line = view.slice(view.line_start(start).max(start.saturating_sub(96)), start).to_ascii_lowercase();
        let is_told = view.before(start) == Some(b'(') && memchr::memmem::find(&line, b"user").is_some();
        return is_told.then_some((start, end - 1));
    }
    let start = view.run_back(end, LOGIN, 65);
    // `ACME\jroe logged on`
    let text = view.slice(start, end);
    if let Some(slash) = text.iter().position(|&b| b == b'\\') {
        let rest = &text[slash..];
        let name = slash + rest.iter().position(|&b| b != b'\\')?;
        return (slash > 1 && !text[name..].contains(&b'\\')).then_some((start + name, end));
    }
    if is_user(start) && start < end {
        // `User creation was denied`, `user table is locked`
        let is_thing = common::is_common(&text.to_ascii_lowercase()) && !names::is_known(text);
        return (!is_thing).then_some((start, end));
    }
    if let Some(from) = start.checked_sub(6).filter(|_| view.ends_with_ignoring_case(start, b" from ")) {
        let start = view.run_back(from, LOGIN, 65);
        return (is_user(start) && start < from).then_some((start, from));
    }
    // `<pptp-jroe>: jroe logged in, 10.8.1.4` of a router
    let is_alone = view.ends_with_ignoring_case(start, b": ") && view.starts_with_ignoring_case(end, b" logged ");
    let is_name = is_alone && start < end && !text.contains(&b'\\') && !common::is_common(&text.to_ascii_lowercase());
    (is_name && text.len() > 2).then_some((start, end))
}

/// `User jroe in domain default authenticated`, `User jane.roe (id=5) locked`: a few words before, if the name is none of them.
pub fn further(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    const REACH: usize = 40;
    const BETWEEN: ByteSet = LOGIN.or(ByteSet::of(b" (=:)"));
    let from = view.run_back(end, BETWEEN, REACH);
    let text = view.slice(from, end).to_ascii_lowercase();
    let start = from + memchr::memmem::rfind(&text, b"user ")? + 5;
    let name_end = view.run(start, LOGIN, 65);
    let next = view.run(name_end, BLANK, 1);
    let goes_on = [&b"in domain "[..], b"in realm ", b"(id", b"(uid", b"with id ", b"of realm "];
    let is_told = view.starts_word(start - 5) && goes_on.iter().any(|word| view.starts_with(next, word));
    (is_told && start < name_end).then_some((start, name_end))
}

/// `on '/dev/tty1' FOR 'jroe'`, `tty1 BY jroe`, `tty1 FROM host`: the name at the end of what `login` says.
pub fn console(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let line = view.slice(behind, view.line_end(behind, 96));
    let by = [&b" FOR "[..], b" BY ", b" by "]
        .into_iter()
        .find_map(|by| Some(memchr::memmem::find(line, by)? + by.len()))?;
    token(view, behind + by)
}

/// `r4411 | jroe | 2024-05-06 07:29:00 +0200 (...)`, before the number of lines.
pub fn revision(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let line = view.line_start(at);
    let number = view.run(line + 1, DIGIT, 9);
    let start = number + 3;
    let end = view.run(start, LOGIN, 65);
    let is_log = view.at(line) == Some(b'r') && view.starts_with(number, b" | ") && view.starts_with(end, b" | ");
    (is_log && end < at && view.is(end + 3, DIGIT)).then_some((start, end))
}

/// `jroe,192.0.2.7`, `jroe)`: the name of whom a worker of Dovecot asks about.
pub fn worker(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let end = view.run(behind, LOGIN, 65);
    let is_host = view.at(end) == Some(b',') && view.is(end + 1, const { DIGIT.or(ByteSet::of(b"abcdefABCDEF:")) });
    // `pam(jroe): ` without an address, and no call.
    let is_alone = view.starts_with(end, b"): ") && end > behind;
    (is_host || is_alone).then_some((behind, end))
}

/// `-> jroe <jane@...>`, before `> R=`.
pub fn delivered(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let open = view.run_back(at, const { LOGIN.or(ByteSet::of(b"=/")) }, 128).checked_sub(2)?;
    let start = view.run_back(open, LOGIN, 65);
    let is_delivery =
        [&b"-> "[..], b"=> ", b"** ", b"== "].iter().any(|sign| view.ends_with_ignoring_case(start, sign));
    (view.starts_with(open, b" <") && is_delivery && start < open).then_some((start, open))
}

/// `jroe/203.0.113.7:50112` that ends at `end`: the name.
pub fn peer_before(view: &View<'_>, end: usize) -> Option<(usize, usize)> {
    let port = view.run_back(end, DIGIT, 5);
    let colon = port.checked_sub(1).filter(|&colon| port < end && view.at(colon) == Some(b':'))?;
    client(view, colon)
}

/// What OpenVPN says of a client: its name before the address, in brackets, and behind an arrow.
pub fn multi(view: &View<'_>, at: usize, behind: usize, out: &mut Candidates<'_>) {
    let before = peer_before(view, at);
    let after = match view.before(behind) {
        Some(b'[') => {
            let end = view.run(behind, LOGIN, 65);
            (view.at(end) == Some(b']')).then_some((behind, end))
        }
        _ => {
            let line = view.slice(behind, view.line_end(behind, 128));
            memchr::memmem::find(line, b" -> ").and_then(|arrow| {
                let start = behind + arrow + 4;
                let end = view.run(start, LOGIN, 65);
                (view.at(end) == Some(b'/') && view.is(end + 1, const { DIGIT.or(ByteSet::of(b"[")) }))
                    .then_some((start, end))
            })
        }
    };
    for (start, end) in before.into_iter().chain(after) {
        account(view, start, end, out);
    }
}

/// Names the account at `start..end`, unless it is nobody's.
pub fn account(view: &View<'_>, start: usize, end: usize, out: &mut Candidates<'_>) {
    let text = view.slice(start, end);
    let is_name = text.iter().any(|b| LETTER.contains(*b) || *b >= 0x80);
    if start >= end
        || !is_name
        || account::is_nobody(text)
        || account::is_system(text)
        || handle::reason(text).is_some()
    {
        return out.left(USER, start, "an account that names no person");
    }
    out.found(Found::new(start, end, Kind::User, Confidence::Medium).rule(USER));
}

/// `CLIENT_LIST,jroe,`, `ROUTING_TABLE,10.8.0.6,jroe,`, with commas or tabs.
pub fn status(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    if view.before(at).is_some_and(|b| b != b'\n') {
        return None;
    }
    let is_route = view.at(at).is_some_and(|b| b.eq_ignore_ascii_case(&b'R'));
    let start = if is_route { view.run(behind, const { DIGIT.or(ByteSet::of(b".:abcdef/")) }, 48) + 1 } else { behind };
    let end = view.run(start, LOGIN, 65);
    (view.before(start) == Some(b',') && view.at(end) == Some(b',')).then_some((start, end))
}

/// The name before the address of a telephone: `"Jane Roe" <sip:`, `Jane Roe <sip:`, `"jroe" <sip:`.
pub fn caller(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let before = view.run_back(at, const { ByteSet::of(b" ") }, 2);
    if view.before(before) == Some(b'"') {
        let close = before - 1;
        // In a string, or in a field of CSV: `\"Jane Roe\" <`, `""Jane Roe"" <`.
        let close = if matches!(view.before(close), Some(b'\\' | b'"')) { close - 1 } else { close };
        let start = view.run_back(close, const { LETTER.or(HIGH).or(DIGIT).or(ByteSet::of(b" .,'_-")) }, 64);
        let text = view.slice(start, close);
        if view.before(start) != Some(b'"') || names::has_other_word(text) {
            return out.left(NAME, at, "nobody's name");
        }
        if names::full(text).is_some() {
            return out.found(Found::new(start, close, Kind::Name, Confidence::Medium).rule(NAME));
        }
        if !text.contains(&b' ') {
            account(view, start, close, out);
        }
        return;
    }
    let from = names::reach_back(view, before);
    if let Some(name) = names::ending(view.slice(from, before)) {
        out.found(Found::new(from + name, before, Kind::Name, Confidence::Medium).rule(NAME));
    }
}

/// `SIP/jroe-0000003b`, `PJSIP/jroe-0000003b`: a name, and the number of a channel.
pub fn channel(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const NAME: ByteSet = WORD.or(ByteSet::of(b"."));
    let is_channel = view.starts_word(at) || view.ends_with_ignoring_case(at, b"pj");
    let end = view.run(behind, NAME, 65);
    let number = view.run(end + 1, const { DIGIT.or(ByteSet::of(b"abcdef")) }, 9);
    let name = view.slice(behind, end).to_ascii_lowercase();
    let is_thing = common::is_common(&name) && !names::is_known(&name) || name.starts_with(b"trunk");
    (is_channel && view.at(end) == Some(b'-') && number == end + 9 && view.ends_word(number) && !is_thing)
        .then_some((behind, end))
}

/// `host all jroe 192.0.2.0/24 scram-sha-256` of PostgreSQL: the third column of a line that ends with the method.
pub fn admitted(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const FIELD: ByteSet = SPACE.not();
    const SORTS: [&[u8]; 6] = [b"local", b"host", b"hostssl", b"hostnossl", b"hostgssenc", b"hostnogssenc"];
    let line = view.line_start(at);
    let sort = view.run(line, LETTER, 16);
    let database = view.run(sort, BLANK, 64);
    let end = view.run(database, FIELD, 65);
    let start = view.run(end, BLANK, 64);
    let last = view.run(start, LOGIN, 65);
    let is_row = SORTS.contains(&view.slice(line, sort)) && database > sort && start > end && view.is(last, BLANK);
    (is_row && last < at && view.is(start, const { WORD.or(HIGH) })).then_some((start, last))
}

/// `jroe[jroe] @ host [192.0.2.7]`: both names.
pub fn slow(view: &View<'_>, behind: usize, out: &mut Candidates<'_>) {
    let first = view.run(behind, LOGIN, 65);
    let second = view.run(first + 1, LOGIN, 65);
    if view.at(first) == Some(b'[') && view.starts_with(second, b"] @") {
        account(view, behind, first, out);
        account(view, first + 1, second, out);
    }
}

/// `(username)=(jroe)`: the column before, the value behind.
pub fn violated(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const COLUMNS: [&[u8]; 12] = [
        b"username",
        b"user_name",
        b"login",
        b"login_name",
        b"userid",
        b"lower_user_name",
        b"user_login",
        b"account_name",
        b"lower_username",
        b"uid",
        b"owner",
        b"nickname",
    ];
    let column = view.run_back(at, const { WORD.or(ByteSet::of(b"()")) }, 48);
    let words = view.slice(column, at).to_ascii_lowercase();
    let word = words.strip_suffix(b"::text)").unwrap_or(&words);
    let last = word.rsplit(|b| matches!(b, b'(' | b')')).next().unwrap_or_default();
    let end = view.run(behind, LOGIN, 65);
    (COLUMNS.contains(&last) && view.at(end) == Some(b')')).then_some((behind, end))
}

/// `jroe : 3 incorrect password attempts`.
pub fn attempts(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let digits = view.run_back(at.checked_sub(1)?, DIGIT, 4);
    view.ends_with_ignoring_case(digits, b" : ").then(|| before(view, digits - 3)).flatten()
}

/// `(to root) jroe on pts/0`.
pub fn becomes(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let close = view.run(at, LOGIN, 65);
    let start = close + 2;
    let end = view.run(start, LOGIN, 65);
    (view.starts_with(close, b") ") && view.starts_with(end, b" on ")).then_some((start, end))
}

/// `Successful su for root by jroe`.
pub fn by(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let end = view.run(at, LOGIN, 65);
    view.starts_with(end, b" by ").then(|| token(view, end + 4)).flatten()
}

/// `su: jroe to root on /dev/pts/0`, `su: + /dev/pts/1 jroe:root`.
pub fn changes(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    if view.at(at) == Some(b'/') {
        let start = view.run(behind, DIGIT, 4) + 1;
        let end = view.run(start, LOGIN, 65);
        let is_change = view.back(at, 2).is_some_and(|b| matches!(b, b'+' | b'-')) && view.at(start - 1) == Some(b' ');
        return (is_change && view.at(end) == Some(b':')).then_some((start, end));
    }
    let end = view.run(behind, LOGIN, 65);
    let whom = view.run(end + 4, LOGIN, 65);
    let is_change = view.starts_word(at) && view.starts_with(end, b" to ") && view.starts_with(whom, b" on ");
    is_change.then_some((behind, end))
}

/// `Authorized to jroe, krb5 principal ...` of sshd.
pub fn authorized(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let (start, end) = token(view, behind)?;
    let ends = view.at(end).is_none_or(|b| matches!(b, b',' | b'\n' | b'\r' | b'"'));
    (ends && view.at(at) == Some(b'A')).then_some((start, end))
}

/// `last changed by jroe at 03:32:48`, `assigned by jroe on 2024-05-01`: a verb before, and a time behind.
pub fn changed(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const VERBS: [&[u8]; 38] = [
        b"chang",
        b"modifi",
        b"creat",
        b"updat",
        b"delet",
        b"approv",
        b"edit",
        b"report",
        b"request",
        b"submitt",
        b"resolv",
        b"clos",
        b"assign",
        b"reopen",
        b"upload",
        b"publish",
        b"cancel",
        b"cancell",
        b"reject",
        b"acknowledg",
        b"revok",
        b"lock",
        b"unlock",
        b"comment",
        b"open",
        b"handl",
        b"escalat",
        b"review",
        b"complet",
        b"record",
        b"perform",
        b"execut",
        b"prepar",
        b"triag",
        b"verifi",
        b"rais",
        b"contact",
        b"trigger",
    ];
    let verb = view.slice(view.run_back(at, LETTER, 16), at).to_ascii_lowercase();
    // `created by Jane Roe (jroe)`, `submitted by Jane Roe`
    if VERBS.contains(&&verb[..])
        && let Some(length) = names::full(names::reach(view, behind))
    {
        let end = behind + length;
        let next = view.run(end, BLANK, 2);
        let ends =
            view.at(next).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'(' | b'<' | b'.' | b',' | b';' | b'"' | b'\''));
        // `opened by Jane Roe on 2024-05-01`
        let is_dated = [&b" on "[..], b" at "].iter().any(|w| view.starts_with(end, w)) && view.is(end + 4, DIGIT);
        let is_told = is_dated && !names::is_of_words(view.slice(behind, end));
        let is_name = ends || is_told || names::is_known(view.slice(behind, end));
        return (is_name && !view.is(end, const { WORD.or(ByteSet::of(b"=:/")) })).then_some((behind, end));
    }
    let (start, end) = token(view, behind).filter(|_| VERBS.contains(&&verb[..]))?;
    let time = view.starts_with(end, b" at ") || view.starts_with(end, b" on ");
    (time && view.is(end + 4, DIGIT) && view.is(start, LETTER)).then_some((start, end))
}

/// `psql -h db -U jroe`: behind a program whose option this is.
pub fn option(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const WITH_U: [&[u8]; 14] = [
        b"psql",
        b"pg_dump",
        b"pg_dumpall",
        b"pg_restore",
        b"pg_basebackup",
        b"createdb",
        b"dropdb",
        b"createuser",
        b"vacuumdb",
        b"mysql",
        b"mysqldump",
        b"mysqladmin",
        b"sqlcmd",
        b"mongosh",
    ];
    const WITH_L: [&[u8]; 4] = [b"ssh", b"rlogin", b"slogin", b"sftp"];
    let is_l = view.at(at + 2).is_some_and(|b| b.eq_ignore_ascii_case(&b'l'));
    let programs: &[&[u8]] = if is_l { &WITH_L } else { &WITH_U };
    let line = view.slice(view.line_start(at).max(at.saturating_sub(160)), at);
    let mut words = line.split(|b| !(WORD.contains(*b) || *b == b'-')).rev();
    let is_program = words.any(|word| programs.contains(&word));
    is_program.then(|| token(view, behind)).flatten()
}

/// `CORP\jroe`, also with the backslash of JSON: a login name that is no directory.
pub fn slashed(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let start = view.run(behind, const { ByteSet::of(b"\\") }, 3);
    let end = view.run(start, const { WORD.or(HIGH).or(ByteSet::of(b".-$")) }, 65);
    let end = if view.before(end) == Some(b'.') { end - 1 } else { end };
    let text = view.slice(start, end);
    let is_name = text.len() >= 3 && LETTER.contains(text[0]) && !matches!(view.at(end), Some(b'\\' | b'/' | b'('));
    is_name.then_some((start, end))
}

/// `uid: jroe` of LDIF: the attribute of an entry, to the end of its line.
pub fn uid(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let is_line = view.before(at).is_none_or(|b| b == b'\n');
    let (start, end) = token(view, behind)?;
    let text = view.slice(start, end);
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let is_login = text.len() <= 24 && digits * 2 <= text.len() && LETTER.contains(text[0]);
    let is_whole = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
    (is_line && is_whole && is_login).then_some((start, end))
}

/// `"cn": ["Jane Roe"]`, `name="cn">Jane Roe<`: a full name and nothing else.
pub fn element(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let start = view.run(behind, const { ByteSet::of(b" [\"\\") }, 8);
    let end = start + names::full(names::reach(view, start))?;
    matches!(view.at(end), Some(b'<' | b'"' | b'\\')).then_some((start, end))
}

/// `GRANT SELECT ON t TO jroe`.
pub fn grant(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let line = view.slice(at, view.run(at, const { ByteSet::of(b"\r\n;").not() }, 160));
    let to = line.windows(4).position(|w| w.eq_ignore_ascii_case(b" to "))?;
    // A statement of SQL names what is granted on what, or ends with its mark; sentences are in small letters.
    let upper = line[..to].to_ascii_uppercase();
    let is_sentence = at >= 6
        && view.starts_with(at - 6, b"grant ")
        && memchr::memmem::find(&upper, b" ON ").is_none()
        && !matches!(view.at(at + line.len()), Some(b';'));
    if is_sentence {
        return None;
    }
    let is_word = |text: &[u8]| {
        let lower = text.to_ascii_lowercase();
        common::is_common(&lower) || lower.strip_suffix(b"s").is_some_and(common::is_common)
    };
    token(view, at + to + 4).filter(|&(start, end)| {
        let text = view.slice(start, end);
        let goes_on = view.at(end) == Some(b' ') && view.is(end + 1, LETTER) && view.at(end + 1) != Some(b'W');
        view.at(at + to + 4) != Some(b'\'') && !(goes_on && is_word(text) && !names::is_known(text))
    })
}

/// `support/jroe`: the last part of the path of a resource.
pub fn resource(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const PATH: ByteSet = WORD.or(HIGH).or(ByteSet::of(b"+=,.@-/"));
    let mut end = view.run(at, PATH, 192);
    while end > at && matches!(view.before(end), Some(b'.' | b',')) {
        end -= 1;
    }
    let path = view.slice(at, end);
    Some((at + memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1), end))
}

/// `jroe/203.0.113.7` before its port.
pub fn client(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let slash = view.run_back(at, const { DIGIT.or(ByteSet::of(b".:[]abcdefABCDEF")) }, 42).checked_sub(1)?;
    let start = view.run_back(slash, LOGIN, 65);
    let begins = view.before(start).is_none_or(|b| SPACE.contains(b));
    (view.at(slash) == Some(b'/') && begins && start < slash).then_some((start, slash))
}

/// `jroe privilege 15`, `jroe password x`: a name, and what else is set of its account.
pub fn configured(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const SET: [&[u8]; 11] = [
        b"privilege",
        b"password",
        b"secret",
        b"role",
        b"nopassword",
        b"algorithm",
        b"account",
        b"class",
        b"uid",
        b"full",
        b"authentication",
    ];
    let end = view.run(at, LOGIN, 65);
    let next = view.run(end, BLANK, 4);
    let word = view.slice(next, view.run(next, LETTER, 12));
    let has_letter = view.slice(at, end).iter().any(u8::is_ascii_alphanumeric);
    (next > end && SET.contains(&word) && has_letter).then_some((at, end))
}

/// `login jroe` on a line below `machine host.example` of `.netrc`.
pub fn of_machine(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    let line = view.run_back(at, BLANK, 16);
    let end = view.run(behind, LOGIN, 65);
    let is_last = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
    let is_machine = || {
        let above = view.slice(view.line_start(line.saturating_sub(1)), line);
        above.trim_ascii().starts_with(b"machine ")
    };
    (view.before(line) == Some(b'\n') && end > behind && is_last && is_machine()).then_some((behind, end))
}

/// `user ACME\jroe`, `Client: jroe @ ACME.EXAMPLE`.
pub fn in_domain(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const DOMAIN: ByteSet = WORD.or(ByteSet::of(b".-"));
    let domain = view.run(at, DOMAIN, 32);
    let start = view.run(domain, const { ByteSet::of(b"\\") }, 4);
    let end = view.run(start, const { WORD.or(HIGH).or(ByteSet::of(b".-$")) }, 65);
    (start > domain).then_some((start, end))
}

/// `[~jroe]`, `/display/~jroe/Home`.
pub fn tilde(view: &View<'_>, at: usize, start: usize) -> Option<(usize, usize)> {
    let mut end = view.run(start, NAMED, 65);
    if view.at(at) == Some(b'[') {
        return (view.at(end) == Some(b']')).then_some((start, end));
    }
    while end > start && matches!(view.before(end), Some(b'.' | b'-')) {
        end -= 1;
    }
    let ends = view.at(end).is_none_or(|b| !matches!(b, b'~' | b'(' | b'[' | b'{' | b'$' | b'*'));
    (ends && !view.slice(start, end).contains(&b'~')).then_some((start, end))
}

/// `<jroe>`, `[jroe]`, `(jroe)`.
pub fn bracketed(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    // `user [ jroe ]`
    let is_wide = view.before(start) == Some(b'[') && view.at(start) == Some(b' ');
    let start = start + usize::from(is_wide);
    let end = view.run(start, LOGIN, 65);
    if is_wide {
        return (view.starts_with(end, b" ]") && view.is(start, LETTER)).then_some((start, end));
    }
    // `[ACME]\[jroe]` of Samba
    if view.starts_with(end, b"]\\[") {
        return bracketed(view, end + 3);
    }
    let is_closed = match view.before(start) {
        Some(b'<') => view.at(end) == Some(b'>'),
        Some(b'[') => view.at(end) == Some(b']'),
        _ => view.at(end) == Some(b')'),
    };
    let has_letter = view.slice(start, end).iter().any(|b| LETTER.contains(*b));
    (is_closed && has_letter && !(view.before(start) == Some(b'(') && view.at(end + 1) == Some(b'{')))
        .then_some((start, end))
}

/// `add 'jroe' to group 'wheel'`, `delete 'jroe' from shadow group 'wheel'`.
pub fn grouped(view: &View<'_>, behind: usize) -> Option<(usize, usize)> {
    let (start, end) = token(view, behind - 1)?;
    let is_group = [&b"' to group"[..], b"' to shadow group", b"' from group", b"' from shadow group"];
    is_group.iter().any(|group| view.starts_with(end, group)).then_some((start, end))
}

/// `198.51.100.7[jroe]`.
pub fn peer(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    let open = view.run(at, const { DIGIT.or(ByteSet::of(b".:abcdefABCDEF")) }, 42);
    let end = view.run(open + 1, LOGIN, 65);
    let is_number = || view.slice(open + 1, end).iter().all(|b| DIGIT.contains(*b) || *b == b'.');
    (open > at && view.at(open) == Some(b'[') && view.at(end) == Some(b']') && !is_number()).then_some((open + 1, end))
}

/// The user of a kubeconfig: the name, `user:` below it, and below that what opens the door.
pub fn kube(view: &View<'_>, at: usize) -> Option<(usize, usize)> {
    const DOORS: [&[u8]; 7] = [b"client-", b"token", b"exec:", b"auth-provider", b"username", b"password", b"as:"];
    const OTHERS: [&[u8]; 7] =
        [b"basic", b"oidc", b"minikube", b"kubernetes-admin", b"cluster-admin", b"docker-desktop", b"rancher-desktop"];
    let (start, end) = token(view, at).filter(|(start, end)| !OTHERS.contains(&view.slice(*start, *end)))?;
    let line = view.run(end, const { ByteSet::of(b"\r") }, 1);
    let key = view.run(line + 1, BLANK, 16);
    let below = view.run(key + 5, const { ByteSet::of(b"\r\n") }, 2);
    let door = view.run(below, BLANK, 24);
    let is_user = view.at(line) == Some(b'\n') && view.starts_with(key, b"user:") && below > key + 5;
    (is_user && DOORS.iter().any(|word| view.starts_with(door, word))).then_some((start, end))
}

/// `sn: Roe`, `cn: Jane Roe` of LDIF: the attribute of an entry.
pub fn attribute(view: &View<'_>, at: usize, start: usize) -> Option<(usize, usize)> {
    let is_line = view.before(at).is_none_or(|b| b == b'\n' || b == b'#');
    let end = start + names::single(names::reach(view, start))?;
    let is_whole = view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n'));
    let is_surname = view.at(at).is_some_and(|b| b.eq_ignore_ascii_case(&b's'));
    let is_name = is_surname || names::full(view.slice(start, end)).is_some();
    (is_line && is_whole && is_name).then_some((start, end))
}

/// `'jroe'@'192.0.2.1'`.
pub fn quoted(view: &View<'_>, quote: usize) -> Option<(usize, usize)> {
    let start = view.run_back(quote, LOGIN, 65);
    (start < quote && view.before(start) == Some(b'\'')).then_some((start, quote))
}

/// `CN=Roe\, Jane,OU=People`: a person where units or components of a domain follow; hosts and groups stay.
pub fn common_name(view: &View<'_>, start: usize) -> Option<(usize, usize)> {
    // `ATTENDEE;CN="Jane Roe";ROLE=`
    if view.at(start) == Some(b'"') {
        let end = start + 1 + names::full(names::reach(view, start + 1))?;
        return (view.at(end) == Some(b'"')).then_some((start + 1, end));
    }
    const GROUPS: [&[u8]; 15] = [
        b"users",
        b"accounts",
        b"compat",
        b"people",
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
    // `AC RAIZ FNMT-RCM`, `DigiCert Global Root G2`: authorities.
    const OF_AUTHORITIES: [&[u8]; 10] =
        [b"root", b"raiz", b"ca", b"ac", b"authority", b"tls", b"ssl", b"ev", b"rsa", b"ecc"];
    let head = view.slice(start, view.run(start, const { ByteSet::of(b",;+\"'\\\r\n<>=/").not() }, 96));
    let is_authority = |word: &[u8]| OF_AUTHORITIES.iter().any(|other| word.eq_ignore_ascii_case(other));
    if head.split(|b| !b.is_ascii_alphanumeric()).any(is_authority) {
        return None;
    }
    let mut end = start;
    loop {
        end = view.run(end, const { ByteSet::of(b",;+\"'\\\r\n<>=/").not() }, 96);
        match view.at(end) {
            Some(b'\\') if view.is(end + 1, const { ByteSet::of(b",+\"\\<>;=") }) => end += 2,
            Some(b',') => break,
            // A full name shows by itself: `/CN=Jane Roe/emailAddress=`, `CN=Jane Roe:mailto:`.
            _ => {
                let name = start + names::full(names::reach(view, start))?;
                return view
                    .at(name)
                    .is_none_or(|b| matches!(b, b'/' | b'"' | b'\'' | b':' | b'\n' | b'\r' | b';' | b'<' | b')'))
                    .then_some((start, name));
            }
        }
        if end - start > 96 {
            return None;
        }
    }
    if names::full(names::reach(view, start)) == Some(end - start) {
        return Some((start, end));
    }
    let next = view.run(end + 1, BLANK, 2);
    let is_directory =
        [&b"ou="[..], b"dc=", b"cn=", b"emailaddress="].iter().any(|rdn| view.starts_with_ignoring_case(next, rdn));
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

/// The accounts of a setting that lists them, up to the end of its line. What is a group, or holds for all, stays.
pub fn several(view: &View<'_>, at: usize, behind: usize, literal: &[u8], out: &mut Candidates<'_>) {
    const MOST: usize = 64;
    const ITEM: ByteSet = SPACE.or(ByteSet::of(b",;\"'")).not();
    const NAME: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".-+$"));
    let lead = view.run_back(at, const { BLANK.or(ByteSet::of(b"#;")) }, 32);
    let mut from = behind;
    if !literal.ends_with(b" ") {
        let sign = view.run(behind, BLANK, 16);
        from = sign + 1;
        if !matches!(view.at(sign), Some(b'=' | b':')) {
            return;
        }
    }
    if view.before(lead).is_some_and(|b| b != b'\n') {
        return;
    }
    let is_word = |text: &[u8]| common::is_common(&text.to_ascii_lowercase()) && !names::is_known(text);
    for n in 0..MOST {
        let start = view.run(from, const { BLANK.or(ByteSet::of(b",;\"'")) }, 8);
        let end = view.run(start, ITEM, 128);
        if end == start {
            return;
        }
        let text = view.slice(start, end);
        // `Require user input before going on`, `Match user names against ...`
        if literal.ends_with(b" user ") && is_word(text) {
            return;
        }
        let is_group = matches!(text[0], b'@' | b'+' | b'&' | b'%');
        let name = start + memchr::memrchr(b'\\', text).map_or(usize::from(text[0] == b'!'), |slash| slash + 1);
        let last = view.run(name, NAME, 65);
        if !is_group && (last == end || view.at(last) == Some(b'@')) && last - name > 1 {
            account(view, name, last, out);
        }
        from = view.run(end, const { ByteSet::of(b"\"'") }, 1);
        if literal == b"match user " && view.at(from) != Some(b',') || n + 1 == MOST {
            return;
        }
    }
}

/// `from=jroe, size=412`, `to=jroe, ctladdr=`, `ctladdr=jroe (1000/1000)`: an account of this host that sends or is sent mail.
pub fn posted(view: &View<'_>, literal: &[u8], behind: usize) -> Option<(usize, usize)> {
    let end = view.run(behind, LOGIN, 65);
    let goes_on: &[&[u8]] = match literal {
        b"ctladdr=" => &[b" (", b", "],
        b": to=" => &[b", ctladdr=", b", delay=", b", xdelay="],
        _ => &[b", size="],
    };
    let is_address = view.slice(behind, end).contains(&b'@');
    (!is_address && goes_on.iter().any(|next| view.starts_with(end, next))).then_some((behind, end))
}

/// `yarn,jroe`: accounts that a program lets in, with commas between.
pub fn allowed(view: &View<'_>, behind: usize, out: &mut Candidates<'_>) {
    const MOST: usize = 16;
    let mut start = behind;
    for _ in 0..MOST {
        let end = view.run(start, LOGIN, 65);
        let is_item = view.at(end).is_none_or(|b| SPACE.contains(b) || matches!(b, b',' | b')' | b';'));
        if end == start || !is_item {
            return;
        }
        account(view, start, end, out);
        if view.at(end) != Some(b',') {
            return;
        }
        start = view.run(end + 1, BLANK, 1);
    }
}

/// `/staging/jroe/.staging`, `chdir(/p/gb1/jroe/`: directories of accounts on file systems of clusters.
pub fn staged(view: &View<'_>, at: usize, behind: usize, literal: &[u8]) -> Option<(usize, usize)> {
    if literal == b"/.staging" {
        let start = view.run_back(at, LOGIN, 65);
        return (view.before(start) == Some(b'/') && start < at).then_some((start, at));
    }
    let number = view.run(behind, DIGIT, 2);
    let end = view.run(number + 1, LOGIN, 65);
    (number > behind && view.at(number) == Some(b'/') && view.at(end) == Some(b'/')).then_some((number + 1, end))
}

/// The nickname behind a time in brackets that begins its line, or behind a time and a sign.
pub fn chat(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const MEMBERS: ByteSet = LOGIN.or(ByteSet::of(b"[]`^{}|"));
    const LEVELS: [&[u8]; 12] = [
        b"info", b"debug", b"warn", b"warning", b"error", b"err", b"notice", b"trace", b"fatal", b"init", b"main",
        b"none",
    ];
    let close = if view.at(at) == Some(b']') { at } else { at + 1 };
    let time = view.run_back(close, const { DIGIT.or(ByteSet::of(b":.-/ T")) }, 32);
    let text = view.slice(time, close);
    let has_time = text.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit());
    let open = if view.before(time) == Some(b'[') { time - 1 } else { time };
    let is_bracketed = (view.at(at) == Some(b']')) == (open < time);
    let start = view.run(behind, const { ByteSet::of(b"@+%~&") }, 2);
    let end = view.run(start, MEMBERS, 33);
    let name = view.slice(start, end);
    let is_line = view.before(open).is_none_or(|b| b == b'\n') && is_bracketed && has_time;
    let is_said = view.starts_with(end, b"> ") && end - start < 33;
    let is_level = LEVELS.iter().any(|level| name.eq_ignore_ascii_case(level));
    (is_line && is_said && !is_level).then_some((start, end))
}

/// Who wrote the line: between the parenthesis behind a commit, or behind its file, and the time before the zone at `at`.
pub fn blamed(view: &View<'_>, at: usize, behind: usize) -> Option<(usize, usize)> {
    const TIME: &[u8] = b"dddd-dd-dd dd:dd:dd";
    const HASH: ByteSet = ByteSet::of(b"0123456789abcdef");
    let time = at.checked_sub(TIME.len())?;
    let is_time = TIME
        .iter()
        .zip(view.slice(time, at))
        .all(|(form, b)| if *form == b'd' { b.is_ascii_digit() } else { form == b });
    let number = view.run(behind, const { ByteSet::of(b" ") }, 8);
    let close = view.run(number, DIGIT, 8);
    if !is_time || close == number || view.at(close) != Some(b')') {
        return None;
    }
    let end = view.run_back(time, const { ByteSet::of(b" ") }, 64);
    let start = view.run_back(end, const { ByteSet::of(b"(\r\n").not() }, 96);
    let line = view.line_start(at);
    let hash = view.run(line, const { ByteSet::of(b"^") }, 1);
    let is_commit = view.run(hash, HASH, 41) - hash >= 7;
    let is_nobodys = view.slice(start, end) == b"Not Committed Yet";
    (view.before(start) == Some(b'(') && is_commit && start > hash && end < time && !is_nobodys).then_some((start, end))
}

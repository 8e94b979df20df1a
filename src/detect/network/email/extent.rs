//! Where an e-mail address begins and ends.

use crate::detect::bytes::{ALNUM, ByteSet, DIGIT, HEX, HIGH, LETTER, WORD};
use crate::detect::view::View;

/// RFC 5321: the local part has up to 64 octets. What is longer is hidden as far as this; a domain is hidden to its end.
pub(super) const LOCAL_LIMIT: usize = 128;
pub(super) const PLAIN: ByteSet = ALNUM.or(ByteSet::of(b"._-"));
pub(super) const LOCAL: ByteSet = ALNUM.or(HIGH).or(ByteSet::of(b"._%+-"));
/// What RFC 5322 (section 3.2.3) lets a local part be made of.
const ATEXT: ByteSet = LOCAL.or(ByteSet::of(b"!#$&'*/=?^`{|}~"));
/// Characters of local parts that also stand between fields: they belong only between two others.
const LOCAL_INNER: ByteSet = ByteSet::of(b"'!#$*^~");
pub(super) const DOMAIN: ByteSet = ALNUM.or(HIGH).or(ByteSet::of(b".-_"));

/// Where a local part of other signs than usual begins, of which `start` to `sign` would be a part:
/// `bounce-7=jane=example.org@list.example`, `prvs=1a2b=jane@...`, `jane+filter=spam@...`; and, where the address stands by
/// itself, `customer/department=shipping@...`, `!#$%&'*+-/=?^_{|}~@...`.
pub(super) fn odd_start(view: &View<'_>, start: usize, sign: usize, end: usize) -> Option<usize> {
    const LIMIT: usize = 96;
    /// Of SRS and of the schemes that tag the sender of a bounce.
    const MARKS: [&[u8]; 5] = [b"srs0", b"srs1", b"prvs", b"msprvs1", b"btv1"];
    const BATCH: ByteSet = LOCAL.or(ByteSet::of(b"="));
    if !view.before(start).is_some_and(|b| ATEXT.contains(b)) {
        return None;
    }
    let mut from = view.run_back(start, BATCH, LIMIT);
    let is_mark = |word: &[u8]| MARKS.iter().any(|mark| word.eq_ignore_ascii_case(mark));
    // `rcpt=prvs=1a2b=jane@...`: the first word is the key of a setting.
    let word = view.run(from, const { LETTER.or(ByteSet::of(b"_")) }, LIMIT);
    let has_key = view.at(word) == Some(b'=') && word + 1 < start && !is_mark(view.slice(from, word));
    if has_key {
        from = word + 1;
    }
    let text = view.slice(from, sign);
    if view.before(start) == Some(b'=')
        && start < sign
        && from < start
        && view.is(from, ALNUM)
        && (has_key || !view.before(from).is_some_and(|b| ATEXT.contains(b)))
    {
        let lead = &text[..start - 1 - from];
        let is_return = is_mark(text.split(|b| matches!(b, b'=' | b'+' | b'-')).next().unwrap_or_default());
        let is_told = lead.iter().any(|b| matches!(b, b'-' | b'+' | b'0'..=b'9'));
        let is_batch = is_told && is_surely_domain(view, start, sign);
        let is_tagged = lead.iter().skip(1).any(|b| *b == b'+') && !lead.contains(&b'=') && lead.last() != Some(&b'+');
        return (is_return || is_batch || is_tagged).then_some(from);
    }
    // By itself: on a line, between quotation marks or angle brackets.
    let from = view.run_back(start, ATEXT, LIMIT);
    if let Some(from) = parted_start(view, from, start, sign, end) {
        return Some(from);
    }
    let text = view.slice(from, sign);
    let before = view.before(from);
    let closes = |open: u8| if open == b'<' { b'>' } else { open };
    let is_alone = match before {
        None | Some(b'\n') => view.at(end).is_none_or(|b| matches!(b, b'\r' | b'\n')),
        Some(open @ (b'"' | b'<')) => view.at(end) == Some(closes(open)),
        Some(_) => false,
    };
    let odd = |b: &u8| !LOCAL.contains(*b);
    let first = text.iter().position(odd)?;
    let kinds = text.iter().enumerate().filter(|(n, b)| odd(b) && !text[..*n].contains(b)).count();
    let is_template = text
        .windows(2)
        .any(|w| w[0] == b'{' && (WORD.contains(w[1]) || matches!(w[1], b'{' | b'%')) || w == b"//" || w == b"$(");
    (is_alone
        && kinds > 1
        && !is_template
        && !matches!(text[first], b'=' | b'?' | b'&' | b'|' | b'\'')
        && text[0] != b'/')
        .then_some(from)
}

/// Endings of files, in which no domain ends.
const ENDINGS: [&[u8]; 27] = [
    b"tgz", b"gz", b"bz2", b"xz", b"zst", b"7z", b"tar", b"log", b"txt", b"csv", b"tsv", b"json", b"jsonl", b"xml",
    b"html", b"yaml", b"yml", b"pdf", b"docx", b"xlsx", b"pptx", b"png", b"jpg", b"jpeg", b"eml", b"har", b"bak",
];

/// Whether this is a domain even if what stands before it may be a number: it begins and ends in letters, and has a dot.
pub(super) fn is_surely_domain(view: &View<'_>, start: usize, end: usize) -> bool {
    let domain = view.slice(start, end);
    let Some(dot) = memchr::memrchr(b'.', domain) else { return false };
    let last = &domain[dot + 1..];
    domain[0].is_ascii_alphabetic()
        && last.len() > 1
        && last.iter().all(u8::is_ascii_alphabetic)
        && !ENDINGS.iter().any(|ending| last.eq_ignore_ascii_case(ending))
}

/// Where a domain ends that the name of a file begins with: `jane@example.com.tar.gz`.
pub(super) fn without_endings(view: &View<'_>, start: usize, end: usize) -> usize {
    if view.is_capped_at(end) {
        return end;
    }
    let mut domain = view.slice(start, end);
    while let Some(dot) = memchr::memrchr(b'.', domain)
        && domain[..dot].contains(&b'.')
        && ENDINGS.iter().any(|ending| domain[dot + 1..].eq_ignore_ascii_case(ending))
    {
        domain = &domain[..dot];
    }
    start + domain.len()
}

/// `name/surname@...`, `$A12345@...`, `!def!xyz%abc@...`, `roe&sons@...`, by itself in a sentence, a list or behind a key: of a few
/// other signs, between words. `from` is where signs of local parts begin.
fn parted_start(view: &View<'_>, from: usize, start: usize, sign: usize, end: usize) -> Option<usize> {
    /// What users, mailboxes and principals stand behind in paths and names.
    const PLACES: [&[u8]; 16] = [
        b"user",
        b"users",
        b"u",
        b"mail",
        b"mailbox",
        b"mailboxes",
        b"account",
        b"accounts",
        b"people",
        b"api",
        b"host",
        b"http",
        b"imap",
        b"smtp",
        b"ldap",
        b"cifs",
    ];
    const BEFORE: ByteSet = ByteSet::of(b" \t\n\"'`*#<(,;>[|{");
    const BEHIND: ByteSet = ByteSet::of(b" \t\r\n\"'<>),;:]|.");
    let text = view.slice(from, sign);
    // `value=name/surname@...`: the key stays.
    let key = text.iter().position(|b| !(WORD.contains(*b) || matches!(b, b'.' | b'-'))).unwrap_or(0);
    let from = if text.get(key) == Some(&b'=') && key > 0 { from + key + 1 } else { from };
    // `'jane@...'`: what opens a string or a list stays.
    let from = view.run(from, ByteSet::of(b"'`*#^~{|"), 4);
    let text = view.slice(from, sign.max(from));
    let is_apart = from < start
        && (view.before(from).is_none_or(|b| BEFORE.contains(b)) || view.before(from) == Some(b'='))
        && view.at(end).is_none_or(|b| BEHIND.contains(b));
    if !is_apart || !is_surely_domain(view, sign + 1, end) {
        return None;
    }
    let is_word = |at: usize| text.get(at).is_some_and(|b| ALNUM.contains(*b));
    let slashes = text.iter().filter(|b| **b == b'/').count();
    let is_fit = |(at, b): (usize, &u8)| match b {
        b'/' => slashes == 1 && at > 0 && is_word(at - 1) && is_word(at + 1),
        b'&' => at > 0 && is_word(at - 1) && is_word(at + 1),
        b'$' | b'!' => is_word(at + 1),
        b => LOCAL.contains(*b) || LOCAL_INNER.contains(*b),
    };
    let first = &text[..memchr::memchr(b'/', text).unwrap_or(0)];
    // `jroe/tiger9@db.example:1521`: a program of Oracle is told a name and a password so.
    let has_port = view.at(end) == Some(b':') && view.is(end + 1, DIGIT);
    let is_odd = text[..start.saturating_sub(from)].iter().any(|b| !LOCAL.contains(*b));
    let begins = text.first().is_some_and(|b| ALNUM.contains(*b) || matches!(b, b'$' | b'!' | b'_'));
    let is_place = PLACES.iter().any(|place| first.eq_ignore_ascii_case(place));
    // `HTTP/www.example.com@EXAMPLE.COM`: a service.
    let is_realm = slashes > 0 && !view.slice(sign + 1, end).iter().any(u8::is_ascii_lowercase);
    (is_odd && begins && !has_port && !is_place && !is_realm && text.iter().enumerate().all(is_fit)).then_some(from)
}

/// Where the local part that ends at `end` begins, if there is one.
#[inline]
pub(super) fn local_start(view: &View<'_>, end: usize) -> Option<usize> {
    /// What a local part of letters, digits and points may follow without a doubt: nothing of it is part of an escape.
    const CLEAR: ByteSet = HIGH.or(LOCAL).or(LOCAL_INNER).or(ByteSet::of(b"\"\\[m")).not();
    let start = view.run_back(end, PLAIN, LOCAL_LIMIT);
    let is_clear = start < end && view.is(start, ALNUM) && view.before(start).is_some_and(|b| CLEAR.contains(b));
    if is_clear { Some(start) } else { local_start_slowly(view, end) }
}

fn local_start_slowly(view: &View<'_>, end: usize) -> Option<usize> {
    if view.before(end) == Some(b'"') {
        return quoted_start(view, end);
    }
    let mut start = end;
    while start > 0 && end - start < LOCAL_LIMIT {
        let Some(byte) = view.at(start - 1) else { break };
        let is_inner = LOCAL_INNER.contains(byte)
            && start < end
            && start >= 2
            && view.is(start - 2, ALNUM)
            && view.is(start, ALNUM)
            // `WS01$@EXAMPLE.COM`: the account of a machine.
            || byte == b'$' && start == end && start >= 2 && view.is(start - 2, ALNUM);
        if byte >= 0x80 {
            match letter_before(view, start) {
                Some(length) => start -= length,
                None => break,
            }
        } else if LOCAL.contains(byte) || is_inner {
            start -= 1;
        } else {
            break;
        }
    }
    // `\nfred@` in an escaped string: the letter belongs to the escape.
    if view.before(start) == Some(b'\\')
        && start + 1 < end
        && matches!(view.at(start), Some(b'n' | b'r' | b't' | b'b' | b'f'))
    {
        start += 1;
    }
    // `ESC[31mjane@`: the digits and the letter belong to the colour.
    if view.before(start) == Some(b'[') {
        let digits = view.run(start, ByteSet::of(b"0123456789"), 4);
        let is_colour = view.at(digits) == Some(b'm') && view.ends_colour(digits + 1);
        start = if is_colour { (digits + 1).min(end) } else { start };
    }
    // `%3Ajane`, `%20jane`: an encoded delimiter ends before the local part begins.
    let mut at = start;
    while at + 2 < end {
        let is_delimiter = view.at(at) == Some(b'%')
            && matches!(
                (view.at(at + 1), view.at(at + 2).map(|b| b.to_ascii_uppercase())),
                (Some(b'2'), Some(b'0' | b'2' | b'6' | b'7' | b'8' | b'C' | b'F'))
                    | (Some(b'3'), Some(b'A'..=b'F'))
                    | (Some(b'5'), Some(b'B' | b'D'))
                    | (Some(b'0'), _)
            );
        if is_delimiter {
            start = at + 3;
        }
        at += 1;
    }
    while start < end && matches!(view.at(start), Some(b'.' | b'-' | b'%')) {
        start += 1;
    }
    (start < end).then_some(start)
}

/// `"john doe"@example.org`.
fn quoted_start(view: &View<'_>, end: usize) -> Option<usize> {
    let close = end - 1;
    let open = view.run_back(close, ByteSet::of(b"\"\r\n").not(), LOCAL_LIMIT).checked_sub(1)?;
    let text = view.slice(open + 1, close);
    // `"source":{"@timestamp":"..."`, `["a", "@b"]`: what stands between two strings of JSON.
    let is_between = text.iter().all(|b| matches!(b, b':' | b',' | b'{' | b'[' | b' ' | b'='))
        && (text.iter().any(|b| *b != b' ') || view.before(open).is_some_and(|b| ALNUM.contains(b)));
    // `\"jane roe\"@example.com` in a string: the backslash before it belongs to the quotation mark.
    let is_escaped = text.ends_with(b"\\") && view.before(open) == Some(b'\\');
    let start = if is_escaped { open - 1 } else { open };
    (view.at(open) == Some(b'"') && open + 1 < close && !is_between).then_some(start)
}

/// A letter or a digit, or a sign that scripts of India, Thailand and Arabia write over, under or between letters.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{5b0}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{e31}'..='\u{e4e}' | '\u{200c}' | '\u{200d}')
        || matches!(c, '\u{900}'..='\u{dff}' if !matches!(c, '\u{964}' | '\u{965}' | '\u{970}'))
}

/// The length of the letter of another alphabet that ends before `end`; a byte that is no UTF-8 counts as one.
fn letter_before(view: &View<'_>, end: usize) -> Option<usize> {
    for length in 2..=4 {
        let Some(from) = end.checked_sub(length) else { break };
        if let Ok(text) = std::str::from_utf8(view.slice(from, end))
            && let Some(letter) = text.chars().next()
            && text.chars().nth(1).is_none()
            && text.len() == length
        {
            return is_letter(letter).then_some(length);
        }
    }
    Some(1)
}

/// `[192.0.2.1]`, `[IPv6:2001:db8::1]`.
pub(super) fn literal_end(view: &View<'_>, open: usize) -> usize {
    let end = view.run(open + 1, HEX.or(ByteSet::of(b":.IPvip")), 64);
    if end > open + 2 && view.at(end) == Some(b']') { end + 1 } else { open }
}

#[inline]
pub(super) fn domain_end(view: &View<'_>, start: usize) -> usize {
    let known = view.peek(start, 128);
    let end = PLAIN.prefix_len(known);
    let (domain, behind) = known.split_at(end);
    // Labels begin with a letter or a digit. Without a branch, for most are short.
    let is_odd = |pair: &[u8]| pair[0] == b'.' && matches!(pair[1], b'.' | b'-' | b'_');
    let has_odd = domain.windows(2).fold(false, |odd, pair| odd | is_odd(pair));
    let is_label = |byte: Option<&u8>| byte.is_some_and(|&byte| ALNUM.contains(byte));
    if behind.first().is_some_and(|&byte| !HIGH.contains(byte))
        && is_label(domain.first())
        && is_label(domain.last())
        && !has_odd
    {
        return start + end;
    }
    domain_end_slowly(view, start)
}

fn domain_end_slowly(view: &View<'_>, start: usize) -> usize {
    let limit = view.run(start, DOMAIN, usize::MAX);
    let mut end = start;
    while end < limit {
        let byte = view.at(end);
        if byte == Some(b'.') && (end == start || !view.is(end + 1, ALNUM.or(HIGH))) {
            break;
        }
        if byte.is_some_and(|b| b >= 0x80) {
            match letter_at(view, end) {
                Some(length) => end += length,
                None => break,
            }
        } else {
            end += 1;
        }
    }
    while end > start && !view.is_capped_at(end) && matches!(view.before(end), Some(b'.' | b'-')) {
        end -= 1;
    }
    end
}

fn letter_at(view: &View<'_>, at: usize) -> Option<usize> {
    let length = match view.at(at)? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some(1),
    };
    match std::str::from_utf8(view.slice(at, at + length)) {
        Ok(text) => text.chars().next().filter(|c| is_letter(*c)).map(|_| length),
        Err(_) => Some(1),
    }
}

//! E-mail addresses as they are found in the wild: with plus and dots, quoted, of private and single-label domains, of
//! other alphabets, with an address literal, and with the `@` in another spelling.

use crate::detect::bytes::{ALNUM, ByteSet, HEX, HIGH, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::network::ipv4;
use crate::detect::people::account;
use crate::detect::people::names;
use crate::detect::prefilter::{Literal, Shape};
use crate::detect::reading::handle;
use crate::detect::run::Run;
use crate::detect::secrets::userinfo;
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;

/// Finds e-mail addresses.
pub struct Email;

/// The spellings of `@`, and what they are.
const SPELLINGS: [(&[u8], Form); 8] = [
    (b"%2540", Form::PLAIN.within(Encoding::Percent, 2)),
    (b"%40", Form::one(Encoding::Percent)),
    (b"&#64;", Form::one(Encoding::Entity)),
    (b"&#x40;", Form::one(Encoding::Entity)),
    (b"&commat;", Form::one(Encoding::Entity)),
    (br"\u0040", Form::one(Encoding::Escape)),
    (br"\x40", Form::one(Encoding::Escape)),
    (QUOTED, Form::one(Encoding::Quoted)),
];

/// As a mail has it whose fields are not there: what was pasted, or stands in the log of who received it.
const QUOTED: &[u8] = b"=40";

/// RFC 5321: the local part has up to 64 octets. What is longer is hidden as far as this; a domain is hidden to its end.
const LOCAL_LIMIT: usize = 128;

const PLAIN: ByteSet = ALNUM.or(ByteSet::of(b"._-"));
const LOCAL: ByteSet = ALNUM.or(HIGH).or(ByteSet::of(b"._%+-"));
/// What RFC 5322 (section 3.2.3) lets a local part be made of.
const ATEXT: ByteSet = LOCAL.or(ByteSet::of(b"!#$&'*/=?^`{|}~"));
/// Characters of local parts that also stand between fields: they belong only between two others.
const LOCAL_INNER: ByteSet = ByteSet::of(b"'!#$*^~");
const UPPER_HEX: ByteSet = ByteSet::of(b"0123456789ABCDEF");
const DOMAIN: ByteSet = ALNUM.or(HIGH).or(ByteSet::of(b".-_"));

impl Detector for Email {
    fn rules(&self) -> Vec<RuleInfo> {
        vec![
            RuleInfo { id: "email".into(), kind: Kind::Email, description: "e-mail address".into() },
            RuleInfo { id: "email-name".into(), kind: Kind::Name, description: "name beside an e-mail address".into() },
            RuleInfo {
                id: "kerberos-principal".into(),
                kind: Kind::User,
                description: "login name of a Kerberos principal that has an instance".into(),
            },
            RuleInfo {
                id: "email-password".into(),
                kind: Kind::Password,
                description: "what alone follows an e-mail address that begins a line".into(),
            },
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let spelled = SPELLINGS.iter().map(|(literal, _)| match *literal {
            // Most of what stands behind such a sign is a number.
            QUOTED => Anchor::Literal(Literal {
                bytes: QUOTED.to_vec(),
                ignore_case: false,
                starts_word: false,
                after: vec![LETTER],
            }),
            literal => Anchor::folded(literal),
        });
        std::iter::once(Anchor::Shape(Shape::At)).chain(spelled).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (width, form) = match hit.anchor {
            0 => (1, Form::PLAIN),
            n => (SPELLINGS[n - 1].0.len(), SPELLINGS[n - 1].1),
        };
        let at = hit.at + width;
        // In a string in a string there are two backslashes, in one more there are four.
        let (sign, form) = match view.at(hit.at) {
            Some(b'\\') => {
                let sign = view.run_back(hit.at, const { ByteSet::of(b"\\") }, 7);
                (sign, Form::PLAIN.within(Encoding::Escape, (hit.at - sign + 1).ilog2() as usize + 1))
            }
            _ => (hit.at, form),
        };
        let mut end = match view.at(at) {
            Some(b'[') => literal_end(view, at),
            _ => without_endings(view, at, domain_end(view, at)),
        };
        // Those who spell the sign so may spell points so: `jane%2Eroe%40example%2Ecom`.
        while form == Form::one(Encoding::Percent)
            && end > at
            && view.starts_with_ignoring_case(end, b"%2e")
            && view.is(end + 3, ALNUM)
        {
            end = domain_end(view, end + 3);
        }
        if end <= at {
            return out.left(0, hit.at, "no domain behind it");
        }
        if form == Form::one(Encoding::Quoted) && !is_surely_domain(view, at, end) {
            return out.left(0, hit.at, "a number behind the sign");
        }
        let plain = local_start(view, sign);
        let whole = if form == Form::PLAIN { odd_start(view, plain.unwrap_or(sign), sign, end) } else { None };
        let Some(mut start) = whole.or(plain) else { return };
        // `=3Djane=40`: the digits belong to another escape.
        let is_escape = form == Form::one(Encoding::Quoted) && view.before(start) == Some(b'=');
        if is_escape && start + 2 < sign && view.slice(start, start + 2).iter().all(|b| UPPER_HEX.contains(*b)) {
            start += 2;
        }
        // `<bounces+42=jane=example.org@list.example>`: in angle brackets, what stands before an equals sign belongs to it.
        if view.before(start) == Some(b'=') && form == Form::PLAIN {
            let whole = view.run_back(start, const { LOCAL.or(ByteSet::of(b"=/")) }, LOCAL_LIMIT);
            if view.before(whole) == Some(b'<') && view.is(whole, ALNUM) {
                start = whole;
            }
        }
        // `# User@Host: jroe[jroe] @ host []` of MySQL
        if view.slice(start, end) == b"User@Host" {
            return out.left(0, hit.at, "a caption");
        }
        // `+@all` of an access list
        if start + 1 == sign && view.at(start) == Some(b'+') {
            return out.left(0, hit.at, "no local part");
        }
        match reason_to_leave(view, start, sign, at, end) {
            Some(reason) => out.left(0, hit.at, reason),
            None => {
                // `user@host` may be many things.
                let is_sure = view.slice(at, end).iter().any(|byte| matches!(byte, b'.' | b'['));
                let confidence = if is_sure { Confidence::High } else { Confidence::Medium };
                out.found(Found::new(start, end, Kind::Email, confidence).form(form).open(view, Run::Set(DOMAIN)));
                if let Some((start, end)) = principal(view, start, sign, end) {
                    out.found(Found::new(start, end, Kind::User, confidence).rule(2));
                }
                if let Some((start, end)) = name_beside(view, start, end) {
                    out.found(Found::new(start, end, Kind::Name, Confidence::Medium).rule(1));
                }
                if is_sure && let Some((start, end)) = password_behind(view, start, sign, end) {
                    out.found(Found::new(start, end, Kind::Password, Confidence::Medium).rule(3));
                }
            }
        }
    }
}

/// Where a local part of other signs than usual begins, of which `start` to `sign` would be a part:
/// `bounce-7=jane=example.org@list.example`, `prvs=1a2b=jane@...`, `jane+filter=spam@...`; and, where the address stands by
/// itself, `customer/department=shipping@...`, `!#$%&'*+-/=?^_{|}~@...`.
fn odd_start(view: &View<'_>, start: usize, sign: usize, end: usize) -> Option<usize> {
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

/// `jane@example.com:secret`, and nothing else on the line: the lists that leaks are passed on in.
fn password_behind(view: &View<'_>, start: usize, sign: usize, end: usize) -> Option<(usize, usize)> {
    const LONGEST: usize = 64;
    let separator = view.at(end).filter(|b| matches!(b, b':' | b';' | b'|'))?;
    if view.before(start).is_some_and(|b| b != b'\n') {
        return None;
    }
    let from = end + 1;
    let to = view.run(from, const { SPACE.or(ByteSet::of(b",/@<>\\\"")).not() }, LONGEST + 1);
    let text = view.slice(from, to);
    let is_last = view.at(to).is_none_or(|b| matches!(b, b'\n' | b'\r'));
    let has = |class: fn(&u8) -> bool| text.iter().any(class);
    // A port, or the next column of a table.
    let is_number = text.len() < 6 && text.iter().all(u8::is_ascii_digit);
    let is_telling = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_repository = view.slice(start, sign) == b"git" || text.ends_with(b".git") || text.contains(&separator);
    (is_last && (4..=LONGEST).contains(&text.len()) && !is_number && !is_repository)
        .then_some((from, to))
        .filter(|_| (separator == b':' || is_telling) && handle::reason(text).is_none())
}

/// The login name in `jroe/admin@EXAMPLE.COM`, before the instance at `start` whose `@` is at `sign`; what stands there of a
/// service, such as `HTTP/www.example.com@EXAMPLE.COM`, is nobody's.
fn principal(view: &View<'_>, start: usize, sign: usize, end: usize) -> Option<(usize, usize)> {
    const INSTANCES: [&[u8]; 4] = [b"admin", b"root", b"cron", b"owner"];
    let slash = start.checked_sub(1).filter(|&slash| view.at(slash) == Some(b'/'))?;
    let is_realm = !view.slice(sign, end).iter().any(u8::is_ascii_lowercase);
    let is_instance = INSTANCES.contains(&view.slice(start, sign));
    let name = view.run_back(slash, account::LOGIN, 64);
    let is_apart =
        view.before(name).is_none_or(|b| SPACE.contains(b) || matches!(b, b'"' | b'\'' | b'[' | b'(' | b'=' | b','));
    let is_somebody = || !account::is_nobody(view.slice(name, slash)) && !account::is_system(view.slice(name, slash));
    (is_realm && is_instance && is_apart && name < slash && is_somebody()).then_some((name, slash))
}

/// Endings of files, in which no domain ends.
const ENDINGS: [&[u8]; 27] = [
    b"tgz", b"gz", b"bz2", b"xz", b"zst", b"7z", b"tar", b"log", b"txt", b"csv", b"tsv", b"json", b"jsonl", b"xml",
    b"html", b"yaml", b"yml", b"pdf", b"docx", b"xlsx", b"pptx", b"png", b"jpg", b"jpeg", b"eml", b"har", b"bak",
];

/// Whether this is a domain even if what stands before it may be a number: it begins and ends in letters, and has a dot.
fn is_surely_domain(view: &View<'_>, start: usize, end: usize) -> bool {
    let domain = view.slice(start, end);
    let Some(dot) = memchr::memrchr(b'.', domain) else { return false };
    let last = &domain[dot + 1..];
    domain[0].is_ascii_alphabetic()
        && last.len() > 1
        && last.iter().all(u8::is_ascii_alphabetic)
        && !ENDINGS.iter().any(|ending| last.eq_ignore_ascii_case(ending))
}

/// Where a domain ends that the name of a file begins with: `jane@example.com.tar.gz`.
fn without_endings(view: &View<'_>, start: usize, end: usize) -> usize {
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

/// The name that an address is given for: `Jane Roe <jane@...>`, `"Roe, Jane" <...>`, `Jane Roe [mailto:...]`,
/// `jane@... (Jane Roe)`.
fn name_beside(view: &View<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    let open = match view.before(start) {
        Some(b'<' | b'(') => start - 1,
        Some(b':') if view.ends_with_ignoring_case(start, b"[mailto:") => start - 8,
        Some(b':') if view.ends_with_ignoring_case(start, b"<mailto:") => start - 8,
        Some(b';') if view.ends_with_ignoring_case(start, b"&lt;") => start - 4,
        _ if view.starts_with(end, b" (") => {
            let name = end + 2;
            let length = names::full(names::reach(view, name))?;
            return (view.at(name + length) == Some(b')')).then_some((name, name + length));
        }
        _ => return None,
    };
    let before = view.run_back(open, const { ByteSet::of(b" ") }, 2);
    if let Some(quote @ (b'"' | b'\'')) = view.before(before) {
        let close = before - 1;
        let close = if view.before(close) == Some(b'\\') { close - 1 } else { close };
        let name = view.run_back(close, ByteSet::of(&[quote, b'\n', b'<', b'>', b'@', b'=', b'{', b'\\']).not(), 80);
        let text = view.slice(name, close);
        let is_name = view.before(name) == Some(quote) && text.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        // `"Jane Roe (Jira)" <jira@...>`: the name, and through what it was sent.
        if text.ends_with(b")")
            && let Some(paren) = memchr::memmem::rfind(text, b" (")
            && names::is_full(&text[..paren])
        {
            return (view.before(name) == Some(quote)).then_some((name, name + paren));
        }
        return (is_name && !names::has_other_word(text)).then_some((name, close));
    }
    let from = names::reach_back(view, before);
    let text = view.slice(from, before);
    if let Some(at) = names::ending(text) {
        return Some((from + at, before));
    }
    // One word is a name where nothing but a header or another address stands before it.
    let word = from + text.iter().position(|&b| b != b' ')?;
    let is_header = matches!(view.before(from), Some(b':' | b',' | b';')) && word == from + 1;
    let is_name = names::single(view.slice(word, before)) == Some(before - word);
    (is_header && is_name).then_some((word, before))
}

/// Where the local part that ends at `end` begins, if there is one.
#[inline]
fn local_start(view: &View<'_>, end: usize) -> Option<usize> {
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
fn literal_end(view: &View<'_>, open: usize) -> usize {
    let end = view.run(open + 1, HEX.or(ByteSet::of(b":.IPvip")), 64);
    if end > open + 2 && view.at(end) == Some(b']') { end + 1 } else { open }
}

#[inline]
fn domain_end(view: &View<'_>, start: usize) -> usize {
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

fn reason_to_leave(view: &View<'_>, start: usize, at: usize, domain: usize, end: usize) -> Option<&'static str> {
    // What a blank or a quote sets apart is in no URL.
    let is_apart = view.before(start).is_none_or(|b| userinfo::OUTSIDE.contains(b));
    if !is_apart && (is_userinfo(view, at) || userinfo::is_logon(view, start, at)) {
        return Some("the user part of a URL");
    }
    if view.at(domain) == Some(b'[') {
        return None;
    }
    let text = view.slice(domain, end);
    if is_of_other_encoding(view.slice(start, at), text) {
        return Some("a letter of another encoding");
    }
    if text[0].is_ascii_digit()
        && let Some((address, address_end)) = ipv4::parse(view, domain)
        && address_end == end
    {
        return address.is_unspecified().then_some("an object at no address");
    }
    let last = text.rsplit(|&b| b == b'.').next().unwrap_or(text);
    if last.iter().all(|b| !b.is_ascii_alphabetic() && *b < 0x80) {
        return Some("a version or a number behind the sign");
    }
    let number = text.strip_prefix(b"v").unwrap_or(text);
    if text.len() > 2 && number[0].is_ascii_digit() && is_version(number) {
        return Some("a version behind the sign");
    }
    if is_algorithm(view.slice(start, at), text) {
        return Some("an algorithm of SSH");
    }
    if view.slice(start, at) == b"git" && matches!(view.at(end), Some(b':' | b'/')) {
        return Some("the account of a git remote");
    }
    if view.starts_with(end, b"://") {
        return Some("a place in a script");
    }
    let has_dot = text.contains(&b'.');
    let name = view.slice(start, at);
    if !has_dot && name.last() == Some(&b'$') {
        return Some("a variable of a shell");
    }
    if !has_dot && is_linkage(text) {
        return Some("where a symbol is linked");
    }
    // `"@babel/core@npm:^7.0.0":`, `pkg@workspace:*`: where a package comes from.
    const SOURCES: [&[u8]; 8] = [b"npm", b"workspace", b"patch", b"portal", b"link", b"file", b"virtual", b"catalog"];
    let is_followed = || view.at(end) == Some(b':') || view.starts_with_ignoring_case(end, b"%3a");
    if !has_dot && SOURCES.contains(&text) && is_followed() {
        return Some("where a package comes from");
    }
    // `eth0@if12`, `vlan7@eth0: <BROADCAST,UP>`
    let is_interface = text.strip_prefix(b"if").is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit));
    if is_interface || view.starts_with(end, b": <") {
        return Some("a network interface");
    }
    // `Nov 9 12:01:23 src@host dhcpd: `, as syslog-ng names where a line came from.
    let is_source = !has_dot && matches!(name, b"src" | b"local") && view.before(start) == Some(b' ');
    if is_source && view.back(start, 2).is_some_and(|b| b.is_ascii_digit()) && view.back(start, 4) == Some(b':') {
        return Some("where a line of a log came from");
    }
    if has_dot {
        return match last {
            b"service" | b"socket" | b"timer" | b"mount" | b"slice" | b"target" | b"device" | b"scope" | b"swap" => {
                Some("an instance of a unit")
            }
            b"png" | b"jpg" | b"jpeg" | b"gif" | b"svg" | b"webp" | b"ico" if text[0].is_ascii_digit() => {
                Some("an image at a scale")
            }
            _ => None,
        };
    }
    // One label: a host of the customer's own, unless it reads as something else.
    // What links of the documentation of Rust begin with: `struct@Vec`.
    const ITEMS: &[&[u8]] = &[
        b"struct",
        b"enum",
        b"trait",
        b"union",
        b"mod",
        b"module",
        b"const",
        b"constant",
        b"fn",
        b"function",
        b"field",
        b"variant",
        b"method",
        b"derive",
        b"type",
        b"tyalias",
        b"typealias",
        b"value",
        b"macro",
        b"attr",
        b"prim",
        b"primitive",
        b"static",
        b"keyword",
    ];
    const TAGS: &[&[u8]] =
        &[b"latest", b"next", b"alpha", b"beta", b"canary", b"main", b"master", b"head", b"sha256", b"sha512"];
    if text.len() < 2 || text[0].is_ascii_digit() || (text.len() > 4 && text.iter().all(|b| HEX.contains(*b))) {
        return Some("an object's identity");
    }
    let is_numbered = matches!(text[0], b'v' | b'V') && text[1..].iter().all(u8::is_ascii_digit);
    if is_numbered || TAGS.iter().any(|tag| text.eq_ignore_ascii_case(tag)) {
        return Some("a tag behind the sign");
    }
    let local = view.slice(start, at);
    // `{{AA@Lf}BFAj}`, of an index that a program made.
    let is_brace = |b: u8| matches!(b, b'{' | b'}' | b'`');
    let is_braced = view.before(start).is_some_and(is_brace) || view.at(end).is_some_and(is_brace);
    if is_braced && text.iter().any(u8::is_ascii_uppercase) {
        return Some("a piece of an index");
    }
    if local.iter().all(u8::is_ascii_digit) {
        return Some("a process and its host");
    }
    if ITEMS.contains(&local) {
        return Some("the item of a program");
    }
    if local.last() == Some(&b'.') {
        return Some("an attribute of a type");
    }
    if view.before(start) == Some(b'\\') && text.iter().all(u8::is_ascii_alphabetic) && local.len() < 8 {
        return Some("a macro of TeX");
    }
    // `sr_RS.UTF-8@latin`
    const SCRIPTS: &[&[u8]] =
        &[b"latin", b"latn", b"cyrillic", b"euro", b"devanagari", b"valencia", b"iqtelif", b"saaho", b"abegede"];
    let is_language = local.get(2).is_some_and(|b| *b == b'_')
        || (2..4).contains(&local.len()) && local.iter().all(u8::is_ascii_lowercase);
    if is_language && SCRIPTS.contains(&text) {
        return Some("a locale");
    }
    // `"lexemes":"@[a-z]+","keywords":"@page"`
    if local[0] == b'"' && local.iter().any(|b| b",:;={}[]".contains(b)) {
        return Some("what stands between two strings");
    }
    if text == b"entry" && view.at(end) == Some(b'=') {
        return Some("an argument in a debugger");
    }
    if view.at(end) == Some(b'(') || view.at(end) == Some(b'{') {
        return Some("code");
    }
    None
}

/// Whether the sign is the second byte of a letter, as in texts of Japan and China, or begins a mention: what stands around it is
/// neither ASCII nor UTF-8. In Latin letters, one of both sides may be so: `jos\xe9@example.com`.
fn is_of_other_encoding(local: &[u8], domain: &[u8]) -> bool {
    if local.is_ascii() && domain.is_ascii() {
        return false;
    }
    let is_foreign = |text: &[u8]| !text.is_ascii() && std::str::from_utf8(text).is_err();
    let last = domain.rsplit(|b| *b == b'.').next().unwrap_or(domain);
    let is_named = last.len() < domain.len() && last.len() > 1 && last.iter().all(u8::is_ascii_alphabetic);
    let is_asian = |text: &[u8]| std::str::from_utf8(text).is_ok_and(|text| text.chars().any(|c| c >= '\u{2e80}'));
    if is_asian(local) && !domain.contains(&b'.') {
        return true;
    }
    if is_foreign(local) {
        return !domain.is_ascii() || !is_named || local.iter().filter(|b| b.is_ascii()).count() * 2 < local.len();
    }
    is_foreign(domain) && !(local.is_ascii() && is_named) || !domain.is_ascii() && !domain.contains(&b'.')
}

/// `puts@plt`, `x@gotpcrel`: what assemblers and their kin write behind the name of a symbol.
fn is_linkage(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 16] = [
        b"plt",
        b"got",
        b"gotoff",
        b"gotpcrel",
        b"gottpoff",
        b"tpoff",
        b"ntpoff",
        b"dtpoff",
        b"tlsgd",
        b"tlsld",
        b"page",
        b"pageoff",
        b"progbits",
        b"nobits",
        b"rel32",
        b"notoc",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `umac-64-etm@openssh.com`: names of algorithms and extensions are spelled as addresses (RFC 4251, section 6).
fn is_algorithm(local: &[u8], domain: &[u8]) -> bool {
    const PLAIN: &[&[u8]] = &[b"zlib", b"ping", b"pong", b"limits", b"statvfs", b"fstatvfs", b"hardlink", b"fsync"];
    let is_named = || local.contains(&b'-') || PLAIN.contains(&local);
    match domain {
        b"openssh.com" => is_named(),
        b"libssh.org" => local.starts_with(b"curve25519"),
        b"lysator.liu.se" => local.starts_with(b"rijndael"),
        _ => false,
    }
}

/// `1.0`, `2.1-service`, `2x`: digits, then a dot and a digit.
fn is_version(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    text.get(digits) == Some(&b'.') && text.get(digits + 1).is_some_and(u8::is_ascii_digit)
}

/// Whether the `@` at `at` ends the user part of a URL.
fn is_userinfo(view: &View<'_>, at: usize) -> bool {
    // The nearest scheme before it, with nothing between that ends a URL.
    let from = at.saturating_sub(256).max(view.low());
    let before = view.slice(from, at);
    let scheme = memchr::memrchr_iter(b'/', before).find(|&slash| before[..slash].ends_with(b":/"));
    let scheme = scheme.filter(|&slash| userinfo::OUTSIDE.not().prefix_len(&before[slash..]) == before.len() - slash);
    scheme.is_some_and(|slash| userinfo::sign(view, from + slash + 1) == Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_japan_whose_second_byte_is_the_sign_are_no_addresses() {
        // Katakana in Shift JIS, a mention in UTF-8, and a sign between two letters of Big5.
        for (local, domain) in [
            (&b"\x83\x65\x83"[..], &b"\x83\x58\x83\x67"[..]),
            (b"ab\x83", b"cd.\x83\x67"),
            ("\u{53cb}".as_bytes(), "\u{53cb}\u{9054}".as_bytes()),
            (b"\xa4", b"example"),
        ] {
            assert!(is_of_other_encoding(local, domain), "{local:?} {domain:?}");
        }
        for (local, domain) in [
            (&b"jos\xe9"[..], &b"example.com"[..]),
            (b"info", b"m\xfcller.de"),
            (b"jane", b"host"),
            ("jos\u{e9}".as_bytes(), "b\u{fc}cher.example".as_bytes()),
        ] {
            assert!(!is_of_other_encoding(local, domain), "{local:?} {domain:?}");
        }
    }
}

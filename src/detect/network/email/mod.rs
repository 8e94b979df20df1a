//! E-mail addresses as they are found in the wild: with plus and dots, quoted, of private and single-label domains, of
//! other alphabets, with an address literal, and with the `@` in another spelling.

mod extent;
mod reasons;

use crate::detect::bytes::{ALNUM, ByteSet, LETTER, SPACE};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account;
use crate::detect::people::names;
use crate::detect::prefilter::{Literal, Shape};
use crate::detect::reading::handle;
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;
use extent::{
    DOMAIN, LOCAL, LOCAL_LIMIT, domain_end, is_surely_domain, literal_end, local_start, odd_start, without_endings,
};
use reasons::reason_to_leave;

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

const UPPER_HEX: ByteSet = ByteSet::of(b"0123456789ABCDEF");

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

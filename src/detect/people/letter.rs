//! Names where letters and address cards put them: `Dear Ms Roe,`, `Kind regards,` and the line below it, `FN:Jane Roe`.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, HIGH, LETTER, SPACE};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::learned::common;
use crate::detect::people::account;
use crate::detect::people::names;
use crate::detect::people::person;
use crate::detect::reading::handle;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds names in letters and address cards.
pub struct Letter;

/// What to look for at an anchor.
#[derive(Clone, Copy)]
enum Sort {
    /// A greeting that letters begin with: the name follows, be it one word.
    Dear,
    /// A greeting that other things begin with, too: the word must be a given name, or a title stands before it.
    Hello,
    /// A title: the name follows, be it one word.
    Titled,
    /// Words that a full name follows in a sentence.
    Told,
    /// Words that somebody says their own name behind.
    Own,
    /// The word for what somebody is: a full name that begins with a known given name follows.
    Role,
    /// Words that an address follows in a sentence.
    Lives,
    /// `schrieb Jane Roe:` above what is quoted.
    Wrote,
    /// `Jane Roe wrote:`, `Jane Roe a écrit :`.
    WroteBefore,
    /// `From: Jane Roe`, as programs for mail write above what they forward.
    Header,
    /// Words before the name that a letter ends with.
    Regards,
    /// `N:Roe;Jane;;;`, behind the start of a line.
    Parts,
    /// `FN:Jane Roe`, `NICKNAME:janey`.
    Formatted,
    /// `ADR;TYPE=home:;;12 Example Street;Springfield;;12345;USA`.
    Address,
}

const ANCHORS: [(&str, Sort); 125] = [
    ("dear ", Sort::Dear),
    ("sehr geehrter ", Sort::Dear),
    ("sehr geehrte ", Sort::Dear),
    ("lieber ", Sort::Dear),
    ("liebe ", Sort::Dear),
    ("madame ", Sort::Dear),
    ("cher ", Sort::Dear),
    ("chère ", Sort::Dear),
    ("estimado ", Sort::Dear),
    ("estimada ", Sort::Dear),
    ("querido ", Sort::Dear),
    ("querida ", Sort::Dear),
    ("gentile ", Sort::Dear),
    ("egregio ", Sort::Dear),
    ("prezado ", Sort::Dear),
    ("prezada ", Sort::Dear),
    ("geachte ", Sort::Dear),
    ("szanowny ", Sort::Dear),
    ("szanowna ", Sort::Dear),
    ("уважаемый ", Sort::Dear),
    ("уважаемая ", Sort::Dear),
    ("hello ", Sort::Hello),
    ("hallo ", Sort::Hello),
    ("bonjour ", Sort::Hello),
    ("buongiorno ", Sort::Hello),
    ("guten tag ", Sort::Hello),
    ("good morning ", Sort::Hello),
    ("grüß gott ", Sort::Hello),
    ("Mr. ", Sort::Titled),
    ("Mrs. ", Sort::Titled),
    ("Mrs ", Sort::Titled),
    ("Ms. ", Sort::Titled),
    ("Dr. ", Sort::Titled),
    ("Prof. ", Sort::Titled),
    ("Herr ", Sort::Titled),
    ("Herrn ", Sort::Titled),
    ("Frau ", Sort::Titled),
    ("Mme ", Sort::Titled),
    ("Monsieur ", Sort::Titled),
    ("Señora ", Sort::Titled),
    ("Señor ", Sort::Titled),
    ("my name is ", Sort::Own),
    ("mein name ist ", Sort::Own),
    ("je m'appelle ", Sort::Own),
    ("me llamo ", Sort::Own),
    ("mi nombre es ", Sort::Own),
    ("mi chiamo ", Sort::Own),
    ("meu nome é ", Sort::Own),
    ("ich heiße ", Sort::Own),
    ("mijn naam is ", Sort::Own),
    ("jag heter ", Sort::Own),
    ("nazywam się ", Sort::Own),
    ("меня зовут ", Sort::Own),
    ("i'm ", Sort::Told),
    ("i am ", Sort::Told),
    ("this is ", Sort::Role),
    ("operator ", Sort::Role),
    ("employee ", Sort::Role),
    ("patient ", Sort::Role),
    ("customer ", Sort::Role),
    ("technician ", Sort::Role),
    ("engineer ", Sort::Role),
    ("colleague ", Sort::Role),
    ("kunde ", Sort::Role),
    ("kundin ", Sort::Role),
    ("kollege ", Sort::Role),
    ("kollegin ", Sort::Role),
    ("le client ", Sort::Role),
    ("la cliente ", Sort::Role),
    ("el cliente ", Sort::Role),
    ("il cliente ", Sort::Role),
    ("o cliente ", Sort::Role),
    ("spoke with ", Sort::Told),
    ("spoke to ", Sort::Told),
    ("talked to ", Sort::Told),
    ("talked with ", Sort::Told),
    ("call from ", Sort::Told),
    ("escalated to ", Sort::Told),
    ("forwarded to ", Sort::Told),
    ("please contact ", Sort::Role),
    (" schrieb ", Sort::Wrote),
    (" schreef ", Sort::Wrote),
    (" wrote:", Sort::WroteBefore),
    (" a écrit", Sort::WroteBefore),
    (" escribió:", Sort::WroteBefore),
    (" ha scritto:", Sort::WroteBefore),
    (" napsal", Sort::WroteBefore),
    ("From: ", Sort::Header),
    ("To: ", Sort::Header),
    ("Cc: ", Sort::Header),
    ("CC: ", Sort::Header),
    ("Von: ", Sort::Header),
    ("An: ", Sort::Header),
    ("De : ", Sort::Header),
    ("De: ", Sort::Header),
    ("À : ", Sort::Header),
    ("Para: ", Sort::Header),
    ("Da: ", Sort::Header),
    ("Van: ", Sort::Header),
    ("Aan: ", Sort::Header),
    ("Od: ", Sort::Header),
    ("live at ", Sort::Lives),
    ("lives at ", Sort::Lives),
    ("address is ", Sort::Lives),
    ("residing at ", Sort::Lives),
    ("assigned to ", Sort::Told),
    ("on behalf of ", Sort::Told),
    ("regards", Sort::Regards),
    ("sincerely", Sort::Regards),
    ("grüßen", Sort::Regards),
    ("gruessen", Sort::Regards),
    ("grüße", Sort::Regards),
    ("viele gruesse", Sort::Regards),
    ("cordialement", Sort::Regards),
    ("salutations", Sort::Regards),
    ("saludos", Sort::Regards),
    ("atentamente", Sort::Regards),
    ("distinti saluti", Sort::Regards),
    ("cordiali saluti", Sort::Regards),
    ("atenciosamente", Sort::Regards),
    ("vriendelijke groet", Sort::Regards),
    ("vänliga hälsningar", Sort::Regards),
    ("\nn:", Sort::Parts),
    ("\nfn:", Sort::Formatted),
    ("\nadr", Sort::Address),
];

/// What must stand behind an anchor of this sort: words that are frequent are looked at only before a capital or a number.
fn after(sort: Sort) -> &'static [ByteSet] {
    const CAPITAL: ByteSet = ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ").or(HIGH);
    match sort {
        Sort::Role | Sort::Told | Sort::Header | Sort::Wrote => &[CAPITAL],
        Sort::Lives => &[ALNUM],
        _ => &[],
    }
}

impl Detector for Letter {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("letter-name", Kind::Name, "name in a greeting, behind a title, or below the last words of a letter"),
            rule("card-name", Kind::Name, "name in an address card (vCard)"),
            rule(
                "card-address",
                Kind::PostalAddress,
                "postal address in an address card (vCard), or where somebody lives",
            ),
            rule("letter-login", Kind::User, "login name beside the name of somebody that something is assigned to"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |(words, sort): &(&str, Sort)| {
            let is_exact = words.starts_with(|c: char| c.is_ascii_uppercase());
            let anchor = if is_exact { Anchor::exact(words.as_bytes()) } else { Anchor::folded(words.as_bytes()) };
            let anchor = anchor.before(after(*sort));
            if words.as_bytes()[0].is_ascii_alphabetic() { anchor.starting() } else { anchor }
        };
        ANCHORS.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (words, sort) = ANCHORS[hit.anchor];
        if words.as_bytes()[0].is_ascii_alphabetic() && !view.starts_word(hit.at) {
            return;
        }
        let behind = hit.at + words.len();
        if !after(sort).iter().zip(behind..).all(|(set, at)| view.is(at, *set)) {
            return;
        }
        match sort {
            Sort::Dear => greeting(view, hit.at, behind, false, out),
            Sort::Hello => greeting(view, hit.at, behind, true, out),
            Sort::Titled => titled(view, behind, out),
            Sort::Told | Sort::Own | Sort::Role => told(view, behind, sort, out),
            Sort::Wrote => {
                let end = names::full(names::reach(view, behind)).map(|length| behind + length);
                match end.filter(|&end| matches!(view.at(end), Some(b':' | b' ' | b'\r' | b'\n'))) {
                    Some(end) if view.at(end) != Some(b' ') || view.at(end + 1) == Some(b'<') => {
                        out.found(Found::new(behind, end, Kind::Name, Confidence::Medium));
                    }
                    _ => out.left(0, behind, "nobody's name"),
                }
            }
            Sort::WroteBefore => {
                // What goes on without a colon is a sentence.
                let colon = view.run(behind, const { LETTER.or(BLANK) }, 8);
                if !words.ends_with(':') && view.at(colon) != Some(b':') {
                    return;
                }
                let from = names::reach_back(view, hit.at);
                match names::ending(view.slice(from, hit.at)) {
                    Some(name) if !names::is_of_words(view.slice(from + name, hit.at)) => {
                        out.found(Found::new(from + name, hit.at, Kind::Name, Confidence::Medium));
                    }
                    _ => out.left(0, hit.at, "nobody's name"),
                }
            }
            Sort::Header => header(view, hit.at, behind, out),
            // `True if the address is reserved per RFC 4291`
            Sort::Lives if view.slice(behind, view.line_end(behind, 64)).windows(5).any(|w| w == b" RFC ") => {}
            Sort::Lives => lives(view, behind, out),
            Sort::Regards => signature(view, hit.at, behind, out),
            Sort::Parts | Sort::Formatted | Sort::Address => card(view, behind, sort, out),
        }
    }
}

/// Whether a sentence may begin at `at`: the text, the line or the string does, or the last one has ended.
fn begins(view: &View<'_>, at: usize) -> bool {
    let from = view.run_back(at, BLANK, 16);
    match view.before(from) {
        None | Some(b'\n' | b'\r' | b'"' | b'\'' | b'>' | b'`' | b'|' | b'*') => true,
        Some(b'n' | b'r' | b't') => view.back(from, 2) == Some(b'\\'),
        Some(b':' | b'.' | b'!' | b',' | b']' | b')') => from < at,
        _ => false,
    }
}

/// `Dear Ms Roe,`, `Hallo Frau Roe`, `Dear Jane and John,`: up to three names, behind their titles.
fn greeting(view: &View<'_>, at: usize, behind: usize, must_be_known: bool, out: &mut Candidates<'_>) {
    if !begins(view, at) {
        return;
    }
    let mut start = behind;
    for _ in 0..3 {
        let text = names::reach(view, start);
        let titles = names::titles(text);
        let first = start + titles;
        let Some(length) = names::single(&text[titles..]) else {
            return out.left(0, start, "nobody's name");
        };
        let end = first + length;
        let name = view.slice(first, end);
        let is_known = names::is_known(name) || names::full(name).is_some();
        let next = view.run(end, BLANK, 2);
        let ends = match view.at(next) {
            None | Some(b',' | b'!' | b'\n' | b'\r' | b'<' | b'"' | b'\'' | b':' | b';' | b'\\') => true,
            Some(b'-' | 0xe2) => next > end,
            Some(b'.') => !view.is(next + 1, ALNUM),
            _ => false,
        };
        let and = [&b"and "[..], b"und ", b"et ", b"& ", b"y ", b"e ", b"en ", b"/ "]
            .into_iter()
            .find(|and| next > end && view.starts_with_ignoring_case(next, and));
        if (titles == 0 && must_be_known && !is_known) || !(ends || and.is_some()) || handle::reason(name).is_some() {
            return out.left(0, first, "nobody's name");
        }
        out.found(Found::new(first, end, Kind::Name, Confidence::Medium));
        match and {
            Some(and) => start = next + and.len(),
            None => return,
        }
    }
}

/// `Frau Roe`, `Dr. Jane Roe`: what follows a title is a name, unless it is a word that names of things have.
fn titled(view: &View<'_>, behind: usize, out: &mut Candidates<'_>) {
    let text = names::reach(view, behind);
    let titles = names::titles(text);
    let start = behind + titles;
    let Some(length) = names::single(&text[titles..]) else { return out.left(0, behind, "nobody's name") };
    // A comma belongs to the sentence: `Dr. Roe, Berlin`.
    let length = memchr::memchr(b',', &text[titles..titles + length]).unwrap_or(length);
    let end = start + length;
    let name = view.slice(start, end);
    let is_capital = name.len() > 2 && name.iter().all(|b| b.is_ascii_uppercase());
    let goes_on = view.is(end, const { ALNUM.or(ByteSet::of(b"_=:/(")) });
    if length < 2 || is_capital || goes_on || handle::reason(name).is_some() {
        return out.left(0, start, "nobody's name");
    }
    out.found(Found::new(start, end, Kind::Name, Confidence::Medium));
}

/// `my name is Jane Roe`, `assigned to Jane Roe`: a full name that begins as names do, or that ends what is said.
fn told(view: &View<'_>, behind: usize, sort: Sort, out: &mut Candidates<'_>) {
    let text = names::reach(view, behind);
    let titles = names::titles(text);
    let start = behind + titles;
    let Some(length) = names::full(&text[titles..]) else { return out.left(0, behind, "nobody's name") };
    let end = start + length;
    let ends =
        view.at(end).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'.' | b',' | b';' | b'!' | b'<' | b'"' | b'\\'));
    // `assigned to Max Muster (mmuster)`
    let login = if view.starts_with(end, b" (") { end + 2 } else { end };
    let last = view.run(login, account::LOGIN, 33);
    let text = view.slice(login, last);
    let has_login = last > login + 2
        && view.at(last) == Some(b')')
        && !text.iter().any(u8::is_ascii_uppercase)
        && !common::is_common(text)
        && text.iter().filter(|b| b.is_ascii_digit()).count() * 2 < text.len();
    let is_name = match sort {
        Sort::Own => true,
        Sort::Role => names::is_known(view.slice(start, end)),
        _ => ends || has_login || names::is_known(view.slice(start, end)),
    };
    // `Escalated to Tier Two.`
    let is_thing = matches!(sort, Sort::Told) && names::is_of_words(view.slice(start, end));
    if !is_name || is_thing || view.is(end, const { ALNUM.or(ByteSet::of(b"_=:/(")) }) {
        return out.left(0, start, "nobody's name");
    }
    out.found(Found::new(start, end, Kind::Name, Confidence::Medium));
    if has_login && !account::is_nobody(text) && !account::is_system(text) {
        out.found(Found::new(login, last, Kind::User, Confidence::Medium).rule(3));
    }
}

/// `I live at 14 Example Road, Springfield.`: an address, up to where the sentence ends or goes on.
fn lives(view: &View<'_>, behind: usize, out: &mut Candidates<'_>) {
    const LINE: ByteSet = ByteSet::of(b"\r\n\"\\;|\t<>(){}").not();
    const ENDS: [&[u8]; 6] = [b". ", b" and ", b" since ", b" but ", b" with ", b"  "];
    let text = view.slice(behind, view.run(behind, LINE, 129));
    let end = ENDS.iter().filter_map(|end| memchr::memmem::find(text, end)).min().unwrap_or(text.len());
    let text = text[..end].trim_ascii_end();
    let text = text.strip_suffix(b".").or(text.strip_suffix(b",")).unwrap_or(text);
    if !person::is_postal(text) {
        return out.left(2, behind, "no postal address");
    }
    out.found(Found::new(behind, behind + text.len(), Kind::PostalAddress, Confidence::Medium).rule(2));
}

/// The names behind `From:` of a message that is quoted: full names to the end of the line, of which one has a given name that is
/// known, or the line before is of such a head, too.
fn header(view: &View<'_>, at: usize, behind: usize, out: &mut Candidates<'_>) {
    const HEADS: [&[u8]; 16] = [
        b"-----",
        b"From:",
        b"Sent:",
        b"To:",
        b"Cc:",
        b"Date:",
        b"Subject:",
        b"Von:",
        b"Gesendet:",
        b"An:",
        b"De :",
        b"Envoy",
        b"De:",
        b"Enviado",
        b"_____",
        b"Van:",
    ];
    const MOST: usize = 16;
    let line = view.line_start(at);
    if view.run(line, const { ByteSet::of(b"> *|\t") }, 16) != at {
        return;
    }
    let mut found = Vec::new();
    let mut start = behind;
    let mut is_known = false;
    for _ in 0..MOST {
        let text = names::reach(view, start);
        let text = &text[..memchr::memchr2(b',', b';', text).unwrap_or(text.len())];
        let Some(length) = names::full(text) else { return };
        let end = start + length;
        if names::is_of_words(view.slice(start, end)) {
            return;
        }
        is_known |= names::is_known(view.slice(start, end));
        found.push((start, end));
        let next = view.run(end, BLANK, 4);
        match view.at(next) {
            None | Some(b'\r' | b'\n' | b'[') => break,
            Some(b';' | b',') => start = view.run(next + 1, BLANK, 4),
            _ => return,
        }
    }
    let before = view.slice(line.saturating_sub(96), line.saturating_sub(1));
    let last = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let marks = last.iter().take_while(|b| matches!(b, b'>' | b' ' | b'*' | b'|')).count();
    let last = &last[marks..];
    if !is_known && !HEADS.iter().any(|head| last.starts_with(head)) {
        return out.left(0, behind, "nobody's name");
    }
    for (start, end) in found {
        out.found(Found::new(start, end, Kind::Name, Confidence::Medium));
    }
}

/// The line below `Kind regards,`, if it is a name and nothing else.
fn signature(view: &View<'_>, at: usize, behind: usize, out: &mut Candidates<'_>) {
    const WORDS: ByteSet = LETTER.or(HIGH).or(ByteSet::of(b" ,'-"));
    let from = view.run_back(at, WORDS, 48);
    let is_line = matches!(view.before(from), None | Some(b'\n' | b'\r' | b'"' | b'>' | b'.' | b'!' | b'\\' | b'\t'));
    if !is_line {
        return;
    }
    let end = view.run(behind, const { ByteSet::of(b",.! -") }, 4);
    let below = next_line(view, end);
    // `Best regards, Jane Roe`
    let Some(start) = below.or_else(|| view.ends_with_ignoring_case(end, b", ").then_some(end)) else { return };
    let text = names::reach(view, start);
    let titles = names::titles(text);
    let first = start + titles;
    let Some(length) = names::single(&text[titles..]) else { return };
    let end = first + length;
    let name = view.slice(first, end);
    let is_name = names::full(name).is_some() || below.is_some() && names::is_known(name) || titles > 0;
    let next = view.run(end, BLANK, 8);
    let ends = view.at(next).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'<' | b'"' | b'\\' | b',' | b'|' | b'('));
    if is_name && ends {
        out.found(Found::new(first, end, Kind::Name, Confidence::Medium));
    } else {
        out.left(0, first, "nobody's name");
    }
}

/// Where the next line that is not empty begins: behind a line end, one that is escaped, or one of HTML.
fn next_line(view: &View<'_>, from: usize) -> Option<usize> {
    const MARKS: [&[u8]; 12] =
        [b"\\r", b"\\n", b"<br>", b"<br/>", b"<br />", b"</p>", b"<p>", b"</div>", b"<div>", b"\n", b"\r", b"&nbsp;"];
    let mut at = from;
    let mut ended = false;
    for _ in 0..8 {
        at = view.run(at, BLANK, 16);
        match MARKS.iter().find(|mark| view.starts_with_ignoring_case(at, mark)) {
            Some(mark) => at += mark.len(),
            None => break,
        }
        ended = true;
    }
    ended.then_some(at)
}

/// A line of a vCard. What it is worth lies in the lines before: they say that there is one.
fn card(view: &View<'_>, behind: usize, sort: Sort, out: &mut Candidates<'_>) {
    const NEAR: usize = 400;
    const PARAMETERS: ByteSet = ALNUM.or(ByteSet::of(b";=-,\"_"));
    let before = view.slice(behind.saturating_sub(NEAR), behind);
    if memchr::memmem::find(before, b"BEGIN:VCARD").is_none() {
        return;
    }
    let start = match sort {
        Sort::Address => {
            let colon = view.run(behind, PARAMETERS, 64);
            if view.at(colon) != Some(b':') {
                return;
            }
            colon + 1
        }
        _ => behind,
    };
    let end = view.run(start, const { ByteSet::of(b"\r\n").not() }, 256);
    let (rule, kind) = match sort {
        Sort::Address => (2, Kind::PostalAddress),
        _ => (1, Kind::Name),
    };
    let mut at = start;
    for field in view.slice(start, end).split(|&b| b == b';') {
        let is_told = field.iter().any(|b| LETTER.contains(*b) || HIGH.contains(*b) || b.is_ascii_digit());
        if is_told && handle::reason(field).is_none() && !SPACE.contains(field[0]) {
            out.found(Found::new(at, at + field.len(), kind, Confidence::High).rule(rule));
        }
        at += field.len() + 1;
    }
}

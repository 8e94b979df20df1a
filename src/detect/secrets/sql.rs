//! Secrets of SQL statements: `IDENTIFIED BY 'x'`, `SET PASSWORD FOR u = 'x'`, `INSERT INTO users (name, password) VALUES
//! ('a', 'x')`, `MD5('x')` of a password, the arguments of procedures that make logins.

use std::sync::Arc;

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HEX, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Hit, RuleInfo};
use crate::detect::reading::handle;
use crate::detect::reading::lexicon::{Lexicon, Strength};
use crate::detect::reading::literal as shown;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::run::Run;
use crate::detect::secrets::argument::{argument, is_secret, take};
use crate::detect::secrets::command;
use crate::detect::view::View;
use crate::kind::{Family, Kind};

/// Finds the secrets of SQL.
pub struct Sql {
    lexicon: Arc<Lexicon>,
}

impl Sql {
    /// The kind of the values of a column that holds secrets.
    fn column(&self, name: &[u8]) -> Option<Kind> {
        let (kind, strength) = self.lexicon.key(self.lexicon.find(name)?);
        // Who wrote or owns something is told by the columns of tables.
        let is_weak = strength == Strength::Weak && kind.family() != Family::Secret;
        (!strength.is_of_chance() && !is_weak).then_some(kind)
    }

    /// The detector; the lexicon of a rule set tells which columns hold secrets.
    pub fn new(lexicon: Arc<Lexicon>) -> Sql {
        Sql { lexicon }
    }
}

const STATEMENT: usize = 0;
const COLUMN: usize = 1;

/// What a statement is, by its anchor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    /// `IDENTIFIED BY [PASSWORD|VALUES] x [REPLACE y]`.
    By,
    /// `IDENTIFIED WITH plugin BY|AS x`, `IDENTIFIED VIA plugin USING x`.
    With,
    /// `SET PASSWORD [FOR account] =|TO x`.
    SetPassword,
    /// `INSERT INTO t (columns) VALUES (...), (...)`.
    Insert,
    /// A function whose argument of this number is a secret.
    Argument(usize),
    /// A digest of a column's new value.
    Digest,
    /// A procedure whose argument of this number is a secret, without parentheses.
    Procedure(usize),
    /// `CONNECT user/secret@service`.
    Connect,
    /// `CONNECT TO database USER user USING x`.
    ConnectTo,
    /// `PASSWORD $$x$$`, `PASSWORD E'x'`: the literal begins where the anchor ends, but for so many bytes.
    Literal(usize),
    /// `CREATE LOGIN x WITH PASSWORD = 0x0200ab HASHED`.
    Hashed,
    /// `OPENROWSET('provider', 'host';'user';'x', ...)`.
    Rowset,
    /// `ConvertTo-SecureString`, which is no SQL but a statement with a place for a secret.
    SecureString,
}

const ANCHORS: &[(&[u8], Is)] = &[
    (b"identified by", Is::By),
    (b"identified with ", Is::With),
    (b"identified via ", Is::With),
    (b"set password ", Is::SetPassword),
    (b"insert into ", Is::Insert),
    (b"replace into ", Is::Insert),
    (b"insert ignore into ", Is::Insert),
    (b"pgp_sym_encrypt(", Is::Argument(1)),
    (b"pgp_sym_decrypt(", Is::Argument(1)),
    (b"aes_encrypt(", Is::Argument(1)),
    (b"aes_decrypt(", Is::Argument(1)),
    (b"encryptbypassphrase(", Is::Argument(0)),
    (b"decryptbypassphrase(", Is::Argument(0)),
    (b"md5('", Is::Digest),
    (b"sha1('", Is::Digest),
    (b"sha2('", Is::Digest),
    (b"crypt('", Is::Digest),
    (b"sp_addlogin ", Is::Procedure(1)),
    (b"sp_password ", Is::Procedure(1)),
    (b"sp_addlinkedsrvlogin ", Is::Procedure(4)),
    (b"sp_addapprole ", Is::Procedure(1)),
    (b"sp_setapprole ", Is::Procedure(1)),
    (b"connect ", Is::Connect),
    (b"conn ", Is::Connect),
    (b"convertto-securestring ", Is::SecureString),
    (b"connect to ", Is::ConnectTo),
    (b"password $", Is::Literal(1)),
    (b"password = 0x", Is::Hashed),
    (b"password=0x", Is::Hashed),
    (b"password e'", Is::Literal(2)),
    (b"password u&'", Is::Literal(1)),
    (b"openrowset(", Is::Rowset),
];

impl Detector for Sql {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("statement-secret", Kind::Password, "secret of a statement that has a place for one"),
            rule("sql-column", Kind::Secret, "value of a column that holds secrets"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        ANCHORS.iter().map(|(words, _)| Anchor::folded(words).starting()).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (words, is) = ANCHORS[hit.anchor];
        if !view.starts_word(hit.at) {
            return;
        }
        let at = hit.at + words.len();
        match is {
            Is::By => by(view, hit.at, at, out),
            Is::With => with(view, at, out),
            Is::SetPassword => set_password(view, at, out),
            Is::Insert => self.insert(view, at, out),
            Is::Argument(n) | Is::Procedure(n) => {
                let value = Tuple { view, at }.nth(n);
                if let Some(value) = value.flatten() {
                    literal(view, value, STATEMENT, Kind::Password, out);
                }
            }
            Is::Digest => self.digest(view, hit.at, at - 1, out),
            Is::Connect => {
                let is_own = view.before(view.run_back(hit.at, BLANK, 64)).is_none_or(|b| b == b'\n' || b == b'>');
                if !is_own {
                    return;
                }
                let value = argument(view, view.run(at, BLANK, 8));
                let behind = view.run(value.end, const { ByteSet::of(b" \t\r;") }, 8);
                let is_last =
                    view.at(behind).is_none_or(|b| b == b'\n') || view.starts_with_ignoring_case(behind, b"as sys");
                if is_last || view.slice(value.start, value.end).contains(&b'@') {
                    command::logon_under(view, &value, STATEMENT, out);
                }
            }
            Is::SecureString => secure_string(view, at, out),
            Is::ConnectTo => {
                let line = view.slice(at, view.line_end(at, 200));
                let find = |word: &[u8]| line.windows(word.len()).position(|there| there.eq_ignore_ascii_case(word));
                let (Some(_), Some(using), None) = (find(b" user "), find(b" using "), find(b" identified ")) else {
                    return;
                };
                let at = view.run(at + using + 7, BLANK, 8);
                if let Some(value) = string(view, at) {
                    literal(view, value, STATEMENT, Kind::Password, out);
                }
            }
            Is::Literal(back) => {
                if let Some(value) = string(view, at - back) {
                    literal(view, value, STATEMENT, Kind::Password, out);
                }
            }
            Is::Rowset => rowset(view, at, out),
            Is::Hashed => {
                let (start, end) = (at - 2, view.run(at, HEX, 512));
                if view.starts_with_ignoring_case(view.run(end, BLANK, 4), b"hashed") {
                    let value = Extent { start, end, run: Run::Line, is_quoted: false, is_open: false };
                    take(view, &value, Kind::Password, STATEMENT, out);
                }
            }
        }
    }
}

/// Takes a quoted literal that can be a secret.
fn literal(view: &View<'_>, value: Extent, rule: usize, kind: Kind, out: &mut Candidates<'_>) {
    let text = view.slice(value.start, value.end);
    match handle::reason(text) {
        Some(reason) => out.left(rule, value.start, reason),
        None if text.is_empty() => {}
        None => take(view, &value, kind, rule, out),
    }
}

/// The literal at `at`: a string, in which doubled quotes are one, also with the `N` of national characters; or a word.
fn string(view: &View<'_>, at: usize) -> Option<Extent> {
    let at = if matches!(view.at(at), Some(b'N' | b'n' | b'E' | b'X')) && view.at(at + 1) == Some(b'\'') {
        at + 1
    } else {
        at
    };
    if view.at(at) == Some(b'$') {
        return dollars(view, at);
    }
    let quote = Quote::at(view, at)?;
    let mut extent = quote.extent(view, quote.end(at), false);
    // A doubled quote is part of the string.
    while quote.is_plain() && view.at(extent.end) == view.at(at) && view.at(extent.end + 1) == view.at(at) {
        let more = quote.extent(view, extent.end + 2, false);
        if more.end < extent.end + 2 {
            break;
        }
        extent = Extent { start: extent.start, ..more };
    }
    Some(extent)
}

/// `$$x$$`, `$tag$x$tag$`, of PostgreSQL. A tag is a name: `$1$salt$x` is a hash.
fn dollars(view: &View<'_>, at: usize) -> Option<Extent> {
    const LONGEST: usize = 256;
    if view.is(at + 1, DIGIT) {
        return None;
    }
    let start = view.run(at + 1, WORD, 32) + 1;
    let mark = view.slice(at, start);
    let text = view.slice(start, start + LONGEST);
    let end = start + memchr::memmem::find(text, mark).filter(|_| mark.ends_with(b"$"))?;
    (end > start).then_some(Extent { start, end, run: Run::Line, is_quoted: true, is_open: false })
}

/// The fourth string, if the second and the third end in semicolons.
fn rowset(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let mut at = view.run(at, SPACE, 16);
    for separator in [b',', b';', b';'] {
        let Some(value) = string(view, at) else { return };
        let behind = view.run(value.end + 1, SPACE, 16);
        if view.at(behind) != Some(separator) {
            return;
        }
        at = view.run(behind + 1, SPACE, 16);
    }
    if let Some(value) = string(view, at) {
        literal(view, value, STATEMENT, Kind::Password, out);
    }
}

fn by(view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
    let mut at = view.run(at, SPACE, 32);
    for word in [&b"password "[..], b"values ", b"random "] {
        if view.starts_with_ignoring_case(at, word) {
            at = view.run(at + word.len(), BLANK, 8);
        }
    }
    // A back quote is a mark of prose: "identified by `name`".
    let value = string(view, at).filter(|_| view.at(at) != Some(b'`'));
    // Without quotes it is a sentence, unless somebody's account is spoken of.
    let is_statement = || {
        let before = view.slice(start.saturating_sub(200), start);
        [&b"user"[..], b"USER", b"User", b"ROLE", b"role", b"GRANT", b"grant", b"LINK", b"link"]
            .iter()
            .any(|word| memchr::memmem::find(before, word).is_some())
    };
    // Small letters are those of sentences, too: `a volume that is identified by its`.
    let is_written = || {
        let before = view.slice(start.saturating_sub(200), start).to_ascii_lowercase();
        let is_verb = |verb: &[u8]| {
            memchr::memmem::find_iter(&before, verb).any(|at| at == 0 || !LETTER.contains(before[at - 1]))
        };
        let is_upper = view.slice(start, start + 2) == b"ID";
        let is_first = view.slice(view.line_start(start), start).trim_ascii().is_empty();
        is_upper || is_first || [&b"create "[..], b"alter ", b"grant ", b"user "].iter().any(|verb| is_verb(verb))
    };
    let value = value.filter(|_| is_written());
    const WORDS: [&[u8]; 8] = [b"this ", b"that ", b"its ", b"the ", b"a ", b"an ", b"their ", b"your "];
    let is_word = || WORDS.iter().any(|word| view.starts_with_ignoring_case(at, word));
    let value = match value {
        Some(value) => value,
        None if is_word() => return out.left(STATEMENT, at, "a sentence, not a statement"),
        None if view.at(at) != Some(b'`')
            && !view.is(at, const { ByteSet::of(b"\"'&") })
            && is_statement()
            && is_written()
            && !view.starts_with_ignoring_case(at, b"password") =>
        {
            argument(view, at)
        }
        None => return out.left(STATEMENT, at, "a sentence, not a statement"),
    };
    if !(is_secret(view, &value) || value.is_quoted && view.at(value.start) == Some(b'-')) {
        return out.left(STATEMENT, at, "a reference, not a value");
    }
    let behind = view.run(value.end, const { ByteSet::of(b"\"' \t") }, 8);
    take(view, &value, Kind::Password, STATEMENT, out);
    if view.starts_with_ignoring_case(behind, b"replace ") {
        let old = view.run(behind + 8, BLANK, 8);
        let old = string(view, old).unwrap_or_else(|| argument(view, old));
        if is_secret(view, &old) {
            take(view, &old, Kind::Password, STATEMENT, out);
        }
    }
}

fn with(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let at = Quote::at(view, at).map_or(at, |quote| quote.end(at));
    let plugin = view.run(at, const { WORD.or(ByteSet::of(b"-")) }, 48);
    let at = view.run(Quote::at(view, plugin).map_or(plugin, |quote| quote.end(plugin)), BLANK, 8);
    let Some(word) = [&b"by "[..], b"as ", b"using "].into_iter().find(|w| view.starts_with_ignoring_case(at, w))
    else {
        return;
    };
    if let Some(value) = string(view, view.run(at + word.len(), BLANK, 8)) {
        literal(view, value, STATEMENT, Kind::Password, out);
    }
}

/// Behind the account and the sign: a literal, or a function of one.
fn set_password(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let at = view.run(at, BLANK, 8);
    let at = if view.starts_with_ignoring_case(at, b"for ") {
        view.run(at + 4, const { ByteSet::of(b"=;\r\n").not() }, 128)
    } else {
        at
    };
    let at = if view.starts_with_ignoring_case(at, b"to ") { at + 3 } else { at };
    let at = view.run(at, const { BLANK.or(ByteSet::of(b"=")) }, 8);
    let word = view.run(at, WORD, 16);
    let at = if view.at(word) == Some(b'(') { word + 1 } else { at };
    if let Some(value) = string(view, at) {
        literal(view, value, STATEMENT, Kind::Password, out);
    }
}

/// `ConvertTo-SecureString [-String|-AsPlainText|-Force]* "x"`.
fn secure_string(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    let mut at = view.run(at, BLANK, 8);
    for _ in 0..3 {
        let Some(word) = [&b"-string "[..], b"-asplaintext ", b"-force "]
            .into_iter()
            .find(|word| view.starts_with_ignoring_case(at, word))
        else {
            break;
        };
        at = view.run(at + word.len(), BLANK, 8);
    }
    let value = argument(view, at);
    if is_secret(view, &value) {
        take(view, &value, Kind::Password, STATEMENT, out);
    }
}

impl Sql {
    /// `password = MD5('x')`: the digest of what a column is set to.
    fn digest(&self, view: &View<'_>, start: usize, at: usize, out: &mut Candidates<'_>) {
        let sign = view.run_back(start, BLANK, 8);
        // `crypt('x', gen_salt('bf'))`
        let is_salted = || {
            let behind =
                string(view, at).map_or(at, |value| view.run(value.end + 1, const { SPACE.or(ByteSet::of(b",")) }, 8));
            view.starts_with_ignoring_case(behind, b"gen_salt")
        };
        if view.before(sign) != Some(b'=') {
            if let Some(value) = string(view, at).filter(|_| is_salted()) {
                literal(view, value, COLUMN, Kind::Password, out);
            }
            return;
        }
        let end =
            view.run_back(view.run_back(sign - 1, const { BLANK.or(ByteSet::of(b"`\"]")) }, 8), ByteSet::of(b"`\""), 1);
        let name = view.run_back(end, WORD, 64);
        if self.column(view.slice(name, end)).is_some()
            && let Some(value) = string(view, at)
        {
            literal(view, value, COLUMN, Kind::Password, out);
        }
    }

    /// The values of the columns whose names say that they hold secrets.
    fn insert(&self, view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
        const NAME: ByteSet = ALNUM.or(ByteSet::of(b"_.`\"[]$"));
        const MOST: usize = 64;
        let table = (at, view.run(at, NAME, 128));
        let mut at = view.run(table.1, SPACE, 16);
        if view.starts_with_ignoring_case(at, b"values") {
            return self.unnamed(view, view.slice(table.0, table.1), view.run(at + 6, SPACE, 64), out);
        }
        if view.at(at) != Some(b'(') {
            return;
        }
        let mut columns = [(0_usize, Kind::Secret); 8];
        let mut count = 0;
        at += 1;
        for n in 0..MOST {
            let start = view.run(at, const { SPACE.or(ByteSet::of(b"`\"[")) }, 64);
            let end = view.run(start, WORD, 64);
            if end == start {
                return;
            }
            if let Some(kind) = self.column(view.slice(start, end))
                && count < columns.len()
            {
                columns[count] = (n, kind);
                count += 1;
            }
            at = view.run(end, const { SPACE.or(ByteSet::of(b"`\"]")) }, 64);
            match view.at(at) {
                Some(b',') => at += 1,
                Some(b')') => break,
                _ => return,
            }
        }
        if count == 0 {
            return;
        }
        at = view.run(at + 1, SPACE, 64);
        if !view.starts_with_ignoring_case(at, b"values") {
            return;
        }
        at = view.run(at + 6, SPACE, 64);
        while view.at(at) == Some(b'(') {
            let mut tuple = Tuple { view, at: at + 1 };
            for (n, value) in tuple.by_ref().enumerate() {
                let column = columns[..count].iter().find(|(column, _)| *column == n);
                if let (Some((_, kind)), Some(value)) = (column, value) {
                    literal(view, value, COLUMN, *kind, out);
                }
            }
            at = tuple.at;
            if view.at(at) != Some(b')') {
                return;
            }
            at = view.run(at + 1, const { SPACE.or(ByteSet::of(b",")) }, 16);
        }
    }
}

impl Sql {
    /// `INSERT INTO users VALUES (7, 'jroe', '5f4dcc3b...', 'x')`: without the names of columns, the table tells. A digest in a row
    /// of a user is that of a password, and so is what stands behind the account and shows by itself that it may be one.
    fn unnamed(&self, view: &View<'_>, table: &[u8], mut at: usize, out: &mut Candidates<'_>) {
        const TABLES: [&[u8]; 6] = [b"user", b"account", b"login", b"credential", b"member", b"admin"];
        const MOST: usize = 64;
        let table = table.to_ascii_lowercase();
        let name = table.rsplit(|b| *b == b'.').next().unwrap_or_default();
        // `user_roles`, `account_events` are tables of other things.
        let last = name.strip_suffix(b"`").or(name.strip_suffix(b"\"")).unwrap_or(name);
        let last = last.strip_suffix(b"s").unwrap_or(last);
        if !TABLES.iter().any(|word| last.ends_with(word)) {
            return;
        }
        for _ in 0..MOST {
            if view.at(at) != Some(b'(') {
                return;
            }
            let mut tuple = Tuple { view, at: at + 1 };
            let mut before: Option<Extent> = None;
            let mut is_told = false;
            for value in tuple.by_ref().take(MOST) {
                if let Some(value) = value.clone().filter(|_| !is_told) {
                    let text = view.slice(value.start, value.end);
                    let is_digest =
                        matches!(text.len(), 32 | 40 | 56 | 64 | 96 | 128) && text.iter().all(|b| HEX.contains(*b));
                    let is_account =
                        before.as_ref().is_some_and(|before| is_account(view.slice(before.start, before.end)));
                    let is_plain = text.iter().all(|b| b.is_ascii_graphic() && !b"-/.:@".contains(b));
                    let may_be = (6..=24).contains(&text.len())
                        && text.iter().any(u8::is_ascii_digit)
                        && shown::is_telling(text, &self.lexicon);
                    if is_digest || is_account && is_plain && may_be {
                        is_told = true;
                        literal(view, value, COLUMN, Kind::Password, out);
                    }
                }
                before = value;
            }
            at = tuple.at;
            if view.at(at) != Some(b')') {
                return;
            }
            at = view.run(at + 1, const { SPACE.or(ByteSet::of(b",")) }, 16);
        }
    }
}

/// Whether a value can be an account: an address of mail, or a word of small letters.
fn is_account(text: &[u8]) -> bool {
    let is_login =
        |text: &[u8]| text.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(b));
    match text.iter().position(|b| *b == b'@') {
        Some(at) => at > 0 && text.len() > at + 3,
        None => (2..=32).contains(&text.len()) && is_login(text) && text[0].is_ascii_lowercase(),
    }
}

/// The values of a tuple or of a list of arguments: each string, or `None` for what is none.
struct Tuple<'r, 'v> {
    view: &'r View<'v>,
    at: usize,
}

impl Iterator for Tuple<'_, '_> {
    type Item = Option<Extent>;

    fn next(&mut self) -> Option<Option<Extent>> {
        const OTHER: ByteSet = ByteSet::of(b",)('\"\n;").not();
        let view = self.view;
        let start = view.run(self.at, SPACE, 64);
        if matches!(view.at(start)?, b')' | b';') {
            self.at = start;
            return None;
        }
        // `@loginame = 'x'`
        let name = view.run(start, const { ALNUM.or(ByteSet::of(b"@_= ")) }, 64);
        let from = if view.at(start) == Some(b'@') && Quote::at(view, name).is_some() { name } else { start };
        let value = string(view, from);
        let mut end = match &value {
            Some(value) => Quote::at(view, value.end).map_or(value.end, |quote| quote.end(value.end)),
            None => view.run(start, OTHER, 512),
        };
        // The rest of a call or an expression.
        let mut depth = 0;
        while let Some(byte) = view.at(end) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => break,
                b')' => depth -= 1,
                b',' if depth == 0 => break,
                b'\n' | b';' => break,
                b'\'' | b'"' => match string(view, end) {
                    Some(inner) => end = inner.end,
                    None => break,
                },
                _ => {}
            }
            end += 1;
        }
        self.at = if view.at(end) == Some(b',') { end + 1 } else { end };
        if end == start {
            return None;
        }
        Some(value.map(|value| Extent { run: Run::Line, ..value }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::view::View;

    #[test]
    fn a_tuple_is_read_value_by_value() {
        let text = b"1, 'it''s', now(), N'x', upper('a,b')) rest";
        let chunk = crate::chunk::Chunk { bytes: text, own: 0..text.len(), base: 0, is_last: true };
        let view = View::new(&chunk, 0);
        let values: Vec<Option<&[u8]>> =
            Tuple { view: &view, at: 0 }.map(|v| v.map(|v| view.slice(v.start, v.end))).collect();
        assert_eq!(values, [None, Some(&b"it''s"[..]), None, Some(b"x"), None]);
    }
}

//! Where tables begin: a header, a statement, a rule below a header.

use std::sync::Arc;

use crate::chunk::LOOK_AHEAD;
use crate::detect::bytes::{BLANK, ByteSet, HIGH, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Hit, RuleInfo};
use crate::detect::table::aligned::{Aligned, Bars};
use crate::detect::table::column::{Columns, Judge, RULES, Subject};
use crate::detect::table::delimited::{Delimited, Dialect, Ends};
use crate::detect::table::expanded::Expanded;
use crate::detect::table::html::Html;
use crate::detect::table::insert::Insert;
use crate::detect::table::markup::{How, Markup};
use crate::detect::table::ruled::{dashes, drawn, is_blank, is_name_of_column, is_wrapped, last_line, named, wrapped};
use crate::detect::table::{ABOVE, COLUMNS, Event, Shape, Text};
use crate::detect::view::View;

/// Finds where tables begin.
pub struct Headers {
    judge: Arc<Judge>,
    signs: Vec<(Mark, Sign)>,
}

/// What an anchor tells of.
#[derive(Clone, Copy)]
enum Sign {
    /// A line that may be the first row of cells between delimiters, below a header.
    Header,
    /// The name of a column within a line that may be such a header, with this many quotes behind it.
    Name { quotes: usize },
    /// `||User||Mail||`, the header of a table of a wiki.
    Wiki,
    /// `| username | password |` below a step of a test.
    Steps,
    /// `[]struct {`, `parametrize(`: the cases of a test.
    Cases { is_go: bool },
    /// The first heading of a table of HTML.
    Heading,
    /// `COPY t (a, b) FROM stdin;`.
    Copy,
    /// A rule of dashes below a header: `---+---`, `+---+`, `|---|`, `---- ----`, `├──┼──┤`. What tells of it stands within its line:
    /// where the input idles, no more is known.
    Rule,
    /// The line before a record of psql, and of MySQL.
    Record { is_psql: bool },
    /// `INSERT INTO t (a, b) VALUES (...), (...)`.
    Insert,
    /// `CREATE TABLE t (a int, b text)`.
    Create,
    /// `#Fields: date c-ip cs-username`: the log of IIS.
    Fields,
    /// An object of Confluence's backups.
    Object,
    /// A table of `activeobjects.xml`.
    Data,
    /// A row of Jira's `entities.xml`.
    Element,
    /// `"rows":[[`, with `"columns":["id","user"]` before it on the same line.
    Lists,
}

/// What tells of a table.
#[derive(Clone, Copy)]
enum Mark {
    /// The second line of a paragraph.
    Paragraph,
    /// These bytes.
    Exact(&'static [u8]),
    /// These words, in any case.
    Words(&'static [u8]),
    /// These words, in any case, with such bytes behind them.
    Before(&'static [u8], &'static [ByteSet]),
}

/// What may stand between the names of columns.
const DELIMITER: ByteSet = ByteSet::of(b",;\t|");
const QUOTE: ByteSet = ByteSet::of(b"\"");

/// What tells of headers wherever they stand: names of columns that are rarely written with a delimiter behind them.
const NAMES: [&[u8]; 21] = [
    b"user_name",
    b"username",
    b"login_name",
    b"email_address",
    b"emailaddress",
    b"email",
    b"e-mail",
    b"first_name",
    b"firstname",
    b"last_name",
    b"lastname",
    b"display_name",
    b"displayname",
    b"full_name",
    b"fullname",
    b"password",
    b"credential",
    b"benutzername",
    b"vorname",
    b"nachname",
    b"common name",
];

/// All that tells of tables.
fn signs() -> impl Iterator<Item = (Mark, Sign)> {
    let plain = NAMES.iter().map(|name| (Mark::Before(name, const { &[DELIMITER] }), Sign::Name { quotes: 0 }));
    let quoted = NAMES.iter().map(|name| (Mark::Before(name, const { &[QUOTE, DELIMITER] }), Sign::Name { quotes: 1 }));
    SIGNS.iter().copied().chain(plain).chain(quoted)
}

const SIGNS: &[(Mark, Sign)] = &[
    (Mark::Exact(b"\"rows\":[["), Sign::Lists),
    (Mark::Exact(b"\"rows\": [["), Sign::Lists),
    (Mark::Exact(b"\"data\":[["), Sign::Lists),
    (Mark::Exact(b"\"data\": [["), Sign::Lists),
    (Mark::Exact(b"\"values\":[["), Sign::Lists),
    (Mark::Exact(b"\"values\": [["), Sign::Lists),
    (Mark::Paragraph, Sign::Header),
    (Mark::Exact(b"COPY "), Sign::Copy),
    (Mark::Exact(b"+---"), Sign::Rule),
    (Mark::Exact(b"+==="), Sign::Rule),
    (Mark::Exact(b"|---"), Sign::Rule),
    (Mark::Exact(b"-----"), Sign::Rule),
    (Mark::Exact("├──".as_bytes()), Sign::Rule),
    (Mark::Exact("╞══".as_bytes()), Sign::Rule),
    (Mark::Exact("┣━━".as_bytes()), Sign::Rule),
    (Mark::Exact("╠══".as_bytes()), Sign::Rule),
    (Mark::Exact("──┼".as_bytes()), Sign::Rule),
    (Mark::Exact(b"[]struct {"), Sign::Cases { is_go: true }),
    (Mark::Exact(b"[]struct{"), Sign::Cases { is_go: true }),
    (Mark::Exact(b"parametrize("), Sign::Cases { is_go: false }),
    (Mark::Before(b"| password", const { &[ByteSet::of(b" |")] }), Sign::Steps),
    (Mark::Before(b"| pass", const { &[ByteSet::of(b" |")] }), Sign::Steps),
    (Mark::Exact(b"password |"), Sign::Steps),
    (Mark::Before(b"||", const { &[LETTER.or(HIGH).or(ByteSet::of(b" *"))] }), Sign::Wiki),
    (Mark::Before(b"<th", const { &[ByteSet::of(b" >\t")] }), Sign::Heading),
    (Mark::Exact(b"-[ RECORD "), Sign::Record { is_psql: true }),
    (Mark::Exact(b". row *****"), Sign::Record { is_psql: false }),
    (Mark::Words(b"into "), Sign::Insert),
    (Mark::Words(b"insert ["), Sign::Insert),
    (Mark::Words(b"create table "), Sign::Create),
    (Mark::Exact(b"#Fields: "), Sign::Fields),
    (Mark::Exact(b"<object class=\""), Sign::Object),
    (Mark::Exact(b"<data tableName=\""), Sign::Data),
    (Mark::Exact(b"<User "), Sign::Element),
    (Mark::Exact(b"<ApplicationUser "), Sign::Element),
    (Mark::Exact(b"<Membership "), Sign::Element),
    (Mark::Exact(b"<DirectoryAttribute "), Sign::Element),
    (Mark::Exact(b"<UserAttribute "), Sign::Element),
    (Mark::Exact(b"<Issue "), Sign::Element),
    (Mark::Exact(b"<Action "), Sign::Element),
    (Mark::Exact(b"<ChangeGroup "), Sign::Element),
    (Mark::Exact(b"<ChangeItem "), Sign::Element),
    (Mark::Exact(b"<Worklog "), Sign::Element),
    (Mark::Exact(b"<FileAttachment "), Sign::Element),
    (Mark::Exact(b"<UserAssociation "), Sign::Element),
    (Mark::Exact(b"<UserHistoryItem "), Sign::Element),
    (Mark::Exact(b"<MailServer "), Sign::Element),
    (Mark::Exact(b"<RememberMeToken "), Sign::Element),
    (Mark::Exact(b"<OAuthConsumer "), Sign::Element),
    (Mark::Exact(b"<OAuthServiceProviderToken "), Sign::Element),
    (Mark::Exact(b"<Component "), Sign::Element),
    (Mark::Exact(b"<Project "), Sign::Element),
    (Mark::Exact(b"<OSPropertyEntry "), Sign::Element),
    (Mark::Exact(b"<OSPropertyString "), Sign::Element),
    (Mark::Exact(b"<OSPropertyText "), Sign::Element),
];

impl Headers {
    /// The detector; what columns are called is known by `judge`.
    pub fn new(judge: Arc<Judge>) -> Headers {
        Headers { judge, signs: signs().collect() }
    }
}

impl Detector for Headers {
    fn rules(&self) -> Vec<RuleInfo> {
        let info = |&(id, kind, description): &(&str, _, &str)| RuleInfo {
            id: id.to_string(),
            kind,
            description: description.to_string(),
        };
        RULES.iter().map(info).collect()
    }

    fn anchors(&self) -> Vec<Anchor> {
        let anchor = |(mark, _): &(Mark, Sign)| match *mark {
            Mark::Paragraph => Anchor::Paragraph,
            Mark::Exact(bytes) => Anchor::exact(bytes),
            Mark::Words(words) => Anchor::folded(words).starting(),
            Mark::Before(bytes, after) => Anchor::folded(bytes).starting().before(after),
        };
        self.signs.iter().map(anchor).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (mark, sign) = self.signs[hit.anchor];
        let mark = match mark {
            Mark::Paragraph => &[],
            Mark::Exact(bytes) => bytes,
            Mark::Words(bytes) | Mark::Before(bytes, _) if view.starts_word(hit.at) => bytes,
            Mark::Words(_) | Mark::Before(..) => return,
        };
        let begun = match sign {
            Sign::Header => self.header(view, hit.at),
            Sign::Name { quotes } => self.listed(view, hit.at + mark.len() + quotes, out),
            Sign::Wiki => self.wiki(view, hit.at),
            Sign::Steps => self.steps(view, hit.at),
            Sign::Cases { is_go: true } => self.structs(view, hit.at + mark.len()),
            Sign::Cases { is_go: false } => self.parameters(view, hit.at + mark.len()),
            Sign::Heading => Some((hit.at, Shape::Html(Box::<Html>::default()))),
            Sign::Copy => self.copy(view, hit.at),
            Sign::Rule => self.rule(view, hit.at, out),
            Sign::Record { is_psql } => record(view, hit.at, is_psql),
            Sign::Insert => self.insert(view, hit.at + mark.len()),
            Sign::Create => self.create(view, hit.at + mark.len()),
            Sign::Fields => self.fields(view, hit.at, hit.at + mark.len()),
            Sign::Object => object(view, hit.at + mark.len()),
            Sign::Data => data(view, hit.at + mark.len()),
            Sign::Element => element(hit.at, mark),
            Sign::Lists => self.lists(view, hit.at, hit.at + mark.len() - 1),
        };
        if let Some((body, table)) = begun {
            out.event(Event { at: hit.at, body, table });
        }
    }
}

/// Delimiters, in the order in which they are tried.
const DELIMITERS: [u8; 4] = [b'\t', b';', b',', b'|'];

/// The longest name of a column in a header.
const NAME: usize = 80;

impl Headers {
    /// A row at `at`, and a header on the line above it: names between delimiters, one of which is known, and as many as
    /// the row has cells.
    fn header(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        let above = view.above(at, ABOVE).strip_suffix(b"\n")?;
        let line = &above[memchr::memrchr(b'\n', above).map_or(0, |n| n + 1)..];
        DELIMITERS.iter().find_map(|&delimiter| {
            memchr::memchr(delimiter, line)?;
            let dialect = Dialect { delimiter, quote: Some(b'"'), ends: Ends::Blank };
            let names = names(dialect, line)?;
            // `Dear Customer,` has one name and nothing.
            if names.iter().filter(|name| !name.trim_ascii().is_empty()).count() < 2 {
                return None;
            }
            let columns = self.judge.columns(names.iter().copied(), Subject::default());
            if !columns.is_known() || is_rule(view.peek(at, 8)) {
                return None;
            }
            let is_header = has_cells(dialect, view, at, names.len());
            is_header.then(|| (at, Shape::Delimited(Box::new(Delimited::new(dialect, columns)))))
        })
    }

    /// A header in the line of `at`, where a delimiter stands behind the name of a column: nothing but names, in a line of
    /// their own, of which several are known. Whether rows follow shows when they come.
    fn listed(&self, view: &View<'_>, at: usize, out: &mut Candidates<'_>) -> Option<(usize, Shape)> {
        let end = view.line_end(at, LOOK_AHEAD);
        // Each of its names tells of one line.
        out.dead_until(end);
        let before = view.above(at, ABOVE);
        let start = match memchr::memrchr(b'\n', before) {
            Some(n) => at - before.len() + n + 1,
            None if before.len() < ABOVE => at - before.len(),
            None => return None,
        };
        let delimiter = view.at(at)?;
        if view.at(end) != Some(b'\n') {
            return None;
        }
        let line = view.above(end, ABOVE + LOOK_AHEAD);
        let line = &line[line.len() - (end - start)..];
        let dialect = Dialect { delimiter, quote: Some(b'"'), ends: Ends::Blank };
        if delimiter != b'\t' && line.starts_with(b" ") {
            return None;
        }
        let names = names(dialect, line)?;
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b > 127 || matches!(b, b'_' | b'-' | b'.' | b' ' | b'#');
        let is_plain = |name: &&[u8]| {
            !name.is_empty() && name.iter().all(is_word) && name.iter().filter(|b| **b == b' ').count() < 3
        };
        // `SELECT id, user_name`
        const STATEMENTS: [&[u8]; 8] =
            [b"select ", b"from ", b"where ", b"order ", b"group ", b"set ", b"import ", b"return "];
        let first = names.first()?.to_ascii_lowercase();
        if !names.iter().all(is_plain) || STATEMENTS.iter().any(|word| first.starts_with(word)) {
            return None;
        }
        let columns = self.judge.columns(names.iter().copied(), Subject::default());
        // Words with commas between them may be a part of a sentence, or of a program.
        let is_sure = delimiter != b',' || names.len() > 2 || !line.contains(&b' ');
        let fits = is_sure && columns.held() > 0 && columns.known() > 1;
        fits.then(|| (end + 1, Shape::Delimited(Box::new(Delimited::new(dialect, columns)))))
    }

    /// `| username | password |` below `Examples:` or a step of a test that ends so.
    fn steps(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        let end = view.line_end(at, LOOK_AHEAD);
        let above = view.above(at, ABOVE);
        let line = memchr::memrchr(b'\n', above)?;
        let start = at - (above.len() - line - 1);
        let is_told = above[..line].trim_ascii_end().ends_with(b":");
        let header = view.slice(start, end).trim_ascii();
        if !is_told || view.at(end) != Some(b'\n') {
            return None;
        }
        let dialect = Dialect { delimiter: b'|', quote: None, ends: Ends::Blank };
        let names = match header.strip_prefix(b"|").and_then(|inner| inner.strip_suffix(b"|")) {
            // What stands before the first bar and behind the last is a cell, too.
            Some(inner) => [vec![&b""[..]], names(dialect, inner)?, vec![b""]].concat(),
            // `user | pass || isValid` below `where:` of Spock
            None if above[..line].trim_ascii_end().ends_with(b"where:") => {
                header.split(|b| *b == b'|').map(<[u8]>::trim_ascii).collect()
            }
            None => return None,
        };
        let names: Vec<&[u8]> =
            names.into_iter().map(|name| if name == b"pass" { b"password" } else { name }).collect();
        let columns = self.judge.columns(names.iter().copied(), Subject::default());
        (columns.held() > 0).then(|| (end + 1, Shape::Delimited(Box::new(Delimited::new(dialect, columns)))))
    }

    /// `user, password string`, a line each, up to `}{`: the fields of the cases of a test in Go.
    fn structs(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        const LONGEST: usize = 640;
        let text = view.slice(at, at + LONGEST);
        let end = memchr::memmem::find(text, b"}{")?;
        let fields = text[..end].split(|b| matches!(b, b'\n' | b';')).map(<[u8]>::trim_ascii);
        let mut names = Vec::new();
        for field in fields.filter(|field| !field.is_empty() && !field.starts_with(b"//")) {
            // `user, password string // who`
            let last = field.iter().rposition(|b| *b == b',').map_or(0, |comma| comma + 1);
            let rest = field[last..].trim_ascii();
            let of_type = last + (field[last..].len() - rest.len()) + rest.iter().position(|b| BLANK.contains(*b))?;
            names.extend(field[..of_type].split(|b| *b == b',').map(<[u8]>::trim_ascii));
        }
        self.cases(view, at + end + 2, &names, (b'{', b'}'))
    }

    /// `"user, password", [` or `("user", "password"), [`: the parameters of a test in Python.
    fn parameters(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        const LONGEST: usize = 320;
        let text = view.slice(at, at + LONGEST);
        let open = [&b", ["[..], b",\n"].iter().filter_map(|end| memchr::memmem::find(text, end)).min()?;
        let begin = open + 1 + text[open + 1..].iter().position(|b| !SPACE.contains(*b))?;
        if text[begin] != b'[' || memchr::memchr(b'[', text) != Some(begin) {
            return None;
        }
        let is_around = |b: &u8| SPACE.contains(*b) || matches!(b, b'"' | b'\'' | b'(' | b')');
        let names: Vec<&[u8]> = text[..open]
            .split(|b| *b == b',')
            .map(|name| {
                let start = name.iter().position(|b| !is_around(b)).unwrap_or(name.len());
                let end = name.iter().rposition(|b| !is_around(b)).map_or(start, |last| last + 1);
                &name[start..end]
            })
            .collect();
        self.cases(view, at + begin + 1, &names, (b'(', b')'))
    }

    /// The cases of a test at `body`, in the order of these names, between such brackets.
    fn cases(&self, view: &View<'_>, body: usize, names: &[&[u8]], brackets: (u8, u8)) -> Option<(usize, Shape)> {
        let is_user = |name: &&[u8]| [&b"user"[..], b"username", b"login", b"email"].contains(name);
        let has_user = names.iter().any(is_user);
        // `pass` beside a user is no result.
        let names = names.iter().map(|name| match *name {
            b"pass" | b"pw" if has_user => b"password",
            name => name,
        });
        let columns = self.judge.columns(names, Subject::default());
        let row = view.slice(body, body + 160);
        let quote = row.iter().copied().find(|b| matches!(b, b'"' | b'\''))?;
        (columns.held() > 0).then(|| (body, Shape::Insert(Box::new(Insert::cases(columns, brackets, quote)))))
    }

    /// `||User||Mail||` at `at`, where a line begins.
    fn wiki(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        let end = view.line_end(at, LOOK_AHEAD);
        if view.before(at).is_some_and(|b| b != b'\n') || view.at(end) != Some(b'\n') {
            return None;
        }
        let names = view.slice(at, end).trim_ascii().strip_prefix(b"||")?.strip_suffix(b"||")?;
        let names = str::from_utf8(names).ok()?.split("||").map(|name| name.trim().as_bytes());
        let columns = self.judge.columns(names, Subject::default());
        let dialect = Dialect { delimiter: b'|', quote: None, ends: Ends::Wiki };
        columns.is_known().then(|| (end + 1, Shape::Delimited(Box::new(Delimited::new(dialect, columns)))))
    }

    /// `COPY schema.t (a, "b") FROM stdin;` at `at`, where a line begins.
    fn copy(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        if view.before(at).is_some_and(|b| b != b'\n') {
            return None;
        }
        let end = view.line_end(at, LOOK_AHEAD);
        if view.at(end) != Some(b'\n') {
            return None;
        }
        let line = view.slice(at + b"COPY ".len(), end).trim_ascii_end();
        let open = memchr::memchr(b'(', line)?;
        let close = open + memchr::memchr(b')', &line[open..])?;
        let how = line[close + 1..].to_ascii_lowercase();
        if !how.trim_ascii_start().starts_with(b"from stdin") {
            return None;
        }
        let subject = Subject::of(&line[..open]);
        let columns = self.judge.columns(line[open + 1..close].split(|&b| b == b','), subject);
        let is_csv = memchr::memmem::find(&how, b"csv").is_some();
        let delimiter = if is_csv { b',' } else { b'\t' };
        let dialect = Dialect { delimiter, quote: is_csv.then_some(b'"'), ends: Ends::Dot };
        Some((end + 1, Shape::Delimited(Box::new(Delimited::new(dialect, columns)))))
    }
}

impl Headers {
    /// The rule of dashes that holds what stands at `at`, and the header above it.
    fn rule(&self, view: &View<'_>, at: usize, out: &mut Candidates<'_>) -> Option<(usize, Shape)> {
        if view.at(at) == Some(b'-') && view.before(view.run_back(at, const { ByteSet::of(b"- ") }, 64)) != Some(b'\n')
        {
            // Dashes within a line are no rule, none of them.
            out.dead_until(view.run(at, const { ByteSet::of(b"-") }, 512));
            return None;
        }
        let inside = at;
        let before = view.above(inside, ABOVE);
        let start = inside - before.len() + memchr::memrchr(b'\n', before).map_or(0, |n| n + 1);
        let end = view.line_end(inside, LOOK_AHEAD);
        // One rule is told of by each of its cells.
        out.dead_until(end);
        if view.at(end) != Some(b'\n') || start == inside - before.len() {
            return None;
        }
        let above = &before[..before.len() - (inside - start) - 1];
        let header = match memchr::memrchr(b'\n', above) {
            Some(n) => &above[n + 1..],
            // The stream begins with it.
            None if before.len() < ABOVE => above,
            None => return None,
        };
        let header = header.strip_suffix(b"\r").unwrap_or(header);
        if is_blank(header) {
            return None;
        }
        let rule = view.above(end, ABOVE + LOOK_AHEAD);
        let rule = &rule[rule.len() - (end - start)..];
        let (rule, bar) = drawn(rule.strip_suffix(b"\r").unwrap_or(rule))?;
        let rule = rule.trim_ascii_end();
        let (bars, separator) = match rule.first()? {
            b'+' => (Bars::Around, b'+'),
            b'|' => (Bars::Around, b'|'),
            b'-' if rule.ends_with(b"+") => (Bars::Behind, b'+'),
            b'-' if rule.contains(&b'+') => (Bars::Between, b'+'),
            b'-' | b' ' if rule.contains(&b' ') => return self.blanks(header, rule, end + 1, above),
            // One column: psql begins its name with a blank.
            b'-' if header.starts_with(b" ") && !is_wrapped(above) => (Bars::Between, b'+'),
            b'-' => return self.blanks(header, rule, end + 1, above),
            _ => return None,
        };
        if !rule.iter().all(|&b| matches!(b, b'-' | b':' | b'=') || b == separator) {
            return None;
        }
        let inner = match bars {
            Bars::Around => rule.get(1..rule.len() - 1)?,
            Bars::Behind => rule.get(..rule.len() - 1)?,
            Bars::Between | Bars::None => rule,
        };
        let widths: Vec<usize> = inner.split(|&b| b == separator).map(<[u8]>::len).take(COLUMNS).collect();
        if widths.contains(&0) {
            return None;
        }
        let columns = |header| -> Option<Columns> {
            let names = named(header, bars, bar)?;
            (names.len() == widths.len()).then(|| self.judge.columns(names, Subject::default()))
        };
        let mut columns_above = columns(header)?;
        // DuckDB tells types between the names and the rule.
        if !columns_above.is_known()
            && let Some(n) = memchr::memrchr(b'\n', above)
            && let Some((_, names)) = last_line(&above[..n])
            && let Some(known) = columns(names).filter(Columns::is_known)
        {
            columns_above = known;
        }
        // A table that holds nothing is read all the same where its cells are told apart: what is found in them must not
        // move the bars. Dashes below a line of text are no table.
        if widths.len() == 1 && !columns_above.is_known() {
            return None;
        }
        Some((end + 1, Shape::Aligned(Box::new(Aligned::new((bars, bar), vec![widths], columns_above)))))
    }

    /// The table of sqlcmd, SQL*Plus, SQLite or PowerShell whose rows begin at `body`, below a header and a rule of dashes and blanks; `above`
    /// ends with the header. SQL*Plus breaks rows that are longer than its line between cells, and the header likewise: then
    /// each line of it has a rule of its own, and this is the last.
    fn blanks(&self, header: &[u8], rule: &[u8], body: usize, above: &[u8]) -> Option<(usize, Shape)> {
        let mut lines = vec![(header, dashes(rule)?)];
        let mut above = above;
        while lines.len() < LINES {
            let Some((header, widths, before)) = wrapped(above) else { break };
            lines.push((header, widths));
            above = before;
        }
        lines.reverse();
        let names: Vec<&[u8]> = lines.iter().flat_map(|(header, widths)| pieces(header, widths)).collect();
        let widths: Vec<usize> = lines.iter().flat_map(|(_, widths)| widths.iter().copied()).collect();
        // The heading of a chapter is underlined with as many dashes as it is long, and is no name of a column.
        if let ([name], [width]) = (&names[..], &widths[..])
            && (name.trim_ascii_end().len() >= *width || !is_name_of_column(name.trim_ascii()))
        {
            return None;
        }
        // Names are cut to the width of their columns.
        let columns = self.judge.cut_columns(&names, &widths, Subject::default());
        let lines = lines.into_iter().map(|(_, widths)| widths).collect();
        columns.is_known().then(|| (body, Shape::Aligned(Box::new(Aligned::new((Bars::None, b"|"), lines, columns)))))
    }
}

/// How many lines a row may be broken into.
const LINES: usize = 64;

/// What may stand between words of a statement.
const GAP: ByteSet = SPACE;

/// The quotes of names: of MySQL, of the standard, of SQL Server.
const QUOTES: ByteSet = ByteSet::of(b"`\"[]");

impl Headers {
    /// The name of the table at `at`, as written, and where it ends.
    fn name<'v>(view: &View<'v>, at: usize) -> Option<(&'v [u8], usize)> {
        let at = view.run(at, GAP, 64);
        let end = view.run(at, const { WORD.or(HIGH).or(QUOTES).or(ByteSet::of(b".$")) }, 200);
        (end > at).then(|| (view.slice(at, end), end))
    }

    /// What stands behind `INSERT INTO `.
    fn insert(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        // `INSERT [dbo].[t]`.
        let at = if view.before(at) == Some(b'[') { at - 1 } else { at };
        let (name, end) = Self::name(view, at)?;
        let mut next = view.run(end, GAP, 64);
        let mut names = None;
        if view.at(next) == Some(b'(') {
            let (list, behind) = list(view, next)?;
            names = Some(list);
            next = view.run(behind, GAP, 64);
        }
        // `OVERRIDING SYSTEM VALUE VALUES`.
        if view.starts_with_ignoring_case(next, b"overriding ") {
            next = view.run(next + 22, GAP, 64);
        }
        if !view.starts_with_ignoring_case(next, b"values") {
            return None;
        }
        let body = view.run(next + b"values".len(), GAP, 64);
        if view.at(body) != Some(b'(') {
            return None;
        }
        let escapes = name.contains(&b'`');
        let shape = match names {
            Some(names) => {
                let columns = self.judge.columns(names, Subject::of(name));
                Shape::Insert(Box::new(Insert::new(escapes, columns)))
            }
            None => Shape::InsertInto(plain(name), escapes),
        };
        Some((body, shape))
    }

    /// The rows at `body`, behind the columns that their object names before: strings, or objects with a `name`.
    fn lists(&self, view: &View<'_>, at: usize, body: usize) -> Option<(usize, Shape)> {
        const LISTS: [&[u8]; 4] = [b"\"columns\":", b"\"fields\":", b"\"cols\":", b"\"headers\":"];
        const NAME: &[u8] = b"\"name\":";
        let before = view.above(at, ABOVE);
        let line = &before[memchr::memrchr(b'\n', before).map_or(0, |n| n + 1)..];
        let from = LISTS.iter().filter_map(|list| Some(memchr::memmem::rfind(line, list)? + list.len())).max()?;
        let list = line[from..].trim_ascii_start().strip_prefix(b"[")?;
        let is_objects = list.trim_ascii_start().starts_with(b"{");
        let mut names = Vec::new();
        let mut rest = list;
        while names.len() < COLUMNS {
            if is_objects {
                let Some(next) = memchr::memmem::find(rest, NAME) else { break };
                rest = &rest[next + NAME.len()..];
            }
            let Some(open) = rest.iter().position(|b| !matches!(b, b' ' | b',')) else { break };
            let Some(text) = rest[open..].strip_prefix(b"\"") else { break };
            let Some(close) = memchr::memchr(b'"', text) else { break };
            names.push(&text[..close]);
            rest = &text[close + 1..];
        }
        let columns = self.judge.columns(names, Subject::default());
        columns.is_known().then(|| (body, Shape::Insert(Box::new(Insert::lists(columns)))))
    }

    /// What stands behind `CREATE TABLE `.
    fn create(&self, view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
        let mut at = view.run(at, GAP, 64);
        if view.starts_with_ignoring_case(at, b"if not exists ") {
            at += b"if not exists ".len();
        }
        let (name, end) = Self::name(view, at)?;
        let open = view.run(end, GAP, 64);
        if view.at(open) != Some(b'(') {
            return None;
        }
        let (list, end) = list(view, open)?;
        const OTHERS: [&[u8]; 11] = [
            b"primary",
            b"key",
            b"unique",
            b"constraint",
            b"index",
            b"foreign",
            b"fulltext",
            b"check",
            b"like",
            b"exclude",
            b"spatial",
        ];
        let first = |column: &&[u8]| {
            let word = column.split(|&b| GAP.contains(b)).next().unwrap_or_default();
            !word.is_empty() && !OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other))
        };
        let names = list.into_iter().filter(first).map(|column| {
            let word = column.iter().position(|&b| GAP.contains(b)).unwrap_or(column.len());
            &column[..word]
        });
        let columns = self.judge.columns(names, Subject::of(name));
        Some((end, Shape::Made(plain(name), columns)))
    }

    /// The names behind `#Fields: `, where a line begins.
    fn fields(&self, view: &View<'_>, at: usize, from: usize) -> Option<(usize, Shape)> {
        if view.before(at).is_some_and(|b| b != b'\n') {
            return None;
        }
        let end = view.line_end(from, LOOK_AHEAD - 16);
        if view.at(end) != Some(b'\n') {
            return None;
        }
        let line = view.slice(from, end).trim_ascii_end();
        let columns = self.judge.columns(line.split(|&b| b == b' '), Subject::default());
        let dialect = Dialect { delimiter: b' ', quote: None, ends: Ends::Fields };
        Some((end + 1, Shape::Delimited(Box::new(Delimited::new(dialect, columns)))))
    }
}

/// The name of a table without its schema and quotes, in lower case.
fn plain(name: &[u8]) -> Vec<u8> {
    let last = name.rsplit(|&b| b == b'.').next().unwrap_or(name);
    last.iter().filter(|b| !QUOTES.contains(**b)).map(u8::to_ascii_lowercase).collect()
}

/// What stands between the parentheses that open at `at`, by commas, and where they are closed. Of a list that goes on
/// behind the reach of the view, what is in reach.
fn list<'v>(view: &View<'v>, at: usize) -> Option<(Vec<&'v [u8]>, usize)> {
    let (mut items, mut from, mut depth, mut quote) = (Vec::new(), at + 1, 0, None);
    let mut i = at + 1;
    loop {
        let Some(byte) = view.at(i) else {
            return (view.is_capped_at(i) && !items.is_empty()).then_some((items, i));
        };
        match (byte, quote) {
            (_, Some(end)) if byte == end => quote = None,
            (_, Some(_)) => {}
            (b'\'' | b'"' | b'`', None) => quote = Some(byte),
            (b'(', None) => depth += 1,
            (b')', None) if depth > 0 => depth -= 1,
            (b',' | b')', None) if depth == 0 => {
                if items.len() < COLUMNS {
                    items.push(view.slice(from, i).trim_ascii());
                }
                from = i + 1;
                if byte == b')' {
                    return Some((items, i + 1));
                }
            }
            (b';', None) => return None,
            _ => {}
        }
        i += 1;
    }
}

/// The object whose class begins at `at`: `<object class="InternalUser" package="...">`.
fn object(view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
    let end = view.run(at, const { WORD.or(ByteSet::of(b".$")) }, 128);
    let subject = Subject::of(view.slice(at, end));
    let body = view.run(end, const { ByteSet::of(b">\n").not() }, 512);
    (view.at(body) == Some(b'>')).then(|| (body + 1, Shape::Markup(Box::new(Markup::new(How::Properties, subject)))))
}

/// The table whose name begins at `at`: `<data tableName="AO_...">`.
fn data(view: &View<'_>, at: usize) -> Option<(usize, Shape)> {
    let body = view.run(at, const { ByteSet::of(b">\n").not() }, 256);
    (view.at(body) == Some(b'>'))
        .then(|| (body + 1, Shape::Markup(Box::new(Markup::new(How::Order, Subject::default())))))
}

/// The row at `at`, by the beginning of its tag: `<User `.
fn element(at: usize, mark: &[u8]) -> Option<(usize, Shape)> {
    let subject = Subject::of(&mark[1..mark.len() - 1]);
    Some((at + mark.len(), Shape::Markup(Box::new(Markup::new(How::Attributes, subject)))))
}

/// A line cut into pieces of these widths, with a blank between them.
fn pieces<'t>(line: &'t [u8], widths: &[usize]) -> Vec<&'t [u8]> {
    let mut rest = line;
    let mut pieces = Vec::new();
    for (number, &width) in widths.iter().enumerate() {
        let end = match crate::width::walk(rest, width) {
            crate::width::Walk::To(end) if number + 1 < widths.len() => end,
            _ => rest.len(),
        };
        pieces.push(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    pieces
}

/// Records below `-[ RECORD 1 ]---` or `*** 1. row ***`, where a line begins.
fn record(view: &View<'_>, at: usize, is_psql: bool) -> Option<(usize, Shape)> {
    let start = view.line_start(at);
    let before = view.slice(start, at);
    let fits = match is_psql {
        true => before.is_empty(),
        false => {
            let stars = before.iter().take_while(|&&b| b == b'*').count();
            let rest = &before[stars..];
            stars >= 5 && rest.len() > 1 && rest[0] == b' ' && rest[1..].iter().all(u8::is_ascii_digit)
        }
    };
    let end = view.line_end(at, 512);
    (fits && view.at(end) == Some(b'\n')).then(|| (end + 1, Shape::Expanded(Box::new(Expanded::new(is_psql)))))
}

/// The names in a header; `None` if one of them is none.
fn names(dialect: Dialect, line: &[u8]) -> Option<Vec<&[u8]>> {
    let text = Text { bytes: line, end: line.len(), is_over: true };
    let mut names = Vec::new();
    let mut at = 0;
    loop {
        let cell = dialect.cell(text, at)?;
        let name = line[cell.start..cell.end].trim_ascii();
        let count = |byte: u8| name.iter().filter(|&&b| b == byte).count();
        let is_name = name.len() <= NAME
            && !name.iter().any(|b| {
                matches!(b, b'@' | b'=' | b'{' | b'}' | b'<' | b'>' | b'\n' | b'|' | b':' | b';' | b'?' | b'!')
            })
            && count(b'(') == count(b')')
            && count(b'[') == count(b']')
            && (name.is_empty() || name.iter().any(|b| b.is_ascii_alphabetic() || *b > 127))
            && name.split(|&b| b == b' ').count() <= 6
            // `464/tcp`
            && !(name.contains(&b'/') && name.first().is_some_and(u8::is_ascii_digit))
            && !is_of_sentence(name);
        if !is_name || names.len() == COLUMNS {
            return None;
        }
        names.push(name);
        if cell.ends_row {
            break;
        }
        at = cell.next;
    }
    (names.len() > 1 && names.iter().filter(|name| name.is_empty()).count() < 2).then_some(names)
}

/// Whether what stands between two delimiters is a piece of a sentence, such as `and the main thread`, rather than a name.
fn is_of_sentence(name: &[u8]) -> bool {
    const WORDS: [&[u8]; 20] = [
        b"the", b"are", b"is", b"was", b"were", b"which", b"that", b"this", b"these", b"an", b"such", b"but", b"so",
        b"it", b"there", b"then", b"have", b"has", b"--", b"be",
    ];
    let mut words = name.split(|&b| b == b' ').filter(|word| !word.is_empty());
    let is_joined = matches!(name, [b'a' | b'A', b'n', b'd', b' ', ..] | [b'o' | b'O', b'r', b' ', ..]);
    let is_word = |word: &[u8]| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known));
    is_joined || (name.contains(&b' ') && words.any(is_word)) || memchr::memmem::find(name, b"()").is_some()
}

/// Whether a text begins with a rule of dashes, as stands below the header of a table of fixed width.
fn is_rule(text: &[u8]) -> bool {
    matches!(text, [b'-', b'-' | b'+', ..] | [b'|' | b'+', b'-', ..] | [b'|', b' ' | b':', b'-', ..])
}

/// Whether the row at `at` has `count` cells, as far as it is in reach.
fn has_cells(dialect: Dialect, view: &View<'_>, at: usize, count: usize) -> bool {
    let known = view.peek(at, LOOK_AHEAD);
    let mut text = Text { bytes: known, end: known.len(), is_over: false };
    let (mut seen, mut next) = (0, 0);
    loop {
        match dialect.cell(text, next) {
            Some(cell) => {
                seen += 1;
                if cell.ends_row {
                    return seen == count;
                }
                next = cell.next;
            }
            None if view.is_capped_at(at + known.len()) => return seen < count,
            // It is asked what follows, so that the decision waits for it.
            None if view.at(at + known.len()).is_none() && view.is_starved() => return false,
            None if text.is_over => return false,
            None => text.is_over = true,
        }
    }
}

//! Query output and dumps: a directory of users, made from a seed, in each shape that a customer pastes it.

use std::collections::BTreeMap;
use std::io::{self, Read};

use scrubjay::Scrubber;
use scrubjay::sensitive::Sensitive;
use scrubjay::source::Source;

/// A table with a header.
struct Table {
    name: &'static str,
    columns: Vec<&'static str>,
    /// Which columns must go.
    hidden: Vec<&'static str>,
    rows: Vec<Vec<Option<String>>>,
}

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn pick<'a>(&mut self, among: &[&'a str]) -> &'a str {
        among[self.roll(among.len())]
    }

    /// A word in which no other stands, such as one for a password.
    fn word(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b"bcdfghjkmx"[self.roll(10)])).collect()
    }

    fn text(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        (0..length).map(|_| char::from(LETTERS[self.roll(LETTERS.len())])).collect()
    }
}

const FIRST: [&str; 12] =
    ["Jane", "Conan", "Zoë", "Łukasz", "太郎", "Jürgen", "Marie-Ève", "Nguyễn", "Aoife", "Σοφία", "Mark", "Will"];
const LAST: [&str; 12] = [
    "Roe",
    "O'Brien",
    "Müller",
    "van der Berg",
    "山田",
    "García Pérez",
    "D\"Souza",
    "de la Cruz",
    "Smith-Jones",
    "Nowak",
    "Back\\slash",
    "Παππά",
];

/// The tables of a directory with so many users.
fn directory(users: usize) -> Vec<Table> {
    let mut dice = Dice(20_260_501);
    let mut cwd_user = Vec::new();
    let mut app_user = Vec::new();
    let mut actions = Vec::new();
    let mut properties = Vec::new();
    for number in 0..users {
        let (id, some) = (10_000 + number, |text: &str| Some(text.to_string()));
        let login = format!("{}.{}{number}", dice.pick(&["jane", "conan", "zoe", "lukasz"]), dice.word(7));
        let (first, last) = (format!("{}x{number}", dice.pick(&FIRST)), format!("{}q{number}", dice.pick(&LAST)));
        let (is_last_first, nothing) = (dice.roll(4) == 0, dice.roll(25) == 0);
        let display = if is_last_first { format!("{last}, {first}") } else { format!("{first} {last}") };
        let mail = format!("{login}@mail{}.acme.example", number % 7);
        let phone = format!("+1 212 555 {:04}", number % 10_000);
        let hash = ["{PKCS5", "S2}", &dice.text(32)].concat();
        let created = format!("2021-03-{:02} 10:{:02}:12", 1 + number % 28, number % 60);
        let optional = |text: &str| if nothing { None } else { some(text) };
        cwd_user.push(vec![
            some(&id.to_string()),
            some("10000"),
            some(&login.to_uppercase()),
            some(&login),
            some(if number % 9 == 0 { "0" } else { "1" }),
            some(&created),
            optional(&first),
            optional(&last),
            some(&display),
            some(&mail),
            optional(&phone),
            optional(&hash),
        ]);
        let key = if number % 2 == 0 { format!("JIRAUSER{id}") } else { login.clone() };
        app_user.push(vec![some(&(50_000 + number).to_string()), some(&key), some(&login)]);
        let body = format!("fixed in 9.4.2, ask {mail}");
        actions.push(vec![
            some(&(70_000 + number).to_string()),
            some("20001"),
            some(&key),
            some(&created),
            some(&body),
        ]);
        if number % 50 == 0 {
            let password = dice.text(12);
            properties.push(vec![some("10000"), some("ldap.password"), some(&password)]);
            properties.push(vec![some("10000"), some("ldap.pagedresults"), some("true")]);
            properties.push(vec![some("10000"), some("ldap.search.timelimit"), some("60000")]);
        }
    }
    let table = |name, columns: &str, hidden: &str, rows| {
        let words =
            |text: &str| -> Vec<&'static str> { text.split(' ').map(|word| &*word.to_string().leak()).collect() };
        Table { name, columns: words(columns), hidden: words(hidden), rows }
    };
    vec![
        table(
            "cwd_user",
            "id directory_id user_name lower_user_name active created_date first_name last_name display_name email_address \
             phone credential",
            "user_name lower_user_name first_name last_name display_name email_address phone credential",
            cwd_user,
        ),
        table("app_user", "id user_key lower_user_name", "user_key lower_user_name", app_user),
        table("jiraaction", "id issueid author created actionbody", "author", actions),
        table("cwd_directory_attribute", "directory_id attribute_name attribute_value", "", properties),
    ]
}

impl Table {
    fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| *column == name).unwrap()
    }

    /// Every value that must not be read in an output.
    fn values(&self) -> Vec<&str> {
        let hidden = self.hidden.iter().filter(|name| !name.is_empty()).map(|name| self.column(name));
        let cells = hidden.flat_map(|column| self.rows.iter().filter_map(move |row| row[column].as_deref()));
        let passwords = self.rows.iter().filter(|row| row[1].as_deref() == Some("ldap.password"));
        cells.chain(passwords.filter_map(|row| row[2].as_deref())).collect()
    }
}

fn columns_of(text: &str) -> usize {
    scrubjay::width::columns(text.as_bytes())
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns_of(text))))
}

fn cell(value: &Option<String>, null: &str) -> String {
    value.clone().unwrap_or_else(|| null.to_string())
}

fn widths(table: &Table, null: &str) -> Vec<usize> {
    let width = |n: usize| {
        let cells = table.rows.iter().map(|row| columns_of(&cell(&row[n], null)));
        cells.max().unwrap_or(0).max(table.columns[n].len())
    };
    (0..table.columns.len()).map(width).collect()
}

fn csv(table: &Table, delimiter: char) -> String {
    let field = |text: &str| match text.contains([delimiter, '"', '\n', '\'']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    };
    let line = |cells: Vec<String>| cells.join(&delimiter.to_string()) + "\n";
    let mut out = line(table.columns.iter().map(|name| name.to_string()).collect());
    for row in &table.rows {
        out += &line(row.iter().map(|value| field(&cell(value, ""))).collect());
    }
    out
}

fn copy(table: &Table) -> String {
    let mut out = format!("COPY public.{} ({}) FROM stdin;\n", table.name, table.columns.join(", "));
    for row in &table.rows {
        let cells = row.iter().map(|value| value.as_ref().map_or("\\N".into(), |text| text.replace('\\', "\\\\")));
        out += &(cells.collect::<Vec<_>>().join("\t") + "\n");
    }
    out + "\\.\n\n"
}

fn psql(table: &Table) -> String {
    let widths = widths(table, "");
    let line = |cells: Vec<String>| {
        let last = cells.len() - 1;
        let cell = |(n, text): (usize, &String)| {
            if n == last { format!(" {text}") } else { format!(" {} ", padded(text, widths[n])) }
        };
        cells.iter().enumerate().map(cell).collect::<Vec<_>>().join("|") + "\n"
    };
    let mut out = line(table.columns.iter().map(|name| name.to_string()).collect());
    out += &(widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("+") + "\n");
    for row in &table.rows {
        out += &line(row.iter().map(|value| cell(value, "")).collect());
    }
    out + &format!("({} rows)\n\n", table.rows.len())
}

fn expanded(table: &Table) -> String {
    let width = table.columns.iter().map(|name| name.len()).max().unwrap();
    let mut out = String::new();
    for (number, row) in table.rows.iter().enumerate() {
        out += &format!("-[ RECORD {} ]{}+-----------\n", number + 1, "-".repeat(width));
        for (name, value) in table.columns.iter().zip(row) {
            out += &format!("{} | {}\n", padded(name, width), cell(value, ""));
        }
    }
    out + "\n"
}

fn mysql(table: &Table) -> String {
    let widths = widths(table, "NULL");
    let frame = widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("+");
    let line = |cells: Vec<String>| {
        let cells = cells.iter().zip(&widths).map(|(text, width)| format!(" {} ", padded(text, *width)));
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    let mut out = format!("+{frame}+\n");
    out += &line(table.columns.iter().map(|name| name.to_string()).collect());
    out += &format!("+{frame}+\n");
    for row in &table.rows {
        out += &line(row.iter().map(|value| cell(value, "NULL")).collect());
    }
    out + &format!("+{frame}+\n{} rows in set (0.01 sec)\n\n", table.rows.len())
}

fn mysql_vertical(table: &Table) -> String {
    let width = table.columns.iter().map(|name| name.len()).max().unwrap();
    let mut out = String::new();
    for (number, row) in table.rows.iter().enumerate() {
        out += &format!("{0} {1}. row {0}\n", "*".repeat(27), number + 1);
        for (name, value) in table.columns.iter().zip(row) {
            out += &format!("{name:>width$}: {}\n", cell(value, "NULL"));
        }
    }
    out + &format!("{} rows in set (0.01 sec)\n\n", table.rows.len())
}

fn sqlcmd(table: &Table) -> String {
    let widths = widths(table, "NULL");
    let line = |cells: Vec<String>| {
        cells.iter().zip(&widths).map(|(text, width)| padded(text, *width)).collect::<Vec<_>>().join(" ") + "\n"
    };
    let mut out = line(table.columns.iter().map(|name| name.to_string()).collect());
    out += &line(widths.iter().map(|width| "-".repeat(*width)).collect());
    for row in &table.rows {
        out += &line(row.iter().map(|value| cell(value, "NULL")).collect());
    }
    out + &format!("\n({} rows affected)\n\n", table.rows.len())
}

/// A literal of SQL; numbers stand without quotes.
fn literal(value: &Option<String>, is_mysql: bool) -> String {
    match value {
        None => "NULL".into(),
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.clone(),
        Some(text) if is_mysql => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"")),
        Some(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

fn inserts(table: &Table) -> String {
    let create: Vec<String> = table.columns.iter().map(|name| format!("    {name} text")).collect();
    let mut out = format!("CREATE TABLE {} (\n{}\n);\n", table.name, create.join(",\n"));
    for row in &table.rows {
        let values: Vec<String> = row.iter().map(|value| literal(value, false)).collect();
        out += &format!("INSERT INTO {} ({}) VALUES ({});\n", table.name, table.columns.join(", "), values.join(", "));
    }
    out + "\n"
}

fn mysqldump(table: &Table) -> String {
    let create: Vec<String> =
        table.columns.iter().map(|name| format!("  `{name}` varchar(255) DEFAULT NULL,\n")).collect();
    let mut out = format!(
        "CREATE TABLE `{0}` (\n{1}  KEY `idx_{0}` (`{2}`)\n) ENGINE=InnoDB;\n",
        table.name,
        create.concat(),
        table.columns[0]
    );
    let rows = table
        .rows
        .iter()
        .map(|row| format!("({})", row.iter().map(|value| literal(value, true)).collect::<Vec<_>>().join(",")));
    out += &format!("INSERT INTO `{}` VALUES {};\n", table.name, rows.collect::<Vec<_>>().join(","));
    out + "\n"
}

/// The name that Jira gives an element, and its attributes.
fn camel(name: &str, is_element: bool) -> String {
    let name = name.trim_start_matches("cwd_").replace("jiraaction", "action").replace("app_user", "application_user");
    let mut up = is_element;
    let mut out = String::new();
    for letter in name.chars() {
        match letter {
            '_' => up = true,
            letter if up => {
                out.extend(letter.to_uppercase());
                up = false;
            }
            letter => out.push(letter),
        }
    }
    out
}

fn entities(table: &Table) -> String {
    let mut out = String::from("<entity-engine-xml>\n");
    for row in &table.rows {
        out += &format!("    <{}", camel(table.name, true));
        for (name, value) in table.columns.iter().zip(row) {
            let text =
                value.as_deref().unwrap_or("").replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&apos;");
            let name = name.replace("attribute_name", "name").replace("attribute_value", "value");
            out += &format!(" {}=\"{}\"", camel(&name, false), text.replace('<', "&lt;"));
        }
        out += "/>\n";
    }
    out + "</entity-engine-xml>\n"
}

fn active_objects(table: &Table) -> String {
    let mut out = format!("<backup>\n<data tableName=\"AO_{}\">\n", table.name.to_uppercase());
    for name in &table.columns {
        out += &format!("  <column name=\"{}\"/>\n", name.to_uppercase());
    }
    for row in &table.rows {
        out += "  <row>";
        for value in row {
            match value {
                None => out += "<string xsi:nil=\"true\"/>",
                Some(text) => out += &format!("<string>{}</string>", text.replace('&', "&amp;").replace('<', "&lt;")),
            }
        }
        out += "</row>\n";
    }
    out + "</data>\n</backup>\n"
}

/// The log of IIS, whose cells have no blanks.
fn fields(table: &Table) -> String {
    let mut out = format!("#Software: IIS\n#Fields: {}\n", table.columns.join(" "));
    for row in &table.rows {
        out +=
            &(row.iter().map(|value| value.as_deref().unwrap_or("-").replace(' ', "+")).collect::<Vec<_>>().join(" ")
                + "\n");
    }
    out
}

type Render = fn(&Table) -> String;

/// Every shape, by its name.
fn shapes() -> Vec<(&'static str, Render)> {
    vec![
        ("csv", |table| csv(table, ',') + "\n"),
        ("tsv", |table| csv(table, '\t') + "\n"),
        ("semicolons", |table| csv(table, ';') + "\n"),
        ("copy", copy),
        ("psql", psql),
        ("psql \\x", expanded),
        ("mysql", mysql),
        ("mysql \\G", mysql_vertical),
        ("sqlcmd", sqlcmd),
        ("inserts", inserts),
        ("mysqldump", mysqldump),
        ("entities.xml", entities),
        ("activeobjects.xml", active_objects),
    ]
}

/// A source that gives at most so many bytes at a time.
struct Dripping<'a> {
    text: &'a [u8],
    piece: usize,
    idles: bool,
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.piece.min(buffer.len()).min(self.text.len());
        buffer[..n].copy_from_slice(&self.text[..n]);
        self.text = &self.text[n..];
        Ok(n)
    }
}

impl Source for Dripping<'_> {
    fn is_idle(&mut self) -> bool {
        self.idles && !self.text.is_empty()
    }
}

fn scrubber(chunk: usize, threads: usize) -> Scrubber {
    Scrubber::builder().unrecorded().key(Sensitive::new([7; 32])).chunk_size(chunk).threads(threads).build().unwrap()
}

fn scrub_by(text: &str, chunk: usize, threads: usize, piece: usize, idles: bool) -> String {
    let mut out = Vec::new();
    let source = Dripping { text: text.as_bytes(), piece, idles };
    scrubber(chunk, threads).scrub_source(source, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn scrub(text: &str) -> String {
    scrub_by(text, 128 << 10, 2, usize::MAX, false)
}

/// What a placeholder tells besides its kind.
fn body(placeholder: &str) -> &str {
    placeholder.rsplit('_').next().unwrap()
}

/// The cells of an output of any shape but CSV, by rows; only for what has as many lines as rows.
fn rows(shape: &str, output: &str) -> Vec<Vec<String>> {
    let trimmed = |cell: &str| cell.trim().to_string();
    match shape {
        "csv" | "tsv" | "semicolons" => {
            let delimiter = [b',', b'\t', b';'][["csv", "tsv", "semicolons"].iter().position(|s| *s == shape).unwrap()];
            let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).from_reader(output.trim_end().as_bytes());
            reader.records().map(|record| record.unwrap().iter().map(str::to_string).collect()).collect()
        }
        "copy" => {
            let rows = output.lines().skip(1).take_while(|line| *line != "\\.");
            rows.map(|line| line.split('\t').map(str::to_string).collect()).collect()
        }
        "psql" => {
            let rows = output.lines().skip(2).take_while(|line| line.starts_with(' '));
            rows.map(|line| line.split('|').map(trimmed).collect()).collect()
        }
        "mysql" => {
            let rows = output.lines().skip(3).take_while(|line| line.starts_with('|'));
            rows.map(|line| line.trim_matches('|').split('|').map(trimmed).collect()).collect()
        }
        "psql \\x" | "mysql \\G" => {
            let mark = if shape == "mysql \\G" { "***" } else { "-[ RECORD" };
            let separator = if shape == "mysql \\G" { ": " } else { "| " };
            let mut rows: Vec<Vec<String>> = Vec::new();
            for line in output.lines().take_while(|line| !line.is_empty() && !line.contains(" in set")) {
                match line.starts_with(mark) {
                    true => rows.push(Vec::new()),
                    false => rows
                        .last_mut()
                        .unwrap()
                        .push(line.split_once(separator).map_or("", |(_, value)| value).to_string()),
                }
            }
            rows
        }
        "sqlcmd" => {
            let mut lines = output.lines();
            let widths: Vec<usize> = lines.nth(1).unwrap().split(' ').map(str::len).collect();
            let cut = |line: &str| {
                let mut rest = line;
                let cells = widths.iter().map(|&width| {
                    let end = match scrubjay::width::walk(rest.as_bytes(), width) {
                        scrubjay::width::Walk::To(end) => end,
                        _ => rest.len(),
                    };
                    let cell = rest[..end].trim().to_string();
                    rest = rest.get(end + 1..).unwrap_or("");
                    cell
                });
                cells.collect()
            };
            lines.take_while(|line| !line.is_empty()).map(cut).collect()
        }
        "inserts" => {
            let database = rusqlite::Connection::open_in_memory().unwrap();
            database.execute_batch(output).unwrap();
            let names = "SELECT name FROM sqlite_master WHERE type = 'table'";
            let table: String = database.query_row(names, [], |row| row.get(0)).unwrap();
            let mut all = database.prepare(&format!("SELECT * FROM {table} ORDER BY rowid")).unwrap();
            let columns = all.column_count();
            let cell = |row: &rusqlite::Row<'_>, n| row.get::<_, Option<String>>(n).unwrap().unwrap_or_default();
            let rows = all.query_map([], |row| Ok((0..columns).map(|n| cell(row, n)).collect())).unwrap();
            rows.map(Result::unwrap).collect()
        }
        "mysqldump" => {
            let start = output.find("VALUES (").unwrap() + "VALUES (".len();
            let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
            let (mut quoted, mut letters) = (false, output[start..].chars());
            while let Some(letter) = letters.next() {
                match (letter, quoted) {
                    ('\\', true) => cell.push(letters.next().unwrap()),
                    ('\'', _) => quoted = !quoted,
                    (',', false) => row.push(std::mem::take(&mut cell)),
                    (')', false) => {
                        row.push(std::mem::take(&mut cell));
                        rows.push(std::mem::take(&mut row));
                        if letters.next() == Some(';') {
                            break;
                        }
                        assert_eq!(letters.next(), Some('('));
                    }
                    (letter, _) => cell.push(letter),
                }
            }
            rows
        }
        "entities.xml" => {
            let document = roxmltree::Document::parse(output).unwrap();
            let elements = document.root_element().children().filter(|node| node.is_element());
            elements.map(|row| row.attributes().map(|cell| cell.value().to_string()).collect()).collect()
        }
        "activeobjects.xml" => {
            let output = output.replace("<backup>", "<backup xmlns:xsi=\"x\">");
            let document = roxmltree::Document::parse(&output).unwrap();
            let rows = document.descendants().filter(|node| node.has_tag_name("row"));
            let cells =
                |row: roxmltree::Node<'_, '_>| row.children().map(|cell| cell.text().unwrap_or("").into()).collect();
            rows.map(cells).collect()
        }
        other => panic!("no reader for {other}"),
    }
}

#[test]
fn a_directory_of_users_leaves_nobody_in_any_shape_and_keeps_what_is_nobodys() {
    let tables = directory(1500);
    // What the log beside the tables calls the first user.
    let first = tables[0].rows[0][3].clone().unwrap();
    let log = scrub(&format!("2026-05-01 10:14:02,123 INFO login ok user={first} from node1\n"));
    let in_log = log.split("user=").nth(1).unwrap().split(' ').next().unwrap().to_string();
    for (shape, render) in shapes() {
        // One person has one pseudonym, whatever the shape and the column.
        let mut people: BTreeMap<String, String> = BTreeMap::from([(first.to_lowercase(), body(&in_log).to_string())]);
        for table in &tables {
            let text = render(table);
            let output = scrub(&text);
            for value in table.values() {
                assert!(!output.contains(value), "{shape}: {value} of {} is left", table.name);
            }
            let rows = rows(shape, &output);
            assert_eq!(rows.len(), table.rows.len(), "{shape}: rows of {}", table.name);
            for (before, after) in table.rows.iter().zip(&rows) {
                assert_eq!(before.len(), after.len(), "{shape}: columns of {}: {after:?}", table.name);
                for (column, name) in table.columns.iter().enumerate() {
                    let Some(value) = &before[column] else {
                        assert!(matches!(&*after[column], "" | "NULL" | "\\N"), "{shape}: {name} was empty: {after:?}");
                        continue;
                    };
                    let is_password = *name == "attribute_value" && before[1].as_deref() == Some("ldap.password");
                    if table.hidden.contains(name) || is_password {
                        assert!(
                            after[column].len() >= 11 && !after[column].contains(' '),
                            "{shape}: {name}: {after:?}"
                        );
                        let known =
                            people.entry(value.to_lowercase()).or_insert_with(|| body(&after[column]).to_string());
                        assert_eq!(known, body(&after[column]), "{shape}: {value} in {name} of {}", table.name);
                    } else if *name != "actionbody" {
                        assert_eq!(&after[column], value, "{shape}: {name} of {}", table.name);
                    } else {
                        assert!(after[column].starts_with("fixed in 9.4.2, ask "), "{shape}: {after:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn aligned_output_stays_aligned() {
    let tables = directory(300);
    for (shape, render) in shapes().into_iter().filter(|(shape, _)| ["psql", "mysql", "sqlcmd"].contains(shape)) {
        for table in &tables {
            let text = render(table);
            let output = scrub(&text);
            let bars =
                |line: &str| -> Vec<usize> { line.match_indices('|').map(|(at, _)| columns_of(&line[..at])).collect() };
            for (before, after) in text.lines().zip(output.lines()) {
                assert_eq!(bars(before), bars(after), "{shape} of {}:\n{before}\n{after}", table.name);
                // The last cell of psql has no blanks behind it.
                if shape != "psql" {
                    assert_eq!(columns_of(before.trim_end()) > 0, columns_of(after.trim_end()) > 0);
                }
            }
            assert_eq!(text.lines().count(), output.lines().count());
        }
    }
}

/// Everything at once, with what stands around tables, and with what is hard about them.
fn hard() -> String {
    let mut text = String::from("id,user_name,comment\n1,jroe,\"a \"\"quoted\"\" word,\nand a second line\"\n2,,\n\n");
    let long = "x".repeat(3000);
    text += &format!(
        "id;password;notes;display_name\n1;{long};{long};Jane Roe\n2;\"{long}\"\"{long}\";\"{long}\n{long}\";Bo Li\n\n"
    );
    text += "id\tuser_name\n1\t\"never closed\n2\tjroe\n\n";
    for table in directory(6) {
        for (_, render) in shapes() {
            text += &render(&table);
            text += "2026-05-01 10:14:02,123 ERROR user=jroe [c.a.j.web] failed | see +--- and -----\n\n";
        }
    }
    text += &format!(
        " user_name | body\n-----------+-{}\n jroe      | {long}\n bo        | y\n(2 rows)\n\n",
        "-".repeat(3000)
    );
    text += "+---\n|---\n\n-----\n----- ---\n-[ RECORD 1 ]\nx\n*** 1. row *****\nCOPY x (a) FROM stdin;\n\\.\nCOPY\n";
    text += "COPY users (id, name, bio) FROM stdin;\n1\tjroe\tx\\ty\\\\\n2\t\\N";
    text
}

#[test]
fn tables_come_out_alike_wherever_they_are_cut() {
    let text = hard();
    let expected = scrub_by(&text, 4 << 20, 1, usize::MAX, false);
    assert!(!expected.contains("jroe"), "{}", &expected[expected.find("jroe").unwrap_or(0)..]);
    for chunk in [1, 7, 64, 333, 1000, 1001, 4096, 5000, 65_536] {
        // A byte at a time takes long.
        let text = if chunk < 64 { &text[..text.floor_char_boundary(16_000)] } else { &text[..] };
        let expected = if chunk < 64 { &scrub_by(text, 4 << 20, 1, usize::MAX, false) } else { &expected };
        for threads in [1, 2] {
            let by_chunks = scrub_by(text, chunk, threads, usize::MAX, false);
            assert_eq!(difference(expected, &by_chunks), None, "by chunks of {chunk} on {threads}");
        }
        let dripping = scrub_by(text, chunk.max(64), 1, chunk, true);
        assert_eq!(difference(expected, &dripping), None, "by reads of {chunk} of a source that idles");
    }
}

/// Where two texts differ first.
fn difference(one: &str, other: &str) -> Option<String> {
    let at = one.bytes().zip(other.bytes()).position(|(a, b)| a != b);
    let at = at.or_else(|| (one.len() != other.len()).then_some(one.len().min(other.len())))?;
    let part = |text: &str| {
        let bytes = &text.as_bytes()[at.saturating_sub(80)..text.len().min(at + 60)];
        String::from_utf8_lossy(bytes).into_owned()
    };
    Some(format!("at {at}:\n{}\n{}", part(one), part(other)))
}

#[test]
fn the_log_of_iis_is_read_by_its_fields() {
    for table in directory(50) {
        let text = fields(&table);
        let output = scrub(&text);
        for (before, after) in text.lines().zip(output.lines()).skip(2) {
            let (before, after): (Vec<&str>, Vec<&str>) = (before.split(' ').collect(), after.split(' ').collect());
            assert_eq!(before.len(), after.len());
            for (n, name) in table.columns.iter().enumerate() {
                let stays = !table.hidden.contains(name) || before[n] == "-";
                let is_left = stays && !["attribute_value", "actionbody"].contains(name);
                assert!(before[n] == after[n] || !is_left, "{name}: {after:?}");
                assert!(before[n] != after[n] || stays, "{name}: {after:?}");
            }
        }
        assert_eq!(text.lines().count(), output.lines().count());
    }
}

#[test]
fn scrubbing_tables_twice_is_scrubbing_them_once() {
    let once = scrub(&hard());
    assert_eq!(difference(&once, &scrub(&once)), None);
}

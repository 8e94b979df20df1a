//! A directory of users as Jira keeps it, made from a seed, in each shape that a customer pastes it.

/// A table with a header.
pub struct Table {
    pub name: &'static str,
    pub columns: Vec<&'static str>,
    /// Which columns must go.
    pub hidden: Vec<&'static str>,
    pub rows: Vec<Vec<Option<String>>>,
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
pub fn directory(users: usize) -> Vec<Table> {
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
    pub fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| *column == name).unwrap()
    }

    /// Every value that must not be read in an output.
    pub fn values(&self) -> Vec<&str> {
        let hidden = self.hidden.iter().filter(|name| !name.is_empty()).map(|name| self.column(name));
        let cells = hidden.flat_map(|column| self.rows.iter().filter_map(move |row| row[column].as_deref()));
        let passwords = self.rows.iter().filter(|row| row[1].as_deref() == Some("ldap.password"));
        cells.chain(passwords.filter_map(|row| row[2].as_deref())).collect()
    }
}

/// How many columns of a terminal a text takes.
pub fn columns_of(text: &str) -> usize {
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

/// A block of COPY.
pub fn copy(table: &Table) -> String {
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

/// How many columns of a terminal a line of SQL*Plus takes.
const LINE: usize = 80;

/// Which columns stand on one line of SQL*Plus, which breaks what is longer between cells.
fn lines(widths: &[usize]) -> Vec<std::ops::Range<usize>> {
    let (mut lines, mut first, mut used) = (Vec::new(), 0, 0);
    for (number, width) in widths.iter().enumerate() {
        if number > first && used + width > LINE {
            lines.push(first..number);
            (first, used) = (number, 0);
        }
        used += width + 1;
    }
    lines.push(first..widths.len());
    lines
}

/// Rows of several lines, each row with a blank line behind it, and the header above each page.
fn sqlplus(table: &Table) -> String {
    let widths: Vec<usize> = widths(table, "").iter().map(|width| width + 5).collect();
    let lines = lines(&widths);
    let broken = |cells: Vec<String>| -> String {
        let line = |line: &std::ops::Range<usize>| {
            let cells = line.clone().map(|n| padded(&cells[n], widths[n]));
            cells.collect::<Vec<_>>().join(" ").trim_end().to_string() + "\n"
        };
        lines.iter().map(line).collect()
    };
    let header = || -> String {
        let line = |line: &std::ops::Range<usize>| {
            let names = line.clone().map(|n| padded(&table.columns[n].to_uppercase(), widths[n]));
            let rules = line.clone().map(|n| "-".repeat(widths[n]));
            names.collect::<Vec<_>>().join(" ") + "\n" + &rules.collect::<Vec<_>>().join(" ") + "\n"
        };
        lines.iter().map(line).collect()
    };
    let between = if lines.len() > 1 { "\n" } else { "" };
    let mut out = format!("SQL> select * from {};\n", table.name);
    for page in table.rows.chunks(11) {
        out += "\n";
        out += &header();
        for row in page {
            out += &broken(row.iter().map(|value| cell(value, "")).collect());
            out += between;
        }
    }
    out + &format!("\n{} rows selected.\n\n", table.rows.len())
}

/// The cells of an output of SQL*Plus, by rows.
pub fn rows_of_sqlplus(output: &str) -> Vec<Vec<String>> {
    let all: Vec<&str> = output.lines().collect();
    let is_rule = |line: &&str| line.starts_with("--");
    let header = 2 * all[2..].chunks(2).take_while(|pair| pair.get(1).is_some_and(is_rule)).count();
    let rules: Vec<Vec<usize>> =
        all[2..2 + header].iter().skip(1).step_by(2).map(|line| line.split(' ').map(str::len).collect()).collect();
    let (mut rows, mut at) = (Vec::new(), 2 + header);
    while !all[at].ends_with("selected.") {
        match all[at] {
            "" => at += 1,
            _ if all.get(at + 1).is_some_and(is_rule) => at += header,
            _ => {
                let mut row = Vec::new();
                for widths in &rules {
                    let mut rest = all[at];
                    for &width in widths {
                        let end = match scrubjay::width::walk(rest.as_bytes(), width) {
                            scrubjay::width::Walk::To(end) => end,
                            _ => rest.len(),
                        };
                        row.push(rest[..end].trim().to_string());
                        rest = rest.get(end + 1..).unwrap_or("");
                    }
                    at += 1;
                }
                rows.push(row);
            }
        }
    }
    rows
}

/// The frames of MySQL drawn with lines, as DuckDB and others do.
fn drawn(table: &Table) -> String {
    let of = |line: &str, marks: [&str; 3]| {
        let inner = &line[1..line.len() - 1];
        format!("{}{}{}\n", marks[0], inner.replace('+', marks[1]).replace('-', "─"), marks[2])
    };
    let mut frames = [["┌", "┬", "┐"], ["├", "┼", "┤"], ["└", "┴", "┘"]].into_iter();
    let plain = mysql(table);
    let lines = plain.lines().filter(|line| line.starts_with(['+', '|']));
    let lines = lines.map(|line| match line.starts_with('+') {
        true => of(line, frames.next().unwrap()),
        false => line.replace('|', "│") + "\n",
    });
    lines.collect::<String>() + "\n"
}

/// Bars behind the cells, and no blanks around them.
fn dbeaver(table: &Table) -> String {
    let widths = widths(table, "[NULL]");
    let line = |cells: Vec<String>| {
        cells.iter().zip(&widths).map(|(text, width)| padded(text, *width) + "|").collect::<String>() + "\n"
    };
    let mut out = line(table.columns.iter().map(|name| name.to_string()).collect());
    out += &(widths.iter().map(|width| "-".repeat(*width) + "+").collect::<String>() + "\n");
    for row in &table.rows {
        out += &line(row.iter().map(|value| cell(value, "[NULL]")).collect());
    }
    out + "\n"
}

/// Two blanks between cells.
fn sqlite(table: &Table) -> String {
    let widths = widths(table, "");
    let line = |cells: Vec<String>| {
        cells.iter().zip(&widths).map(|(text, width)| padded(text, *width)).collect::<Vec<_>>().join("  ") + "\n"
    };
    let mut out = line(table.columns.iter().map(|name| name.to_string()).collect());
    out += &line(widths.iter().map(|width| "-".repeat(*width)).collect());
    for row in &table.rows {
        out += &line(row.iter().map(|value| cell(value, "")).collect());
    }
    out + "\n"
}

fn wiki(table: &Table) -> String {
    let mut out = format!("||{}||\n", table.columns.join("||"));
    for row in &table.rows {
        out += &format!("|{}|\n", row.iter().map(|value| cell(value, "")).collect::<Vec<_>>().join("|"));
    }
    out + "\n"
}

fn html(table: &Table) -> String {
    let headings = table.columns.iter().map(|name| format!("<th class=\"h\">{name}</th>"));
    let mut out = format!("<table>\n<tr>{}</tr>\n", headings.collect::<String>());
    for row in &table.rows {
        let text = |value: &Option<String>| cell(value, "").replace('&', "&amp;").replace('<', "&lt;");
        let cells = row.iter().map(|value| format!("  <td><b>\n    {}</b>\n  </td>\n", text(value)));
        out += &format!("<tr>\n{}</tr>\n", cells.collect::<String>());
    }
    out + "</table>\n"
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

/// Statements that make a table and fill it.
pub fn inserts(table: &Table) -> String {
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
pub fn fields(table: &Table) -> String {
    let mut out = format!("#Software: IIS\n#Fields: {}\n", table.columns.join(" "));
    for row in &table.rows {
        out +=
            &(row.iter().map(|value| value.as_deref().unwrap_or("-").replace(' ', "+")).collect::<Vec<_>>().join(" ")
                + "\n");
    }
    out
}

/// How a table is written.
pub type Render = fn(&Table) -> String;

/// Every shape, by its name.
pub fn shapes() -> Vec<(&'static str, Render)> {
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
        ("sqlplus", sqlplus),
        ("drawn", drawn),
        ("dbeaver", dbeaver),
        ("sqlite", sqlite),
        ("wiki", wiki),
        ("html", html),
        ("inserts", inserts),
        ("mysqldump", mysqldump),
        ("entities.xml", entities),
        ("activeobjects.xml", active_objects),
    ]
}

//! Query output and dumps: a directory of users, made from a seed, in each shape that a customer pastes it.

use std::collections::BTreeMap;

use scrubjay::Scrubber;
use scrubjay::redact::{Policy, Style};
use scrubjay::sensitive::Sensitive;

use crate::directory::{columns_of, copy, directory, fields, rows_of_sqlplus, shapes};
use crate::dripping::Dripping;
use crate::postgres_server::Server;

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
        "drawn" => {
            let rows = output.lines().skip(3).take_while(|line| line.starts_with('│'));
            rows.map(|line| line.trim_matches('│').split('│').map(trimmed).collect()).collect()
        }
        "dbeaver" => {
            let rows = output.lines().skip(2).take_while(|line| !line.is_empty());
            let cell = |text: &str| trimmed(text).replace("[NULL]", "");
            rows.map(|line| line.strip_suffix('|').unwrap().split('|').map(cell).collect()).collect()
        }
        "wiki" => {
            let rows = output.lines().skip(1).take_while(|line| !line.is_empty());
            rows.map(|line| line[1..line.len() - 1].split('|').map(trimmed).collect()).collect()
        }
        "html" => {
            let document = roxmltree::Document::parse(output).unwrap();
            let rows = document.root_element().children().filter(|node| node.is_element()).skip(1);
            let cell = |cell: roxmltree::Node<'_, '_>| {
                let texts = cell.descendants().filter(|node| node.is_text()).filter_map(|node| node.text());
                texts.collect::<String>().trim().to_string()
            };
            rows.map(|row| row.children().filter(|node| node.is_element()).map(cell).collect()).collect()
        }
        "sqlcmd" | "sqlite" => {
            let mut lines = output.lines();
            let blanks = if shape == "sqlite" { 2 } else { 1 };
            let rule = lines.nth(1).unwrap().split(' ').filter(|dashes| !dashes.is_empty());
            let widths: Vec<usize> = rule.map(|dashes| dashes.len() + blanks - 1).collect();
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
        "sqlplus" => rows_of_sqlplus(output),
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
    nobody_is_left(10_000);
}

fn nobody_is_left(users: usize) {
    let tables = directory(users);
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
            let values = table.values();
            if let Some(left) = aho_corasick::AhoCorasick::new(&values).unwrap().find(&output) {
                panic!("{shape}: {} of {} is left", values[left.pattern().as_usize()], table.name);
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
    for (shape, render) in shapes()
        .into_iter()
        .filter(|(shape, _)| ["psql", "mysql", "sqlcmd", "drawn", "dbeaver", "sqlite"].contains(shape))
    {
        for table in &tables {
            let text = render(table);
            let output = scrub(&text);
            let bars = |line: &str| -> Vec<usize> {
                line.match_indices(['|', '│']).map(|(at, _)| columns_of(&line[..at])).collect()
            };
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

/// What `pg_dump` writes of a directory loads again in the style `shape`: types, lengths, unique columns and references hold.
#[test]
fn a_dump_of_postgresql_in_their_shape_loads_again() {
    const TABLES: &str = "
        CREATE TABLE cwd_user (id numeric(18,0) PRIMARY KEY, directory_id bigint NOT NULL, user_name varchar(255) NOT NULL,
            lower_user_name varchar(255) NOT NULL UNIQUE, active integer, created_date timestamptz, first_name varchar(60),
            last_name varchar(60), display_name varchar(255), email_address varchar(255), phone varchar(20),
            credential varchar(255));
        CREATE TABLE app_user (id bigint PRIMARY KEY, user_key varchar(255) UNIQUE,
            lower_user_name varchar(255) UNIQUE REFERENCES cwd_user(lower_user_name));
        CREATE TABLE jiraaction (id bigint PRIMARY KEY, issueid bigint, author varchar(255) REFERENCES app_user(user_key),
            created timestamptz, actionbody text);
        CREATE TABLE cwd_directory_attribute (directory_id bigint, attribute_name varchar(255), attribute_value text);
        CREATE TABLE person (id serial PRIMARY KEY, user_id integer, created_by bigint, date_of_birth date, phone bigint,
            last_login_ip inet, token uuid, iban varchar(34), tax_id integer);
        INSERT INTO person (user_id, created_by, date_of_birth, phone, last_login_ip, token, iban, tax_id)
            SELECT n, n, date '1970-01-01' + n, 12125550000 + n, '203.0.113.7', md5(n::text)::uuid,
                'DE89370400440532013000', 1234567 + n FROM generate_series(1, 50) n;";
    const COUNTS: &str = "
        DO $$ BEGIN
            ASSERT (SELECT count(*) FROM cwd_user) = 200;
            ASSERT (SELECT count(*) FROM app_user JOIN cwd_user USING (lower_user_name)) = 200;
            ASSERT (SELECT count(*) FROM jiraaction JOIN app_user ON author = user_key) = 200;
            ASSERT (SELECT sum(id) FROM cwd_user) = 200 * 10000 + 199 * 100;
            ASSERT (SELECT min(created_date) FROM cwd_user) = '2021-03-01 10:00:12+00';
            ASSERT (SELECT sum(user_id) FROM person) = 1275;
            ASSERT (SELECT sum(created_by) FROM person) = 1275;
            ASSERT (SELECT count(DISTINCT token) FROM person) = 50;
        END $$;";
    let Some(server) = Server::start() else { return };
    let (source, target) = (server.database(), server.database());
    let tables = directory(200);
    let filled: String = tables.iter().map(copy).collect();
    server.load(&source, &format!("SET TimeZone = 'UTC'; {TABLES}\n{filled}"));
    let scrubber = Scrubber::builder().unrecorded().policy(Policy::of(Style::Shape)).build().unwrap();
    for options in [&[][..], &["--inserts"]] {
        let dump = server.dump(&source, options);
        let mut out = Vec::new();
        scrubber.scrub(dump.as_bytes(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        for table in &tables {
            for value in table.values() {
                assert!(!out.contains(value), "{value} of {} is left", table.name);
            }
        }
        assert!(!out.contains("DE89370400440532013000"));
        // Dates of birth become dates, of which a few may be those of others.
        let days =
            (2..=31).map(|day| format!("1970-01-{day:02}")).chain((1..=20).map(|day| format!("1970-02-{day:02}")));
        assert!(days.filter(|day| out.contains(day.as_str())).count() < 15);
        server.load(&target, "DROP SCHEMA public CASCADE; CREATE SCHEMA public;");
        server.load(&target, &out);
        server.load(&target, &format!("SET search_path = public; SET TimeZone = 'UTC';{COUNTS}"));
    }
}

#[test]
fn one_column_is_a_table_and_a_heading_is_none() {
    let out = scrub(
        "SQL> select user_name from cwd_user;\n\nUSER_NAME\n--------------------\njroe\nm.kent\n\n2 rows selected.\n",
    );
    assert!(!out.contains("jroe") && !out.contains("m.kent"), "{out}");
    let flags = "A USER_NAME\n- --------------------\n1 jroe\n0 m.kent\n\n";
    let out = scrub(flags);
    assert!(out.contains("\n1 USER_") && !out.contains("m.kent"), "{out}");
    for prose in [
        "USERNAME\n--------\nAsk for one.\n",
        "Password\n--------------------\nAsk for one.\n",
        "PASSWORD\n--------------------\nTo be asked for with the form.\n",
        "- one\n- -----\n- two\n",
    ] {
        assert_eq!(scrub(prose), prose);
    }
}

/// A header below a line of text, a heading beside its cell, a number set to the right, and two tables without a line between.
#[test]
fn tables_are_found_where_people_put_them() {
    for text in [
        "Hi, the query gives:\nid,user_name,display_name\n1,jroe,Jane Roe\n\nRegards\n",
        "sep=;\nid;user_name;display_name\n1;jroe;Jane Roe\n",
        "see\n\"id\",\"user_name\",\"display_name\"\n\"1\",\"jroe\",\"Jane Roe\"\n",
        "INSERT ALL\n  INTO cwd_user (id, user_name, display_name) VALUES (1, 'jroe', 'Jane Roe')\nSELECT 1;\n",
        "<TABLE><TR><TH>User name<TD>jroe\n<TR><TH>Display name</TH><TD><a href=\"/p\">Jane Roe</a></TD></TABLE>\n",
        "+----+\n| id |\n+----+\n|  1 |\n+----+\n+-----------+--------------+\n| user_name | display_name |\n\
         +-----------+--------------+\n| jroe      | Jane Roe     |\n+-----------+--------------+\n",
        "+------+-------------+\n| user | displayname |\n+======+=============+\n| bo   | Bo Lindqvist |\n\
         +------+-------------+\n| jroe | Jane Roe    |\n+------+-------------+\n",
        "Id SamAccountName Count DisplayName\n-- -------------- ----- -----------\n 1 jroe           10000 Jane Roe\n\n",
    ] {
        let out = scrub(text);
        assert!(!out.contains("jroe") && !out.contains("Jane Roe"), "{out}");
        assert!(out.contains("10000") == text.contains("10000"), "{out}");
        assert_eq!(scrub(&out), out);
    }
    for kept in [
        "SELECT id, user_name, email_address,\nfirst_name, last_name, phone\nFROM cwd_user\n",
        "send me your\nusername, password\nand so on, please\n",
        "fields = [\n    username, email, password,\n    first_name, last_name, phone,\n]\n",
        ".\n├── src\n│   └── main.rs\n",
        "if (user_name || password) {\n  return user_name || email;\n}\n",
        "<thread>main</thread><the>x</the>\n",
    ] {
        assert_eq!(scrub(kept), kept);
    }
}

/// What a column of addresses holds is named for what it is, as in the log beside it.
#[test]
fn addresses_of_hosts_are_no_postal_ones() {
    let out = scrub(
        "id,address,city\n1,203.0.113.7,\n2,jane.roe@acme.example,\n3,12 Elm Street,Springfield\n4,00:00:5e:00:53:01,\n",
    );
    let log = scrub("203.0.113.7 jane.roe@acme.example\n");
    let (host, mail) = log.trim_end().split_once(' ').unwrap();
    assert!(out.contains(&format!("1,{host},\n2,{mail},\n3,ADDRESS_")) && out.contains("4,MAC_"), "{out}");
}

/// Jira keeps the key of an entry in one table and its value in another, under the same id.
#[test]
fn a_value_is_told_by_the_key_of_its_entry_in_another_table() {
    const ENTRIES: &str = "1\tjira.properties\t1\tjira.mail.smtp.password\t5
2\tjira.properties\t1\tjira.option.voting\t5
3\tjira.properties\t1\tjira.lf.logo.width\t5
";
    const VALUES: &str = "1\thunter\n2\ttrue\n3\t57\n";
    let header = "id\tentity_name\tentity_id\tproperty_key\tpropertytype\n";
    let copy = format!(
        "COPY public.propertyentry (id, entity_name, entity_id, property_key, propertytype) FROM stdin;\n{ENTRIES}\\.\n\n\
         COPY public.propertystring (id, propertyvalue) FROM stdin;\n{VALUES}\\.\n"
    );
    let tabs = format!("{header}{ENTRIES}\nid\tpropertyvalue\n{VALUES}");
    let row = |line: &str| format!("('{}')", line.replace('\t', "','"));
    let rows = |lines: &str| lines.lines().map(row).collect::<Vec<_>>().join(",");
    let inserts = format!(
        "INSERT INTO propertyentry (id, entity_name, entity_id, property_key, propertytype) VALUES {};\n\
         INSERT INTO propertystring (id, propertyvalue) VALUES {};\n",
        rows(ENTRIES),
        rows(VALUES)
    );
    let markup = "<entity-engine-xml>
<OSPropertyEntry id=\"1\" entityName=\"jira.properties\" entityId=\"1\" propertyKey=\"jira.mail.smtp.password\" type=\"5\"/>
<OSPropertyString id=\"1\" value=\"hunter\"/>
<OSPropertyString id=\"2\" value=\"true\"/>
</entity-engine-xml>\n"
        .to_string();
    for text in [copy, tabs, inserts, markup] {
        for threads in [1, 2] {
            let out = scrub_by(&text, 64, threads, usize::MAX, false);
            assert!(!out.contains("hunter"), "{out}");
            let mark = out.find("PASSWORD_").unwrap_or_else(|| panic!("{out}"));
            let back = format!("{}hunter{}", &out[..mark], &out[mark + "PASSWORD_".len() + 11..]);
            assert_eq!(back, text, "nothing else changes");
        }
    }
}

//! A column: what its name says of its cells.

use std::collections::HashMap;
use std::sync::Arc;

use crate::detect::reading::lexicon::{Lexicon, Strength};
use crate::detect::table::COLUMNS;
use crate::detect::table::words::{PAIRS, Pairs, SUBJECTS, WORDS};
use crate::kind::{Family, Kind};

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// What they are.
    pub kind: Kind,
    /// Which of the rules for columns takes them.
    pub rule: u16,
    /// Whether the name means nothing else.
    pub is_sure: bool,
}

/// A column by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Ids, dates, counts, and whatever else is not a person's.
    Stays,
    /// Its cells stay, or go for what they are by themselves, but it is a name of a column all the same.
    Known,
    /// Its cells go.
    Holds(Sort),
    /// Its cells are ids of entries, whose key and value may stand in two tables.
    Entry,
    /// Its cells are keys, which say what the next values are.
    Key,
    /// Its cells are what the key in the row says.
    Value,
    /// The same, spelled for people: the name of a person where the value names an account.
    Label,
}

/// The columns of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    list: Vec<Column>,
}

impl Column {
    /// A column of Jira's `OSPropertyEntry` or `OSPropertyString`.
    pub fn of_entry(name: &[u8]) -> Column {
        match joined(bare(name)).as_str() {
            "id" => Column::Entry,
            "propertykey" => Column::Key,
            "value" | "propertyvalue" => Column::Value,
            _ => Column::Stays,
        }
    }
}

impl Columns {
    /// Whether what some of them hold is told by other tables.
    pub fn has_entries(&self) -> bool {
        self.list.contains(&Column::Entry)
    }

    /// These columns, the first of them.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Columns {
        Columns { list: columns.into_iter().take(COLUMNS).collect() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The column of this number.
    pub fn get(&self, number: usize) -> Column {
        self.list.get(number).copied().unwrap_or(Column::Stays)
    }

    /// Whether one of them has a name that is known.
    pub fn is_known(&self) -> bool {
        self.known() > 0
    }

    /// How many of them have names that are known.
    pub fn known(&self) -> usize {
        self.list.iter().filter(|column| **column != Column::Stays).count()
    }

    /// How many of them are known to hold what goes.
    pub fn held(&self) -> usize {
        self.list.iter().filter(|column| matches!(column, Column::Holds(_))).count()
    }
}

/// Rules for columns, by kind: id and description.
pub const RULES: [(&str, Kind, &str); 16] = [
    ("column-username", Kind::User, "cell of a column that holds login names"),
    ("column-name", Kind::Name, "cell of a column that holds names of persons or firms"),
    ("column-email", Kind::Email, "cell of a column that holds mail addresses"),
    ("column-phone", Kind::Phone, "cell of a column that holds telephone numbers"),
    ("column-address", Kind::PostalAddress, "cell of a column that holds postal addresses or parts of them"),
    ("column-birth-date", Kind::BirthDate, "cell of a column that holds dates of birth"),
    ("column-account-id", Kind::AccountId, "cell of a column that holds identifiers of accounts"),
    ("column-national-id", Kind::NationalId, "cell of a column that holds numbers that a state gave a person"),
    ("column-iban", Kind::Iban, "cell of a column that holds bank accounts"),
    ("column-card", Kind::Card, "cell of a column that holds numbers of payment cards"),
    ("column-session", Kind::Session, "cell of a column that holds sessions"),
    ("column-secret", Kind::Secret, "cell of a column that holds secrets"),
    ("column-token", Kind::Token, "cell of a column that holds tokens"),
    ("column-password", Kind::Password, "cell of a column that holds passwords or their hashes"),
    ("column-private-key", Kind::PrivateKey, "cell of a column that holds private keys"),
    ("column-license", Kind::License, "cell of a column that holds licences"),
];

/// The sort of a column whose cells are of a kind; `None` where cells of that kind go by themselves.
fn sort(kind: Kind, is_sure: bool) -> Option<Sort> {
    let rule = RULES.iter().position(|(_, of, _)| *of == kind)?;
    Some(Sort { kind, rule: rule as u16, is_sure })
}

/// Says what columns hold.
pub struct Judge {
    lexicon: Arc<Lexicon>,
    words: HashMap<&'static str, (Option<Kind>, bool)>,
}

/// What the rows of a table are, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Subject(Option<usize>);

impl Subject {
    /// The subject of the table of this name, which may have a schema before it, and quotes.
    pub fn of(table: &[u8]) -> Subject {
        let name = table.rsplit(|&b| b == b'.').next().unwrap_or(table);
        let plain: Vec<u8> = name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
        Subject(SUBJECTS.iter().position(|(names, _)| names.iter().any(|name| name.as_bytes() == plain)))
    }

    /// Whether its rows are pairs of a key and a value.
    pub fn is_pairs(self) -> bool {
        const PAIRS: [&str; 5] =
            ["directoryattribute", "userattribute", "changeitem", "cwddirectoryattribute", "cwduserattributes"];
        self.0.and_then(|number| SUBJECTS.get(number)).is_some_and(|(names, _)| PAIRS.contains(&names[0]))
    }

    /// Whether its rows are the keys of entries, or their values.
    pub fn is_entries(self) -> bool {
        self.0.and_then(|number| SUBJECTS.get(number)).is_some_and(|(names, _)| names[0] == "ospropertyentry")
    }

    fn word(self, name: &str) -> Option<(Option<Kind>, bool)> {
        let (_, columns) = SUBJECTS.get(self.0?)?;
        columns.iter().find(|(column, _)| *column == name).map(|(_, kind)| (Some(*kind), true))
    }
}

impl Judge {
    /// A judge that knows the keys of a rule set, and the words that are names of columns only.
    pub fn new(lexicon: Arc<Lexicon>) -> Judge {
        let entries = WORDS.iter().flat_map(|(kind, is_sure, words)| {
            words.split_ascii_whitespace().map(move |word| (word, (*kind, *is_sure)))
        });
        Judge { lexicon, words: entries.collect() }
    }

    /// The columns of these names.
    pub fn columns<'n>(&self, names: impl IntoIterator<Item = &'n [u8]>, subject: Subject) -> Columns {
        let names: Vec<&[u8]> = names.into_iter().take(COLUMNS).collect();
        let mut list: Vec<Column> = names.iter().map(|name| self.column(name, subject)).collect();
        pair_up(&names, &mut list);
        name_them(&names, &mut list);
        enter(&names, &mut list);
        Columns::new(list)
    }

    /// The same, where names may be cut to the width of their columns.
    pub fn cut_columns(&self, names: &[&[u8]], widths: &[usize], subject: Subject) -> Columns {
        let is_cut = |(name, width): (&&[u8], &usize)| name.trim_ascii().len() == *width;
        let columns = names.iter().zip(widths).map(|(name, width)| {
            if is_cut((name, width)) { self.cut_column(name, subject) } else { self.column(name, subject) }
        });
        let mut list: Vec<Column> = columns.collect();
        pair_up(names, &mut list);
        name_them(names, &mut list);
        Columns::new(list)
    }

    /// What the column of this name holds.
    pub fn column(&self, name: &[u8], subject: Subject) -> Column {
        let name = bare(name);
        if name.is_empty() || name.len() > 96 {
            return Column::Stays;
        }
        let joined = joined(name);
        // `last login`, `failed logins`: when, and how many.
        const WHEN: [&str; 9] = ["last", "failed", "invalid", "previous", "first", "total", "num", "count", "is"];
        if joined.ends_with("login") && WHEN.iter().any(|when| joined.starts_with(when)) {
            return Column::Stays;
        }
        if let Some((kind, is_sure)) = subject.word(&joined).or_else(|| self.word(&joined)) {
            return kind.and_then(|kind| sort(kind, is_sure)).map_or(Column::Known, Column::Holds);
        }
        self.keyed(name).map_or(Column::Stays, Column::Holds)
    }

    /// The same for a name that may be cut at its end: the rest is what some known word goes on with.
    pub fn cut_column(&self, name: &[u8], subject: Subject) -> Column {
        const LEAST: usize = 5;
        match self.column(name, subject) {
            Column::Stays => {
                let joined = joined(bare(name));
                if joined.len() < LEAST {
                    return Column::Stays;
                }
                let mut longer: Vec<(&&str, &(Option<Kind>, bool))> =
                    self.words.iter().filter(|(word, _)| word.starts_with(joined.as_str())).collect();
                longer.sort_by_key(|(word, _)| (word.len(), **word));
                let kind = longer.first().and_then(|(_, (kind, is_sure))| sort((*kind)?, *is_sure));
                kind.map_or(Column::Stays, Column::Holds)
            }
            column => column,
        }
    }

    /// What the value under a key holds.
    pub fn keyed(&self, name: &[u8]) -> Option<Sort> {
        // `LevelDisplayName`, `TaskDisplayName` of Windows.
        const THINGS: [&str; 9] = ["level", "task", "opcode", "app", "service", "group", "resource", "role", "policy"];
        let plain = joined(bare(name));
        if plain.strip_suffix("displayname").is_some_and(|thing| THINGS.contains(&thing)) {
            return None;
        }
        let (kind, strength) = self.lexicon.key(self.lexicon.find(name)?);
        match (kind.family(), strength) {
            (_, Strength::Random | Strength::Drawn | Strength::Within) => None,
            (Family::Secret, Strength::Weak) => None,
            (_, strength) => {
                // `user_id`: mostly a number, which stays.
                let is_id = kind == Kind::User && joined(bare(name)).ends_with("id");
                sort(kind, strength == Strength::Strong && !is_id)
            }
        }
    }

    /// What the column of this name holds, where it is not known which others there are.
    pub fn lone_column(&self, name: &[u8]) -> Column {
        match self.column(name, Subject::default()) {
            column @ (Column::Stays | Column::Known) => {
                let joined = joined(bare(name));
                let is_among = |names: &[&str]| names.contains(&joined.as_str());
                let pair = |pairs: &&Pairs| is_among(pairs.keys) || is_among(pairs.values) || is_among(pairs.labels);
                match PAIRS.iter().find(pair) {
                    Some(pairs) if is_among(pairs.keys) => Column::Key,
                    Some(pairs) if is_among(pairs.values) => Column::Value,
                    Some(_) => Column::Label,
                    None => column,
                }
            }
            column => column,
        }
    }

    /// What a key in a table of pairs says of its value.
    pub fn told(&self, key: &[u8]) -> Option<Sort> {
        match self.column(key, Subject::default()) {
            Column::Holds(sort) => Some(sort),
            _ => self.keyed(key),
        }
    }

    /// What was told of a value, for the column that it stands in.
    pub fn as_label(&self, told: Sort, column: Column) -> Option<Sort> {
        let is_label = column == Column::Label && told.kind == Kind::User;
        if is_label { sort(Kind::Name, true) } else { Some(told) }
    }

    /// Whether a value is a setting, such as `true`.
    pub fn is_setting(&self, value: &[u8]) -> bool {
        self.lexicon.is_setting(value)
    }

    fn word(&self, joined: &str) -> Option<(Option<Kind>, bool)> {
        let numbered = joined.trim_end_matches(|c: char| c.is_ascii_digit());
        self.words.get(joined).or_else(|| self.words.get(numbered)).copied()
    }
}

/// Marks the columns of tables of which one has the keys and another the values: `propertyentry`, `propertystring`.
fn enter(names: &[&[u8]], list: &mut [Column]) {
    let is = |word: &str| names.iter().any(|name| joined(bare(name)) == word);
    if !is("id") || !(is("propertykey") && is("propertytype") || is("propertyvalue") && names.len() == 2) {
        return;
    }
    for (name, column) in names.iter().zip(list) {
        match Column::of_entry(name) {
            Column::Stays => {}
            entry => *column = entry,
        }
    }
}

/// Tells columns of keys, and of the values that belong to them, where a table has both.
fn pair_up(names: &[&[u8]], list: &mut [Column]) {
    let names: Vec<String> = names.iter().map(|name| joined(bare(name))).collect();
    for pairs in PAIRS {
        let key = pairs.keys.iter().find_map(|key| names.iter().position(|name| name == key));
        let is_value = |name: &String| pairs.values.contains(&name.as_str());
        // The key must come first: a value is judged when it is met.
        let Some(key) = key.filter(|&key| names[key..].iter().any(is_value)) else { continue };
        // Rows of persons may have a key and a value among the rest.
        if matches!(list[key], Column::Holds(_)) {
            continue;
        }
        list[key] = Column::Key;
        for (name, column) in names.iter().zip(list.iter_mut()).skip(key) {
            match column {
                Column::Stays | Column::Known if is_value(name) => *column = Column::Value,
                Column::Stays | Column::Known if pairs.labels.contains(&name.as_str()) => *column = Column::Label,
                _ => {}
            }
        }
        return;
    }
}

/// `name` means a person beside what only persons have.
fn name_them(names: &[&[u8]], list: &mut [Column]) {
    const PERSONS: [Kind; 4] = [Kind::Email, Kind::Phone, Kind::BirthDate, Kind::NationalId];
    let is_person =
        |column: &Column| matches!(column, Column::Holds(sort) if sort.is_sure && PERSONS.contains(&sort.kind));
    // `Common Name,Real Address,Bytes Received` of OpenVPN: who is connected.
    let place = |word: &str| names.iter().position(|name| joined(bare(name)) == word);
    if let (Some(name), Some(_)) = (place("commonname"), place("realaddress")) {
        list[name] = sort(Kind::User, true).map_or(Column::Stays, Column::Holds);
    }
    if !list.iter().any(is_person) {
        return;
    }
    for (name, column) in names.iter().zip(list.iter_mut()) {
        if *column == Column::Stays && joined(bare(name)) == "name" {
            *column = sort(Kind::Name, true).map_or(Column::Stays, Column::Holds);
        }
    }
}

/// A name of a column without quotes, the mark of the encoding, the table before a dot, and `Custom field (...)`.
fn bare(name: &[u8]) -> &[u8] {
    let is_around = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'"' | b'\'' | b'`' | b'[' | b']');
    let name = name.strip_prefix("\u{feff}".as_bytes()).unwrap_or(name);
    let start = name.iter().position(|b| !is_around(b)).unwrap_or(name.len());
    let end = name.iter().rposition(|b| !is_around(b)).map_or(start, |last| last + 1);
    let name = &name[start..end];
    let name = name.strip_prefix(b"Custom field (").and_then(|name| name.strip_suffix(b")")).unwrap_or(name);
    match name.iter().rposition(|&b| b == b'.') {
        Some(dot) if dot + 1 < name.len() => &name[dot + 1..],
        _ => name,
    }
}

/// A name in lower case without what separates its words.
fn joined(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name).to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || *c == 'ー').collect()
}

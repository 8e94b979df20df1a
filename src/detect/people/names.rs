//! What the name of a person looks like: words with capitals, the particles between them, and the words that no name has.
//!
//! Nothing here knows where a name stands. A place that always holds a person lets more pass ([`single`]) than one that
//! may as well hold a team or a product ([`full`]).

use crate::detect::bytes::{ByteSet, HIGH, LETTER};
use crate::detect::learned::common;
use crate::detect::view::View;

/// The bytes of names. Digits, brackets and line ends are in none.
const NAME: ByteSet = LETTER.or(HIGH).or(ByteSet::of(b" .,'-\\"));

/// The longest name that is read, in bytes.
const LONGEST: usize = 80;

/// Words that stand before names, and stay with them.
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "dr", "mr", "mrs", "ms", "miss", "prof", "herr", "frau", "mme", "mlle", "sir", "don", "doña", "sra", "srta",
    "dipl", "ing", "rev", "hon", "herrn", "dott", "dottor", "dottssa", "pan", "pani", "senhor", "senhora", "heer", "mevrouw", "mx", "monsieur", "madame", "señor", "señora", "signor", "signora", "dhr", "mevr",
];

/// Words in small letters within names.
#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "do", "la", "le", "el", "al", "bin",
    "ibn", "ter", "ten", "zu", "y", "e", "du", "des", "af", "av", "'t", "zum", "zur", "bint", "abu",
];

/// Words with capitals that make a team, a product, a sentence or a place of what might be a name. In order.
#[rustfmt::skip]
const NEVER: &[&str] = &[
    "a", "about", "access", "account", "accounts", "action", "active", "adapter", "address", "admin",
    "administration", "administrator", "administrators", "again", "agent", "alert", "all", "alle", "amazon", "an",
    "analytics", "and", "android", "anonymous", "any", "apache", "api", "app", "applicant", "applicants",
    "application", "applications", "apply", "are", "area", "as", "at", "atlassian", "audit", "author", "authority",
    "authors", "automation", "available", "aws", "azure", "backlight", "backup", "bad", "bank", "base", "basic",
    "batch", "beautiful", "beta", "block", "board", "bot", "box", "browser", "build", "builder", "business", "buyer",
    "by", "ca", "cache", "calendar", "call", "candidate", "cannot", "cargo", "center", "central", "certificate",
    "certification", "check", "checkout", "chrome", "cisco", "city", "class", "cleanup", "client", "cliente",
    "clientes", "clients", "clippy", "close", "cloud", "cluster", "code", "colleague", "colleagues", "collection",
    "column", "command", "comment", "common", "community", "company", "compile", "compute", "computer", "config",
    "configuration", "configure", "confluence", "connection", "contact", "container", "content", "contributor",
    "contributors", "control", "controller", "copyright", "core", "corp", "corporation", "could", "count", "country",
    "create", "created", "current", "custom", "customer", "daemon", "damen", "dashboard", "data", "database", "date",
    "debian", "default", "delete", "deploy", "deployment", "desktop", "detail", "details", "dev", "developer",
    "developers", "development", "device", "directory", "disable", "disk", "display", "document", "documentation",
    "does", "dolly", "domain", "download", "driver", "ecc", "edit", "edition", "editor", "elastic", "email", "enable",
    "enabled", "end", "engine", "engineering", "ensure", "enterprise", "entry", "environment", "error", "event",
    "events", "everybody", "everyone", "example", "exception", "explorer", "export", "external", "fail", "failed",
    "false", "feature", "fetch", "field", "file", "files", "filter", "finance", "firefox", "firewall", "firmware",
    "first", "folder", "folks", "for", "form", "foundation", "framework", "free", "friend", "friends", "from", "full",
    "function", "gateway", "general", "generate", "generic", "git", "github", "global", "google", "group", "groups",
    "guest", "guys", "handler", "health", "help", "helpdesk", "herren", "high", "hiring", "home", "host", "hosting",
    "id", "if", "image", "import", "in", "inc", "index", "info", "information", "initialize", "input", "insights",
    "install", "installer", "installing", "integration", "interface", "intermediate", "internal", "internet",
    "invalid", "is", "issue", "issuing", "it", "item", "java", "jira", "job", "kernel", "key", "keyboard", "kinesis",
    "kitty", "kollegen", "kolleginnen", "kunde", "kunden", "lambda", "language", "last", "ldap", "level", "library",
    "license", "lint", "linux", "list", "local", "log", "login", "lovely", "ltd", "madam", "mail", "mailer", "main",
    "maintainer", "maintainers", "management", "manager", "manual", "map", "market", "marketing", "master", "media",
    "member", "members", "message", "messaging", "method", "microsoft", "missing", "mobile", "mode", "model",
    "module", "monitor", "monitoring", "mozilla", "my", "name", "network", "new", "next", "no", "node", "none", "not",
    "notification", "notifications", "notify", "null", "number", "object", "of", "office", "on", "online", "open",
    "operation", "operations", "operator", "option", "or", "oracle", "order", "organization", "other", "our",
    "output", "owner", "package", "packages", "page", "parent", "partner", "password", "path", "payment", "phone",
    "platform", "plugin", "policy", "pool", "port", "portal", "power", "prepare", "primary", "print", "printer",
    "private", "process", "product", "production", "profile", "program", "project", "projects", "property",
    "protocol", "provider", "proxy", "public", "publish", "query", "queue", "read", "reader", "record", "recruiter",
    "red", "registry", "release", "remote", "remove", "report", "reporter", "repository", "request", "required",
    "reset", "resource", "response", "rest", "restart", "restore", "result", "role", "root", "router", "rsa", "rule",
    "run", "runtime", "safari", "sales", "sample", "save", "schedule", "scheduler", "school", "script", "search",
    "secure", "security", "see", "select", "seller", "send", "sensor", "server", "servers", "service", "services",
    "session", "set", "settings", "setup", "share", "shared", "shell", "should", "sign", "sir", "site", "size",
    "software", "solutions", "source", "space", "ssl", "standard", "start", "state", "static", "status", "stop",
    "storage", "store", "streaming", "streams", "street", "string", "studio", "subscriber", "success", "super",
    "support", "switch", "sync", "system", "systems", "table", "task", "tasks", "team", "teams", "template",
    "temporary", "terminal", "test", "testing", "tests", "the", "there", "this", "thread", "time", "title", "tls",
    "to", "todas", "todos", "token", "tomcat", "tool", "tools", "total", "tous", "toutes", "trackpad", "true",
    "trust", "type", "ubuntu", "unable", "undefined", "unit", "university", "unknown", "unspecified", "update",
    "updates", "upload", "url", "use", "user", "users", "using", "validate", "value", "valued", "verification",
    "verify", "version", "video", "view", "virtual", "visitor", "visitors", "visual", "vmware", "warning", "was",
    "web", "website", "when", "will", "window", "windows", "with", "wonderful", "workflow", "workspaces", "world",
    "write", "you", "your", "zone", "zusammen",
];

/// Given names of many languages, among the most frequent of the last hundred years. In order.
#[rustfmt::skip]
const GIVEN: &[&str] = &[
    "aaron", "abdul", "abdullah", "adam", "aditya", "adrian", "adriana", "agathe", "agnes", "agnieszka", "ahmed",
    "ahmet", "aisha", "alan", "albert", "alberto", "alejandro", "aleksander", "aleksandra", "alessandro", "alex",
    "alexander", "alexandra", "alexandre", "alexandru", "alexis", "alfred", "ali", "alice", "alicia", "alina", "aliya",
    "allison", "amanda", "amelia", "amir", "amit", "amy", "amélie", "ana", "anastasia", "anders", "andrea", "andreas",
    "andreea", "andrei", "andrew", "andriy", "andrzej", "andré", "andrés", "angela", "angelika", "anil", "anita",
    "anja", "anjali", "anke", "ann", "anna", "anne", "annette", "annika", "anthony", "antoine", "anton", "antonia",
    "antonio", "aoife", "arjun", "armando", "arne", "artem", "arthur", "artur", "ashley", "astrid", "augusto",
    "aurélie", "axel", "ayşe", "azra", "balázs", "barbara", "bartosz", "bea", "beata", "beatrice", "beatriz", "ben",
    "bence", "benjamin", "benoît", "bernard", "bernd", "bettina", "betty", "beverly", "bill", "birgit", "björn",
    "bjørn", "bob", "bogdan", "bożena", "bram", "brandon", "brenda", "brian", "bruce", "bruno", "caio", "callum",
    "camille", "carl", "carla", "carlos", "carmen", "carol", "carolina", "caroline", "catarina", "catherine", "cathy",
    "cecilia", "charles", "charlotte", "chiara", "chloe", "chloé", "chris", "christian", "christina", "christine",
    "christoph", "christophe", "christopher", "ciara", "claire", "clara", "clarence", "claudia", "claus", "clive",
    "consuelo", "corinne", "cristian", "cristina", "céline", "dagmar", "damian", "daniel", "daniela", "danielle",
    "dariusz", "dave", "david", "dean", "deborah", "declan", "deepak", "denis", "dennis", "derek", "diana", "diego",
    "dieter", "dimitrios", "dirk", "dmitri", "dmytro", "dominik", "donald", "donna", "doris", "dorota", "dorothy",
    "douglas", "dušan", "edith", "edoardo", "eduardo", "edward", "elena", "eleni", "elif", "elisabeth", "elizabeth",
    "ella", "ellen", "emil", "emilia", "emilie", "emily", "emma", "emre", "enrique", "eoin", "eric", "erica", "erik",
    "erika", "erkan", "ernest", "ernst", "esra", "esteban", "esther", "eszter", "eugene", "eva", "evelyn", "evgeny",
    "ewan", "fabian", "fabio", "farid", "fatima", "fatimah", "fatma", "federico", "felix", "feng", "fergus",
    "fernando", "filip", "fiona", "florian", "francesca", "francesco", "francis", "francisco", "frank", "franz",
    "françois", "fred", "frederic", "frederik", "friedrich", "fritz", "frédéric", "gabriel", "gabriele", "gail",
    "gareth", "gary", "gaëlle", "geoffrey", "georg", "george", "gerald", "gerardo", "gerd", "gerhard", "gianluca",
    "gillian", "gintaras", "giorgio", "giovanni", "gisela", "giulia", "giuliano", "giuseppe", "glenn", "gloria",
    "gonzalo", "grace", "graham", "greg", "gregory", "grzegorz", "guadalupe", "guido", "guillaume", "gustav",
    "gustavo", "gábor", "günter", "günther", "hakan", "hamish", "hamza", "hana", "hanako", "hanna", "hannah", "hanne",
    "hans", "hans-peter", "harald", "harold", "harry", "haruto", "hassan", "heather", "hedwig", "heidi", "heike",
    "heinrich", "heinz", "helen", "helena", "helga", "helmut", "hendrik", "henning", "henri", "henrik", "henrique",
    "henry", "herbert", "hilary", "hiroshi", "holger", "howard", "hugo", "hussein", "hélène", "ian", "ibrahim",
    "ibtisam", "ignacio", "igor", "imran", "ines", "inga", "ingrid", "inés", "irene", "irina", "irmgard", "isabel",
    "isabella", "isabelle", "isla", "iva", "ivan", "ivana", "iwona", "jack", "jacob", "jacqueline", "jacques",
    "jadwiga", "jakob", "jakub", "james", "jan", "jana", "jane", "janet", "jarosław", "javier", "jean", "jean-luc",
    "jean-pierre", "jeff", "jeffrey", "jelena", "jennifer", "jens", "jerzy", "jessica", "jim", "jisoo", "joachim",
    "joan", "joana", "joanna", "joaquín", "jodie", "joe", "johan", "johann", "johannes", "john", "jolanta", "jonas",
    "jonathan", "jonathon", "jordi", "jorge", "josef", "joseph", "josephine", "joshua", "josé", "josé-luis", "joyce",
    "jozef", "joão", "juan", "judith", "juha", "julia", "julian", "julie", "justin", "jutta", "jörg", "jürgen",
    "kamil", "karen", "kari", "karim", "karin", "karl", "karolina", "karsten", "kasper", "katarzyna", "kate",
    "kateryna", "kateřina", "katharina", "katherine", "kathleen", "katja", "keith", "kelly", "ken", "kenji", "kenneth",
    "kevin", "khalid", "kim", "kirsty", "klara", "klaus", "kristian", "kristina", "kristīne", "krzysztof", "kumar",
    "kurt", "lajos", "lakshmi", "larissa", "larry", "lars", "laura", "lauren", "laurence", "laurent", "layla", "lea",
    "leila", "lena", "lene", "lenka", "leo", "leon", "leonard", "leonardo", "lesley", "leslie", "leszek", "leticia",
    "letícia", "liam", "lieke", "liesbeth", "linda", "ling", "lisa", "lois", "lorenzo", "lotte", "louis", "louise",
    "luana", "luca", "lucas", "lucia", "lucie", "lucy", "lucía", "luis", "luka", "lukas", "lukasz", "luke", "lydia",
    "lászló", "maarten", "maciej", "magdalena", "magnus", "mahmoud", "maja", "malcolm", "manfred", "manon", "manuel",
    "marc", "marcel", "marco", "marcus", "marek", "margaret", "maria", "mariam", "mariana", "marie", "marilyn",
    "marina", "mario", "marion", "marius", "marjan", "mark", "marko", "markus", "marta", "martha", "martin", "martina",
    "martín", "mary", "maryam", "marzena", "maría", "matej", "mateusz", "mathias", "mathieu", "matteo", "matthew",
    "matthias", "mattias", "matías", "maurizio", "mauro", "max", "maximilian", "małgorzata", "meera", "mehmet",
    "melanie", "melissa", "melvin", "mercedes", "merve", "mette", "mia", "michael", "michal", "michel", "michelle",
    "miguel", "mike", "mikhail", "milan", "milena", "miloš", "minsu", "mirko", "miroslav", "mohamed", "mohammad",
    "mohammed", "mona", "monica", "monika", "morten", "muhammad", "mustafa", "márta", "nabil", "nadia", "nadine",
    "nadiya", "nancy", "naoko", "naomi", "natalia", "natalie", "natasha", "nathalie", "nathan", "neha", "neil",
    "niamh", "nicholas", "nick", "nicolas", "nicole", "niels", "nigel", "nikhil", "nikolai", "nikos", "nils", "nina",
    "noah", "noor", "nora", "norbert", "norman", "noémie", "nuria", "océane", "oksana", "ola", "olaf", "oleg",
    "oleksandr", "olena", "olga", "oliver", "olivia", "olivier", "omar", "ondřej", "oscar", "osman", "otto", "owen",
    "pablo", "padraig", "pamela", "paolo", "pascal", "pascale", "patricia", "patrick", "paul", "paula", "paulo",
    "pavel", "paweł", "pedro", "pekka", "pelin", "per", "peter", "petr", "petra", "petros", "philip", "philipp",
    "philippe", "pierre", "pilar", "pim", "piotr", "pooja", "priya", "priyanka", "rachel", "rafael", "rahul", "rainer",
    "raj", "rajesh", "ralf", "ralph", "ramona", "ramón", "rania", "rasmus", "ravi", "raymond", "raúl", "rebecca",
    "reinhard", "renata", "renate", "rene", "rhys", "ricardo", "riccardo", "richard", "rita", "robert", "roberto",
    "rocío", "rodrigo", "roger", "rogério", "rohit", "roland", "rolf", "romain", "roman", "ronald", "rosa", "rosario",
    "rosemarie", "ruben", "rudolf", "russell", "ruth", "ryan", "rüdiger", "sabine", "saeed", "sakura", "salma",
    "salvatore", "sam", "samir", "samuel", "sandeep", "sander", "sandra", "sanjay", "sanne", "santiago", "sara",
    "sara-lena", "sarah", "satoshi", "scott", "sean", "sebastian", "selin", "sergei", "sergey", "sergio", "serkan",
    "sharon", "shirley", "silvia", "simon", "siobhan", "siân", "sjoerd", "sneha", "sofia", "sophia", "sophie",
    "stanisław", "stanley", "stavros", "stefan", "stefanie", "stefano", "stella", "stephan", "stephanie", "stephen",
    "steve", "steven", "stuart", "sue", "sunita", "suresh", "susan", "susanne", "sven", "svetlana", "swati", "sylvia",
    "sylvie", "szymon", "sébastien", "sérgio", "søren", "sławomir", "takashi", "tamara", "tanja", "tariq", "tarun",
    "tatiana", "tatjana", "teresa", "tereza", "theo", "theodore", "theresa", "thiago", "thierry", "thijs", "thomas",
    "thorsten", "tiago", "tim", "timothy", "tina", "tobias", "tom", "tomasz", "tomás", "tomáš", "tony", "torsten",
    "tracy", "trevor", "tuomas", "udo", "ulrich", "ulrike", "uma", "ursula", "uwe", "valérie", "vanessa", "vasile",
    "vasilis", "vera", "veronica", "victor", "victoria", "vijay", "vikram", "viktor", "viktoria", "vincent",
    "vincenzo", "vinícius", "virginie", "vitor", "vivek", "vladimir", "volodymyr", "véronique", "walter", "waltraud",
    "wanda", "wayne", "wei", "werner", "wiktor", "wilhelm", "willem", "william", "willy", "wim", "wojciech",
    "wolfgang", "xavier", "xiaoming", "yannick", "yasmin", "youssef", "yuki", "yuko", "yusuf", "yusuke", "yves",
    "zahra", "zainab", "zbigniew", "zoe", "zofia", "zsófia", "zuzana", "álvaro", "åsa", "élodie", "émilie", "ömer",
    "özlem", "łukasz", "şebnem",
];

/// Where the bytes begin that a name may be in and that end before `end`.
pub fn reach_back(view: &View<'_>, end: usize) -> usize {
    view.run_back(end, const { LETTER.or(HIGH).or(ByteSet::of(b" .'-")) }, LONGEST)
}

/// The bytes at `start` that a name may be in, as far as its line goes.
pub fn reach<'v>(view: &View<'v>, start: usize) -> &'v [u8] {
    view.slice(start, view.run(start, NAME, LONGEST))
}

/// The length of the full name that `text` begins with: two words at least, one of them more than a letter.
pub fn full(text: &[u8]) -> Option<usize> {
    read(text).filter(|name| name.words >= 2 && !name.is_never).map(|name| name.length)
}

/// The length of the name that `text` begins with, be it one word: for places that hold nothing but persons.
pub fn single(text: &[u8]) -> Option<usize> {
    read(text).filter(|name| name.words >= 1 && !name.is_never).map(|name| name.length)
}

/// The length of the titles that `text` begins with, blanks and full stops included: `Frau Dr. `.
pub fn titles(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(blank) = memchr::memchr(b' ', &text[at..]) {
        let word = &text[at..at + blank];
        let bare = word.strip_suffix(b".").unwrap_or(word);
        let is_title = std::str::from_utf8(bare).is_ok_and(|bare| TITLES.contains(&bare.to_lowercase().as_str()));
        if !is_title || !bare[0].is_ascii_uppercase() {
            break;
        }
        at += blank + 1;
    }
    at
}

/// Whether `text` is made of common words, and begins with no given name: `Quality Gate`, `Stack Overflow`.
pub fn is_of_words(text: &[u8]) -> bool {
    let mut words = text.split(|b| matches!(b, b' ' | b',')).filter(|word| !word.is_empty());
    !is_known(text) && words.all(|word| common::is_common(&word.to_ascii_lowercase()) || word.len() < 4)
}

/// Where the full name begins that `text` ends with, if it does.
pub fn ending(text: &[u8]) -> Option<usize> {
    let starts = (0..text.len()).filter(|&at| at == 0 || text[at - 1] == b' ');
    starts.filter(|&at| text[at].is_ascii_uppercase() || text[at] >= 0x80).find(|&at| is_full(&text[at..]))
}

/// Whether `text` is a full name and nothing else.
pub fn is_full(text: &[u8]) -> bool {
    full(text) == Some(text.len())
}

/// Whether one of the words of `text` is one that names of things have.
pub fn has_other_word(text: &[u8]) -> bool {
    let words = text.split(|b| matches!(b, b' ' | b'.' | b',' | b'-' | b'_' | b'(' | b')'));
    words.filter_map(|word| std::str::from_utf8(word).ok()).any(is_other)
}

/// Whether a word is one that names of things have.
fn is_other(word: &str) -> bool {
    NEVER.binary_search(&word.to_lowercase().as_str()).is_ok()
}

/// Whether `text` begins with a given name that is known.
pub fn is_known(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let is_given = |word: &str| GIVEN.binary_search(&word.to_lowercase().as_str()).is_ok();
    let mut words = text.split([' ', ',', '\\']).filter(|word| !word.is_empty());
    // `Roe, Jane`
    let is_turned = text.contains(',');
    words.next().is_some_and(|word| !is_turned && is_given(word)) || (is_turned && words.next().is_some_and(is_given))
}

/// A name as it was read.
#[derive(Clone, Copy, Default)]
struct Name {
    length: usize,
    /// Words with capitals, initials among them if a whole word is there.
    words: usize,
    is_never: bool,
}

/// The longest name at the beginning of `text`.
fn read(text: &[u8]) -> Option<Name> {
    // A character may be cut at the end of what was read.
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
    };
    let first = text.chars().next()?;
    if is_without_case(first) {
        return without_case(text);
    }
    let mut name = Name::default();
    let (mut whole, mut at, mut has_comma) = (0, 0, false);
    while at < text.len() && name.words < 7 {
        let word = &text[at..at + text[at..].find([' ', ',', '\\']).unwrap_or(text.len() - at)];
        let bare = word.trim_end_matches('.');
        let Some(sort) = sort(word, bare) else { break };
        match sort {
            Sort::Title if name.words == 0 => {}
            Sort::Particle => {}
            Sort::Title => break,
            Sort::Initial => name.words += 1,
            Sort::Word => {
                (whole, name.words) = (whole + 1, name.words + 1);
                name.is_never |= is_other(bare);
            }
        }
        // The full stop of a sentence is not the name's.
        let kept = if matches!(sort, Sort::Word) { bare.len() } else { word.len() };
        if !matches!(sort, Sort::Particle) {
            name.length = at + kept;
        }
        if kept < word.len() && !matches!(bare, "Jr" | "Sr") {
            break;
        }
        let behind = at + word.len();
        let rest = &text[behind..];
        // One comma turns a name round: `Roe, Jane`, and `Roe\, Jane` in a distinguished name.
        let step = if rest.starts_with("\\, ") || rest.starts_with(", ") {
            if has_comma || name.words > 2 || !next_is_word(rest) || next_is_label(text, at, rest) {
                break;
            }
            has_comma = true;
            rest.find(' ').unwrap_or(0) + 1
        } else if rest.starts_with("\\,") && next_is_word(&rest[1..]) && !has_comma {
            has_comma = true;
            2
        } else if rest.starts_with(' ') && !rest.starts_with("  ") {
            1
        } else {
            break;
        };
        at = behind + step;
    }
    (whole > 0 && name.length > 1).then_some(name)
}

/// Whether a word with a capital stands behind the comma.
fn next_is_word(rest: &str) -> bool {
    rest.trim_start_matches(['\\', ',', ' ']).chars().next().is_some_and(char::is_uppercase)
}

/// Whether an abbreviation in capitals follows a name that is in small letters: `Jane Roe, DOB 1984`, `Jane Roe, MD`.
fn next_is_label(text: &str, at: usize, rest: &str) -> bool {
    let word = rest.trim_start_matches(['\\', ',', ' ']);
    let capitals = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let ends = word.as_bytes().get(capitals).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (2..=4).contains(&capitals) && ends && text[..at].bytes().any(|byte| byte.is_ascii_lowercase())
}

/// What a word of a name may be.
#[derive(Clone, Copy)]
enum Sort {
    Title,
    Particle,
    Initial,
    Word,
}

fn sort(word: &str, bare: &str) -> Option<Sort> {
    let first = bare.chars().next()?;
    if PARTICLES.contains(&bare) {
        return Some(Sort::Particle);
    }
    if TITLES.iter().any(|title| bare.len() == title.len() && bare.to_lowercase() == *title) {
        return Some(Sort::Title);
    }
    let is_elided = bare.starts_with("d'") || bare.starts_with("l'");
    if !first.is_uppercase() && !is_elided {
        return None;
    }
    // `J.`, `J.R.`, `Q`
    let is_initial = bare.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_uppercase));
    if is_initial {
        return (word.len() <= 6).then_some(Sort::Initial);
    }
    let is_letter = |c: char| c.is_alphabetic() || matches!(c, '\'' | '-' | '\u{2019}');
    let capitals = bare.chars().filter(|c| c.is_uppercase()).count();
    let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
    // `McDonald` and `O'Brien` have two, `ROE` has only those, `getUserName` has too many.
    let is_cased = capitals == letters || capitals <= 1 + bare.matches(['-', '\'', '\u{2019}']).count() || {
        capitals == 2 && ["Mc", "Mac", "De", "Di", "Le", "La", "Fitz", "Van"].iter().any(|p| bare.starts_with(p))
    };
    let is_word = bare.chars().all(is_letter) && is_cased && letters >= 2 && !bare.ends_with(['-', '\'']);
    is_word.then_some(Sort::Word)
}

/// Whether a letter's alphabet has no capitals: Han, Kana, Hangul and others of the East.
fn is_without_case(first: char) -> bool {
    first.is_alphabetic() && !first.is_uppercase() && !first.is_lowercase()
}

/// `山田 太郎`, `김철수`: two to eight letters, with a blank or none.
fn without_case(text: &str) -> Option<Name> {
    let mut letters = 0;
    let mut length = 0;
    for (at, letter) in text.char_indices() {
        let is_gap = matches!(letter, ' ' | '\u{3000}' | '\u{b7}' | '\u{30fb}');
        if is_without_case(letter) || letter == '\u{30fc}' {
            letters += 1;
            length = at + letter.len_utf8();
        } else if !is_gap || letters == 0 {
            break;
        }
    }
    (1..=12).contains(&letters).then_some(Name { length, words: usize::from(letters >= 2) + 1, is_never: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        assert!(NEVER.is_sorted() && GIVEN.is_sorted());
    }

    #[test]
    fn full_names_of_many_peoples() {
        for name in [
            "Jane Roe",
            "Jane Q. Roe",
            "J. R. Roe",
            "Jane van der Berg",
            "Roe, Jane",
            "ROE, JANE",
            "Roe\\, Jane",
            "Jean-Luc Roe",
            "Pat O'Brien",
            "María García López",
            "Иван Иванов",
            "Jürgen Müller",
            "Dr. Jane Roe",
            "山田 太郎",
            "김철수",
            "Ronald McDonald",
            "Ludwig von Beethoven",
            "José da Silva",
        ] {
            assert_eq!(full(name.as_bytes()), Some(name.len()), "{name}");
        }
    }

    #[test]
    fn what_is_no_name() {
        for text in [
            "Windows Update",
            "Jane",
            "jane roe",
            "Support Team",
            "my-service",
            "Default Policy",
            "getUserName Foo",
            "",
            "J.",
            "A B",
            "Content-Type",
            "NullPointerException",
            "Error Handler",
        ] {
            assert_eq!(full(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_name_ends_where_the_sentence_goes_on() {
        for (text, name) in [
            ("Jane Roe called.", "Jane Roe"),
            ("Jane Roe.", "Jane Roe"),
            ("Jane Roe, please", "Jane Roe"),
            ("Jane Roe  x", "Jane Roe"),
            ("Jane Roe van", "Jane Roe"),
        ] {
            assert_eq!(full(text.as_bytes()), Some(name.len()), "{text}");
        }
        assert!(is_known(b"Jane Roe") && is_known(b"Roe, Jane") && !is_known(b"Foo Bar"));
    }
}

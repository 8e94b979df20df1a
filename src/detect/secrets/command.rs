//! Secrets in the arguments of programs whose options are known: `curl -u user:secret`, `mysql -psecret`, `zip -P x`,
//! `htpasswd -b file user x`. Options that name their secret (`--password x`) need no program and are keyed values.
//!
//! What an option means depends on the program: `-p` is a secret of `sshpass`, a port of `ssh`, a flag of `mkdir`. So the
//! anchor is the program's name, and a table says which of its arguments are secrets. The facts are those of manual pages.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, LETTER};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account;
use crate::detect::reading::handle;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::secrets::argument::{Words, argument, is_secret, take, take_pair};
use crate::detect::secrets::header;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds the secrets in the arguments of known programs.
pub struct Command;

const PASSWORD: usize = 0;
const USER: usize = 1;
const COOKIE: usize = 2;

/// Which argument of a program is a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The word behind this one, or behind its `=`.
    Apart(&'static str),
    /// The rest of the word that begins so.
    Glued(&'static str),
    /// Either.
    Either(&'static str),
    /// The word behind a bundle of one-letter options that ends in this letter.
    Bundle(u8),
    /// The word of this number, counted from 0 without options, whatever the program's own subcommands.
    Position(usize),
    /// The last word of the command.
    Last,
    /// The last word, if this bundle of options is among the words before.
    LastWith(u8),
    /// The word behind one that ends so.
    Behind(&'static str),
}

use At::{Apart, Behind, Bundle, Either, Glued, Last, LastWith, Position};

/// What the argument is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Secret,
    /// A login name, or `login:group`.
    User,
    /// `user:secret`, with this separator.
    Pair(u8),
    /// `user/secret@service`.
    Logon,
    /// `domain/user:secret@host`.
    Target,
    /// `pass:secret`, of OpenSSL.
    Source,
    /// `a=1; b=2`; a name without a sign is that of a file.
    Cookies,
}

use Is::{Cookies, Logon, Pair, Secret, Source, Target, User};

type Takes = &'static [(At, Is)];

const MYSQL: Takes = &[(Glued("-p"), Secret), (Either("-u"), User)];
const CURL: Takes = &[
    (Bundle(b'u'), Pair(b':')),
    (Glued("-u"), Pair(b':')),
    (Apart("--user"), Pair(b':')),
    (Apart("--proxy-user"), Pair(b':')),
    (Bundle(b'U'), Pair(b':')),
    (Apart("--oauth2-bearer"), Secret),
    (Apart("--pass"), Secret),
    (Either("-b"), Cookies),
];
const LDAP: Takes = &[(Either("-w"), Secret)];
const MONGO: Takes = &[(Either("-p"), Secret), (Apart("-u"), User)];
const LOGIN: Takes = &[(Apart("-p"), Secret), (Apart("-u"), User)];
const UPPER: Takes = &[(Either("-P"), Secret), (Apart("-U"), User)];
const SMB: Takes = &[(Apart("-U"), Pair(b'%')), (Apart("--user"), Pair(b'%'))];
const SNMP: Takes = &[(Apart("-c"), Secret), (Apart("-A"), Secret), (Apart("-X"), Secret), (Apart("-u"), User)];
const ARCHIVE: Takes = &[(Glued("-p"), Secret), (Glued("-hp"), Secret)];
const ORACLE: Takes = &[(Position(0), Logon), (Position(1), Logon)];
const OPENSSL: Takes = &[
    (Apart("-k"), Secret),
    (Apart("-K"), Secret),
    (Apart("-pass"), Source),
    (Apart("-passin"), Source),
    (Apart("-passout"), Source),
];
const PUTTY: Takes = &[(Apart("-pw"), Secret)];
const IMPACKET: Takes = &[(Position(0), Target)];
const RDP: Takes = &[(Glued("/p:"), Secret), (Apart("-p"), Secret), (Glued("/u:"), User), (Apart("-u"), User)];

/// The programs, each with the blank behind its name.
const PROGRAMS: &[(&str, Takes)] = &[
    ("curl ", CURL),
    ("curl.exe ", CURL),
    ("http ", &[(Apart("-a"), Pair(b':')), (Apart("--auth"), Pair(b':'))]),
    ("sshpass ", &[(Either("-p"), Secret)]),
    ("mysql ", MYSQL),
    ("mysql.exe ", MYSQL),
    ("mysqldump ", MYSQL),
    ("mysqladmin ", &[(Glued("-p"), Secret), (Apart("password"), Secret)]),
    ("mysqlimport ", MYSQL),
    ("mysqlshow ", MYSQL),
    ("mysqlcheck ", MYSQL),
    ("mysqlbinlog ", MYSQL),
    ("mysqlpump ", MYSQL),
    ("mysqlslap ", MYSQL),
    ("mariadb ", MYSQL),
    ("mariadb-dump ", MYSQL),
    ("mongo ", MONGO),
    ("mongosh ", MONGO),
    ("mongodump ", MONGO),
    ("mongorestore ", MONGO),
    ("mongoexport ", MONGO),
    ("mongoimport ", MONGO),
    ("redis-cli ", &[(Either("-a"), Secret), (Apart("AUTH"), Secret), (Apart("auth"), Secret)]),
    ("cqlsh ", LOGIN),
    ("beeline ", &[(Apart("-p"), Secret), (Apart("-n"), User)]),
    ("radtest ", &[(Position(1), Secret), (Position(4), Secret)]),
    ("composer config http-basic.", &[(Position(2), Secret)]),
    ("airflow users create ", LOGIN),
    ("airflow create_user ", LOGIN),
    ("youtube-dl ", LOGIN),
    ("yt-dlp ", LOGIN),
    ("vmware-cmd ", UPPER),
    ("cypress run ", &[(Apart("--key"), Secret), (Apart("-k"), Secret)]),
    ("vmrun ", &[(Apart("-gp"), Secret), (Apart("-vp"), Secret), (Apart("-p"), Secret)]),
    ("gh secret set ", &[(Apart("--body"), Secret), (Either("-b"), Secret)]),
    ("nodetool ", PUTTY),
    ("influx ", LOGIN),
    ("clickhouse-client ", &[(Apart("--password"), Secret)]),
    ("sqlcmd ", UPPER),
    ("osql ", UPPER),
    ("tsql ", UPPER),
    ("bcp ", UPPER),
    ("isql ", &[(Either("-P"), Secret), (Position(2), Secret)]),
    ("sqlplus ", ORACLE),
    ("sqlldr ", ORACLE),
    ("expdp ", ORACLE),
    ("impdp ", ORACLE),
    ("rman target ", ORACLE),
    ("docker login ", LOGIN),
    ("podman login ", LOGIN),
    ("buildah login ", LOGIN),
    ("skopeo login ", LOGIN),
    ("registry login ", LOGIN),
    ("oc login ", LOGIN),
    ("az login ", LOGIN),
    ("az acr login ", LOGIN),
    ("cf login ", LOGIN),
    ("cf auth ", &[(Position(1), Secret)]),
    ("twine upload ", LOGIN),
    ("dotnet nuget ", LOGIN),
    ("nuget setapikey ", &[(Position(0), Secret)]),
    ("nuget setApiKey ", &[(Position(0), Secret)]),
    ("cargo login ", &[(Position(0), Secret)]),
    ("vault login ", &[(Position(0), Secret)]),
    ("npm config set ", &[(Behind("_authToken"), Secret), (Behind("_auth"), Secret), (Behind("_password"), Secret)]),
    ("aws configure set ", &[(Apart("aws_secret_access_key"), Secret), (Apart("aws_session_token"), Secret)]),
    ("etcdctl ", &[(Apart("--user"), Pair(b':'))]),
    ("mc alias set ", &[(Position(3), Secret)]),
    ("mc config host add ", &[(Position(3), Secret)]),
    ("db2 connect to ", &[(Apart("using"), Secret), (Apart("USING"), Secret)]),
    ("vault operator unseal ", &[(Position(0), Secret)]),
    ("vault unseal ", &[(Position(0), Secret)]),
    ("consul acl set-agent-token ", &[(Position(1), Secret)]),
    ("pdftk ", &[(Apart("input_pw"), Secret), (Apart("owner_pw"), Secret), (Apart("user_pw"), Secret)]),
    ("racadm ", LOGIN),
    ("psexec.py ", IMPACKET),
    ("wmiexec.py ", IMPACKET),
    ("smbexec.py ", IMPACKET),
    ("atexec.py ", IMPACKET),
    ("secretsdump.py ", IMPACKET),
    ("impacket-psexec ", IMPACKET),
    ("impacket-wmiexec ", IMPACKET),
    ("impacket-smbexec ", IMPACKET),
    ("impacket-secretsdump ", IMPACKET),
    ("impacket-smbclient ", IMPACKET),
    ("impacket-mssqlclient ", IMPACKET),
    ("iwconfig ", &[(Glued("s:"), Secret)]),
    ("ngrok authtoken ", &[(Position(0), Secret)]),
    ("ngrok config add-authtoken ", &[(Position(0), Secret)]),
    ("ssh-keygen ", &[(Apart("-N"), Secret), (Apart("-P"), Secret)]),
    ("rclone obscure ", &[(Position(0), Secret)]),
    (
        "rclone config create ",
        &[
            (Apart("pass"), Secret),
            (Apart("password"), Secret),
            (Apart("token"), Secret),
            (Apart("client_secret"), Secret),
            (Apart("secret_access_key"), Secret),
        ],
    ),
    ("certutil ", LOGIN),
    ("sendemail ", &[(Apart("-xp"), Secret)]),
    ("sendEmail ", &[(Apart("-xp"), Secret)]),
    ("crane auth login ", LOGIN),
    ("doctl auth init ", &[(Apart("-t"), Secret)]),
    ("ansible-vault encrypt_string ", &[(Position(0), Secret)]),
    ("mosquitto_passwd ", &[(LastWith(b'b'), Secret)]),
    ("ktpass ", &[(Apart("/pass"), Secret), (Apart("-pass"), Secret)]),
    ("pvk2pfx ", &[(Apart("-po"), Secret), (Apart("-pi"), Secret)]),
    ("rabbitmqctl add_user ", &[(Position(0), User), (Position(1), Secret)]),
    ("rabbitmqctl change_password ", &[(Position(0), User), (Position(1), Secret)]),
    ("rabbitmqadmin ", LOGIN),
    ("add-user.sh ", LOGIN),
    ("ldapsearch ", LDAP),
    ("ldapmodify ", LDAP),
    ("ldapadd ", LDAP),
    ("ldapdelete ", LDAP),
    ("ldapwhoami ", LDAP),
    ("ldapcompare ", LDAP),
    ("ldapmodrdn ", LDAP),
    ("ldappasswd ", &[(Either("-w"), Secret), (Apart("-s"), Secret), (Apart("-a"), Secret)]),
    ("slappasswd ", &[(Apart("-s"), Secret)]),
    ("kadmin ", LDAP),
    ("addprinc ", PUTTY),
    ("smbclient ", SMB),
    ("rpcclient ", SMB),
    ("smbmap ", LOGIN),
    ("winexe ", SMB),
    ("net rpc ", SMB),
    ("net ads ", SMB),
    ("samba-tool user create ", &[(Position(1), Secret)]),
    ("samba-tool user add ", &[(Position(1), Secret)]),
    ("crackmapexec ", LOGIN),
    ("evil-winrm ", LOGIN),
    ("hydra ", LOGIN),
    ("psexec ", LOGIN),
    ("PsExec ", LOGIN),
    ("rdesktop ", LOGIN),
    ("xfreerdp ", RDP),
    ("wfreerdp ", RDP),
    ("plink ", PUTTY),
    ("pscp ", PUTTY),
    ("psftp ", PUTTY),
    ("putty ", PUTTY),
    (
        "schtasks ",
        &[
            (Apart("/rp"), Secret),
            (Apart("/RP"), Secret),
            (Apart("/p"), Secret),
            (Apart("/ru"), User),
            (Apart("/RU"), User),
        ],
    ),
    ("signtool sign ", &[(Apart("/p"), Secret)]),
    ("net use ", &[(Position(2), Secret), (Position(1), Secret)]),
    ("net user ", &[(Position(0), User), (Position(1), Secret)]),
    ("NET USER ", &[(Position(1), Secret)]),
    ("lftp ", &[(Apart("-u"), Pair(b','))]),
    ("ncftpput ", LOGIN),
    ("ncftpget ", LOGIN),
    ("zip ", UPPER),
    ("unzip ", UPPER),
    ("7z ", ARCHIVE),
    ("7za ", ARCHIVE),
    ("7zr ", ARCHIVE),
    ("unrar ", ARCHIVE),
    ("rar ", ARCHIVE),
    ("openssl ", OPENSSL),
    ("openssl passwd ", &[(Position(0), Secret)]),
    ("htpasswd ", &[(LastWith(b'b'), Secret)]),
    ("useradd ", &[(Apart("-p"), Secret), (Last, User)]),
    ("bin/passwd ", &[(Last, User)]),
    ("usermod ", &[(Apart("-p"), Secret), (Last, User)]),
    ("userdel ", &[(Last, User)]),
    ("chown ", &[(Position(0), User)]),
    ("crontab ", &[(Apart("-u"), User)]),
    ("gpasswd ", &[(Apart("-a"), User), (Apart("-d"), User)]),
    ("passwd -", &[(Last, User)]),
    ("chage ", &[(Last, User)]),
    ("loginctl terminate-user ", &[(Position(0), User)]),
    ("snmpwalk ", SNMP),
    ("snmpget ", SNMP),
    ("snmpset ", SNMP),
    ("snmpbulkwalk ", SNMP),
    ("snmpgetnext ", SNMP),
    ("snmptrap ", SNMP),
    ("trapsess ", SNMP),
    ("snmpinform ", SNMP),
    ("xcrun altool ", LOGIN),
    ("xcrun notarytool ", LOGIN),
    ("az keyvault secret set ", &[(Apart("--value"), Secret)]),
    ("aws ssm put-parameter ", &[(Apart("--value"), Secret)]),
    ("ipmitool ", UPPER),
    ("mosquitto_pub ", UPPER),
    ("mosquitto_sub ", UPPER),
    (
        "nmcli ",
        &[
            (Apart("password"), Secret),
            (Apart("wifi-sec.psk"), Secret),
            (Apart("802-11-wireless-security.psk"), Secret),
        ],
    ),
    ("wpa_passphrase ", &[(Position(1), Secret)]),
    ("security add-generic-password ", LDAP),
    ("security add-internet-password ", LDAP),
    ("security unlock-keychain ", LOGIN),
    ("security create-keychain ", LOGIN),
    ("security set-key-partition-list ", &[(Apart("-k"), Secret)]),
    ("security import ", UPPER),
];

/// How far behind its program an argument is looked for, in bytes.
const REACH: usize = 768;

impl Detector for Command {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("command-password", Kind::Password, "secret in an argument of a known program"),
            rule("command-user", Kind::User, "user name before such a secret, or in an argument of a known program"),
            rule("command-cookie", Kind::Session, "cookie in an argument of a known program"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let programs = PROGRAMS.iter().map(|(name, _)| Anchor::exact(name.as_bytes()).starting());
        let listed = LISTED.iter().map(|(name, _)| Anchor::exact(name.as_bytes()));
        programs.chain(listed).chain([Anchor::exact(EXECUTED)]).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let Some(&(name, takes)) = PROGRAMS.get(hit.anchor) else {
            return match LISTED.get(hit.anchor - PROGRAMS.len()) {
                Some((name, takes)) => listed(view, hit.at + name.len(), takes, out),
                None => executed(view, hit.at, out),
            };
        };
        if !view.starts_word(hit.at) || view.before(hit.at) == Some(b'-') {
            return;
        }
        // `However, userdel also needs`: a sentence speaks of accounts in other words.
        let names_users = takes.iter().any(|(_, is)| *is == User) && is_commanded(view, hit.at);
        // The same command once more has its own turn, also behind a sign: `(curl`, `/curl`; but `.htpasswd` is a file.
        let has_files = takes.iter().any(|(at, _)| matches!(at, LastWith(_)));
        let is_again = |&(start, end): &(usize, usize)| {
            let word = view.slice(start, end);
            let sign = word.iter().position(|b| has_files || ALNUM.contains(*b)).unwrap_or(0);
            word[sign..] == name.as_bytes()[..name.len() - 1]
        };
        let words = Words::new(view, hit.at + name.len(), REACH).take_while(|word| !is_again(word));
        arguments(view, words, (takes, names_users), out);
    }
}

/// Programs whose arguments are a list of strings: `["mysql", "-uroot", "-px"]`.
const LISTED: &[(&str, Takes)] = &[
    ("\"mysql\",", MYSQL),
    ("'mysql',", MYSQL),
    ("\"mysqldump\",", MYSQL),
    ("'mysqldump',", MYSQL),
    ("\"mysqladmin\",", MYSQL),
    ("'mysqladmin',", MYSQL),
    ("\"curl\",", CURL),
    ("'curl',", CURL),
    ("\"redis-cli\",", &[(Either("-a"), Secret)]),
    ("'redis-cli',", &[(Either("-a"), Secret)]),
    ("\"ldapsearch\",", LDAP),
    ("'ldapsearch',", LDAP),
];

/// The strings of a list from `at` on, on the same line.
fn listed(view: &View<'_>, mut at: usize, takes: Takes, out: &mut Candidates<'_>) {
    let words = std::iter::from_fn(|| {
        let start = view.run(at, const { ByteSet::of(b" ,") }, 4);
        let quote = Quote::at(view, start).filter(|quote| quote.is_plain())?;
        let extent = quote.extent(view, quote.end(start), false);
        at = quote.end(extent.end);
        (extent.end > extent.start && Quote::at(view, extent.end).is_some()).then_some((extent.start, extent.end))
    });
    arguments(view, words.take(32), (takes, true), out);
}

/// What begins the arguments of a program that was run, in a record of Linux's audit.
const EXECUTED: &[u8] = b" a0=\"";

/// `argc=3 a0="mysql" a1="-ujroe" a2="-psecret"` of a record of `EXECVE`.
fn executed(view: &View<'_>, at: usize, out: &mut Candidates<'_>) {
    const WITHIN: ByteSet = ByteSet::of(b"\"\r\n").not();
    let digits = view.run_back(at, const { ByteSet::of(b"0123456789") }, 4);
    let start = at + EXECUTED.len();
    let end = view.run(start, WITHIN, 256);
    if !view.ends_with_ignoring_case(digits, b"argc=") || view.at(end) != Some(b'"') {
        return;
    }
    let program = view.slice(start, end).rsplit(|&b| b == b'/').next().unwrap_or_default();
    let is_program = |(name, _): &&(&str, Takes)| name.as_bytes().strip_suffix(b" ") == Some(program);
    let Some((_, takes)) = PROGRAMS.iter().find(is_program) else { return };
    let mut at = end;
    let words = std::iter::from_fn(|| {
        let number = view.run(at + 3, const { ByteSet::of(b"0123456789") }, 3);
        let (start, is_next) = (number + 2, view.starts_with(at, b"\" a") && view.starts_with(number, b"=\""));
        let end = view.run(start, WITHIN, REACH);
        at = end;
        (is_next && view.at(end) == Some(b'"') && end > start).then_some((start, end))
    });
    arguments(view, words, (takes, true), out);
}

/// Takes what the table says of the words of a command, users only if so said.
fn arguments(
    view: &View<'_>,
    words: impl Iterator<Item = (usize, usize)>,
    (takes, names_users): (Takes, bool),
    out: &mut Candidates<'_>,
) {
    let mut position = 0;
    let (mut due, mut bundles) = (None, false);
    let (mut last, mut final_word, mut is_closed) = (None, None, false);
    let (mut has_options, mut is_place) = (false, false);
    for (start, end) in words {
        let word = view.slice(start, end);
        if let Some(is) = due.take() {
            secret(view, start, is, out);
            continue;
        }
        // `cargo login - The Cargo Book`
        if word == b"-" {
            position = usize::MAX / 2;
        }
        let is_of_group = GROUPS.contains(&word) && takes.iter().any(|(at, _)| matches!(at, Last));
        if std::mem::replace(&mut is_place, PLACES.contains(&word) || is_of_group) {
            continue;
        }
        let is_option = matches!(word[0], b'-' | b'/');
        has_options |= word[0] == b'-';
        for &(at, is) in takes.iter().filter(|(_, is)| *is != User || names_users) {
            match at {
                Apart(option) if word == option.as_bytes() => due = Some(is),
                Apart(option) | Either(option)
                    if word.starts_with(option.as_bytes()) && word.get(option.len()) == Some(&b'=') =>
                {
                    secret(view, start + option.len() + 1, is, out);
                }
                Either(option) if word == option.as_bytes() => due = Some(is),
                Glued(option) | Either(option)
                    if word.len() > option.len()
                        && word.starts_with(option.as_bytes())
                        && !matches!(word[option.len()], b'-' | b'=') =>
                {
                    secret(view, start + option.len(), is, out);
                }
                Bundle(letter) if is_bundle(word) && word.last() == Some(&letter) => due = Some(is),
                Behind(ending) if word.ends_with(ending.as_bytes()) => due = Some(is),
                // The end of the string that the command stands in ends it.
                Last if !is_option && !is_closed => {
                    final_word = Some((start, is));
                    is_closed = word.contains(&b'\\') || view.is(end, const { ByteSet::of(b"\"'`,") });
                }
                LastWith(letter) if is_bundle(word) && word.contains(&letter) => bundles = true,
                Position(n) if n == position && !is_option => {
                    let is_switch = word.contains(&b'=') || word.starts_with(b"\\\\");
                    if !is_switch && word != b"*" {
                        secret(view, start, is, out);
                    }
                }
                _ => {}
            }
        }
        if !is_option {
            position += 1;
            last = Some(start);
        }
    }
    // `# useradd is a low level utility`: a sentence has several words, and no option.
    if let Some((start, is)) = final_word.filter(|_| has_options || position < 2) {
        secret(view, start, is, out);
    }
    if let Some(start) = last.filter(|_| bundles && position > 1) {
        secret(view, start, Secret, out);
    }
}

/// Options whose argument says where a command goes, not what it brings.
const PLACES: [&[u8]; 6] = [b"--registry", b"--index", b"--host", b"--namespace", b"--profile", b"--config"];

/// The same of commands that end with an account: `useradd jroe -G wheel`.
const GROUPS: [&[u8]; 6] = [b"-G", b"-g", b"-aG", b"--groups", b"--gid", b"--shell"];

/// Whether a command begins at `at`: its line does, or a prompt, an operator of the shell or `sudo` stands before it.
fn is_commanded(view: &View<'_>, at: usize) -> bool {
    const BEFORE: ByteSet = ByteSet::of(b"\n;&|$#:\"'`(+>=%");
    const WORDS: [&[u8]; 9] = [b"sudo", b"RUN", b"then", b"do", b"else", b"exec", b"time", b"/bin", b"/sbin"];
    let path = view.run_back(at, const { ALNUM.or(ByteSet::of(b"/._-")) }, 32);
    let end = view.run_back(path, BLANK, 16);
    let word = view.slice(view.run_back(end, const { LETTER.or(ByteSet::of(b"/")) }, 8), end);
    // `0:00 docker login -u jroe`: behind the time of a process.
    let is_process = end < path && is_time_of_process(view, end);
    is_process || view.before(end).is_none_or(|b| BEFORE.contains(b)) || WORDS.contains(&word)
}

/// Whether the processor time of a listing of processes ends at `end`: `0:00`, `12:31`, `00:00:05`.
fn is_time_of_process(view: &View<'_>, end: usize) -> bool {
    let text = view.slice(end.saturating_sub(4), end);
    matches!(text, [a, b':', b, c] if [a, b, c].iter().all(|b| b.is_ascii_digit()))
}

/// `-xvf`: one-letter options behind one hyphen.
fn is_bundle(word: &[u8]) -> bool {
    word.len() > 1 && word.len() < 8 && word[0] == b'-' && word[1..].iter().all(|b| LETTER.contains(*b))
}

/// The argument at `at`, for what it is.
fn secret(view: &View<'_>, at: usize, is: Is, out: &mut Candidates<'_>) {
    let value = argument(view, at);
    match is {
        Secret => {
            if is_secret(view, &value) {
                take(view, &value, Kind::Password, PASSWORD, out);
            }
        }
        User => user(view, &value, out),
        Pair(separator) => {
            // `-U https://host` has no user before its colon.
            if !view.slice(value.start, value.end).windows(3).any(|w| w == b"://") {
                take_pair(view, &value, separator, (PASSWORD, USER), out);
            }
        }
        Target => {
            let text = view.slice(value.start, value.end);
            let Some(at) = memchr::memrchr(b'@', text) else { return };
            let named = Extent { end: value.start + at, ..value };
            take_pair(view, &named, b':', (PASSWORD, USER), out);
        }
        Source => {
            if view.starts_with(value.start, b"pass:") {
                let value = Extent { start: value.start + 5, ..value };
                if is_secret(view, &value) {
                    take(view, &value, Kind::Password, PASSWORD, out);
                }
            }
        }
        Cookies => header::jar(view, value.start, COOKIE, out),
        Logon => {
            logon_under(view, &value, PASSWORD, out);
            let text = view.slice(value.start, value.end);
            if let Some(slash) = memchr::memchr(b'/', text).filter(|&slash| slash > 0 && slash + 1 < text.len()) {
                user(view, &Extent { end: value.start + slash, ..value.clone() }, out);
            }
        }
    }
}

/// `jroe`, `jroe:staff`: a login name that is somebody's.
fn user(view: &View<'_>, value: &Extent, out: &mut Candidates<'_>) {
    // `jroe\n` within a string ends before the escape; `ACME\jroe` goes on.
    let is_escape = view.at(value.end) == Some(b'\\') && matches!(view.at(value.end + 1), Some(b'n' | b'r' | b't'));
    let run = view.run(value.start, account::LOGIN, 65);
    let end = if is_escape { run.min(value.end) } else { run };
    let domain = memchr::memrchr(b'\\', view.slice(value.start, end)).map_or(0, |n| n + 1);
    let start = value.start + domain;
    let end = end.min(value.end.max(value.start));
    let text = view.slice(start, end);
    let is_whole = end == value.end || domain > 1 || matches!(view.at(end), Some(b':' | b'.'));
    let has_letter = text.iter().any(|b| LETTER.contains(*b));
    let reason = match () {
        () if !is_whole || !has_letter || !(2..=64).contains(&text.len()) || text.starts_with(b"-") => {
            Some("no login name")
        }
        // `-u jdbc:hive2://h`, `-u 7b1e4c92`: an address, an id
        () if text == b"jdbc" || view.starts_with(end, b"://") => Some("no login name"),
        () if text.iter().all(u8::is_ascii_hexdigit) && text.iter().filter(|b| b.is_ascii_digit()).count() > 2 => {
            Some("an id")
        }
        () if account::is_nobody(text) || account::is_system(text) => Some("an account that names no person"),
        () if account::is_word(text) => Some("a word of a sentence"),
        () => handle::reason(text),
    };
    match reason {
        Some(reason) => out.left(USER, start, reason),
        None => out.found(Found::new(start, end, Kind::User, Confidence::Medium).rule(USER)),
    }
}

/// `scott/tiger@service`, `scott/"ti/ger@1"@service`, of Oracle.
pub fn logon_under(view: &View<'_>, value: &Extent, rule: usize, out: &mut Candidates<'_>) {
    let text = view.slice(value.start, value.end);
    let Some(slash) = memchr::memchr(b'/', text).filter(|&n| n > 0).map(|n| value.start + n) else { return };
    let start = slash + 1;
    let secret = match Quote::at(view, start).filter(|_| !value.is_quoted) {
        Some(quote) => quote.extent(view, quote.end(start), false),
        None => {
            let rest = view.slice(start, value.end);
            let end = memchr::memrchr(b'@', rest).map_or(value.end, |n| start + n);
            Extent { start, end, ..value.clone() }
        }
    };
    let is_name = text[..slash - value.start].iter().all(|b| b.is_ascii_alphanumeric() || b"_$#.[]".contains(b));
    if is_name && is_secret(view, &secret) && !view.slice(secret.start, secret.end).contains(&b'/') {
        take(view, &secret, Kind::Password, rule, out);
    }
}

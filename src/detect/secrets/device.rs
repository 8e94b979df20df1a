//! Secrets in the configurations of network devices and their daemons: `enable secret 5 x`, `snmp-server community x RO`,
//! `set psksecret ENC x`, `password irreversible-cipher x`, `rocommunity x`.
//!
//! A statement is its first words, which are the anchor, and a tail that says which of the words behind are secrets. A word
//! of prose in that place (`enable password recovery is disabled`) stays: what is not telling by itself must end the
//! statement, and the statement must begin its line.

use crate::detect::bytes::{BLANK, ByteSet, DIGIT, LETTER, SPACE};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account::{self, LOGIN};
use crate::detect::reading::handle;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::secrets::argument::setting;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Finds the secrets of network devices.
pub struct Device;

/// The rule for login names.
const USER: usize = 1;

/// Where a statement may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Anywhere.
    Free,
    /// At the start of its line, or behind a prompt; else only a quoted secret counts.
    Own,
}

use Stands::{Free, Own};

/// The statements: their first words, where they stand, and the tail.
///
/// In a tail, `$` is a secret, `$:` the part of `user:secret` behind the colon, `@` a login name, which counts if a secret
/// follows or a `!`, `#` the digit that tells how the secret is
/// encrypted, `*` any word, `?x` the word `x` if it stands there, `?x+` that and the word behind it, `a|b` one of these
/// words, `..a|b` any words up to one of these, `~` that the secret must be telling by itself.
const STATEMENTS: &[(&str, Stands, &str)] = &[
    // Cisco and its likes
    ("enable secret ", Own, "?level+ # ?sha512 ?encrypted $"),
    ("enable password ", Own, "?level+ # ?sha512 ?encrypted $"),
    ("enable algorithm-type ", Own, "* secret # $"),
    ("username ", Own, "@ ..password|secret|nopassword # ?sha512 ?encrypted ?cipher ?simple ?irreversible-cipher $"),
    ("user-name ", Own, "@ ..password|secret # ?cipher $"),
    ("snmp-server community ", Free, "# ?clear ?encrypted $"),
    (
        "snmp-server host ",
        Free,
        "?inside ?outside ?dmz ?mgmt ?management * ?vrf+ ?traps ?informs ?trap ?inform ?version+ ?auth ?noauth ?priv ?community # $",
    ),
    (
        "snmp-server user ",
        Free,
        "@ * ?remote+ ?v3 ?encrypted ..auth md5|sha|sha-1|sha-2|sha256|sha-256|sha512|sha-512 # ?256 ?512 $ ..priv ?aes ?des ?3des ?aes-128 ?aes-192 ?aes-256 ?aes128 ?aes256 ?128 ?192 ?256 # $",
    ),
    ("key-string ", Own, "# ?ascii $"),
    (" key-string ", Free, "# $"),
    ("key 7 ", Own, "~ $"),
    (" key 7 ", Free, "~ $"),
    ("server-key ", Free, "# ~ $"),
    ("ldp neighbor ", Free, "* password # $"),
    ("key authentication ", Free, "?cipher ?simple ~ $"),
    ("key accounting ", Free, "?cipher ?simple ~ $"),
    ("key authorization ", Free, "?cipher ?simple ~ $"),
    ("tacacs key ", Free, "# ~ $"),
    ("session-key ", Free, "inbound|outbound ..cipher|authenticator ~ $"),
    ("local-users username ", Free, "@ password # $"),
    ("pass-phrase ", Free, "~ $"),
    ("create auth user ", Free, "@ password $"),
    ("community-name ", Free, "~ $"),
    ("snmp add community ", Free, "?readwrite ?readonly ~ $"),
    ("enable snmp community ", Own, "$"),
    ("key 0 ", Own, "$"),
    ("key 6 ", Own, "~ $"),
    ("key 8 ", Own, "~ $"),
    (
        "pre-shared-key ",
        Free,
        "?address..key ?hostname..key ?local ?remote ?ascii-text ?hexadecimal ?hex ?ascii ?cipher ?simple ?plain ?key # $",
    ),
    ("isakmp key ", Free, "# $"),
    ("tacacs-server key ", Free, "# $"),
    ("radius-server key ", Free, "# $"),
    ("tacacs-server host ", Free, "* ..key|encrypted-key # $"),
    ("radius-server host ", Free, "* ..key|encrypted-key # $"),
    ("server-private ", Own, "* ..key # $"),
    ("shared-key ", Own, "# ?cipher ?simple $"),
    ("-server shared-key ", Free, "?cipher ?simple $"),
    ("neighbor ", Own, "* password # $"),
    ("message-digest-key ", Free, "* md5 # $"),
    ("authentication-key ", Own, "# $"),
    ("vrrp-group ", Free, "* authentication-key # $"),
    ("ospf authentication-key ", Free, "# $"),
    ("ntp authentication-key ", Free, "* md5|sha1|sha2-256|cmac-aes-128 # $"),
    ("isis password ", Own, "# $"),
    ("area-password ", Own, "# $"),
    ("domain-password ", Own, "# $"),
    ("standby ", Own, "* authentication ?md5 ?text ?key-string # $"),
    ("vrrp ", Own, "* authentication ?md5 ?text ?key-string # $"),
    ("glbp ", Own, "* authentication ?md5 ?text ?key-string # $"),
    ("ppp chap password ", Own, "# $"),
    ("chap password ", Free, "# $"),
    ("chap secret ", Free, "# $"),
    ("ppp pap sent-username ", Own, "@ password # $"),
    ("pap sent-username ", Free, "@ password # $"),
    ("nhrp authentication ", Own, "# $"),
    ("root-dn ", Free, "* password # $"),
    ("key config-key ", Own, "?password-encrypt ?password-encryption $"),
    ("enable super-user-password ", Own, "# $"),
    ("wpa-psk ", Free, "ascii|hex # $"),
    ("psk set-key ", Free, "ascii|hex # $"),
    ("encryption mode wep ", Own, "?40bit ?128bit # ~ $"),
    ("encryption key ", Own, "* size * # $"),
    ("ip ftp password ", Free, "# $"),
    ("http client password ", Free, "# $"),
    ("vtp password ", Free, "# $"),
    ("failover key ", Own, "?hex # $"),
    ("ldap-login-password ", Free, "# $"),
    ("passwd ", Own, "$ encrypted"),
    // Juniper, VyOS, F5
    ("set snmp community ", Free, "$"),
    ("community ", Own, "$ {"),
    ("snmp { community ", Free, "$ {"),
    ("pppoe 0 password ", Free, "$"),
    ("_set_header x-api-key ", Free, "$"),
    ("_set_header x-auth-token ", Free, "$"),
    ("service snmp community ", Free, "$"),
    ("system login user ", Free, "@ !"),
    ("auth user ", Own, "@ { !"),
    ("authentication password ", Free, "$"),
    ("secret encrypted-key ", Free, "$"),
    ("encrypted-password ", Free, "$"),
    ("plaintext-password ", Free, "$"),
    ("plaintext-password-value ", Free, "$"),
    ("pre-shared-secret ", Free, "$"),
    ("wpa passphrase ", Free, "$"),
    // Fortinet
    (" enc ", Own, "$"),
    ("user add name=", Free, "@ !"),
    ("secret add name=", Free, "@ !"),
    ("set psksecret ", Free, "?enc $"),
    ("set community ", Own, "$"),
    // Palo Alto, Check Point, Citrix
    ("mgt-config users ", Free, "@ !"),
    ("phash ", Free, "~ $"),
    ("snmp-community-string ", Free, "$"),
    ("password-hash ", Free, "~ $"),
    ("add system user ", Own, "@ ~ $"),
    ("set system user ", Own, "@ ~ $"),
    // Aruba, Extreme
    ("mgmt-user ", Own, "@ * ~ $"),
    ("wpa psk ", Free, "?set-key ?ascii ?hex # $"),
    ("create account ", Own, "admin|user @ ?encrypted $"),
    ("configure account ", Own, "@ ?encrypted ~ $"),
    // Huawei, H3C, HP
    ("password cipher ", Free, "$"),
    ("password simple ", Free, "$"),
    ("irreversible-cipher ", Free, "$"),
    ("key cipher ", Free, "$"),
    ("key simple ", Free, "$"),
    ("super password ", Own, "?level+ ?cipher ?simple ?hash $"),
    ("snmp-agent community ", Free, "?read ?write ?cipher ?simple $"),
    ("password manager user-name ", Own, "@ sha1|sha256|plaintext $"),
    ("password manager ", Own, "sha1|sha256|plaintext $"),
    ("local-user ", Own, "@ password # cipher|simple|irreversible-cipher|hash $"),
    (
        "snmp-agent usm-user ",
        Own,
        "?v3 @ * ..authentication-mode md5|sha|sha2-224|sha2-256|sha2-384|sha2-512 ?cipher ?simple $ ..privacy-mode * ?cipher ?simple $",
    ),
    ("authentication-mode ", Free, "md5|hmac-md5|hmac-sha256|simple # ..cipher|plain $"),
    // Daemons
    ("rocommunity ", Own, "$"),
    ("rwcommunity ", Own, "$"),
    ("rocommunity6 ", Own, "$"),
    ("rwcommunity6 ", Own, "$"),
    ("trapcommunity ", Own, "$"),
    ("trapsink ", Own, "* $"),
    ("trap2sink ", Own, "* $"),
    ("informsink ", Own, "* $"),
    ("com2sec ", Own, "?-cn+ * * $"),
    ("com2sec6 ", Own, "?-cn+ * * $"),
    ("createuser ", Own, "?-e+ @ md5|sha|sha-256|sha-512 $ aes|des|aes-128|aes-256 $"),
    (": eap ", Free, "~ $"),
    (": xauth ", Free, "~ $"),
    (": psk ", Free, "~ $"),
    ("rootpw ", Own, "?--iscrypted ?--plaintext $"),
    ("bindpw ", Own, "$"),
    ("stats auth ", Own, "$:"),
    ("insecure-password ", Free, "$"),
    ("auth_pass ", Own, "$"),
    (" auth_pass ", Free, "$"),
    ("config set requirepass ", Free, "$"),
    ("config set masterauth ", Free, "$"),
    ("-password password ", Free, "$"),
    ("-password-again password ", Free, "$"),
    ("-password-crypted password ", Free, "$"),
    ("ansible_become_pass ", Own, "$"),
];

/// Blocks whose lines are statements: the words that open one, the words that a line in it begins with, and its tail.
const BLOCKS: &[(&str, &str, &str)] = &[
    ("line vty ", "password ", "# $"),
    ("line con", "password ", "# $"),
    ("line aux ", "password ", "# $"),
    ("aaa-server ", "key ", "# $"),
    ("radius server ", "key ", "# $"),
    ("tacacs server ", "key ", "# $"),
    ("aaa group server ", "key ", "# $"),
    ("aaa authentication-server ", "key ", "# $"),
    ("crypto isakmp client configuration group ", "key ", "# $"),
    ("config system admin", "edit ", "@ !"),
    ("config user local", "edit ", "@ !"),
    ("config system snmp user", "edit ", "@ !"),
    ("userlist ", "user ", "@ password|insecure-password $"),
];

/// How far behind what opens a block a secret of it is looked for, in bytes.
const BLOCK: usize = 600;

/// Words that go on with a sentence rather than say a secret.
const PROSE: &[&str] = &[
    "is",
    "was",
    "are",
    "has",
    "had",
    "have",
    "not",
    "for",
    "and",
    "or",
    "of",
    "the",
    "a",
    "an",
    "to",
    "in",
    "on",
    "at",
    "by",
    "from",
    "with",
    "that",
    "this",
    "mismatch",
    "authentication",
    "failed",
    "failure",
    "exchange",
    "required",
    "incorrect",
    "invalid",
    "error",
    "configured",
    "expired",
    "changed",
    "must",
    "should",
    "will",
    "can",
    "cannot",
    "may",
    "scanning",
    "recovery",
    "encryption",
    "encrypted",
    "string",
    "length",
    "policy",
    "generate",
    "generated",
    "missing",
    "ok",
    "set",
    "unset",
    "none",
    "default",
    "does",
    "did",
    "exists",
    "found",
    "accepted",
    "rejected",
    "chain",
    "manager",
    "management",
    "rotation",
    "negotiation",
    "pair",
    "pairs",
    "type",
    "status",
    "min-length",
    "engine",
    "engines",
];

/// Words of a statement that may follow a secret.
const GOES_ON: &[&str] = &[
    "ro",
    "rw",
    "address",
    "hostname",
    "version",
    "encrypted",
    "priv",
    "auth",
    "level-1",
    "level-2",
    "authorization",
    "localizedkey",
    "default",
    "view",
    "privilege",
    "group",
    "role",
    "transmit-key",
    "use-vrf",
    "mode",
    "aes",
    "des",
    "no-xauth",
    "udp-port",
    "bgp",
    "snmp",
    "level",
    "{",
    "}",
];

impl Detector for Device {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("device-secret", Kind::Password, "secret in the configuration of a network device or its daemon"),
            rule("device-user", Kind::User, "login name in the configuration of a network device or its daemon"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let statements = STATEMENTS.iter().map(|(words, ..)| {
            let anchor = Anchor::folded(words.as_bytes());
            if is_inner(words) { anchor } else { anchor.starting() }
        });
        statements.chain(BLOCKS.iter().map(|(words, ..)| Anchor::folded(words.as_bytes()))).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        match STATEMENTS.get(hit.anchor) {
            Some((words, stands, tail)) => {
                let begins = is_inner(words);
                if !begins && !view.starts_word(hit.at) {
                    return;
                }
                // ` ENC `: the statement begins with `set`.
                let is_own = if begins { is_set(view, hit.at) } else { begins_line(view, hit.at) };
                if *stands == Own && begins && !is_own {
                    return;
                }
                let is_shared = words.contains("community") || words.starts_with("pre-shared-key");
                let kind = if is_shared { Kind::Secret } else { Kind::Password };
                statement(view, hit.at + words.len(), tail, kind, (*stands == Own, is_own), out);
            }
            None => {
                let (_, key, tail) = BLOCKS[hit.anchor - STATEMENTS.len()];
                if begins_line(view, hit.at) {
                    block(view, hit.at, (key.as_bytes(), tail), out);
                }
            }
        }
    }
}

/// Whether the words stand behind others of their statement.
fn is_inner(words: &str) -> bool {
    words.starts_with([' ', ':', '-'])
}

/// The lines of a block, each indented, up to the first that is not.
fn block(view: &View<'_>, at: usize, (key, tail): (&[u8], &str), out: &mut Candidates<'_>) {
    let mut line = view.line_end(at, BLOCK);
    while line < at + BLOCK && view.at(line) == Some(b'\n') && view.is(line + 1, BLANK) {
        let start = view.run(line + 1, BLANK, 16);
        if view.starts_with(start, key) {
            statement(view, start + key.len(), tail, Kind::Password, (true, true), out);
        }
        line = view.line_end(start, at + BLOCK - line);
    }
}

/// Whether a command may begin at `at`: the line does, or a prompt ends there, or a string begins.
fn begins_line(view: &View<'_>, at: usize) -> bool {
    let from = view.run_back(at, BLANK, 64);
    match view.before(from) {
        None | Some(b'\n' | b'\r' | b'#' | b'>' | b'"' | b'\'' | b'`' | b':') => true,
        Some(b'n' | b'r') => view.back(from, 2) == Some(b'\\'),
        // `no` undoes it, `set` and `add` do it.
        _ => [&b"set"[..], b"crypto", b"ip", b"ikev1", b"ikev2", b"no"]
            .iter()
            .any(|word| view.ends_with_ignoring_case(from, word) && begins_line_bare(view, from - word.len())),
    }
}

fn begins_line_bare(view: &View<'_>, at: usize) -> bool {
    view.before(view.run_back(at, BLANK, 64)).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'#' | b'>' | b'"' | b'n'))
}

/// Whether the words before `at` on its line are `set` and a name.
fn is_set(view: &View<'_>, at: usize) -> bool {
    let name = view.run_back(at, const { SPACE.not() }, 48);
    let end = view.run_back(name, BLANK, 8);
    view.ends_with_ignoring_case(end, b"set") && begins_line(view, end - 3)
}

/// Walks the words behind a statement along its tail.
///
/// `(needs_own, is_own)` tell whether it must begin its line, and whether it does.
fn statement(
    view: &View<'_>,
    from: usize,
    tail: &str,
    kind: Kind,
    (needs_own, is_own): (bool, bool),
    out: &mut Candidates<'_>,
) {
    const WORD: ByteSet = SPACE.or(ByteSet::of(b"\\")).not();
    let next = |at: usize| view.run(at, BLANK, 64);
    let word_end = |at: usize| match Quote::at(view, at) {
        Some(quote) => {
            let extent = quote.extent(view, quote.end(at), false);
            Quote::at(view, extent.end).map_or(extent.end, |close| close.end(extent.end))
        }
        None => view.run(at, WORD, 256),
    };
    let is_one_of = |at: usize, words: &str| {
        let word = view.slice(at, word_end(at));
        words.split('|').any(|w| word.eq_ignore_ascii_case(w.as_bytes()))
    };
    let skip_to = |mut at: usize, words: &str| {
        for _ in 0..8 {
            let end = word_end(at);
            if end == at {
                return None;
            }
            if is_one_of(at, words) {
                return Some(next(end));
            }
            at = next(end);
        }
        None
    };
    let mut at = next(from);
    let mut user = None;
    let mut must_tell = false;
    let mut tokens = tail.split(' ').peekable();
    while let Some(token) = tokens.next() {
        let end = word_end(at);
        if end == at && token != "!" {
            return;
        }
        match token.as_bytes() {
            b"!" => return user.into_iter().for_each(|found| out.found(found)),
            b"@" => {
                user = login(view, at, needs_own && !is_own);
                at = next(end);
            }
            b"$" | b"$:" => {
                let mut value = setting(view, at);
                if token == "$:" {
                    let text = view.slice(value.start, value.end);
                    let Some(colon) = memchr::memchr(b':', text) else { return };
                    value.start += colon + 1;
                }
                let is_mark = |word: &&&str| matches!(**word, "encrypted" | "{");
                let is_followed = tokens.peek().filter(is_mark).is_none_or(|word| is_one_of(next(end), word));
                if !is_followed || !is_secret(view, &value, (needs_own && !is_own, is_own), must_tell) {
                    return out.left(0, at, "a word of the statement or of a sentence");
                }
                user.take().into_iter().for_each(|found| out.found(found));
                let found = Found::new(value.start, value.end, kind, Confidence::High);
                out.found(found.open(view, value.run.clone()));
                at = next(end);
            }
            b"~" => must_tell = true,
            b"#" => {
                let digits = view.run(at, DIGIT, 2);
                if digits > at
                    && view.is(digits, BLANK)
                    && view.at(next(digits)).is_some_and(|b| b != b'\n' && b != b'\r')
                {
                    at = next(digits);
                }
            }
            b"*" => at = next(end),
            [b'?', name @ ..] => {
                let name = std::str::from_utf8(name).unwrap_or_default();
                if let Some((name, to)) = name.split_once("..") {
                    if is_one_of(at, name) {
                        let Some(found) = skip_to(at, to) else { return };
                        at = found;
                    }
                } else if is_one_of(at, name.trim_end_matches('+')) {
                    at = next(end);
                    if name.ends_with('+') {
                        at = next(word_end(at));
                    }
                }
            }
            [b'.', b'.', ..] => {
                let Some(found) = skip_to(at, &token[2..]) else { return };
                at = found;
            }
            _ if is_one_of(at, token) => at = next(end),
            _ => return,
        }
    }
}

/// The login name at `at`, if it is somebody's.
fn login(view: &View<'_>, at: usize, is_astray: bool) -> Option<Found> {
    let value = setting(view, at);
    let text = view.slice(value.start, value.end);
    let is_name = (2..=64).contains(&text.len())
        && text.iter().all(|b| LOGIN.contains(*b))
        && text.iter().any(|b| LETTER.contains(*b));
    let is_nobody = account::is_nobody(text)
        || account::is_system(text)
        || account::is_word(text)
        || handle::reason(text).is_some();
    let is_taken =
        is_name && !is_nobody && !is_astray && !PROSE.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()));
    is_taken.then(|| Found::new(value.start, value.end, Kind::User, Confidence::Medium).rule(USER))
}

/// Whether a value is a secret. `(is_astray, is_own)` tell that the statement stands where it should not, and that it begins
/// its line.
fn is_secret(view: &View<'_>, value: &Extent, (is_astray, is_own): (bool, bool), must_tell: bool) -> bool {
    let text = view.slice(value.start, value.end);
    if text.is_empty() || handle::reason(text).is_some() {
        return false;
    }
    if value.is_quoted {
        return true;
    }
    if is_astray || text.len() < 3 {
        return false;
    }
    // A community of BGP: `65000:100`.
    let is_community = view.ends_with_ignoring_case(value.start, b"set community ");
    if is_community && text.contains(&b':') && text.iter().all(|b| DIGIT.contains(*b) || *b == b':') {
        return false;
    }
    let has = |test: fn(u8) -> bool| text.iter().any(|&b| test(b));
    let is_word = text.iter().all(|b| LETTER.contains(*b) || *b == b'-');
    // `Username and password authentication.`
    if text.strip_suffix(b".").is_some_and(|word| word.len() > 3 && word.iter().all(u8::is_ascii_lowercase)) {
        return false;
    }
    let is_telling = has(|b| b.is_ascii_digit()) && has(|b| !b.is_ascii_digit())
        || has(|b| b"$!@#%^&*+=/~{}".contains(&b))
        || (text.len() > 3 && text.iter().all(u8::is_ascii_digit));
    if is_telling && !is_word {
        return true;
    }
    if must_tell || !is_own || PROSE.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes())) {
        return false;
    }
    let rest = view.run(value.end, const { ByteSet::of(b"; \t\r\"'") }, 16);
    let next = view.slice(rest, view.run(rest, const { SPACE.not() }, 32));
    next.is_empty()
        || next.starts_with(b"\\n")
        || next[0].is_ascii_digit()
        || GOES_ON.iter().any(|word| next.eq_ignore_ascii_case(word.as_bytes()))
}

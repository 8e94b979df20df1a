//! Secrets by their position: the literal in the place of a call where a password or a key goes.
//!
//! `new NetworkCredential("scott", "x")`, `mysqli_connect($host, 'scott', 'x')`, `jwt.sign(payload, 'x')`. The anchor is the
//! name of the function with its parenthesis.

use std::sync::Arc;

use crate::detect::bytes::{BLANK, ByteSet, LETTER, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::people::account;
use crate::detect::reading::handle;
use crate::detect::reading::lexicon::Lexicon;
use crate::detect::reading::literal;
use crate::detect::reading::poor;
use crate::detect::reading::value::{Extent, Quote};
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Functions, in lower case, and which of their arguments is the secret, counted from 0.
const PASSWORDS: &[(&[u8], usize)] = &[
    (b"\".tochararray()", BEFORE),
    (b"\" | convertto-securestring", BEFORE),
    (b"' | password_hash(", BEFORE),
    (b"\" | password_hash(", BEFORE),
    (b"changepassword(", 1),
    (b"loginas(", 1),
    (b"encoder().encode(", 0),
    (b"encoder.encode(", 0),
    (b"postgresql_password(", 1),
    (b"hash_pwd_salt(", 0),
    (b"parse.initialize(", 2),
    (b"set_authentication(", 2),
    (b"mqtt.client(", 3),
    (b"razorpay.setup(", 1),
    (b"signer.create(", 1),
    (b"opendsobject(", 2),
    (b"sta.config(", 1),
    (b"getpass\", return_value=", 0),
    (b"getpass', return_value=", 0),
    (b"pbkdf2_sha256.hash(", 0),
    (b"sha256_crypt.hash(", 0),
    (b"sha512_crypt.hash(", 0),
    (b"argon2.hash(", 0),
    (b".sendline(", PROMPTED),
    (b"bcrypt.checkpw(", 0),
    (b"bcrypt.hashpw(", 0),
    (b".typeasync(", TYPED),
    (b".entertext(", TYPED),
    (b".fillasync(", TYPED),
    (b"wifi.softap(", 1),
    (b"pem_read_privatekey(", 3),
    (b"pem_read_bio_privatekey(", 3),
    (b"->check_password(", 1),
    (b"hash::check(", 0),
    (b"red:auth(", 0),
    (b"redis:auth(", 0),
    (b".authenticate(", SOLE),
    (b"auth=(", 1),
    (b"auth = (", 1),
    (b"createcredential(", 2),
    (b"check_password(", 0),
    (b"check_password_hash(", 1),
    (b"username_pw_set(", 1),
    (b"add_auth(", 1),
    (b"addauthinfo(", 1),
    (b"generatefrompassword(", 0),
    (b"comparehashandpassword(", 1),
    (b"hashpassword(", 1),
    (b"createasync(", 1),
    (b"setauthentication(", 1),
    (b" ftp(", 2),
    (b"plainauth(", 2),
    (b".basic(", 1),
    (b"basic_auth ", 1),
    (b"ua->credentials(", 3),
    (b"wifi.begin(", 1),
    (b"bcrypt.compare(", 0),
    (b"bcrypt.hash(", 0),
    (b"bcrypt.hashsync(", 0),
    (b"password_verify(", 0),
    (b"password_hash(", 0),
    (b"create_credential(", 2),
    (b"changeuserpassword(", 1),
    (b"set_wallet(", 1),
    (b"networkcredential(", 1),
    (b"httpbasic(", 1),
    (b"new user(", TELLING),
    (b"setauth(", TELLING),
    (b"withauth(", TELLING),
    (b"communitydata(", 0),
    (b"usmuserdata(", TELLING),
    (b"yagmail.smtp(", 1),
    (b"smbconnection(", 1),
    (b"redis.redis(", LATE),
    (b"sftpclient(", LATE),
    (b"sshclient(", LATE),
    (b"authenticationmethod(", 1),
    (b"addpasswordasync(", 1),
    (b"checkpasswordasync(", 1),
    (b"resetpasswordasync(", 2),
    (b"changepasswordasync(", 2),
    (b"bcrypt.hashpassword(", 0),
    (b"bcrypt.verify(", 0),
    (b"mysqlidb(", 2),
    (b"r::setup(", 2),
    (b"ldap->bind(", 1),
    (b"new wpdb(", 1),
    (b"standarddecryptionmaterial(", 0),
    (b"credentials.create(", 0),
    (b".connect(", LATE),
    (b"authorizationinterceptor(", 1),
    (b"ldap3.connection(", 2),
    (b"oauthhandler(", 1),
    (b"ftp.open(", 2),
    (b"azurekeycredential(", 0),
    (b"secretcredential(", 2),
    (b"rfc2898derivebytes(", 0),
    (b"hash::make(", 0),
    (b" bcrypt('", QUOTED),
    (b"\"sshpass\", \"-p\", ", 0),
    (b"'sshpass', '-p', ", 0),
    (b"users = {", MAP),
    (b"users: {", MAP),
    (b"[string]string{", MAP),
    (b"accounts{", MAP),
    (b"users = map.of(", MAP),
    (b"credentials = {", MAP),
    (b"passwords = {", MAP),
    (b"accounts = {", MAP),
    (b"%s:%s@", FORMAT),
    (b"keys: [", COOKIE),
    (b"credentials::new(", 1),
    (b"newclient(", TELLING),
    (b"newconsumer(", TELLING),
    (b"sqlcredential(", TELLING),
    (b"clientcredential(", TELLING),
    (b"pscredential(", TELLING),
    (b"basic_auth: [", 1),
    (b"signinasync(", 1),
    (b"encodepassword(", 1),
    (b"comparepassword(", 0),
    (b"emailandpassword(", 1),
    (b"authorization_basic(", 1),
    (b"create_superuser(", LAST),
    (b"sql.newinstance(", 2),
    (b"password.create(", 0),
    (b"bearer_auth(", 0),
    (b"credentials(", 1),
    (b"passwordcredential(", 1),
    (b"passwordauthentication(", 1),
    (b"authenticationtoken(", 1),
    (b"basicauth(", 1),
    (b"basic_auth(", 1),
    (b"basicauthentication(", 1),
    (b"basicauthenticator(", 1),
    (b"digestauth(", 1),
    (b".auth(", 1),
    (b"login(", 1),
    (b"authenticate(", 1),
    (b"createuser(", LAST),
    (b"create_user(", LAST),
    (b"pymysql.connect(", 2),
    (b"mysqldb.connect(", 2),
    (b"oracledb.connect(", 1),
    (b"cx_oracle.connect(", 1),
    (b".fill(", TYPED),
    (b".type(", TYPED),
    (b"fillfield(", TYPED),
    (b".getconnection(", 2),
    (b"mysqli_connect(", 2),
    (b"mysql_connect(", 2),
    (b"mysql_pconnect(", 2),
    (b"new mysqli(", 2),
    (b"new pdo(", 2),
    (b"oci_connect(", 1),
    (b"odbc_connect(", 2),
    (b"mssql_connect(", 2),
    (b"sqlsrv_connect(", 2),
    (b"mysql_real_connect(", 3),
    (b"ldap_bind(", 2),
    (b"simple_bind_s(", 1),
    (b"ftp_login(", 2),
    (b"imap_open(", 2),
    (b"ssh2_auth_password(", 2),
    (b"pbekeyspec(", 0),
    (b"dbi->connect(", 2),
    (b".basicauth(", 1),
    (b"keyring.set_password(", 2),
    (b"addidentity(", 1),
    (b"usernamepasswordtoken(", 1),
    (b"newstaticv4(", 1),
    (b"new sequelize(", 2),
    (b".sendkeys(", TYPED),
    (b".setvalue(", TYPED),
    (b"pwd_context.hash(", 0),
    (b"pwd_context.verify(", 0),
    (b".send_keys(", TYPED),
    (b"btoa(", PAIR),
    (b"encodetostring(", PAIR),
    (b"b64encode(", PAIR),
    (b"base64_encode(", PAIR),
    (b"tobase64string(", PAIR),
    (b"base64.encode(", PAIR),
    (b"strict_encode64(", PAIR),
    (b"buffer.from(", PAIR),
];
/// The same for keys that sign or encrypt.
const KEYS: &[(&[u8], usize)] = &[
    (b"symmetricsecuritykey(", 0),
    (b".signwith(", 1),
    (b"openssl_encrypt(", 2),
    (b"openssl_decrypt(", 2),
    (b"jwt.sign(", 1),
    (b"jwt.encode(", 1),
    (b"jwt.verify(", 1),
    (b"jwt.decode(", 1),
    (b"jwt::encode(", 1),
    (b"jwt::decode(", 1),
    (b"createhmac(", 1),
    (b"hash_hmac(", 2),
    (b"hmac.new(", 0),
    (b"secretkeyspec(", 0),
    (b"hmacshakeyfor(", 0),
    (b"algorithm.hmac256(", 0),
    (b"algorithm.hmac512(", 0),
    (b"createcipheriv(", 1),
    (b"createdecipheriv(", 1),
    (b"createcipher(", 1),
    (b"aes.encrypt(", 1),
    (b"aes.decrypt(", 1),
    (b"fernet(", 0),
    (b"aes.new(", 0),
    (b"sqlite3_key(", 1),
    (b"signedstring(", 0),
    (b"newcookiestore(", 0),
    (b"new_from_slice(", 0),
    (b"jws.sign(", 1),
    (b"cookieparser(", 0),
    (b"aes.newcipher(", 0),
    (b"constanttimecompare(", 1),
    (b"key::from_secret(", 0),
    (b"hmac.new(sha", 1),
    (b"config.omniauth :", 2),
    (b"connect_s3(", 1),
    (b"s3connection(", 1),
    (b"set_access_token(", 1),
    (b"provider :", 2),
    (b"key = []byte(", 0),
    (b"key := []byte(", 0),
    (b"secret = []byte(", 0),
    (b"secret := []byte(", 0),
    (b"key = encoding.ascii.getbytes(", 0),
    (b"key = encoding.utf8.getbytes(", 0),
];

/// Not the number of an argument: the last literal that shows by itself that it may be a secret.
const LAST: usize = usize::MAX;
/// The second argument, if the first is about a password: `.fill("#password", "x")`.
const TYPED: usize = usize::MAX - 1;

/// The literal before, if its line is about a secret: `keyStore.load(in, "x".toCharArray())`.
const BEFORE: usize = usize::MAX - 2;

/// The first argument, if it is a login name and a password with a colon between: `btoa("scott:tiger")`.
const PAIR: usize = usize::MAX - 3;

/// The third argument or the fourth, if it shows by itself that it may be a secret: `connect("h", "jroe", "x")`.
const LATE: usize = usize::MAX - 4;

/// The literal whose quote ends the anchor.
const QUOTED: usize = usize::MAX - 5;

/// The first argument, if a password was asked for before on its line: `expect('Password:'); child.sendline('x')`.
const PROMPTED: usize = usize::MAX - 9;

/// What fills the second place of the anchor in: `Sprintf("%s:%s@tcp(%s)", "jroe", "x", host)`.
const FORMAT: usize = usize::MAX - 10;

/// Each of a list, if cookies are spoken of: `cookieSession({ keys: ['x', 'y'] })`.
const COOKIE: usize = usize::MAX - 11;

/// The only argument, if it shows by itself that it may be a secret: `user.authenticate("x")`.
const SOLE: usize = usize::MAX - 8;

/// The second argument, if it shows by itself that it may be a secret: `new User("jroe", "x")`.
const TELLING: usize = usize::MAX - 7;

/// Login names, each with a password behind it: `users = {"jroe": "x", "mkent": "y"}`.
const MAP: usize = usize::MAX - 6;

/// The rule for login names.
const USER: usize = 2;

/// Functions whose argument before the secret is no login name.
const NO_USER: [&[u8]; 5] =
    [b"wifi.begin(", b"wifi.softap(", b"changepassword(", b"pem_read_privatekey(", b"pem_read_bio_privatekey("];

/// How far into a call arguments are read, in bytes.
const REACH: usize = 512;

/// Finds the secrets among the arguments of known calls.
pub struct Call {
    lexicon: Arc<Lexicon>,
}

impl Call {
    /// The detector; what names are made of is the rule set's.
    pub fn new(lexicon: Arc<Lexicon>) -> Call {
        Call { lexicon }
    }
}

impl Detector for Call {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("call-password", Kind::Password, "password in its place among the arguments of a call"),
            rule("call-key", Kind::Secret, "key in its place among the arguments of a call that signs or encrypts"),
            rule("call-user", Kind::User, "login name before a password among the arguments of a call"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        PASSWORDS.iter().chain(KEYS).map(|(name, _)| Anchor::folded(name)).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let rule = usize::from(hit.anchor >= PASSWORDS.len());
        let (name, position) = if rule == 0 { PASSWORDS[hit.anchor] } else { KEYS[hit.anchor - PASSWORDS.len()] };
        let start = hit.at + name.len();
        // `$auth->check_password('jroe', 'x')` has a rule of its own.
        let is_method = name == b"check_password(" && view.ends_with_ignoring_case(hit.at, b"->");
        if is_method && argument(view, start, 1).is_some() {
            return;
        }
        let literal = match position {
            LAST if argument(view, start, 1).is_some_and(|mail| view.slice(mail.start, mail.end).contains(&b'@')) => {
                argument(view, start, 2)
            }
            LAST => (1..4).rev().filter_map(|n| argument(view, start, n)).find(|literal| {
                let text = view.slice(literal.start, literal.end);
                !text.contains(&b'@') && literal::is_telling(text, &self.lexicon)
            }),
            TYPED => typed(view, hit.at, start),
            PAIR => return pair(view, argument(view, start, 0), out),
            // `Credentials("realm", "host", "user", "x")` of sbt
            1 if name == b"credentials(" && argument(view, start, 3).is_some() => argument(view, start, 3),
            TELLING => argument(view, start, 1)
                .filter(|literal| literal::is_telling(view.slice(literal.start, literal.end), &self.lexicon)),
            LATE => (2..4).filter_map(|n| argument(view, start, n)).find(|literal| {
                let text = view.slice(literal.start, literal.end);
                !text.contains(&b'/') && !text.contains(&b'.') && literal::is_telling(text, &self.lexicon)
            }),
            QUOTED => argument(view, start - 1, 0),
            // `jedis.auth("x")`
            1 if name == b".auth(" && argument(view, start, 1).is_none() => self.sole(view, start),
            SOLE => self.sole(view, start),
            PROMPTED => argument(view, start, 0)
                .filter(|_| memchr::memmem::find(view.slice(view.line_start(hit.at), hit.at), b"assword").is_some()),
            // `login(client, 'jroe', 'x')`
            1 if name == b"login(" && argument(view, start, 0).is_none() && argument(view, start, 2).is_some() => {
                argument(view, start, 2)
            }
            MAP => return self.map(view, hit.at, start, out),
            COOKIE => return self.cookie(view, hit.at, start, out),
            FORMAT => filled(view, hit.at, start),
            BEFORE => characters(view, hit.at),
            _ => argument(view, start, position),
        };
        let Some(literal) = literal else {
            return out.left(rule, hit.at, "no literal in the place of a secret");
        };
        let text = view.slice(literal.start, literal.end);
        let reason = match () {
            () if text.len() < 3 => Some("too short"),
            () if literal::is_encoding(text) => Some("the name of an encoding"),
            // What is written where a key goes is the key, whatever it reads as: `jwt.sign(payload, 'my-signing-secret')`.
            () if rule == 1 => handle::reason(text),
            () if self.lexicon.is_setting(text) => Some("a setting, not a value"),
            () if self.lexicon.is_name(text) && position != LAST && !self.is_poor(text) => Some("a name"),
            () => handle::reason(text).or_else(|| literal::reason(text, &self.lexicon)),
        };
        match reason {
            Some(reason) => out.left(rule, literal.start, reason),
            None => {
                let kind = if rule == 0 { Kind::Password } else { Kind::Secret };
                let found = Found::new(literal.start, literal.end, kind, Confidence::Medium).rule(rule);
                out.found(found.open(view, literal.run));
                if position == LATE {
                    let before =
                        (1..3).filter_map(|n| argument(view, start, n)).filter(|e| e.end < literal.start).last();
                    user(view, before, out);
                } else if rule == 0 && (1..COOKIE).contains(&position) && !NO_USER.contains(&name) {
                    // `Credentials("realm", "host", "user", "x")`
                    let before = match name {
                        b"credentials(" if argument(view, start, 3).is_some() => 2,
                        b"login(" if argument(view, start, 0).is_none() => 1,
                        _ => position - 1,
                    };
                    user(view, argument(view, start, before).filter(|user| user.end < literal.start), out);
                }
            }
        }
    }
}

impl Call {
    /// The passwords of a map from login names, on one line.
    fn map(&self, view: &View<'_>, anchor: usize, start: usize, out: &mut Candidates<'_>) {
        const MOST: usize = 16;
        const TELLS: [&[u8]; 5] = [b"user", b"account", b"auth", b"password", b"credential"];
        // `var users = map[string]string{`
        let line = view.slice(view.line_start(anchor), start).to_ascii_lowercase();
        if !TELLS.iter().any(|word| memchr::memmem::find(&line, word).is_some()) {
            return out.left(0, anchor, "no map of users");
        }
        let mut at = view.run(start, BLANK, 4);
        for _ in 0..MOST {
            let Some(quote) = Quote::at(view, at).filter(|quote| quote.is_plain()) else { return };
            let name = quote.extent(view, quote.end(at), false);
            let colon = view.run(quote.end(name.end), const { ByteSet::of(b" :=>,") }, 4);
            let Some(quote) = Quote::at(view, colon).filter(|quote| quote.is_plain()) else { return };
            let value = quote.extent(view, quote.end(colon), false);
            let text = view.slice(value.start, value.end);
            let is_label =
                text.first().is_some_and(u8::is_ascii_uppercase) && text[1..].iter().all(|b| LETTER.contains(*b));
            let is_value = literal::is_telling(text, &self.lexicon)
                || (4..32).contains(&text.len()) && text.iter().any(u8::is_ascii_digit) && !text.contains(&b' ')
                || text.contains(&b'-') && self.is_poor(text);
            let names_login = view.slice(name.start, name.end).iter().all(|b| account::LOGIN.contains(*b));
            if names_login
                && is_value
                && !is_label
                && handle::reason(text).is_none()
                && literal::reason(text, &self.lexicon).is_none()
            {
                out.found(Found::new(value.start, value.end, Kind::Password, Confidence::Medium));
                user(view, Some(name), out);
            } else {
                out.left(0, value.start, "no password");
            }
            let comma = quote.end(value.end);
            if view.at(comma) != Some(b',') {
                return;
            }
            at = view.run(comma + 1, BLANK, 4);
        }
    }

    /// The keys that sign cookies: a list behind the word for them.
    fn cookie(&self, view: &View<'_>, anchor: usize, start: usize, out: &mut Candidates<'_>) {
        const BEFORE: usize = 96;
        const MOST: usize = 8;
        let before =
            view.slice(view.line_start(anchor).max(anchor.saturating_sub(BEFORE)), anchor).to_ascii_lowercase();
        if memchr::memmem::find(&before, b"cookie").is_none() {
            return out.left(1, anchor, "no keys of cookies");
        }
        let mut at = view.run(start, BLANK, 4);
        for _ in 0..MOST {
            let Some(quote) = Quote::at(view, at).filter(|quote| quote.is_plain()) else { return };
            let value = quote.extent(view, quote.end(at), false);
            let text = view.slice(value.start, value.end);
            if text.len() > 3 && handle::reason(text).is_none() && !text.contains(&b'.') {
                let found = Found::new(value.start, value.end, Kind::Secret, Confidence::Medium).rule(1);
                out.found(found.open(view, value.run.clone()));
            } else {
                out.left(1, value.start, "too short, or a reference");
            }
            let comma = quote.end(value.end);
            if view.at(comma) != Some(b',') {
                return;
            }
            at = view.run(comma + 1, BLANK, 4);
        }
    }

    /// The only argument of a call, if it shows by itself that it may be a secret.
    fn sole(&self, view: &View<'_>, start: usize) -> Option<Extent> {
        argument(view, start, 0).filter(|literal| {
            view.at(literal.end + 1) == Some(b')')
                && literal::is_telling(view.slice(literal.start, literal.end), &self.lexicon)
        })
    }

    /// Whether a literal in the place of a password is one, though it reads as a name.
    fn is_poor(&self, text: &[u8]) -> bool {
        poor::is_given(text, &self.lexicon)
    }
}

/// What is typed into a field for a password: `.fill("#password", "x")`, `get("#password").type("x")`.
fn typed(view: &View<'_>, at: usize, start: usize) -> Option<Extent> {
    let tells = |field: &[u8]| {
        let field = field.to_ascii_lowercase();
        [&b"pass"[..], b"pwd"].iter().any(|word| memchr::memmem::find(&field, word).is_some())
    };
    let Some(first) = argument(view, start, 0) else {
        // `userEvent.type(screen.getByLabelText(/password/i), 'x')`
        let second = argument(view, start, 1)?;
        return tells(view.slice(start, second.start)).then_some(second);
    };
    if let Some(second) = argument(view, start, 1) {
        return tells(view.slice(first.start, first.end)).then_some(second);
    }
    // The field is what the call before was given.
    let line = view.slice(view.line_start(at).max(at.saturating_sub(128)), at);
    let open = memchr::memrchr(b'(', line)?;
    (line.ends_with(b")") && tells(&line[open..])).then_some(first)
}

/// `scott:tiger` to be encoded: the user, and the password.
fn pair(view: &View<'_>, literal: Option<Extent>, out: &mut Candidates<'_>) {
    let Some(literal) = literal else { return };
    let text = view.slice(literal.start, literal.end);
    let Some(colon) = memchr::memchr(b':', text) else { return };
    let (name, secret) = (&text[..colon], &text[colon + 1..]);
    let is_login = (2..=64).contains(&name.len()) && name.iter().all(|b| account::LOGIN.contains(*b) && *b != b'$');
    const SECRET: ByteSet = ByteSet::of(b" {}<>:%\\\r\n").not();
    let is_secret = (3..=64).contains(&secret.len())
        && !secret.starts_with(b"//")
        && !secret.starts_with(b"$")
        && secret.iter().all(|b| SECRET.contains(*b));
    if !is_login || !is_secret || handle::reason(secret).is_some() || name.eq_ignore_ascii_case(b"data") {
        return out.left(0, literal.start, "no user and password");
    }
    let start = literal.start + colon + 1;
    out.found(Found::new(start, literal.end, Kind::Password, Confidence::Medium));
    user(view, Some(Extent { end: literal.start + colon, ..literal }), out);
}

/// The literal before a password, if it is the login name of somebody.
fn user(view: &View<'_>, literal: Option<Extent>, out: &mut Candidates<'_>) {
    let Some(literal) = literal else { return };
    let text = view.slice(literal.start, literal.end);
    let is_name = (3..=64).contains(&text.len())
        && text.iter().all(|b| account::LOGIN.contains(*b))
        && LETTER.contains(text[0])
        && !text.contains(&b'@');
    // `add_auth("digest", "jroe:x")` names a scheme.
    let is_nobody = text == b"digest" || account::is_nobody(text) || account::is_system(text) || account::is_word(text);
    if is_name && !is_nobody && handle::reason(text).is_none() {
        out.found(Found::new(literal.start, literal.end, Kind::User, Confidence::Medium).rule(USER));
    }
}

/// The literal that fills in the second of the two places at `at` of a string of formats, whose end is looked for from `behind`
/// on: an argument behind the string, or one of those behind `%`.
fn filled(view: &View<'_>, at: usize, behind: usize) -> Option<Extent> {
    const STRING: ByteSet = ByteSet::of(b"\"'`\r\n").not();
    let open = view.run_back(at, STRING, 128);
    let mark = view.before(open).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let close = view.run(behind, STRING, 128);
    let before = view.slice(open, at).windows(2).filter(|w| w[0] == b'%' && w[1].is_ascii_alphabetic()).count();
    if view.at(close) != Some(mark) {
        return None;
    }
    let next = view.run(close + 1, BLANK, 2);
    match view.at(next)? {
        b',' => argument(view, next + 1, before + 1),
        b'%' if view.at(view.run(next + 1, BLANK, 2)) == Some(b'(') => {
            argument(view, view.run(next + 1, BLANK, 2) + 1, before + 1)
        }
        _ => None,
    }
}

/// The literal that ends at `end` and is made an array of characters, on a line that tells of a secret.
fn characters(view: &View<'_>, end: usize) -> Option<Extent> {
    const TELLS: [&[u8]; 8] =
        [b"init(ks", b"pass", b"pwd", b"secret", b"keystore", b"ks.load", b"credential", b"login"];
    let mark = view.at(end).unwrap_or(b'"');
    let start = view.run_back(end, ByteSet::of(&[mark, b'\n']).not(), 128);
    let line = view.slice(view.line_start(start).max(start.saturating_sub(160)), start).to_ascii_lowercase();
    let is_secure = view.starts_with_ignoring_case(end + 1, b" | convert") || view.starts_with(end + 1, b" | password");
    let tells = is_secure || TELLS.iter().any(|word| memchr::memmem::find(&line, word).is_some());
    let text = view.slice(start, end);
    // The digits of a number and the letters of an alphabet are characters, too.
    let is_alphabet = [&b"012345"[..], b"abcdef", b"ABCDEF"].iter().any(|run| text.starts_with(run));
    (tells && !is_alphabet && view.before(start) == Some(mark)).then_some(Extent {
        start,
        end,
        run: Run::Line,
        is_quoted: true,
        is_open: false,
    })
}

/// The literal that is argument number `position` of the call whose arguments begin at `start`.
fn argument(view: &View<'_>, start: usize, position: usize) -> Option<Extent> {
    const OTHER: ByteSet = ByteSet::of(b"\"'`()[]{},\n;").not();
    let (mut at, mut passed, mut depth) = (start, 0, 0_u32);
    while passed < position {
        at = view.run(at, OTHER, REACH);
        if at > start + REACH {
            return None;
        }
        match view.at(at)? {
            b'"' | b'\'' | b'`' => {
                let quote = Quote::at(view, at)?;
                at = quote.extent(view, quote.end(at), false).end;
                Quote::at(view, at)?;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => passed += 1,
            b';' => return None,
            _ => {}
        }
        at += 1;
    }
    let at = view.run(at, SPACE, 64);
    // `Some("x")`, `[]byte("x")`, `Encoding.UTF8.GetBytes("x")`
    let mut name = view.run(at, const { WORD.or(ByteSet::of(b".:[]")) }, 48);
    // `Base64.getDecoder().decode("x")`
    if name > at && view.starts_with(name, b"().") {
        name = view.run(name + 3, WORD, 24);
    }
    let at = if name > at && view.at(name) == Some(b'(') { view.run(name + 1, BLANK, 4) } else { at };
    let at = at + usize::from(matches!(view.at(at), Some(b'b' | b'@' | b'u')) && Quote::at(view, at + 1).is_some());
    let quote = Quote::at(view, at)?;
    let extent = quote.extent(view, quote.end(at), false);
    // What is added to or looked up in is no secret by itself.
    let next = view.run(quote.end(extent.end), BLANK, 4);
    let is_whole = matches!(view.at(next), Some(b',' | b')' | b'.' | b'\r' | b'\n') | None);
    (is_whole || view.is_capped_at(extent.end)).then_some(extent)
}

//! Secrets by their position: the literal in the place of a call where a password or a key goes.
//!
//! `new NetworkCredential("scott", "x")`, `mysqli_connect($host, 'scott', 'x')`, `jwt.sign(payload, 'x')`. The anchor is the
//! name of the function with its parenthesis.

use std::sync::Arc;

use crate::detect::bytes::{BLANK, ByteSet, SPACE, WORD};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::handle;
use crate::detect::lexicon::Lexicon;
use crate::detect::literal;
use crate::detect::value::{Extent, Quote};
use crate::detect::view::View;
use crate::finding::Confidence;
use crate::kind::Kind;

/// Functions, in lower case, and which of their arguments is the secret, counted from 0.
const PASSWORDS: [(&[u8], usize); 34] = [
    (b"create_credential(", 2),
    (b"changeuserpassword(", 1),
    (b"set_wallet(", 1),
    (b"networkcredential(", 1),
    (b"credentials(", 1),
    (b"passwordcredential(", 1),
    (b"passwordauthentication(", 1),
    (b"authenticationtoken(", 1),
    (b"basicauth(", 1),
    (b"basic_auth(", 1),
    (b"basicauthentication(", 1),
    (b"digestauth(", 1),
    (b".auth(", 1),
    (b".login(", 1),
    (b".authenticate(", 1),
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
];
/// The same for keys that sign or encrypt.
const KEYS: [(&[u8], usize); 19] = [
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
];

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
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        PASSWORDS.iter().chain(&KEYS).map(|(name, _)| Anchor::folded(name)).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let rule = usize::from(hit.anchor >= PASSWORDS.len());
        let (name, position) = if rule == 0 { PASSWORDS[hit.anchor] } else { KEYS[hit.anchor - PASSWORDS.len()] };
        let Some(literal) = argument(view, hit.at + name.len(), position) else {
            return out.left(rule, hit.at, "no literal in the place of a secret");
        };
        let text = view.slice(literal.start, literal.end);
        let reason = match () {
            () if text.len() < 3 => Some("too short"),
            () if self.lexicon.is_setting(text) => Some("a setting, not a value"),
            () if self.lexicon.is_name(text) => Some("a name"),
            () => handle::reason(text).or_else(|| literal::reason(text, &self.lexicon)),
        };
        match reason {
            Some(reason) => out.left(rule, literal.start, reason),
            None => {
                let kind = if rule == 0 { Kind::Password } else { Kind::Secret };
                let found = Found::new(literal.start, literal.end, kind, Confidence::Medium).rule(rule);
                out.found(found.open(view, literal.run));
            }
        }
    }
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
    let name = view.run(at, const { WORD.or(ByteSet::of(b".:[]")) }, 48);
    let at = if name > at && view.at(name) == Some(b'(') { view.run(name + 1, BLANK, 4) } else { at };
    let at = at + usize::from(matches!(view.at(at), Some(b'b' | b'@' | b'u')) && Quote::at(view, at + 1).is_some());
    let quote = Quote::at(view, at)?;
    let extent = quote.extent(view, quote.end(at), false);
    // What is added to or looked up in is no secret by itself.
    let next = view.run(quote.end(extent.end), BLANK, 4);
    let is_whole = matches!(view.at(next), Some(b',' | b')' | b'.' | b'\r' | b'\n') | None);
    (is_whole || view.is_capped_at(extent.end)).then_some(extent)
}

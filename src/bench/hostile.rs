//! Texts that are written to stop a scanner: one short piece, over and over.
//!
//! Whatever a detector begins with, goes on with or nearly ends with stands here as often as there is room, so that work
//! which is done again at each place shows as time that grows with the square of the size. All cost is to be linear.

use super::pen::Pen;

/// A text of one piece, over and over.
#[derive(Clone, Copy, Debug)]
pub struct Hostile {
    /// What benches call it.
    pub name: &'static str,
    piece: Piece,
    /// What is found in it.
    pub findings: Findings,
}

/// What is repeated.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Text(&'static str),
    Bytes(&'static [u8]),
    /// `eyJ`, 2 KiB of base64 and a blank, as an object without a signature looks.
    Word,
    /// Random bytes, as [`super::binaryish::random`] has them.
    Noise,
}

/// How many findings a hostile text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Findings {
    /// None.
    None,
    /// One, which grows with the text.
    One,
    /// One in every piece.
    Each,
    /// One in every piece that another follows.
    EachButLast,
    /// Two in every piece that another follows.
    TwoButLast,
}

impl Hostile {
    const fn new(name: &'static str, piece: &'static str, findings: Findings) -> Hostile {
        Hostile { name, piece: Piece::Text(piece), findings }
    }

    /// The text, of whole pieces, `bytes` long or less by less than one piece; and how many findings it holds.
    pub fn text(&self, bytes: usize) -> (Vec<u8>, u64) {
        let mut pen = Pen::new(1, bytes);
        match self.piece {
            Piece::Text(text) => pen.put(text.as_bytes()),
            Piece::Bytes(bytes) => pen.put(bytes),
            Piece::Word => {
                pen.put(b"eyJ");
                pen.base64(2048);
                pen.put(b" ");
            }
            Piece::Noise => pen.noise(bytes),
        }
        let pieces = bytes / pen.text.len().max(1);
        let count = match self.findings {
            Findings::None => 0,
            Findings::One => 1,
            Findings::Each => pieces as u64,
            Findings::EachButLast => pieces.saturating_sub(1) as u64,
            Findings::TwoButLast => 2 * pieces.saturating_sub(1) as u64,
        };
        (pen.text.repeat(pieces), count)
    }
}

use Findings::{Each, EachButLast, None, One, TwoButLast};

/// All of them.
pub const ALL: [Hostile; 75] = [
    // Addresses that never come to an end, or end at once.
    Hostile::new("a@a@", "a@", None),
    Hostile::new("@", "@", None),
    Hostile::new("a@b.cc", "a@b.cc ", Each),
    Hostile::new("a.", "a.", None),
    Hostile::new("1.2.3.4", "1.2.3.4 ", Each),
    Hostile::new("1.1.1.1.", "1.", None),
    Hostile::new("999.999.", "999.", None),
    Hostile::new("1", "1", None),
    Hostile::new("a::b::c", "a::b::c", None),
    Hostile::new("a:a:a:", "a:", None),
    Hostile::new("::", "::", None),
    Hostile::new("00:", "00:", None),
    Hostile::new("0a-", "0a-", None),
    Hostile::new("://", "://", None),
    Hostile::new("http://a:b@", "http://a:b@", TwoButLast),
    Hostile::new("%40", "%40", None),
    Hostile::new("&#64;", "&#64;", None),
    Hostile::new("\\u0040", "\\u0040", None),
    // Names of secrets without a value, or with every other name as one.
    Hostile::new("password=", "password=", One),
    Hostile::new("password", "password", None),
    Hostile::new("password ", "password ", None),
    Hostile::new("password: ", "password: ", EachButLast),
    Hostile::new("password=\"", "password=\"", EachButLast),
    Hostile::new("password:\\n", "password:\n", None),
    Hostile::new("password: |\\n", "password: |\n ", One),
    Hostile::new("\"password\":", "\"password\":", EachButLast),
    Hostile::new("<password>", "<password>", None),
    Hostile::new("--password ", "--password ", None),
    Hostile::new("secret_key.", "secret_key.", None),
    Hostile::new("token", "token ", None),
    Hostile::new("token=1;", "token=1;", None),
    Hostile::new("Authorization: Basic", "Authorization: Basic ", EachButLast),
    Hostile::new("Cookie: a=b;", "Cookie: a=b; ", Each),
    Hostile::new("key", "key", None),
    Hostile::new("=", "=", None),
    // Tokens that begin all the time, or do not end.
    Hostile::new("eyJaaaa.eyJ", "eyJaaaa.", None),
    Hostile::new("eyJ", "eyJ", None),
    Hostile { name: "2 KiB words", piece: Piece::Word, findings: None },
    Hostile::new("ghp_ghp_", concat!("gh", "p_"), None),
    Hostile::new("AKIA", concat!("AK", "IA"), One),
    Hostile::new("sk-", "sk-", None),
    Hostile::new("sk-proj-", "sk-proj-", None),
    Hostile::new("sk-proj-1", "sk-proj-1", One),
    Hostile::new("xoxb-", concat!("xo", "xb-"), None),
    Hostile::new("glpat-", concat!("gl", "pat-"), One),
    Hostile::new("key-", "key-", None),
    Hostile::new("sig=", "sig=", One),
    // Words that a secret may stand around, and none does.
    Hostile::new(":::", ":::", None),
    Hostile::new("AZDO", concat!("AZ", "DO"), None),
    Hostile::new(" AZDO", concat!(" AZ", "DO"), None),
    Hostile::new(":AA", ":AA", None),
    Hostile::new("-us1", "-us1", None),
    Hostile::new(".atlasv1.", ".atlasv1.", None),
    Hostile::new("T3BlbkFJ", "T3BlbkFJ", None),
    Hostile::new("vault", "vault ", None),
    // What a search for such texts found (`measure slowest`).
    Hostile::new("psk-", "psk-", None),
    Hostile::new("4Q~", "4Q~", None),
    Hostile::new("a0Q~", "a0Q~", One),
    Hostile::new("csrf:", "csrf:", None),
    Hostile::new("mnemonic", "mnemonic ", None),
    Hostile::new("otpauth://", "otpauth://", None),
    Hostile::new("7za .", "7za .", None),
    Hostile::new("curl /", "curl /", None),
    Hostile::new("rules of dashes", "-----\n", None),
    Hostile::new("-----BEGIN ", "-----BEGIN ", None),
    Hostile::new("-----BEGIN PRIVATE KEY-----", concat!("-----BEGIN PRIVATE", " KEY-----"), One),
    Hostile::new("-", "-", None),
    // Quotes, escapes and nothing.
    Hostile::new("\"", "\"", None),
    Hostile::new("\\", "\\", None),
    Hostile::new("{\"a\":", "{\"a\":", None),
    Hostile::new("_", "_", None),
    Hostile::new("blank", " ", None),
    Hostile { name: "zeros", piece: Piece::Bytes(&[0]), findings: None },
    Hostile::new("Czech", "Příliš žluťoučký kůň úpěl ďábelské ódy. ", None),
    Hostile { name: "random", piece: Piece::Noise, findings: None },
];

//! What is no prose: hex, base64 and noise, in which a prefix or an `@` stands by chance only.
//!
//! Dumps, certificates and attachments fill support artifacts. Nothing is planted in them: they measure what false
//! candidates cost.

use super::Corpus;
use super::pen::Pen;

/// Lines of 64 hex digits, such as a list of digests, `bytes` long or slightly more.
pub fn hex(seed: u64, bytes: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    while pen.is_short_of(bytes) {
        pen.hex(64);
        pen.end();
    }
    pen.finish()
}

/// Base64 in lines of 76 characters, as mail carries it, `bytes` long or slightly more.
pub fn base64_lines(seed: u64, bytes: usize) -> Corpus {
    base64(seed, bytes, 76)
}

/// Base64 in lines of 64 KiB, as JSON carries it, `bytes` long or slightly more.
pub fn base64_long(seed: u64, bytes: usize) -> Corpus {
    base64(seed, bytes, 64 << 10)
}

/// Random bytes, `bytes` long, and a newline. No text: a filter would withhold them, a scan must not slow down. There is no
/// `@` in them: between bytes of another script it makes an e-mail address.
pub fn random(seed: u64, bytes: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    pen.noise(bytes);
    pen.end();
    pen.finish()
}

fn base64(seed: u64, bytes: usize, columns: usize) -> Corpus {
    let mut pen = Pen::new(seed, bytes);
    while pen.is_short_of(bytes) {
        let columns = columns.min((bytes - pen.text.len()).next_multiple_of(4));
        pen.base64(columns);
        pen.end();
    }
    pen.finish()
}

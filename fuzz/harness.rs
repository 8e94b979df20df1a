//! What must hold of containers and decoders whatever bytes they are given. The fuzz targets and the tests share it.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::OnceLock;

use scrubjay::container::{
    Budget, Change, Entry, Error, FORMATS, Format, HEAD, Input, Limits, Password, Tally, Verdict, VisitError, Visitor,
    sniff,
};
use scrubjay::finding::{Encoding, Form};
use scrubjay::kind::Kind;
use scrubjay::redact::Pseudonyms;
use scrubjay::sensitive::Sensitive;
use scrubjay::{Scrubber, Unscannable};

/// The password that the seeds were encrypted with.
pub const PASSWORD: &str = "s3cret";

fn limits() -> Limits {
    Limits { depth: 3, entries: 2000, output: 32 << 20, ratio: 1000, ratio_from: 4 << 20 }
}

/// Rebuilds `bytes` as the format `id`. What comes out of that is read again, and comes out the same.
pub fn container(id: &str, bytes: &[u8]) {
    let format = FORMATS.iter().copied().find(|format| format.id() == id).expect("a format of this name");
    let Ok(once) = rebuilt(format, bytes) else { return };
    match rebuilt(format, &once) {
        // What was pulled apart by names alone may be too much the second time.
        Err(Error::Limit(_)) => {}
        twice => assert!(twice.expect("what came out is read again") == once, "{id}: twice is not once"),
    }
}

fn rebuilt(format: &dyn Format, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    format.rebuild(Input::stream(bytes, spools()), &mut out, &mut Copying::new(), &Budget::new(limits()))?;
    Ok(out)
}

fn spools() -> &'static Path {
    static SPOOLS: OnceLock<std::path::PathBuf> = OnceLock::new();
    SPOOLS.get_or_init(std::env::temp_dir)
}

/// Scrubs `bytes` as the program does, by what they are, with what is no text masked.
pub fn scrub(bytes: &[u8]) {
    static SCRUBBER: OnceLock<Scrubber> = OnceLock::new();
    let scrubber = SCRUBBER.get_or_init(|| {
        let builder = Scrubber::builder().unrecorded().threads(1).limits(limits()).spools(spools());
        let builder = builder.key(Sensitive::new([7; 32])).unscannable(Unscannable::Mask);
        builder.passwords(vec![Password::new(PASSWORD.into())]).build().expect("a scrubber")
    });
    let mut once = Vec::new();
    if scrubber.scrub(bytes, &mut once).is_err() {
        return;
    }
    let lines = |text: &[u8]| text.iter().filter(|&&byte| byte == b'\n').count();
    let is_text = std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0);
    if is_text && sniff(&bytes[..bytes.len().min(HEAD)]).is_none() && !once.starts_with(b"scrubjay withheld") {
        assert_eq!(lines(bytes), lines(&once), "no line is lost");
    }
}

/// Decodes `bytes` in every way there is.
pub fn decoders(bytes: &[u8]) {
    const ALL: [Encoding; 10] = [
        Encoding::Percent,
        Encoding::Quoted,
        Encoding::Entity,
        Encoding::Escape,
        Encoding::Doubled,
        Encoding::Backslash,
        Encoding::WideBase64,
        Encoding::Hex,
        Encoding::Base64,
        Encoding::Credentials,
    ];
    let names = Pseudonyms::new(Sensitive::new([7; 32]));
    for encoding in ALL {
        names.of_value(Kind::Secret, Form::one(encoding).within(Encoding::Escape, 3), bytes).bits();
        names.of_value(Kind::Ipv6, Form::one(encoding), bytes).bits();
        let mut packed = Vec::new();
        let raw = if encoding == Encoding::Hex { &[b"hex(1):", bytes].concat() } else { bytes };
        let raw = if raw.iter().filter(|&&byte| byte == b':').count() > 1 { b"hex:" } else { raw };
        encoding.pack(b"EMAIL_4kq7zp0c2dm", raw, &mut packed);
        let plain = encoding.unpack(&packed).or_else(|| Some(packed.clone()));
        if encoding != Encoding::Credentials {
            assert_eq!(plain.as_deref(), Some(&b"EMAIL_4kq7zp0c2dm"[..]), "{encoding:?}");
        }
        encoding.unpack(bytes);
        encoding.user(bytes);
    }
    scrubjay::placeholder::is_packed(bytes);
    // Wide text of any sort, whole or cut.
    for mark in [&b"\xff\xfe"[..], b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xef\xbb\xbf"] {
        scrub(&[mark, bytes].concat());
    }
}

/// Copies entries, and opens the containers inside.
#[derive(Default)]
struct Copying {
    passwords: Vec<Password>,
}

impl Copying {
    fn new() -> Copying {
        Copying { passwords: vec![Password::new(b"wrong".to_vec()), Password::new(PASSWORD.into())] }
    }
}

impl Visitor for Copying {
    fn entry(
        &mut self,
        entry: &Entry,
        reader: &mut (dyn Read + Send),
        writer: &mut (dyn Write + Send),
    ) -> Result<Verdict, VisitError> {
        let mut head = Vec::new();
        reader.take(HEAD as u64).read_to_end(&mut head)?;
        let whole = (&head[..]).chain(reader);
        let Some(format) = sniff(&head).filter(|_| !entry.is_text) else {
            std::io::copy(&mut { whole }, writer)?;
            return Ok(Verdict::Scrubbed);
        };
        match format.rebuild(Input::stream(whole, spools()), writer, self, &entry.budget) {
            Ok(()) => Ok(Verdict::Scrubbed),
            Err(Error::Visit(error)) => Err(error),
            Err(_) => Ok(Verdict::Withheld(b"withheld\n".to_vec())),
        }
    }

    fn name(&self, raw: &[u8]) -> Vec<u8> {
        raw.to_vec()
    }

    fn changes(&mut self, _: &[u8]) -> Vec<Change> {
        Vec::new()
    }

    fn value(&mut self, _: Kind, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn withheld(&mut self, _: &Entry, _: &Error) {}

    fn passwords(&self) -> &[Password] {
        &self.passwords
    }

    fn fork(&self, _: bool) -> Box<dyn Visitor + '_> {
        Box::new(Copying::new())
    }

    fn tally(&mut self) -> Tally {
        Box::new(())
    }

    fn join(&mut self, _: Tally) {}
}

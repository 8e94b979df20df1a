//! Secrets of Kubernetes: every value of `data:` and `stringData:` in a manifest whose kind is `Secret`, in YAML and JSON.
//!
//! The anchor is the mapping, because a finding stands behind its anchor; the kind may stand before it or, in what `kubectl
//! get` prints, behind it. The names of the keys stay.

use crate::detect::bytes::{ALNUM, BLANK, ByteSet, SPACE};
use crate::detect::detector::{Anchor, Candidates, Detector, Found, Hit, RuleInfo};
use crate::detect::reading::handle;
use crate::detect::reading::value::Quote;
use crate::detect::run::Run;
use crate::detect::secrets::packed;
use crate::detect::view::View;
use crate::finding::{Confidence, Encoding, Form};
use crate::kind::Kind;

/// Finds the values of Kubernetes Secrets.
pub struct Manifest;

const KEY: ByteSet = ALNUM.or(ByteSet::of(b"._-"));

impl Detector for Manifest {
    fn rules(&self) -> Vec<RuleInfo> {
        let description = "value of a Kubernetes Secret".to_string();
        vec![RuleInfo { id: "kubernetes-secret".to_string(), kind: Kind::Secret, description }]
    }

    fn anchors(&self) -> Vec<Anchor> {
        [&b"data:\n"[..], b"data:\r\n", b"stringData:\n", b"stringData:\r\n", b"\"data\":", b"\"stringData\":"]
            .into_iter()
            .map(Anchor::exact)
            .collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        match hit.anchor {
            0 | 1 => yaml(view, hit.at, true, out),
            2 | 3 => yaml(view, hit.at, false, out),
            4 => json(view, hit.at, true, out),
            _ => json(view, hit.at, false, out),
        }
    }
}

fn take(view: &View<'_>, start: usize, end: usize, is_packed: bool, out: &mut Candidates<'_>) {
    match handle::reason(view.slice(start, end)) {
        Some(reason) => out.left(0, start, reason),
        None => out.found(found(view.slice(start, end), start, is_packed)),
    }
}

/// A value that begins at `start`; under `data` it is base64, and so must be what takes its place.
fn found(text: &[u8], start: usize, is_packed: bool) -> Found {
    let plain = is_packed.then(|| Encoding::Base64.unpack(text)).flatten();
    let kind = plain.as_deref().and_then(packed::kind).unwrap_or(Kind::Secret);
    let form = match plain {
        Some(plain) if !plain.is_empty() => Form::one(Encoding::Base64),
        _ => Form::PLAIN,
    };
    Found::new(start, start + text.len(), kind, Confidence::High).form(form)
}

fn yaml(view: &View<'_>, at: usize, is_packed: bool, out: &mut Candidates<'_>) {
    let line = view.line_start(at);
    let indent = view.run(line, BLANK, 64) - line;
    // `data:`, not `metadata:`.
    if line + indent != at {
        return;
    }
    if !is_secret_yaml(view, line, indent) {
        return out.left(0, at, "the data of something else");
    }
    let mut line = view.line_end(at, 64) + 1;
    loop {
        let start = view.run(line, BLANK, 64);
        let depth = start - line;
        match view.at(start) {
            None => return,
            Some(b'\n' | b'\r' | b'#') => {}
            Some(_) if depth <= indent => return,
            Some(_) => {
                let key = Quote::at(view, start).map_or(start, |quote| quote.end(start));
                let key_end = view.run(key, KEY, 253);
                let colon = Quote::at(view, key_end).map_or(key_end, |quote| quote.end(key_end));
                let value = view.run(colon + 1, BLANK, 64);
                if key_end > key && view.at(colon) == Some(b':') && value > colon + 1 {
                    line = scalar(view, value, depth, is_packed, out);
                    continue;
                }
            }
        }
        let end = view.line_end(start, 4096);
        if view.at(end).is_none() {
            return;
        }
        line = end + 1;
    }
}

/// Takes the scalar at `at`, whose key stands `depth` deep; gives the start of the next line.
fn scalar(view: &View<'_>, at: usize, depth: usize, is_packed: bool, out: &mut Candidates<'_>) -> usize {
    let end = view.line_end(at, 4096);
    let next = end + 1;
    let comment = view.slice(at, end).windows(2).position(|w| w == b" #").map_or(end, |n| at + n);
    let text = view.slice(at, comment).trim_ascii_end();
    match text.first() {
        None => next,
        Some(b'|' | b'>') if text.len() < 4 => {
            let start = view.run(next, BLANK, 128);
            if start - next > depth && view.at(start).is_some() {
                let found = Found::new(start, start + 1, Kind::Secret, Confidence::High);
                out.found(Found { run: Some(Box::new(Run::Block { indent: depth })), ..found });
            }
            let mut line = next;
            while view.at(line).is_some() {
                let start = view.run(line, BLANK, 128);
                if start - line <= depth && !matches!(view.at(start), Some(b'\n' | b'\r')) {
                    break;
                }
                line = view.line_end(start, 4096) + 1;
            }
            line
        }
        Some(b'"' | b'\'') => {
            if let Some(quote) = Quote::at(view, at) {
                let extent = quote.extent(view, quote.end(at), true);
                if extent.end > extent.start {
                    take(view, extent.start, extent.end, is_packed, out);
                }
            }
            next
        }
        Some(b'{' | b'[' | b'&' | b'*' | b'!') => next,
        Some(_) => {
            let found = found(text, at, is_packed);
            match handle::reason(text) {
                Some(reason) => out.left(0, at, reason),
                None => out.found(found.open(view, Run::Set(const { SPACE.not() }))),
            }
            next
        }
    }
}

/// Whether `kind: Secret` stands as deep as the mapping, in the same document.
fn is_secret_yaml(view: &View<'_>, line: usize, indent: usize) -> bool {
    const KIND: &[u8] = b"kind: Secret";
    let is_kind = |at: usize| {
        let start = view.line_start(at);
        let dash = view.run(start, const { ByteSet::of(b" -") }, 64) - start;
        dash == indent
            && start + dash == at
            && view
                .at(view.run(at + KIND.len(), const { ByteSet::of(b" \t\r\"") }, 8))
                .is_none_or(|b| b == b'\n' || b == b'#')
    };
    let ends = |text: &[u8]| memchr::memmem::rfind(text, b"\n---").map_or(0, |n| n + 4);
    let behind = view.behind(line);
    let from = ends(behind);
    let low = line - behind.len();
    if memchr::memmem::find_iter(&behind[from..], KIND).any(|n| is_kind(low + from + n)) {
        return true;
    }
    let ahead = view.slice(line, line + 4000);
    let ahead = &ahead[..memchr::memmem::find(ahead, b"\n---").unwrap_or(ahead.len())];
    memchr::memmem::find_iter(ahead, KIND).any(|n| is_kind(line + n))
}

fn json(view: &View<'_>, at: usize, is_packed: bool, out: &mut Candidates<'_>) {
    const AROUND: ByteSet = SPACE.or(ByteSet::of(b","));
    let colon = view.run(at + 1, ALNUM, 16) + 1;
    let open = view.run(colon + 1, SPACE, 64);
    if view.at(open) != Some(b'{') {
        return;
    }
    let first = view.run(open + 1, SPACE, 64);
    let name = view.run(first + 1, KEY, 253);
    if view.at(first) != Some(b'"') || view.at(name) != Some(b'"') || !is_secret_json(view, at) {
        return;
    }
    let mut at = first;
    while view.at(at) == Some(b'"') {
        let key = view.run(at + 1, KEY, 253);
        let value = view.run(view.run(key + 1, SPACE, 8) + 1, SPACE, 64);
        if view.at(key) != Some(b'"') || view.at(value) != Some(b'"') {
            return;
        }
        let Some(quote) = Quote::at(view, value) else { return };
        let extent = quote.extent(view, quote.end(value), false);
        if extent.end > extent.start {
            let found = found(view.slice(extent.start, extent.end), extent.start, is_packed);
            match handle::reason(view.slice(extent.start, extent.end)) {
                Some(reason) => out.left(0, extent.start, reason),
                None => out.found(found.open(view, extent.run.clone())),
            }
        }
        at = view.run(extent.end + 1, AROUND, 256);
    }
}

/// Whether `"kind": "Secret"` stands in reach, before or behind.
fn is_secret_json(view: &View<'_>, at: usize) -> bool {
    let names = |text: &[u8]| {
        memchr::memmem::find_iter(text, b"\"kind\"").any(|n| {
            let rest = text[n + 6..].trim_ascii_start();
            rest.strip_prefix(b":").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"Secret\""))
        })
    };
    names(view.behind(at)) || names(view.slice(at, at + 4000))
}

//! Secrets that a command line feeds to a program that reads them: `echo x | sudo -S`, `echo root:x | chpasswd`,
//! `printf x | docker login --password-stdin`.
//!
//! The anchor is the reader; what it reads is the argument of `echo` before the bar on the same line.

use crate::detect::detector::{Anchor, Candidates, Detector, Hit, RuleInfo};
use crate::detect::secrets::argument::{Words, argument, is_secret, take, take_pair};
use crate::detect::view::View;
use crate::kind::Kind;

/// Finds the secrets that are piped to their reader.
pub struct Piped;

/// What reads a secret from its standard input, and whether it reads `user:secret`.
const READERS: [(&[u8], bool); 10] = [
    (b"docker secret create ", false),
    (b"sudo -S", false),
    (b"sudo -kS", false),
    (b"chpasswd", true),
    (b"passwd ", false),
    (b"-stdin", false),
    (b"--with-token", false),
    (b"kinit ", false),
    (b"cryptsetup ", false),
    (b"--passphrase-fd 0", false),
];

impl Detector for Piped {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule =
            |id: &str, kind, description: &str| RuleInfo { id: id.into(), kind, description: description.into() };
        vec![
            rule("piped-password", Kind::Password, "secret that a command line pipes to the program that reads it"),
            rule("piped-user", Kind::User, "user name before such a secret"),
        ]
    }

    fn anchors(&self) -> Vec<Anchor> {
        READERS.iter().map(|(reader, _)| Anchor::exact(reader)).collect()
    }

    fn verify(&self, hit: Hit, view: &View<'_>, out: &mut Candidates<'_>) {
        let (_, is_pair) = READERS[hit.anchor];
        let line = view.line_start(hit.at);
        let before = view.slice(line, hit.at);
        let Some(bar) = memchr::memrchr(b'|', before) else { return };
        let Some(echo) = [&b"echo "[..], b"printf "]
            .iter()
            .filter_map(|word| memchr::memmem::rfind(&before[..bar], word).map(|n| line + n + word.len()))
            .max()
        else {
            return;
        };
        // `passwd` reads from a pipe only where it is told to.
        if READERS[hit.anchor].0 == b"passwd "
            && !Words::new(view, hit.at, 128).any(|(a, b)| view.slice(a, b) == b"--stdin")
        {
            return;
        }
        let mut words = Words::new(view, echo, hit.at - echo);
        let Some((start, _)) = words.find(|&(start, end)| {
            let word = view.slice(start, end);
            word[0] != b'-' && !word.contains(&b'%')
        }) else {
            return;
        };
        let value = argument(view, start);
        if is_pair {
            take_pair(view, &value, b':', (0, 1), out);
        } else if is_secret(view, &value) {
            take(view, &value, Kind::Password, 0, out);
        }
    }
}

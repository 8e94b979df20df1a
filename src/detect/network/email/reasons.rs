//! Why what stands on both sides of an `@` is no e-mail address.

use crate::detect::bytes::HEX;
use crate::detect::network::ipv4;
use crate::detect::secrets::userinfo;
use crate::detect::view::View;

pub(super) fn reason_to_leave(
    view: &View<'_>,
    start: usize,
    at: usize,
    domain: usize,
    end: usize,
) -> Option<&'static str> {
    // What a blank or a quote sets apart is in no URL.
    let is_apart = view.before(start).is_none_or(|b| userinfo::OUTSIDE.contains(b));
    if !is_apart && (is_userinfo(view, at) || userinfo::is_logon(view, start, at)) {
        return Some("the user part of a URL");
    }
    if view.at(domain) == Some(b'[') {
        return None;
    }
    let text = view.slice(domain, end);
    if is_of_other_encoding(view.slice(start, at), text) {
        return Some("a letter of another encoding");
    }
    if text[0].is_ascii_digit()
        && let Some((address, address_end)) = ipv4::parse(view, domain)
        && address_end == end
    {
        return address.is_unspecified().then_some("an object at no address");
    }
    let last = text.rsplit(|&b| b == b'.').next().unwrap_or(text);
    if last.iter().all(|b| !b.is_ascii_alphabetic() && *b < 0x80) {
        return Some("a version or a number behind the sign");
    }
    let number = text.strip_prefix(b"v").unwrap_or(text);
    if text.len() > 2 && number[0].is_ascii_digit() && is_version(number) {
        return Some("a version behind the sign");
    }
    if is_algorithm(view.slice(start, at), text) {
        return Some("an algorithm of SSH");
    }
    if view.slice(start, at) == b"git" && matches!(view.at(end), Some(b':' | b'/')) {
        return Some("the account of a git remote");
    }
    if view.starts_with(end, b"://") {
        return Some("a place in a script");
    }
    let has_dot = text.contains(&b'.');
    let name = view.slice(start, at);
    if !has_dot && name.last() == Some(&b'$') {
        return Some("a variable of a shell");
    }
    if !has_dot && is_linkage(text) {
        return Some("where a symbol is linked");
    }
    // `"@babel/core@npm:^7.0.0":`, `pkg@workspace:*`: where a package comes from.
    const SOURCES: [&[u8]; 8] = [b"npm", b"workspace", b"patch", b"portal", b"link", b"file", b"virtual", b"catalog"];
    let is_followed = || view.at(end) == Some(b':') || view.starts_with_ignoring_case(end, b"%3a");
    if !has_dot && SOURCES.contains(&text) && is_followed() {
        return Some("where a package comes from");
    }
    // `eth0@if12`, `vlan7@eth0: <BROADCAST,UP>`
    let is_interface = text.strip_prefix(b"if").is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit));
    if is_interface || view.starts_with(end, b": <") {
        return Some("a network interface");
    }
    // `Nov 9 12:01:23 src@host dhcpd: `, as syslog-ng names where a line came from.
    let is_source = !has_dot && matches!(name, b"src" | b"local") && view.before(start) == Some(b' ');
    if is_source && view.back(start, 2).is_some_and(|b| b.is_ascii_digit()) && view.back(start, 4) == Some(b':') {
        return Some("where a line of a log came from");
    }
    if has_dot {
        return match last {
            b"service" | b"socket" | b"timer" | b"mount" | b"slice" | b"target" | b"device" | b"scope" | b"swap" => {
                Some("an instance of a unit")
            }
            b"png" | b"jpg" | b"jpeg" | b"gif" | b"svg" | b"webp" | b"ico" if text[0].is_ascii_digit() => {
                Some("an image at a scale")
            }
            _ => None,
        };
    }
    // One label: a host of the customer's own, unless it reads as something else.
    // What links of the documentation of Rust begin with: `struct@Vec`.
    const ITEMS: &[&[u8]] = &[
        b"struct",
        b"enum",
        b"trait",
        b"union",
        b"mod",
        b"module",
        b"const",
        b"constant",
        b"fn",
        b"function",
        b"field",
        b"variant",
        b"method",
        b"derive",
        b"type",
        b"tyalias",
        b"typealias",
        b"value",
        b"macro",
        b"attr",
        b"prim",
        b"primitive",
        b"static",
        b"keyword",
    ];
    const TAGS: &[&[u8]] =
        &[b"latest", b"next", b"alpha", b"beta", b"canary", b"main", b"master", b"head", b"sha256", b"sha512"];
    if text.len() < 2 || text[0].is_ascii_digit() || (text.len() > 4 && text.iter().all(|b| HEX.contains(*b))) {
        return Some("an object's identity");
    }
    let is_numbered = matches!(text[0], b'v' | b'V') && text[1..].iter().all(u8::is_ascii_digit);
    if is_numbered || TAGS.iter().any(|tag| text.eq_ignore_ascii_case(tag)) {
        return Some("a tag behind the sign");
    }
    let local = view.slice(start, at);
    // `{{AA@Lf}BFAj}`, of an index that a program made.
    let is_brace = |b: u8| matches!(b, b'{' | b'}' | b'`');
    let is_braced = view.before(start).is_some_and(is_brace) || view.at(end).is_some_and(is_brace);
    if is_braced && text.iter().any(u8::is_ascii_uppercase) {
        return Some("a piece of an index");
    }
    if local.iter().all(u8::is_ascii_digit) {
        return Some("a process and its host");
    }
    if ITEMS.contains(&local) {
        return Some("the item of a program");
    }
    if local.last() == Some(&b'.') {
        return Some("an attribute of a type");
    }
    if view.before(start) == Some(b'\\') && text.iter().all(u8::is_ascii_alphabetic) && local.len() < 8 {
        return Some("a macro of TeX");
    }
    // `sr_RS.UTF-8@latin`
    const SCRIPTS: &[&[u8]] =
        &[b"latin", b"latn", b"cyrillic", b"euro", b"devanagari", b"valencia", b"iqtelif", b"saaho", b"abegede"];
    let is_language = local.get(2).is_some_and(|b| *b == b'_')
        || (2..4).contains(&local.len()) && local.iter().all(u8::is_ascii_lowercase);
    if is_language && SCRIPTS.contains(&text) {
        return Some("a locale");
    }
    // `"lexemes":"@[a-z]+","keywords":"@page"`
    if local[0] == b'"' && local.iter().any(|b| b",:;={}[]".contains(b)) {
        return Some("what stands between two strings");
    }
    if text == b"entry" && view.at(end) == Some(b'=') {
        return Some("an argument in a debugger");
    }
    if view.at(end) == Some(b'(') || view.at(end) == Some(b'{') {
        return Some("code");
    }
    None
}

/// Whether the sign is the second byte of a letter, as in texts of Japan and China, or begins a mention: what stands around it is
/// neither ASCII nor UTF-8. In Latin letters, one of both sides may be so: `jos\xe9@example.com`.
fn is_of_other_encoding(local: &[u8], domain: &[u8]) -> bool {
    if local.is_ascii() && domain.is_ascii() {
        return false;
    }
    let is_foreign = |text: &[u8]| !text.is_ascii() && std::str::from_utf8(text).is_err();
    let last = domain.rsplit(|b| *b == b'.').next().unwrap_or(domain);
    let is_named = last.len() < domain.len() && last.len() > 1 && last.iter().all(u8::is_ascii_alphabetic);
    let is_asian = |text: &[u8]| std::str::from_utf8(text).is_ok_and(|text| text.chars().any(|c| c >= '\u{2e80}'));
    if is_asian(local) && !domain.contains(&b'.') {
        return true;
    }
    if is_foreign(local) {
        return !domain.is_ascii() || !is_named || local.iter().filter(|b| b.is_ascii()).count() * 2 < local.len();
    }
    is_foreign(domain) && !(local.is_ascii() && is_named) || !domain.is_ascii() && !domain.contains(&b'.')
}

/// `puts@plt`, `x@gotpcrel`: what assemblers and their kin write behind the name of a symbol.
fn is_linkage(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 16] = [
        b"plt",
        b"got",
        b"gotoff",
        b"gotpcrel",
        b"gottpoff",
        b"tpoff",
        b"ntpoff",
        b"dtpoff",
        b"tlsgd",
        b"tlsld",
        b"page",
        b"pageoff",
        b"progbits",
        b"nobits",
        b"rel32",
        b"notoc",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `umac-64-etm@openssh.com`: names of algorithms and extensions are spelled as addresses (RFC 4251, section 6).
fn is_algorithm(local: &[u8], domain: &[u8]) -> bool {
    const PLAIN: &[&[u8]] = &[b"zlib", b"ping", b"pong", b"limits", b"statvfs", b"fstatvfs", b"hardlink", b"fsync"];
    let is_named = || local.contains(&b'-') || PLAIN.contains(&local);
    match domain {
        b"openssh.com" => is_named(),
        b"libssh.org" => local.starts_with(b"curve25519"),
        b"lysator.liu.se" => local.starts_with(b"rijndael"),
        _ => false,
    }
}

/// `1.0`, `2.1-service`, `2x`: digits, then a dot and a digit.
fn is_version(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    text.get(digits) == Some(&b'.') && text.get(digits + 1).is_some_and(u8::is_ascii_digit)
}

/// Whether the `@` at `at` ends the user part of a URL.
fn is_userinfo(view: &View<'_>, at: usize) -> bool {
    // The nearest scheme before it, with nothing between that ends a URL.
    let from = at.saturating_sub(256).max(view.low());
    let before = view.slice(from, at);
    let scheme = memchr::memrchr_iter(b'/', before).find(|&slash| before[..slash].ends_with(b":/"));
    let scheme = scheme.filter(|&slash| userinfo::OUTSIDE.not().prefix_len(&before[slash..]) == before.len() - slash);
    scheme.is_some_and(|slash| userinfo::sign(view, from + slash + 1) == Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_japan_whose_second_byte_is_the_sign_are_no_addresses() {
        // Katakana in Shift JIS, a mention in UTF-8, and a sign between two letters of Big5.
        for (local, domain) in [
            (&b"\x83\x65\x83"[..], &b"\x83\x58\x83\x67"[..]),
            (b"ab\x83", b"cd.\x83\x67"),
            ("\u{53cb}".as_bytes(), "\u{53cb}\u{9054}".as_bytes()),
            (b"\xa4", b"example"),
        ] {
            assert!(is_of_other_encoding(local, domain), "{local:?} {domain:?}");
        }
        for (local, domain) in [
            (&b"jos\xe9"[..], &b"example.com"[..]),
            (b"info", b"m\xfcller.de"),
            (b"jane", b"host"),
            ("jos\u{e9}".as_bytes(), "b\u{fc}cher.example".as_bytes()),
        ] {
            assert!(!is_of_other_encoding(local, domain), "{local:?} {domain:?}");
        }
    }
}

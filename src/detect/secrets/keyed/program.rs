//! What programs have behind the key of a secret that is none: what they compare, enumerate, define and report.

use super::{Asked, Keyed};
use crate::detect::bytes::{ALNUM, BLANK, ByteSet, DIGIT, HEX, LETTER, SPACE, WORD};
use crate::detect::reading::key::Key;
use crate::detect::reading::lexicon::Strength;
use crate::detect::reading::place::{Place, Separator};
use crate::detect::reading::random;
use crate::detect::reading::value::Extent;
use crate::detect::run::Run;
use crate::detect::view::View;
use crate::kind::Kind;

impl Keyed {
    /// Why a value is what a program compares, enumerates, defines or reports, and no secret of its own.
    pub(super) fn of_program(
        &self,
        view: &View<'_>,
        asked: &Asked<'_, '_>,
        extent: &Extent,
        (text, is_setter): (&[u8], bool),
    ) -> Option<&'static str> {
        let Asked { key, place, strength, .. } = *asked;
        // `skipUnless(HAS_S3_CREDS, 'Test requires both S3 and GS credentials')`
        let is_listed = matches!(place.separator, Separator::Argument | Separator::Listed);
        if is_listed && !is_setter && text.split(|b| *b == b' ').filter(|word| word.len() > 1).count() > 4 {
            return Some("a sentence");
        }
        // `exec.Command("sshpass", "-p", "x")`
        if is_listed && text.starts_with(b"-") && text.len() < 4 {
            return Some("an option");
        }
        // `config.get('Credentials', 's3_host')`: a section, and the name of an option.
        let is_section = key.text(view).eq_ignore_ascii_case(b"credentials") && place.separator == Separator::Argument;
        if is_section && text.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_') {
            return Some("the name of an option");
        }
        // `htpasswd: path=/etc/p name=jroe password=x`
        let name = text.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let is_pair = name > 2 && text.get(name) == Some(&b'=') && view.is(extent.end, BLANK);
        if is_pair && !extent.is_quoted && place.separator == Separator::Colon && place.around.is_own_line {
            return Some("a list of parameters");
        }
        // `"jsonwebtoken": "^8.5.1"`
        let number = text.strip_prefix(b"^").or(text.strip_prefix(b"~")).unwrap_or_default();
        if place.is_key_quoted && number.len() > 2 && number.iter().all(|b| DIGIT.contains(*b) || *b == b'.') {
            return Some("a version");
        }
        // `"PASSWD_PW_PASSWD": 1`
        if !extent.is_quoted && place.is_key_quoted && text.len() == 1 && DIGIT.contains(text[0]) {
            return Some("a number");
        }
        let is_weak = strength == Strength::Weak;
        let is_compared = matches!(place.separator, Separator::Compares | Separator::Among);
        let has_digit = text.iter().any(|b| DIGIT.contains(*b));
        let is_drawn = || random::is_random(text) && (text.len() > 7 || !text.iter().all(u8::is_ascii_lowercase));
        let is_password = asked.kind == Kind::Password;
        // `token == "#bygroup"`, `level_token("debug")`, `token in ('{', '}')`: programs that read languages.
        // `expect(state.token).toEqual('lvhzmoi')`: what tests expect of tokens
        let is_expected = || {
            let line = view.slice(view.line_start(key.start), key.start);
            let is_test =
                [&b"expect("[..], b"ssert", b"doReturn("].iter().any(|w| memchr::memmem::find(line, w).is_some());
            is_test && text.len() > 5 && text.iter().all(|b| WORD.contains(*b)) && !random::is_word(text)
        };
        if is_weak
            && is_compared
            && (!has_digit || text.len() < 8)
            && !is_drawn()
            && !place.is_key_quoted
            && !is_expected()
            || is_weak
                && place.separator == Separator::Argument
                && !is_setter
                && text.iter().all(|b| LETTER.contains(*b))
                && !(is_password && text.len() > 3 && !random::is_word(text))
            || is_weak && text.len() < 9 && !text.iter().any(|b| ALNUM.contains(*b))
            || is_weak && text.starts_with(b"\\x")
            || is_weak
                && place.separator == Separator::Argument
                && !is_setter
                && !is_password
                && text.len() < 8
                && !text.iter().any(u8::is_ascii_lowercase)
        {
            return Some("a word of a language");
        }
        // `SIGNAL_TYPE_WEAK_ROOT_PASSWORD = 45`
        let is_enumerator = key.text(view).iter().filter(|b| **b == b'_').count() > 1
            && !key.text(view).iter().any(u8::is_ascii_lowercase)
            && view.is(key.end, BLANK);
        if is_enumerator && !extent.is_quoted && text.len() < 4 && text.iter().all(|b| DIGIT.contains(*b)) {
            return Some("a number");
        }
        // `PASSWORD = 3`, `SEC_ERROR_BAD_PASSWORD = SEC_ERROR_BASE + 15`
        let is_capital = !key.text(view).iter().any(u8::is_ascii_lowercase) && view.is(key.end, BLANK);
        let sum = memchr::memmem::find(text, b" + ").map(|at| &text[..at]);
        let is_sum = sum.is_some_and(|base| base.iter().all(|b| b.is_ascii_uppercase() || *b == b'_'));
        if is_capital && !extent.is_quoted && (text.len() == 1 && DIGIT.contains(text[0]) || is_sum) {
            return Some("a number");
        }
        // `#define CKK_GENERIC_SECRET (0x10UL)`, `#define hmac_digest nettle_hmac_digest`
        let name = key.text(view);
        let is_longer = text.len() > name.len() && text[text.len() - name.len()..].eq_ignore_ascii_case(name);
        let is_defined = view.ends_with_ignoring_case(key.start, b"#define ") && !extent.is_quoted;
        let digits = text.strip_prefix(b"0x").unwrap_or_default();
        let is_number =
            !digits.is_empty() && digits.len() < 12 && digits.iter().all(|b| HEX.contains(*b) || b"ULul".contains(b));
        if is_defined && (is_number || is_longer && text[text.len() - name.len() - 1] == b'_') {
            return Some("a number or a name");
        }
        // `X-Hub-Signature: sha256=<...>`
        let is_method = |name| self.lexicon.is_setting(name);
        if !extent.is_quoted && text.strip_suffix(b"=").is_some_and(is_method) {
            return Some("the name of a method");
        }
        // `Mixin<FirstPass> {` on several lines is no element.
        if matches!(extent.run, Run::Element)
            && view.at(extent.end) == Some(b'<')
            && view.at(extent.end + 1) != Some(b'/')
            && text.contains(&b'\n')
        {
            return Some("more than an element has");
        }
        // `socks5h://<username>:<password>@proxy"`, `Bearer <access_token>".`, and no element is closed before the next line
        let is_broken = || text[..memchr::memchr(b'\n', text).unwrap_or(0)].trim_ascii_end();
        if matches!(extent.run, Run::Element)
            && matches!(text.first(), Some(b'{' | b'@' | b'"' | b'\'' | b',' | b'.' | b')' | b';'))
            && text.contains(&b'\n')
            && (is_broken().len() < 2 || text[0] != b'{' && is_broken().contains(&b'"'))
        {
            return Some("more than an element has");
        }
        // `PASS: shtest-shell :: redirects.txt`
        if key.text(view) == b"PASS" && view.starts_with(extent.end, b" :: ") {
            return Some("a test that passed");
        }
        None
    }
}

/// What stands in the place of a secret and belongs to another language or place altogether.
pub(super) fn elsewhere(
    view: &View<'_>,
    key: &Key,
    place: &Place<'_>,
    extent: &Extent,
    text: &[u8],
) -> Option<&'static str> {
    // `'CGI::Cookie' => '1.06'`: a package.
    let is_package = view.ends_with_ignoring_case(key.start, b"::")
        && view.at(key.start).is_some_and(|b| b.is_ascii_uppercase())
        && matches!(view.at(key.end), Some(b'"' | b'\''));
    if is_package {
        return Some("the version of a package");
    }
    // `$pass ? "PASS" : "FAIL"`
    let is_branch = || {
        let mark = view.run_back(key.start, const { ByteSet::of(b"\"' ") }, 4);
        view.before(mark) == Some(b'?') && view.is(mark, BLANK)
    };
    if place.separator == Separator::Colon && extent.is_quoted && is_branch() {
        return Some("the other branch");
    }
    // `my $pwd = `pwd`;`
    if view.before(extent.start) == Some(b'`')
        && extent.is_quoted
        && place.separator == Separator::Equals
        && view.before(key.start) == Some(b'$')
    {
        return Some("what a command says");
    }
    // `-anonymous@`
    let bare = text.strip_prefix(b"-").unwrap_or(text);
    if bare.strip_suffix(b"@").unwrap_or(bare).eq_ignore_ascii_case(b"anonymous") {
        return Some("nobody's");
    }
    // `pub signing_key: S`
    if text.len() == 1 && text[0].is_ascii_uppercase() && !extent.is_quoted && place.separator == Separator::Colon {
        return Some("a type");
    }
    // `credentials: init.credentials ?? 'same-origin'`
    if key.name(view) == b"credentials" && matches!(text, b"same-origin" | b"include" | b"omit") {
        return Some("a setting, not a value");
    }
    // `credentials: kEnumerableProperty`
    let is_constant = text.len() > 8
        && text[0] == b'k'
        && text[1].is_ascii_uppercase()
        && text.iter().all(u8::is_ascii_alphabetic)
        && !random::is_random(text);
    if is_constant && !extent.is_quoted {
        return Some("a constant");
    }
    // `*all_children_pass = *all_children_are;`
    if text.starts_with(b"*") && view.before(key.start) == Some(b'*') {
        return Some("a name");
    }
    // `"secret": "㊙"`
    if text.len() < 5 && !text.iter().any(|b| ALNUM.contains(*b)) {
        return Some("marks, no value");
    }
    // `accesskey="n"` of HTML.
    if text.len() < 3 && key.name(view).eq_ignore_ascii_case(b"accesskey") {
        return Some("a key of the keyboard");
    }
    // `sessionid: 0x60b35639e2b2b55`: a number that ZooKeeper counts by.
    if text.starts_with(b"0x") && text.len() <= 18 && view.ends_with_ignoring_case(key.end, b"sessionid") {
        return Some("a number");
    }
    // `Read-Host -AsSecureString "Password"`
    if view.ends_with_ignoring_case(key.end, b"-assecurestring") {
        return Some("a prompt or a name");
    }
    // `${PASSWORD:-}`, `${PASSWORD:?must be set}`
    let is_empty = text.len() < 3 && matches!(text.first(), Some(b'-' | b'?' | b'+' | b'='));
    if view.ends_with_ignoring_case(key.start, b"${") && (is_empty || text.starts_with(b"?")) {
        return Some("a reference, not a value");
    }
    // `expect "password:"; send "x"`: the quote ends the string that the key stands in.
    let is_behind = extent.is_quoted
        && view.run(key.end + 1, BLANK, 4) + 1 == extent.start
        && view.before(key.start) == view.before(extent.start)
        && matches!(text.first(), Some(b';' | b',' | b')' | b' ' | b'+'));
    if is_behind {
        return Some("the end of a string");
    }
    // `<meter :password="password">` of Vue: an expression.
    if extent.is_quoted
        && place.separator == Separator::Equals
        && view.before(key.start) == Some(b':')
        && place.at == key.end + 1
        && view.back(key.start, 2).is_some_and(|b| SPACE.contains(b))
        && text.iter().all(|b| WORD.contains(*b) || matches!(b, b'.' | b'(' | b')' | b'!' | b'$'))
    {
        return Some("source code");
    }
    // `id-token: write`: a permission of GitHub's actions.
    if key.text(view) == b"id-token" && matches!(text, b"write" | b"read" | b"none") {
        return Some("a setting, not a value");
    }
    // `"csrf-token": "1.2.3"`: a version of a package.
    let is_version = text.split(|b| *b == b'.').count() > 2
        && text.len() < 16
        && text.iter().all(|b| DIGIT.contains(*b) || matches!(b, b'.' | b'^' | b'~'));
    if is_version && extent.is_quoted && place.is_key_quoted && key.text(view).contains(&b'-') {
        return Some("a version");
    }
    // `'$'`, `"-()-"`
    if text.len() < 5 && !text.iter().any(|b| ALNUM.contains(*b) || *b >= 0x80) {
        return Some("marks, no value");
    }
    // `bob.<span class="call">`: a program in a page.
    if !extent.is_quoted && text.ends_with(b".") && view.at(extent.end) == Some(b'<') {
        return Some("source code");
    }
    // `:param token: what it is for`
    if place.separator == Separator::Colon && view.before(key.start) == Some(b' ') {
        const FIELDS: [&[u8]; 9] =
            [b"param", b"type", b"arg", b"keyword", b"ivar", b"var", b"field", b"raises", b"parameter"];
        let word = view.run_back(key.start - 1, LETTER, 12);
        let is_field = matches!(view.before(word), Some(b':' | b'@' | b'\\'));
        if is_field && FIELDS.contains(&view.slice(word, key.start - 1)) {
            return Some("a parameter that is documented");
        }
    }
    // `#define SECRET other_secret`
    if place.separator == Separator::Statement
        && text.iter().all(|b| WORD.contains(*b))
        && (!random::is_random(text) || text.ends_with(key.text(view)))
        && view.slice(view.line_start(key.start), key.start).trim_ascii().starts_with(b"#define")
    {
        return Some("the name of another");
    }
    // `"group:jjwt:0.9.1"`
    let is_coordinate = view.before(extent.start) == Some(b':')
        && place.around.inside().is_some()
        && key.text(view).contains(&b'.')
        && view.before(key.start) != Some(b'{')
        && !random::is_random(text);
    if is_coordinate && !extent.is_quoted && place.separator == Separator::Colon {
        return Some("the name of a package");
    }
    if extent.is_quoted || place.separator != Separator::Colon {
        return None;
    }
    // `class FooPass : public Base`
    let is_base = [&b"public"[..], b"private", b"protected", b"virtual"]
        .iter()
        .any(|word| text.strip_prefix(*word).is_some_and(|rest| rest.is_empty() || rest.starts_with(b" ")));
    if is_base && view.is(key.end, BLANK) {
        return Some("the base of a class");
    }
    // `arn:aws:secretsmanager:eu-west-1:1:secret:name`
    let is_glued = view.before(extent.start) == Some(b':') && view.before(key.start) == Some(b':');
    let word = || view.slice(view.run_back(key.start, const { SPACE.not() }, 128), key.start);
    (is_glued && memchr::memmem::find(word(), b"arn:").is_some()).then_some("the name of a resource")
}

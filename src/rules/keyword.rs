//! Keywords for a rule that names none: literals that every match of its pattern holds.
//!
//! A keyword is what the engine's one search looks for. A pattern that holds none, such as `[0-9a-f]{40}`, can still be
//! run, in the slow lane: at every place where its first two bytes may stand.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

use super::program::Program;
use super::rule::ByteSet;

/// How many literals a pattern may begin with, for all to become keywords.
const LITERALS: usize = 64;

/// Where to look for a pattern without keywords.
#[derive(Debug, PartialEq, Eq)]
pub enum Derived {
    /// Every match begins with one of these.
    Beginning(Vec<String>),
    /// Every match holds this literal, so many bytes from its own ends at most, as far as that is known.
    Within(String, Option<usize>),
    /// There is no literal of two bytes in it.
    Nothing,
}

/// The keywords of a pattern.
pub fn derive(pattern: &Hir) -> Derived {
    // Letters of either case are spelled out; a larger class only where the keywords were too short without.
    let beginning = [2, 16].into_iter().find_map(|class| beginning(pattern, class));
    beginning.map(Derived::Beginning).unwrap_or_else(|| within(pattern))
}

/// The literals that a pattern begins with, where classes of up to so many bytes are spelled out.
fn beginning(hir: &Hir, class: usize) -> Option<Vec<String>> {
    let mut extractor = Extractor::new();
    extractor.limit_total(LITERALS).limit_class(class);
    let literals = extractor.extract(hir);
    let mut keywords: Vec<String> = Vec::new();
    for literal in literals.literals()? {
        let keyword = std::str::from_utf8(literal.as_bytes()).ok().filter(|text| is_keyword(text))?;
        // What begins with another keyword is met with that.
        if !keywords.iter().any(|known| keyword.starts_with(known)) {
            keywords.push(keyword.to_owned());
        }
    }
    (!keywords.is_empty()).then_some(keywords)
}

/// The longest literal that no match can do without.
fn within(hir: &Hir) -> Derived {
    fn longest<'a>(hir: &'a Hir, best: &mut &'a str) {
        match hir.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) if is_keyword(text) && text.len() > best.len() => *best = text,
                _ => {}
            },
            HirKind::Concat(parts) => parts.iter().for_each(|part| longest(part, best)),
            HirKind::Capture(capture) => longest(&capture.sub, best),
            HirKind::Repetition(repetition) if repetition.min > 0 => longest(&repetition.sub, best),
            _ => {}
        }
    }
    let mut best = "";
    longest(hir, &mut best);
    if best.is_empty() {
        return Derived::Nothing;
    }
    Derived::Within(best.to_owned(), hir.properties().maximum_len())
}

fn is_keyword(text: &str) -> bool {
    text.len() >= 2 && !text.contains(['\n', '\r'])
}

/// What the first two bytes of a program's matches can be.
pub fn first_two(program: &Program) -> [ByteSet; 2] {
    let every = ByteSet::from_words([u64::MAX; 4]);
    let Some(ways) = program.ways(2) else { return [every; 2] };
    [0, 1].map(|at| ways.iter().map(|way| way.get(at).copied().unwrap_or(every)).fold(ByteSet::EMPTY, ByteSet::or))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_what_a_pattern_cannot_do_without() {
        let beginning = |texts: &[&str]| Derived::Beginning(texts.iter().map(|text| text.to_string()).collect());
        for (pattern, derived) in [
            ("ghp_[0-9]{4}", beginning(&["ghp_"])),
            ("(?:ab|cd)_(x+)", beginning(&["ab_x", "cd_x"])),
            ("a[bc]", beginning(&["ab", "ac"])),
            (r"\bab[0-9]+", beginning(&["ab"])),
            ("(?i:k)[0-2][^-]{9}", beginning(&["K0", "K1", "K2", "k0", "k1", "k2"])),
            ("[0-9a-f]{30,36}NRAL", Derived::Within("NRAL".into(), Some(40))),
            ("[a-z]{9,}-us(?:-west)?[0-9]", Derived::Within("-us".into(), None)),
            ("[0-9a-f]{40}", Derived::Nothing),
            ("[a-z]+(?:abc|def)", Derived::Nothing),
        ] {
            let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
            assert_eq!(derive(&hir), derived, "{pattern}");
        }
    }
}

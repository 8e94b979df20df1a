//! Common words: what a login name or a name may be and yet mean nothing where it stands.

use std::collections::HashSet;
use std::sync::OnceLock;

/// English words, and those of programs and their logs, from four letters on. They are the words in small letters of many
/// programs' documentation, with words of every day, names that are words, roles, and products.
const WORDS: &str = include_str!("words.txt");

/// Whether a word, in small letters, is common.
pub fn is_common(word: &[u8]) -> bool {
    static ALL: OnceLock<HashSet<&'static [u8]>> = OnceLock::new();
    ALL.get_or_init(|| WORDS.split_ascii_whitespace().map(str::as_bytes).collect()).contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order_and_in_small_letters() {
        let words: Vec<&str> = WORDS.split_ascii_whitespace().collect();
        assert!(words.is_sorted() && words.len() > 10_000);
        assert!(
            words
                .iter()
                .all(|word| word.len() >= 4 && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        );
    }

    #[test]
    fn names_that_are_words_are_among_them_and_names_that_are_none_are_not() {
        for word in ["alice", "mark", "will", "bill", "grace", "hope", "rose", "april", "admin", "jenkins", "error"] {
            assert!(is_common(word.as_bytes()), "{word}");
        }
        for name in ["jroe", "jane", "john", "david", "peter", "asmith"] {
            assert!(!is_common(name.as_bytes()), "{name}");
        }
    }
}

//! What a scrub changed in a line, with nothing shown of the original but what is in the scrubbed line too.

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// Longer lines are not compared word by word.
const LONGEST: usize = 64 << 10;
/// How long the words of one line may be compared; what is not found to be the same by then is masked.
const PATIENCE: Duration = Duration::from_millis(200);
/// What stands for a character that is not shown.
const MASK: char = '\u{2588}';

/// A part of a line before or after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Both lines have it.
    Same(String),
    /// It went, and is masked; or it came in its place.
    Other(String),
}

/// The pieces of a line as it was, masked where it differs, and as it is now. Bytes that are no UTF-8 are shown as U+FFFD.
pub fn compare(before: &[u8], after: &[u8]) -> (Vec<Piece>, Vec<Piece>) {
    if before.len().max(after.len()) > LONGEST {
        return (vec![masked(&[before])], vec![Piece::Other(text(after))]);
    }
    let (old, new) = (words(before), words(after));
    let deadline = Some(Instant::now() + PATIENCE);
    let (mut was, mut is) = (Vec::new(), Vec::new());
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline) {
        let (from, to) = (&old[op.old_range()], &new[op.new_range()]);
        if let DiffOp::Equal { .. } = op {
            was.push(Piece::Same(text(&from.concat())));
            is.push(Piece::Same(text(&to.concat())));
            continue;
        }
        if !from.is_empty() {
            was.push(masked(from));
        }
        if !to.is_empty() {
            is.push(Piece::Other(text(&to.concat())));
        }
    }
    (was, is)
}

fn masked(words: &[&[u8]]) -> Piece {
    let characters: usize = words.iter().map(|word| String::from_utf8_lossy(word).chars().count()).sum();
    Piece::Other(std::iter::repeat_n(MASK, characters).collect())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs of letters, digits and underscores, and every other byte by itself.
fn words(line: &[u8]) -> Vec<&[u8]> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    line.chunk_by(|&a, &b| is_word(a) && is_word(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Same(text) => text.clone(),
            Piece::Other(text) => format!("[{text}]"),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn what_went_is_masked_and_what_came_is_shown() {
        let (was, is) = compare(b"mail jane.roe@example.com now", b"mail EMAIL_4kq7zp0c2dm now");
        assert_eq!(shown(&was), format!("mail [{}] now", MASK.to_string().repeat(20)));
        assert_eq!(shown(&is), "mail [EMAIL_4kq7zp0c2dm] now");
    }

    #[test]
    fn nothing_of_the_original_is_shown_that_is_not_in_the_other() {
        for (before, after) in
            [("a=secret", ""), ("", "x"), ("k: s1 s2", "k: ********"), ("p\u{fc}=w\u{f6}", "p\u{fc}=X")]
        {
            let (was, _) = compare(before.as_bytes(), after.as_bytes());
            for piece in was {
                if let Piece::Same(text) = piece {
                    assert!(after.contains(&text), "{text:?} of {before:?}");
                }
            }
        }
        let long = vec![b's'; LONGEST + 1];
        let (was, _) = compare(&long, b"x");
        assert!(!shown(&was).contains('s'));
    }
}

//! How many columns of a terminal a text takes: a wide character takes two, one that only changes another takes none.

use unicode_width::UnicodeWidthChar;

/// The columns that a text takes. What is no UTF-8 takes one for each byte.
pub fn columns(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let wide = |part: &str| part.chars().map(of).sum::<usize>();
    text.utf8_chunks().map(|chunk| wide(chunk.valid()) + chunk.invalid().len()).sum()
}

/// Where a number of columns lead to in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// So many columns end before this index.
    To(usize),
    /// The line ends before that.
    Line(usize),
    /// The text ends before that.
    End,
}

/// Goes so many columns into a line. Characters that take none go with the one before them.
pub fn walk(text: &[u8], columns: usize) -> Walk {
    let (mut at, mut gone) = (0, 0);
    loop {
        let Some((length, width)) = first(&text[at..]) else { return Walk::End };
        if gone + width > columns || (gone == columns && width > 0) {
            return Walk::To(at);
        }
        if text[at] == b'\n' {
            return Walk::Line(at);
        }
        (at, gone) = (at + length, gone + width);
    }
}

/// The length of `text` without a character at its end that may be cut.
pub fn whole(text: &[u8]) -> usize {
    let lead = text.iter().rev().take(4).position(|b| *b >= 0xc0 || *b < 0x80);
    match lead {
        Some(back)
            if back < 3 && text[text.len() - 1 - back] >= 0xc0 && first(&text[text.len() - 1 - back..]).is_none() =>
        {
            text.len() - 1 - back
        }
        _ => text.len(),
    }
}

/// Bytes and columns of the first character; `None` if it may go on behind the text.
fn first(text: &[u8]) -> Option<(usize, usize)> {
    let &lead = text.first()?;
    let length = match lead {
        0..0x80 => return Some((1, 1)),
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return Some((1, 1)),
    };
    let there = &text[..text.len().min(length)];
    match std::str::from_utf8(there) {
        Ok(character) => Some((length, character.chars().next().map_or(1, of))),
        Err(error) if error.error_len().is_none() => None,
        Err(_) => Some((1, 1)),
    }
}

fn of(character: char) -> usize {
    match character {
        '\n' | '\r' | '\t' => 1,
        character => character.width().unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_two() {
        for (text, wide) in [("Jane", 4), ("Zoë", 3), ("山田太郎", 8), ("e\u{301}", 1), ("김", 2), ("", 0)] {
            assert_eq!(columns(text.as_bytes()), wide, "{text}");
        }
        assert_eq!(columns(b"\xff\xfea"), 3);
    }

    #[test]
    fn columns_lead_to_whole_characters() {
        let text = "山田 | x\n".as_bytes();
        assert_eq!(walk(text, 0), Walk::To(0));
        assert_eq!(walk(text, 2), Walk::To(3));
        assert_eq!(walk(text, 4), Walk::To(6));
        assert_eq!(walk(text, 5), Walk::To(7));
        assert_eq!(walk(text, 20), Walk::Line(10));
        assert_eq!(walk(&text[..5], 4), Walk::End);
        assert_eq!(walk("e\u{301}|".as_bytes(), 1), Walk::To(3));
        assert_eq!(whole(&text[..5]), 3);
        assert_eq!(whole(&text[..6]), 6);
        assert_eq!(whole(b"abc"), 3);
    }
}

//! Sets of bytes, for the runs that verifiers read.

pub use crate::rules::ByteSet;

/// Every byte.
pub const ANY: ByteSet = ByteSet::of(&[]).not();
/// `0-9`.
pub const DIGIT: ByteSet = ByteSet::of(b"0123456789");
/// `A-Z a-z`.
pub const LETTER: ByteSet = ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
/// Letters and digits.
pub const ALNUM: ByteSet = DIGIT.or(LETTER);
/// Letters, digits and the underscore.
pub const WORD: ByteSet = ALNUM.or(ByteSet::of(b"_"));
/// Hexadecimal digits of either case.
pub const HEX: ByteSet = ByteSet::of(b"0123456789ABCDEFabcdef");
/// Bytes above 127.
pub const HIGH: ByteSet = ByteSet::from_words([0, 0, u64::MAX, u64::MAX]);
/// Base64 of either alphabet, with padding.
pub const BASE64: ByteSet = ALNUM.or(ByteSet::of(b"+/=_-"));
/// Space and tab.
pub const BLANK: ByteSet = ByteSet::of(b" \t");
/// Space, tab and the line ends.
pub const SPACE: ByteSet = ByteSet::of(b" \t\r\n");

//! Sets of bytes, for the runs that verifiers read: what the rules' set can do besides when it is a constant.

pub use crate::rules::ByteSet;

impl ByteSet {
    /// The bytes of `members`.
    #[inline]
    pub const fn of(members: &[u8]) -> ByteSet {
        let mut words = [0_u64; 4];
        let mut i = 0;
        while i < members.len() {
            words[(members[i] >> 6) as usize] |= 1 << (members[i] & 63);
            i += 1;
        }
        ByteSet::from_words(words)
    }

    /// Every byte that is not a member.
    #[inline]
    pub const fn not(self) -> ByteSet {
        let [a, b, c, d] = self.words();
        ByteSet::from_words([!a, !b, !c, !d])
    }
}

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

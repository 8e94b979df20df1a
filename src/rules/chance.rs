//! How random a text is, for its length and its alphabet.

use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::words::bits_unlike_words;

/// The least [`randomness`] that passes for random. Of 50,000 uniformly random strings each over hex, base32 and base64,
/// none of 32 characters fell below, and of 16 characters five in ten thousand or less; a run of one character, a counter
/// with its zeros, a rule of dashes and DNA do. Sentences pass: letters vary too.
pub const RANDOM: f64 = 0.7;

/// Whether the characters vary as chance would have it and do not read like words.
pub(super) fn is_random(secret: &[u8]) -> bool {
    const LEAST: usize = 12;
    const BITS: f32 = 3.0;
    if secret.len() < LEAST || randomness(secret) < RANDOM {
        return false;
    }
    // Six letters say little of hexadecimal; that digits stand among them does.
    let is_hex = secret.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let is_mixed = || secret.iter().any(u8::is_ascii_alphabetic) && secret.iter().any(u8::is_ascii_digit);
    if is_hex { is_mixed() } else { bits_unlike_words(secret) >= BITS }
}

/// How many bytes tell how random a text is; of a longer one the first so many are looked at.
pub const TELLING: usize = 256;

/// How much the bytes vary: the Shannon entropy of their frequencies, divided by what chance would give for so many bytes
/// over the alphabet they seem to be drawn from. About 1 for random bytes; 0 for fewer than two.
///
/// The division matters: entropy alone is capped by the length, so that no password of eight characters passes a floor
/// of 3.5 bits, and by the alphabet, so that no hex string passes one of 4.1.
pub fn randomness(secret: &[u8]) -> f64 {
    let secret = &secret[..secret.len().min(TELLING)];
    if secret.len() < 2 {
        return 0.0;
    }
    let mut counts = [0_u16; 256];
    for &byte in secret {
        counts[usize::from(byte)] += 1;
    }
    let length = secret.len() as f64;
    // Nearly all bytes are ASCII, which a few of the others leave to be counted.
    let counts = if secret.is_ascii() { &counts[..128] } else { &counts[..] };
    let entropy: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / length)
        .map(|share| -share * share.log2())
        .sum();
    entropy / known_entropy(secret.len(), alphabet(counts))
}

/// How many places of a text, from the first on, begin [`TELLING`] bytes that are not random.
pub fn dull(text: &[u8]) -> usize {
    /// Sums of many small differences are not exact; what is as near as this may be random.
    const NEAR: f64 = 1e-6;
    static TERMS: OnceLock<Vec<f64>> = OnceLock::new();
    let terms =
        TERMS.get_or_init(|| (0..=TELLING).map(|n| if n > 1 { n as f64 * (n as f64).log2() } else { 0.0 }).collect());
    let Some(first) = text.get(..TELLING) else { return 0 };
    let mut counts = [0_u16; 256];
    first.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let mut sum: f64 = counts.iter().map(|&count| terms[usize::from(count)]).sum();
    let length = TELLING as f64;
    let mut expected = known_entropy(TELLING, alphabet(&counts));
    let mut place = 0;
    loop {
        if (length.log2() - sum / length) / expected >= RANDOM - NEAR {
            return place;
        }
        let Some(&comes) = text.get(place + TELLING) else { return place + 1 };
        let goes = text[place];
        place += 1;
        if goes != comes {
            let [less, more] = [goes, comes].map(usize::from);
            sum -= terms[usize::from(counts[less])] + terms[usize::from(counts[more])];
            (counts[less], counts[more]) = (counts[less] - 1, counts[more] + 1);
            sum += terms[usize::from(counts[less])] + terms[usize::from(counts[more])];
            if counts[less] == 0 || counts[more] == 1 {
                expected = known_entropy(TELLING, alphabet(&counts));
            }
        }
    }
}

/// [`expected_entropy`], which is computed once for each length and alphabet.
fn known_entropy(length: usize, alphabet: u8) -> f64 {
    static KNOWN: [[AtomicU64; TELLING + 1]; ALPHABETS] =
        [const { [const { AtomicU64::new(0) }; TELLING + 1] }; ALPHABETS];
    let known = &KNOWN[usize::from(alphabet)][length];
    // The bits of a number; none of them is zero, as two characters are expected to differ.
    match known.load(Ordering::Relaxed) {
        0 => {
            let expected = expected_entropy(length, f64::from(alphabet));
            known.store(expected.to_bits(), Ordering::Relaxed);
            expected
        }
        bits => f64::from_bits(bits),
    }
}

/// The Shannon entropy that the frequencies of so many random characters have on average: each character of the alphabet
/// occurs a binomially distributed number of times.
fn expected_entropy(length: usize, alphabet: f64) -> f64 {
    let length = length as f64;
    let odds = 1.0 / (alphabet - 1.0);
    let mut probability = (1.0 - 1.0 / alphabet).powf(length);
    let mut deficit = 0.0;
    let mut count = 0.0;
    while count < length {
        probability *= (length - count) / (count + 1.0) * odds;
        count += 1.0;
        deficit += probability * count * count.log2();
    }
    length.log2() - alphabet * deficit / length
}

/// One more than the largest alphabet: letters of both cases, digits, and two for all else.
const ALPHABETS: usize = 65;

/// The size of the alphabet that bytes seem to be drawn from which occur so often.
fn alphabet(counts: &[u16]) -> u8 {
    let occurs = |bytes: RangeInclusive<u8>| {
        counts[usize::from(*bytes.start())..=usize::from(*bytes.end())].iter().any(|&count| count > 0)
    };
    let has_digit = occurs(b'0'..=b'9');
    let (lower, upper) = (occurs(b'a'..=b'f'), occurs(b'A'..=b'F'));
    let (more_lower, more_upper) = (occurs(b'g'..=b'z'), occurs(b'G'..=b'Z'));
    let among = |bytes: &[u16]| bytes.iter().any(|&count| count > 0);
    let has_other = among(&counts[..48]) || among(&counts[58..65]) || among(&counts[91..97]) || among(&counts[123..]);
    if !(more_lower || more_upper || has_other) {
        return if lower || upper { 16 } else { 10 };
    }
    let size = |has: bool, size: u8| if has { size } else { 0 };
    size(has_digit, 10) + size(lower || more_lower, 26) + size(upper || more_upper, 26) + size(has_other, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dull_is_not_random_anywhere() {
        let word = b"sk-sk-sk-".repeat(60);
        let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let chance: Vec<u8> =
            (0..600_u32).map(|n| digits[(n.wrapping_mul(2_654_435_761) >> 20) as usize % 62]).collect();
        for text in [&word[..], &chance, &[&word[..], &chance, &word].concat(), &word[..TELLING], &word[..TELLING - 1]]
        {
            let random = text.windows(TELLING).position(|window| randomness(window) >= RANDOM);
            let places = random.unwrap_or((text.len() + 1).saturating_sub(TELLING));
            assert_eq!(dull(text), places, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn randomness_is_normalised_by_length_and_alphabet() {
        let token = "sk-3a7f00d1c93be84452f1a6b7d09c8e15";
        for random in ["h8F2kQz1", "9f86d081884c7d659a2feaa0c55ad015", "kJ8sPq2LmX9vB4nT7wR1", token] {
            assert!(randomness(random.as_bytes()) >= RANDOM, "{random}");
        }
        for plain in [
            "",
            "a",
            "aaaaaaaaaaaaaaaa",
            "00000000000000000000000000000001",
            "-----------+-----------",
            "xxxxxxxxXXXXXXXX1",
            "GATTACAGATTACAGATTACA",
        ] {
            assert!(randomness(plain.as_bytes()) < RANDOM, "{plain}");
        }
    }
}

//! Random names for rows: sixteen bytes, written as 26 characters of Crockford base32.

use super::Error;

/// Lower-case Crockford base32: no `i`, `l`, `o` or `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The length of an id in characters.
pub(super) const LENGTH: usize = 26;

/// Makes a new id. Ids carry no time and no order, so they tell nothing about what they name.
pub(super) fn random() -> Result<String, Error> {
    Ok(encode(u128::from_be_bytes(bytes()?)))
}

/// Random bytes from the operating system.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::System("no random bytes"))?;
    Ok(bytes)
}

fn encode(value: u128) -> String {
    (0..LENGTH).rev().map(|place| ALPHABET[(value >> (5 * place)) as usize & 31] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_length_and_one_alphabet() {
        assert_eq!(encode(0), "0".repeat(LENGTH));
        assert_eq!(encode(u128::MAX), format!("7{}", "z".repeat(LENGTH - 1)));
        assert_ne!(random().unwrap(), random().unwrap());
    }
}

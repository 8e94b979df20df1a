//! Random names for rows: sixteen bytes, written as 26 characters of Crockford base32.
//!
//! Ids carry no time. Those that one process makes stand beside each other in their order, and the processes in none: a row
//! is put where the one before it was put, so that an index grows at one place for each process and not everywhere. Which
//! rows were written together the audit log says anyway.

use super::Error;
use std::sync::{Mutex, PoisonError};

/// Lower-case Crockford base32: no `i`, `l`, `o` or `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The length of an id in characters.
pub(super) const LENGTH: usize = 26;

/// Where the ids of this process stand, and how many it has made: six random bytes and three that count. Seven more are
/// random for each id.
static MADE: Mutex<Option<(u64, u32)>> = Mutex::new(None);
const COUNT: u32 = 24;

/// Makes a new id.
pub(super) fn random() -> Result<String, Error> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let (place, count) = match *made {
        Some((place, count)) if count < 1 << COUNT => (place, count),
        _ => {
            let [a, b, c, d, e, f] = bytes()?;
            (u64::from_be_bytes([0, 0, a, b, c, d, e, f]), 0)
        }
    };
    *made = Some((place, count + 1));
    let [a, b, c, d, e, f, g] = bytes()?;
    let own = u64::from_be_bytes([0, a, b, c, d, e, f, g]);
    Ok(encode(u128::from(place) << 80 | u128::from(count) << 56 | u128::from(own)))
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
    }

    #[test]
    fn ids_of_one_process_stand_beside_each_other() {
        let ids: Vec<String> = (0..100).map(|_| random().unwrap()).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        // Six bytes are the same, and so are the characters that hold nothing else.
        assert!(ids.iter().all(|id| id[..9] == ids[0][..9] && id.len() == LENGTH), "{ids:?}");
    }
}

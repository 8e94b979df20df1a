//! Encrypted entries: the classic cipher (APPNOTE.TXT 6.1) and AES as WinZip writes it (AE-1 and AE-2, its specification of 2009).

use std::io::{self, BufRead, Read, SeekFrom};

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use hmac::{Hmac, Mac};
use sha1::Sha1;

use super::super::entry::Password;
use super::super::{Error, ReadSeek};
use super::directory::{Record, damaged};

/// Bit 3 of the flags: sizes and checksum were not known when the entry was written.
const STREAMED: u16 = 1 << 3;
/// Bits 6 and 13 of the flags: ciphers of PKWARE's own, and a masked directory.
const STRONG: u16 = 1 << 6 | 1 << 13;
/// What stands before the data of the classic cipher.
const HEADER: usize = 12;
/// What stands behind the data of AES: a part of the authentication code.
pub(super) const CODE: usize = 10;

/// What the extra field 0x9901 says of an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scheme {
    /// 1 or 2; with 2, the checksum says nothing.
    pub(super) version: u16,
    pub(super) strength: u8,
    /// The compression method, in place of 99.
    pub(super) method: u16,
}

/// What decrypts an entry.
pub(super) enum Lock {
    Classic([u32; 3]),
    Aes(Box<Counter>),
}

/// An entry's lock, and what stands before and behind its data.
pub(super) struct Unlocked {
    pub(super) lock: Lock,
    pub(super) before: u64,
    pub(super) behind: u64,
}

/// Says that the bytes are not those that were encrypted.
#[derive(Debug, thiserror::Error)]
#[error("the entry fails its authentication")]
pub(super) struct Forged;

/// Finds the password that opens the entry whose data begin at `data`. `fits` decrypts it whole and holds it against its
/// checksum; it is asked only where more than one password seems to fit.
pub(super) fn unlock(
    input: &mut dyn ReadSeek,
    record: &Record,
    data: u64,
    passwords: &[Password],
    mut fits: impl FnMut(&mut dyn ReadSeek, Unlocked) -> bool,
) -> Result<Unlocked, Error> {
    if passwords.is_empty() {
        return Err(Error::Encrypted);
    }
    if record.flags & STRONG != 0 {
        return Err(Error::Unsupported("the strong encryption of zip".into()));
    }
    input.seek(SeekFrom::Start(data))?;
    let mut head = Vec::new();
    input.take(18.min(record.compressed)).read_to_end(&mut head)?;
    if let Some(scheme) = record.aes {
        return Counter::unlock(&head, scheme, passwords, data);
    }
    let Some(head) = head.first_chunk::<HEADER>() else { return Err(damaged("entry ends early", data)) };
    let open = |password: &Password| {
        let mut keys = [0x1234_5678, 0x2345_6789, 0x3456_7890];
        password.reveal().iter().for_each(|&byte| stir(&mut keys, byte));
        let last = head.iter().fold(0, |_, &byte| plain(&mut keys, byte));
        let is_streamed = record.flags & STREAMED != 0 && last == (record.time >> 8) as u8;
        (is_streamed || last == (record.crc >> 24) as u8).then_some(keys)
    };
    let unlocked = |keys| Unlocked { lock: Lock::Classic(keys), before: HEADER as u64, behind: 0 };
    let mut may_fit: Vec<[u32; 3]> = passwords.iter().filter_map(open).collect();
    if may_fit.len() > 1 {
        may_fit.retain(|&keys| fits(input, unlocked(keys)));
    }
    may_fit.first().map(|&keys| unlocked(keys)).ok_or(Error::WrongPassword)
}

fn stir(keys: &mut [u32; 3], byte: u8) {
    keys[0] = crc(keys[0], byte);
    keys[1] = keys[1].wrapping_add(keys[0] & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
    keys[2] = crc(keys[2], (keys[1] >> 24) as u8);
}

fn plain(keys: &mut [u32; 3], byte: u8) -> u8 {
    let mask = keys[2] as u16 | 2;
    let byte = byte ^ (mask.wrapping_mul(mask ^ 1) >> 8) as u8;
    stir(keys, byte);
    byte
}

/// One step of CRC-32.
fn crc(crc: u32, byte: u8) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut n = 0;
        while n < 256 {
            let (mut value, mut bit) = (n as u32, 0);
            while bit < 8 {
                value = value >> 1 ^ if value & 1 == 1 { 0xedb8_8320 } else { 0 };
                bit += 1;
            }
            table[n] = value;
            n += 1;
        }
        table
    };
    crc >> 8 ^ TABLE[usize::from(crc as u8 ^ byte)]
}

enum Cipher {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

/// AES in counter mode, and the authentication code of what was decrypted.
pub(super) struct Counter {
    cipher: Cipher,
    code: Hmac<Sha1>,
    count: u128,
    /// The key stream, and how much of it is used.
    stream: [u8; 16],
    used: usize,
}

impl Counter {
    fn unlock(head: &[u8], scheme: Scheme, passwords: &[Password], data: u64) -> Result<Unlocked, Error> {
        const ROUNDS: u32 = 1000;
        let key = match scheme.strength {
            1 => 16,
            2 => 24,
            3 => 32,
            _ => return Err(Error::Unsupported("this strength of AES".into())),
        };
        let (Some(salt), Some(check)) = (head.get(..key / 2), head.get(key / 2..key / 2 + 2)) else {
            return Err(damaged("entry ends early", data));
        };
        for password in passwords {
            let mut derived = zeroize::Zeroizing::new([0; 66]);
            let derived = &mut derived[..2 * key + 2];
            pbkdf2::pbkdf2_hmac::<Sha1>(password.reveal(), salt, ROUNDS, derived);
            if derived[2 * key..] != *check {
                continue;
            }
            let (cipher, code) = (&derived[..key], &derived[key..2 * key]);
            let cipher = match key {
                16 => Aes128::new_from_slice(cipher).ok().map(Cipher::Aes128),
                24 => Aes192::new_from_slice(cipher).ok().map(Cipher::Aes192),
                _ => Aes256::new_from_slice(cipher).ok().map(Cipher::Aes256),
            };
            let (Some(cipher), Ok(code)) = (cipher, Hmac::new_from_slice(code)) else { continue };
            let lock = Lock::Aes(Box::new(Counter { cipher, code, count: 0, stream: [0; 16], used: 16 }));
            return Ok(Unlocked { lock, before: (key / 2 + 2) as u64, behind: CODE as u64 });
        }
        Err(Error::WrongPassword)
    }

    fn decrypt(&mut self, bytes: &mut [u8]) {
        self.code.update(bytes);
        for byte in bytes {
            if self.used == self.stream.len() {
                self.count += 1;
                let mut block = aes::Block::from(self.count.to_le_bytes());
                match &self.cipher {
                    Cipher::Aes128(cipher) => cipher.encrypt_block(&mut block),
                    Cipher::Aes192(cipher) => cipher.encrypt_block(&mut block),
                    Cipher::Aes256(cipher) => cipher.encrypt_block(&mut block),
                }
                (self.stream, self.used) = (block.into(), 0);
            }
            *byte ^= self.stream[self.used];
            self.used += 1;
        }
    }
}

/// An entry's compressed bytes, decrypted. Its last ones are given only if the authentication code, if there is one, fits.
pub(super) struct Decrypting<R> {
    inner: R,
    lock: Option<Lock>,
    /// How many encrypted bytes are left.
    left: u64,
    buffer: Vec<u8>,
    at: usize,
}

impl<R: BufRead> Decrypting<R> {
    /// A reader that stands at the first of `length` encrypted bytes.
    pub(super) fn new(inner: R, lock: Lock, length: u64) -> Decrypting<R> {
        Decrypting { inner, lock: Some(lock), left: length, buffer: Vec::new(), at: 0 }
    }
}

impl<R: BufRead> BufRead for Decrypting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() {
            let most = self.left.min(32 << 10);
            self.buffer.resize(most as usize, 0);
            self.at = 0;
            let read = self.inner.read(&mut self.buffer)?;
            self.buffer.truncate(read);
            self.left -= read as u64;
            match &mut self.lock {
                Some(Lock::Classic(keys)) => self.buffer.iter_mut().for_each(|byte| *byte = plain(keys, *byte)),
                Some(Lock::Aes(counter)) => counter.decrypt(&mut self.buffer),
                None => {}
            }
            if self.left == 0
                && let Some(Lock::Aes(counter)) = self.lock.take()
            {
                let mut code = [0; CODE];
                let forged = |_| io::Error::new(io::ErrorKind::InvalidData, Forged);
                self.inner.read_exact(&mut code).map_err(forged)?;
                if counter.code.verify_truncated_left(&code).is_err() {
                    self.buffer.clear();
                    return Err(io::Error::new(io::ErrorKind::InvalidData, Forged));
                }
            }
        }
        Ok(&self.buffer[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl<R: BufRead> Read for Decrypting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let read = available.len().min(buffer.len());
        buffer[..read].copy_from_slice(&available[..read]);
        self.consume(read);
        Ok(read)
    }
}

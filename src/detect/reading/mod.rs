//! How the text around a secret is read: which key stands there ([`key`], [`lexicon`]), what belongs to it ([`place`],
//! [`value`], [`nested`]), and what the value is: a secret, code, a reference, a word or a sentence.

pub mod code;
pub mod dialect;
pub mod handle;
pub mod key;
pub mod lexicon;
pub mod literal;
pub mod nested;
pub mod place;
pub mod poor;
pub mod prose;
pub mod random;
pub mod value;

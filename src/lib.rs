//! scrubjay finds personal data and secrets in support artifacts and redacts them.

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod artifact;
pub mod chunk;
pub mod container;
pub mod detect;
pub mod finding;
pub mod kind;
pub mod placeholder;
pub mod redact;
pub mod rules;
pub mod sensitive;
pub mod sink;
pub mod source;
pub mod span;
pub mod text;

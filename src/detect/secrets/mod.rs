//! Secrets: by the key that they stand under ([`keyed`]), by what they are ([`token`], [`pem`], [`packed`]), and by the
//! places that a language, a program or a format has for them.

pub mod argument;
pub mod call;
pub mod command;
pub mod device;
pub mod files;
pub mod header;
pub mod keyed;
pub mod kubernetes;
pub mod packed;
pub mod pem;
pub mod piped;
pub mod sql;
pub mod steps;
pub mod token;
pub mod userinfo;

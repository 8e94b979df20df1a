//! What tells of persons: login names, names, dates of birth, postal addresses, and the places where they stand.
//!
//! [`account`], [`names`] and [`person`] say what a value is; the others are detectors, each for one sort of place.

pub mod account;
pub mod birth;
pub mod domain;
pub mod health;
pub mod home;
pub mod letter;
pub mod listing;
pub mod login;
pub mod names;
pub mod person;
pub mod record;
pub mod saml;

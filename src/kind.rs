//! What a finding is: the closed list of kinds, and the families that decide which values share a pseudonym.

use std::fmt;

/// What was found. The list is closed: a kind is the label of a placeholder, so each one must be known for a placeholder
/// to be recognised as ours.
///
/// The order is from the least to the most telling: where findings overlap, the union is named by the greatest kind, and
/// secrets win over people and hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A term the user asked to hide (`--hide keyword=...`).
    Keyword,
    /// A host name.
    Host,
    /// A domain with the hosts under it.
    Domain,
    /// A hardware address: EUI-48 or EUI-64.
    Mac,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An identifier that is published by design but names an account: Twilio `AC...`, Stripe `pk_...`, AWS `AIDA...`.
    PublicId,
    /// A postal address, or a part of one that names a place to live: street, city, postal code.
    PostalAddress,
    /// A date of birth.
    BirthDate,
    /// Licence and tenant data: SEN numbers, server ids, licence blobs. It names a customer.
    License,
    /// An identifier of an account or a user: Atlassian account ids and user keys, Windows SIDs.
    AccountId,
    /// A telephone number.
    Phone,
    /// A number that a state gave a person: social security, tax, passport, identity card.
    NationalId,
    /// A bank account: IBAN, or an account number in a labelled place.
    Iban,
    /// A payment card's number.
    Card,
    /// A person's name.
    Name,
    /// A login name.
    User,
    /// An e-mail address.
    Email,
    /// A session identifier or cookie.
    Session,
    /// A secret whose sort is not known.
    Secret,
    /// An API token or key.
    Token,
    /// A password or passphrase.
    Password,
    /// Private key material.
    PrivateKey,
}

/// What a value is to a pseudonym: values of one family and equal canonical form share it, whatever rule found them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Family {
    /// Terms given by the user.
    Term,
    /// Hosts and domains.
    Host,
    /// Hardware addresses.
    Hardware,
    /// IPv4 and IPv6 addresses.
    Address,
    /// Published identifiers.
    Id,
    /// Licence and tenant data.
    Tenant,
    /// Telephone numbers, by their digits.
    Phone,
    /// Numbers of cards, accounts and persons, by their digits and letters.
    Number,
    /// What else describes a person: addresses and birth dates.
    Person,
    /// Names of persons.
    Name,
    /// Login names.
    User,
    /// Mail addresses.
    Mail,
    /// Every secret: passwords, tokens, keys, sessions.
    Secret,
}

impl Kind {
    /// All kinds, in their order.
    pub const ALL: [Kind; 23] = [
        Kind::Keyword,
        Kind::Host,
        Kind::Domain,
        Kind::Mac,
        Kind::Ipv4,
        Kind::Ipv6,
        Kind::PublicId,
        Kind::PostalAddress,
        Kind::BirthDate,
        Kind::License,
        Kind::AccountId,
        Kind::Phone,
        Kind::NationalId,
        Kind::Iban,
        Kind::Card,
        Kind::Name,
        Kind::User,
        Kind::Email,
        Kind::Session,
        Kind::Secret,
        Kind::Token,
        Kind::Password,
        Kind::PrivateKey,
    ];

    /// The kind's name in rules, policies, options and reports, for example `private-key`.
    pub const fn id(self) -> &'static str {
        match self {
            Kind::Keyword => "keyword",
            Kind::Host => "hostname",
            Kind::Domain => "domain",
            Kind::Mac => "mac",
            Kind::Ipv4 => "ipv4",
            Kind::Ipv6 => "ipv6",
            Kind::PublicId => "public-id",
            Kind::PostalAddress => "postal-address",
            Kind::BirthDate => "birth-date",
            Kind::License => "license",
            Kind::AccountId => "account-id",
            Kind::Phone => "phone",
            Kind::NationalId => "national-id",
            Kind::Iban => "iban",
            Kind::Card => "card",
            Kind::Name => "name",
            Kind::User => "username",
            Kind::Email => "email",
            Kind::Session => "session",
            Kind::Secret => "secret",
            Kind::Token => "token",
            Kind::Password => "password",
            Kind::PrivateKey => "private-key",
        }
    }

    /// The label that starts a placeholder, without its underscore: upper-case letters and digits only.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Keyword => "KEYWORD",
            Kind::Host => "HOST",
            Kind::Domain => "DOMAIN",
            Kind::Mac => "MAC",
            Kind::Ipv4 => "IPV4",
            Kind::Ipv6 => "IPV6",
            Kind::PublicId => "PUBLICID",
            Kind::PostalAddress => "ADDRESS",
            Kind::BirthDate => "BIRTHDATE",
            Kind::License => "LICENSE",
            Kind::AccountId => "ACCOUNTID",
            Kind::Phone => "PHONE",
            Kind::NationalId => "NATIONALID",
            Kind::Iban => "IBAN",
            Kind::Card => "CARD",
            Kind::Name => "NAME",
            Kind::User => "USER",
            Kind::Email => "EMAIL",
            Kind::Session => "SESSION",
            Kind::Secret => "SECRET",
            Kind::Token => "TOKEN",
            Kind::Password => "PASSWORD",
            Kind::PrivateKey => "PRIVATEKEY",
        }
    }

    /// The family whose members share pseudonyms with this kind.
    pub const fn family(self) -> Family {
        match self {
            Kind::Keyword => Family::Term,
            Kind::Host | Kind::Domain => Family::Host,
            Kind::Mac => Family::Hardware,
            Kind::Ipv4 | Kind::Ipv6 => Family::Address,
            Kind::PublicId | Kind::AccountId => Family::Id,
            Kind::License => Family::Tenant,
            Kind::Phone => Family::Phone,
            Kind::NationalId | Kind::Iban | Kind::Card => Family::Number,
            Kind::PostalAddress | Kind::BirthDate => Family::Person,
            Kind::Name => Family::Name,
            Kind::User => Family::User,
            Kind::Email => Family::Mail,
            Kind::Session | Kind::Secret | Kind::Token | Kind::Password | Kind::PrivateKey => Family::Secret,
        }
    }

    /// The kind with this id, or `None`.
    pub fn from_id(id: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The kind with this placeholder label, or `None`.
    pub fn from_label(label: &[u8]) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.label().as_bytes() == label)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_labels_name_one_kind_each() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_id(kind.id()), Some(kind));
            assert_eq!(Kind::from_label(kind.label().as_bytes()), Some(kind));
            assert!(kind.label().bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        }
        assert!(Kind::ALL.is_sorted(), "the list stands in the order that names unions");
    }
}

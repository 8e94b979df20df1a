//! What tells of machines: addresses of hosts, interfaces and mailboxes, and the names of hosts.

pub mod colon;
pub mod dashed;
pub mod email;
pub mod encoded;
pub mod hosts;
pub mod ipv4;
pub mod ipv6;
pub mod mac;

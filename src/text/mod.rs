//! Text: what a stream is, and how it is cut into chunks.
//!
//! [`sniff`] decides from a stream's first line, or its first 4 KiB if that ends sooner, whether it can be scanned as text;
//! the decision is final, so that a pipe that grows line by line and a file of the same bytes give the same output. The
//! [`Feed`] cuts what can be scanned into [`Chunk`](crate::chunk::Chunk)s with margins.

mod feed;
mod sniff;

pub use feed::{Buffer, Cut, Feed, Piece};
pub use sniff::{Head, Nature, controls, sniff};

//! Text: what a stream is, and how it is cut into chunks.
//!
//! [`sniff`] decides from a stream's first line, or its first 4 KiB if that ends sooner, whether it can be scanned as text;
//! the decision is final, so that a pipe that grows line by line and a file of the same bytes give the same output. A zero
//! here and there does not make a text something else; many do. Text in
//! UTF-16 or UTF-32 is read through a [`Decoder`] and written through an [`Encoder`]; every other stage sees UTF-8. The
//! [`Feed`] cuts what can be scanned into [`Chunk`](crate::chunk::Chunk)s with margins; of a
//! file it may give out [`Stretch`]es instead, which are read by place.

mod controls;
mod encoding;
mod feed;
mod sniff;
mod stretch;
mod transcode;

pub use controls::controls;
pub use encoding::Encoding;
pub use feed::{Buffer, Cut, Feed, Piece};
pub use sniff::{Head, Matter, Nature, sniff};
pub use stretch::{Stretch, seam};
pub use transcode::{Decoder, Encoder};

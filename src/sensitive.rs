//! Values that must not be printed: a wrapper without a telling `Debug`, wiped when dropped.

use std::fmt;
use zeroize::Zeroize;

/// Holds bytes that may not appear in a log line, an error or a panic message.
///
/// `Debug` prints a mark, there is no `Display`, and the bytes are wiped when the value goes. Reading them takes a call
/// that a reviewer can search for: [`Sensitive::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Takes custody of a value.
    pub fn new(value: T) -> Self {
        Sensitive(value)
    }

    /// Lends the value to code that needs the bytes themselves.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Lends it to code that fills it.
    pub fn lend(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_tell() {
        assert_eq!(format!("{:?}", Sensitive::new(String::from("canary"))), "(not shown)");
    }
}

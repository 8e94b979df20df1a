//! What stands between a clock that is wrong, or a policy that is, and a mass deletion that nobody meant.

use super::home::Home;
use super::{Clock, Error, Time};
use std::io::{Read, Seek, Write};

/// Where the first moment of this boot is kept.
const NAME: &str = "clock.mark";

/// A jump of this size within one boot is no adjustment: one day.
const JUMP_MS: i64 = 24 * 60 * 60 * 1000;

/// When a purge asks back.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// More artifacts than this at once ...
    pub items: u64,
    /// ... which are more than this part of all that is held, in percent.
    pub percent: u64,
}

impl Default for Limits {
    /// More than 1000 artifacts that are more than a quarter of everything.
    fn default() -> Limits {
        Limits { items: 1000, percent: 25 }
    }
}

impl Limits {
    /// Refuses a deletion of `due` out of `all` artifacts, unless `confirmed` covers it.
    pub(super) fn check(&self, due: u64, all: u64, confirmed: Option<u64>) -> Result<(), Error> {
        let is_many = due > self.items && due.saturating_mul(100) > all.saturating_mul(self.percent);
        if is_many && confirmed.is_none_or(|count| count < due) {
            return Err(Error::Mass { due, all });
        }
        Ok(())
    }
}

/// Remembers where the wall clock stood in this boot, if nothing does yet.
pub(super) fn anchor(home: &Home, clock: &dyn Clock) -> Result<(), Error> {
    if let Some((boot, since)) = clock.boot()
        && read(home)?.is_none_or(|(known, _)| known != boot)
    {
        write(home, &boot, since, clock.now())?;
    }
    Ok(())
}

/// Compares the wall clock with the clock that only counts since the boot: in one boot they go together. Whoever accepts
/// the clock makes the present moment the one to compare with from now on. Gives the moment that was compared.
pub(super) fn check_clock(home: &Home, clock: &dyn Clock, accepted: bool) -> Result<Time, Error> {
    let now = clock.now();
    let Some((boot, since)) = clock.boot() else { return Ok(now) };
    match read(home)? {
        Some((known, offset)) if known == boot => {
            let jump = now.0.saturating_sub(since).saturating_sub(offset);
            if jump.saturating_abs() <= JUMP_MS {
                return Ok(now);
            }
            if !accepted {
                return Err(Error::Clock { forward: jump > 0, by: Time(jump.saturating_abs()) });
            }
            write(home, &boot, since, now)?;
        }
        _ => write(home, &boot, since, now)?,
    }
    Ok(now)
}

/// The boot, and the wall clock at its beginning.
fn read(home: &Home) -> Result<Option<(String, i64)>, Error> {
    let mut text = String::new();
    let mut file = home.file(NAME)?;
    file.read_to_string(&mut text).map_err(|error| Error::io("read", &home.join(NAME), error))?;
    // A file that a crash left half-written says nothing, as an absent one does.
    Ok(text.trim().split_once(' ').and_then(|(boot, offset)| Some((boot.to_string(), offset.parse().ok()?))))
}

fn write(home: &Home, boot: &str, since: i64, now: Time) -> Result<(), Error> {
    let text = format!("{boot} {}\n", now.0.saturating_sub(since));
    let mut file = home.file(NAME)?;
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::io("write", &home.join(NAME), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_and_a_large_part_is_asked_about() {
        let limits = Limits { items: 10, percent: 50 };
        assert!(limits.check(10, 10, None).is_ok(), "not many");
        assert!(limits.check(11, 22, None).is_ok(), "not a large part");
        assert!(matches!(limits.check(11, 21, None), Err(Error::Mass { due: 11, all: 21 })));
        assert!(limits.check(11, 21, Some(10)).is_err());
        assert!(limits.check(11, 21, Some(11)).is_ok());
    }
}

//! Which process registered an artifact, and whether it still lives.

use super::rows::RunRow;
use super::seal::Seals;
use super::{Error, Time, audit, id};
use std::fs;

/// After this time a process that cannot be seen from here counts as dead: one day.
const UNSEEN_MS: i64 = 24 * 60 * 60 * 1000;

/// A process, named so that a later one with the same number is not taken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    /// A keyed hash: host names tell whose machine it is.
    host: String,
    boot: String,
    /// The namespace in which the number means something (containers share a host and a boot).
    pid_space: String,
    pid: i64,
    /// In clock ticks since the boot.
    started: i64,
}

impl Process {
    /// The present process.
    pub(super) fn current(seals: &Seals) -> Result<Process, Error> {
        let pid = i64::from(std::process::id());
        let host =
            fs::read("/etc/machine-id").unwrap_or_else(|_| rustix::system::uname().nodename().to_bytes().to_vec());
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let pid_space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        Ok(Process {
            host: audit::hex(&seals.lookup("host", &host)[..8]),
            boot: boot.trim().to_string(),
            pid_space: pid_space.display().to_string(),
            pid,
            started: start_time(pid).ok_or(Error::System("no start time of this process in /proc"))?,
        })
    }

    /// By which another process knows it.
    pub(super) fn name(&self) -> String {
        format!("{} {} {} {} {}", self.host, self.boot, self.pid_space, self.pid, self.started)
    }

    /// The process of this name.
    pub(super) fn parse(name: &str) -> Option<Process> {
        let mut words = name.split(' ');
        let mut word = || words.next().map(String::from);
        let (host, boot, pid_space) = (word()?, word()?, word()?);
        Some(Process { host, boot, pid_space, pid: word()?.parse().ok()?, started: word()?.parse().ok()? })
    }

    /// Whether a process lives, as far as it can be seen from this one; what cannot be seen counts as living.
    pub(super) fn sees_process_alive(&self, other: &Process, now: Time) -> bool {
        let Process { host, boot, pid_space, pid, started } = other.clone();
        self.sees_alive(&RunRow { run_id: String::new(), host, boot, pid_space, pid, started, at: now.0 }, now)
    }

    /// The row of a run of this process.
    pub(super) fn run(&self, at: Time) -> Result<RunRow, Error> {
        Ok(RunRow {
            run_id: id::random()?,
            host: self.host.clone(),
            boot: self.boot.clone(),
            pid_space: self.pid_space.clone(),
            pid: self.pid,
            started: self.started,
            at: at.0,
        })
    }

    /// The hash that stands for this host.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether the process of `run` lives, as far as it can be seen from this one. On another host, or in a container
    /// that we cannot look into, it counts as living for a day.
    pub(super) fn sees_alive(&self, run: &RunRow, now: Time) -> bool {
        let recent = now.0.saturating_sub(run.at) < UNSEEN_MS;
        if run.host != self.host {
            recent
        } else if run.boot != self.boot {
            false
        } else if run.pid_space != self.pid_space {
            recent
        } else {
            start_time(run.pid) == Some(run.started)
        }
    }
}

/// When a process started, in clock ticks since the boot; `None` if there is none, or only its zombie.
///
/// See proc_pid_stat(5): the state is the third field, the start time the 22nd, and the second may hold anything in
/// parentheses.
fn start_time(pid: i64) -> Option<i64> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let behind = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let mut fields = std::str::from_utf8(&stat[behind..]).ok()?.split_ascii_whitespace();
    match fields.next()? {
        "Z" | "X" => None,
        _ => fields.nth(18)?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::Sensitive;

    #[test]
    fn a_process_is_told_from_a_dead_one_and_from_a_later_one_with_its_number() {
        let seals = Seals::new(&Sensitive::new([3; 32]));
        let me = Process::current(&seals).unwrap();
        let now = Time(UNSEEN_MS * 100);
        let run = me.run(now).unwrap();
        assert!(me.sees_alive(&run, now.plus(UNSEEN_MS * 2)), "as long as it runs");
        assert!(!me.sees_alive(&RunRow { started: run.started + 1, ..run.clone() }, now));
        assert!(!me.sees_alive(&RunRow { boot: "an earlier one".into(), ..run.clone() }, now));

        let mut child = std::process::Command::new("sleep").arg("100").spawn().unwrap();
        let pid = i64::from(child.id());
        let other = RunRow { pid, started: start_time(pid).unwrap(), ..run.clone() };
        assert!(me.sees_alive(&other, now));
        child.kill().unwrap();
        while start_time(pid).is_some() {
            std::thread::yield_now();
        }
        assert!(!me.sees_alive(&other, now), "a zombie is dead");
        child.wait().unwrap();
        assert!(!me.sees_alive(&other, now));

        let elsewhere = RunRow { host: "elsewhere".into(), ..run };
        assert!(me.sees_alive(&elsewhere, now) && !me.sees_alive(&elsewhere, now.plus(UNSEEN_MS)));
    }
}

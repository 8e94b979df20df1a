//! What stands before a header when the header is too small for it: PAX records (POSIX.1-2001), and the long names of GNU.

/// What such blocks say of the next entry, or, for global ones, of all that follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extended {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) mtime: Option<Time>,
    pub(super) uid: Option<i64>,
    pub(super) gid: Option<i64>,
    pub(super) is_sparse: bool,
    /// It was said by PAX records.
    pub(super) is_pax: bool,
}

/// Seconds, and the digits behind the point, if there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) seconds: i64,
    pub(super) fraction: Vec<u8>,
}

impl Extended {
    /// Takes over records of the form `length keyword=value\n`; `None` if they are damaged. Comments, owners' names,
    /// attributes and whatever is not known are dropped.
    pub(super) fn read(&mut self, records: &[u8]) -> Option<()> {
        self.is_pax = true;
        let mut rest = records;
        // Some writers fill up with NUL bytes.
        while rest.first().is_some_and(|byte| *byte != 0) {
            let blank = memchr::memchr(b' ', rest).filter(|blank| *blank < 20)?;
            let len: usize = parse(&rest[..blank])?;
            let (record, behind) = rest.split_at_checked(len)?;
            let record = record.get(blank + 1..)?.strip_suffix(b"\n")?;
            let (keyword, value) = record.split_at(memchr::memchr(b'=', record)?);
            self.take(keyword, &value[1..])?;
            rest = behind;
        }
        Some(())
    }

    fn take(&mut self, keyword: &[u8], value: &[u8]) -> Option<()> {
        // An empty value takes back what a global record said.
        let is_given = !value.is_empty();
        match keyword {
            b"path" => self.path = is_given.then(|| value.to_vec()),
            b"linkpath" => self.link = is_given.then(|| value.to_vec()),
            b"size" if is_given => self.size = Some(parse(value)?),
            b"uid" if is_given => self.uid = Some(parse(value)?),
            b"gid" if is_given => self.gid = Some(parse(value)?),
            b"mtime" if is_given => self.mtime = Some(time(value)?),
            b"size" => self.size = None,
            b"uid" => self.uid = None,
            b"gid" => self.gid = None,
            b"mtime" => self.mtime = None,
            _ if keyword.starts_with(b"GNU.sparse.") || keyword == b"SCHILY.realsize" => self.is_sparse = true,
            _ => {}
        }
        Some(())
    }

    /// These records, and where they say nothing, those of `global`.
    pub(super) fn over(self, global: &Extended) -> Extended {
        let global = global.clone();
        Extended {
            path: self.path.or(global.path),
            link: self.link.or(global.link),
            size: self.size.or(global.size),
            mtime: self.mtime.or(global.mtime),
            uid: self.uid.or(global.uid),
            gid: self.gid.or(global.gid),
            is_sparse: self.is_sparse || global.is_sparse,
            is_pax: self.is_pax || global.is_pax,
        }
    }
}

fn parse<T: std::str::FromStr>(digits: &[u8]) -> Option<T> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn time(value: &[u8]) -> Option<Time> {
    let (seconds, fraction) = match memchr::memchr(b'.', value) {
        Some(point) => (&value[..point], &value[point + 1..]),
        None => (value, &b""[..]),
    };
    let is_fraction = fraction.len() <= 9 && fraction.iter().all(u8::is_ascii_digit);
    is_fraction.then_some(Time { seconds: parse(seconds)?, fraction: fraction.to_vec() })
}

/// One PAX record. Its length counts its own digits.
pub(super) fn record(keyword: &str, value: &[u8], records: &mut Vec<u8>) {
    let rest = keyword.len() + value.len() + 3;
    let mut len = rest + 1;
    while len != rest + len.to_string().len() {
        len = rest + len.to_string().len();
    }
    records.extend_from_slice(format!("{len} {keyword}=").as_bytes());
    records.extend_from_slice(value);
    records.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_back_at_every_length() {
        for len in (1..120).chain(970..1010).chain(9960..10010) {
            let mut records = Vec::new();
            let path = vec![b'p'; len];
            record("comment", b"by jane", &mut records);
            record("path", &path, &mut records);
            record("mtime", b"-3.25", &mut records);
            let mut extended = Extended::default();
            extended.read(&records).unwrap();
            assert_eq!(extended.path, Some(path));
            assert_eq!(extended.mtime, Some(Time { seconds: -3, fraction: b"25".to_vec() }));
        }
    }

    #[test]
    fn damaged_records_are_refused() {
        for records in
            [&b"x"[..], b"8 path=a\n", b"11 path=a\n", b"10 path=a ", b"5 a\n", b"99999999999999999999 a=b\n"]
        {
            assert_eq!(Extended::default().read(records), None, "{records:?}");
        }
        for record in [&b"10 size=x\n"[..], b"11 size=-1\n", b"14 mtime=soon\n"] {
            assert_eq!(Extended::default().read(record), None, "{record:?}");
        }
        assert_eq!(Extended::default().read(b"9 path=a\n\0\0"), Some(()));
    }
}

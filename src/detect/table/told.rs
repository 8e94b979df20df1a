//! What the rest of a row says of a cell: the key beside it, or the entry elsewhere whose id it has.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::detect::table::cell::Out;
use crate::detect::table::column::{Column, Sort};

/// How many entries are remembered.
const ENTRIES: usize = 100_000;

/// Entries whose values stand in another table under the same id, as `propertyentry` and `propertystring` of Jira: what
/// their keys say of them, by the hash of the id. Only those that say something.
#[derive(Debug, Default)]
pub struct Entries(HashMap<u64, Sort>);

/// What was read of a row so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// What the key said of the values behind it.
    sort: Option<Sort>,
    /// The hash of the id of an entry.
    entry: Option<u64>,
}

impl Told {
    /// What the cell of a column with this value holds; `None` if it stays.
    pub fn take(&mut self, column: Column, value: &[u8], out: &mut Out<'_>) -> Option<Sort> {
        match column {
            Column::Stays | Column::Known => None,
            Column::Holds(sort) => Some(sort),
            Column::Key => {
                self.sort = out.reader.judge().told(value);
                if let (Some(entry), Some(sort)) = (self.entry, self.sort)
                    && out.entries.0.len() < ENTRIES
                {
                    out.entries.0.insert(entry, sort);
                }
                None
            }
            Column::Entry => {
                let mut hasher = DefaultHasher::new();
                value.hash(&mut hasher);
                let entry = hasher.finish();
                self.entry = Some(entry);
                self.sort = out.entries.0.get(&entry).copied();
                None
            }
            column => self.label(column, out),
        }
    }

    /// What was told of a value, for the column that it stands in.
    pub fn label(&self, column: Column, out: &Out<'_>) -> Option<Sort> {
        self.sort.and_then(|told| out.reader.judge().as_label(told, column))
    }
}

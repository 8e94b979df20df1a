//! What stands in one column of one row, whatever the database: the common ground of the records and the drivers.

use super::Error;

/// A value in a database.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A type that stands in one column.
pub(super) trait InCell: Sized {
    fn to_cell(&self) -> Cell;
    /// `None` if the cell holds something else.
    fn from_cell(cell: Cell) -> Option<Self>;
}

impl InCell for i64 {
    fn to_cell(&self) -> Cell {
        Cell::Int(*self)
    }

    fn from_cell(cell: Cell) -> Option<i64> {
        if let Cell::Int(number) = cell { Some(number) } else { None }
    }
}

impl InCell for String {
    fn to_cell(&self) -> Cell {
        Cell::Text(self.clone())
    }

    fn from_cell(cell: Cell) -> Option<String> {
        if let Cell::Text(text) = cell { Some(text) } else { None }
    }
}

impl InCell for Vec<u8> {
    fn to_cell(&self) -> Cell {
        Cell::Bytes(self.clone())
    }

    fn from_cell(cell: Cell) -> Option<Vec<u8>> {
        if let Cell::Bytes(bytes) = cell { Some(bytes) } else { None }
    }
}

impl<T: InCell> InCell for Option<T> {
    fn to_cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Null, T::to_cell)
    }

    fn from_cell(cell: Cell) -> Option<Option<T>> {
        if cell == Cell::Null { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}

/// The cells of one row, taken from the left.
pub(super) struct Cells {
    table: &'static str,
    cells: std::vec::IntoIter<Cell>,
}

impl Cells {
    pub(super) fn new(table: &'static str, cells: Vec<Cell>) -> Cells {
        Cells { table, cells: cells.into_iter() }
    }

    /// The next cell, as what it must be.
    pub(super) fn take<T: InCell>(&mut self) -> Result<T, Error> {
        self.cells.next().and_then(T::from_cell).ok_or(Error::Row(self.table))
    }
}

/// The parameters of a query.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { [$($crate::ledger::cell::InCell::to_cell(&$value)),*] };
}
pub(super) use cells;

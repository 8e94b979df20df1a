//! The first pass over inputs: what they tell of people and hosts, before any of them is scrubbed or shown.

use std::io::{self, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::Error;
use super::options::Learning;
use crate::artifact::Content;
use crate::container;
use crate::pipeline::{self, Gathered, Scrubber};
use crate::source::file::OpenFile;
use crate::source::spool::{Spool, SpoolReader};
use crate::source::{self, Plain, Watched, stdin};
use crate::text::Head;

/// One input behind the first pass.
pub enum Input {
    /// The standard input, not learned from.
    Pipe,
    /// A file, and what was read of it in the first pass.
    File(OpenFile, Option<Content>),
    /// What came through a pipe, in a spool.
    Spooled(SpoolReader),
}

/// Learns from one input, if that is wanted: from an archive unless it is forbidden, from other files and pipes if it is asked
/// for. A pipe is put into a sealed spool in the directory `spools`. `watch` is told of bytes that were read to learn.
pub fn from_one(
    scrubber: &Scrubber,
    learning: Learning,
    spools: &Path,
    input: Option<OpenFile>,
    watch: &(dyn Fn(u64) + Sync),
) -> Result<(Input, Option<Gathered>), Error> {
    let read = |error| Error::Scrub(pipeline::Error::Read(error));
    let is_from_stream = learning.is_from_stream();
    // What gathers is a search of its own, which takes as long to make as the other: it is made where it is needed.
    let mut spooled = match input {
        Some(mut file) if file.is_regular() => {
            let mut is_archive = || -> io::Result<bool> {
                let head = Head::read(&mut file, |_, _| true)?;
                file.seek(SeekFrom::Start(0))?;
                Ok(container::sniff(head.known()).is_some())
            };
            let is_wanted = is_from_stream || learning.is_from_whole() && is_archive().map_err(read)?;
            let Some(lessons) = is_wanted.then(|| scrubber.lessons()).flatten() else {
                return Ok((Input::File(file, None), None));
            };
            let (gathered, content) = lessons.file(&mut file, watch)?;
            file.seek(SeekFrom::Start(0)).map_err(read)?;
            return Ok((Input::File(file, Some(content)), Some(gathered)));
        }
        Some(file) if !is_from_stream => return Ok((Input::File(file, None), None)),
        None if !is_from_stream => return Ok((Input::Pipe, None)),
        Some(mut file) => Spool::holding(spools, &mut file).map_err(read)?,
        None => Spool::holding(spools, &mut stdin::stdin().map_err(read)?).map_err(read)?,
    };
    let Some(lessons) = scrubber.lessons() else { return Ok((Input::Spooled(spooled), None)) };
    let (gathered, _) = lessons.source(Watched::new(Plain::new(&mut spooled), watch))?;
    spooled.seek(SeekFrom::Start(0)).map_err(read)?;
    Ok((Input::Spooled(spooled), Some(gathered)))
}

/// What the first pass read of each of many files, and what they told.
pub type Learned = (Vec<Option<Content>>, Gathered);

/// Learns from many files, several at a time. Gives what was read of each, in their order; `None` for those that cannot be
/// read, which have nothing to tell, since they will not be scrubbed either.
pub fn from_many<T: Sync>(
    scrubber: &Scrubber,
    threads: usize,
    items: &[T],
    open: impl Fn(&T) -> Result<OpenFile, source::Error> + Sync,
) -> Result<Option<Learned>, Error> {
    let Some(lessons) = scrubber.lessons() else { return Ok(None) };
    let all = Mutex::new(lessons.nothing());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|_| Error::Internal("cannot start threads"))?;
    let contents = pool.install(|| {
        let learn = |item: &T| {
            let (gathered, content) = lessons.file(&mut open(item).ok()?, |_| {}).ok()?;
            all.lock().unwrap_or_else(PoisonError::into_inner).join(gathered);
            Some(content)
        };
        items.par_iter().map(learn).collect()
    });
    Ok(Some((contents, all.into_inner().unwrap_or_else(PoisonError::into_inner))))
}

//! `scrub` of one artifact: the standard input or a file, to a file or the standard output.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::explain;
use super::job::{Job, real_input, real_output};
use super::progress::Progress;
use crate::cli::learn::{self, Input};
use crate::cli::{Error, Exit, stamp};
use crate::ledger::NewArtifact;
use crate::pipeline::Report;
use crate::sink::{self, FileSink};
use crate::source::file;
use crate::source::{Plain, Watched, stdin};

pub fn run(job: &mut Job) -> Result<Exit, Error> {
    let start = Instant::now();
    let input = match job.args.inputs.first() {
        Some(path) if path != Path::new("-") => Some(file::open(path)?),
        _ => None,
    };
    let output = job.args.output.as_deref().map(|output| target(output, job.args.inputs.first())).transpose()?;
    if let (Some(input), Some(output)) = (&input, &output)
        && sink::same_file(input, output).map_err(|source| Error::File {
            doing: "examine",
            path: output.clone(),
            source,
        })?
    {
        return Err(Error::Refused(format!("{} is the input itself, perhaps by another name", output.display())));
    }
    let output = output.map(|path| real_output(&path));
    let temporary = output.as_deref().map(sink::temporary_for);
    let artifact = NewArtifact {
        name: match &input {
            Some(input) => input.path().file_name().unwrap_or_default().to_string_lossy().into_owned(),
            None => "standard input".to_string(),
        },
        input: input.as_ref().filter(|i| i.is_regular()).and_then(|i| real_input(i.path())),
        output: output.clone(),
        temporary: temporary.clone(),
        ..NewArtifact::default()
    };
    let id = job.register(vec![artifact])?.pop().flatten();
    let size = input.as_ref().filter(|input| input.is_regular()).map(|input| input.seen().size);
    let learning = Progress::new(job.may_draw(output.is_some()), size).doing("learning");
    let learned = learn::from_one(&job.scrubber, job.args.learning, &job.spools, input, &learning.watching());
    learning.clear();
    let scrubbed = learned.and_then(|(input, gathered)| {
        if let Some(gathered) = gathered {
            job.know(gathered);
        }
        match (&output, &temporary) {
            (Some(output), Some(temporary)) => to_file(job, input, output, temporary),
            _ => to_stdout(job, input).map(|report| (report, None)),
        }
    });
    match scrubbed {
        Ok((report, content)) => {
            job.finish(id.as_ref(), &report, content)?;
            if let (true, Some(output), Some(content)) = (job.args.stamp, &output, content) {
                stamp::write_beside(job, output, content, &report.summary.rules)?;
            }
            explain::print(job, &report, "");
            let mut summary = report.summary;
            summary.within(&told(job));
            job.conclude(&mut summary, start)
        }
        Err(error) => {
            job.fail(id.as_ref(), &error);
            if error.is_reader_gone() { Ok(Exit::Done) } else { Err(error) }
        }
    }
}

/// Where the output goes: into a directory under the input's name, as `cp` does, else where it was told.
fn target(output: &Path, input: Option<&PathBuf>) -> Result<PathBuf, Error> {
    match input.and_then(|input| input.file_name()) {
        Some(name) if output.is_dir() => Ok(output.join(name)),
        _ => Ok(output.to_path_buf()),
    }
}

fn to_file(
    job: &Job,
    input: Input,
    output: &Path,
    temporary: &Path,
) -> Result<(Report, Option<crate::artifact::Content>), Error> {
    let mut sink = FileSink::create(output, temporary)?;
    let report = scrub(job, input, &mut sink, true)?;
    job.verify(temporary)?;
    Ok((report, Some(sink.finish()?)))
}

fn to_stdout(job: &Job, input: Input) -> Result<Report, Error> {
    let stdout = sink::stdout().map_err(Error::Output)?;
    scrub(job, input, stdout, false)
}

fn scrub(job: &Job, input: Input, writer: impl std::io::Write + Send, is_to_file: bool) -> Result<Report, Error> {
    match input {
        Input::Pipe => {
            let progress = Progress::new(job.may_draw(is_to_file), None);
            let stdin = stdin::stdin().map_err(|source| Error::Scrub(crate::pipeline::Error::Read(source)))?;
            let report = job.scrubber.scrub_source(Watched::new(stdin, progress.watching()), writer);
            progress.clear();
            Ok(report?)
        }
        Input::Spooled(spooled) => {
            let progress = Progress::new(job.may_draw(is_to_file), Some(spooled.len()));
            let report = job.scrubber.scrub_source(Watched::new(Plain::new(spooled), progress.watching()), writer);
            progress.clear();
            Ok(report?)
        }
        Input::File(mut file, learned) => {
            let progress = Progress::new(job.may_draw(is_to_file), file.is_regular().then(|| file.seen().size));
            let path = file.path().to_path_buf();
            let report = job.scrubber.scrub_file(&mut file, progress.watching(), writer);
            progress.clear();
            let report = report?;
            let has_changed = file::changed_since(&file).unwrap_or(true)
                || (file.is_regular() && report.input.size != file.seen().size)
                || learned.is_some_and(|content| content != report.input);
            // A file that changed was read in a state that it may never have been in: its scrub is not whole.
            if has_changed { Err(Error::Changed { path }) } else { Ok(report) }
        }
    }
}

/// The scrubbed name of the input.
fn told(job: &Job) -> String {
    match job.args.inputs.first() {
        Some(path) if path != Path::new("-") => {
            String::from_utf8_lossy(&job.scrubber.scrub_name(path.to_string_lossy().as_bytes())).into_owned()
        }
        _ => "standard input".to_string(),
    }
}

//! From a pattern to its program.
//!
//! The pattern is parsed by `regex-syntax`, the parser within `regex-automata`, so that it cannot mean one thing here and
//! another there. What has no steps is left to the regular expression: lazy repetition of unknown length, a secret within
//! a repetition, assertions other than `\b` and the edges of a line, and what would take more than [`STEPS`] steps.

use regex_syntax::hir::{self, Class, Hir, HirKind, Repetition};

use super::program::{Look, Program, Step};
use super::rule::ByteSet;

/// How many steps a program has at most.
const STEPS: usize = 400;

/// The program of a pattern, or `None` if it has none.
pub fn program(pattern: &Hir) -> Option<Program> {
    let mut compiler = Compiler { steps: Vec::new() };
    compiler.add(pattern, false)?;
    compiler.push(Step::Match)?;
    Some(Program(compiler.finish().into()))
}

struct Compiler {
    steps: Vec<Step>,
}

impl Compiler {
    /// Appends a step and gives its index.
    fn push(&mut self, step: Step) -> Option<usize> {
        self.steps.push(step);
        (self.steps.len() <= STEPS).then(|| self.steps.len() - 1)
    }

    /// Appends the steps of an expression; `is_repeated` says that they stand in a repetition.
    fn add(&mut self, hir: &Hir, is_repeated: bool) -> Option<()> {
        if let Some(set) = one_byte(hir) {
            return self.run(set, 1, 1);
        }
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => {
                if literal.0.contains(&b'\n') {
                    return None;
                }
                self.push(Step::Literal(literal.0.to_vec().into()))?;
            }
            HirKind::Class(_) => return None,
            HirKind::Look(look) => {
                self.push(Step::Look(match look {
                    hir::Look::WordAscii => Look::WordEdge,
                    hir::Look::StartLF => Look::LineStart,
                    hir::Look::EndLF => Look::LineEnd,
                    _ => return None,
                }))?;
            }
            HirKind::Repetition(repetition) => self.repeat(repetition, is_repeated)?,
            HirKind::Capture(_) if is_repeated => return None,
            HirKind::Capture(capture) => {
                self.push(Step::Open)?;
                self.add(&capture.sub, is_repeated)?;
                self.push(Step::Close)?;
            }
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part, is_repeated))?,
            HirKind::Alternation(ways) => {
                let (last, others) = ways.split_last()?;
                let mut ends = Vec::new();
                for way in others {
                    let split = self.split()?;
                    self.add(way, is_repeated)?;
                    ends.push(self.push(Step::Jump(0))?);
                    self.lead(split);
                }
                self.add(last, is_repeated)?;
                ends.into_iter().for_each(|end| self.lead(end));
            }
        }
        Some(())
    }

    fn run(&mut self, set: ByteSet, min: u32, max: u32) -> Option<()> {
        self.push(Step::Run { set, min, max, is_final: false }).map(drop)
    }

    fn repeat(&mut self, repetition: &Repetition, is_repeated: bool) -> Option<()> {
        let Repetition { min, max, greedy, ref sub } = *repetition;
        if !greedy && Some(min) != max {
            return None;
        }
        if let Some(set) = one_byte(sub) {
            return self.run(set, min, max.unwrap_or(u32::MAX));
        }
        // What stands here at most once is no repetition.
        let is_repeated = is_repeated || max != Some(1);
        // What may be empty could be repeated without end.
        if sub.properties().minimum_len() == Some(0) {
            return None;
        }
        for _ in 0..min {
            self.add(sub, is_repeated)?;
        }
        match max {
            Some(max) => {
                let mut splits = Vec::new();
                for _ in min..max {
                    splits.push(self.split()?);
                    self.add(sub, is_repeated)?;
                }
                splits.into_iter().for_each(|split| self.lead(split));
            }
            None => {
                let split = self.split()?;
                self.add(sub, is_repeated)?;
                self.push(Step::Jump(u16::try_from(split).ok()?))?;
                self.lead(split);
            }
        }
        Some(())
    }

    /// Appends a split whose other way and sets are not known yet.
    fn split(&mut self) -> Option<usize> {
        self.push(Step::Split { here: ByteSet::EMPTY, there: ByteSet::EMPTY, other: 0 })
    }

    /// Leads the jump, or the other way of the split, at `from` to the step that comes next.
    fn lead(&mut self, from: usize) {
        let next = self.steps.len() as u16;
        match &mut self.steps[from] {
            Step::Jump(to) | Step::Split { other: to, .. } => *to = next,
            _ => {}
        }
    }

    /// The steps, with what each way can begin with, and with which runs are final.
    fn finish(mut self) -> Vec<Step> {
        for at in 0..self.steps.len() {
            match self.steps[at] {
                Step::Split { other, .. } => {
                    let (here, there) = (self.first(at + 1), self.first(usize::from(other)));
                    self.steps[at] = Step::Split { here, there, other };
                }
                Step::Run { set, min, max, .. } => {
                    let is_final = min == max || self.needs_nothing(at + 1) || set.and(self.first(at + 1)).is_empty();
                    self.steps[at] = Step::Run { set, min, max, is_final };
                }
                _ => {}
            }
        }
        self.steps
    }

    /// What a match can go on with at the step `at`: every byte, if it may need none.
    ///
    /// This ends, as no repetition of steps can be empty: a way through one comes to a byte before it comes round.
    fn first(&self, at: usize) -> ByteSet {
        match &self.steps[at] {
            Step::Literal(bytes) => bytes.first().copied().into_iter().collect(),
            Step::Run { set, min: 0, .. } => set.or(self.first(at + 1)),
            Step::Run { set, .. } => *set,
            Step::Split { other, .. } => self.first(at + 1).or(self.first(usize::from(*other))),
            Step::Jump(to) => self.first(usize::from(*to)),
            Step::Open | Step::Close | Step::Look(_) => self.first(at + 1),
            Step::Match => (0..=255).collect(),
        }
    }

    /// Whether nothing is asked for from the step `at` on, so that it leads to a match wherever it is come to.
    fn needs_nothing(&self, at: usize) -> bool {
        match &self.steps[at] {
            Step::Match => true,
            Step::Run { min: 0, .. } | Step::Open | Step::Close => self.needs_nothing(at + 1),
            Step::Split { other, .. } => self.needs_nothing(at + 1) || self.needs_nothing(usize::from(*other)),
            Step::Jump(to) => self.needs_nothing(usize::from(*to)),
            Step::Run { .. } | Step::Literal(_) | Step::Look(_) => false,
        }
    }
}

/// The set of an expression that matches one byte, without the newline.
fn one_byte(hir: &Hir) -> Option<ByteSet> {
    match hir.kind() {
        HirKind::Literal(literal) => match *literal.0 {
            [byte] if byte != b'\n' => Some(ByteSet::from_iter([byte])),
            _ => None,
        },
        HirKind::Class(class) => {
            let class = match class {
                Class::Bytes(class) => class.clone(),
                Class::Unicode(class) => class.to_byte_class()?,
            };
            let bytes = class.iter().flat_map(|range| range.start()..=range.end());
            Some(bytes.filter(|&byte| byte != b'\n').collect())
        }
        _ => None,
    }
}

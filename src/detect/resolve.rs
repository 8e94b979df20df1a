//! The fold: takes the findings of one chunk after the other, unites those that overlap, follows open runs to their end,
//! and says how far the output is settled. It is the only sequential step.

use std::cmp::Reverse;

use crate::chunk::{Chunk, LONG_VALUE, LOOK_BEHIND};
use crate::detect::bytes::{ByteSet, HIGH, WORD};
use crate::detect::detector::Found;
use crate::detect::run::{Run, Step};
use crate::detect::table::Cell;
use crate::detect::waiting::Waiting;
use crate::finding::{Confidence, Finding, Form, Place, RuleId};
use crate::kind::Kind;
use crate::span::Span;

/// A finding that nothing can change any more, and where its value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The finding; its span may have begun many chunks ago.
    pub finding: Finding,
    /// Where the value is.
    pub value: Value,
}

/// Where the value of a resolved finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// In the chunk's bytes, all of it.
    Here,
    /// Gone: it was longer than [`LONG_VALUE`], and this is what was kept of it.
    Gone(Box<Gone>),
}

/// What is known of a value that was let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// BLAKE3 of the raw bytes, with the line ends in them.
    pub digest: [u8; 32],
    /// How many line feeds stood in it.
    pub line_feeds: u64,
    /// How many of them followed a carriage return.
    pub after_return: u64,
}

/// One change to a chunk's bytes: `start..end` does not come out; what does is the replacement of `resolved`, if the value
/// ends here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Index of the first byte that does not come out.
    pub start: usize,
    /// Index behind the last.
    pub end: usize,
    /// What is replaced, or `None` in the middle of a long value.
    pub resolved: Option<Resolved>,
    /// The blanks that it may use, if it must not change the width of what it stands in.
    pub room: Option<Padding>,
}

/// The blanks at the end of a cell that keeps its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding {
    /// Index of the first.
    pub padding: usize,
    /// Index behind the last.
    pub end: usize,
}

/// What is glued to the end of a key block.
const GLUED: ByteSet = WORD.or(HIGH).or(ByteSet::of(b".:@%/~+-"));

/// The state that is carried from chunk to chunk.
#[derive(Debug, Default)]
pub struct Fold {
    /// Findings whose group has not begun.
    waiting: Waiting,
    /// The findings being united.
    group: Option<Box<Group>>,
    /// Stream offset up to which the output is settled.
    done: u64,
    /// Stream offset from which on more findings may come, whatever is decided.
    held: Option<u64>,
    /// Cells of tables that findings may start in yet, in order.
    cells: Vec<Cell>,
}

/// Findings that share bytes, united.
#[derive(Debug)]
struct Group {
    start: u64,
    end: u64,
    /// The finding that names the group.
    name: Finding,
    /// By kind, the one that names it best. The surest of these says how sure the group is: what else is in it may be
    /// skipped as decided, so that it must not count.
    best: Vec<Finding>,
    /// The member whose value is packed as a whole, and how: if it is all of the group, it decides how that is spelled.
    packed: Option<(Span, Form)>,
    /// Open runs of the members, and how far each was followed.
    runs: Vec<(Run, u64)>,
    /// For each sort of memoryless run, the stretch that the last one of it went along.
    followed: Vec<(Run, u64, u64)>,
    /// A key block is among the members: what is glued to its end goes along, lest it end up on a line of its own behind
    /// the line ends of the block.
    has_block: bool,
    /// Once the value is long: what was hashed and let go so far.
    swallowed: Option<Swallowed>,
}

#[derive(Debug)]
struct Swallowed {
    hasher: Box<blake3::Hasher>,
    to: u64,
    line_feeds: u64,
    after_return: u64,
    last: u8,
}

impl Fold {
    /// Takes what the scan of the next chunk found and decided, and leaves `found` empty. Gives the edits of the bytes from
    /// where the last call left off to [`Fold::done`], in order, in place of what `edits` held; the bytes between edits come
    /// out as they are. Both keep their memory for the next chunk.
    pub fn advance(&mut self, chunk: &Chunk<'_>, found: &mut Vec<Found>, decided: usize, edits: &mut Vec<Edit>) {
        edits.clear();
        self.waiting.join(chunk, found);
        let held = self.held.take().unwrap_or(u64::MAX);
        let mut horizon = horizon(chunk, decided).min(held);
        if !self.cells.is_empty() {
            horizon = horizon.min(self.waiting.confine(chunk, &self.cells, held));
            // What a cell holds that keeps its width is settled together.
            let first = self.cells.partition_point(|cell| cell.end <= horizon);
            if let Some(cell) = self.cells.get(first).filter(|cell| cell.start < horizon && cell.padding.is_some()) {
                horizon = cell.start;
            }
        }
        self.settle(chunk, horizon, edits);
        self.give_room(chunk, edits);
    }

    /// Tells edits of the cells that they stand in, where these keep their width, and forgets cells that are settled.
    fn give_room(&mut self, chunk: &Chunk<'_>, edits: &mut [Edit]) {
        if self.cells.is_empty() {
            return;
        }
        let mut cells = self.cells.iter().peekable();
        for edit in edits {
            let (start, end) = (chunk.offset(edit.start), chunk.offset(edit.end));
            while cells.next_if(|cell| cell.end <= start).is_some() {}
            let Some(cell) = cells.peek() else { break };
            let is_here = edit.resolved.as_ref().is_some_and(|resolved| resolved.value == Value::Here);
            if let Some(padding) = cell.padding
                && is_here
                && cell.start <= start
                && end <= cell.end
            {
                let (padding, end) = (chunk.index(padding.max(end)), chunk.index(cell.end));
                edit.room = Some(Padding { padding, end });
            }
        }
        let gone = self.cells.partition_point(|cell| cell.end <= self.done);
        self.cells.drain(..gone);
    }

    /// Settles what is decided before `horizon`.
    fn settle(&mut self, chunk: &Chunk<'_>, horizon: u64, edits: &mut Vec<Edit>) {
        loop {
            if self.group.is_none() {
                self.settle_alone(chunk, horizon, edits);
                let starts = self.waiting.first().is_some_and(|f| chunk.offset(f.start) < horizon);
                let Some(first) = starts.then(|| self.waiting.take()).flatten() else {
                    self.done = self.done.max(horizon);
                    break;
                };
                self.group = Some(Box::new(Group::new(chunk, first)));
            }
            let Some(group) = self.group.as_mut() else { break };
            group.grow(chunk, &mut self.waiting);
            if group.runs.is_empty() && group.end <= horizon {
                edits.push(group.close(chunk));
                self.done = group.end;
                self.group = None;
                continue;
            }
            // The group goes on behind what is decided. While it may turn out short it is kept; a long one is let go.
            let settled = group.end.min(horizon).max(self.done);
            if group.end - group.start > LONG_VALUE {
                edits.push(group.swallow(chunk, settled));
                self.done = settled;
            } else {
                self.done = group.start.max(self.done).min(horizon);
            }
            break;
        }
    }

    /// Learns that findings may come from the stream offset `from` on, whatever else is decided by the next
    /// [`Fold::advance`], and of cells of tables before it, in order: no finding goes on from one to the next.
    pub fn hold(&mut self, from: u64, cells: &mut Vec<Cell>) {
        self.held = Some(from);
        self.cells.append(cells);
    }

    /// Settles findings as long as each is closed, decided, and shares no byte with the next, or two have all bytes in common:
    /// nearly all of them. Such findings are a group of their own, and what [`Group::close`] would give.
    fn settle_alone(&mut self, chunk: &Chunk<'_>, horizon: u64, edits: &mut Vec<Edit>) {
        let mut findings = self.waiting.rest().iter().peekable();
        let mut settled = 0;
        while let Some(found) = findings.next() {
            let end = chunk.offset(found.end);
            let is_closed = found.run.is_none() && end <= horizon && found.end - found.start <= LONG_VALUE as usize;
            let is_twin = |next: &&Found| next.start == found.start && next.end == found.end && next.run.is_none();
            let twin = findings.next_if(is_twin);
            if !is_closed || findings.peek().is_some_and(|next| found.end > next.start) {
                break;
            }
            let finding = match twin {
                Some(twin) => united(finding(chunk, found), finding(chunk, twin)),
                None => finding(chunk, found),
            };
            let resolved = Some(Resolved { finding, value: Value::Here });
            edits.push(Edit { start: found.start, end: found.end, resolved, room: None });
            self.done = end;
            settled += 1 + usize::from(twin.is_some());
        }
        self.waiting.skip(settled);
    }

    /// The stream offset up to which the output is settled.
    pub fn done(&self) -> u64 {
        self.done
    }
}

/// No finding that is still to come starts before this: none starts before the line of its anchor, nor further than
/// [`LOOK_BEHIND`] before it.
fn horizon(chunk: &Chunk<'_>, decided: usize) -> u64 {
    if chunk.is_last && decided == chunk.bytes.len() {
        return chunk.offset(decided);
    }
    let low = decided.saturating_sub(LOOK_BEHIND);
    let line = memchr::memrchr(b'\n', &chunk.bytes[low..decided]).map_or(low, |n| low + n + 1);
    chunk.offset(line)
}

fn finding(chunk: &Chunk<'_>, found: &Found) -> Finding {
    let Found { start, end, kind, rule, confidence, form, place, is_learned, .. } = *found;
    let span = Span::new(chunk.offset(start), chunk.offset(end));
    Finding { span, kind, rule, confidence, form, place, is_learned }
}

/// What two findings of the same bytes come to.
fn united(one: Finding, other: Finding) -> Finding {
    let name = if names_better(&other, &one) { other } else { one };
    let form = packed(&one).or_else(|| packed(&other)).map_or(name.form, |(_, form)| form);
    // Of two of a kind only the better one counts.
    let confidence = if one.kind == other.kind { name.confidence } else { one.confidence.max(other.confidence) };
    Finding { form, confidence, ..name }
}

fn packed(finding: &Finding) -> Option<(Span, Form)> {
    finding.form.packing().map(|_| (finding.span, finding.form))
}

impl Group {
    fn new(chunk: &Chunk<'_>, first: Found) -> Group {
        let name = finding(chunk, &first);
        let Span { start, end } = name.span;
        Group {
            start,
            end,
            name,
            best: vec![name],
            packed: packed(&name),
            has_block: first.run.as_deref() == Some(&Run::Pem),
            runs: first.run.map(|run| (*run, end)).into_iter().collect(),
            followed: Vec::new(),
            swallowed: None,
        }
    }

    /// Follows the open runs and takes in every finding that starts within, with its own run, until none does.
    fn grow(&mut self, chunk: &Chunk<'_>, waiting: &mut Waiting) {
        let mut open = std::mem::take(&mut self.runs);
        open.dedup_by(|a, b| a == b && a.0.is_memoryless());
        for (run, at) in open {
            self.follow(chunk, run, at);
        }
        let glued = Run::Set(GLUED);
        loop {
            self.take(chunk, waiting);
            let before = self.end;
            if self.has_block && self.runs.is_empty() && !self.has_followed(&glued, before) {
                self.follow(chunk, glued.clone(), before);
            }
            if self.end == before {
                return;
            }
        }
    }

    /// Takes in every finding that starts within.
    fn take(&mut self, chunk: &Chunk<'_>, waiting: &mut Waiting) {
        while waiting.first().is_some_and(|f| chunk.offset(f.start) < self.end) {
            let Some(found) = waiting.take() else { break };
            let member = finding(chunk, &found);
            self.end = self.end.max(member.span.end);
            self.packed = self.packed.or_else(|| packed(&member));
            name_by_kind(&mut self.best, member);
            if names_better(&member, &self.name) {
                self.name = member;
            }
            if let Some(run) = found.run
                && !self.has_followed(&run, member.span.end)
            {
                self.has_block |= *run == Run::Pem;
                self.follow(chunk, *run, member.span.end);
            }
        }
    }

    /// Whether another run of this sort has come by this place: then both end at one.
    fn has_followed(&self, run: &Run, at: u64) -> bool {
        self.followed.iter().any(|(known, from, to)| known == run && (*from..=*to).contains(&at))
    }

    /// Follows a run from `at` as far as the chunk goes.
    fn follow(&mut self, chunk: &Chunk<'_>, mut run: Run, at: u64) {
        let (to, is_open) = match run.advance(chunk.bytes, chunk.index(at), chunk.is_last) {
            Step::Ended(to) => (chunk.offset(to), false),
            Step::Open(to) => (chunk.offset(to), true),
        };
        self.end = self.end.max(to);
        if run.is_memoryless() {
            match self.followed.iter_mut().find(|(known, ..)| *known == run) {
                Some((_, _, known)) if *known == at => *known = to,
                Some((_, from, known)) => (*from, *known) = (at, to),
                None => self.followed.push((run.clone(), at, to)),
            }
        }
        if is_open {
            self.runs.push((run, to));
        }
    }

    /// The last edit of the group.
    fn close(&mut self, chunk: &Chunk<'_>) -> Edit {
        let span = Span::new(self.start, self.end);
        let is_name_whole = self.name.span == span;
        let finding = Finding {
            span,
            // A union is no longer an address of the form that its name had.
            form: match self.packed {
                Some((whole, form)) if whole == span => form,
                _ if is_name_whole => self.name.form,
                _ => Form::PLAIN,
            },
            place: if is_name_whole { self.name.place } else { Place::Text },
            confidence: self.best.iter().map(|best| best.confidence).max().unwrap_or(self.name.confidence),
            ..self.name
        };
        let is_long = span.len() > LONG_VALUE;
        let start = self.swallowed.as_ref().map_or(self.start, |s| s.to);
        let value = if is_long {
            let end = self.end;
            let swallowed = self.swallowed_to(chunk, end);
            Value::Gone(Box::new(Gone {
                digest: *swallowed.hasher.finalize().as_bytes(),
                line_feeds: swallowed.line_feeds,
                after_return: swallowed.after_return,
            }))
        } else {
            Value::Here
        };
        let resolved = Some(Resolved { finding, value });
        Edit { start: chunk.index(start), end: chunk.index(self.end), resolved, room: None }
    }

    /// Hashes a long value up to `to` and lets go of it.
    fn swallow(&mut self, chunk: &Chunk<'_>, to: u64) -> Edit {
        let start = self.swallowed.as_ref().map_or(self.start, |s| s.to);
        self.swallowed_to(chunk, to);
        Edit { start: chunk.index(start), end: chunk.index(to), resolved: None, room: None }
    }

    fn swallowed_to(&mut self, chunk: &Chunk<'_>, to: u64) -> &Swallowed {
        let start = self.start;
        let swallowed = self.swallowed.get_or_insert_with(|| Swallowed {
            hasher: Box::new(blake3::Hasher::new()),
            to: start,
            line_feeds: 0,
            after_return: 0,
            last: 0,
        });
        let bytes = &chunk.bytes[chunk.index(swallowed.to)..chunk.index(to)];
        swallowed.hasher.update(bytes);
        for at in memchr::memchr_iter(b'\n', bytes) {
            let before = if at == 0 { swallowed.last } else { bytes[at - 1] };
            swallowed.line_feeds += 1;
            swallowed.after_return += u64::from(before == b'\r');
        }
        swallowed.last = bytes.last().copied().unwrap_or(swallowed.last);
        swallowed.to = to;
        swallowed
    }
}

fn name_by_kind(best: &mut Vec<Finding>, member: Finding) {
    match best.iter_mut().find(|best| best.kind == member.kind) {
        Some(best) if names_better(&member, best) => *best = member,
        Some(_) => {}
        None => best.push(member),
    }
}

/// Whether `a` names a union better than `b`: by kind, then by length, confidence and rule, so that order never matters. What
/// was learned comes behind what was found where it stands; of learned values, the longest says most.
fn names_better(a: &Finding, b: &Finding) -> bool {
    type Rank = (bool, u64, Kind, u64, Confidence, Reverse<RuleId>, Reverse<u64>, Place, Form);
    let rank = |f: &Finding| -> Rank {
        let learned = if f.is_learned { f.span.len() } else { 0 };
        let rule = (Reverse(f.rule), Reverse(f.span.start));
        (!f.is_learned, learned, f.kind, f.span.len(), f.confidence, rule.0, rule.1, f.place, f.form)
    };
    rank(a) > rank(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::{LEFT_MARGIN, RIGHT_MARGIN};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const PIECES: [&str; 16] = [
        "word",
        "Zz9",
        " ",
        " ",
        "\n",
        "\r\n",
        "\n    ",
        "\"",
        "\\\"",
        "\\",
        "<",
        "key: x\n",
        "-----END X-----",
        "\u{e9}",
        "=\n",
        "MIIEpAIBAAKCAQEA7bq1xMIIEpAIBAAKCAQEA7bq1xMIIEpAIBAAKCAQEA7bq1x\n",
    ];

    fn runs() -> impl Strategy<Value = Option<Box<Run>>> {
        prop_oneof![
            20 => Just(None),
            1 => Just(Some(Run::Set(WORD))),
            1 => Just(Some(Run::Set(WORD.or(ByteSet::of(b" \n"))))),
            1 => Just(Some(Run::Line)),
            1 => Just(Some(Run::Element)),
            1 => Just(Some(Run::Block { indent: 2 })),
            1 => Just(Some(Run::Pem)),
            1 => Just(Some(Run::Quoted { quote: b'"', level: 0, backslashes: 0 })),
        ]
        .prop_map(|run| run.map(Box::new))
    }

    /// Findings and their anchors, in no order.
    fn findings() -> impl Strategy<Value = Vec<(usize, Found)>> {
        let length = prop_oneof![20 => 1..30_usize, 1 => 1..2000_usize];
        let named = (0..Kind::ALL.len(), 0..3_u16, prop::sample::select(&Confidence::ALL[..]));
        let finding = (0..12_000_usize, length, 0..40_usize, named, any::<bool>(), runs());
        let finding = finding.prop_map(|(start, length, back, (kind, rule, confidence), is_number, run)| {
            let place = if is_number { Place::Number } else { Place::Text };
            let found = Found::new(start, start + length, Kind::ALL[kind], confidence).place(place);
            (start + back, Found { rule: RuleId(rule), run, ..found })
        });
        // Some that others have all bytes in common with.
        let twin = (any::<prop::sample::Index>(), 0..Kind::ALL.len(), prop::sample::select(&Confidence::ALL[..]));
        let twins = prop::collection::vec(twin, 0..20);
        (prop::collection::vec(finding, 0..120), twins).prop_map(|(mut findings, twins)| {
            for (index, kind, confidence) in twins {
                if !findings.is_empty() {
                    let (anchor, one) = index.get(&findings).clone();
                    findings.push((anchor, Found { kind: Kind::ALL[kind], confidence, run: None, ..one }));
                }
            }
            findings
        })
    }

    /// What the fold must come to: the findings followed to their ends in the whole text, and united where they overlap.
    fn united(text: &[u8], found: &[(usize, Found)]) -> Vec<Finding> {
        let whole = Chunk { bytes: text, base: 0, own: 0..text.len(), is_last: true };
        let end = |run: &Run, from| match run.clone().advance(text, from, true) {
            Step::Ended(to) | Step::Open(to) => to as u64,
        };
        let mut found: Vec<&Found> = found.iter().map(|(_, found)| found).collect();
        found.sort_by_key(|f| f.start);
        let mut groups: Vec<(Finding, Span, BTreeMap<Kind, Finding>)> = Vec::new();
        let mut is_block = false;
        for found in found {
            let member = finding(&whole, found);
            let reach = found.run.as_ref().map_or(member.span.end, |run| end(run, found.end)).max(member.span.end);
            match groups.last_mut() {
                Some((name, span, best)) if member.span.start < span.end => {
                    span.end = span.end.max(reach);
                    let known = best.entry(member.kind).or_insert(member);
                    if names_better(&member, known) {
                        *known = member;
                    }
                    if names_better(&member, name) {
                        *name = member;
                    }
                }
                _ => {
                    groups.push((member, Span::new(member.span.start, reach), BTreeMap::from([(member.kind, member)])));
                    is_block = false;
                }
            }
            is_block |= found.run.as_deref() == Some(&Run::Pem);
            if let Some((_, span, _)) = groups.last_mut()
                && is_block
            {
                span.end = end(&Run::Set(GLUED), span.end as usize);
            }
        }
        let unite = |(name, span, best): (Finding, Span, BTreeMap<Kind, Finding>)| {
            let confidence = best.values().map(|best| best.confidence).max().unwrap_or(name.confidence);
            match name.span == span {
                true => Finding { confidence, ..name },
                false => Finding { span, form: Form::PLAIN, place: Place::Text, confidence, ..name },
            }
        };
        groups.into_iter().map(unite).collect()
    }

    /// The text with the findings' names in their place.
    fn replaced(text: &[u8], findings: &[Finding]) -> String {
        let mut out = String::new();
        let mut at = 0;
        for finding in findings {
            out += &String::from_utf8_lossy(&text[at..finding.span.start as usize]);
            out += &format!("{finding:?}");
            at = finding.span.end as usize;
        }
        out + &String::from_utf8_lossy(&text[at..])
    }

    /// The same by the fold, over chunks of these sizes.
    fn folded(text: &[u8], found: &[(usize, Found)], sizes: &[usize]) -> String {
        let mut fold = Fold::default();
        let (mut edits, mut out) = (Vec::new(), Vec::new());
        let mut sizes = sizes.iter().cycle();
        let mut own = 0_usize;
        loop {
            let size = sizes.next().copied().unwrap_or(text.len());
            let (from, to) = (own.saturating_sub(LEFT_MARGIN), (own + size + RIGHT_MARGIN).min(text.len()));
            let is_last = to == text.len();
            let end = if is_last { to } else { own + size };
            let chunk = Chunk { bytes: &text[from..to], base: from as u64, own: own - from..end - from, is_last };
            let owned = found.iter().filter(|(anchor, _)| (own..end).contains(anchor));
            let mut owned: Vec<Found> =
                owned.map(|(_, f)| Found { start: f.start - from, end: f.end - from, ..f.clone() }).collect();
            let mut at = chunk.index(fold.done());
            fold.advance(&chunk, &mut owned, end - from, &mut edits);
            assert!(owned.is_empty());
            for edit in &edits {
                out.extend_from_slice(&chunk.bytes[at..edit.start]);
                at = edit.end;
                let Some(Resolved { finding, value }) = &edit.resolved else { continue };
                out.extend_from_slice(format!("{finding:?}").as_bytes());
                let raw = &text[finding.span.start as usize..finding.span.end as usize];
                match value {
                    Value::Here => assert_eq!(&chunk.bytes[edit.start..edit.end], raw),
                    Value::Gone(gone) => {
                        assert_eq!(gone.digest, *blake3::hash(raw).as_bytes());
                        assert_eq!(gone.line_feeds, memchr::memchr_iter(b'\n', raw).count() as u64);
                    }
                }
            }
            out.extend_from_slice(&chunk.bytes[at..chunk.index(fold.done())]);
            own = end;
            if is_last {
                return String::from_utf8_lossy(&out).into_owned();
            }
        }
    }

    proptest! {
        #[test]
        fn findings_are_united_alike_wherever_the_text_is_cut(
            pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..3000),
            mut found in findings(),
            sizes in prop::collection::vec(1..4000_usize, 1..4),
        ) {
            let text = pieces.concat().into_bytes();
            // A finding starts in the line of its anchor.
            found.retain(|(_, found)| found.end <= text.len());
            for (anchor, found) in &mut found {
                let line = memchr::memchr(b'\n', &text[found.start..]).map_or(text.len(), |n| found.start + n + 1);
                *anchor = (*anchor).min(line - 1);
            }
            prop_assert_eq!(folded(&text, &found, &sizes), replaced(&text, &united(&text, &found)));
        }
    }
}

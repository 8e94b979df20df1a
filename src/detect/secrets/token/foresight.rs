//! What the steps of a program tell of its matches before any is tried.

use std::ops::Range;

use crate::detect::bytes::ByteSet;
use crate::rules::{Rule, Step, Text};

/// How far behind the beginning of a rule's matches its keywords stand, if it is searched for around them.
pub(super) fn lead_of(rule: &Rule) -> Option<usize> {
    let program = rule.program.as_ref().filter(|_| rule.context > 0 && !rule.ignore_case && rule.between.is_empty())?;
    lead(program.steps(), &rule.keywords)
}

/// How far behind the beginning of every match one of the keywords stands, if that is told by the first steps.
fn lead(steps: &[Step], keywords: &[Text]) -> Option<usize> {
    let mut first: Vec<ByteSet> = Vec::new();
    for step in steps {
        match step {
            Step::Literal(literal) => first.extend(literal.iter().map(|&byte| ByteSet::from_iter([byte]))),
            Step::Run { set, min, max, .. } if min == max => first.extend((0..*min).map(|_| *set)),
            Step::Open | Step::Close => {}
            _ => break,
        }
    }
    let length = keywords.first()?.len();
    // As many strings stand there as there are keywords, and the keywords are among them.
    let is_keyword = |sets: &[ByteSet]| {
        let strings = sets.iter().map(|set| set.words().iter().map(|word| word.count_ones() as usize).sum());
        let has =
            |keyword: &Text| keyword.len() == length && keyword.bytes().zip(sets).all(|(byte, set)| set.contains(byte));
        strings.fold(1, usize::saturating_mul) == keywords.len() && keywords.iter().all(has)
    };
    (length > 0).then(|| first.windows(length).position(is_keyword)).flatten()
}

/// The run without a bound that every match which begins with `keyword` comes to first, if it is never given back and
/// could hold all between.
pub(super) fn first_run(steps: &[Step], keyword: &[u8]) -> Option<ByteSet> {
    let run = steps.iter().position(|step| matches!(step, Step::Run { max: u32::MAX, .. }))?;
    let behind = behind_keyword(&steps[..run], keyword);
    match &steps[run] {
        Step::Run { set, is_final: true, .. } if lies_within(steps, behind..run, *set) => Some(*set),
        _ => None,
    }
}

/// The step from which on the keyword does not tell which way a match goes.
fn behind_keyword(steps: &[Step], keyword: &[u8]) -> usize {
    let (mut step, mut at) = (0, 0);
    while let Some(byte) = keyword.get(at) {
        step = match steps.get(step) {
            Some(Step::Literal(literal)) if at + literal.len() <= keyword.len() => {
                at += literal.len();
                step + 1
            }
            Some(Step::Split { here, there, other }) if here.contains(*byte) != there.contains(*byte) => {
                if here.contains(*byte) { step + 1 } else { usize::from(*other) }
            }
            Some(Step::Jump(to)) => usize::from(*to),
            _ => break,
        };
    }
    step
}

/// The run that every match ends in, if it could hold all of the match and is a part of `carried`.
pub(super) fn one_word(steps: &[Step], carried: ByteSet) -> Option<ByteSet> {
    match steps {
        [before @ .., Step::Run { set: word, max: u32::MAX, .. }, Step::Match] => {
            (word.and(carried) == *word && lies_within(before, 0..before.len(), *word)).then_some(*word)
        }
        _ => None,
    }
}

/// Whether all ways through `within` lead to the step behind it and take bytes of `set` alone.
fn lies_within(steps: &[Step], within: Range<usize>, set: ByteSet) -> bool {
    let Some(between) = steps.get(within.clone()) else { return false };
    between.iter().all(|step| match step {
        Step::Literal(literal) => set.prefix_len(literal) == literal.len(),
        Step::Run { set: run, .. } => run.and(set) == *run,
        Step::Split { other: to, .. } | Step::Jump(to) => (within.start..=within.end).contains(&usize::from(*to)),
        Step::Open | Step::Close | Step::Look(_) | Step::Match => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn a_keyword_at_one_place_of_every_match_leads_to_where_it_begins() {
        let rules = RuleSet::builtin();
        let lead = |id: &str| lead_of(rules.rules().iter().find(|rule| rule.id == id).unwrap());
        assert_eq!(lead("azure-ad-client-secret"), Some(3));
        assert_eq!(lead("azure-devops-pat"), Some(76));
        assert_eq!((lead("wallet-phrase"), lead("openai-key")), (None, None));
    }
}

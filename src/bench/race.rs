//! Several ways to do one thing, timed in turns: on a machine whose speed drifts, only what ran side by side can be compared.

use std::time::{Duration, Instant};

/// One way to do it: what is run, once in each round. It may fail, which ends the race.
pub type Runner<'a, E> = Box<dyn FnMut() -> Result<(), E> + 'a>;

/// How long a race may take.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The rounds stop when this is used up, ...
    pub time: Duration,
    /// ... but not before so many, ...
    pub least: usize,
    /// ... and never behind so many.
    pub most: usize,
}

/// Nanoseconds of wall time that one runner took, round by round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times(Vec<u64>);

/// Lets every runner run once in each round, in alternating direction, behind one round that is not counted. Gives their times,
/// in their order.
///
/// # Errors
/// The first error of a runner.
pub fn race<E>(runners: &mut [Runner<'_, E>], budget: Budget) -> Result<Vec<Times>, E> {
    runners.iter_mut().try_for_each(|run| run())?;
    let start = Instant::now();
    let mut times = vec![Times(Vec::new()); runners.len()];
    for round in 0..budget.most.max(1) {
        if round >= budget.least && start.elapsed() >= budget.time {
            break;
        }
        for turn in 0..runners.len() {
            let n = if round % 2 == 0 { turn } else { runners.len() - 1 - turn };
            let start = Instant::now();
            runners[n]()?;
            times[n].0.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1));
        }
    }
    Ok(times)
}

impl Times {
    /// How many rounds there were.
    pub fn rounds(&self) -> usize {
        self.0.len()
    }

    /// The median, in nanoseconds.
    pub fn median(&self) -> f64 {
        median(self.0.iter().map(|&time| time as f64).collect())
    }

    /// How many times as fast this was as `other`: the median over the rounds.
    pub fn speed_to(&self, other: &Times) -> f64 {
        median(self.0.iter().zip(&other.0).map(|(&own, &other)| other as f64 / own as f64).collect())
    }

    /// How much longer this took than `other`, in nanoseconds: the median over the rounds.
    pub fn above(&self, other: &Times) -> f64 {
        median(self.0.iter().zip(&other.0).map(|(&own, &other)| own as f64 - other as f64).collect())
    }
}

/// The middle of some numbers, or the mean of the two in the middle; zero if there are none.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        even if even % 2 == 0 => (numbers[half - 1] + numbers[half]) / 2.0,
        _ => numbers[half],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn each_runs_once_in_a_round_and_the_direction_alternates() {
        let seen = RefCell::new(String::new());
        let runner = |name: char| -> Runner<'_, ()> {
            let seen = &seen;
            Box::new(move || {
                seen.borrow_mut().push(name);
                Ok(())
            })
        };
        let budget = Budget { time: Duration::ZERO, least: 3, most: 9 };
        let times = race(&mut [runner('a'), runner('b'), runner('c')], budget).unwrap();
        assert_eq!(times.iter().map(Times::rounds).collect::<Vec<_>>(), [3, 3, 3]);
        assert_eq!(*seen.borrow(), "abcabccbaabc");
    }

    #[test]
    fn a_failure_ends_the_race() {
        let mut runs = 0;
        let fail = Box::new(|| {
            runs += 1;
            if runs > 2 { Err("enough") } else { Ok(()) }
        });
        let budget = Budget { time: Duration::from_secs(60), least: 1, most: 100 };
        assert_eq!(race(&mut [fail as Runner<'_, _>], budget), Err("enough"));
    }

    #[test]
    fn ratios_are_medians_of_rounds() {
        let (own, other) = (Times(vec![1, 2, 4]), Times(vec![2, 2, 100]));
        assert_eq!((own.median(), own.speed_to(&other), own.above(&other)), (2.0, 2.0, -1.0));
        assert_eq!(Times(vec![1, 4]).median(), 2.5);
        assert_eq!(Times(Vec::new()).median(), 0.0);
    }
}

//! How much less the mean of the folds' models errs than each of them alone.
//!
//! Intervals are learned from the errors of single folds' models, because no other has not seen the row; but it is their
//! mean that is served. For every row the mean of `(y − fₖ)²` over the models is `(y − f̄)²` and the models' variance
//! (Krogh and Vedelsby, Neural network ensembles, cross validation, and active learning, 1995). The variance is taken
//! on rows of the test part, which none of the models has seen: only their columns are looked at, never the target.

use super::problem::Problem;
use super::trial::Trial;

/// Rows that the models are compared on at most.
const MAX_ROWS: usize = 500;
/// Rows that say something of it at least.
const MIN_ROWS: usize = 20;
/// The least share that is believed.
const LEAST: f64 = 0.7;

/// The share of the errors of single folds' models that is left in those of what is served; 1 where that is one model,
/// or where there are no rows that none of them has seen. `answers` are those of the folds' models to the judged rows,
/// `actual` what these are.
pub fn narrowing(problem: &Problem<'_>, trial: &Trial, actual: &[f64], answers: &[f64]) -> f64 {
    if problem.scheme.is_tested() {
        return 1.0;
    }
    let test = &problem.parts.test;
    let wanted = test.len().min(MAX_ROWS);
    let rows: Vec<usize> = (0..wanted).map(|n| test[n * test.len() / wanted]).collect();
    let squares = actual.iter().zip(answers).map(|(actual, answer)| (actual - answer) * (actual - answer));
    let error = squares.sum::<f64>() / actual.len().max(1) as f64;
    let variance = (rows.len() >= MIN_ROWS).then(|| variance(problem, trial, &rows)).flatten().unwrap_or(0.0);
    let share = (1.0 - variance / error).max(0.0).sqrt();
    if share.is_finite() { share.clamp(LEAST, 1.0) } else { 1.0 }
}

/// The mean variance of the folds' answers to some rows. The fold of an ensemble is the mixture of that fold's models
/// of all its trials.
fn variance(problem: &Problem<'_>, trial: &Trial, rows: &[usize]) -> Option<f64> {
    let folds = trial.parts.iter().copied().max().filter(|folds| *folds > 1)?;
    let mut of_folds = vec![vec![0.0; rows.len()]; folds];
    let mut rest = trial.members.as_slice();
    for count in trial.parts.iter().copied().filter(|count| *count > 0) {
        let (members, others) = rest.split_at_checked(count)?;
        rest = others;
        let share: f64 = members.iter().map(|member| member.weight).sum();
        let answers: Vec<Vec<f64>> =
            members.iter().map(|member| problem.answers(member, rows)).collect::<Option<_>>()?;
        for (fold, sums) in of_folds.iter_mut().enumerate() {
            sums.iter_mut().zip(&answers[fold % count]).for_each(|(sum, answer)| *sum += share * answer);
        }
    }
    let of_row = |row: usize| {
        let mean = of_folds.iter().map(|answers| answers[row]).sum::<f64>() / folds as f64;
        of_folds.iter().map(|answers| (answers[row] - mean) * (answers[row] - mean)).sum::<f64>()
            / folds as f64
    };
    Some((0..rows.len()).map(of_row).sum::<f64>() / rows.len() as f64)
}

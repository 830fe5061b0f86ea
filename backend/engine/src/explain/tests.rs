use super::*;
use crate::artefact::TargetScale;
use crate::families::Model;
use crate::families::trees::{NONE, Tree, Trees};
use crate::prepare::Preparation;
use crate::samples::Draw;
use crate::scorer::Scores;

/// What a tree answers when it knows the features of `known` (a bit each) only.
fn expectation(
    tree: &Tree,
    trees: &Trees,
    goes: &dyn Fn(usize) -> usize,
    known: u32,
    at: usize,
    sum: usize,
) -> f64 {
    if tree.input[at] == NONE {
        let place = tree.child[at] as usize;
        return match tree.output {
            NONE => tree.values[place * trees.base.len() + sum],
            output if output as usize == sum => tree.values[place],
            _ => 0.0,
        };
    }
    let child = tree.child[at] as usize;
    let below = |side: usize| expectation(tree, trees, goes, known, child + side, sum);
    let feature = trees.inputs[tree.input[at] as usize].feature();
    if known >> feature & 1 == 1 {
        return below(goes(at));
    }
    let (left, right) = (f64::from(tree.cover[child]), f64::from(tree.cover[child + 1]));
    let share = if left + right > 0.0 { left / (left + right) } else { 0.5 };
    share * below(0) + (1.0 - share) * below(1)
}

/// Shapley values by their definition, over all coalitions.
fn by_definition(features: usize, value: &dyn Fn(u32) -> f64) -> Vec<f64> {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let values: Vec<f64> = (0..1 << features).map(value).collect();
    let mut shapley = vec![0.0; features];
    for (feature, to) in shapley.iter_mut().enumerate() {
        for coalition in (0..1_usize << features).filter(|c| c >> feature & 1 == 0) {
            let size = coalition.count_ones() as usize;
            let weight = factorial(size) * factorial(features - size - 1) / factorial(features);
            *to += weight * (values[coalition | 1 << feature] - values[coalition]);
        }
    }
    shapley
}

#[test]
fn trees_have_the_shapley_values_of_their_definition() {
    for seed in 0..60 {
        let mut draw = Draw::new(seed);
        let classes = [0, 2, 3][seed as usize % 3];
        let mut content = draw.content();
        content.schema = draw.schema(classes, 1 + seed as usize % 8);
        let features = content.schema.features.len();
        let trees = draw.trees(&content.schema, 6, 40);
        content.preparation = Preparation { features: Vec::new(), width: 0 };
        (content.means, content.calibration, content.target_scale) = (Vec::new(), None, TargetScale::None);
        content.model = Model::Trees(trees.clone());
        let scorer = Scorer::from_content(&content).unwrap();
        let batch = draw.batch(&scorer, 3);
        for row in 0..3 {
            let found = shift(&scorer.parts[0], &batch, row, features);
            for sum in 0..trees.base.len() {
                let value = |known: u32| {
                    let of_tree = |tree: &Tree| {
                        let goes = |at: usize| crate::scorer::goes_right(tree, &trees, &batch, row, at);
                        expectation(tree, &trees, &goes, known, 0, sum)
                    };
                    trees.base[sum] + trees.trees.iter().map(of_tree).sum::<f64>()
                };
                assert!((found.base[sum] - value(0)).abs() < 1e-10);
                let expected = by_definition(features, &value);
                let line = &found.features[sum * features..(sum + 1) * features];
                for (found, expected) in line.iter().zip(&expected) {
                    assert!((found - expected).abs() < 1e-10, "{seed}: {line:?} and {expected:?}");
                }
            }
        }
    }
}

#[test]
fn contributions_add_up_to_the_answer_that_is_served() {
    for seed in 0..400 {
        let mut draw = Draw::new(seed);
        let scorer = Scorer::from_content(&draw.content()).unwrap();
        let batch = draw.batch(&scorer, 8);
        let mut scores = Scores::default();
        scorer.score_into(&batch, &mut scores);
        for row in 0..8 {
            for (class, served) in scores.row(row).iter().enumerate() {
                let found = scorer.explain(&batch, row, class);
                assert_eq!(found.features.len(), scorer.schema().features.len());
                let sum = found.base + found.features.iter().sum::<f64>();
                let size = found.features.iter().fold(found.base.abs(), |size, f| size + f.abs());
                let close = (sum - served).abs() <= 1e-12 * size + 1e-10;
                assert!(close, "model {seed}, class {class}: {sum} and {served}");
            }
        }
    }
}

/// What the sharing out of the rest hides: the slopes themselves add up.
#[test]
fn slopes_add_up_before_anything_is_shared_out() {
    for seed in 0..200 {
        let mut draw = Draw::new(seed);
        let scorer = Scorer::from_content(&draw.content()).unwrap();
        let width = scorer.schema().features.len();
        let batch = draw.batch(&scorer, 4);
        for row in 0..4 {
            let shifts: Vec<Shift> =
                scorer.parts.iter().map(|part| shift(part, &batch, row, width)).collect();
            let from: Vec<Vec<f64>> = shifts.iter().map(|shift| shift.base.clone()).collect();
            let to: Vec<Vec<f64>> = shifts.iter().map(|shift| shift.sums(width)).collect();
            let calibration = scorer.calibration.as_ref();
            let found = slopes::Way { parts: &scorer.parts, calibration, from: &from, to: &to }.slopes(0);
            let mut sum = found.base;
            for (slopes, (from, to)) in found.slopes.iter().zip(from.iter().zip(&to)) {
                sum += slopes.iter().zip(from.iter().zip(to)).map(|(s, (a, b))| s * (b - a)).sum::<f64>();
            }
            let close = (sum - found.answer).abs() <= 1e-4 * found.answer.abs().max(1.0);
            assert!(close, "model {seed}: {sum} and {}", found.answer);
        }
    }
}

#[test]
fn explaining_survives_huge_cells_and_other_models_batches() {
    for seed in 0..200 {
        let mut draw = Draw::new(seed);
        let scorer = Scorer::from_content(&draw.content()).unwrap();
        let foreign = Scorer::from_content(&draw.content()).unwrap();
        let mut batch = draw.batch(&scorer, 4);
        draw.spoil(&mut batch);
        for batch in [batch, draw.batch(&foreign, 2)] {
            for row in 0..6 {
                let found = scorer.explain(&batch, row, 0);
                assert!(found.features.iter().all(|f| f.is_finite()));
                let _ = scorer.imputed(&batch, row);
            }
        }
    }
}

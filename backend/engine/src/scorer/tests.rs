use super::*;
use crate::artefact::{Artefact, Content, TargetScale};
use crate::families::Model;
use crate::families::trees::{Input, NONE, Tree, TreeLink, Trees, narrowed};
use crate::math::{exp_m1, sigmoid, softmax};
use crate::prepare::{Cell, Preparation, Prepared};
use crate::samples::Draw;

/// The cell of an input in plain words.
fn input(input: &Input, batch: &Batch, row: usize) -> f32 {
    let (feature, schema) = (input.feature(), batch.schema());
    let code = batch.code(feature, row);
    let known = schema.features[feature].levels.as_ref().map_or(0, Vec::len);
    match input {
        Input::Number { .. } => narrowed(batch.number(feature, row)),
        Input::DatePart { part, .. } => narrowed(part.of(batch.number(feature, row))),
        Input::Term { term, .. } => batch.document(feature, row).unwrap().weight(*term),
        Input::Words { .. } => batch.document(feature, row).unwrap().words,
        Input::Level { .. } if code >= 2 && (code as usize) < known + 2 => (code - 2) as f32,
        Input::Level { .. } => f32::NAN,
        Input::Statistic { values, missing, unknown, .. } => match code {
            0 => missing.unwrap_or(f32::NAN),
            1 => unknown.unwrap_or(f32::NAN),
            code => values[code as usize - 2],
        },
    }
}

/// 1 where a row goes right at a node, as the terms of a tree say.
pub fn goes_right(tree: &Tree, trees: &Trees, batch: &Batch, row: usize, at: usize) -> usize {
    let x = input(&trees.inputs[tree.input[at] as usize], batch, row);
    let left = if x.is_nan() {
        tree.missing_left[at]
    } else if tree.set[at] != NONE {
        trees.sets[tree.set[at] as usize].contains(&(x as u32))
    } else {
        x <= tree.threshold[at]
    };
    usize::from(!left)
}

/// The leaf a row falls into.
fn leaf(tree: &Tree, trees: &Trees, batch: &Batch, row: usize) -> usize {
    let mut at = 0;
    while tree.input[at] != NONE {
        at = tree.child[at] as usize + goes_right(tree, trees, batch, row, at);
    }
    tree.child[at] as usize
}

fn tree_answer(trees: &Trees, batch: &Batch, row: usize) -> Vec<f64> {
    let mut sums = trees.base.clone();
    for tree in &trees.trees {
        let leaf = leaf(tree, trees, batch, row);
        if tree.output == NONE {
            let width = sums.len();
            sums.iter_mut().zip(&tree.values[leaf * width..]).for_each(|(sum, value)| *sum += value);
        } else {
            sums[tree.output as usize] += tree.values[leaf];
        }
    }
    match trees.link {
        TreeLink::Identity => {}
        TreeLink::Sigmoid => sums = vec![1.0 - sigmoid(sums[0]), sigmoid(sums[0])],
        TreeLink::Softmax => softmax(&mut sums),
        TreeLink::Probabilities => {
            let total: f64 = sums.iter().sum();
            sums.iter_mut().for_each(|p| *p /= total);
        }
    }
    sums
}

fn columns(preparation: &Preparation, batch: &Batch, row: usize) -> Vec<f64> {
    let mut columns = vec![0.0; preparation.width as usize];
    for (at, prepared) in preparation.features.iter().enumerate() {
        let cell = match (prepared, batch.code(at, row)) {
            (Prepared::Number { .. } | Prepared::Date { .. }, _) => Cell::Number(batch.number(at, row)),
            (Prepared::Text { .. }, _) => Cell::Text(batch.document(at, row).unwrap()),
            (Prepared::Category { .. }, 0) => Cell::Missing,
            (Prepared::Category { .. }, 1) => Cell::Unknown,
            (Prepared::Category { .. }, code) => Cell::Level(code as usize - 2),
        };
        prepared.write(cell, &mut columns);
    }
    columns
}

fn answer(
    model: &Model,
    preparation: &Preparation,
    scale: TargetScale,
    batch: &Batch,
    row: usize,
) -> Vec<f64> {
    let sum = |weights: &[f64]| {
        columns(preparation, batch, row).iter().zip(weights).map(|(x, w)| x * w).sum::<f64>()
    };
    let values = match model {
        Model::Constant { value } => return vec![*value],
        Model::Shares { probabilities } => return probabilities.clone(),
        Model::Linear { intercept, weights } => vec![intercept + sum(weights)],
        Model::Logistic { intercepts, weights } => {
            let mut logits: Vec<f64> = intercepts.iter().zip(weights).map(|(i, w)| i + sum(w)).collect();
            if logits.len() == 1 {
                return vec![1.0 - sigmoid(logits[0]), sigmoid(logits[0])];
            }
            softmax(&mut logits);
            return logits;
        }
        Model::Trees(trees) => tree_answer(trees, batch, row),
        Model::Blend { .. } => panic!("not a model of its own"),
    };
    match scale {
        TargetScale::None => values,
        TargetScale::MinMax { min, max } => values.iter().map(|v| v * (max - min) + min).collect(),
        TargetScale::Log => values.iter().map(|v| exp_m1(*v)).collect(),
    }
}

/// The answer as the terms of the artefact say, without anything folded, flat or fast.
fn by_the_book(content: &Content, batch: &Batch, row: usize) -> Vec<f64> {
    let mut values = match &content.model {
        Model::Blend { members } => {
            let mut values = vec![0.0; content.schema.classes.len().max(1)];
            for m in members {
                let of_member = answer(&m.model, &m.preparation, m.target_scale, batch, row);
                values.iter_mut().zip(of_member).for_each(|(value, v)| *value += m.weight * v);
            }
            values
        }
        model => answer(model, &content.preparation, content.target_scale, batch, row),
    };
    if let Some(calibration) = &content.calibration {
        calibration.apply(&mut values);
    }
    values
}

fn scores(scorer: &Scorer, batch: &Batch) -> Scores {
    let mut scores = Scores::default();
    scorer.score_into(batch, &mut scores);
    scores
}

#[test]
fn every_model_answers_as_its_terms_say() {
    for seed in 0..400 {
        let mut draw = Draw::new(seed);
        let content = draw.content();
        let scorer = Scorer::from_artefact(&Artefact::seal(content.clone()).unwrap()).unwrap();
        let batch = draw.batch(&scorer, 40);
        let scores = scores(&scorer, &batch);
        for row in 0..40 {
            let expected = by_the_book(&content, &batch, row);
            assert_eq!(scores.row(row).len(), expected.len());
            for (value, expected) in scores.row(row).iter().zip(&expected) {
                let close = (value - expected).abs() <= 1e-9 * expected.abs().max(1.0);
                assert!(close, "model {seed}, row {row}: {value} and {expected}");
            }
        }
    }
}

#[test]
fn a_row_has_the_same_answer_alone_in_a_batch_and_after_its_file_to_the_bit() {
    for seed in 0..200 {
        let mut draw = Draw::new(seed);
        let artefact = Artefact::seal(draw.content()).unwrap();
        let scorer = Scorer::from_artefact(&artefact).unwrap();
        let loaded = Artefact::from_bytes(artefact.to_bytes()).unwrap();
        let loaded = Scorer::from_artefact(&loaded).unwrap();
        let seed_of_rows = draw.0.next_u64();
        let rows = 700;
        let mut batch = Draw::new(seed_of_rows).batch(&scorer, rows);
        Draw::new(seed_of_rows).spoil(&mut batch);
        let mut again = Draw::new(seed_of_rows).batch(&loaded, rows);
        Draw::new(seed_of_rows).spoil(&mut again);
        let bits = |scores: &Scores| scores.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let (all, after) = (scores(&scorer, &batch), scores(&loaded, &again));
        assert_eq!(bits(&all), bits(&after), "model {seed}");
        for row in (0..rows).step_by(13) {
            let mut single = scorer.new_batch(1);
            single.copy_row(&batch, row);
            let alone = scores(&scorer, &single);
            assert_eq!(
                bits(&alone),
                all.row(row).iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
                "model {seed}"
            );
        }
    }
}

#[test]
fn no_batch_makes_a_scorer_panic_and_probabilities_are_finite_and_whole() {
    for seed in 0..300 {
        let mut draw = Draw::new(seed);
        let scorer = Scorer::from_content(&draw.content()).unwrap();
        let mut batch = draw.batch(&scorer, 30);
        draw.spoil(&mut batch);
        let foreign = Scorer::from_content(&draw.content()).unwrap();
        for batch in [batch, draw.batch(&foreign, 9), scorer.new_batch(0)] {
            let scores = scores(&scorer, &batch);
            assert_eq!(scores.values.len(), batch.rows() * scores.width);
            for row in (0..batch.rows()).filter(|_| scores.width > 1) {
                let total: f64 = scores.row(row).iter().sum();
                assert!((total - 1.0).abs() < 1e-9, "model {seed}: {:?}", scores.row(row));
                assert!(scores.row(row).iter().all(|p| (0.0..=1.0).contains(p)));
                assert!(scorer.label(scores.row(row)) < scores.width);
            }
        }
    }
}

#[test]
fn a_missing_value_follows_the_side_it_was_trained_on() {
    for (missing_left, expected) in [(true, 1.0), (false, 2.0)] {
        let mut draw = Draw::new(1);
        let mut content = draw.content();
        content.schema = draw.schema(0, 1);
        content.preparation = Preparation { features: Vec::new(), width: 0 };
        content.means = Vec::new();
        content.calibration = None;
        content.target_scale = TargetScale::None;
        content.settings.costs = Vec::new();
        content.model = Model::Trees(Trees {
            inputs: vec![Input::Number { feature: 0 }],
            base: vec![0.0],
            link: TreeLink::Identity,
            sets: Vec::new(),
            trees: vec![Tree {
                output: 0,
                input: vec![0, NONE, NONE],
                threshold: vec![0.5, 0.0, 0.0],
                set: vec![NONE; 3],
                missing_left: vec![missing_left, false, false],
                child: vec![1, 0, 1],
                values: vec![1.0, 2.0],
                cover: vec![2.0, 1.0, 1.0],
            }],
        });
        let scorer = Scorer::from_artefact(&Artefact::seal(content).unwrap()).unwrap();
        let mut batch = scorer.new_batch(4);
        for (row, x) in [(1, 0.5), (2, 0.500_000_1), (3, 1e308)] {
            let _ = batch.set_number(row, 0, x);
        }
        assert_eq!(scores(&scorer, &batch).values, [expected, 1.0, 2.0, 2.0]);
    }
}

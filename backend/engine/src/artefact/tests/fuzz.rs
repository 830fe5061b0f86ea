//! Files that somebody bent and signed anew: whatever the check lets through must answer, with whole probabilities, and
//! explain itself. To search for longer, with seeds that no usual run has:
//! `cargo test --release -p engine --lib artefact::tests::fuzz::for_an_hour -- --ignored`.

use std::ops::Range;

use super::{forged, sealed};
use crate::artefact::{Artefact, Content};
use crate::families::Model;
use crate::families::trees::{NONE, Trees};
use crate::samples::Draw;
use crate::scorer::{Scorer, Scores};

/// Loads and uses a file; says whether it was taken for a model.
fn is_taken_and_answers(bytes: &[u8], draw: &mut Draw) -> bool {
    let Ok(artefact) = Artefact::from_bytes(bytes) else { return false };
    let Ok(scorer) = Scorer::from_artefact(&artefact) else { return false };
    let mut batch = draw.batch(&scorer, 9);
    if !batch.schema().features.is_empty() {
        draw.spoil(&mut batch);
    }
    let mut scores = Scores::default();
    scorer.score_into(&batch, &mut scores);
    for row in 0..batch.rows() {
        if !scorer.schema().classes.is_empty() {
            let total: f64 = scores.row(row).iter().sum();
            assert!((total - 1.0).abs() < 1e-9, "probabilities of {:?}", scores.row(row));
            assert!(scores.row(row).iter().all(|p| (0.0..=1.0).contains(p)));
            assert!(scorer.label(scores.row(row)) < scores.width);
        }
        let _ = (scorer.explain(&batch, row, 0), scorer.imputed(&batch, row));
    }
    true
}

#[test]
fn a_bent_body_with_a_fitting_hash_is_refused_or_sound() {
    // Most flips hit a number and make another sound model: the test would be idle if none did.
    assert!(bend_bodies(0..400) > 400);
}

#[test]
fn bent_trees_with_a_fitting_hash_are_refused_or_sound() {
    let (refused, bent) = bend_trees(0..600);
    assert!(refused * 3 > bent, "only {refused} of {bent} were refused");
}

#[test]
#[ignore = "takes as long as one lets it"]
fn for_an_hour() {
    for seed in (1..10_000).map(|batch| batch * 1_000) {
        bend_bodies(seed..seed + 1_000);
        bend_trees(seed..seed + 1_000);
    }
}

/// Bends the bodies of random models; says how many were taken.
fn bend_bodies(seeds: Range<u64>) -> u64 {
    let mut taken = 0;
    for seed in seeds {
        let mut draw = Draw::new(seed);
        let body = rmp_serde::to_vec_named(&draw.content()).unwrap();
        for _ in 0..12 {
            let mut bent = body.clone();
            match draw.below(4) {
                0 => bent.truncate(draw.below(body.len())),
                1 => {
                    let at = draw.below(body.len());
                    bent.insert(at, draw.below(256) as u8);
                }
                _ => {
                    for _ in 0..=draw.below(3) {
                        let at = draw.below(body.len());
                        bent[at] ^= 1 << draw.below(8);
                    }
                }
            }
            taken += u64::from(is_taken_and_answers(&sealed(&bent), &mut draw));
        }
    }
    taken
}

fn trees_of(content: &mut Content) -> Option<&mut Trees> {
    match &mut content.model {
        Model::Trees(trees) => Some(trees),
        Model::Blend { members } => members.iter_mut().find_map(|member| match &mut member.model {
            Model::Trees(trees) => Some(trees),
            _ => None,
        }),
        _ => None,
    }
}

/// Puts something evil somewhere into the trees.
fn bend(trees: &mut Trees, draw: &mut Draw) {
    let indices = [0, 1, 2, 3, 63, 1_000, NONE - 1, NONE];
    let index = indices[draw.below(indices.len())];
    let number = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e308, -1e308][draw.below(6)];
    let which = draw.below(trees.trees.len());
    let tree = &mut trees.trees[which];
    let at = draw.below(tree.input.len());
    let value = draw.below(tree.values.len());
    match draw.below(14) {
        0 => tree.child[at] = index,
        1 => tree.child[at] = at as u32,
        2 => tree.input[at] = index,
        3 => tree.set[at] = index,
        4 => tree.output = index,
        5 => tree.threshold[at] = number as f32,
        6 => tree.cover[at] = number as f32,
        7 => tree.values[value] = number,
        8 => drop(tree.values.pop()),
        9 => drop(tree.missing_left.pop()),
        10 => trees.sets.push(vec![index, index]),
        11 => trees.base.push(number),
        12 => drop(trees.inputs.pop()),
        _ => trees.sets.iter_mut().for_each(|set| set.push(index)),
    }
}

/// Bends the trees of random models; says how many were refused, of how many.
fn bend_trees(seeds: Range<u64>) -> (u64, u64) {
    let (mut refused, mut bent) = (0, 0);
    for seed in seeds {
        let mut draw = Draw::new(seed);
        let content = draw.content();
        for _ in 0..6 {
            let mut content = content.clone();
            let Some(trees) = trees_of(&mut content) else { break };
            bend(trees, &mut draw);
            bent += 1;
            refused += u64::from(!is_taken_and_answers(&forged(&content), &mut draw));
        }
    }
    (refused, bent)
}

#[test]
fn trees_that_are_no_trees_are_refused() {
    let mut draw = Draw::new(3);
    let content = std::iter::repeat_with(|| draw.content())
        .find(|content| matches!(&content.model, Model::Trees(trees) if trees.trees.iter().any(|t| t.input.len() > 4)))
        .unwrap();
    let faults: [fn(&mut Trees, usize); 10] = [
        |trees, at| trees.trees[at].child[0] = 0,
        |trees, at| trees.trees[at].child[0] = NONE,
        |trees, at| trees.trees[at].child[0] = 2,
        |trees, at| trees.trees[at].cover[1] = -1.0,
        |trees, at| trees.trees[at].threshold[0] = f32::NAN,
        |trees, at| trees.trees[at].values.push(1.0),
        |trees, at| trees.trees[at].values[0] = f64::INFINITY,
        |trees, at| trees.trees[at].output = 9,
        |trees, at| trees.trees[at].set[0] = 1_000_000,
        |trees, _| trees.inputs.clear(),
    ];
    assert!(Artefact::from_bytes(&forged(&content)).is_ok());
    for (which, fault) in faults.iter().enumerate() {
        let mut content = content.clone();
        let Some(trees) = trees_of(&mut content) else { panic!("trees") };
        let at = trees.trees.iter().position(|tree| tree.input.len() > 4).unwrap();
        fault(trees, at);
        let error = Artefact::from_bytes(&forged(&content)).unwrap_err();
        assert_eq!(error.code(), "artefact_invalid", "fault {which}");
    }
}

#[test]
fn a_blend_must_be_whole_and_flat() {
    let mut draw = Draw::new(5);
    let content = std::iter::repeat_with(|| draw.content())
        .find(|content| matches!(content.model, Model::Blend { .. }))
        .unwrap();
    let faults: [fn(&mut Vec<crate::families::Member>); 5] = [
        |members| members.clear(),
        |members| members[0].weight = 0.6,
        |members| members[0].weight = f64::NAN,
        |members| members[0].means = vec![0.0; 1_000],
        |members| {
            let inner = members.clone();
            members[0].model = Model::Blend { members: inner };
        },
    ];
    for (which, fault) in faults.iter().enumerate() {
        let mut content = content.clone();
        let Model::Blend { members } = &mut content.model else { panic!("a blend") };
        fault(members);
        assert!(Artefact::from_bytes(&forged(&content)).is_err(), "fault {which}");
    }
}

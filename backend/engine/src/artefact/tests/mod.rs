mod fuzz;
mod golden;

use super::*;
use crate::prepare::Prepared;
use crate::scorer::{Feature, Scorer, Scores};
use crate::settings::Task;
use crate::table::ColumnKind;

fn content() -> Content {
    Content {
        schema: Schema {
            features: vec![
                Feature {
                    name: "size".to_owned(),
                    kind: ColumnKind::Number,
                    levels: None,
                    min: Some(0.0),
                    max: Some(9.0),
                    example: None,
                    text: None,
                    writing: None,
                },
                Feature {
                    name: "colour".to_owned(),
                    kind: ColumnKind::Category,
                    levels: Some(vec!["blue".to_owned(), "red".to_owned()]),
                    min: None,
                    max: None,
                    example: None,
                    text: None,
                    writing: None,
                },
            ],
            target: "price".to_owned(),
            task: Task::Regression,
            classes: Vec::new(),
        },
        algorithm: Algorithm::Linear,
        preparation: Preparation {
            features: vec![
                Prepared::Number { column: 0, fill: 2.0, offset: 1.0, scale: 2.0 },
                Prepared::Category { columns: vec![None, Some(1)], missing: None },
            ],
            width: 2,
        },
        means: Vec::new(),
        calibration: None,
        conformal: None,
        target_scale: TargetScale::MinMax { min: 10.0, max: 30.0 },
        model: Model::Linear { intercept: 0.5, weights: vec![1.0, 0.25] },
        settings: Settings { target: "price".to_owned(), ..Settings::default() },
        scores: ScoreMap::from([("rmse".to_owned(), 1.5)]),
        baseline: ScoreMap::new(),
        lineage: Lineage {
            dataset_sha256: "ab".to_owned(),
            engine_version: "0".to_owned(),
            seed: 42,
            train_rows: 8,
            test_rows: 2,
            trials: 0,
        },
    }
}

/// A file whose hash fits a content that nothing checked.
fn forged(content: &Content) -> Vec<u8> {
    sealed(&rmp_serde::to_vec_named(content).unwrap())
}

/// A file whose hash fits any body.
fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(body);
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    bytes
}

#[test]
fn a_model_survives_its_file() {
    let artefact = Artefact::seal(content()).unwrap();
    assert_eq!(Artefact::from_bytes(artefact.to_bytes()).unwrap(), artefact);
    assert_eq!(artefact.sha256_hex().len(), 64);
}

#[test]
fn preparation_and_the_targets_scale_are_folded_into_the_scorer() {
    let scorer = Scorer::from_artefact(&Artefact::seal(content()).unwrap()).unwrap();
    let mut batch = scorer.new_batch(3);
    for (row, size, colour) in [(0, 5.0, "red"), (1, f64::NAN, "blue"), (2, 1.0, "green")] {
        let _ = batch.set_number(row, 0, size);
        let _ = batch.set_text(row, 1, colour);
    }
    let mut scores = Scores::default();
    scorer.score_into(&batch, &mut scores);
    // 10 + 20 (0.5 + (x − 1) / 2 + 0.25 [red])
    assert_eq!(scores.values, [65.0, 30.0, 20.0]);
}

#[test]
fn any_flipped_byte_is_refused() {
    let bytes = Artefact::seal(content()).unwrap().into_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            assert!(Artefact::from_bytes(&damaged).is_err(), "byte {at}, bit {bit}");
        }
    }
    for length in 0..bytes.len() {
        assert!(Artefact::from_bytes(&bytes[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn a_content_that_is_not_sound_is_refused_though_its_hash_fits() {
    let faults: [fn(&mut Content); 10] = [
        |c| c.preparation.width = 1,
        |c| c.preparation.width = u32::MAX,
        |c| c.model = Model::Linear { intercept: f64::NAN, weights: vec![1.0, 0.25] },
        |c| c.model = Model::Linear { intercept: 0.0, weights: vec![1.0] },
        |c| c.model = Model::Shares { probabilities: vec![] },
        |c| c.schema.task = Task::Classification,
        |c| c.schema.classes = vec!["a".to_owned()],
        |c| c.target_scale = TargetScale::MinMax { min: 1.0, max: 1.0 },
        |c| c.preparation.features[0] = Prepared::Number { column: 0, fill: 0.0, offset: 0.0, scale: 0.0 },
        |c| c.preparation.features[1] = Prepared::Category { columns: vec![Some(7), None], missing: None },
    ];
    assert!(Artefact::from_bytes(&forged(&content())).is_ok());
    for (at, fault) in faults.iter().enumerate() {
        let mut content = content();
        fault(&mut content);
        assert_eq!(
            Artefact::from_bytes(&forged(&content)).unwrap_err().code(),
            "artefact_invalid",
            "fault {at}"
        );
    }
}

#[test]
fn a_later_version_is_told_from_damage() {
    let mut bytes = forged(&content());
    bytes.truncate(bytes.len() - HASH);
    let later = crate::FORMAT_VERSION + 1;
    bytes[8..10].copy_from_slice(&later.to_le_bytes());
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    assert_eq!(
        Artefact::from_bytes(&bytes).unwrap_err(),
        ArtefactError::UnknownVersion { found: later, known: crate::FORMAT_VERSION }
    );
}

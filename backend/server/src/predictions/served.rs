//! An endpoint ready to answer: its scorer, its columns, and the parts of every answer that never change.

use super::{
    beside::Beside,
    columns::{Columns, Notes},
    negotiate::Form,
    table,
    wishes::Wishes,
};
use crate::{
    error::{Error, Result},
    models::ServableModel,
};
use contract::{Code, PredictionId};
use engine::{Artefact, Batch, Conformal, Scorer, Scores};
use std::{
    fmt,
    io::Write,
    sync::{Mutex, PoisonError, atomic::AtomicU64},
};

/// Scratches kept for the next calls: about as many as threads that answer.
const KEPT_SCRATCHES: usize = 8;
/// A scratch that held more rows than this is not kept.
const KEPT_ROWS: usize = 2_000;
/// What a scorer takes in memory for each byte of its artefact, roughly.
const BYTES_A_BYTE: usize = 4;

/// A model on an endpoint.
pub(super) struct Served {
    pub columns: Columns,
    /// When it was last used, in calls of the cache.
    pub used_at: AtomicU64,
    /// What it takes in memory, roughly.
    pub size_bytes: usize,
    pub scorer: Scorer,
    /// What intervals and sets are made of, if the model has it.
    pub conformal: Option<Conformal>,
    /// The places of the features that the model reads.
    pub reads: Vec<usize>,
    /// The name of each feature as JSON.
    pub features: Vec<String>,
    /// For each class its name as JSON.
    pub classes: Vec<String>,
    /// A JSON answer up to the prediction's id.
    opening: Vec<u8>,
    /// For each class: a JSON answer's part up to the probabilities.
    labels: Vec<Vec<u8>>,
    /// For each class: its name with colon, after a comma but for the first.
    names: Vec<Vec<u8>>,
    /// The header row of a CSV answer, without its end.
    header: Vec<u8>,
    scratches: Mutex<Vec<Scratch>>,
}

/// What a call answers.
pub(super) struct Answer {
    pub body: Vec<u8>,
    /// Warnings that the body has no place for.
    pub warnings: Vec<String>,
}

/// What a call works with, used again by the next.
pub(super) struct Scratch {
    pub batch: Batch,
    pub notes: Notes,
    pub scores: Scores,
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Served {}", String::from_utf8_lossy(&self.opening))
    }
}

impl Served {
    /// Makes a scorer of an artefact whose digest was checked.
    pub fn new(endpoint: &str, model: &ServableModel, artefact: &[u8]) -> Result<Self> {
        let broken =
            |error: engine::ArtefactError| Error::internal(format!("the artefact of {}: {error}", model.id));
        let read = Artefact::from_bytes(artefact).map_err(broken)?;
        let scorer = Scorer::from_artefact(&read).map_err(broken)?;
        let conformal = read.conformal().cloned();
        let classes = &scorer.schema().classes;
        let quoted = |text: &str| serde_json::to_string(text);
        let mut opening = Vec::new();
        write!(
            opening,
            "{{\"endpoint\":{},\"model_id\":\"{}\",\"model_version\":{},\"prediction_id\":\"",
            quoted(endpoint)?,
            model.id,
            model.version
        )
        .map_err(Error::internal)?;
        let (mut labels, mut names, mut header) = (Vec::new(), Vec::new(), b"prediction".to_vec());
        let mut quoted_classes = Vec::new();
        for (at, class) in classes.iter().enumerate() {
            let name = quoted(class)?;
            labels.push(format!("{{\"label\":{name},\"probabilities\":{{").into_bytes());
            names.push(format!("{}{name}:", if at == 0 { "" } else { "," }).into_bytes());
            quoted_classes.push(name);
            header.push(b',');
            table::write_cell(&mut header, &format!("probability_{class}"));
        }
        let features = scorer.schema().features.iter().map(|feature| quoted(&feature.name));
        Ok(Self {
            features: features.collect::<Result<_, _>>()?,
            conformal,
            reads: scorer.imputed(&scorer.new_batch(1), 0),
            classes: quoted_classes,
            columns: Columns::of(scorer.schema()),
            used_at: AtomicU64::new(0),
            size_bytes: artefact.len() * BYTES_A_BYTE + 4096,
            scorer,
            opening,
            labels,
            names,
            header,
            scratches: Mutex::default(),
        })
    }

    /// A scratch without rows.
    pub fn scratch(&self) -> Scratch {
        let kept = self.scratches.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = kept.unwrap_or_else(|| Scratch {
            batch: self.scorer.new_batch(0),
            notes: Notes::default(),
            scores: Scores::default(),
        });
        scratch.clear();
        scratch
    }

    /// Keeps a scratch for the next call.
    pub fn keep(&self, scratch: Scratch) {
        let mut scratches = self.scratches.lock().unwrap_or_else(PoisonError::into_inner);
        if scratches.len() < KEPT_SCRATCHES && scratch.batch.rows() <= KEPT_ROWS {
            scratches.push(scratch);
        }
    }

    /// Refuses what the model can't give, or not for so many rows.
    pub fn check(&self, scratch: &Scratch, wishes: Wishes, most_explained: usize) -> Result<()> {
        let rows = scratch.batch.rows();
        if wishes.explain.is_some() && rows > most_explained {
            let message = format!("expected 1 to {most_explained} rows with explain, got {rows}");
            return Err(Error::invalid_field("#/rows", message, "send fewer rows in a call"));
        }
        if wishes.level.is_some() && self.conformal.is_none() {
            let message = "the model has no intervals: too few rows were left to measure them";
            return Err(Error::invalid_field(
                "#/interval",
                message,
                "leave interval out, or train on more rows",
            ));
        }
        let highest = self.conformal.as_ref().map_or(1.0, engine::Conformal::highest_level);
        if let Some(level) = wishes.level.filter(|level| *level > highest + 1e-12) {
            let shown = (highest * 1000.0).floor() / 1000.0;
            let message =
                format!("the rows that the model was measured on are too few to hold a level of {level}");
            let fix = if shown < 0.5 {
                "leave interval out, or train on more rows".to_owned()
            } else {
                format!("send at most {shown}, or train on more rows")
            };
            return Err(Error::invalid_field("#/interval", message, fix));
        }
        Ok(())
    }

    /// Answers the scratch's rows.
    pub fn answer(
        &self,
        scratch: &mut Scratch,
        form: Form,
        id: PredictionId,
        wishes: Wishes,
    ) -> Result<Answer> {
        self.scorer.score_into(&scratch.batch, &mut scratch.scores);
        if let Some(at) = scratch.scores.values.iter().position(|value| !value.is_finite()) {
            return Err(beyond(at / scratch.scores.width.max(1)));
        }
        let beside = Beside::of(self, scratch, wishes);
        match form {
            Form::Json => Ok(Answer { body: self.json(scratch, id, beside.as_ref())?, warnings: Vec::new() }),
            Form::Csv => Ok(Answer {
                body: self.csv(&scratch.scores, beside.as_ref()),
                warnings: scratch.notes.warnings(&self.columns),
            }),
        }
    }

    fn json(&self, scratch: &Scratch, id: PredictionId, beside: Option<&Beside<'_>>) -> Result<Vec<u8>> {
        let scores = &scratch.scores;
        let mut out =
            Vec::with_capacity(self.opening.len() + 96 + scores.values.len() * 32 + scores.rows() * 32);
        out.extend_from_slice(&self.opening);
        write!(out, "{id}").map_err(Error::internal)?;
        out.extend_from_slice(b"\",\"predictions\":[");
        for row in 0..scores.rows() {
            if row > 0 {
                out.push(b',');
            }
            self.json_row(scores.row(row), &mut out)?;
            if let Some(beside) = beside {
                beside.write(row, &mut out)?;
            }
            out.push(b'}');
        }
        out.push(b']');
        let warnings = scratch.notes.warnings(&self.columns);
        if !warnings.is_empty() {
            out.extend_from_slice(b",\"warnings\":");
            serde_json::to_writer(&mut out, &warnings)?;
        }
        out.push(b'}');
        Ok(out)
    }

    /// An answer without its closing brace.
    fn json_row(&self, values: &[f64], out: &mut Vec<u8>) -> Result<()> {
        if self.labels.is_empty() {
            out.extend_from_slice(b"{\"value\":");
            return values.iter().try_for_each(|value| float(out, *value));
        }
        if let Some(label) = self.labels.get(self.scorer.label(values)) {
            out.extend_from_slice(label);
        }
        for (name, probability) in self.names.iter().zip(values) {
            out.extend_from_slice(name);
            float(out, *probability)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn csv(&self, scores: &Scores, beside: Option<&Beside<'_>>) -> Vec<u8> {
        let mut out = self.header.clone();
        if let Some(beside) = beside {
            beside.csv_header(&mut out);
        }
        out.extend_from_slice(b"\r\n");
        let classes = &self.scorer.schema().classes;
        for row in 0..scores.rows() {
            let values = scores.row(row).iter().map(f64::to_string);
            let cells: Vec<String> = match classes.get(self.scorer.label(scores.row(row))) {
                Some(label) => std::iter::once(label.clone()).chain(values).collect(),
                None => values.collect(),
            };
            for (at, cell) in cells.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                table::write_cell(&mut out, cell);
            }
            if let Some(beside) = beside {
                beside.csv_cells(row, &mut out);
            }
            out.extend_from_slice(b"\r\n");
        }
        out
    }
}

fn beyond(row: usize) -> Error {
    let message = "the answer is beyond the numbers that a double can hold";
    let fix = "send values nearer to those of training";
    let fault = crate::error::fault(&format!("#/rows/{row}"), "out_of_range", message, fix);
    Error::new(Code::TypeMismatch, format!("Row {row}: {message}.")).with_faults(vec![fault])
}

impl Scratch {
    /// Takes every row and note out.
    pub fn clear(&mut self) {
        self.batch.reset(0);
        self.notes.clear();
    }
}

/// Writes a finite number as the shortest JSON that reads back the same.
#[inline]
pub(super) fn float(out: &mut Vec<u8>, value: f64) -> Result<()> {
    Ok(serde_json::to_writer(out, &value)?)
}

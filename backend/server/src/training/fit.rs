//! The child process: reads an order and a file, learns, tells its steps, hands over the artefact. It has no database,
//! no storage and no network; it limits its own memory before it reads a byte of data.

use super::protocol::{Learned, Order, Reason, Step, Word};
use crate::{datasets::intake_options, error::fault, models::Card};
use contract::{
    Fault,
    models::{
        ClassCurves, Coefficient, CurvePoint, Evaluation, Example, Feature, LeaderboardEntry, LossPoint,
        PredictedActual,
    },
};
use engine::{Continue, Intake, Progress, ProgressKind, TrainError, Trained};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

/// How often the child says that it still works.
const ALIVE: Duration = Duration::from_secs(1);

/// How long the child waits at least between two points of a loss curve.
const BREATH: Duration = Duration::from_millis(100);

/// Why the child could not do its part; the parent sees it as a crash.
type Broken = Box<dyn std::error::Error>;

/// Runs the child.
pub fn main() -> ExitCode {
    match run(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the fit ended: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(input: &mut impl BufRead, output: &mut impl Write) -> Result<(), Broken> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let order: Order = serde_json::from_str(&line)?;
    limit_memory(order.memory_bytes)?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    match learn(&order, &bytes, output)? {
        Ok((learned, artefact)) => {
            say(output, &Word::Trained(Box::new(learned)))?;
            output.write_all(&artefact)?;
        }
        Err(reason) => say(output, &Word::Failed(reason))?,
    }
    Ok(output.flush()?)
}

fn limit_memory(bytes: u64) -> io::Result<()> {
    let limit = rustix::process::Rlimit { current: Some(bytes), maximum: Some(bytes) };
    Ok(rustix::process::setrlimit(rustix::process::Resource::As, limit)?)
}

fn say(output: &mut impl Write, word: &Word) -> Result<(), Broken> {
    serde_json::to_writer(&mut *output, word)?;
    output.write_all(b"\n")?;
    Ok(output.flush()?)
}

type Outcome = Result<(Learned, Vec<u8>), Reason>;

fn learn(order: &Order, bytes: &[u8], output: &mut impl Write) -> Result<Outcome, Broken> {
    let options = intake_options(&order.reading).map_err(|faults| format!("a stored reading: {faults:?}"))?;
    let Intake { table, .. } = match engine::read(bytes, &options) {
        Ok(intake) => intake,
        Err(error) => return Ok(Err(Reason { detail: error.to_string(), faults: Vec::new() })),
    };
    let checked = match order.settings.check(&table) {
        Ok(checked) => checked.for_dataset(&order.dataset_sha256),
        Err(faults) => return Ok(Err(unfit_settings(faults))),
    };
    let mut gone = None;
    let mut told = Instant::now();
    let mut observe = |progress: Progress| {
        // The whole curve comes with the model; a person who watches needs a point now and then.
        let seldom = matches!(progress.kind, ProgressKind::Loss { .. }) && told.elapsed() < BREATH;
        let said = match step(progress).filter(|_| !seldom) {
            Some(step) => say(output, &Word::Step(step)),
            None if told.elapsed() < ALIVE => return Continue::Go,
            None => output.write_all(b"\n").and_then(|()| output.flush()).map_err(Broken::from),
        };
        told = Instant::now();
        match said {
            Ok(()) => Continue::Go,
            Err(error) => {
                gone = Some(error);
                Continue::Stop
            }
        }
    };
    let outcome = engine::train(&table, &checked, &mut observe);
    if let Some(error) = gone {
        return Err(error);
    }
    Ok(match outcome {
        Ok(trained) => Ok(learned(trained, order, checked.metric().as_str())?),
        Err(error) => Err(unfit_data(&error)),
    })
}

fn unfit_settings(faults: Vec<engine::SettingsFault>) -> Reason {
    let faults: Vec<Fault> = faults
        .into_iter()
        .map(|found| fault(&format!("#{}", found.pointer), &found.code, found.message, found.fix))
        .collect();
    let detail = faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; ");
    Reason { detail, faults }
}

fn unfit_data(error: &TrainError) -> Reason {
    let message = error.to_string();
    let (what, fix) = message.rsplit_once("; ").unwrap_or((&message, "choose other data or settings"));
    Reason { detail: message.clone(), faults: vec![fault("#/target", error.code(), what, fix)] }
}

fn step(progress: Progress) -> Option<Step> {
    let data = serde_json::to_value(&progress.kind).unwrap_or_default();
    let kind = match progress.kind {
        ProgressKind::Working => return None,
        ProgressKind::Prepared { .. } => "prepared",
        ProgressKind::FamilyStarted { .. } => "family_started",
        ProgressKind::Loss { .. } => "loss",
        ProgressKind::FamilyFinished { .. } => "family_finished",
    };
    Some(Step { kind: kind.to_owned(), message: progress.message, progress: progress.fraction, data })
}

fn learned(trained: Trained, order: &Order, metric: &str) -> Result<(Learned, Vec<u8>), Broken> {
    let artefact = &trained.artefact;
    let (schema, lineage) = (artefact.schema(), artefact.lineage());
    let card = Card {
        metrics: artefact.scores().clone(),
        baseline: trained.baseline.clone(),
        features: schema.features.iter().map(feature).collect::<Result<_, _>>()?,
        classes: schema.classes.clone(),
        leaderboard: trained.leaderboard.iter().map(entry).collect::<Result<_, _>>()?,
        evaluation: evaluation(&trained),
        reading: order.reading.clone(),
    };
    let learned = Learned {
        task: same(&schema.task)?,
        target: schema.target.clone(),
        algorithm: same(&artefact.algorithm())?,
        metric: metric.to_owned(),
        seed: lineage.seed,
        engine_version: lineage.engine_version.clone(),
        card,
        artefact_sha256: artefact.sha256_hex(),
    };
    Ok((learned, trained.artefact.into_bytes()))
}

/// The same word on the wire: engine and contract name things alike, which this holds them to.
fn same<T: DeserializeOwned>(word: &impl Serialize) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::to_value(word)?)
}

fn feature(feature: &engine::Feature) -> serde_json::Result<Feature> {
    Ok(Feature {
        name: feature.name.clone(),
        kind: same(&feature.kind)?,
        levels: feature.levels.clone().unwrap_or_default(),
        min: feature.min,
        max: feature.max,
        example: serde_json::to_value(&feature.example)?,
    })
}

fn entry(entry: &engine::Entry) -> serde_json::Result<LeaderboardEntry> {
    let point =
        |point: &engine::LossPoint| LossPoint { iteration: u64::from(point.iteration), loss: point.loss };
    Ok(LeaderboardEntry {
        algorithm: same(&entry.algorithm)?,
        metrics: entry.metrics.clone(),
        parameters: serde_json::to_value(&entry.parameters)?,
        loss_curve: entry.loss_curve.iter().map(point).collect(),
        notes: entry.notes.clone(),
    })
}

fn evaluation(trained: &Trained) -> Evaluation {
    let seen = &trained.evaluation;
    let pair = |pair: &engine::Pair| PredictedActual { predicted: pair.predicted, actual: pair.actual };
    let confusion = seen.confusion.clone();
    Evaluation {
        train_rows: trained.rows.train as u64,
        test_rows: trained.rows.test as u64,
        predicted_actual: seen.pairs.iter().map(pair).collect(),
        classes: confusion.as_ref().map(|confusion| confusion.classes.clone()).unwrap_or_default(),
        confusion: confusion.map(|confusion| confusion.counts).unwrap_or_default(),
        curves: seen.curves.iter().map(curves).collect(),
        coefficients: seen.coefficients.iter().map(coefficient).collect(),
        examples: seen.examples.iter().map(example).collect(),
    }
}

fn curves(of: &engine::ClassCurves) -> ClassCurves {
    let point = |point: &engine::CurvePoint| CurvePoint {
        threshold: point.threshold,
        false_positive_rate: point.false_positive_rate,
        true_positive_rate: point.true_positive_rate,
        precision: point.precision,
    };
    ClassCurves {
        class: of.class.clone(),
        roc_auc: of.roc_auc,
        average_precision: of.average_precision,
        points: of.points.iter().map(point).collect(),
    }
}

fn coefficient(of: &engine::Coefficient) -> Coefficient {
    Coefficient { feature: of.feature.clone(), class: of.class.clone(), weight: of.weight }
}

fn example(of: &engine::Example) -> Example {
    let value = |cell: &engine::CellValue| match cell {
        engine::CellValue::Number(number) => Value::from(*number),
        engine::CellValue::Text(text) => Value::from(text.as_str()),
        engine::CellValue::Missing => Value::Null,
    };
    Example {
        row: of.row.iter().map(|(name, cell)| (name.clone(), value(cell))).collect(),
        actual: value(&of.actual),
        predicted: value(&of.predicted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::datasets::Reading;

    fn told(order: &Order, csv: &str) -> Vec<u8> {
        let mut input = serde_json::to_vec(order).unwrap();
        input.push(b'\n');
        input.extend_from_slice(csv.as_bytes());
        let mut output = Vec::new();
        run(&mut input.as_slice(), &mut output).unwrap();
        output
    }

    fn order(target: &str) -> Order {
        let settings = engine::Settings { target: target.to_owned(), ..engine::Settings::default() };
        // Generous: the limit stays with the process of the tests.
        Order { settings, reading: Reading::default(), dataset_sha256: "0".repeat(64), memory_bytes: 1 << 40 }
    }

    fn line(i: i32) -> String {
        format!("{},{},{}\n", i % 41, (i * 7) % 13, 3 * (i % 41) + 5)
    }

    #[test]
    fn the_artefact_follows_the_last_line_and_has_its_digest() {
        let csv = format!("a,b,y\n{}", (0..200).map(line).collect::<String>());
        let output = told(&order("y"), &csv);
        let mut rest = output.as_slice();
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            let word = serde_json::from_slice::<Word>(&rest[..end]).unwrap();
            rest = &rest[end + 1..];
            if let Word::Trained(learned) = word {
                assert_eq!(engine::Artefact::from_bytes(rest).unwrap().sha256_hex(), learned.artefact_sha256);
                assert!(learned.card.metrics["r2"] > 0.999);
                break;
            }
        }
    }

    #[test]
    fn a_target_that_is_not_there_fails_with_its_place() {
        let csv = format!("a,b,y\n{}", (0..50).map(line).collect::<String>());
        let output = told(&order("z"), &csv);
        let word = serde_json::from_slice::<Word>(output.trim_ascii_end()).unwrap();
        let Word::Failed(reason) = word else { panic!("{word:?}") };
        assert_eq!(reason.faults[0].pointer, "#/target");
    }
}

//! The child process: reads an order and a file, learns, tells its steps, hands over the artefact. It has no database,
//! no storage and no network; it limits its own memory before it reads a byte of data.

use super::{
    faults,
    learned::{Seen, learned},
    protocol::{KEEP, Learned, Order, Reason, Word},
    steps::Steps,
};
use crate::{datasets::intake_options, error::fault};
use contract::Fault;
use engine::{Continue, Intake, Progress, TrainError};
use std::{
    io::{self, BufRead, Read, Write},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// Why the child could not do its part; the parent sees it as a crash.
type Broken = Box<dyn std::error::Error>;

/// Runs the child.
pub fn main() -> ExitCode {
    let started = Instant::now();
    // The lock ends with this line: another thread waits for what the parent says later.
    let heard = hear(&mut io::stdin().lock());
    let done = heard.and_then(|(order, file)| {
        let keep = Arc::new(AtomicBool::new(false));
        let wish = Arc::clone(&keep);
        // It ends with the process: a parent that has nothing to say leaves it waiting.
        std::thread::spawn(move || wait_for_keep(&mut io::stdin().lock(), &wish));
        run(&order, &file, (started, &keep), &mut io::stdout().lock())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the fit ended: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The order and the file. Memory is limited in between, before a byte of data is read.
fn hear(input: &mut impl BufRead) -> Result<(Order, Vec<u8>), Broken> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let order: Order = serde_json::from_str(&line)?;
    limit_memory(order.memory_bytes)?;
    let mut file = Vec::new();
    file.try_reserve_exact(usize::try_from(order.file_bytes)?)?;
    input.take(order.file_bytes).read_to_end(&mut file)?;
    if file.len() as u64 != order.file_bytes {
        return Err("the file broke off".into());
    }
    Ok((order, file))
}

fn wait_for_keep(input: &mut impl BufRead, keep: &AtomicBool) {
    let mut line = String::new();
    while matches!(input.read_line(&mut line), Ok(read) if read > 0) {
        if line.trim() == KEEP {
            keep.store(true, Ordering::Relaxed);
        }
        line.clear();
    }
}

fn run(
    order: &Order,
    file: &[u8],
    at: (Instant, &AtomicBool),
    output: &mut impl Write,
) -> Result<(), Broken> {
    match learn(order, file, at, output)? {
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

fn learn(
    order: &Order,
    bytes: &[u8],
    (started, keep): (Instant, &AtomicBool),
    output: &mut impl Write,
) -> Result<Outcome, Broken> {
    let mut options =
        intake_options(&order.reading).map_err(|faults| format!("a stored reading: {faults:?}"))?;
    options.threads = order.threads;
    let Intake { table, .. } = match engine::read(bytes, &options) {
        Ok(intake) => intake,
        Err(error) => return Ok(Err(Reason { detail: error.to_string(), faults: Vec::new() })),
    };
    let checked = match order.settings.check(&table) {
        Ok(checked) => {
            let checked = checked.for_dataset(&order.dataset_sha256);
            order.replay.into_iter().fold(checked, engine::CheckedSettings::replaying)
        }
        Err(faults) => return Ok(Err(unfit_settings(faults))),
    };
    // Before the search, so that it takes from the budget and not from the patience of who waits for the end.
    let suspects = suspects(&table, &checked);
    let mut gone = None;
    let mut steps = Steps::new(checked.metric(), order.settings.trials);
    let mut observe = |progress: Progress| {
        let said = match steps.next(progress) {
            Ok(Some(step)) => say(output, &Word::Step(step)),
            Ok(None) => return wish(keep),
            Err(error) => Err(error.into()),
        };
        steps.told();
        match said {
            Ok(()) => wish(keep),
            Err(error) => {
                gone = Some(error);
                Continue::Stop
            }
        }
    };
    let elapsed = || started.elapsed().as_secs_f64();
    let resources = engine::Resources { threads: order.threads, elapsed: Some(&elapsed) };
    let outcome = engine::train(&table, &checked, &resources, &mut observe);
    if let Some(error) = gone {
        return Err(error);
    }
    Ok(match outcome {
        Ok(trained) => {
            let row_microseconds = row_microseconds(&trained.artefact, &table);
            let seen = Seen { suspects, row_microseconds };
            Ok(learned(trained, order, checked.metric().as_str(), seen)?)
        }
        Err(error) => Err(unfit_data(&error)),
    })
}

/// How long the served model takes to answer one row, measured on this machine.
fn row_microseconds(artefact: &engine::Artefact, table: &engine::Table) -> Option<f64> {
    const ANSWERS: u32 = 200;
    let scorer = engine::Scorer::from_artefact(artefact).ok()?;
    let (batch, mut scores) = (scorer.batch_of(table, &[0]), engine::Scores::default());
    scorer.score_into(&batch, &mut scores);
    let begun = Instant::now();
    (0..ANSWERS).for_each(|_| scorer.score_into(&batch, &mut scores));
    Some(begun.elapsed().as_secs_f64() * 1e6 / f64::from(ANSWERS))
}

/// Columns that tell the target almost alone and were learned from: often they are known only after it.
fn suspects(table: &engine::Table, checked: &engine::CheckedSettings) -> Vec<String> {
    let left_out = |name: &str| checked.excluded().iter().any(|one| one.column == name);
    let asked = |name: &str| {
        checked.settings().features.as_ref().is_none_or(|list| list.iter().any(|feature| feature == name))
    };
    engine::leaks(table, &checked.settings().target)
        .into_iter()
        .filter(|leak| asked(&leak.column) && !left_out(&leak.column))
        .map(|leak| {
            format!(
                "The column {:?} tells the target almost alone ({:.0} %): make sure that it is known when an answer is \
                 wanted, or leave it out.",
                leak.column,
                leak.share * 100.0
            )
        })
        .collect()
}

/// What the parent wants by now.
fn wish(keep: &AtomicBool) -> Continue {
    if keep.load(Ordering::Relaxed) { Continue::Keep } else { Continue::Go }
}

fn unfit_settings(faults: Vec<engine::SettingsFault>) -> Reason {
    let faults: Vec<Fault> = faults.into_iter().map(faults::of_engine).collect();
    let detail = faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; ");
    Reason { detail, faults }
}

fn unfit_data(error: &TrainError) -> Reason {
    let message = error.to_string();
    let (what, fix) = message.rsplit_once("; ").unwrap_or((&message, "choose other data or settings"));
    Reason { detail: message.clone(), faults: vec![fault("#/target", error.code(), what, fix)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::datasets::Reading;

    fn told(order: &Order, csv: &str) -> Vec<u8> {
        let order = Order { file_bytes: csv.len() as u64, ..order.clone() };
        let mut input = serde_json::to_vec(&order).unwrap();
        input.push(b'\n');
        input.extend_from_slice(csv.as_bytes());
        let (order, file) = hear(&mut input.as_slice()).unwrap();
        let mut output = Vec::new();
        run(&order, &file, (Instant::now(), &AtomicBool::new(false)), &mut output).unwrap();
        output
    }

    fn order(target: &str) -> Order {
        let settings = engine::Settings { target: target.to_owned(), ..engine::Settings::default() };
        // Generous: the limit stays with the process of the tests.
        Order {
            settings,
            reading: Reading::default(),
            dataset_sha256: "0".repeat(64),
            file_bytes: 0,
            replay: None,
            threads: 2,
            memory_bytes: 1 << 40,
        }
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

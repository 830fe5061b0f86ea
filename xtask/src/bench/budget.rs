//! `cargo xtask bench budget`: whether a search keeps to its budget, and how soon it ends when somebody says so; on a
//! real server, by its API, as a person sees it: from the call to the final state.
//!
//! The files of a folder in turn, and one of 300,000 rows that is made.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use contract::accounts::Refresh;
use contract::models::GetModel;
use contract::training::{CancelRun, GetRun, Run, RunStatus, StartRun, StartRunBody, StopRun};
use contract::{DatasetId, NoQuery, Nothing};
use serde::Deserialize;
use serde_json::json;

use super::{peers, process, process::Pinned, scene};
use crate::demo::client::Client;
use crate::say;

/// Budgets in seconds, and how many runs there are of each.
const BUDGETS: [(f64, usize); 3] = [(5.0, 8), (20.0, 8), (60.0, 4)];
/// What a run may take beyond its budget: a share of it, and seconds for reading the file and writing the model.
const OVER: (f64, f64) = (0.05, 1.0);
/// Runs that are stopped and runs that are cancelled, each after some seconds of a minute.
const ENDED: usize = 4;
const UNTIL_ENDED: Duration = Duration::from_secs(3);
/// How soon they must end.
const BAR_ENDED: f64 = 2.0;
const MADE_ROWS: usize = 300_000;
const LOOK: Duration = Duration::from_millis(20);
const NONE: (NoQuery, Nothing) = (NoQuery {}, Nothing {});

/// On which data.
#[derive(clap::Args)]
pub struct Options {
    /// A folder of CSVs with a `manifest.json`, as of `bench engine`
    #[arg(long, default_value = "docs/samples")]
    data: PathBuf,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    target: String,
}

/// A data set on the server.
struct Set {
    name: String,
    target: String,
    id: DatasetId,
}

/// Builds the server in release, stops some searches and cancels some, runs others of 5, 20 and 60 seconds, and prints
/// what each took: about nine minutes.
///
/// # Errors
/// When a step fails, or a bar is missed.
pub fn budget(options: &Options) -> Result<()> {
    let data = peers::with_manifest(&options.data)?;
    say::step("building the server (release)");
    process::build()?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let server = Pinned::server_unpinned(folder.path())?;
    let mut client = scene::sign_up(&server.address)?;
    let text = std::fs::read_to_string(data.join("manifest.json"))?;
    let listed: Vec<Listed> = serde_json::from_str(&text).context("a manifest of another form")?;
    let mut sets = Vec::new();
    for Listed { name, target } in listed {
        let csv = std::fs::read(data.join(format!("{name}.csv")))?;
        let id = scene::upload(&mut client, &name, &csv)?;
        sets.push(Set { name, target, id });
    }
    if sets.is_empty() {
        bail!("{} lists no data set", data.display());
    }
    let id = scene::upload(&mut client, "made", made().as_bytes())?;
    let large = Set { name: "made".to_owned(), target: "y".to_owned(), id };
    let mut missed = ends(&mut client, sets.iter().take(ENDED - 1).chain([&large]))?;
    missed += budgets(&mut client, &sets, &large)?;
    if missed > 0 {
        bail!("{missed} runs took longer than they may");
    }
    say::done("every run ended in time");
    Ok(())
}

/// Runs that end by themselves; how many took too long.
fn budgets(client: &mut Client, sets: &[Set], large: &Set) -> Result<usize> {
    let (mut missed, mut next) = (0, 0);
    println!("\n  {:<16} {:>7} {:>8} {:>8} {:>7}  score", "data set", "budget", "taken", "over", "trials");
    for (budget, runs) in BUDGETS {
        for at in 0..runs {
            // The large one once for each budget, the others in turn.
            let set = if at == 1 { large } else { &sets[next % sets.len()] };
            next += usize::from(at != 1);
            let begun = Instant::now();
            let run = start(client, set, budget)?;
            let (run, taken) = (wait(client, &run)?, begun.elapsed().as_secs_f64());
            let is_late = taken > budget * (1.0 + OVER.0) + OVER.1;
            missed += usize::from(is_late);
            let over = format!("{:+.1} %", (taken / budget - 1.0) * 100.0);
            let (trials, score) = score(client, &run)?;
            let verdict = if is_late { "  too late" } else { "" };
            println!("  {:<16} {budget:>7} {taken:>8.2} {over:>8} {trials:>7}  {score}{verdict}", set.name);
        }
    }
    Ok(missed)
}

/// Runs that somebody ends; how many took too long.
fn ends<'a>(client: &mut Client, sets: impl Iterator<Item = &'a Set>) -> Result<usize> {
    let mut missed = 0;
    println!("  {:<16} {:>13} {:>12}  kept", "data set", "stop and keep", "cancel");
    for set in sets {
        let stop = |client: &mut Client, id: &str| client.call::<StopRun>(&[id], &NONE.0, &NONE.1);
        let cancel = |client: &mut Client, id: &str| client.call::<CancelRun>(&[id], &NONE.0, &NONE.1);
        let (kept, stopped) = ended(client, set, &stop)?;
        let (run, cancelled) = ended(client, set, &cancel)?;
        if run.status != RunStatus::Cancelled {
            bail!("a cancelled run ended as {:?}", run.status);
        }
        missed += [stopped, cancelled].iter().filter(|taken| **taken > BAR_ENDED).count();
        let (trials, score) = score(client, &kept)?;
        println!("  {:<16} {stopped:>11.2} s {cancelled:>10.2} s  {score} after {trials} trials", set.name);
    }
    Ok(missed)
}

/// Ends a run in the middle; how it ended, and after how many seconds.
fn ended(
    client: &mut Client,
    set: &Set,
    end: &dyn Fn(&mut Client, &str) -> Result<Run>,
) -> Result<(Run, f64)> {
    let run = start(client, set, 60.0)?;
    std::thread::sleep(UNTIL_ENDED);
    let asked = Instant::now();
    end(client, &run.id.to_string())?;
    let run = wait(client, &run)?;
    Ok((run, asked.elapsed().as_secs_f64()))
}

fn start(client: &mut Client, set: &Set, budget: f64) -> Result<Run> {
    // A session does not last as long as the bench.
    client.call::<Refresh>(&[], &NONE.0, &NONE.1)?;
    let asked =
        json!({"dataset_id": set.id, "target": set.target, "name": set.name, "budget_seconds": budget});
    let body: StartRunBody = serde_json::from_value(asked)?;
    client.call::<StartRun>(&[], &NONE.0, &body)
}

fn wait(client: &mut Client, run: &Run) -> Result<Run> {
    loop {
        let now = client.call::<GetRun>(&[&run.id.to_string()], &NONE.0, &NONE.1)?;
        if now.status.is_final() {
            return Ok(now);
        }
        std::thread::sleep(LOOK);
    }
}

/// The number of trials, and the score of the model on the rows that it did not learn from.
fn score(client: &mut Client, run: &Run) -> Result<(u32, String)> {
    let Some(id) = run.model_id else { bail!("a run made no model: {:?}", run.error) };
    let model = client.call::<GetModel>(&[&id.to_string()], &NONE.0, &NONE.1)?;
    let value = model.metrics.get(&model.metric).copied().unwrap_or(f64::NAN);
    let family = serde_json::to_value(model.algorithm)?;
    let family = family.as_str().unwrap_or_default();
    Ok((model.trials, format!("{} {value:.4} ({family})", model.metric)))
}

/// Twelve columns: nine numbers, two categories, and a number that depends on some of them.
fn made() -> String {
    let mut state = 9_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 33) as u32) / f64::from(1_u32 << 31)
    };
    let mut text = "a,b,c,d,e,f,g,h,i,kind,place,y\n".to_owned();
    for _ in 0..MADE_ROWS {
        let x: Vec<f64> = (0..9).map(|_| 4.0 * draw() - 2.0).collect();
        let (kind, place) = ((draw() * 8.0) as u32, (draw() * 60.0) as u32);
        let y = 2.0 * x[0] + x[1] * x[2] + 1.5 * x[3].abs() + f64::from(kind % 3) * x[4];
        let y = y + 0.3 * f64::from(place % 7) + draw() + draw() - 1.0;
        x.iter().for_each(|x| text.push_str(&format!("{x:.4},")));
        text.push_str(&format!("k{kind},p{place},{y:.4}\n"));
    }
    text
}

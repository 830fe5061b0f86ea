//! How long lists feel in a real browser: 100,000 data sets and 100,000 entries of the audit log.
//!
//! `cargo xtask bench lists` builds what this needs and runs it. The rows are copied in the database while the program
//! is down, so that the lists are as long as they would be after years; the chain of the log is not valid then, which
//! no list looks at. Prints milliseconds, the median and the slowest of some tries.
#![allow(clippy::disallowed_methods, missing_docs)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use contract::NoQuery;
use contract::datasets::{DatasetStatus, GetDataset, UploadDataset, UploadQuery};
use e2e::{Browser, Client, Program, Result, Setup, wait_for, wait_within};
use serde_json::json;

/// Who looks.
const EMAIL: &str = "ada@example.com";
/// Rows of each list.
const ROWS: u32 = 100_000;
/// Tries of each step.
const TRIES: usize = 5;
/// Pages of the log that are read one after the other.
const PAGES: usize = 20;
/// A first page with this long a database behind it may take this long on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Copies the only data set and the entries of the log until there are as many rows as asked for.
const COPY: &str = r#"
import json, sqlite3, sys
db, wanted = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
def copies(table, key, number):
    columns = [c[1] for c in db.execute(f"PRAGMA table_info({table})")]
    rows = db.execute(f"SELECT * FROM {table}").fetchall()
    have = len(rows)
    for at in range(wanted - have):
        row = dict(zip(columns, rows[at % have]))
        # The last characters of an id count in base 32: still an id, and in the order in which it was made.
        row[key] = row[key][:-8] + "%08d" % at
        if number:
            row[number] = have + 1 + at
            row["body"] = json.dumps(json.loads(row["body"]) | {number: row[number], key: row[key]})
        for moment in ("created_at", "occurred_at"):
            if moment in row:
                row[moment] += at
        marks = ",".join("?" * len(columns))
        yield f"INSERT INTO {table} VALUES ({marks})", [row[c] for c in columns]
for table, key, number in (("datasets", "id", None), ("audit_events", "id", "sequence")):
    for statement, values in copies(table, key, number):
        db.execute(statement, values)
db.execute("UPDATE audit_heads SET sequence = ?", (wanted,))
db.commit()
db.execute("ANALYZE")
db.commit()
"#;

/// Milliseconds since the page was asked for, once as many rows of a table stand on it.
const SETTLED: &str =
    "return document.querySelectorAll('tbody tr').length >= arguments[0] ? performance.now() : null";

/// Begins to write down every stretch of work that keeps the page from answering.
const WATCH: &str = "window.__stalls = [];
    new PerformanceObserver((list) => list.getEntries().forEach((one) => window.__stalls.push(one.duration)))
        .observe({ type: 'longtask' });";

/// The longest such stretch, in milliseconds; none is under 50.
const STALLS: &str = "return Math.max(0, ...window.__stalls)";

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = after_years(folder.path())?;
    let browser = Browser::open()?;
    let page = |path: &str| format!("{}{path}", program.address());
    tries("sign-in page, usable", || {
        browser.visit(&page("/sign-in"))?;
        browser.find("input[type=password]")?;
        now(&browser)
    })?;
    browser.fill_labelled("Email", EMAIL)?;
    browser.fill_labelled("Password", e2e::PASSWORD)?;
    browser.press("Sign in")?;
    browser.find("nav")?;
    let home =
        wait_for("the home page", || Ok(Some(browser.path()?).filter(|path| path.starts_with("/t/"))))?;
    let home = home.split('/').take(3).collect::<Vec<_>>().join("/");
    tries("home, usable", || {
        browser.visit(&page(&home))?;
        browser.find("main h1")?;
        now(&browser)
    })?;
    let listed = |path: &str, rows: u32| -> Result<f64> {
        browser.visit(&page(&format!("{home}{path}")))?;
        settled(&browser, rows)
    };
    tries("data sets, first page", || listed("/datasets", 25))?;
    tries("audit log, first page", || listed("/audit", 100))?;
    tries("audit log by action", || listed("/audit?action=dataset.uploaded", 100))?;
    tries("audit log by free text", || listed("/audit?q=penguins", 100))?;
    tries("audit log, free text that nothing holds", || {
        browser.visit(&page(&format!("{home}/audit?q=zanzibar")))?;
        browser.find_text("Nothing matches")?;
        now(&browser)
    })?;

    listed("/audit", 100)?;
    read_on(&browser)
}

/// A program on a folder with lists as long as they would be after years.
fn after_years(folder: &Path) -> Result<Program> {
    let data = folder.join("data");
    let setup = Setup { data_dir: Some(data.clone()), ..Setup::default() };
    let mut program = Program::start_with(&setup)?;
    let client = Client::sign_up(program.address(), EMAIL, "Harbour")?;
    let csv = std::fs::read(e2e::root().join("docs/samples/penguins.csv"))?;
    let query = UploadQuery { name: Some("penguins".to_owned()) };
    let uploaded =
        client.upload::<UploadDataset>(&query, "text/csv", csv.len() as u64, &mut csv.as_slice())?;
    wait_for("the profile", || {
        let dataset = client.get::<GetDataset>(&[&uploaded.id.to_string()], &NoQuery {})?;
        Ok((dataset.status == DatasetStatus::Ready).then_some(()))
    })?;
    program.kill();
    let copied = Command::new("python3")
        .args(["-c", COPY])
        .arg(data.join("amaas.sqlite"))
        .arg(ROWS.to_string())
        .status()?;
    if !copied.success() {
        return Err("the rows could not be copied".into());
    }
    program.start_again()?;
    Ok(program)
}

/// Loads older entries, page by page, and scrolls down to them.
fn read_on(browser: &Browser) -> Result<()> {
    browser.run(WATCH, &[])?;
    let mut slowest = 0.0_f64;
    for _ in 1..=PAGES {
        let begun = now(browser)?;
        let before = text(browser)?;
        browser.press("Load older")?;
        wait_within(PATIENCE, "older entries", || Ok((text(browser)? != before).then_some(())))?;
        browser.run("window.scrollTo(0, document.body.scrollHeight)", &[])?;
        slowest = slowest.max(now(browser)? - begun);
    }
    let stall = browser.run(STALLS, &[])?.as_f64().unwrap_or(f64::NAN);
    println!("{PAGES} older pages one by one, slowest                {slowest:>7.0} ms");
    println!("longest stretch without an answer while scrolling   {stall:>7.0} ms (0: none of 50 or more)");
    Ok(())
}

fn now(browser: &Browser) -> Result<f64> {
    Ok(browser.run("return performance.now()", &[])?.as_f64().unwrap_or(f64::NAN))
}

/// What stands on the page; below the table it says how many entries were read, as the copies look alike.
fn text(browser: &Browser) -> Result<serde_json::Value> {
    browser.run("return document.querySelector('main').innerText", &[])
}

fn settled(browser: &Browser, rows: u32) -> Result<f64> {
    wait_within(PATIENCE, "the rows", || Ok(browser.run(SETTLED, &[json!(rows)])?.as_f64()))
}

fn tries(what: &str, mut step: impl FnMut() -> Result<f64>) -> Result<()> {
    let mut taken = (0..TRIES).map(|_| step()).collect::<Result<Vec<f64>>>()?;
    taken.sort_by(f64::total_cmp);
    println!("{what:<50} {:>7.0} ms, slowest {:.0}", taken[TRIES / 2], taken[TRIES - 1]);
    Ok(())
}

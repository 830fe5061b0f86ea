//! How fast a large mixed CSV becomes a typed, profiled table, and how much memory that takes:
//! `cargo run --release -p engine --example read_bench -- FILE [MEGABYTES] [THREADS]`.
//!
//! Writes the file if it is not there: 17 columns of whole numbers, fractions, short categories, dates, text and gaps,
//! the same bytes on every machine. `xtask/bench/read.py` reads the same file with pandas and prints the same figures.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use engine::IntakeOptions;

const WORDS: [&str; 24] = [
    "delivery", "late", "box", "open", "returned", "called", "twice", "customer", "asked", "invoice", "paid",
    "broken", "screen", "new", "address", "please", "check", "stock", "order", "again", "green", "small",
    "next", "week",
];
const CITIES: [&str; 16] = [
    "Berlin", "Paris", "Lyon", "Oslo", "Rome", "Milan", "Madrid", "Porto", "Vienna", "Graz", "Prague",
    "Brno", "Warsaw", "Gdansk", "Zurich", "Basel",
];

/// Numbers by chance that are the same everywhere (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn row(id: u64, chance: &mut Chance, line: &mut String) {
    line.clear();
    let gap = |chance: &mut Chance, share: u64| chance.below(100) < share;
    write!(line, "{id},{},", 18 + chance.below(70)).unwrap();
    if !gap(chance, 5) {
        write!(line, "{}", chance.below(400)).unwrap();
    }
    write!(line, ",{},", 12_000 + chance.below(180_000)).unwrap();
    write!(line, "{:.2},", 1.0 + chance.unit() * 2_000.0).unwrap();
    if !gap(chance, 8) {
        write!(line, "{:.1}", 40.0 + chance.unit() * 90.0).unwrap();
    }
    write!(line, ",{:.6},{},{:.5},", chance.unit(), chance.unit() * 10.0, -90.0 + chance.unit() * 180.0)
        .unwrap();
    if !gap(chance, 20) {
        write!(line, "{:.2}", chance.unit() * 500.0 - 100.0).unwrap();
    }
    write!(line, ",{},", CITIES[chance.below(16) as usize]).unwrap();
    write!(line, "{},", ["A", "B", "C", "D", "E"][chance.below(5) as usize]).unwrap();
    if !gap(chance, 10) {
        line.push_str(["web", "shop", "phone", "partner"][chance.below(4) as usize]);
    }
    write!(line, ",{},", ["true", "false"][chance.below(2) as usize]).unwrap();
    let (year, month, day) = (2010 + chance.below(15), 1 + chance.below(12), 1 + chance.below(28));
    write!(line, "{year}-{month:02}-{day:02},").unwrap();
    let (hour, minute, second) = (chance.below(24), chance.below(60), chance.below(60));
    write!(line, "2024-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02},").unwrap();
    let quoted = chance.below(10) == 0;
    line.push_str(if quoted { "\"" } else { "" });
    for at in 0..2 + chance.below(4) {
        let between = if at == 0 {
            ""
        } else if quoted {
            ", "
        } else {
            " "
        };
        write!(line, "{between}{}", WORDS[chance.below(24) as usize]).unwrap();
    }
    line.push_str(if quoted { "\"\n" } else { "\n" });
}

fn write_file(path: &str, bytes: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let header = "id,age,visits,income,price,weight,score,ratio,latitude,amount,city,segment,channel,active,joined,\
                  seen,remark\n";
    file.write_all(header.as_bytes()).unwrap();
    let (mut chance, mut line, mut written, mut id) = (Chance(7), String::new(), header.len() as u64, 0);
    while written < bytes {
        id += 1;
        row(id, &mut chance, &mut line);
        file.write_all(line.as_bytes()).unwrap();
        written += line.len() as u64;
    }
    file.flush().unwrap();
}

/// Processor seconds of the whole process with the threads that have ended (Linux, to a hundredth), else seconds since
/// the start.
fn cpu_seconds(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").ok();
    let ticks = stat.and_then(|text| {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some(field(11)? + field(12)?)
    });
    ticks.map_or_else(|| start.elapsed().as_secs_f64(), |ticks| ticks / 100.0)
}

/// The most memory the process has had, in bytes (Linux).
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "read_bench.csv".to_owned());
    let megabytes: u64 = arguments.next().map_or(200, |text| text.parse().unwrap());
    let threads: usize = arguments.next().map_or(1, |text| text.parse().unwrap());
    if !std::fs::exists(&path).unwrap() {
        write_file(&path, megabytes * 1_000_000);
    }
    let bytes = std::fs::read(&path).unwrap();
    let size = bytes.len() as f64 / 1e6;
    let start = Instant::now();
    let before = cpu_seconds(start);
    let options = IntakeOptions { threads, ..IntakeOptions::default() };
    let intake = engine::read(&bytes, &options).unwrap();
    let read_at = (cpu_seconds(start), start.elapsed().as_secs_f64());
    let profile = engine::profile(&intake.table);
    let (cpu, wall) = (cpu_seconds(start) - before, start.elapsed().as_secs_f64());
    let read_cpu = read_at.0 - before;
    println!(
        "ours    {size:.0} MB, {} rows x {} columns, {threads} threads",
        intake.table.rows,
        intake.table.columns.len()
    );
    println!(
        "        read {read_cpu:.2} s, profile {:.2} s of processor time; {wall:.2} s passed",
        cpu - read_cpu
    );
    println!("        {:.0} MB per processor second with types, dates and profile", size / cpu);
    if let Some(peak) = peak() {
        println!("        peak memory {:.0} MB, {:.2} times the file", peak / 1e6, peak / 1e6 / size);
    }
    let kinds: Vec<&str> = intake.table.columns.iter().map(|column| column.kind.as_str()).collect();
    println!("        {}; {} rejected", kinds.join(" "), intake.rejected);
    std::hint::black_box(profile);
}

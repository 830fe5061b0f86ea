//! More load than there is capacity for, and a noisy tenant beside a quiet one.
//!
//! The load comes from threads with a connection each, which send at the moments of a schedule; one that is behind
//! sends at once, so that connections bound what is under way. Ratios of speed are told, never asserted: the
//! machine may have other things to do.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use contract::api_keys::{CreateApiKey, KeyScope};
use contract::datasets::{DatasetStatus, GetDataset, UploadDataset, UploadQuery};
use contract::endpoints::CreateEndpoint;
use contract::predictions::Predict;
use contract::training::{GetRun, StartRun};
use contract::{Call, NoQuery};
use e2e::{Client, Program, Setup, wait_for};
use serde_json::json;
use torture::Torture;

use super::memory;

/// Connections of the load that the capacity is measured by.
const CONNECTIONS: usize = 16;
/// Connections under overload: as many as are under way at once at most.
const MANY: usize = 200;
/// A server that takes longer than this for an answer has dropped the call.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the memory may grow by.
const GROWTH: f64 = 1.25;

/// A tenant's predict call as bytes.
struct Caller(Vec<u8>);

/// What answers came, and how soon.
#[derive(Default)]
struct Tally {
    statuses: BTreeMap<u16, u64>,
    /// Of the calls that were answered 200, from the sending to the last byte.
    took: Vec<Duration>,
    /// Calls without a whole answer.
    dropped: u64,
    /// Refusals that don't say when to try again.
    unexplained: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        for (status, number) in other.statuses {
            *self.statuses.entry(status).or_default() += number;
        }
        self.took.extend(other.took);
        self.dropped += other.dropped;
        self.unexplained += other.unexplained;
    }

    fn good(&self) -> u64 {
        self.statuses.get(&200).copied().unwrap_or_default()
    }

    fn answers(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// Everything that a client of an overloaded server must not meet.
    fn bad(&self) -> u64 {
        let other = self.statuses.iter().filter(|(status, _)| ![200, 429, 503].contains(*status));
        other.map(|(_, number)| number).sum::<u64>() + self.dropped + self.unexplained
    }

    fn p99(&self) -> Duration {
        super::p99(self.took.clone())
    }
}

/// A connection that is made anew when the server closes it.
struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer's status, and whether a refusal says when to try again.
struct Answer {
    status: u16,
    has_retry_after: bool,
}

impl Connection {
    fn ask(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                none.insert(stream)
            }
        };
        stream.write_all(request)?;
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            read_more(stream, &mut self.buffer)?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        let whole = head + length.parse::<usize>().map_err(std::io::Error::other)?;
        while self.buffer.len() < whole {
            read_more(stream, &mut self.buffer)?;
        }
        self.buffer.drain(..whole);
        if text.contains("\r\nconnection: close") {
            self.close();
        }
        let status = text.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or_default();
        Ok(Answer { status, has_retry_after: text.contains("\r\nretry-after: ") })
    }

    fn close(&mut self) {
        self.stream = None;
        self.buffer.clear();
    }
}

fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk)? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        read => {
            buffer.extend_from_slice(&chunk[..read]);
            Ok(())
        }
    }
}

/// One connection's share of a load: a call each `interval` from its start on, late ones at once.
fn one(address: SocketAddr, request: &[u8], start: Duration, interval: Duration, length: Duration) -> Tally {
    let mut connection = Connection { address, stream: None, buffer: Vec::new() };
    let mut tally = Tally::default();
    let began = Instant::now();
    let mut due = start;
    while due.max(began.elapsed()) < length {
        // The schedule of the load, not a wait for something to happen.
        std::thread::sleep(due.saturating_sub(began.elapsed()));
        due += interval;
        let sent = Instant::now();
        match connection.ask(request) {
            Ok(answer) => {
                *tally.statuses.entry(answer.status).or_default() += 1;
                match answer.status {
                    200 => tally.took.push(sent.elapsed()),
                    _ => tally.unexplained += u64::from(!answer.has_retry_after),
                }
            }
            Err(_) => {
                tally.dropped += 1;
                connection.close();
            }
        }
    }
    tally
}

/// A load of so many calls a second over all connections together; as many as are answered when it is none.
fn load(
    address: SocketAddr,
    Caller(request): &Caller,
    connections: usize,
    per_second: Option<f64>,
    length: Duration,
) -> Tally {
    let apart = per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
    let interval = apart * u32::try_from(connections).unwrap();
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..u32::try_from(connections).unwrap())
            .map(|at| {
                let hand = std::thread::Builder::new().stack_size(128 << 10);
                hand.spawn_scoped(scope, move || one(address, request, apart * at, interval, length)).unwrap()
            })
            .collect();
        let mut all = Tally::default();
        hands.into_iter().for_each(|hand| all.add(hand.join().unwrap()));
        all
    })
}

/// A tenant with a model on an endpoint and a key, made through the API.
fn tenant(program: &Program, name: &str) -> Caller {
    let client =
        Client::sign_up(program.address(), &format!("{name}@example.com"), &format!("{name} Ltd")).unwrap();
    let rows: String = (1..=200).map(|n| format!("{n},{},{}\n", n * 7 % 13, n * 3 + n * 7 % 13)).collect();
    let file = format!("size,rooms,price\n{rows}");
    let query = UploadQuery { name: Some("houses".to_owned()) };
    let sent =
        client.upload::<UploadDataset>(&query, "text/csv", file.len() as u64, &mut file.as_bytes()).unwrap();
    wait_for("the description of the file", || {
        let dataset = client.get::<GetDataset>(&[&sent.id.to_string()], &NoQuery {})?;
        Ok((dataset.status == DatasetStatus::Ready).then_some(()))
    })
    .unwrap();
    let settings = json!({ "dataset_id": sent.id, "target": "price", "algorithms": ["linear"] });
    let run = client.call::<StartRun>(&[], &serde_json::from_value(settings).unwrap()).unwrap();
    let model =
        wait_for("the model", || Ok(client.get::<GetRun>(&[&run.id.to_string()], &NoQuery {})?.model_id))
            .unwrap();
    let endpoint = json!({ "name": "houses", "model_id": model });
    client.call::<CreateEndpoint>(&[], &serde_json::from_value(endpoint).unwrap()).unwrap();
    let key = json!({ "name": "load", "scopes": [KeyScope::Predict] });
    let key = client.call::<CreateApiKey>(&[], &serde_json::from_value(key).unwrap()).unwrap();
    let body = r#"{"rows":[{"size":12,"rooms":3}]}"#;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        Predict::url(&["houses"]),
        key.secret,
        body.len()
    );
    Caller(format!("{head}{body}").into_bytes())
}

/// The program, with this many calls a second in the plan of every tenant and key.
fn program(rate: u32) -> (Program, SocketAddr) {
    let environment = super::with_rate(rate).to_vec();
    let program = Program::start_with(&Setup { environment, ..Setup::default() }).unwrap();
    let address = program.address().trim_start_matches("http://").parse().unwrap();
    (program, address)
}

/// The memory now as a share of what it was, and 1 when that is too much.
fn growth(program: &Program, before: u64) -> (f64, u64) {
    let share = memory(program, "VmRSS") as f64 / before as f64;
    (share, u64::from(share > GROWTH))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[test]
fn torture_ten_times_the_capacity_leaves_goodput_and_memory_as_they_were() {
    let torture = Torture::begin("T83–T84", "ten times the capacity on predict");
    let seconds = |short, full| Duration::from_secs(torture.times(short, full));
    let (program, address) = program(10_000_000);
    let caller = tenant(&program, "ada");
    load(address, &caller, CONNECTIONS, None, seconds(1, 5));
    let before = load(address, &caller, CONNECTIONS, None, seconds(2, 10));
    let capacity = before.good() as f64 / seconds(2, 10).as_secs_f64();
    assert!(capacity > 0.0, "no call was answered");
    let memory = memory(&program, "VmRSS");
    let over = load(address, &caller, MANY, Some(capacity * 10.0), seconds(3, 30));
    let goodput = over.good() as f64 / seconds(3, 30).as_secs_f64();
    let after = load(address, &caller, CONNECTIONS, None, seconds(2, 10));
    let again = after.good() as f64 / seconds(2, 10).as_secs_f64();
    let (share, grown) = growth(&program, memory);
    let figure = format!(
        "capacity {capacity:.0}/s; {:.0}/s offered: goodput {:.0} %, answers {:?}; then {:.0} % of capacity, p99 {:.1} ms before, {:.1} ms after; memory {share:.2} ×",
        capacity * 10.0,
        100.0 * goodput / capacity,
        over.statuses,
        100.0 * again / capacity,
        millis(before.p99()),
        millis(after.p99()),
    );
    let all = [&before, &over, &after];
    torture.end(
        all.iter().map(|tally| tally.answers()).sum(),
        all.iter().map(|tally| tally.bad()).sum::<u64>() + grown,
        figure,
    );
}

#[test]
fn torture_a_tenant_at_a_hundred_times_its_rate_leaves_a_quiet_one_alone() {
    const RATE: u32 = 100;
    let torture = Torture::begin("T86", "a quiet tenant beside one at a hundred times its rate");
    let length = Duration::from_secs(torture.times(3, 30));
    let (program, address) = program(RATE);
    let (quiet, noisy) = (tenant(&program, "quiet"), tenant(&program, "noisy"));
    let calm = || load(address, &quiet, 4, Some(f64::from(RATE) / 2.0), length);
    load(address, &quiet, 4, Some(f64::from(RATE) / 2.0), Duration::from_secs(1));
    let alone = calm();
    let memory = memory(&program, "VmRSS");
    let (beside, noise) = std::thread::scope(|scope| {
        let noise = scope.spawn(|| load(address, &noisy, MANY, Some(f64::from(RATE) * 100.0), length));
        let beside = calm();
        (beside, noise.join().unwrap())
    });
    let (share, grown) = growth(&program, memory);
    // The quiet one stays within its rate: every call of it must be answered.
    let refused: u64 = [&alone, &beside].iter().map(|tally| tally.answers() - tally.good()).sum();
    let figure = format!(
        "quiet p99 {:.1} ms alone, {:.1} ms beside ({:.2} ×), {refused} refused; the noisy one's answers {:?}; memory {share:.2} ×",
        millis(alone.p99()),
        millis(beside.p99()),
        beside.p99().as_secs_f64() / alone.p99().as_secs_f64().max(1e-9),
        noise.statuses,
    );
    let all = [&alone, &beside, &noise];
    torture.end(
        all.iter().map(|tally| tally.answers()).sum(),
        all.iter().map(|tally| tally.bad()).sum::<u64>() + refused + grown,
        figure,
    );
}

//! SIGTERM while calls are under way: each of them is answered, and the program ends by itself.

use super::{assert_laws, setup};
use e2e::scene::{ENDPOINT, PATIENCE, row, serve};
use e2e::{Client, Program, Result, Signal};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use torture::Torture;

/// A call whose head is read by the server and whose body has not come yet.
struct Held {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Held {
    fn begin(address: &str, secret: &str, rows: usize) -> Result<Self> {
        let stream = TcpStream::connect(address.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let body = serde_json::to_vec(&serde_json::json!({ "rows": vec![row(); rows] }))?;
        let head = format!(
            "POST /v1/endpoints/{ENDPOINT}/predict HTTP/1.1\r\nhost: amaas\r\nauthorization: Bearer {secret}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
            body.len()
        );
        (&stream).write_all(head.as_bytes())?;
        let mut held = Self { stream: BufReader::new(stream), body };
        // The server asks for the body: from here on it has the call.
        let line = held.line()?;
        if !line.contains("100") {
            return Err(format!("expected 100 Continue, got {line}").into());
        }
        held.line()?;
        Ok(held)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Sends the body; whether the whole answer came, and how many predictions were in it.
    fn finish(mut self) -> Result<usize> {
        self.stream.get_ref().write_all(&self.body)?;
        let status = self.line()?;
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        if !status.contains("200") {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&answer)).into());
        }
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        Ok(answer["predictions"].as_array().map_or(0, Vec::len))
    }
}

#[test]
fn torture_a_program_that_is_told_to_end_answers_what_is_under_way() {
    let torture = Torture::begin("T91", "SIGTERM while calls are under way");
    let mut program = Program::start_with(&setup(&[])).unwrap();
    let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
    let secret = serve(&person).unwrap();
    let rounds = torture.times(3, 50);
    let mut dice = torture.dice();
    let (mut bad, mut answered) = (0, 0);
    for _ in 0..rounds {
        let rows = 1 + usize::try_from(dice.below(500)).unwrap();
        let held: Vec<Held> =
            (0..8).map(|_| Held::begin(program.address(), &secret, rows).unwrap()).collect();
        program.process().signal(Signal::TERM);
        for call in held {
            match call.finish() {
                Ok(predictions) if predictions == rows => answered += 1,
                other => {
                    println!("{other:?}");
                    bad += 1;
                }
            }
        }
        bad += u64::from(!program.process().ends(PATIENCE).unwrap());
        assert_laws(&program);
        program.start_again().unwrap();
    }
    torture.end(rounds, bad, format!("{answered} calls under way, every one answered; every end with 0"));
}

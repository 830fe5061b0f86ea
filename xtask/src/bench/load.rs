//! A closed loop of keep-alive connections from one thread: each connection has one request under way, always.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A server that takes longer than this for an answer is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes of the requests, one for each key.
pub struct Requests {
    all: Vec<Vec<u8>>,
    /// The size of each body.
    pub body_bytes: usize,
}

impl Requests {
    /// Predict calls with the same body, of this media type, by each of the keys.
    pub fn new(path: &str, media: &str, body: &str, keys: &[String]) -> Self {
        let request = |key: &String| {
            format!(
                "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes()
        };
        Self { all: keys.iter().map(request).collect(), body_bytes: body.len() }
    }
}

/// Connections with a request under way on each, once it runs.
pub struct Load {
    connections: Vec<Connection>,
    under_way: bool,
    random: u64,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What is read into; made once, so that the load costs little beside the servers.
    chunk: Box<[u8]>,
}

impl Load {
    /// Connects.
    ///
    /// # Errors
    /// When the server does not accept.
    pub fn connect(address: &SocketAddr, connections: usize) -> Result<Self> {
        let connect = |_| -> Result<Connection> {
            let stream = TcpStream::connect(address).context("no connection")?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(Connection { stream, buffer: Vec::new(), chunk: vec![0; 65_536].into_boxed_slice() })
        };
        let connections = (0..connections).map(connect).collect::<Result<_>>()?;
        Ok(Self { connections, under_way: false, random: 0x9e37_79b9_7f4a_7c15 })
    }

    /// Keeps the server busy for `length`; how many requests were answered in that time. Requests stay under way.
    ///
    /// # Errors
    /// When an answer is not 200.
    pub fn run(&mut self, requests: &Requests, length: Duration) -> Result<u64> {
        if !self.under_way {
            for connection in &mut self.connections {
                connection.stream.write_all(pick(&mut self.random, requests))?;
            }
            self.under_way = true;
        }
        let until = Instant::now() + length;
        let mut answered = 0;
        while Instant::now() < until {
            for connection in &mut self.connections {
                connection.answer()?;
                connection.stream.write_all(pick(&mut self.random, requests))?;
                answered += 1;
            }
        }
        Ok(answered)
    }

    /// Reads what is still under way.
    ///
    /// # Errors
    /// When an answer is not 200.
    pub fn drain(&mut self) -> Result<()> {
        self.under_way = false;
        self.connections.iter_mut().try_for_each(Connection::answer)
    }
}

/// The request of a key at random (xorshift64).
fn pick<'a>(random: &mut u64, requests: &'a Requests) -> &'a [u8] {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    let place = usize::try_from(*random >> 33).unwrap_or_default() % requests.all.len();
    &requests.all[place]
}

impl Connection {
    /// Reads one whole answer, which must be 200 with a Content-Length.
    fn answer(&mut self) -> Result<()> {
        loop {
            if let Some(length) = whole(&self.buffer)? {
                self.buffer.drain(..length);
                return Ok(());
            }
            let read = self.stream.read(&mut self.chunk)?;
            self.buffer.extend_from_slice(&self.chunk[..read]);
            if read == 0 {
                bail!("the server closed a connection");
            }
        }
    }
}

/// The length of the answer that the buffer begins with; none when it is not all there yet.
fn whole(buffer: &[u8]) -> Result<Option<usize>> {
    let Some(head) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&buffer[..head]).context("a head that is no text")?;
    if !text.starts_with("HTTP/1.1 200") {
        bail!("an answer that is not 200: {text}\n{}", String::from_utf8_lossy(&buffer[head..]));
    }
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    };
    let body = text.lines().find_map(field).context("an answer without a length")?;
    let length = head + 4 + body;
    Ok((buffer.len() >= length).then_some(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcHTTP";
        assert_eq!(whole(text).unwrap(), Some(text.len() - 4));
        assert_eq!(whole(&text[..text.len() - 5]).unwrap(), None);
        assert_eq!(whole(b"HTTP/1.1 200").unwrap(), None);
        assert!(whole(b"HTTP/1.1 429 Too Many\r\n\r\n").is_err());
    }
}

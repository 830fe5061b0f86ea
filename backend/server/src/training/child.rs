//! The parent's side of the fit: starts the child, feeds it, reads its words, and ends it when time or patience is over.

use super::protocol::{KEEP, Learned, Order, Reason, Step, Word};
use crate::config::Config;
use bytes::Bytes;
use std::{convert::Infallible, io, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::watch,
};

/// The last of what a crashed child wrote to its error stream.
const LAST_WORDS: usize = 2000;

/// How a child ended.
#[derive(Debug)]
pub enum End {
    /// With a model and its bytes.
    Trained(Box<Learned>, Bytes),
    /// With a reason that trying again would not change.
    Failed(Reason),
    /// It took more time than it may.
    TooLong,
    /// It took more memory than it may.
    TooLarge,
    /// It died; the text is for the log.
    Crashed(String),
}

/// A child at work. Dropping it ends it.
#[derive(Debug)]
pub struct Fit {
    child: Child,
    output: BufReader<ChildStdout>,
    limit: Duration,
}

impl Fit {
    /// Starts a child and gives it its order; the file is fed while its words are read.
    #[allow(clippy::disallowed_methods)] // the one place that starts children
    pub fn start(config: &Config) -> io::Result<Self> {
        let program = if config.worker.program.as_os_str().is_empty() {
            std::env::current_exe()?
        } else {
            PathBuf::from(&config.worker.program)
        };
        let mut child = Command::new(program)
            .arg("fit")
            .env_clear()
            // Address space that the allocator sets aside in advance would count against the limit, or escape it.
            .env("MIMALLOC_ARENA_RESERVE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("the child has no output"))?;
        Ok(Self {
            child,
            output: BufReader::new(output),
            limit: Duration::from_secs(config.worker.run_seconds),
        })
    }

    /// Lets the child learn; `tell` hears each step in turn. When `keep` becomes true the child is told to stop its
    /// search and to hand over the best so far.
    pub async fn run<F: Future<Output = ()>>(
        mut self,
        order: &Order,
        file: Bytes,
        keep: watch::Receiver<bool>,
        tell: impl FnMut(Step) -> F,
    ) -> io::Result<End> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        let input = self.child.stdin.take().ok_or_else(|| io::Error::other("the child has no input"))?;
        let mut errors =
            self.child.stderr.take().ok_or_else(|| io::Error::other("the child has no errors"))?;
        let mut last_words = Vec::new();
        let work = async {
            let heard =
                async { tokio::join!(listen(&mut self.output, tell), errors.read_to_end(&mut last_words)).0 };
            tokio::select! {
                end = heard => end,
                never = feed(input, line, file, keep) => match never {},
            }
        };
        match tokio::time::timeout(self.limit, work).await {
            Err(_) => Ok(End::TooLong),
            Ok(Err(error)) => Err(error),
            Ok(Ok(Some(end))) => Ok(end),
            Ok(Ok(None)) => {
                let status = self.child.wait().await?;
                Ok(crashed(&status.to_string(), &last_words))
            }
        }
    }
}

/// Gives the child its order and the file, then keeps the line open to tell it when to stop. Never ends by itself: a
/// child that fails early closes its input, and its own words say why.
async fn feed(
    mut input: ChildStdin,
    line: Vec<u8>,
    file: Bytes,
    mut keep: watch::Receiver<bool>,
) -> Infallible {
    let fed = input.write_all(&line).await.is_ok() && input.write_all(&file).await.is_ok();
    drop(file);
    if fed && input.flush().await.is_ok() && keep.wait_for(|keep| *keep).await.is_ok() {
        let told = format!("{KEEP}\n");
        if input.write_all(told.as_bytes()).await.is_ok() {
            let _ = input.flush().await;
        }
    }
    std::future::pending().await
}

/// Reads words until the child has said its last; none when it ended without one.
async fn listen<F: Future<Output = ()>>(
    output: &mut BufReader<ChildStdout>,
    mut tell: impl FnMut(Step) -> F,
) -> io::Result<Option<End>> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if output.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        match serde_json::from_slice(&line)? {
            Word::Step(step) => tell(step).await,
            Word::Failed(reason) => return Ok(Some(End::Failed(reason))),
            Word::Trained(learned) => {
                let mut artefact = Vec::new();
                output.read_to_end(&mut artefact).await?;
                return Ok(Some(End::Trained(learned, artefact.into())));
            }
        }
    }
}

fn crashed(status: &str, last_words: &[u8]) -> End {
    let text = String::from_utf8_lossy(last_words);
    // What Rust's allocator says before it aborts.
    if text.contains("memory allocation of") || text.contains("out of memory") {
        return End::TooLarge;
    }
    let from = text.char_indices().rev().nth(LAST_WORDS).map_or(0, |(at, _)| at);
    End::Crashed(format!("{status}: {}", &text[from..]))
}

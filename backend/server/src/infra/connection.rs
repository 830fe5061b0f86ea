//! A connection that is watched: actix times only the first head of a connection, and no write at all.
//!
//! From the second request on, a head that is not whole within the limit after its first byte is answered 408 and the
//! connection closed; so is, without an answer, a connection whose client takes no byte for as long as a body may be silent.
//!
//! What it costs a call on a quiet connection is a look at two cells: the timer runs on by itself, and when it fires it
//! asks whether the head that it began with is still not whole. So a head has between one and two times its limit.

use actix_web::dev::Extensions;
use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// What is said to a client whose head dribbles.
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, from its first byte on.
    pub head: Duration,
    /// Without taking a byte of an answer.
    pub write: Duration,
}

/// A TCP connection under watch.
#[derive(Debug)]
pub struct Watched {
    io: TcpStream,
    line: Rc<Line>,
    patience: Patience,
    /// Runs while a head is under way, and some time on; with the number of the head that it was started for.
    head: Option<(u64, Pin<Box<Sleep>>)>,
    /// Runs while the client takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    _counted: Counted,
}

/// What the requests of a connection tell its stream.
#[derive(Debug, Default)]
pub struct Line {
    /// Heads that were whole.
    heads: Cell<u64>,
    /// Requests that are not answered yet.
    under_way: Cell<u32>,
    /// Bytes came that belong to no request yet.
    has_part: Cell<bool>,
    /// The client sends no more: it has gone, most likely.
    has_ended: Cell<bool>,
}

/// A request that is under way, until dropped.
#[derive(Debug)]
pub struct UnderWay(Rc<Line>);

/// One of the open connections.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Line {
    /// Hands the line of a connection to its requests.
    pub fn tell(watched: &Watched, extensions: &mut Extensions) {
        extensions.insert(Rc::clone(&watched.line));
    }

    /// The head of a request is whole.
    pub fn begin(self: &Rc<Self>) -> UnderWay {
        self.heads.set(self.heads.get() + 1);
        self.under_way.set(self.under_way.get() + 1);
        self.has_part.set(false);
        UnderWay(Rc::clone(self))
    }

    fn came(&self) {
        // The first head is actix's to time; what comes during a request is its body, or a head that waits its turn.
        if self.under_way.get() == 0 && self.heads.get() > 0 {
            self.has_part.set(true);
        }
    }
}

impl UnderWay {
    /// Whether the client has ended its side of the connection.
    pub fn has_lost_its_client(&self) -> bool {
        self.0.has_ended.get()
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.set(self.0.under_way.get() - 1);
    }
}

impl Watched {
    /// Watches a connection, and counts it among the open ones until it is dropped.
    pub fn new(io: TcpStream, patience: Patience, open: Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self { io, line: Rc::default(), patience, head: None, stalled: None, _counted: Counted(open) }
    }

    /// Whether a head has been under way for too long; asked when there is nothing to read.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            let (heads, has_part) = (self.line.heads.get(), self.line.has_part.get());
            match &mut self.head {
                None if !has_part => return false,
                None => {}
                Some((number, timer)) => {
                    if timer.as_mut().poll(cx).is_pending() {
                        return false;
                    }
                    // A client that still takes the answer before is not late with its next head.
                    if has_part && *number == heads && self.stalled.is_none() {
                        return true;
                    }
                    self.head = None;
                    if !has_part {
                        return false;
                    }
                }
            }
            self.head = Some((heads, Box::pin(sleep(self.patience.head))));
        }
    }

    /// What a write came to; one that the client lets wait for too long is an error.
    fn written<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let patience = self.patience.write;
        let timer = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if read.is_pending() {
            if !self.is_late(cx) {
                return Poll::Pending;
            }
            // Nothing else is being written: no request is under way. A client that does not take it loses it.
            let _ = self.io.try_write(TOO_SLOW);
            return Poll::Ready(Ok(())); // as if the client had ended its side
        }
        if buffer.filled().len() > before {
            self.line.came();
        } else {
            self.line.has_ended.set(true);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.written(cx, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

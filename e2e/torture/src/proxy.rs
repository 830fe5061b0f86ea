//! A connection that fails when it is told to: stands between a program and its database or storage, on loopback.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often a connection looks whether its mode has changed.
const LOOK: Duration = Duration::from_millis(20);
/// No message is cut at.
const NEVER: u64 = u64::MAX;

/// What is done to what passes.
#[derive(Debug)]
struct Rules {
    target: SocketAddr,
    /// Pieces that came from the clients so far: about one a call.
    calls: AtomicU64,
    /// The call at which its connection is cut.
    cut_at: AtomicU64,
    is_down: AtomicBool,
    /// Halves of connections that are open.
    open: AtomicU64,
    delay_ms: AtomicU64,
    is_over: AtomicBool,
}

impl Rules {
    /// Holds a call back for as long as calls are held now.
    fn hold(&self) {
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(self.delay_ms.load(Ordering::SeqCst))
            && !self.is_down.load(Ordering::SeqCst)
            && !self.is_over.load(Ordering::SeqCst)
        {
            thread::sleep(LOOK);
        }
    }
}

/// A proxy; it ends with the value.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    rules: Arc<Rules>,
}

impl Proxy {
    /// Starts one before `target`, on a free port.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub fn before(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let rules = Arc::new(Rules {
            target,
            calls: AtomicU64::new(0),
            cut_at: AtomicU64::new(NEVER),
            is_down: AtomicBool::new(false),
            open: AtomicU64::new(0),
            delay_ms: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        });
        let shared = Arc::clone(&rules);
        thread::spawn(move || accept(&listener, &shared));
        Ok(Self { address, rules })
    }

    /// Where clients reach it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the connection of the `nth` call from now, counted from 1, before the call arrives. Calls after it pass.
    pub fn cut_at(&self, nth: u64) {
        self.rules.calls.store(0, Ordering::SeqCst);
        self.rules.cut_at.store(nth, Ordering::SeqCst);
    }

    /// Calls since [`Proxy::cut_at`].
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.rules.calls.load(Ordering::SeqCst)
    }

    /// Whether the call to be cut has come.
    #[must_use]
    pub fn has_cut(&self) -> bool {
        self.calls() >= self.rules.cut_at.load(Ordering::SeqCst)
    }

    /// Ends every connection, and returns when they are ended, and refuses new ones; or lets them in again.
    pub fn set_down(&self, is_down: bool) {
        self.rules.is_down.store(is_down, Ordering::SeqCst);
        while is_down && self.rules.open.load(Ordering::SeqCst) > 0 {
            thread::sleep(LOOK);
        }
    }

    /// Holds every call back for so long; those that are held already as well.
    pub fn set_delay(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.rules.delay_ms.store(millis, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.rules.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn accept(listener: &TcpListener, rules: &Arc<Rules>) {
    for client in listener.incoming() {
        if rules.is_over.load(Ordering::SeqCst) {
            return;
        }
        let (Ok(client), false) = (client, rules.is_down.load(Ordering::SeqCst)) else { continue };
        let Ok(server) = TcpStream::connect(rules.target) else { continue };
        for (from, to, is_client) in [(&client, &server, true), (&server, &client, false)] {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { continue };
            let rules = Arc::clone(rules);
            rules.open.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                pass(&from, &to, is_client, &rules);
                // One half has ended: so has the other.
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
                rules.open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    }
}

/// Passes on what comes until somebody hangs up or the rules say that it ends.
fn pass(mut from: &TcpStream, mut to: &TcpStream, is_client: bool, rules: &Rules) {
    let mut piece = vec![0; 64 << 10];
    let (_, _, _) = (from.set_read_timeout(Some(LOOK)), from.set_nodelay(true), to.set_nodelay(true));
    loop {
        if rules.is_down.load(Ordering::SeqCst) || rules.is_over.load(Ordering::SeqCst) {
            return;
        }
        let much = match from.read(&mut piece) {
            Ok(0) => return,
            Ok(much) => much,
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => continue,
            Err(_) => return,
        };
        if is_client {
            let call = rules.calls.fetch_add(1, Ordering::SeqCst) + 1;
            if call == rules.cut_at.load(Ordering::SeqCst) {
                return;
            }
            rules.hold();
        }
        if to.write_all(&piece[..much]).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that says everything back.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                thread::spawn(move || std::io::copy(&mut &client, &mut &client));
            }
        });
        address
    }

    fn says_back(mut connection: &TcpStream) -> bool {
        let mut heard = [0; 2];
        connection.write_all(b"hi").is_ok() && connection.read_exact(&mut heard).is_ok() && &heard == b"hi"
    }

    #[test]
    fn the_call_that_is_named_is_cut_and_no_other() {
        let proxy = Proxy::before(echo()).unwrap();
        let connection = TcpStream::connect(proxy.address()).unwrap();
        proxy.cut_at(3);
        assert!(says_back(&connection) && says_back(&connection));
        assert!(!proxy.has_cut());
        assert!(!says_back(&connection));
        assert!(proxy.has_cut());
        assert!(says_back(&TcpStream::connect(proxy.address()).unwrap()), "calls after it pass");
    }

    #[test]
    fn a_call_that_is_held_goes_on_as_soon_as_calls_are_held_no_longer() {
        let proxy = Proxy::before(echo()).unwrap();
        let connection = TcpStream::connect(proxy.address()).unwrap();
        proxy.set_delay(Duration::from_secs(3600));
        proxy.cut_at(u64::MAX);
        thread::scope(|scope| {
            let held = scope.spawn(|| says_back(&connection));
            while proxy.calls() == 0 {
                thread::yield_now();
            }
            proxy.set_delay(Duration::ZERO);
            assert!(held.join().unwrap());
        });
    }

    #[test]
    fn while_it_is_down_nothing_passes_and_afterwards_everything() {
        let proxy = Proxy::before(echo()).unwrap();
        let connection = TcpStream::connect(proxy.address()).unwrap();
        assert!(says_back(&connection));
        proxy.set_down(true);
        while says_back(&connection) {}
        assert!(!TcpStream::connect(proxy.address()).is_ok_and(|again| says_back(&again)));
        proxy.set_down(false);
        assert!(says_back(&TcpStream::connect(proxy.address()).unwrap()));
    }
}

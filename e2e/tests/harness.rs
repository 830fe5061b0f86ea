//! The harness itself: a browser test that sees nothing wrong would be worth nothing if it could not see.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use e2e::{Browser, Look};

const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src *";

/// Serves one page on every path, with a strict policy, until the test ends.
fn serve(page: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            let is_script = request[..read].starts_with(b"GET /script.js");
            let (media, body) = if is_script { ("text/javascript", SCRIPT) } else { ("text/html", page) };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Security-Policy: {POLICY}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body.as_bytes()).unwrap();
        }
    });
    address
}

const SCRIPT: &str = "document.body.append(' ready ');
    document.body.addEventListener('drop', async event => {
      document.body.append('got ' + event.dataTransfer.files[0].name + ' ' + await event.dataTransfer.files[0].text());
    });
    document.querySelector('input').addEventListener('input', event => {
      document.body.append(' typed ' + event.target.value);
    });
    if (matchMedia('(prefers-color-scheme: dark)').matches) document.body.append(' dark ');";

const CLEAN: &str = "<!doctype html><link rel=icon href=data:,><body><input><script src=/script.js></script>";
const INLINE: &str = "<!doctype html><link rel=icon href=data:,><body><input><script>document.title = 'x'</script><script src=/script.js></script>";

#[test]
fn a_clean_page_shows_no_error_and_asks_one_host_only() {
    let address = serve(CLEAN);
    let browser = Browser::open().unwrap();
    browser.look(Look::Dark).unwrap();
    browser.visit(&format!("http://{address}/")).unwrap();
    browser.find_text("dark").unwrap();
    browser.fill("input", "hello").unwrap();
    browser.find_text("typed hello").unwrap();
    browser.drop_file("body", "a.csv", "text/csv", "a,b").unwrap();
    browser.find_text("got a.csv a,b").unwrap();
    let seen = browser.seen().unwrap();
    // The page's policy refuses its own `data:` icon: that is the browser's business, not an error of a script.
    assert_eq!(seen.hosts.into_iter().collect::<Vec<_>>(), [address.to_string()]);
}

#[test]
fn a_breach_of_the_policy_an_exception_and_a_foreign_host_are_seen() {
    let (page, foreign) = (serve(INLINE), serve(CLEAN));
    let browser = Browser::open().unwrap();
    browser.visit(&format!("http://{page}/")).unwrap();
    browser.find_text("ready").unwrap();
    let script =
        "fetch('http://' + arguments[0] + '/'); console.error('it said no'); document.body.append(' asked ')";
    browser.run(script, &[foreign.to_string().into()]).unwrap();
    browser.find_text("asked").unwrap();
    let seen = browser.seen().unwrap();
    let has = |text: &str| seen.errors.iter().any(|error| error.contains(text));
    assert!(has("Content Security Policy") && has("it said no"), "{:?}", seen.errors);
    assert!(seen.hosts.contains(&foreign.to_string()), "{:?}", seen.hosts);
}

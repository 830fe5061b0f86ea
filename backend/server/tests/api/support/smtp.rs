//! A small mail server on loopback (RFC 5321): it says what it is told to say and keeps what it was given.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the server was told and given.
#[derive(Default)]
struct Kept {
    /// The answer to a recipient; none takes them.
    refusal: Option<&'static str>,
    commands: Vec<String>,
    messages: Vec<String>,
}

/// A mail server that ends with the test.
#[derive(Clone)]
pub struct SmtpServer {
    port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl SmtpServer {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), kept: Arc::default() };
        let kept = Arc::clone(&server.kept);
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                actix_web::rt::spawn(async move { drop(talk(stream, &kept).await) });
            }
        });
        server
    }

    /// Its address in the settings.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Refuses recipients with this answer, or takes them again.
    pub fn refuse(&self, answer: Option<&'static str>) {
        self.kept.lock().unwrap().refusal = answer;
    }

    /// What was said to it.
    pub fn commands(&self) -> Vec<String> {
        self.kept.lock().unwrap().commands.clone()
    }

    /// The messages that it took.
    pub fn messages(&self) -> Vec<String> {
        self.kept.lock().unwrap().messages.clone()
    }
}

async fn talk(stream: TcpStream, kept: &Mutex<Kept>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example.com ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        kept.lock().unwrap().commands.push(line);
        let answer = match verb.as_str() {
            "EHLO" => "250-mail.example.com\r\n250 8BITMIME",
            "RCPT" => kept.lock().unwrap().refusal.unwrap_or("250 fine"),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push_str("\r\n");
                }
                kept.lock().unwrap().messages.push(message);
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

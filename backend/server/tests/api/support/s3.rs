//! A real S3 server in this process, on a free loopback port, on a temporary folder.

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

const KEY: &str = "a-key-for-tests";
const SECRET: &str = "a-secret-for-tests";
const BUCKET: &str = "files";

/// A running S3 server with one bucket; it ends with the value.
pub struct S3Server {
    endpoint: String,
    task: JoinHandle<()>,
    _folder: TempDir,
}

impl S3Server {
    /// Starts it.
    pub async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    // A caller that hangs up is no concern of the server's.
                    let _ = http.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { endpoint, task, _folder: folder }
    }

    /// The settings by which a server uses it, below a prefix.
    pub fn settings(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("storage.url", "s3://files/some/prefix"),
            ("storage.endpoint", &self.endpoint),
            ("storage.access_key_id", KEY),
            ("storage.secret_access_key", SECRET),
        ]
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

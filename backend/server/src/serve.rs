//! Runs the program: listeners, the worker, and an orderly end.

use crate::{
    app,
    context::Context,
    error::{Error, Result},
    health,
    infra::{
        connection::{Line, Patience, Watched},
        telemetry,
    },
};
use actix_http::{HttpService, error::DispatchError};
use actix_server::{GracefulShutdownSignal, Server};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App, HttpServer,
    dev::{AppConfig, ServerHandle},
    web,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{future::ready, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpSocket, TcpStream},
    signal,
};

/// A running server.
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// By which it is stopped.
    pub handle: ServerHandle,
    server: actix_web::dev::Server,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Running on {}", self.address)
    }
}

impl Running {
    /// Serves until it is stopped.
    pub async fn wait(self) -> Result<()> {
        self.server.await.map_err(Error::internal)
    }
}

/// Binds and serves the application; port 0 takes a free one.
pub fn start(context: Context, signals: Signals) -> Result<Running> {
    let config = Arc::clone(&context.config);
    let (limits, listen) = (&config.limits, &config.server.listen);
    let threads = match config.server.threads {
        0 => std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        threads => threads,
    };
    allow_files();
    let mut server = Server::build()
        .workers(threads)
        .max_concurrent_connections(limits.connections.div_ceil(threads))
        .shutdown_timeout(limits.shutdown_seconds);
    if signals == Signals::Ignore {
        server = server.disable_signals();
    }
    let listener =
        bind(listen).map_err(|error| Error::internal(format!("{listen} can't be listened on: {error}")))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    // A context serves once; the first address is the one that links lead to.
    let _ = context.address.set(address);
    let stopping = server.graceful_shutdown_signal();
    let serve = move || connections(context.clone(), stopping.clone());
    let server = server.listen("api", listener, serve).map_err(Error::internal)?.run();
    Ok(Running { address, handle: server.handle(), server })
}

/// What a connection is served by: actix's own way, on a stream that is watched.
fn connections(
    context: Context,
    stopping: GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> {
    let limits = &context.config.limits;
    let head = Duration::from_secs(limits.head_seconds);
    let patience = Patience { head, write: Duration::from_secs(limits.body_idle_seconds) };
    let open = Arc::clone(&context.connections);
    let app = app::app(context).into_factory().map_err(|error| error.error_response());
    let http = HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(head)
        .client_disconnect_timeout(Duration::from_secs(1))
        .on_connect_ext(Line::tell)
        .h1(map_config(app, |()| AppConfig::default()));
    fn_service(move |io: TcpStream| {
        let peer = io.peer_addr().ok();
        ready(Ok::<_, DispatchError>((Watched::new(io, patience, Arc::clone(&open)), peer)))
    })
    .and_then(http)
}

fn bind(listen: &str) -> std::io::Result<std::net::TcpListener> {
    let address: SocketAddr = listen.parse().map_err(std::io::Error::other)?;
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that is started again must not wait for the connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1024)?.into_std()
}

/// Connections are files: as many as the system lets us have, instead of the few of an interactive shell.
fn allow_files() {
    let now = getrlimit(Resource::Nofile);
    if setrlimit(Resource::Nofile, Rlimit { current: now.maximum, ..now }).is_err() {
        tracing::debug!("the limit of open files can't be raised");
    }
}

/// Whether SIGTERM and SIGINT stop the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signals {
    /// They do.
    Obey,
    /// Somebody else sees to it.
    Ignore,
}

/// Ends when SIGTERM or SIGINT comes.
pub fn ended() -> Result<Pin<Box<dyn Future<Output = ()>>>> {
    let signal = |kind| signal::unix::signal(kind).map_err(Error::internal);
    let mut terminate = signal(signal::unix::SignalKind::terminate())?;
    let mut interrupt = signal(signal::unix::SignalKind::interrupt())?;
    Ok(Box::pin(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }))
}

/// Serves metrics on a listener of their own, when one is set; collected they are in any case.
pub async fn start_metrics(context: &Context) -> Result<()> {
    // Samples of histograms pile up until they are folded.
    context.background.every(Duration::from_secs(5), || async { telemetry::metrics().run_upkeep() }).await;
    let listen = context.config.server.metrics_listen.clone();
    if listen.is_empty() {
        return Ok(());
    }
    let data = web::Data::new(context.clone());
    let serve = move || App::new().app_data(data.clone()).route("/metrics", web::get().to(health::metrics));
    let server =
        HttpServer::new(serve).workers(1).disable_signals().bind(&listen).map_err(Error::internal)?.run();
    let handle = server.handle();
    context
        .background
        .start(move |mut stopping| async move {
            tokio::select! {
                _ = server => {}
                () = stopping.wait() => handle.stop(true).await,
            }
        })
        .await;
    Ok(())
}

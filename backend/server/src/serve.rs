//! Runs the program: listeners, the worker, and an orderly end.

use crate::{
    app,
    context::Context,
    error::{Error, Result},
    health,
    infra::telemetry,
};
use actix_web::{App, HttpServer, dev::ServerHandle, web};
use std::{net::SocketAddr, pin::Pin, time::Duration};
use tokio::signal;

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
    let config = context.config.clone();
    let (limits, listen) = (config.limits.clone(), config.server.listen.clone());
    let mut server = HttpServer::new(move || app::app(context.clone()))
        .client_request_timeout(Duration::from_secs(limits.head_seconds))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(limits.shutdown_seconds);
    if config.server.threads > 0 {
        server = server.workers(config.server.threads);
    }
    if signals == Signals::Ignore {
        server = server.disable_signals();
    }
    let bound = server
        .bind(&listen)
        .map_err(|error| Error::internal(format!("{listen} can't be listened on: {error}")))?;
    let address = bound.addrs().first().copied().ok_or_else(|| Error::internal("no address was bound"))?;
    let server = bound.run();
    Ok(Running { address, handle: server.handle(), server })
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

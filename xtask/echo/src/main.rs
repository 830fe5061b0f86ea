//! A bare actix server that answers with the body it was sent: what `cargo xtask bench predict` compares with.
//! `echo 127.0.0.1:8081`

use actix_web::{App, HttpResponse, HttpServer, web};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The largest body, in bytes: more than a predict may have.
const LARGEST: usize = 4 << 20;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8081".to_owned());
    let echo = |body: web::Bytes| async { HttpResponse::Ok().content_type("application/json").body(body) };
    HttpServer::new(move || {
        App::new().app_data(web::PayloadConfig::new(LARGEST)).default_service(web::to(echo))
    })
    .workers(1)
    .keep_alive(std::time::Duration::from_secs(75))
    .bind(address)?
    .run()
    .await
}

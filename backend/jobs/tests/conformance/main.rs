//! One suite of guarantees, run on SQLite and on PostgreSQL. The PostgreSQL half needs the address of a
//! server and a superuser in `AMAAS_TEST_POSTGRES_URL`; without it each of its tests says that it was
//! skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "tests read their own switches and start tasks")]

mod bed;
mod claiming;
mod lanes;
mod lifecycle;
mod many_workers;
mod model;
mod settings;
mod silent;
mod working;

/// Makes, of each named test, one on SQLite and one on PostgreSQL.
macro_rules! on_both {
    ($($(#[$attr:meta])* $name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] $(#[$attr])* async fn $name() {
                let bed = crate::bed::Bed::sqlite(super::config()).await;
                super::$name(&bed).await;
            })*
        }
        mod postgres {
            $(#[tokio::test] $(#[$attr])* async fn $name() {
                let Some(bed) = crate::bed::Bed::postgres(super::config()).await else { return };
                super::$name(&bed).await;
                bed.remove().await;
            })*
        }
    };
}
pub(crate) use on_both;

//! Pages that are not in the first part of the program: a wing of them is fetched when the first of it is entered, or
//! when the browser has nothing else to do.

use super::late::Late;
use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::LazyRoute;
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

/// How long after the start the wings are fetched, so that the first screen has the line to itself.
const CALM: Duration = Duration::from_millis(1500);

/// A page of a wing that is there: then nothing is waited for.
fn at_once(page: impl Future<Output = Result<AnyView, SplitLoaderError>>) -> Option<AnyView> {
    match pin!(page).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(view) => view.ok(),
        Poll::Pending => None,
    }
}

macro_rules! wings {
    ($($(#[$doc:meta])* $wing:ident, $load:ident, $fetch:ident: $($page:ident)*;)*) => {
        $(
            $(#[$doc])*
            pub mod $wing {
                use super::*;

                #[derive(Clone, Copy)]
                enum Page {
                    $($page),*
                }

                #[wasm_split(
                    $wing,
                    wasm_split_path = ::leptos::wasm_split,
                    preload($fetch),
                    fallible
                )]
                fn $load(page: Page) -> Result<AnyView, SplitLoaderError> {
                    Ok(match page {
                        $(Page::$page => crate::pages::$page().into_any()),*
                    })
                }

                /// Fetches the wing; whether it came. One that did not is fetched again by the next call.
                pub(super) async fn fetched() -> bool {
                    $fetch().await.is_ok()
                }

                /// A page of the wing, or in its place why it is not there yet.
                async fn shown(page: Page) -> AnyView {
                    match $load(page).await {
                        Ok(view) => view,
                        Err(_) => view! { <Late fetched page=move || at_once($load(page))/> }.into_any(),
                    }
                }

                $(
                    /// The page, fetched with its wing.
                    #[derive(Clone, Copy, Debug)]
                    pub struct $page;

                    impl LazyRoute for $page {
                        fn data() -> Self {
                            Self
                        }

                        fn view(_: Self) -> impl Future<Output = AnyView> {
                            shown(Page::$page)
                        }

                        async fn preload() {
                            // What did not come is asked for again, and told of, by the page that is entered.
                            fetched().await;
                        }
                    }
                )*
            }
        )*

        /// Fetches every wing once the first screen is calm; what does not come then is fetched when it is entered.
        pub fn fetch_when_calm() {
            set_timeout(|| spawn_local(async { $($wing::fetched().await;)* }), CALM);
        }
    };
}

wings! {
    /// From data to a model.
    learning, load_learning, fetch_learning: Datasets Dataset Train Runs Run Models Model;
    /// From a model to its callers.
    serving, load_serving, fetch_serving: Endpoints Endpoint ApiKeys ApiKey;
    /// People, limits, the log, the installation.
    governance, load_governance, fetch_governance: Members Usage Audit Settings Operator
        ForgotPassword ResetPassword ConfirmEmail;
}

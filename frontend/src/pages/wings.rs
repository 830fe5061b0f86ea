//! Pages that are not in the first part of the program: a wing of them is fetched when the first of it is entered, or
//! when the browser has nothing else to do.

use leptos::{lazy, prelude::*, task::spawn_local};
use leptos_router::LazyRoute;
use std::{future::Future, time::Duration};

/// How long after the start the wings are fetched, so that the first screen has the line to itself.
const CALM: Duration = Duration::from_millis(1500);

macro_rules! wings {
    ($($(#[$doc:meta])* $wing:ident, $load:ident, $preload:ident: $($page:ident)*;)*) => {
        $(
            $(#[$doc])*
            pub mod $wing {
                use super::*;

                #[derive(Clone, Copy)]
                enum Page {
                    $($page),*
                }

                #[lazy]
                fn $load(page: Page) -> AnyView {
                    match page {
                        $(Page::$page => crate::pages::$page().into_any()),*
                    }
                }

                /// Fetches the wing.
                pub(super) async fn fetch() {
                    $preload().await;
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
                            $load(Page::$page)
                        }

                        fn preload() -> impl Future<Output = ()> {
                            fetch()
                        }
                    }
                )*
            }
        )*

        /// Fetches every wing once the first screen is calm.
        pub fn fetch_when_calm() {
            set_timeout(|| spawn_local(async { $($wing::fetch().await;)* }), CALM);
        }
    };
}

wings! {
    /// From data to a model.
    learning, load_learning, __preload_load_learning: Datasets Dataset Train Runs Run Models Model;
    /// From a model to its callers.
    serving, load_serving, __preload_load_serving: Endpoints Endpoint ApiKeys ApiKey;
    /// People, limits, the log, the installation.
    governance, load_governance, __preload_load_governance: Members Usage Audit Settings Operator
        ForgotPassword ResetPassword ConfirmEmail;
}

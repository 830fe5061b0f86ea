//! The addresses of the dashboard and what stands there.

use crate::{
    client::Uploads,
    pages::{
        Dataset, Datasets, Home, Invite, Landing, Model, Models, NothingHere, Run, Runs, Shell, SignIn,
        SignUp, Train,
    },
    session::Session,
    theme,
    ui::{Toaster, Toasts},
};
use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Route, Router, Routes},
    path,
};

/// The whole dashboard.
#[component]
pub fn App() -> impl IntoView {
    theme::restore();
    let toasts = Toasts::default();
    provide_context(Session::default());
    provide_context(Uploads::default());
    provide_context(toasts.clone());
    view! {
        <Router>
            <Routes fallback=NothingHere>
                <Route path=path!("/") view=Landing/>
                <Route path=path!("/sign-in") view=SignIn/>
                <Route path=path!("/sign-up") view=SignUp/>
                <Route path=path!("/invite") view=Invite/>
                <ParentRoute path=path!("/t/:tenant") view=Shell>
                    <Route path=path!("") view=Home/>
                    <Route path=path!("datasets") view=Datasets/>
                    <Route path=path!("datasets/:id") view=Dataset/>
                    <Route path=path!("datasets/:id/train") view=Train/>
                    <Route path=path!("runs") view=Runs/>
                    <Route path=path!("runs/:id") view=Run/>
                    <Route path=path!("models") view=Models/>
                    <Route path=path!("models/:id") view=Model/>
                    <Route path=path!("*rest") view=NothingHere/>
                </ParentRoute>
            </Routes>
        </Router>
        <Toaster toasts/>
    }
}

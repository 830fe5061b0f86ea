//! The addresses of the dashboard and what stands there.

use crate::{
    client::Uploads,
    pages::{
        ApiKey, ApiKeys, Audit, Dataset, Datasets, Endpoint, Endpoints, Home, Invite, Landing, Members,
        Model, Models, NothingHere, Operator, Run, Runs, Settings, Shell, SignIn, SignUp, Train, Usage,
    },
    pages::{Home, Invite, Landing, NothingHere, Shell, SignIn, SignUp, wings::data},
    session::Session,
    theme,
    ui::{Toaster, Toasts},
};
use leptos::prelude::*;
use leptos_router::{
    Lazy,
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
                <Route path=path!("/operator") view=Operator/>
                <ParentRoute path=path!("/t/:tenant") view=Shell>
                    <Route path=path!("") view=Home/>
                    <Route path=path!("datasets") view=Datasets/>
                    <Route path=path!("datasets/:id") view=Dataset/>
                    <Route path=path!("endpoints") view=Endpoints/>
                    <Route path=path!("endpoints/:name") view=Endpoint/>
                    <Route path=path!("keys") view=ApiKeys/>
                    <Route path=path!("keys/:id") view=ApiKey/>
                    <Route path=path!("members") view=Members/>
                    <Route path=path!("usage") view=Usage/>
                    <Route path=path!("audit") view=Audit/>
                    <Route path=path!("settings") view=Settings/>
                    <Route path=path!("datasets/:id/train") view=Train/>
                    <Route path=path!("runs") view=Runs/>
                    <Route path=path!("runs/:id") view=Run/>
                    <Route path=path!("models") view=Models/>
                    <Route path=path!("models/:id") view=Model/>
                    <Route path=path!("datasets") view={Lazy::<data::Datasets>::new()}/>
                    <Route path=path!("datasets/:id") view={Lazy::<data::Dataset>::new()}/>
                    <Route path=path!("*rest") view=NothingHere/>
                </ParentRoute>
            </Routes>
        </Router>
        <Toaster toasts/>
    }
}

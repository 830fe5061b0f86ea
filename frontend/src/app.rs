//! The addresses of the dashboard and what stands there.

use crate::{
    client::Uploads,
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
                <ParentRoute path=path!("/t/:tenant") view=Shell>
                    <Route path=path!("") view=Home/>
                    <Route path=path!("datasets") view={Lazy::<data::Datasets>::new()}/>
                    <Route path=path!("datasets/:id") view={Lazy::<data::Dataset>::new()}/>
                    <Route path=path!("*rest") view=NothingHere/>
                </ParentRoute>
            </Routes>
        </Router>
        <Toaster toasts/>
    }
}

//! The addresses of the dashboard and what stands there.

use crate::{
    client::Uploads,
    pages::{
        Home, Invite, Landing, NothingHere, ProofDialog, Shell, SignIn, SignUp,
        wings::{governance, learning, serving},
    },
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
                <Route path=path!("/forgot") view={Lazy::<governance::ForgotPassword>::new()}/>
                <Route path=path!("/reset") view={Lazy::<governance::ResetPassword>::new()}/>
                <Route path=path!("/confirm-email") view={Lazy::<governance::ConfirmEmail>::new()}/>
                <Route path=path!("/operator") view={Lazy::<governance::Operator>::new()}/>
                <ParentRoute path=path!("/t/:tenant") view=Shell>
                    <Route path=path!("") view=Home/>
                    <Route path=path!("datasets") view={Lazy::<learning::Datasets>::new()}/>
                    <Route path=path!("datasets/:id") view={Lazy::<learning::Dataset>::new()}/>
                    <Route path=path!("endpoints") view={Lazy::<serving::Endpoints>::new()}/>
                    <Route path=path!("endpoints/:name") view={Lazy::<serving::Endpoint>::new()}/>
                    <Route path=path!("keys") view={Lazy::<serving::ApiKeys>::new()}/>
                    <Route path=path!("keys/:id") view={Lazy::<serving::ApiKey>::new()}/>
                    <Route path=path!("members") view={Lazy::<governance::Members>::new()}/>
                    <Route path=path!("usage") view={Lazy::<governance::Usage>::new()}/>
                    <Route path=path!("audit") view={Lazy::<governance::Audit>::new()}/>
                    <Route path=path!("settings") view={Lazy::<governance::Settings>::new()}/>
                    <Route path=path!("datasets/:id/train") view={Lazy::<learning::Train>::new()}/>
                    <Route path=path!("runs") view={Lazy::<learning::Runs>::new()}/>
                    <Route path=path!("runs/:id") view={Lazy::<learning::Run>::new()}/>
                    <Route path=path!("models") view={Lazy::<learning::Models>::new()}/>
                    <Route path=path!("models/:id") view={Lazy::<learning::Model>::new()}/>
                    <Route path=path!("*rest") view=NothingHere/>
                </ParentRoute>
            </Routes>
        </Router>
        <ProofDialog/>
        <Toaster toasts/>
    }
}

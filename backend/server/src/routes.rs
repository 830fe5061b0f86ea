//! The URL table: every route with its call, the credential that it needs, the action that it is, and the event that
//! it leaves. What is not here is not served; the authorisation sweep and the audit test walk it.

use crate::{audit::Act, guard, infra::overload::Lane, policy::Action};
use actix_web::{http::Method as HttpMethod, middleware::from_fn, web};
use contract::{
    Call, Media, Method, Schema,
    health::{GetLive, GetReady},
};
use schemars::{Schema as JsonSchema, SchemaGenerator};

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A person who is signed in, in no tenant.
    Person,
    /// A person who runs the installation, in no tenant.
    Operator,
    /// A member whose role, or a key whose scope, allows the action.
    Tenant(Action),
}

/// A route.
#[derive(Clone, Copy)]
pub struct Row {
    /// The call's name, which is the operation id.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The method.
    pub method: Method,
    /// The path with its slot in braces.
    pub path: &'static str,
    /// Who may come in.
    pub access: Access,
    /// Whether a person needs a proof that is fresh (`auth.step_up_seconds`): what a thief of a session would begin with.
    pub fresh: bool,
    /// The event that a success leaves in the audit log.
    pub event: Option<Act>,
    /// The status of a success.
    pub status: u16,
    /// What the body is made of.
    pub body: Media,
    /// What the answer is made of.
    pub answer: Media,
    /// The schemas of query, body and answer.
    pub schemas: [fn(&mut SchemaGenerator) -> JsonSchema; 3],
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)
    }
}

impl Row {
    const fn of<C: Call>(access: Access, event: Option<Act>) -> Self {
        Self {
            name: C::NAME,
            summary: C::SUMMARY,
            method: C::METHOD,
            path: C::PATH,
            access,
            fresh: false,
            event,
            status: C::STATUS,
            body: <C::Body as Schema>::MEDIA,
            answer: <C::Answer as Schema>::MEDIA,
            schemas: [
                <C::Query as Schema>::schema,
                <C::Body as Schema>::schema,
                <C::Answer as Schema>::schema,
            ],
        }
    }

    const fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// Whether an `Idempotency-Key` is honoured: on every POST that creates something for a tenant.
    pub fn is_idempotent(&self) -> bool {
        self.method == Method::Post
            && matches!(self.status, 201 | 202)
            && matches!(self.access, Access::Tenant(_))
    }
}

impl Row {
    /// Whose places its calls take up.
    pub fn lane(&self) -> Lane {
        let is_short = |media| matches!(media, Media::Json | Media::Nothing);
        if [GetLive::NAME, GetReady::NAME].contains(&self.name) {
            Lane::Health
        } else if self.access == Access::Public {
            Lane::Anonymous
        } else if !is_short(self.body) && is_short(self.answer) {
            Lane::Uploads
        } else if self.method == Method::Get && !is_short(self.answer) {
            Lane::Streams
        } else {
            Lane::Calls
        }
    }
}

macro_rules! table {
    ($($call:path, $access:expr, $event:expr => $handler:path $(, $flag:ident)?;)*) => {
        /// Every route of the API.
        pub static TABLE: &[Row] = &[$(Row::of::<$call>($access, $event)$(.$flag())?),*];

        /// Serves every row of the table behind its guard.
        pub fn configure(app: &mut web::ServiceConfig) {
            let mut rows = TABLE.iter();
            $(
                if let Some(row) = rows.next() {
                    app.service(
                        web::resource(row.path)
                            .guard(actix_web::guard::fn_guard(|request| request.head().method == method(row.method)))
                            .app_data(row)
                            .wrap(from_fn(guard::stand_before))
                            .route(web::route().to($handler)),
                    );
                }
            )*
        }
    };
}

fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::GET,
        Method::Post => HttpMethod::POST,
        Method::Put => HttpMethod::PUT,
        Method::Patch => HttpMethod::PATCH,
        Method::Delete => HttpMethod::DELETE,
    }
}

use Access::{Operator, Person, Public, Tenant};

table! {
    // health
    contract::health::GetLive, Public, None => crate::health::live;
    contract::health::GetReady, Public, None => crate::health::ready;

    // accounts
    contract::accounts::SignUp, Public, Some(Act::UserSignedUp) => crate::accounts::http::sign_up;
    contract::accounts::SignIn, Public, Some(Act::UserSignedIn) => crate::accounts::http::sign_in;
    contract::accounts::SignOut, Public, Some(Act::UserSignedOut) => crate::accounts::http::sign_out;
    contract::accounts::Refresh, Public, Some(Act::SessionRefreshed) => crate::accounts::http::refresh;
    contract::accounts::GetMe, Person, None => crate::accounts::http::me;
    contract::accounts::UpdateMe, Person, Some(Act::UserUpdated) => crate::accounts::http::update_me;
    contract::accounts::ListSessions, Person, None => crate::accounts::http::list_sessions;
    contract::accounts::EndSession, Person, Some(Act::SessionEnded) => crate::accounts::http::end_session;
    contract::accounts::ChangePassword, Person, Some(Act::UserPasswordChanged) => crate::accounts::http::change_password;
    contract::accounts::EndOtherSessions, Person, Some(Act::SessionOthersEnded) => crate::accounts::http::end_other_sessions;
    contract::accounts::VerifySignIn, Public, Some(Act::UserSignedIn) => crate::accounts::http::verify_sign_in;
    contract::accounts::ForgotPassword, Public, Some(Act::UserPasswordResetAsked) => crate::accounts::http::forgot_password;
    contract::accounts::ResetPassword, Public, Some(Act::UserPasswordReset) => crate::accounts::http::reset_password;
    contract::accounts::StepUp, Person, Some(Act::SessionProved) => crate::accounts::http::step_up;
    contract::accounts::ChangeEmail, Person, Some(Act::UserEmailChangeAsked) => crate::accounts::http::change_email, fresh;
    contract::accounts::ConfirmEmail, Public, Some(Act::UserEmailChanged) => crate::accounts::http::confirm_email;
    contract::accounts::GetSecondFactor, Person, None => crate::accounts::http::second_factor;
    contract::accounts::EnrolTotp, Person, Some(Act::SecondFactorEnrolled) => crate::accounts::http::enrol_totp, fresh;
    contract::accounts::ConfirmTotp, Person, Some(Act::SecondFactorEnabled) => crate::accounts::http::confirm_totp;
    contract::accounts::RemoveTotp, Person, Some(Act::SecondFactorDisabled) => crate::accounts::http::remove_totp, fresh;
    contract::accounts::RenewRecoveryCodes, Person, Some(Act::RecoveryCodesRenewed) => crate::accounts::http::renew_recovery_codes, fresh;

    // tenants
    contract::tenants::GetTenant, Tenant(Action::TenantRead), None => crate::tenants::http::get;
    contract::tenants::UpdateTenant, Tenant(Action::TenantWrite), Some(Act::TenantUpdated) => crate::tenants::http::update;
    contract::tenants::DeleteTenant, Tenant(Action::TenantDelete), Some(Act::TenantDeleted) => crate::tenants::http::delete, fresh;

    // members
    contract::members::ListMembers, Tenant(Action::MembersRead), None => crate::members::http::list;
    contract::members::GetMember, Tenant(Action::MembersRead), None => crate::members::http::get;
    contract::members::UpdateMember, Tenant(Action::MembersWrite), Some(Act::MemberRoleChanged) => crate::members::http::update, fresh;
    contract::members::RemoveMember, Tenant(Action::MembersWrite), Some(Act::MemberRemoved) => crate::members::http::remove, fresh;
    contract::members::ListInvites, Tenant(Action::InvitesRead), None => crate::members::http::list_invites;
    contract::members::CreateInvite, Tenant(Action::InvitesWrite), Some(Act::InviteCreated) => crate::members::http::create_invite, fresh;
    contract::members::RevokeInvite, Tenant(Action::InvitesWrite), Some(Act::InviteRevoked) => crate::members::http::revoke_invite;
    contract::members::AcceptInvite, Person, Some(Act::InviteAccepted) => crate::members::http::accept_invite;

    // api_keys
    contract::api_keys::ListApiKeys, Tenant(Action::ApiKeysRead), None => crate::api_keys::http::list;
    contract::api_keys::CreateApiKey, Tenant(Action::ApiKeysWrite), Some(Act::ApiKeyCreated) => crate::api_keys::http::create, fresh;
    contract::api_keys::GetApiKey, Tenant(Action::ApiKeysRead), None => crate::api_keys::http::get;
    contract::api_keys::UpdateApiKey, Tenant(Action::ApiKeysWrite), Some(Act::ApiKeyUpdated) => crate::api_keys::http::update, fresh;
    contract::api_keys::RevokeApiKey, Tenant(Action::ApiKeysWrite), Some(Act::ApiKeyRevoked) => crate::api_keys::http::revoke;
    contract::api_keys::RotateApiKey, Tenant(Action::ApiKeysWrite), Some(Act::ApiKeyRotated) => crate::api_keys::http::rotate, fresh;

    // quotas
    contract::quotas::GetQuotas, Tenant(Action::UsageRead), None => crate::quotas::http::quotas;
    contract::quotas::GetUsage, Tenant(Action::UsageRead), None => crate::quotas::http::usage;

    // datasets
    contract::datasets::UploadDataset, Tenant(Action::DatasetsWrite), Some(Act::DatasetUploaded) => crate::datasets::http::upload;
    contract::datasets::ListDatasets, Tenant(Action::DatasetsRead), None => crate::datasets::http::list;
    contract::datasets::GetDataset, Tenant(Action::DatasetsRead), None => crate::datasets::http::get;
    contract::datasets::UpdateDataset, Tenant(Action::DatasetsWrite), Some(Act::DatasetUpdated) => crate::datasets::http::update;
    contract::datasets::DeleteDataset, Tenant(Action::DatasetsWrite), Some(Act::DatasetDeleted) => crate::datasets::http::delete;
    contract::datasets::GetProfile, Tenant(Action::DatasetsRead), None => crate::datasets::http::profile;
    contract::datasets::GetRows, Tenant(Action::DatasetsRead), None => crate::datasets::http::rows;
    contract::datasets::GetRejects, Tenant(Action::DatasetsRead), None => crate::datasets::http::rejects;
    contract::datasets::PreviewReading, Tenant(Action::DatasetsRead), None => crate::datasets::http::preview_reading;
    contract::datasets::ReadAgain, Tenant(Action::DatasetsWrite), Some(Act::DatasetReadAgain) => crate::datasets::http::read_again;
    contract::datasets::DownloadDataset, Tenant(Action::DatasetsRead), Some(Act::DatasetDownloaded) => crate::datasets::http::download;

    // samples
    contract::samples::ListSamples, Tenant(Action::DatasetsRead), None => crate::datasets::http::list_samples;
    contract::samples::LoadSample, Tenant(Action::DatasetsWrite), Some(Act::DatasetUploaded) => crate::datasets::http::load_sample;

    // training
    contract::training::StartRun, Tenant(Action::TrainingWrite), Some(Act::TrainingStarted) => crate::training::http::start;
    contract::training::ListRuns, Tenant(Action::TrainingRead), None => crate::training::http::list;
    contract::training::GetRun, Tenant(Action::TrainingRead), None => crate::training::http::get;
    contract::training::CancelRun, Tenant(Action::TrainingWrite), Some(Act::TrainingCancelled) => crate::training::http::cancel;
    contract::training::StopRun, Tenant(Action::TrainingWrite), Some(Act::TrainingStopped) => crate::training::http::stop;
    contract::training::GetRunEvents, Tenant(Action::TrainingRead), None => crate::training::http::events;

    // models
    contract::models::ListModels, Tenant(Action::ModelsRead), None => crate::models::http::list;
    contract::models::GetModel, Tenant(Action::ModelsRead), None => crate::models::http::get;
    contract::models::GetLeaderboard, Tenant(Action::ModelsRead), None => crate::models::http::leaderboard;
    contract::models::GetEvaluation, Tenant(Action::ModelsRead), None => crate::models::http::evaluation;
    contract::models::GetLineage, Tenant(Action::ModelsRead), None => crate::models::http::lineage;
    contract::models::GetExplanation, Tenant(Action::ModelsRead), None => crate::models::http::explanation;
    contract::models::ExportModel, Tenant(Action::ModelsRead), Some(Act::ModelExported) => crate::models::http::export;
    contract::models::GetModelCard, Tenant(Action::ModelsRead), None => crate::models::http::card;
    contract::models::ReproduceModel, Tenant(Action::TrainingWrite), Some(Act::ModelReproductionStarted) => crate::training::http::reproduce;
    contract::models::ListReproductions, Tenant(Action::ModelsRead), None => crate::models::http::reproductions;
    contract::models::GetReproduction, Tenant(Action::ModelsRead), None => crate::models::http::reproduction;
    contract::models::DeleteModel, Tenant(Action::ModelsWrite), Some(Act::ModelDeleted) => crate::models::http::delete;

    // endpoints
    contract::endpoints::ListEndpoints, Tenant(Action::EndpointsRead), None => crate::endpoints::http::list;
    contract::endpoints::CreateEndpoint, Tenant(Action::EndpointsWrite), Some(Act::EndpointCreated) => crate::endpoints::http::create;
    contract::endpoints::GetEndpoint, Tenant(Action::EndpointsRead), None => crate::endpoints::http::get;
    contract::endpoints::UpdateEndpoint, Tenant(Action::EndpointsWrite), Some(Act::EndpointModelChanged) => crate::endpoints::http::update;
    contract::endpoints::DeleteEndpoint, Tenant(Action::EndpointsWrite), Some(Act::EndpointDeleted) => crate::endpoints::http::delete;
    contract::endpoints::RollBackEndpoint, Tenant(Action::EndpointsWrite), Some(Act::EndpointRolledBack) => crate::endpoints::http::roll_back;
    contract::endpoints::GetEndpointSchema, Tenant(Action::EndpointsRead), None => crate::endpoints::http::schema;

    // predictions
    contract::predictions::Predict, Tenant(Action::Predict), None => crate::predictions::http::predict;

    // operator
    contract::operator::GetPlatform, Operator, None => crate::operator::http::platform;
    contract::operator::ListTenants, Operator, None => crate::operator::http::list_tenants;
    contract::operator::GetOperatorTenant, Operator, Some(Act::OperatorTenantViewed) => crate::operator::http::get_tenant;
    contract::operator::UpdateOperatorTenant, Operator, Some(Act::TenantPlanChanged) => crate::operator::http::update_tenant;
    contract::operator::ListPlans, Operator, None => crate::operator::http::list_plans;
    contract::operator::ListJobs, Operator, None => crate::operator::http::list_jobs;

    // audit
    contract::audit::ListAuditEvents, Tenant(Action::AuditRead), Some(Act::AuditRead) => crate::audit::http::list;
    contract::audit::ExportAuditEvents, Tenant(Action::AuditRead), Some(Act::AuditExported) => crate::audit::http::export;
    contract::audit::VerifyAuditEvents, Tenant(Action::AuditRead), Some(Act::AuditVerified) => crate::audit::http::verify;
    contract::audit::GetAuditEvent, Tenant(Action::AuditRead), Some(Act::AuditRead) => crate::audit::http::get;
    contract::audit::ProveAuditEvent, Tenant(Action::AuditRead), Some(Act::AuditProved) => crate::audit::http::prove;
    contract::audit::GetAuditPublicKey, Public, None => crate::audit::http::public_key;
    contract::audit::ListAuditActions, Public, None => crate::audit::http::actions;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_has_its_lane() {
        let lane = |name: &str| TABLE.iter().find(|row| row.name == name).unwrap().lane();
        assert_eq!((lane(GetLive::NAME), lane(GetReady::NAME)), (Lane::Health, Lane::Health));
        assert_eq!(lane(contract::accounts::SignIn::NAME), Lane::Anonymous);
        assert_eq!(lane(contract::predictions::Predict::NAME), Lane::Calls);
        assert_eq!(lane(contract::datasets::UploadDataset::NAME), Lane::Uploads);
        for name in [
            contract::training::GetRunEvents::NAME,
            contract::datasets::DownloadDataset::NAME,
            contract::audit::ExportAuditEvents::NAME,
        ] {
            assert_eq!(lane(name), Lane::Streams, "{name}");
        }
    }
}

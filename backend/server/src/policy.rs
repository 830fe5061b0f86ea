//! Who may do what: one table of role × action and one of key scope × action. Only this file makes a [`Scope`].

use crate::{
    config::Config,
    error::{Error, Result},
};
use contract::{
    Code, TenantId,
    accounts::User,
    api_keys::KeyScope,
    audit::Actor,
    members::Role::{self, Admin, Analyst, Auditor, Developer, Owner},
};
use std::sync::{Arc, OnceLock};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $roles:expr, $scope:expr;)*) => {
        /// What can be done in a tenant.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {$( $(#[$doc])* $name, )*}

        impl Action {
            /// Every action.
            pub const ALL: &'static [Action] = &[$(Action::$name),*];

            /// The roles that may do it.
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Action::$name => $roles),* }
            }

            /// The key scope that allows it; none means: people only.
            pub const fn key_scope(self) -> Option<KeyScope> {
                match self { $(Action::$name => $scope),* }
            }
        }
    };
}

const ANYONE: &[Role] = &[Owner, Admin, Developer, Analyst, Auditor];
const READERS: &[Role] = &[Owner, Admin, Developer, Analyst];
const BUILDERS: &[Role] = &[Owner, Admin, Developer];
const OWNERS: &[Role] = &[Owner];
const ADMINS: &[Role] = &[Owner, Admin];
const AUDITORS: &[Role] = &[Owner, Admin, Auditor];

actions! {
    /// See the tenant's name and plan.
    TenantRead: ANYONE, None;
    /// Change the tenant.
    TenantWrite: ADMINS, None;
    /// Delete the tenant.
    TenantDelete: OWNERS, None;
    /// See quotas and usage.
    UsageRead: ANYONE, Some(KeyScope::UsageRead);
    /// See who is in the tenant.
    MembersRead: READERS, None;
    /// Change roles, remove members.
    MembersWrite: ADMINS, None;
    /// See invitations.
    InvitesRead: ADMINS, None;
    /// Invite and revoke invitations.
    InvitesWrite: ADMINS, None;
    /// See API keys (never their secrets).
    ApiKeysRead: BUILDERS, None;
    /// Make, change, rotate and revoke API keys.
    ApiKeysWrite: BUILDERS, None;
    /// See data sets and their contents.
    DatasetsRead: READERS, Some(KeyScope::DatasetsRead);
    /// Upload, rename and delete data sets.
    DatasetsWrite: BUILDERS, Some(KeyScope::DatasetsWrite);
    /// See training runs.
    TrainingRead: READERS, Some(KeyScope::TrainingRead);
    /// Start and cancel training runs.
    TrainingWrite: BUILDERS, Some(KeyScope::TrainingWrite);
    /// See models.
    ModelsRead: READERS, Some(KeyScope::ModelsRead);
    /// Delete models.
    ModelsWrite: BUILDERS, Some(KeyScope::ModelsWrite);
    /// See endpoints.
    EndpointsRead: READERS, Some(KeyScope::EndpointsRead);
    /// Create, change, roll back and delete endpoints.
    EndpointsWrite: BUILDERS, Some(KeyScope::EndpointsWrite);
    /// Ask an endpoint for answers.
    Predict: READERS, Some(KeyScope::Predict);
    /// Read, export and verify the audit log.
    AuditRead: AUDITORS, Some(KeyScope::AuditRead);
}

/// Where a request came from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The request's id.
    pub request_id: String,
    /// The caller's address.
    pub ip: Option<String>,
    /// The caller's program.
    pub user_agent: Option<String>,
}

/// A person with a session.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who.
    pub user_id: contract::UserId,
    /// By which session.
    pub session_id: contract::SessionId,
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
}

impl Identity {
    /// The person as callers read them.
    pub fn user(&self, config: &Config) -> User {
        let operator = config.is_operator(&self.email);
        User { id: self.user_id, email: self.email.clone(), name: self.name.clone(), operator }
    }

    /// The person as the audit log names them.
    pub fn actor(&self, origin: &Origin) -> Actor {
        actor("user", self.user_id.to_string(), &self.email, "session", origin)
    }
}

fn actor(kind: &str, id: String, name: &str, via: &str, origin: &Origin) -> Actor {
    Actor {
        kind: kind.to_owned(),
        id: Some(id),
        name: Some(name.to_owned()),
        via: via.to_owned(),
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
    }
}

/// What an API key was given.
#[derive(Clone, Debug)]
pub struct KeyGrant {
    /// The key.
    pub id: contract::ApiKeyId,
    /// The key's tenant.
    pub tenant_id: TenantId,
    /// The key's name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<KeyScope>,
    /// The endpoints that it may call; none means all.
    pub endpoints: Option<Vec<String>>,
    /// Its own rate.
    pub rate_per_second: Option<u32>,
}

/// Who is calling, before anything was allowed.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A person in a tenant that they belong to.
    Member {
        /// The person.
        identity: Arc<Identity>,
        /// The tenant they act in.
        tenant_id: TenantId,
        /// Their role there.
        role: Role,
    },
    /// A program with a key.
    Key(Arc<KeyGrant>),
}

impl Caller {
    /// The tenant that the caller acts in.
    pub fn tenant_id(&self) -> TenantId {
        match self {
            Caller::Member { tenant_id, .. } => *tenant_id,
            Caller::Key(key) => key.tenant_id,
        }
    }

    /// The caller as the audit log names them.
    pub fn actor(&self, origin: &Origin) -> Actor {
        match self {
            Caller::Member { identity, .. } => identity.actor(origin),
            Caller::Key(key) => actor("api_key", key.id.to_string(), &key.name, "api_key", origin),
        }
    }
}

/// A person who runs the installation, and may: the only way to see or change what is not one's own tenant's.
#[derive(Clone, Debug)]
pub struct Operator {
    identity: Arc<Identity>,
    origin: Origin,
}

impl Operator {
    /// Acts on one tenant, whose own log tells of it.
    pub fn scope_of(&self, tenant_id: TenantId) -> Scope {
        Scope::new(tenant_id, Who::Operator(Arc::clone(&self.identity)), self.origin.clone())
    }
}

/// Who acts by a scope.
#[derive(Clone, Debug)]
enum Who {
    Caller(Caller),
    Operator(Arc<Identity>),
    /// Nobody; the reason why that is right.
    System(&'static str),
}

/// A tenant and the permission to act in it. Every query takes one: no scope, no query.
#[derive(Clone, Debug)]
pub struct Scope {
    tenant_id: TenantId,
    /// The id as text, made when it is first asked for: a warm predict never asks.
    tenant: OnceLock<String>,
    who: Who,
    origin: Origin,
    claim: Option<Arc<str>>,
}

impl Scope {
    fn new(tenant_id: TenantId, who: Who, origin: Origin) -> Self {
        Self { tenant_id, tenant: OnceLock::new(), who, origin, claim: None }
    }

    fn caller(&self) -> Option<&Caller> {
        match &self.who {
            Who::Caller(caller) => Some(caller),
            Who::Operator(_) | Who::System(_) => None,
        }
    }

    /// The tenant.
    pub fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    /// The tenant's id as the database holds it.
    pub fn tenant(&self) -> &str {
        self.tenant.get_or_init(|| self.tenant_id.to_string())
    }

    /// Where the request came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The idempotency key that this call has claimed.
    pub fn claim(&self) -> Option<&str> {
        self.claim.as_deref()
    }

    /// The same permission for the call that has claimed this idempotency key.
    pub fn with_claim(mut self, key: &str) -> Self {
        self.claim = Some(key.into());
        self
    }

    /// The person behind the call; none for a key or the system.
    pub fn user_id(&self) -> Option<contract::UserId> {
        match self.caller() {
            Some(Caller::Member { identity, .. }) => Some(identity.user_id),
            Some(Caller::Key(_)) | None => None,
        }
    }

    /// The role of the person behind the call.
    pub fn role(&self) -> Option<Role> {
        match self.caller() {
            Some(Caller::Member { role, .. }) => Some(*role),
            Some(Caller::Key(_)) | None => None,
        }
    }

    /// The key behind the call.
    pub fn key(&self) -> Option<&Arc<KeyGrant>> {
        match self.caller() {
            Some(Caller::Key(key)) => Some(key),
            Some(Caller::Member { .. }) | None => None,
        }
    }

    /// The caller as the audit log names them.
    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Caller(caller) => caller.actor(&self.origin),
            Who::Operator(person) => {
                actor("operator", person.user_id.to_string(), &person.email, "session", &self.origin)
            }
            Who::System(reason) => system_actor(reason),
        }
    }

    /// Refuses an endpoint that the key is not limited to.
    pub fn allow_endpoint(&self, name: &str) -> Result<()> {
        let limited = self.key().and_then(|key| key.endpoints.as_ref());
        match limited {
            Some(names) if !names.iter().any(|known| known == name) => Err(Error::new(
                Code::EndpointNotAllowed,
                "This key is limited to other endpoints. Ask for a key that names this one.",
            )),
            _ => Ok(()),
        }
    }
}

/// The system as the audit log names it.
pub fn system_actor(reason: &str) -> Actor {
    Actor {
        kind: "system".to_owned(),
        id: None,
        name: Some(reason.to_owned()),
        via: "job".to_owned(),
        ip: None,
        user_agent: None,
    }
}

/// Somebody at the command line of the installation, as the audit log names them.
pub fn command_actor(command: &str) -> Actor {
    Actor { kind: "operator".to_owned(), via: "command_line".to_owned(), ..system_actor(command) }
}

/// Lets the caller act, or says who could.
pub fn require(caller: &Caller, action: Action, origin: &Origin) -> Result<Scope> {
    match caller {
        Caller::Member { role, .. } if !action.roles().contains(role) => {
            let who: Vec<_> = action.roles().iter().map(|role| role.as_str()).collect();
            let detail =
                format!("The role {} may not do this. Ask someone who is {}.", role.as_str(), who.join(", "));
            return Err(Error::new(Code::Forbidden, detail));
        }
        Caller::Key(key) => match action.key_scope() {
            None => {
                return Err(Error::new(
                    Code::WrongCredential,
                    "An API key can't do this; a person who is signed in can.",
                ));
            }
            Some(scope) if !key.scopes.contains(&scope) => {
                let name = serde_json::to_string(&scope).unwrap_or_default();
                return Err(Error::new(
                    Code::ScopeMissing,
                    format!("The key lacks the scope {name}. Make one that has it."),
                ));
            }
            Some(_) => {}
        },
        Caller::Member { .. } => {}
    }
    Ok(Scope::new(caller.tenant_id(), Who::Caller(caller.clone()), origin.clone()))
}

/// Lets a person act as operator if the configuration names them.
pub fn require_operator(config: &Config, identity: &Arc<Identity>, origin: &Origin) -> Result<Operator> {
    if config.is_operator(&identity.email) {
        return Ok(Operator { identity: Arc::clone(identity), origin: origin.clone() });
    }
    let detail = "Only people who run this installation may do this: those whom its configuration names.";
    Err(Error::new(Code::Forbidden, detail))
}

/// A scope that nobody was asked for: for jobs and commands, which load everything under the tenant of their row.
/// `reason` stands in the audit log as the actor.
pub fn scope_without_caller(tenant_id: TenantId, reason: &'static str) -> Scope {
    Scope::new(tenant_id, Who::System(reason), Origin::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_reads_audit_and_usage_only() {
        let allowed: Vec<_> = Action::ALL.iter().filter(|action| action.roles().contains(&Auditor)).collect();
        assert_eq!(allowed, [&Action::TenantRead, &Action::UsageRead, &Action::AuditRead]);
    }

    #[test]
    fn an_owner_may_do_everything() {
        assert!(Action::ALL.iter().all(|action| action.roles().contains(&Owner)));
    }

    #[test]
    fn an_analyst_changes_nothing() {
        let writes =
            [Action::DatasetsWrite, Action::TrainingWrite, Action::EndpointsWrite, Action::ApiKeysWrite];
        assert!(writes.iter().all(|action| !action.roles().contains(&Analyst)));
    }
}

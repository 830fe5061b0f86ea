//! The table of who may do what, as `backend/server/src/policy.rs` has it; a test holds both together.

use contract::members::Role::{self, Admin, Analyst, Auditor, Developer, Owner};

const ANYONE: &[Role] = &[Owner, Admin, Developer, Analyst, Auditor];
const READERS: &[Role] = &[Owner, Admin, Developer, Analyst];
const BUILDERS: &[Role] = &[Owner, Admin, Developer];
const ADMINS: &[Role] = &[Owner, Admin];
const AUDITORS: &[Role] = &[Owner, Admin, Auditor];

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $roles:expr;)*) => {
        /// What can be done in a tenant.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission {$( $(#[$doc])* $name, )*}

        impl Permission {
            /// Every permission, in the order of the policy.
            pub const ALL: &'static [Permission] = &[$(Permission::$name),*];

            /// The roles that may do it.
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Permission::$name => $roles),* }
            }
        }
    };
}

permissions! {
    /// See the tenant's name and plan.
    TenantRead: ANYONE;
    /// Change the tenant.
    TenantWrite: ADMINS;
    /// Delete the tenant with all that it stores.
    TenantDelete: &[Owner];
    /// See quotas and usage.
    UsageRead: ANYONE;
    /// See who is in the tenant.
    MembersRead: READERS;
    /// Change roles, remove members.
    MembersWrite: ADMINS;
    /// See invitations.
    InvitesRead: ADMINS;
    /// Invite and revoke invitations.
    InvitesWrite: ADMINS;
    /// See API keys.
    ApiKeysRead: BUILDERS;
    /// Make, change, rotate and revoke API keys.
    ApiKeysWrite: BUILDERS;
    /// See data sets and their contents.
    DatasetsRead: READERS;
    /// Upload, rename and delete data sets.
    DatasetsWrite: BUILDERS;
    /// See training runs.
    TrainingRead: READERS;
    /// Start and cancel training runs.
    TrainingWrite: BUILDERS;
    /// See models.
    ModelsRead: READERS;
    /// Delete models.
    ModelsWrite: BUILDERS;
    /// See endpoints.
    EndpointsRead: READERS;
    /// Create, change, roll back and delete endpoints.
    EndpointsWrite: BUILDERS;
    /// Ask an endpoint for answers.
    Predict: READERS;
    /// Read, export and verify the audit log.
    AuditRead: AUDITORS;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const POLICY: &str = include_str!("../../../backend/server/src/policy.rs");

    /// The groups of roles by their names in the policy.
    fn groups() -> BTreeMap<&'static str, String> {
        let group = |line: &'static str| {
            let (name, roles) = line.strip_prefix("const ")?.split_once(": &[Role] = &[")?;
            Some((name, roles.trim_end_matches("];").to_owned()))
        };
        POLICY.lines().filter_map(group).collect()
    }

    /// Every action of the policy with its roles.
    fn policy() -> Vec<(String, String)> {
        let groups = groups();
        let (_, table) = POLICY.split_once("\nactions! {\n").unwrap();
        let (table, _) = table.split_once("\n}\n").unwrap();
        let row = |line: &str| {
            let (name, rest) = line.trim().split_once(": ").filter(|(name, _)| !name.starts_with("//"))?;
            let (group, _) = rest.split_once(',')?;
            Some((name.to_owned(), groups[group].clone()))
        };
        table.lines().filter_map(row).collect()
    }

    #[test]
    fn the_table_is_the_policys() {
        let ours: Vec<_> = Permission::ALL
            .iter()
            .map(|permission| {
                let roles: Vec<_> = permission.roles().iter().map(|role| format!("{role:?}")).collect();
                (format!("{permission:?}"), roles.join(", "))
            })
            .collect();
        assert_eq!(ours, policy());
    }
}

//! What a role may do, so that the dashboard offers nothing that would be refused. The server decides; this only spares the question.

use super::permission::Permission;
use contract::members::Role;

/// What a person may do in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    role: Option<Role>,
}

impl Rights {
    /// The rights of a role; none has none.
    pub fn of(role: Option<Role>) -> Self {
        Self { role }
    }

    /// Whether the role may do something.
    pub fn may(self, permission: Permission) -> bool {
        self.role.is_some_and(|role| permission.roles().contains(&role))
    }

    /// The role; none for somebody who is no member.
    pub fn role(self) -> Option<Role> {
        self.role
    }

    /// Reads data sets, models and endpoints.
    pub fn reads_data(self) -> bool {
        matches!(self.role, Some(Role::Owner | Role::Admin | Role::Developer | Role::Analyst))
    }

    /// Uploads, changes and deletes data sets, and builds on them.
    pub fn builds(self) -> bool {
        matches!(self.role, Some(Role::Owner | Role::Admin | Role::Developer))
    }

    /// Reads the API keys.
    pub fn reads_keys(self) -> bool {
        self.builds()
    }

    /// Reads the audit log.
    pub fn reads_audit(self) -> bool {
        matches!(self.role, Some(Role::Owner | Role::Admin | Role::Auditor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_reads_the_log_and_no_data() {
        let auditor = Rights::of(Some(Role::Auditor));
        assert!(auditor.reads_audit() && !auditor.reads_data() && !auditor.builds());
    }

    #[test]
    fn an_analyst_reads_and_builds_nothing() {
        let analyst = Rights::of(Some(Role::Analyst));
        assert!(analyst.reads_data() && !analyst.builds() && !analyst.reads_keys());
    }

    #[test]
    fn the_named_rights_are_those_of_the_table() {
        for role in Role::ALL {
            let rights = Rights::of(Some(role));
            assert_eq!(rights.reads_data(), rights.may(Permission::DatasetsRead), "{role:?}");
            assert_eq!(rights.builds(), rights.may(Permission::DatasetsWrite), "{role:?}");
            assert_eq!(rights.reads_keys(), rights.may(Permission::ApiKeysRead), "{role:?}");
            assert_eq!(rights.reads_audit(), rights.may(Permission::AuditRead), "{role:?}");
        }
    }

    #[test]
    fn a_stranger_may_nothing() {
        let stranger = Rights::of(None);
        assert!(Permission::ALL.iter().all(|permission| !stranger.may(*permission)));
        assert!(!stranger.reads_data() && !stranger.builds() && !stranger.reads_audit());
    }
}

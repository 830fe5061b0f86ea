//! Who may do what: the table of roles and permissions, so that nobody has to guess why something is not offered.

use crate::{
    i18n::{Key, fill, tr},
    model::permission::Permission,
    pages::words,
    session::Tenancy,
    ui::{Card, Cell, Column, Notice, Table, YesNo},
};
use contract::members::Role;
use leptos::prelude::*;

const fn word(permission: Permission) -> Key {
    match permission {
        Permission::TenantRead => Key::member_may_tenant_read,
        Permission::TenantWrite => Key::member_may_tenant_write,
        Permission::TenantDelete => Key::member_may_tenant_delete,
        Permission::UsageRead => Key::member_may_usage_read,
        Permission::MembersRead => Key::member_may_members_read,
        Permission::MembersWrite => Key::member_may_members_write,
        Permission::InvitesRead => Key::member_may_invites_read,
        Permission::InvitesWrite => Key::member_may_invites_write,
        Permission::ApiKeysRead => Key::member_may_keys_read,
        Permission::ApiKeysWrite => Key::member_may_keys_write,
        Permission::DatasetsRead => Key::member_may_datasets_read,
        Permission::DatasetsWrite => Key::member_may_datasets_write,
        Permission::TrainingRead => Key::member_may_training_read,
        Permission::TrainingWrite => Key::member_may_training_write,
        Permission::ModelsRead => Key::member_may_models_read,
        Permission::ModelsWrite => Key::member_may_models_write,
        Permission::EndpointsRead => Key::member_may_endpoints_read,
        Permission::EndpointsWrite => Key::member_may_endpoints_write,
        Permission::Predict => Key::member_may_predict,
        Permission::AuditRead => Key::member_may_audit_read,
    }
}

/// The table.
#[component]
pub fn Matrix() -> impl IntoView {
    let tenancy = Tenancy::expect();
    let yours = move || {
        let role = tenancy.rights().role().map(|role| tr(words::role(role))()).unwrap_or_default();
        fill(Key::member_matrix_yours, &[("role", role)])
    };
    let mut columns = vec![Column::words(tr(Key::member_matrix_what))];
    columns.extend(Role::ALL.map(|role| Column::words(tr(words::role(role)))));
    let row = |permission: &Permission| {
        let roles = permission.roles();
        let marks = Role::ALL
            .map(|role| roles.contains(&role))
            .map(|yes| view! { <Cell><YesNo yes/></Cell> })
            .into_iter()
            .collect_view();
        let name = tr(word(*permission));
        view! { <tr><Cell>{name}</Cell>{marks}</tr> }
    };
    view! {
        <Card title=tr(Key::member_matrix) flush=true>
            <Table label=tr(Key::member_matrix) columns>{Permission::ALL.iter().map(row).collect_view()}</Table>
            <Notice text=yours flush=true/>
        </Card>
    }
}

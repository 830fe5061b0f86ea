//! The pages that keys and the palette lead to.

use crate::{
    i18n::Key,
    model::{path, permission::Permission, rights::Rights, shortcuts::Place},
};

/// What a page is called.
pub const fn word(place: Place) -> Key {
    match place {
        Place::Home => Key::nav_home,
        Place::Datasets => Key::nav_datasets,
        Place::Runs => Key::palette_runs,
        Place::Models => Key::home_models,
        Place::Endpoints => Key::home_endpoints,
        Place::Keys => Key::palette_keys,
        Place::Usage => Key::nav_usage,
        Place::Audit => Key::nav_audit,
        Place::Members => Key::nav_members,
        Place::Settings => Key::settings_title,
    }
}

/// Where it is.
pub fn address(place: Place, tenant: &str) -> String {
    match place {
        Place::Home => path::home(tenant),
        Place::Datasets => path::datasets(tenant),
        Place::Runs => path::runs(tenant),
        Place::Models => path::models(tenant),
        Place::Endpoints => path::endpoints(tenant),
        Place::Keys => path::keys(tenant),
        Place::Usage => path::usage(tenant),
        Place::Audit => path::audit(tenant),
        Place::Members => path::members(tenant),
        Place::Settings => path::settings(tenant),
    }
}

/// Whether it has something for somebody with these rights.
pub fn offered(place: Place, rights: Rights) -> bool {
    let needed = match place {
        Place::Home | Place::Settings => return rights.role().is_some(),
        Place::Datasets => Permission::DatasetsRead,
        Place::Runs => Permission::TrainingRead,
        Place::Models => Permission::ModelsRead,
        Place::Endpoints => Permission::EndpointsRead,
        Place::Keys => Permission::ApiKeysRead,
        Place::Usage => Permission::UsageRead,
        Place::Audit => Permission::AuditRead,
        Place::Members => Permission::MembersRead,
    };
    rights.may(needed)
}

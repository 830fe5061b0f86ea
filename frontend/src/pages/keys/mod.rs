//! API keys: the list, a new one, its secret shown once and tried out, and one with its usage and acts.

mod acts;
mod create;
mod detail;
mod fields;
mod list;
mod reveal;
mod roll;

pub use detail::ApiKey;
pub use list::ApiKeys;

use crate::{
    i18n::{Key, fill, say},
    model::{api_key::Standing, moment},
    ui::Tone,
};
use contract::{Timestamp, api_keys::KeyScope};

fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

/// What a scope lets a program do, in a sentence.
fn scope_means(scope: KeyScope) -> Key {
    match scope {
        KeyScope::Predict => Key::key_scope_predict,
        KeyScope::DatasetsRead => Key::key_scope_datasets_read,
        KeyScope::DatasetsWrite => Key::key_scope_datasets_write,
        KeyScope::TrainingRead => Key::key_scope_training_read,
        KeyScope::TrainingWrite => Key::key_scope_training_write,
        KeyScope::ModelsRead => Key::key_scope_models_read,
        KeyScope::ModelsWrite => Key::key_scope_models_write,
        KeyScope::EndpointsRead => Key::key_scope_endpoints_read,
        KeyScope::EndpointsWrite => Key::key_scope_endpoints_write,
        KeyScope::UsageRead => Key::key_scope_usage_read,
        KeyScope::AuditRead => Key::key_scope_audit_read,
    }
}

/// How a key stands: the words and their colour.
fn standing(standing: Standing) -> (String, Tone) {
    match standing {
        Standing::Active => (say(Key::key_state_active).to_owned(), Tone::Good),
        Standing::EndsSoon => (say(Key::key_state_ends_soon).to_owned(), Tone::Warn),
        Standing::Expired => (say(Key::key_state_expired).to_owned(), Tone::Bad),
        Standing::Revoked => (say(Key::key_state_revoked).to_owned(), Tone::Plain),
        Standing::Rolling(until) => {
            let until = moment::exact(until.millis());
            (fill(Key::key_state_rolling, &[("until", &until)]), Tone::Accent)
        }
    }
}

/// How a secret looks from outside: its beginning and its end.
fn masked(key: &contract::api_keys::ApiKey) -> String {
    format!("{}…{}", key.prefix, key.last_four)
}

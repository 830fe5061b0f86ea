//! API keys: what programs call with.

use crate::{ApiKeyId, ListQuery, Page, Timestamp};

wire! {
    /// What a key may do.
    #[derive(Copy, Eq, Hash, PartialOrd, Ord)]
    pub enum KeyScope {
        /// Call predict.
        #[serde(rename = "predict")]
        Predict,
        /// Read data sets.
        #[serde(rename = "datasets:read")]
        DatasetsRead,
        /// Upload, change and delete data sets.
        #[serde(rename = "datasets:write")]
        DatasetsWrite,
        /// Read training runs.
        #[serde(rename = "training:read")]
        TrainingRead,
        /// Start and cancel training runs.
        #[serde(rename = "training:write")]
        TrainingWrite,
        /// Read models.
        #[serde(rename = "models:read")]
        ModelsRead,
        /// Delete models.
        #[serde(rename = "models:write")]
        ModelsWrite,
        /// Read endpoints.
        #[serde(rename = "endpoints:read")]
        EndpointsRead,
        /// Create, change and delete endpoints.
        #[serde(rename = "endpoints:write")]
        EndpointsWrite,
        /// Read usage and quotas.
        #[serde(rename = "usage:read")]
        UsageRead,
        /// Read the audit log.
        #[serde(rename = "audit:read")]
        AuditRead,
    }

    /// A key without its secret.
    pub struct ApiKey {
        /// The id.
        pub id: ApiKeyId,
        /// What people call it.
        pub name: String,
        /// How the secret begins.
        pub prefix: String,
        /// How the secret ends.
        pub last_four: String,
        /// What the key may do.
        pub scopes: Vec<KeyScope>,
        /// The endpoints that the key may call; null means all.
        pub endpoints: Option<Vec<String>>,
        /// Calls a second for this key; null means the plan's.
        pub rate_per_second: Option<u32>,
        /// When the key ends; null means never.
        pub expires_at: Option<Timestamp>,
        /// When the key was made.
        pub created_at: Timestamp,
        /// When the key was last used, to the minute.
        pub last_used_at: Option<Timestamp>,
        /// When the key was revoked.
        pub revoked_at: Option<Timestamp>,
        /// Until when the secret before the last rotation works.
        pub previous_valid_until: Option<Timestamp>,
    }

    /// A new key.
    #[serde(deny_unknown_fields)]
    pub struct CreateApiKeyBody {
        /// What people call it, 1 to 100 characters.
        pub name: String,
        /// What the key may do, at least one.
        pub scopes: Vec<KeyScope>,
        /// The endpoints that the key may call; absent means all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub endpoints: Option<Vec<String>>,
        /// Calls a second for this key, 1 to 100,000; absent means the plan's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rate_per_second: Option<u32>,
        /// When the key ends; absent means never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_at: Option<Timestamp>,
    }

    /// Changes to a key; what is absent stays.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct UpdateApiKeyBody {
        /// A new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// New scopes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scopes: Option<Vec<KeyScope>>,
        /// New endpoints; null means all.
        #[serde(default, deserialize_with = "crate::call::given", skip_serializing_if = "Option::is_none")]
        pub endpoints: Option<Option<Vec<String>>>,
        /// A new rate; null means the plan's.
        #[serde(default, deserialize_with = "crate::call::given", skip_serializing_if = "Option::is_none")]
        pub rate_per_second: Option<Option<u32>>,
        /// A new end; null means never.
        #[serde(default, deserialize_with = "crate::call::given", skip_serializing_if = "Option::is_none")]
        pub expires_at: Option<Option<Timestamp>>,
    }

    /// How to rotate a key.
    #[serde(deny_unknown_fields)]
    pub struct RotateApiKeyBody {
        /// How long the old secret goes on working, 0 to 604,800 seconds.
        pub overlap_seconds: u32,
    }

    /// A key with its secret, which is shown this once.
    pub struct CreatedApiKey {
        /// The key.
        #[serde(flatten)]
        pub key: ApiKey,
        /// The secret; nobody can read it again.
        pub secret: String,
    }
}

impl KeyScope {
    /// Every scope.
    pub const ALL: [KeyScope; 11] = [
        KeyScope::Predict,
        KeyScope::DatasetsRead,
        KeyScope::DatasetsWrite,
        KeyScope::TrainingRead,
        KeyScope::TrainingWrite,
        KeyScope::ModelsRead,
        KeyScope::ModelsWrite,
        KeyScope::EndpointsRead,
        KeyScope::EndpointsWrite,
        KeyScope::UsageRead,
        KeyScope::AuditRead,
    ];
}

calls! {
    /// Lists the keys.
    ListApiKeys: Get "/v1/api-keys", query ListQuery => 200 Page<ApiKey>;
    /// Makes a key and shows its secret this once.
    CreateApiKey: Post "/v1/api-keys", body CreateApiKeyBody => 201 CreatedApiKey;
    /// Shows a key.
    GetApiKey: Get "/v1/api-keys/{id}" => 200 ApiKey;
    /// Changes a key.
    UpdateApiKey: Patch "/v1/api-keys/{id}", body UpdateApiKeyBody => 200 ApiKey;
    /// Revokes a key; its next request is refused.
    RevokeApiKey: Delete "/v1/api-keys/{id}" => 204 crate::Nothing;
    /// Gives a key a new secret; the old one works on for a while.
    RotateApiKey: Post "/v1/api-keys/{id}/rotate", body RotateApiKeyBody => 201 CreatedApiKey;
}

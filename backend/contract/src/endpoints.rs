//! Endpoints: stable names that programs call, each served by a model version.

use crate::{EndpointId, ListQuery, ModelId, Page, Timestamp, models::Feature, training::Task};

wire! {
    /// An endpoint.
    pub struct Endpoint {
        /// The id.
        pub id: EndpointId,
        /// The name in the URL.
        pub name: String,
        /// The model that answers.
        pub model_id: ModelId,
        /// The model's name.
        pub model_name: String,
        /// The model's version.
        pub model_version: u32,
        /// The changes, newest first, at most 20.
        pub history: Vec<Deployment>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }

    /// A model that was put on the endpoint.
    pub struct Deployment {
        /// Counts from 1 within the endpoint.
        pub sequence: u64,
        /// The model.
        pub model_id: ModelId,
        /// The model's version.
        pub model_version: u32,
        /// Why: `created`, `changed` or `rolled_back`.
        pub cause: String,
        /// When.
        pub at: Timestamp,
    }

    /// A new endpoint.
    #[serde(deny_unknown_fields)]
    pub struct CreateEndpointBody {
        /// 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit.
        pub name: String,
        /// The model that answers.
        pub model_id: ModelId,
    }

    /// Puts another model on the endpoint.
    #[serde(deny_unknown_fields)]
    pub struct UpdateEndpointBody {
        /// The model that answers from now on; it must predict the same kind of answer.
        pub model_id: ModelId,
    }

    /// What the endpoint reads and answers.
    pub struct EndpointSchema {
        /// The endpoint.
        pub endpoint: String,
        /// The model.
        pub model_id: ModelId,
        /// The model's version.
        pub model_version: u32,
        /// The kind of answer.
        pub task: Task,
        /// The column that it predicts.
        pub target: String,
        /// The columns that it reads.
        pub features: Vec<Feature>,
        /// The classes that it may answer.
        #[serde(default)]
        pub classes: Vec<String>,
    }
}

calls! {
    /// Lists the endpoints.
    ListEndpoints: Get "/v1/endpoints", query ListQuery => 200 Page<Endpoint>;
    /// Creates an endpoint.
    CreateEndpoint: Post "/v1/endpoints", body CreateEndpointBody => 201 Endpoint;
    /// Shows an endpoint.
    GetEndpoint: Get "/v1/endpoints/{name}" => 200 Endpoint;
    /// Puts another model on an endpoint.
    UpdateEndpoint: Patch "/v1/endpoints/{name}", body UpdateEndpointBody => 200 Endpoint;
    /// Deletes an endpoint.
    DeleteEndpoint: Delete "/v1/endpoints/{name}" => 204 crate::Nothing;
    /// Puts the model before the current one back.
    RollBackEndpoint: Post "/v1/endpoints/{name}/rollback" => 200 Endpoint;
    /// Shows what an endpoint reads and answers.
    GetEndpointSchema: Get "/v1/endpoints/{name}/schema" => 200 EndpointSchema;
}

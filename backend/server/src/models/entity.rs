//! A version of a model as the database holds it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "models")]
#[allow(missing_docs)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub version: i64,
    pub task: String,
    pub target: String,
    pub algorithm: String,
    pub metric: String,
    pub card: String,
    pub run_id: String,
    pub dataset_id: String,
    pub dataset_sha256: String,
    pub settings: String,
    pub seed: i64,
    pub engine_version: String,
    pub object_key: String,
    pub artefact_sha256: String,
    pub artefact_size_bytes: i64,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
}

/// None: rows are joined by hand, in the repository.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! A reproduction as the database holds it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reproductions")]
#[allow(missing_docs)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub model_id: String,
    pub dataset_id: String,
    pub status: String,
    pub attempt: i64,
    pub progress: f64,
    pub expected_sha256: String,
    pub found_sha256: Option<String>,
    pub engine_version: Option<String>,
    pub trials: Option<i64>,
    pub threads: Option<i64>,
    pub error: Option<String>,
    pub created_by: Option<String>,
    pub queued_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

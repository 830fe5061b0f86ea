//! The row of a data set.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "datasets")]
#[allow(missing_docs)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub status: String,
    pub size_bytes: i64,
    pub sha256: Option<String>,
    /// Where the file is stored; empty once a deleted data set's file is gone.
    pub object_key: String,
    pub row_count: Option<i64>,
    pub column_count: Option<i64>,
    pub rejected_rows: Option<i64>,
    pub dialect: Option<String>,
    pub profile: Option<String>,
    /// How somebody said that the file is to be read, as JSON.
    pub reading: Option<String>,
    /// How often it was read anew.
    pub readings: i64,
    pub error: Option<String>,
    pub created_by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub deleted_at: Option<i64>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

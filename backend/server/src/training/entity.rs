//! Runs and their steps as the database holds them.

pub mod run {
    //! A run.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "training_runs")]
    #[allow(missing_docs)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub dataset_id: String,
        pub name: String,
        pub settings: String,
        pub status: String,
        pub attempt: i64,
        pub progress: f64,
        pub model_id: Option<String>,
        pub error: Option<String>,
        pub created_by: Option<String>,
        pub queued_at: i64,
        pub started_at: Option<i64>,
        pub finished_at: Option<i64>,
        pub ends_at: Option<i64>,
        pub trials_done: i64,
        pub best: Option<String>,
        pub stop_requested_at: Option<i64>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod event {
    //! A step of a run.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "run_events")]
    #[allow(missing_docs)]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub at: i64,
        pub kind: String,
        pub message: String,
        pub progress: f64,
        pub data: String,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

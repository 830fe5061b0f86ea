//! Use cases of models.

use super::{
    card::Card,
    markdown,
    repository::{self, NewModel},
    reproductions,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    http,
    infra::{digest, stored},
    policy::Scope,
    quotas,
};
use bytes::Bytes;
use contract::{
    Code, DatasetId, ModelId, Page,
    datasets::Reading,
    models::{Evaluation, Explanation, ExportFormat, Leaderboard, Lineage, ListModelsQuery, Model},
    training::{RunSettings, Task},
};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

/// What an endpoint needs to know of a model.
#[derive(Clone, Debug)]
pub struct ServableModel {
    /// The id.
    pub id: ModelId,
    /// The name that its versions share.
    pub name: String,
    /// The version.
    pub version: u32,
    /// The kind of answer.
    pub task: Task,
    /// The column that it predicts.
    pub target: String,
    /// Where the artefact is stored.
    pub object_key: String,
    /// The artefact's SHA-256, in hexadecimal.
    pub artefact_sha256: String,
    /// The artefact's size.
    pub artefact_size_bytes: u64,
}

/// What a model was made of: enough to make it again.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The name that its versions share.
    pub name: String,
    /// The data set.
    pub dataset_id: DatasetId,
    /// How its file was read.
    pub reading: Reading,
    /// The settings as asked.
    pub settings: RunSettings,
    /// Trials that were made, where they were recorded.
    pub trials: Option<u32>,
    /// The SHA-256 of the artefact that came out.
    pub artefact_sha256: String,
}

/// A model as a file.
#[derive(Debug)]
pub struct Exported {
    /// The file's name.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Bytes,
}

/// Writes the model of a run in the transaction that completes it; its version.
pub async fn create(
    context: &Context,
    tx: &DatabaseTransaction,
    scope: &Scope,
    new: NewModel,
) -> Result<u32> {
    repository::insert(tx, scope, new, context.clock.now()).await
}

/// The model of this id, or not found.
pub async fn require(context: &Context, scope: &Scope, id: ModelId) -> Result<ServableModel> {
    require_in(context.db.reader(), scope, id).await
}

/// The model of this id as a transaction sees it, or not found.
pub async fn require_in(db: &impl ConnectionTrait, scope: &Scope, id: ModelId) -> Result<ServableModel> {
    let row = repository::find(db, scope, id).await?.ok_or_else(Error::not_found)?;
    Ok(ServableModel {
        id,
        version: u32::try_from(row.version).unwrap_or(u32::MAX),
        task: stored::unword(&row.task)?,
        name: row.name,
        target: row.target,
        object_key: row.object_key,
        artefact_sha256: row.artefact_sha256,
        artefact_size_bytes: u64::try_from(row.artefact_size_bytes).unwrap_or_default(),
    })
}

/// The bytes of a model's artefact, which have the digest of its row.
pub async fn load_artefact(context: &Context, model: &ServableModel) -> Result<Bytes> {
    let bytes = context.storage.get(&model.object_key).await?;
    if digest::sha256_hex(&bytes) != model.artefact_sha256 {
        return Err(Error::internal(format!("the artefact of {} does not have its digest", model.id)));
    }
    Ok(bytes)
}

/// A page of models.
pub async fn list(context: &Context, scope: &Scope, query: ListModelsQuery) -> Result<Page<Model>> {
    let limit = http::page_limit(query.limit)?;
    let (name, cursor) = (query.name.as_deref(), query.cursor.as_deref());
    let rows = repository::list(context.db.reader(), scope, name, cursor, limit).await?;
    let models = rows.into_iter().map(repository::wire).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(models, usize::try_from(limit).unwrap_or(usize::MAX), |model| model.id.to_string()))
}

/// A model.
pub async fn get(context: &Context, scope: &Scope, id: ModelId) -> Result<Model> {
    repository::wire(row(context, scope, id).await?)
}

/// What a model was made of.
pub async fn origin(context: &Context, scope: &Scope, id: ModelId) -> Result<Origin> {
    let row = row(context, scope, id).await?;
    let card: Card = serde_json::from_str(&row.card)?;
    Ok(Origin {
        name: row.name,
        dataset_id: stored::id(&row.dataset_id)?,
        reading: card.reading,
        settings: serde_json::from_str(&row.settings)?,
        trials: card.trials,
        artefact_sha256: row.artefact_sha256,
    })
}

/// The models that were tried.
pub async fn leaderboard(context: &Context, scope: &Scope, id: ModelId) -> Result<Leaderboard> {
    let row = row(context, scope, id).await?;
    let card: Card = serde_json::from_str(&row.card)?;
    Ok(Leaderboard { metric: row.metric, entries: card.leaderboard })
}

/// The data behind a model's pictures.
pub async fn evaluation(context: &Context, scope: &Scope, id: ModelId) -> Result<Evaluation> {
    let card: Card = serde_json::from_str(&row(context, scope, id).await?.card)?;
    Ok(card.evaluation)
}

/// What a model's answers depend on.
pub async fn explanation(context: &Context, scope: &Scope, id: ModelId) -> Result<Explanation> {
    let card: Card = serde_json::from_str(&row(context, scope, id).await?.card)?;
    Ok(card.explanation)
}

/// The model as a file; that it was taken out is recorded.
pub async fn export(context: &Context, scope: &Scope, id: ModelId, format: ExportFormat) -> Result<Exported> {
    let model = require(context, scope, id).await?;
    let artefact = load_artefact(context, &model).await?;
    let bytes = context.cpu.run(move || exported(&artefact, format)).await??;
    let tx = context.db.begin().await?;
    let entry = Entry::success(Act::ModelExported).target("model", id, Some(&model.name)).change(
        "/format",
        serde_json::Value::Null,
        format,
    );
    audit::record(context, &tx, scope, entry).await?;
    tx.commit().await?;
    let (extension, media_type) = match format {
        ExportFormat::Onnx => ("onnx", "application/octet-stream"),
        ExportFormat::Json => ("json", "application/json"),
    };
    Ok(Exported { name: format!("{} v{}.{extension}", model.name, model.version), media_type, bytes })
}

fn exported(artefact: &[u8], format: ExportFormat) -> Result<Bytes> {
    let artefact = engine::Artefact::from_bytes(artefact).map_err(Error::internal)?;
    let made = match format {
        ExportFormat::Onnx => engine::to_onnx(&artefact),
        ExportFormat::Json => engine::to_json(&artefact).map(String::into_bytes),
    };
    made.map(Bytes::from).map_err(|error| Error::new(Code::NotExportable, format!("{error}.")))
}

/// The model in words: data, settings, scores, limits.
pub async fn describe(context: &Context, scope: &Scope, id: ModelId) -> Result<(String, String)> {
    let servable = require(context, scope, id).await?;
    let artefact = load_artefact(context, &servable).await?;
    let row = row(context, scope, id).await?;
    let card: Card = serde_json::from_str(&row.card)?;
    let model = repository::wire(row)?;
    let proofs = reproductions::latest(context, scope, id).await?;
    let name = format!("{} v{}.md", model.name, model.version);
    let work = move || {
        let artefact = engine::Artefact::from_bytes(&artefact).map_err(Error::internal)?;
        markdown::write(&artefact, &model, &card, &proofs)
    };
    Ok((name, context.cpu.run(work).await??))
}

/// Where a model comes from.
pub async fn lineage(context: &Context, scope: &Scope, id: ModelId) -> Result<Lineage> {
    let row = row(context, scope, id).await?;
    let card: Card = serde_json::from_str(&row.card)?;
    Ok(Lineage {
        reading: card.reading,
        model_id: id,
        run_id: stored::id(&row.run_id)?,
        dataset_id: stored::id(&row.dataset_id)?,
        dataset_sha256: row.dataset_sha256,
        settings: serde_json::from_str(&row.settings)?,
        seed: row.seed.cast_unsigned(),
        trials: card.trials.unwrap_or_default(),
        reproductions: reproductions::latest(context, scope, id).await?,
        engine_version: row.engine_version,
        artefact_sha256: row.artefact_sha256,
    })
}

/// Deletes a model that no endpoint serves; its artefact goes with it.
pub async fn delete(context: &Context, scope: &Scope, id: ModelId) -> Result<()> {
    let tx = context.db.begin().await?;
    // Endpoints are put on models in the same line: none can take the model while it goes.
    quotas::stand_in_line(&tx, scope).await?;
    let row = repository::find(&*tx, scope, id).await?.ok_or_else(Error::not_found)?;
    let endpoints = repository::served_by(&*tx, scope, id).await?;
    if !endpoints.is_empty() {
        let detail = format!("The model serves {}. Put another model there first.", endpoints.join(", "));
        return Err(Error::new(Code::InUse, detail));
    }
    repository::mark_deleted(&*tx, scope, id, context.clock.now()).await?;
    let entry = Entry::success(Act::ModelDeleted).target("model", id, Some(&row.name)).change(
        "/version",
        row.version,
        serde_json::Value::Null,
    );
    audit::record(context, &tx, scope, entry).await?;
    tx.commit().await?;
    // The row no longer points there: should this fail, the janitor finds the object.
    context.storage.delete(&row.object_key).await
}

async fn row(context: &Context, scope: &Scope, id: ModelId) -> Result<super::entity::Model> {
    repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)
}

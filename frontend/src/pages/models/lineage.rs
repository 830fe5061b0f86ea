//! Where a model comes from: enough to make it again and to prove that it is the same; and who did.

use super::reproductions;
use crate::{
    client::Remote,
    i18n::{Key, tr},
    model::{figure, path},
    pages::runs::settings_pairs,
    session::Tenancy,
    ui::{Card, Code, Columns, Link, Loaded, Moment, Muted, Pair, Pairs, Stack},
};
use contract::models::{GetLineage, Lineage, Model};
use leptos::prelude::*;

/// The view.
pub fn view(tenancy: Tenancy, model: Model) -> AnyView {
    let id = model.id.to_string();
    let lineage = Remote::new(move || tenancy.ask::<GetLineage>(&[&id]).send());
    let again = reproductions::view(tenancy, &model);
    let view = move |lineage: Lineage| body(tenancy, model.clone(), lineage);
    view! { <Stack><Loaded remote=lineage view/>{again}</Stack> }.into_any()
}

fn body(tenancy: Tenancy, model: Model, lineage: Lineage) -> AnyView {
    let slug = tenancy.slug();
    let dataset = path::dataset(&slug, &lineage.dataset_id.to_string());
    let run = path::run(&slug, &lineage.run_id.to_string());
    let trials = (lineage.trials > 0).then(|| {
        let trials = figure::grouped(u64::from(lineage.trials));
        view! { <Pair name=tr(Key::model_trials) value=trials/> }
    });
    let hash = |key: Key, value: String| view! { <Stack><Muted>{tr(key)}</Muted><Code text=value/></Stack> };
    view! {
        <Columns>
            <Card title=tr(Key::model_tab_lineage)>
                <Stack><Muted>{tr(Key::run_dataset)}</Muted><Link href=dataset text=lineage.dataset_id.to_string()/></Stack>
                <Stack><Muted>{tr(Key::run_title)}</Muted><Link href=run text=lineage.run_id.to_string()/></Stack>
                {hash(Key::model_id, lineage.model_id.to_string())}
                {hash(Key::model_data_hash, lineage.dataset_sha256)}
                {hash(Key::model_hash, lineage.artefact_sha256)}
                <Pairs>
                    <Pair name=tr(Key::train_seed) value=lineage.seed.to_string()/>
                    {trials}
                    <Pair name=tr(Key::model_engine) value=lineage.engine_version.clone()/>
                    <Pair name=tr(Key::model_size) value=figure::bytes(model.artefact_size_bytes)/>
                </Pairs>
                <Muted>{tr(Key::model_created)} " " <Moment at=model.created_at/></Muted>
            </Card>
            <Card title=tr(Key::run_settings)>{settings_pairs(lineage.settings)}</Card>
        </Columns>
    }
    .into_any()
}

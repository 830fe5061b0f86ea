//! What each input adds or takes away, largest first; class and filter narrow the list.

use super::curves::class_select;
use crate::{
    i18n::{Key, fill, tr},
    model::figure::grouped,
    ui::{Card, Empty, Muted, Row, Search, Sign, Stack, Weight, Weights},
};
use contract::models::{Coefficient, Evaluation, Model};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::collections::BTreeSet;

/// The view.
pub fn view(model: &Model, evaluation: Evaluation) -> AnyView {
    if evaluation.coefficients.is_empty() {
        return view! {
            <Card>
                <Empty sign=Sign::Cube title=tr(Key::model_weights_none) text=tr(Key::model_weights_none_text)/>
            </Card>
        }
        .into_any();
    }
    let query = use_query_map();
    let classes: BTreeSet<String> =
        evaluation.coefficients.iter().filter_map(|weight| weight.class.clone()).collect();
    let classes: Vec<String> = classes.into_iter().collect();
    let first = classes.first().cloned().unwrap_or_default();
    let known = classes.clone();
    let chosen = Memo::new(move |_| {
        let asked = query.with(|query| query.get("class")).filter(|class| known.contains(class));
        asked.unwrap_or_else(|| first.clone())
    });
    let wanted = RwSignal::new(String::new());
    let coefficients = StoredValue::new(evaluation.coefficients);
    let weights = Signal::derive(move || {
        let (class, wanted) = (chosen.get(), wanted.get().trim().to_lowercase());
        let fits = |weight: &&Coefficient| {
            weight.class.as_ref().is_none_or(|own| *own == class)
                && (wanted.is_empty() || weight.feature.to_lowercase().contains(&wanted))
        };
        let shown = |weight: &Coefficient| Weight { name: name(&weight.feature), value: weight.weight };
        coefficients.with_value(|all| all.iter().filter(fits).map(shown).collect::<Vec<_>>())
    });
    let select = (!classes.is_empty()).then(|| class_select(classes, chosen.into()));
    let amount = move || {
        let number = grouped(weights.with(Vec::len) as u64);
        fill(Key::model_weights_count, &[("count", &number)])
    };
    let target = model.target.clone();
    let lead = move || fill(Key::model_weights_lead, &[("target", &target)]);
    view! {
        <Stack>
            <Row>{select}<Search label=tr(Key::model_weights_filter) value=wanted/></Row>
            <Card title=tr(Key::model_tab_coefficients) aside=move || view! { <Muted>{amount}</Muted> }>
                <Muted>{lead}</Muted>
                <Weights label=tr(Key::model_tab_coefficients) weights/>
            </Card>
        </Stack>
    }
    .into_any()
}

/// The constant has a name for people.
fn name(feature: &str) -> String {
    if feature == "(intercept)" { tr(Key::model_intercept)().to_owned() } else { feature.to_owned() }
}

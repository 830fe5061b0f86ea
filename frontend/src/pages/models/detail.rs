//! One model: the sentence that says how good it is, and its views, each at an address of its own.

use super::{
    acts::Acts, certainty, coefficients, columns, export::Exports, importance, lineage, pictures, scores,
    segments,
};
use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::{
        figure,
        metric::{self, Verdict},
        path,
    },
    pages::train::words,
    session::Tenancy,
    ui::{
        Badge, Bones, Card, Figure, Figures, Lead, Loaded, Notice, Page, ProblemPanel, Skeleton, Stack, Tab,
        Tabs, Tone, Trail,
    },
};
use contract::models::{Evaluation, Explanation, GetEvaluation, GetExplanation, GetModel, Model as Value};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Scores,
    Pictures,
    Certainty,
    Importance,
    Segments,
    Coefficients,
    Columns,
    Lineage,
}

const VIEWS: [(Shown, &str, Key); 8] = [
    (Shown::Scores, "", Key::model_tab_scores),
    (Shown::Pictures, "pictures", Key::model_tab_pictures),
    (Shown::Certainty, "certainty", Key::model_tab_certainty),
    (Shown::Importance, "importance", Key::model_tab_importance),
    (Shown::Segments, "segments", Key::model_tab_segments),
    (Shown::Coefficients, "coefficients", Key::model_tab_coefficients),
    (Shown::Columns, "columns", Key::model_tab_columns),
    (Shown::Lineage, "lineage", Key::model_tab_lineage),
];

impl Shown {
    fn of(name: Option<String>) -> Self {
        let name = name.unwrap_or_default();
        VIEWS.iter().find(|view| view.1 == name).map_or(Shown::Scores, |view| view.0)
    }
}

/// What is known of how good a model is, and of what its answers depend on.
#[derive(Clone, Copy)]
struct Known {
    evaluation: Remote<Evaluation>,
    explanation: Remote<Explanation>,
}

impl Known {
    /// Whether a view has anything to show; an older model keeps what it had when it was made.
    fn offers(self, view: Shown) -> bool {
        let evaluation = |has: fn(&Evaluation) -> bool| {
            self.evaluation.state().with(|state| state.value().is_some_and(has))
        };
        match view {
            Shown::Certainty => evaluation(certainty::has),
            Shown::Segments => evaluation(segments::has),
            Shown::Coefficients => evaluation(|evaluation| !evaluation.coefficients.is_empty()),
            Shown::Importance => {
                self.explanation.state().with(|state| state.value().is_some_and(importance::has))
            }
            Shown::Scores | Shown::Pictures | Shown::Columns | Shown::Lineage => true,
        }
    }
}

/// A model.
#[component]
pub fn Model() -> impl IntoView {
    let (tenancy, params, query) = (Tenancy::expect(), use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let shown = Memo::new(move |_| Shown::of(query.with(|query| query.get("tab"))));
    let model = Remote::new(move || tenancy.ask::<GetModel>(&[&id.get()]).send());
    let known = Known {
        evaluation: Remote::new(move || tenancy.ask::<GetEvaluation>(&[&id.get()]).send()),
        explanation: Remote::new(move || tenancy.ask::<GetExplanation>(&[&id.get()]).send()),
    };
    let title = move || model.value().map_or_else(|| say(Key::model_title).to_owned(), |model| model.name);
    let trail = move || view! { <Trail href=path::models(&tenancy.slug()) text=tr(Key::model_list_title)/> };
    let mark = move || {
        model.value().map(|model| {
            let version = model.version.to_string();
            let text = move || fill(Key::model_version_mark, &[("version", &version)]);
            view! { <Badge text tone=Tone::Accent/> }
        })
    };
    let actions = move || view! { <Exports model/> <Acts model/> };
    let view = move |value: Value| body(tenancy, value, known, shown);
    view! {
        <Page title trail mark=move || mark actions>
            <Loaded remote=model view bones=Bones::Cards/>
        </Page>
    }
}

fn body(tenancy: Tenancy, value: Value, known: Known, shown: Memo<Shown>) -> AnyView {
    let base = path::model(&tenancy.slug(), &value.id.to_string());
    let tab = move |(view, name, key): (Shown, &'static str, Key)| {
        let href = if name.is_empty() { base.clone() } else { format!("{base}?tab={name}") };
        let current = Signal::derive(move || shown.get() == view);
        let offered = Memo::new(move |_| current.get() || known.offers(view));
        move || offered.get().then(|| view! { <Tab href=href.clone() text=tr(key) current/> })
    };
    let tabs = VIEWS.into_iter().map(tab).collect_view();
    let held = StoredValue::new(value.clone());
    let content = move || {
        let value = held.get_value();
        let of_evaluation = move |view: fn(&Value, Evaluation) -> AnyView| {
            let value = held.get_value();
            let view = move |evaluation: Evaluation| view(&value, evaluation);
            view! { <Loaded remote=known.evaluation view bones=Bones::Cards/> }.into_any()
        };
        match shown.get() {
            Shown::Scores => scores::view(tenancy, value),
            Shown::Pictures => of_evaluation(pictures::view),
            Shown::Certainty => of_evaluation(certainty::view),
            Shown::Importance => {
                let view = move |explanation: Explanation| importance::view(&held.get_value(), explanation);
                view! { <Loaded remote=known.explanation view bones=Bones::Cards/> }.into_any()
            }
            Shown::Segments => of_evaluation(segments::view),
            Shown::Coefficients => of_evaluation(coefficients::view),
            Shown::Columns => columns::view(value),
            Shown::Lineage => lineage::view(tenancy, value),
        }
    };
    view! {
        <Stack>
            {sentence(&value, known.evaluation)}
            {facts(value)}
        </Stack>
        <Tabs label=tr(Key::model_views)>{tabs}</Tabs>
        {content}
    }
    .into_any()
}

/// How good it is, in one sentence; and a warning where guessing is as good.
fn sentence(value: &Value, evaluation: Remote<Evaluation>) -> AnyView {
    let verdict = metric::verdict(value);
    let rows = Memo::new(move |_| evaluation.value().map(|evaluation| figure::grouped(evaluation.test_rows)));
    let text = move || {
        let rows = rows.get().unwrap_or_else(|| "–".to_owned());
        match &verdict {
            Some(Verdict::Right { model, baseline }) => {
                fill(Key::model_sentence_right, &[("share", model), ("rows", &rows), ("baseline", baseline)])
            }
            Some(Verdict::Off { model, rmse, baseline, explained }) => fill(
                Key::model_sentence_off,
                &[
                    ("error", model),
                    ("rmse", rmse),
                    ("rows", &rows),
                    ("baseline", baseline),
                    ("explained", explained),
                ],
            ),
            None => say(Key::model_sentence_none).to_owned(),
        }
    };
    let failed = move || match evaluation.state().get() {
        crate::client::State::Failed(failure) => Some(view! { <ProblemPanel failure/> }),
        _ => None,
    };
    let waiting = Memo::new(move |_| matches!(evaluation.state().get(), crate::client::State::Loading));
    let weak = (metric::beats_baseline(value) == Some(false))
        .then(|| view! { <Notice tone=Tone::Warn text=tr(Key::model_weak)/> });
    let text: leptos::text_prop::TextProp = text.into();
    let said = move || {
        if waiting.get() {
            view! { <Skeleton/> }.into_any()
        } else {
            view! { <Lead text=text.clone()/> }.into_any()
        }
    };
    view! { <Card>{said}</Card> {failed} {weak} }.into_any()
}

fn facts(value: Value) -> AnyView {
    let columns = figure::grouped(value.features.len() as u64);
    view! {
        <Figures>
            <Figure name=tr(Key::train_target) value=value.target/>
            <Figure name=tr(Key::train_task) value=tr(words::task(value.task))/>
            <Figure name=tr(Key::model_family) value=tr(words::algorithm(value.algorithm))/>
            <Figure name=tr(Key::run_features) value=columns/>
            <Figure name=tr(Key::model_size) value=figure::bytes(value.artefact_size_bytes)/>
        </Figures>
    }
    .into_any()
}

//! The leaderboard as it grows: each family with its score, and the line of the best one.

use super::live::Live;
use crate::{
    i18n::{Key, fill, tr},
    model::{metric as scores, plan, plot::Frame},
    pages::train::words,
    ui::{Align, Badge, Card, Cell, Column, Empty, Mark, Plot, Sign, Stack, Strong, Table, Tone},
};
use contract::training::{Run, Task};
use leptos::prelude::*;

/// The metric that ranks a run's families: the asked one, else the usual one of its task.
pub fn metric(value: Memo<Option<Run>>) -> String {
    value.with(|run| {
        let settings = run.as_ref().map(|run| &run.settings);
        let asked = settings.and_then(|settings| settings.metric.clone());
        let task = settings.and_then(|settings| settings.task).unwrap_or(Task::Regression);
        asked.or_else(|| scores::of(task).first().map(|name| (*name).to_owned())).unwrap_or_default()
    })
}

/// The card.
pub fn card(value: Memo<Option<Run>>, live: Live) -> AnyView {
    let name = Memo::new(move |_| metric(value));
    let over = Memo::new(move |_| value.with(|run| run.as_ref().is_some_and(|run| run.status.is_final())));
    let content = move || {
        let families = live.course.with(|course| course.ranked(&name.get()));
        if families.is_empty() {
            let text = if over.get() { Key::run_families_never } else { Key::run_families_soon };
            return view! { <Empty sign=Sign::Cube title=tr(Key::run_families_none) text=tr(text) small=true/> }
                .into_any();
        }
        let columns = vec![
            Column::words(tr(Key::train_families)),
            Column::words(tr(Key::column_status)),
            Column::numbers(move || words::metric(&name.get())),
        ];
        let first = families.iter().find(|family| family.scores.is_some()).map(|family| family.algorithm);
        let row = |family: crate::model::course::Family| {
            let score = family.scores.as_ref().and_then(|scores| scores.get(&name.get()).copied());
            let shown = score.map_or_else(|| "–".to_owned(), |score| scores::shown(&name.get(), score));
            let best = score.is_some() && first == Some(family.algorithm);
            let (key, tone) = match (best, family.scores.is_some()) {
                (true, _) => (Key::run_family_best, Tone::Good),
                (false, true) => (Key::run_family_scored, Tone::Plain),
                (false, false) => (Key::run_family_fitting, Tone::Accent),
            };
            let busy = family.scores.is_none() && !over.get();
            view! {
                <tr>
                    <Cell><Strong>{tr(words::algorithm(family.algorithm))}</Strong></Cell>
                    <Cell><Badge text=tr(key) tone busy/></Cell>
                    <Cell align=Align::End>{shown}</Cell>
                </tr>
            }
        };
        let rows = families.into_iter().map(row).collect_view();
        view! { <Table label=tr(Key::run_families) columns>{rows}</Table> }.into_any()
    };
    let line = move || best_line(live, name.get());
    view! {
        <Stack>
            <Card title=tr(Key::run_families) flush=true>{content}</Card>
            {line}
        </Stack>
    }
    .into_any()
}

/// How the best score came down (or up), family by family; of one family there is nothing to see.
fn best_line(live: Live, name: String) -> Option<AnyView> {
    let points = live.course.with(|course| course.best_line(&name));
    if points.len() < 2 {
        return None;
    }
    let frame = Frame::around(&points)?;
    let tried: Vec<_> = live.course.with(|course| {
        let scored = course.families.iter().filter(|family| family.scores.is_some());
        scored.map(|family| plan::name_of(&family.algorithm)).collect()
    });
    let drawn = points.clone();
    let marks = Signal::derive(move || vec![Mark::Line(drawn.clone()), Mark::Dots(drawn.clone())]);
    let shown = name.clone();
    let rows = Signal::derive(move || {
        let families = tried.iter().zip(&points);
        let row = |(family, point): (&String, &(f64, f64))| {
            let family = plan::word(family).map(|family| tr(words::algorithm(family))()).unwrap_or_default();
            vec![family.to_owned(), scores::shown(&shown, point.1)]
        };
        families.map(row).collect::<Vec<_>>()
    });
    let (axis, head) = (name.clone(), name.clone());
    let columns =
        vec![Column::numbers(tr(Key::train_families)), Column::numbers(move || words::metric(&head))];
    let label = move || fill(Key::run_best, &[("metric", &words::metric(&name))]);
    let title = label.clone();
    Some(
        view! {
            <Card title=title>
                <Plot label frame x_name=tr(Key::run_families_tried) y_name=move || words::metric(&axis) marks
                    columns rows/>
            </Card>
        }
        .into_any(),
    )
}

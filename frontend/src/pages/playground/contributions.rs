//! An answer as a sum of what the columns add, and the columns that had to be filled in.

use crate::{
    i18n::{Key, fill, tr},
    model::{
        figure::{grouped, measured},
        ledger,
    },
    ui::{Muted, Pair, Pairs, Remarks, Stack, Strong, Weight, Weights},
};
use contract::predictions::Contribution;
use leptos::{prelude::*, text_prop::TextProp};

/// Columns that have a bar.
const BARS: usize = 15;

/// The sum; nothing where it was not asked for.
pub fn view(base: Option<f64>, contributions: Vec<Contribution>, answer: TextProp) -> Option<AnyView> {
    let ledger = ledger::ledger(base?, contributions, BARS);
    let weight = |part: Contribution| Weight { name: part.feature, value: part.value };
    let weights: Vec<Weight> = ledger.shown.into_iter().map(weight).collect();
    let none = weights.is_empty().then(|| view! { <Muted>{tr(Key::play_adds_nothing)}</Muted> });
    let rest = ledger.rest.map(|(count, sum)| {
        let count = grouped(count);
        let name = move || fill(Key::play_adds_rest, &[("count", &count)]);
        view! { <Pair name value=measured(sum)/> }
    });
    let lead = move || fill(Key::play_adds_lead, &[("answer", answer.get().as_ref())]);
    let label = lead.clone();
    let body = view! {
        <Stack>
            <Strong>{tr(Key::play_adds)}</Strong>
            <Muted>{lead}</Muted>
            <Pairs><Pair name=tr(Key::play_base) value=measured(ledger.base)/></Pairs>
            {none}
            <Weights label weights=Signal::stored(weights)/>
            <Pairs>
                {rest}
                <Pair name=tr(Key::play_sum) value=measured(ledger.sum)/>
            </Pairs>
        </Stack>
    };
    Some(body.into_any())
}

/// Each column that was missing, by its name.
pub fn imputed(columns: Vec<String>) -> Option<AnyView> {
    let line =
        |column: String| -> TextProp { (move || fill(Key::play_imputed, &[("column", &column)])).into() };
    let texts: Vec<TextProp> = columns.into_iter().map(line).collect();
    (!texts.is_empty()).then(|| view! { <Remarks texts/> }.into_any())
}

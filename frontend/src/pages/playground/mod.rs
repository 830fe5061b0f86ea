//! The playground: a row written by hand or taken from the test part, its answer, and the same call as code.

mod answer;
mod code;
mod contributions;
mod desk;
mod fields;
mod wishes;

pub use code::{CodeTab, predict_address};
pub use desk::Playground;

use crate::{
    client::{Failure, Remote},
    model::{
        draft::{self, Draft},
        faults,
        snippet::Wishes,
    },
    session::Tenancy,
};
use contract::{
    endpoints::{Endpoint, EndpointSchema, GetEndpoint, GetEndpointSchema},
    models::Feature,
    predictions::PredictAnswer,
};
use leptos::prelude::*;
use serde_json::Value;

/// An answer with what was asked.
#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    asked: Draft,
    wishes: Wishes,
    answer: PredictAnswer,
    /// What was so, for a row of the test part.
    actual: Option<Value>,
    millis: u64,
}

/// What the tabs of an endpoint share: what it is, what it reads, the row in the making and its answer.
#[derive(Clone, Copy)]
pub struct Bench {
    /// The name in the address.
    pub name: Memo<String>,
    /// The endpoint.
    pub endpoint: Remote<Endpoint>,
    /// What it reads and answers.
    pub schema: Remote<EndpointSchema>,
    draft: RwSignal<Draft>,
    /// The row of the test part that was drawn last, with what was so.
    drawn: RwSignal<Option<(Draft, Value)>>,
    /// Whether an interval (or a set) is wished for, and its level in percent.
    interval: RwSignal<bool>,
    level: RwSignal<f64>,
    /// Whether it is wished to know what the columns add.
    explain: RwSignal<bool>,
    busy: RwSignal<bool>,
    /// Columns that neither have a value nor are said to be missing.
    open: RwSignal<Vec<String>>,
    failure: RwSignal<Option<Failure>>,
    outcome: RwSignal<Option<Outcome>>,
}

impl Bench {
    /// The bench of the endpoint that the address names.
    pub fn new(tenancy: Tenancy, name: Memo<String>) -> Self {
        let bench = Self {
            name,
            endpoint: Remote::new(move || tenancy.ask::<GetEndpoint>(&[&name.get()]).send()),
            schema: Remote::new(move || tenancy.ask::<GetEndpointSchema>(&[&name.get()]).send()),
            draft: RwSignal::new(Draft::new()),
            drawn: RwSignal::new(None),
            interval: RwSignal::new(false),
            level: RwSignal::new(90.0),
            explain: RwSignal::new(false),
            busy: RwSignal::new(false),
            open: RwSignal::new(Vec::new()),
            failure: RwSignal::new(None),
            outcome: RwSignal::new(None),
        };
        Effect::new(move |before: Option<String>| {
            let now = name.get();
            if before.is_some_and(|before| before != now) {
                bench.clear();
            }
            now
        });
        // A new model may read other columns; what was written for those that stay is kept.
        Effect::new(move |_| {
            let Some(schema) = bench.schema.value() else { return };
            let typical = draft::typical(&schema.features);
            bench.draft.update(|draft| {
                for (name, entry) in typical {
                    draft.entry(name).or_insert(entry);
                }
            });
        });
        bench
    }

    /// Takes in an endpoint whose model was changed: it reads and answers anew.
    pub fn served_by(&self, endpoint: Endpoint) {
        self.endpoint.put(endpoint);
        self.wish_nothing();
        self.schema.reload();
        self.outcome.set(None);
        self.drawn.set(None);
        self.failure.set(None);
    }

    /// Another model may not know how sure it is.
    fn wish_nothing(&self) {
        self.interval.set(false);
        self.explain.set(false);
    }

    /// What an answer is to come with.
    fn wishes(&self) -> Wishes {
        let interval = self.interval.get().then(|| self.level.get() / 100.0);
        Wishes { interval, explain: self.explain.get() }
    }

    fn clear(&self) {
        self.wish_nothing();
        self.draft.set(Draft::new());
        self.drawn.set(None);
        self.open.set(Vec::new());
        self.failure.set(None);
        self.outcome.set(None);
    }

    /// Puts a whole row into the fields.
    fn fill(&self, row: Draft) {
        self.open.set(Vec::new());
        self.failure.set(None);
        self.draft.set(row);
    }

    /// The row as it would be sent, in the order of the columns.
    fn row(&self, features: &[Feature]) -> Vec<(String, Value)> {
        self.draft.with(|draft| draft::row(features, draft))
    }

    /// Forgets what was wrong with a column that is being mended.
    fn forgive(&self, column: &str) {
        if self.open.with_untracked(|open| open.iter().any(|known| known == column)) {
            self.open.update(|open| open.retain(|known| known != column));
        }
        let pointer = draft::pointer(column);
        let mended = self.failure.with_untracked(|failure| match failure {
            Some(Failure::Refused(problem)) if faults::at(problem, &pointer).is_some() => {
                let mut rest = problem.clone();
                rest.errors.retain(|fault| fault.pointer != pointer);
                Some((!rest.errors.is_empty()).then_some(Failure::Refused(rest)))
            }
            _ => None,
        });
        if let Some(rest) = mended {
            self.failure.set(rest);
        }
    }
}

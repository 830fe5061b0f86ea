//! Something the server has, as far as this page knows it: being read, read, old, or refused.

use super::Failure;
use leptos::{prelude::*, task::spawn_local};
use std::{future::Future, pin::Pin, rc::Rc};

/// What is known.
#[derive(Clone, Debug, PartialEq)]
pub enum State<T> {
    /// Nothing yet.
    Loading,
    /// The answer.
    Ready(T),
    /// An answer from before, and why there is no newer one.
    Stale(T, Failure),
    /// No answer.
    Failed(Failure),
}

impl<T> State<T> {
    /// The answer, new or old.
    pub fn value(&self) -> Option<&T> {
        match self {
            State::Ready(value) | State::Stale(value, _) => Some(value),
            State::Loading | State::Failed(_) => None,
        }
    }
}

type Fetch<T> = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<T, Failure>>>>>;

/// A value of the server that follows what its question reads: when the tenant or the page changes it is asked anew,
/// and an answer to an older question is dropped.
pub struct Remote<T: Send + Sync + 'static> {
    state: RwSignal<State<T>>,
    fetch: StoredValue<Fetch<T>, LocalStorage>,
    question: StoredValue<u64>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Remote<T> {
    /// Asks now, and again whenever a signal changes that `fetch` reads before it waits.
    pub fn new<F, W>(fetch: F) -> Self
    where
        F: Fn() -> W + 'static,
        W: Future<Output = Result<T, Failure>> + 'static,
    {
        let fetch: Fetch<T> = Rc::new(move || Box::pin(fetch()));
        let remote = Self {
            state: RwSignal::new(State::Loading),
            fetch: StoredValue::new_local(fetch),
            question: StoredValue::new(0),
        };
        Effect::new(move |_| {
            if remote.state.with_untracked(|state| !matches!(state, State::Loading)) {
                remote.state.set(State::Loading);
            }
            remote.ask();
        });
        remote
    }

    /// Asks the same question again; what is known stays on the screen meanwhile.
    pub fn reload(&self) {
        let remote = *self;
        if remote.state.with_untracked(|state| matches!(state, State::Failed(_))) {
            remote.state.set(State::Loading);
        }
        untrack(move || remote.ask());
    }

    /// What is known; followed by whoever reads it in a reactive place.
    pub fn state(&self) -> Signal<State<T>> {
        self.state.into()
    }

    /// The answer, new or old.
    pub fn value(&self) -> Option<T> {
        self.state.with(|state| state.value().cloned())
    }

    /// Puts a value in place that another call answered.
    pub fn put(&self, value: T) {
        self.question.update_value(|question| *question += 1);
        self.state.set(State::Ready(value));
    }

    fn ask(&self) {
        let remote = *self;
        let Some(fetch) = remote.fetch.try_get_value() else { return };
        remote.question.update_value(|question| *question += 1);
        let asked = remote.question.get_value();
        let answer = fetch();
        spawn_local(async move {
            let answer = answer.await;
            // The page may be gone, or may ask something else by now.
            if remote.question.try_get_value() == Some(asked) {
                remote.take(answer);
            }
        });
    }

    fn take(&self, answer: Result<T, Failure>) {
        let next = match answer {
            Ok(value) => State::Ready(value),
            Err(failure) => match self.state.with_untracked(|state| state.value().cloned()) {
                Some(old) if worth_keeping(&failure) => State::Stale(old, failure),
                _ => State::Failed(failure),
            },
        };
        // Setting the same again would rebuild the page under the reader's hands.
        if self.state.with_untracked(|state| *state != next) {
            self.state.set(next);
        }
    }
}

/// An old answer helps while the server is away, not when it says that there is none for us.
fn worth_keeping(failure: &Failure) -> bool {
    matches!(failure.status(), 0 | 408 | 429 | 500..)
}

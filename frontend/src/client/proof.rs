//! The fresh proof that some acts need: asked for once, whatever number of calls wait for it; they are repeated then.

use js_sys::{Function, Promise};
use leptos::prelude::*;
use std::{cell::RefCell, sync::LazyLock};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

static ASKED: LazyLock<ArcRwSignal<bool>> = LazyLock::new(|| ArcRwSignal::new(false));

struct Waiting {
    promise: Promise,
    settle: Option<Function>,
}

thread_local! {
    /// What the calls wait for that were refused for want of a proof.
    static WAITING: RefCell<Option<Waiting>> = const { RefCell::new(None) };
}

/// Whether calls wait for a proof; followed by whoever reads it in a reactive place.
pub fn proof_asked() -> bool {
    ASKED.get()
}

/// Lets the calls go on that wait: repeated when the proof was given, refused when it was not. Without any it does
/// nothing.
pub fn proof_settled(given: bool) {
    let Some(waiting) = WAITING.with_borrow_mut(Option::take) else { return };
    ASKED.set(false);
    if let Some(settle) = waiting.settle {
        // Settling a promise runs nothing of ours that could fail.
        drop(settle.call1(&JsValue::UNDEFINED, &JsValue::from_bool(given)));
    }
}

/// Asks for a proof and waits; whether it was given.
pub(super) async fn proved() -> bool {
    let promise = WAITING.with_borrow_mut(|waiting| {
        let waiting = waiting.get_or_insert_with(|| {
            let mut settle = None;
            let promise = Promise::new(&mut |resolve, _| settle = Some(resolve));
            Waiting { promise, settle }
        });
        waiting.promise.clone()
    });
    ASKED.set(true);
    JsFuture::from(promise).await.is_ok_and(|given| given.is_truthy())
}

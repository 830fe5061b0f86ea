//! A stream of server-sent events by `fetch`: unlike `EventSource` it can name the tenant and renew the session.
//! It reads on from the last event after each break, waits longer after each failure, and ends with the page.

use super::{Ask, Failure};
use crate::model::sse::{self, Frame};
use contract::Call;
use js_sys::{Promise, Reflect, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::Cell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, Response};

/// How the line to the server is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Line {
    /// Events come, or are about to.
    #[default]
    Open,
    /// The server is away; the stream is asked for again.
    Away,
    /// All was told.
    Ended,
    /// There is no stream for us.
    Refused(Failure),
}

/// What to do after some events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Read on.
    On,
    /// Nothing more will come.
    End,
}

/// Follows a stream until `take` ends it or the reactive owner goes; events come in the order and cut of the network.
pub fn follow<C: Call>(
    ask: impl Fn() -> Ask<C> + 'static,
    take: impl Fn(Vec<Frame>) -> Then + 'static,
) -> RwSignal<Line> {
    let line = RwSignal::new(Line::Open);
    let Ok(controller) = AbortController::new() else { return line };
    let stop = StoredValue::new_local(controller.clone());
    on_cleanup(move || {
        stop.try_with_value(AbortController::abort);
    });
    spawn_local(async move {
        let (mut last, mut tries) = (None, 0);
        loop {
            let came = Rc::new(Cell::new(false));
            let mut call = ask().header("Accept", "text/event-stream").until(controller.signal());
            if let Some(id) = &last {
                call = call.header("Last-Event-ID", id);
            }
            let outcome = read(call, &take, &mut last, &came, line).await;
            if controller.signal().aborted() {
                return;
            }
            match outcome {
                Ok(Then::End) => return drop(line.try_set(Line::Ended)),
                Err(failure) if is_final(&failure) => return drop(line.try_set(Line::Refused(failure))),
                Ok(Then::On) | Err(_) => {}
            }
            tries = if came.get() { 0 } else { tries + 1 };
            line.try_set(Line::Away);
            pause(sse::wait_millis(tries)).await;
            if controller.signal().aborted() {
                return;
            }
        }
    });
    line
}

/// Reads one answer to its end.
async fn read<C: Call>(
    call: Ask<C>,
    take: &impl Fn(Vec<Frame>) -> Then,
    last: &mut Option<String>,
    came: &Rc<Cell<bool>>,
    line: RwSignal<Line>,
) -> Result<Then, Failure> {
    let response = call.response().await?;
    let reader = reader(&response).ok_or(Failure::Garbled(response.status()))?;
    line.try_set(Line::Open);
    let mut parser = sse::Parser::default();
    while let Some(piece) = piece(reader.read()).await? {
        came.set(true);
        let frames = parser.feed(&piece);
        if let Some(id) = frames.last().and_then(|frame| frame.id.clone()) {
            *last = Some(id);
        }
        if !frames.is_empty() && take(frames) == Then::End {
            drop(reader.cancel());
            return Ok(Then::End);
        }
    }
    Ok(Then::On)
}

fn reader(response: &Response) -> Option<ReadableStreamDefaultReader> {
    response.body()?.get_reader().dyn_into().ok()
}

/// The next bytes; none at the end of the answer.
async fn piece(promise: Promise) -> Result<Option<Vec<u8>>, Failure> {
    let result = JsFuture::from(promise).await.map_err(|_| Failure::Unreachable)?;
    let field = |name: &str| Reflect::get(&result, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    Ok((!field("done").is_truthy()).then(|| Uint8Array::new(&field("value")).to_vec()))
}

/// Asking again would bring the same refusal.
fn is_final(failure: &Failure) -> bool {
    matches!(failure.status(), 400..=407 | 409..=428 | 430..=499)
}

/// Waits, in milliseconds.
pub async fn pause(millis: u64) {
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(move || drop(resolve.call0(&JsValue::UNDEFINED)), Duration::from_millis(millis));
    });
    drop(JsFuture::from(promise).await);
}

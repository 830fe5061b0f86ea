//! The files on their way into this tenant. When the only one arrives, its data set opens.

use crate::{
    client::{Phase, Upload, Uploads},
    i18n::{Key, fill, say, tr},
    model::{
        figure::{bytes, percent},
        path,
        transfer::{Transfer, duration},
    },
    session::Tenancy,
    ui::{Button, ButtonLink, Card, Feed, Kind, ProblemPanel, TransferRow},
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The transfers of this page's tenant; nothing when there are none.
#[component]
pub fn Transfers() -> impl IntoView {
    let (tenancy, uploads) = (Tenancy::expect(), expect_context::<Uploads>());
    open_the_only_one(tenancy, uploads.clone());
    let some = {
        let uploads = uploads.clone();
        Memo::new(move |_| !uploads.of(&tenancy.slug()).is_empty())
    };
    move || {
        some.get().then(|| {
            let uploads = uploads.clone();
            view! {
                <Card title=tr(Key::upload_title) flush=true>
                    <Feed>
                        <For
                            each=move || uploads.of(&tenancy.slug())
                            key=|upload| upload.number
                            children=|upload| view! { <Line upload/> }
                        />
                    </Feed>
                </Card>
            }
        })
    }
}

fn open_the_only_one(tenancy: Tenancy, uploads: Uploads) {
    let navigate = use_navigate();
    // A small file that was dropped on another page may have arrived before this one was there.
    let followed = uploads.was_followed();
    Effect::new(move |before: Option<u64>| {
        let now = uploads.finished();
        let slug = untrack(|| tenancy.slug());
        let all = untrack(|| uploads.of(&slug));
        let news = before.map_or(followed, |before| before != now);
        if let ([only], true) = (all.as_slice(), news)
            && let Phase::Done(dataset) = only.phase.get_untracked()
        {
            uploads.dismiss(only);
            navigate(&path::dataset(&slug, &dataset.id.to_string()), Default::default());
        }
        now
    });
}

#[component]
fn Line(upload: Upload) -> impl IntoView {
    let phase = upload.phase.clone();
    let phase = Signal::derive(move || phase.get());
    let progress = Signal::derive(move || match phase.get() {
        Phase::Sending(transfer) => Some((transfer.sent_bytes, transfer.total_bytes)),
        Phase::Storing => Some((1, 1)),
        _ => None,
    });
    let size = upload.size_bytes;
    let detail = move || match phase.get() {
        Phase::Waiting => fill(Key::upload_waiting, &[("size", &bytes(size))]),
        Phase::Sending(transfer) => sending(&transfer),
        other => settled(&other).to_owned(),
    };
    let spoken = move || match phase.get() {
        // Read out at every quarter, not at every packet.
        Phase::Sending(transfer) => {
            let quarter = transfer.sent_bytes.saturating_mul(4) / transfer.total_bytes.max(1);
            fill(Key::upload_spoken, &[("share", &percent(quarter, 4))])
        }
        other => settled(&other).to_owned(),
    };
    let problem = move || match phase.get() {
        Phase::Failed(failure) => Some(view! { <ProblemPanel failure flush=true/> }),
        _ => None,
    };
    view! {
        <TransferRow name=upload.name.clone() progress detail spoken><Actions upload phase/></TransferRow>
        {problem}
    }
}

#[component]
fn Actions(upload: Upload, phase: Signal<Phase>) -> impl IntoView {
    #[derive(Clone, Copy, PartialEq)]
    enum Offer {
        Cancel,
        Open,
        Again,
    }
    let (tenancy, uploads) = (Tenancy::expect(), expect_context::<Uploads>());
    let offer = Memo::new(move |_| match phase.get() {
        Phase::Waiting | Phase::Sending(_) | Phase::Storing => Offer::Cancel,
        Phase::Done(_) => Offer::Open,
        Phase::Failed(_) | Phase::Cancelled => Offer::Again,
    });
    move || {
        let act = |act: fn(&Uploads, &Upload)| {
            let (uploads, upload) = (uploads.clone(), upload.clone());
            Callback::new(move |()| act(&uploads, &upload))
        };
        let dismiss = act(Uploads::dismiss);
        let dismiss =
            move || view! { <Button text=tr(Key::action_dismiss) kind=Kind::Quiet on_press=dismiss/> };
        match (offer.get(), phase.get_untracked()) {
            (Offer::Open, Phase::Done(dataset)) => {
                let href = path::dataset(&tenancy.slug(), &dataset.id.to_string());
                view! { <ButtonLink href text=tr(Key::upload_open)/> {dismiss()} }.into_any()
            }
            (Offer::Again, _) => {
                let retry = act(Uploads::retry);
                view! { <Button text=tr(Key::action_retry) on_press=retry/> {dismiss()} }.into_any()
            }
            _ => {
                let cancel = act(Uploads::cancel);
                view! { <Button text=tr(Key::action_cancel) on_press=cancel/> }.into_any()
            }
        }
    }
}

fn sending(transfer: &Transfer) -> String {
    let (sent, total) = (bytes(transfer.sent_bytes), bytes(transfer.total_bytes));
    let amount = fill(Key::upload_amount, &[("sent", &sent), ("total", &total)]);
    match (transfer.bytes_per_second(), transfer.seconds_left()) {
        (Some(speed), Some(left)) => {
            let (speed, left) = (bytes(speed as u64), duration(left));
            fill(Key::upload_speed, &[("amount", &amount), ("speed", &speed), ("left", &left)])
        }
        _ => amount,
    }
}

fn settled(phase: &Phase) -> &'static str {
    match phase {
        Phase::Storing => say(Key::upload_storing),
        Phase::Done(_) => say(Key::upload_done),
        Phase::Failed(_) => say(Key::upload_failed),
        Phase::Cancelled => say(Key::upload_cancelled),
        Phase::Waiting | Phase::Sending(_) => "",
    }
}

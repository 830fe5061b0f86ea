//! Uploads that outlive the page they began on. `fetch` tells no progress of a body, so these go by `XMLHttpRequest`.
//!
//! One file goes at a time; the others wait, so that speed and time left mean something.

use super::fetch::Ask;
use crate::model::{
    failure::Failure,
    query::query_string,
    transfer::{Transfer, dataset_name},
};
use contract::{
    Call, TENANT_HEADER,
    accounts::GetMe,
    datasets::{Dataset, UploadDataset, UploadQuery},
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{File, ProgressEvent, XmlHttpRequest};

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Another file goes first.
    Waiting,
    /// Bytes are going out.
    Sending(Transfer),
    /// All bytes went; the server is writing them down.
    Storing,
    /// The data set is there.
    Done(Box<Dataset>),
    /// It did not work.
    Failed(Failure),
    /// The reader stopped it.
    Cancelled,
}

impl Phase {
    fn is_open(&self) -> bool {
        matches!(self, Phase::Waiting | Phase::Sending(_) | Phase::Storing)
    }
}

/// A file on its way.
#[derive(Clone)]
pub struct Upload {
    /// Tells uploads of this page apart.
    pub number: u64,
    /// The tenant that the file goes to.
    pub tenant: String,
    /// The name of the data set to be.
    pub name: String,
    /// The size of the file.
    pub size_bytes: u64,
    /// Where it stands.
    pub phase: ArcRwSignal<Phase>,
    /// Counts the tries: a try that was stopped and begun anew must not go on beside the new one.
    tries: Arc<AtomicU64>,
    file: StoredValue<File, LocalStorage>,
    request: StoredValue<Option<XmlHttpRequest>, LocalStorage>,
}

/// The uploads of this page, newest first.
#[derive(Clone)]
pub struct Uploads {
    all: ArcRwSignal<Vec<Upload>>,
    finished: ArcRwSignal<u64>,
    followed: ArcStoredValue<bool>,
}

impl Default for Uploads {
    fn default() -> Self {
        let (all, finished) = (ArcRwSignal::new(Vec::new()), ArcRwSignal::new(0));
        Self { all, finished, followed: ArcStoredValue::new(false) }
    }
}

impl Uploads {
    /// The uploads into a tenant, newest first; followed by whoever reads it in a reactive place.
    pub fn of(&self, tenant: &str) -> Vec<Upload> {
        self.all.with(|all| all.iter().filter(|upload| upload.tenant == tenant).cloned().collect())
    }

    /// How many uploads ended well so far: a list that shows data sets follows it.
    pub fn finished(&self) -> u64 {
        self.finished.get()
    }

    /// Notes that the reader is being led to the uploads because of what they dropped.
    pub fn follow(&self) {
        self.followed.set_value(true);
    }

    /// Whether the reader was led here by a drop; only the first to ask is told so.
    pub fn was_followed(&self) -> bool {
        let followed = self.followed.get_value();
        self.followed.set_value(false);
        followed
    }

    /// Whether leaving the page would stop an upload.
    pub fn any_open(&self) -> bool {
        self.all.with_untracked(|all| all.iter().any(|upload| upload.phase.with_untracked(Phase::is_open)))
    }

    /// Takes a file and sends it as soon as it is its turn.
    pub fn add(&self, tenant: &str, file: File) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let upload = Upload {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            tenant: tenant.to_owned(),
            name: dataset_name(&file.name()),
            size_bytes: file.size() as u64,
            phase: ArcRwSignal::new(Phase::Waiting),
            tries: Arc::default(),
            file: StoredValue::new_local(file),
            request: StoredValue::new_local(None),
        };
        self.all.update(|all| all.insert(0, upload));
        self.go_on();
    }

    /// Stops an upload; what went already is thrown away by the server.
    pub fn cancel(&self, upload: &Upload) {
        let request = upload.request.get_value();
        upload.phase.set(Phase::Cancelled);
        if let Some(request) = request {
            // A request that is over already needs no stopping.
            drop(request.abort());
        }
        self.go_on();
    }

    /// Sends a file again that failed or was stopped.
    pub fn retry(&self, upload: &Upload) {
        upload.phase.set(Phase::Waiting);
        self.go_on();
    }

    /// Takes an upload that is over from the list.
    pub fn dismiss(&self, upload: &Upload) {
        let number = upload.number;
        self.all.update(|all| all.retain(|other| other.number != number));
    }

    fn go_on(&self) {
        let next = self.all.with_untracked(|all| {
            let busy = |upload: &&Upload| {
                upload.phase.with_untracked(|phase| matches!(phase, Phase::Sending(_) | Phase::Storing))
            };
            if all.iter().any(|upload| busy(&upload)) {
                return None;
            }
            all.iter()
                .rev()
                .find(|upload| upload.phase.with_untracked(|phase| *phase == Phase::Waiting))
                .cloned()
        });
        if let Some(upload) = next {
            upload.phase.set(Phase::Sending(Transfer::new(upload.size_bytes, js_sys::Date::now())));
            let uploads = self.clone();
            spawn_local(async move { uploads.send(upload).await });
        }
    }

    async fn send(self, upload: Upload) {
        // A session that is about to end is renewed before, not after, a gigabyte went out.
        let this = upload.tries.fetch_add(1, Ordering::Relaxed) + 1;
        let me = Ask::<GetMe>::new(&[]).send().await;
        if upload.tries.load(Ordering::Relaxed) != this || !upload.phase.with_untracked(Phase::is_open) {
            return;
        }
        let started = match me {
            Err(failure) => Err(failure),
            Ok(_) => self.start(&upload).map_err(|_| Failure::Unreachable),
        };
        if let Err(failure) = started {
            upload.phase.set(Phase::Failed(failure));
            self.go_on();
        }
    }

    fn start(&self, upload: &Upload) -> Result<(), JsValue> {
        let query = query_string(&UploadQuery { name: Some(upload.name.clone()) });
        let request = XmlHttpRequest::new()?;
        request.open(UploadDataset::METHOD.as_str(), &(UploadDataset::url(&[]) + &query))?;
        request.set_request_header("Content-Type", "text/csv")?;
        request.set_request_header(TENANT_HEADER, &upload.tenant)?;

        let phase = upload.phase.clone();
        let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            phase.update(|phase| advance(phase, event.loaded() as u64));
        });
        request.upload()?.set_onprogress(Some(on_progress.into_js_value().unchecked_ref()));

        let (uploads, ended, reply) = (self.clone(), upload.clone(), request.clone());
        let on_end = Closure::once_into_js(move || uploads.end(&ended, &reply));
        request.set_onloadend(Some(on_end.unchecked_ref()));

        upload.request.set_value(Some(request.clone()));
        upload.file.with_value(|file| request.send_with_opt_blob(Some(file)))
    }

    fn end(&self, upload: &Upload, reply: &XmlHttpRequest) {
        upload.request.set_value(None);
        if upload.phase.with_untracked(|phase| *phase != Phase::Cancelled) {
            let status = reply.status().unwrap_or_default();
            let text = reply.response_text().ok().flatten().unwrap_or_default();
            let phase = outcome(status, &text);
            let done = matches!(phase, Phase::Done(_));
            upload.phase.set(phase);
            if done {
                self.finished.update(|finished| *finished += 1);
            }
        }
        self.go_on();
    }
}

fn advance(phase: &mut Phase, sent_bytes: u64) {
    if let Phase::Sending(transfer) = phase {
        transfer.note(sent_bytes, js_sys::Date::now());
        if transfer.complete() {
            *phase = Phase::Storing;
        }
    }
}

fn outcome(status: u16, text: &str) -> Phase {
    match status {
        0 => Phase::Failed(Failure::Unreachable),
        200..300 => serde_json::from_str(text)
            .map_or(Phase::Failed(Failure::Garbled(status)), |dataset| Phase::Done(Box::new(dataset))),
        _ => Phase::Failed(Failure::of_text(status, text)),
    }
}

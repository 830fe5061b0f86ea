//! Proof that a model comes from its data, settings and seed: it is trained again, and what came of it each time.

use crate::{
    client::{Failure, Remote},
    i18n::{Key, fill, say, tr},
    model::{course, figure, permission::Permission},
    pages::train::words,
    session::{Session, Tenancy},
    ui::{
        Badge, Button, Card, Cell, Code, Column, Empty, Gap, Loaded, Moment, Muted, ProblemPanel, Progress,
        Sign, Stack, Table, Toasts, Tone,
    },
};
use contract::{
    ListQuery, Page, UserId,
    members::{ListMembers, Member},
    models::{ListReproductions, Model, ReproduceModel, Reproduction},
    training::RunStatus,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How often one that runs is asked for anew.
const EVERY: Duration = Duration::from_secs(2);
/// Characters of a hash that tell two apart at a glance.
const BRIEF: usize = 12;

/// The card.
pub fn view(tenancy: Tenancy, model: &Model) -> AnyView {
    let id = StoredValue::new(model.id.to_string());
    let list = Remote::new(move || {
        let query = ListQuery { limit: Some(20), cursor: None };
        id.with_value(|id| tenancy.ask::<ListReproductions>(&[id])).query(&query).send()
    });
    let open = Memo::new(move |_| {
        let runs = |page: &Page<Reproduction>| page.data.iter().any(|one| !one.status.is_final());
        list.state().with(|state| state.value().is_some_and(runs))
    });
    Effect::new(move |_| {
        if open.get()
            && let Ok(timer) = set_interval_with_handle(move || list.reload(), EVERY)
        {
            on_cleanup(move || timer.clear());
        }
    });
    let people = Remote::new(move || async move {
        if !untrack(|| tenancy.rights()).may(Permission::MembersRead) {
            return Ok(Vec::new());
        }
        let query = ListQuery { limit: Some(100), cursor: None };
        let ask = untrack(|| tenancy.ask::<ListMembers>(&[])).query(&query);
        ask.send().await.map(|page| page.data)
    });
    let aside = move || view! { <Again tenancy id list open/> };
    let table = move |page: Page<Reproduction>| table(people, page);
    view! {
        <Card title=tr(Key::model_reproductions) flush=true aside>
            <Loaded remote=list view=table flush=true/>
        </Card>
    }
    .into_any()
}

/// The button; while one runs, there is nothing to press.
#[component]
fn Again(
    tenancy: Tenancy,
    id: StoredValue<String>,
    list: Remote<Page<Reproduction>>,
    open: Memo<bool>,
) -> impl IntoView {
    let toasts = StoredValue::new(expect_context::<Toasts>());
    let busy = RwSignal::new(false);
    let off = Signal::derive(move || busy.get() || open.get());
    let press = Callback::new(move |()| {
        busy.set(true);
        let ask = untrack(|| id.with_value(|id| tenancy.ask::<ReproduceModel>(&[id])));
        let toasts = toasts.get_value();
        spawn_local(async move {
            match ask.send().await {
                Ok(_) => list.reload(),
                Err(Failure::Refused(problem)) => toasts.say(Tone::Bad, problem.detail.clone()),
                Err(_) => toasts.say(Tone::Bad, say(Key::problem_unreachable_title)),
            }
            busy.try_set(false);
        });
    });
    move || {
        tenancy.rights().builds().then(|| {
            view! { <Button text=tr(Key::model_reproduce) sign=Sign::Refresh on_press=press off/> }
        })
    }
}

fn table(people: Remote<Vec<Member>>, page: Page<Reproduction>) -> AnyView {
    if page.data.is_empty() {
        return view! {
            <Empty sign=Sign::Refresh title=tr(Key::model_reproductions_none)
                text=tr(Key::model_reproductions_none_text) small=true/>
        }
        .into_any();
    }
    let columns = [
        Key::model_reproduction,
        Key::model_reproduction_asked,
        Key::model_reproduction_by,
        Key::run_lasted,
        Key::model_engine,
        Key::model_trials,
        Key::model_hash,
    ];
    let columns = columns.into_iter().map(|key| Column::words(tr(key))).collect();
    let rows = page.data.into_iter().map(|one| row(people, one)).collect_view();
    view! { <Table label=tr(Key::model_reproductions) columns>{rows}</Table> }.into_any()
}

fn row(people: Remote<Vec<Member>>, one: Reproduction) -> AnyView {
    let by = one.created_by;
    let who = move || who(people, by);
    let lasted = one
        .started_at
        .zip(one.finished_at)
        .map_or_else(|| "–".to_owned(), |(from, to)| course::lasted(to.millis() - from.millis()));
    let threads = one.threads.map(|threads| {
        let number = figure::grouped(u64::from(threads));
        view! { <Muted>{move || fill(Key::model_reproduction_threads, &[("count", &number)])}</Muted> }
    });
    let trials = one.trials.map_or_else(|| "–".to_owned(), |trials| figure::grouped(u64::from(trials)));
    let found = one.found_sha256.as_ref().map(|hash| {
        let brief: String = hash.chars().take(BRIEF).collect();
        view! { <Code text=brief/> }
    });
    let (asked, engine) = (one.queued_at, one.engine_version.clone().unwrap_or_else(|| "–".to_owned()));
    view! {
        <tr>
            <Cell>{outcome(&one)}</Cell>
            <Cell><Moment at=asked/></Cell>
            <Cell>{who}</Cell>
            <Cell><Stack gap=Gap::Tight><span>{lasted}</span>{threads}</Stack></Cell>
            <Cell>{engine}</Cell>
            <Cell>{trials}</Cell>
            <Cell>{found}</Cell>
        </tr>
    }
    .into_any()
}

/// Whether the outcome was the same; how far it is, or why it failed, where there is none.
fn outcome(one: &Reproduction) -> AnyView {
    let (key, tone) = match (one.status, one.equal) {
        (RunStatus::Succeeded, Some(true)) => (Key::model_reproduction_equal, Tone::Good),
        (RunStatus::Succeeded, Some(false)) => (Key::model_reproduction_other, Tone::Bad),
        (RunStatus::Queued | RunStatus::Running, _) => {
            let progress = one.progress.clamp(0.0, 1.0);
            let text = figure::percent((progress * 1000.0) as u64, 1000);
            let (word, ..) = words::run_status(one.status);
            return view! { <Progress label=tr(word) value=Signal::stored(progress) text/> }.into_any();
        }
        (status, _) => {
            let (word, tone, _) = words::run_status(status);
            (word, tone)
        }
    };
    let failure = one.error.clone().map(|problem| Failure::Refused(Box::new(problem)));
    let failure = failure.map(|failure| view! { <ProblemPanel failure/> });
    view! { <Stack gap=Gap::Tight><Badge text=tr(key) tone/>{failure}</Stack> }.into_any()
}

/// Who asked for it.
fn who(people: Remote<Vec<Member>>, by: Option<UserId>) -> String {
    let Some(by) = by else { return say(Key::model_reproduction_key).to_owned() };
    let me = Session::expect().me().map(|me| me.user).filter(|user| user.id == by);
    if let Some(me) = me {
        return me.name;
    }
    let known = |people: &Vec<Member>| {
        people.iter().find(|member| member.user_id == by).map(|member| member.name.clone())
    };
    people.state().with(|state| state.value().and_then(known)).unwrap_or_else(|| by.to_string())
}

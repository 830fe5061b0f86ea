//! The dialog where somebody says how a file is to be read, with the beginning of the file as it would be read.

use super::{
    reading::Changing,
    reading_kinds::Kinds,
    reading_preview::{Attempt, Preview},
};
use crate::{
    i18n::{Key, tr},
    model::reading::{self, Said},
    pages::words,
    session::Tenancy,
    ui::{Button, Choice, Dialog, Fields, Form, FormState, Kind, SelectField, TextArea, Wide},
};
use contract::datasets::{ColumnKind, DateOrder, ReadAgain, Reading};
use leptos::prelude::*;
use std::collections::BTreeMap;

const ENCODINGS: [&str; 5] = ["utf8", "utf8_bom", "utf16_le", "utf16_be", "windows_1252"];
const DELIMITERS: [char; 5] = [',', ';', '\t', '|', ' '];
const THOUSANDS: [char; 4] = [',', '.', '\'', ' '];
const QUOTES: [(char, Key); 2] = [('\u{22}', Key::reading_quote_double), ('\'', Key::reading_quote_single)];

/// The fields.
#[derive(Clone, Copy, Default)]
pub struct Draft {
    encoding: RwSignal<String>,
    delimiter: RwSignal<String>,
    quote: RwSignal<String>,
    decimal_comma: RwSignal<String>,
    thousands: RwSignal<String>,
    date_order: RwSignal<String>,
    header: RwSignal<String>,
    bad_rows: RwSignal<String>,
    missing_said: RwSignal<String>,
    missing: RwSignal<String>,
    /// What columns hold, as far as somebody says so.
    pub kinds: RwSignal<BTreeMap<String, ColumnKind>>,
}

impl Draft {
    fn load(self, said: Said) {
        self.encoding.set(said.encoding);
        self.delimiter.set(said.delimiter);
        self.quote.set(said.quote);
        self.decimal_comma.set(said.decimal_comma);
        self.thousands.set(said.thousands);
        self.date_order.set(said.date_order);
        self.header.set(said.header);
        // Leaving them out is what happens anyway.
        let bad_rows = said.bad_rows;
        self.bad_rows.set(if bad_rows == "leave_out" { String::new() } else { bad_rows });
        self.missing_said.set(said.missing_said);
        self.missing.set(said.missing);
        self.kinds.set(said.kinds);
    }

    /// What the fields say; followed by whoever asks in a reactive place.
    pub fn reading(self) -> Reading {
        let said = Said {
            encoding: self.encoding.get(),
            delimiter: self.delimiter.get(),
            quote: self.quote.get(),
            decimal_comma: self.decimal_comma.get(),
            thousands: self.thousands.get(),
            date_order: self.date_order.get(),
            header: self.header.get(),
            bad_rows: self.bad_rows.get(),
            missing_said: self.missing_said.get(),
            missing: self.missing.get(),
            kinds: self.kinds.get(),
        };
        said.reading()
    }
}

/// The dialog, once a page; it stays while the data set is read anew.
#[component]
pub fn ReadingForm(
    /// The state of the page's dialog.
    changing: Changing,
) -> impl IntoView {
    let (tenancy, form, draft) = (Tenancy::expect(), FormState::default(), Draft::default());
    let (open, attempt) = (changing.open, Attempt::default());
    Effect::new(move |_| {
        if open.get()
            && let Some((reading, dialect)) = untrack(|| changing.known())
        {
            form.check(&[]);
            attempt.forget();
            draft.load(Said::of(&reading, dialect.as_ref()));
        }
    });
    let read = Callback::new(move |reading: Reading| {
        let fits = reading.missing.as_deref().is_none_or(reading::fits);
        if !form.check(&[("#/missing", Key::reading_missing_wrong, fits)]) {
            return;
        }
        let Some(dataset) = untrack(|| changing.dataset.value()) else { return };
        let ask = untrack(|| tenancy.ask::<ReadAgain>(&[&dataset.id.to_string()])).body(&reading);
        form.send(ask.send(), move |dataset| {
            open.set(false);
            changing.dataset.put(dataset);
        });
    });
    let told = move || changing.known().is_some_and(|(reading, _)| reading != Reading::default());
    let foot = move || {
        let again = move |()| read.run(untrack(|| draft.reading()));
        let reset = move |()| read.run(Reading::default());
        view! {
            <Show when=told>
                <Button text=tr(Key::reading_reset) kind=Kind::Quiet on_press=reset off=form.busy()/>
            </Show>
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::reading_send) kind=Kind::Primary on_press=again off=form.busy()/>
        }
    };
    view! {
        <Dialog open title=tr(Key::reading_title) foot>
            <Wide>
                <p>{tr(Key::reading_lead)}</p>
                // No Enter sends it: the filter of the columns is a field too.
                <Form state=form on_send=|()| ()>
                    {symbols(form, draft)}
                    {habits(form, draft)}
                    {missing(form, draft)}
                    <Kinds draft attempt changing/>
                </Form>
                <Preview changing draft attempt/>
            </Wide>
        </Dialog>
    }
}

fn as_detected() -> Choice {
    Choice::new("", tr(Key::reading_as_detected))
}

/// The lists of the dialect.
fn symbols(form: FormState, draft: Draft) -> AnyView {
    let encodings = Signal::derive(|| {
        let named = |name: &'static str| Choice::new(name, move || words::encoding(name));
        std::iter::once(as_detected()).chain(ENCODINGS.into_iter().map(named)).collect::<Vec<_>>()
    });
    // What a program said stays a choice, whatever it is.
    let other = Memo::new(move |_| draft.delimiter.with(|delimiter| delimiter.chars().next()));
    let delimiters = Signal::derive(move || {
        let other = other.get().filter(|symbol| !DELIMITERS.contains(symbol));
        let named = |symbol: char| Choice::new(symbol, move || words::delimiter(symbol));
        std::iter::once(as_detected())
            .chain(DELIMITERS.into_iter().chain(other).map(named))
            .collect::<Vec<_>>()
    });
    let quotes = Signal::derive(|| {
        let named = |(symbol, name): (char, Key)| Choice::new(symbol, tr(name));
        std::iter::once(as_detected()).chain(QUOTES.into_iter().map(named)).collect::<Vec<_>>()
    });
    view! {
        <Fields>
            <SelectField form pointer="#/encoding" label=tr(Key::read_encoding) choices=encodings value=draft.encoding/>
            <SelectField form pointer="#/delimiter" label=tr(Key::read_delimiter) choices=delimiters
                value=draft.delimiter/>
            <SelectField form pointer="#/quote" label=tr(Key::read_quote) choices=quotes value=draft.quote/>
            <SelectField form pointer="#/decimal_comma" label=tr(Key::reading_decimal)
                choices=flags(Key::reading_decimal_yes, Key::reading_decimal_no) value=draft.decimal_comma/>
            <SelectField form pointer="#/header" label=tr(Key::reading_header)
                choices=flags(Key::word_yes, Key::word_no) value=draft.header/>
            <SelectField form pointer="#/missing_said" label=tr(Key::reading_missing_by) value=draft.missing_said
                choices=Signal::derive(|| vec![as_detected(), Choice::new("true", tr(Key::reading_missing_these))])/>
        </Fields>
    }
    .into_any()
}

fn flags(yes: Key, no: Key) -> Signal<Vec<Choice>> {
    Signal::derive(move || vec![as_detected(), Choice::new("true", tr(yes)), Choice::new("false", tr(no))])
}

/// How numbers and dates are written, and what becomes of rows that can't be read.
fn habits(form: FormState, draft: Draft) -> AnyView {
    let thousands = Signal::derive(|| {
        let named = |symbol: char| Choice::new(symbol, move || words::thousands(symbol));
        std::iter::once(as_detected()).chain(THOUSANDS.into_iter().map(named)).collect::<Vec<_>>()
    });
    let orders = Signal::derive(|| {
        let first = [("day_first", DateOrder::DayFirst), ("month_first", DateOrder::MonthFirst)];
        let named =
            |(name, order): (&'static str, DateOrder)| Choice::new(name, tr(words::date_order(order)));
        std::iter::once(as_detected()).chain(first.into_iter().map(named)).collect::<Vec<_>>()
    });
    let bad = Signal::derive(|| {
        vec![
            Choice::new("", tr(Key::reading_bad_left_out)),
            Choice::new("refuse", tr(Key::reading_bad_refused)),
        ]
    });
    view! {
        <Fields>
            <SelectField form pointer="#/thousands" label=tr(Key::reading_thousands) choices=thousands
                value=draft.thousands/>
            <SelectField form pointer="#/date_order" label=tr(Key::reading_date_order) choices=orders
                value=draft.date_order/>
            <SelectField form pointer="#/bad_rows" label=tr(Key::reading_bad_rows) choices=bad value=draft.bad_rows/>
        </Fields>
    }
    .into_any()
}

/// The texts that mean "missing", where they are said.
fn missing(form: FormState, draft: Draft) -> AnyView {
    let said = Memo::new(move |_| draft.missing_said.with(|said| said == "true"));
    view! {
        <Show when=move || said.get()>
            <TextArea form pointer="#/missing" label=tr(Key::reading_missing) hint=tr(Key::reading_missing_hint)
                value=draft.missing/>
        </Show>
    }
    .into_any()
}

//! How a data set was read, what of it somebody said, and the way to say otherwise.

use crate::{
    client::Remote,
    i18n::{Key, count, say, tr},
    pages::words,
    session::Tenancy,
    ui::{Badge, Button, Chip, Chips, Kind, Muted, Row, Stack, Tone},
};
use contract::datasets::{BadRows, Dataset, Dialect, Reading};
use leptos::prelude::*;

/// The dialog that changes the reading, as whatever stands on the page reaches it.
#[derive(Clone, Copy)]
pub struct Changing {
    /// The data set of the page.
    pub dataset: Remote<Dataset>,
    /// Whether the dialog is shown.
    pub open: RwSignal<bool>,
    /// The column that it was opened for; empty for none.
    pub column: RwSignal<String>,
}

impl Changing {
    /// Makes the dialog known to the page.
    pub fn provide(dataset: Remote<Dataset>) -> Self {
        let column = RwSignal::new(String::new());
        let changing = Self { dataset, open: RwSignal::new(false), column };
        provide_context(changing);
        changing
    }

    /// Opens it, for a column or for none.
    pub fn begin(self, column: &str) {
        self.column.set(column.to_owned());
        self.open.set(true);
    }

    /// Whether somebody said what a column holds.
    pub fn said(self, column: &str) -> bool {
        self.dataset.value().is_some_and(|dataset| dataset.reading.kinds.contains_key(column))
    }

    /// What was said, and what was found out.
    pub fn known(self) -> Option<(Reading, Option<Dialect>)> {
        self.dataset.value().map(|dataset| (dataset.reading, dataset.dialect))
    }
}

/// A button that opens the dialog, for those who may.
pub fn change_button(text: Key, kind: Kind, column: String) -> AnyView {
    let (tenancy, changing) = (Tenancy::expect(), expect_context::<Changing>());
    let begin = Callback::new(move |()| changing.begin(&column));
    let offered = move || tenancy.rights().builds();
    view! { <Show when=offered><Button text=tr(text) kind on_press=begin/></Show> }.into_any()
}

/// A mark on what nobody had to guess.
pub fn said_mark(said: bool) -> Option<AnyView> {
    said.then(|| view! { <Badge text=tr(Key::reading_said) tone=Tone::Accent/> }.into_any())
}

/// The chips, each with a mark where somebody said so.
#[component]
pub fn ReadAs(
    /// How the file was read.
    dialect: Dialect,
    /// What of it somebody said.
    reading: Reading,
) -> impl IntoView {
    let yes_no = |holds: bool, yes: Key, no: Key| tr(if holds { yes } else { no });
    let mark = |said: bool| move || said_mark(said);
    let (texts, header) = (dialect.missing.clone(), dialect.header);
    let missing_said = reading.missing.is_some();
    let missing = (missing_said || !texts.is_empty()).then(
        || view! { <Chip name=tr(Key::read_missing) value=move || listed(&texts) mark=mark(missing_said)/> },
    );
    let thousands = dialect.thousands.map(|symbol| {
        let mark = mark(reading.thousands.is_some());
        view! { <Chip name=tr(Key::reading_thousands) value=move || words::thousands(symbol) mark/> }
    });
    let date_order = dialect.date_order.map(|order| {
        let mark = mark(reading.date_order.is_some());
        view! { <Chip name=tr(Key::reading_date_order) value=tr(words::date_order(order)) mark/> }
    });
    let bad_rows = (reading.bad_rows == Some(BadRows::Refuse)).then(|| {
        view! { <Chip name=tr(Key::reading_bad_rows) value=tr(Key::reading_bad_refused) mark=mark(true)/> }
    });
    let kinds = (!reading.kinds.is_empty()).then(|| {
        let number = reading.kinds.len() as u64;
        let value = move || count(Key::reading_kinds_one, Key::reading_kinds_many, number);
        view! { <Chip name=tr(Key::reading_kinds) value mark=mark(true)/> }
    });
    view! {
        <Stack>
            <Row>
                <Muted>{tr(Key::read_title)}</Muted>
                {change_button(Key::reading_change, Kind::Secondary, String::new())}
            </Row>
            <Chips>
                <Chip name=tr(Key::read_encoding) value=move || words::encoding(&dialect.encoding)
                    mark=mark(reading.encoding.is_some())/>
                <Chip name=tr(Key::read_delimiter) value=move || words::delimiter(dialect.delimiter)
                    mark=mark(reading.delimiter.is_some())/>
                <Chip name=tr(Key::read_quote) value=dialect.quote.to_string() mark=mark(reading.quote.is_some())/>
                <Chip name=tr(Key::read_decimal) mark=mark(reading.decimal_comma.is_some())
                    value=yes_no(dialect.decimal_comma, Key::read_decimal_comma, Key::read_decimal_point)/>
                {thousands}
                {date_order}
                <Chip name=tr(Key::read_header) value=yes_no(header, Key::word_yes, Key::word_no)
                    mark=mark(reading.header.is_some())/>
                {bad_rows}
                {missing}
                {kinds}
            </Chips>
        </Stack>
    }
}

/// Texts beside each other; the empty one by its name.
fn listed(texts: &[String]) -> String {
    if texts.is_empty() {
        return say(Key::read_empty).to_owned();
    }
    let text = |text: &String| if text.is_empty() { say(Key::read_empty).to_owned() } else { text.clone() };
    texts.iter().map(text).collect::<Vec<_>>().join(" · ")
}

//! What is wrong with a run's settings: as much as can be told before the file is read. The fit tells the rest, with
//! the same pointers.

use crate::{
    config::Config,
    context::Context,
    datasets::ReadyDataset,
    error::{Error, Result, fault},
    infra::text,
};
use contract::{
    Fault,
    datasets::{ColumnKind, ColumnProfile},
    training::{RunSettings, Split, StartRunBody},
};

/// The longest name of a run, in characters.
pub const MOST_NAME: usize = 200;
/// Names of columns that a fault shows.
const SHOWN: usize = 20;

/// The settings in the engine's terms; a metric that it does not know is a fault.
pub fn engine_settings(settings: &RunSettings) -> Result<engine::Settings> {
    let mut value = serde_json::to_value(settings)?;
    if let Some(fields) = value.as_object_mut()
        && let Some(alpha) = fields.remove("alpha")
    {
        fields.insert("ridge_alpha".to_owned(), alpha);
    }
    serde_json::from_value(value).map_err(|error| {
        Error::invalid_field(
            "#/metric",
            error.to_string(),
            "compare the settings with the reference at /docs",
        )
    })
}

/// A fault that the engine found, with the pointer of the request's body.
pub fn of_engine(found: engine::SettingsFault) -> Fault {
    let pointer = match found.pointer.as_str() {
        "/ridge_alpha" => "#/alpha".to_owned(),
        other => format!("#{other}"),
    };
    fault(&pointer, &found.code, found.message, found.fix)
}

/// Every fault of a request.
pub fn of(context: &Context, body: &StartRunBody, dataset: &ReadyDataset) -> Vec<Fault> {
    let settings = &body.settings;
    let mut columns = Columns { known: &dataset.profile.columns, faults: Vec::new() };
    columns.check(settings);
    let mut faults = columns.faults;
    shares(settings, &mut faults);
    name(body.name.as_deref(), &mut faults);
    budget(&context.config, settings, &mut faults);
    match engine_settings(settings) {
        Ok(settings) => {
            let others: Vec<_> = settings.check_alone().into_iter().map(of_engine).collect();
            faults.extend(others.into_iter().filter(|one| !one.pointer.starts_with("#/budget_seconds")));
        }
        Err(error) => faults.extend(error.problem("").errors),
    }
    faults
}

/// A run's name becomes its model's, and that of the files that are exported.
fn name(name: Option<&str>, faults: &mut Vec<Fault>) {
    let Some(name) = name else { return };
    if name.trim().is_empty() || name.chars().count() > MOST_NAME {
        let (message, fix) = ("the name is empty or too long", "send 1 to 200 characters");
        faults.push(fault("#/name", "out_of_range", message, fix));
    }
    if name.chars().any(text::is_unshowable) {
        let message = "expected a name without control characters";
        faults.push(fault("#/name", "invalid_value", message, "leave them out"));
    }
}

/// A test part is neither nearly nothing nor nearly everything.
fn shares(settings: &RunSettings, faults: &mut Vec<Fault>) {
    let share = match &settings.split {
        Some(Split::Random { test_fraction } | Split::Stratified { test_fraction }) => Some(*test_fraction),
        Some(Split::Time { test_fraction, .. } | Split::Group { test_fraction, .. }) => *test_fraction,
        Some(Split::Column { .. } | Split::Folds { .. }) | None => None,
    };
    if let Some(share) = share.filter(|share| !(0.01..=0.9).contains(share)) {
        let message = format!("the test fraction is {share}");
        let fix = "send a number from 0.01 to 0.9";
        faults.push(fault("#/split/test_fraction", "out_of_range", message, fix));
    }
}

/// A search must leave time for reading, scoring and writing within the run's limit.
fn budget(config: &Config, settings: &RunSettings, faults: &mut Vec<Fault>) {
    let most = config.budget_seconds();
    let Some(asked) = settings.budget_seconds else { return };
    if !(1.0..=most as f64).contains(&asked) {
        let limit = config.worker.run_seconds;
        let message = format!("{asked} seconds are out of range: a run may take {limit} in all");
        faults.push(fault("#/budget_seconds", "out_of_range", message, format!("send 1 to {most} seconds")));
    }
}

/// The columns that settings may name.
struct Columns<'a> {
    known: &'a [ColumnProfile],
    faults: Vec<Fault>,
}

impl Columns<'_> {
    fn check(&mut self, settings: &RunSettings) {
        self.need("#/target".to_owned(), &settings.target);
        for (at, feature) in settings.features.iter().flatten().enumerate() {
            self.need(format!("#/features/{at}"), feature);
        }
        if let Some(Split::Column { column } | Split::Time { column, .. } | Split::Group { column, .. }) =
            &settings.split
        {
            self.need("#/split/column".to_owned(), column);
        }
        if let Some(column) = &settings.weight_column {
            self.need_numbers("#/weight_column".to_owned(), column);
        }
        for column in settings.monotone.keys() {
            let escaped = column.replace('~', "~0").replace('/', "~1");
            self.need_numbers(format!("#/monotone/{escaped}"), column);
        }
    }

    fn need(&mut self, pointer: String, name: &str) -> Option<ColumnKind> {
        let found = self.known.iter().find(|column| column.name == name);
        if found.is_none() {
            let names: Vec<_> = self.known.iter().take(SHOWN).map(|column| column.name.as_str()).collect();
            let message = format!("the data set has no column {name:?}");
            self.faults.push(fault(
                &pointer,
                "unknown_column",
                message,
                format!("name one of {}", names.join(", ")),
            ));
        }
        found.map(|column| column.kind)
    }

    fn need_numbers(&mut self, pointer: String, name: &str) {
        let kind = self.need(pointer.clone(), name);
        if matches!(kind, Some(ColumnKind::Category | ColumnKind::Text | ColumnKind::Boolean)) {
            let message = format!("the column {name:?} does not hold numbers");
            self.faults.push(fault(&pointer, "not_numbers", message, "name a column of numbers"));
        }
    }
}

//! The data sets that come with the program: they lie in it as they lie in `docs/samples`, and come in by the same
//! intake as any upload, under the same quotas.

use super::{form::Upload, intake};
use crate::{
    context::Context,
    error::{Error, Result},
    policy::Scope,
};
use actix_web::web::Bytes;
use contract::{
    datasets::Dataset,
    samples::{Sample, Samples},
};

/// A file in the program, and what is told of it.
struct Kept {
    name: &'static str,
    target: &'static str,
    rows: u64,
    columns: u32,
    file: &'static [u8],
}

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/samples/", $name, ".csv"))
    };
}

/// The easiest first: small and clean, then with missing values, then many rows.
static SAMPLES: [Kept; 4] = [
    Kept { name: "iris", target: "target", rows: 150, columns: 5, file: file!("iris") },
    Kept { name: "penguins", target: "species", rows: 344, columns: 8, file: file!("penguins") },
    Kept { name: "telco_churn", target: "churn", rows: 7_043, columns: 20, file: file!("telco_churn") },
    Kept { name: "diamonds", target: "price", rows: 53_940, columns: 10, file: file!("diamonds") },
];

/// What there is to load.
pub fn list() -> Samples {
    let told = |kept: &Kept| Sample {
        name: kept.name.to_owned(),
        target: kept.target.to_owned(),
        rows: kept.rows,
        columns: kept.columns,
        size_bytes: kept.file.len() as u64,
    };
    Samples { data: SAMPLES.iter().map(told).collect() }
}

/// Makes a data set of a sample, as if its file had been uploaded.
pub async fn load(ctx: &Context, scope: &Scope, name: &str) -> Result<Dataset> {
    let kept = SAMPLES.iter().find(|kept| kept.name == name).ok_or_else(Error::not_found)?;
    let upload = Upload::whole(Bytes::from_static(kept.file), &ctx.config.limits)?;
    intake::receive(ctx, scope, kept.name, upload).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::IntakeOptions;

    #[test]
    fn what_is_told_of_a_sample_is_what_its_file_holds() {
        for kept in &SAMPLES {
            let intake = engine::read(kept.file, &IntakeOptions::default()).unwrap();
            let table = intake.table;
            assert!(table.column(kept.target).is_some(), "{}: {}", kept.name, kept.target);
            assert_eq!((table.rows as u64, table.columns.len()), (kept.rows, kept.columns as usize));
        }
    }
}

//! The use case: a body of rows becomes a body of answers, counted against the tenant's quota.

use super::{
    exact,
    negotiate::Form,
    scan,
    served::{Scratch, Served},
    table,
    wishes::Told,
};
use crate::{
    context::Context,
    error::{Error, Result},
    quotas::Tally,
};
use contract::PredictionId;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Answers a body of one form in another. The call counts as an error unless it is answered; a panic is a fault of
/// ours that the connection survives.
pub(super) fn answer(
    ctx: &Context,
    served: &Served,
    tally: Tally,
    body: &[u8],
    (sent, wanted): (Form, Form),
    asked: Told,
) -> Result<Vec<u8>> {
    let work = || {
        let mut scratch = served.scratch();
        let answered = answer_with(ctx, served, tally, body, (sent, wanted), asked, &mut scratch);
        served.keep(scratch);
        answered
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::internal("a prediction panicked")))
}

fn answer_with(
    ctx: &Context,
    served: &Served,
    mut tally: Tally,
    body: &[u8],
    (sent, wanted): (Form, Form),
    asked: Told,
    scratch: &mut Scratch,
) -> Result<Vec<u8>> {
    let limits = &ctx.config.limits;
    let wishes = read(served, body, sent, scratch, limits.predict_rows)?.or(asked);
    served.check(scratch, wishes, limits.explain_rows)?;
    tally.reserve(scratch.batch.rows() as u64)?;
    let id = PredictionId::from_bits(ctx.clock.new_id_bits());
    let answered = served.answer(scratch, wanted, id, wishes)?;
    tally.answered();
    Ok(answered)
}

fn read(served: &Served, body: &[u8], form: Form, scratch: &mut Scratch, most: usize) -> Result<Told> {
    let columns = &served.columns;
    match form {
        Form::Csv => {
            table::rows(body, columns, &mut scratch.batch, &mut scratch.notes, most)?;
            Ok(Told::default())
        }
        Form::Json => {
            if let Ok(told) = scan::rows(body, columns, &mut scratch.batch, &mut scratch.notes, most) {
                return Ok(told);
            }
            scratch.clear();
            exact::rows(body, columns, &mut scratch.batch, &mut scratch.notes, most)
        }
    }
}

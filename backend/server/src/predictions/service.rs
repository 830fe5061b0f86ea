//! The use case: a body of rows becomes a body of answers, counted against the tenant's quota.

use super::{
    exact,
    negotiate::Form,
    scan,
    served::{Answer, Scratch, Served},
    table,
    wishes::{Told, Wishes},
};
use crate::{
    context::Context,
    error::{Error, Result},
    quotas::Tally,
};
use contract::{Code, PredictionId};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

/// A call whose rows were read and set aside from the quota.
struct Open {
    scratch: Scratch,
    tally: Tally,
    wanted: Form,
    wishes: Wishes,
    id: PredictionId,
}

/// Answers a body of one form in another. The call counts as an error unless it is answered; a panic is a fault of
/// ours that the connection survives. Contributions cost a thousand times what an answer does, so that they are found
/// off the threads that answer others.
pub(super) async fn answer(
    ctx: &Context,
    served: &Arc<Served>,
    tally: Tally,
    body: &[u8],
    forms: (Form, Form),
    asked: Told,
) -> Result<Answer> {
    let open = caught(|| Open::read(ctx, served, tally, body, forms, asked))?;
    if open.wishes.explain.is_none() {
        return caught(|| open.finish(served));
    }
    let served = Arc::clone(served);
    let limit = Duration::from_secs(ctx.config.limits.handler_seconds);
    let explained = ctx.cpu.run(move || caught(|| open.finish(&served)));
    tokio::time::timeout(limit, explained).await.map_err(|_| late())??
}

fn late() -> Error {
    let detail = "Explaining took too long and was given up. Send fewer rows, or try again in a moment.";
    Error::new(Code::Overloaded, detail).retry_after(1)
}

fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::internal("a prediction panicked")))
}

impl Open {
    fn read(
        ctx: &Context,
        served: &Served,
        mut tally: Tally,
        body: &[u8],
        (sent, wanted): (Form, Form),
        asked: Told,
    ) -> Result<Self> {
        let limits = &ctx.config.limits;
        let mut scratch = served.scratch();
        let read = read(served, body, sent, &mut scratch, limits.predict_rows).and_then(|told| {
            let wishes = told.or(asked);
            served.check(&scratch, wishes, limits.explain_rows)?;
            tally.reserve(scratch.batch.rows() as u64)?;
            Ok(wishes)
        });
        match read {
            Ok(wishes) => {
                let id = PredictionId::from_bits(ctx.clock.new_id_bits());
                Ok(Self { scratch, tally, wanted, wishes, id })
            }
            Err(error) => {
                served.keep(scratch);
                Err(error)
            }
        }
    }

    fn finish(self, served: &Served) -> Result<Answer> {
        let Self { mut scratch, tally, wanted, wishes, id } = self;
        let answered = served.answer(&mut scratch, wanted, id, wishes);
        served.keep(scratch);
        if answered.is_ok() {
            tally.answered();
        }
        answered
    }
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

//! The first run: five steps that tick themselves from what the tenant really has.

/// What the tenant has so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// A data set.
    pub dataset: bool,
    /// A model.
    pub model: bool,
    /// An endpoint.
    pub endpoint: bool,
    /// An API key.
    pub key: bool,
    /// A predict call.
    pub call: bool,
}

/// A step of the first run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Upload a CSV.
    Data,
    /// Learn a model.
    Model,
    /// Put it on an endpoint.
    Endpoint,
    /// Make an API key.
    Key,
    /// Call predict.
    Call,
}

impl Seen {
    /// The steps in order, each with whether it is done.
    pub fn steps(self) -> [(Step, bool); 5] {
        [
            (Step::Data, self.dataset),
            (Step::Model, self.model),
            (Step::Endpoint, self.endpoint),
            (Step::Key, self.key),
            (Step::Call, self.call),
        ]
    }

    /// How many steps are done.
    pub fn done(self) -> usize {
        self.steps().iter().filter(|(_, done)| *done).count()
    }

    /// Whether nothing is left to do.
    pub fn complete(self) -> bool {
        self.done() == self.steps().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_tick_by_what_is_there_in_any_order() {
        let seen = Seen { key: true, ..Seen::default() };
        assert_eq!(seen.done(), 1);
        assert_eq!(seen.steps()[3], (Step::Key, true));
        assert!(!seen.complete());
    }

    #[test]
    fn the_list_is_complete_when_every_step_is_done() {
        assert!(Seen { dataset: true, model: true, endpoint: true, key: true, call: true }.complete());
    }
}

//! Numbers that have a range whatever the table holds.

use super::{Faults, Settings};

impl Settings {
    pub(super) fn check_ranges(&self, faults: &mut Faults) {
        let mut range =
            |pointer: &str, good: bool, value: String, fix: &str| faults.range(pointer, good, value, fix);
        let (alpha, descent) = (self.ridge_alpha, &self.gradient_descent);
        let alpha_good = (0.0..=1e12).contains(&alpha);
        range("/ridge_alpha", alpha_good, alpha.to_string(), "give a number from 0 to 1e12");
        let rate = descent.learning_rate;
        let rate_good = rate > 0.0 && rate <= 1e6;
        range(
            "/gradient_descent/learning_rate",
            rate_good,
            rate.to_string(),
            "give a number above 0, such as 0.1",
        );
        let steps = descent.max_iterations;
        let steps_good = (1..=1_000_000).contains(&steps);
        range("/gradient_descent/max_iterations", steps_good, steps.to_string(), "give 1 to 1000000");
        let tolerance = descent.tolerance;
        let tolerance_good = (0.0..1.0).contains(&tolerance);
        range(
            "/gradient_descent/tolerance",
            tolerance_good,
            tolerance.to_string(),
            "give 0 or more, below 1",
        );
        let levels = self.max_levels;
        range("/max_levels", (1..=1_000).contains(&levels), levels.to_string(), "give 1 to 1000");
        let terms = self.text_terms;
        range("/text_terms", (1..=2_048).contains(&terms), terms.to_string(), "give 1 to 2048");
        self.check_budget(faults);
        self.check_elastic_net(faults);
        self.check_boosting(faults);
        self.check_forest(faults);
    }

    fn check_budget(&self, faults: &mut Faults) {
        if let Some(seconds) = self.budget_seconds {
            let good = (1.0..=86_400.0).contains(&seconds);
            faults.range("/budget_seconds", good, seconds.to_string(), "give 1 to 86400 seconds");
        }
        if let Some(trials) = self.trials {
            let good = (1..=1_000).contains(&trials);
            faults.range("/trials", good, trials.to_string(), "give 1 to 1000");
        }
        if self.budget_seconds.is_some() && self.trials.is_some() {
            let message = "a budget is given in seconds and in trials".to_owned();
            let fix = "give budget_seconds, or trials for a result that does not depend on the machine";
            faults.add("/trials", "conflict", message, fix);
        }
    }

    fn check_elastic_net(&self, faults: &mut Faults) {
        let settings = &self.elastic_net;
        if let Some(alpha) = settings.alpha {
            let good = alpha > 0.0 && alpha <= 1e12;
            faults.range("/elastic_net/alpha", good, alpha.to_string(), "give a number above 0, to 1e12");
        }
        if let Some(ratio) = settings.l1_ratio {
            let good = (0.0..=1.0).contains(&ratio);
            faults.range("/elastic_net/l1_ratio", good, ratio.to_string(), "give a number from 0 to 1");
        }
    }

    fn check_boosting(&self, faults: &mut Faults) {
        let settings = &self.boosting;
        faults.whole("/boosting/max_rounds", settings.max_rounds, 1, 20_000);
        faults.share("/boosting/learning_rate", settings.learning_rate);
        faults.whole("/boosting/max_leaves", settings.max_leaves, 2, 4_096);
        faults.whole("/boosting/max_depth", settings.max_depth, 1, 64);
        faults.whole("/boosting/min_leaf_rows", settings.min_leaf_rows, 1, 1_000_000);
        if let Some(l2) = settings.l2 {
            let good = (0.0..=1e6).contains(&l2);
            faults.range("/boosting/l2", good, l2.to_string(), "give a number from 0 to 1e6");
        }
        faults.share("/boosting/row_fraction", settings.row_fraction);
        faults.share("/boosting/column_fraction", settings.column_fraction);
        faults.whole("/boosting/early_stopping_rounds", settings.early_stopping_rounds, 0, 10_000);
    }

    fn check_forest(&self, faults: &mut Faults) {
        let settings = &self.forest;
        faults.whole("/forest/trees", settings.trees, 1, 5_000);
        faults.whole("/forest/max_depth", settings.max_depth, 1, 64);
        faults.whole("/forest/min_leaf_rows", settings.min_leaf_rows, 1, 1_000_000);
        faults.share("/forest/column_fraction", settings.column_fraction);
    }
}

impl Faults {
    fn range(&mut self, pointer: &str, good: bool, value: String, fix: &str) {
        if !good {
            self.add(pointer, "out_of_range", format!("{value} is out of range"), fix);
        }
    }

    fn whole(&mut self, pointer: &str, value: Option<u32>, least: u32, most: u32) {
        if let Some(value) = value {
            let good = (least..=most).contains(&value);
            self.range(pointer, good, value.to_string(), &format!("give {least} to {most}"));
        }
    }

    /// Above 0, to 1.
    fn share(&mut self, pointer: &str, value: Option<f64>) {
        if let Some(value) = value {
            let good = value > 0.0 && value <= 1.0;
            self.range(pointer, good, value.to_string(), "give a number above 0, to 1");
        }
    }
}

use super::{CardFacts, write};
use crate::artefact::Artefact;
use crate::export::random_models::Maker;
use crate::metrics::{Interval, ScoreIntervals};
use crate::settings::Excluded;

fn card(facts: &CardFacts<'_>) -> String {
    write(&Artefact::seal(Maker::new(3).content(0, 2)).unwrap(), facts).unwrap()
}

#[test]
fn a_card_tells_data_scores_limits_and_how_to_reproduce() {
    let intervals = ScoreIntervals::from([("rmse".to_owned(), Interval { low: 1.25, high: 1.75 })]);
    let important = [("colour".to_owned(), 0.5)];
    let excluded = [Excluded { column: "id".to_owned(), reason: "an id says nothing".to_owned() }];
    let notes = ["3 rows without a target were left out".to_owned()];
    let card = card(&CardFacts {
        dataset_name: Some("homes.csv"),
        intervals: Some(&intervals),
        important: &important,
        excluded: &excluded,
        notes: &notes,
        ..CardFacts::default()
    });
    for part in [
        "# A model of the target\n",
        "Predicts **the target**, a number, from 8 columns. The model is gradient-boosted trees (40 trees).",
        "- Data set: homes\\.csv\n",
        "- Rows learned from: 80\n- Rows scored on: 20\n",
        "| rmse | 1.5 | 1.25 to 1.75 | 3 | less |",
        "| colour | 0.5 |",
        "- Not learned from: id (an id says nothing)",
        "- 3 rows without a target were left out",
        "It learned from 80 rows only",
        "\"seed\": 42",
    ] {
        assert!(card.contains(part), "{part} is not in\n{card}");
    }
}

#[test]
fn what_the_data_holds_cannot_write_into_the_card() {
    let mut content = Maker::new(3).content(2, 1);
    content.schema.target = "x**\n## Bought by [us](http://evil)".to_owned();
    content.schema.features[0].name = "a | b <img src=x>".to_owned();
    content.schema.classes[0] = "```\n# free".to_owned();
    content.settings.target.clone_from(&content.schema.target);
    content.lineage.dataset_sha256 = "`# ab".to_owned();
    let card = write(&Artefact::seal(content).unwrap(), &CardFacts::default()).unwrap();
    // The settings at the end are shown letter by letter.
    let (card, settings) = card.split_once("```json\n").unwrap();
    assert_eq!(settings.matches("```").count(), 1);
    let headings: Vec<&str> = card.lines().filter(|line| line.starts_with('#')).collect();
    assert!(headings.iter().all(|heading| !heading.starts_with("## Bought")), "{headings:?}");
    assert!(!card.contains("<img") && !card.contains("[us](") && !card.contains("\n```\n# free"));
    let table = card.lines().filter(|line| line.starts_with("| a "));
    assert_eq!(table.map(|line| line.replace("\\|", "").matches('|').count()).collect::<Vec<_>>(), [5, 5]);
}

//! Puts the faults of a problem document where they belong: beside their fields, the rest in one place.

use contract::{Fault, Problem};

/// The fault's words: what is wrong and how to mend it.
pub fn words(fault: &Fault) -> String {
    match fault.fix.as_deref().filter(|fix| !fix.is_empty()) {
        Some(fix) => format!("{} {}", sentence(&fault.message), sentence(fix)),
        None => sentence(&fault.message),
    }
}

/// The first fault at a JSON pointer such as `#/password`.
pub fn at(problem: &Problem, pointer: &str) -> Option<String> {
    problem.errors.iter().find(|fault| fault.pointer == pointer).map(words)
}

/// The first fault below a JSON pointer, with the name of its place: what stands in a list needs none.
pub fn below(problem: &Problem, pointer: &str) -> Option<String> {
    let fault = problem.errors.iter().find(|fault| is_below(&fault.pointer, pointer))?;
    let place = fault.pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
    let counted = place.chars().all(|symbol| symbol.is_ascii_digit());
    Some(if counted { words(fault) } else { format!("{place}: {}", words(fault)) })
}

/// Whether a place lies below a JSON pointer.
pub fn is_below(place: &str, pointer: &str) -> bool {
    place.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'))
}

/// The faults that none of the pointers takes.
pub fn elsewhere<'p>(problem: &'p Problem, pointers: &[&str]) -> Vec<&'p Fault> {
    problem.errors.iter().filter(|fault| !pointers.contains(&fault.pointer.as_str())).collect()
}

/// Text that begins with a capital letter and ends like a sentence.
pub fn sentence(text: &str) -> String {
    let mut characters = text.trim().chars();
    let Some(first) = characters.next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().chain(characters).collect();
    if !sentence.ends_with(['.', '!', '?', '。', '！', '？']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Code;

    fn problem() -> Problem {
        let fault = |pointer: &str, fix: Option<&str>| Fault {
            pointer: pointer.to_owned(),
            code: "too_short".to_owned(),
            message: "is 8 characters long".to_owned(),
            fix: fix.map(str::to_owned),
        };
        Problem {
            kind: String::new(),
            title: String::new(),
            status: 422,
            code: Code::InvalidRequest,
            detail: String::new(),
            request_id: String::new(),
            errors: vec![fault("#/password", Some("use 15 or more")), fault("#/tenant_name", None)],
        }
    }

    #[test]
    fn a_fault_stands_beside_its_field_with_its_mend() {
        let words = at(&problem(), "#/password");
        assert_eq!(words.as_deref(), Some("Is 8 characters long. Use 15 or more."));
        assert_eq!(at(&problem(), "#/email"), None);
    }

    #[test]
    fn a_fault_without_a_field_on_the_page_is_not_lost() {
        let problem = problem();
        let rest = elsewhere(&problem, &["#/password"]);
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].pointer, "#/tenant_name");
    }

    #[test]
    fn a_group_takes_what_is_below_it_and_says_where() {
        let mut problem = problem();
        problem.errors[0].pointer = "#/monotone/a~1b".to_owned();
        problem.errors[1].pointer = "#/algorithms/1".to_owned();
        assert_eq!(
            below(&problem, "#/monotone").as_deref(),
            Some("a/b: Is 8 characters long. Use 15 or more.")
        );
        assert_eq!(below(&problem, "#/algorithms").as_deref(), Some("Is 8 characters long."));
        assert_eq!(below(&problem, "#/mono"), None);
        assert!(is_below("#/monotone/a", "#/monotone") && !is_below("#/monotone", "#/monotone"));
    }
}

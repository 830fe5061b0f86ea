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
}

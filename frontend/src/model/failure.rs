//! Why a call brought no answer.

use contract::{Code, Problem};

/// Why a call brought no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The server refused and says why.
    Refused(Box<Problem>),
    /// No server was reached.
    Unreachable,
    /// Something answered, but not as the contract has it; the status.
    Garbled(u16),
}

impl Failure {
    /// The code of the refusal.
    pub fn code(&self) -> Option<Code> {
        match self {
            Failure::Refused(problem) => Some(problem.code),
            Failure::Unreachable | Failure::Garbled(_) => None,
        }
    }

    /// The HTTP status; 0 when no server was reached.
    pub fn status(&self) -> u16 {
        match self {
            Failure::Refused(problem) => problem.status,
            Failure::Garbled(status) => *status,
            Failure::Unreachable => 0,
        }
    }

    /// Reads a refusal from the text of an answer.
    pub fn of_text(status: u16, text: &str) -> Self {
        serde_json::from_str(text)
            .map_or(Failure::Garbled(status), |problem| Failure::Refused(Box::new(problem)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_no_problem_document_is_told_apart() {
        assert_eq!(Failure::of_text(502, "<html>"), Failure::Garbled(502));
        assert_eq!(Failure::of_text(502, "{}").code(), None);
    }

    #[test]
    fn a_refusal_names_its_code_and_status() {
        let text = r#"{"type":"/docs/errors/forbidden","title":"t","status":403,"code":"forbidden","detail":"d","request_id":"req_1"}"#;
        let failure = Failure::of_text(403, text);
        assert_eq!((failure.status(), failure.code()), (403, Some(Code::Forbidden)));
    }
}

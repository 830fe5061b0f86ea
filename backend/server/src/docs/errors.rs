//! A page for every error code, from the Markdown in `docs/errors`.

use super::html::{add, escaped, whole};
use crate::error::status_of;
use contract::Code;
use pulldown_cmark::{Parser, html};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../docs/errors"]
struct Pages;

/// The page of a code as it stands in `type`, such as `type-mismatch`; none for an unknown one.
pub fn page(name: &str) -> Option<String> {
    let code = Code::ALL.iter().find(|code| code.as_str().replace('_', "-") == name)?;
    let text = markdown(name)?;
    let mut content = String::with_capacity(text.len() * 2);
    html::push_html(&mut content, Parser::new(&text));
    Some(whole(status_of(*code).1, &content))
}

/// The list of all codes.
pub fn list() -> String {
    let mut content = String::from(
        "<h1>Errors</h1>\n<p>Every problem document names one of these codes; <code>type</code> is its page.</p>\n\
         <table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>\n",
    );
    for code in Code::ALL {
        let (status, title) = status_of(*code);
        add(
            &mut content,
            format_args!(
                "<tr><td><a href=\"{}\"><code>{code}</code></a></td><td>{status}</td><td>{}</td></tr>\n",
                code.page(),
                escaped(title)
            ),
        );
    }
    content.push_str("</tbody></table>\n");
    whole("Errors", &content)
}

fn markdown(name: &str) -> Option<String> {
    let file = Pages::get(&format!("{name}.md"))?;
    String::from_utf8(file.data.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_that_explains_it() {
        for code in Code::ALL {
            let name = code.as_str().replace('_', "-");
            let text = markdown(&name).unwrap_or_else(|| panic!("write docs/errors/{name}.md"));
            let (status, title) = status_of(*code);
            assert!(text.starts_with(&format!("# {title}\n\n`{code}`, status {status}\n")), "{name}: {text}");
            for part in ["## What happened\n", "## How to mend it\n", "## Example\n"] {
                assert!(text.contains(part), "docs/errors/{name}.md has no part {part:?}");
            }
            assert!(page(&name).is_some());
        }
    }

    #[test]
    fn no_page_lacks_a_code() {
        let codes: Vec<String> =
            Code::ALL.iter().map(|code| format!("{}.md", code.as_str().replace('_', "-"))).collect();
        let stray: Vec<_> =
            Pages::iter().filter(|file| !codes.iter().any(|code| code == file.as_ref())).collect();
        assert!(stray.is_empty(), "delete {stray:?}");
    }

    #[test]
    fn examples_that_are_problem_documents_agree_with_their_code() {
        for code in Code::ALL {
            let text = markdown(&code.as_str().replace('_', "-")).unwrap();
            let Some(example) = text.split("```json\n").nth(1).and_then(|rest| rest.split("\n```").next())
            else {
                continue;
            };
            let problem: contract::Problem = serde_json::from_str(example).unwrap();
            let (status, title) = status_of(*code);
            assert_eq!((problem.code, problem.status, problem.title.as_str()), (*code, status, title));
            assert_eq!(problem.kind, code.page());
        }
    }
}

//! What every page shares.

use std::fmt::Write;

/// A whole page around its content, which is HTML.
pub fn whole(title: &str, content: &str) -> String {
    let mut page = String::with_capacity(content.len() + 600);
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    add(&mut page, format_args!("<title>{} · Amaas</title>\n", escaped(title)));
    page.push_str("<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n<body>\n");
    page.push_str("<nav><a href=\"/docs\">Reference</a> <a href=\"/docs/errors\">Errors</a> <a href=\"/openapi.json\">OpenAPI</a></nav>\n<main>\n");
    page.push_str(content);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// Adds formatted text; writing to a text can't fail.
pub fn add(text: &mut String, formatted: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(formatted);
}

/// Text as HTML shows it, in content and in attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_looks_like_html_is_shown_as_text() {
        assert_eq!(
            super::escaped("<a href='x'>\"&\"</a>"),
            "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;"
        );
    }
}

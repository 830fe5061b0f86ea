//! Programs that call an endpoint, written out so that they run as they stand: every value is escaped by its language.

use serde_json::Value;

/// What a program is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A shell with curl.
    Curl,
    /// Python with the requests package.
    Python,
    /// Python with nothing but its standard library.
    PythonAlone,
    /// JavaScript with fetch, as Node.js, Deno and Bun run it.
    JavaScript,
}

impl Dialect {
    /// Every dialect, the one that needs the least first.
    pub const ALL: [Dialect; 4] = [Dialect::Curl, Dialect::Python, Dialect::PythonAlone, Dialect::JavaScript];

    /// The name in the address of the page.
    pub const fn tag(self) -> &'static str {
        match self {
            Dialect::Curl => "curl",
            Dialect::Python => "python",
            Dialect::PythonAlone => "python-alone",
            Dialect::JavaScript => "javascript",
        }
    }

    /// The dialect of a name; an unknown one is curl.
    pub fn of_tag(tag: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|dialect| Some(dialect.tag()) == tag).unwrap_or(Dialect::Curl)
    }
}

/// A call to be written out.
#[derive(Clone, Copy, Debug)]
pub struct Snippet<'s> {
    /// The whole address.
    pub url: &'s str,
    /// The row, in the order of the columns.
    pub row: &'s [(String, Value)],
    /// The secret itself; none names the environment variable.
    pub secret: Option<&'s str>,
}

/// The body of a predict call with one row, as JSON.
pub fn body(row: &[(String, Value)]) -> String {
    format!("{{\"rows\":[{{{}}}]}}", row.iter().map(json_cell).collect::<Vec<_>>().join(","))
}

fn json_cell((name, value): &(String, Value)) -> String {
    format!("{}:{value}", quoted(name))
}

impl Snippet<'_> {
    /// The program.
    pub fn write(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Curl => self.curl(),
            Dialect::Python => self.python(),
            Dialect::PythonAlone => self.python_alone(),
            Dialect::JavaScript => self.javascript(),
        }
    }

    fn curl(&self) -> String {
        let key = match self.secret {
            Some(secret) => shell(&format!("Authorization: Bearer {secret}")),
            None => "\"Authorization: Bearer $AMAAS_API_KEY\"".to_owned(),
        };
        let (url, body) = (shell(self.url), shell(&body(self.row)));
        format!("curl {url} \\\n  -H {key} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}\n")
    }

    fn python(&self) -> String {
        let (url, key, row) = (quoted(self.url), self.key_in_python(), self.row_in_python());
        let import_os = self.import_os();
        format!(
            "{import_os}import requests\n\n{row}answer = requests.post(\n    {url},\n    \
             headers={{\"Authorization\": {key}}},\n    json={{\"rows\": [row]}},\n    timeout=30,\n)\n\
             answer.raise_for_status()\nprint(answer.json()[\"predictions\"][0])\n"
        )
    }

    fn python_alone(&self) -> String {
        let (url, key, row) = (quoted(self.url), self.key_in_python(), self.row_in_python());
        let import_os = self.import_os();
        format!(
            "import json\n{import_os}import urllib.request\n\n{row}\
             request = urllib.request.Request(\n    {url},\n    \
             data=json.dumps({{\"rows\": [row]}}).encode(),\n    headers={{\n        \"Authorization\": {key},\n        \
             \"Content-Type\": \"application/json\",\n    }},\n)\n\
             with urllib.request.urlopen(request, timeout=30) as answer:\n    \
             print(json.load(answer)[\"predictions\"][0])\n"
        )
    }

    fn javascript(&self) -> String {
        let cell = |(name, value): &(String, Value)| {
            // In an object literal this one name would set the prototype, not a column.
            let name = if name == "__proto__" { "[\"__proto__\"]".to_owned() } else { quoted(name) };
            format!("  {name}: {value},\n")
        };
        let row: String = self.row.iter().map(cell).collect();
        let key = match self.secret {
            Some(secret) => quoted(&format!("Bearer {secret}")),
            None => "`Bearer ${process.env.AMAAS_API_KEY}`".to_owned(),
        };
        let url = quoted(self.url);
        format!(
            "const row = {{\n{row}}};\n\nconst response = await fetch({url}, {{\n  method: \"POST\",\n  \
             headers: {{\n    Authorization: {key},\n    \"Content-Type\": \"application/json\",\n  }},\n  \
             body: JSON.stringify({{ rows: [row] }}),\n}});\nconst answer = await response.json();\n\
             if (!response.ok) throw new Error(answer.detail);\nconsole.log(answer.predictions[0]);\n"
        )
    }

    fn import_os(&self) -> &'static str {
        if self.secret.is_some() { "" } else { "import os\n" }
    }

    fn key_in_python(&self) -> String {
        match self.secret {
            Some(secret) => quoted(&format!("Bearer {secret}")),
            None => "\"Bearer \" + os.environ[\"AMAAS_API_KEY\"]".to_owned(),
        }
    }

    fn row_in_python(&self) -> String {
        let cell = |(name, value): &(String, Value)| format!("    {}: {},\n", quoted(name), python(value));
        format!("row = {{\n{}}}\n\n", self.row.iter().map(cell).collect::<String>())
    }
}

/// A word of a shell: in single quotes nothing has a meaning but the quote itself.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A text in double quotes with the escapes of JSON, which Python and JavaScript read the same.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A JSON value as Python writes it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const URL: &str = "http://localhost:8080/v1/endpoints/churn/predict";
    const NASTY: &str = "it's \"so\"\n$HOME `id` \\ 客户 !x";

    fn cells() -> Vec<(String, Value)> {
        [("carat", json!(0.3)), ("it's", json!(NASTY)), ("gone", Value::Null), ("old", json!(true))]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec()
    }

    /// What a POSIX shell makes of single-quoted words and `\'`.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match character {
                '\'' => (quoted, begun) = (!quoted, true),
                '\\' if !quoted => match characters.next() {
                    Some('\n') | None => {}
                    Some(next) => word.push(next),
                },
                ' ' | '\n' if !quoted => {
                    if begun {
                        words.push(std::mem::take(&mut word));
                    }
                    begun = false;
                }
                other => {
                    begun = true;
                    word.push(other);
                }
            }
        }
        words
    }

    #[test]
    fn a_curl_line_survives_quotes_newlines_and_dollars() {
        let row = cells();
        let line = Snippet { url: URL, row: &row, secret: Some("amk_live_x") }.write(Dialect::Curl);
        let words = words(&line);
        assert_eq!(words[..2], ["curl", URL]);
        assert_eq!(words[3], "Authorization: Bearer amk_live_x");
        assert_eq!(words[6], "-d");
        let sent: Value = serde_json::from_str(&words[7]).unwrap();
        let expected = json!({"rows": [{"carat": 0.3, "it's": NASTY, "gone": null, "old": true}]});
        assert_eq!(sent, expected);
        assert!(!words[7].contains('\n'), "a newline of a value is escaped");
    }

    #[test]
    fn without_a_secret_the_environment_has_it() {
        let row = cells();
        let snippet = Snippet { url: URL, row: &row, secret: None };
        for dialect in Dialect::ALL {
            let text = snippet.write(dialect);
            assert!(text.contains("AMAAS_API_KEY"), "{text}");
            assert!(text.contains(URL), "{text}");
        }
        assert!(snippet.write(Dialect::Curl).contains("\"Authorization: Bearer $AMAAS_API_KEY\""));
    }

    #[test]
    fn a_secret_stands_in_every_dialect_and_nothing_is_imported_in_vain() {
        let row = cells();
        let snippet = Snippet { url: URL, row: &row, secret: Some("amk_live_x") };
        for dialect in Dialect::ALL {
            let text = snippet.write(dialect);
            assert!(text.contains("Bearer amk_live_x") && !text.contains("import os"), "{text}");
        }
    }

    #[test]
    fn python_has_its_own_words_for_nothing_and_truth() {
        let row = cells();
        let text = Snippet { url: URL, row: &row, secret: None }.write(Dialect::Python);
        assert!(text.contains("    \"gone\": None,\n"), "{text}");
        assert!(text.contains("    \"old\": True,\n"), "{text}");
        assert!(text.contains(r#""it's": "it's \"so\"\n$HOME `id` \\ 客户 !x","#), "{text}");
    }

    #[test]
    fn the_columns_keep_their_order() {
        let row = [("b".to_owned(), json!(1)), ("a".to_owned(), json!(2))];
        assert_eq!(body(&row), r#"{"rows":[{"b":1,"a":2}]}"#);
        let text = Snippet { url: URL, row: &row, secret: None }.write(Dialect::JavaScript);
        assert!(text.starts_with("const row = {\n  \"b\": 1,\n  \"a\": 2,\n};\n"), "{text}");
    }

    #[test]
    fn a_column_called_proto_stays_a_column() {
        let row = [("__proto__".to_owned(), json!("x"))];
        let text = Snippet { url: URL, row: &row, secret: None }.write(Dialect::JavaScript);
        assert!(text.contains("  [\"__proto__\"]: \"x\","), "{text}");
    }

    #[test]
    fn a_dialect_is_named_in_the_address() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::of_tag(Some(dialect.tag())), dialect);
        }
        assert_eq!(Dialect::of_tag(Some("cobol")), Dialect::Curl);
    }
}

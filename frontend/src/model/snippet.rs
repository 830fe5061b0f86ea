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

/// What an answer is to come with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wishes {
    /// The level of an interval or a set, 0.5 to 0.99.
    pub interval: Option<f64>,
    /// What the columns add.
    pub explain: bool,
}

impl Wishes {
    /// The fields of the body that say so, by their names; the values as JSON.
    fn fields(self) -> Vec<(&'static str, Value)> {
        let explain = self.explain.then_some(("explain", Value::Bool(true)));
        let interval = self.interval.map(|level| ("interval", Value::from(level)));
        explain.into_iter().chain(interval).collect()
    }

    fn in_json(self) -> String {
        self.fields().iter().map(|(name, value)| format!(",\"{name}\":{value}")).collect()
    }

    fn in_python(self) -> String {
        self.fields().iter().map(|(name, value)| format!(", \"{name}\": {}", python(value))).collect()
    }

    fn in_javascript(self) -> String {
        self.fields().iter().map(|(name, value)| format!(", {name}: {value}")).collect()
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
    /// What the answer is to come with.
    pub wishes: Wishes,
}

/// The body of a predict call with one row, as JSON.
pub fn body(row: &[(String, Value)], wishes: Wishes) -> String {
    let cells = row.iter().map(json_cell).collect::<Vec<_>>().join(",");
    format!("{{\"rows\":[{{{cells}}}]{}}}", wishes.in_json())
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
        let (url, body) = (shell(self.url), shell(&body(self.row, self.wishes)));
        format!("curl {url} \\\n  -H {key} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}\n")
    }

    fn python(&self) -> String {
        let (url, key, row) = (quoted(self.url), self.key_in_python(), self.row_in_python());
        let (import_os, wishes) = (self.import_os(), self.wishes.in_python());
        format!(
            "{import_os}import requests\n\n{row}answer = requests.post(\n    {url},\n    \
             headers={{\"Authorization\": {key}}},\n    json={{\"rows\": [row]{wishes}}},\n    timeout=30,\n)\n\
             answer.raise_for_status()\nprint(answer.json()[\"predictions\"][0])\n"
        )
    }

    fn python_alone(&self) -> String {
        let (url, key, row) = (quoted(self.url), self.key_in_python(), self.row_in_python());
        let (import_os, wishes) = (self.import_os(), self.wishes.in_python());
        format!(
            "import json\n{import_os}import urllib.request\n\n{row}\
             request = urllib.request.Request(\n    {url},\n    \
             data=json.dumps({{\"rows\": [row]{wishes}}}).encode(),\n    headers={{\n        \"Authorization\": {key},\n        \
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
        let (url, wishes) = (quoted(self.url), self.wishes.in_javascript());
        format!(
            "const row = {{\n{row}}};\n\nconst response = await fetch({url}, {{\n  method: \"POST\",\n  \
             headers: {{\n    Authorization: {key},\n    \"Content-Type\": \"application/json\",\n  }},\n  \
             body: JSON.stringify({{ rows: [row]{wishes} }}),\n}});\nconst answer = await response.json();\n\
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
mod tests;

//! Structured text is read by a real parser before and after: the same keys in the same order, the same types, and nothing
//! changed but the values that had to go.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use scrubjay::Scrubber;
use scrubjay::sensitive::Sensitive;

/// What any format comes to.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// Keys in order, and what stands under them.
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Text(String),
    /// A number, a truth value, or nothing.
    Plain(String),
}

fn scrub(text: &str) -> String {
    let mut out = Vec::new();
    let scrubber = Scrubber::builder().unrecorded().key(Sensitive::new([7; 32])).build().unwrap();
    scrubber.scrub(text.as_bytes(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(text: &str) -> Node {
    fn node(value: serde_json::Value) -> Node {
        match value {
            serde_json::Value::Object(map) => {
                Node::Map(map.into_iter().map(|(key, value)| (key, node(value))).collect())
            }
            serde_json::Value::Array(list) => Node::List(list.into_iter().map(node).collect()),
            serde_json::Value::String(text) => Node::Text(text),
            other => Node::Plain(other.to_string()),
        }
    }
    node(serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}")))
}

fn json_lines(text: &str) -> Node {
    Node::List(text.lines().map(json).collect())
}

fn yaml(text: &str) -> Node {
    fn node(yaml: &Yaml<'_>) -> Node {
        match yaml {
            Yaml::Value(Scalar::String(text)) => Node::Text(text.to_string()),
            Yaml::Value(other) => Node::Plain(format!("{other:?}")),
            Yaml::Sequence(list) => Node::List(list.iter().map(node).collect()),
            Yaml::Mapping(map) => Node::Map(map.iter().map(|(key, value)| (leaf(&node(key)), node(value))).collect()),
            other => panic!("{other:?}"),
        }
    }
    let documents = Yaml::load_from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    Node::List(documents.iter().map(node).collect())
}

fn toml(text: &str) -> Node {
    fn node(value: &::toml::Value) -> Node {
        match value {
            ::toml::Value::Table(table) => {
                Node::Map(table.iter().map(|(key, value)| (key.clone(), node(value))).collect())
            }
            ::toml::Value::Array(list) => Node::List(list.iter().map(node).collect()),
            ::toml::Value::String(text) => Node::Text(text.clone()),
            other => Node::Plain(other.to_string()),
        }
    }
    node(&::toml::Value::Table(text.parse().unwrap_or_else(|e| panic!("{e}: {text}"))))
}

fn xml(text: &str) -> Node {
    fn node(element: roxmltree::Node<'_, '_>) -> Node {
        let attributes = element.attributes().map(|a| (format!("@{}", a.name()), Node::Text(a.value().to_string())));
        let children = element.children().filter_map(|child| match child {
            child if child.is_element() => Some((child.tag_name().name().to_string(), node(child))),
            child if child.is_text() && !child.text()?.trim().is_empty() => {
                Some(("#".to_string(), Node::Text(child.text()?.trim().to_string())))
            }
            _ => None,
        });
        Node::Map(attributes.chain(children).collect())
    }
    node(roxmltree::Document::parse(text).unwrap_or_else(|e| panic!("{e}: {text}")).root_element())
}

/// `key=value` and `key: value`, with lines that a backslash carries on; comments and sections are entries, too.
fn lines(text: &str) -> Node {
    let joined = text.replace("\\\n    ", "");
    let entry = |line: &str| match line.split_once(['=', ':']) {
        Some((key, value)) if !line.starts_with(['#', '[', ';']) => {
            (key.trim().to_string(), Node::Text(value.trim().to_string()))
        }
        _ => (line.to_string(), Node::Plain(String::new())),
    };
    // The lines of a value that has gone stay, so that those behind keep their numbers.
    Node::Map(joined.lines().filter(|line| !line.trim().is_empty()).map(entry).collect())
}

fn leaf(node: &Node) -> String {
    match node {
        Node::Text(text) | Node::Plain(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// Compares trees: what stands under one of the keys `gone` must have become a placeholder, and nothing else may change.
fn compare(path: &str, before: &Node, after: &Node, gone: &[&str], wrong: &mut Vec<String>) {
    match (before, after) {
        (Node::Map(before), Node::Map(after)) => {
            let keys = |map: &[(String, Node)]| map.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
            if keys(before) != keys(after) {
                return wrong.push(format!("{path}: keys {:?} and {:?}", keys(before), keys(after)));
            }
            for ((key, before), (_, after)) in before.iter().zip(after) {
                compare(&format!("{path}/{key}"), before, after, gone, wrong);
            }
        }
        (Node::List(before), Node::List(after)) if before.len() == after.len() => {
            for (number, (before, after)) in before.iter().zip(after).enumerate() {
                compare(&format!("{path}/{number}"), before, after, gone, wrong);
            }
        }
        (Node::Text(was), Node::Text(is)) => {
            let must_go = gone.iter().any(|key| path.ends_with(key));
            let is_ours = is.split_once('_').is_some_and(|(label, body)| {
                label.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) && body.trim_end().len() == 11
            });
            if must_go != is_ours || (!must_go && was != is) {
                wrong.push(format!("{path}: {was:?} became {is:?}"));
            }
        }
        (before, after) if before == after => {}
        (before, after) => wrong.push(format!("{path}: {before:?} became {after:?}")),
    }
}

#[test]
fn structures_are_what_they_were_but_for_the_values_that_go() {
    type Parse = fn(&str) -> Node;
    let rows: Vec<(&str, Parse, &str, &[&str])> = vec![
        (
            "JSON",
            json,
            r#"{"server": {"host": "db", "port": 5432, "tls": true, "password": "p@ss\"w\\ord\n9Qx", "note": null},
  "users": [{"id": 10000, "username": "jroe", "displayName": "Jane \u0052oe", "emailAddress": "jane.roe\u0040acme.example", "active": true, "roles": ["admin", "dev"]}],
  "empty": {"password": "", "username": null}, "handles": {"password": "${DB_PASSWORD}", "secret": "********"},
  "max_tokens": 4096, "password_required": true, "version": "9.4.2", "inner": "{\"token\": \"tiger7Qx-9Lm4vTzW2\"}"}"#,
            &["server/password", "/username", "/displayName", "/emailAddress"],
        ),
        (
            "JSON lines",
            json_lines,
            "{\"level\":\"info\",\"user\":\"jroe\",\"took\":12}\n{\"level\":\"warn\",\"api_key\":\"tiger7Qx9Lm4vTzW2\",\"tags\":[]}\n{\"level\":\"info\",\"user\":\"\"}\n",
            &["0/user", "/api_key"],
        ),
        (
            "YAML",
            yaml,
            "# a comment\nserver: &base\n  host: db\n  port: 5432\n  password: |\n    tiger7Qx line one\n    and line two\n  api_key: >-\n    tiger7Qx9Lm4v\n    TzW2abcdef\n  tls: yes\nusers:\n  - id: 10000\n    username: jroe\n    displayName: 'Jane O''Roe'\n    mail: \"jane.roe\\u0040acme.example\"\n    active: true\n  - {id: 2, username: mkent, token: \"tiger7Qx-9Lm4vTzW2\"}\nempty:\n  password: \"\"\n  username:\nhandles:\n  password: ${DB_PASSWORD}\n  secret: '{{ vault }}'\nmax_tokens: 4096\n---\nversion: 9.4.2\nsecret_name: app-db\n",
            &["server/password", "/api_key", "/username", "/displayName", "/mail", "/token"],
        ),
        (
            "TOML",
            toml,
            "# a comment\ntitle = \"x\"\n[server]\nhost = \"db\"\nport = 5432\npassword = \"tiger7\\\"Qx\"\ntoken = '''tiger7Qx-9Lm4vTzW2'''\n[[users]]\nid = 10000\nusername = \"jroe\"\nfull_name = \"Jane Roe\"\nsince = 2021-05-17\n[handles]\npassword = \"${DB_PASSWORD}\"\npassword_required = true\n",
            &["server/password", "/token", "/username", "/full_name"],
        ),
        (
            "XML",
            xml,
            "<?xml version=\"1.0\"?>\n<!-- a comment -->\n<config xmlns=\"http://acme.example/x\">\n  <db url=\"jdbc:postgresql://db:5432/jira\" password=\"p&quot;ss&amp;9Qx\" pool=\"20\"/>\n  <username>jroe</username>\n  <password><![CDATA[tiger<7>Qx]]></password>\n  <user id=\"10000\" displayName=\"Jane &#82;oe\" active=\"true\"/>\n  <version>9.4.2</version>\n  <password></password>\n  <password-policy>strict</password-policy>\n</config>\n",
            &["db/@password", "/username/#", "/password/#", "/@displayName"],
        ),
        (
            "properties",
            lines,
            "# a comment\ndb.host=db\ndb.password=tiger7\\u0051x\nmail.password = tiger7Qx\\\n    9Lm4vTzW2\ndb.username: jroe\ndb.pool=20\nempty.password=\npassword.required=true\n",
            &["/db.password", "/mail.password", "/db.username"],
        ),
        (
            "INI and env",
            lines,
            "[server]\n; a comment\nhost = db\npassword = tiger7Qx\nport = 5432\n[user]\nusername = jroe\nDB_PASSWORD=\"tiger7 Qx\"\nDB_HOST=db\nAPI_TOKEN=tiger7Qx-9Lm4vTzW2\n",
            &["/password", "/username", "/API_TOKEN"],
        ),
    ];
    let mut wrong = Vec::new();
    for (format, parse, text, gone) in rows {
        let out = scrub(text);
        let mut here = Vec::new();
        // A quoted value of env keeps its quotes, and an inner document is told of by itself.
        let ignored = |line: &String| line.contains("/inner:") || line.contains("/DB_PASSWORD:");
        compare("", &parse(text), &parse(&out), gone, &mut here);
        wrong.extend(here.into_iter().filter(|line| !ignored(line)).map(|line| format!("{format}{line}")));
        for part in ["tiger7", "9Qx", "jroe", "Roe", "mkent", "9Lm4v", "line two"] {
            if out.contains(part) {
                wrong.push(format!("{format}: {part} is left in {out}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

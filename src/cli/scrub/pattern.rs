//! `--issue-from-path`: which issue and which customer a file belongs to, read out of its path.

use std::fmt;

/// A pattern over the components of a path below the directory that is scrubbed.
///
/// A component is matched whole. `{issue}` and `{customer}` take one component or a part of one, as long a part as they can;
/// `*` takes any part of one, as short as it can; `**` stands for any number of whole components, at the end for one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    components: Vec<Component>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Component {
    /// `**`
    Any,
    One(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    Star,
    Take(What),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Issue,
    Customer,
}

/// What a path says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured<'a> {
    /// The issue.
    pub issue: &'a [u8],
    /// The customer, if the pattern names one.
    pub customer: Option<&'a [u8]>,
}

/// Where captures lie in a path.
#[derive(Clone, Copy, Default)]
struct Spans<'a> {
    issue: Option<&'a [u8]>,
    customer: Option<&'a [u8]>,
}

impl Pattern {
    /// Reads a pattern; what is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let mut components = Vec::new();
        let mut taken = Vec::new();
        for component in text.split('/') {
            match component {
                "" | "." | ".." => return Err("every part between slashes must name something".into()),
                "**" => components.push(Component::Any),
                _ => components.push(Component::One(parts(component, &mut taken)?)),
            }
        }
        match taken.contains(&What::Issue) {
            true => Ok(Pattern { components }),
            false => Err("it must name {issue} once, for example {issue}/**".into()),
        }
    }

    /// What a path says; `None` if it does not match.
    pub fn capture<'a>(&self, path: &'a [u8]) -> Option<Captured<'a>> {
        let names: Vec<&[u8]> = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).collect();
        let mut spans = Spans::default();
        if !across(&self.components, &names, &mut spans) {
            return None;
        }
        Some(Captured { issue: spans.issue?, customer: spans.customer })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, component) in self.components.iter().enumerate() {
            f.write_str(if n > 0 { "/" } else { "" })?;
            match component {
                Component::Any => f.write_str("**")?,
                Component::One(parts) => {
                    for part in parts {
                        match part {
                            Part::Literal(text) => f.write_str(&String::from_utf8_lossy(text))?,
                            Part::Star => f.write_str("*")?,
                            Part::Take(What::Issue) => f.write_str("{issue}")?,
                            Part::Take(What::Customer) => f.write_str("{customer}")?,
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn parts(component: &str, taken: &mut Vec<What>) -> Result<Vec<Part>, String> {
    if component.contains("**") {
        return Err("`**` must stand alone between slashes".into());
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = component;
    while !rest.is_empty() {
        let part = if let Some(behind) = rest.strip_prefix('*') {
            rest = behind;
            Part::Star
        } else if let Some(behind) = rest.strip_prefix('{') {
            let (name, behind) = behind.split_once('}').ok_or("a `{` has no `}`")?;
            rest = behind;
            let what = match name {
                "issue" => What::Issue,
                "customer" => What::Customer,
                _ => return Err(format!("{{{name}}} is not known; there are {{issue}} and {{customer}}")),
            };
            if taken.contains(&what) {
                return Err(format!("{{{name}}} stands twice"));
            }
            taken.push(what);
            if matches!(parts.last(), Some(Part::Take(_))) {
                return Err("between two captures something must stand".into());
            }
            Part::Take(what)
        } else {
            let end = rest.find(['*', '{']).unwrap_or(rest.len());
            let (literal, behind) = rest.split_at(end);
            rest = behind;
            Part::Literal(literal.into())
        };
        parts.push(part);
    }
    Ok(parts)
}

/// Matches components, `**` as short as it can be.
fn across<'a>(components: &[Component], names: &[&'a [u8]], spans: &mut Spans<'a>) -> bool {
    match components.split_first() {
        None => names.is_empty(),
        Some((Component::Any, rest)) => {
            // What lies in a directory is meant by `/**` at the end, not a file of that name.
            let least = usize::from(rest.is_empty());
            (least..=names.len()).any(|skipped| across(rest, &names[skipped..], spans))
        }
        Some((Component::One(parts), rest)) => {
            let Some((name, names)) = names.split_first() else { return false };
            let mut found = *spans;
            within(parts, name, &mut found, &mut |found| {
                let mut found = *found;
                let is_match = across(rest, names, &mut found);
                if is_match {
                    *spans = found;
                }
                is_match
            })
        }
    }
}

/// Matches the parts of one component, and tries `then` for each way to do it until one holds.
fn within<'a>(parts: &[Part], name: &'a [u8], spans: &mut Spans<'a>, then: &mut dyn FnMut(&Spans<'a>) -> bool) -> bool {
    match parts.split_first() {
        None => name.is_empty() && then(spans),
        Some((Part::Literal(text), rest)) => match name.strip_prefix(text.as_slice()) {
            Some(name) => within(rest, name, spans, then),
            None => false,
        },
        Some((Part::Star, rest)) => (0..=name.len()).any(|end| within(rest, &name[end..], spans, then)),
        Some((Part::Take(what), rest)) => (1..=name.len()).rev().any(|end| {
            let mut found = *spans;
            match what {
                What::Issue => found.issue = Some(&name[..end]),
                What::Customer => found.customer = Some(&name[..end]),
            }
            within(rest, &name[end..], &mut found, then)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(pattern: &str, path: &str) -> Option<(String, String)> {
        let pattern = Pattern::parse(pattern).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let captured = pattern.capture(path.as_bytes())?;
        Some((text(captured.issue), captured.customer.map(text).unwrap_or_default()))
    }

    #[test]
    fn paths_say_what_they_belong_to() {
        for (pattern, path, issue, customer) in [
            ("{issue}/**", "ZD-1/a/b.log", "ZD-1", ""),
            ("{issue}/**", "ZD-1/b.log", "ZD-1", ""),
            ("{customer}/{issue}/**", "acme/ZD-1/b.log", "ZD-1", "acme"),
            ("tickets/*/{issue}-*/**", "tickets/2026/ZD-1042-dump/x", "ZD-1042", ""),
            ("*-{issue}/*", "logs-ZD-1/x", "ZD-1", ""),
            ("**/{issue}.log", "a/b/c/ZD-1.log", "ZD-1", ""),
            ("**/{issue}.log", "ZD-1.log", "ZD-1", ""),
            ("**/case-{issue}/**", "case-1/case-2/x", "1", ""),
            ("{issue}_{customer}.zip", "ZD_1_acme.zip", "ZD_1", "acme"),
        ] {
            assert_eq!(says(pattern, path), Some((issue.into(), customer.into())), "{pattern} on {path}");
        }
        for (pattern, path) in [
            ("{issue}/*", "ZD-1/a/b"),
            ("{issue}/**/x", "ZD-1/y"),
            ("case-{issue}/**", "case-/x"),
            ("{issue}/*", "ZD-1"),
            ("{issue}/**", "README.txt"),
            ("{customer}/{issue}/**", "acme/README.txt"),
            ("a/{issue}", "b/c"),
        ] {
            assert_eq!(says(pattern, path), None, "{pattern} on {path}");
        }
    }

    #[test]
    fn a_wrong_pattern_is_told_what_is_wrong() {
        for (pattern, why) in [
            ("**", "must name {issue}"),
            ("{issue}/{issue}", "twice"),
            ("{issue}{customer}/**", "between two"),
            ("{isue}/**", "{isue} is not known"),
            ("{issue", "no `}`"),
            ("/{issue}", "name something"),
            ("{issue}/..", "name something"),
            ("a**/{issue}", "alone"),
        ] {
            let said = Pattern::parse(pattern).unwrap_err();
            assert!(said.contains(why), "{pattern}: {said}");
        }
        assert_eq!(Pattern::parse("{customer}/a*{issue}/**").unwrap().to_string(), "{customer}/a*{issue}/**");
    }

    #[test]
    fn a_long_name_is_matched_in_no_time() {
        let pattern = Pattern::parse("*a*{issue}b*/**").unwrap();
        assert_eq!(pattern.capture("a".repeat(255).as_bytes()), None);
    }
}

//! What a format says of a value by its place: the author of a document, the host that a mail passed. Those who read the
//! format name such values; here are the rules that they stand under, with nothing to search for.

use crate::detect::detector::{Anchor, Candidates, Detector, Hit, RuleInfo};
use crate::detect::view::View;
use crate::kind::Kind;

/// The rules for what formats state.
pub struct Stated;

impl Stated {
    /// The id of the rule for a kind of value; none if no format states such.
    pub fn rule(kind: Kind) -> Option<&'static str> {
        RULES.iter().find(|(_, known, _)| *known == kind).map(|(id, ..)| *id)
    }
}

const RULES: [(&str, Kind, &str); 3] = [
    ("stated-name", Kind::Name, "name of a person by its place in a document or a mail: author, sender, recipient"),
    ("stated-host", Kind::Host, "host by its place in a mail: on its way, in its identifiers"),
    ("stated-company", Kind::License, "company by its place in the properties of a document"),
];

impl Detector for Stated {
    fn rules(&self) -> Vec<RuleInfo> {
        let rule = |&(id, kind, description): &(&str, Kind, &str)| RuleInfo {
            id: id.into(),
            kind,
            description: description.into(),
        };
        RULES.iter().map(rule).collect()
    }

    fn anchors(&self) -> Vec<Anchor> {
        Vec::new()
    }

    fn verify(&self, _: Hit, _: &View<'_>, _: &mut Candidates<'_>) {}
}

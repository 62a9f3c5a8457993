use std::collections::HashMap;

use askama::Template;

use super::broken::{self, Broken, Unsettled};
use super::cases::{Case, Keys};
use super::rules::{self, Places, RuleGroup};
use super::sections::{self, Section};
use super::shown::Shown;
use super::transcript;
use super::verdicts::{self, Look};
use crate::document::{CaseVerdict, Document};
use crate::text::closing::{by_need, grounds, reached};

/// What a page may do: run this script, use this style, and fetch nothing. A test keeps it in step with the two.
const POLICY: &str = include_str!("../../assets/policy.txt").trim_ascii();
const STYLE: &str = include_str!("../../assets/report.css");
const SCRIPT: &str = concat!(
    "\"use strict\";\n",
    include_str!("../../assets/data.js"),
    include_str!("../../assets/octets.js"),
    include_str!("../../assets/exchange.js"),
    include_str!("../../assets/cases.js"),
    include_str!("../../assets/filters.js"),
    include_str!("../../assets/page.js"),
);

/// The whole page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    policy: &'static str,
    style: &'static str,
    script: &'static str,
    document: &'a Document,
    look: Look,
    grounds: String,
    reached: String,
    target: Shown<'a>,
    address: Shown<'a>,
    claims: Shown<'static>,
    version: Shown<'a>,
    counts: Vec<(usize, Look)>,
    sections: Vec<Section<'a>>,
    broken: Vec<Broken<'a>>,
    unsettled: Vec<Unsettled<'a>>,
    needs: Vec<(Shown<'static>, Vec<Shown<'a>>)>,
    notes: Vec<Shown<'a>>,
    groups: Vec<RuleGroup<'a>>,
    places: Places<'a>,
    keys: Keys<'a>,
    scenario_places: HashMap<&'a str, usize>,
}

impl<'a> Page<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let places = rules::places(document);
        let keys = Keys::new(document);
        let target = &document.target;
        let counts = CaseVerdict::ALL.map(|verdict| (document.summary.count(verdict), verdicts::case(verdict)));
        let needs = by_need(document).into_iter();
        Self {
            policy: POLICY,
            style: STYLE,
            script: SCRIPT,
            document,
            look: verdicts::overall(document.verdict),
            grounds: grounds(document),
            reached: reached(&document.reach()),
            target: Shown::line(if target.name.is_empty() { "A nameless target" } else { &target.name }),
            address: Shown::line(&target.address),
            claims: Shown::owned(&target.capabilities.join(", ")),
            version: Shown::line(&document.suite.version),
            counts: counts.into_iter().filter(|(count, _)| *count > 0).collect(),
            sections: sections::of(document),
            broken: broken::of(document, &places, &keys),
            unsettled: broken::unsettled(document),
            needs: needs
                .map(|(need, rules)| (Shown::owned(&need), rules.into_iter().map(Shown::line).collect()))
                .collect(),
            notes: document.notes.iter().map(|note| Shown::lines(note)).collect(),
            groups: rules::groups(document, &places),
            places,
            keys,
            scenario_places: transcript::scenario_places(document),
        }
    }

    /// The cases, each made when it is written: together they would take much more than the document.
    fn cases(&self) -> impl Iterator<Item = Case<'a>> {
        let places = 0..self.document.cases.len();
        places.map(|place| Case::of(self.document, place, &self.places, &self.keys, &self.scenario_places))
    }

    /// The scenarios' texts, as an element that holds data.
    fn scenarios(&self) -> String {
        transcript::scenarios(self.document)
    }

    /// The names of the sections that cases have, in the order of the sections.
    fn case_sections(&self) -> impl Iterator<Item = &Shown<'a>> {
        self.sections.iter().filter(|section| !section.cases.parts.is_empty()).map(|section| &section.name)
    }
}

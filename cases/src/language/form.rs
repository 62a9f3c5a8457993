//! A scenario as it is written: every key optional, a step one of its verbs. [`Form::into_scenario`] makes sense of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use sinkcheck_spec::catalogue::Role;

use super::message::MessageTemplate;
use super::pattern::Pattern;
use super::scenario::{Certificate, Fixture, MAIN, Owner, Scenario, Transport};
use super::step::{Ask, Cut, Send, Step, Values, Verb, Within};
use super::value::{Number, name};
use crate::yaml::{Diagnostic, Path, Source};

/// A test case for the Sink protocol: what is sent to the implementation under test, and what it must do.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "sinkcheck scenario")]
pub(crate) struct Form {
    /// One line that says what is shown.
    title: String,
    /// Why the case is the way it is.
    purpose: Option<String>,
    /// Whose behaviour is judged.
    #[schemars(with = "RoleName")]
    under_test: Role,
    /// Ids of the rules that the case shows; the first is what it is about.
    requirements: Vec<String>,
    /// The identity of the main connection.
    #[serde(default)]
    client: Fixture,
    /// Further connections.
    #[serde(default)]
    connections: BTreeMap<String, Owner>,
    /// The transport that the case needs.
    #[serde(default)]
    transport: Transport,
    /// Nothing is sent but what the steps say: no PING keeps a connection alive while the case waits for an answer.
    #[serde(default)]
    silent: bool,
    /// The peer's PINGs are answered when the case sends its first PONG, all that came until then, and not before. Nothing keeps a
    /// connection alive until then.
    #[serde(default)]
    holds_pongs: bool,
    /// How many events a client under test is to publish of its own, once it is accepted.
    #[serde(default)]
    publishes: u32,
    /// What the tester shows to a client under test, over TLS.
    #[serde(default)]
    certificate: Certificate,
    /// What is done, in order.
    steps: Vec<StepForm>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum RoleName {
    Server,
    Client,
}

/// A step: one verb, and what goes with it.
#[derive(Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepFields {
    /// The connection that it is about.
    on: Option<String>,
    /// The rule that is broken if it fails.
    rule: Option<String>,
    connect: Option<Nothing>,
    handshake: Option<Nothing>,
    /// A message, or several that go in one segment.
    send: Option<OneOrMany<MessageTemplate>>,
    /// How the octets of a `send` are cut into segments.
    cut: Option<CutForm>,
    expect: Option<Pattern>,
    /// With `expect: closed` or `expect: ping`: when, in keepalive intervals after the last octets.
    within: Option<Within>,
    ask: Option<Ask>,
    close: Option<Nothing>,
    finish: Option<Nothing>,
    reset: Option<Nothing>,
    /// So many keepalive intervals.
    wait: Option<f64>,
    /// A name and its values.
    for_each: Option<BTreeMap<String, Values>>,
    /// How many times.
    repeat: Option<u32>,
    /// The steps of `for_each` and `repeat`.
    steps: Option<Vec<StepForm>>,
}

/// What a verb without arguments takes when it is written as a key.
#[derive(Clone, Copy, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// A step as one word or as a mapping.
struct StepForm(StepFields);

/// Twice round the message ids and some more.
const MOST_PUBLISHES: u32 = 10_000;

const WITHIN: &str = "`within` goes with `expect: closed` and `expect: ping`";
const WITHIN_HINT: &str = "only a close and a PING are timed in intervals";

const WORDS: &[&str] = &["connect", "handshake", "close", "finish", "reset"];

impl<'de> Deserialize<'de> for StepForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StepVisitor;
        impl<'de> Visitor<'de> for StepVisitor {
            type Value = StepForm;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a step: `connect`, `close`, … or a mapping with a verb")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<StepForm, E> {
                let mut fields = StepFields::default();
                let verb = match word {
                    "connect" => &mut fields.connect,
                    "handshake" => &mut fields.handshake,
                    "close" => &mut fields.close,
                    "finish" => &mut fields.finish,
                    "reset" => &mut fields.reset,
                    _ => return Err(E::unknown_variant(word, WORDS)),
                };
                *verb = Some(Nothing {});
                Ok(StepForm(fields))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StepForm, A::Error> {
                StepFields::deserialize(MapAccessDeserializer::new(map)).map(StepForm)
            }
        }
        deserializer.deserialize_any(StepVisitor)
    }
}

impl JsonSchema for StepForm {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fields = generator.subschema_for::<StepFields>();
        json_schema!({ "oneOf": [{ "enum": WORDS }, fields] })
    }
}

/// One, or a list of them.
struct OneOrMany<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ManyVisitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ManyVisitor<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message or a list of messages")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
                T::deserialize(de::value::StrDeserializer::new(word)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany)
            }
        }
        deserializer.deserialize_any(ManyVisitor(std::marker::PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "oneOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

/// `each_octet`, `each_message`, one place or several.
struct CutForm(Cut);

impl<'de> Deserialize<'de> for CutForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CutVisitor;
        impl<'de> Visitor<'de> for CutVisitor {
            type Value = CutForm;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`each_octet`, `each_message`, an octet's number, a `$name` or a list of those")
            }
            fn visit_u64<E: de::Error>(self, at: u64) -> Result<CutForm, E> {
                Ok(CutForm(Cut::At(vec![Number::Literal(at)])))
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<CutForm, E> {
                match (word, name(word)) {
                    ("each_octet", _) => Ok(CutForm(Cut::EachOctet)),
                    ("each_message", _) => Ok(CutForm(Cut::EachMessage)),
                    (_, Some(name)) => Ok(CutForm(Cut::At(vec![Number::Name(name.to_owned())]))),
                    _ => Err(E::unknown_variant(word, &["each_octet", "each_message"])),
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<CutForm, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(|places| CutForm(Cut::At(places)))
            }
        }
        deserializer.deserialize_any(CutVisitor)
    }
}

impl JsonSchema for CutForm {
    fn schema_name() -> Cow<'static, str> {
        "Cut".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let number = generator.subschema_for::<Number>();
        json_schema!({ "oneOf": [{ "enum": ["each_octet", "each_message"] }, number, { "type": "array", "items": number }] })
    }
}

impl Form {
    /// Makes a scenario of what is written.
    ///
    /// # Errors
    /// Steps without a verb or with two, modifiers where they mean nothing, loops without steps.
    pub(crate) fn into_scenario(self, id: &str, source: &Source) -> Result<Scenario, Box<Diagnostic>> {
        let top = Path::top();
        if self.requirements.is_empty() {
            let error = source.error(&top.key("requirements"), "a case cites at least one rule");
            return Err(Box::new(error.hint("`sinkcheck list --rules` shows them")));
        }
        if self.steps.is_empty() {
            return Err(Box::new(source.error(&top.key("steps"), "a case has at least one step")));
        }
        if self.publishes > MOST_PUBLISHES {
            let error = source.error(&top.key("publishes"), "more events than a case can wait for");
            return Err(Box::new(error.hint(format!("at most {MOST_PUBLISHES}"))));
        }
        let steps = lower_steps(self.steps, &top.key("steps"), source)?;
        Ok(Scenario {
            id: id.to_owned(),
            title: self.title,
            purpose: self.purpose,
            under_test: self.under_test,
            requirements: self.requirements,
            client: self.client,
            connections: self.connections,
            transport: self.transport,
            silent: self.silent,
            holds_pongs: self.holds_pongs,
            publishes: self.publishes,
            certificate: self.certificate,
            steps,
            file: source.file().to_owned(),
            text: source.text().to_owned(),
        })
    }
}

fn lower_steps(forms: Vec<StepForm>, path: &Path, source: &Source) -> Result<Vec<Step>, Box<Diagnostic>> {
    forms.into_iter().enumerate().map(|(at, form)| lower(form.0, path.index(at), source)).collect()
}

fn lower(mut fields: StepFields, path: Path, source: &Source) -> Result<Step, Box<Diagnostic>> {
    let fail = |path: &Path, message: &str, hint: &str| Err(Box::new(source.error(path, message).hint(hint)));
    let mut verbs: Vec<Verb> = Vec::new();
    let cut = fields.cut.take();
    let within = fields.within.take();
    let inner = match fields.steps.take() {
        Some(steps) => Some(lower_steps(steps, &path.key("steps"), source)?),
        None => None,
    };
    let has_inner = inner.is_some();
    let mut inner = inner;
    verbs.extend(fields.connect.map(|_| Verb::Connect));
    verbs.extend(fields.handshake.map(|_| Verb::Handshake));
    verbs.extend(fields.close.map(|_| Verb::Close));
    verbs.extend(fields.finish.map(|_| Verb::Finish));
    verbs.extend(fields.reset.map(|_| Verb::Reset));
    verbs.extend(fields.ask.map(Verb::Ask));
    let has_cut = cut.is_some();
    if let Some(messages) = fields.send {
        if messages.0.is_empty() {
            return fail(&path.key("send"), "nothing to send", "name at least one message");
        }
        verbs.push(Verb::Send(Send { messages: messages.0, cut: cut.map_or(Cut::Joined, |form| form.0) }));
    } else if has_cut {
        return fail(
            &path.key("cut"),
            "`cut` goes with `send`",
            "cut says how the sent octets are split into segments",
        );
    }
    if let Some(pattern) = fields.expect {
        if within.is_some() && !matches!(pattern, Pattern::Closed | Pattern::Ping) {
            return fail(&path.key("within"), WITHIN, WITHIN_HINT);
        }
        if let Some(span) = within
            && !(span.from >= 0.0 && span.from < span.to && span.to <= 10.0)
        {
            return fail(&path.key("within"), "not a span of time", "0 <= from < to <= 10, in keepalive intervals");
        }
        verbs.push(Verb::Expect { pattern, within });
    } else if within.is_some() {
        return fail(&path.key("within"), WITHIN, WITHIN_HINT);
    }
    if let Some(intervals) = fields.wait {
        if !(intervals > 0.0 && intervals <= 10.0) {
            return fail(&path.key("wait"), "not a wait", "more than 0 and at most 10 keepalive intervals");
        }
        verbs.push(Verb::Wait(intervals));
    }
    if let Some(loops) = fields.for_each {
        let mut loops = loops.into_iter();
        let (Some((name, values)), None) = (loops.next(), loops.next()) else {
            return fail(
                &path.key("for_each"),
                "`for_each` takes one name with its values",
                "for_each: { id: [0, 1, 255] }",
            );
        };
        if matches!(&values, Values::List(list) if list.is_empty()) {
            return fail(&path.key("for_each"), "no values", "for_each: { id: [0, 1, 255] }");
        }
        if let Values::Range(range) = &values
            && (range.from > range.to || range.to - range.from > 65_536)
        {
            return fail(&path.key("for_each"), "not a range", "from <= to, and at most 65,537 values");
        }
        if matches!(&values, Values::OtherThan(other) if !(2..=32).contains(&other.bits)) {
            return fail(
                &path.key("for_each"),
                "`bits` is not from 2 to 32",
                "32 for instance ids, 12 for message ids",
            );
        }
        let Some(steps) = inner.take() else {
            return fail(&path, "`for_each` needs `steps`", "the steps that are done for each value");
        };
        verbs.push(Verb::ForEach { name, values, steps });
    }
    if let Some(times) = fields.repeat {
        let Some(steps) = inner.take().filter(|_| (1..=10_000).contains(&times)) else {
            return fail(&path, "`repeat` needs `steps` and a count from 1 to 10,000", "repeat: 3 with steps: […]");
        };
        verbs.push(Verb::Repeat { times, steps });
    }
    if has_inner && inner.is_some() {
        return fail(
            &path.key("steps"),
            "`steps` goes with `for_each` or `repeat`",
            "steps inside a step are a loop's",
        );
    }
    let count = verbs.len();
    let (Some(verb), 1) = (verbs.pop(), count) else {
        return fail(
            &path,
            &format!("a step has one verb, this one has {count}"),
            "connect, handshake, send, expect, ask, close, finish, reset, wait, for_each, repeat",
        );
    };
    let line = source.line(&path);
    Ok(Step { verb, on: fields.on.unwrap_or_else(|| MAIN.to_owned()), rule: fields.rule, path, line })
}

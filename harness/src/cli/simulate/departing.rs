//! `--mutant`, `--variant` and their lists: a simulated peer that departs from the reference.

use std::ffi::OsStr;
use std::fmt::Write as _;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error};
use sinkcheck_simulator::{Mutant, Variant, client, mutants, server, variants};
use sinkcheck_spec::catalogue::Role;

use crate::cli::exit::Failure;
use crate::cli::outputs::to_stdout;

/// What a simulated server does otherwise than the reference.
#[derive(Debug, Args)]
#[command(next_help_heading = "Departing from the reference")]
pub(in crate::cli) struct DepartingServer {
    /// Have this deliberate fault
    #[arg(long, value_name = "NAME", value_parser = MutantOf(Role::Server), hide_possible_values = true)]
    mutant: Option<&'static Mutant>,
    /// Use this freedom, which the protocol leaves open; may be given several times
    #[arg(long, value_name = "NAME", value_parser = VariantOf(Role::Server), hide_possible_values = true)]
    variant: Vec<&'static Variant>,
    #[command(flatten)]
    lists: Lists,
}

/// What a simulated client does otherwise than the reference.
#[derive(Debug, Args)]
#[command(next_help_heading = "Departing from the reference")]
pub(in crate::cli) struct DepartingClient {
    /// Have this deliberate fault
    #[arg(long, value_name = "NAME", value_parser = MutantOf(Role::Client), hide_possible_values = true)]
    mutant: Option<&'static Mutant>,
    /// Use this freedom, which the protocol leaves open; may be given several times
    #[arg(long, value_name = "NAME", value_parser = VariantOf(Role::Client), hide_possible_values = true)]
    variant: Vec<&'static Variant>,
    #[command(flatten)]
    lists: Lists,
}

#[derive(Debug, Args)]
struct Lists {
    /// List the deliberate faults: name, the rules that they break, and what is wrong
    #[arg(long, exclusive = true)]
    list_mutants: bool,
    /// List the freedoms that can be used: name, their ids in the catalogue, and what is otherwise
    #[arg(long, exclusive = true)]
    list_variants: bool,
}

impl DepartingServer {
    /// Prints the list that was asked for, if any, and returns the exit code.
    pub(super) fn list(&self) -> Result<Option<u8>, Failure> {
        self.lists.print(Role::Server)
    }

    pub(super) fn behaviour(&self) -> Result<server::Behaviour, Failure> {
        check(&self.variant)?;
        let behaviour = server::Behaviour::default();
        let behaviour = self.variant.iter().fold(behaviour, |behaviour, variant| behaviour.with_variant(variant));
        Ok(self.mutant.iter().fold(behaviour, |behaviour, mutant| behaviour.with_mutant(mutant)))
    }
}

impl DepartingClient {
    /// Prints the list that was asked for, if any, and returns the exit code.
    pub(super) fn list(&self) -> Result<Option<u8>, Failure> {
        self.lists.print(Role::Client)
    }

    pub(super) fn behaviour(&self) -> Result<client::Behaviour, Failure> {
        check(&self.variant)?;
        let behaviour = client::Behaviour::default();
        let behaviour = self.variant.iter().fold(behaviour, |behaviour, variant| behaviour.with_variant(variant));
        Ok(self.mutant.iter().fold(behaviour, |behaviour, mutant| behaviour.with_mutant(mutant)))
    }
}

/// Variants that exclude each other can't be used together.
fn check(used: &[&'static Variant]) -> Result<(), Failure> {
    for (index, one) in used.iter().enumerate() {
        if let Some(other) = used.iter().skip(index + 1).find(|other| one.excludes(other)) {
            let (one, other) = (one.name(), other.name());
            return Err(Failure::usage(format!(
                "--variant {one} and --variant {other} decide the same thing: leave one of them out"
            )));
        }
    }
    Ok(())
}

impl Lists {
    fn print(&self, role: Role) -> Result<Option<u8>, Failure> {
        let lines: Vec<_> = if self.list_mutants {
            mutants(role).iter().map(|mutant| (mutant.name(), mutant.rules(), mutant.sentence())).collect()
        } else if self.list_variants {
            variants(role).iter().map(|variant| (variant.name(), variant.freedoms(), variant.sentence())).collect()
        } else {
            return Ok(None);
        };
        let lines: Vec<_> = lines.into_iter().map(|(name, ids, text)| (name, ids.join(","), text)).collect();
        let names = lines.iter().map(|(name, ..)| name.len()).max().unwrap_or_default();
        let ids = lines.iter().map(|(_, ids, _)| ids.len()).max().unwrap_or_default();
        let mut text = String::new();
        for (name, of, sentence) in lines {
            // What is aligned can be cut at spaces, too: neither a name nor the ids have one.
            let of = if of.is_empty() { "-" } else { &of };
            // Writing to a string can't fail.
            let _ = writeln!(text, "{name:<names$}  {of:<ids$}  {sentence}");
        }
        to_stdout(text.as_bytes()).map(Some)
    }
}

/// Reads the name of a role's mutant.
#[derive(Clone, Copy)]
struct MutantOf(Role);

/// Reads the name of a role's variant.
#[derive(Clone, Copy)]
struct VariantOf(Role);

impl TypedValueParser for MutantOf {
    type Value = &'static Mutant;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, typed: &OsStr) -> Result<Self::Value, Error> {
        let list = mutants(self.0);
        find(list, Mutant::name, typed).ok_or_else(|| unknown(command, "mutant", list.iter().map(Mutant::name), typed))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(mutants(self.0).iter().map(|mutant| PossibleValue::new(mutant.name()))))
    }
}

impl TypedValueParser for VariantOf {
    type Value = &'static Variant;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, typed: &OsStr) -> Result<Self::Value, Error> {
        let list = variants(self.0);
        find(list, Variant::name, typed)
            .ok_or_else(|| unknown(command, "variant", list.iter().map(Variant::name), typed))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(variants(self.0).iter().map(|variant| PossibleValue::new(variant.name()))))
    }
}

fn find<T>(list: &'static [T], name: impl Fn(&T) -> &'static str, typed: &OsStr) -> Option<&'static T> {
    list.iter().find(|one| OsStr::new(name(one)) == typed)
}

/// There are too many to list them all.
fn unknown(command: &Command, what: &str, names: impl Iterator<Item = &'static str>, typed: &OsStr) -> Error {
    let typed = typed.to_string_lossy();
    let near = names
        .map(|name| (strsim::damerau_levenshtein(name, &typed), name))
        .filter(|(changes, name)| changes * 3 <= name.len() || !typed.is_empty() && name.starts_with(&*typed))
        .min();
    let hint = match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => format!("--list-{what}s lists them"),
    };
    Error::raw(ErrorKind::InvalidValue, format!("there is no {what} `{typed}`; {hint}\n")).with_cmd(command)
}

//! Traffic that is watched: what is found, and the document that is made of it.

mod documents;
mod session;

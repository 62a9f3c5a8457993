//! Captures of TLS with a key log: `tshark` decrypts them.

use std::path::Path;

use super::read::Options;
use super::{Account, Form, Happening, RecordError};

pub(super) fn read(
    _form: Form,
    _file: &Path,
    _keylog: &Path,
    _options: &Options,
    _tell: &mut dyn FnMut(Happening<'_>),
) -> Result<Account, RecordError> {
    Err(RecordError::Decrypting("soon".to_owned()))
}

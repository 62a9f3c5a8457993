//! Keys and certificates of an authority that is made for a starting folder alone.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::{CLIENTS, STRANGER, file_name};

/// The name in the server's certificate.
pub(super) const SERVER_NAME: &str = "sink.example";

/// The name in the certificate that is for another server.
const OTHER_NAME: &str = "other.example";

pub(super) fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    let named = |name: &str| {
        let mut distinguished = DistinguishedName::new();
        distinguished.push(DnType::CommonName, name);
        distinguished
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = named("sinkcheck test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate()?;
    fs::write(folder.join("ca.pem"), params.self_signed(&key)?.pem())?;
    let authority = Issuer::new(params, key);
    let leaf = |name: &str, names: &[&str], has_expired: bool| -> Result<(), Box<dyn Error>> {
        let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())?;
        params.distinguished_name = named(name);
        // Only servers are looked for by a name.
        params.extended_key_usages = vec![match names {
            [] => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        if has_expired {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate()?;
        fs::write(folder.join(format!("{}.pem", file_name(name))), params.signed_by(&key, &authority)?.pem())?;
        secret(&folder.join(format!("{}.key", file_name(name))), &key.serialize_pem())?;
        Ok(())
    };
    let names = [SERVER_NAME, "127.0.0.1", "localhost"];
    leaf("server", &names, false)?;
    leaf("server-expired", &names, true)?;
    leaf("server-wrong-name", &[OTHER_NAME], false)?;
    for client in CLIENTS.iter().chain([&STRANGER]) {
        leaf(client, &[], false)?;
    }
    Ok(())
}

/// A file that only its owner can read.
fn secret(file: &Path, text: &str) -> std::io::Result<()> {
    let mut open = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    open.write_all(text.as_bytes())
}

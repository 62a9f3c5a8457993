//! A client that speaks without TLS to a server that it doesn't trust has checked nothing.

use crate::folder::Folder;
use crate::program::{Done, sinkcheck};

const CLIENT: &str = r#"
import os, socket, ssl, sys, time
place = (os.environ["SINK_HOST"], int(os.environ["SINK_PORT"]))
content = b"\0\5" + b"1.0.0" + int(os.environ["SINK_CLIENT_INSTANCE_ID"]).to_bytes(4, "big")
context = ssl.create_default_context(cafile="start/pki/ca.pem")
while True:
    try:
        line = socket.create_connection(place)
        try:
            line = context.wrap_socket(line, server_hostname="sink.example")
        except (ssl.SSLError, ssl.CertificateError):
            line.close()
            if sys.argv[1] == "plain":
                line = socket.create_connection(place)
        line.sendall(len(content).to_bytes(2, "big") + content)
        line.recv(1)
        line.close()
    except OSError:
        pass
    time.sleep(0.02)
"#;

fn certify(mode: &str) -> Done {
    let folder = Folder::new();
    sinkcheck(["init", "start"]).within(folder.path()).run().exits(0);
    folder.write("client.py", CLIENT);
    let tls = "tls: { certificate: start/pki/server.pem, key: start/pki/server.key, server_name: sink.example }";
    folder.write("t.yaml", format!("role: client\nlaunch: [ python3, client.py, {mode} ]\n{tls}\n"));
    let arguments = ["certify", "client", "--target", "t.yaml", "--case", "client/identity/wrong-authority"];
    sinkcheck(arguments).within(folder.path()).run()
}

#[test]
fn it_is_heard_and_blamed() {
    certify("plain").exits(1).says("Broke identity.server-certificate-checked");
    certify("silent").exits(0).says("1 passed");
}

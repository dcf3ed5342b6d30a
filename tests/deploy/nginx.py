"""A real nginx with the shipped configuration, on ports of this machine that are free."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.processes import ROOT, free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_nginx = pytest.mark.skipif(not NGINX, reason="nginx is not installed (Debian: nginx-light)")

# What stands around a site's configuration in Debian, with everything that is written in the folder itself.
MAIN = """
daemon off;
pid nginx.pid;
error_log stderr crit;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include promotions.conf;
}
"""


def filled_in(text, changes):
    """The text with each key of `changes` replaced by its value; each must be in it."""
    for shipped, here in changes.items():
        assert shipped in text, f"{shipped!r} is not in the shipped file any more"
        text = text.replace(shipped, here)
    return text


def write_certificate(folder):
    """A certificate for `localhost` that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    folder.joinpath("fullchain.pem").write_bytes(certificate.public_bytes(pem))
    folder.joinpath("privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class Nginx:
    """nginx before web processes at `upstreams`; serves `https` and `http`, two addresses of this machine."""

    def __init__(self, folder: Path, *upstreams: str):
        self.folder, http, https = folder, free_port(), free_port()
        self.http, self.https = f"http://localhost:{http}", f"https://localhost:{https}"
        self.certificate = str(folder / "fullchain.pem")
        write_certificate(folder)
        shipped = (ROOT / "deploy/nginx/promotions.conf").read_text()
        server = "    server 127.0.0.1:8000 max_fails=1 fail_timeout=5s;\n"
        changes = {
            server: "".join(server.replace("127.0.0.1:8000", address) for address in upstreams),
            "listen 80;": f"listen 127.0.0.1:{http};",
            "listen [::]:80;": "",
            "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
            "listen [::]:443 ssl;": "",
            "promotions.example.com": "localhost",
            "/etc/ssl/promotions": str(folder),
        }
        folder.joinpath("promotions.conf").write_text(filled_in(shipped, changes))
        # Started by root it would become a user that cannot write in this folder.
        user = "user root;" if os.geteuid() == 0 else ""
        folder.joinpath("nginx.conf").write_text(user + MAIN)
        self.command = [NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]

    def start(self):
        subprocess.run([*self.command, "-t", "-q"], check=True)
        self.child = subprocess.Popen(self.command)

    def end(self):
        self.child.terminate()
        self.child.wait(10)

"""TLS: clients see the certificate that is on file at that moment, and never one that does not work."""

import datetime
import http.client
import ipaddress
import os
import re
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mcp_fixture import FIXTURE, build


def certificate(name):
    """A certificate for 127.0.0.1 that vouches for itself, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    built = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return built.public_bytes(serialization.Encoding.PEM), private


def replace(path, content):
    """As those do it who care: there is never half a file."""
    path.with_suffix(".next").write_bytes(content)
    os.replace(path.with_suffix(".next"), path)


class Secured:
    """The fixture behind TLS, with files that can be replaced."""

    def __init__(self, folder):
        self.certificate, self.key, self.log = folder / "certificate.pem", folder / "key.pem", folder / "log"
        self.install(certificate("first"))
        build()
        self.process = subprocess.Popen(
            [FIXTURE, "--port", "0", "--certificate", self.certificate, "--key", self.key],
            stdout=subprocess.PIPE, stderr=self.log.open("wb"), text=True)
        address = re.fullmatch(r"https://127\.0\.0\.1:(\d+)/mcp\n", self.process.stdout.readline())
        self.port = int(address.group(1))

    def install(self, pair):
        replace(self.certificate, pair[0])
        replace(self.key, pair[1])
        return pair[0]

    def connect(self, trusted):
        """A client that trusts one certificate and no other."""
        context = ssl.create_default_context(cadata=trusted.decode())
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=10)

    def status(self, connection):
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        response.read()
        return response.status


@pytest.fixture
def server(tmp_path):
    secured = Secured(tmp_path)
    yield secured
    secured.process.kill()
    secured.process.wait()


def test_clients_that_trust_the_certificate_are_served(server):
    assert server.status(server.connect(server.certificate.read_bytes())) == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        server.status(server.connect(certificate("other")[0]))


def test_a_changed_certificate_is_for_new_connections(server):
    first = server.certificate.read_bytes()
    old = server.connect(first)
    assert server.status(old) == 200
    second = server.install(certificate("second"))
    assert server.status(server.connect(second)) == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        server.status(server.connect(first))
    assert server.status(old) == 200, "a connection that is open stays so"
    assert "has changed; it is used from now on" in server.log.read_text()


@pytest.mark.parametrize("broken", [
    (b"no certificate", None), (b"", None), (None, b"no key"), (None, certificate("other")[1]), (certificate("other")[0], None),
], ids=["garbage", "empty", "garbled-key", "key-of-another", "certificate-of-another"])
def test_a_certificate_that_does_not_work_leaves_the_one_before(server, broken):
    first = server.certificate.read_bytes()
    assert server.status(server.connect(first)) == 200
    for path, content in zip((server.certificate, server.key), broken):
        if content is not None:
            replace(path, content)
    for _ in range(3):
        assert server.status(server.connect(first)) == 200
    assert server.log.read_text().count("the one from before stays in use") == 1
    second = server.install(certificate("second"))
    assert server.status(server.connect(second)) == 200


def test_a_missing_file_leaves_the_certificate_and_it_may_come_back(server):
    first = server.certificate.read_bytes()
    server.certificate.unlink()
    assert server.status(server.connect(first)) == 200
    second = server.install(certificate("second"))
    assert server.status(server.connect(second)) == 200


def test_both_versions_of_tls_that_are_safe_are_served(server):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cadata=server.certificate.read_text())
        context.minimum_version = context.maximum_version = version
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=10)
        assert server.status(connection) == 200
        assert connection.sock.version() == version.name.replace("_", ".")


def test_a_client_that_speaks_no_tls_hurts_nobody(server):
    plain = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with pytest.raises((http.client.HTTPException, OSError)):
        server.status(plain)
    assert server.status(server.connect(server.certificate.read_bytes())) == 200


def test_a_server_does_not_start_without_a_working_certificate(tmp_path):
    build()
    for name, content in (("certificate.pem", certificate("a")[0]), ("key.pem", certificate("b")[1])):
        (tmp_path / name).write_bytes(content)
    finished = subprocess.run(
        [FIXTURE, "--port", "0", "--certificate", tmp_path / "certificate.pem", "--key", tmp_path / "key.pem"],
        capture_output=True, timeout=30, check=False)
    assert finished.returncode != 0
    assert finished.stderr


def test_files_that_did_not_work_are_tried_again_at_each_connection(server):
    """What was wrong with them need not show in their size and times."""
    first = server.certificate.read_bytes()
    second, key = certificate("second")
    replace(server.key, key)
    replace(server.certificate, b" " * len(second))
    os.utime(server.certificate, (1, 1))
    for _ in range(2):
        assert server.status(server.connect(first)) == 200
    server.certificate.write_bytes(second)
    os.utime(server.certificate, (1, 1))
    assert server.status(server.connect(second)) == 200

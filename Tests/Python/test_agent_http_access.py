"""Who may ask the agent over HTTP: its own token file and its own certificate, and what changes of them."""

import http.client
import ssl

import pytest
from test_agent_http import serving
from test_mcp_tls import certificate, replace


def ping(agent, token=None):
    """The response to a request with or without a token."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return agent.client(**headers).post("ping")


def test_only_who_has_the_token_is_served(tmp_path):
    file = tmp_path / "token"
    file.write_text("secret\n")
    with serving("--simulate", "t4x1", "--http-token-file", str(file)) as agent:
        refused = ping(agent)
        assert (refused.status, refused.getheader("WWW-Authenticate")) == (401, "Bearer")
        assert ping(agent, "secret").status == 200
        for wrong in ("", "secre", "secrets", "Secret"):
            assert ping(agent, wrong).status == 401
        for path in ("/metrics", "/mcp"):
            assert agent.client().send("GET", path=path).status == 401
        assert agent.client(Authorization="Bearer secret").send("GET", path="/metrics").status == 200


def test_a_token_that_was_changed_is_the_one_that_counts(tmp_path):
    file = tmp_path / "token"
    file.write_text("first")
    with serving("--simulate", "t4x1", "--http-token-file", str(file)) as agent:
        assert ping(agent, "first").status == 200
        replace(file, b"second")
        assert ping(agent, "first").status == 401
        assert ping(agent, "second").status == 200
        # Without a token to compare with nobody is served, and it may come back.
        file.unlink()
        assert ping(agent, "second").status == 401
        replace(file, b"third")
        assert ping(agent, "third").status == 200


class Files:
    """A certificate and its key, to be replaced."""

    def __init__(self, folder):
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"

    def install(self, name):
        """Writes new ones and returns the certificate."""
        for path, content in zip((self.certificate, self.key), certificate(name)):
            replace(path, content)
        return self.certificate.read_text()

    def serving(self):
        return serving(
            "--simulate", "t4x1", "--http-certificate", str(self.certificate), "--http-key", str(self.key))


def status(agent, trusted):
    """The status for a client that trusts one certificate and no other."""
    context = ssl.create_default_context(cadata=trusted)
    connection = http.client.HTTPSConnection("127.0.0.1", agent.port, context=context, timeout=10)
    connection.request("GET", "/readyz")
    return connection.getresponse().status


def test_tls_answers_with_the_certificate_that_is_on_file(tmp_path):
    files = Files(tmp_path)
    first = files.install("first")
    with files.serving() as agent:
        assert agent.said.count("https://127.0.0.1:") == 1
        assert status(agent, first) == 200
        second = files.install("second")
        assert status(agent, second) == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            status(agent, first)


def test_without_tls_nothing_is_served_where_a_certificate_is_given(tmp_path):
    files = Files(tmp_path)
    files.install("only")
    with files.serving() as agent, pytest.raises((http.client.HTTPException, OSError)):
        ping(agent)

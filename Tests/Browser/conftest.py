"""One keyring, one browser, and each project once for all tests."""
import re

import pytest

import projects
from browser import Browser
from server import Server


# A report's file, or what a served page is made of.
OWN = re.compile(
    r"file:///tmp/vp-\w+/\w+/index\.html|http://127\.0\.0\.1:\d+/(\?token=[0-9a-f]+|api/v1/(page|events|commit|(connections|changes|values)(/preview)?(\?[\w=&%+.-]*)?))?")


@pytest.fixture(scope="session")
def keyring():
    made = projects.Keyring()
    yield made
    made.end()


@pytest.fixture(scope="session")
def browser():
    made = Browser()
    yield made
    made.end()


def project(maker):
    @pytest.fixture(scope="session")
    def make(keyring):
        made = maker(keyring)
        yield made
        made.end()
    return make


everyday = project(projects.everyday)
hostile = project(projects.hostile)
large = project(lambda keyring: projects.large(keyring, 2000))
acme = project(projects.acme)


@pytest.fixture(scope="session", autouse=True)
def idle(request, keyring):
    """A server that nobody asks for anything; it runs beside all tests, because its end takes a minute."""
    if not any(item.name == "test_a_server_that_nobody_uses_ends" for item in request.session.items):
        yield None
        return
    made = projects.Project(keyring)
    made.connection("present", "slack")
    server = Server(made, "--idle", "1")
    yield server
    server.end()
    made.end()


@pytest.fixture(autouse=True)
def quiet(request):
    """No test leaves a message on the console, and no page asks for anything but itself."""
    yield
    if "browser" not in request.fixturenames:
        return
    browser = request.getfixturevalue("browser")
    assert browser.messages() == []
    others = [url for url in browser.requests() if not url.startswith(("data:", "about:"))]
    allowed = {url.split("#")[0] for url in others}
    assert all(OWN.fullmatch(url) for url in allowed), allowed
    browser.size(1440, 900)
    browser.theme("light")

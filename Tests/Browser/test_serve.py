"""The page that `vaultctl serve` shows, and who it is refused to."""
import http.client
import json
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time

import pytest

import projects
from browser import KEYS
from projects import CANARY, PROGRAM, ROOT
from server import Server


@pytest.fixture
def project(keyring):
    made = projects.everyday(keyring)
    yield made
    made.end()


@pytest.fixture
def server(everyday):
    yield from running(everyday)


@pytest.fixture
def own_server(project):
    """Of a project that the test changes."""
    yield from running(project)


def running(project):
    made = Server(project)
    yield made
    status, output = made.end()
    assert status == 0, output
    assert CANARY not in output


def test_only_the_browser_with_the_link_is_answered(server):
    path = server.link.split(server.host)[1]
    assert server.request("/")[0] == 401
    assert server.request("/api/v1/page")[0] == 401
    assert server.request("/?token=" + "0" * 64)[0] == 403
    cookie = server.cookie()
    assert server.request(path)[0] == 403, "replayed"
    status, fields, page = server.request("/", cookie=cookie)
    assert status == 200 and "stripe-prod" in page and CANARY not in page and "BEGIN PGP" not in page
    assert fields["Cache-Control"] == "no-store" and fields["X-Content-Type-Options"] == "nosniff"
    policy = fields["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "connect-src 'self'" in policy and "frame-ancestors 'none'" in policy
    status, fields, text = server.request("/api/v1/page", cookie=cookie)
    assert status == 200 and fields["Content-Type"] == "application/json"
    assert json.loads(text)["project"] == "browser" and CANARY not in text
    assert server.request("/healthz")[::2] == (200, "ok\n")
    assert "stripe" not in server.request("/healthz")[2]
    assert server.request("/metrics")[0] == 401, "--metrics was not given"


def test_attacks_are_refused(server):
    cookie = server.cookie()
    for fields, expected in [
            ({"Host": "evil.example"}, 421), ({"Host": f"evil.example:{server.port}"}, 421),
            ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
            ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Sec_Fetch_Site": "same-site"}, 403)]:
        for path in ["/", "/api/v1/page", "/healthz", "/metrics", "/api/v1/events"]:
            assert server.request(path, cookie=cookie, **fields)[0] == expected, (fields, path)
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]:
        assert server.request("/api/v1/page", method, cookie=cookie)[0] == 405, method
    for path in ["/../etc/passwd", "/%2e%2e/etc/passwd", "/api/v1/", "/index.html", "/api/v1/page/"]:
        assert server.request(path, cookie=cookie)[0] == 404, path


@pytest.mark.parametrize("data, expected", [
    (b"\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400), (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
    (b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
    (b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n", 400),
    (b"GET / HTTP/1.1\r\nX: " + b"x" * 17000, 431), (b"x" * 17000, 431)])
def test_malformed_requests_are_answered(server, data, expected):
    assert server.raw(data).split(" ")[1] == str(expected)
    assert server.request("/healthz")[0] == 200


def test_connections_are_limited_and_silent_ones_end(server):
    idle = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(80)]
    try:
        answers = []
        for connection in idle[64:]:
            answers.append(connection.recv(4096).decode().split(" ")[1])
        assert set(answers) == {"503"}
        assert idle[0].recv(4096).decode().split(" ")[1] == "408"
    finally:
        for connection in idle:
            connection.close()
    deadline = time.time() + 20
    while time.time() < deadline:
        try:
            if server.request("/healthz")[0] == 200:
                break
        except (ConnectionError, http.client.HTTPException):
            pass
        time.sleep(0.2)
    assert server.request("/healthz")[0] == 200


def names(browser):
    return browser.texts(".body .name a")


def test_the_page_follows_manifests_store_and_flows(browser, own_server, project):
    server = own_server
    browser.open(server.link)
    assert "token" not in browser.driver.current_url
    assert len(names(browser)) == 6
    assert CANARY not in browser.driver.page_source
    browser.one("#search").send_keys("mail")
    browser.settle()
    assert names(browser) == ["mail-new"]
    # What a person is at stays: the search, its text, the focus.
    project.connection("mail-second", "sendgrid")
    browser.wait(lambda: names(browser) == ["mail-second", "mail-new"], 20)
    assert browser.js("return [document.activeElement.id, document.activeElement.value]") == ["search", "mail"]
    browser.press("-", "n")
    browser.settle()
    assert names(browser) == ["mail-new"]
    browser.go("#/connections?c=%2Fmail-new")
    assert "Pending" in browser.one("#panel").text
    project.run("apply", "--auto-approve")
    browser.wait(lambda: "Ready" in browser.one("#panel").text, 20)
    assert browser.texts("#panel-title")[0].strip() == "mail-new"
    browser.press(KEYS.ESCAPE)
    project.write("connections/broken.yaml", "apiVersion: [\n")
    browser.go("#/connections")
    browser.wait(lambda: "broken.yaml" in browser.one("#view").text, 20)
    (project.folder / "connections/broken.yaml").unlink()
    browser.wait(lambda: len(names(browser)) == 7, 20)
    status, output = server.end()
    assert status == 0, output
    browser.wait(lambda: browser.js("return document.body.classList.contains('offline')"), 20)
    browser.messages()


def test_a_page_of_another_origin_learns_nothing(browser, server, everyday):
    """A page on another port of this machine, to which the browser sends the cookie as well."""
    other = subprocess.Popen(
        ["python3", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(everyday.folder / "flows")],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={"PYTHONUNBUFFERED": "1", "PATH": "/usr/bin:/bin"})
    try:
        port = re.search(r"port (\d+)", other.stdout.readline()).group(1)
        browser.open(server.link)
        browser.driver.get(f"http://127.0.0.1:{port}/")
        outcome = browser.driver.execute_async_script("""const [address, done] = arguments;
            Promise.all([
              fetch(address + '/api/v1/page', {credentials: 'include'}).then(() => 'read', () => 'refused'),
              fetch(address + '/api/v1/page', {method: 'POST', mode: 'no-cors', credentials: 'include', body: 'x'}).then((r) => r.type, () => 'refused'),
              new Promise((r) => { const s = new EventSource(address + '/api/v1/events', {withCredentials: true}); s.onopen = () => r('open'); s.onerror = () => { s.close(); r('refused'); }; }),
              new Promise((r) => { const i = new Image(); i.onload = () => r('loaded'); i.onerror = () => r('refused'); i.src = address + '/'; }),
            ]).then(done)""", f"http://127.0.0.1:{server.port}")
        assert outcome[0] == "refused" and outcome[2] == "refused" and outcome[3] == "refused", outcome
    finally:
        other.terminate()
        other.wait()
    browser.messages()
    browser.requests()


def test_the_description_of_the_api_is_what_is_served(server):
    described = json.loads((ROOT / "schemas/serve.openapi.json").read_text())
    cookie = server.cookie()
    assert described["openapi"].startswith("3.1")
    for path, operations in described["paths"].items():
        for method in operations.keys() - {"get"}:
            assert server.request(path, method.upper(), cookie=cookie)[0] == 403, "not from the page"
        if "get" not in operations:
            assert server.request(path, cookie=cookie)[0] == 405
            continue
        if path == "/api/v1/events":
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nCookie: {cookie}\r\n\r\n".encode())
                assert b"text/event-stream" in connection.recv(4096)
            continue
        status, fields, _ = server.request(path, cookie=cookie)
        answer = operations["get"]["responses"]["200"]
        if "$ref" in answer:
            answer = described["components"]["responses"][answer["$ref"].split("/")[-1]]
        kinds = answer["content"]
        assert status == 200 and fields["Content-Type"].split(";")[0] in kinds
    document = json.loads(server.request("/api/v1/page", cookie=cookie)[2])
    shape = described["components"]["schemas"]["Page"]
    assert set(shape["required"]) <= set(document) <= set(shape["properties"])
    connection = described["components"]["schemas"]["Connection"]
    for item in document["connections"]:
        assert set(connection["required"]) <= set(item) <= set(connection["properties"])
        assert item["state"] in connection["properties"]["state"]["enum"]


def test_a_server_that_nobody_uses_ends(idle):
    idle.process.wait(timeout=150)
    status, output = idle.end()
    assert status == 0 and "no request for 1 minutes" in output, output


def stream(server, cookie):
    """An open connection of events, after its first; nothing if there are too many."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=40)
    connection.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: {server.host}\r\nCookie: {cookie}\r\n\r\n".encode())
    received = b""
    while b"retry:" not in received:
        chunk = connection.recv(4096)
        received += chunk
        if not chunk:
            assert received.split(b" ")[1] == b"503", received
            connection.close()
            return None
    return connection


def event(connection):
    received = b""
    while b"event: change" not in received:
        chunk = connection.recv(4096)
        assert chunk, received
        received += chunk


def test_events_come_with_changes_of_the_store_and_of_files(own_server, project):
    cookie = own_server.cookie()
    with stream(own_server, cookie) as connection:
        def wait_for(name, state):
            """The page is what was read last, which may have been in the middle of the change."""
            deadline = time.time() + 60
            while True:
                page = json.loads(own_server.request("/api/v1/page", cookie=cookie)[2])
                states = {c["name"]: c["state"] for c in page["connections"]}
                if states.get(name) == state:
                    return
                assert time.time() < deadline, states
                time.sleep(0.2)

        project.run("apply", "--auto-approve")
        event(connection)
        wait_for("mail-new", "ready")
        # A change that was read in two parts has two events: another stream has none that is left of it.
        with stream(own_server, cookie) as later:
            project.connection("later", "sendgrid")
            event(later)
            wait_for("later", "empty")
            # As many browsers as may wait, and no more; those that left make room.
            waiting = [stream(own_server, cookie) for _ in range(14)]
            assert all(waiting) and stream(own_server, cookie) is None
            for other in waiting:
                other.close()
            deadline = time.time() + 60
            while (other := stream(own_server, cookie)) is None:
                assert time.time() < deadline
                time.sleep(0.5)
            other.close()


def test_a_folder_that_the_project_file_names_later_is_watched(own_server, project):
    cookie = own_server.cookie()
    names = lambda: {c["name"] for c in json.loads(own_server.request("/api/v1/page", cookie=cookie)[2])["connections"]}
    with stream(own_server, cookie) as connection:
        project.connection("first", "sendgrid", file="../more/first")
        file = project.folder / "vaultctl.yaml"
        project.write("new", file.read_text() + "\nmanifests: [connections, more]\n")
        (project.folder / "new").rename(file)
        while "first" not in names():
            event(connection)
        # Long before the store is read again although nothing changed.
        since = time.time()
        project.connection("second", "sendgrid", file="../more/second")
        while "second" not in names():
            event(connection)
        assert time.time() - since < 25


def test_what_a_person_must_do_is_done_and_seen(browser, own_server, project):
    """The command that the page shows is run as it is there, and the state changes on the open page."""
    browser.open(own_server.link)

    def commands(name):
        browser.go("#/connections")
        browser.go(f"#/connections?c=%2F{name}")
        browser.wait(lambda: browser.texts("#panel-title") and browser.texts("#panel-title")[0].strip() == name, 20)
        return browser.texts("#panel code")

    def state(name, word):
        browser.wait(lambda: word in browser.one("#panel .mark").text, 30)

    def run(command, input=""):
        assert command.startswith("vaultctl ")
        project.run(*shlex.split(command)[1:], input=input)
    # Empty: values are set, as long as one is missing; then it is applied.
    sets = lambda: [c for c in browser.texts("#panel code") if c.startswith("vaultctl set ")]
    commands("stripe-prod")
    for _ in range(5):
        before = sets()
        if not before:
            break
        run(before[0], input=f"{CANARY}-stripe")
        browser.wait(lambda: sets() != before, 30)
    state("stripe-prod", "Pending")
    command = next(c for c in commands("stripe-prod") if c.startswith("vaultctl apply"))
    run(f"{command} --auto-approve")
    state("stripe-prod", "Ready")
    # Scopes that were granted and are not declared.
    assert "vaultctl refresh billing-api" in commands("billing-api")
    # No service is here that could grant them: what it did is recorded by hand.
    run("vaultctl scopes record billing-api invoices:read invoices:write")
    browser.wait(lambda: "not declared" not in browser.one("#panel .three").text, 20)
    # An open page would say that its server is gone.
    browser.driver.get("about:blank")


def test_a_slow_client_is_not_waited_for(server):
    """Half a head, and half a body, a byte at a time: both end, and others are answered meanwhile."""
    cookie = server.cookie()
    head = socket.create_connection(("127.0.0.1", server.port), timeout=40)
    body = socket.create_connection(("127.0.0.1", server.port), timeout=40)
    body.sendall(f"PUT /api/v1/values HTTP/1.1\r\nHost: {server.host}\r\nCookie: {cookie}\r\nContent-Length: 1000\r\n\r\n".encode())
    begin = time.time()
    for byte in b"GET / HTTP/1.1\r\nHost:":
        try:
            head.sendall(bytes([byte]))
            body.sendall(b"x")
        except ConnectionError:
            break
        assert server.request("/healthz")[0] == 200
        time.sleep(0.7)
    for connection in [head, body]:
        answer = connection.recv(4096).decode()
        assert answer.split(" ")[1] == "408" and time.time() - begin < 60
        connection.close()


def described(project, values):
    """The API's description for requests of one session: who may ask is tested elsewhere, and names are real."""
    document = json.loads((ROOT / "schemas/serve.openapi.json").read_text())
    document["security"] = []
    del document["components"]["securitySchemes"]
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["parameters"] = [
                dict(parameter, schema={"enum": values[parameter["name"]]}) if parameter["name"] in values else parameter
                for parameter in operation.get("parameters", []) if "$ref" not in parameter and parameter["name"] not in ("env", "seen")]
    for body in document["components"]["requestBodies"].values():
        for content in body["content"].values():
            properties = content["schema"].get("properties", {})
            for name in {"env", "seen"} & properties.keys():
                del properties[name]
            for name in values.keys() & properties.keys():
                properties[name] = {"enum": values[name]}
    for name in ("plan", "report"):
        shutil.copy(ROOT / f"schemas/{name}.schema.json", project.folder)
    project.write("api.json", json.dumps(document))
    return project.folder / "api.json"


def test_schemathesis_finds_no_answer_that_is_not_described(own_server, project):
    """Valid and invalid requests by the hundred, all of which may write; the work tree stays valid."""
    cookie = own_server.cookie()
    api = described(project, {
        "connection": ["mail-new", "stripe-prod", "twilio-prod"], "app": ["slack", "twilio", "http"],
        "setup": ["webhook", "api_key", "bearer"], "kind": ["rename", "delete", "label", "annotation"]})
    run = subprocess.run(
        [pathlib.Path(sys.prefix, "bin/schemathesis"), "run", api, "--url", f"http://{own_server.host}", "-H", f"Cookie: {cookie}",
         "-H", f"X-Vaultctl-Write: {own_server.token(cookie)}", "-H", f"Origin: http://{own_server.host}",
         # An answer that never ends, and what the description cannot say: which names there are.
         "--exclude-path", "/api/v1/events", "--exclude-checks", "positive_data_acceptance",
         "--phases", "coverage,fuzzing", "--max-examples", "15", "--max-failures", "5", "--seed", "1", "--request-timeout", "60"],
        cwd=project.folder, text=True, capture_output=True, timeout=600)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    found = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert found and int(found.group(1)) == int(found.group(2)) > 200, run.stdout[-2000:]
    written = json.loads(own_server.request("/api/v1/changes", cookie=cookie)[2])
    assert len(written["files"]) > 3, "some of them were written"
    project.run("validate")
    assert own_server.request("/healthz")[0] == 200


def test_a_taken_port_is_an_error(server, everyday):
    taken = subprocess.run(
        [PROGRAM, "serve", "--port", str(server.port)], cwd=everyday.folder,
        env=everyday.keyring.environment, text=True, capture_output=True)
    assert taken.returncode == 1 and "VC1270" in taken.stderr

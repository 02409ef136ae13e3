"""What a person adds and sets on the page: sealed, into the work tree, and only from the page."""
import json
import re
import shlex
import subprocess

import pytest

import projects
from browser import CONTRAST, NAMELESS
from projects import CANARY, PROGRAM
from server import Server
from test_page import SHOTS


@pytest.fixture
def project(keyring):
    made = projects.Project(keyring, 'flows: ["flows/**/*.json"]')
    made.connection("present", "slack")
    made.flow("sign-up", "Sign up", ("twilio", "send_sms", None), ("slack", "post_message", "present"))
    yield made
    made.end()


@pytest.fixture
def server(project, browser):
    made = Server(project)
    yield made
    # An open page would say that its server is gone.
    browser.driver.get("about:blank")
    status, output = made.end()
    assert status == 0, output
    assert CANARY not in output


def opened(project, file):
    """The values that stock gpg finds in a manifest."""
    # In JSON, a message is one line.
    text = (project.folder / file).read_text().replace("\\n", "\n")
    messages = re.findall(r"-----BEGIN PGP MESSAGE-----.*?-----END PGP MESSAGE-----", text, re.S)
    return [subprocess.run(
        ["gpg", "--batch", "--quiet", "--decrypt"], env=project.keyring.environment, check=True, text=True,
        input="\n".join(line.strip() for line in message.split("\n")) + "\n", capture_output=True).stdout
        for message in messages]


def nothing_is_left(browser, project, server):
    """The secret that was typed is in no element, address, storage, history, answer or other file."""
    assert CANARY not in browser.driver.page_source and CANARY not in browser.driver.current_url
    assert browser.js("""return JSON.stringify([localStorage, sessionStorage, location.href, history.state])
        .includes(arguments[0]) || [...document.querySelectorAll('input, textarea')].some((e) => e.value.includes(arguments[0]))""", CANARY) is False
    assert not any(CANARY in url for url in browser.requests())
    answer = browser.driver.execute_async_script("const d = arguments[0]; fetch('/api/v1/page').then((r) => r.text()).then(d)")
    assert CANARY not in answer and "BEGIN PGP" not in answer
    for file in project.folder.rglob("*"):
        try:
            assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file
        except FileNotFoundError:
            pass  # SQLite's own files come and go.


def enter(browser, selector, text):
    browser.one(selector).clear()
    browser.one(selector).send_keys(text)


@pytest.mark.parametrize("app, fields", [
    ("twilio", {"account_id": "AC1", "api_key": f"{CANARY}-tw"}),
    ("stripe", {"public_key": "pk_1", "private_key": f"-----BEGIN KEY-----\n{CANARY}\n-----END KEY-----\n"}),
    ("http", {"token": f"{CANARY}-http"}), ("slack", None)])
def test_a_connection_is_added_as_on_the_dashboard(browser, project, server, app, fields):
    SHOTS.mkdir(parents=True, exist_ok=True)
    step = iter(range(1, 9))
    picture = lambda: browser.shot(SHOTS / f"add-{app}-{next(step)}.png")
    browser.open(server.link)
    picture()
    browser.one("#add").click()
    browser.settle()
    assert len(browser.all("[data-app]")) == 21
    picture()
    enter(browser, "#app-search", app)
    browser.one(f"[data-app={app}]").click()
    enter(browser, "#new-name", "present")
    assert browser.texts("#name-hint") == ["this name is taken"]
    enter(browser, "#new-name", f"{app}-new")
    if fields is None:
        browser.js("const s = document.getElementById('new-setup'); s.value = ''; s.dispatchEvent(new Event('change'))")
    for name, value in (fields or {}).items():
        enter(browser, f"#new-fields [name={name}]", value)
    assert browser.js(CONTRAST) == [] and browser.js(NAMELESS) == []
    picture()
    browser.one("#preview").click()
    browser.wait(lambda: browser.texts("#form-out pre"))
    preview, difference = browser.texts("#form-out pre")
    assert f"\n  app: {app}\n" in preview and CANARY not in preview
    assert f"\n+  app: {app}\n" in difference
    # The plan that it makes: with secrets as set, or an empty connection.
    plan = " ".join(browser.texts("#form-out .card"))
    assert "+ create" in plan and ("••• set" in plan if fields else "is empty" in plan), plan
    assert ("(sealed " in preview) == bool(fields)
    assert not (project.folder / f"connections/{app}-new.yaml").exists(), "a preview writes nothing"
    picture()
    browser.one("#create").click()
    browser.wait(lambda: "git add" in browser.one("#form-out").text)
    text = browser.one("#form-out").text
    assert f"Add {app}-new" in text and "vaultctl apply" in text and "+++ b/connections/" in text
    assert "not into the store" in text and project.run("status", "--format", "json")
    picture()
    browser.one("#form-close").click()
    browser.wait(lambda: f"{app}-new" in browser.texts(".body .name a"), 20)
    picture()
    file = f"connections/{app}-new.yaml"
    secrets = [value for value in (fields or {}).values() if CANARY in value]
    assert opened(project, file) == secrets
    assert all(value in (project.folder / file).read_text() for value in (fields or {}).values() if CANARY not in value)
    assert f'+ connection "{app}-new"' in project.run("plan")
    assert not (fields and "vaultctl set" in (project.folder / file).read_text()), "nothing is left to set"
    project.run("validate")
    nothing_is_left(browser, project, server)


def test_an_action_of_a_flow_gets_its_connection(browser, project, server):
    browser.open(server.link, "#/flows")
    browser.shot(SHOTS / "flow-1.png")
    browser.one(".plus").click()
    browser.settle()
    assert browser.js("return document.getElementById('new-name').value") == "sign-up-twilio"
    assert "send_sms" in browser.texts("#app-actions")[0]
    assert browser.texts("[aria-pressed=true]")[0].strip().startswith("Twilio")
    browser.shot(SHOTS / "flow-2.png")
    browser.js("const s = document.getElementById('new-setup'); s.value = ''; s.dispatchEvent(new Event('change'))")
    browser.one("#create").click()
    browser.wait(lambda: "git add" in browser.one("#form-out").text)
    browser.shot(SHOTS / "flow-3.png")
    assert "app: twilio" in (project.folder / "connections/sign-up-twilio.yaml").read_text()


def test_a_flow_fills_in_the_scopes_that_its_actions_need(browser, project, server):
    project.flow("profile", "Profile", ("auth0", "update_user", None), ("auth0", "get_user", None), ("twilio", "make_call", None))
    browser.open(server.link, "#/flows")
    browser.wait(lambda: any("auth0.get_user" in text for text in browser.texts(".plus")), 20)
    browser.js("[...document.querySelectorAll('.plus')].find((b) => b.textContent.includes('auth0.get_user')).click()")
    assert browser.js("return document.getElementById('new-scopes').value") == "read:users update:users"
    browser.js("const s = document.getElementById('new-setup'); s.value = ''; s.dispatchEvent(new Event('change'))")
    browser.one("#create").click()
    browser.wait(lambda: "git add" in browser.one("#form-out").text, 20)
    manifest = json.loads(project.run("get", "profile-auth0", "-o", "json"))
    assert manifest["spec"]["scopes"] == ["read:users", "update:users"]


def test_an_empty_field_is_filled_and_a_secret_rotated(browser, project, server):
    project.connection("api", "http", {"type": "bearer"})
    browser.open(server.link)
    browser.wait(lambda: "api" in browser.texts(".body .name a"), 20)
    for value in ["one", "two"]:
        browser.go("#/connections?c=%2Fapi")
        browser.click("[data-field=token]")
        enter(browser, ".form .secret", f"{CANARY}-{value}")
        browser.one("#save").click()
        browser.wait(lambda: "git add" in browser.one("#form-out").text)
        browser.one("#form-close").click()
        assert opened(project, "connections/api.yaml") == [f"{CANARY}-{value}"]
        browser.wait(lambda: "•••" in browser.one("#panel").text, 20)
        browser.go("#/connections")
    nothing_is_left(browser, project, server)


def test_what_is_wrong_is_said_and_nothing_is_written(browser, project, server):
    project.connection("strict", "twilio", {"type": "api_key", "account_id": "AC1"})
    browser.open(server.link)
    call = """const [method, path, body, extra, done] = arguments;
        fetch(path, {method, body, headers: {'X-Vaultctl-Write': JSON.parse(document.getElementById('data').textContent).write.token, ...extra}})
          .then((r) => r.text().then((t) => done([r.status, t])))"""
    def send(method, path, body, extra=None):
        return browser.driver.execute_async_script(call, method, path, body, extra or {})
    before = sorted((project.folder / "connections").iterdir())
    good = {"name": "x", "app": "twilio", "setup": "api_key"}
    for change, words in [
            ({"name": ""}, "invalid connection name"), ({"name": "a\nb"}, "invalid connection name"),
            ({"name": "present"}, "already declared"), ({"app": "nowhere"}, "unknown app"),
            ({"setup": "nothing"}, "no such setup"), ({"fields": {"api_key": CANARY}}, "no such field"),
            ({"fields": {"other": "x"}}, "no such field"), ({"env": "prod"}, "no environment")]:
        status, text = send("POST", "/api/v1/connections", json.dumps({**good, **change}))
        assert status == 422 and words in text and CANARY not in text, (change, text)
    for body in ["", "[", "[]", "null", '"x"', '{"name": "x", "app": 1}', '{"name": "x", "app": "slack", "scopes": [{}]}',
                 '{"name": "x", "app": "slack", "fields": []}', "[" * 100000]:
        for path in ["connections", "connections/preview", "values/preview", "changes", "changes/preview", "commit"]:
            assert send("POST", f"/api/v1/{path}", body)[0] == 422, (path, body)
    for query, body, words in [
            ("connection=nobody", f"url={CANARY}", "no manifest declares"),
            ("connection=strict", f"nothing={CANARY}", "field"),
            ("connection=strict", "api_key=%24%7BSECRET%7D", "placeholder"),
            ("connection=present", "url=", "no value"), ("connection=present", "url=%zz", "no value"),
            ("connection=present&setup=nowhere", f"url={CANARY}", "no such setup"), ("", f"x={CANARY}", "no manifest declares")]:
        status, text = send("PUT", f"/api/v1/values?{query}", body)
        assert status == 422 and CANARY not in text, (query, text)
        assert words in text, text
    for method, path in [("POST", "/api/v1/values"), ("PUT", "/api/v1/connections"), ("DELETE", "/api/v1/connections"), ("POST", "/"),
                         ("GET", "/api/v1/commit")]:
        assert send(method, path, None if method == "GET" else "{}")[0] == 405, (method, path)
    for change, words in [
            ({"kind": "nothing"}, "names no change"), ({"kind": "rename", "to": ""}, "invalid connection name"),
            ({"kind": "rename", "to": "strict"}, "already declared"), ({"kind": "label", "key": ""}, "names no change"),
            ({"kind": "label", "key": "a b", "value": "x"}, "invalid label"), ({"kind": "label", "key": "a", "value": 1}, "names no change"),
            ({"kind": "delete"}, "git could not restore"), ({"kind": "delete", "connection": "nobody"}, "no manifest declares")]:
        status, text = send("POST", "/api/v1/changes", json.dumps({"connection": "present", **change}))
        assert status == 422 and words in text, (change, text)
    for branch in ["", "-x", "a..b", "x y", "../x", "HEAD"]:
        status, text = send("POST", "/api/v1/commit", json.dumps({"branch": branch}))
        assert status == 422, (branch, text)
    assert send("POST", "/api/v1/connections", json.dumps(good), {"X-Vaultctl-Write": "0" * 64})[0] == 403
    assert sorted((project.folder / "connections").iterdir()) == before
    browser.messages()


def test_only_the_page_can_write(server, project):
    cookie = server.cookie()
    token = json.loads(server.request("/api/v1/page", cookie=cookie)[2])["write"]["token"]
    origin = f"http://{server.host}"
    body = json.dumps({"name": "evil", "app": "slack"})

    def post(**fields):
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("POST", "/api/v1/connections", body=body, headers={"Host": server.host, **{
            name.replace("_", "-"): value for name, value in fields.items()}})
        return connection.getresponse().status
    assert post(Origin=origin, X_Vaultctl_Write=token) == 401, "no session"
    assert post(Cookie=cookie) == 403
    assert post(Cookie=cookie, Origin=origin) == 403, "a form can send this"
    assert post(Cookie=cookie, X_Vaultctl_Write=token) == 403, "not from a page"
    assert post(Cookie=cookie, Origin="http://evil.example", X_Vaultctl_Write=token) == 403
    assert post(Cookie=cookie, Origin=origin, X_Vaultctl_Write="x" * 64) == 403
    assert post(Cookie=cookie, Origin=origin, X_Vaultctl_Write=token, Sec_Fetch_Site="same-site") == 403
    assert not (project.folder / "connections/evil.yaml").exists()
    assert post(Cookie=cookie, Origin=origin, X_Vaultctl_Write=token) == 201
    assert (project.folder / "connections/evil.yaml").exists()
    # The same again: another browser is told, and nothing is overwritten.
    assert post(Cookie=cookie, Origin=origin, X_Vaultctl_Write=token) == 422


def test_a_malformed_form_is_refused_as_a_whole(server, project):
    project.connection("strict", "twilio", {"type": "api_key", "account_id": "AC1"})
    file = project.folder / "connections/strict.yaml"
    before = file.read_bytes()
    cookie = server.cookie()
    token = server.token(cookie)
    right = f"api_key={CANARY}"

    def put(body, query="connection=strict"):
        return server.write("PUT", f"/api/v1/values?{query}", cookie, token, body)
    # No value and no "%" without its digits, in the name or the value, before or after one that is right.
    for body in [f"{right}&account_id", f"account_id&{right}", f"{right}&account_id=%zz", f"{right}&account_id=%4",
                 f"{right}&account_id=%", f"%zz=AC2&{right}", f"{right}%", f"{right}&a%4=AC2"]:
        status, text = put(body)
        assert status == 422 and "the form is not well encoded" in text and CANARY not in text, (body, status, text)
        assert file.read_bytes() == before, body
    for query in ["connection=strict&seen", "connection=str%zzict", "connection=strict&seen=%"]:
        status, text = put(right, query)
        assert status == 422 and "the form is not well encoded" in text and CANARY not in text, (query, status, text)
        assert file.read_bytes() == before, query
    assert json.loads(server.request("/api/v1/changes", cookie=cookie)[2])["files"] == []
    # Nothing between two separators is no field, and a field without a value is left out.
    assert put(f"&{right}&&account_id=&")[0] == 200
    assert opened(project, "connections/strict.yaml") == [CANARY]


def shown(browser, *words):
    """What the page says of a change, once it has all of these."""
    browser.wait(lambda: all(word in browser.one("#form-out").text for word in words), 20)
    return browser.one("#form-out").text


def opened_panel(browser, name, env=""):
    browser.go("#/connections")
    browser.go(f"#/connections?c={env}%2F{name}")
    browser.wait(lambda: browser.texts("#panel-title") and browser.texts("#panel-title")[0].strip() == name, 20)


def repository(project):
    """The project as a repository, all committed."""
    def git(*arguments):
        return subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *arguments], cwd=project.folder,
            env=project.keyring.environment, check=True, text=True, capture_output=True).stdout
    git("init", "-q", "-b", "main")
    git("config", "user.name", "Ann")
    git("config", "user.email", "ann@example.com")
    project.write(".gitignore", ".vaultctl/\npage/\n")
    git("add", ".")
    git("commit", "-q", "-m", "All")
    return git


def test_a_connection_is_filled_changed_renamed_and_deleted(browser, project, server):
    git = repository(project)

    def save(*words):
        browser.click("#save")
        shown(browser, "git add", *words)
        browser.click("#form-close")
    browser.open(server.link)
    # Empty: filled, with a setup that is not the app's first.
    opened_panel(browser, "present")
    browser.click("#fill")
    setups = browser.js("return [...document.querySelectorAll('#fill-setup option')].map((o) => o.value)")
    assert "webhook" in setups
    browser.js("const s = document.getElementById('fill-setup'); s.value = 'webhook'; s.dispatchEvent(new Event('change'))")
    enter(browser, ".form .secret", f"https://hooks.slack.com/{CANARY}")
    browser.click("#preview")
    text = shown(browser, "Plan for", "••• set", "+ create")
    assert CANARY not in text and opened(project, "connections/present.yaml") == []
    save("connections/present.yaml")
    assert opened(project, "connections/present.yaml") == [f"https://hooks.slack.com/{CANARY}"]
    assert 'type: "webhook"' in (project.folder / "connections/present.yaml").read_text()
    # Labels: added, changed, removed; nothing else of the file changes.
    before = (project.folder / "connections/present.yaml").read_text()
    opened_panel(browser, "present")
    browser.wait(lambda: "•••" in browser.one("#panel").text, 20)
    browser.click("#add-label")
    enter(browser, "[name=key]", "team")
    enter(browser, ".form [name=value]", "core & <b>")
    browser.click("#preview")
    shown(browser, "label team", "(none) → core & <b>")
    save()
    opened_panel(browser, "present")
    browser.wait(lambda: browser.all("[aria-label='Edit label team']"), 20)
    browser.click("[aria-label='Edit label team']")
    enter(browser, ".form [name=value]", "edge")
    save("edge")
    assert project.run("get", "present", "-o", "json").count("edge") == 1
    opened_panel(browser, "present")
    browser.wait(lambda: "edge" in browser.one("#panel").text, 20)
    browser.click("[aria-label='Remove label team']")
    save()
    assert (project.folder / "connections/present.yaml").read_text() == before
    # A new name: the value opens under it alone.
    opened_panel(browser, "present")
    browser.wait(lambda: "edge" not in browser.one("#panel").text, 20)
    browser.click("#rename")
    enter(browser, ".form [name=to]", "chat")
    browser.click("#preview")
    shown(browser, '"name": "chat"', "Plan for")
    save("present")
    assert f"{CANARY}" in project.run("decrypt", "chat")
    # On a branch, when asked.
    browser.wait(lambda: "chat" in browser.texts(".body .name a"), 20)
    browser.go("#/connections")
    browser.click("#pending")
    shown(browser, "connections/present.yaml", "Commit on this branch")
    (project.folder / "other.txt").write_text("staged by a person\n")
    git("add", "other.txt")
    enter(browser, "#branch", "vault/chat")
    browser.click("#commit")
    browser.wait(lambda: browser.all("#committed"), 20)
    assert git("branch", "--show-current").strip() == "vault/chat"
    assert git("show", "--stat", "--format=%an %s", "HEAD").split("\n")[0] == "Ann Set url of present"
    assert git("diff", "--name-only", "HEAD").split() == ["other.txt"], "the rest stays staged, and alone"
    assert git("rev-parse", "HEAD^") == git("rev-parse", "main")
    browser.click("#form-close")
    # A value that everybody may see, and the end.
    project.connection("plain", "twilio", {"type": "api_key", "account_id": "AC1"})
    git("add", ".")
    git("commit", "-q", "-m", "More")
    browser.wait(lambda: "plain" in browser.texts(".body .name a"), 20)
    opened_panel(browser, "plain")
    browser.click("[data-field=account_id]")
    assert browser.js("return document.querySelector('.form [name=account_id]').value") == "AC1"
    enter(browser, ".form [name=account_id]", "AC2")
    save('-   "account_id": "AC1"', '+   "account_id": "AC2"')
    git("commit", "-q", "-a", "-m", "AC2")
    opened_panel(browser, "plain")
    browser.wait(lambda: "AC2" in browser.one("#panel").text, 20)
    browser.click("#delete")
    browser.click("#preview")
    shown(browser, "(removed)")
    save("/dev/null", "vaultctl apply --prune")
    assert not (project.folder / "connections/plain.yaml").exists()
    browser.wait(lambda: "plain" not in browser.texts(".body .name a"), 20)
    nothing_is_left(browser, project, server)


def test_two_browsers_at_once_lose_nothing(browser, project, server):
    """The second is told, has what it typed, and saves after a look."""
    project.connection("api", "http", {"type": "bearer"})
    project.run("set", "api", "token", input=f"{CANARY}-zero")
    browser.open(server.link)
    browser.wait(lambda: "api" in browser.texts(".body .name a"), 20)
    opened_panel(browser, "api")
    browser.click("[data-field=token]")
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    browser.open(server.address)
    opened_panel(browser, "api")
    browser.click("[data-field=token]")
    enter(browser, ".form .secret", f"{CANARY}-second")
    browser.click("#save")
    shown(browser, "git add")
    browser.driver.close()
    browser.driver.switch_to.window(first)
    enter(browser, ".form .secret", f"{CANARY}-first")
    browser.click("#save")
    shown(browser, "was changed after this page showed it", "nothing was written")
    assert opened(project, "connections/api.yaml") == [f"{CANARY}-second"]
    assert browser.js("return document.querySelector('.form .secret').value") == f"{CANARY}-first"
    revision = "return fetch('/api/v1/page').then((r) => r.json()).then((p) => p.connections.find((c) => c.name === 'api').revision)"
    browser.wait(lambda: browser.js(revision), 20)
    def saved():
        if "git add" in browser.one("#form-out").text:
            return True
        for button in browser.all("#save"):
            button.click()
        return False
    browser.wait(saved, 20)
    assert opened(project, "connections/api.yaml") == [f"{CANARY}-first"]
    browser.click("#form-close")
    browser.messages()
    nothing_is_left(browser, project, server)


def test_many_requests_at_once_are_all_written_or_refused(server, project):
    """Ten writers of one file: what is answered as written is in it."""
    from concurrent.futures import ThreadPoolExecutor
    project.connection("busy", "twilio", {"type": "api_key", "account_id": "AC0"})
    cookie = server.cookie()
    token = server.token(cookie)

    def label(number):
        return server.write("POST", "/api/v1/changes", cookie, token, json.dumps(
            {"connection": "busy", "kind": "label", "key": f"k{number}", "value": "v"}))[0]
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(label, range(10)))
    assert set(statuses) <= {200, 409} and 200 in statuses, statuses
    text = (project.folder / "connections/busy.yaml").read_text()
    for number, status in enumerate(statuses):
        assert (f'k{number}' in text) == (status == 200), (number, status)
    project.run("validate")

def written_without_secrets(server, cookie, token, change):
    """Neither the preview nor the change itself shows a secret; the text of the latter."""
    for path in ["/api/v1/changes/preview", "/api/v1/changes"]:
        status, text = server.write("POST", path, cookie, token, json.dumps(change))
        assert status == 200 and CANARY not in text and "•••" in text, text
    return text



def test_a_secret_that_waits_for_encryption_is_not_shown(server, project):
    git = repository(project)
    project.write("connections/two.yaml", """apiVersion: vaultctl/v1
kind: Connection
metadata: {name: clear}
spec:
  app: http
  setup: {type: bearer, token: %s-clear}
---
apiVersion: vaultctl/v1
kind: Connection
metadata: {name: beside}
spec:
  app: twilio
  setup: {type: api_key, account_id: AC1}
""" % CANARY)
    cookie = server.cookie()
    token = server.token(cookie)
    change = {"connection": "beside", "kind": "label", "key": "team", "value": "x"}
    written_without_secrets(server, cookie, token, change)
    assert CANARY not in server.request("/api/v1/changes", cookie=cookie)[2]
    # The whole file would be committed, and no hook looks at it.
    status, text = server.write("POST", "/api/v1/commit", cookie, token, json.dumps({"branch": "vault/x"}))
    assert status == 422 and "VC2003" in text and CANARY not in text, text
    assert git("branch", "--list", "vault/x") == "" and git("diff", "--cached", "--name-only") == ""
    (project.folder / "connections/two.yaml").unlink()


@pytest.mark.parametrize("setup", [
    "\n    type: bearer\n    token: clear #%s", "\n    type: bearer\n    token: 'clear' # %s", " {type: bearer, token: clear} # %s",
    "\n    type: bearer\n    token: clear # %s # more\n    # after"])
def test_a_comment_after_a_secret_is_not_shown(server, project, setup):
    # A password with a "#" that nobody put into quotes.
    project.write("connections/clear.yaml", f"""apiVersion: vaultctl/v1
kind: Connection
metadata: {{name: clear}} # shown
spec:
  app: http
  setup:{setup % CANARY}
""")
    cookie = server.cookie()
    token = server.token(cookie)
    change = {"connection": "clear", "kind": "label", "key": "team", "value": "x"}
    text = written_without_secrets(server, cookie, token, change)
    assert "# after" in text or "after" not in setup


def test_a_manifest_that_is_no_yaml_is_not_shown(server, project):
    repository(project)
    project.connection("broken", "http", {"type": "bearer"})
    cookie = server.cookie()
    token = server.token(cookie)
    assert server.write("PUT", "/api/v1/values?connection=broken", cookie, token, f"token={CANARY}")[0] == 200
    # Saved by an editor, half-way.
    project.write("connections/broken.yaml", f"apiVersion: vaultctl/v1\n  token: [{CANARY}\n# {CANARY}\n")
    status, _, text = server.request("/api/v1/changes", cookie=cookie)
    assert status == 200 and "it is no YAML" in text and CANARY not in text and "apiVersion" not in text, text
    status, text = server.write("POST", "/api/v1/commit", cookie, token, json.dumps({"branch": "vault/x"}))
    assert status == 422 and CANARY not in text, text


def test_hostile_texts_are_written_and_shown_as_texts(browser, project, server):
    """As names, labels, fields and branches that are entered: in dialogs, previews, differences and commands."""
    git = repository(project)
    cookie = server.cookie()
    token = server.token(cookie)
    texts = [text for text in projects.HOSTILE if not re.search("[\u202e\u200b]", text)][::2]
    for text in texts:
        status, answer = server.write("POST", "/api/v1/connections", cookie, token, json.dumps(
            {"name": text, "app": "twilio", "setup": "api_key", "fields": {"account_id": text}}))
        assert status == 201, (text, answer)
        for kind in ["label", "annotation"]:
            change = {"connection": text, "kind": kind, "key": "note", "value": text}
            assert server.write("POST", "/api/v1/changes", cookie, token, json.dumps(change))[0] == 200, (text, kind)
    # The commands that are shown are words of a shell, whatever is in them.
    commands = json.loads(server.request("/api/v1/changes", cookie=cookie)[2])["commands"]
    files = {f"connections/{file.name}" for file in (project.folder / "connections").iterdir()} - {"connections/present.yaml"}
    for command in commands:
        words = shlex.split(command)
        assert words[0] == "git" and set(words[words.index("--") + 1:]) == files
    server.end()
    again = Server(project)
    try:
        browser.open(again.link)
        for text in texts:
            row = next(a for a in browser.all(".body .name a") if a.text == text)
            browser.js("arguments[0].click()", row)
            browser.settle()
            for button in ["#rename", "[aria-label='Edit label note']", "[data-field=account_id]"]:
                browser.click(button)
                browser.one("#preview").click()
                browser.wait(lambda: browser.one("#form-out").text, 20)
                assert browser.js("return document.querySelectorAll('.form img, .form script, .form style, #panel script').length") == 0
                browser.click("#form-close")
            assert "PWNED" not in browser.driver.title
            browser.go("#/connections")
        # A rename to its own name is refused.
        assert all("422" in message for message in browser.messages())
        browser.driver.get("about:blank")
    finally:
        assert again.end()[0] == 0
    project.run("validate")
    git("add", ".")


def test_environments_on_the_page(browser, keyring):
    project = projects.Project(keyring, """environments:
  staging: {overlay: environments/staging, store: {type: sqlite, path: .vaultctl/staging.db}}
  prod: {overlay: environments/prod, store: {type: sqlite, path: .vaultctl/prod.db}}
""")
    project.connection("api", "http", {"type": "bearer"}, labels={"team": "core"})
    server = Server(project)
    try:
        browser.open(server.link)
        assert browser.texts(".body .env") and sorted(browser.texts(".body .env")) == ["prod", "staging"]
        browser.js("const s = document.getElementById('by-env'); s.value = 'prod'; s.dispatchEvent(new Event('change'))")
        assert browser.texts(".body .env") == ["prod"] and "env=prod" in browser.driver.current_url
        # A value of one environment: into its overlay.
        opened_panel(browser, "api", "prod")
        browser.click("[data-field=token]")
        enter(browser, ".form .secret", f"{CANARY}-prod")
        browser.click("#preview")
        text = shown(browser, "Plan for prod", "environments/prod/api.yaml")
        assert "Plan for staging" not in text
        browser.click("#save")
        text = shown(browser, "git add")
        assert "vaultctl apply --env prod" in text and "environments/prod/api.yaml" in text
        browser.click("#form-close")
        assert opened(project, "environments/prod/api.yaml") == [f"{CANARY}-prod"]
        assert "PGP" not in (project.folder / "connections/api.yaml").read_text()
        # A label that the base has is the base's to remove.
        opened_panel(browser, "api", "staging")
        browser.click("[aria-label='Remove label team']")
        browser.click("#save")
        shown(browser, "the base's")
        browser.click("#form-close")
        browser.click("[aria-label='Edit label team']")
        enter(browser, ".form [name=value]", "edge")
        browser.click("#save")
        shown(browser, "environments/staging/api.yaml")
        browser.click("#form-close")
        assert json.loads(project.run("get", "api", "--env", "staging", "-o", "json"))["metadata"]["labels"] == {"team": "edge"}
        assert json.loads(project.run("get", "api", "--env", "prod", "-o", "json"))["metadata"]["labels"] == {"team": "core"}
        # A new one in one environment alone; the name may be another's elsewhere.
        browser.go("#/connections")
        browser.click("#add")
        enter(browser, "#app-search", "stripe")
        browser.click("[data-app=stripe]")
        enter(browser, "#new-name", "pay")
        browser.js("const s = document.getElementById('new-env'); s.value = 'prod'; s.dispatchEvent(new Event('change'))")
        browser.js("const s = document.getElementById('new-setup'); s.value = ''; s.dispatchEvent(new Event('change'))")
        browser.click("#create")
        shown(browser, "environments/prod/pay.yaml")
        browser.click("#form-close")
        browser.go("#/connections")
        browser.wait(lambda: browser.texts(".body .name a").count("pay") == 1, 20)
        browser.go("#/plan")
        assert len(browser.texts("#view h2")) == 2
        browser.messages()
    finally:
        browser.driver.get("about:blank")
        status, output = server.end()
        assert status == 0 and CANARY not in output, output
        project.end()


def test_a_project_without_recipients_is_not_served(keyring):
    """Nothing could be sealed, so the project file is refused before anything listens."""
    project = projects.Project(keyring)
    file = project.folder / "vaultctl.yaml"
    file.write_text(re.sub(r"recipients:\n.*\n", "recipients: []\n", file.read_text()))
    done = subprocess.run([PROGRAM, "serve"], cwd=project.folder, env=keyring.environment, text=True, capture_output=True)
    assert done.returncode == 1 and "VC1207" in done.stderr and done.stdout == ""
    project.end()


def test_read_only_there_is_nothing_to_write_with(browser, project):
    server = Server(project, "--read-only")
    try:
        browser.open(server.link)
        assert "Read-only." in browser.one("footer").text
        assert browser.all("#add") == [] and "write" not in browser.js("return JSON.parse(document.getElementById('data').textContent)")
        status = browser.driver.execute_async_script("""const done = arguments[0];
            fetch('/api/v1/connections', {method: 'POST', body: '{"name":"x","app":"slack"}', headers: {'X-Vaultctl-Write': ''}}).then((r) => done(r.status))""")
        assert status == 405
        assert not (project.folder / "connections/x.yaml").exists()
        browser.messages()
    finally:
        browser.driver.get("about:blank")
        assert server.end()[0] == 0

"""Projects that pages are made of, each with the program and a throwaway keyring."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ["VAULTCTL"]
# What no page may hold: every secret of these projects contains it.
CANARY = "canary-7f3a9e"


class Keyring:
    """A GnuPG home with a key without a passphrase; the agent ends with it."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="vb-", dir="/tmp")
        self.gpg("--quick-gen-key", "Ann Example <ann@example.com>", "default", "default", "20d")
        listed = self.gpg("--list-keys", "--with-colons").splitlines()
        self.key = next(line.split(":")[9] for line in listed if line.startswith("fpr"))

    def gpg(self, *arguments):
        command = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        return subprocess.run(
            command + list(arguments), env=self.environment, check=True, text=True,
            capture_output=True).stdout

    @property
    def environment(self):
        # The project files are the tests' own.
        return {
            "GNUPGHOME": self.path, "HOME": self.path, "USER": "tester", "PATH": "/usr/bin:/bin",
            "XDG_STATE_HOME": self.path}

    def end(self):
        subprocess.run(["gpgconf", "--kill", "all"], env=self.environment, check=False)
        shutil.rmtree(self.path, ignore_errors=True)


class Project:
    def __init__(self, keyring, extra="", folder=None):
        self.keyring = keyring
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="vp-", dir="/tmp"))
        if folder is None:
            (self.folder / "connections").mkdir()
            self.write("vaultctl.yaml", f"""apiVersion: vaultctl/v1
kind: Project
name: browser
id: browser0browser0browser
recipients:
  - keys: [{keyring.key}]
{extra}
""")

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *arguments, input="", status=0):
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, env=self.keyring.environment, text=True,
            input=input, capture_output=True)
        assert done.returncode == status, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def page(self, *options):
        """The path of a new page."""
        self.run("report", "--out", "page", *options)
        return self.folder / "page/index.html"

    def connection(self, name, app, setup=None, file=None, labels=None, scopes=None, **spec):
        """A manifest, in JSON, which is YAML."""
        body = {"app": app, **spec}
        if setup:
            body["setup"] = setup
        if scopes is not None:
            body["scopes"] = scopes
        metadata = {"name": name}
        if labels:
            metadata["labels"] = labels
            metadata["annotations"] = {"owner": "#team-" + next(iter(labels.values()))}
        document = {
            "apiVersion": "vaultctl/v1", "kind": "Connection", "metadata": metadata, "spec": body}
        self.write(f"connections/{file or name}.yaml", json.dumps(document, indent=1) + "\n")

    def flow(self, file, name, *actions):
        """Actions: type, action, connection or nothing."""
        steps = [
            {"id": str(number), "type": app.upper(), "action": action.upper(),
             "params": {"connection_id": connection} if connection else {}}
            for number, (app, action, connection) in enumerate(actions)]
        self.write(f"flows/{file}.json", json.dumps({"id": f"af_{file}", "name": name, "actions": steps}))

    def end(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def everyday(keyring):
    """What a team has: applied, changed, emptied, deleted and new connections, flows, and tokens to get."""
    project = Project(keyring, 'flows: ["flows/**/*.json"]')
    project.connection("twilio-prod", "twilio", {"type": "api_key", "account_id": "AC1"},
                       labels={"team": "messaging", "tier": "1"}, scopes=["messages:write"])
    project.connection("slack-alerts", "slack", {"type": "webhook"}, labels={"team": "platform"})
    project.connection("stripe-prod", "stripe", labels={"team": "payments"})
    project.connection("old-crm", "http", {"type": "bearer"})
    project.connection("billing-api", "http", {
        "type": "oauth_client_credentials", "client_id": "flows",
        "token_endpoint": "https://id.example.com/oauth/token"},
        labels={"team": "payments"}, scopes=["invoices:read", "invoices:write"])
    for name, field in [("twilio-prod", "api_key"), ("old-crm", "token"), ("billing-api", "client_secret")]:
        project.run("set", name, field, input=f"{CANARY}-{name}")
    project.run("set", "slack-alerts", "url", input=f"https://hooks.slack.com/{CANARY}")
    project.run("apply", "--auto-approve")
    project.run("scopes", "record", "billing-api", "invoices:read", "invoices:delete")
    (project.folder / "connections/old-crm.yaml").unlink()
    project.run("set", "twilio-prod", "account_id", "AC2")
    project.connection("mail-new", "sendgrid", {"type": "api_key"})
    project.run("set", "mail-new", "api_key", input=f"{CANARY}-SG.mail")
    project.flow("sign-up", "Sign up", ("twilio", "send_sms", "twilio-prod"),
                 ("slack", "post_message", "slack-alerts"), ("stripe", "create_customer", None),
                 ("http", "send_request", "billing-api"))
    project.flow("refund", "Refund", ("stripe", "get_customer", "stripe-prod"),
                 ("hubspot", "get_contact", "nowhere"), ("auth0", "send_email", None))
    return project


HOSTILE = [
    "</script><script>document.title='PWNED'</script>", "<img src=x onerror=document.title='PWNED'>",
    "<!--<script>", "{{constructor.constructor('PWNED')()}}", "javascript:document.title='PWNED'",
    "\"onmouseover=document.title='PWNED'", "*{color:red!important}</style>",
    "<svg><script>document.title='PWNED'</script></svg>", "a\u202eevil\u2066", "b\u200b\u00ad\u2028c",
    "__proto__", "constructor", "toString", "#/connections?c=/x&state=empty", "a=b=c", "' ; rm -rf ~",
]


def hostile(keyring):
    """Names, labels, fields, scopes, files and flows that mean something else elsewhere."""
    project = Project(keyring, 'flows: ["flows/**/*.json"]')
    for number, text in enumerate(HOSTILE):
        project.connection(
            text, "twilio", {"type": "api_key", "account_id": text}, file=f"h{number}",
            labels={text if re.fullmatch(r"[\w./-]{1,63}", text) else f"k{number}": text}, scopes=[f"s:{number}"])
        project.flow(f"f{number}", text, ("twilio", "send_sms", text), ("twilio", "make_call", text + "?"))
    return project


def large(keyring, count):
    """Many connections of several apps, most with a sealed value."""
    project = Project(keyring, 'flows: ["flows/**/*.json"]')
    project.connection("seed", "http", {"type": "bearer"})
    project.run("set", "seed", "token", input=f"{CANARY}-seed")
    seed = project.folder / "connections/seed.yaml"
    armor = re.search(r"-----BEGIN PGP MESSAGE-----.*?-----END PGP MESSAGE-----", seed.read_text(), re.S)
    sealed = "\n".join(line.strip() for line in armor.group().replace("\\n", "\n").split("\n")) + "\n"
    seed.unlink()
    documents = []
    for number in range(count):
        app, setup = [
            ("http", {"type": "bearer", "token": sealed}), ("twilio", {"type": "api_key", "account_id": f"AC{number}", "api_key": sealed}),
            ("slack", {"type": "webhook", "url": sealed}), ("stripe", None)][number % 4]
        spec = {"app": app, "scopes": [f"s{number % 7}:read"]}
        if setup:
            spec["setup"] = setup
        documents.append({
            "apiVersion": "vaultctl/v1", "kind": "Connection",
            "metadata": {"name": f"{app}-{number:04}", "labels": {"team": f"team-{number % 23}"}}, "spec": spec})
    for start in range(0, count, 100):
        project.write(f"connections/part{start // 100}.yaml", "".join(
            "---\n" + json.dumps(document) + "\n" for document in documents[start:start + 100]))
    for number in range(count // 10):
        project.flow(f"f{number:03}", f"Flow {number:03}", *(
            (["http", "twilio", "slack", "stripe"][n % 4], ["send_request", "send_sms", "post_message", "get_customer"][n % 4],
             f"{['http', 'twilio', 'slack', 'stripe'][n % 4]}-{n:04}") for n in range(number * 10, number * 10 + 5)))
    return project


def acme(keyring):
    """The example project, in a copy."""
    folder = tempfile.mkdtemp(prefix="vp-", dir="/tmp")
    shutil.copytree(ROOT / "examples/acme", folder, dirs_exist_ok=True)
    for key in sorted(pathlib.Path(folder, "keys").glob("*.asc")):
        keyring.gpg("--import", str(key))
    return Project(keyring, folder=folder)

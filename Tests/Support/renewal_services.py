"""The services whose tokens `Tests/check-renewals` has renewed: what they issued, and when they were away."""
import base64, collections, datetime, hashlib, http.client, http.server, json, pathlib, socketserver
import sqlite3, subprocess, sys, threading, time, urllib.parse, urllib.request

from ports import free_port

support = pathlib.Path(__file__).resolve().parent
GRACE = 8  # Seconds after an outage, beside its own length: the waits between attempts double.


class Outages:
    """When something was missing, so that it is no fault of vaultctl."""

    def __init__(self):
        self.windows = []  # [begin, end or None]

    def begin(self):
        self.windows.append([time.time(), None])

    def end(self):
        self.windows[-1][1] = time.time()

    def excuse(self, now):
        return any(begin <= now and (end is None or now <= end + (end - begin) + GRACE)
                   for begin, end in self.windows)

    def is_in(self, begin, end):
        return any(one[0] <= end and (one[1] is None or begin <= one[1] + (one[1] - one[0]) + GRACE)
                   for one in self.windows)


class Front:
    """A token endpoint that clients called as their connections use; it knows which tokens are good."""

    unkept = 0.1  # Seconds that a host needs to write a response to its disk.

    def __init__(self):
        self.lock = threading.Lock()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.tokens = {}  # access token: (client, end)
        self.dead = set()  # clients whose refresh token was presented twice
        self.issued = collections.defaultdict(list)  # client: [(time, lifetime)]
        self.requests = collections.defaultdict(list)  # client: [time]
        self.exchanges = {}  # client: [when its last refresh arrived, when the response was sent or None]
        self.storm = False
        self.outages = Outages()
        self.server = None
        self.start()

    def start(self):
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass  # Its host was killed.

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                form = {key: value[0] for key, value in urllib.parse.parse_qs(body.decode()).items()}
                scheme, _, given = (self.headers.get("Authorization") or "").partition(" ")
                if scheme.lower() == "basic":
                    client = urllib.parse.unquote_plus(base64.b64decode(given).decode().partition(":")[0])
                else:
                    client = form.get("client_id", "?")
                exchange = [time.time(), None]
                if form.get("grant_type") == "refresh_token":
                    front.exchanges[client] = exchange
                status, kind, data = front.answer(client, form, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                exchange[1] = time.time()

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 512
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, client, form, path, headers, body):
        if "device_code" not in form and form.get("grant_type"):
            with self.lock:
                self.requests[client].append(time.time())
        if self.storm:
            return 404, "text/html", b"<html>no such page</html>"
        return self.respond(client, form, path, headers, body)

    def issue(self, client, access, lifetime, is_consent):
        """Call it with the lock."""
        now = time.time()
        self.tokens[access] = (client, now + lifetime)
        self.issued[client].append((now, lifetime))
        if is_consent:
            self.dead.discard(client)

    def is_good(self, access, client, now):
        with self.lock:
            owner, end = self.tokens.get(access, (None, 0))
        return owner == client and end > now

    def has_issued(self, client, end, now):
        """Whether a token that was issued to the client ends then."""
        with self.lock:
            return any(abs(at + lifetime - end) < 2.5 for at, lifetime in self.issued[client][-4:])

    def cut_off(self, begin, end):
        """The clients to which a response was in progress when a host was killed, or shortly before: no program
        can keep that."""
        return {client for client, (arrived, sent) in list(self.exchanges.items())
                if arrived <= end and (sent is None or sent >= begin - self.unkept)}


class Strict(Front):
    """Its refresh tokens are good once; who presents one twice loses all."""

    def __init__(self):
        self.lifetimes = {}
        self.refresh = {}  # client: its one good refresh token
        super().__init__()

    def respond(self, client, form, path, headers, body):
        with self.lock:
            grant = form.get("grant_type")
            if grant == "refresh_token" and (
                    client in self.dead or form.get("refresh_token") != self.refresh.get(client)):
                self.dead.add(client)
                return 400, "application/json", b'{"error": "invalid_grant"}'
            number = len(self.issued[client]) + 1
            lifetime = self.lifetimes.get(client, 10)
            access = f"t0k-{hashlib.sha256(f'{client} {number}'.encode()).hexdigest()[:24]}"
            self.issue(client, access, lifetime, grant == "authorization_code")
            answer = {"access_token": access, "token_type": "Bearer", "expires_in": lifetime}
            if grant != "client_credentials":
                self.refresh[client] = f"r3f-{hashlib.sha256(access.encode()).hexdigest()[:24]}"
                answer["refresh_token"] = self.refresh[client]
            return 200, "application/json", json.dumps(answer).encode()


class Glewlwyd(Front):
    """glewlwyd, whose requests and responses are looked at as they pass. Its refresh tokens are good once, too."""

    def __init__(self, folder, lifetime, clients):
        self.process = subprocess.Popen(
            [sys.executable, str(support / "glewlwyd.py"), str(folder), str(lifetime), "1", *clients],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.real = json.loads(self.process.stdout.readline())["address"]
        super().__init__()

    def respond(self, client, form, path, headers, body):
        connection = http.client.HTTPConnection(urllib.parse.urlparse(self.real).netloc, timeout=20)
        try:
            kept = {name: headers[name] for name in ("Authorization", "Content-Type", "Accept") if name in headers}
            connection.request("POST", path, body, kept)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        with self.lock:
            if answer.status == 200 and b'"access_token"' in data:
                made = json.loads(data)
                self.issue(client, made["access_token"], made["expires_in"], form["grant_type"] != "refresh_token")
            elif answer.status == 400 and form.get("grant_type") == "refresh_token":
                self.dead.add(client)
        return answer.status, answer.headers.get("Content-Type") or "text/plain", data

    def approve(self, user_code, client):
        """What Ann does with the code of a device."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

        def call(method, path, body=None):
            request = urllib.request.Request(self.real + path, body and json.dumps(body).encode(),
                                             {"Content-Type": "application/json"}, method=method)
            opener.open(request, timeout=30).read()

        call("POST", "/api/auth/", {"username": "ann", "password": "ann"})
        call("PUT", f"/api/auth/grant/{client}", {"scope": "read"})
        call("GET", f"/api/glwd/device?code={user_code}&g_continue")


class Django:
    """django-oauth-toolkit, which can be restarted."""

    def __init__(self, folder, python, lifetime):
        self.python, self.lifetime = python, lifetime
        self.folder = folder
        self.folder.mkdir()
        self.port = free_port()
        self.outages = Outages()
        self.asked = 0
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.python, str(support / "django_oauth.py"), str(self.folder), "0",
             str(self.lifetime), str(self.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.address = json.loads(self.process.stdout.readline())["address"]
        self.port = int(self.address.rpartition(":")[2])

    def stop(self):
        self.asked = self.count()
        self.process.kill()
        self.process.wait()

    def count(self):
        with urllib.request.urlopen(self.address + "/count", timeout=30) as answer:
            return self.asked + len(json.load(answer)["asked"])

    def ends(self):
        """The ends of all tokens, by token."""
        database = sqlite3.connect(f"file:{self.folder}/django.db?mode=ro", uri=True, timeout=20)
        try:
            return {token: time_of(end) for token, end in database.execute(
                "SELECT token, expires FROM oauth2_provider_accesstoken ORDER BY id DESC LIMIT 20000")}
        finally:
            database.close()


def time_of(text):
    text = text.replace("Z", "+00:00")
    moment = datetime.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp()

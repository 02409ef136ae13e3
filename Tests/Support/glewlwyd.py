"""An authorization server for the tests: glewlwyd on a free port of this machine.

    glewlwyd.py FOLDER [ACCESS_SECONDS [DEVICE_INTERVAL [CLIENT...]]]

Makes its configuration and database in FOLDER, sets it up by its REST API, prints one line of JSON when
it listens, and ends with its standard input. Refresh tokens are good for one use each; the device flow
says `slow_down` to who asks too often. CLIENTs use it with the secret `s3cr3t`.
"""

import http.cookiejar
import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request

from ports import free_port

FOLDER = sys.argv[1]
ACCESS = int(sys.argv[2]) if len(sys.argv) > 2 else 3600
INTERVAL = int(sys.argv[3]) if len(sys.argv) > 3 else 5
CLIENTS = sys.argv[4:]


PORT = free_port()
ADDRESS = f"http://127.0.0.1:{PORT}"
DATABASE = os.path.join(FOLDER, "glewlwyd.db")

CONFIGURATION = f"""
port={PORT}
bind_address="127.0.0.1"
external_url="{ADDRESS}"
login_url="login.html"
api_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
log_mode="file"
log_level="WARNING"
log_file="{FOLDER}/glewlwyd.log"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
user_middleware_module_path="/usr/lib/glewlwyd/user_middleware"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=false
secure_connection_key_file="-"
secure_connection_pem_file="-"
secure_connection_ca_file="-"
hash_algorithm="SHA512"
database = {{ type = "sqlite3"; path = "{DATABASE}"; }};
"""

os.makedirs(os.path.join(FOLDER, "middleware"), exist_ok=True)
CONFIGURATION = CONFIGURATION.replace(
    "/usr/lib/glewlwyd/user_middleware", os.path.join(FOLDER, "middleware")
)
with open(os.path.join(FOLDER, "glewlwyd.conf"), "w") as file:
    file.write(CONFIGURATION)
with sqlite3.connect(DATABASE) as database:
    with open("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3") as schema:
        database.executescript(schema.read())
    database.execute("PRAGMA synchronous = OFF")

server = subprocess.Popen(
    ["/usr/bin/glewlwyd", "-c", os.path.join(FOLDER, "glewlwyd.conf")],
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)

opener = urllib.request.build_opener(
    urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
)


def call(method, path, body):
    request = urllib.request.Request(
        ADDRESS + "/api" + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with opener.open(request, timeout=60) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def wait_until_it_listens():
    for _ in range(2400):
        try:
            return call("POST", "/auth/", {"username": "admin", "password": "password"})
        except OSError:
            if server.poll() is not None:
                sys.exit(f"glewlwyd ended with {server.returncode}")
            time.sleep(0.05)
    sys.exit("glewlwyd does not listen")


try:
    wait_until_it_listens()
    for scope in ["read", "write"]:
        call(
            "POST",
            "/scope/",
            {
                "name": scope,
                "display_name": scope,
                "description": scope,
                "password_required": False,
                "password_max_age": 0,
                "scheme": {},
                "scheme_required": {},
            },
        )
    call(
        "POST",
        "/mod/plugin/",
        {
            "module": "oidc",
            "name": "glwd",
            "display_name": "OpenID Connect",
            "parameters": {
                "iss": ADDRESS,
                "allow-non-oidc": True,
                "secret-type": "pairwise",
                "subject-type": "public",
                "auth-type-none-enabled": False,
                "jwt-type": "sha",
                "jwt-key-size": "256",
                "key": "only for tests",
                "cert": "",
                "access-token-duration": ACCESS,
                "refresh-token-duration": 1209600,
                "code-duration": 600,
                "refresh-token-rolling": True,
                "refresh-token-one-use": "always",
                "auth-type-code-enabled": True,
                "auth-type-implicit-enabled": False,
                "auth-type-password-enabled": True,
                "auth-type-client-enabled": True,
                "auth-type-refresh-enabled": True,
                "auth-type-device-enabled": True,
                "device-authorization-expiration": 600,
                "device-authorization-interval": INTERVAL,
                "scope": [],
                "additional-parameters": [],
                "pkce-allowed": True,
                "pkce-method-plain-allowed": False,
                "introspection-revocation-allowed": True,
                "introspection-revocation-auth-scope": [],
                "introspection-revocation-allow-target-client": True,
            },
        },
    )
    for name, secret, grants in [
        ("machine", "machine-s3cr3t", ["client_credentials"]),
        (
            "web",
            "web-s3cr3t",
            [
                "code",
                "password",
                "refresh_token",
                "device_authorization",
                "delete_token",
            ],
        ),
        *[(name, "s3cr3t", ["refresh_token", "device_authorization"]) for name in CLIENTS],
    ]:
        call(
            "POST",
            "/client/",
            {
                "client_id": name,
                "name": name,
                "confidential": True,
                "password": secret,
                "redirect_uri": ["http://127.0.0.1:4799/callback"],
                "authorization_type": grants,
                "scope": ["read", "write"],
                "enabled": True,
                "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
            },
        )
    call(
        "POST",
        "/user/",
        {
            "username": "ann",
            "password": "ann",
            "enabled": True,
            "scope": ["read", "write", "g_profile"],
            "name": "Ann",
        },
    )
    print(json.dumps({"address": ADDRESS}), flush=True)
    sys.stdin.read()
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code} {error.url}: {error.read().decode()}")
finally:
    server.terminate()
    server.wait()

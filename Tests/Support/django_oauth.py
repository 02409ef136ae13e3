"""An authorization server for the tests: django-oauth-toolkit on a free port of this machine.

    django_oauth.py FOLDER [GRACE_SECONDS [ACCESS_SECONDS [PORT]]]

Keeps its database in FOLDER, prints one line of JSON when it listens (its address, its clients and
their secrets), and ends when its standard input does. Rotates refresh tokens and detects their reuse;
with GRACE_SECONDS a used one stays valid for that long. Started again in the same FOLDER, at the same PORT, it
continues. `GET /count` says how often tokens were asked for.
"""

import json
import os
import sys
import threading

FOLDER = sys.argv[1]
GRACE = int(sys.argv[2]) if len(sys.argv) > 2 else 0
ACCESS = int(sys.argv[3]) if len(sys.argv) > 3 else 3600
PORT = int(sys.argv[4]) if len(sys.argv) > 4 else 0

from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="only for tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(FOLDER, "django.db"),
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    USE_TZ=True,
    LOGIN_URL="/login",
    OAUTH2_PROVIDER={
        "SCOPES": {"read": "Read", "write": "Write", "introspection": "Introspect"},
        "DEFAULT_SCOPES": ["read"],
        "ACCESS_TOKEN_EXPIRE_SECONDS": ACCESS,
        "ROTATE_REFRESH_TOKEN": True,
        "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": GRACE,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "PKCE_REQUIRED": True,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["http"],
        "OAUTH_DEVICE_VERIFICATION_URI": "http://127.0.0.1/device",
        "DEVICE_FLOW_INTERVAL": 1,
    },
)

import django

django.setup()

from django.contrib.auth import get_user_model, login
from django.core.management import call_command
from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.models import get_application_model
from oauth2_provider.urls import metadata_urlpatterns

asked = []
lock = threading.Lock()


def sign_in(request):
    """Every visitor is Ann."""
    login(request, get_user_model().objects.get(username="ann"))
    return HttpResponse(status=302, headers={"Location": request.GET.get("next", "/")})


def count(request):
    with lock:
        return JsonResponse({"asked": list(asked)})


@csrf_exempt
def approve_device(request):
    """What a person does on the device's page."""
    from oauth2_provider.models import get_device_grant_model

    device = get_device_grant_model().objects.get(user_code=request.GET["user_code"])
    device.user = get_user_model().objects.get(username="ann")
    device.status = device.DENIED if "deny" in request.GET else device.AUTHORIZED
    device.save()
    return HttpResponse("done")


urlpatterns = [
    path("login", sign_in),
    path("count", count),
    path("approve", approve_device),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("", include((metadata_urlpatterns, "metadata"))),
]


class Counted:
    """Counts requests to the token endpoint, by grant."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/o/token/":
            import io
            from urllib.parse import parse_qs

            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            grant = parse_qs(body.decode()).get("grant_type", ["?"])[0]
            with lock:
                asked.append(grant.rsplit(":", 1)[-1])
        return self.app(environ, start_response)


def main():
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.filter(username="ann").first()
    user = user or get_user_model().objects.create_user("ann", password="ann")
    Application = get_application_model()

    def client(name, grant, secret, kind="confidential"):
        if not Application.objects.filter(client_id=name).exists():
            Application.objects.create(
                name=name,
                client_id=name,
                client_secret=secret,
                client_type=kind,
                authorization_grant_type=grant,
                user=user,
                redirect_uris="http://127.0.0.1/callback",
                skip_authorization=True,
            )
        return secret

    clients = {
        "machine": client("machine", "client-credentials", "machine-s3cr3t"),
        "web": client("web", "authorization-code", "web-s3cr3t"),
        "device": client(
            "device", "urn:ietf:params:oauth:grant-type:device_code", "", kind="public"
        ),
    }

    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from django.core.wsgi import get_wsgi_application

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True
        request_queue_size = 512

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments):
            pass

        def address_string(self):
            return self.client_address[0]

    server = make_server("127.0.0.1", PORT, Counted(get_wsgi_application()), Server, Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    print(json.dumps({"address": address, "clients": clients}), flush=True)

    def wait():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
    server.serve_forever()


main()

"""A running `vaultctl serve`."""
import http.client
import json
import re
import socket
import subprocess

from projects import PROGRAM


class Server:
    def __init__(self, project, *options):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", *options], cwd=project.folder, env=project.keyring.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.link = self.process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=[0-9a-f]{64}", self.link)
        assert found, self.link or self.process.stderr.read()
        self.port = int(found.group(1))
        self.host = f"127.0.0.1:{self.port}"
        self.address = f"http://{self.host}/"

    def request(self, path, method="GET", cookie=None, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Host": self.host, **{k.replace("_", "-"): v for k, v in fields.items()}}
        if cookie:
            headers["Cookie"] = cookie
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()

    def raw(self, data):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(data)
            answer = b""
            while chunk := connection.recv(4096):
                answer += chunk
        return answer.decode()

    def cookie(self):
        status, fields, _ = self.request(self.link.split(self.host)[1])
        assert status == 303 and fields["Location"] == "/"
        assert fields["Set-Cookie"].endswith("; HttpOnly; SameSite=Strict; Path=/")
        return fields["Set-Cookie"].split(";")[0]

    def token(self, cookie):
        """Of the page, for writes."""
        return json.loads(self.request("/api/v1/page", cookie=cookie)[2])["write"]["token"]

    def write(self, method, path, cookie, token, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body=body.encode(), headers={
            "Host": self.host, "Origin": f"http://{self.host}", "Cookie": cookie, "X-Vaultctl-Write": token})
        response = connection.getresponse()
        return response.status, response.read().decode()

    def end(self):
        """May be called again; then nothing is left to be read."""
        if self.process.poll() is None:
            self.process.terminate()
        output = "" if self.process.stdout.closed else "".join(self.process.communicate(timeout=20))
        return self.process.returncode, output

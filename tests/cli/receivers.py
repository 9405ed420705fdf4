"""Who takes alerts: a server that speaks HTTP, one that speaks SMTP, both on this host, each with
what it received and with what it is to answer."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import socketserver
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shop import wait_until

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Hook:
    """Takes posts. `answers` are (status, headers, body) for the next ones, then 204. While the gate
    is not set, nobody is answered. With a certificate (and its key, in one file) it speaks TLS."""

    def __init__(self, port=0, certificate=None):
        self.received, self.answers, self.gate = [], [], threading.Event()
        self.gate.set()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.received.append((self.path, dict(self.headers.items()), body))
                hook.gate.wait(60)
                status, headers, answer = hook.answers.pop(0) if hook.answers else (204, {}, b"")
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    pass  # whoever asked has died

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # whoever asked did not like us
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    def bodies(self):
        return [json.loads(body) for _, _, body in self.received]

    def wait_for(self, count):
        """The bodies of that many posts, once they are there."""
        wait_until(lambda: len(self.received) >= count, f"{count} posts")
        assert len(self.received) == count, self.bodies()
        return self.bodies()


def verify(post):
    """The signature as the specification has receivers verify it."""
    _, headers, body = post
    headers = {name.lower(): value for name, value in headers.items()}
    stamp = headers["webhook-timestamp"]
    assert abs(int(stamp) - time.time()) < 300, stamp
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert hmac.compare_digest(headers["webhook-signature"], wanted), headers
    assert headers["content-type"] == "application/json", headers
    assert json.loads(body)["id"] == headers["webhook-id"], body


class Post:
    """Takes mail from a user with a password, and from nobody else."""

    def __init__(self, user, password):
        self.received, self.answers = [], []
        post = self
        plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

            def take(self):
                lines = []
                while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    lines.append(line[1:] if line.startswith(".") else line)
                post.received.append((self.sender, self.recipients, "\r\n".join(lines)))

            def handle(self):
                self.sender, self.recipients, is_known = None, [], False
                self.say("220 post")
                while line := self.rfile.readline().decode().strip():
                    verb, _, rest = line.partition(" ")
                    if verb == "EHLO":
                        self.say("250-post")
                        self.say("250 AUTH PLAIN")
                    elif verb == "AUTH" and rest == "PLAIN":
                        self.say("334 ")
                        is_known = self.rfile.readline().decode().strip() == plain
                        self.say("235 ok" if is_known else "535 no")
                    elif verb == "AUTH":
                        is_known = rest == f"PLAIN {plain}"
                        self.say("235 ok" if is_known else "535 no")
                    elif verb == "MAIL" and (not is_known or post.answers):
                        self.say(post.answers.pop(0) if post.answers else "530 who are you")
                    elif verb == "MAIL":
                        self.sender = rest
                        self.say("250 ok")
                    elif verb == "RCPT":
                        self.recipients.append(rest)
                        self.say("250 ok")
                    elif verb == "DATA":
                        self.say("354 go on")
                        self.take()
                        self.say("250 ok")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("502 what")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def messages(self):
        return [email.message_from_string(text, policy=email.policy.default)
                for _, _, text in self.received]

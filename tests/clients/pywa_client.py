# mypy: ignore-errors
"""A shop that was written for the Cloud API with pywa; only the base address of its calls is another one.

It reads one line of JSON with where and to whom, and prints a line of JSON for whatever happens to it: what it
sent, what was refused, each status, each reply. It answers a reply with a quote of it, sends one more template for
each further line, and ends with its input.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from pywa import WhatsApp
from pywa.errors import WhatsAppError
from pywa.types.templates import BodyText, TemplateLanguage

_printing = threading.Lock()
WINTER = BodyText.params("Priya", "50%", "Sunday")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def say(**what):
    with _printing:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


class Hooks(BaseHTTPRequestHandler):
    """The webhook's address: pywa checks the signature, then handles the update."""

    client = None

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        wrong = self.client.webhook_update_validator(raw, self.headers.get("X-Hub-Signature-256"))
        text, status = wrong or self.client.webhook_update_handler(raw)
        if wrong:
            say(unsigned=text)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def connected(told):
    session = httpx.Client()
    client = WhatsApp(
        phone_id=told["number_id"], token=told["token"], session=session, app_secret=told["app_secret"]
    )
    session.base_url = told["gate"] + httpx.URL(session.base_url).path

    @client.on_message
    def replied(_, message):
        quoted = message.reply_to_message.id if message.reply_to_message else ""
        say(reply=message.text, quoted=quoted, who=message.from_user.wa_id)
        say(sent="answer", id=message.reply_text("You are welcome", quote=True).id)

    @client.on_message_status
    def moved(_, status):
        code = status.error.code if status.error else None
        say(status=status.status.value, id=status.id, tracker=status.tracker, code=code)

    return client


def send(client, told):
    to, params = told["to"], [BodyText.params("Priya", "A-991", "Thursday")]
    say(sent="text", id=client.send_message(to, "Your order is packed", tracker="order-991").id)
    say(sent="utility", id=client.send_template(to, "order_shipped", TemplateLanguage.ENGLISH, params).id)
    winter = [WINTER]
    say(
        sent="marketing", id=client.send_template(to, "winter_clearance", TemplateLanguage.ENGLISH, winter).id
    )
    say(sent="image", id=client.send_image(to, PNG, "The receipt", mime_type="image/png").id)
    for lite in (False, True):
        try:
            client.send_template(
                told["to_no"], "winter_clearance", TemplateLanguage.ENGLISH, winter, use_mm_lite_api=lite
            )
        except WhatsAppError as wrong:
            say(refused=wrong.code, kind=type(wrong).__name__, details=wrong.details)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hooks)
    say(webhook=f"http://127.0.0.1:{server.server_address[1]}/hook")
    told = json.loads(sys.stdin.readline())
    Hooks.client = connected(told)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    send(Hooks.client, told)
    for line in sys.stdin:
        sent = Hooks.client.send_template(
            json.loads(line)["winter_to"], "winter_clearance", TemplateLanguage.ENGLISH, [WINTER]
        )
        say(sent="late", id=sent.id)
    server.shutdown()


main()

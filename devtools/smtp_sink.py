"""A mail server that delivers nowhere: every mail becomes an `.eml` file."""

import contextlib
import re
import socketserver
import threading
from email import message_from_bytes, policy
from itertools import count

from . import paths

LONGEST_LINE = 1 << 20


class _Handler(socketserver.StreamRequestHandler):
    """One SMTP session, as far as Odoo's client needs it."""

    def _reply(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self._reply("220 sink ready")
        recipients = []
        while line := self.rfile.readline(LONGEST_LINE):
            verb = line.split(b" ", 1)[0].strip().upper()
            if verb == b"EHLO":
                self._reply("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8")
            elif verb == b"RCPT":
                recipients.append(line.split(b":", 1)[-1].strip().decode(errors="replace"))
                self._reply("250 ok")
            elif verb == b"DATA":
                self._reply("354 go on")
                self.server.store(self._message(), recipients)
                if self.server.stored == self.server.hangs_up_after:
                    return  # it has the mail, and nobody hears of it
                recipients = []
                self._reply("250 stored")
            elif verb == b"QUIT":
                self._reply("221 bye")
                return
            elif verb in (b"HELO", b"MAIL", b"RSET", b"NOOP"):
                self._reply("250 ok")
            else:
                self._reply("502 not implemented")

    def _message(self):
        """Return the lines up to the lone dot, doubled dots undone."""
        lines = []
        while line := self.rfile.readline(LONGEST_LINE):
            if line in (b".\r\n", b".\n"):
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


class Sink(socketserver.ThreadingTCPServer):
    """The server: give it to a ``with`` and mails are in ``folder`` from then on."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.stored = 0
        self.hangs_up_after = None  # so many mails: it dies before it says that it has the last
        self._lock = threading.Lock()

    @property
    def port(self):
        """Return the TCP port it listens on."""
        return self.server_address[1]

    def store(self, content, recipients):
        """Write a mail to a file of its own, named so that a listing tells the story."""
        subject = str(message_from_bytes(content, policy=policy.default)["subject"] or "")
        address = re.sub(r"[<>]|SIZE=.*", "", recipients[0]) if recipients else "nobody"
        label = re.sub(r"[^\w.@-]+", "_", f"{address}_{subject}")[:100]
        with self._lock:
            for number in count(self.stored + 1):
                path = self.folder / f"{number:04d}_{label}.eml"
                if not any(self.folder.glob(f"{number:04d}_*")):
                    break
            path.write_bytes(content)
            self.stored += 1


@contextlib.contextmanager
def running():
    """Keep a sink running in a thread; mails go to `.dev/mail`."""
    paths.MAIL.mkdir(parents=True, exist_ok=True)
    with Sink(paths.MAIL) as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()

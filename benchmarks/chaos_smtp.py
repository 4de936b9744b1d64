"""A real mail server on this machine (aiosmtpd) that keeps every mail and misbehaves on demand.

Run by Odoo's interpreter: ``chaos_smtp.py FOLDER MODE``. The first line it prints is its port.
A mail is a file of FOLDER as soon as the server has all of it, whatever it answers then. What it
answered to whom is a line of ``FOLDER/journal``, written before the answer.
"""

import asyncio
import json
import os
import sys
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP

EVERY = 5  # each so many-th mail meets the trouble
SLOW_SECONDS = 0.15
LONG_SECONDS = 3600
CRASH_AFTER = 5
# The mail that is held until somebody makes a file RELEASE beside the one called HOLDING.
HELD = 3
HELD_SECONDS = 60


class Keeper:
    """Keeps mails; ``mode`` says what becomes of the session."""

    def __init__(self, folder, mode):
        self.folder = folder
        self.mode = mode
        self.seen = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Refuse some recipients for now, or for ever."""
        self.seen += 1
        if self.seen % EVERY == 0 and self.mode in ("busy", "unknown_user"):
            answer = "451 try again later" if self.mode == "busy" else "550 no such user"
            self._note(answer, [address])
            return answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        """Keep the mail, then answer, or not."""
        number = len(list(self.folder.glob("*.eml"))) + 1
        trouble = number % EVERY == 0
        if self.mode == "rejects" and self.seen % EVERY == 0:
            return self._note("554 not this one", envelope.rcpt_tos, envelope.content)
        if self.mode == "drops" and self.seen % EVERY == 0:
            self._note(None, envelope.rcpt_tos, envelope.content)
            server.transport.abort()
            return "451 gone"
        (self.folder / f"{number:05}_{os.getpid()}.eml").write_bytes(envelope.content)
        if self.mode in ("dies", "late") and trouble:
            self._note(None, envelope.rcpt_tos, envelope.content)
            if self.mode == "late":
                await asyncio.sleep(LONG_SECONDS)
            server.transport.abort()
            return "451 gone"
        if self.mode == "crash" and number >= CRASH_AFTER:
            self._note(None, envelope.rcpt_tos, envelope.content)
            os._exit(1)
        elif self.mode == "holds" and number == HELD:
            await self._hold()
        elif self.mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        return self._note("250 kept", envelope.rcpt_tos, envelope.content)

    async def _hold(self):
        """Say that the mail is here, and answer when we are told to."""
        (self.folder / "holding").touch()
        for _tenth in range(HELD_SECONDS * 10):
            if (self.folder / "release").exists():
                break
            await asyncio.sleep(0.1)

    def _note(self, answer, recipients, content=None):
        """Write down what is answered; None: nothing at all."""
        mail = message_from_bytes(content, policy=policy.default) if content else {}
        line = {"answer": answer, "to": recipients, "id": str(mail.get("Message-Id", ""))}
        with open(self.folder / "journal", "a") as journal:
            journal.write(json.dumps(line) + "\n")
        return answer


class Silent(SMTP):
    """Accepts the connection and says nothing."""

    async def _handle_client(self):
        await asyncio.sleep(LONG_SECONDS)


async def main(folder, mode):
    keeper = Keeper(Path(folder), mode)
    kind = Silent if mode == "silent" else SMTP
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: kind(keeper, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""A real mail server on this machine (aiosmtpd) that keeps every mail and misbehaves on demand.

Run by Odoo's interpreter: ``chaos_smtp.py FOLDER MODE``. The first line it prints is its port.
A mail is a file of FOLDER as soon as the server has all of it, whatever it answers then.
"""

import asyncio
import os
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP

EVERY = 5  # each so many-th mail meets the trouble
SLOW_SECONDS = 0.15
LONG_SECONDS = 3600
CRASH_AFTER = 20


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
            return "451 try again later" if self.mode == "busy" else "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        """Keep the mail, then answer, or not."""
        number = len(list(self.folder.iterdir())) + 1
        trouble = number % EVERY == 0
        if self.mode == "rejects" and self.seen % EVERY == 0:
            return "554 not this one"
        if self.mode == "drops" and self.seen % EVERY == 0:
            server.transport.abort()
            return "451 gone"
        (self.folder / f"{number:05}_{os.getpid()}.eml").write_bytes(envelope.content)
        if self.mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        elif self.mode == "dies" and trouble:
            server.transport.abort()
        elif self.mode == "late" and trouble:
            await asyncio.sleep(LONG_SECONDS)
        elif self.mode == "crash" and number >= CRASH_AFTER:
            os._exit(1)
        return "250 kept"


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

"""The PostgreSQL server: the developer's own, or a private cluster of this checkout."""

import os
import pwd
from urllib.parse import unquote, urlsplit

from .postgres_cluster import PORT, Cluster
from .ui import DevError


def environment():
    """Return the PG* variables of a server that runs, started first if it is ours.

    With them comes the folder of the server's programs, or None when it is not ours.
    """
    external = _external()
    if external is not None:
        return external, None
    cluster = Cluster()
    cluster.start()
    variables = {"PGHOST": str(cluster.socket), "PGPORT": PORT, "PGUSER": "odoo", "PGPASSWORD": ""}
    return variables, cluster.binaries


def _external():
    """Return the PG* variables of the developer's own server, or None."""
    url = os.environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        found = {
            "PGHOST": parts.hostname and unquote(parts.hostname),
            "PGPORT": str(parts.port or PORT),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
        }
    elif os.environ.get("PGHOST"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        found = {name: os.environ.get(name, "") for name in names}
        found["PGPORT"] = found["PGPORT"] or PORT
    else:
        return None
    found["PGUSER"] = found["PGUSER"] or pwd.getpwuid(os.getuid()).pw_name
    if found["PGUSER"] == "postgres":
        raise DevError(
            "Odoo refuses the database user 'postgres'",
            "Make another one (createuser --createdb odoo) and set PGUSER=odoo.",
        )
    return found

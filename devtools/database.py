"""Databases: templates that are built once, and clones of them that take a second.

Three kinds of template, each named after what it was built from:

* base: the module's dependencies installed (a minute);
* module: a clone of base with the module installed, built again when its files change.

Either with or without demonstration data.
"""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess

from . import paths, script_runs, template_cache
from .pins import MODULE
from .ui import DevError, run, say, step

LAYOUT = 2  # raise it when base templates are built differently
MAINTENANCE = "postgres"
# Neither part of what Odoo installs nor looked at by it while it installs.
NOT_INSTALLED = {"benchmarks", "devtools", "tests", "docs"}
FILESTORE = paths.DATA / "filestore"


class Databases:
    """The databases of one checkout."""

    def __init__(self, environment):
        self.environment = environment

    def sql(self, *statements, database=MAINTENANCE):
        """Run (sql, parameters) statements and return the last rows."""
        request = {"database": database, "statements": [list(each) for each in statements]}
        done = subprocess.run(
            [str(self.environment.python), str(paths.DEVTOOLS / "sql_helper.py")],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            env=self.environment.variables,
            check=False,
        )
        if done.returncode:
            raise DevError(f"the database server refused: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def vacuum(self, name):
        """Make statistics and visibility maps as autovacuum, which is off here, would have.

        Of tables with rows: autovacuum does not look at others. One known to be empty would
        be read whole for each new row that refers to it, until the session ends.
        """
        tables = self.sql(
            (
                "SELECT c.oid::regclass::text FROM pg_class AS c"
                " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
                " WHERE c.relkind = 'r' AND n.nspname = 'public' AND pg_relation_size(c.oid) > 0",
                None,
            ),
            database=name,
        )
        self.sql(*((f"VACUUM ANALYZE {table}", None) for (table,) in tables), database=name)

    def names(self):
        """Return the names of all databases of the server."""
        return [row[0] for row in self.sql(("SELECT datname FROM pg_database", None))]

    def exists(self, name):
        """Tell whether a database is there."""
        return name in self.names()

    def require(self, name):
        """Make a database with the module in it if there is none of that name."""
        if not self.exists(name):
            self.clone(self.module_template(), name)

    def create_empty(self, name):
        """Create a database before Odoo does, which would want extensions we may not have."""
        create = f"CREATE DATABASE {_quoted(name)} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0"
        self.sql((create, None))

    def drop(self, name):
        """Drop a database, its sessions and its files, if it is there."""
        self.sql((f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)", None))
        shutil.rmtree(FILESTORE / name, ignore_errors=True)

    def drop_abandoned(self, prefix):
        """Drop the databases named ``prefix`` + process number whose process is gone."""
        for name in self.names():
            owner = name.removeprefix(prefix)
            if name.startswith(prefix) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
                self.drop(name)

    def clone(self, template, name):
        """Make ``name`` a copy of ``template``, in place of what had that name."""
        self.drop(name)
        if (FILESTORE / template).is_dir():
            # Files of the filestore are never written to again: links to them will do.
            run(["cp", "-al", FILESTORE / template, FILESTORE / name])
        self.sql(
            (f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}", None),
        )

    def base_template(self, demo=False):
        """Return the template with the module's dependencies, built if it is not there."""
        depends = sorted(manifest().get("depends", []))
        key = _key(self.environment.odoo.stamp, depends, demo, LAYOUT)
        name = f"{self._prefix('base', demo)}{key}"
        what = ", ".join(depends) + (" and demonstration data" if demo else "")

        def install(building):
            with step(f"Building the template database: {what} (2 minutes)"):
                self.install(building, ",".join(depends), demo=demo)
                if script_runs.run(self.environment, "pregenerate_assets.py", building):
                    raise DevError("Odoo could not build the asset bundles of its web client")

        def build(building):
            self.create_empty(building)
            template_cache.fetch_or_build(
                self.environment, key, building, FILESTORE / building, lambda: install(building)
            )
            self.vacuum(building)

        return self._template(name, self._prefix("base", demo), build)

    def module_template(self, demo=False):
        """Return the template with the module installed, built again when its files changed."""
        base = self.base_template(demo)
        name = f"{self._prefix('module', demo)}{_key(base, fingerprint())}"

        def build(building):
            with step(f"Installing {MODULE} in a template database"):
                self.clone(base, building)
                self.install(building, MODULE, demo=demo)

        return self._template(name, self._prefix("module", demo), build)

    def install(self, name, modules, demo=False):
        """Install modules in a database; the whole log goes to `.dev/log`."""
        log = paths.LOGS / f"install-{re.sub(r'_building.*', '', name)}.log"
        arguments = ["-d", name, "-i", modules, "--stop-after-init", "--no-http"]
        arguments += ["--max-cron-threads=0", "--with-demo" if demo else "--without-demo=1"]
        with open(log, "w") as output:
            code = self.environment.run_odoo(*arguments, stdout=output, stderr=output)
        text = log.read_text(errors="replace")
        problems = [line for line in text.splitlines() if re.search(r" (ERROR|CRITICAL) ", line)]
        if code or problems:
            tail = "\n".join(problems[:3] + text.strip().splitlines()[-15:])
            raise DevError(f"Odoo could not install {modules}:\n{tail}", f"All of it: {log}")
        for line in text.splitlines():
            if " WARNING " in line and MODULE in line:
                say(f"  {line}")

    def _prefix(self, kind, demo):
        return f"ac_{kind}{'_demo' if demo else ''}_{paths.checkout_id()}_"

    def _template(self, name, prefix, build):
        with paths.lock(paths.DEV / "template.lock", lambda: say("- Waiting for another ./dev …")):
            names = self.names()
            if name in names:
                return name
            files = [folder.name for folder in FILESTORE.glob(f"{prefix}*")]
            for old in {*names, *files}:
                if old.startswith(prefix):
                    self.drop(old)
            building = f"{prefix}building"
            self.drop(building)
            build(building)
            self._finish(building, name)
        return name

    def _finish(self, building, name):
        """Give a template its name; from then on it is complete."""
        shutil.rmtree(FILESTORE / name, ignore_errors=True)
        if (FILESTORE / building).is_dir():
            (FILESTORE / building).rename(FILESTORE / name)
        self.sql((f"ALTER DATABASE {_quoted(building)} RENAME TO {_quoted(name)}", None))


def manifest():
    """Return the module's manifest."""
    if not paths.MANIFEST.is_file():
        raise DevError(f"there is no __manifest__.py in {paths.CHECKOUT}: nothing to install")
    return ast.literal_eval(paths.MANIFEST.read_text())


def fingerprint():
    """Return what changes when a file changes that Odoo reads to install the module."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(paths.CHECKOUT):
        top = folder == str(paths.CHECKOUT)
        skipped = NOT_INSTALLED if top else set()
        folders[:] = sorted(f for f in folders if f[0] not in "._" and f not in skipped)
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.startswith(".") or name.endswith((".md", "~")) or top and name == "dev":
                continue
            if os.path.isfile(path):
                with open(path, "rb") as handle:
                    content = hashlib.sha256(handle.read()).hexdigest()
                digest.update(f"{os.path.relpath(path, paths.CHECKOUT)} {content}\n".encode())
    return digest.hexdigest()


def _key(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'

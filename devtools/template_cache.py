"""Base templates in the cache: a second checkout restores what the first one built.

Only with a private cluster, whose own programs fit its version.
"""

import shutil

from . import paths
from .ui import run, say, step

LAYOUT = 1


def fetch_or_build(environment, key, name, files, build):
    """Fill the database ``name`` from the cache, or with ``build()`` and keep a copy there."""
    programs = environment.server_programs
    if not programs:
        build()
        return
    version = run([programs / "postgres", "--version"]).strip()
    built = []

    def make(folder):
        build()
        built.append(name)
        command = [programs / "pg_dump", "-Fc", "-Z1", "-f", folder / "dump", name]
        run(command, env=environment.variables, what="pg_dump")
        if files.is_dir():
            shutil.copytree(files, folder / "files")

    folder = paths.cached(
        "template",
        f"{key} {version} layout {LAYOUT}",
        make,
        lambda: say("- Another ./dev builds the same template; waiting …"),
    )
    if built:
        return
    with step("Restoring the template database from the cache"):
        command = [programs / "pg_restore", "--no-owner", "--exit-on-error", "-j2", "-d", name]
        run([*command, folder / "dump"], env=environment.variables, what="pg_restore")
        if (folder / "files").is_dir():
            shutil.copytree(folder / "files", files)

"""Debian packages without touching the machine: private lists, `apt-get download`, `dpkg-deb -x`.

The address of the archive is the machine's own: it is read from its apt sources.
"""

import re
import shutil
from pathlib import Path

from .ui import DevError, run, warn

APT_ETC = Path("/etc/apt")
KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
OWN_SOURCE_HINT = (
    "Set ODOO_HOME to an Odoo 19 you have (a source checkout or an installed package root) "
    "and run the command again."
)


def _parse_deb822(text):
    """Yield the stanzas of a `*.sources` file as dicts with lower-case keys."""
    for stanza in re.split(r"\n\s*\n", text):
        fields, key = {}, None
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in " \t" and key:
                fields[key] += "\n" + line
            elif ":" in line:
                key, value = line.split(":", 1)
                key = key.strip().lower()
                fields[key] = value.strip()
        if fields:
            yield fields


def _parse_one_line(text):
    """Yield the `deb` lines of a `sources.list` as the same dicts."""
    pattern = re.compile(r"^deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<rest>.+)$")
    for line in text.splitlines():
        found = pattern.match(line.split("#", 1)[0].strip())
        if not found:
            continue
        suite, *components = found["rest"].split()
        options = dict(
            part.split("=", 1) for part in (found["options"] or "").split() if "=" in part
        )
        yield {
            "types": "deb",
            "uris": found["uri"],
            "suites": suite,
            "components": " ".join(components),
            "signed-by": options.get("signed-by", ""),
        }


def _machine_codename():
    release = Path("/etc/os-release")
    text = release.read_text() if release.is_file() else ""
    found = re.search(r'^VERSION_CODENAME="?(\w+)', text, re.MULTILINE)
    return found[1] if found else ""


def _is_debian(source):
    """Tell Debian's main archive from its security suites and from other vendors' archives."""
    if source.get("enabled", "yes").lower() in ("no", "false", "0"):
        return False
    known = {"bookworm", "trixie", "forky", "sid", "stable", "testing", "unstable"}
    known.add(_machine_codename())
    return (
        "deb" in source.get("types", "").split()
        and "main" in source.get("components", "").split()
        and bool(known & set(source.get("suites", "").split()))
        and "debian-security" not in source.get("uris", "")
    )


def find_source(etc=APT_ETC):
    """Return the machine's own Debian source (its `uris` and `signed-by`)."""
    folder = etc / "sources.list.d"
    candidates = []
    for path in sorted(folder.glob("*.sources")) if folder.is_dir() else []:
        candidates += _parse_deb822(path.read_text())
    lists = [etc / "sources.list"]
    lists += sorted(folder.glob("*.list")) if folder.is_dir() else []
    for path in lists:
        if path.is_file():
            candidates += _parse_one_line(path.read_text())
    for source in candidates:
        if _is_debian(source):
            return source
    raise DevError("this machine has no Debian package source to fetch Odoo from", OWN_SOURCE_HINT)


def _keyring(source):
    if source.get("signed-by"):
        return source["signed-by"]
    for name in KEYRINGS:
        path = Path("/usr/share/keyrings") / name
        if path.is_file():
            return str(path)
    raise DevError(
        "Debian's archive keyring is not on this machine",
        "As root: apt-get install debian-archive-keyring",
    )


class PrivateApt:
    """An apt of our own in ``folder``: other suites, without the machine's lists changing."""

    def __init__(self, folder, suites):
        for tool in ("apt-get", "dpkg-deb"):
            if not shutil.which(tool):
                raise DevError(f"{tool} is not on this machine: it is no Debian", OWN_SOURCE_HINT)
        self.folder = folder
        source = find_source()
        for part in ("parts", "lists/partial", "cache/archives/partial", "debs", "empty"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "parts" / "private.sources").write_text(
            "Types: deb\n"
            f"URIs: {source['uris']}\n"
            f"Suites: {' '.join(suites)}\n"
            "Components: main\n"
            f"Signed-By: {_keyring(source)}\n"
        )

    def _command(self, *arguments):
        architecture = run(["dpkg", "--print-architecture"]).strip()
        options = {
            "Dir::Etc::SourceList": "/dev/null",
            "Dir::Etc::SourceParts": self.folder / "parts",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": self.folder / "empty",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "APT::Architectures": architecture,
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        command = ["apt-get", "-q", "-y"]
        for key, value in options.items():
            command += ["-o", f"{key}={value}"]
        return command + list(arguments)

    def update(self):
        """Read the archive's index, from a mirror that lags behind too."""
        try:
            run(self._command("update"), what="apt-get update", hint=OWN_SOURCE_HINT)
        except DevError as error:
            if "is expired" not in str(error):
                raise
            warn("the machine's Debian mirror has not been refreshed lately; using it as it is")
            frozen = self._command("-o", "Acquire::Check-Valid-Until=false", "update")
            run(frozen, what="apt-get update", hint=OWN_SOURCE_HINT)

    def fetch(self, packages, target):
        """Download the (name, suite) ``packages``, extract them into ``target``, return the files."""
        names = [f"{name}/{suite}" for name, suite in packages]
        debs = self.folder / "debs"
        run(
            self._command("download", *names),
            cwd=debs,
            what="apt-get download",
            hint=OWN_SOURCE_HINT,
        )
        target.mkdir(parents=True, exist_ok=True)
        fetched = sorted(debs.glob("*.deb"))
        for deb in fetched:
            run(["dpkg-deb", "-x", deb, target], what=f"unpacking {deb.name}")
            deb.unlink()
        return [deb.name for deb in fetched]

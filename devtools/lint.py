"""`./dev lint`: ruff on everything, pylint-odoo on the module. The rules are in pyproject.toml."""

import subprocess

from . import paths, python_env
from .pins import MODULE
from .ui import say


def lint(fix=False):
    """Run the linters and return a non-zero exit code if one of them complains."""
    paths.prepare()
    python = python_env.lint_python()
    ruff = [python.parent / "ruff", "check", *(["--fix"] if fix else []), paths.CHECKOUT]
    results = {"ruff": _call("ruff check", ruff)}
    if paths.MANIFEST.is_file():
        pylint = [python, "-m", "pylint", f"--rcfile={paths.CHECKOUT / 'pyproject.toml'}", MODULE]
        # From the addons folder, so that the module goes by its name whatever the checkout's.
        results["pylint-odoo"] = _call("pylint-odoo", pylint, cwd=paths.ADDONS)
    unhappy = [name for name, code in results.items() if code]
    say(f"lint: {', '.join(unhappy) + ' complained' if unhappy else 'clean'}")
    return 1 if unhappy else 0


def _call(title, command, **options):
    say(f"- {title}")
    return subprocess.run([str(part) for part in command], check=False, **options).returncode

"""Turn the PATTERN of `./dev test PATTERN` into Odoo's test tags."""

import ast

from . import paths
from .pins import MODULE
from .ui import DevError


def tags(pattern):
    """Return the --test-tags for the tests whose file, class or method name has ``pattern``.

    A pattern that starts like a tag of Odoo (`/module`, `:Class`, `.method`) is passed on.
    """
    if not pattern:
        return f"/{MODULE}"
    if pattern[0] in "/:.":
        return pattern if pattern.startswith("/") else f"/{MODULE}{pattern}"
    chosen = sorted({tag for tag, names in known(paths.CHECKOUT) if any(_has(n, pattern) for n in names)})
    whole = {tag for tag in chosen if "." not in tag}
    chosen = [tag for tag in chosen if tag in whole or tag.split(".")[0] not in whole]
    if not chosen:
        raise DevError(
            f"no test file, class or method has {pattern!r} in its name",
            "Try a part of a file name (test_run), of a class or of a method, or Class.method.",
        )
    return ",".join(f"/{MODULE}:{tag}" for tag in chosen)


def _has(name, pattern):
    return pattern.lower() in name.lower()


def known(module):
    """Yield (tag, names that select it) for each test class and method of a module's folder."""
    for path in sorted((module / "tests").rglob("test_*.py")):
        try:
            tree = ast.parse(path.read_text())
        except SyntaxError as error:
            raise DevError(f"{path}: {error}") from error
        for node in tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            methods = [
                item.name
                for item in node.body
                if isinstance(item, ast.FunctionDef) and item.name.startswith("test")
            ]
            if methods:
                yield node.name, [path.name, node.name]
            for method in methods:
                yield f"{node.name}.{method}", [method, f"{node.name}.{method}"]

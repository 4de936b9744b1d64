"""Odoo's command line: our addons path stays on it whatever the caller adds."""

from . import paths


def merge_addons_path(arguments):
    """Add our folder to every ``--addons-path`` of the arguments."""
    merged, expects_path = [], False
    for argument in arguments:
        if expects_path:
            merged[-1] = f"--addons-path={paths.ADDONS},{argument}"
            expects_path = False
        elif argument == "--addons-path":
            merged.append(argument)
            expects_path = True
        elif argument.startswith("--addons-path="):
            merged.append(f"--addons-path={paths.ADDONS},{argument.split('=', 1)[1]}")
        else:
            merged.append(argument)
    return merged

"""What the mail server of a scene got, and what it answered (``chaos_smtp.py``)."""

import json
import re
from email import message_from_bytes, policy

# Odoo's message ids say what they are about.
OF_NOTICE = re.compile(r"-(\d+)-collection\.notice@")
OF_CUSTOMER = re.compile(r"-(\d+)-res\.partner@")


def read_mails(scene, about=OF_NOTICE):
    """Return ``[(address, id of the notice)]`` of the mails the server has.

    :param about: OF_CUSTOMER for the statements of customers
    """
    mails = []
    for path in sorted(scene.mails.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        found = about.search(str(mail["Message-Id"]))
        if found:
            mails.append((mail["To"].addresses[0].addr_spec, int(found[1])))
    return mails


def taken(scene):
    """Ids of the notices whose mail the server has."""
    return {notice for _address, notice in read_mails(scene)}


def unanswered(scene):
    """Ids of the notices whose mail the server saw and never answered: nobody can know
    whether it took them."""
    return {
        int(found[1])
        for line in _journal(scene)
        if line["answer"] is None and (found := OF_NOTICE.search(line["id"]))
    }


def refused(scene):
    """Addresses the server has refused for good."""
    return {
        address.lower()
        for line in _journal(scene)
        if (line["answer"] or "").startswith("5")
        for address in line["to"]
    }


def _journal(scene):
    """The lines the server wrote; one that was killed may have left half a line."""
    path = scene.mails / "journal"
    lines = path.read_text().splitlines() if path.is_file() else []
    return [json.loads(line) for line in lines if line.endswith("}")]

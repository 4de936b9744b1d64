"""How many queries the screens ask for: a customer's form, a list of invoices, the worklist."""

import json
from pathlib import Path

from lxml import etree

from odoo import sql_db

ROWS = 80  # a list's first page


def run(env, args):
    """Count the queries of each screen there is in this database."""
    found = count(env(user=env.ref("base.user_admin")))
    Path(args.result).write_text("".join(json.dumps(row) + "\n" for row in found))
    return 0


def count(env):
    """Return ``[{"work", "queries"}]``: second openings, when the caches are warm."""
    customer = env["res.partner"].search([("ref", "=like", "C%")], limit=1)
    invoices = env.ref("account.view_out_invoice_tree")
    screens = {
        "customer": lambda: open_form(env, customer),
        "invoices": lambda: open_list(
            env, "account.move", invoices.id, [("move_type", "=", "out_invoice")]
        ),
    }
    if "collection.worklist" in env:
        screens["worklist"] = lambda: open_list(env, "collection.worklist", None, [])
    return [{"work": name, "queries": _queries(env, opened)} for name, opened in screens.items()]


def _queries(env, opened):
    opened()
    env.flush_all()
    env.invalidate_all()
    before = sql_db.sql_counter
    opened()
    return sql_db.sql_counter - before


def open_form(env, record, view=None):
    """Read a record as its form in the browser does."""
    return record.web_read(_specification(env, record._name, view, "form"))


def open_list(env, model, view, domain, limit=ROWS):
    """Read a list's page as the browser does."""
    specification = _specification(env, model, view, "list")
    return env[model].web_search_read(domain, specification, limit=limit)


def _specification(env, model, view, kind):
    arch = env[model].get_view(view, kind)["arch"]
    return _of_node(env, model, etree.fromstring(arch))


def _of_node(env, model, node):
    """What the web client asks for: the fields of the view, of its sub-lists too."""
    specification = {}
    for child in node.iterchildren(etree.Element):
        if child.tag != "field":
            specification.update(_of_node(env, model, child))
            continue
        field = env[model]._fields.get(child.get("name"))
        if field is None:
            continue
        specification[field.name] = {}
        if field.type in ("one2many", "many2many"):
            inner = _of_node(env, field.comodel_name, child)
            specification[field.name] = {"fields": inner or {"display_name": {}}, "limit": 40}
        elif field.type == "many2one":
            specification[field.name] = {"fields": {"display_name": {}}}
    return specification

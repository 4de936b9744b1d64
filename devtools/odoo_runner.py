"""Run a script of devtools/scripts inside Odoo, with an environment as `odoo shell` has it.

Started by ``script_runs.py`` with Odoo's interpreter::

    odoo_runner.py SCRIPT.py '{"…": …}' ODOO-OPTIONS…

The script defines ``main(env, args) -> int``. What it did is committed when it returns 0 and
rolled back otherwise; it may commit before, with ``env.cr.commit()``. While it runs, the web
server answers at ``args.url``: wkhtmltopdf reads the style sheets of letters there.
"""

import argparse
import importlib.util
import json
import logging
import sys

import odoo.http
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

TURN = 20261122  # of the lock that processes take in turns, any number


def main():
    script, arguments, *options = sys.argv[1:]
    config.parse_config(options, setup_logging=True)
    _show_warnings()
    server.load_server_wide_modules()
    database = config["db_name"][0]
    web = server.ThreadedServer(odoo.http.root)
    server.server = web
    web.http_spawn()
    url = f"http://127.0.0.1:{config['http_port']}"
    args = argparse.Namespace(**json.loads(arguments), database=database, url=url)
    try:
        return _run(_load(script), database, args)
    finally:
        web.httpd.shutdown()


def _run(module, database, args):
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        _say_where_reports_are(env, args.url)
        code = module.main(env, args) or 0
        if code:
            cr.rollback()
        cr.commit()
        _say_where_reports_are(env, False)
    return code


def _say_where_reports_are(env, url):
    """Committed, since the web server looks for it in a transaction of its own.

    One process after the other: several may start on a database in the same moment.
    """
    cr = env.cr
    cr.execute("SELECT pg_advisory_lock(%s)", [TURN])
    cr.commit()
    env.invalidate_all()
    env["ir.config_parameter"].set_param("report.url", url)
    cr.commit()
    cr.execute("SELECT pg_advisory_unlock(%s)", [TURN])
    cr.commit()


def _load(path):
    spec = importlib.util.spec_from_file_location("dev_script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _show_warnings():
    """Show on the console what deserves attention; all of the log is in its file."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)


if __name__ == "__main__":
    sys.exit(main())

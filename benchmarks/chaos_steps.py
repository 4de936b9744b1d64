"""What the processes of the faults program do: each step as its scheduler, or person, does it."""

import os
import time
from datetime import date

import chaos_instants
import chaos_ledger

from odoo import api
from odoo.service.model import retrying
from odoo.tools import config

from odoo.addons.base.models import ir_actions_report, ir_mail_server

ROUNDS = 12  # a job that is only partly done is called again


def run(env, request):
    """Run ``request["spawn"]`` on the day of the request.

    :return: what is to be told about it, as JSON
    """
    _set_world(env, request)
    meter = chaos_instants.install(env, request.get("kill"))
    told = STEPS[request["spawn"]](env, request) or {}
    env.cr.commit()
    return {**told, **meter.read()}


def _set_world(env, request):
    """The day is the ledger's, mail goes to our server, programs are found where we say."""
    day = date.fromisoformat(request["day"])
    env.registry["res.company"]._collection_today = lambda company: day
    config["smtp_server"], config["smtp_port"] = "127.0.0.1", request["smtp_port"]
    ir_mail_server.SMTP_TIMEOUT = request.get("smtp_timeout", 5)
    if request.get("path"):
        os.environ["PATH"] = request["path"]
        ir_actions_report._wkhtml.cache_clear()


def _scheduled(env, xmlid):
    """Run a scheduled action as the scheduler does, until it says that it is done.

    :return: its error, or None
    """
    cron = env.ref(xmlid)
    env.cr.commit()
    for _again in range(ROUNDS):
        answer = cron.method_direct_trigger()
        env.cr.commit()
        if answer is not True:
            return answer["params"]["data"]["debug"]
        env.cr.execute(
            "SELECT remaining FROM ir_cron_progress WHERE cron_id = %s ORDER BY id DESC LIMIT 1",
            [cron.id],
        )
        if not (env.cr.fetchone() or (0,))[0]:
            break
    return None


def _jobs(*names):
    """A step that runs scheduled actions one after another."""

    def step(env, _request):
        errors = [_scheduled(env, name) for name in names]
        return {"errors": [error for error in errors if error]}

    return step


def _issue_by_hand(env, request):
    """A person makes a run of his own for everybody, and issues it at once."""
    env = api.Environment(env.cr, env.ref("base.user_admin").id, {})

    def press():
        run = env["collection.run"].create({"date": request["day"]})
        run.action_propose()
        run.action_issue()

    return _as_person(env, press)


def _press_issue(env, request):
    """A person presses the button of the run that the scheduled action has proposed."""
    env = api.Environment(env.cr, env.ref("base.user_admin").id, {})

    def press():
        run = env["collection.run"].search([("date", "=", request["day"])])
        run.filtered(lambda run: run.state == "proposed").action_issue()

    return _as_person(env, press)


def _as_person(env, press):
    """What the web client does with a click: tries again after conflicts, shows a refusal."""
    try:
        retrying(press, env)
    except Exception as error:  # noqa: BLE001 - the person reads it
        env.cr.rollback()
        return {"refused": f"{type(error).__name__}: {error}"}
    env.cr.commit()
    return {}


def _reverse(env, request):
    """A manager takes the day back: every run of it that was issued."""
    env = api.Environment(env.cr, env.ref("base.user_admin").id, {})

    def press():
        runs = env["collection.run"].search([("date", "=", request["day"])])
        runs.filtered(lambda run: run.state == "issued").action_reverse()

    return _as_person(env, press)


def _press(env, request):
    """An administrator works on the e-mails of notices, in core's own list of e-mails.

    Asks for ``state`` of the e-mails, ``methods`` behind the buttons one after another, and
    ``every`` so many-th e-mail.
    """
    env = api.Environment(env.cr, env.ref("base.user_admin").id, {})
    mails = env["mail.mail"].search(
        [("model", "=", "collection.notice"), ("state", "=", request["state"])], order="id"
    )[:: request.get("every", 1)]
    told = {"notices": mails.mapped("res_id"), "refused": None}
    env.cr.commit()
    for method in request["methods"]:
        told["refused"] = _as_person(env, getattr(mails, method)).get("refused")
        if told["refused"]:
            break
    return told


def _statements(env, _request):
    """Everybody gets a statement of account a month; their time has come."""
    env.company.collection_statement_frequency = "monthly"
    errors = [_scheduled(env, name) for name in (STATEMENTS, MAIL)]
    return {"errors": [error for error in errors if error]}


def _sign(env, request):
    """Begin at the same second as others: sleep until the moment they agreed on."""
    time.sleep(max(0, request["at"] - time.time()))
    return STEPS[request["what"]](env, request)


def _advance_directly(env, _request):
    """The scheduled action's work without its lock: as two hosts with different jobs do."""
    retrying(env["collection.run"]._cron_advance, env)


def _send_directly(env, _request):
    """The mail queue without the lock of its scheduled action."""
    env["mail.mail"].process_email_queue()


def _rewrite(env, request):
    """Write the rows that others work on, in short transactions, until it is time."""
    deadline = time.time() + request["seconds"]
    writes = conflicts = 0
    with env.registry.cursor() as cr:
        while time.time() < deadline:
            try:
                for table in ("res_partner", "account_move_line", "collection_notice"):
                    cr.execute(
                        f"UPDATE {table} SET write_date = now() AT TIME ZONE 'UTC' WHERE id IN"
                        f" (SELECT id FROM {table} ORDER BY random() LIMIT 5)",
                        log_exceptions=False,
                    )
                cr.commit()
                writes += 1
            except Exception:  # noqa: BLE001 - the other one was first
                cr.rollback()
                conflicts += 1
            time.sleep(0.02)
    return {"writes": writes, "conflicts": conflicts}


ADVANCE = "account_collections.ir_cron_advance"
ISSUE = "account_collections.ir_cron_issue"
LETTERS = "account_collections.ir_cron_letters"
CHARGES = "account_collections.ir_cron_charges"
FOLLOW_UP = "account_collections.ir_cron_follow_up"
STATEMENTS = "account_collections.ir_cron_statements"
MAIL = "mail.ir_cron_mail_scheduler_action"
STEPS = {
    "prepare": chaos_ledger.prepare,
    "pay": chaos_ledger.pay,
    "advance": _jobs(ADVANCE),
    "advance_directly": _advance_directly,
    "letters": _jobs(LETTERS),
    "send": _jobs(MAIL),
    "charge": _jobs(CHARGES),
    "before_mail": _jobs(ADVANCE, ISSUE, LETTERS),
    # Notices demand what was charged before them: who finishes a morning does so before.
    "morning": _jobs(ADVANCE, ISSUE, LETTERS, MAIL),
    "day": _jobs(ADVANCE, ISSUE, LETTERS, MAIL, CHARGES, FOLLOW_UP),
    "issue_by_hand": _issue_by_hand,
    "press_issue": _press_issue,
    "reverse": _reverse,
    "press": _press,
    "statements": _statements,
    "sign": _sign,
    "send_directly": _send_directly,
    "rewrite": _rewrite,
}

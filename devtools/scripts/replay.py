"""What `./dev replay FILE.csv` does in its database.

Each day of the ledger is lived through: its invoices are posted, its payments come in, the
scheduled action runs, the manager approves, and the promises are checked. The clock of the
process stands on that day, so that the module sees no other.

E-mails are not sent: each evening they are marked as delivered. The PDF engine is switched off
unless ``--pdf`` is given (rendering ten thousand letters takes longer than all the rest); what
is written in the letters is frozen all the same.

With ``--fee-rule`` late payments are charged: see ``replay.charging``.

With ``outages`` the server is down for some spans of days. Nobody can book anything either; on
the morning after, accountants enter what came in meanwhile, with the dates on the papers, before
the scheduled action runs. ``outcome`` names the file that then says what came of it.
"""

import gc
from datetime import datetime, time, timedelta

from freezegun import freeze_time
from replay import ledger as ledgers
from replay import outages, outcome
from replay.books import Books, deliver
from replay.charge_checks import ChargeChecks
from replay.charging import Charging
from replay.checks import Checks
from replay.oracle import Oracle, Rung
from replay.report import Clock, Report

ANALYZE_DAYS = 20
MORNING = time(6)
REPEAT_EVERY = 10  # days on which the scheduled action is called a second time
COMPARE_EVERY = 25  # days on which all charges are worked out from the file


def main(env, args):
    """Replay the ledger and return 1 if a promise was broken."""
    try:
        ledger = _read(args)
    except (ledgers.LedgerError, OSError) as error:
        print(f"{args.file}: {error}")
        return 1
    policy = _policy(env, args.policy)
    rule = _record(env, "collection.fee.rule", args.fee_rule) if args.fee_rule else None
    if not policy or (args.fee_rule and not rule):
        return 1
    if not args.pdf:
        _switch_off_pdf(env)
    # The ORM makes many short-lived objects; looking for cycles that often costs a tenth.
    gc.set_threshold(100_000, 20, 100)
    replay = Replay(env, ledger, policy, rule, args.booking)
    replay.down = outages.days_of(outcome.parse_days(getattr(args, "outages", None)))
    replay.run()
    if getattr(args, "outcome", None):
        found = outcome.read(env, ledger.last, replay.checks.violations)
        found["spacing"] = outages.spacing(replay.checks.oracle.rungs)
        outcome.write(args.outcome, found)
    env.cr.commit()
    return 1 if replay.checks.violations else 0


def _read(args):
    options = {"customers": getattr(args, "customers", None), "seed": getattr(args, "seed", 1)}
    if getattr(args, "outcome", None):
        # Charges made while money waits for its allocation depend on the day they are made.
        options["lag"] = timedelta(0)
    return ledgers.read(args.file, args.until, **options)


def _policy(env, xmlid):
    """Return the policy to apply, made the company's default; or None."""
    if not xmlid:
        policy = env["collection.policy"]._default_of(env.company)
        if not policy:
            print("The company has no default policy: name one with --policy.")
        return policy
    policy = _record(env, "collection.policy", xmlid)
    if policy:
        env["collection.policy"].search([("is_default", "=", True)]).is_default = False
        policy.write({"is_default": True, "active": True})
    return policy


def _record(env, model, xmlid):
    """Return a record by its XML id, the module's own without prefix; or None."""
    record = env.ref(xmlid if "." in xmlid else f"account_collections.{xmlid}", False)
    if not record or record._name != model:
        print(f"There is no {env[model]._description.lower()} {xmlid}.")
        return None
    return record


def _switch_off_pdf(env):
    def render_nothing(self, notices):
        return notices

    env.registry["collection.delivery"]._render_letters = render_nothing


class Replay:
    """The days of a ledger, one after the other."""

    def __init__(self, env, ledger, policy, rule=None, booking="invoice"):
        self.env = env
        self.ledger = ledger
        self.policy = policy
        self.rule = rule
        self.booking = booking
        self.charging = None
        levels = policy.level_ids.sorted("delay_days")
        rungs = [
            Rung(
                level.id,
                level.name,
                level.delay_days,
                level.min_interval_days,
                level.repeat_days,
                level.max_repeats,
            )
            for level in levels
        ]
        self.clock = Clock()
        oracle = Oracle(rungs, policy.advance_mode)
        self.checks = Checks(env, ledger, oracle, policy.grouping == "customer")
        self.report = Report(ledger, self.clock, self.checks, levels)
        self.waiting = env["collection.notice"]
        self.down = frozenset()  # days on which the server is down
        self.missed = []  # those since the last day it was up

    def run(self):
        """Live through all days."""
        # Frozen once and then moved: freezing looks through every module there is.
        with freeze_time(datetime.combine(self.ledger.first, MORNING)) as frozen:
            self.books = Books(self.env, self.ledger)
            if self.rule:
                self._prepare_charging()
            for number, day in enumerate(self.ledger.days()):
                if day in self.down:
                    self.missed.append(day)
                    continue
                frozen.move_to(datetime.combine(day, MORNING))
                self._day(day)
                self.missed.clear()
                if number % ANALYZE_DAYS == 0:
                    # The private cluster does not do it by itself.
                    self.env.cr.execute("ANALYZE")
                    self.env.cr.commit()
            if self.charging:
                self._close_charges(self.ledger.last)
        self.report.close()

    def _prepare_charging(self):
        self.charging = Charging(self.books, self.policy, self.rule, self.booking)
        violations = self.checks.violations
        self.report.charges = ChargeChecks(self.env, self.ledger, self.rule, violations)

    def _day(self, day):
        phase = self.clock.phase
        with phase("posting invoices"):
            for booked in (*self.missed, day):
                self.books.post(self.ledger.posted_on[booked])
        with phase("payments"):
            for booked in (*self.missed, day):
                self.books.pay(self.ledger.paid_on[booked])
                self.books.allocate(self.ledger.allocated_on[booked])
            self.env.cr.commit()
        with phase("approvals"):
            self._approve(self.waiting)
        if self.charging:
            with phase("decisions about charges"):
                self.charging.decide(day)
        with phase("checks"):
            self.checks.before_run(day, self.missed)
        with phase("scheduled action"):
            self.env["collection.run"]._cron_advance()
        with phase("approvals"):
            self._decide(day)
        with phase("checks"):
            self.checks.after_run(day)
        if self.charging:
            self._charge(day)
        if day.toordinal() % REPEAT_EVERY == 0:
            with phase("second calls"):
                self._repeat(day)
        with phase("checks"):
            deliver(self.env)
            self.env.cr.commit()
        self.report.day(day, self.missed)

    def _charge(self, day):
        """The day's work on charges, and its checks."""
        checks = self.report.charges
        with self.clock.phase("checks of charges"):
            checks.after_run(day)
        with self.clock.phase("charges"):
            self.charging.run(day)
        if day.toordinal() % COMPARE_EVERY == 0:
            with self.clock.phase("checks of charges"):
                checks.after_day(day)

    def _close_charges(self, day):
        """What is still open is charged on demand; then every cent must be right."""
        with self.clock.phase("charges on demand"):
            problems = self.charging.charge_open_items(day)
            self.charging.decide(day)
        self.checks.violations += [f"{day} charged on demand: {text}" for text in problems]
        with self.clock.phase("checks of charges"):
            self.report.charges.after_day(day, complete=True)
        self.env.cr.commit()

    def _decide(self, day):
        """The manager approves at once, or the next morning: every other day."""
        waiting = self.env["collection.notice"].search([("stage", "=", "to_approve")])
        if day.toordinal() % 2:
            self.waiting = waiting
        else:
            self.waiting = waiting.browse()
            self._approve(waiting)

    def _approve(self, notices):
        notices = notices.exists().filtered(lambda notice: notice.stage == "to_approve")
        if notices:
            self.books.approve(notices)

    def _repeat(self, day):
        """A second call of the scheduled action changes nothing."""
        before = self.checks.fingerprint(day)
        self.env["collection.run"]._cron_advance()
        if self.charging:
            self.charging.run(day)
        if self.checks.fingerprint(day) != before:
            self.checks.violations.append(f"{day} once: a second call changed something")
        self.report.repeated += 1

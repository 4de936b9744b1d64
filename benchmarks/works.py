"""A day's work, as production does it: each runs alone in a process and commits.

They build on one another in the order of ``WORKS``: the second level comes after the first. The
ledger's day is some weeks ago, so that the third level is not in the future.
"""

from datetime import date, timedelta

from .measure import Ruler

BEFORE = -80  # days from the ledger's day on which nothing has been due
AFTER_FIRST = 1
SECOND = 8
THIRD = 17
MAILS = 60
STATEMENTS = 20
SHEETS = 1000
CHARGED = 100  # customers
CHUNK = 50
RULE = "account_collections.fee_rule_fr_b2b"


class Worker:
    """The company, its day and its ruler."""

    def __init__(self, env, args):
        self.env = env
        self.day = date.fromisoformat(args.day)
        self.company = env.company
        self.ruler = Ruler(env, args)
        self.manager = env.ref("base.user_admin")
        self.runs = env["collection.run"]

    def on(self, days):
        """Return the day so many days after the ledger's."""
        return self.day + timedelta(days=days)

    def run_of(self, days):
        """Return the run that was proposed for a day."""
        return self.runs.search([("date", "=", self.on(days))], order="id desc", limit=1)

    def idle(self, work, days):
        """The scheduled action on a day on which nothing is due."""
        with self.ruler.measure(work, "open item") as cost:
            cost.items = self.ruler.size
            self.runs._cron_advance(self.on(days))
        if self.run_of(days).notice_ids:
            raise AssertionError(f"{work}: notices were made")

    def propose(self, work, days):
        """What is due; per item that earned a level."""
        with self.ruler.measure(work, "item") as cost:
            run = self.runs.create({"company_id": self.company.id, "date": self.on(days)})
            run.action_propose()
            lines = self.env["collection.notice.line"]
            domain = [("notice_id.run_id", "=", run.id), ("kind", "=", "item")]
            cost.items = lambda: lines.search_count(domain)
        return run

    def issue(self, work, days):
        """Texts frozen, e-mails queued, levels advanced, log written; no letter as PDF."""
        self._switch_off_pdf()
        run = self.run_of(days)
        with self.ruler.measure(work, "notice") as cost:
            # As the button does it with a large one: in the background, by the scheduled
            # action, batch by batch.
            run._hand_over()
            self.env.cr.commit()
            self.runs._cron_issue()
            cost.items = lambda: self._count(run, "issued")

    def approve(self, work, days):
        """A manager's word for each ultimatum."""
        run = self.run_of(days)
        with self.ruler.measure(work, "notice") as cost:
            waiting = run.notice_ids.filtered(lambda notice: notice.stage == "to_approve")
            cost.items = len(waiting)
            waiting.with_user(self.manager).action_approve()

    def _count(self, run, stage):
        domain = [("run_id", "=", run.id), ("stage", "=", stage)]
        return self.env["collection.notice"].search_count(domain)

    def _switch_off_pdf(self):
        self.env.registry["collection.delivery"]._render_letters = lambda _self, notices: notices

    def mails(self, work, days):
        """E-mails with their letter: rendered, then sent by the mail queue."""
        run = self.run_of(days)
        levels = self.env["collection.level"].search([]).filtered(
            lambda level: level._attaches_letter()
        )
        # No more of them are read than are sent.
        notices = self.env["collection.notice"].search(
            [
                ("run_id", "=", run.id),
                ("level_id", "in", levels.ids),
                ("letter_attachment_id", "=", False),
            ],
            order="id",
            limit=MAILS,
        )
        mails = notices.communication_ids.mail_mail_id
        with self.ruler.measure(work, "e-mail") as cost:
            self.runs._render_committed(notices)
            self.env.cr.commit()
            # Ten thousand others may wait in the queue, of which core takes the first only.
            queue = self.env["mail.mail"].with_context(filters=[("id", "in", mails.ids)])
            queue.process_email_queue(mails.ids)
            cost.items = len(mails.filtered(lambda mail: mail.state == "sent"))
        if cost.items != len(notices) or not all(mail.attachment_ids for mail in mails):
            raise AssertionError(f"{work}: {cost.items} of {len(notices)} were sent with letter")

    def charge(self, work):
        """Interest and compensation on demand, customer by customer in chunks."""
        rule = self.env.ref(RULE)
        customers = self._customers(CHARGED)
        wizards = self.env["collection.charge.items"].with_user(self.manager)
        charges = self.env["collection.charge"]
        known = charges.search_count([])
        with self.ruler.measure(work, "charge") as cost:
            for start in range(0, len(customers), CHUNK):
                wizard = wizards.create(
                    {
                        "company_id": self.company.id,
                        "date": self.on(THIRD),
                        "partner_ids": customers[start : start + CHUNK].ids,
                        "fee_rule_id": rule.id,
                    }
                )
                wizard.action_charge()
                self.env.cr.commit()
            cost.items = charges.search_count([]) - known

    def _customers(self, limit):
        domain = [("ref", "=like", "C%"), ("is_company", "=", True)]
        return self.env["res.partner"].search(domain, order="id", limit=limit)

    def sheets(self, work):
        """The figures of statements of account; per customer."""
        statements = self.env["collection.statement"]
        customers = self._customers(SHEETS)
        with self.ruler.measure(work, "statement") as cost:
            for start in range(0, len(customers), CHUNK):
                statements._prepare_sheets(
                    self.company, customers[start : start + CHUNK], self.on(-60), self.on(THIRD)
                )
                self.env.invalidate_all()
            cost.items = len(customers)

    def statements(self, work):
        """Statements of account as PDF, each in a queued e-mail."""
        customers = self._customers(STATEMENTS)
        with self.ruler.measure(work, "statement") as cost:
            rows = self.env["collection.statement"]._send(
                self.company, customers, self.on(-60), self.on(THIRD)
            )
            cost.items = len(rows.filtered(lambda row: row.state == "queued"))


# Name on the command line: what it is called in the tables, and what it does.
WORKS = {
    "idle": ("a day before anything is due", lambda w, name: w.idle(name, BEFORE)),
    "propose": ("propose, first level", lambda w, name: w.propose(name, 0)),
    "issue": ("issue, first level", lambda w, name: w.issue(name, 0)),
    "idle-after": ("the day after", lambda w, name: w.idle(name, AFTER_FIRST)),
    "propose-2": ("propose, second level", lambda w, name: w.propose(name, SECOND)),
    "issue-2": ("issue, second level", lambda w, name: w.issue(name, SECOND)),
    "mails": ("e-mails with their letter as PDF", lambda w, name: w.mails(name, SECOND)),
    "propose-3": ("propose, third level", lambda w, name: w.propose(name, THIRD)),
    "approve-3": ("approve, third level", lambda w, name: w.approve(name, THIRD)),
    "issue-3": ("issue, third level", lambda w, name: w.issue(name, THIRD)),
    "charge": ("charge interest and compensation", lambda w, name: w.charge(name)),
    "sheets": ("statements, figures", lambda w, name: w.sheets(name)),
    "statements": ("statements as PDF in e-mails", lambda w, name: w.statements(name)),
}


def run(env, args):
    """Run one work and return 0."""
    name, work = WORKS[args.work]
    work(Worker(env, args), name)
    return 0

"""Plans are watched: kept, lapsed, or waiting for a signature."""

import logging

from odoo import api, models
from odoo.tools import exception_to_unicode

from ..engine import plans as engine
from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)


class CollectionPlan(models.Model):
    _inherit = "collection.plan"

    @api.model
    def _follow_up(self, company, today):
        """Judge the active plans of one company, remind of their next instalments, and
        ask about those nobody has signed.

        :return: what failed, as texts
        """
        failures = []
        watched = self.search(
            [("company_id", "=", company.id), ("state", "in", ("active", "proposed"))]
        )
        for plan in watched:
            try:
                with self.env.cr.savepoint():
                    plan._follow_up_one(company, today)
            except RETRY_ERRORS:
                raise
            except Exception as error:  # noqa: BLE001 - one customer stops nobody
                _logger.exception("Plan %s was not followed up", plan.id)
                self.env.invalidate_all(flush=False)
                failures.append(f"{plan.display_name}: {exception_to_unicode(error)}")
        return failures

    def _follow_up_one(self, company, today):
        if self.state == "proposed":
            if self.date_answer and self.date_answer < today:
                self._ask(self.env._("The plan is not signed"), today)
            return
        self._judge(today)
        if self.state == "active":
            self._remind(company, today)

    def _judge(self, today):
        """Kept, lapsed, or neither yet. An invoice that is being corrected has not gone:
        what becomes of it shows when it is posted again."""
        self.ensure_one()
        items = self.move_line_ids.filtered(lambda line: line.parent_state != "cancel")
        posted = items.filtered(lambda line: line.parent_state == "posted")
        if not items:
            self._end("cancelled", self.env._("Its invoices do not exist any more"))
            return
        if not posted:
            return
        if posted == items and all(items.mapped("reconciled")):
            self._end("kept", self.env._("Nothing is open any more"))
            return
        called_off = self.promise_ids.filtered(lambda line: line.state == "cancelled")
        lines = self.promise_ids - called_off
        state = engine.verdict(
            [
                engine.Instalment(line.amount, line.date_until, line.amount_received)
                for line in lines
            ],
            today,
            self.lapses_after,
            self.lapse_days,
            self.currency_id.rounding,
            sum(line.amount - line.amount_received for line in called_off),
        )
        if state == engine.KEPT:
            self._end("kept", self.env._("All instalments were paid"))
        elif state == engine.CANCELLED:
            self._end("cancelled", self.env._("What is left of it was called off"))
        elif state == engine.BROKEN:
            self._lapse(lines, today)

    def _lapse(self, lines, today):
        """Dunning goes on with the next run, and somebody is told so."""
        late = engine.missing(
            [
                engine.Instalment(line.amount, line.date_until, line.amount_received)
                for line in lines
            ],
            today,
            self.currency_id.rounding,
        )
        reason = self.env._(
            "%(count)s instalments are missing: %(amount)s",
            count=len(late),
            amount=self.currency_id.format(sum(one.amount - one.received for one in late)),
        )
        self._end("broken", reason)
        self._ask(self.env._("The plan has lapsed, dunning goes on"), today, reason)

    def _ask(self, summary, today, note=""):
        customer = self.partner_id.commercial_partner_id
        self.env["collection.promise"]._plan_task(
            "account_collections.mail_activity_type_plan",
            self.company_id,
            customer,
            self,
            summary,
            note,
            today,
        )

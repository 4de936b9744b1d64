"""What the day brings for cases: paid ones end, others ask for their next step."""

import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import exception_to_unicode, format_date

from .collection_case import LIVE_STATES
from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)
HAND_OVER = "account_collections.mail_activity_type_hand_over"
NEXT_STEP = "account_collections.mail_activity_type_case_step"


class CollectionCase(models.Model):
    _inherit = "collection.case"

    @api.model
    def _follow_up(self, company, today):
        """Watch the cases of one company on one of its local days; fifty times a
        day are as good as once.

        :return: what failed, as texts
        """
        failures = []
        own = Domain("company_id", "=", company.id)
        is_open = Domain("reconciled", "=", False) & Domain("parent_state", "=", "posted")
        undone = Domain("state", "=", "settled") & Domain(
            "line_ids", "any", [("move_line_id", "any", is_open)]
        )
        for case in self.search(own & (Domain("state", "in", LIVE_STATES) | undone)):
            try:
                with self.env.cr.savepoint():
                    case._watch(today)
            except RETRY_ERRORS:
                raise
            except Exception as error:  # noqa: BLE001 - one bad case stops no other
                text = exception_to_unicode(error)
                _logger.warning("Case %s was not followed up: %s", case.name, text)
                failures.append(f"{case.display_name}: {text}")
        return failures

    def _watch(self, today):
        self.ensure_one()
        self.line_ids._find_again()
        is_open = any(line._is_open() for line in self.line_ids)
        if self.state == "settled":
            if is_open:
                self._reopen(today)
        elif is_open or any(line._is_in_correction() for line in self.line_ids):
            self._ask_what_is_due(today)
        else:
            self._finish(today)

    def _finish(self, today):
        """Nothing is left to collect of its items."""
        self._set_state("settled", today)
        self._message_log(body=self.env._("Nothing is owed on its items any more."))

    def _reopen(self, today):
        """A payment was undone: the case goes on where it was, unless its items have
        found another one meanwhile."""
        items = self.line_ids.move_line_id
        if self.env["collection.case.line"].search_count(
            [("move_line_id", "in", items.ids), ("is_live", "=", True)], limit=1
        ):
            return
        state = next(
            name
            for name in ("in_progress", "handed_over", "prepared")
            if self[f"date_{name}"]
        )
        since = self[f"date_{state}"]
        self._set_state(state, today, date_settled=False)
        self[f"date_{state}"] = since
        self._message_log(body=self.env._("A payment was undone: the case goes on."))

    def _ask_what_is_due(self, today):
        """One open task a case: to hand over, or to ask how it stands."""
        if self.state == "prepared" and self._first_handover_date() <= today:
            self._ask(
                HAND_OVER,
                today,
                self.company_id._collection_responsible(),
                self._handover_summary(),
            )
        elif self.next_date and self.next_date <= today:
            self._ask(NEXT_STEP, today, self.user_id, self.next_step or "")

    def _handover_summary(self):
        if not self.date_handover_due:
            return self.env._("Hand over, or withdraw")
        return self.env._(
            "Not paid by %(date)s: hand over, or withdraw",
            date=format_date(self.env, self.date_handover_due),
        )

    def _ask(self, activity_type, day, user, summary):
        """A task of this kind, unless one is open."""
        self.ensure_one()
        if self.activity_search([activity_type]):
            return
        user = user.filtered("active") or self.company_id._collection_responsible()
        self.activity_schedule(activity_type, day, summary=summary, user_id=user.id)

    def _close_tasks(self):
        self.activity_unlink([HAND_OVER, NEXT_STEP])

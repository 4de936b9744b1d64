"""The way of a case: prepared, handed over, in progress, and its three ends."""

from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from ..engine.days import plus
from .collection_case import LIVE_STATES, WITH_THIRD_PARTY


class CollectionCase(models.Model):
    _inherit = "collection.case"

    def _first_handover_date(self):
        """The day after the firm date: until its end the customer may still pay."""
        self.ensure_one()
        due = self.date_handover_due
        return plus(due, 1) if due else self.company_id._collection_today()

    def _may_hand_over(self):
        self.ensure_one()
        return self._first_handover_date() <= self.company_id._collection_today()

    def action_hand_over(self):
        """Ask whom it goes to, and before the firm date why so early."""
        self._check_manager()
        if self.filtered(lambda case: case.state != "prepared"):
            raise UserError(self.env._("Only a prepared case can be handed over."))
        self.ensure_one()
        wizard = self.env["collection.case.hand.over"].create({"case_id": self.id})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Hand Over")}

    def action_start(self):
        """The agency or the court has begun its work."""
        self._check_manager()
        if self.filtered(lambda case: case.state != "handed_over"):
            raise UserError(self.env._("Only a case that was handed over can be in progress."))
        self._set_state("in_progress")

    def action_withdraw(self):
        """Take it back; its items are reminded again."""
        return self._ask_end("withdrawn", self.env._("Withdraw"))

    def action_close(self):
        """End it with whatever is left unpaid."""
        return self._ask_end("closed", self.env._("Close"))

    def _ask_end(self, state, title):
        self._check_manager()
        self._check_live()
        wizard = self.env["collection.case.end"].create(
            {"case_ids": self.ids, "state": state}
        )
        return {**wizard._get_records_action(target="new"), "name": title}

    def _check_live(self):
        """:raises UserError: when one has ended"""
        if self.filtered(lambda case: case.state not in LIVE_STATES):
            raise UserError(self.env._("This case has already ended."))

    def _hand_over(self, date, early_reason=""):
        """From now on a third party works it; what is claimed is what is open now.

        :param date: the company's local day
        """
        for case in self.sudo():
            lines = case.line_ids.filtered(lambda line: line._is_open())
            if not lines:
                raise UserError(
                    self.env._("Nothing is open any more on %s.", case.display_name)
                )
            # What was paid meanwhile is not claimed.
            (case.line_ids - lines).unlink()
            for line in lines:
                line.amount_claimed = line._open_amount()
            case._set_state("handed_over", date, early_reason=early_reason)

    def _set_state(self, state, date=None, **vals):
        """A state with its date, and the next step that belongs to it."""
        # Safe: every door to this asks for the right person first.
        for case in self.sudo():
            day = date or case.company_id._collection_today()
            values = {"state": state, f"date_{state}": day, **vals}
            if state in WITH_THIRD_PARTY:
                values["next_date"] = day + timedelta(
                    days=case.company_id.collection_case_review_days
                )
            elif state not in LIVE_STATES:
                values["next_date"] = False
            case.write(values)
        self.sudo()._close_tasks()
        self._after_state()

    def _after_state(self):
        """What else a new state brings; called after every change of state."""

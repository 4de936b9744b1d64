"""What holds, disputes, promises and plans are about, when an invoice gets other items."""

from odoo import Command, models

from .collection_pause_effect import PAUSE_MODELS
from .collection_plan import CORRECTED

GOING_ON = ("draft", "proposed", "active")


class CollectionPause(models.AbstractModel):
    _inherit = "collection.pause"

    def _set_items(self, items):
        self.ensure_one()
        self.move_line_ids = [Command.set(items.ids)]

    def _end_bare(self):
        """Without items it would pause the whole customer."""
        bare = self.filtered(lambda pause: not pause.move_line_ids)
        bare.state = bare._pause_gone_state

    def _resume(self):
        """Its items went while their invoice was corrected, and have come again."""
        self.state = self._pause_open_state

    def _name_instead(self, move, items):
        """It is about these items of a corrected invoice, instead of those it had.

        What was ended by a person stays as it was.
        """
        self.ensure_one()
        named = self.move_line_ids
        bare = self.state == self._pause_gone_state and not named
        now = named.filtered(lambda line: line.move_id != move) | items
        if not now or now == named or not (bare or self.state == self._pause_open_state):
            return
        self._set_items(now)
        if bare:
            self._resume()
        _note_correction(self, move)


class CollectionDispute(models.Model):
    _inherit = "collection.dispute"

    def _resume(self):
        self.action_reopen()


class CollectionPromise(models.Model):
    _inherit = "collection.promise"

    def _resume(self):
        """An instalment goes on with its plan only."""
        if not self.plan_id or self.plan_id.state == "active":
            self.write({"state": self._pause_open_state, "date_closed": False})


class CollectionPlan(models.Model):
    _inherit = "collection.plan"

    def _set_items(self, items):
        """No change of what is agreed, and none of its instalments."""
        plan = self.with_context(collection_corrected=CORRECTED)
        plan.move_line_ids = [Command.set(items.ids)]

    def _end_bare(self):
        """The daily follow-up ends it."""

    def _name_instead(self, move, items):
        self.ensure_one()
        named = self.move_line_ids
        now = named.filtered(lambda line: line.move_id != move) | items
        if now and now != named and self.state in GOING_ON:
            self._set_items(now)
            _note_correction(self, move)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def unlink(self):
        """A pause of items that disappear ends with the last of them. While an invoice is
        corrected, its other items stand in, until it is posted and says what became of
        those that were named."""
        named_by = self._collection_named_by()
        for records in named_by:
            for record in records:
                others = self._collection_stand_ins(record)
                if others - record.move_line_ids:
                    record._set_items(record.move_line_ids | others)
        result = super().unlink()
        for records in named_by:
            records._end_bare()
        return result

    def _collection_stand_ins(self, record):
        """The items beside these of the same debt, of invoices that are corrected."""
        lost = record.move_line_ids & self
        corrected = lost.move_id.filtered("collection_items_before")
        customer = record.partner_id.commercial_partner_id
        return corrected.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
            and line.currency_id == lost.currency_id[:1]
            and line.partner_id.commercial_partner_id == customer
        ) - self

    def _collection_named_by(self):
        """Open holds, disputes and promises about these items, and plans."""
        debts = self.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        if not debts:
            return []
        # Safe: whoever corrects an invoice need not see collections.
        models_ = [self.env[name].sudo() for name in PAUSE_MODELS]
        named = [("move_line_ids", "in", debts.ids)]
        return [
            *(model.search([*named, ("state", "=", model._pause_open_state)]) for model in models_),
            self.env["collection.plan"].sudo().search([*named, ("state", "in", GOING_ON)]),
        ]


def _note_correction(record, move):
    if "message_ids" in record._fields:
        record._message_log(
            body=record.env._(
                "%(invoice)s was corrected: this is about its items as they are now.",
                invoice=move.display_name,
            )
        )

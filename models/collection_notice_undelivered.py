"""A notice that reached nobody has charged nobody."""

from odoo import api, models
from odoo.exceptions import UserError

from .collection_charge import CLAIMED_STATES

# Customers whose charges are taken back in one transaction: a mail server that is away
# leaves a thousand.
BATCH = 100


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _set_stage(self, stage, reason=None):
        """What it charged goes when it was not delivered; its items' next notice charges
        from the first day."""
        result = super()._set_stage(stage, reason)
        # Proposals have no number, and have charged nothing.
        issued = self.filtered("name")
        if stage == "failed" and issued.sudo().charge_ids:
            # Not here: the mail queue does not wait for a thousand credit notes.
            self.env.ref("account_collections.ir_cron_charges").sudo()._trigger()
        elif stage == "cancelled":
            issued._uncharge()
        return result

    def _uncharge(self):
        """Take back what notices that were not delivered have charged."""
        # Safe: a consequence of not being delivered, whoever closes it; nobody is let off
        # what he was told to pay.
        for company, notices in self.sudo().grouped("company_id").items():
            charges = company._collection_as_staff(notices.charge_ids)._unheard()
            charges._reverse(charges.env._("Its notice was not delivered"))
            for notice in charges.notice_id:
                # Also so that a "Send Again" at the same moment meets a conflict.
                notice.failure_reason = charges.env._(
                    "%(reason)s (its charges were taken back)", reason=notice.failure_reason or ""
                ).strip()

    def _demanding_reversed(self):
        """Those whose frozen text demands charges that were taken back."""
        told = {notice: notice._told_charge_ids() for notice in self}
        gone = set(
            self.env["collection.charge"]
            .browse(set().union(*told.values()))
            .filtered(lambda charge: charge.state == "reversed")
            .ids
        )
        return self.filtered(lambda notice: told[notice] & gone)

    def _told_charge_ids(self):
        """Ids of the charges these notices demand, also those others had made."""
        return {
            row["charge_id"]
            for notice in self
            for row in notice.charge_details or ()
            if row["charge_id"]
        }


class CollectionDelivery(models.AbstractModel):
    _inherit = "collection.delivery"

    @api.model
    def _check_may_resend(self, notice):
        """:raises UserError: also for a notice that demands what is not charged any more"""
        result = super()._check_may_resend(notice)
        if notice._demanding_reversed():
            raise UserError(
                self.env._(
                    "The charges of %(notices)s were taken back, so it cannot be sent again as "
                    "it is: the next run makes a fresh notice.",
                    notices=notice.name,
                )
            )
        return result


class CollectionCharge(models.Model):
    _inherit = "collection.charge"

    def _unheard(self):
        """Those to take back as their notice was not delivered: nobody has paid any of
        them, or decided what becomes of them, or claimed them in another way: by a later
        notice or in a case."""
        live = self.filtered(lambda row: row._is_untouched())
        if not live:
            return live
        later = self.env["collection.notice"].search(
            [
                ("partner_id", "in", live.partner_id.ids),
                ("stage", "=", "issued"),
                ("amount_charges", ">", 0),
                ("date", ">=", min(live.mapped("date"))),
            ]
        )
        told = later._told_charge_ids()
        items = self.env["account.move.line"].union(*(charge._item() for charge in live))
        in_case = self.env["collection.case"]._live_lines(items).move_line_id
        return live.filtered(
            lambda charge: charge.id not in told and charge._item() not in in_case
        )

    def _is_untouched(self):
        """Claimed, and neither paid in part nor in somebody's hands."""
        self.ensure_one()
        document = self.charge_move_id
        if self.state not in CLAIMED_STATES or self.leftover in ("claim", "keep"):
            return False
        if document.state != "posted" or document.payment_state == "reversed":
            return document.state != "draft"
        return not self.currency_id.compare_amounts(self.amount_open, self._left_to_pay())

    @api.model
    def _take_back_undelivered(self, company, date):
        """What notices have charged that failed since, or could not be taken back then."""
        lost = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", CLAIMED_STATES),
                ("notice_id.stage", "=", "failed"),
            ],
            order="id",
        )._unheard()
        customers = list(lost.notice_id.grouped("partner_id").values())
        if len(customers) > BATCH:
            self.env.ref("account_collections.ir_cron_charges")._trigger()
        return self._each_customer(lambda notices: notices._uncharge(), customers[:BATCH])

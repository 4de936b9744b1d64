"""Notices that an early-payment discount ends: who may still save what, until when."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import compose
from .collection_level import DISCOUNT


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    level_kind = fields.Selection(related="level_id.kind", string="Kind")
    amount_discount = fields.Monetary(
        string="Discount",
        readonly=True,
        copy=False,
        help="What the customer can save, or gets as a voucher, by paying in time.",
    )
    discount_date = fields.Date(
        string="Discount Ends", readonly=True, copy=False, help="The discount's last day."
    )
    is_voucher = fields.Boolean(
        readonly=True, copy=False, help="Paid in full; the customer gets a voucher."
    )

    def _is_discount(self):
        """True when the notice tells of a discount instead of climbing the ladder."""
        self.ensure_one()
        return self.level_id.kind == DISCOUNT

    @api.depends("line_ids.amount_to_pay", "line_ids.stage")
    def _compute_amount_demanded(self):
        """What is to be paid to have the discount."""
        discounts = self.filtered(lambda notice: notice._is_discount())
        for notice in discounts:
            lines = notice.line_ids.filtered(lambda line: line.stage != "dropped")
            notice.amount_demanded = notice.currency_id.round(sum(lines.mapped("amount_to_pay")))
        return super(CollectionNotice, self - discounts)._compute_amount_demanded()

    def _is_overtaken(self):
        """True when there is nothing left to tell: the discount has ended or was
        decided on, or the customer has paid, were it only in part."""
        self.ensure_one()
        today = self.company_id._collection_today()
        lines = self.line_ids.filtered(
            lambda line: line.kind == compose.OFFER and line.stage in ("issued", "failed")
        )
        return self._is_discount() and not any(
            line.move_line_id._collection_discount_at(today) == line.offer_id
            for line in lines
            if line.offer_id and line.move_line_id
        )


class CollectionNoticeLine(models.Model):
    _inherit = "collection.notice.line"

    offer_id = fields.Many2one(
        "collection.discount.offer",
        string="Discount Offered",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    discount_date = fields.Date(string="Pay Until", readonly=True)
    amount_discount = fields.Monetary(string="Discount", readonly=True)
    amount_to_pay = fields.Monetary(
        string="With Discount", readonly=True, help="What settles the item until that day."
    )

    _told_once = models.UniqueIndex(
        "(offer_id) WHERE stage IN ('proposed', 'issued') AND offer_id IS NOT NULL",
        "The customer has already been told that this discount ends.",
    )

    @api.constrains("level_id", "kind")
    def _check_level_kind(self):
        """:raises ValidationError: when a rung of the ladder tells of a discount, or a
        discount level is made a rung"""
        for line in self:
            level, tells = line.level_id, line.kind == compose.OFFER
            fits = (level.kind == DISCOUNT) == tells
            if tells and level.policy_id != line.notice_id.policy_id:
                fits = False
            if level and not fits:
                raise ValidationError(
                    self.env._(
                        "“%(level)s” is no level for “%(item)s”: discount notices and "
                        "dunning levels do not take each other's place.",
                        level=line.level_id.name,
                        item=line.move_name or "",
                    )
                )


class CollectionDelivery(models.AbstractModel):
    _inherit = "collection.delivery"

    @api.model
    def _check_not_superseded(self, notice):
        """:raises UserError: also when the discount has ended or was taken meanwhile"""
        if notice._is_discount() and notice._is_overtaken():
            raise UserError(
                self.env._(
                    "There is nothing left to tell: the discount of notice %(notice)s has ended, "
                    "or the customer has paid.",
                    notice=notice.display_name,
                )
            )
        told = notice.line_ids.offer_id
        later = self.env["collection.notice.line"].search(
            [("offer_id", "in", told.ids), ("stage", "in", ("issued", "proposed"))], limit=1
        )
        if later:
            raise UserError(
                self.env._(
                    "Notice %(notice)s has taken the place of this one; send that one instead.",
                    notice=later.notice_id.display_name,
                )
            )
        return super()._check_not_superseded(notice)

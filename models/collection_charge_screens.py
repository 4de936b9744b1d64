from datetime import date

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from .collection_charge import INTEREST
from .res_partner import STAFF


def _say_amount(record, amount):
    """In the reader's language, unlike what a letter prints."""
    return formatLang(record.env, amount, currency_obj=record.currency_id)


class CollectionCharge(models.Model):
    """How a charge was computed, as a person reads it."""

    _inherit = "collection.charge"

    segments_table = fields.Html(
        string="Calculation", compute="_compute_segments_table", sanitize=False
    )

    @api.depends("segments", "fee_rule_id.day_count", "currency_id", "kind")
    @api.depends_context("lang")
    def _compute_segments_table(self):
        day_counts = dict(
            self.env["collection.fee.rule"]._fields["day_count"]._description_selection(self.env)
        )
        for charge in self:
            if not charge.segments:
                charge.segments_table = False
                continue
            # Safe: the basis of the calculation, shown to whoever reads the charge.
            rule = charge.sudo().fee_rule_id
            charge.segments_table = self.env["ir.qweb"]._render(
                "account_collections.collection_charge_segments",
                {
                    "rows": [charge._segment_texts(part) for part in charge.segments],
                    "total": _say_amount(charge, charge.amount),
                    "day_count": day_counts.get(rule.day_count, ""),
                    "legal_basis": rule.legal_basis or "",
                },
            )

    def _segment_texts(self, part):
        """One segment as the reader's language writes dates and numbers."""
        self.ensure_one()
        return {
            "date_from": format_date(self.env, date.fromisoformat(part["date_from"])),
            "date_to": format_date(self.env, date.fromisoformat(part["date_to"])),
            "days": part["days"],
            "balance": _say_amount(self, part["balance"]),
            "rate": self.env["collection.fee.rule"]._say_rate(part["rate"]),
            "amount": _say_amount(self, part["amount"]),
        }

    def action_charge_lateness(self):
        """Charge what is due by now: of the chosen charges' customers, else of all."""
        return self.env["collection.charge.items"]._open(self.partner_id)


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    charges_table = fields.Html(
        string="Charges", compute="_compute_charges_table", sanitize=False
    )

    @api.depends("charge_details", "currency_id")
    @api.depends_context("lang")
    def _compute_charges_table(self):
        kinds = dict(self.env["collection.charge"]._fields["kind"]._description_selection(self.env))
        for notice in self:
            rows = notice.charge_details
            if not rows:
                notice.charges_table = False
                continue
            notice.charges_table = self.env["ir.qweb"]._render(
                "account_collections.collection_notice_charges",
                {
                    "rows": [notice._charge_texts(row, kinds) for row in rows],
                    "total": _say_amount(notice, notice.amount_charges),
                },
            )

    def _charge_texts(self, row, kinds):
        """One row of ``charge_details`` as it is read."""
        first, last = (date.fromisoformat(str(row[key])) for key in ("date_from", "date_to"))
        period = format_date(self.env, last)
        if row["kind"] == INTEREST:
            period = f"{format_date(self.env, first)} – {period}"
        return {
            "name": row["name"],
            "kind": kinds.get(row["kind"], ""),
            "period": period,
            "is_new": not row["charge_id"],
            "claimed": _say_amount(self, row["claimed"]),
            "amount": _say_amount(self, row["amount"]),
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_collection_charge_lateness(self):
        """Charge interest and compensation on these invoices now, with a preview."""
        return self.env["collection.charge.items"]._open(self.commercial_partner_id, self)


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_charge_count = fields.Integer(
        string="Charges", compute="_compute_collection_counts", groups=STAFF
    )

    @api.model
    def _collection_counters(self):
        charges = ("collection.charge", [("state", "!=", "reversed")], None)
        return super()._collection_counters() | {"collection_charge_count": charges}

    def action_collection_charge_lateness(self):
        """Charge interest and compensation on these customers' open items now."""
        return self.env["collection.charge.items"]._open(self.commercial_partner_id)

    def action_collection_allocate(self):
        """Set this customer's open payments and credits against what he owes."""
        self.ensure_one()
        return self.env["collection.allocate"]._open(self.commercial_partner_id)

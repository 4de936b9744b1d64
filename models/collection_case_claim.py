"""What is claimed: principal, interest to date, costs, less credits; per currency."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .collection_case import LIVE_STATES
from .collection_charge import CLAIMED_STATES, INTEREST


class CollectionCase(models.Model):
    _inherit = "collection.case"

    def _claim(self, date=None):
        """What the customer owes on the items of the case, with interest up to a day.

        Read from the books of today; nothing is written.

        :param date: last day of interest; default: the company's local day
        :return: list of dicts, one a currency: ``currency``, ``lines``, ``charges``
            (list of dicts: ``charge`` or empty, ``kind``, ``move_line_id``,
            ``date_from``, ``date_to``, ``segments``, ``rule``, ``amount`` without tax,
            ``tax``, ``claimed``), ``principal``, ``interest``, ``costs``, ``credits``,
            ``total``
        :raises UserError: when a rate is missing, naming series and date
        """
        self.ensure_one()
        case = self.sudo()
        day = date or case.company_id._collection_today()
        rows = case._booked_charges() + case._accrued_charges(day)
        credits = case._open_credits()
        claims = []
        for currency, lines in case.line_ids.grouped("currency_id").items():
            charges = [row for row in rows if row["currency"] == currency]
            interest = sum(row["claimed"] for row in charges if row["kind"] == INTEREST)
            costs = sum(row["claimed"] for row in charges if row["kind"] != INTEREST)
            amounts = {
                "principal": currency.round(sum(line._open_amount() for line in lines)),
                "interest": currency.round(interest),
                "costs": currency.round(costs),
                "credits": currency.round(credits.get(currency, 0.0)),
            }
            total = sum(amounts.values()) - 2 * amounts["credits"]
            claims.append(
                {
                    "currency": currency,
                    "lines": lines,
                    "charges": charges,
                    **amounts,
                    "total": max(currency.round(total), 0.0),
                }
            )
        return sorted(claims, key=lambda claim: (-len(claim["lines"]), claim["currency"].name))

    def _booked_charges(self):
        """Interest and costs claimed before, with what is still open of each.

        Those whose document is an item of the case are in the principal already.
        """
        items = self.line_ids.move_line_id
        charges = self._charges_of(items)
        # Nor those whose document was handed over by itself, in another case.
        elsewhere = self._live_lines(charges.charge_move_id.line_ids - items).move_line_id

        def claimed(charge):
            listed = charge.charge_move_id.line_ids & (items | elsewhere)
            return 0.0 if listed else charge.amount_open

        return [
            {
                "charge": charge,
                "kind": charge.kind,
                "move_line_id": charge.move_line_id.id,
                "currency": charge.currency_id,
                "date_from": charge.date_from,
                "date_to": charge.date_to,
                "segments": charge.segments or [],
                "rule": charge.fee_rule_id,
                "amount": charge.amount,
                "tax": charge.amount_tax,
                "claimed": claimed(charge),
                "is_item": bool(charge.charge_move_id.line_ids & items),
            }
            for charge in charges
        ]

    def _charges_of(self, items):
        return self.env["collection.charge"].search(
            [("move_line_id", "in", items.ids), ("state", "in", CLAIMED_STATES)],
            order="date_from, id",
        )

    def _accrued_charges(self, day):
        """What lateness adds up to a day and nobody has charged yet."""
        items = self.line_ids.move_line_id.filtered(lambda item: item.parent_state == "posted")
        by_item = self.env["collection.fee.rule"]._of_items(items)
        rows = []
        for rule in self.env["collection.fee.rule"].union(*by_item.values()):
            own = items.filtered(lambda item, rule=rule: by_item.get(item.id) == rule)
            for row in rule.compute_charges(own, day):
                rows.append(self._prepare_accrued(rule, row))
        return rows

    def _prepare_accrued(self, rule, row):
        proposal = self.env["collection.proposal"]
        tax = proposal._tax_on({**row, "fee_rule_id": rule.id})
        item = self.env["account.move.line"].browse(row["move_line_id"])
        return {
            **row,
            "charge": self.env["collection.charge"],
            "currency": item.currency_id,
            "rule": rule,
            "tax": tax,
            "claimed": row["amount"] + tax,
            "is_item": False,
        }

    def _open_credits(self):
        """``{currency: amount}`` of the customer's credits that nobody has set against
        anything; taken off once, in his first live case."""
        first = self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "in", LIVE_STATES),
            ],
            order="id",
            limit=1,
        )
        if first and first != self:
            return {}
        items = self.env["account.move.line"]
        credits = items.search(
            items._collection_open_domain(self.company_id, self.partner_id)
            & Domain("amount_residual_currency", "<", 0)
        )
        return {
            currency: -sum(lines.mapped("amount_residual_currency"))
            for currency, lines in credits.grouped("currency_id").items()
        }


class CollectionCaseLine(models.Model):
    """The same by item, for what is handed over as data."""

    _inherit = "collection.case.line"

    days_overdue = fields.Integer(string="Days Late", compute="_compute_days_overdue")
    amount_interest = fields.Monetary(
        string="Interest",
        compute="_compute_charges",
        compute_sudo=True,
        help="Booked and not paid, and what has been added since, up to today.",
    )
    amount_costs = fields.Monetary(
        string="Compensation and Fees", compute="_compute_charges", compute_sudo=True
    )
    amount_total = fields.Monetary(
        string="Total", compute="_compute_charges", compute_sudo=True
    )

    @api.depends("date_maturity")
    def _compute_days_overdue(self):
        for line in self:
            today = line.company_id._collection_today()
            due = line.date_maturity
            line.days_overdue = max((today - due).days, 0) if due else 0

    @api.depends("move_line_id", "amount_open")
    def _compute_charges(self):
        """A missing rate counts as nothing here; documents and exports refuse."""
        for case, lines in self.grouped("case_id").items():
            try:
                rows = [row for claim in case._claim() for row in claim["charges"]]
            except UserError:
                rows = []
            for line in lines:
                own = [row for row in rows if row["move_line_id"] == line.move_line_id.id]
                interest = sum(row["claimed"] for row in own if row["kind"] == INTEREST)
                costs = sum(row["claimed"] for row in own if row["kind"] != INTEREST)
                line.amount_interest = interest
                line.amount_costs = costs
                line.amount_total = line.amount_open + interest + costs

from collections import defaultdict

from odoo import api, models

from ..engine import compose, netting
from ..engine.days import iso
from .collection_assessment import Request

# What a row of `collection.notice.charge_details` needs to become a charge.
CHARGE_KEYS = (
    "kind",
    "date_from",
    "date_to",
    "segments",
    "fee_rule_id",
    "level_id",
    "occurrence",
    "is_notice_fee",
)


class CollectionProposal(models.AbstractModel):
    """What lateness adds to a notice: charges still open, and those it makes."""

    _inherit = "collection.proposal"

    @api.model
    def _compute(self, company, date, partners=None, moves=None, policies=None):
        drafts, omissions, books = super()._compute(company, date, partners, moves, policies)
        obstacles = self._add_charges(books, drafts)
        kept = []
        for draft, obstacle in zip(drafts, obstacles, strict=True):
            if obstacle:
                omissions += compose.omit(draft, *obstacle)
            else:
                kept.append(draft)
        return kept, omissions, books

    @api.model
    def _add_charges(self, books, drafts):
        """Set what each draft demands besides its items.

        :return: for each draft None, or ``(reason, detail)`` why its charges cannot
            be computed: it must not go out without them
        """
        obstacles = self._add_new_charges(books, drafts)
        self._add_open_charges(books, drafts)
        return obstacles

    @api.model
    def _add_new_charges(self, books, drafts):
        requests = self._requests(books, drafts)
        if not requests:
            return [None] * len(drafts)
        rows, problems = self.env["collection.assessment"].sudo()._assess(requests, books.date)
        notices = {request.item.id: request.notice for request in requests}
        obstacles = [None] * len(drafts)
        for item_id, problem in problems.items():
            # A consumer is reminded, and charged nothing by a rule for businesses.
            if problem[0] != "consumer_rule":
                obstacles[notices[item_id]] = problem
        for row in rows:
            draft = drafts[notices[row["move_line_id"]]]
            draft.charges.append(self._prepare_new_charge(books, row))
        return obstacles

    @api.model
    def _requests(self, books, drafts):
        """What to assess: the items of each draft whose level charges."""
        levels = {line.level.id for draft in drafts for line in draft.advancing}
        levels = self.env["collection.level"].sudo().browse(levels)
        # Most levels charge nothing.
        levels = {level.id: level for level in levels if level._may_charge()}
        if not levels:
            return []
        customers = self.env["res.partner"].sudo().with_company(books.company)
        customers = {
            customer.id: customer
            for customer in customers.browse([draft.customer for draft in drafts])
        }
        wanted = []
        for position, draft in enumerate(drafts):
            lines = [line for line in draft.advancing if line.level.id in levels]
            lines.sort(key=lambda line: (line.level.id != draft.level.id, line.item_id))
            for line in lines:
                level = levels[line.level.id]
                rule = level._charging_rule(customers[draft.customer])
                if rule:
                    wanted.append((line, rule, level, position))
        # Read together, whatever the number of notices.
        items = self.env["account.move.line"].sudo().browse([row[0].item_id for row in wanted])
        return [
            Request(item, rule, level, line.occurrence, position)
            for item, (line, rule, level, position) in zip(items, wanted, strict=True)
        ]

    @api.model
    def _prepare_new_charge(self, books, row):
        """A row of the notice for a charge it will make."""
        ledger = books.rows[row["move_line_id"]]
        tax = self._tax_on(row)
        total = netting.rounded(row["amount"] + tax, books.precisions[ledger["currency_id"]])
        return {
            **row,
            "charge_id": None,
            "line": row["move_line_id"],
            "move_id": ledger["move_id"],
            "name": ledger["move_name"] or "",
            "date_from": iso(row["date_from"]),
            "date_to": iso(row["date_to"]),
            "amount": total,
            "claimed": total,
            "net": row["amount"],
            "tax": tax,
        }

    @api.model
    def _tax_on(self, row):
        if self.env["collection.fee.rule"].sudo().browse(row["fee_rule_id"]).tax_handling == "none":
            return 0.0
        keys = ("move_line_id", "kind", "fee_rule_id", "amount")
        charge = self.env["collection.charge"].sudo().new({key: row[key] for key in keys})
        return charge._tax_on(row["amount"])

    @api.model
    def _demandable_charges(self, books, customers):
        """Open charges a notice may ask for: a document that climbs the ladder by itself is
        a line of its own, nothing is demanded on an invoice that is gone or before somebody
        has decided what becomes of it, and what is with a case is claimed there."""
        charges = self.env["collection.charge"].sudo()._search_open(books.company, list(customers))
        items = self.env["account.move.line"].union(*(charge._item() for charge in charges))
        handed_over = self.env["collection.case"]._live_lines(items).move_line_id
        return charges.filtered(
            lambda charge: charge.leftover != "to_decide"
            and (
                charge.leftover == "keep"
                or (
                    charge.move_id.state == "posted"
                    and charge.move_id.payment_state != "reversed"
                )
            )
            and not books.rows.keys() & set(charge.charge_move_id.line_ids.ids)
            and charge._item() not in handed_over
        )

    @api.model
    def _add_open_charges(self, books, drafts):
        """Charges made before and still open, on the items the draft shows; those on
        items paid meanwhile go on the customer's first draft."""
        charges = self._demandable_charges(books, {draft.customer for draft in drafts})
        if not charges:
            return
        homes = {}
        for draft in drafts:
            for line in draft.lines:
                if line.kind != compose.CREDIT:
                    homes.setdefault((line.item_id, draft.customer, draft.currency), draft)
        first, kept = {}, {}
        for draft in sorted(drafts, key=lambda draft: -draft.level.delay_days):
            kept.setdefault((draft.customer, draft.currency), draft)
            if books.rules[draft.policy].listed_items != "advancing":
                first.setdefault((draft.customer, draft.currency), draft)
        for charge in charges:
            item = charge._item()
            key = (charge.partner_id.id, charge.currency_id.id)
            draft = homes.get((item.id, *key))
            # Paid, or somebody else's since the charge was booked.
            row = books.rows.get(item.id)
            if draft is None and (row is None or row["partner_id"] != charge.partner_id.id):
                # What a person kept for the next notice is on it in any case.
                draft = (kept if charge.leftover == "keep" else first).get(key)
                if draft is not None and item:
                    self._list_settled(books, draft, item)
                    homes[item.id, *key] = draft
            if draft is not None:
                draft.charges.append(charge._prepare_notice_row(item))

    @api.model
    def _list_settled(self, books, draft, item):
        """A line for an item that is paid but for its charges."""
        books.rows.update(self.env["collection.candidate"]._read_rows(books.company, item.ids))
        draft.lines.append(
            compose.Line(
                compose.LISTED, item.id, 0.0, previous_level_id=item.collection_level_id.id or None
            )
        )

    @api.model
    def _prepare_totals(self, draft):
        totals = super()._prepare_totals(draft)
        if not draft.charges:
            return {
                **totals,
                "amount_charges": 0.0,
                "amount_total": totals["amount_due"],
                "charge_details": draft.charges,
            }
        precision = self.env["res.currency"].browse(draft.currency).rounding
        charges = netting.rounded(sum(row["amount"] for row in draft.charges), precision)
        return {
            **totals,
            "amount_charges": charges,
            "amount_total": netting.rounded(totals["amount_due"] + charges, precision),
            "charge_details": draft.charges,
        }

    @api.model
    def _prepare_lines(self, books, lines):
        columns = super()._prepare_lines(books, lines)
        charged = defaultdict(float)
        for draft in {id(draft): draft for _notice, draft, _line in lines}.values():
            for row in draft.charges:
                charged[id(draft), row["line"]] += row["amount"]
        if charged:
            columns["amount_charges"] = [
                netting.rounded(
                    charged.get((id(draft), line.item_id), 0.0), books.precisions[draft.currency]
                )
                if line.kind != compose.CREDIT
                else 0.0
                for _notice, draft, line in lines
            ]
        return columns


class CollectionIssue(models.AbstractModel):
    """Making the charges a notice demands, in the transaction that issues it."""

    _inherit = "collection.issue"

    @api.model
    def _make_charges(self, notices, date):
        """Write and book the charges of these notices, and say so on them."""
        new = [
            (notice, position, row)
            for notice in notices
            for position, row in enumerate(notice.charge_details or [])
            if not row["charge_id"]
        ]
        made = self.env["collection.charge"]._make(
            [
                {
                    "notice_id": notice.id,
                    "move_line_id": row["line"],
                    "amount": row["net"],
                    **{key: row[key] for key in CHARGE_KEYS},
                }
                for notice, _position, row in new
            ],
            date,
        )
        written = {}
        for (notice, position, row), charge in zip(new, made, strict=True):
            details = written.setdefault(notice, list(notice.charge_details))
            details[position] = {
                **row,
                "charge_id": charge.id,
                "amount": charge.amount_total,
                "claimed": charge.amount_total,
                "tax": charge.amount_tax,
            }
        for notice, details in written.items():
            notice._write_charges(details)

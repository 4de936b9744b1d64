"""The charges a notice demands, as letter and e-mail print them.

Amounts come from `charge_details`, words from `letter_details["charges"]`: both are
frozen when the notice is issued, and computed for a proposal from the books of today.
"""

from odoo import fields, models
from odoo.tools import formatLang

from ..engine import compose
from .collection_charge import COMPENSATION, FEE, INTEREST
from .pairs import joined


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _current_details(self):
        # Safe: exactly what goes to the customer, for whoever may read the notice.
        notice = self.sudo()._in_its_language()
        return {**super()._current_details(), "charges": notice._prepare_charge_texts()}

    # What is frozen

    def _prepare_charge_texts(self):
        """The words around the charges: ``rules`` (by id, as text), ``items`` (what
        was charged, in the order of the letter), ``notes`` (one per charge) and
        ``documents`` (which booked them, with the part demanded)."""
        rows = self.charge_details or []
        if not rows:
            return {}
        rules = self.env["collection.fee.rule"].browse(
            {row["fee_rule_id"] for row in rows if row["fee_rule_id"]}
        )
        return {
            "rules": {str(rule.id): rule._letter_texts() for rule in rules},
            "items": self._prepare_charged_items(rows),
            "notes": [self._prepare_charge_note(row) for row in rows],
            "documents": self._prepare_charge_documents(rows),
        }

    def _prepare_charged_items(self, rows):
        """``[[item id, how it is named]]``, in the order of the letter."""
        names = {row["line"]: row["name"] for row in rows}
        moves = {}
        for row in rows:
            moves.setdefault(row["move_id"], set()).add(row["line"])
        several = {line for lines in moves.values() if len(lines) > 1 for line in lines}
        items = []
        for line in self._listed_lines().filtered(lambda line: line.move_line_id.id in names):
            item_id = line.move_line_id.id
            label = names.pop(item_id)
            if item_id in several:
                due = self._say_date(line.date_maturity)
                label = self.env._("%(number)s, due %(date)s", number=label, date=due)
            if line._is_settled():
                label = self.env._("%(number)s (settled)", number=label)
            items.append([item_id, label])
        earlier = self.env._("Earlier invoice")
        return items + [[item_id, name or earlier] for item_id, name in names.items()]

    def _prepare_charge_note(self, row):
        """How a fixed amount in another currency was converted, or ""."""
        rule = self.env["collection.fee.rule"].browse(row["fee_rule_id"] or [])
        source, target = rule.currency_id, self.currency_id
        if row["kind"] == INTEREST or not rule or source == target:
            return ""
        day = fields.Date.to_date(row["date_from"])
        rate = source._get_conversion_rate(source, target, self.company_id, day)
        original = source.round(row["net"] / rate)
        if target.compare_amounts(target.round(original * rate), row["net"]):
            return ""
        return self.env._(
            "%(amount)s at 1 %(unit)s = %(rate)s %(currency)s",
            amount=rule._say(original),
            unit=source.name,
            rate=formatLang(self.env, rate, digits=4 if rate >= 0.1 else 6),
            currency=target.name,
        )

    def _prepare_charge_documents(self, rows):
        charges = self.env["collection.charge"].browse(
            [row["charge_id"] for row in rows if row["charge_id"]]
        )
        amounts = {}
        booked = {charge.id: charge.charge_move_id.name for charge in charges}
        for row in rows:
            name = booked.get(row["charge_id"])
            if name:
                amounts[name] = self.currency_id.round(amounts.get(name, 0.0) + row["amount"])
        return [[name, amount] for name, amount in sorted(amounts.items())]

    # Letter and e-mail

    def _frozen_charge_texts(self):
        return self._letter_details().get("charges") or {}

    def _letter_charge_totals(self):
        """The rows of the totals: ``[(label, amount)]``, of what is demanded only."""
        if not self.charge_details:
            return []
        notice = self._in_its_language()
        costs = [row["amount"] for row in self.charge_details if row["kind"] != INTEREST]
        costs = self.currency_id.round(sum(costs))
        interest = self.currency_id.round(self.amount_charges - costs)
        labels = (
            (notice.env._("Late interest"), interest),
            (notice.env._("Compensation and fees"), costs),
        )
        return [(label, amount) for label, amount in labels if amount]

    def _letter_charges(self):
        """The table of charges, one row an item; fees of a notice as a whole apart.

        :return: ``{"rows": [dict], "columns": set of names}``
        """
        notice = self._in_its_language()
        details = notice.charge_details or []
        own = [row for row in details if not row["is_notice_fee"]]
        rows = []
        for item_id, label in notice._frozen_charge_texts().get("items", ()):
            group = [row for row in own if row["line"] == item_id]
            if group:
                rows.append(notice._letter_charge_row(label, group))
        fees = [row for row in details if row["is_notice_fee"]]
        if fees:
            rows.append(notice._letter_charge_row(notice.env._("Reminder fee"), fees))
        columns = {row["kind"] for row in details}
        if len(columns) > 1:
            columns.add("total")
        return {"rows": rows, "columns": columns}

    def _letter_charge_row(self, label, group):
        interest = [row for row in group if row["kind"] == INTEREST]
        first = min((row["date_from"] for row in interest), default=None)
        last = max((row["date_to"] for row in interest), default=None)
        days = sum(part["days"] for row in interest for part in row["segments"])
        amounts = {kind: self._sum(group, kind) for kind in (INTEREST, COMPENSATION, FEE)}
        return {
            "label": label,
            "period": self._say_period(first, last),
            "days": str(days) if interest else "",
            **{kind: self._say_number(sum_) if sum_ else "" for kind, sum_ in amounts.items()},
            "total": self._say_number(self._sum(group)),
        }

    def _say_period(self, first, last):
        return f"{self._say_date(first)} – {self._say_date(last)}" if first else ""

    def _sum(self, rows, kind=None, key="amount"):
        return self.currency_id.round(
            sum(row[key] for row in rows if kind is None or row["kind"] == kind)
        )

    # The annex

    def _letter_annex(self):
        """How the charges were computed, by fee rule; None without charges.

        :return: ``{"title", "rules": [dict], "documents": text}``
        """
        notice = self._in_its_language()
        details = notice.charge_details or []
        if not details:
            return None
        texts = notice._frozen_charge_texts()
        labels = dict(texts["items"])
        rows = [
            {**row, "label": labels[row["line"]], "note": note}
            for row, note in zip(details, texts["notes"], strict=True)
        ]
        order = {item_id: position for position, item_id in enumerate(labels)}
        rows.sort(key=lambda row: (order.get(row["line"], len(order)), row["date_from"]))
        has_interest = any(row["kind"] == INTEREST for row in rows)
        title = notice.env._("Annex: calculation of interest")
        return {
            "title": title if has_interest else notice.env._("Annex: compensation and fees"),
            "rules": [
                notice._annex_rule(texts["rules"].get(str(rule_id), {}), group)
                for rule_id, group in _grouped_by_rule(rows)
            ],
            "documents": notice._annex_documents(texts["documents"]),
        }

    def _annex_documents(self, documents):
        """Which documents invoice the charges, with the part demanded of each."""
        return joined(
            self.env,
            [
                # No second colon: one stands before the list.
                f"{name} ({self._say_amount(amount)})"
                for name, amount in documents
            ],
        )

    def _annex_rule(self, texts, rows):
        """One fee rule: its basis, its interest, its fixed amounts."""
        interest = [row for row in rows if row["kind"] == INTEREST]
        fixed = [row for row in rows if row["kind"] != INTEREST]
        return {
            "basis": self._annex_basis(texts, rows),
            "interest": [line for row in interest for line in self._annex_interest(row)],
            "interest_total": self._say_number(self._sum(interest)),
            "fixed": [self._annex_fixed(row) for row in fixed],
            "fixed_total": self._say_number(self._sum(fixed)),
            "has_tax": any(row["tax"] for row in fixed),
            "has_settled": any(self._settled(row) for row in fixed),
        }

    def _annex_basis(self, texts, rows):
        """``[(label, text)]`` of what the charges at hand rest on."""
        kinds = {row["kind"] for row in rows}
        fees = {row["is_notice_fee"] for row in rows if row["kind"] == FEE}
        notice_fee = texts.get("notice_fee") if True in fees else ""
        level_fee = texts.get("fee") if FEE in kinds else ""
        basis = (
            (self.env._("Rate"), texts.get("rate") if INTEREST in kinds else ""),
            (self.env._("Interest"), texts.get("calculation") if INTEREST in kinds else ""),
            (
                self.env._("Compensation"),
                texts.get("compensation") if COMPENSATION in kinds else "",
            ),
            (self.env._("Fees"), joined(self.env, (level_fee, notice_fee))),
            (self.env._("Legal basis"), texts.get("legal_basis")),
        )
        return [(label, text) for label, text in basis if text]

    def _annex_interest(self, row):
        """The lines of one charge of interest: its segments, and what became of it."""
        lines = [
            {
                "label": row["label"],
                "from": self._say_date(fields.Date.to_date(part["date_from"])),
                "to": self._say_date(fields.Date.to_date(part["date_to"])),
                "days": str(part["days"]),
                "balance": self._say_number(part["balance"]),
                "rate": self._say_percent(part["rate"]),
                "amount": self._say_number(part["amount"]),
            }
            for part in row["segments"]
        ]
        notes = ((self.env._("Tax"), row["tax"]), (self._settled_label(row), -self._settled(row)))
        return lines + [
            {"label": row["label"], "note": note, "amount": self._say_number(amount)}
            for note, amount in notes
            if amount
        ]

    def _annex_fixed(self, row):
        names = {COMPENSATION: self.env._("Compensation"), FEE: self.env._("Reminder fee")}
        settled = self._settled(row)
        return {
            "label": "" if row["is_notice_fee"] else row["label"],
            "what": names[row["kind"]],
            "note": row["note"],
            "date": self._say_date(fields.Date.to_date(row["date_to"])),
            "net": self._say_number(row["net"]),
            "tax": self._say_number(row["tax"]) if row["tax"] else "",
            "settled": self._say_number(-settled) if settled else "",
            "amount": self._say_number(row["amount"]),
        }

    def _settled(self, row):
        """What was paid, credited or waived of a charge before this notice."""
        return self.currency_id.round(row["claimed"] - row["amount"])

    def _settled_label(self, row):
        return self.env._(
            "of %(claimed)s claimed before, settled since",
            claimed=self._say_number(row["claimed"]),
        )


class CollectionNoticeLine(models.Model):
    _inherit = "collection.notice.line"

    def _is_settled(self):
        """True for an item that is paid and stands here for its charges only."""
        self.ensure_one()
        return self.kind == compose.LISTED and self.currency_id.is_zero(self.amount_residual)


def _grouped_by_rule(rows):
    """``[(fee rule id, its rows)]``, in the order the rules first appear."""
    groups = {}
    for row in rows:
        groups.setdefault(row["fee_rule_id"], []).append(row)
    return groups.items()

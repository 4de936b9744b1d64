"""How interest was computed and when the customer was contacted, as the dossier prints it."""

from odoo import models
from odoo.tools import format_datetime

from .collection_charge import COMPENSATION, FEE, INTEREST


class CollectionCase(models.Model):
    _inherit = "collection.case"

    # Interest and costs

    def _charge_groups(self, claim):
        """The calculation, by fee rule: its basis, its interest, its fixed amounts."""
        names = self._item_names(claim)
        groups = {}
        for row in claim["charges"]:
            groups.setdefault(row["rule"], []).append(row)
        return [
            self._prepare_charge_group(rule, rows, claim["currency"], names)
            for rule, rows in groups.items()
        ]

    def _item_names(self, claim):
        """Invoices by number; those with several instalments by due date too."""
        moves = [line.move_id for line in claim["lines"]]
        names = {}
        for line in claim["lines"]:
            name = line.move_name or ""
            if moves.count(line.move_id) > 1:
                name = self.env._(
                    "%(number)s, due %(date)s",
                    number=name,
                    date=self._say_date(line.date_maturity),
                )
            names[line.move_line_id.id] = name
        return names

    def _prepare_charge_group(self, rule, rows, currency, names):
        interest = [row for row in rows if row["kind"] == INTEREST]
        fixed = [row for row in rows if row["kind"] != INTEREST]
        texts = rule._letter_texts() if rule else {}
        basis = (
            (self.env._("Rate"), texts.get("rate") if interest else ""),
            (self.env._("Interest"), texts.get("calculation") if interest else ""),
            (self.env._("Legal basis"), texts.get("legal_basis")),
        )
        kinds = {COMPENSATION: self.env._("Compensation"), FEE: self.env._("Reminder fee")}
        return {
            "basis": [(label, text) for label, text in basis if text],
            "interest": [
                line for row in interest for line in self._interest_lines(row, currency, names)
            ],
            "documents": ", ".join(
                sorted({row["charge"].charge_move_id.name for row in interest} - {False})
            ),
            "interest_total": self._say_number(
                currency.round(sum(row["claimed"] for row in interest)), currency
            ),
            "fixed": [
                {
                    "label": names.get(row["move_line_id"], ""),
                    "what": kinds[row["kind"]],
                    "date": self._say_date(row["date_to"]),
                    "amount": self._say_number(row["amount"] + row["tax"], currency),
                    "note": self._charge_note(row, currency),
                    "claimed": self._say_number(row["claimed"], currency),
                }
                for row in fixed
            ],
            "fixed_total": self._say_number(
                currency.round(sum(row["claimed"] for row in fixed)), currency
            ),
        }

    def _interest_lines(self, row, currency, names):
        """The segments of one charge, then what is not claimed of it any more."""
        label = names.get(row["move_line_id"], "")
        lines = [
            {
                "label": label,
                "from": self._say_date(part["date_from"]),
                "to": self._say_date(part["date_to"]),
                "days": str(part["days"]),
                "balance": self._say_number(part["balance"], currency),
                "rate": self._say_percent(part["rate"]),
                "amount": self._say_number(part["amount"], currency),
            }
            for part in row["segments"]
        ]
        rest = currency.round(row["claimed"] - sum(part["amount"] for part in row["segments"]))
        if rest:
            note = self._charge_note(row, currency) or self.env._("Tax")
            lines.append(
                {"label": label, "note": note, "amount": self._say_number(rest, currency)}
            )
        return lines

    def _charge_note(self, row, currency):
        """Which document booked it, and what was paid or waived of it."""
        charge = row["charge"]
        if not charge:
            return ""
        notes = [charge.charge_move_id.name or ""]
        if row["is_item"]:
            notes.append(self.env._("listed with the invoices"))
        elif currency.compare_amounts(row["claimed"], row["amount"] + row["tax"]) < 0:
            notes.append(self.env._("paid or waived in part"))
        return ", ".join(filter(None, notes))

    # The contacts

    def _contact_rows(self):
        """Every contact with the customer about these items, oldest first."""
        log = self.env["collection.communication"]
        labels = {
            name: dict(log._fields[name]._description_selection(self.env))
            for name in ("channel", "direction", "state")
        }
        zone = str(self.company_id._collection_zone())
        return [
            {
                "date": format_datetime(
                    self.env, row.date, tz=zone, dt_format="short", lang_code=self.env.lang
                ),
                "channel": labels["channel"][row.channel],
                "direction": labels["direction"][row.direction],
                "who": row.address or row.recipient_id.name or "",
                "what": " – ".join(self._say_contact(row)),
                "state": labels["state"][row.state],
            }
            for row in self._contacts()
        ]

    def _say_contact(self, row):
        """What it was about and what came of it: labels in the language of the dossier,
        whoever noted them; what a person typed or the customer read stays as it is."""
        summary, outcome = row.summary, row.outcome
        if row.notice_id and row.channel not in ("email", "sms"):
            summary = self.env["collection.delivery"]._summary(
                row.notice_id.with_env(self.env), row.channel
            )
        if row.outcome_code:
            field = row._fields["outcome_code"]
            typed = {
                dict(field._description_selection(self.with_context(lang=lang).env))[
                    row.outcome_code
                ]
                for lang, _name in self.env["res.lang"].get_installed()
            }
            label = dict(field._description_selection(self.env))[row.outcome_code]
            summary, outcome = (label if text in typed else text for text in (summary, outcome))
        return list(dict.fromkeys(filter(None, (summary, outcome))))

    def _contacts(self):
        """The contacts since the first of the invoices; what never left is left out."""
        dates = [
            line.move_id.invoice_date or line.move_line_id.date
            for line in self.line_ids
            if line.move_line_id
        ]
        domain = [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("failure_kind", "!=", "cancelled"),
        ]
        if dates:
            domain.append(("date", ">=", min(dates)))
        return self.env["collection.communication"].search(domain, order="date, id")

"""What mandate letter and dossier say, ready to be printed in the language of the
context."""

from odoo import models

from .pairs import pair


class CollectionCase(models.Model):
    _name = "collection.case"
    _inherit = ["collection.case", "collection.letter"]

    # Languages

    def _installed(self, *candidates):
        """The first of these languages that can be written here."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        company = self.company_id.partner_id.lang
        wanted = (*candidates, company, self.env.lang, "en_US")
        return next((lang for lang in wanted if lang in installed), "en_US")

    def _dossier_lang(self):
        """The language of the court or agency, as chosen on the case."""
        return self._installed(self.lang)

    def _in_dossier_lang(self):
        self.ensure_one()
        # Safe: what is printed of the case, for whoever may read it.
        return self.sudo().with_context(lang=self._dossier_lang())

    def _mandate_lang(self):
        """The language the one who is mandated reads."""
        return self._installed(self._mandatary().lang, self.lang)

    def _mandatary(self):
        """Who works the case for the company: the agency, else the lawyer."""
        self.ensure_one()
        return self.agency_id if self.kind == "agency" else self.lawyer_id

    def _letter_font(self):
        """Names of parties and towns are printed all over, in their own letters."""
        company = self.company_id
        names = f"{self.partner_id.name}{self.partner_id.city}{company.sudo().name}"
        return company._collection_font(self._letter_lang(), names)

    def _say_today(self):
        return self._say_date(self.company_id._collection_today(), long=True)

    def _say_computed(self):
        return self.env._("Computed up to and including %(date)s.", date=self._say_today())

    def _say_claimed(self):
        return self.env._("The creditor claims, as of %(date)s:", date=self._say_today())

    def _say_pair(self, label, value):
        return pair(self.env, label, value)

    # Parties

    def _prepare_party(self, partner):
        """Name, address and numbers of one of the parties, as lines of text."""
        address = [line.strip() for line in partner._display_address().split("\n")]
        vat_label = partner.country_id.vat_label or self.env._("Tax ID")
        numbers = (
            (vat_label, partner.vat),
            (self.env._("Company number"), partner.company_registry),
            (self.env._("Phone"), partner.phone),
            (self.env._("E-mail"), partner.email),
        )
        name = partner.name or ""
        lines = [line for line in address if line and line != name]
        return {
            "name": name,
            "address": lines,
            "numbers": [self._say_pair(label, value) for label, value in numbers if value],
        }

    def _prepare_bank(self, currency):
        """The account to pay to, of the ultimatum or the company's first."""
        bank = self.notice_id.partner_bank_id or self.company_id._collection_bank(currency)
        words = bank._collection_words()
        return " · ".join(filter(None, (words.get(key) for key in ("holder", "account", "bic"))))

    # The claim

    def _claim_totals(self, claim):
        """The rows of the totals: ``[(label, amount)]``, the sum apart."""
        say = claim["currency"]
        rows = (
            (self.env._("Principal"), claim["principal"]),
            (self.env._("Late interest to date"), claim["interest"]),
            (self.env._("Compensation and fees"), claim["costs"]),
            (self.env._("Less credits not yet allocated"), -claim["credits"]),
        )
        return [(label, self._say_amount(amount, say)) for label, amount in rows if amount]

    def _facts(self):
        """What happened, in whole sentences."""
        lines, notices = self.line_ids, self._notices()
        facts = [
            self.env._("The debtor owes the invoices listed in this dossier."),
            self._say_due(lines.mapped("date_maturity")),
        ]
        if notices:
            facts.append(
                self.env._(
                    "The debtor was reminded of them on: %(dates)s.",
                    dates=", ".join(dict.fromkeys(self._say_date(n.date) for n in notices)),
                )
            )
        firm = notices.filtered("deadline_date")[-1:]
        if firm:
            facts.append(
                self.env._(
                    "The last notice, %(number)s, asked for payment by %(date)s.",
                    number=firm.name,
                    date=self._say_date(firm.deadline_date, long=True),
                )
            )
        return [*filter(None, facts), *self._objections()]

    def _say_due(self, dates):
        """Since when the items are due; nothing where a date is missing."""
        if not dates or not all(dates):
            return ""
        first, last = (self._say_date(day, long=True) for day in (min(dates), max(dates)))
        if first == last:
            return self.env._("The due date is %(date)s.", date=first)
        return self.env._(
            "Their due dates run from %(first)s to %(last)s.", first=first, last=last
        )

    def _objections(self):
        """What the debtor contests, and what became of it."""
        disputes = self.env["collection.dispute"].search(
            [
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        items = self.line_ids.move_line_id
        disputes = disputes.filtered(
            lambda dispute: not dispute.move_line_ids or dispute.move_line_ids & items
        )
        labels = dict(disputes._fields["state"]._description_selection(self.env))
        return [
            self.env._(
                "On %(date)s the debtor objected: %(reason)s (%(state)s).",
                date=self._say_date(dispute.date_from),
                reason=dispute.reason,
                state=labels[dispute.state].lower(),
            )
            for dispute in disputes.sorted("date_from")
        ]

    # The items

    def _item_rows(self, claim):
        """The invoices of one currency, with what proves order and delivery."""
        currency = claim["currency"]
        return [
            {
                "number": line.move_name or "",
                "date": self._say_date(line.move_id.invoice_date or line.move_line_id.date),
                "due": self._say_date(line.date_maturity),
                "late": str(line.days_overdue),
                "original": self._say_number(line.amount_original, currency),
                "paid": self._say_number(
                    currency.round(line.amount_original - line._open_amount()), currency
                ),
                "open": self._say_number(line._open_amount(), currency),
                "references": "; ".join(self._references(line.move_id)),
            }
            for line in claim["lines"]
        ]

    def _references(self, move):
        """Order and delivery, where the installed applications know them."""
        # The origin of our own charges is the invoice that was late.
        origin = not move.collection_is_charge and move.invoice_origin
        pairs = [
            (self.env._("Your reference"), move.ref),
            (self.env._("Sales order"), ", ".join(self._order_names(move)) or origin),
            (self.env._("Delivery"), ", ".join(self._delivery_names(move))),
        ]
        if "delivery_date" in move._fields:
            pairs.append((self.env._("Delivered on"), self._say_date(move.delivery_date)))
        return [self._say_pair(label, value) for label, value in pairs if value]

    def _sold_lines(self, move):
        lines = move.invoice_line_ids
        return lines.sale_line_ids if "sale_line_ids" in lines._fields else None

    def _order_names(self, move):
        """Orders by number, with what the customer called them."""
        sold = self._sold_lines(move)
        if sold is None:
            return []
        return [
            f"{order.name} ({order.client_order_ref})" if order.client_order_ref else order.name
            for order in sold.order_id
        ]

    def _delivery_names(self, move):
        sold = self._sold_lines(move)
        if sold is None or "move_ids" not in sold._fields:
            return []
        return sold.move_ids.picking_id.filtered(lambda one: one.state == "done").mapped("name")

from datetime import timedelta

from odoo import Command, api, models

from . import story

LANGUAGES = ["fr_FR", "ro_RO"]
VAT = {"fr": ("TVA 20 %", 20), "ro": ("TVA 21%", 21)}


class CollectionDemo(models.AbstractModel):
    """Two companies whose past really took place: every day of it, the invoices,
    payments and events of ``story`` are booked and the daily run is made."""

    _name = "collection.demo"
    _description = "Demonstration of Collections"

    @api.model
    def _activate_languages(self):
        for code in LANGUAGES:
            self.env["res.lang"]._activate_lang(code)
        modules = self.env["ir.module.module"].search(
            [("state", "in", ("installed", "to install", "to upgrade"))]
        )
        modules._update_translations(LANGUAGES)

    @api.model
    def _load(self):
        """Live through the past months, up to yesterday."""
        if self.env["collection.run"].search_count(
            [("company_id", "=", self._company("fr").id)], limit=1
        ):
            return
        self = self.with_context(
            tracking_disable=True,
            mail_create_nosubscribe=True,
            # Nobody gets a mail about the tasks of the past.
            mail_activity_quick_update=True,
        )
        for code in VAT:
            self._load_chart(code)
        self._assign_people()
        self._charge_lateness()
        moves = self._create_invoices()
        self._share_out()
        self._create_pauses(moves)
        self._agree(moves)
        self._live_through(moves)
        self._today()

    # Companies

    def _ref(self, name):
        return self.env.ref(f"account_collections.{name}")

    def _company(self, code):
        return self._ref(f"company_{code}")

    def _partner(self, name):
        return self._ref(f"partner_{name}")

    def _day(self, ago):
        """A day of the story: the later one while the two countries are not in the same."""
        today = max(self._company(code)._collection_today() for code in VAT)
        return today - timedelta(days=ago)

    def _load_chart(self, code):
        """The country's own chart of accounts where it is installed."""
        company = self._company(code)
        templates = self.env["account.chart.template"]
        chart = templates._guess_chart_template(company.country_id)
        if not templates._get_chart_template_mapping()[chart]["installed"]:
            chart = "generic_coa"
        currency = company.currency_id
        templates._load(chart, company, install_demo=False)
        if chart == "generic_coa":
            self._make_local(company, currency, *VAT[code])
        journal = self._journal(code, "bank")
        journal.bank_account_id = self._ref(f"bank_account_{code}")

    def _make_local(self, company, currency, name, amount):
        """The generic chart is an American one."""
        country = company.country_id
        company.write({"currency_id": currency.id, "account_fiscal_country_id": country.id})
        taxes = company.account_sale_tax_id | company.account_purchase_tax_id
        taxes.tax_group_id.write({"country_id": country.id, "name": name})
        taxes.write({"country_id": country.id, "name": name, "amount": amount})

    def _journal(self, code, kind):
        return self.env["account.journal"].search(
            [("company_id", "=", self._company(code).id), ("type", "=", kind)], limit=1
        )

    def _assign_people(self):
        for code in VAT:
            scoped = self.with_company(self._company(code))
            for name in story.COLLECTORS:
                scoped._partner(name).collector_id = self._ref("user_collector")
            for name, contact in story.CONTACTS.items():
                scoped._partner(name).collection_contact_id = scoped._partner(contact)
        scoped = self.with_company(self._company("fr"))
        scoped._partner("solaris").collection_policy_id = self._ref("policy_key_accounts")

    # Books

    def _create_invoices(self):
        """:return: ``{(company, customer, days late): posted invoice}``"""
        moves = {}
        for code in VAT:
            rows = [row for row in story.INVOICES if row[0] == code]
            scoped = self.with_company(self._company(code)).env["account.move"]
            created = scoped.create([self._prepare_invoice(*row) for row in rows])
            created.action_post()
            moves.update({row[:3]: move for row, move in zip(rows, created, strict=True)})
        for key, ago in story.SENT.items():
            moves[key].collection_sent_date = self._day(ago)
        for key in story.NO_FOLLOWUP:
            moves[key].no_followup = True
        return moves

    def _prepare_line(self, code, customer, text, amount):
        company = self._company(code)
        domestic = self._partner(customer).country_id == company.country_id
        taxes = company.account_sale_tax_id.ids if domestic else []
        return Command.create(
            {"name": text, "price_unit": amount, "tax_ids": [Command.set(taxes)]}
        )

    def _prepare_invoice(self, code, customer, late, amount, currency, text):
        vals = {
            "move_type": "out_invoice",
            "partner_id": self._partner(customer).id,
            "currency_id": self.env.ref(f"base.{currency}").id,
            "invoice_line_ids": [self._prepare_line(code, customer, text, amount)],
        }
        if (code, customer) in story.INSTALMENTS:
            terms = self._ref("payment_term_instalments")
            return {
                **vals,
                "invoice_date": self._day(late),
                "invoice_payment_term_id": terms.id,
            }
        if (code, customer, late) in story.DISCOUNTED:
            terms = self._ref("payment_term_tiers")
            return {
                **vals,
                "invoice_date": self._day(late + 30),
                "invoice_payment_term_id": terms.id,
            }
        return {
            **vals,
            "invoice_date": self._day(late + 30),
            "invoice_date_due": self._day(late),
            "invoice_payment_term_id": False,
        }

    def _receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _pay(self, ago, moves, code, customer, late, amount):
        """Money comes in, for an invoice or nobody knows for what."""
        payment = (
            self.with_company(self._company(code))
            .env["account.payment"]
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self._partner(customer).id,
                    "amount": amount,
                    "date": self._day(ago),
                    "journal_id": self._journal(code, "bank").id,
                }
            )
        )
        payment.action_post()
        if late is not None:
            item = self._receivable(moves[code, customer, late]).sorted("date_maturity")[:1]
            (item | self._receivable(payment.move_id)).reconcile()

    def _credit(self, ago, code, customer, amount, text):
        self.with_company(self._company(code)).env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self._partner(customer).id,
                "invoice_date": self._day(ago),
                "invoice_line_ids": [self._prepare_line(code, customer, text, amount)],
            }
        ).action_post()

    def _create_pauses(self, moves):
        """Holds, promises and disputes; each counts from its own first day."""

        def create(model, code, customer, late, begun, **values):
            items = self._receivable(moves[code, customer, late]).ids if late else []
            self.env[model].create(
                {
                    "company_id": self._company(code).id,
                    "partner_id": self._partner(customer).id,
                    "move_line_ids": [Command.set(items)],
                    "date_from": self._day(begun),
                    "user_id": self._ref("user_collector").id,
                    **values,
                }
            )

        for *key, begun, until, reason in story.HOLDS:
            create("collection.hold", *key, begun, date_until=self._day(-until), reason=reason)
        for *key, begun, until, amount, reason in story.PROMISES:
            create(
                "collection.promise",
                *key,
                begun,
                date_promised=self._day(-until),
                amount=amount,
                currency_id=self._company(key[0]).currency_id.id,
                reason=reason,
            )
        for *key, begun, amount, reason in story.DISPUTES:
            create("collection.dispute", *key, begun, amount_disputed=amount, reason=reason)

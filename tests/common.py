"""Shared set-up: a company with policies, customers and real invoices."""

from datetime import timedelta

from odoo import Command, fields

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

TODAY = fields.Date.to_date("2026-03-31")


def later(days):
    return TODAY + timedelta(days=days)


class CollectionsCommon(AccountTestInvoicingCommon):
    """Real accounting entries, a three-level policy, helpers that read like a story."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("account_collections.group_collections_manager")
        cls.company = cls.env.company
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Reminder",
                "model_id": cls.env["ir.model"]._get_id("collection.notice"),
                "subject": "Reminder {{ object.name }}",
                "body_html": "<p>Dear <t t-out='object.recipient_id.name'/>, please pay "
                "<t t-out='object.amount_due'/>.</p>",
                "lang": "{{ object.lang }}",
            }
        )
        cls.policy = cls._create_policy("Standard")
        cls.level_1, cls.level_2, cls.level_3 = cls.policy.level_ids.sorted("sequence")
        cls.customer = cls._create_customer("Customer")

    @classmethod
    def _create_policy(cls, name, delays=(3, 15, 30), **values):
        levels = [
            Command.create(
                {
                    "name": f"Level {number}",
                    "sequence": number * 10,
                    "delay_days": delay,
                    "send_email": True,
                    "mail_template_id": cls.template.id,
                }
            )
            for number, delay in enumerate(delays, start=1)
        ]
        return cls.env["collection.policy"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "is_default": True,
                "level_ids": levels,
                **values,
            }
        )

    @classmethod
    def _replace_policy(cls, name, delays=(3, 15, 30), **values):
        """A new default policy in the place of the standard one."""
        cls.policy.is_default = False
        cls.env.flush_all()
        return cls._create_policy(name, delays, **values)

    @classmethod
    def _create_customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "street": "1 Main Street",
                "city": "Lyon",
                "phone": "+33 1 23 45 67 89",
                "property_payment_term_id": False,
                **values,
            }
        )

    @classmethod
    def _invoice(cls, days_late, amount=100.0, partner=None, on=TODAY, post=True, **values):
        """A posted invoice that is ``days_late`` on day ``on``."""
        due = on - timedelta(days=days_late)
        return cls._create_invoice_one_line(
            name="Service",
            price_unit=amount,
            tax_ids=[],
            partner_id=(partner or cls.customer).id,
            invoice_date=values.pop("invoice_date", min(due, on) - timedelta(days=30)),
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=post,
            **values,
        )

    @classmethod
    def _run(cls, on=TODAY, issue=True, company=None, **values):
        """Propose (and issue) as a person would, for one day."""
        run = cls.env["collection.run"].create(
            {"company_id": (company or cls.company).id, "date": on, **values}
        )
        run.action_propose()
        if issue:
            # People do not issue what lies in the future; these tests let the days pass so.
            ahead = fields.Date.to_date(on) > run.company_id._collection_today()
            (run.sudo() if ahead else run).action_issue()
        return run

    @classmethod
    def _item(cls, invoice):
        return invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    @classmethod
    def _pay(cls, invoice, amount=None, on=TODAY):
        values = {"payment_date": on}
        if amount is not None:
            values["amount"] = amount
        return cls._register_payment(invoice, **values)

    @classmethod
    def _credit_note(cls, amount, partner=None, on=TODAY, post=True, **values):
        """A credit note that nobody has set against an invoice yet."""
        return cls._create_invoice_one_line(
            move_type="out_refund",
            name="Returned goods",
            price_unit=amount,
            tax_ids=[],
            partner_id=(partner or cls.customer).id,
            invoice_date=on,
            invoice_date_due=on,
            invoice_payment_term_id=False,
            post=post,
            **values,
        )

    @classmethod
    def _unallocated_payment(cls, amount, partner=None, on=TODAY, currency=None, post=True):
        """Money that came in and was set against nothing."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or cls.customer).id,
                "amount": amount,
                "currency_id": (currency or cls.company.currency_id).id,
                "date": on,
                "journal_id": cls.company_data["default_journal_bank"].id,
            }
        )
        if post:
            payment.action_post()
        return payment

    @classmethod
    def _pause(cls, kind, invoices=None, partner=None, **values):
        """A hold, dispute or promise from long ago, on invoices or a whole customer."""
        partner = partner or (invoices.partner_id if invoices else cls.customer)
        return cls.env[f"collection.{kind}"].create(
            {
                "company_id": cls.company.id,
                "partner_id": partner.id,
                "move_line_ids": cls._item(invoices).ids if invoices else [],
                "reason": kind.capitalize(),
                "date_from": TODAY - timedelta(days=365),
                **values,
            }
        )

    @classmethod
    def _opening_balance(cls, debts, days_late=5, post=True):
        """An entry by which customers owe something, as books are taken over: ``debts`` is
        ``{customer: amount}``."""
        due = TODAY - timedelta(days=days_late)
        receivable = cls.company_data["default_account_receivable"]
        items = [
            {
                "account_id": receivable.id,
                "partner_id": customer.id,
                "debit": amount,
                "date_maturity": due,
            }
            for customer, amount in debts.items()
        ]
        revenue = cls.company_data["default_account_revenue"]
        items.append({"account_id": revenue.id, "credit": sum(debts.values())})
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": TODAY - timedelta(days=60),
                "line_ids": [Command.create(values) for values in items],
            }
        )
        if post:
            move.action_post()
        return move

    def _reached(self, invoice):
        """``[(days late when reached, level name)]`` of an invoice's issued levels."""
        lines = self._item(invoice).collection_notice_line_ids.filtered(
            lambda line: line.stage == "issued" and line.kind == "item"
        )
        return [(line.days_overdue, line.level_id.name) for line in lines.sorted("id")]

    def _run_days(self, days, **values):
        """A run on each of these days after TODAY."""
        for day in days:
            self._run(on=later(day), **values)

    @classmethod
    def _reasons(cls, run):
        """``{(invoice name, reason)}`` of everything a run left out."""
        return {(skip.move_id.name, skip.reason) for skip in run.skip_ids}

    def assertSkipped(self, run, invoice, reason):
        skips = run.skip_ids.filtered(lambda skip: skip.move_id == invoice)
        self.assertEqual(skips.mapped("reason"), [reason])

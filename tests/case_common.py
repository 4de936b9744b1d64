"""Cases: a debt that got its ultimatum, and people who may hand it over."""

from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user

from .common import TODAY, CollectionsCommon


class CaseCommon(CollectionsCommon):
    """The third level of the policy is an ultimatum that opens a case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level_3.write({"opens_case": True, "deadline_days": 8})
        cls.agency = cls.env["res.partner"].create(
            {"name": "Inkasso & Söhne", "email": "desk@agency.example", "is_company": True}
        )
        cls.company.collection_agency_id = cls.agency
        cls.invoice = cls._ultimatum_due(250.0)
        cls.collector = cls._user("collector")
        cls.manager = cls._user("manager")

    @classmethod
    def _user(cls, role):
        return new_test_user(
            cls.env(su=True),
            login=f"case_{role}",
            groups=f"account_collections.group_collections_{role}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email=f"{role}@example.com",
        )

    @classmethod
    def _ultimatum_due(cls, amount=100.0, **values):
        """An invoice whose next level is the ultimatum."""
        invoice = cls._invoice(31, amount, **values)
        items = cls._item(invoice).sudo()
        items.collection_level_id = cls.level_2
        items.collection_manual_date = TODAY - timedelta(days=20)
        return invoice

    @classmethod
    def _case(cls, *invoices, **values):
        """A case opened by hand."""
        invoices = cls.env["account.move"].union(*invoices) or cls.invoice
        return cls.env["collection.case"].create(
            {
                "company_id": cls.company.id,
                "partner_id": invoices.partner_id.id,
                "move_line_ids": cls._item(invoices).ids,
                **values,
            }
        )

    def _hand_over(self, case, user=None, **values):
        """Through the dialog, as a manager does."""
        action = case.with_user(user or self.manager).action_hand_over()
        wizard = self.env["collection.case.hand.over"].with_user(user or self.manager)
        wizard = wizard.browse(action["res_id"])
        wizard.write(values)
        return wizard.action_confirm()

    def _end(self, case, state, reason="Insolvent"):
        action = {"withdrawn": "action_withdraw", "closed": "action_close"}[state]
        action = getattr(case.with_user(self.manager), action)()
        wizard = self.env["collection.case.end"].with_user(self.manager).browse(action["res_id"])
        wizard.reason = reason
        return wizard.action_confirm()

    def _follow_up(self, day=TODAY):
        self.env["collection.hold"]._cron_follow_up(day)

    def _tasks(self, case):
        return case.activity_ids.sorted("id")

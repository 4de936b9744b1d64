from odoo import Command
from odoo.tests import new_test_user

from .common import CollectionsCommon

GROUPS = {
    "auditor": "account_collections.group_collections_auditor",
    "collector": "account_collections.group_collections_collector",
    "manager": "account_collections.group_collections_manager",
    "invoicer": "account.group_account_invoice,base.group_partner_manager",
    "salesperson": "base.group_user,base.group_partner_manager",
    "portal": "base.group_portal",
}


class AccessCommon(CollectionsCommon):
    """One user a role; the third level needs a manager's word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level_3.requires_approval = True
        cls.level_2.write({"make_call": True, "send_letter": True})
        cls.users = {
            role: new_test_user(
                cls.env(su=True),
                login=f"collections_{role}",
                groups=groups,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
                email=f"{role}@example.com",
            )
            for role, groups in GROUPS.items()
        }
        # What a salesperson of a sales application reads, without that application.
        sales = cls.env["res.groups"].sudo().create({"name": "Like a salesperson"})
        cls.users["salesperson"].sudo().group_ids += sales
        cls.env["ir.model.access"].sudo().create(
            [
                {
                    "name": f"{model}.salesperson",
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "group_id": sales.id,
                    "perm_read": True,
                }
                for model in ("account.move", "account.move.line", "account.account")
            ]
        )

    @classmethod
    def _as(cls, role, record):
        return record.with_user(cls.users[role])

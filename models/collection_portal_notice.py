import secrets

from odoo import fields, models


class CollectionNotice(models.Model):
    """The link by which the customer answers a notice without logging in."""

    _inherit = "collection.notice"

    # Not `access_token`: that name would open core's public chatter of the notice too.
    portal_token = fields.Char(copy=False, readonly=True, groups="base.group_system")

    def _frozen_values(self):
        # Safe: the system freezes what it sends.
        token = self.sudo().portal_token or secrets.token_urlsafe(24)
        return {**super()._frozen_values(), "portal_token": token}

    def _get_portal_url(self):
        """The customer's page of this notice: to pay, to promise, to contest.

        It opens once the notice is issued. Whoever has the link sees this notice's items.
        """
        self.ensure_one()
        notice = self.sudo()
        if not notice.portal_token:
            notice.portal_token = secrets.token_urlsafe(24)
        return (
            f"{self.get_base_url()}/my/collections/notice/{self.id}"
            f"?access_token={notice.portal_token}"
        )

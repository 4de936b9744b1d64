"""A customer's visit, click by click."""

from odoo.tests import tagged

from .portal_collections_common import PortalCommon
from .tours_common import PatientTours


@tagged("post_install", "-at_install")
class TestPortalCollectionsTour(PatientTours, PortalCommon):
    def test_visit(self):
        promised = self._late_today(amount=100.0)
        contested = self._late_today(amount=250.0)
        self._late_today(amount=77.0, partner=self.other)
        user = self.users[self.customer]
        self.start_tour("/my", "portal_collections_tour", login=user.login)
        self.assertEqual(self._promises().move_line_ids, self._item(promised))
        dispute = self._disputes()
        self.assertEqual(dispute.move_line_ids, self._item(contested))
        self.assertEqual(dispute.amount_disputed, 50.0)
        self.assertEqual(dispute.message_ids.attachment_ids.mapped("name"), ["order.pdf"])
        self.assertEqual(self.customer.collection_contact_id.name, "Ana Pop")

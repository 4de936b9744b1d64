from unittest.mock import patch

from odoo.fields import Command
from odoo.orm.fields import Field
from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestItemUndescribed(CollectionsCommon):
    """Core asks for the description of no field when it writes an item, and gets none."""

    def _described(self, function):
        """The names of the item's fields that are described meanwhile."""
        described = []
        original = Field.get_description

        def get_description(field, env, attributes=None):
            if field.model_name == "account.move.line":
                described.append(field.name)
            return original(field, env, attributes=attributes)

        # Nothing in memory, as when a person presses the button: core then writes.
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Field, "get_description", get_description):
            function()
            self.env.flush_all()
        return described

    def test_posting_and_paying_describe_no_item(self):
        invoice = self._invoice(5, post=False).with_context(tracking_disable=False)
        self.assertEqual(self._described(invoice.action_post), [])
        self.assertEqual(invoice.state, "posted")
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids, tracking_disable=False
        )
        described = self._described(lambda: register.create({})._create_payments())
        self.assertFalse([name for name in described if name.startswith("collection_")])
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))

    def test_an_empty_list_still_means_all_to_others(self):
        items = self.env["account.move.line"]
        self.assertEqual(items.fields_get([]).keys(), items.fields_get().keys())
        self.assertEqual(list(items.fields_get(["balance"])), ["balance"])

    def test_what_core_tracks_is_still_tracked(self):
        invoice = self._invoice(5).with_context(tracking_disable=False)
        invoice.button_draft()
        self.env.flush_all()
        before = invoice.message_ids
        line = invoice.invoice_line_ids
        invoice.write({"invoice_line_ids": [Command.update(line.id, {"price_unit": 250.0})]})
        self.env.cr.flush()
        news = (invoice.message_ids - before).filtered("tracking_value_ids")
        self.assertIn("balance", news.tracking_value_ids.field_id.mapped("name"))

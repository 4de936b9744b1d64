"""Invoices with discount tiers, and a policy that tells before one ends."""

from datetime import timedelta

from odoo import Command

from .common import TODAY, CollectionsCommon

# The notice goes out so many days before the discount's last day.
BEFORE = 3


class DiscountNoticeCommon(CollectionsCommon):
    """“3 % within 8 days, 2 % within 15 days, net 30”, told three days before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls._create_term("Tiers", [(8, 3.0), (15, 2.0)])
        cls.discount_level = cls._add_discount_level(cls.policy)

    @classmethod
    def _add_discount_level(cls, policy, **values):
        return cls.env["collection.level"].create(
            {
                "policy_id": policy.id,
                "kind": "discount",
                "name": "Discount ends",
                "delay_days": -BEFORE,
                "send_email": True,
                "mail_template_id": cls.template.id,
                **values,
            }
        )

    @classmethod
    def _create_term(cls, name, tiers, due_days=(30,), **values):
        """:param tiers: ``[(days, percent)]``"""
        share = 100.0 / len(due_days)
        return cls.env["account.payment.term"].create(
            {
                "name": name,
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": share,
                            "nb_days": days,
                            "collection_discount": True,
                        }
                    )
                    for days in due_days
                ],
                "discount_tier_ids": [
                    Command.create({"discount_days": days, "discount_percentage": percent})
                    for days, percent in tiers
                ],
                **values,
            }
        )

    @classmethod
    def _offer(cls, amount=1000.0, ends_in=BEFORE, partner=None, term=None, on=TODAY, **values):
        """A posted invoice whose first discount ends ``ends_in`` days after ``on``."""
        term = term or cls.term
        first = min(term.discount_tier_ids.mapped("discount_days"))
        return cls._create_invoice_one_line(
            name="Service",
            price_unit=amount,
            tax_ids=[],
            partner_id=(partner or cls.customer).id,
            invoice_date=on + timedelta(days=ends_in - first),
            invoice_payment_term_id=term.id,
            post=True,
            **values,
        )

    @classmethod
    def _told(cls, invoice):
        """The lines of issued notices that told of the invoice's discounts."""
        return (
            cls._item(invoice)
            .collection_notice_line_ids.filtered(
                lambda line: line.kind == "discount" and line.stage == "issued"
            )
            .sorted("id")
        )

    @classmethod
    def _tells(cls, run):
        """The notices of a run that tell of a discount."""
        return run.notice_ids.filtered(lambda notice: notice._is_discount())

    def _discount_reasons(self, run):
        """``[(invoice name, reason)]`` of the discounts a run did not tell of."""
        return [
            (skip.move_id.name, skip.reason)
            for skip in run.skip_ids
            if skip.level_id.kind == "discount"
        ]

    def assertNotTold(self, invoice, reason, **values):
        """A run leaves the invoice's discount out, for this reason (None: silently)."""
        run = self._run(**values)
        self.assertFalse(self._tells(run))
        expected = [(invoice.name, reason)] if reason else []
        self.assertEqual(self._discount_reasons(run), expected)
        return run

"""Holds end, or are looked at again: none is forgotten."""

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestHoldReview(CollectionsCommon):
    def _hold(self, **values):
        return self._pause("hold", **{"date_from": TODAY, **values})

    def _follow_up(self, days):
        with freeze_time(later(days)):
            self.env["collection.hold"]._cron_follow_up()

    def test_end_or_review_date_is_mandatory(self):
        self.assertEqual(self._hold().date_review, later(30))
        self.assertFalse(self._hold(date_until=later(5)).date_review)
        self.company.collection_hold_review_days = 0
        with self.assertRaisesRegex(ValidationError, "until when"):
            self._hold()
        hold = self._hold(date_review=later(3))
        with self.assertRaisesRegex(ValidationError, "until when"):
            hold.date_review = False

    def test_review_date_asks_the_owner_and_the_hold_goes_on(self):
        invoice = self._invoice(days_late=5)
        hold = self._pause("hold", invoice, date_from=TODAY)
        self._follow_up(29)
        self.assertFalse(hold.activity_ids)
        for _times in range(5):
            self._follow_up(30)
        self.assertRecordValues(
            hold.activity_ids, [{"user_id": hold.user_id.id, "date_deadline": later(30)}]
        )
        self.assertEqual(hold.state, "active")
        self.assertSkipped(self._run(on=later(31)), invoice, "held")
        hold.activity_ids._action_done(feedback="Still waiting")
        self._follow_up(31)
        self.assertFalse(hold.activity_ids, "asked once for each review date")

    def test_still_needed_is_asked_again_later(self):
        hold = self._hold()
        self._follow_up(30)
        with freeze_time(later(32)):
            hold.action_prolong()
        self.assertEqual(hold.date_review, later(62))
        self.assertFalse(hold.activity_ids)
        self._follow_up(61)
        self.assertFalse(hold.activity_ids)
        self._follow_up(62)
        self.assertEqual(len(hold.activity_ids), 1)
        hold.action_end()
        self.assertFalse(hold.activity_ids)

    def test_last_day_passes_and_the_hold_ends_with_a_note(self):
        hold = self._hold(date_until=later(10)).with_context(tracking_disable=False)
        self._follow_up(10)
        self.assertEqual(hold.state, "active")
        self._follow_up(11)
        self.assertEqual(hold.state, "ended")
        notes = hold.message_ids.filtered(lambda message: "last day" in (message.body or ""))
        self.assertEqual(len(notes), 1)
        self._follow_up(12)
        self.assertEqual(len(hold.message_ids.filtered(lambda m: "last day" in m.body)), 1)

    def test_one_bad_hold_stops_nobody(self):
        """An owner whose record is broken is no reason to hold the others for ever."""
        holds = self._hold(date_until=later(1)) | self._hold(date_until=later(1))
        model = type(holds)
        original = model._end_by_itself

        def fail_first(hold):
            if hold == holds[:1]:
                raise ValueError("broken")
            return original(hold)

        self.patch(model, "_end_by_itself", fail_first)
        with self.assertLogs("odoo.addons.account_collections", "ERROR"):
            self._follow_up(2)
        self.assertEqual(holds.mapped("state"), ["active", "ended"])

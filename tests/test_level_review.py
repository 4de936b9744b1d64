"""A policy can ask for a legal review of everything its levels say."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestLevelReview(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.requires_review = True
        cls.levels = cls.level_1 | cls.level_2 | cls.level_3
        cls.invoice = cls._invoice(days_late=4)

    def _review(self, **values):
        action = self.policy.with_user(self.users["manager"]).action_review()
        wizard = self.env[action["res_model"]].with_user(self.users["manager"])
        wizard = wizard.browse(action["res_id"])
        wizard.write({"review_by": "Maître Dubois", **values})
        wizard.action_confirm()
        self.levels.invalidate_recordset()

    def test_texts_nobody_reviewed_are_not_sent(self):
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, self.invoice, "review_missing")
        self.assertIn("Level 1", run.skip_ids.detail)
        self.assertEqual(set(self.policy.review_warning.split(", ")), set(self.levels.mapped("name")))

    def test_reviewed_texts_are_sent_until_the_review_ends(self):
        self._review(valid_until=TODAY + timedelta(days=60))
        self.assertRecordValues(
            self.level_1,
            [
                {
                    "review_by": "Maître Dubois",
                    "review_date": TODAY,
                    "review_valid_until": TODAY + timedelta(days=60),
                    "review_user_id": self.users["manager"].id,
                    "review_state": "valid",
                }
            ],
        )
        self.assertFalse(self.policy.review_warning)
        self.assertEqual(self._run().notice_ids.state, "issued")
        for day, state in ((29, "valid"), (30, "ending"), (60, "ending"), (61, "expired")):
            self.assertEqual(self.level_1._review_state_on(TODAY + timedelta(days=day)), state)

    def test_changed_texts_need_a_new_review(self):
        """In any language, in the e-mail template too."""
        self._review()
        self.env["res.lang"]._activate_lang("fr_FR")
        self.assertEqual(self.level_1.review_state, "valid", "nothing was translated yet")
        self.level_2.with_context(lang="fr_FR").letter_body = "<p>Payez.</p>"
        self.assertEqual(self.level_2.review_state, "changed")
        self.assertEqual(self.level_1.review_state, "valid")
        self.template.subject = "Pay now"
        self.levels.invalidate_recordset()
        self.assertEqual(self.level_1.review_state, "changed")
        self.assertSkipped(self._run(), self.invoice, "review_missing")

    def test_a_review_that_ends_between_proposal_and_issue(self):
        self._review(valid_until=TODAY)
        run = self._run(issue=False)
        self.assertEqual(run.notice_ids.stage, "proposed")
        with freeze_time("2026-04-01"):
            run.notice_ids.action_issue()
        self.assertEqual(run.notice_ids.stage, "failed")
        self.assertFalse(self._item(self.invoice).collection_level_id)
        self.assertSkipped(run, self.invoice, "review_missing")

    def test_policies_that_do_not_ask_send_anything(self):
        self.policy.requires_review = False
        self.assertEqual(self._run().notice_ids.state, "issued")

    def test_reviews_make_sense(self):
        for values in (
            {"review_by": False},
            {"review_date": TODAY + timedelta(days=1)},
            {"valid_until": TODAY - timedelta(days=1)},
        ):
            with self.assertRaises(UserError):
                self._review(**values)

    def test_only_managers_record_reviews(self):
        with self.assertRaises(AccessError):
            self._as("collector", self.level_1).action_review()
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.level.review"]).create(
                {"level_ids": self.levels.ids, "review_by": "Me"}
            )

"""A notice with a planned call, in two languages."""

from .access_common import AccessCommon

NOW = "2026-03-31 09:00:00"
SCRIPT = (
    "<p>Pay <t t-out='format_amount(object.amount_demanded, object.currency_id, object.lang)'/>"
    "<t t-foreach=\"object._letter_table()['rows']\" t-as='row'> [<t t-out=\"row['open']\"/>]</t>"
    " until <t t-out='object._say_date(object.deadline_date)'/></p>"
)


class CallCommon(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.level_1.write({"make_call": True, "call_script": SCRIPT, "deadline_days": 8})
        cls.level_1.with_context(lang="fr_FR").call_script = SCRIPT.replace("Pay", "Payez")
        cls.invoice = cls._invoice(days_late=5, amount=100.0)
        cls.second = cls._invoice(days_late=4, amount=50.0)
        cls.notice = cls._run().notice_ids
        cls.planned = cls.notice.communication_ids.filtered(lambda row: row.channel == "call")
        cls.customer.collector_id = cls.users["collector"]

    def _call(self, role="collector", row=None):
        return self._dialog(role, self._as(role, row or self.planned).action_log_call())

    def _free_call(self, role="collector", **values):
        call = self._dialog(role, self._as(role, self.customer).action_collection_call())
        call.write(values)
        return call

    def _dialog(self, role, action):
        self.assertEqual(action["target"], "new")
        return self._as(role, self.env[action["res_model"]]).browse(action["res_id"])

    def _last_row(self):
        return self.env["collection.communication"].search(
            [("partner_id", "=", self.customer.id)], order="id desc", limit=1
        )

    def _tasks(self, kind, partner=None):
        return (partner or self.customer).activity_search(
            [f"account_collections.mail_activity_type_{kind}"], only_automated=False
        )

    @staticmethod
    def _plain(text):
        return (text or "").replace("\u00a0", " ").replace("\u202f", " ")

"""Texts of a batch are rendered together: each says what it says when it is rendered alone."""

from markupsafe import escape

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import format_amount, mute_logger

from ..models.collection_delivery_at_once import NOTICES
from .issue_common import IssueCommon

MIXIN = "odoo.addons.mail.models.mail_render_mixin"


@tagged("post_install", "-at_install")
class TestIssueTexts(IssueCommon):
    def test_the_log_shows_the_text_of_the_notice(self):
        for row in self._run().notice_ids.communication_ids:
            self.assertIn(row.notice_id.recipient_id.name, row.text)
            self.assertEqual(row.text, row.notice_id.email_body)

    def test_what_one_text_sets_the_next_does_not_know(self):
        self.template.body_html = (
            "<div><t t-if=\"object.partner_id.name == 'Customer 0'\">"
            "<t t-set=\"secret\" t-value=\"'only for him'\"/></t>"
            "<p>Hello <t t-out=\"secret or 'you'\"/></p></div>"
        )
        notices = self._run().notice_ids.sorted("partner_id")
        texts = {notice.partner_id.name: notice.email_body for notice in notices}
        self.assertIn("only for him", texts.pop("Customer 0"))
        for text in texts.values():
            self.assertIn("Hello you", text)
            self.assertNotIn("only for him", text)

    def test_texts_rendered_at_once_are_those_of_each(self):
        """Also when a customer is called like the mark between two texts, and when the text
        does not close its tags."""
        self.template.body_html = (
            "<div><p>Hello <t t-out=\"object.partner_id.name\"/></p>"
            "<t t-call=\"account_collections.mail_notice_items\"/><b>Regards</div>"
        )
        for name in ("Customer 1", "<b>[collection-next-text]</b>"):
            self.customers[1].name = name
            run = self._run(issue=False)
            notices = run.notice_ids
            delivery = self.env["collection.delivery"].sudo()
            together = delivery._render_email(notices, "body_html")
            for notice in notices:
                alone = delivery._render_email(notice, "body_html")[notice.id]
                self.assertEqual(together[notice.id], alone)
                self.assertIn(str(escape(notice.partner_id.name)), alone)
            run.action_cancel()

    def test_a_layout_that_knows_the_record_is_rendered_for_each(self):
        self.template.email_layout_xmlid = "account_collections.mail_layout_notice"
        layout = self.env.ref("account_collections.mail_layout_notice")
        delivery = self.env["collection.delivery"]
        self.assertTrue(delivery._is_same_for_all(layout.key))
        layout.arch = layout.arch.replace(
            "<body>", '<body><p t-out="\'for \' + record.partner_id.name"/>', 1
        )
        self.assertFalse(delivery._is_same_for_all(layout.key))
        notices = self._run().notice_ids
        for notice in notices:
            body = notice.communication_ids.mail_mail_id.body_html
            self.assertIn(f"for {notice.partner_id.name}<", body)

    def test_the_shell_of_a_layout_is_the_layout(self):
        """Rendered once and filled in, or rendered for each: the same e-mail."""
        self.template.email_layout_xmlid = "account_collections.mail_layout_notice"
        notices = self._run().notice_ids
        delivery = self.env["collection.delivery"]
        for notice in notices:
            scoped = notice._in_its_language()
            whole = delivery._encapsulate(
                scoped, self.template.with_context(lang=notice.lang), scoped.email_body
            )
            self.assertEqual(notice.communication_ids.mail_mail_id.body_html, whole)

    def test_local_links_lead_to_the_server(self):
        self.template.body_html = '<div><p><a href="/my/collections">Here</a></p></div>'
        for notice in self._run().notice_ids:
            self.assertIn(f'href="{notice.get_base_url()}/my/collections"', notice.email_body)

    def test_amounts_are_those_core_writes(self):
        langs = self.env["res.lang"]
        for code in ("fr_FR", "de_CH", "hi_IN"):
            langs._activate_lang(code)
        langs._lang_get("hi_IN").grouping = "[3,2,0]"
        dollar, dinar = self.env.ref("base.USD"), self.env.ref("base.TND")
        dollar.position, dinar.position = "before", "after"
        for code in ("en_US", "fr_FR", "de_CH", "hi_IN", "xx_XX", False):
            for currency in (dollar, dinar, self.env.ref("base.JPY")):
                for amount in (0.0, -0.0, -0.004, 0.005, 999.995, -1234.5, 1234567.891, 1e12):
                    self.assertEqual(
                        langs._collection_amount(code, amount, currency),
                        format_amount(self.env, amount, currency, code),
                    )

    def test_expressions_worked_out_at_once_say_what_each_says(self):
        notices = self._run(issue=False).notice_ids
        delivery = self.env["collection.delivery"].sudo()
        context = self.template._render_eval_context()
        formats = delivery._formats(self.env, context)
        for text in (
            "Pay {{ format_amount(object.amount_total, object.currency_id, object.lang) }}",
            "{{ object.ref_of_nobody }}",
            "{{ object.name ||| no number }}, {{ object.partner_id.name # a comment }}",
            "{{ format_date(object.date, lang_code=object.lang) }} {{ object.amount_charges }}",
            "{{ format_date(object.date) }} {{ format_amount(1.5, object.currency_id) }}",
            "{{ sum(line.amount_residual for line in object.line_ids) }}",
            "{{ 1) for object in x] + [(2 }}",
            "Nothing to work out",
        ):
            values = {**context, NOTICES: notices, **formats}
            together = delivery._inline_at_once(self.template, text, values)
            if together is None:
                with self.assertRaises(UserError), mute_logger(MIXIN):
                    self._render_each(text, notices)
            else:
                self.assertEqual(together, self._render_each(text, notices))

    def _render_each(self, text, notices):
        """As core does."""
        return [*self.template._render_template(text, notices._name, notices.ids).values()]

    def test_a_text_that_sets_what_core_gives_is_rendered_for_each(self):
        notices = self._run(issue=False).notice_ids
        delivery = self.env["collection.delivery"].sudo()
        for name, at_once in (("mine", True), ("user", False)):
            self.template.body_html = f"<p><t t-set='{name}' t-value='1'/>Hello</p>"
            texts = delivery._render_at_once(self.template, "body_html", notices, "en_US")
            self.assertEqual(texts is not None, at_once, name)

    def test_white_space_that_shows_stays(self):
        for body, shown in (
            ("<div>\n    <b>a</b>\n    <i>b</i>\n</div>", "<div>\n<b>a</b>\n<i>b</i>\n</div>"),
            ("<div>\n  <pre>a\n    b</pre></div>", "<div>\n  <pre>a\n    b</pre></div>"),
        ):
            self.template.body_html = body
            run = self._run(issue=False)
            texts = self.env["collection.delivery"].sudo()._render_email(
                run.notice_ids, "body_html"
            )
            self.assertEqual(set(texts.values()), {shown})
            run.action_cancel()

"""Nobody sees another's, and nothing a browser sends is taken at its word."""

import json
from urllib.parse import urlsplit

from odoo import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..models.collection_portal_answer import ANSWERS_A_DAY
from ..models.collection_portal_files import MAX_SIZE
from .portal_collections_common import PDF, PNG, PortalCommon

HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} <t t-out='object'/> 😀 \u202e"


@tagged("post_install", "-at_install")
class TestPortalCollectionsSecurity(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_portal_promise_max_open = 50

    # Another's ids and tokens

    def test_another_customers_items(self):
        mine = self._item(self._late_today())
        theirs = self._item(self._late_today(partner=self.other))
        self._login(self.customer)
        for items in (theirs, mine | theirs):
            self.assertEqual(self._promise(items).status_code, 422)
        response = self._contest(theirs)
        self.assertEqual(response.status_code, 422)
        self.assertNotIn(theirs.move_id.name, response.text)
        for item_ids in ("", "0", "-1", "1 OR 1=1", "9" * 30, "٣"):
            self.assertEqual(
                self._send("promise", item_ids=item_ids, date=str(self.today)).status_code, 422
            )
        self.assertFalse(self._promises() or self._disputes() or self._answers())

    def test_what_is_no_debt_of_his(self):
        """Paid items, credits, lines that are no receivables, drafts."""
        paid = self._late_today()
        self._pay(paid, on=self.today)
        income = self._late_today().line_ids.filtered(lambda line: line.display_type == "product")
        credit = self._item(self._credit_note(10.0, on=self.today))
        draft = self._item(self._late_today(post=False))
        self._login(self.customer)
        for item in (self._item(paid), income, credit, draft):
            self.assertEqual(self._promise(item).status_code, 422)
            self.assertEqual(self._contest(item).status_code, 422)
        self.assertFalse(self._promises() or self._disputes())

    def test_another_customers_letter(self):
        _invoice, notice = self._notified(partner=self.other)
        self._login(self.customer)
        for number in (notice.id, 999999):
            response, page = self._get(f"/my/collections/notice/{number}/pdf")
            self.assertNotEqual(response.headers["Content-Type"], "application/pdf")
            self.assertNotIn(notice.name, page)
        self.assertNotIn(notice.name, self._get("/my/collections")[1])

    def test_tokens(self):
        invoice, notice = self._notified()
        _theirs, other = self._notified(partner=self.other)
        for one in (notice, other):
            one._get_portal_url()
        self.assertNotEqual(notice.portal_token, other.portal_token)
        self._login()
        wrong = ("", "None", "False", other.portal_token, notice.portal_token[:-1], "x" * 5000)
        for token in wrong:
            with self.subTest(token[:40]):
                for path in ("", "/pdf"):
                    url = f"/my/collections/notice/{notice.id}{path}?access_token={token}"
                    response, page = self._get(url)
                    self.assertNotIn("/my/collections/notice", urlsplit(response.url).path)
                    self.assertNotIn(invoice.name, page)
        # A notice whose link was never made has no token to guess.
        third, bare = self._notified(days_late=6)
        bare.sudo().portal_token = False
        for token in ("", "False"):
            _response, page = self._get(f"/my/collections/notice/{bare.id}?access_token={token}")
            self.assertNotIn(third.name, page)

    def test_a_link_ends_with_its_notice(self):
        invoice, notice = self._notified()
        url = urlsplit(notice._get_portal_url())
        notice.action_reverse()
        self._login()
        _response, page = self._get(f"{url.path}?{url.query}")
        self.assertNotIn(invoice.name, page)

    def test_a_token_answers_for_its_own_notice_only(self):
        invoice, notice = self._notified()
        theirs, other = self._notified(partner=self.other)
        for one in (notice, other):
            one._get_portal_url()
        self._login()
        url = urlsplit(notice._get_portal_url())
        page = f"{url.path}?{url.query}"
        link = {"notice_id": notice.id, "access_token": notice.portal_token}
        self.assertEqual(self._promise(self._item(theirs), page=page, **link).status_code, 422)
        self._promise(
            self._item(invoice), page=page, notice_id=other.id, access_token=link["access_token"]
        )
        self._promise(
            self._item(invoice), page=page, notice_id="", access_token=link["access_token"]
        )
        self.assertFalse(self._promises())

    def test_a_logged_in_stranger_with_a_link_acts_for_its_customer(self):
        """The link decides whose items these are, not who has logged in."""
        invoice, notice = self._notified()
        url = urlsplit(notice._get_portal_url())
        self._login(self.other)
        page = f"{url.path}?{url.query}"
        self._promise(
            self._item(invoice), page=page, notice_id=notice.id, access_token=notice.portal_token
        )
        self.assertEqual(self._promises().partner_id, self.customer)

    def test_anonymous(self):
        invoice = self._late_today()
        self._login()
        for url in ("/my/collections", f"/my/collections/statement?company_id={self.company.id}"):
            response, page = self._get(url)
            self.assertIn("/web/login", response.url)
            self.assertNotIn(invoice.name, page)
        token = self._csrf("/web/login")
        for kind, values in (
            ("promise", {"item_ids": self._item(invoice).id, "date": str(self.today)}),
            (
                "dispute",
                {"item_id": self._item(invoice).id, "reason_id": self.reason.id, "text": "x"},
            ),
            ("contact", {"name": "X", "email": "x@example.com"}),
        ):
            self._send(kind, csrf_token=token, **values)
        currency = self.company.currency_id
        self._get(f"/my/collections/pay/{self.company.id}/{currency.id}")
        self.assertFalse(self._promises() or self._disputes() or self._answers())

    def test_csrf(self):
        item = self._item(self._late_today())
        self._login(self.customer)
        with mute_logger("odoo.http"):
            response = self._promise(item, csrf_token="")
        self.assertEqual(response.status_code, 400)
        for kind in ("promise", "dispute", "contact"):
            self.assertEqual(self.url_open(f"/my/collections/{kind}").status_code, 405)
        self.assertFalse(self._promises())

    def test_nothing_over_rpc(self):
        """The door itself cannot be called, nor the token read."""
        _invoice, notice = self._notified()
        notice._get_portal_url()
        self._login(self.customer)
        for model, method, args in (
            ("collection.portal", "_access_user", []),
            ("collection.portal", "_promise", []),
            ("collection.notice", "read", [[notice.id], ["portal_token"]]),
            ("collection.notice", "_get_portal_url", [[notice.id]]),
            ("collection.statement", "_build", []),
        ):
            params = {"model": model, "method": method, "args": args, "kwargs": {}}
            with mute_logger("odoo.http"):
                response = self.url_open(
                    f"/web/dataset/call_kw/{model}/{method}",
                    data=json.dumps({"params": params}),
                    headers={"Content-Type": "application/json"},
                )
            self.assertIn("error", response.json())
        self.assertNotIn(
            "portal_token", self.env["collection.notice"].with_user(self.collector).fields_get()
        )

    # Companies

    def test_another_company(self):
        other = self.setup_other_company()["company"]
        item = self._item(self._late_today())
        self._login(self.customer)
        self.assertEqual(self._promise(item, company_id=other.id).status_code, 404)
        self.assertEqual(self._contest(item, company_id="x").status_code, 404)
        response, _page = self._get(f"/my/collections/statement?company_id={other.id}")
        self.assertEqual(urlsplit(response.url).path, "/my/collections")
        currency = self.company.currency_id
        response, _page = self._get(f"/my/collections/pay/{other.id}/{currency.id}")
        self.assertNotIn("/pay/", response.url)

    def test_each_company_by_itself(self):
        data = self.setup_other_company()
        other = data["company"]
        user = self.users[self.customer]
        mine = self._late_today(amount=100.0)
        theirs = (
            self.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": other.id,
                    "partner_id": self.customer.id,
                    "invoice_date": self.today,
                    "invoice_date_due": self.today,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 23.0, "tax_ids": []})
                    ],
                }
            )
        )
        theirs.action_post()
        self._login(self.customer)
        self.assertNotIn(theirs.name, self._get("/my/collections")[1].replace(mine.name, ""))
        user.company_ids |= other
        _response, page = self._get("/my/collections")
        self.assertEqual(page.count("o_collection_section"), 2)
        self.assertNotIn("123.00", page)
        self.assertEqual(self._promise(self._item(theirs)).status_code, 422)
        self._promise(self._item(theirs), company_id=other.id)
        self.assertEqual(self._promises().company_id, other)

    # Files

    def _upload(self, name, content, count=1):
        item = self._item(self._late_today())
        self._login(self.customer)
        files = [("files", (name, content))] * count
        return self._contest(item, files=files)

    def test_files_that_are_refused(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for name, content in (
            ("run.exe", b"MZ" + b"\x00" * 100),
            ("picture.svg", svg),
            ("page.html", b"<html><script>alert(1)</script></html>"),
            ("picture.png", svg),
            ("paper.pdf", b"<html><script>alert(1)</script></html>"),
            ("paper.pdf", b"MZ" + b"\x00" * 100),
            ("paper.pdf.exe", PDF),
            ("paper", PDF),
            ("pdf", PDF),
            ("empty.pdf", b""),
            ("big.pdf", PDF + b"\n" * MAX_SIZE),
        ):
            with self.subTest(name):
                response = self._upload(name, content)
                self.assertEqual(response.status_code, 422)
        self.assertEqual(self._upload("paper.pdf", PDF, count=4).status_code, 422)
        self.assertFalse(self._disputes())
        self.assertFalse(
            self.env["ir.attachment"].search([("res_model", "=", "collection.dispute")])
        )

    def test_names_of_files(self):
        for name, kept in (
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\me\\order.PDF", "order.PDF"),
            ("<img src=x onerror=alert(1)>.pdf", "_img src_x onerror_alert(1)_.pdf"),
            ("a" * 300 + ".pdf", "a" * 80 + ".pdf"),
        ):
            with self.subTest(name):
                self.assertEqual(self.env["collection.portal"]._check_file(name, PDF)["name"], kept)

    def test_files_are_the_collectors_only(self):
        self._upload("photo.png", PNG)
        file = self._disputes().message_ids.attachment_ids
        self.assertFalse(file.public)
        for customer in (self.customer, self.other, None):
            self._login(customer)
            response, _page = self._get(f"/web/content/{file.id}")
            self.assertNotEqual(response.headers.get("Content-Type"), "image/png")
        file.with_user(self.collector).check_access("read")

    # Words

    def test_hostile_words_are_text(self):
        invoice = self._late_today(amount=100.0)
        self._login(self.customer)
        self._contest(self._item(invoice), text=HOSTILE)
        self._send("contact", name=HOSTILE, email="h@example.com")
        dispute = self._disputes()
        bodies = [
            dispute.message_ids[0].body,
            *self._answers().mapped("body"),
            *self.customer.activity_ids.mapped("note"),
        ]
        for body in bodies:
            self.assertNotIn("<script", body)
            self.assertNotIn("<t t-out", body)
        self.assertIn("&lt;script&gt;", bodies[0])
        self.assertIn("{{ 7 * 7 }}", bodies[0])
        self.assertIn("😀", bodies[0])
        self.assertNotIn("\u202e", bodies[0])
        _response, page = self._get("/my/collections")
        self.assertNotIn("<script>alert(1)", page)
        self.assertNotIn("49", self.customer.collection_contact_id.name)
        report = self.env["ir.actions.report"]._render_qweb_html(
            "account_collections.action_report_statement", self.customer.ids
        )[0]
        self.assertNotIn(b"<script>alert(1)", report)

    def test_messages_come_from_the_page_alone(self):
        self._login(self.customer)
        for text in ("<script>alert(1)</script>", "Call 0900 12345"):
            _response, page = self._get(f"/my/collections?done={text}&failed={text}&error={text}")
            self.assertNotIn("0900", page)
            self.assertNotIn("<script>alert(1)", page)

    def test_a_robot_is_stopped(self):
        self._late_today()
        self._login(self.customer)
        door = self.env["collection.portal"].with_user(self.users[self.customer]).sudo()
        access = door._access_user()
        for number in range(ANSWERS_A_DAY):
            door._log(access, self.company, f"Answer {number}")
        response = self._send("contact", name="X", email="x@example.com")
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please call us", response.text)

    # Money

    def test_the_amount_of_a_payment_is_not_the_browsers(self):
        self._late_today(amount=100.0)
        theirs = self._late_today(amount=500.0, partner=self.other)
        currency = self.company.currency_id
        methods = self.env["payment.method"].sudo().with_context(active_test=False)
        method = methods.search([("is_primary", "=", True)], limit=1)
        provider = (
            self.env["payment.provider"]
            .sudo()
            .create(
                {
                    "name": "Wire",
                    "code": "none",
                    "state": "test",
                    "company_id": self.company.id,
                    "payment_method_ids": [Command.set(method.ids)],
                }
            )
        )
        method.active = True
        url = f"/my/collections/transaction/{self.company.id}/{currency.id}/overdue"
        params = {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "token_id": None,
            "amount": 1.0,
            "flow": "redirect",
            "tokenization_requested": False,
            "landing_route": "https://evil.example.com",
            "is_validation": False,
        }
        self._login(self.customer)
        self.make_jsonrpc_request(f"{url}/0", params)
        transaction = self.env["payment.transaction"].search([], limit=1)
        self.assertEqual(transaction.amount, 100.0)
        self.assertEqual(transaction.landing_route, "/my/collections?")
        self.assertNotIn(theirs, transaction.invoice_ids)
        self.assertEqual(transaction.invoice_ids.partner_id, self.customer)
        _invoice, notice = self._notified(partner=self.other, days_late=6)
        refused = ((notice.id, {"access_token": "x"}), (notice.id, {}), (0, {"partner_id": 1}))
        for number, values in refused:
            with (
                self.subTest(number, values=values),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self.make_jsonrpc_request(f"{url}/{number}", {**params, **values})
        self.assertEqual(len(self.env["payment.transaction"].search([])), 1)

    def test_what_a_case_is_about_is_not_answered_here(self):
        """Nor where another reason keeps reminders back for longer."""
        invoice = self._late_today()
        item = self._item(invoice)
        self.env["collection.case"].create(
            {"partner_id": self.customer.id, "move_line_ids": item.ids}
        )
        invoice.sudo().payment_state = "blocked"
        self._login(self.customer)
        self.assertEqual(self._promise(item).status_code, 422)
        self.assertEqual(self._contest(item).status_code, 422)
        self.assertFalse(self._promises())
        self.assertFalse(self._disputes())

    def test_days_before_the_calendar(self):
        self._login(self.customer)
        for day in ("0001-01-01", "9999-12-31", "0000-00-00", "'"):
            with self.subTest(day):
                address = f"/my/collections/statement?company_id={self.company.id}"
                response = self.url_open(f"{address}&date_from={day}&date_to={day}")
                self.assertEqual(response.status_code, 200)
                self.assertEqual(self._promise(self._item(self._late_today()), date=day).status_code, 422)

"""What a customer sees of what is open, and what becomes of his answers."""

from datetime import timedelta
from urllib.parse import urlsplit

from odoo import Command
from odoo.tests import tagged

from .portal_collections_common import PDF, PNG, PortalCommon


@tagged("post_install", "-at_install")
class TestPortalCollections(PortalCommon):
    # He sees

    def test_a_contact_sees_what_his_company_owes(self):
        invoice, notice = self._notified(amount=120.0)
        self._credit_note(20.0, on=self.today)
        theirs = self._late_today(partner=self.other, amount=77.0)
        self._login(self.customer)
        _response, page = self._get("/my/collections")
        for phrase in (invoice.name, "120.00", "100.00", notice.name, "Credit note"):
            self.assertIn(phrase, page)
        for phrase in (theirs.name, "77.00", self.level_1.name):
            self.assertNotIn(phrase, page)

    def test_home_leads_there(self):
        self._late_today()
        self._login(self.customer)
        self.assertIn("/my/collections", self._get("/my")[1])
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["collection_item_count"]}
        )
        self.assertEqual(counters["collection_item_count"], 1)

    def test_nothing_open(self):
        self._login(self.customer)
        response, page = self._get("/my/collections")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Nothing is open", page)

    def test_no_sum_of_two_currencies(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self._late_today(amount=100.0)
        self._late_today(amount=80.0, currency_id=euro.id)
        self._login(self.customer)
        _response, page = self._get("/my/collections")
        self.assertIn("100.00", page)
        self.assertIn("80.00", page)
        self.assertNotIn("180.00", page)
        self.assertEqual(page.count("o_collection_pay_overdue"), 2)

    def test_charges_and_what_is_noted(self):
        invoice = self._late_today()
        rule = self.env["collection.fee.rule"].create(
            {"name": "Rule", "tier_ids": [Command.create({"amount_from": 0.0, "amount": 40.0})]}
        )
        self.env["collection.charge"].sudo().create(
            {
                "move_line_id": self._item(invoice).id,
                "kind": "compensation",
                "fee_rule_id": rule.id,
                "date_from": self.today,
                "date_to": self.today,
                "amount": 40.0,
            }
        )
        self._pause("hold", invoice, reason="Nearly bankrupt", date_until=self.today)
        self._pause("promise", invoice, reason="Their boss is in jail", date_promised=self.today)
        self._login(self.customer)
        _response, page = self._get("/my/collections")
        self.assertIn("Compensation", page)
        self.assertIn("40.00", page)
        self.assertIn("Promised for", page)
        for internal in ("bankrupt", "jail"):
            self.assertNotIn(internal, page)

    def test_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.users[self.customer].lang = "fr_FR"
        self._late_today(amount=1234.5)
        self._login(self.customer)
        self.assertIn("1 234,50", self._get("/my/collections")[1])

    def test_letter_and_statement_are_downloaded(self):
        _invoice, notice = self._notified()
        self._login(self.customer)
        response, _page = self._get(f"/my/collections/notice/{notice.id}/pdf")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn(notice.name.replace("/", "-"), response.headers["Content-Disposition"])
        url = f"/my/collections/statement?company_id={self.company.id}"
        response, page = self._get(f"{url}&date_from=nonsense&date_to=2999-01-01")
        self.assertEqual(response.status_code, 200)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertIn("Statement of account", page)

    # He promises

    def test_a_promise_lands_where_the_collector_types_it(self):
        invoice = self._late_today()
        self._login(self.customer)
        day = self.today + timedelta(days=10)
        response = self._promise(self._item(invoice), date=str(day))
        self.assertIn("done=promise", response.url)
        promise = self._promises()
        self.assertEqual(promise.move_line_ids, self._item(invoice))
        self.assertEqual((promise.date_promised, promise.amount), (day, 100.0))
        self.assertEqual((promise.state, promise.user_id), ("open", self.collector))
        row = self._answers()
        self.assertEqual((row.direction, row.state), ("in", "done"))
        self.assertEqual(row.recipient_id, self.users[self.customer].partner_id)
        self.assertEqual(promise.communication_id, row)
        task = self.customer.activity_ids
        self.assertEqual(task.user_id, self.collector)
        self.assertIn(invoice.name, task.note)
        run = self._run(on=self.today)
        self.assertSkipped(run, invoice, "promise")

    def test_a_promise_within_the_companys_limits(self):
        invoices = [self._late_today() for _number in range(3)]
        items = [self._item(invoice) for invoice in invoices]
        self._login(self.customer)
        for day in (
            self.today - timedelta(days=1),
            self.today + timedelta(days=15),
            "",
            "2026-02-30",
            "<b>",
        ):
            with self.subTest(day):
                response = self._promise(items[0], date=str(day))
                self.assertEqual(response.status_code, 422)
                self.assertIn("Please choose a day", response.text)
        self._promise(items[0], date=str(self.today + timedelta(days=14)))
        self.assertEqual(len(self._promises()), 1)
        self.assertIn("promised a payment already", self._promise(items[1]).text)
        self.company.collection_portal_promise_max_open = 5
        self.assertIn("cannot be promised here", self._promise(items[0]).text)
        self._promises().state = "broken"
        self.assertIn("cannot be promised here", self._promise(items[0]).text)
        self._promise(items[1] | items[2])
        self.assertEqual(len(self._promises()), 2)
        self.company.collection_portal_promise = False
        self.assertIn("cannot be made here", self._promise(items[1]).text)
        self.assertNotIn("o_collection_promise ", self._get("/my/collections")[1])

    def test_one_task_whatever_he_writes(self):
        self.company.collection_portal_promise_max_open = 5
        invoices = [self._late_today(), self._late_today()]
        self._login(self.customer)
        for invoice in invoices:
            self._promise(self._item(invoice))
        task = self.customer.activity_ids
        self.assertEqual(len(task), 1)
        for invoice in invoices:
            self.assertIn(invoice.name, task.note)

    # He contests

    def test_a_dispute_with_files(self):
        invoice = self._late_today(amount=100.0)
        self._login(self.customer)
        response = self._contest(
            self._item(invoice),
            amount="40,50",
            files=[("files", ("photo.png", PNG)), ("files", ("order.pdf", PDF))],
        )
        self.assertIn("done=dispute", response.url)
        dispute = self._disputes()
        self.assertEqual(dispute.move_line_ids, self._item(invoice))
        self.assertEqual((dispute.reason_id, dispute.amount_disputed), (self.reason, 40.5))
        self.assertEqual((dispute.state, dispute.user_id), ("open", self.collector))
        files = dispute.message_ids.attachment_ids
        self.assertEqual(
            {file.name: file.mimetype for file in files},
            {"photo.png": "image/png", "order.pdf": "application/pdf"},
        )
        self.assertEqual(
            {(file.res_model, file.res_id) for file in files}, {(dispute._name, dispute.id)}
        )
        self.assertIn("Twice the agreed price", dispute.message_ids[0].body)
        self.assertEqual(self._answers().outcome_code, "disputes")
        self.assertEqual(self.customer.activity_ids.user_id, self.collector)
        notice = self._run(on=self.today).notice_ids
        self.assertEqual(notice.amount_due, 59.5)

    def test_the_whole_item_is_contested_once(self):
        invoice = self._late_today()
        self._login(self.customer)
        self._contest(self._item(invoice))
        self.assertFalse(self._disputes().amount_disputed)
        self.assertIn("contested", self._contest(self._item(invoice)).text)
        self.assertEqual(len(self._disputes()), 1)

    def test_what_a_dispute_needs(self):
        item = self._item(self._late_today(amount=100.0))
        hidden = self.env["collection.reason"].create(
            {"name": "Internal", "kind": "dispute", "on_portal": False}
        )
        lateness = self.env.ref("account_collections.reason_cash")
        self._login(self.customer)
        for values in (
            {"reason_id": hidden.id},
            {"reason_id": lateness.id},
            {"reason_id": ""},
            {"text": " \n"},
            {"amount": "100.01"},
            {"amount": "-5"},
            {"amount": "nan"},
            {"amount": "1e400"},
            {"amount": "many"},
        ):
            with self.subTest(values):
                self.assertEqual(self._contest(item, **values).status_code, 422)
        self.assertFalse(self._disputes())
        self.assertNotIn("Internal", self._get("/my/collections")[1])

    # He names a person

    def test_accounting_contact(self):
        self._late_today()
        self._login(self.customer)
        self._send("contact", name="Ana Pop", email="Ana.Pop@example.com", phone="+40 1")
        contact = self.customer.with_company(self.company).collection_contact_id
        self.assertEqual(
            (contact.name, contact.email_normalized), ("Ana Pop", "ana.pop@example.com")
        )
        self.assertEqual(contact.parent_id, self.customer)
        self.assertEqual(
            self.customer._collection_recipients(self.company)[self.customer.id], contact
        )
        self.assertIn("Ana Pop", self.customer.activity_ids.note)
        # Named again: the same person, and what is known of her stays.
        self._send("contact", name="Somebody", email="ana.pop@example.com")
        self.assertEqual(self.customer.collection_contact_id, contact)
        self.assertEqual(contact.name, "Ana Pop")
        for email in ("", "nobody", "a@example.com, b@example.com"):
            response = self._send("contact", name="X", email=email)
            self.assertEqual(response.status_code, 422)
        self.assertEqual(self.customer.collection_contact_id, contact)

    # He pays

    def _pay_page(self, scope="overdue", currency=None):
        currency = currency or self.company.currency_id
        return self._get(f"/my/collections/pay/{self.company.id}/{currency.id}?scope={scope}")

    def test_pays_together_what_is_owed(self):
        """Less what is contested and what he has in credit; instalments by their date."""
        self._late_today(amount=100.0)
        self._late_today(amount=50.0)
        self._late_today(amount=1000.0, days_late=-10)
        contested = self._late_today(amount=70.0)
        self._pause("dispute", contested)
        self._credit_note(30.0, on=self.today)
        door = self.env["collection.portal"].with_user(self.users[self.customer])
        access = door._access_user()
        currency = self.company.currency_id
        wanted = door._to_pay(access, self.company.id, currency.id, "overdue")
        self.assertEqual(wanted["amount"], 120.0)
        self.assertEqual(len(wanted["invoices"]), 2)
        wanted = door._to_pay(access, self.company.id, currency.id, "open")
        self.assertEqual(wanted["amount"], 1120.0)
        self._login(self.customer)
        _response, page = self._pay_page()
        self.assertIn("120.00", page)
        self.assertIn("1,120.00", self._pay_page("open")[1])

    def test_nothing_to_pay(self):
        self._late_today(days_late=-10)
        self._login(self.customer)
        response, _page = self._pay_page()
        self.assertEqual(urlsplit(response.url).path, "/my/collections")

    def test_cores_page_with_two_currencies(self):
        """Core cannot add them up and answers with an error; here the customer chooses."""
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        user = self.users[self.customer]
        for currency in (self.company.currency_id, euro):
            self._late_today(partner=user.partner_id, currency_id=currency.id)
        self._login(self.customer)
        response, _page = self._get("/my/invoices/overdue")
        self.assertEqual(urlsplit(response.url).path, "/my/collections")

    # By the link of a notice

    def test_the_link_of_a_notice_opens_its_items_only(self):
        invoice, notice = self._notified(amount=120.0)
        later = self._late_today(amount=33.0)
        self._login()
        url = urlsplit(notice._get_portal_url())
        self.assertIn(notice.portal_token, url.query)
        page_url = f"{url.path}?{url.query}"
        response, page = self._get(page_url)
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertIn(invoice.name, page)
        self.assertNotIn(later.name, page)
        self.assertNotIn("o_collection_statement_link", page)
        link = {"notice_id": notice.id, "access_token": notice.portal_token}
        self._promise(self._item(invoice), page=page_url, **link)
        promise = self._promises()
        self.assertEqual(promise.move_line_ids, self._item(invoice))
        row = self._answers()
        self.assertEqual((row.notice_id, row.recipient_id), (notice, notice.recipient_id))
        self.assertFalse(row.user_id)
        self._contest(self._item(invoice), page=page_url, **link)
        self.assertEqual(len(self._disputes()), 1)
        response = self._promise(self._item(later), page=page_url, **link)
        self.assertEqual(response.status_code, 422)

    def test_the_link_asks_for_what_the_notice_does(self):
        """Less the credits the notice took off, and no credit of later."""
        self._credit_note(20.0, on=self.today)
        _invoice, notice = self._notified(amount=120.0)
        self.assertEqual(notice.amount_due, 100.0)
        self._credit_note(15.0, on=self.today)
        door = self.env["collection.portal"]
        notice._get_portal_url()
        access = door._access_link(notice.id, notice.portal_token)
        wanted = door._to_pay(access, self.company.id, notice.currency_id.id, "overdue")
        self.assertEqual(wanted["amount"], 100.0)
        self._login()
        url = urlsplit(notice._get_portal_url())
        _response, page = self._get(f"{url.path}?{url.query}")
        self.assertIn("Credit note", page)
        self.assertIn("100.00", page)

    def test_by_a_link_a_contact_is_only_proposed(self):
        _invoice, notice = self._notified()
        self._login()
        url = urlsplit(notice._get_portal_url())
        self._send(
            "contact",
            page=f"{url.path}?{url.query}",
            name="Mallory",
            email="mallory@example.net",
            notice_id=notice.id,
            access_token=notice.portal_token,
        )
        self.assertFalse(self.customer.collection_contact_id)
        self.assertIn("mallory@example.net", self.customer.activity_ids.note)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Mallory")]))

    def test_the_link_is_in_the_reminder(self):
        template = self.env.ref("account_collections.mail_template_oops")
        self.level_1.mail_template_id = template
        _invoice, notice = self._notified()
        self.assertIn(notice.portal_token, notice.email_body)

    def test_letter_by_its_link(self):
        _invoice, notice = self._notified()
        notice._get_portal_url()
        self._login()
        url = f"/my/collections/notice/{notice.id}/pdf?access_token={notice.portal_token}"
        self.assertEqual(self._get(url)[0].headers["Content-Type"], "application/pdf")

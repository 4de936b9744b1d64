"""Two customers with portal users, and a browser."""

import re

from odoo import Command
from odoo.tests import HttpCase, new_test_user

from .common import CollectionsCommon

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99"
    b"=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


class PortalCommon(CollectionsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_customer("Neighbour", is_company=True)
        cls.collector = new_test_user(
            cls.env(su=True),
            login="portal_collector",
            groups="account_collections.group_collections_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        (cls.customer | cls.other).collector_id = cls.collector
        cls.users = {}
        for customer in (cls.customer, cls.other):
            user = new_test_user(
                cls.env(su=True),
                login=f"portal.{customer.id}",
                groups="base.group_portal",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            # A contact of the company, as most portal users are.
            user.partner_id.parent_id = customer
            cls.users[customer] = user
        cls.reason = cls.env.ref("account_collections.reason_price")
        cls.today = cls.company._collection_today()

    def _late_today(self, amount=100.0, days_late=5, **values):
        """Late on the real day: a browser cannot be told another."""
        return self._invoice(days_late=days_late, amount=amount, on=self.today, **values)

    def _notified(self, **values):
        """An invoice, and the notice that went out for it."""
        invoice = self._late_today(**values)
        run = self._run(on=self.today)
        return invoice, run.notice_ids.filtered(lambda one: invoice in one.line_ids.move_id)

    def _login(self, customer=None):
        login = self.users[customer].login if customer else None
        self.authenticate(login, login)

    def _get(self, url, **values):
        response = self.url_open(url, **values)
        return response, response.text.replace("\u00a0", " ").replace("\u202f", " ")

    def _token_of(self, page):
        return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)

    def _csrf(self, url="/my/collections"):
        return self._token_of(self.url_open(url).text)

    def _send(self, kind, files=None, page="/my/collections", **values):
        """What the form of this kind sends."""
        values.setdefault("company_id", self.company.id)
        values.setdefault("csrf_token", self._csrf(page))
        return self.url_open(f"/my/collections/{kind}", data=values, files=files)

    def _promise(self, items, **values):
        values.setdefault("date", str(self.today))
        return self._send("promise", item_ids=items.ids, **values)

    def _contest(self, item, **values):
        values.setdefault("reason_id", self.reason.id)
        values.setdefault("text", "Twice the agreed price")
        return self._send("dispute", item_id=item.id, **values)

    def _promises(self):
        return self.env["collection.promise"].search([("channel", "=", "portal")])

    def _disputes(self):
        return self.env["collection.dispute"].search([])

    def _answers(self):
        return self.env["collection.communication"].search([("channel", "=", "portal")])

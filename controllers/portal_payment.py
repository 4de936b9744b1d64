from odoo import http
from odoo.exceptions import AccessError, ValidationError
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal as InvoicePayment
from odoo.addons.account_payment.controllers.portal import PortalAccount

from .portal import PAGE, CollectionsPortal, _integer

SCOPES = ("overdue", "open")


class CollectionsPayment(CollectionsPortal, PortalAccount, InvoicePayment):
    """Pay everything of one company and currency together, on core's own page.

    Core's overdue page takes invoices of one partner, company and currency, or fails; it
    asks for whole invoices, whatever is due of them, contested or covered by credits.
    """

    @http.route()
    def portal_my_overdue_invoices(self, access_token=None, **kw):
        """Where core cannot add up, the customer chooses what to pay."""
        try:
            return super().portal_my_overdue_invoices(access_token=access_token, **kw)
        except ValidationError:
            return request.redirect(PAGE)

    @http.route(
        f"{PAGE}/pay/<int:company_id>/<int:currency_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def portal_collection_pay(
        self, company_id, currency_id, scope="overdue", notice_id=None, access_token=None, **_kw
    ):
        try:
            access = self._collection_pay_access(notice_id, access_token)
            wanted = request.env["collection.portal"]._to_pay(
                access, company_id, currency_id, scope if scope in SCOPES else "overdue"
            )
        except AccessError:
            return request.redirect("/my")
        if not wanted["amount"]:
            return request.redirect(self._collection_url(access))
        reference = request.env["collection.portal"]._payment_reference(access, wanted)
        values = {
            "page_name": "overdue_invoices",
            "no_breadcrumbs": access.by_link,
            "payment": {
                "reference": reference,
                "amount": wanted["amount"],
                "currency": wanted["currency"],
            },
            "amount": wanted["amount"],
            **self._get_common_page_view_values(
                invoices_data={
                    "partner": access.customer,
                    "company": wanted["company"],
                    "total_amount": wanted["amount"],
                    "currency": wanted["currency"],
                    "amount_residual": wanted["amount"],
                    "payment_reference": reference,
                    "landing_route": self._collection_url(access),
                    "transaction_route": self._collection_transaction_route(
                        access, company_id, currency_id, wanted["scope"]
                    ),
                },
                access_token=access_token,
            ),
        }
        response = request.render("account_payment.portal_overdue_invoices_page", values)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @http.route(
        f"{PAGE}/transaction/<int:company_id>/<int:currency_id>/<string:scope>/<int:notice_id>",
        type="jsonrpc",
        auth="public",
    )
    def portal_collection_transaction(
        self, company_id, currency_id, scope, notice_id, access_token=None, **kwargs
    ):
        """Like core's, for the items of one company and currency.

        :raises ValidationError: for whoever may not see them
        """
        try:
            access = self._collection_pay_access(notice_id, access_token)
            wanted = request.env["collection.portal"]._to_pay(
                access, company_id, currency_id, scope if scope in SCOPES else "overdue"
            )
        except AccessError as error:
            raise ValidationError(request.env._("The access token is invalid.")) from error
        if not wanted["amount"]:
            raise ValidationError(request.env._("There is nothing left to pay."))
        # The one the page showed, as core has it.
        reference = str(kwargs.pop("payment_reference", None) or "")[:64]
        reference = reference or request.env["collection.portal"]._payment_reference(access, wanted)
        self._validate_transaction_kwargs(kwargs)
        # What is owed is read from the books, not from the browser.
        kwargs["amount"] = wanted["amount"]
        kwargs["landing_route"] = self._collection_url(access)
        partner = access.author if access.by_link else request.env.user.partner_id
        if access.by_link:
            # Whoever has the link pays; his card is not kept as the customer's.
            kwargs["tokenization_requested"] = False
        return self._process_transaction(
            partner.id, wanted["currency"].id, wanted["invoices"].ids, reference, **kwargs
        )

    def _collection_pay_access(self, notice_id, access_token):
        """By the link of a notice where there is one, else by login."""
        notice_id = _integer(notice_id)
        if notice_id:
            return self._collection_access(notice_id, access_token)
        return self._collection_access()

    def _collection_transaction_route(self, access, company_id, currency_id, scope):
        return f"{PAGE}/transaction/{company_id}/{currency_id}/{scope}/{access.notice.id or 0}"

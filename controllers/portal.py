from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, LockError, UserError, ValidationError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.collection_portal_files import MAX_FILES, MAX_SIZE

PAGE = "/my/collections"
# What a page may say after it was sent; nothing else from the address bar is shown.
DONE = ("promise", "dispute", "contact")


class CollectionsPortal(CustomerPortal):
    """The customer's page of what is open: he sees, pays, promises, contests.

    Every check is in ``collection.portal``; here is only what belongs to a browser.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_item_count" in counters:
            door = request.env["collection.portal"]
            values["collection_item_count"] = len(door._open_lines(door._access_user()))
        return values

    # Looking

    @http.route(PAGE, type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def portal_my_collections(self, done=None, **_kw):
        return self._collection_page(self._collection_access(), done=done)

    @http.route(
        f"{PAGE}/notice/<int:notice_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def portal_collection_notice(self, notice_id, access_token=None, done=None, **_kw):
        try:
            access = self._collection_access(notice_id, access_token)
        except AccessError:
            return request.redirect("/my")
        return self._collection_page(access, done=done)

    @http.route(
        f"{PAGE}/notice/<int:notice_id>/pdf",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def portal_collection_notice_pdf(self, notice_id, access_token=None, **_kw):
        """By the link of this notice, or of any of the customer's own after logging in."""
        try:
            if access_token:
                access = self._collection_access(notice_id, access_token)
            else:
                access = self._collection_access()
            return self._collection_file(access, "_notice_pdf", notice_id)
        except AccessError:
            return request.redirect("/my")

    @http.route(
        f"{PAGE}/statement", type="http", auth="user", website=True, methods=["GET"], sitemap=False
    )
    def portal_collection_statement(self, company_id=None, date_from=None, date_to=None, **_kw):
        access = self._collection_access()
        company_id = _integer(company_id)
        try:
            return self._collection_file(access, "_statement_pdf", company_id, date_from, date_to)
        except AccessError:
            return request.redirect(PAGE)

    # Answering

    @http.route(
        f"{PAGE}/promise", type="http", auth="public", website=True, methods=["POST"], sitemap=False
    )
    def portal_collection_promise(self, company_id=None, date=None, **post):
        items = [_integer(one) for one in request.httprequest.form.getlist("item_ids")]
        return self._collection_answer(
            "promise", post, "_promise", _integer(company_id), items, date
        )

    @http.route(
        f"{PAGE}/dispute", type="http", auth="public", website=True, methods=["POST"], sitemap=False
    )
    def portal_collection_dispute(
        self, company_id=None, item_id=None, reason_id=None, text=None, amount=None, **post
    ):
        return self._collection_answer(
            "dispute",
            post,
            "_dispute",
            _integer(company_id),
            _integer(item_id),
            _integer(reason_id),
            text,
            amount,
            files=self._collection_files(),
        )

    @http.route(
        f"{PAGE}/contact", type="http", auth="public", website=True, methods=["POST"], sitemap=False
    )
    def portal_collection_contact(self, name=None, email=None, phone=None, **post):
        return self._collection_answer("contact", post, "_name_contact", name, email, phone)

    # What they share

    def _collection_access(self, notice_id=None, access_token=None):
        """:raises AccessError: for a link that opens nothing"""
        door = request.env["collection.portal"]
        if notice_id is None:
            return door._access_user()
        access = door._access_link(notice_id, access_token)
        # Whoever comes by a link reads the language the notice was written in.
        if request.env.user._is_public():
            request.update_context(lang=access.notice._letter_lang())
        return access

    def _collection_answer(self, done, post, method, *args, **kwargs):
        """Hand an answer to the door; what it objects to is said on the page."""
        token = post.get("access_token")
        try:
            access = self._collection_access(
                _integer(post.get("notice_id")) if token else None, token
            )
        except AccessError:
            return request.redirect("/my")
        door = request.env["collection.portal"]
        try:
            with request.env.cr.savepoint():
                getattr(door, method)(access, *args, **kwargs)
        except AccessError as error:
            raise NotFound() from error
        except LockError:
            message = request.env._("Something of yours is being saved. Please try again.")
            return self._collection_page(access, error=message, status=409)
        except (UserError, ValidationError) as error:
            return self._collection_page(access, error=error.args[0], status=422)
        return request.redirect(f"{self._collection_url(access)}done={done}#done", code=303)

    def _collection_url(self, access):
        if not access.by_link:
            return f"{PAGE}?"
        return f"{PAGE}/notice/{access.notice.id}?access_token={access.notice.portal_token}&"

    def _collection_page(self, access, done=None, error=None, status=200):
        values = {
            **self._prepare_portal_layout_values(),
            **request.env["collection.portal"]._prepare_page(access),
            "page_name": "collections",
            "access_token": access.notice.portal_token if access.by_link else None,
            "no_breadcrumbs": access.by_link,
            "done": done if done in DONE else None,
            "failed": error,
        }
        response = request.render("account_collections.portal_my_collections", values)
        response.status_code = status
        # The address holds the key to the page.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    def _collection_file(self, access, method, *args):
        name, content = getattr(request.env["collection.portal"], method)(access, *args)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )

    def _collection_files(self):
        """What was uploaded; never more of a file than shows that it is too large."""
        uploads = request.httprequest.files.getlist("files")[: MAX_FILES + 1]
        return [(one.filename, one.read(MAX_SIZE + 1)) for one in uploads if one.filename]


def _integer(text):
    """An id from a form; 0, which is nobody's, for anything else."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

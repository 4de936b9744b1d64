from odoo import api, models

from ..engine import compose, discount_notices, netting


class CollectionProposal(models.AbstractModel):
    """Notices that an early-payment discount ends."""

    _inherit = "collection.proposal"

    @api.model
    def _compute_discounts(self, books, moves=None, policies=None):
        """:return: ``(drafts, ids of the items told today, omissions)``"""
        self.env["collection.candidate"]._read_discounts(books)
        discounts = books.discounts
        if not discounts.offers:
            return [], set(), []
        drafts, omissions = discount_notices.compose_offers(
            books.items,
            discounts.offers,
            self._within(books, discounts.decisions, moves, policies),
            books.rules,
            books.credits,
            books.date,
            books.precisions,
        )
        if drafts:
            drafts, omissions = self._keep_reachable(books, drafts, omissions)
        told = {line.item_id for draft in drafts for line in draft.advancing}
        return drafts, told | discounts.told | discounts.proposed.keys(), omissions

    @api.model
    def _is_proposed_here(self, run, books, omission):
        level = omission.level.id if omission.level else None
        if level in books.discounts.level_ids:
            return books.discounts.proposed.get(omission.item_id) == run.id
        return super()._is_proposed_here(run, books, omission)

    @api.model
    def _prepare_totals(self, draft):
        return {
            **super()._prepare_totals(draft),
            "amount_discount": draft.amount_discount,
            "discount_date": next(
                (line.offer.end for line in draft.lines if line.kind == compose.OFFER), None
            ),
            "is_voucher": any(
                line.offer.voucher for line in draft.lines if line.kind == compose.OFFER
            ),
        }

    @api.model
    def _prepare_lines(self, books, lines):
        """What can be saved on an item, and until when; a credit lowers what is paid."""
        offers = [line.offer for _notice, _draft, line in lines]
        drafts = {id(draft): draft for _notice, draft, _line in lines}
        telling = {key for key, draft in drafts.items() if draft.is_discount}
        return {
            **super()._prepare_lines(books, lines),
            "offer_id": [offer.id if offer else None for offer in offers],
            "discount_date": [offer.end if offer else None for offer in offers],
            "amount_discount": [offer.saving if offer else 0.0 for offer in offers],
            "amount_to_pay": [
                self._to_pay(books, draft, line) if id(draft) in telling else 0.0
                for _notice, draft, line in lines
            ],
        }

    @api.model
    def _to_pay(self, books, draft, line):
        precision = books.precisions[draft.currency]
        if line.offer:
            return discount_notices.to_pay(line.amount, line.offer, precision)
        return netting.rounded(line.amount, precision)

    @api.model
    def _add_open_charges(self, books, drafts):
        """Nobody is reminded of old charges while he is offered a discount."""
        return super()._add_open_charges(books, [row for row in drafts if not row.is_discount])

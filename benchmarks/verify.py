"""Is a multiplied ledger a ledger? Sums by SQL, and the ORM works on a copy as on its original."""

from contextlib import closing

from odoo.tools import mute_logger

from . import sizes
from .truth import LATER

COUNTS = """
    SELECT count(*) FILTER (WHERE move_type = 'out_invoice'),
           count(*) FILTER (WHERE move_type = 'out_refund'),
           count(*) FILTER (WHERE origin_payment_id IS NOT NULL),
           count(DISTINCT commercial_partner_id) FILTER (WHERE move_type = 'out_invoice'),
           count(DISTINCT (journal_id, name)) FILTER (WHERE journal_id IN %s),
           count(*) FILTER (WHERE journal_id IN %s)
      FROM account_move WHERE state = 'posted'
"""
UNBALANCED = """
    SELECT count(*) FROM (
        SELECT move_id FROM account_move_line
         GROUP BY move_id HAVING sum(debit) != sum(credit) OR sum(balance) != 0) AS entry
"""
# An entry and its lines agree on what is open, on the customer and on the name.
DISAGREEING = """
    SELECT count(*)
      FROM account_move m
      JOIN account_move_line l ON l.move_id = m.id
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
     WHERE m.move_type IN ('out_invoice', 'out_refund')
       AND (abs(l.amount_residual) != m.amount_residual_signed * sign(m.amount_residual_signed)
            OR abs(l.amount_residual_currency) != m.amount_residual
            OR l.partner_id != m.partner_id OR l.move_name != m.name OR l.parent_state != m.state)
"""
ORPHANS = """
    SELECT (SELECT count(*) FROM account_move_line l
              LEFT JOIN account_move m ON m.id = l.move_id
              LEFT JOIN res_partner p ON p.id = l.partner_id
             WHERE m.id IS NULL OR p.id IS NULL)
         + (SELECT count(*) FROM account_move m
              LEFT JOIN res_partner p ON p.id = m.partner_id
              LEFT JOIN res_partner c ON c.id = m.commercial_partner_id
              LEFT JOIN account_payment y ON y.id = m.origin_payment_id
             WHERE p.id IS NULL OR c.id IS NULL OR c.id != p.commercial_partner_id
                OR m.origin_payment_id IS NOT NULL AND y.move_id IS DISTINCT FROM m.id)
         + (SELECT count(*) FROM res_partner p
              LEFT JOIN res_partner c ON c.id = p.commercial_partner_id WHERE c.id IS NULL)
"""
SUMS = """
    SELECT sum(amount_residual), sum(amount_residual_currency), sum(abs(balance)), count(*)
      FROM account_move_line WHERE id BETWEEN %s AND %s
"""
EVERY_ID = (0, 2**31 - 1)
WRONG = {"unbalanced entries": UNBALANCED, "disagreeing lines": DISAGREEING, "orphans": ORPHANS}
# Fields that must read the same on a copy as on its original.
COMPARED = (
    "state",
    "move_type",
    "payment_state",
    "amount_total",
    "amount_residual",
    "amount_residual_signed",
    "currency_id",
    "invoice_date",
    "invoice_date_due",
    "journal_id",
    "collection_status",
    "collection_next_date",
)


class LedgerWrong(Exception):
    """The multiplied ledger does not add up."""


def check(truth, multiplier):
    """Check the ledger; what the ORM tries out is rolled back.

    :raises LedgerWrong: saying what does not add up
    """
    copies = multiplier.copies + 1
    env = truth.env
    journals = tuple((truth.sales | truth.bank).ids)
    env.cr.execute(COUNTS, (journals, journals))
    found = env.cr.fetchone()
    entries = sizes.INVOICES + sizes.CREDIT_NOTES + sizes.PAYMENTS
    expected = (
        sizes.INVOICES * copies,
        sizes.CREDIT_NOTES * copies,
        sizes.PAYMENTS * copies,
        sizes.CUSTOMERS * copies,
        entries * copies,
        entries * copies,
    )
    _expect("counts", found, expected)
    for name, query in WRONG.items():
        env.cr.execute(query)
        _expect(name, env.cr.fetchone()[0], 0)
    env.cr.execute(SUMS, multiplier.ranges["account_move_line"])
    one = env.cr.fetchone()
    env.cr.execute(SUMS, EVERY_ID)
    # Odoo reads amounts as floats.
    found = tuple(round(value, 2) for value in env.cr.fetchone())
    _expect("sums", found, tuple(round(value * copies, 2) for value in one))
    if multiplier.copies:
        _compare(truth, multiplier)
        _use(truth, multiplier)


def _expect(name, found, expected):
    if found != expected:
        raise LedgerWrong(f"{name}: {found} instead of {expected}")


def _compare(truth, multiplier):
    """The ORM reads the last copy of each entry like its original."""
    shift = multiplier.copies * multiplier.spans["account_move"]
    copies = truth.moves.browse([move.id + shift for move in truth.moves])
    names = [name for name in COMPARED if name in truth.moves._fields]
    for original, copy in zip(truth.moves, copies, strict=True):
        left, right = ({name: move[name] for name in names} for move in (original, copy))
        _expect(f"{copy.name}, copy of {original.name}", right, left)


@mute_logger("odoo.addons.account.models.account_move")
def _use(truth, multiplier):
    """A copy is reset, posted again and paid; a new invoice takes the next number."""
    invoice = truth.moves.filtered(lambda move: move.move_type == "out_invoice")[:1]
    shift = multiplier.copies * multiplier.spans["account_move"]
    copy = invoice.browse(invoice.id + shift)
    with closing(truth.env.cr.savepoint()):
        name = copy.name
        copy.button_draft()
        copy.action_post()
        _expect("name after posting again", copy.name, name)
        context = {"active_model": "account.move", "active_ids": copy.ids}
        register = truth.env["account.payment.register"].with_context(**context)
        register.create({"payment_date": truth.day})._create_payments()
        _expect("residual after payment", copy.amount_residual, 0)
        values = truth._prepare_invoice(0, LATER)
        new = invoice.create(values)
        new.action_post()
        _expect("number of a new invoice", new.sequence_number, _numbers(new) + 1)
        truth.env.flush_all()
    truth.env.invalidate_all()


def _numbers(move):
    """Return the highest number beside a move's own."""
    move.env.cr.execute(
        "SELECT max(sequence_number) FROM account_move"
        " WHERE journal_id = %s AND sequence_prefix = %s AND id != %s",
        (move.journal_id.id, move.sequence_prefix, move.id),
    )
    return move.env.cr.fetchone()[0] or 0

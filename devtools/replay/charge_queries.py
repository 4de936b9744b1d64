"""What the charge checks read; amounts in hundredths."""

CHARGES = """
    SELECT c.id, m.name AS invoice, c.kind, c.state, c.date, c.date_from, c.date_to,
           round(c.amount * 100)::bigint AS cents, cur.name AS currency,
           round((SELECT sum((part ->> 'amount')::numeric)
                    FROM jsonb_array_elements(c.segments) part) * 100)::bigint AS explained
      FROM collection_charge c
      JOIN account_move m ON m.id = c.move_id
      JOIN res_currency cur ON cur.id = c.currency_id
     WHERE c.state != 'reversed'
     ORDER BY c.date_from
"""
TOTALS = """
    SELECT c.kind, c.state, cur.name AS currency, count(*) AS times,
           round(sum(c.amount_total) * 100)::bigint AS cents,
           round(sum(c.amount_waived) * 100)::bigint AS waived
      FROM collection_charge c JOIN res_currency cur ON cur.id = c.currency_id
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
# What the books have of charges, and what the charges say; credit notes count as less.
BOOKED = """
    SELECT cur.name AS currency,
           round(sum(CASE WHEN m.move_type = 'out_refund' THEN -m.amount_total
                          ELSE m.amount_total END) * 100)::bigint AS cents
      FROM account_move m JOIN res_currency cur ON cur.id = m.currency_id
     WHERE m.collection_is_charge AND m.state = 'posted'
     GROUP BY 1
"""
CLAIMED = """
    SELECT cur.name AS currency,
           round(sum(c.amount_total - COALESCE(c.amount_waived, 0)) * 100)::bigint AS cents
      FROM collection_charge c JOIN res_currency cur ON cur.id = c.currency_id
     WHERE c.charge_move_id IS NOT NULL AND c.state != 'reversed'
     GROUP BY 1
"""
# What was waived before it was booked is not on the document.
DOCUMENTS = """
    SELECT m.name,
           m.amount_total - COALESCE((SELECT sum(refund.amount_total) FROM account_move refund
                                       WHERE refund.reversed_entry_id = m.id), 0) AS booked,
           sum(CASE WHEN c.state = 'reversed' THEN 0
                    ELSE c.amount_total - COALESCE(c.amount_waived, 0) END) AS charged
      FROM account_move m JOIN collection_charge c ON c.charge_move_id = m.id
     GROUP BY m.id
"""
RESIDUALS = """
    SELECT cur.name AS currency,
           round(sum(l.amount_residual_currency) * 100)::bigint AS cents
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id AND m.collection_is_charge
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_currency cur ON cur.id = l.currency_id
     WHERE l.parent_state = 'posted'
     GROUP BY 1
"""
# Each row a notice prints: the charge exists, once, and was of this customer.
DEMANDED = """
    SELECT n.id, p.id AS partner, p.name AS customer, n.company_id, n.currency_id,
           round(n.amount_due * 100)::bigint AS due,
           round(n.amount_charges * 100)::bigint AS charges,
           round(n.amount_total * 100)::bigint AS total,
           (SELECT round(sum(l.amount_charges) * 100)::bigint
              FROM collection_notice_line l WHERE l.notice_id = n.id) AS of_lines,
           n.charge_details AS rows
      FROM collection_notice n JOIN res_partner p ON p.id = n.partner_id
      LEFT JOIN collection_run r ON r.id = n.run_id
     WHERE n.stage = 'issued' AND n.date = %(day)s AND r.date = %(day)s
"""
# The notice's own case was opened by it, after what it demands was settled.
IN_CASES = """
    SELECT l.move_line_id AS item
      FROM collection_case_line l JOIN collection_case c ON c.id = l.case_id
     WHERE c.partner_id = %(partner)s AND c.notice_id IS DISTINCT FROM %(notice)s
       AND c.date_prepared <= %(day)s AND l.is_live
"""
RULE = "SELECT * FROM collection_fee_rule WHERE id = %(rule)s"
SERIES = """
    SELECT s.validity, r.date_from, r.rate FROM collection_rate r
      JOIN collection_rate_series s ON s.id = r.series_id WHERE s.id = %(series)s
"""
EXCHANGE = """
    SELECT name AS day, rate FROM res_currency_rate
     WHERE currency_id = %(currency)s AND company_id = %(company)s ORDER BY name
"""

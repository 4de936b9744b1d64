"""The SQL of the faults program: what each customer has, and what must never be found."""

# Without ids that differ from run to run. The first column is the customer.
STATE = {
    "lines": """
        SELECT n.partner_id, l.move_line_id, l.level_id, l.occurrence
          FROM collection_notice_line l JOIN collection_notice n ON n.id = l.notice_id
         WHERE l.kind = 'item' AND l.stage = 'issued'
    """,
    "notices": """
        SELECT partner_id, stage, level_id, currency_id, date, amount_due, amount_charges,
               amount_total, letter_attachment_id IS NOT NULL
          FROM collection_notice
         WHERE stage != 'cancelled'
    """,
    "charges": """
        SELECT partner_id, move_line_id, kind, date_from, date_to, amount, amount_total, state
          FROM collection_charge
    """,
    "books": """
        SELECT p.commercial_partner_id, l.currency_id,
               sum(l.amount_residual_currency) AS residual, sum(l.balance) AS balance,
               count(*) AS items
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id
           AND a.account_type = 'asset_receivable'
          JOIN res_partner p ON p.id = l.partner_id
         WHERE l.parent_state = 'posted'
         GROUP BY 1, 2
    """,
    "contacts": """
        SELECT partner_id, channel, direction, state, failure_kind
          FROM collection_communication
    """,
    "items": """
        SELECT p.commercial_partner_id, l.id, l.collection_level_id
          FROM account_move_line l
          JOIN res_partner p ON p.id = l.partner_id
         WHERE l.collection_level_id IS NOT NULL
    """,
}

# E-mails of notices that did not leave, or of which nobody knows, and what a person reads.
FAILED = """
    SELECT notice_id, failure_kind, lower(address) AS address, resolved
      FROM collection_communication
     WHERE notice_id IS NOT NULL AND channel = 'email' AND direction = 'out'
       AND state = 'failed' AND coalesce(failure_reason, '') != ''
"""
SENT = """
    SELECT c.notice_id FROM collection_communication c
      JOIN collection_notice n ON n.id = c.notice_id
     WHERE c.channel = 'email' AND c.direction = 'out' AND c.state = 'sent' AND n.date >= %s
"""
# Notices of which the log says that an e-mail left, or may have.
SEEN = """
    SELECT notice_id FROM collection_communication
     WHERE channel = 'email' AND direction = 'out' AND notice_id IS NOT NULL
       AND (state = 'sent' OR state = 'failed' AND failure_kind = 'unknown')
"""
# Issued notices that have not exactly one live message by a channel of their level. A letter
# waits for the post and a call for its caller; an e-mail that still waits has not arrived.
CHANNELS = """
    SELECT n.id, ch.channel, count(c.id) AS number
      FROM collection_notice n
      JOIN collection_level v ON v.id = n.level_id
     CROSS JOIN LATERAL (VALUES ('email', v.send_email), ('letter', v.send_letter),
                                ('call', v.make_call)) ch(channel, enabled)
      LEFT JOIN collection_communication c
        ON c.notice_id = n.id AND c.direction = 'out' AND c.channel = ch.channel
       AND (c.state IN ('sent', 'done') OR c.state = 'queued' AND ch.channel != 'email'
            OR c.state = 'failed' AND c.failure_kind = 'unknown')
     WHERE n.stage = 'issued' AND ch.enabled AND n.date >= %s
     GROUP BY n.id, ch.channel HAVING count(c.id) != 1
"""

# Each finds what should not be there once everything has been finished.
INVARIANTS = {
    "proposals in runs that are over": """
        SELECT n.id FROM collection_notice n JOIN collection_run r ON r.id = n.run_id
         WHERE n.stage = 'proposed' AND r.state != 'proposed'
    """,
    "runs that stopped half-way": """
        SELECT id, state FROM collection_run WHERE state IN ('draft', 'proposed')
    """,
    "runs half reversed": """
        SELECT r.id, r.state, n.stage, n.id AS notice FROM collection_run r
          JOIN collection_notice n ON n.run_id = r.id
         WHERE r.state = 'reversed' AND n.stage = 'issued'
            OR r.state = 'issued' AND n.stage = 'reversed'
    """,
    "lines at another stage than their notice": """
        SELECT l.id, l.stage, n.stage AS of_notice FROM collection_notice_line l
          JOIN collection_notice n ON n.id = l.notice_id
         WHERE l.stage = 'issued' AND n.stage != 'issued'
            OR l.stage = 'proposed' AND n.stage NOT IN ('proposed', 'to_approve')
    """,
    "items at another level than their last notice says": """
        SELECT i.id FROM account_move_line i
          LEFT JOIN LATERAL (
               SELECT l.level_id FROM collection_notice_line l
                 JOIN collection_notice n ON n.id = l.notice_id
                WHERE l.move_line_id = i.id AND l.kind = 'item' AND l.stage = 'issued'
                ORDER BY n.date DESC, n.id DESC LIMIT 1) last ON true
         WHERE i.collection_level_id IS DISTINCT FROM last.level_id
           AND (i.collection_level_id IS NOT NULL OR last.level_id IS NOT NULL)
    """,
    "queued e-mails without a mail that waits": """
        SELECT c.id, m.state FROM collection_communication c
          LEFT JOIN mail_mail m ON m.id = c.mail_mail_id
         WHERE c.channel = 'email' AND c.state = 'queued'
    """,
    "mails left in the queue": """
        SELECT m.id FROM mail_mail m JOIN collection_communication c ON c.mail_mail_id = m.id
         WHERE m.state = 'outgoing'
    """,
    "mails and communications that disagree": """
        SELECT c.id, c.state, m.state AS of_mail FROM collection_communication c
          JOIN mail_mail m ON m.id = c.mail_mail_id
         WHERE (m.state = 'sent') != (c.state = 'sent')
    """,
    "failures without a reason": """
        SELECT id, 'communication' AS kind FROM collection_communication
         WHERE state = 'failed' AND coalesce(failure_reason, '') = ''
         UNION ALL
        SELECT id, 'notice' FROM collection_notice
         WHERE stage = 'failed' AND coalesce(failure_reason, '') = ''
    """,
    "failures nobody is shown": """
        SELECT c.id FROM collection_communication c
          JOIN collection_notice n ON n.id = c.notice_id
         WHERE c.state = 'failed' AND c.failure_kind != 'cancelled' AND c.resolved IS NOT TRUE
           AND n.is_undelivered IS NOT TRUE
    """,
    "planned calls without an activity": """
        SELECT id FROM collection_communication
         WHERE channel = 'call' AND state = 'queued' AND activity_id IS NULL
    """,
    "activities of calls that are not planned": """
        SELECT a.id FROM mail_activity a
          JOIN collection_notice n ON n.id = a.res_id AND a.res_model = 'collection.notice'
          LEFT JOIN collection_communication c ON c.activity_id = a.id
         WHERE c.id IS NULL AND a.activity_type_id =
               (SELECT res_id FROM ir_model_data
                 WHERE module = 'mail' AND name = 'mail_activity_data_call')
    """,
    "letters of no notice": """
        SELECT a.id FROM ir_attachment a
          LEFT JOIN collection_notice n ON n.letter_attachment_id = a.id
         WHERE a.res_model = 'collection.notice' AND a.res_field IS NULL AND n.id IS NULL
    """,
    "issued letters that were never made": """
        SELECT n.id FROM collection_notice n JOIN collection_level v ON v.id = n.level_id
         WHERE n.stage = 'issued' AND n.letter_attachment_id IS NULL
           AND (v.send_letter OR v.send_email AND (v.attach_letter OR v.fee_rule_id IS NOT NULL))
    """,
    "e-mails that left without their letter": """
        SELECT c.id FROM collection_communication c
          JOIN collection_notice n ON n.id = c.notice_id
          JOIN collection_level v ON v.id = n.level_id
         WHERE c.channel = 'email' AND c.state = 'sent'
           AND (v.attach_letter OR v.fee_rule_id IS NOT NULL)
           AND NOT EXISTS (SELECT FROM message_attachment_rel r
                             JOIN mail_mail m ON m.mail_message_id = r.message_id
                            WHERE m.id = c.mail_mail_id
                              AND r.attachment_id = n.letter_attachment_id)
    """,
    "charges that were not booked": """
        SELECT id, state FROM collection_charge
         WHERE state = 'draft' OR state = 'posted' AND charge_move_id IS NULL
    """,
    "charge documents of another amount than their charges": """
        SELECT m.id, m.amount_total, sum(c.amount_total) FROM account_move m
          JOIN collection_charge c ON c.charge_move_id = m.id
         GROUP BY m.id HAVING m.amount_total != sum(c.amount_total)
    """,
    "charge documents without charges, or not posted": """
        SELECT m.id, m.state FROM account_move m
         WHERE m.collection_is_charge AND m.move_type = 'out_invoice'
           AND (m.state != 'posted'
                OR NOT EXISTS (SELECT FROM collection_charge c WHERE c.charge_move_id = m.id))
    """,
    "reversed charges that do not net to zero": """
        SELECT m.id, m.amount_residual FROM account_move m
          JOIN collection_charge c ON c.charge_move_id = m.id
         GROUP BY m.id HAVING bool_and(c.state = 'reversed') AND m.amount_residual != 0
    """,
    "entries that do not balance": """
        SELECT move_id FROM account_move_line GROUP BY 1 HAVING abs(sum(balance)) > 0.001
    """,
}
LOCKS = {
    "locks": """
        SELECT l.pid, l.mode FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.pid != pg_backend_pid()
           AND l.pid NOT IN (SELECT pid FROM pg_stat_activity WHERE backend_type != 'client backend')
    """,
    "open transactions": """
        SELECT pid, state FROM pg_stat_activity
         WHERE datname = current_database() AND pid != pg_backend_pid()
           AND backend_type = 'client backend' AND state != 'idle'
    """,
}

"""Faults of data: a template that raises, a rate that is missing; mended the same day."""

from .chaos_count import judge
from .chaos_world import LEDGER

OTHERS = (
    "SELECT count(*) FROM collection_communication c JOIN collection_notice n"
    " ON n.id = c.notice_id WHERE c.state = 'sent'"
    " AND n.date = (SELECT max(date) FROM collection_run)"
)
EVERY = 7  # the template raises for one customer in so many


def damaged(chaos, damage, mend, reason):
    """Damage the data, do the day's work, look for the reason, mend it, finish.

    :param reason: SQL that counts the customers of whom a person reads the reason
    """
    with chaos.world.scene(LEDGER) as scene:
        scene.sql(*damage)
        told = scene.step("morning")
        problems = [] if told.code == 0 else [f"the morning ended with {told.code}: {told.data}"]
        if not scene.sql(reason)[0][0]:
            problems.append("nobody can read why customers were left out")
        if not scene.sql(OTHERS)[0][0]:
            problems.append("one bad customer stopped the others")
        scene.sql(*mend)
        problems += scene.finish()
        yield judge(scene, chaos.reference, problems=problems)


def _skipped(reason):
    return (
        "SELECT count(DISTINCT s.partner_id) FROM collection_skip s"
        f" WHERE s.reason = '{reason}' AND coalesce(s.detail, '') != ''"
    )


def _put_aside(table, condition):
    """Return (damage, mend) of rows that are missing for a while."""
    return (
        [
            f"CREATE TABLE chaos_aside AS SELECT * FROM {table} WHERE {condition}",
            f"DELETE FROM {table} WHERE {condition}",
        ],
        [f"INSERT INTO {table} SELECT * FROM chaos_aside", "DROP TABLE chaos_aside"],
    )


RAISES = (
    [
        "CREATE TABLE chaos_aside AS SELECT id, body_html FROM mail_template",
        f"""UPDATE mail_template SET body_html = (
            SELECT jsonb_object_agg(key, '<p t-if="object.partner_id.id % {EVERY} == 0">'
                   '<t t-out="1 / 0"/></p>' || value) FROM jsonb_each_text(body_html))
             WHERE model = 'collection.notice' AND body_html IS NOT NULL""",
    ],
    [
        "UPDATE mail_template t SET body_html = a.body_html FROM chaos_aside a WHERE a.id = t.id",
        "DROP TABLE chaos_aside",
    ],
)
ECB = "series_id = (SELECT res_id FROM ir_model_data WHERE name = 'rate_series_ecb')"
FOREIGN = "currency_id != (SELECT currency_id FROM res_company WHERE id = 1)"
FAULTS = {
    "template": (
        "a template raises for some customers",
        lambda chaos: damaged(chaos, *RAISES, _skipped("error")),
    ),
    "rate": (
        "the reference rate is missing",
        lambda chaos: damaged(chaos, *_put_aside("collection_rate", ECB), _skipped("missing_rate")),
    ),
    "currency": (
        "an exchange rate is missing",
        lambda chaos: damaged(
            chaos, *_put_aside("res_currency_rate", FOREIGN), _skipped("missing_currency_rate")
        ),
    ),
}

"""What `./dev demo` does in its database: the main job, today, and what came of it."""

import re
from collections import Counter
from pathlib import Path

REPORT = "account_collections.action_report_notice"


def main(env, args):
    """Run the scheduled action and the mail queue, and say in plain words what happened."""
    _show_demo_company(env)
    # Mails about the demonstration data of other modules are no result of ours.
    env["mail.mail"].search([("state", "=", "outgoing")]).unlink()
    print("\nRunning the main job (the scheduled action) for today …", flush=True)
    env["collection.run"]._cron_advance()
    env["collection.run"]._cron_render_letters()
    env["collection.charge"]._cron_charges()
    env.cr.commit()
    env["mail.mail"].process_email_queue()
    env.cr.commit()
    # Each company's own day, as the job took it.
    runs = env["collection.run"].search([("automatic", "=", True)], order="company_id")
    for run in runs.filtered(lambda run: run.date == run.company_id._collection_today()):
        _tell(run)
        _tell_charges(run)
    folder = Path(args.output_dir) / "letters"
    saved = _save_letters(env, folder)
    print(f"\n{saved} letters are in {folder}")
    print(
        "Users (password = login): admin, manager (approves), collector, auditor (reads)."
        "\nOpen Invoicing > Collections; what waits for approval is under To Do."
    )
    return 0


def _show_demo_company(env):
    """Let the administrator begin in a company where there is something to see."""
    company = env.ref("account_collections.company_fr", raise_if_not_found=False)
    if company:
        env.ref("base.user_admin").company_id = company


def _tell(run):
    notices, skips = run.notice_ids, run.skip_ids
    print(f"\n{run.company_id.name}, {run.date:%d %B %Y}")
    if not notices and not skips:
        print("  Nothing was due.")
    stages = dict(notices._fields["stage"]._description_selection(run.env))
    for stage, group in notices.grouped("stage").items():
        print(f"  {stages[stage]}: {_count(len(group), 'notice')}")
        for level, part in group.sorted("level_id").grouped("level_id").items():
            print(f"    {level.name}: {_count(len(part), 'notice')}")
            for notice in part:
                print(f"      {_describe(notice)}")
    if skips:
        _tell_skips(run, skips)
    _tell_messages(notices.communication_ids)
    _tell_tasks(run)


def _describe(notice):
    money = f"{notice.amount_total:,.2f} {notice.currency_id.name}"
    text = f"{notice.name or 'no number yet'}  {notice.partner_id.name}, {money}"
    return f"{text}, in {notice.lang}" + (f" ({notice.failure_reason})" * bool(notice.failure_reason))


def _tell_skips(run, skips):
    labels = dict(skips._fields["reason"]._description_selection(run.env))
    print(f"  Not reminded although a level was earned: {_count(len(skips), 'item')}")
    for reason, count in Counter(skips.mapped("reason")).most_common():
        names = skips.filtered(lambda skip, reason=reason: skip.reason == reason).partner_id
        print(f"    {labels[reason]}: {count} ({', '.join(names.mapped('name')[:3])})")


def _tell_messages(communications):
    """Say what became of today's e-mails."""
    emails = communications.filtered(lambda row: row.channel == "email")
    if emails:
        counts = Counter(emails.mapped("state"))
        print(f"  E-mails delivered: {counts['sent']}, failed: {counts['failed']}")
    for row in emails.filtered(lambda row: row.state == "failed"):
        print(f"    {row.partner_id.name}: {row.failure_reason}")


def _tell_tasks(run):
    """Say what waits for people in this company."""
    rows = run.env["collection.communication"].search(
        [("company_id", "=", run.company_id.id), ("state", "=", "queued")]
    )
    waiting = run.env["collection.notice"].search_count(
        [("company_id", "=", run.company_id.id), ("stage", "=", "to_approve")]
    )
    counts = Counter(rows.mapped("channel"))
    tasks = {
        ("letter", "to post"): counts["letter"],
        ("call", "to make"): counts["call"],
        ("notice", "to approve"): waiting,
    }
    open_tasks = [f"{_count(count, noun)} {what}" for (noun, what), count in tasks.items() if count]
    if open_tasks:
        print(f"  Waiting for people: {', '.join(open_tasks)}")


def _tell_charges(run):
    """Say what lateness has cost this company's customers so far."""
    charges = run.env["collection.charge"].search([("company_id", "=", run.company_id.id)])
    kinds = dict(charges._fields["kind"]._description_selection(run.env))
    if charges:
        print(f"  Late payment charged so far: {_count(len(charges), 'charge')}")
    for (kind, currency), group in charges.grouped(lambda c: (c.kind, c.currency_id)).items():
        claimed, waived = sum(group.mapped("amount_total")), sum(group.mapped("amount_waived"))
        text = f"    {kinds[kind]}: {len(group)}, {claimed:,.2f} {currency.name}"
        print(text + f", {waived:,.2f} of it waived" * bool(waived))
    undecided = charges.filtered(lambda charge: charge.leftover == "to_decide")
    for invoice, group in undecided.grouped("move_id").items():
        amount = sum(group.mapped("amount_open"))
        print(
            f"    {invoice.name} of {invoice.partner_id.name} was paid without its charges of "
            f"{amount:,.2f} {invoice.currency_id.name}: claim, keep or waive?"
        )


def _save_letters(env, folder):
    """Write the letters of all notices, and what those to approve would say."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.pdf"):
        path.unlink()
    issued = env["collection.notice"].search([("letter_attachment_id", "!=", False)])
    for notice in issued:
        _path(folder, notice, notice.name).write_bytes(notice.letter_attachment_id.raw)
    waiting = env["collection.notice"].search([("stage", "=", "to_approve")])
    reports = env["ir.actions.report"]
    for notice in waiting:
        content, _type = reports._render_qweb_pdf(REPORT, res_ids=notice.ids)
        _path(folder, notice, "to approve").write_bytes(content)
    return len(issued) + len(waiting)


def _path(folder, notice, name):
    label = re.sub(r"[^\w.-]+", "_", f"{notice.date}_{name}_{notice.partner_id.name}")
    return folder / f"{label}.pdf"


def _count(number, noun):
    return f"{number} {noun}" + ("s" if number != 1 else "")

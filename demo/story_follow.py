"""What the demo companies' customers answered, and what people did about it. Days are
counted back from today."""

# (company, customer, days late, begun, promised for, amount, reason): days ago
PROMISES = [
    ("fr", "papeterie", 17, 9, 5, 600.00, "Acompte promis au téléphone"),  # kept
    ("fr", "garage", 30, 16, 10, 2450.00, "Chèque promis pour la fin de semaine"),  # broken
    ("ro", "construct", 45, 40, 35, 5000.00, "Plătește după recepția lucrării"),  # broken
]
# (company, customer, days late, signed, first instalment, instalments): days ago
PLANS = [("fr", "hotel", 15, 6, 5, 3)]
# (company, customer, days late, begun, amount, kind of reason, words, resolved days ago, how,
# what was found)
DISPUTES = [
    (
        ("fr", "hartley", 18, 14, 0.00),
        ("reason_quantity", "Only 20 of 24 lamps arrived"),
        (12, "rejected", "The signed delivery note shows all 24 lamps"),
    ),
    (
        ("fr", "hartley", 4, 3, 150.00),
        ("reason_goods_damaged", "Six shades are dented"),
        (1, "credit_note", "Photos received, six shades credited"),
    ),
]
# The kind of the disputes in `story.DISPUTES`, in their order.
DISPUTE_KINDS = ["reason_goods_damaged", "reason_price"]
# (company, customer, days ago, subject, what he wrote)
REPLIES = [
    (
        "fr",
        "cedres",
        1,
        "Re: Résidence Les Cèdres",
        "Bonjour, le syndic attend la validation du conseil. Pouvez-vous renvoyer la facture ?",
    ),
]
# (company, customer, result, in days, why late, what was said): calls of today
CALLS = [
    ("fr", "garage", "voicemail", None, None, "Répondeur, message laissé"),
    ("ro", "construct", "refuses", None, "reason_cash", "Spune că nu are bani și nu știe când"),
    ("ro", "cofetaria", "already_paid", -2, "reason_overlooked", "Spune că a plătit marți"),
    ("ro", "bucegi", "promised", 6, "reason_own_customer", "Plătește o parte vineri"),
]
# Why customers are late, by what the calls of the past found out.
CALL_REASONS = {
    "fr": ["reason_no_invoice", "reason_approval", "reason_cash"],
    "ro": ["reason_payment_run", "reason_own_customer"],
}
# (company, customer, handed over, at work since, their number): days ago
CASES = [("fr", "menuiserie", 30, 21, "RRA-2291")]
BAD_DEBTS = ("654000", "Pertes sur créances irrécouvrables")
# (company, customer, why)
WRITE_OFFS = [("fr", "ancien", "Société liquidée, insuffisance d'actif")]
# (company, countries, first letter, last letter, from amount, collector)
RULES = [
    ("fr", ["de", "uk"], "", "", 0.0, "user_collector_2"),
    ("fr", [], "", "", 5000.0, "user_manager"),
    ("fr", [], "A", "L", 0.0, "user_collector"),
    ("fr", [], "M", "Z", 0.0, "user_collector_2"),
    ("ro", [], "", "", 0.0, "user_collector_2"),
]
# (who, from days ago, to days from today, who stands in, why)
ABSENCES = [("user_collector_2", 1, 6, "user_collector", "Concediu")]

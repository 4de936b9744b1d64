"""What happened to the demo companies' customers. Days are counted back from today."""

# (company, customer, days late today, net amount, currency, what was sold)
INVOICES = [
    ("fr", "boulangerie", -20, 343.75, "EUR", "Suspensions de comptoir"),
    ("fr", "boulangerie", -2, 238.33, "EUR", "Ampoules, livraison de mars"),
    ("fr", "boulangerie", -3, 165.00, "EUR", "Réparation d'enseigne"),
    ("fr", "librairie", 33, 410.00, "EUR", "Rampes de lecture"),
    ("fr", "librairie", 3, 720.00, "EUR", "Éclairage de vitrine"),
    ("fr", "hotel", 15, 4359.00, "EUR", "Appliques, 42 chambres"),
    ("fr", "hotel", 5, 983.33, "EUR", "Lampes de chevet"),
    ("fr", "garage", 30, 2041.67, "EUR", "Éclairage d'atelier"),
    ("fr", "menuiserie", 100, 6183.33, "EUR", "Éclairage du hall d'exposition"),
    ("fr", "weber", 16, 3150.00, "EUR", "Track lights, delivery 2"),
    ("fr", "weber", -22, 2640.00, "EUR", "Track lights, delivery 3"),
    ("fr", "hartley", 18, 4800.00, "USD", "Pendant lamps, Harbour project"),
    ("fr", "hartley", 4, 1250.00, "EUR", "Spare shades"),
    ("fr", "mairie", 22, 5083.33, "EUR", "Illuminations de la place"),
    ("fr", "ferme", 9, 287.50, "EUR", "Lampes d'étable"),
    ("fr", "ancien", 25, 466.67, "EUR", "Transformateurs"),
    ("fr", "phare", 12, 650.00, "EUR", "Lanternes de terrasse"),
    ("fr", "papeterie", 17, 1250.00, "EUR", "Éclairage du magasin"),
    ("fr", "imprimerie", 20, 1916.67, "EUR", "Dalles LED, atelier 1"),
    ("fr", "imprimerie", 7, 533.33, "EUR", "Dalles LED, bureau"),
    ("fr", "fleurs", 19, 758.33, "EUR", "Spots de présentation"),
    ("fr", "cedres", 35, 2400.00, "EUR", "Rénovation des parties communes"),
    ("fr", "vasseur", 11, 358.33, "EUR", "Lampes d'établi"),
    ("fr", "solaris", 12, 79.17, "EUR", "Abat-jour de remplacement"),
    ("fr", "solaris", -25, 8900.00, "EUR", "Luminaires, siège social"),
    ("fr", "librairie", -25, 640.00, "EUR", "Lampes de lecture"),
    ("fr", "solaris", -3, 500.00, "EUR", "Lampes de bureau"),
    ("fr", "weber", -8, 1500.00, "EUR", "Track lights, spare parts"),
    ("fr", "hotel", -14, 1000.00, "EUR", "Lampes de salon"),
    ("ro", "construct", 45, 7600.00, "RON", "Mobilier pentru birouri de șantier"),
    ("ro", "construct", 32, 15247.93, "RON", "Mese și scaune, cantină"),
    ("ro", "editura", 15, 1909.50, "RON", "Rafturi pentru bibliotecă"),
    ("ro", "cofetaria", 3, 530.00, "RON", "Scaune de terasă"),
    ("ro", "cofetaria", -3, 595.04, "RON", "Mese rotunde"),
    ("ro", "bucegi", 70, 10578.51, "RON", "Paturi, 20 de camere"),
    ("ro", "prahova", 18, 1240.00, "RON", "Mobilier pentru sala de așteptare"),
    ("ro", "farmacia", -1, 876.03, "RON", "Vitrine"),
    ("ro", "farmacia", 8, 123.97, "RON", "Reparație tejghea"),
    ("ro", "alpin", 16, 2400.00, "EUR", "Cabane prefabricate, avans"),
    ("ro", "alpin", 6, 1239.67, "RON", "Transport"),
    ("ro", "ioana", 4, 314.05, "RON", "Bibliotecă din fag"),
    ("ro", "hartley", 9, 1900.00, "EUR", "Oak table tops"),
]
INSTALMENTS = {("fr", "cedres")}
# Invoices that cost less when they are paid early: 3 % within 8 days, 2 % within 15.
DISCOUNTED = {
    ("fr", "boulangerie", -20),
    ("fr", "weber", -22),
    ("ro", "cofetaria", -3),
    ("fr", "librairie", -25),  # the first tier ends in three days
    ("fr", "hotel", -14),  # paid in time
    ("fr", "weber", -8),  # taken two days late: somebody is asked
    ("fr", "solaris", -3),  # taken eight days late: claimed
}
# (company, customer, days late) of the invoice -> days ago; () is money nobody has allocated.
PAYMENTS = {
    10: [("fr", "librairie", 33, 492.00)],
    33: [("fr", "cedres", 35, 1152.00)],
    5: [
        ("fr", "papeterie", None, 600.00),
        ("fr", "weber", -8, 1470.00),
        ("fr", "hotel", 15, 1743.60),  # the first instalment of a plan
        ("fr", "menuiserie", 100, 1500.00),  # while the agency works the case
    ],
    9: [("fr", "hotel", -14, 1164.00)],
    4: [("fr", "solaris", -3, 588.00)],
}
CREDIT_NOTES = {15: [("fr", "phare", 700.00, "Retour de lanternes")]}
ARCHIVED = {12: ["ancien"]}
# The customer's mail server sends this level's e-mail back; that one fell silent.
BOUNCES = {("fr", "vasseur"): "550 5.1.1 user unknown"}
SILENCES = {("ro", "hartley"): "SMTPServerDisconnected: Connection unexpectedly closed"}
# (company, customer, days late or None for all, begun days ago, until in days, reason)
HOLDS = [("fr", "mairie", None, 10, 20, "Mandat administratif en cours")]
PROMISES = [
    ("fr", "fleurs", 19, 6, 4, 910.00, "Paie après la Fête des mères"),
    ("ro", "prahova", 18, 5, 6, 1500.40, "Plătește când încasează de la asigurare"),
]
DISPUTES = [
    ("fr", "imprimerie", 20, 8, 0.00, "Trois dalles arrivées cassées"),
    ("fr", "imprimerie", 7, 6, 140.00, "Remise convenue non déduite"),
]
# Days ago on which an invoice was sent again by hand.
SENT = {("ro", "alpin", 6): 1}
NO_FOLLOWUP = {("ro", "farmacia", 8)}
# What lateness costs: the company's policy and its rule, and customers with another one.
POLICIES = {"fr": "Standard, French law", "ro": "Standard, penalties by contract"}
FEE_RULES = {"fr": "fee_rule_fr_b2b", "ro": "fee_rule_demo_clause"}
# Romanian law by the reference rate of the National Bank: where the half-year has no
# published value yet, this customer is not charged a guess and the notice waits.
CUSTOMER_RULES = {("ro", "editura"): "fee_rule_ro_b2b"}
CHARGE_JOURNALS = {"fr": ("Pénalités de retard", "PEN"), "ro": ("Penalități de întârziere", "PEN")}
CLAUSE = {
    "fr_FR": (
        "Clause du contrat : 0,1 % par jour et 40 EUR",
        "Article 8 du contrat de vente ; loi roumaine n° 72/2013",
    ),
    "ro_RO": (
        "Clauză contractuală: 0,1 % pe zi și 40 EUR",
        "Art. 8 din contractul de vânzare; Legea nr. 72/2013",
    ),
}
# ((company, customer, days late), kind of charge, why)
WAIVERS = [(("fr", "menuiserie", 100), "compensation", "Geste commercial, client depuis 2009")]
COLLECTORS = ["hotel", "garage", "menuiserie", "weber", "hartley", "construct", "bucegi"]
CONTACTS = {"hotel": "hotel_accounting"}
CALLS = {
    "fr": [
        "La comptable cherche la facture; renvoyée par e-mail, rappeler vendredi.",
        "Répondeur, message laissé avec le numéro de la facture.",
        "Le gérant promet un virement cette semaine.",
    ],
    "ro": [
        "Contabila spune că plata este programată săptămâna viitoare.",
        "Nu răspunde; am lăsat mesaj.",
    ],
}
# (company, customer, days ago, channel, direction, summary, outcome)
CONTACTS_TYPED = [
    ("fr", "menuiserie", 24, "meeting", "out", "Visite à l'atelier", "Difficultés de trésorerie"),
    ("fr", "imprimerie", 8, "call", "in", "Réclamation: dalles cassées", "Photos demandées"),
    ("ro", "bucegi", 12, "call", "out", "Discuție cu directorul", "Cere eșalonare"),
]
